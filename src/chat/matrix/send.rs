//! One event out: sent once, however often it is tried, because the home server knows it by its transaction.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::{IncludeRelations, RelationsOptions};
use matrix_sdk::ruma::events::relation::RelationType;
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedTransactionId, UInt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::MatrixAdapter;
use super::trouble::Trouble;

/// The transaction of what a name stands for, in as many characters as every home server takes.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#transaction-identifiers>.
fn transaction(name: &str) -> OwnedTransactionId {
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

impl MatrixAdapter {
    /// Sends an event, encrypted where the room is. `name` is the same at every attempt; the same device never shows
    /// it twice.
    pub(super) async fn send(
        &self,
        room: &Room,
        kind: &str,
        content: Value,
        name: &str,
    ) -> Result<OwnedEventId, Trouble> {
        let sent = room.send_raw(kind, content).with_transaction_id(&transaction(name)).await;
        Ok(sent?.response.event_id)
    }

    /// Puts a reaction of the bot's under its own message. One that is there already is fine.
    pub(super) async fn seed(&self, room: &Room, message: &EventId, sign: &str) -> Result<(), Trouble> {
        let content =
            json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": message, "key": sign } });
        match self.send(room, "m.reaction", content, &format!("seed/{message}/{sign}")).await {
            Ok(_) => Ok(()),
            Err(Trouble::Refused(why)) => {
                tracing::debug!(why, "a reaction is there already, or not allowed");
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// What a message of the bot said at first; none when it is gone, or somebody else's.
    pub(super) async fn own(&self, room: &Room, message: &EventId) -> Result<Option<Value>, Trouble> {
        match room.event(message, None).await.map_err(Trouble::from) {
            Ok(event) => Ok(content_by_us(room, &event)),
            Err(Trouble::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// What a message of the bot says now, when it was edited.
    pub(super) async fn edited(&self, room: &Room, message: &EventId) -> Result<Option<Value>, Trouble> {
        let options = RelationsOptions {
            limit: Some(UInt::from(5u32)),
            include_relations: IncludeRelations::RelationsOfType(RelationType::Replacement),
            ..RelationsOptions::default()
        };
        // Newest first.
        let edits = room.relations(message.to_owned(), options).await?;
        let newest = edits.chunk.iter().find_map(|event| content_by_us(room, event));
        Ok(newest.map(|mut content| content["m.new_content"].take()))
    }

    /// Uploads bytes for a room, encrypted where it is, and returns what a message says of where they are.
    pub(super) async fn upload(
        &self,
        room: &Room,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<Value, Trouble> {
        let passing = |why: serde_json::Error| Trouble::Passing(why.to_string());
        if room.latest_encryption_state().await?.is_encrypted() {
            let file = self.client.upload_encrypted_file(&mut bytes.as_slice()).await?;
            return Ok(json!({ "file": serde_json::to_value(file).map_err(passing)? }));
        }
        let media_type = media_type.parse().map_err(|_| Trouble::Refused("M_UNKNOWN".to_owned()))?;
        let uploaded = self.client.media().upload(&media_type, bytes, None).await?;
        Ok(json!({ "url": uploaded.content_uri }))
    }
}

/// The content of an event of the bot's, when it has any: one that was redacted has none.
fn content_by_us(room: &Room, event: &TimelineEvent) -> Option<Value> {
    let content = event.raw().get_field::<Value>("content").ok()??;
    let ours = event.sender().as_deref() == Some(room.own_user_id()) && !event.kind.is_utd();
    (ours && content.as_object().is_some_and(|content| !content.is_empty())).then_some(content)
}

/// The thread that a message stands in.
pub(super) fn thread_of(content: &Value) -> Option<String> {
    let relation = &content["m.relates_to"];
    let in_thread = relation["rel_type"] == "m.thread";
    relation["event_id"].as_str().filter(|_| in_thread).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_transaction_and_each_its_own() {
        assert_eq!(transaction("matrix:$a/0"), transaction("matrix:$a/0"));
        assert_ne!(transaction("matrix:$a/0"), transaction("matrix:$a/1"));
        assert_eq!(transaction("x").as_str().len(), 32);
    }
}
