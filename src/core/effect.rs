//! What a handler decided, beside the new state: what to show, what to record, when to look again.
//!
//! Effects are committed together with the state they belong to and carried out afterwards, so a crash
//! between the two loses nothing.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{MessageRef, Place};
use super::message::Content;
use super::person::{AccountId, PersonId};

/// The name of a message that is kept up to date, such as `REL-42/card/legal`. Showing a slot again edits the
/// message in place; what people see is a projection of the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub String);

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a timer, an audit entry or a card is about: a request id such as `REL-42`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub String);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing to be done because of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Say something once.
    Say {
        /// To whom.
        to: Destination,
        /// What.
        content: Content,
    },
    /// Show a slot's content where it belongs: post it the first time, edit it in place afterwards.
    Show {
        /// The slot.
        slot: Slot,
        /// What the slot is about: a reaction on the message concerns it.
        subject: Subject,
        /// Where it stands.
        to: Destination,
        /// What it shows now.
        content: Content,
    },
    /// Say something once in the thread of the message that shows a slot; in the place itself where there are no
    /// threads, or the slot stands nowhere.
    Follow {
        /// The slot.
        slot: Slot,
        /// The place where the slot stands.
        place: Place,
        /// What.
        content: Content,
    },
    /// Change a file of the company's knowledge folder.
    File(FileStep),
    /// Add to the audit log.
    Audit(AuditFact),
    /// Look again at a time. A timer with the same id is replaced.
    Start(Timer),
    /// Do not look again.
    Stop {
        /// The timer.
        timer: TimerId,
    },
}

/// A change of a file in the company's knowledge folder. Paths are relative to it. Doing it twice does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum FileStep {
    /// Write a file.
    Put {
        /// Where.
        path: String,
        /// What.
        text: String,
    },
    /// Move a draft to where it is served.
    Publish {
        /// The draft.
        draft: String,
        /// Where it goes.
        article: String,
        /// What to write there when the draft is gone.
        text: String,
    },
    /// Remove a file.
    Remove {
        /// Which.
        path: String,
    },
}

/// To whom something is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Destination {
    /// Everybody in a place.
    Place {
        /// The place.
        place: Place,
    },
    /// One account alone, near the place where it spoke: ephemeral where the platform can, direct elsewhere.
    Private {
        /// The account.
        account: AccountId,
        /// Where it spoke.
        near: Place,
    },
    /// One account's direct conversation with the bot.
    Direct {
        /// The account.
        account: AccountId,
    },
}

/// The id of a timer: what it is about and what for, such as `REL-42/remind`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub String);

/// A moment to look at a subject again. Firing twice does no harm: the handler reads the state anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Its id.
    pub id: TimerId,
    /// When.
    pub due: Timestamp,
    /// What to look at.
    pub subject: Subject,
    /// What for.
    pub purpose: Purpose,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Tell a person, all at once, what waits for them.
    Digest,
    /// Announce that a request is about to lapse.
    Warn,
    /// Call the backup roles of a request.
    Escalate,
    /// Let a request lapse that nobody decided.
    Expire,
    /// Bring the cards of a request up to date with who can decide.
    Redraw,
    /// Bring the cards of all requests that a person decides up to date, some at a time.
    Cards,
    /// Remind the owners of articles that are due for review.
    Review,
    /// Tell a team what is due.
    Team,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A person, by the account they used.
    Person {
        /// Who.
        person: PersonId,
        /// With which account.
        account: AccountId,
    },
    /// An account that belongs to nobody we know.
    Stranger {
        /// The account.
        account: AccountId,
    },
    /// The bot itself, on a timer.
    Bot,
}

/// Whether what was attempted took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did.
    Done,
    /// It was refused and changed nothing.
    Refused,
}

/// What an auditor wants to know of one step. The log adds the time, the number and the hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFact {
    /// What it concerns.
    pub subject: Subject,
    /// Who did it.
    pub actor: Actor,
    /// What, as a dotted verb: `request.submitted`, `vote.approve`.
    pub action: String,
    /// Whether it took effect.
    pub outcome: Outcome,
    /// The revision of the subject it applied to.
    pub revision: u32,
    /// The version of the rules in force for the subject.
    pub policy: String,
    /// The message it came by, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageRef>,
    /// Further particulars: stage, reason, emoji.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}
