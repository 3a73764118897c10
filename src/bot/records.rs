//! The records of the bot: what is kept under which key, and how it is written.
//!
//! Values are JSON. The store's own format number (`meta/format`) covers them: a change of shape that `serde`
//! does not absorb raises it and brings a migration.
//!
//! What is kept of questions stands in [`counsel`].

use std::ops::Range;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::core::effect::{Destination, Slot, Subject, Timer, TimerId};
use crate::core::event::{Audience, EventId, MessageRef, Place};
use crate::core::form::Answers;
use crate::core::message::Content;
use crate::core::person::{AccountId, PersonId, Platform};
use crate::request::RequestId;
use crate::request::state::Findings;
use crate::store::{Key, Record, StoreError};

pub mod counsel;

/// Writes a value as the bytes of a record.
///
/// # Errors
/// When a value cannot be written as JSON, which no type of ours should be.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Invalid(format!("cannot be written: {error}")))
}

/// Reads the bytes of a record.
///
/// # Errors
/// When they are not what this program writes.
pub fn decode<T: DeserializeOwned>(record: &Record) -> Result<T, StoreError> {
    serde_json::from_slice(&record.value)
        .map_err(|error| StoreError::Failed(format!("the record {} cannot be read: {error}", record.key)))
}

/// An event that waits to be handled.
pub fn inbox(number: u64) -> Key {
    Key(format!("inbox/{number:020}"))
}

/// All events that wait.
pub fn all_inbox() -> Range<Key> {
    Key::under("inbox/")
}

/// That an event was taken once.
pub fn seen(event: &EventId) -> Key {
    Key(format!("seen/{event}"))
}

/// All events taken in the last days.
pub fn all_seen() -> Range<Key> {
    Key::under("seen/")
}

/// When an event was taken; it can be forgotten once no platform would send it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The moment.
    pub at: Timestamp,
}

/// What a platform's adapter keeps for itself.
pub fn note(platform: Platform, name: &str) -> Key {
    Key(format!("note/{platform}/{name}"))
}

/// All notes of a platform's adapter whose names begin so.
pub fn all_notes(platform: Platform, beginning: &str) -> Range<Key> {
    Key::under(&note(platform, beginning).0)
}

/// A request.
pub fn request(id: &RequestId) -> Key {
    Key(format!("request/{id}"))
}

/// All requests.
pub fn all_requests() -> Range<Key> {
    Key::under("request/")
}

/// Who is away, and who decides for whom.
pub fn absences() -> Key {
    Key("absences".to_owned())
}

/// When a person last got their digest.
pub fn digest(person: &PersonId) -> Key {
    Key(format!("digest/{person}"))
}

/// The last number given to a request with a prefix.
pub fn counter(prefix: &str) -> Key {
    Key(format!("counter/{prefix}"))
}

/// What the bot and a person are in the middle of, in a place. Alone with the bot they may answer in a thread under what
/// it asked, or beside it.
pub fn conversation(account: &AccountId, place: &Place) -> Key {
    let thread = match place.audience {
        Audience::Channel => place.thread.as_deref().unwrap_or_default(),
        Audience::Direct => "",
    };
    Key(format!("conversation/{account}/{}/{thread}", place.channel))
}

/// What the bot and a person are in the middle of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "conversation", rename_all = "snake_case")]
pub enum Conversation {
    /// The person fills in a form.
    Filling(Draft),
    /// The person is asked for words about a request.
    Words {
        /// The request.
        request: RequestId,
        /// What for.
        about: About,
        /// What was under way before; it goes on afterwards.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<Box<Self>>,
    },
    /// The person is asked by the coach. What they answered is kept elsewhere: this is only where they are.
    Coached(Coaching),
}

impl Conversation {
    /// A person is asked for words, whatever is under way.
    pub fn asking(under_way: Option<Self>, request: RequestId, about: About) -> Self {
        let then = under_way.and_then(|before| before.without(&request, about)).map(Box::new);
        Self::Words { request, about, then }
    }

    /// Whether a person is asked for these words, now or afterwards.
    pub fn asks(&self, id: &RequestId, what: About) -> bool {
        match self {
            Self::Words { request, about, then } => {
                (request == id && *about == what) || then.as_ref().is_some_and(|then| then.asks(id, what))
            }
            Self::Filling(_) | Self::Coached(_) => false,
        }
    }

    /// What is left when words that were asked for are given, or wanted no more.
    pub fn without(self, id: &RequestId, what: About) -> Option<Self> {
        match self {
            Self::Words { request, about, then } => {
                let then = then.and_then(|then| then.without(id, what)).map(Box::new);
                if request == *id && about == what {
                    then.map(|then| *then)
                } else {
                    Some(Self::Words { request, about, then })
                }
            }
            other => Some(other),
        }
    }
}

/// What the coach is asking a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "coaching", rename_all = "snake_case")]
pub enum Coaching {
    /// About a practice of a maturity model.
    Practice {
        /// The model's id.
        model: String,
        /// The areas the person goes through; all without any.
        areas: Vec<String>,
        /// The practice that is asked.
        practice: String,
        /// What was asked before it, for the way back.
        asked: Vec<String>,
    },
    /// A question of the strategy.
    Strategy {
        /// The question's id.
        question: String,
        /// What was asked before it.
        asked: Vec<String>,
    },
}

/// What words about a request are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Why they reject it.
    Reason,
    /// Its id, to confirm a vote.
    Confirmation,
    /// What their concern is.
    Concern,
    /// What they want to know.
    Question,
}

/// Which form somebody fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum FormName {
    /// That of a kind of request.
    Request {
        /// The workflow's id.
        workflow: String,
    },
    /// That of a request which is to be changed.
    Edit {
        /// The request.
        request: RequestId,
    },
    /// The questions that lead to a license.
    Choose,
}

/// A form on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Which form.
    pub form: FormName,
    /// The answers so far; what was left out is the empty text.
    pub answers: Answers,
    /// The field that is being asked, or the number of fields when all are answered.
    pub at: usize,
    /// How it goes on after an answer.
    #[serde(default)]
    pub course: Course,
    /// What the bot found out about answers, by field.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// The likely duplicates that the person was shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warned_of: Vec<RequestId>,
}

impl Draft {
    /// A form on its way, about which nothing was found out yet.
    pub fn new(form: FormName, answers: Answers, at: usize, course: Course) -> Self {
        Self { form, answers, at, course, findings: Findings::new(), warned_of: Vec::new() }
    }
}

/// How a form goes on after an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// To the next field.
    #[default]
    Onward,
    /// Back to the look at the whole, over what is still unanswered.
    Review,
    /// Nothing is asked in conversation: the form is filled in whole, or was put aside. What its author says is no
    /// answer.
    Aside,
}

/// Something to be shown, until it is.
pub fn outbox(number: u64) -> Key {
    Key(format!("outbox/{number:020}"))
}

/// All that is to be shown.
pub fn all_outbox() -> Range<Key> {
    Key::under("outbox/")
}

/// Something to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The id that makes the platform show it once.
    pub id: String,
    /// To whom.
    pub to: Destination,
    /// What.
    pub content: Content,
    /// The message that is kept up to date by it, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<(Slot, Subject)>,
    /// The slot in whose thread it is said, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Slot>,
}

/// A change of a file that waits to be made.
pub fn file(number: u64) -> Key {
    Key(format!("file/{number:020}"))
}

/// All changes of files that wait.
pub fn all_files() -> Range<Key> {
    Key::under("file/")
}

/// What a platform refused for good, and why: for the operator to see.
pub fn undelivered(id: &str) -> Key {
    Key(format!("undelivered/{id}"))
}

/// Something that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// What.
    pub entry: OutboxEntry,
    /// What the platform said.
    pub why: String,
}

/// Where a slot stands.
pub fn slot(slot: &Slot) -> Key {
    Key(format!("slot/{slot}"))
}

/// The slot that a key of [`slot`] or [`slots_of`] names.
pub fn slot_of(key: &Key) -> Option<Slot> {
    key.0.strip_prefix("slot/").map(|name| Slot(name.to_owned()))
}

/// All slots of a subject.
pub fn slots_of(subject: &Subject) -> Range<Key> {
    Key::under(&format!("slot/{subject}/"))
}

/// What a message of ours is about, so that a reaction on it is understood.
pub fn binding(message: &MessageRef) -> Key {
    Key(format!("message/{message}"))
}

/// What a message of ours is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The slot it shows.
    pub slot: Slot,
    /// What that is about.
    pub subject: Subject,
}

/// A timer, in the order in which timers are due.
pub fn timer(timer: &Timer) -> Key {
    Key(format!("timer/{:020}/{}", timer.due.as_second().max(0), timer.id.0))
}

/// All timers.
pub fn all_timers() -> Range<Key> {
    Key::under("timer/")
}

/// Where a timer is: the key it is kept under, so that it can be stopped by its id.
pub fn timer_of(id: &TimerId) -> Key {
    Key(format!("timer-of/{}", id.0))
}

/// The end of the audit log.
pub fn audit_head() -> Key {
    Key("audit-head".to_owned())
}

/// An entry of the audit log.
pub fn audit(number: u64) -> Key {
    Key(format!("audit/{number:020}"))
}

/// The whole audit log.
pub fn all_audit() -> Range<Key> {
    Key::under("audit/")
}

/// That an entry of the audit log is about a subject; the value is the entry's number.
pub fn audit_of(subject: &Subject, number: u64) -> Key {
    Key(format!("audit-of/{subject}/{number:020}"))
}

/// All entries about a subject.
pub fn all_audit_of(subject: &Subject) -> Range<Key> {
    Key::under(&format!("audit-of/{subject}/"))
}
