//! From Slack to the bot: an event is handed in and durable before Slack is told that it arrived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;
use tracing::{debug, info, warn};

use super::SlackAdapter;
use super::client::CallError;
use super::incoming::{Heard, commanded, interacted, pushed};
use super::views::Reply;
use super::wire::{Callback, Command, Happening, Interaction};
use crate::chat::{AcceptError, EventPort};
use crate::core::person::Standing;

/// How long somebody's standing is asked for before the event is left to Slack's next telling. Slack has given up
/// waiting by then; but what is taken late is taken, and its next telling changes nothing.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to wait before asking again, when Slack does not say.
const AGAIN: Duration = Duration::from_secs(1);

/// Takes what Slack tells, on whichever way it comes.
#[derive(Clone)]
pub(super) struct Receiver {
    pub adapter: Arc<SlackAdapter>,
    pub port: Arc<dyn EventPort>,
    pub strange: Arc<Strange>,
    /// The newest message that Slack told of.
    pub newest: Arc<Newest>,
    /// Told when Slack may have had nobody to tell.
    pub gap: Arc<Notify>,
}

/// Why an event was not taken; Slack is not told that it arrived, so it will tell it again.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// Slack does not say who somebody is.
    #[error("Slack does not say who somebody is: {0}")]
    Who(String),
    /// It is not durable.
    #[error(transparent)]
    Kept(#[from] AcceptError),
}

impl Receiver {
    /// Takes an event of the Events API.
    pub async fn push(&self, payload: &Value) -> Result<(), NotTaken> {
        let Some(callback) = self.read::<Callback>(payload) else { return Ok(()) };
        let happening = Happening::read(&callback.event);
        match &happening {
            Happening::UserChange { user } => self.adapter.users.forget(&user.id),
            Happening::SubteamUpdated | Happening::SubteamMembersChanged => {
                self.adapter.groups.forget_dates().await;
            }
            Happening::AppHomeOpened { user, channel, tab }
                if tab.as_deref().is_none_or(|tab| tab == "home") =>
            {
                self.came_home(user, channel).await;
            }
            Happening::Unknown => self.strange.count(kind(&callback.event)),
            _ => {}
        }
        let heard = pushed(&self.adapter.me, &callback.event_id, &happening);
        let at = heard.as_ref().map(|heard| heard.at);
        self.take(heard).await?;
        if let Some(at) = at {
            self.newest.told(at);
        }
        Ok(())
    }

    /// Takes a slash command.
    pub async fn command(&self, payload: &Value) -> Result<(), NotTaken> {
        match self.read::<Command>(payload) {
            Some(command) => {
                self.show_or_take(commanded(&command, Timestamp::now()), &command.trigger_id).await
            }
            None => Ok(()),
        }
    }

    /// Takes a press, a shortcut, or a form; tells what to answer in the acknowledgment.
    pub async fn interaction(&self, payload: &Value) -> Result<Reply, NotTaken> {
        let Some(interaction) = self.read::<Interaction>(payload) else { return Ok(None) };
        match &interaction {
            Interaction::ViewSubmission(viewed) => return self.submitted(viewed).await,
            Interaction::ViewClosed(viewed) => return self.closed(viewed).await,
            Interaction::Shortcut(started) => return self.started(started).await,
            Interaction::BlockActions(press) => {
                if let Some(view) = &press.view {
                    return self.used(press, view).await;
                }
            }
            Interaction::MessageAction(_) => {}
            Interaction::Unknown => self.strange.count(kind(payload)),
        }
        match (interacted(&self.adapter.me, &interaction, Timestamp::now()), &interaction) {
            (Some(heard), Interaction::BlockActions(press)) => {
                self.show_or_take(heard, &press.trigger_id).await?;
            }
            (heard, _) => self.take(heard).await?,
        }
        Ok(None)
    }

    /// Reads a payload. One that cannot be read is passed over: it would be no more readable the next time.
    fn read<T: DeserializeOwned>(&self, payload: &Value) -> Option<T> {
        let read = T::deserialize(payload).ok();
        if read.is_none() {
            self.strange.count(kind(payload));
        }
        read
    }

    /// Hands in what was heard, with what Slack says of who did it.
    pub async fn take(&self, heard: Option<Heard>) -> Result<(), NotTaken> {
        if let Some(heard) = heard {
            let event = self.event(heard).await?;
            self.port.accept(event).await?;
        }
        Ok(())
    }

    /// What Slack says of a user.
    pub async fn standing(&self, user: &slack_morphism::SlackUserId) -> Result<Standing, NotTaken> {
        let (users, client) = (&self.adapter.users, &self.adapter.client);
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let (why, after) = match users.standing(client, user).await {
                Ok(standing) => return Ok(standing),
                Err(CallError::Limited(after)) => ("too many questions".to_owned(), after.unwrap_or(AGAIN)),
                Err(CallError::Unknown(why)) => (why, AGAIN),
                Err(CallError::Refused(code)) => return Err(NotTaken::Who(code)),
            };
            if tokio::time::Instant::now() + after > end {
                return Err(NotTaken::Who(why));
            }
            debug!(why, "Slack does not say who somebody is; asking again");
            tokio::time::sleep(after).await;
        }
    }
}

fn kind(of: &Value) -> &str {
    of["type"].as_str().unwrap_or("without a type")
}

/// The newest moment in Slack's time of which something was taken, and the first that was told.
#[derive(Debug, Default)]
pub(super) struct Newest(Mutex<Option<(Timestamp, Timestamp)>>);

impl Newest {
    /// Something of this moment was taken.
    pub fn told(&self, at: Timestamp) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Some(told.map_or((at, at), |(first, newest)| (first.min(at), newest.max(at))));
    }

    /// The newest moment; long ago when nothing was taken yet.
    pub fn get(&self) -> Timestamp {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map_or(Timestamp::UNIX_EPOCH, |(_, newest)| newest)
    }

    /// The oldest moment that was told.
    pub fn first(&self) -> Option<Timestamp> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map(|(first, _)| first)
    }
}

/// What came and is of no kind that the bot knows: passed over, and counted in the log.
#[derive(Debug, Default)]
pub(super) struct Strange(Mutex<HashMap<String, u64>>);

impl Strange {
    /// How many kinds are counted each for itself.
    const KINDS: usize = 64;

    /// Counts one. The log hears of the first, the second, the fourth, and so on.
    pub fn count(&self, kind: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = if counts.len() < Self::KINDS || counts.contains_key(kind) { kind } else { "others" };
        let count = counts.entry(kind.to_owned()).or_default();
        *count += 1;
        if count.is_power_of_two() {
            info!(kind, count, "Slack tells what the bot does not know; passed over");
        }
    }
}

/// Says in the log that something was not taken, without anybody's words.
pub(super) fn not_taken(error: &NotTaken) {
    warn!(%error, "an event of Slack's was not taken; Slack will tell it again");
}
