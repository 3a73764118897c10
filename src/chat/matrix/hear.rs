//! From what a room tells to an event of the bot: with who it was, who reads along, and what it is about.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{TimelineEvent, TimelineEventKind};
use matrix_sdk::ruma::{EventId, OwnedEventId, UserId};
use tracing::{debug, warn};

use super::choices;
use super::incoming::{self, Heard, What};
use super::notes::{self, Reaction};
use super::rooms::account;
use super::sync::{Halt, Listener};
use crate::chat::Accepted;
use crate::core::event::{Addressed, Audience, Event, EventId as OurId, EventKind, MessageRef, Place};
use crate::core::person::ChannelId;

/// Where an own message stands and what its numbers mean.
struct Own {
    thread: Option<String>,
    actions: serde_json::Value,
}

impl Listener<'_> {
    /// Takes one event of a timeline, and hands in what it means.
    pub(super) async fn hear(&mut self, room: &Room, event: &TimelineEvent) -> Result<(), Halt> {
        if let TimelineEventKind::UnableToDecrypt { event, .. } = &event.kind {
            self.cannot_read(room, event);
            return Ok(());
        }
        let rules = room.clone_info().room_version_rules_or_default().redaction;
        let Some(heard) = incoming::read(room.own_user_id(), &rules, event.raw()) else { return Ok(()) };
        let channel = self.adapter.channel(room);
        let place = Place { channel: channel.clone(), thread: None, audience: self.adapter.audience(room) };
        let message = |id: &EventId| MessageRef { channel: channel.clone(), id: id.to_string() };
        match &heard.what {
            What::Said { words, thread, replies_to, files } => {
                let addressed = match (place.audience, words.addressed) {
                    (Audience::Direct, Addressed::Mention | Addressed::Nobody) => Addressed::Direct,
                    (_, addressed) => addressed,
                };
                let thread = match (thread, replies_to) {
                    (Some(thread), _) => Some(thread.to_string()),
                    // A reply to the bot goes on where the bot spoke.
                    (None, Some(replied)) if addressed != Addressed::Nobody => {
                        self.thread_of(room, replied, place.audience).await
                    }
                    _ => None,
                };
                let kind = EventKind::Said {
                    text: words.text.clone(),
                    message: message(&heard.id),
                    addressed,
                    files: files.clone(),
                };
                self.hand_in(&heard, Place { thread, ..place }, kind).await?;
            }
            What::Edited { message: edited, words } => {
                let addressed = match (place.audience, words.addressed) {
                    (Audience::Direct, Addressed::Mention | Addressed::Nobody) => Addressed::Direct,
                    (_, addressed) => addressed,
                };
                let kind =
                    EventKind::Edited { message: message(edited), text: words.text.clone(), addressed };
                self.hand_in(&heard, place, kind).await?;
            }
            What::Reacted { message: on, key } => match choices::index(key) {
                Some(index) => self.chosen(room, &heard, on, index, place).await?,
                None => {
                    let kind = EventKind::Reacted { message: message(on), emoji: key.clone() };
                    if self.hand_in(&heard, place, kind).await? != Accepted::Ignored {
                        let reaction = Reaction {
                            message: message(on),
                            emoji: key.clone(),
                            account: account(&heard.sender),
                        };
                        self.notes.set(notes::reaction(&heard.id), &reaction);
                    }
                }
            },
            What::Redacted { event } => self.redacted(&heard, event, &channel, place).await?,
        }
        Ok(())
    }

    /// Hands in an event, as something its sender did.
    async fn hand_in(&self, heard: &Heard, place: Place, kind: EventKind) -> Result<Accepted, Halt> {
        let event = Event {
            id: OurId(format!("matrix:{}", heard.id)),
            at: heard.at,
            account: account(&heard.sender),
            standing: self.adapter.standing(&heard.sender),
            place,
            kind,
        };
        let accepted = self.port.accept(event).await?;
        debug!(event = %heard.id, ?accepted, "heard");
        Ok(accepted)
    }

    /// A number under a message of the bot is a press of what it stands for.
    async fn chosen(
        &self,
        room: &Room,
        heard: &Heard,
        on: &OwnedEventId,
        index: usize,
        place: Place,
    ) -> Result<(), Halt> {
        let Some(own) = self.own(room, on).await else { return Ok(()) };
        let Some(action) = choices::action(&own.actions, index) else { return Ok(()) };
        let message = MessageRef { channel: place.channel.clone(), id: on.to_string() };
        let place = Place { thread: own.thread, ..place };
        self.hand_in(heard, place, EventKind::Pressed { message, action }).await?;
        Ok(())
    }

    /// A reaction is taken back by redaction, which names it and nothing else.
    async fn redacted(
        &mut self,
        heard: &Heard,
        event: &EventId,
        channel: &ChannelId,
        place: Place,
    ) -> Result<(), Halt> {
        let name = notes::reaction(event);
        let Some(reaction) = self.notes.get::<Reaction>(&name).await? else { return Ok(()) };
        self.notes.forget(name);
        if reaction.message.channel != *channel {
            return Ok(());
        }
        let remover = account(&heard.sender);
        let kind = EventKind::Unreacted {
            message: reaction.message,
            emoji: reaction.emoji,
            by: (remover != reaction.account).then_some(remover),
        };
        let standing = match UserId::parse(&reaction.account.id) {
            Ok(user) => self.adapter.standing(&user),
            Err(_) => return Ok(()),
        };
        let event = Event {
            id: OurId(format!("matrix:{}", heard.id)),
            at: heard.at,
            // Whoever took it away, it is the vote of the one who gave it.
            account: reaction.account,
            standing,
            place,
            kind,
        };
        self.port.accept(event).await?;
        Ok(())
    }

    /// The thread in which to go on after a message, when it is the bot's.
    async fn thread_of(&self, room: &Room, message: &EventId, audience: Audience) -> Option<String> {
        let own = self.own(room, message).await?;
        match audience {
            Audience::Channel => Some(own.thread.unwrap_or_else(|| message.to_string())),
            Audience::Direct => own.thread,
        }
    }

    /// Reads a message of the bot's own, with its latest edit.
    async fn own(&self, room: &Room, message: &EventId) -> Option<Own> {
        let found = match self.adapter.content_of(room, message).await {
            Ok(found) => found?,
            Err(why) => {
                warn!(%message, ?why, "a message of the bot cannot be read");
                return None;
            }
        };
        let relation = &found.first["m.relates_to"];
        let in_thread = relation["rel_type"] == "m.thread";
        let thread = relation["event_id"].as_str().filter(|_| in_thread).map(str::to_owned);
        Some(Own { thread, actions: found.now })
    }
}
