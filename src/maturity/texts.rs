//! What is said about maturity, roadmap, reminders and strategy: single sentences. Whole cards stand in
//! [`super::view`].

use jiff::Timestamp;
use jiff::civil::Date;

use super::answer::Answer;
use super::assessment::Assessment;
use super::model::{Area, Level, Measure, Model, Stage};
use super::reminder::{Kind, Reminder, State};
use super::roadmap::Milestone;
use super::schedule::Schedule;
use crate::core::message::{Block, Button, Content, Span, Text};

fn line(spans: impl IntoIterator<Item = Span>) -> Content {
    Content::Text(Text { blocks: vec![Block::spans(spans)], buttons: Vec::new() })
}

/// Words in which a command stands between backquotes, as spans.
pub fn words(text: &str) -> Vec<Span> {
    let spans = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    spans.map(|(at, part)| if at % 2 == 1 { Span::code(part) } else { Span::text(part) }).collect()
}

/// One sentence as a message.
pub fn say(text: impl AsRef<str>) -> Content {
    line(words(text.as_ref()))
}

/// A sentence of an error, with a capital and a full stop.
pub fn problem(error: &impl std::fmt::Display) -> Content {
    let words = error.to_string();
    let mut letters = words.chars();
    let capital = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if words.ends_with(['.', '?', '!', '`']) { "" } else { "." };
    say(format!("{capital}{}{end}", letters.as_str()))
}

/// `3 steps`, `1 step`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A stage with its number; what is before the first.
pub fn stage(model: &Model, level: Level) -> String {
    model
        .stage(level)
        .map_or_else(|| "0 · not begun".to_owned(), |stage: &Stage| format!("{level} · {}", stage.title))
}

/// What the answers of a model are and mean.
pub fn answers(model: &Model) -> &'static str {
    match model.measure {
        Measure::Stages => {
            "no: nowhere. some: in a few places. most: nearly everywhere. yes: everywhere. Add evidence behind it if you \
             like: yes, see https://… Or: not applicable because …"
        }
        Measure::Conformance => {
            "yes: the document or record exists and is in use. no: it does not. Add where it is: yes, see https://… Or: \
             not applicable because …"
        }
        Measure::Checklist => {
            "yes or no. Add a link or a note behind it if you like. Or: not applicable because …"
        }
    }
}

/// The word for what was answered, or for silence.
pub fn answer(answer: Option<Answer>) -> &'static str {
    answer.map_or("not answered", Answer::word)
}

/// A milestone in a list.
pub fn step(milestone: &Milestone) -> String {
    format!("{}: {}", milestone.area, milestone.step)
}

/// An assessment is due again.
pub fn renewal(model: &Model) -> String {
    match model.measure {
        Measure::Conformance => {
            format!("{}: the conformance runs out; check and affirm it again", model.title)
        }
        _ => format!("{}: assess it again", model.title),
    }
}

/// The word before something in a digest.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Approval => "waits for a decision",
        Kind::Checklist => "late",
        Kind::Step => "step",
        Kind::Renewal => "renewal",
        Kind::Article => "review",
    }
}

/// To somebody who is not of the OSPO.
pub fn ospo_only(what: &str) -> Content {
    say(format!("{what} is up to the people of the OSPO. Ask them with `human`."))
}

/// The OSPO asks a person to answer an area.
pub fn invitation(model: &Model, area: &Area, by: &str) -> Content {
    Content::Text(Text {
        blocks: vec![
            Block::spans([
                Span::text(format!("{by} asks you to answer for the area ")),
                Span::strong(area.title.clone()),
                Span::text(format!(" of “{}”: {} ", model.title, area.meaning)),
                Span::text("It goes one question at a time; you can pause and come back."),
            ]),
            Block::spans([
                Span::code(format!("maturity assess {} {}", model.id, area.id)),
                Span::text(" begins."),
            ]),
        ],
        buttons: vec![Button::new("Begin", format!("maturity assess {} {}", model.id, area.id))],
    })
}

/// Somebody was invited.
pub fn invited(area: &Area, who: &str) -> Content {
    say(format!("I asked {who} to answer for {}.", area.title))
}

/// There is no area or stage of that name.
pub fn unknown(what: &str, said: &str, known: &[&str]) -> Content {
    let mut spans = vec![Span::text(format!("There is no {what} “{said}”. There are: "))];
    for (at, id) in known.iter().enumerate() {
        if at > 0 {
            spans.push(Span::text(", "));
        }
        spans.push(Span::code(*id));
    }
    spans.push(Span::text("."));
    line(spans)
}

/// The way back to an assessment that was left.
pub fn paused(model: &Model, assessment: &Assessment) -> Content {
    let (answered, all) = assessment.progress(model, None);
    line([
        Span::text(format!("Paused; every answer is kept ({answered} of {all}). ")),
        Span::code(format!("maturity assess {}", model.id)),
        Span::text(" goes on where you left, "),
        Span::code(format!("maturity result {}", model.id)),
        Span::text(" shows how it stands."),
    ])
}

/// Nothing is left to ask this person.
pub fn all_answered(model: &Model, assessment: &Assessment, may_close: bool) -> Content {
    let (answered, all) = assessment.progress(model, None);
    let result = Button::new("See the result", format!("maturity result {}", model.id));
    let mut words = if answered == all {
        format!("That was the last question: all {all} are answered. ")
    } else {
        format!("Your part is answered; {} of {all} are by now. Thank you. ", answered)
    };
    let mut buttons = vec![result];
    if answered == all && may_close {
        words.push_str("Look at the result, correct what is not right, then close the assessment.");
        buttons.push(Button::new("Close it", format!("maturity finish {}", model.id)));
    }
    Content::Text(Text { blocks: vec![Block::line(words)], buttons })
}

/// An answer was corrected from outside the questions.
pub fn corrected(title: &str, answer: Answer) -> Content {
    line([
        Span::text("Kept: “"),
        Span::text(title),
        Span::text("” is now "),
        Span::strong(answer.word()),
        Span::text("."),
    ])
}

/// Articles of one owner that are due for review.
pub fn articles_due(count: usize, oldest: &str) -> String {
    match count {
        1 => format!("the article {oldest} is due for review"),
        more => format!("{more} articles are due for review, first {oldest}"),
    }
}

/// Somebody was asked to write the strategy as well.
pub fn strategy_invited(who: &str) -> Content {
    say(format!("I asked {who} to write the strategy as well."))
}

/// The OSPO asks a person to write the strategy as well.
pub fn strategy_invitation(by: &str) -> Content {
    Content::Text(Text {
        blocks: vec![Block::line(format!(
            "{by} asks you to help to write the open source strategy: one question at a time, a few sentences each. You \
             can pause and come back."
        ))],
        buttons: vec![Button::new("Begin", "strategy draft")],
    })
}

/// No assessment of a model was begun.
pub fn not_begun(model: &Model) -> Content {
    Content::Text(Text {
        blocks: vec![Block::line(format!("“{}” was not assessed yet.", model.title))],
        buttons: vec![Button::new("Begin", format!("maturity assess {}", model.id))],
    })
}

/// The assessment is closed.
pub fn closed(model: &Model, unanswered: usize, renewal: Date) -> Content {
    let open = match unanswered {
        0 => String::new(),
        some => format!(
            " {} not answered and counted as missing.",
            if some == 1 { "1 question was".to_owned() } else { format!("{some} questions were") }
        ),
    };
    Content::Text(Text {
        blocks: vec![Block::line(format!(
            "“{}” is closed.{open} It is due again on {renewal}.",
            model.title
        ))],
        buttons: vec![
            Button::new("Result", format!("maturity result {}", model.id)),
            Button::new("Propose a roadmap", format!("roadmap propose {}", model.id)),
        ],
    })
}

/// The target of an area is set.
pub fn target_set(model: &Model, area: &Area, level: Level) -> Content {
    say(format!("{} aims for stage {}. I propose nothing beyond it.", area.title, stage(model, level)))
}

/// Nothing new can be proposed.
pub fn nothing_to_propose() -> Content {
    say("Nothing to propose: every area has what it aims for, or what is missing is on the roadmap already.")
}

/// What became of a milestone.
pub fn milestone_changed(milestone: &Milestone, what: &str) -> Content {
    line([
        Span::code(format!("{}", milestone.number)),
        Span::text(format!(" {what}: ")),
        Span::strong(milestone.title.clone()),
        Span::text(format!(" (due {})", milestone.due)),
    ])
}

/// A reminder is set up.
pub fn reminder_added(reminder: &Reminder, next: &str) -> Content {
    line([
        Span::text("Reminder "),
        Span::code(reminder.number.to_string()),
        Span::text(format!(" for {} in this channel: {}. ", reminder.team, reminder.schedule)),
        Span::text(format!("The first is on {next}, if something is due then.")),
    ])
}

/// A reminder rests, goes on or is gone.
pub fn reminder_changed(reminder: &Reminder, what: &str) -> Content {
    line([
        Span::text("Reminder "),
        Span::code(reminder.number.to_string()),
        Span::text(format!(" for {} {what}.", reminder.team)),
    ])
}

/// No such reminder.
pub fn no_reminder(number: u32) -> Content {
    line([
        Span::text("There is no reminder "),
        Span::code(number.to_string()),
        Span::text("; "),
        Span::code("remind list"),
        Span::text(" shows them."),
    ])
}

/// Something is put off, or is not a team's.
pub fn put_off(until: Date) -> Content {
    say(format!("Put off until {until}."))
}

/// Something is not a team's.
pub fn not_ours(team: &str) -> Content {
    say(format!("Noted: not for {team}. I do not remind you of it again."))
}

/// Whether a reminder comes.
pub fn state(state: State) -> &'static str {
    match state {
        State::Running => "",
        State::Paused => " (paused)",
    }
}

/// The next occasions of a schedule, in its own zone.
pub fn occasions(schedule: &Schedule, after: Timestamp, most: usize) -> Content {
    let items = schedule
        .occasions(after)
        .take(most)
        .map(|moment| vec![Span::text(moment.strftime("%A %Y-%m-%d %H:%M %Z").to_string())]);
    Content::Text(Text {
        blocks: vec![
            Block::spans([Span::code(schedule.to_string())]),
            Block::List { items: items.collect() },
        ],
        buttons: Vec::new(),
    })
}

/// Nobody has answered a question of the strategy yet; marked in lists.
pub const OPEN: &str = "open";
