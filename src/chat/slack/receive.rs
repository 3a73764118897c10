//! From Slack to the bot: an event is handed in and durable before Slack is told that it arrived.

use std::sync::Arc;

use jiff::Timestamp;
use slack_morphism::prelude::*;
use tracing::{debug, warn};

use super::SlackAdapter;
use super::incoming::{Heard, commanded, interacted, pushed};
use crate::chat::EventPort;
use crate::core::event::Event;
use crate::core::person::{AccountId, Platform};

/// Takes what Slack tells, on whichever way it comes.
#[derive(Clone)]
pub(super) struct Receiver {
    pub adapter: Arc<SlackAdapter>,
    pub port: Arc<dyn EventPort>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Receiver {
    /// Takes an event of the Events API.
    pub async fn push(&self, event: &SlackPushEventCallback) -> Result<(), BoxError> {
        match &event.event {
            SlackEventCallbackBody::UserChange(changed) => self.adapter.users.forget(&changed.user.id),
            SlackEventCallbackBody::Unknown(_) => debug!("an event of a kind that the bot does not know"),
            _ => {}
        }
        self.take(pushed(&self.adapter.me, event)).await
    }

    /// Takes a slash command.
    pub async fn command(&self, command: &SlackCommandEvent) -> Result<(), BoxError> {
        self.take(Some(commanded(command, Timestamp::now()))).await
    }

    /// Takes a press or a shortcut.
    pub async fn interaction(&self, event: &SlackInteractionEvent) -> Result<(), BoxError> {
        self.take(interacted(event, Timestamp::now())).await
    }

    async fn take(&self, heard: Option<Heard>) -> Result<(), BoxError> {
        let Some(Heard { id, at, user, place, kind }) = heard else { return Ok(()) };
        let standing = self.adapter.users.standing(&self.adapter.client, &user).await.map_err(|error| {
            warn!(?error, "Slack does not say who somebody is; it will tell the event again");
            format!("users.info: {error:?}")
        })?;
        let account = AccountId::new(Platform::Slack, user.to_string());
        self.port.accept(Event { id, at, account, standing, place, kind }).await?;
        Ok(())
    }
}
