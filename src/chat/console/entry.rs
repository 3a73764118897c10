//! What the journal tells, entry by entry, and the names of things in it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::event::{Addressed, Audience, FileRef, Place};
use crate::core::message::Content;
use crate::core::person::{AccountId, ChannelId, Platform, Standing};

/// The newest format of the journal that this program reads and the one it writes.
pub(super) const FORMAT: u32 = 1;

/// What begins the id of a direct conversation; the account's id follows.
pub(super) const DIRECT: &str = "dm:";

/// The number of a message, unique over the whole world, from 1; people see `#1`, the bot sees `m1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Number(pub u32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl Number {
    /// The platform's id of the message.
    pub fn id(self) -> String {
        format!("m{}", self.0)
    }

    /// Reads the platform's id of a message.
    pub fn from_id(id: &str) -> Option<Self> {
        id.strip_prefix('m')?.parse().ok().map(Self)
    }
}

/// Who sits at the console, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cursor {
    /// Who speaks.
    pub account: AccountId,
    /// Where; a direct conversation is the speaker's own.
    pub channel: ChannelId,
    /// In which thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Number>,
}

impl Cursor {
    /// The place where the speaker posts.
    pub fn place(&self) -> Place {
        place(&self.channel, self.thread)
    }
}

/// The direct conversation of an account with the bot.
pub(super) fn direct(account: &AccountId) -> ChannelId {
    ChannelId::new(Platform::Console, format!("{DIRECT}{}", account.id))
}

/// Whose direct conversation a channel is.
pub(super) fn direct_with(channel: &ChannelId) -> Option<AccountId> {
    channel.id.strip_prefix(DIRECT).map(|id| AccountId::new(Platform::Console, id))
}

/// A place in a channel of the console, perhaps in a thread.
pub(super) fn place(channel: &ChannelId, thread: Option<Number>) -> Place {
    let audience = if direct_with(channel).is_some() { Audience::Direct } else { Audience::Channel };
    Place { channel: channel.clone(), thread: thread.map(Number::id), audience }
}

/// The script line that an entry stands for; where the cursor is after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptLine {
    /// Its number, from 1.
    pub number: usize,
    /// The line itself, to know the script again.
    pub text: String,
    /// Who sits where once the line is done.
    pub cursor: Cursor,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
    /// The script line that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptLine>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum What {
    /// The journal was begun.
    Begun {
        /// Its format.
        format: u32,
    },
    /// A person posted.
    Said {
        /// Who.
        account: AccountId,
        /// What the platform says of the account.
        standing: Standing,
        /// Where.
        place: Place,
        /// The words as typed.
        text: String,
        /// To whom.
        addressed: Addressed,
        /// What came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileRef>,
    },
    /// A person reacted.
    Reacted {
        /// Who.
        account: AccountId,
        /// What the platform says of the account.
        standing: Standing,
        /// On which message.
        message: Number,
        /// With what.
        emoji: String,
    },
    /// A person took a reaction back.
    Unreacted {
        /// Who.
        account: AccountId,
        /// What the platform says of the account.
        standing: Standing,
        /// On which message.
        message: Number,
        /// The emoji as it stood.
        emoji: String,
    },
    /// A person pressed a button.
    Pressed {
        /// Who.
        account: AccountId,
        /// What the platform says of the account.
        standing: Standing,
        /// Of which message.
        message: Number,
        /// The button's action.
        action: String,
    },
    /// A person has seen a channel up to a message.
    Read {
        /// Who.
        account: AccountId,
        /// Which channel.
        channel: ChannelId,
        /// The last message seen.
        up_to: Number,
    },
    /// The bot posted.
    Delivered {
        /// The delivery that was carried out.
        delivery: String,
        /// Where.
        place: Place,
        /// Who alone may see it; everybody in the channel when nobody is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_for: Option<AccountId>,
        /// Who sat in the channel and saw it at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen_by: Option<AccountId>,
        /// What.
        content: Content,
    },
    /// The bot changed a message of its own.
    Edited {
        /// The delivery that was carried out.
        delivery: String,
        /// Which.
        message: Number,
        /// What it shows now.
        content: Content,
    },
    /// The bot has taken an event for good.
    Acknowledged {
        /// Its number.
        event: u64,
    },
    /// A script line was done that changed nothing.
    Consumed,
    /// A script began from its first line.
    ScriptStarted,
    /// A script was played to its end.
    ScriptEnded,
}
