//! From what a room tells to an event of the bot: with who it was, who reads along, and what it is about.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{TimelineEvent, TimelineEventKind};
use matrix_sdk::ruma::{EventId, OwnedEventId, UserId};
use serde_json::Value;
use tracing::debug;

use super::choices;
use super::incoming::{self, Heard, What};
use super::notes::{self, Reaction};
use super::rooms::account;
use super::send::thread_of;
use super::sync::{Halt, Listener};
use super::words::Words;
use crate::chat::{AcceptError, Accepted};
use crate::core::event::{Addressed, Audience, Event, EventId as OurId, EventKind, MessageRef, Place};
use crate::core::person::ChannelId;

impl Listener<'_> {
    /// Takes one event of a timeline, and hands in what it means.
    pub(super) async fn hear(&mut self, room: &Room, event: &TimelineEvent) -> Result<(), Halt> {
        if let TimelineEventKind::UnableToDecrypt { event, .. } = &event.kind {
            self.cannot_read(room, event);
            return Ok(());
        }
        if let Some(message) = incoming::closed(room.own_user_id(), event.raw()) {
            self.forget_reactions(&message).await?;
            return Ok(());
        }
        let rules = room.clone_info().room_version_rules_or_default().redaction;
        let Some(heard) = incoming::read(room.own_user_id(), &rules, event.raw()) else { return Ok(()) };
        let channel = self.adapter.channel(room);
        let place = Place { channel: channel.clone(), thread: None, audience: self.adapter.audience(room) };
        let message = |id: &EventId| MessageRef { channel: channel.clone(), id: id.to_string() };
        match &heard.what {
            What::Said { words, thread, replies_to, files } => {
                let mut addressed = addressed(words, place.audience);
                let mut thread = thread.as_ref().map(ToString::to_string);
                // A reply to the bot speaks to it, and goes on where the bot spoke.
                if let Some(replied) = replies_to
                    && let Some(own) = self.own(room, replied).await?
                {
                    thread = thread_to_go_on(&own, replied, place.audience);
                    if addressed == Addressed::Nobody {
                        addressed = Addressed::Mention;
                    }
                }
                let kind = EventKind::Said {
                    text: words.text.clone(),
                    message: message(&heard.id),
                    addressed,
                    files: files.clone(),
                };
                self.hand_in(&heard, Place { thread, ..place }, kind).await?;
            }
            What::Edited { message: edited, words } => {
                let kind = EventKind::Edited {
                    message: message(edited),
                    text: words.text.clone(),
                    addressed: addressed(words, place.audience),
                };
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
            What::Verifies => self.decline(room, &heard).await?,
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
        let Some((own, now)) = self.said_by_us(room, on).await? else { return Ok(()) };
        let Some(action) = choices::action(&now, index) else { return Ok(()) };
        let message = MessageRef { channel: place.channel.clone(), id: on.to_string() };
        let place = Place { thread: thread_of(&own), ..place };
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

    /// Nothing is decided with reactions on a message any more: which they were need not be known.
    async fn forget_reactions(&mut self, message: &EventId) -> Result<(), AcceptError> {
        for (name, reaction) in self.notes.all::<Reaction>(notes::REACTIONS).await? {
            if reaction.message.id == message.as_str() {
                self.notes.forget(name);
            }
        }
        Ok(())
    }

    /// What a message said at first, when it is the bot's.
    async fn own(&self, room: &Room, message: &EventId) -> Result<Option<Value>, Halt> {
        let own = self.patiently("what is replied to", move || self.adapter.own(room, message));
        Ok(own.await?.flatten())
    }

    /// What a message of the bot said at first, and says now.
    async fn said_by_us(&self, room: &Room, message: &EventId) -> Result<Option<(Value, Value)>, Halt> {
        let read = move || async move {
            let Some(first) = self.adapter.own(room, message).await? else { return Ok(None) };
            let now = self.adapter.edited(room, message).await?.unwrap_or_else(|| first.clone());
            Ok(Some((first, now)))
        };
        Ok(self.patiently("what a number is under", read).await?.flatten())
    }
}

/// The thread in which to go on after a message of the bot's.
fn thread_to_go_on(own: &Value, message: &EventId, audience: Audience) -> Option<String> {
    match audience {
        Audience::Channel => thread_of(own).or_else(|| Some(message.to_string())),
        Audience::Direct => thread_of(own),
    }
}

/// How a message is addressed: whoever is alone with the bot speaks to it.
fn addressed(words: &Words, audience: Audience) -> Addressed {
    match (audience, words.addressed) {
        (Audience::Direct, Addressed::Mention | Addressed::Nobody) => Addressed::Direct,
        (_, addressed) => addressed,
    }
}
