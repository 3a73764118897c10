//! What is asked: a practice, and which models there are.

use super::super::answer::Answer;
use super::super::assessment::Assessment;
use super::super::model::{Model, Practice};
use super::super::texts::{self, words};
use super::{after, heading};
use crate::core::message::{Block, Button, Content, Span, Text};
use crate::core::person::People;

/// A practice as it is asked, with what stands already.
pub fn question(model: &Model, assessment: &Assessment, practice: &Practice, people: &People) -> Content {
    let (answered, all) = assessment.progress(model, None);
    let area = model.area(&practice.area).map_or("", |area| &area.title);
    let place = match &practice.section {
        Some(section) => format!("{area} · section {section} · {answered} of {all} answered"),
        None => format!(
            "{area} · {} · {answered} of {all} answered",
            texts::stage(model, model.level(&practice.stage))
        ),
    };
    let mut blocks = vec![
        Block::spans([Span::faint(place)]),
        heading(&practice.title),
        Block::spans(words(&practice.meaning)),
        after("For example: ", &practice.example),
        after("Why: ", &practice.why),
    ];
    if let Some(answered) = assessment.answers.get(&practice.id) {
        blocks.push(Block::spans([
            Span::faint("So far: "),
            Span::strong(answered.now.given.answer.word()),
            Span::faint(format!(
                " by {} on {}",
                people.name(&answered.now.by),
                answered.now.at.strftime("%Y-%m-%d")
            )),
        ]));
        blocks.extend(answered.now.given.note.clone().map(|text| Block::Quote { text }));
    }
    blocks.push(Block::spans([Span::faint(texts::answers(model))]));
    blocks
        .push(Block::spans([Span::faint("You can also say: back, skip, cancel (pauses; nothing is lost).")]));
    // What is not applicable needs its reason, so it has no button.
    let buttons = model.answers().iter().filter(|answer| !needs_reason(**answer));
    // A press on an old question must answer that question, not the one asked now.
    let action = |word: &str| format!("maturity answer {} {} {word}", model.id, practice.id);
    let buttons = buttons.map(|answer| Button::new(answer.word(), action(answer.word()))).collect();
    Content::Text(Text { blocks, buttons })
}

fn needs_reason(answer: Answer) -> bool {
    answer == Answer::NotApplicable
}

/// The models there are, and how each stands.
pub fn models(all: &[(&Model, Option<&Assessment>)]) -> Content {
    let items = all.iter().map(|(model, assessment)| {
        let state = match assessment {
            None => "not assessed yet".to_owned(),
            Some(assessment) => {
                let (answered, all) = assessment.progress(model, None);
                match &assessment.closed {
                    Some(closed) => format!("closed {}", closed.at.strftime("%Y-%m-%d")),
                    None => format!("under way, {answered} of {all} answered"),
                }
            }
        };
        vec![
            Span::code(model.id.clone()),
            Span::text(format!(" {}: {} ", model.title, model.about)),
            Span::faint(format!("({state})")),
        ]
    });
    let mut blocks = vec![Block::List { items: items.collect() }];
    blocks.push(Block::spans([
        Span::code("maturity assess MODEL AREA"),
        Span::text(" asks; "),
        Span::code("maturity result MODEL"),
        Span::text(" shows; "),
        Span::code("maturity target AREA STAGE"),
        Span::text(" says how far is far enough; "),
        Span::code("maturity invite PERSON AREA"),
        Span::text(" asks somebody else; "),
        Span::code("maturity report"),
        Span::text(" sums up the quarter."),
    ]));
    Content::Text(Text { blocks, buttons: Vec::new() })
}
