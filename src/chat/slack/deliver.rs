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

/// Errors after which a message is said in plain words.
const NOT_TAKEN: &[&str] = &["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"];

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
        let (DeliveryAction::Post { content, .. } | DeliveryAction::Edit { content, .. }) = &delivery.action;
        let rendered = render(content);
        let shown = match self.show(delivery, &rendered).await {
            Err(error) if error.is(NOT_TAKEN) => {
                // The bot keeps Slack's limits as they are known; should they be others, it is said in words.
                warn!(?error, "Slack does not take a message as it looks; it is said in plain words");
                self.show(delivery, &rendered.in_words()).await
            }
            other => other,
        };
        match (shown, &delivery.action) {
            (Err(error), DeliveryAction::Edit { .. }) if error.is(&["message_not_found"]) => {
                Err(DeliveryError::Gone)
            }
            (shown, _) => Ok(shown?),
        }
    }

    async fn show(&self, delivery: &Delivery, rendered: &Rendered) -> Result<MessageRef, CallError> {
        match &delivery.action {
            DeliveryAction::Post { to, .. } => self.post(delivery, to, rendered).await,
            DeliveryAction::Edit { message, .. } => self.edit(message, rendered).await,
        }
    }

    async fn post(
        &self,
        delivery: &Delivery,
        to: &Destination,
        rendered: &Rendered,
    ) -> Result<MessageRef, CallError> {
        match to {
            Destination::Place { place } => self.post_at(delivery, Target::of(place), rendered).await,
            Destination::Private { near, .. } if near.audience == Audience::Direct => {
                self.post_at(delivery, Target::of(near), rendered).await
            }
            // No file can be put beside what one person alone sees.
            Destination::Private { account, near } if rendered.has_files() => {
                let posted = self.post_direct(delivery, account, rendered).await?;
                let hint = Rendered::words(texts::SENT_DIRECTLY);
                if let Err(error) = self.whisper(account, Target::of(near), &hint).await
                    && !error.is(NOT_THERE)
                {
                    warn!(?error, "nobody is told where a file was sent");
                }
                Ok(posted)
            }
            Destination::Private { account, near } => {
                match self.whisper(account, Target::of(near), rendered).await {
                    // What one person alone sees for a while cannot be changed afterwards.
                    Ok(()) => Ok(MessageRef {
                        channel: near.channel.clone(),
                        id: format!("{EPHEMERAL}{}", delivery.id),
                    }),
                    Err(error) if error.is(NOT_THERE) => self.post_direct(delivery, account, rendered).await,
                    Err(error) => Err(error),
                }
            }
            Destination::Direct { account } => self.post_direct(delivery, account, rendered).await,
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
    ) -> Result<MessageRef, CallError> {
        let channel = self.client.direct(&account.id.clone().into()).await?;
        self.post_at(delivery, Target { channel, thread: None }, rendered).await
    }

    async fn post_at(
        &self,
        delivery: &Delivery,
        at: Target,
        rendered: &Rendered,
    ) -> Result<MessageRef, CallError> {
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
        self.attach(&at.channel, thread, delivery, rendered).await.map_err(CallError::in_part)?;
        Ok(MessageRef {
            channel: ChannelId::new(Platform::Slack, at.channel.to_string()),
            id: ts.to_string(),
        })
    }

    /// The message in which a delivery was carried out, if it was.
    async fn find(&self, at: &Target, delivery: &str) -> Result<Option<SlackTs>, CallError> {
        let messages = self.around(&at.channel, at.thread.as_ref()).await?;
        Ok(messages.into_iter().find(|message| carries(message, delivery)).map(|message| message.ts.into()))
    }

    /// The messages of a thread, or the newest of a channel.
    async fn around(
        &self,
        channel: &SlackChannelId,
        thread: Option<&SlackTs>,
    ) -> Result<Vec<Message>, CallError> {
        let Some(thread) = thread else {
            return self.client.history(channel).await;
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
    ) -> Result<(), CallError> {
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

    async fn edit(&self, at: &MessageRef, rendered: &Rendered) -> Result<MessageRef, CallError> {
        if at.id.starts_with(EPHEMERAL) {
            return Err(CallError::Refused("message_not_found".to_owned()));
        }
        self.pace.turn(&at.channel.id).await;
        // Blocks that are no more are taken away by an empty list.
        let content = message(rendered).with_blocks(rendered.blocks.clone());
        let (channel, ts) = (at.channel.id.clone().into(), at.id.clone().into());
        let request = SlackApiChatUpdateRequest::new(channel, content, ts);
        self.client.update(&request).await.map(|()| at.clone())
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
