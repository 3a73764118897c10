//! The files that come with a message: fetched when the message is handled, never kept.

use std::time::Duration;

use tracing::warn;

use super::delivery::wait;
use super::engine::Core;
use crate::chat::DeliveryError;
use crate::core::event::{Event, EventKind, FileRef, MessageRef};
use crate::core::person::Standing;
use crate::license::sbom;

/// The largest file that is fetched, in bytes: as large as an SBOM may be.
const LARGEST: u64 = sbom::MAX_BYTES as u64;
/// The most files of one message that are looked at.
const MOST: usize = 10;
/// How often a file is asked for before the author is told that it cannot be had.
const ATTEMPTS: u32 = 5;

/// A file, or why it could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its name, as the sender gave it.
    pub name: String,
    /// What is in it.
    pub content: Result<Vec<u8>, String>,
}

impl Core {
    /// Fetches what came with an event. Only what a member sends is looked at.
    pub(super) async fn fetch_all(&self, event: &Event) -> Vec<Received> {
        let (files, message): (Vec<&FileRef>, _) = match &event.kind {
            EventKind::Said { files, message, .. } => (files.iter().collect(), message),
            EventKind::Filled { files, message, .. } => (files.values().collect(), message),
            _ => return Vec::new(),
        };
        if event.standing != Standing::Member {
            return Vec::new();
        }
        let mut received = Vec::new();
        for file in files.into_iter().take(MOST) {
            received.push(Received { name: file.name.clone(), content: self.fetch(message, file).await });
        }
        received
    }

    async fn fetch(&self, message: &MessageRef, file: &FileRef) -> Result<Vec<u8>, String> {
        if file.size.is_some_and(|size| size > LARGEST) {
            return Err(format!("it is larger than {} MB", LARGEST >> 20));
        }
        let Some(adapter) = self.adapters.get(&message.channel.platform) else {
            return Err("this bot does not run on that platform any more".to_owned());
        };
        let mut attempt = 0;
        loop {
            let (why, after) = match adapter.fetch(message, file, LARGEST).await {
                Ok(bytes) => return Ok(bytes),
                Err(DeliveryError::Gone) => return Err("it is not there any more".to_owned()),
                Err(DeliveryError::Refused { why }) => return Err(why),
                Err(DeliveryError::Retry { why, after }) => (why, after),
                Err(DeliveryError::Unknown { why }) => (why, None),
            };
            attempt += 1;
            warn!(why, attempt, "a file cannot be fetched");
            if attempt == ATTEMPTS {
                return Err(why);
            }
            self.pause(wait(attempt, after, fastrand::f64())).await;
        }
    }

    /// Waits, or no longer when the bot is to stop.
    async fn pause(&self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = self.hurry.cancelled() => {}
        }
    }
}
