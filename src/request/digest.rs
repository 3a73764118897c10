//! One message a day for each person with all that waits for them, in the morning of their own zone, on working days.
//! Nothing is kept on a request about who was reminded: that follows from how long it has been waiting and from when
//! the person last got a digest, so running twice says nothing twice.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::roster::Roster;
use super::state::{Request, Status};
use crate::core::effect::{Purpose, Subject, Timer, TimerId};
use crate::core::message::{Block, Span, Text};
use crate::core::person::{People, PersonId};
use crate::core::time::{ago, next_morning, working_days_after, working_days_between};

/// The most entries of a digest; the rest is counted.
pub const MOST: usize = 15;

/// What somebody has to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Decide it.
    Decide,
    /// Answer a question about it.
    Answer,
    /// Finish its checklist.
    Finish,
}

/// The beginning of the subject of a digest timer.
const SUBJECT: &str = "person/";

/// The person whose digest a timer is for.
pub fn person_of(subject: &Subject) -> Option<PersonId> {
    subject.0.strip_prefix(SUBJECT).map(|id| PersonId(id.to_owned()))
}

/// The timer of a person's next digest; none for somebody the config does not know.
pub fn wake(person: &PersonId, people: &People, now: Timestamp) -> Option<Timer> {
    let zone = &people.get(person)?.zone;
    Some(Timer {
        id: TimerId(format!("digest/{person}")),
        due: next_morning(now, zone),
        subject: Subject(format!("{SUBJECT}{person}")),
        purpose: Purpose::Digest,
    })
}

/// What a person has to do with a request now, and since when; nothing, if anybody but them could.
pub fn task_of(
    request: &Request,
    person: &PersonId,
    roster: Roster<'_>,
    now: Timestamp,
) -> Option<(Task, Timestamp)> {
    match request.status {
        Status::Open if request.owns(person) => {
            let since = request.open_questions().map(|(_, question)| question.at).min()?;
            Some((Task::Answer, since))
        }
        Status::Open => request.waits_for(person, roster, now).then_some((Task::Decide, request.clock.from)),
        Status::Approved if *person == request.requester && !request.all_done() => {
            Some((Task::Finish, request.since))
        }
        _ => None,
    }
}

/// Everybody who has something to do with a request now.
pub fn concerned(request: &Request, roster: Roster<'_>, now: Timestamp) -> BTreeSet<PersonId> {
    let mut found: BTreeSet<PersonId> = BTreeSet::new();
    if request.status.is_open() && request.clock.paused.is_none() {
        found.extend(request.rules.stages.iter().flat_map(|stage| request.awaited(stage, roster, now)));
    }
    let owners = std::iter::once(&request.requester).chain(&request.co_requesters);
    found.extend(owners.filter(|person| task_of(request, person, roster, now).is_some()).cloned());
    found
}

/// When a request lapses if nobody decides.
fn lapses(request: &Request, zone: &TimeZone) -> Timestamp {
    working_days_after(request.clock.from, request.rules.patience.expire_after, zone)
}

/// Whether it is time to remind of something: a reminder fell due since the last digest, and not more than allowed.
fn is_due(
    request: &Request,
    since: Timestamp,
    last: Option<Timestamp>,
    now: Timestamp,
    zone: &TimeZone,
) -> bool {
    let patience = request.rules.patience;
    let reminders = |until: Timestamp| {
        (working_days_between(since, until, zone) / patience.remind_every.max(1)).min(patience.remind_at_most)
    };
    let told = last.filter(|last| *last > since).map_or(0, reminders);
    reminders(now) > told
}

/// What a digest says, and whether there will be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The message; none when nothing is due today.
    pub text: Option<Text>,
    /// The requests it names, for the audit log.
    pub named: Vec<String>,
    /// When to look again; none when nothing waits.
    pub next: Option<Timer>,
}

/// What a person is told this morning. `requests` are those that may concern them, `last` is when they got the digest
/// before.
pub fn digest(
    person: &PersonId,
    requests: &[Request],
    last: Option<Timestamp>,
    roster: Roster<'_>,
    now: Timestamp,
) -> Digest {
    let nothing = Digest { text: None, named: Vec::new(), next: None };
    let Some(known) = roster.people.get(person) else { return nothing };
    let zone = &known.zone;
    let mut waiting: Vec<(&Request, Task, Timestamp)> = requests
        .iter()
        .filter_map(|request| {
            let (task, since) = task_of(request, person, roster, now)?;
            Some((request, task, since))
        })
        .collect();
    waiting.sort_by_key(|(request, task, since)| match task {
        Task::Decide | Task::Answer => (*task, lapses(request, zone), request.id.clone()),
        Task::Finish => (*task, *since, request.id.clone()),
    });
    let may_come = |(request, _, since): &(&Request, Task, Timestamp)| {
        let patience = request.rules.patience;
        let days = working_days_between(*since, now, zone);
        days / patience.remind_every.max(1) < patience.remind_at_most
    };
    let next = if waiting.iter().any(may_come) { wake(person, roster.people, now) } else { None };
    if roster.is_away(person, now) {
        return Digest { next: wake(person, roster.people, now).filter(|_| !waiting.is_empty()), ..nothing };
    }
    waiting.retain(|(request, _, since)| is_due(request, *since, last, now, zone));
    if waiting.is_empty() {
        return Digest { next, ..nothing };
    }
    let named = waiting.iter().map(|(request, ..)| request.id.to_string()).collect();
    Digest { text: Some(text(&waiting, roster.people, zone, now)), named, next }
}

fn text(waiting: &[(&Request, Task, Timestamp)], people: &People, zone: &TimeZone, now: Timestamp) -> Text {
    let item = |(request, task, since): &(&Request, Task, Timestamp)| {
        let id = &request.id;
        let name = people.name(&request.requester);
        let mut spans = vec![Span::code(id.to_string()), Span::text(format!(" {}: ", request.summary))];
        match task {
            Task::Decide => {
                let until = lapses(request, zone).to_zoned(zone.clone()).date();
                spans.extend([
                    Span::text(format!("filed by {name} {}, lapses {until}. ", ago(request.filed_at, now))),
                    Span::code(format!("show {id}")),
                    Span::text(" or react on its card"),
                ]);
            }
            Task::Answer => spans.extend([
                Span::text(format!("asked {}; the clock stands until you say ", ago(*since, now))),
                Span::code(format!("answer {id} …")),
            ]),
            Task::Finish => {
                let left = request.todo.iter().filter(|todo| todo.done.is_none()).count();
                spans.extend([
                    Span::text(format!(
                        "approved {}, {left} of its checklist still to do: ",
                        ago(*since, now)
                    )),
                    Span::code(format!("show {id}")),
                ]);
            }
        }
        spans
    };
    let count = waiting.len();
    let headline = if count == 1 {
        "This still waits for you:".to_owned()
    } else {
        format!("These {count} still wait for you, the most urgent first:")
    };
    let mut blocks = vec![
        Block::spans([Span::strong(headline)]),
        Block::List { items: waiting.iter().take(MOST).map(item).collect() },
    ];
    if count > MOST {
        blocks.push(Block::spans([
            Span::faint(format!("… and {} more: ", count - MOST)),
            Span::code("requests"),
        ]));
    }
    Text { blocks, buttons: Vec::new() }
}
