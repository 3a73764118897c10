//! What is kept of questions: what was asked and where it is answered, what was handed over, how each channel is
//! set, who found what helpful, and what nobody could answer.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::effect::{Slot, Subject};
use crate::core::event::{MessageRef, Place};
use crate::core::manners::Mode;
use crate::core::person::{AccountId, ChannelId, PersonId};
use crate::request::RequestId;
use crate::store::Key;

/// The prefix of the ids of questions that were handed over: `ASK-7`. No kind of request may have it.
pub const ASK: &str = "ASK";

/// How long a conversation can be taken up again.
pub const TALK_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long is kept what nobody could answer, and who found what helpful.
pub const LEARNING_LASTS: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How long a question stays that was handed over and is done.
pub const ASK_LASTS: SignedDuration = SignedDuration::from_hours(180 * 24);

/// A question and what became of it, until the conversation is forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The message that asks.
    pub message: MessageRef,
    /// Who asks.
    pub asker: AccountId,
    /// Where it is answered.
    pub place: Place,
    /// The words.
    pub question: String,
    /// What was asked before, where this only makes sense together with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The article that answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The hand-over it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<RequestId>,
    /// When it was last asked.
    pub at: Timestamp,
}

/// A question, by the message that asks it.
pub fn asked(message: &MessageRef) -> Key {
    Key(format!("asked/{message}"))
}

/// All questions.
pub fn all_asked() -> Range<Key> {
    Key::under("asked/")
}

impl Asked {
    /// What the message that answers it is about.
    pub fn subject(&self) -> Subject {
        Subject(asked(&self.message).0)
    }

    /// The message that answers it.
    pub fn slot(&self) -> Slot {
        Slot(format!("{}/answer", self.subject()))
    }

    /// The record that a message of ours is about, if that is a question.
    pub fn key_of(subject: &Subject) -> Option<Key> {
        subject.0.starts_with("asked/").then(|| Key(subject.0.clone()))
    }

    /// Everything that was asked, in order.
    pub fn whole(&self) -> String {
        match &self.about {
            Some(about) => format!("{about} {}", self.question),
            None => self.question.clone(),
        }
    }
}

/// A conversation: a thread, or what one person says outside of any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// Who began it.
    pub asker: AccountId,
    /// The message that asked last.
    pub last: MessageRef,
    /// The question that is with the OSPO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<RequestId>,
    /// When something was last asked.
    pub at: Timestamp,
}

/// The conversation in a place.
pub fn talk(place: &Place, account: &AccountId) -> Key {
    match &place.thread {
        Some(thread) => Key(format!("talk/{}/{thread}", place.channel)),
        None => Key(format!("talk/{}//{account}", place.channel)),
    }
}

/// All conversations.
pub fn all_talk() -> Range<Key> {
    Key::under("talk/")
}

/// A question that people of the OSPO answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Its id: `ASK-7`.
    pub id: RequestId,
    /// Who asks.
    pub asker: AccountId,
    /// What.
    pub question: String,
    /// The message that asks.
    pub message: MessageRef,
    /// Where the asker reads the answer.
    pub place: Place,
    /// How it stands.
    pub state: AskState,
    /// Who has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<PersonId>,
    /// What people answered, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Reply>,
    /// When it last changed.
    pub at: Timestamp,
}

/// How a question that was handed over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskState {
    /// Nobody has answered yet.
    Waiting,
    /// Somebody has.
    Answered,
    /// The OSPO does not answer it.
    Closed,
}

/// What somebody of the OSPO answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Who.
    pub by: PersonId,
    /// The words.
    pub text: String,
    /// The message that says them.
    pub message: MessageRef,
}

/// A question that was handed over.
pub fn ask(id: &RequestId) -> Key {
    Key(format!("ask/{id}"))
}

/// All questions that were handed over.
pub fn all_asks() -> Range<Key> {
    Key::under("ask/")
}

impl Ask {
    /// Whether the asker's words in its thread are meant for those who answer: the thread is that of the question, not
    /// one where people talked before.
    pub fn has_own_thread(&self) -> bool {
        self.place.thread.as_ref() == Some(&self.message.id)
    }

    /// The card in the OSPO's channel with this place in the list of its channels.
    pub fn card(&self, channel: usize) -> Slot {
        Slot(format!("{}/card/{channel}", self.id))
    }

    /// An answer carried to the asker, counted from 1.
    pub fn carried(&self, number: usize) -> Slot {
        Slot(format!("{}/reply/{number}", self.id))
    }

    /// The message that tells the asker who has it.
    pub fn notice(&self) -> Slot {
        Slot(format!("{}/notice", self.id))
    }

    /// What the cards are about. The asker's notice is about something else: it takes no replies.
    pub fn subject(&self) -> Subject {
        Subject::from(&self.id)
    }
}

/// How a channel was set by command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// When the bot answers there.
    pub mode: Mode,
    /// Who said so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// How a channel was set.
pub fn setting(channel: &ChannelId) -> Key {
    Key(format!("channel/{channel}"))
}

/// How much was asked by somebody or in a channel, in the hour that began then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The beginning of the hour.
    pub at: Timestamp,
    /// How many questions.
    pub count: u32,
}

/// How much an account asked.
pub fn count_of(account: &AccountId) -> Key {
    Key(format!("count/person/{account}"))
}

/// How much was asked in a channel.
pub fn count_in(channel: &ChannelId) -> Key {
    Key(format!("count/channel/{channel}"))
}

/// All counts.
pub fn all_counts() -> Range<Key> {
    Key::under("count/")
}

/// Whether somebody found an answer helpful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Helpful {
    /// It was.
    Yes,
    /// It was not.
    No,
}

/// Somebody's vote on an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// The article.
    pub article: String,
    /// What they found.
    pub helpful: Helpful,
    /// When.
    pub at: Timestamp,
}

/// The vote of an account on an article.
pub fn vote(article: &str, account: &AccountId) -> Key {
    Key(format!("vote/{article}/{account}"))
}

/// All votes.
pub fn all_votes() -> Range<Key> {
    Key::under("vote/")
}

/// A question that was not answered well, without a word of who asked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The words.
    pub question: String,
    /// The article that was shown and did not help; none where there was none to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a message asked in vain.
pub fn gap(message: &MessageRef) -> Key {
    Key(format!("gap/{message}"))
}

/// Everything that was asked in vain.
pub fn all_gaps() -> Range<Key> {
    Key::under("gap/")
}

/// That a question was answered by an article: no words of it, and nobody's name. For counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// When.
    pub at: Timestamp,
}

/// That a message was answered.
pub fn served(message: &MessageRef) -> Key {
    Key(format!("served/{message}"))
}

/// Everything that was answered.
pub fn all_served() -> Range<Key> {
    Key::under("served/")
}

/// An article made of what people answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The question that was answered.
    pub ask: RequestId,
    /// The id that the article has or would have.
    pub article: String,
    /// Its text.
    pub text: String,
    /// How it stands.
    pub state: DraftState,
    /// Who made it, published it or discarded it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// How a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// It waits for a curator.
    Proposed,
    /// It is an article now.
    Published,
    /// It is nothing.
    Discarded,
}

/// The draft of what was answered to a question.
pub fn draft(ask: &RequestId) -> Key {
    Key(format!("draft/{ask}"))
}
