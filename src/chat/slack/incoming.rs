//! What Slack tells, as events of ours. Pure: who the people are is looked up by the caller.

use jiff::Timestamp;
use slack_morphism::prelude::*;

use super::limits::unescape;
use crate::core::event::{Addressed, Audience, EventId, EventKind, FileRef, MessageRef, Place};
use crate::core::person::{ChannelId, Platform};

/// The callback of the message shortcut "Ask the OSPO about this", as the manifest names it.
const ASK_ABOUT: &str = "ask_about";

/// Something that happened, and which user did it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub id: EventId,
    pub at: Timestamp,
    pub user: SlackUserId,
    pub place: Place,
    pub kind: EventKind,
}

/// The bot's own user, whose mention addresses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Me(pub SlackUserId);

fn channel(id: &SlackChannelId) -> ChannelId {
    ChannelId::new(Platform::Slack, id.to_string())
}

fn message(id: &SlackChannelId, ts: &SlackTs) -> MessageRef {
    MessageRef { channel: channel(id), id: ts.to_string() }
}

/// Direct conversations have ids that begin with a D; see <https://docs.slack.dev/reference/objects/conversation-object>.
fn audience(id: &SlackChannelId) -> Audience {
    if id.to_string().starts_with('D') { Audience::Direct } else { Audience::Channel }
}

fn place(id: &SlackChannelId, thread: Option<&SlackTs>) -> Place {
    Place { channel: channel(id), thread: thread.map(ToString::to_string), audience: audience(id) }
}

/// The moment of a message's `ts`, which is its id too: seconds and microseconds since 1970.
fn moment(ts: &SlackTs) -> Timestamp {
    let ts = ts.to_string();
    let (seconds, fraction) = ts.split_once('.').unwrap_or((&ts, "0"));
    let micros = format!("{fraction:0<6}").get(..6).and_then(|digits| digits.parse::<i64>().ok());
    seconds
        .parse::<i64>()
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000_000)?.checked_add(micros.unwrap_or(0)))
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads an event of the Events API; none when it is of no kind that concerns a chat.
pub(super) fn pushed(me: &Me, event: &SlackPushEventCallback) -> Option<Heard> {
    let reacted = |reaction: &SlackReactionName, user: &SlackUserId, item: &SlackReactionsItem, on| {
        let SlackReactionsItem::Message(item) = item else { return None };
        let channel_id = item.origin.channel.as_ref()?;
        let message = message(channel_id, &item.origin.ts);
        let emoji = reaction.to_string();
        let kind = match on {
            On::Added => EventKind::Reacted { message, emoji },
            On::Removed => EventKind::Unreacted { message, emoji, by: None },
        };
        let id = EventId(format!("slack:{}", event.event_id));
        Some((id, user.clone(), place(channel_id, None), kind))
    };
    match &event.event {
        SlackEventCallbackBody::AppMention(mention) => said(
            me,
            &mention.user,
            &mention.channel,
            &mention.origin,
            mention.content.text.as_deref().unwrap_or_default(),
            mention.content.files.as_deref().unwrap_or_default(),
        ),
        SlackEventCallbackBody::Message(posted) => {
            let from_a_person = matches!(
                posted.subtype,
                None | Some(SlackMessageEventType::FileShare | SlackMessageEventType::ThreadBroadcast)
            );
            let (true, None, Some(user), Some(channel_id)) =
                (from_a_person, &posted.sender.bot_id, &posted.sender.user, &posted.origin.channel)
            else {
                return None;
            };
            let content = posted.content.as_ref();
            said(
                me,
                user,
                channel_id,
                &posted.origin,
                content.and_then(|content| content.text.as_deref()).unwrap_or_default(),
                content.and_then(|content| content.files.as_deref()).unwrap_or_default(),
            )
        }
        SlackEventCallbackBody::ReactionAdded(added) => {
            let (id, user, place, kind) = reacted(&added.reaction, &added.user, &added.item, On::Added)?;
            Some(Heard { id, at: moment(&added.event_ts), user, place, kind })
        }
        SlackEventCallbackBody::ReactionRemoved(removed) => {
            let (id, user, place, kind) =
                reacted(&removed.reaction, &removed.user, &removed.item, On::Removed)?;
            Some(Heard { id, at: moment(&removed.event_ts), user, place, kind })
        }
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum On {
    Added,
    Removed,
}

/// A message: one that mentions the bot is told twice, as a mention and as a message, and has one id.
pub(super) fn said(
    me: &Me,
    user: &SlackUserId,
    channel_id: &SlackChannelId,
    origin: &SlackMessageOrigin,
    text: &str,
    files: &[SlackFile],
) -> Option<Heard> {
    let mention = format!("<@{}>", me.0);
    let (addressed, text) = match (audience(channel_id), text.contains(&mention)) {
        (Audience::Direct, _) => (Addressed::Direct, text.replace(&mention, " ")),
        (Audience::Channel, true) => (Addressed::Mention, text.replace(&mention, " ")),
        (Audience::Channel, false) => (Addressed::Nobody, text.to_owned()),
    };
    if *user == me.0 {
        return None;
    }
    let files = files.iter().map(|file| FileRef {
        id: file.id.to_string(),
        name: file.name.clone().or_else(|| file.title.clone()).unwrap_or_else(|| file.id.to_string()),
        size: None,
    });
    Some(Heard {
        id: EventId(format!("slack:{channel_id}/{}", origin.ts)),
        at: moment(&origin.ts),
        user: user.clone(),
        place: place(channel_id, origin.thread_ts.as_ref().filter(|thread| **thread != origin.ts)),
        kind: EventKind::Said {
            text: words(&text),
            message: message(channel_id, &origin.ts),
            addressed,
            files: files.collect(),
        },
    })
}

/// Reads a slash command. It stands in no message, so its trigger takes that part.
pub(super) fn commanded(command: &SlackCommandEvent, at: Timestamp) -> Heard {
    let id = format!("command:{}", command.trigger_id);
    Heard {
        id: EventId(format!("slack:{id}")),
        at,
        user: command.user_id.clone(),
        place: place(&command.channel_id, None),
        kind: EventKind::Said {
            text: words(command.text.as_deref().unwrap_or_default()),
            message: MessageRef { channel: channel(&command.channel_id), id },
            addressed: Addressed::Command,
            files: Vec::new(),
        },
    }
}

/// Reads a press of a button or a use of the shortcut; none for what is not ours.
pub(super) fn interacted(event: &SlackInteractionEvent, at: Timestamp) -> Option<Heard> {
    match event {
        SlackInteractionEvent::BlockActions(pressed) => {
            let SlackInteractionActionContainer::Message(container) = &pressed.container else { return None };
            let channel_id =
                container.channel_id.as_ref().or_else(|| pressed.channel.as_ref().map(|c| &c.id))?;
            let action = pressed.actions.as_ref()?.first()?;
            let thread = pressed.message.as_ref().and_then(|message| message.origin.thread_ts.as_ref());
            Some(Heard {
                id: EventId(format!("slack:press:{}", pressed.trigger_id)),
                at,
                user: pressed.user.as_ref()?.id.clone(),
                place: place(channel_id, thread),
                kind: EventKind::Pressed {
                    message: message(channel_id, &container.message_ts),
                    action: action.value.clone()?,
                },
            })
        }
        SlackInteractionEvent::MessageAction(asked) if asked.callback_id.to_string() == ASK_ABOUT => {
            let channel_id = &asked.channel.as_ref()?.id;
            let about = asked.message.as_ref()?;
            let thread = about.origin.thread_ts.as_ref().unwrap_or(&about.origin.ts);
            Some(Heard {
                id: EventId(format!("slack:shortcut:{}", asked.trigger_id)),
                at,
                user: asked.user.id.clone(),
                place: place(channel_id, Some(thread)),
                kind: EventKind::Said {
                    text: format!("ask {}", words(about.content.text.as_deref().unwrap_or_default())),
                    message: message(channel_id, &about.origin.ts),
                    addressed: Addressed::Command,
                    files: Vec::new(),
                },
            })
        }
        _ => None,
    }
}

/// The words of a message as people see them: links, channels and users by their names.
/// Source: <https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages>.
fn words(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(length) = rest.find('>') else { break };
        plain.push_str(&reference(&rest[1..length]));
        rest = &rest[length + 1..];
    }
    plain.push_str(rest);
    unescape(&plain).trim().to_owned()
}

fn reference(inside: &str) -> String {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inside, None),
    };
    match target.chars().next() {
        Some('#') => label.map_or_else(|| target.to_owned(), |label| format!("#{label}")),
        Some('@') => label.map_or_else(|| target.to_owned(), |label| format!("@{label}")),
        Some('!') => label.unwrap_or(target.trim_start_matches('!')).to_owned(),
        // What a link says may not be where it leads: the address counts.
        _ => target.trim_start_matches("mailto:").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Me {
        Me("UBOT".into())
    }

    fn push(event: serde_json::Value) -> Option<Heard> {
        let callback = serde_json::json!({
            "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1_700_000_000, "event": event,
        });
        pushed(&me(), &serde_json::from_value(callback).unwrap())
    }

    #[test]
    fn a_mention_is_one_event_however_it_is_told() {
        let mention = push(serde_json::json!({
            "type": "app_mention", "user": "U1", "channel": "C1", "ts": "1700000000.000200",
            "text": "<@UBOT> may we use <https://x.org/a|x> &amp; MIT?",
        }))
        .unwrap();
        let message = push(serde_json::json!({
            "type": "message", "user": "U1", "channel": "C1", "channel_type": "channel",
            "ts": "1700000000.000200", "text": "<@UBOT> may we use <https://x.org/a|x> &amp; MIT?",
        }))
        .unwrap();
        assert_eq!(mention, message);
        let EventKind::Said { text, addressed, .. } = mention.kind else { panic!("said") };
        assert_eq!((text.as_str(), addressed), ("may we use https://x.org/a & MIT?", Addressed::Mention));
        assert_eq!(mention.at.as_microsecond(), 1_700_000_000_000_200);
    }

    #[test]
    fn direct_messages_are_for_the_bot_and_talk_is_for_nobody() {
        let said = |channel: &str| {
            push(serde_json::json!({
                "type": "message", "user": "U1", "channel": channel, "ts": "1.2", "text": "hi",
            }))
            .map(|heard| match heard.kind {
                EventKind::Said { addressed, .. } => addressed,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(said("D1"), Some(Addressed::Direct));
        assert_eq!(said("C1"), Some(Addressed::Nobody));
    }

    #[test]
    fn bots_changes_and_unknown_events_are_nothing() {
        for event in [
            serde_json::json!({ "type": "message", "bot_id": "B1", "channel": "C1", "ts": "1.2", "text": "hi" }),
            serde_json::json!({ "type": "message", "subtype": "channel_join", "user": "U1", "channel": "C1", "ts": "1.2" }),
            serde_json::json!({ "type": "message", "user": "UBOT", "channel": "C1", "ts": "1.2", "text": "me" }),
            serde_json::json!({ "type": "never_heard_of", "x": 1 }),
            serde_json::json!({ "type": "reaction_added", "user": "U1", "reaction": "x", "event_ts": "1.2",
                "item": { "type": "file", "id": "F1" } }),
        ] {
            assert_eq!(push(event.clone()), None, "{event}");
        }
    }

    #[test]
    fn a_reaction_names_the_message_it_is_on() {
        let heard = push(serde_json::json!({
            "type": "reaction_removed", "user": "U2", "reaction": "+1::skin-tone-3", "event_ts": "5.000001",
            "item": { "type": "message", "channel": "C9", "ts": "4.000001" },
        }))
        .unwrap();
        let EventKind::Unreacted { message, emoji, .. } = heard.kind else { panic!("taken back") };
        assert_eq!((message.to_string().as_str(), emoji.as_str()), ("slack:C9/4.000001", "+1::skin-tone-3"));
    }

    #[test]
    fn words_are_as_people_see_them() {
        for (raw, seen) in [
            ("<#C1|general> and <@U1|ada>", "#general and @ada"),
            ("<!here> ask <!subteam^S1|@legal>", "here ask @legal"),
            ("a &lt; b <https://spdx.org>", "a < b https://spdx.org"),
            ("<https://evil.example|https://good.example>", "https://evil.example"),
            ("unclosed < here", "unclosed < here"),
        ] {
            assert_eq!(words(raw), seen);
        }
    }
}
