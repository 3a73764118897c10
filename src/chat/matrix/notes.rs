//! What the adapter keeps across restarts, in the bot's store: how far it has read, which reaction stood where, what it
//! could not read yet. Changes are gathered and kept at once, after the events they go with.

use std::collections::BTreeMap;
use std::sync::Arc;

use matrix_sdk::ruma::{EventId, RoomId, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::chat::{AcceptError, EventPort, Note};
use crate::core::event::MessageRef;
use crate::core::person::{AccountId, Platform};

/// The token of the sync whose events were accepted last.
pub(super) const CURSOR: &str = "cursor";

/// The last event of a room that was seen.
pub(super) fn seen_of(room: &RoomId) -> String {
    format!("seen/{room}")
}

/// What begins the names of all reactions.
pub(super) const REACTIONS: &str = "reaction/";

/// A reaction that stands: its redaction names nothing but its id.
pub(super) fn reaction(event: &EventId) -> String {
    format!("{REACTIONS}{event}")
}

/// What begins the names of all that could not be read.
pub(super) const WAITING: &str = "waiting/";

/// An event that could not be read yet.
pub(super) fn waiting(room: &RoomId, event: &EventId) -> String {
    format!("{WAITING}{room}/{event}")
}

/// That somebody was told in a room that the bot cannot read what they write.
pub(super) fn told(room: &RoomId, sender: &UserId) -> String {
    format!("told/{room}/{sender}")
}

/// A reaction: on what, what, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reaction {
    pub message: MessageRef,
    pub emoji: String,
    pub account: AccountId,
}

/// Notes, and what has changed of them since they were kept.
pub(super) struct Notes {
    port: Arc<dyn EventPort>,
    changed: BTreeMap<String, Option<String>>,
}

impl Notes {
    pub fn new(port: Arc<dyn EventPort>) -> Self {
        Self { port, changed: BTreeMap::new() }
    }

    /// A note; none also when an older program wrote it in another way.
    pub async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, AcceptError> {
        let kept = match self.changed.get(name) {
            Some(changed) => changed.clone(),
            None => {
                let found = self.port.recall(Platform::Matrix, name).await?;
                found.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
            }
        };
        Ok(kept.and_then(|value| parsed(name, &value)))
    }

    /// All notes under names that begin so.
    pub async fn all<T: DeserializeOwned>(&self, beginning: &str) -> Result<Vec<(String, T)>, AcceptError> {
        let kept = self.port.recall(Platform::Matrix, beginning).await?.into_iter();
        let mut found: BTreeMap<String, Option<String>> =
            kept.map(|(name, value)| (name, Some(value))).collect();
        let changed = self.changed.iter().filter(|(name, _)| name.starts_with(beginning));
        found.extend(changed.map(|(name, value)| (name.clone(), value.clone())));
        Ok(found
            .into_iter()
            .filter_map(|(name, value)| Some((name.clone(), parsed(&name, &value?)?)))
            .collect())
    }

    pub fn set<T: Serialize>(&mut self, name: String, value: &T) {
        match serde_json::to_string(value) {
            Ok(value) => drop(self.changed.insert(name, Some(value))),
            Err(error) => warn!(name, %error, "a note cannot be written"),
        }
    }

    pub fn forget(&mut self, name: String) {
        self.changed.insert(name, None);
    }

    /// Keeps what has changed. After that, what was accepted before is not told again.
    pub async fn keep(&mut self) -> Result<(), AcceptError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let notes =
            self.changed.iter().map(|(name, value)| Note { name: name.clone(), value: value.clone() });
        self.port.remember(Platform::Matrix, notes.collect()).await?;
        self.changed.clear();
        Ok(())
    }
}

fn parsed<T: DeserializeOwned>(name: &str, value: &str) -> Option<T> {
    serde_json::from_str(value).map_err(|error| warn!(name, %error, "a note cannot be read")).ok()
}
