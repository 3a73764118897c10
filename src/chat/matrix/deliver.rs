//! From a delivery to Matrix: notices, edits, private words, pictures, each once.

use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId, RoomId, UserId};
use matrix_sdk::{Room, RoomState};
use serde_json::Value;
use tracing::warn;

use super::render::{self, Rendered, Voice};
use super::send::thread_of;
use super::trouble::Trouble;
use super::{MatrixAdapter, texts};
use crate::chat::{Delivery, DeliveryAction, DeliveryError};
use crate::core::effect::Destination;
use crate::core::event::{Audience, MessageRef, Place};
use crate::core::message::{Content, Picture};
use crate::core::person::{AccountId, ChannelId};

/// How long to wait for somebody to invite the bot into the room of a role.
const UNTIL_INVITED: Duration = Duration::from_secs(30);

/// Where a message is posted.
struct Target {
    room: Room,
    /// The channel that the room is to the bot.
    channel: ChannelId,
    thread: Option<String>,
}

fn refused(why: impl Into<String>) -> DeliveryError {
    DeliveryError::Refused { why: why.into() }
}

impl MatrixAdapter {
    pub(super) async fn carry_out(&self, delivery: &Delivery) -> Result<MessageRef, DeliveryError> {
        match &delivery.action {
            DeliveryAction::Post { to, content } => {
                let target = self.target(to).await?;
                let voice = match to {
                    Destination::Direct { .. } => Voice::Aloud,
                    Destination::Place { .. } | Destination::Private { .. } => Voice::of(content),
                };
                self.post(&delivery.id, &target, voice, content).await
            }
            DeliveryAction::Edit { message, content } => self.edit(&delivery.id, message, content).await,
        }
    }

    async fn target(&self, to: &Destination) -> Result<Target, DeliveryError> {
        match to {
            Destination::Place { place } => self.at(place).await,
            Destination::Private { account, near } if near.audience == Audience::Direct => {
                match self.at(near).await {
                    // Others may have come since.
                    Ok(target) if self.audience(&target.room) == Audience::Direct => Ok(target),
                    _ => self.with(account).await,
                }
            }
            Destination::Private { account, .. } | Destination::Direct { account } => {
                self.with(account).await
            }
        }
    }

    async fn at(&self, place: &Place) -> Result<Target, DeliveryError> {
        let room = self.joined(&place.channel).await?;
        Ok(Target { room, channel: place.channel.clone(), thread: place.thread.clone() })
    }

    async fn with(&self, account: &AccountId) -> Result<Target, DeliveryError> {
        let user = UserId::parse(&account.id).map_err(|why| refused(why.to_string()))?;
        let room = self.direct(&user).await?;
        let channel = self.channel(&room);
        Ok(Target { room, channel, thread: None })
    }

    /// The room of a channel, in its newest version. The room of a role is joined when that is allowed, and waited for
    /// when it is not.
    async fn joined(&self, channel: &ChannelId) -> Result<Room, DeliveryError> {
        let rooms = self.rooms_of(channel);
        if let Some(room) = rooms.into_iter().find(|room| room.state() == RoomState::Joined) {
            return Ok(room);
        }
        let id = RoomId::parse(&channel.id).map_err(|why| refused(why.to_string()))?;
        if !self.config.channels.contains(channel) {
            return Err(refused(texts::NOT_IN_ROOM));
        }
        match self.client.join_room_by_id(&id).await.map_err(Trouble::from) {
            Ok(room) => Ok(room),
            Err(Trouble::Refused(_) | Trouble::NotFound) => {
                let why = texts::not_in_room_of_role(&channel.id);
                Err(DeliveryError::Retry { why, after: Some(UNTIL_INVITED) })
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn post(
        &self,
        id: &str,
        target: &Target,
        voice: Voice,
        content: &Content,
    ) -> Result<MessageRef, DeliveryError> {
        let rendered = render::render(content);
        let mut contents = contents(voice, &rendered).into_iter();
        let first = contents.next().unwrap_or_default();
        let first = self.say(id, target, target.thread.as_deref(), first).await?;
        let last = self.rest(id, target, &first, contents, &rendered.pictures).await?;
        for sign in &rendered.seeds {
            self.seed(&target.room, &first, sign).await?;
        }
        self.number(&target.room, &last, rendered.actions.len());
        Ok(MessageRef { channel: target.channel.clone(), id: first.to_string() })
    }

    async fn say(
        &self,
        name: &str,
        target: &Target,
        thread: Option<&str>,
        content: Value,
    ) -> Result<OwnedEventId, Trouble> {
        let content = match thread {
            Some(root) => render::in_thread(content, root),
            None => content,
        };
        self.send(&target.room, "m.room.message", content, name).await
    }

    /// Sends what did not fit into the first message, and the pictures, and returns the last message with words.
    async fn rest(
        &self,
        id: &str,
        target: &Target,
        first: &EventId,
        contents: impl Iterator<Item = Value>,
        pictures: &[Picture],
    ) -> Result<OwnedEventId, Trouble> {
        // In a channel, what belongs to a message is in its thread.
        let thread = match self.audience(&target.room) {
            Audience::Direct => target.thread.clone(),
            Audience::Channel => target.thread.clone().or_else(|| Some(first.to_string())),
        };
        let mut last = first.to_owned();
        for (index, content) in contents.enumerate() {
            last = self.say(&format!("{id}/part/{index}"), target, thread.as_deref(), content).await?;
        }
        for (index, picture) in pictures.iter().enumerate() {
            let name = format!("{id}/picture/{index}");
            let mut content = match self.upload(&target.room, "image/png", picture.png.clone()).await {
                Ok(content) => content,
                // The words say what the picture shows.
                Err(Trouble::Refused(why)) => {
                    warn!(why, name = picture.name, "a picture cannot be shown");
                    continue;
                }
                Err(other) => return Err(other),
            };
            content["msgtype"] = "m.image".into();
            content["body"] = picture.words.chars().take(4_000).collect::<String>().into();
            content["filename"] = picture.name.clone().into();
            content["m.mentions"] = serde_json::json!({});
            content["info"] = serde_json::json!({ "mimetype": "image/png", "size": picture.png.len() });
            self.say(&name, target, thread.as_deref(), content).await?;
        }
        Ok(last)
    }

    async fn edit(&self, id: &str, at: &MessageRef, content: &Content) -> Result<MessageRef, DeliveryError> {
        let message = EventId::parse(&at.id).map_err(|_| DeliveryError::Gone)?;
        for room in self.rooms_of(&at.channel) {
            if room.state() != RoomState::Joined {
                continue;
            }
            let Some(own) = self.own(&room, &message).await? else { continue };
            let rendered = render::render(content);
            let voice = if own["msgtype"] == "m.text" { Voice::Aloud } else { Voice::Softly };
            let mut contents = contents(voice, &rendered).into_iter();
            let edit = render::in_place_of(message.as_str(), &contents.next().unwrap_or_default());
            self.send(&room, "m.room.message", edit, id).await?;
            let target = Target { room, channel: at.channel.clone(), thread: thread_of(&own) };
            // Pictures stand beside since the message was posted.
            self.rest(id, &target, &message, contents, &[]).await?;
            return Ok(at.clone());
        }
        Err(DeliveryError::Gone)
    }

    /// Puts the numbers of the choices under a message, when there is time: they make it easier, and no more.
    fn number(&self, room: &Room, message: &EventId, choices: usize) {
        if choices > 0 {
            // The receiver lives as long as the adapter.
            let _ = self.numbers.send((room.clone(), message.to_owned(), choices));
        }
    }
}

/// The messages that a content becomes; the choices are known to the first, where reactions are looked for, and to the
/// last, which shows them.
fn contents(voice: Voice, rendered: &Rendered) -> Vec<Value> {
    let last = rendered.parts.len() - 1;
    let actions = |index| if index == 0 || index == last { rendered.actions.as_slice() } else { &[] };
    let parts = rendered.parts.iter().enumerate();
    let mut contents: Vec<Value> =
        parts.map(|(index, part)| render::message(voice, part, actions(index))).collect();
    if !rendered.seeds.is_empty() {
        contents[0][render::VOTES] = true.into();
    }
    contents
}
