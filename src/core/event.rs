//! What happened: an adapter tells it, the bot keeps it until it is handled.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::person::{AccountId, ChannelId, Platform, Standing};

/// The id of an event, made of what the platform gives: the same happening has the same id however often it
/// is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub String);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message as its platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    /// Where it stands.
    pub channel: ChannelId,
    /// The platform's id of it within that channel.
    pub id: String,
}

impl fmt::Display for MessageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.channel, self.id)
    }
}

/// A file that came with a message. The platform keeps it; the bot fetches it when it handles the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// The platform's id of it, enough to fetch it.
    pub id: String,
    /// Its name, as the sender gave it: data, never a path.
    pub name: String,
    /// Its size in bytes, as the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// Who can read what is said in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everybody in the channel.
    Channel,
    /// The person and the bot alone.
    Direct,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The channel.
    pub channel: ChannelId,
    /// The thread's first message, when it is in a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Who reads along.
    pub audience: Audience,
}

impl Place {
    /// A channel outside any thread.
    pub fn channel(channel: ChannelId) -> Self {
        Self { channel, thread: None, audience: Audience::Channel }
    }

    /// The platform it is on.
    pub fn platform(&self) -> Platform {
        self.channel.platform
    }
}

/// How a message is addressed; it decides whether it concerns the bot at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addressed {
    /// A command word of the platform: `/ospo …`, `!ospo …`.
    Command,
    /// A direct message to the bot.
    Direct,
    /// The bot is mentioned.
    Mention,
    /// Talk in a channel, to nobody in particular.
    Nobody,
}

/// One thing that happened in a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The same for every telling of the same happening.
    pub id: EventId,
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Whose account did it.
    pub account: AccountId,
    /// What the platform says of that account.
    pub standing: Standing,
    /// Where.
    pub place: Place,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A message, without the mention or command word that addressed it.
    Said {
        /// The words.
        text: String,
        /// The message itself, to answer in its thread.
        message: MessageRef,
        /// To whom.
        addressed: Addressed,
        /// What came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileRef>,
    },
    /// A reaction was put on a message.
    Reacted {
        /// The message.
        message: MessageRef,
        /// The emoji as the platform wrote it; see [`super::emoji`].
        emoji: String,
    },
    /// A reaction was taken back.
    Unreacted {
        /// The message.
        message: MessageRef,
        /// The emoji as the platform wrote it.
        emoji: String,
        /// Who took it away, when it was not the one who had put it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AccountId>,
    },
    /// A message was changed by its author.
    Edited {
        /// The message.
        message: MessageRef,
        /// The words now, without the mention or command word that addresses the bot.
        text: String,
        /// To whom, now.
        addressed: Addressed,
    },
    /// A button of ours was pressed.
    Pressed {
        /// The message that shows the button.
        message: MessageRef,
        /// The button's action: a command line, as if typed by the one who pressed.
        action: String,
    },
}

impl Event {
    /// The message a reaction or a press is about, or the message said or changed.
    pub fn message(&self) -> &MessageRef {
        match &self.kind {
            EventKind::Said { message, .. }
            | EventKind::Reacted { message, .. }
            | EventKind::Unreacted { message, .. }
            | EventKind::Edited { message, .. }
            | EventKind::Pressed { message, .. } => message,
        }
    }
}
