//! What Slack's methods answer, as far as the bot reads it; whatever else is in it is passed over.
//! Source: <https://docs.slack.dev/reference/methods>.

use serde::Deserialize;

use super::wire::{Message, Named};

/// A page of a list, with where the next one begins.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(flatten)]
    pub items: T,
    #[serde(default)]
    pub response_metadata: Option<Cursor>,
}

impl<T> Page<T> {
    /// The cursor of the next page, if there is one.
    pub fn next(&self) -> Option<String> {
        let cursor = self.response_metadata.as_ref()?.next_cursor.clone()?;
        (!cursor.is_empty()).then_some(cursor)
    }
}

/// Where the next page begins.
#[derive(Debug, Deserialize)]
pub(super) struct Cursor {
    next_cursor: Option<String>,
}

/// Who the bot is.
#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    #[serde(default)]
    pub team: String,
    pub team_id: String,
    pub user: Option<String>,
    pub user_id: String,
    /// The organization, on Enterprise Grid.
    pub enterprise_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChannelAnswer {
    pub channel: Membership,
}

#[derive(Debug, Deserialize)]
pub(super) struct Membership {
    #[serde(default)]
    pub is_member: bool,
}

/// A conversation that was opened.
#[derive(Debug, Deserialize)]
pub(super) struct Opened {
    pub channel: Named,
}

#[derive(Debug, Deserialize)]
pub(super) struct Conversations {
    pub channels: Vec<Named>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Messages {
    pub messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GroupAnswer {
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UserAnswer {
    pub user: User,
}

/// A user. Source: <https://docs.slack.dev/reference/objects/user-object>.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub id: String,
    pub team_id: Option<String>,
    pub name: Option<String>,
    pub real_name: Option<String>,
    pub tz: Option<String>,
    pub deleted: bool,
    pub is_bot: bool,
    pub is_workflow_bot: bool,
    /// A guest in several channels.
    pub is_restricted: bool,
    /// A guest in one channel.
    pub is_ultra_restricted: bool,
    /// Of another organization, in a shared channel.
    pub is_stranger: bool,
    /// Has not accepted the invitation yet.
    pub is_invited_user: bool,
    pub enterprise_user: Option<GridUser>,
}

/// A user's place in an Enterprise Grid organization.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct GridUser {
    pub enterprise_id: Option<String>,
    pub teams: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReactionsAnswer {
    pub message: Option<Reacted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reacted {
    #[serde(default)]
    pub reactions: Vec<Reactions>,
}

/// One emoji on a message, and whose.
#[derive(Debug, Deserialize)]
pub(super) struct Reactions {
    pub name: String,
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FileAnswer {
    pub file: Kept,
}

/// Where a file can be read.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    pub url_private: Option<String>,
    pub url_private_download: Option<String>,
}
