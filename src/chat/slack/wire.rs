//! What Slack sends, as far as the bot reads it. Whatever else is in it is passed over, and what may be left out is
//! optional: an event is not lost because of a part that the bot has no use for.
//! Source: <https://docs.slack.dev/apis/events-api>, <https://docs.slack.dev/reference/events>.

use serde::Deserialize;
use serde_json::Value;

use super::views::View;

/// Something happened.
#[derive(Debug, Deserialize)]
pub(super) struct Callback {
    /// The same in every telling.
    pub event_id: String,
    /// What; read by [`Happening::read`], so that one of a kind that is not known is told from one that is broken.
    pub event: Value,
}

/// An event, of the kinds that the bot asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Happening {
    Message(Message),
    AppMention(Message),
    ReactionAdded(Reaction),
    ReactionRemoved(Reaction),
    UserChange {
        user: Named,
    },
    /// Somebody looks at what the bot has for them.
    AppHomeOpened {
        user: String,
        channel: String,
        tab: Option<String>,
    },
    /// A user group, or its members, changed.
    SubteamUpdated,
    SubteamMembersChanged,
    #[serde(other)]
    Unknown,
}

impl Happening {
    /// Reads an event; one that cannot be read is as one of an unknown kind.
    pub fn read(event: &Value) -> Self {
        Self::deserialize(event).unwrap_or(Self::Unknown)
    }
}

/// Something with an id.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub id: String,
}

/// A message, as events and histories tell it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Message {
    #[serde(default)]
    pub ts: String,
    /// Left out in histories, which are of one channel.
    pub channel: Option<String>,
    pub subtype: Option<String>,
    pub user: Option<String>,
    pub bot_id: Option<String>,
    #[serde(default)]
    pub text: String,
    pub thread_ts: Option<String>,
    /// When the last answer in its thread was given; on the first message of a thread.
    pub latest_reply: Option<String>,
    pub edited: Option<Edited>,
    /// What an app attached, of any shape.
    #[serde(default)]
    pub metadata: Value,
    #[serde(default, deserialize_with = "readable")]
    pub files: Vec<File>,
    /// What the message is now, in the event that it was changed.
    pub message: Option<Box<Message>>,
    /// What it was before.
    pub previous_message: Option<Box<Message>>,
}

/// When a message was last changed by its author.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Edited {
    pub ts: String,
}

/// A file that came with a message.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct File {
    pub id: String,
    pub name: Option<String>,
    pub title: Option<String>,
    pub size: Option<u64>,
}

/// The files that can be read; a file from elsewhere may be told otherwise.
fn readable<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<File>, D::Error> {
    let files = Option::<Vec<Value>>::deserialize(from)?.unwrap_or_default();
    Ok(files.iter().filter_map(|file| File::deserialize(file).ok()).collect())
}

/// A reaction came or went.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reaction {
    pub user: String,
    pub reaction: String,
    pub item: Item,
    #[serde(default)]
    pub event_ts: String,
}

/// What a reaction is on: a message when it has a channel and a ts.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub channel: Option<String>,
    pub ts: Option<String>,
}

/// A slash command.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Command {
    pub user_id: String,
    pub channel_id: String,
    pub trigger_id: String,
    #[serde(default)]
    pub text: String,
}

/// Somebody used what the bot shows. Source: <https://docs.slack.dev/reference/interaction-payloads>.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Interaction {
    /// A button was pressed.
    BlockActions(Press),
    /// The shortcut of a message was used.
    MessageAction(Asked),
    /// A shortcut was used that belongs to no message.
    Shortcut(Started),
    /// A form was handed in.
    ViewSubmission(Viewed),
    /// A form was closed.
    ViewClosed(Viewed),
    #[serde(other)]
    Unknown,
}

/// A button was pressed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Press {
    pub user: Named,
    pub trigger_id: String,
    pub channel: Option<Named>,
    pub container: Container,
    pub message: Option<Message>,
    /// The view that it stands in, when it is in one.
    pub view: Option<View>,
    pub actions: Vec<Action>,
}

/// What the button stands in: a message when it has a ts.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Container {
    pub message_ts: Option<String>,
    /// The thread that it is in. What one person alone sees comes without its message, and is known by this alone; see
    /// <https://github.com/slackapi/java-slack-sdk/issues/1200>.
    pub thread_ts: Option<String>,
    pub channel_id: Option<String>,
}

/// Which button.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Action {
    pub action_id: Option<String>,
    pub value: Option<String>,
    /// When, in seconds with a fraction.
    #[serde(default)]
    pub action_ts: String,
}

/// A shortcut was used that belongs to no message.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Started {
    pub callback_id: String,
    pub trigger_id: String,
    pub user: Named,
}

/// A form was handed in or closed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Viewed {
    pub user: Named,
    pub view: View,
    pub trigger_id: Option<String>,
}

/// The shortcut of a message was used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asked {
    pub callback_id: String,
    pub trigger_id: String,
    pub user: Named,
    pub channel: Named,
    pub message: Message,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_read_whatever_else_is_in_it() {
        let event = json!({
            "type": "message", "channel": "C1", "ts": "1.2", "user": "U1", "text": "hi", "new_in_2030": [1],
            "blocks": [{ "type": "never_seen", "elements": 7 }], "metadata": { "event_payload": { "n": 1 } },
            "files": [{ "id": "F1", "name": null, "mode": "x" }, { "mode": "hidden_by_limit" }],
        });
        let Happening::Message(message) = Happening::read(&event) else { panic!("a message") };
        assert_eq!((message.text.as_str(), message.files.len()), ("hi", 1));
    }

    #[test]
    fn what_is_not_known_or_broken_is_unknown() {
        for event in
            [json!({ "type": "never_heard_of", "x": 1 }), json!({ "type": "reaction_added" }), json!(7)]
        {
            assert!(matches!(Happening::read(&event), Happening::Unknown), "{event}");
        }
    }
}
