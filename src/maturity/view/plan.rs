//! What is to be done: the roadmap, a milestone, what a team is reminded of.

use jiff::civil::Date;

use super::super::model::Model;
use super::super::reminder::{Digest, Item, Kind, Reminder};
use super::super::roadmap::{Milestone, Roadmap, Status};
use super::super::texts::{self, words};
use super::{after, card, heading, sources};
use crate::core::emoji;
use crate::core::message::{Block, Button, Card, Content, Span, Text, Tone};
use crate::core::person::People;

/// The roadmap: what is proposed, what is under way, what is done.
pub fn roadmap(roadmap: &Roadmap, people: &People, today: Date) -> Card {
    let mut blocks = Vec::new();
    let mut buttons = Vec::new();
    for (status, title) in [
        (Status::Accepted, "Under way"),
        (Status::Proposed, "Proposed"),
        (Status::Done, "Done"),
        (Status::Dropped, "Dropped"),
    ] {
        let mut some: Vec<&Milestone> =
            roadmap.milestones.iter().filter(|milestone| milestone.status == status).collect();
        some.sort_by_key(|milestone| (milestone.due, milestone.number));
        if !some.is_empty() {
            blocks.push(heading(title));
            blocks.push(Block::List {
                items: some.iter().map(|milestone| entry(milestone, people, today)).collect(),
            });
        }
        if status == Status::Proposed {
            let accept = |milestone: &&Milestone| {
                Button::new(
                    format!("Accept {}", milestone.number),
                    format!("roadmap accept {}", milestone.number),
                )
            };
            buttons.extend(some.iter().take(5).map(accept));
        }
    }
    if blocks.is_empty() {
        let hint = "Nothing yet. After an assessment, `roadmap propose` makes steps from what is missing.";
        blocks.push(Block::spans(words(hint)));
    }
    let mut card = card(vec![Span::strong("Roadmap")], Tone::Info, blocks);
    card.buttons = buttons;
    card.footer = vec![Span::faint(
        "roadmap accept|done|progress|owner|due|step|drop|reopen NUMBER …; roadmap show NUMBER",
    )];
    card
}

fn entry(milestone: &Milestone, people: &People, today: Date) -> Vec<Span> {
    let mut spans = vec![
        Span::code(milestone.number.to_string()),
        Span::text(" "),
        Span::strong(milestone.title.clone()),
        Span::text(format!(" ({})", milestone.area)),
    ];
    if milestone.status.is_open() {
        let owner = milestone.owner.as_ref().map_or("nobody yet", |owner| people.name(owner));
        spans.extend(words(&format!(": {} ", milestone.step)));
        spans.push(Span::faint(format!("{owner}, due {}", milestone.due)));
        if milestone.status == Status::Accepted && milestone.due < today {
            spans.push(Span::strong(" late"));
        }
    }
    spans
}

/// A milestone whole: what it is, why, and who did what.
pub fn milestone(milestone: &Milestone, model: Option<&Model>, people: &People, today: Date) -> Card {
    let practice = model.and_then(|model| model.practice(&milestone.practice));
    let mut blocks = vec![Block::List { items: vec![entry(milestone, people, today)] }];
    if let Some(practice) = practice {
        blocks.push(after("Why: ", &practice.why));
        blocks.push(after("For example: ", &practice.example));
        blocks.extend(sources(&practice.articles));
    }
    let log = milestone.log.iter().map(|note| {
        let mut spans = vec![
            Span::faint(format!("{} ", note.at.strftime("%Y-%m-%d"))),
            Span::text(format!("{} {}", people.name(&note.by), note.what)),
        ];
        spans.extend(note.text.as_ref().map(|text| Span::text(format!(": {text}"))));
        spans
    });
    blocks.push(Block::List { items: log.collect() });
    let tone = match milestone.status {
        Status::Done => Tone::Good,
        Status::Dropped => Tone::Quiet,
        _ => Tone::Waiting,
    };
    let mut card =
        card(vec![Span::text("Milestone "), Span::code(milestone.number.to_string())], tone, blocks);
    if milestone.status.is_open() {
        card.buttons = vec![Button::new("Done", format!("roadmap done {}", milestone.number))];
        if milestone.status == Status::Proposed {
            card.buttons.insert(0, Button::new("Accept", format!("roadmap accept {}", milestone.number)));
        }
        card.reactions = vec![emoji::CHECK.to_owned()];
    }
    card
}

/// How many things of a digest have buttons of their own.
const WITH_BUTTONS: usize = 3;

/// What a team is reminded of.
pub fn digest(reminder: &Reminder, digest: &Digest<'_>, missed: usize, today: Date) -> Card {
    let item = |(at, item): (usize, &&Item)| {
        let mut spans = vec![Span::strong(format!("{}. ", at + 1))];
        spans.extend(words(&item.text));
        spans.push(Span::faint(format!(" {}", texts::kind(item.kind))));
        if matches!(item.kind, Kind::Step | Kind::Renewal | Kind::Article) {
            let when = if item.due < today {
                format!(", due since {}", item.due)
            } else {
                format!(", due {}", item.due)
            };
            spans.push(Span::faint(when));
        }
        spans.extend(item.owner.as_ref().map(|owner| Span::faint(format!(", {owner}"))));
        spans.extend(item.look.as_ref().map(|look| Span::faint(format!(" ({look})"))));
        spans
    };
    let mut blocks = vec![Block::List { items: digest.items.iter().enumerate().map(item).collect() }];
    if digest.more > 0 {
        blocks.push(Block::spans([Span::faint(format!("and {} more when these are done", digest.more))]));
    }
    let number = reminder.number;
    let mut buttons = Vec::new();
    for (at, item) in digest.items.iter().take(WITH_BUTTONS).enumerate() {
        let name = at + 1;
        buttons.extend(item.done.as_ref().map(|done| Button::new(format!("{name} done"), done.clone())));
        buttons.push(Button::new(format!("{name} snooze"), format!("remind snooze {number} {}", item.key)));
        buttons
            .push(Button::new(format!("{name} not ours"), format!("remind not-ours {number} {}", item.key)));
    }
    let mut card =
        card(vec![Span::text("Next steps for "), Span::strong(reminder.team.clone())], Tone::Waiting, blocks);
    card.buttons = buttons;
    let late = match missed {
        0 => String::new(),
        some => format!(" I was away: this stands for {} before it, too.", texts::count(some, "reminder")),
    };
    card.footer = vec![
        Span::faint(format!("{}.{late} ", reminder.schedule)),
        Span::code(format!("remind pause {number}")),
        Span::faint(" makes me quiet."),
    ];
    card
}

/// All reminders.
pub fn reminders(reminders: &[Reminder]) -> Content {
    if reminders.is_empty() {
        return texts::say(
            "There is no reminder yet. In the team's channel: `remind add TEAM: every second Monday 09:30 Europe/Berlin`.",
        );
    }
    let items = reminders.iter().map(|reminder| {
        vec![
            Span::code(reminder.number.to_string()),
            Span::text(format!(" {}: ", reminder.team)),
            Span::text(reminder.schedule.to_string()),
            Span::faint(format!(" in {}{}", reminder.place.channel.id, texts::state(reminder.state))),
        ]
    });
    Content::Text(Text { blocks: vec![Block::List { items: items.collect() }], buttons: Vec::new() })
}
