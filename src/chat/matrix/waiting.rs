//! What cannot be read yet, because its keys have not come: kept, tried again with every news, and said so once when
//! they do not come.

use jiff::{SignedDuration, Timestamp};
use matrix_sdk::Room;
use matrix_sdk::ruma::events::AnySyncTimelineEvent;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedRoomId, OwnedUserId};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::html::Piece;
use super::render::Voice;
use super::sync::{Halt, Listener};
use super::trouble::Trouble;
use super::{notes, render, texts};
use crate::core::event::Audience;

/// After how long the sender is told.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// How often one person is told in one room.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long the keys are waited for.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many events are waited for; whoever sends more of them cannot fill the store.
const MOST: usize = 1000;

/// Something that cannot be read yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    room: OwnedRoomId,
    sender: OwnedUserId,
    id: OwnedEventId,
    event: Raw<AnySyncTimelineEvent>,
    since: Timestamp,
    told: Told,
}

/// Whether the sender knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Yes,
    NotYet,
}

impl Waiting {
    /// For how long it has been waiting.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.since)
    }
}

impl Listener<'_> {
    /// Keeps an event that cannot be read.
    pub(super) fn cannot_read(&mut self, room: &Room, event: &Raw<AnySyncTimelineEvent>) {
        let sender = event.get_field::<OwnedUserId>("sender").ok().flatten();
        let id = event.get_field::<OwnedEventId>("event_id").ok().flatten();
        let (Some(sender), Some(id)) = (sender, id) else { return };
        let name = notes::waiting(room.room_id(), &id);
        if sender == room.own_user_id() || self.waiting.contains_key(&name) || self.waiting.len() >= MOST {
            return;
        }
        info!(room = %room.room_id(), event = %id, %sender, "cannot be read yet");
        let waiting = Waiting {
            room: room.room_id().to_owned(),
            sender,
            id,
            event: event.clone(),
            since: Timestamp::now(),
            told: Told::NotYet,
        };
        self.notes.set(name.clone(), &waiting);
        self.waiting.insert(name, waiting);
    }

    /// Tries again to read what could not be read.
    pub(super) async fn try_again(&mut self) -> Result<(), Halt> {
        let now = Timestamp::now();
        for (name, mut waiting) in self.waiting.clone() {
            let age = waiting.age(now);
            let Some(room) = self.adapter.client.get_room(&waiting.room).filter(|_| age < GIVEN_UP_AFTER)
            else {
                self.waiting.remove(&name);
                self.notes.forget(name);
                continue;
            };
            if let Ok(event) = room.decrypt_event(waiting.event.cast_ref_unchecked(), None).await
                && !event.kind.is_utd()
            {
                info!(room = %waiting.room, event = %waiting.id, "can be read now");
                self.hear(&room, &event).await?;
                self.waiting.remove(&name);
                self.notes.forget(name);
                self.notes.forget(notes::told(&waiting.room, &waiting.sender));
            } else if age > TOLD_AFTER
                && waiting.told == Told::NotYet
                && self.tell(&room, &waiting, now).await?
            {
                waiting.told = Told::Yes;
                self.notes.set(name.clone(), &waiting);
                self.waiting.insert(name, waiting);
            }
        }
        Ok(())
    }

    /// Tells the sender once a day that what they write cannot be read; whether nothing is left to tell.
    async fn tell(&mut self, room: &Room, waiting: &Waiting, now: Timestamp) -> Result<bool, Halt> {
        let note = notes::told(&waiting.room, &waiting.sender);
        let last: Option<Timestamp> = self.notes.get(&note).await?;
        if last.is_some_and(|last| now.duration_since(last) < TOLD_EVERY) {
            return Ok(true);
        }
        let words = Piece { plain: texts::UNREADABLE.to_owned(), html: texts::UNREADABLE.to_owned() };
        let content = render::message(Voice::Softly, &words, &[]);
        let content = match self.adapter.audience(room) {
            Audience::Direct => content,
            Audience::Channel => render::in_thread(content, thread_of(&waiting.event, &waiting.id).as_str()),
        };
        match self.adapter.send(room, "m.room.message", content, &format!("unreadable/{}", waiting.id)).await
        {
            Ok(_) => {
                self.notes.set(note, &now);
                Ok(true)
            }
            // With the next news, then.
            Err(Trouble::Limited(_) | Trouble::Passing(_)) => Ok(false),
            Err(why) => {
                warn!(room = %waiting.room, ?why, "nobody can be told");
                Ok(true)
            }
        }
    }
}

/// The thread in which an event stands, which is told also where its words are not; else the event itself.
fn thread_of(event: &Raw<AnySyncTimelineEvent>, id: &EventId) -> OwnedEventId {
    #[derive(Deserialize)]
    struct Content {
        #[serde(rename = "m.relates_to")]
        relation: Option<Relation>,
    }
    #[derive(Deserialize)]
    struct Relation {
        rel_type: Option<String>,
        event_id: Option<OwnedEventId>,
    }
    let content = event.get_field::<Content>("content").ok().flatten();
    content
        .and_then(|content| content.relation)
        .filter(|relation| relation.rel_type.as_deref() == Some("m.thread"))
        .and_then(|relation| relation.event_id)
        .unwrap_or_else(|| id.to_owned())
}
