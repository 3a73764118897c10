//! The chat port: what the bot needs of a platform, and what a platform needs of the bot. One folder per
//! platform; none knows another, nor anything of ours but [`crate::core`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::{self, BoxFuture};
use tokio_util::sync::CancellationToken;

use crate::core::effect::Destination;
use crate::core::event::{Event, FileRef, MessageRef, Place};
use crate::core::message::{Content, Home};
use crate::core::person::{AccountId, GroupId, Member, Platform, Standing};
use crate::core::sheet::{Problems, Sheet};

pub mod console;
#[cfg(feature = "matrix")]
pub mod matrix;
#[cfg(feature = "slack")]
pub mod slack;

/// What a platform can do by itself; what it cannot, the bot does in conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Shows buttons that can be pressed.
    pub buttons: Support,
    /// Shows a whole form at once.
    pub forms: Support,
    /// Can change a message that stands.
    pub edits: Support,
    /// Has threads.
    pub threads: Support,
    /// Can show a message to one person in a channel.
    pub ephemeral: Support,
}

/// Whether a platform has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does.
    Native,
    /// It does not.
    None,
}

/// One thing to be shown, taken from the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same at every attempt: a platform that has carried it out before does not do so again.
    pub id: String,
    /// Whether it may have been carried out before.
    pub tried: Tried,
    /// What to do.
    pub action: DeliveryAction,
}

/// Whether a delivery may have been carried out before: an earlier attempt, or an earlier process, may have got as far
/// as the platform and no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// This is the first attempt.
    Never,
    /// It may have been.
    Perhaps,
}

/// What to do with a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryAction {
    /// Post a new message.
    Post {
        /// To whom.
        to: Destination,
        /// What.
        content: Content,
    },
    /// Change a message that stands.
    Edit {
        /// Which.
        message: MessageRef,
        /// What it shows from now on.
        content: Content,
    },
}

/// Why a delivery did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It was not carried out, or the platform knows again what of it was; it may succeed later.
    #[error("not now: {why}")]
    Retry {
        /// What the platform said.
        why: String,
        /// How long the platform asks us to wait.
        after: Option<Duration>,
    },
    /// Nobody knows whether it was carried out, whole or in part; it is tried again as [`Tried::Perhaps`].
    #[error("nobody knows whether it was carried out: {why}")]
    Unknown {
        /// What happened.
        why: String,
    },
    /// The message to be edited is gone; it is to be posted anew.
    #[error("the message is gone")]
    Gone,
    /// It will never succeed.
    #[error("refused: {why}")]
    Refused {
        /// What the platform said.
        why: String,
    },
}

/// A reaction that stands on a message now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandingReaction {
    /// Whose.
    pub account: AccountId,
    /// The emoji as the platform writes it.
    pub emoji: String,
}

/// Why an event could not be taken. The platform is not acknowledged and sends it again.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The store did not take it.
    #[error("the event could not be kept: {0}")]
    Store(String),
    /// The bot is shutting down.
    #[error("the bot is shutting down")]
    Closing,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is durable and will be handled.
    Kept,
    /// It is known already; nothing changes.
    Known,
    /// It does not concern the bot: nothing of it is kept.
    Ignored,
    /// A form was handed in with answers that cannot stand: nothing of it is kept, and its author is told.
    Faulty(Problems),
}

/// Somebody who looks at what the bot has for them alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub account: AccountId,
    /// What the platform says of the account.
    pub standing: Standing,
    /// Their direct conversation with the bot.
    pub place: Place,
}

/// Something an adapter keeps for itself until it takes it back: how far it has read, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its name, unique on the platform.
    pub name: String,
    /// What to keep; `None` forgets it.
    pub value: Option<String>,
}

/// Where an adapter hands in what happened.
#[async_trait]
pub trait EventPort: Send + Sync {
    /// Takes an event. When this returns `Ok`, the platform may be acknowledged.
    ///
    /// # Errors
    /// When the event is not durable; it must be handed in again.
    async fn accept(&self, event: Event) -> Result<Accepted, AcceptError>;

    /// Keeps notes of a platform's adapter, all or none. When this returns `Ok`, they and every event accepted before
    /// are durable.
    ///
    /// # Errors
    /// When the notes are not durable.
    async fn remember(&self, platform: Platform, notes: Vec<Note>) -> Result<(), AcceptError>;

    /// What was kept under names that begin so, with the names, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn recall(&self, platform: Platform, beginning: &str)
    -> Result<Vec<(String, String)>, AcceptError>;

    /// The form that an event asks for, or brings answers to, to be shown whole. None when it asks for none, or not for
    /// its author: then it is handed in like any other. Changes nothing.
    ///
    /// # Errors
    /// When the store cannot say.
    async fn sheet(&self, _event: &Event) -> Result<Option<Sheet>, AcceptError> {
        Ok(None)
    }

    /// Whether a line asks for a form, as far as the line alone says: then it is worth a wait.
    fn opens(&self, _line: &str) -> bool {
        false
    }

    /// Somebody looks at their home: [`ChatAdapter::show_home`] is called for them soon, and again whenever what it shows
    /// may have changed.
    fn visited(&self, _visit: Visit) {}
}

/// An adapter that can go on no longer.
#[derive(Debug, thiserror::Error)]
#[error("{platform}: {why}")]
pub struct AdapterError {
    /// The platform.
    pub platform: Platform,
    /// What happened and what to do.
    pub why: String,
}

/// A platform. Its methods return boxed futures as they are, not by `async_trait`, whose bounds on each method make the
/// compiler find out anew for each that everything a large library does may be done on another thread.
pub trait ChatAdapter: Send + Sync {
    /// Which.
    fn platform(&self) -> Platform;

    /// What it can do by itself.
    fn capabilities(&self) -> Capabilities;

    /// Hands in events until told to stop or until the platform ends.
    ///
    /// # Errors
    /// When the platform cannot be reached in a way that waiting does not mend.
    fn run(
        &self,
        port: Arc<dyn EventPort>,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<(), AdapterError>>;

    /// Carries out one delivery and returns the message it stands in. The same delivery id is carried out once,
    /// however often this is called.
    ///
    /// # Errors
    /// See [`DeliveryError`].
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>>;

    /// Shows somebody what the bot has for them alone, in place of what was there. Where a platform has no such place
    /// this does nothing.
    ///
    /// # Errors
    /// See [`DeliveryError`].
    fn show_home<'a>(
        &'a self,
        _visit: &'a Visit,
        _home: &'a Home,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        future::ready(Ok(())).boxed()
    }

    /// The content of a file that came with a message; never more than `limit` bytes are read.
    ///
    /// # Errors
    /// [`DeliveryError::Gone`] when it is not there any more, [`DeliveryError::Refused`] when it is larger or
    /// may not be read.
    fn fetch<'a>(
        &'a self,
        message: &'a MessageRef,
        file: &'a FileRef,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>>;

    /// The reactions that stand on a message now, to make up for what was missed; `None` when it is gone.
    ///
    /// # Errors
    /// When the platform cannot say now.
    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>>;

    /// The people who are in a group now, as of a few minutes ago at most while the platform can say, and as of an hour
    /// ago when it cannot. Guests and bots are left out.
    ///
    /// # Errors
    /// When nobody can say any more who is in it; then nobody counts as such. [`DeliveryError::Refused`] when the bot
    /// may not read it, or there is no such group.
    fn members<'a>(&'a self, group: &'a GroupId) -> BoxFuture<'a, Result<Vec<Member>, DeliveryError>> {
        let why = format!("the bot reads no groups of {}", group.platform);
        future::ready(Err(DeliveryError::Refused { why })).boxed()
    }
}
