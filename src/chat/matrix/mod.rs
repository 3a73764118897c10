//! Matrix, by matrix-sdk: rooms and direct messages, encrypted or not.
//!
//! - `session`: logged in once, taken up at every start; `legacy`: what a new login takes along; `trouble`: what errors mean; `texts`: what is said about them
//! - `sync`: how events come in, none lost; `notes`: what is kept for it; `waiting`: what cannot be read yet
//! - `incoming`, `words`: what a room tells, read apart, pure; `hear`: as events of the bot
//! - `render`, `html`, `choices`: how a content looks, pure; `deliver`, `send`: posts, edits, private words, each once
//! - `setup`: the bot's identity; `check`: whether everything is in place; `verify`: who wants to compare emoji
//! - `rooms`: which room is meant, who is in it, invitations; `media`, `reactions`: what is asked for

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use matrix_sdk::ruma::{OwnedEventId, OwnedRoomId, OwnedUserId};
use matrix_sdk::{Client, Room};
use secrecy::SecretString;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryError, EventPort, StandingReaction, Support,
};
use crate::core::event::{FileRef, MessageRef};
use crate::core::person::{ChannelId, GroupId, Member, Platform};

mod check;
mod choices;
mod deliver;
mod hear;
mod html;
mod incoming;
mod legacy;
mod media;
mod notes;
mod reactions;
mod render;
mod rooms;
mod send;
mod session;
mod setup;
mod sync;
mod texts;
mod trouble;
mod verify;
mod waiting;
mod words;

pub use check::{Finding, check};
pub use session::{Credential, LoggedIn, log_in};
pub use setup::{Identity, set_up};

use trouble::Trouble;

/// What the bot needs to speak on Matrix.
#[derive(Debug, Clone)]
pub struct MatrixConfig {
    /// The home server's address, or its name when it tells its address itself.
    pub homeserver: String,
    /// The bot's own id.
    pub user: String,
    /// What its keys on disk are encrypted with.
    pub passphrase: SecretString,
    /// Where session and keys are kept.
    pub folder: PathBuf,
    /// The home servers whose people are members.
    pub allowed_servers: BTreeSet<String>,
    /// Single people of other home servers who are members all the same.
    pub allowed_people: BTreeSet<String>,
    /// The rooms of roles; they are channels, however few are in them.
    pub channels: BTreeSet<ChannelId>,
}

/// Matrix as a platform of the bot.
pub struct MatrixAdapter {
    client: Client,
    config: MatrixConfig,
    /// The conversations with one person that were opened since the start.
    opened: Mutex<BTreeMap<OwnedUserId, OwnedRoomId>>,
    numbers: mpsc::UnboundedSender<Numbered>,
    to_number: Mutex<mpsc::UnboundedReceiver<Numbered>>,
    aliases: BTreeMap<ChannelId, ChannelId>,
    _lock: session::Lock,
}

/// A message whose choices get their numbers as reactions: where, which, how many.
type Numbered = (Room, OwnedEventId, usize);

fn error(why: impl Into<String>) -> AdapterError {
    AdapterError { platform: Platform::Matrix, why: why.into() }
}

impl MatrixAdapter {
    /// Takes up the session that `ospo matrix login` has begun.
    ///
    /// # Errors
    /// When there is none, its keys cannot be read, or another process uses them.
    pub async fn connect(mut config: MatrixConfig) -> Result<Arc<Self>, AdapterError> {
        let (client, lock) = session::resume(&config).await?;
        let aliases = rooms::aliases(&client, &config.channels).await?;
        config.channels =
            config.channels.iter().map(|room| aliases.get(room).unwrap_or(room).clone()).collect();
        let (numbers, to_number) = mpsc::unbounded_channel();
        let (opened, to_number) = (Mutex::default(), Mutex::new(to_number));
        Ok(Arc::new(Self { client, config, opened, numbers, to_number, aliases, _lock: lock }))
    }

    /// The rooms that the aliases of the config mean.
    pub fn aliases(&self) -> &BTreeMap<ChannelId, ChannelId> {
        &self.aliases
    }

    /// Puts numbers under choices, as fast as the home server likes it.
    async fn number_choices(&self) {
        let mut waiting = self.to_number.lock().await;
        while let Some((room, message, choices)) = waiting.recv().await {
            for index in 0..choices {
                while let Err(trouble) = self.seed(&room, &message, choices::sign(index)).await {
                    let Trouble::Limited(after) = trouble else { break };
                    tokio::time::sleep(after.unwrap_or(Duration::from_secs(1))).await;
                }
            }
        }
    }
}

impl ChatAdapter for MatrixAdapter {
    fn platform(&self) -> Platform {
        Platform::Matrix
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: Support::None,
            forms: Support::None,
            edits: Support::Native,
            threads: Support::Native,
            ephemeral: Support::None,
        }
    }

    fn run(
        &self,
        port: Arc<dyn EventPort>,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<(), AdapterError>> {
        async move {
            tokio::select! {
                ended = sync::listen(self, port, stop) => ended,
                () = self.number_choices() => Ok(()),
            }
        }
        .boxed()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<MessageRef, DeliveryError>> {
        self.carry_out(delivery).boxed()
    }

    fn fetch<'a>(
        &'a self,
        _: &'a MessageRef,
        file: &'a FileRef,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<u8>, DeliveryError>> {
        self.file(file, limit).boxed()
    }

    fn reactions<'a>(
        &'a self,
        message: &'a MessageRef,
    ) -> BoxFuture<'a, Result<Option<Vec<StandingReaction>>, DeliveryError>> {
        self.standing_on(message).boxed()
    }

    fn members<'a>(&'a self, group: &'a GroupId) -> BoxFuture<'a, Result<Vec<Member>, DeliveryError>> {
        self.members_of(group).boxed()
    }
}
