//! What stands in the modelled workspace, page by page.

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::refuse;
use super::{BOT, Message, World};

/// A page of a list, as the arguments ask for it.
fn page(items: Vec<Value>, key: &str, arguments: &Value, most: usize) -> Response {
    let text = |name: &str| arguments[name].as_str().unwrap_or_default();
    let limit = match text("limit") {
        "" => 100,
        limit => limit.parse().unwrap_or(0),
    };
    if limit == 0 || limit > most {
        return refuse("invalid_limit");
    }
    let start = match text("cursor") {
        "" => 0,
        cursor => match cursor.strip_prefix("next:").and_then(|at| at.parse::<usize>().ok()) {
            Some(start) => start,
            None => return refuse("invalid_cursor"),
        },
    };
    // Pages are small, so that there is more than one.
    let end = (start + limit.min(7)).min(items.len());
    let next = if end < items.len() { format!("next:{end}") } else { String::new() };
    let more = !next.is_empty();
    let shown = &items[start.min(end)..end];
    axum::Json(json!({
        "ok": true, key: shown, "has_more": more, "response_metadata": { "next_cursor": next },
    }))
    .into_response()
}

/// The conversations that the bot is in.
pub(super) fn conversations(world: &World, arguments: &Value) -> Response {
    let types: Vec<&str> = arguments["types"].as_str().unwrap_or("public_channel").split(',').collect();
    for (kind, scope) in
        [("public_channel", "channels:read"), ("private_channel", "groups:read"), ("im", "im:read")]
    {
        if types.contains(&kind) && !world.scopes.split(',').any(|granted| granted == scope) {
            return refuse("missing_scope");
        }
    }
    let seen = |channel: &&String| match channel.starts_with('D') {
        true => types.contains(&"im"),
        false => {
            types.contains(&"public_channel")
                && world.members.get(*channel).is_some_and(|members| members.contains(BOT))
        }
    };
    let found =
        world.channels.keys().filter(seen).map(|id| json!({ "id": id, "is_im": id.starts_with('D') }));
    page(found.collect(), "channels", arguments, 999)
}

/// Whether the metadata of apps is asked for: the bot does when it looks for a message of its own.
pub(super) fn with_metadata(arguments: &Value) -> bool {
    arguments["include_all_metadata"] == "true" || arguments["include_all_metadata"] == true
}

fn after<'a>(arguments: &Value) -> impl Fn(&Message) -> bool + use<'a> {
    let oldest = arguments["oldest"].as_str().unwrap_or("0").to_owned();
    move |message| number(&message.ts) > number(&oldest)
}

fn number(ts: &str) -> u64 {
    ts.replace('.', "").parse().unwrap_or(0)
}

/// A channel's messages, newest first; what is said in threads is left out.
pub(super) fn history(world: &World, arguments: &Value) -> Response {
    let channel = arguments["channel"].as_str().unwrap_or_default();
    let Some(messages) = world.channels.get(channel) else { return refuse("channel_not_found") };
    if !channel.starts_with('D') && !world.members.get(channel).is_some_and(|members| members.contains(BOT)) {
        return refuse("not_in_channel");
    }
    let shown = messages.iter().rev().filter(|m| m.only_for.is_none() && m.thread.is_none());
    let after = after(arguments);
    let shown = shown.filter(|message| after(message)).map(|message| {
        let mut json = message.json(with_metadata(arguments));
        let replies: Vec<&Message> =
            messages.iter().filter(|reply| reply.thread.as_ref() == Some(&message.ts)).collect();
        if let Some(last) = replies.last() {
            json["thread_ts"] = json!(message.ts);
            json["reply_count"] = json!(replies.len());
            json["latest_reply"] = json!(last.ts);
        }
        json
    });
    page(shown.collect(), "messages", arguments, 999)
}

/// The messages of a thread, oldest first, the one that began it always among them.
pub(super) fn replies(world: &World, arguments: &Value) -> Response {
    let text = |name: &str| arguments[name].as_str().unwrap_or_default();
    let Some(messages) = world.channels.get(text("channel")) else { return refuse("channel_not_found") };
    let root = text("ts");
    if !messages.iter().any(|message| message.ts == root) {
        return refuse("thread_not_found");
    }
    let after = after(arguments);
    let shown = messages
        .iter()
        .filter(|message| message.only_for.is_none())
        .filter(|message| message.ts == root || (message.thread.as_deref() == Some(root) && after(message)))
        .map(|message| message.json(with_metadata(arguments)));
    page(shown.collect(), "messages", arguments, 1000)
}
