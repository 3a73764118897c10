//! The handlers: what is decided about an intent. Functions of their arguments; the engine reads what they
//! need before and commits what they return after. In the order permission, validity, state, reply. One file per
//! area.

mod absence;
mod asks;
mod channels;
mod counsel;
mod drafts;
mod files;
mod forms;
pub mod learning;
pub mod link;
mod maturity;
mod requests;
pub mod review;
pub mod sweep;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::audit::{AuditEntry, AuditFaults, Head};
use super::coach::{Kept, Shelf};
use super::command::{Command, Line};
use super::files::Received;
use super::hear::{Heard, Keep};
use super::intent::Intent;
use super::link::{LinkStep, Linking};
use super::lookup::Page;
use super::mind::{Mind, Who};
use super::records::Conversation;
use super::seat;
use super::texts;
use crate::chat::Support;
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Purpose, Subject, Timer};
use crate::core::event::{Audience, Event, EventKind, Place};
use crate::core::message::Content;
use crate::core::person::{Person, PersonId};
use crate::request::steps::{self, By, Desk};
use crate::request::{Absences, Request, Roster, digest};

/// What was read for an intent.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The request it is about.
    pub request: Option<Request>,
    /// The requests it may concern: those the author can see, those about the same place.
    pub requests: Vec<Request>,
    /// How many more there are.
    pub more: usize,
    /// Some of the requests that a person decides.
    pub page: Page,
    /// Who is away, and who decides for whom.
    pub absences: Absences,
    /// When the person got their digest before.
    pub last_digest: Option<Timestamp>,
    /// The audit trail of the request.
    pub trail: Vec<AuditEntry>,
    /// Whether the whole audit log is as it was written, and its end.
    pub audit_check: Option<(Result<u64, AuditFaults>, Head)>,
    /// The last number given in a workflow.
    pub last_number: Option<u32>,
    /// What is under way with the author, here.
    pub conversation: Option<Conversation>,
    /// The thread in which a dialogue with them is held, where it is not the place itself.
    pub seat: Option<Place>,
    /// What a question needs.
    pub heard: Heard,
    /// What the coach keeps.
    pub shelf: Option<Shelf>,
    /// What a word about joined accounts needs.
    pub linking: Option<Linking>,
}

/// What a handler decided.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The request as it is now.
    pub request: Option<Request>,
    /// The number that was given, with the workflow's prefix.
    pub number: Option<(String, u32)>,
    /// What is under way with the author from now on.
    pub conversation: ConversationChange,
    /// Who is away from now on, and who decides for whom.
    pub absences: Option<Absences>,
    /// Whose digest was made.
    pub digest: Option<PersonId>,
    /// What the coach keeps from now on.
    pub kept: Vec<Kept>,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// What is kept of questions.
    pub keep: Vec<Keep>,
    /// What is kept of joined accounts.
    pub links: Vec<LinkStep>,
}

/// A change of what is under way with a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConversationChange {
    /// It stays.
    #[default]
    Keep,
    /// It is over.
    End,
    /// This is under way now.
    Set(Conversation),
}

/// Decides about something that happened.
pub fn decide(
    mind: &Mind,
    event: &Event,
    intent: Intent,
    loaded: Loaded,
    files: &[Received],
    now: Timestamp,
) -> Decision {
    let scene = Scene { mind, event, threads: loaded.heard.threads, files, now };
    let seat = loaded.seat.clone();
    let in_dialogue = matches!(intent, Intent::Form(_) | Intent::Words(..) | Intent::LeaveWords(..));
    let mut decision = match mind.who(&event.account, event.standing) {
        // Who wants nothing of the bot is told nothing.
        Who::Outsider if intent == Intent::Nothing => Decision::default(),
        Who::Outsider => scene.reply(texts::not_a_member()),
        _ if intent.is_about_links() => scene.links(intent, &loaded),
        Who::Unlisted => scene.unlisted(intent, loaded),
        Who::Person(person) => scene.person(person, intent, loaded),
    };
    if let Some(seat) = seat
        && (in_dialogue || decision.conversation != ConversationChange::Keep)
    {
        seat::hold(&mut decision.effects, event, &seat);
    }
    decision
}

/// Decides about a timer that is due.
pub fn ring(mind: &Mind, timer: &Timer, loaded: Loaded, now: Timestamp) -> Decision {
    if timer.purpose == Purpose::Review {
        return review::remind(mind, now);
    }
    if let Some((person, _)) = sweep::of(timer) {
        return sweep::step(&person, &loaded.page, now);
    }
    let roster = Roster { people: &mind.people, absences: &loaded.absences };
    if let Some(person) = digest::person_of(&timer.subject) {
        return morning(roster, person, &loaded, now);
    }
    if timer.purpose == Purpose::Team {
        return maturity::ring(mind, timer, &loaded, now);
    }
    let Some(request) = loaded.request else { return Decision::default() };
    let desk = Desk { roster, channels: &mind.channels, now };
    let outcome = match timer.purpose {
        Purpose::Warn => steps::warn(desk, request),
        Purpose::Escalate => steps::escalate(desk, request),
        Purpose::Expire => steps::expire(desk, request),
        Purpose::Redraw => steps::redraw(desk, request),
        Purpose::Digest | Purpose::Review | Purpose::Team | Purpose::Cards => return Decision::default(),
    };
    Decision { request: Some(outcome.request), effects: outcome.effects, ..Decision::default() }
}

/// A person's digest.
fn morning(roster: Roster<'_>, person: PersonId, loaded: &Loaded, now: Timestamp) -> Decision {
    let digest = digest::digest(&person, &loaded.requests, loaded.last_digest, roster, now);
    let mut effects: Vec<Effect> = Vec::new();
    let account = roster.people.get(&person).and_then(|known| known.accounts.first()).cloned();
    if let (Some(text), Some(account)) = (digest.text, account) {
        effects.push(Effect::Say { to: Destination::Direct { account }, content: text.into() });
        effects.extend(digest.named.into_iter().map(|id| {
            Effect::Audit(AuditFact {
                subject: Subject(id),
                actor: Actor::Bot,
                action: "request.reminded".to_owned(),
                outcome: Taken::Done,
                revision: 0,
                policy: String::new(),
                message: None,
                detail: BTreeMap::from([("person".to_owned(), person.0.clone())]),
            })
        }));
    }
    effects.extend(digest.next.map(Effect::Start));
    Decision { digest: Some(person), effects, ..Decision::default() }
}

#[derive(Clone, Copy)]
struct Scene<'a> {
    mind: &'a Mind,
    event: &'a Event,
    threads: Support,
    files: &'a [Received],
    now: Timestamp,
}

impl Scene<'_> {
    /// Where an answer to everybody stands: in a channel in the thread of the message, where there are threads.
    fn home(&self) -> Place {
        let mut place = self.event.place.clone();
        let said = matches!(self.event.kind, EventKind::Said { .. } | EventKind::Edited { .. });
        if said && self.threads == Support::Native && place.audience == Audience::Channel {
            place.thread = place.thread.or_else(|| Some(self.event.message().id.clone()));
        }
        place
    }

    /// An answer to everybody in the place.
    fn answer(&self, content: Content) -> Decision {
        let to = Destination::Place { place: self.home() };
        Decision { effects: vec![Effect::Say { to, content }], ..Decision::default() }
    }

    /// An answer to the author alone.
    fn reply(&self, content: Content) -> Decision {
        Decision { effects: vec![self.author_told(content)], ..Decision::default() }
    }

    fn author_told(&self, content: Content) -> Effect {
        let near = self.event.place.clone();
        Effect::Say { to: Destination::Private { account: self.event.account.clone(), near }, content }
    }

    /// Words about joined accounts: of a member, known or not.
    fn links(&self, intent: Intent, loaded: &Loaded) -> Decision {
        match intent {
            Intent::Line(Line::Command(Command::LinkWith(code))) => self.link_with(&code, loaded),
            Intent::Line(Line::Command(Command::Unlink(named))) => self.unlink(named, loaded),
            _ => self.link(loaded),
        }
    }

    /// A member whom the config does not list may ask, and no more. What they try with requests is on record.
    fn unlisted(&self, intent: Intent, loaded: Loaded) -> Decision {
        match (&intent, intent.subject()) {
            (_, Some(id)) => {
                let fact = AuditFact {
                    subject: Subject::from(id),
                    actor: Actor::Stranger { account: self.event.account.clone() },
                    action: "access".to_owned(),
                    outcome: Taken::Refused,
                    revision: 0,
                    policy: String::new(),
                    message: Some(self.event.message().clone()),
                    detail: BTreeMap::from([(
                        "why".to_owned(),
                        "account of nobody under [people]".to_owned(),
                    )]),
                };
                let mut decision = self.reply(texts::unknown_person());
                decision.effects.push(Effect::Audit(fact));
                decision
            }
            (
                Intent::Line(Line::Command(
                    Command::Request(_)
                    | Command::Requests
                    | Command::Report
                    | Command::Away(_)
                    | Command::Delegate { .. }
                    | Command::DelegateEnd
                    | Command::Coach(_),
                )),
                _,
            ) => self.reply(texts::unknown_person()),
            _ => self.anyone(intent, loaded),
        }
    }

    fn person(&self, person: &Person, intent: Intent, loaded: Loaded) -> Decision {
        let by = By {
            person: &person.id,
            account: &self.event.account,
            place: &self.event.place,
            message: self.event.message(),
            at: self.event.at,
        };
        match intent {
            Intent::React(card, sign) => self.react(by, &card, sign, loaded),
            Intent::Unreact(card, sign) => self.unreact(by, &card, sign, loaded),
            Intent::Words(id, about, words) => self.words(by, &id, about, &words, loaded),
            Intent::LeaveWords(id, about) => self.leave_words(&id, about, &loaded),
            Intent::Form(word) => match &loaded.conversation {
                Some(Conversation::Coached(coaching)) => self.coached(person, coaching, &word, &loaded),
                _ => self.form(Some(by), word, loaded),
            },
            Intent::Line(Line::Command(Command::Coach(command))) => self.coach(person, command, &loaded),
            Intent::Line(Line::Command(command)) => self.command(person, by, command, loaded),
            other => self.anyone(other, loaded),
        }
    }
}
