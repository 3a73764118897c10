//! The methods of the Web API, as strict as Slack's.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{APP_TOKEN, BOT, BOT_TOKEN, Message, Server, TEAM, World, blocks, history};

pub(super) fn refuse(error: &str) -> Response {
    axum::Json(json!({ "ok": false, "error": error })).into_response()
}

pub(super) async fn call(
    Shared(server): Shared<Arc<Server>>,
    Path(method): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let wanted = if method == "apps.connections.open" { APP_TOKEN } else { BOT_TOKEN };
    if token != format!("Bearer {wanted}") {
        return refuse("invalid_auth");
    }
    let mut arguments: Value = if body.is_empty() {
        json!({})
    } else {
        match serde_json::from_slice(&body) {
            Ok(arguments) => arguments,
            Err(_) => return refuse("invalid_json"),
        }
    };
    for (key, value) in query {
        arguments[key] = json!(value);
    }
    let mut changes = server.changed.subscribe();
    while server.world.lock().unwrap().held.is_some_and(|held| held == method) {
        changes.changed().await.unwrap();
    }
    let response =
        limited(&server, &method, &arguments).unwrap_or_else(|| answer(&server, &method, &arguments));
    server.changed.send_modify(|version| *version += 1);
    response
}

/// The scope that a method needs; see the methods' pages.
const NEEDED: &[(&str, &str)] = &[
    ("chat.", "chat:write"),
    ("conversations.open", "im:write"),
    ("users.info", "users:read"),
    ("usergroups.", "usergroups:read"),
    ("reactions.get", "reactions:read"),
    ("files.info", "files:read"),
    ("files.getUpload", "files:write"),
    ("files.complete", "files:write"),
];

/// A refusal for want of a scope, or because there were too many calls.
fn limited(server: &Server, method: &str, arguments: &Value) -> Option<Response> {
    let mut world = server.world.lock().unwrap();
    *world.calls.entry(method.to_owned()).or_default() += 1;
    world.lookups += usize::from(history::with_metadata(arguments));
    let needed = NEEDED.iter().find(|(beginning, _)| method.starts_with(beginning)).map(|(_, scope)| *scope);
    if needed.is_some_and(|needed| !world.scopes.split(',').any(|scope| scope == needed)) {
        return Some(refuse("missing_scope"));
    }
    let channel =
        if method.starts_with("chat.") { arguments["channel"].as_str().unwrap_or_default() } else { "" };
    let key = (method.to_owned(), channel.to_owned());
    let now = std::time::Instant::now();
    // What was on its way when the client heard of it is no fault.
    let on_its_way = std::time::Duration::from_millis(700);
    if world.closed.get(&key).is_some_and(|(since, until)| now > *since + on_its_way && now < *until) {
        world.faults.push(format!("{method}: called before Retry-After was over"));
    }
    let left = world.storm.get_mut(method).filter(|left| **left > 0)?;
    *left -= 1;
    let wait = world.retry_after;
    world.closed.insert(key, (now, now + std::time::Duration::from_secs(wait)));
    let body = axum::Json(json!({ "ok": false, "error": "ratelimited" }));
    Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", wait.to_string())], body).into_response())
}

fn answer(server: &Server, method: &str, arguments: &Value) -> Response {
    let mut world = server.world.lock().unwrap();
    let text = |key: &str| arguments[key].as_str().unwrap_or_default().to_owned();
    let (channel, ok) = (text("channel"), |value: Value| {
        let mut value = value;
        value["ok"] = json!(true);
        axum::Json(value).into_response()
    });
    match method {
        "auth.test" => {
            let me = ok(json!({
            "url": "https://model.slack.com/", "team": "Model", "user": "ospo", "team_id": TEAM, "user_id": BOT,
                "bot_id": "BMODEL",
            }));
            ([("x-oauth-scopes", world.scopes.clone())], me).into_response()
        }
        "apps.connections.open" => {
            if world.link_disabled {
                return refuse("access_denied");
            }
            let ticket = world.event_id();
            world.tickets.insert(ticket.clone());
            ok(json!({ "url": format!("ws://{}/link?ticket={ticket}", server.address) }))
        }
        "conversations.info" => match world.members.get(&channel) {
            Some(members) => ok(json!({ "channel": {
                "id": channel, "name": channel, "created": 1_700_000_000, "is_member": members.contains(BOT),
            } })),
            None => refuse("channel_not_found"),
        },
        "users.info" => match world.users.get(&text("user")) {
            Some(user) => ok(json!({ "user": user })),
            None => refuse("user_not_found"),
        },
        "conversations.open" => {
            if !arguments["users"].is_string() {
                return refuse("users_list_not_supplied");
            }
            if !world.users.contains_key(&text("users")) {
                return refuse("user_not_found");
            }
            let id = format!("D{}", text("users"));
            world.channels.entry(id.clone()).or_default();
            ok(json!({ "channel": { "id": id } }))
        }
        "chat.postMessage" | "chat.postEphemeral" | "chat.update" => say(&mut world, method, arguments),
        "users.conversations" => history::conversations(&world, arguments),
        "conversations.history" => history::history(&world, arguments),
        "conversations.replies" => history::replies(&world, arguments),
        "usergroups.users.list" => match world.groups.get(&text("usergroup")) {
            Some(users) => ok(json!({ "users": users })),
            None => refuse("no_such_subteam"),
        },
        "reactions.get" => match world.find(&channel, &text("timestamp")) {
            Some(message) => {
                ok(json!({ "type": "message", "channel": channel, "message": message.json(false) }))
            }
            None => refuse("message_not_found"),
        },
        "files.getUploadURLExternal" => {
            let id = format!("F{}", world.event_id());
            world.uploads.insert(id.clone(), (text("filename"), Vec::new()));
            ok(json!({ "upload_url": format!("http://{}/upload/{id}", server.address), "file_id": id }))
        }
        "files.completeUploadExternal" => {
            let ts = world.ts();
            let mut shared = Vec::new();
            for file in arguments["files"].as_array().cloned().unwrap_or_default() {
                let id = file["id"].as_str().unwrap_or_default().to_owned();
                let Some((name, content)) = world.uploads.remove(&id) else {
                    return refuse("file_not_found");
                };
                world.files.insert(id.clone(), content);
                shared.push(json!({ "id": id, "name": name, "title": file["title"] }));
            }
            let message = Message {
                ts,
                thread: Some(text("thread_ts")),
                user: BOT.to_owned(),
                text: String::new(),
                blocks: Value::Null,
                metadata: Value::Null,
                edits: 0,
                edited: None,
                only_for: None,
                reactions: BTreeMap::new(),
                files: shared.clone(),
            };
            world.channels.entry(text("channel_id")).or_default().push(message);
            ok(json!({ "files": shared }))
        }
        "views.open" | "views.push" | "views.update" | "views.publish" => {
            super::views::answer(&mut world, method, arguments)
        }
        "files.info" => {
            let id = text("file");
            let here = format!("http://{}/files/{id}", server.address);
            let url = world.elsewhere.get(&id).cloned().unwrap_or(here);
            ok(json!({ "file": { "id": id, "name": "file", "url_private_download": url } }))
        }
        other => {
            world.faults.push(format!("the method {other} is not modelled"));
            refuse("unknown_method")
        }
    }
}

fn say(world: &mut World, method: &str, arguments: &Value) -> Response {
    let text = |key: &str| arguments[key].as_str().map(str::to_owned);
    let channel = text("channel").unwrap_or_default();
    if world.limited > 0 {
        world.limited -= 1;
        let body = axum::Json(json!({ "ok": false, "error": "ratelimited" }));
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], body).into_response();
    }
    let blocks = arguments.get("blocks").cloned().unwrap_or(Value::Null);
    if !blocks.is_null()
        && let Err(fault) = blocks::check(&blocks)
    {
        world.faults.push(format!("{method}: {fault}: {blocks}"));
        return refuse("invalid_blocks");
    }
    if world.squeamish > 0 && blocks.as_array().is_some_and(|blocks| !blocks.is_empty()) {
        world.squeamish -= 1;
        return refuse("invalid_blocks");
    }
    let words = text("text").unwrap_or_default();
    if words.is_empty() && blocks.is_null() {
        world.faults.push(format!("{method}: no_text"));
        return refuse("no_text");
    }
    if words.contains("<!") || words.contains("<@") {
        world.faults.push(format!("{method}: it would mention somebody: {words}"));
    }
    let direct = channel.starts_with('D');
    if !direct && !world.members.get(&channel).is_some_and(|members| members.contains(BOT)) {
        return refuse(if world.channels.contains_key(&channel) {
            "not_in_channel"
        } else {
            "channel_not_found"
        });
    }
    if method == "chat.update" {
        let ts = text("ts").unwrap_or_default();
        let Some(message) = world.find(&channel, &ts) else { return refuse("message_not_found") };
        if message.user != BOT {
            return refuse("cant_update_message");
        }
        message.text = words;
        // Where a text is given and no blocks, the message has none from then on.
        message.blocks = if blocks == json!([]) { Value::Null } else { blocks };
        message.edits += 1;
        let json = json!({ "ok": true, "channel": channel, "ts": ts, "message": message.json(false) });
        return axum::Json(json).into_response();
    }
    let now = std::time::Instant::now();
    if method == "chat.postMessage"
        && let Some(before) = world.last_post.insert(channel.clone(), now)
    {
        let between = now - before;
        world.closest = Some(world.closest.map_or(between, |closest| closest.min(between)));
    }
    let only_for = text("user").filter(|_| method == "chat.postEphemeral");
    if let Some(user) = &only_for
        && !direct
        && !world.members.get(&channel).is_some_and(|members| members.contains(user))
    {
        return refuse("user_not_in_channel");
    }
    let ts = world.ts();
    let message = Message {
        ts: ts.clone(),
        thread: text("thread_ts"),
        user: BOT.to_owned(),
        text: words,
        blocks,
        metadata: arguments.get("metadata").cloned().unwrap_or(Value::Null),
        edits: 0,
        edited: None,
        only_for: only_for.clone(),
        reactions: BTreeMap::new(),
        files: Vec::new(),
    };
    let json = message.json(false);
    world.channels.entry(channel.clone()).or_default().push(message);
    if world.swallowed > 0 && method == "chat.postMessage" {
        world.swallowed -= 1;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    match only_for {
        Some(_) => axum::Json(json!({ "ok": true, "message_ts": ts })).into_response(),
        None => {
            axum::Json(json!({ "ok": true, "channel": channel, "ts": ts, "message": json })).into_response()
        }
    }
}
