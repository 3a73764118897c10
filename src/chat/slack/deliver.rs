//! From a delivery to Slack: posts, edits, private words, pictures. A post carries the delivery's id in its metadata,
//! and is looked for by it before it is repeated.

use slack_morphism::prelude::*;
use tracing::warn;

use super::client::CallError;
use super::render::{Rendered, render};
use super::wire::Message;
use super::{SlackAdapter, texts};
use crate::chat::{Delivery, DeliveryAction, DeliveryError, Tried};
use crate::core::effect::Destination;
use crate::core::event::{Audience, MessageRef, Place};
use crate::core::message::Content;
use crate::core::person::{AccountId, ChannelId, Platform};

/// The kind of metadata that the bot's messages carry; see <https://docs.slack.dev/messaging/message-metadata>.
const METADATA: &str = "ospo_delivery";
/// The field of it that holds the delivery's id.
const DELIVERY: &str = "delivery";
/// What the id of a message begins with that one person alone saw for a while: Slack gives it none.
const EPHEMERAL: &str = "ephemeral:";

/// Errors after which private words go to the person's direct conversation: the channel is not one where they or the
/// bot are.
const NOT_THERE: &[&str] = &["user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"];

/// Where a message is posted.
struct Target {
    channel: SlackChannelId,
    thread: Option<SlackTs>,
}

impl Target {
    /// A place; a thread that begins with no message of Slack's, as after a slash command, is none.
    fn of(place: &Place) -> Self {
        let is_ts = |id: &&String| id.split('.').all(|part| part.parse::<u64>().is_ok());
        Self {
            channel: place.channel.id.clone().into(),
            thread: place.thread.as_ref().filter(is_ts).map(|ts| ts.clone().into()),
        }
    }
}

impl SlackAdapter {
    pub(super) async fn carry_out(&self, delivery: &Delivery) -> Result<MessageRef, DeliveryError> {
        match &delivery.action {
            DeliveryAction::Post { to, content } => self.post(delivery, to, content).await,
            DeliveryAction::Edit { message, content } => self.edit(message, content).await,
        }
    }

    async fn post(
        &self,
        delivery: &Delivery,
        to: &Destination,
        content: &Content,
    ) -> Result<MessageRef, DeliveryError> {
        let rendered = render(content);
        match to {
            Destination::Place { place } => self.post_at(delivery, Target::of(place), &rendered).await,
            Destination::Private { near, .. } if near.audience == Audience::Direct => {
                self.post_at(delivery, Target::of(near), &rendered).await
            }
            Destination::Private { account, near } => {
                match self.whisper(account, Target::of(near), &rendered).await {
                    // What one person alone sees for a while cannot be changed afterwards.
                    Ok(()) => Ok(MessageRef {
                        channel: near.channel.clone(),
                        id: format!("{EPHEMERAL}{}", delivery.id),
                    }),
                    Err(error) if error.is(NOT_THERE) => self.post_direct(delivery, account, &rendered).await,
                    Err(error) => Err(error.into()),
                }
            }
            Destination::Direct { account } => self.post_direct(delivery, account, &rendered).await,
        }
    }

    async fn whisper(&self, to: &AccountId, at: Target, rendered: &Rendered) -> Result<(), CallError> {
        let request =
            SlackApiChatPostEphemeralRequest::new(at.channel, to.id.clone().into(), message(rendered))
                .opt_thread_ts(at.thread);
        self.client.post_ephemeral(&request).await
    }

    async fn post_direct(
        &self,
        delivery: &Delivery,
        account: &AccountId,
        rendered: &Rendered,
    ) -> Result<MessageRef, DeliveryError> {
        let channel = self.client.direct(&account.id.clone().into()).await?;
        self.post_at(delivery, Target { channel, thread: None }, rendered).await
    }

    async fn post_at(
        &self,
        delivery: &Delivery,
        at: Target,
        rendered: &Rendered,
    ) -> Result<MessageRef, DeliveryError> {
        let found = match delivery.tried {
            Tried::Never => None,
            Tried::Perhaps => self.find(&at, &delivery.id).await?,
        };
        let ts = match found {
            Some(ts) => ts,
            None => {
                self.pace.turn(at.channel.as_ref()).await;
                let mark = [(DELIVERY.to_owned(), delivery.id.clone())].into();
                let metadata = SlackMessageMetadata::new(METADATA.to_owned()).with_event_payload(mark);
                let request = SlackApiChatPostMessageRequest::new(
                    at.channel.clone(),
                    message(rendered).with_metadata(metadata),
                )
                .opt_thread_ts(at.thread.clone())
                .with_unfurl_links(false)
                .with_unfurl_media(false);
                self.client.post(&request).await?
            }
        };
        let thread = at.thread.as_ref().unwrap_or(&ts);
        self.attach(&at.channel, thread, delivery, rendered).await?;
        Ok(MessageRef {
            channel: ChannelId::new(Platform::Slack, at.channel.to_string()),
            id: ts.to_string(),
        })
    }

    /// The message in which a delivery was carried out, if it was.
    async fn find(&self, at: &Target, delivery: &str) -> Result<Option<SlackTs>, DeliveryError> {
        let messages = self.around(&at.channel, at.thread.as_ref()).await?;
        Ok(messages.into_iter().find(|message| carries(message, delivery)).map(|message| message.ts.into()))
    }

    /// The messages of a thread, or the newest of a channel.
    async fn around(
        &self,
        channel: &SlackChannelId,
        thread: Option<&SlackTs>,
    ) -> Result<Vec<Message>, DeliveryError> {
        let Some(thread) = thread else {
            return Ok(self.client.history(channel).await?);
        };
        let (mut messages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = match self.client.replies(channel, thread, &cursor).await {
                Err(error) if error.is(&["thread_not_found"]) => return Ok(messages),
                other => other?,
            };
            let next = page.next();
            messages.extend(page.items.messages);
            match next {
                Some(next) => cursor = next,
                None => return Ok(messages),
            }
        }
    }

    /// Uploads pictures, and all the words where a message was too small for them, beside the message.
    async fn attach(
        &self,
        channel: &SlackChannelId,
        thread: &SlackTs,
        delivery: &Delivery,
        rendered: &Rendered,
    ) -> Result<(), DeliveryError> {
        let pictures =
            rendered.pictures.iter().map(|picture| (picture.name.as_str(), "image/png", picture.png.clone()));
        let whole =
            rendered.overflow.iter().map(|words| (texts::OVERFLOW, "text/plain", words.clone().into_bytes()));
        let mut files: Vec<_> = pictures.chain(whole).collect();
        if files.is_empty() {
            return Ok(());
        }
        if delivery.tried == Tried::Perhaps {
            let there = self.around(channel, Some(thread)).await?;
            let names: Vec<&str> = there
                .iter()
                .filter(|message| message.user.as_deref() == Some(self.me.0.as_ref()))
                .flat_map(|message| &message.files)
                .filter_map(|file| file.title.as_deref().or(file.name.as_deref()))
                .collect();
            files.retain(|(name, ..)| !names.contains(name));
        }
        for (name, media_type, content) in files {
            match self.client.upload(channel, thread, name, media_type, content).await {
                // The words say what the picture shows.
                Err(CallError::Refused(code)) => warn!(code, name, "a file cannot be shown in Slack"),
                other => other?,
            }
        }
        Ok(())
    }

    async fn edit(&self, at: &MessageRef, content: &Content) -> Result<MessageRef, DeliveryError> {
        if at.id.starts_with(EPHEMERAL) {
            return Err(DeliveryError::Gone);
        }
        self.pace.turn(&at.channel.id).await;
        let request = SlackApiChatUpdateRequest::new(
            at.channel.id.clone().into(),
            message(&render(content)),
            at.id.clone().into(),
        );
        match self.client.update(&request).await {
            Ok(()) => Ok(at.clone()),
            Err(error) if error.is(&["message_not_found"]) => Err(DeliveryError::Gone),
            Err(error) => Err(error.into()),
        }
    }
}

fn message(rendered: &Rendered) -> SlackMessageContent {
    let content = SlackMessageContent::new().with_text(rendered.text.clone());
    if rendered.blocks.is_empty() { content } else { content.with_blocks(rendered.blocks.clone()) }
}

fn carries(message: &Message, delivery: &str) -> bool {
    let metadata = &message.metadata;
    metadata["event_type"] == METADATA && metadata["event_payload"][DELIVERY] == delivery
}
