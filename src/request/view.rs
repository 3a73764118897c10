//! How a request looks.

use jiff::Timestamp;

use super::state::{Choice, Request, StageStatus, Status};
use super::texts;
use super::workflow::Stage;
use crate::core::emoji;
use crate::core::message::{Block, Button, Card, Field, Span, Text, Tone};
use crate::core::person::{People, PersonId};
use crate::core::time::ago;

fn tone(status: Status) -> Tone {
    match status {
        Status::Open => Tone::Waiting,
        Status::Approved | Status::Completed => Tone::Good,
        Status::Rejected => Tone::Bad,
        Status::Withdrawn | Status::Expired => Tone::Quiet,
    }
}

/// `Legal: 0 of 1, waits for Lea, Luis`.
fn progress(request: &Request, stage: &Stage, people: &People) -> Field {
    let mut votes: Vec<String> = Vec::new();
    for (person, vote) in request.live_votes(stage, people) {
        let name = people.name(person);
        votes.push(match (vote.choice, &vote.reason) {
            (Choice::Approve, _) => format!("{} {name}", emoji::character(emoji::CHECK)),
            (Choice::Reject, Some(reason)) => format!("{} {name}: {reason}", emoji::character(emoji::CROSS)),
            (Choice::Reject, None) => format!("{} {name} (reason awaited)", emoji::character(emoji::CROSS)),
        });
    }
    let approvals =
        request.live_votes(stage, people).filter(|(_, vote)| vote.choice == Choice::Approve).count();
    let awaited: Vec<&str> = request.awaited(stage, people).map(|person| people.name(person)).collect();
    let mut value = format!("{approvals} of {}", stage.needs);
    if !votes.is_empty() {
        value.push_str(&format!(" ({})", votes.join(", ")));
    }
    if request.status.is_open() && request.stage_status(stage, people) == StageStatus::Pending {
        let unexplained = request.live_votes(stage, people).any(|(_, vote)| vote.choice == Choice::Reject);
        if !awaited.is_empty() {
            value.push_str(&format!(", can decide: {}", awaited.join(", ")));
        } else if !unexplained {
            value.push_str(", and nobody left who can decide: tell the OSPO");
        }
    }
    Field::new(&stage.label, value)
}

fn headline(request: &Request) -> Vec<Span> {
    vec![
        Span::code(request.id.to_string()),
        Span::text(format!(" {}: ", request.title)),
        Span::strong(request.summary.clone()),
    ]
}

fn account_of(request: &Request, people: &People) -> Vec<Block> {
    let mut fields = vec![Field::new("Requested by", people.name(&request.requester))];
    fields.extend(request.answers.iter().map(|(label, answer)| Field::new(label, answer)));
    let stages = request.rules.stages.iter().map(|stage| progress(request, stage, people)).collect();
    vec![Block::Fields { fields }, Block::Fields { fields: stages }]
}

/// The card in a reviewers' channel: the request whole, where it stands, and how to decide.
pub fn reviewers_card(request: &Request, people: &People) -> Card {
    let open = request.status.is_open();
    let mut blocks = account_of(request, people);
    if !open {
        blocks.push(Block::spans([
            Span::text("This request is "),
            Span::strong(texts::status(request.status)),
            Span::text("."),
        ]));
    }
    let (buttons, reactions, footer) = if open {
        (
            vec![
                Button::new("Approve", format!("approve {}", request.id)),
                Button::new("Reject", format!("reject {}", request.id)),
            ],
            vec![emoji::CHECK.to_owned(), emoji::CROSS.to_owned()],
            vec![Span::faint(
                "A rejection is asked for its reason. Taking the reaction back takes the vote back.",
            )],
        )
    } else {
        Default::default()
    };
    Card { title: headline(request), tone: tone(request.status), blocks, buttons, reactions, footer }
}

/// What `show` answers: the request whole, with its checklist, for one person.
pub fn full_account(request: &Request, people: &People, now: Timestamp) -> Card {
    let mut blocks = account_of(request, people);
    if matches!(request.status, Status::Approved | Status::Completed) && !request.rules.checklist.is_empty() {
        blocks.push(checklist(request, people));
    }
    Card {
        title: headline(request),
        tone: tone(request.status),
        blocks,
        buttons: Vec::new(),
        reactions: Vec::new(),
        footer: vec![Span::faint(format!(
            "Filed {}, {} since {}. Revision {}, rules {}.",
            ago(request.filed_at, now),
            texts::status(request.status),
            ago(request.since, now),
            request.revision,
            request.rules.version
        ))],
    }
}

fn checklist(request: &Request, people: &People) -> Block {
    let items =
        request.rules.checklist.iter().enumerate().map(|(index, task)| match request.done.get(&task.id) {
            Some(tick) => {
                vec![
                    Span::text(format!("☑ {}. {} ", index + 1, task.label)),
                    Span::faint(people.name(&tick.by)),
                ]
            }
            None => vec![Span::text(format!("☐ {}. {}", index + 1, task.label))],
        });
    Block::List { items: items.collect() }
}

/// The requester's checklist after approval.
pub fn checklist_card(request: &Request, people: &People) -> Card {
    let left =
        request.rules.checklist.iter().enumerate().filter(|(_, task)| !request.done.contains_key(&task.id));
    let buttons: Vec<Button> = left
        .map(|(index, task)| {
            Button::new(format!("Done: {}", task.label), format!("done {} {}", request.id, index + 1))
        })
        .collect();
    let footer =
        if buttons.is_empty() { "Every task is done." } else { "Press when a task is done, or say done." };
    Card {
        title: headline(request),
        tone: if buttons.is_empty() { Tone::Good } else { Tone::Waiting },
        blocks: vec![checklist(request, people)],
        buttons,
        reactions: Vec::new(),
        footer: vec![Span::faint(footer)],
    }
}

/// What `requests` answers: those a person can see, open ones first, newest first.
pub fn list(requests: &[Request], reader: &PersonId, people: &People, now: Timestamp) -> Text {
    let mut visible: Vec<&Request> =
        requests.iter().filter(|request| request.visible_to(reader, people)).collect();
    if visible.is_empty() {
        return texts::no_requests();
    }
    visible.sort_by_key(|request| (!request.status.is_open(), std::cmp::Reverse(request.filed_at)));
    let item = |request: &&Request| {
        let yours = request.status.is_open()
            && request.rules.stages.iter().any(|stage| request.awaited(stage, people).any(|id| id == reader));
        let mut spans = vec![
            Span::code(request.id.to_string()),
            Span::text(format!(
                " {} ({}, {}, {})",
                request.summary,
                texts::status(request.status),
                people.name(&request.requester),
                ago(request.filed_at, now)
            )),
        ];
        if yours {
            spans.push(Span::strong(" waits for you"));
        }
        spans
    };
    Text { blocks: vec![Block::List { items: visible.iter().map(item).collect() }], buttons: Vec::new() }
}
