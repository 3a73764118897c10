//! What a room tells, read apart. Pure: who people are and what is around them is looked up by the caller.

use jiff::Timestamp;
use matrix_sdk::ruma::events::reaction::ReactionEventContent;
use matrix_sdk::ruma::events::room::MediaSource;
use matrix_sdk::ruma::events::room::message::sanitize::remove_plain_reply_fallback;
use matrix_sdk::ruma::events::room::message::{
    FormattedBody, MessageType, Relation, RoomMessageEventContent, RoomMessageEventContentWithoutRelation,
};
use matrix_sdk::ruma::events::room::redaction::SyncRoomRedactionEvent;
use matrix_sdk::ruma::events::{
    AnySyncMessageLikeEvent, AnySyncTimelineEvent, Mentions, OriginalSyncMessageLikeEvent,
    SyncMessageLikeEvent,
};
use matrix_sdk::ruma::room_version_rules::RedactionRules;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{MilliSecondsSinceUnixEpoch, OwnedEventId, OwnedUserId, UserId};
use serde_json::Value;

use super::render::VOTES;
use super::words::{self, Words};
use crate::core::event::FileRef;

/// Something that happened, and who did it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub id: OwnedEventId,
    pub at: Timestamp,
    pub sender: OwnedUserId,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Said {
        words: Words,
        thread: Option<OwnedEventId>,
        replies_to: Option<OwnedEventId>,
        files: Vec<FileRef>,
    },
    Edited {
        message: OwnedEventId,
        words: Words,
    },
    Reacted {
        message: OwnedEventId,
        key: String,
    },
    Redacted {
        event: OwnedEventId,
    },
    /// They want to compare emoji with the bot.
    Verifies,
}

/// Reads an event of a timeline; none when it is the bot's own, a bot's talk, or of no kind that concerns a chat.
pub(super) fn read(me: &UserId, rules: &RedactionRules, event: &Raw<AnySyncTimelineEvent>) -> Option<Heard> {
    let AnySyncTimelineEvent::MessageLike(event) = event.deserialize().ok()? else { return None };
    let heard = match event {
        AnySyncMessageLikeEvent::RoomMessage(SyncMessageLikeEvent::Original(message)) => said(me, message)?,
        AnySyncMessageLikeEvent::Reaction(SyncMessageLikeEvent::Original(reaction)) => reacted(reaction),
        AnySyncMessageLikeEvent::RoomRedaction(SyncRoomRedactionEvent::Original(redaction)) => Heard {
            what: What::Redacted { event: redaction.redacts(rules).to_owned() },
            id: redaction.event_id,
            at: moment(redaction.origin_server_ts),
            sender: redaction.sender,
        },
        _ => return None,
    };
    (heard.sender != me).then_some(heard)
}

/// The message of the bot that an event of its own changes so that nobody decides with reactions on it any more.
pub(super) fn closed(me: &UserId, event: &Raw<AnySyncTimelineEvent>) -> Option<OwnedEventId> {
    let by_us = event.get_field::<OwnedUserId>("sender").ok()??.as_str() == me.as_str();
    if !by_us {
        return None;
    }
    let content = event.get_field::<Value>("content").ok()??;
    let relation = &content["m.relates_to"];
    let changes = relation["rel_type"] == "m.replace" && content["m.new_content"][VOTES] != true;
    OwnedEventId::try_from(relation["event_id"].as_str().filter(|_| changes)?).ok()
}

/// The moment by the sender's home server.
fn moment(at: MilliSecondsSinceUnixEpoch) -> Timestamp {
    Timestamp::from_millisecond(i64::from(at.0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn reacted(reaction: OriginalSyncMessageLikeEvent<ReactionEventContent>) -> Heard {
    let annotation = reaction.content.relates_to;
    Heard {
        id: reaction.event_id,
        at: moment(reaction.origin_server_ts),
        sender: reaction.sender,
        what: What::Reacted { message: annotation.event_id, key: annotation.key },
    }
}

fn said(me: &UserId, message: OriginalSyncMessageLikeEvent<RoomMessageEventContent>) -> Option<Heard> {
    let content = message.content;
    let what = match content.relates_to {
        _ if matches!(&content.msgtype, MessageType::VerificationRequest(asked) if asked.to == me) => {
            What::Verifies
        }
        Some(Relation::Replacement(edit)) => {
            let RoomMessageEventContentWithoutRelation { msgtype, mentions, .. } = edit.new_content;
            let (words, _) = read_message(me, &msgtype, mentions.as_ref(), Fallback::None)?;
            What::Edited { message: edit.event_id, words }
        }
        relation => {
            let (thread, replies_to) = match relation {
                Some(Relation::Thread(thread)) => (Some(thread.event_id), None),
                Some(Relation::Reply(reply)) => (None, Some(reply.in_reply_to.event_id)),
                _ => (None, None),
            };
            let fallback = if replies_to.is_some() { Fallback::Quoted } else { Fallback::None };
            let (words, files) = read_message(me, &content.msgtype, content.mentions.as_ref(), fallback)?;
            What::Said { words, thread, replies_to, files }
        }
    };
    Some(Heard { id: message.event_id, at: moment(message.origin_server_ts), sender: message.sender, what })
}

/// Whether a body begins with what it replies to, as older clients write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fallback {
    Quoted,
    None,
}

fn read_message(
    me: &UserId,
    message: &MessageType,
    mentions: Option<&Mentions>,
    fallback: Fallback,
) -> Option<(Words, Vec<FileRef>)> {
    let words = |body: &str, formatted: Option<&FormattedBody>| {
        let body = match fallback {
            Fallback::Quoted => remove_plain_reply_fallback(body),
            Fallback::None => body,
        };
        words::read(me, body, formatted, mentions)
    };
    macro_rules! file {
        ($file:expr) => {{
            let size = $file.info.as_ref().and_then(|info| info.size).map(u64::from);
            let file = file_ref(&$file.source, $file.filename(), size)?;
            Some((words($file.caption().unwrap_or_default(), $file.formatted_caption()), vec![file]))
        }};
    }
    match message {
        MessageType::Text(text) => Some((words(&text.body, text.formatted.as_ref()), Vec::new())),
        MessageType::File(file) => file!(file),
        MessageType::Image(image) => file!(image),
        MessageType::Audio(audio) => file!(audio),
        MessageType::Video(video) => file!(video),
        // A notice is a bot's, and what bots say is never answered.
        _ => None,
    }
}

/// The file's address is all that is needed to fetch it: with it come the keys to a file of an encrypted room.
fn file_ref(source: &MediaSource, name: &str, size: Option<u64>) -> Option<FileRef> {
    Some(FileRef { id: serde_json::to_string(source).ok()?, name: name.to_owned(), size })
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::RoomVersionId;
    use matrix_sdk::ruma::user_id;
    use serde_json::json;

    use super::*;
    use crate::core::event::Addressed;

    fn heard(event: Value) -> Option<Heard> {
        let rules = RoomVersionId::V11.rules().unwrap().redaction;
        read(user_id!("@ospo:example.org"), &rules, &Raw::from_json_string(event.to_string()).unwrap())
    }

    fn message(sender: &str, content: Value) -> Value {
        json!({ "type": "m.room.message", "event_id": "$one", "sender": sender, "origin_server_ts": 1_700_000_000_000_u64,
            "content": content })
    }

    fn said_by_ada(content: Value) -> What {
        heard(message("@ada:example.org", content)).unwrap().what
    }

    #[test]
    fn a_reply_is_read_without_what_it_replies_to_and_a_thread_is_known() {
        let What::Said { words, replies_to, .. } = said_by_ada(json!({
            "msgtype": "m.text", "body": "> <@lea:example.org> what?\n> really\n\n!ospo help",
            "m.relates_to": { "m.in_reply_to": { "event_id": "$zero" } },
        })) else {
            panic!("said")
        };
        assert_eq!((words.text.as_str(), words.addressed), ("help", Addressed::Command));
        assert_eq!(replies_to.unwrap(), "$zero");
        let What::Said { thread, replies_to, .. } = said_by_ada(json!({
            "msgtype": "m.text", "body": "and Apache-2.0?",
            "m.relates_to": { "rel_type": "m.thread", "event_id": "$root", "is_falling_back": true,
                "m.in_reply_to": { "event_id": "$last" } },
        })) else {
            panic!("said")
        };
        assert_eq!((thread.unwrap().as_str(), replies_to), ("$root", None));
    }

    #[test]
    fn an_edit_is_what_the_message_says_now() {
        let What::Edited { message, words } = said_by_ada(json!({
            "msgtype": "m.text", "body": "* !ospo may we use MIT?",
            "m.new_content": { "msgtype": "m.text", "body": "!ospo may we use MIT?" },
            "m.relates_to": { "rel_type": "m.replace", "event_id": "$first" },
        })) else {
            panic!("edited")
        };
        assert_eq!((message.as_str(), words.text.as_str()), ("$first", "may we use MIT?"));
    }

    #[test]
    fn a_file_is_known_by_where_it_is_and_its_caption_is_what_is_said() {
        let What::Said { words, files, .. } = said_by_ada(json!({
            "msgtype": "m.file", "body": "!ospo check this", "filename": "sbom.json", "url": "mxc://example.org/a",
            "info": { "size": 42 },
        })) else {
            panic!("said")
        };
        assert_eq!(words.text, "check this");
        assert_eq!((files[0].name.as_str(), files[0].size), ("sbom.json", Some(42)));
        assert_eq!(files[0].id, r#"{"url":"mxc://example.org/a"}"#);
    }

    #[test]
    fn whoever_wants_to_compare_emoji_with_the_bot_is_told_from_who_talks_to_others() {
        let request = |to: &str| {
            json!({ "msgtype": "m.key.verification.request", "body": "verify", "to": to, "from_device": "A",
                "methods": ["m.sas.v1"] })
        };
        assert_eq!(said_by_ada(request("@ospo:example.org")), What::Verifies);
        assert_eq!(heard(message("@ada:example.org", request("@lea:example.org"))), None);
    }

    #[test]
    fn a_card_is_closed_when_the_bot_changes_it_to_one_without_votes() {
        let edit = |sender: &str, new: Value| {
            let content = json!({ "msgtype": "m.text", "body": "* x", "m.new_content": new,
                "m.relates_to": { "rel_type": "m.replace", "event_id": "$card" } });
            Raw::from_json_string(message(sender, content).to_string()).unwrap()
        };
        let me = user_id!("@ospo:example.org");
        let decided = json!({ "msgtype": "m.text", "body": "x" });
        assert_eq!(closed(me, &edit("@ospo:example.org", decided.clone())).unwrap(), "$card");
        assert_eq!(closed(me, &edit("@ada:example.org", decided)), None);
        let open = json!({ "msgtype": "m.text", "body": "x", VOTES: true });
        assert_eq!(closed(me, &edit("@ospo:example.org", open)), None);
    }

    #[test]
    fn the_bots_own_words_notices_and_unknown_events_are_nothing() {
        for event in [
            message("@ospo:example.org", json!({ "msgtype": "m.text", "body": "!ospo help" })),
            message("@bot:example.org", json!({ "msgtype": "m.notice", "body": "!ospo help" })),
            message("@ada:example.org", json!({ "msgtype": "m.emote", "body": "waves" })),
            message("@ada:example.org", json!({})),
            json!({ "type": "never.heard", "event_id": "$x", "sender": "@a:b", "origin_server_ts": 1, "content": {} }),
            json!({ "type": "m.room.member", "event_id": "$x", "sender": "@a:b", "origin_server_ts": 1, "state_key": "@a:b",
                "content": { "membership": "join" } }),
            json!(42),
        ] {
            assert_eq!(heard(event.clone()), None, "{event}");
        }
    }

    #[test]
    fn a_reaction_and_its_redaction_name_what_they_are_about() {
        let reaction = json!({ "type": "m.reaction", "event_id": "$r", "sender": "@lea:example.org", "origin_server_ts": 1,
            "content": { "m.relates_to": { "rel_type": "m.annotation", "event_id": "$card", "key": "✅️" } } });
        assert_eq!(
            heard(reaction).unwrap().what,
            What::Reacted { message: "$card".try_into().unwrap(), key: "✅️".to_owned() }
        );
        for redaction in [json!({ "redacts": "$r" }), json!({ "redacts": "$r", "reason": "typo" })] {
            let event = json!({ "type": "m.room.redaction", "event_id": "$d", "sender": "@lea:example.org",
                "origin_server_ts": 1, "content": redaction });
            assert_eq!(heard(event).unwrap().what, What::Redacted { event: "$r".try_into().unwrap() });
        }
    }
}
