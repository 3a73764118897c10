//! What is written: the strategy, question by question, and the report to management.

use super::super::report::Report;
use super::super::strategy::{Outline, Question, Strategy};
use super::super::texts;
use super::result::changes;
use super::{Detail, card, heading, sources};
use crate::core::message::{Block, Button, Card, Content, Field, Span, Text, Tone};
use crate::core::person::{People, PersonId};

/// A question of the strategy as it is asked.
pub fn strategy_question(
    outline: &Outline,
    strategy: &Strategy,
    question: &Question,
    people: &People,
) -> Content {
    let all = outline.questions.len();
    let answered = all - outline.open(strategy).count();
    let mut blocks = vec![
        Block::spans([Span::faint(format!("Open source strategy · {answered} of {all} answered"))]),
        heading(&question.ask),
        Block::spans([Span::faint(question.help.clone())]),
    ];
    if let Some(written) = strategy.answers.get(&question.id).and_then(|written| written.last()) {
        blocks.push(Block::spans([Span::faint(format!("So far, by {}:", people.name(&written.by)))]));
        blocks.push(Block::Quote { text: written.text.clone() });
    }
    blocks.extend(sources(&question.articles));
    blocks
        .push(Block::spans([Span::faint("You can also say: back, skip, cancel (pauses; nothing is lost).")]));
    Content::Text(Text { blocks, buttons: Vec::new() })
}

/// How far the strategy is, question by question.
pub fn strategy(outline: &Outline, strategy: &Strategy, people: &People) -> Card {
    let authors = |id: &str| -> Option<&PersonId> {
        strategy.answers.get(id).and_then(|written| written.last()).map(|written| &written.by)
    };
    let field = |question: &Question| match (strategy.text(&question.id), authors(&question.id)) {
        (Some(text), Some(by)) => Field {
            name: question.title.clone(),
            value: vec![
                Span::text(first_words(text)),
                Span::faint(format!(" ({}, {})", people.name(by), question.id)),
            ],
        },
        _ => Field {
            name: question.title.clone(),
            value: vec![Span::strong(texts::OPEN), Span::faint(format!(" ({})", question.id))],
        },
    };
    let open = outline.open(strategy).count();
    let mut card = card(
        vec![Span::strong("Open source strategy")],
        if open == 0 { Tone::Good } else { Tone::Waiting },
        vec![Block::Fields { fields: outline.questions.iter().map(field).collect() }],
    );
    card.buttons = vec![Button::new("Document", "strategy export")];
    if open > 0 {
        card.buttons.insert(0, Button::new("Answer the next", "strategy draft"));
    }
    card.footer = vec![Span::faint(
        "strategy draft QUESTION writes one of them anew; what was written before is kept.",
    )];
    card
}

/// The beginning of a text, on one line.
fn first_words(text: &str) -> String {
    const MOST: usize = 120;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let mut short: String = line.chars().take(MOST - 1).collect();
    short.push('…');
    short
}

/// How many questions a report names.
const GAPS: usize = 5;

/// The report to management, with the charts of its maturity.
pub fn report(report: &Report<'_>, charts: Vec<Block>, people: &People) -> Card {
    let mut blocks = Vec::new();
    blocks.push(heading("Questions"));
    let questions = &report.questions;
    let answered = texts::count(questions.answered, "question");
    blocks.push(Block::line(format!("Our articles answered {answered}.")));
    if questions.in_vain == 0 {
        blocks.push(Block::line("Nothing was asked in vain."));
    } else {
        let asked = texts::count(questions.in_vain, "question");
        blocks.push(Block::line(format!("{asked} found no good answer in our articles. Most frequent:")));
        let item = |(question, count): &(String, usize)| {
            let often = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            vec![Span::text(question.clone()), Span::faint(often)]
        };
        blocks.push(Block::List { items: questions.gaps.iter().take(GAPS).map(item).collect() });
    }
    let requests = &report.requests;
    let median =
        requests.median_days.map_or_else(|| "none was decided".to_owned(), |days| format!("{days:.1} days"));
    blocks.push(heading("Requests"));
    blocks.push(Block::Fields {
        fields: vec![
            Field::new("Filed", requests.filed.to_string()),
            Field::new("Approved, rejected", format!("{}, {}", requests.approved, requests.rejected)),
            Field::new("Ended without a decision", requests.lapsed.to_string()),
            Field::new("Waiting now", requests.waiting.to_string()),
            Field::new("Time to a decision (median)", median),
        ],
    });
    blocks.push(heading("Maturity"));
    match &report.maturity {
        None => blocks.push(Block::line("Not assessed yet.")),
        Some((findings, comparison)) => {
            blocks.extend(charts);
            let changes = |comparison| changes(findings.model, comparison, people, Detail::Short);
            blocks.extend(comparison.as_ref().into_iter().flat_map(changes));
        }
    }
    blocks.push(heading("Roadmap"));
    let lines = |title: &str, some: &[String]| (!some.is_empty()).then(|| Field::new(title, some.join("; ")));
    let roadmap = &report.roadmap;
    let fields: Vec<Field> =
        [lines("Done", &roadmap.done), lines("Late", &roadmap.late), lines("Next", &roadmap.next)]
            .into_iter()
            .flatten()
            .collect();
    blocks.push(if fields.is_empty() { Block::line("Nothing on it.") } else { Block::Fields { fields } });
    let mut card = card(
        vec![Span::strong("Open source report"), Span::text(format!(" {} to {}", report.from, report.to))],
        Tone::Info,
        blocks,
    );
    card.footer = vec![Span::faint("From the records of requests, assessments and roadmap.")];
    card
}
