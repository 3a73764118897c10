//! How a request looks.

use jiff::Timestamp;

use super::roster::Roster;
use super::rules::{Gate, Stage};
use super::state::{Approval, Choice, Confirmed, Discretion, Request, Status};
use super::tally::StageStatus;
use super::texts;
use crate::core::emoji;
use crate::core::message::{Block, Button, Card, Field, Span, Text, Tone};
use crate::core::person::PersonId;
use crate::core::time::ago;

/// What a view needs beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Who may act for whom.
    pub roster: Roster<'a>,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> Seen<'a> {
    fn name(&self, person: &'a PersonId) -> &'a str {
        self.roster.people.name(person)
    }

    fn names(&self, people: &'a [PersonId]) -> String {
        people.iter().map(|person| self.name(person)).collect::<Vec<_>>().join(", ")
    }
}

fn tone(status: Status) -> Tone {
    match status {
        Status::Open => Tone::Waiting,
        Status::Approved | Status::Completed => Tone::Good,
        Status::Rejected => Tone::Bad,
        Status::Withdrawn | Status::Expired => Tone::Quiet,
    }
}

/// `Legal: 0 of 1, can decide: Lea, Luis`.
fn progress(request: &Request, stage: &Stage, seen: Seen<'_>) -> Field {
    match request.gates.get(&stage.id) {
        Some(Gate::Skipped) => return Field::new(&stage.label, "skipped: not needed for this one"),
        Some(Gate::Error(why)) => {
            return Field::new(&stage.label, format!("error, so not approved; tell the OSPO: {why}"));
        }
        None => {}
    }
    let mut votes: Vec<String> = Vec::new();
    for (seat, vote) in request.counted(stage, seen.roster) {
        let mut name = seen.roster.people.name(vote.person).to_owned();
        if seat != *vote.person {
            name.push_str(&format!(" for {}", seen.roster.people.name(&seat)));
        }
        let (check, cross) = (emoji::character(emoji::CHECK), emoji::character(emoji::CROSS));
        votes.push(match (vote.ballot.choice, &vote.ballot.reason, vote.ballot.confirmed) {
            (Some(Choice::Approve), _, Confirmed::Awaited) => {
                format!("{check} {name} (confirmation awaited)")
            }
            (Some(Choice::Approve), ..) => format!("{check} {name}"),
            (_, Some(reason), Confirmed::Yes) => format!("{cross} {name}: {reason}"),
            (_, Some(_), Confirmed::Awaited) => format!("{cross} {name} (confirmation awaited)"),
            (_, None, _) => format!("{cross} {name} (reason awaited)"),
        });
    }
    let approvals = request.approvals(stage, seen.roster).len();
    let mut value = format!("{approvals} of {}", stage.needs);
    if !votes.is_empty() {
        value.push_str(&format!(" ({})", votes.join(", ")));
    }
    if request.status.is_open() {
        match request.stage_status(stage, seen.roster) {
            StageStatus::Waiting => value.push_str(&format!(", comes after {}", after(request, stage))),
            StageStatus::Pending => {
                let awaited = request.awaited(stage, seen.roster, seen.now);
                let held_back = votes.iter().any(|vote| vote.contains("awaited"));
                let blocked = request.open_concerns().any(|(_, concern)| concern.stage == stage.id);
                if !awaited.is_empty() {
                    value.push_str(&format!(", can decide: {}", seen.names(&awaited)));
                } else if blocked {
                    value.push_str(", held back by a concern");
                } else if !held_back && approvals < stage.needs as usize {
                    value.push_str(", and nobody left who can decide: tell the OSPO");
                }
            }
            _ => {}
        }
    }
    Field::new(&stage.label, value)
}

fn after(request: &Request, stage: &Stage) -> String {
    stage.after.iter().map(|id| texts::stage(request, id)).collect::<Vec<_>>().join(" and ")
}

fn headline(request: &Request) -> Vec<Span> {
    let mut spans = vec![
        Span::code(request.id.to_string()),
        Span::text(format!(" {}: ", request.title)),
        Span::strong(request.summary.clone()),
    ];
    if request.discretion == Discretion::Confidential {
        spans.push(Span::strong(" (confidential)"));
    }
    if request.revision > 1 {
        spans.push(Span::faint(format!(" · revision {}", request.revision)));
    }
    spans
}

/// Open concerns and questions, and the words that votes came with.
fn talk(request: &Request, seen: Seen<'_>) -> Vec<Block> {
    let mut items = Vec::new();
    for (number, concern) in request.open_concerns() {
        items.push(vec![
            Span::text(format!(
                "{} Concern {number} of {}: ",
                emoji::character(emoji::WARNING),
                seen.name(&concern.by)
            )),
            Span::text(concern.text.clone()),
        ]);
    }
    for (number, question) in request.questions.iter().enumerate() {
        let mut spans = vec![
            Span::text(format!(
                "{} Question {} of {}: ",
                emoji::character(emoji::QUESTION),
                number + 1,
                seen.name(&question.by)
            )),
            Span::text(question.text.clone()),
        ];
        spans.push(match &question.answer {
            Some(answer) => Span::text(format!(" Answer: {answer}")),
            None => Span::faint(" (waits for the requester)"),
        });
        items.push(spans);
    }
    for (person, ballot) in request.ballots.values().flatten().filter(|(_, ballot)| ballot.approves()) {
        items.extend(
            ballot
                .conditions
                .iter()
                .map(|condition| vec![Span::text(format!("{} approves if: {condition}", seen.name(person)))]),
        );
    }
    if items.is_empty() { Vec::new() } else { vec![Block::List { items }] }
}

fn account_of(request: &Request, seen: Seen<'_>) -> Vec<Block> {
    let mut fields = vec![Field::new("Requested by", seen.name(&request.requester))];
    let given = |answer: &super::state::Answer| Some(Field::new(&answer.label, answer.text.clone()?));
    fields.extend(request.answers.iter().filter_map(given));
    let stages = request.rules.stages.iter().map(|stage| progress(request, stage, seen)).collect();
    let mut blocks = vec![Block::Fields { fields }];
    let found = request.answers.iter().filter_map(|answer| answer.finding.clone());
    let items: Vec<Vec<Span>> = found.map(|finding| vec![Span::text(finding)]).collect();
    if !items.is_empty() {
        blocks.push(Block::List { items });
    }
    blocks.push(Block::Fields { fields: stages });
    blocks.extend(talk(request, seen));
    blocks
}

fn ending(request: &Request, seen: Seen<'_>) -> Option<Block> {
    let by = match &request.approval {
        Some(Approval::Policy { rule, label }) => {
            format!(", by the rule {rule} of {}: {label}", request.rules.version)
        }
        Some(Approval::BreakGlass { person, reason }) => {
            format!(", by {} alone (break-glass): {reason}", seen.name(person))
        }
        Some(Approval::Votes) | None => String::new(),
    };
    (!request.status.is_open()).then(|| {
        Block::spans([
            Span::text("This request is "),
            Span::strong(texts::status(request.status)),
            Span::text(format!("{by}.")),
        ])
    })
}

/// The two ways to decide.
pub fn decisions(request: &Request) -> Vec<Button> {
    let id = &request.id;
    vec![
        Button::new("Approve", format!("approve {id}")),
        Button::new("Reject", format!("reject {id}")).sure(texts::sure_to_reject(id)),
    ]
}

/// The card in a reviewers' channel: the request whole, where it stands, and how to decide.
pub fn reviewers_card(request: &Request, seen: Seen<'_>) -> Card {
    let open = request.status.is_open();
    let mut blocks = account_of(request, seen);
    blocks.extend(ending(request, seen));
    let (buttons, reactions, footer) = if open {
        (
            [
                decisions(request),
                vec![
                    Button::new("Concern", format!("concern {}", request.id)),
                    Button::new("Ask", format!("question {}", request.id)),
                ],
            ]
            .concat(),
            [emoji::CHECK, emoji::CROSS, emoji::QUESTION].map(str::to_owned).to_vec(),
            vec![Span::faint(
                "A rejection is asked for its reason. Taking the reaction back takes the vote back. ⚠ raises a concern, \
                 ❓ asks the requester.",
            )],
        )
    } else {
        Default::default()
    };
    Card { title: headline(request), tone: tone(request.status), blocks, buttons, reactions, footer }
}

/// A card of a revision that is no longer the current one.
pub fn superseded_card(request: &Request, revision: u32) -> Card {
    let mut title = headline(request);
    title.truncate(3);
    Card {
        title,
        tone: Tone::Quiet,
        blocks: vec![Block::line(format!(
            "This was revision {revision}. It was changed: please look at revision {} instead; votes on this one no \
             longer count.",
            request.revision
        ))],
        buttons: vec![Button::new("Show", format!("show {}", request.id))],
        reactions: Vec::new(),
        footer: Vec::new(),
    }
}

/// What `show` answers: the request whole, with its checklist, for one person.
pub fn full_account(request: &Request, seen: Seen<'_>) -> Card {
    let mut blocks = account_of(request, seen);
    blocks.extend(ending(request, seen));
    if !request.todo.is_empty() {
        blocks.push(checklist(request, seen));
    }
    Card {
        title: headline(request),
        tone: tone(request.status),
        blocks,
        buttons: Vec::new(),
        reactions: Vec::new(),
        footer: vec![Span::faint(format!(
            "Filed {}, {} since {}. Revision {}, rules {}.",
            ago(request.filed_at, seen.now),
            texts::status(request.status),
            ago(request.since, seen.now),
            request.revision,
            request.rules.version
        ))],
    }
}

/// What `status` answers: each rule, why it is not met yet, and who can do something about it.
pub fn explanation(request: &Request, seen: Seen<'_>) -> Card {
    let mut items = Vec::new();
    for stage in &request.rules.stages {
        let field = progress(request, stage, seen);
        let word = match request.stage_status(stage, seen.roster) {
            StageStatus::Skipped => "skipped",
            StageStatus::Error(_) => "error",
            StageStatus::Waiting => "waits",
            StageStatus::Pending if request.status.is_open() => "pending",
            StageStatus::Pending => "not decided",
            StageStatus::Approved => "approved",
            StageStatus::Rejected => "rejected",
        };
        let mut spans = vec![Span::strong(format!("{} ({}): ", stage.label, word))];
        spans.extend(field.value);
        if let Some(condition) = &stage.when {
            spans.extend([Span::text(". Needed when "), Span::code(condition.to_string())]);
        }
        if !stage.distinct_from.is_empty() {
            let others: Vec<&str> = stage.distinct_from.iter().map(|id| texts::stage(request, id)).collect();
            spans.push(Span::text(format!(". By others than in {}", others.join(" and "))));
        }
        let away: Vec<PersonId> = seen
            .roster
            .people
            .members(&stage.role)
            .map(|person| person.id.clone())
            .filter(|person| seen.roster.is_away(person, seen.now))
            .collect();
        if request.status.is_open() && !away.is_empty() {
            spans.push(Span::text(format!(". Away: {}", seen.names(&away))));
        }
        items.push(spans);
    }
    for (number, concern) in request.open_concerns() {
        items.push(vec![
            Span::strong(format!("Concern {number}: ")),
            Span::text(format!("blocks until {}", seen.name(&concern.by))),
            Span::text(" or the lead of the stage says "),
            Span::code(format!("resolve {} {number}", request.id)),
        ]);
    }
    for (number, question) in request.open_questions() {
        items.push(vec![
            Span::strong(format!("Question {number}: ")),
            Span::text(format!("{} waits for {}; ", seen.name(&question.by), seen.name(&request.requester))),
            Span::code(format!("answer {} {number} …", request.id)),
        ]);
    }
    let mut blocks = vec![Block::List { items }];
    blocks.extend(ending(request, seen));
    Card {
        title: headline(request),
        tone: tone(request.status),
        blocks,
        buttons: Vec::new(),
        reactions: Vec::new(),
        footer: vec![Span::faint(format!("Rules {}.", request.rules.version))],
    }
}

fn checklist(request: &Request, seen: Seen<'_>) -> Block {
    let items = request.todo.iter().enumerate().map(|(index, todo)| {
        let sign = if todo.done.is_some() { '☑' } else { '☐' };
        let mut spans = vec![Span::text(format!("{sign} {}. {}", index + 1, todo.label))];
        if let Some(person) = &todo.condition_of {
            spans.push(Span::faint(format!(" (a condition of {})", seen.name(person))));
        }
        if let Some(done) = &todo.done {
            spans.push(Span::faint(format!(" {}", seen.name(&done.by))));
        }
        if let Some(link) = &todo.evidence {
            spans.push(Span::text(format!(" {link}")));
        }
        spans
    });
    Block::List { items: items.collect() }
}

/// The requester's checklist after approval.
pub fn checklist_card(request: &Request, seen: Seen<'_>) -> Card {
    let left = request.todo.iter().enumerate().filter(|(_, todo)| todo.done.is_none());
    let (with_link, plain): (Vec<_>, Vec<_>) = left.partition(|(_, todo)| todo.condition_of.is_some());
    let buttons: Vec<Button> = plain
        .iter()
        .map(|(index, todo)| {
            Button::new(format!("Done: {}", todo.label), format!("done {} {}", request.id, index + 1))
        })
        .collect();
    let footer = match (with_link.first(), buttons.is_empty()) {
        (Some((index, _)), _) => {
            format!("A condition takes a link: done {} {} https://…", request.id, index + 1)
        }
        (None, true) => "Every task is done.".to_owned(),
        (None, false) => "Press when a task is done, or say done.".to_owned(),
    };
    Card {
        title: headline(request),
        tone: if request.all_done() { Tone::Good } else { Tone::Waiting },
        blocks: vec![checklist(request, seen)],
        buttons,
        reactions: Vec::new(),
        footer: vec![Span::faint(footer)],
    }
}

/// One line of a list.
pub fn item(request: &Request, reader: &PersonId, seen: Seen<'_>) -> Vec<Span> {
    let mut spans = vec![
        Span::code(request.id.to_string()),
        Span::text(format!(
            " {} ({}, {}, {})",
            request.summary,
            texts::status(request.status),
            seen.name(&request.requester),
            ago(request.filed_at, seen.now)
        )),
    ];
    if request.waits_for(reader, seen.roster, seen.now) {
        spans.push(Span::strong(" waits for you"));
    }
    if request.owns(reader) && request.open_questions().next().is_some() {
        spans.push(Span::strong(" has a question for you"));
    }
    spans
}

/// What `requests` answers: those a person can see, open ones first, newest first. `more` were left out.
pub fn list(requests: &[Request], more: usize, reader: &PersonId, seen: Seen<'_>) -> Text {
    let mut visible: Vec<&Request> =
        requests.iter().filter(|request| request.visible_to(reader, seen.roster, seen.now)).collect();
    if visible.is_empty() {
        return texts::no_requests();
    }
    visible.sort_by_key(|request| (!request.status.is_open(), std::cmp::Reverse(request.filed_at)));
    let mut blocks =
        vec![Block::List { items: visible.iter().map(|request| item(request, reader, seen)).collect() }];
    if more > 0 {
        blocks.push(Block::spans([Span::faint(format!("… and {more} more; the newest are shown."))]));
    }
    Text { blocks, buttons: Vec::new() }
}
