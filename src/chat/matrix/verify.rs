//! Requests to verify the bot by comparing emoji, which a program cannot: they are declined at once rather than left to
//! run out, with a word on how to trust the bot all the same.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::ProcessedToDeviceEvent;
use matrix_sdk::ruma::{OwnedUserId, UserId};
use serde::Deserialize;
use tracing::{info, warn};

use super::html::Piece;
use super::incoming::Heard;
use super::render::{self, Voice};
use super::sync::{Halt, Listener};
use super::texts;
use crate::core::person::Standing;

/// A request that one device sends to others.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#mkeyverificationrequest>.
const REQUEST: &str = "m.key.verification.request";

impl Listener<'_> {
    /// Declines a request that somebody made in a room, and tells members why.
    pub(super) async fn decline(&self, room: &Room, heard: &Heard) -> Result<(), Halt> {
        self.cancel(&heard.sender, heard.id.as_str()).await;
        if self.adapter.standing(&heard.sender) != Standing::Member {
            return Ok(());
        }
        let device = self.adapter.client.device_id().map(ToString::to_string).unwrap_or_default();
        let (plain, html) = texts::cannot_compare(&device);
        let content = render::message(Voice::Softly, &Piece { plain, html }, &[]);
        let name = format!("verification/{}", heard.id);
        let send = || self.adapter.send(room, "m.room.message", content.clone(), &name);
        // Where it may not speak, nobody is told.
        self.patiently("a request to verify the bot", send).await?;
        Ok(())
    }

    /// Declines the requests that devices sent to the bot's own.
    pub(super) async fn decline_all(&self, events: &[ProcessedToDeviceEvent]) {
        #[derive(Deserialize)]
        struct Content {
            transaction_id: String,
        }
        for raw in events.iter().map(ProcessedToDeviceEvent::to_raw) {
            let kind = raw.get_field::<String>("type").ok().flatten();
            let sender = raw.get_field::<OwnedUserId>("sender").ok().flatten();
            let content = raw.get_field::<Content>("content").ok().flatten();
            if let (Some(REQUEST), Some(sender), Some(content)) = (kind.as_deref(), sender, content) {
                self.cancel(&sender, &content.transaction_id).await;
            }
        }
    }

    async fn cancel(&self, sender: &UserId, flow: &str) {
        let encryption = self.adapter.client.encryption();
        let Some(request) = encryption.get_verification_request(sender, flow).await else { return };
        info!(%sender, "declining to compare emoji");
        if let Err(why) = request.cancel().await {
            warn!(%sender, %why, "a request to verify the bot cannot be declined; it runs out by itself");
        }
    }
}
