//! What Slack tells, as events of ours. Pure: who the people are is looked up by the caller.

use jiff::Timestamp;
use slack_morphism::prelude::*;

use super::limits::unescape;
use super::wire::{Asked, Command, File, Happening, Interaction, Message, Press, Reaction};
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

fn place(id: &SlackChannelId, thread: Option<&str>) -> Place {
    Place { channel: channel(id), thread: thread.map(str::to_owned), audience: audience(id) }
}

/// The place with a channel's id.
pub(super) fn place_of(id: &str, thread: Option<&str>) -> Place {
    place(&id.to_owned().into(), thread)
}

/// The moment of a message's `ts`, which is its id too: seconds and microseconds since 1970.
pub(super) fn moment(ts: &str) -> Timestamp {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let micros = format!("{fraction:0<6}").get(..6).and_then(|digits| digits.parse::<i64>().ok());
    seconds
        .parse::<i64>()
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000_000)?.checked_add(micros.unwrap_or(0)))
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads an event of the Events API; none when it is of no kind that concerns a chat.
pub(super) fn pushed(me: &Me, event_id: &str, happening: &Happening) -> Option<Heard> {
    match happening {
        Happening::AppMention(message) | Happening::Message(message) => {
            let channel_id = message.channel.clone()?.into();
            match message.subtype.as_deref() {
                Some("message_changed") => changed(me, &channel_id, message),
                _ => said(me, &channel_id, message),
            }
        }
        Happening::ReactionAdded(reaction) => reacted(event_id, reaction, On::Added),
        Happening::ReactionRemoved(reaction) => reacted(event_id, reaction, On::Removed),
        Happening::UserChange { .. }
        | Happening::AppHomeOpened { .. }
        | Happening::SubteamUpdated
        | Happening::SubteamMembersChanged
        | Happening::Unknown => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum On {
    Added,
    Removed,
}

fn reacted(event_id: &str, reaction: &Reaction, on: On) -> Option<Heard> {
    let channel_id = reaction.item.channel.clone()?.into();
    let message = message(&channel_id, &reaction.item.ts.clone()?.into());
    let emoji = reaction.reaction.clone();
    Some(Heard {
        id: EventId(format!("slack:{event_id}")),
        at: moment(&reaction.event_ts),
        user: reaction.user.clone().into(),
        place: place(&channel_id, None),
        kind: match on {
            On::Added => EventKind::Reacted { message, emoji },
            On::Removed => EventKind::Unreacted { message, emoji, by: None },
        },
    })
}

/// Subtypes of messages in which people say something. All others are Slack's own news, or another app's words.
/// Source: <https://docs.slack.dev/reference/events/message>.
const SAID: &[&str] = &["file_share", "thread_broadcast", "me_message"];

/// A message, from an event or from the history of a channel. One that mentions the bot is told twice, as a mention and
/// as a message, and has one id.
pub(super) fn said(me: &Me, channel_id: &SlackChannelId, message: &Message) -> Option<Heard> {
    let user = author(me, message)?;
    let from_a_person = message.subtype.as_deref().is_none_or(|subtype| SAID.contains(&subtype));
    if !from_a_person || message.ts.is_empty() {
        return None;
    }
    let (addressed, text) = addressed(me, channel_id, &message.text);
    Some(Heard {
        id: EventId(format!("slack:{channel_id}/{}", message.ts)),
        at: moment(&message.ts),
        user,
        place: place(channel_id, thread(message)),
        kind: EventKind::Said {
            text,
            message: self::message(channel_id, &message.ts.clone().into()),
            addressed,
            files: message.files.iter().map(file).collect(),
        },
    })
}

/// A message that its author changed. Slack tells the same when it adds a preview of a link: then the words are the same.
fn changed(me: &Me, channel_id: &SlackChannelId, event: &Message) -> Option<Heard> {
    let now = event.message.as_deref()?;
    if event.previous_message.as_deref().is_some_and(|before| before.text == now.text) {
        return None;
    }
    edited(me, channel_id, now)
}

/// A message as it stands, if its author has changed it: from an event, or from the history of a channel.
pub(super) fn edited(me: &Me, channel_id: &SlackChannelId, message: &Message) -> Option<Heard> {
    let edit = message.edited.as_ref()?;
    let user = author(me, message)?;
    let (addressed, text) = addressed(me, channel_id, &message.text);
    Some(Heard {
        id: EventId(format!("slack:{channel_id}/{}/edited/{}", message.ts, edit.ts)),
        at: moment(&edit.ts),
        user,
        place: place(channel_id, thread(message)),
        kind: EventKind::Edited {
            message: self::message(channel_id, &message.ts.clone().into()),
            text,
            addressed,
        },
    })
}

fn file(file: &File) -> FileRef {
    let name = file.name.clone().or_else(|| file.title.clone());
    FileRef { id: file.id.clone(), name: name.unwrap_or_else(|| file.id.clone()), size: file.size }
}

/// Who wrote a message; nobody when it was an app, the bot itself among them.
fn author(me: &Me, message: &Message) -> Option<SlackUserId> {
    let user: SlackUserId = message.user.clone()?.into();
    (message.bot_id.is_none() && user != me.0).then_some(user)
}

/// The thread a message is in; the first message of a thread stands outside of it.
fn thread(message: &Message) -> Option<&str> {
    message.thread_ts.as_deref().filter(|thread| **thread != message.ts)
}

/// To whom a text is said, and its words without the mention that says so.
fn addressed(me: &Me, channel_id: &SlackChannelId, text: &str) -> (Addressed, String) {
    let mention = format!("<@{}>", me.0);
    let labelled = format!("<@{}|", me.0);
    let to = match (audience(channel_id), text.contains(&mention) || text.contains(&labelled)) {
        (Audience::Direct, _) => Addressed::Direct,
        (Audience::Channel, true) => Addressed::Mention,
        (Audience::Channel, false) => return (Addressed::Nobody, words(text)),
    };
    let mut rest = text.replace(&mention, " ");
    while let Some(start) = rest.find(&labelled) {
        let end = rest[start..].find('>').map_or(rest.len(), |length| start + length + 1);
        rest.replace_range(start..end, " ");
    }
    (to, words(&rest))
}

/// Reads a slash command. It stands in no message, so its trigger takes that part.
pub(super) fn commanded(command: &Command, at: Timestamp) -> Heard {
    let id = format!("command:{}", command.trigger_id);
    let channel_id = command.channel_id.clone().into();
    Heard {
        id: EventId(format!("slack:{id}")),
        at,
        user: command.user_id.clone().into(),
        place: place(&channel_id, None),
        kind: EventKind::Said {
            text: words(&command.text),
            message: MessageRef { channel: channel(&channel_id), id },
            addressed: Addressed::Command,
            files: Vec::new(),
        },
    }
}

/// Reads a press of a button or a use of the shortcut; none for what is not ours.
pub(super) fn interacted(me: &Me, interaction: &Interaction, at: Timestamp) -> Option<Heard> {
    match interaction {
        Interaction::BlockActions(press) => pressed(press, at),
        Interaction::MessageAction(asked) if asked.callback_id == ASK_ABOUT => Some(shortcut(me, asked, at)),
        Interaction::MessageAction(_)
        | Interaction::Shortcut(_)
        | Interaction::ViewSubmission(_)
        | Interaction::ViewClosed(_)
        | Interaction::Unknown => None,
    }
}

fn pressed(press: &Press, at: Timestamp) -> Option<Heard> {
    let channel_id =
        press.container.channel_id.as_ref().or(press.channel.as_ref().map(|channel| &channel.id))?;
    let channel_id = channel_id.clone().into();
    let ts = press.container.message_ts.clone()?;
    let in_message = || press.message.as_ref().and_then(thread);
    let thread = press.container.thread_ts.as_deref().filter(|thread| **thread != *ts).or_else(in_message);
    Some(Heard {
        id: EventId(format!("slack:press:{}", press.trigger_id)),
        at,
        user: press.user.id.clone().into(),
        place: place(&channel_id, thread),
        kind: EventKind::Pressed {
            message: message(&channel_id, &ts.into()),
            action: press.actions.first()?.value.clone()?,
        },
    })
}

/// A button of the Home tab is pressed; `place` is where it is answered.
pub(super) fn used_in_view(press: &Press, place: Place, at: Timestamp) -> Option<Heard> {
    let id = format!("press:{}", press.trigger_id);
    let message = MessageRef { channel: place.channel.clone(), id: id.clone() };
    let action = press.actions.first()?.value.clone()?;
    let (id, user) = (EventId(format!("slack:{id}")), press.user.id.clone().into());
    Some(Heard { id, at, user, place, kind: EventKind::Pressed { message, action } })
}

/// Somebody puts a message, their own or another's, to the bot: it is answered in the thread of that message.
fn shortcut(me: &Me, asked: &Asked, at: Timestamp) -> Heard {
    let (channel_id, about) = (asked.channel.id.clone().into(), &asked.message);
    let thread = about.thread_ts.as_deref().unwrap_or(&about.ts);
    let (_, text) = addressed(me, &channel_id, &about.text);
    Heard {
        id: EventId(format!("slack:shortcut:{}", asked.trigger_id)),
        at,
        user: asked.user.id.clone().into(),
        place: place(&channel_id, Some(thread)),
        kind: EventKind::Said {
            text: format!("ask {text}"),
            message: message(&channel_id, &about.ts.clone().into()),
            addressed: Addressed::Command,
            files: about.files.iter().map(file).collect(),
        },
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
        pushed(&me(), "Ev1", &Happening::read(&event))
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
            serde_json::json!({ "type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "2.0",
                "deleted_ts": "1.2", "previous_message": { "user": "U1", "ts": "1.2", "text": "hi" } }),
            serde_json::json!({ "type": "never_heard_of", "x": 1 }),
            serde_json::json!({ "type": "reaction_added", "user": "U1", "reaction": "x", "event_ts": "1.2",
                "item": { "type": "file", "id": "F1" } }),
        ] {
            assert_eq!(push(event.clone()), None, "{event}");
        }
    }

    #[test]
    fn a_changed_question_is_told_once_and_a_preview_of_a_link_is_no_change() {
        let change = |before: &str, edited: bool| {
            let mut message =
                serde_json::json!({ "user": "U1", "ts": "1.2", "text": "<@UBOT|ospo> may we?" });
            if edited {
                message["edited"] = serde_json::json!({ "user": "U1", "ts": "3.0" });
            }
            push(serde_json::json!({
                "type": "message", "subtype": "message_changed", "channel": "C1", "ts": "4.0", "message": message,
                "previous_message": { "user": "U1", "ts": "1.2", "text": before },
            }))
        };
        let heard = change("may I?", true).unwrap();
        assert_eq!(heard.id.0, "slack:C1/1.2/edited/3.0");
        let EventKind::Edited { message, text, addressed } = heard.kind else { panic!("edited") };
        assert_eq!((message.to_string().as_str(), text.as_str()), ("slack:C1/1.2", "may we?"));
        assert_eq!(addressed, Addressed::Mention);
        assert_eq!(change("<@UBOT|ospo> may we?", true), None, "the same words");
        assert_eq!(change("may I?", false), None, "not by its author");
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
