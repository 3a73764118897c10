//! A strict model of Slack on this machine, from its public documentation (<https://docs.slack.dev>): the Web API's
//! methods that the bot uses, Socket Mode, and people who act. It refuses what Slack refuses. Waiting is on what
//! happens, never on time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

pub mod blocks;

pub const BOT_TOKEN: &str = "xoxb-model";
pub const APP_TOKEN: &str = "xapp-model";
pub const BOT: &str = "UBOT";
const TEAM: &str = "TMODEL";
/// How long anything awaited may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(180);

/// A message as it stands.
#[derive(Debug, Clone)]
pub struct Message {
    pub ts: String,
    pub thread: Option<String>,
    pub user: String,
    pub text: String,
    pub blocks: Value,
    pub metadata: Value,
    pub edits: usize,
    /// Who alone sees it.
    pub only_for: Option<String>,
    pub reactions: BTreeMap<String, BTreeSet<String>>,
    pub files: Vec<Value>,
}

impl Message {
    /// What a person reads.
    pub fn words(&self) -> String {
        if self.blocks.is_null() { self.text.clone() } else { blocks::words(&self.blocks) }
    }

    /// The values of its buttons, in order.
    pub fn buttons(&self) -> Vec<String> {
        let blocks = self.blocks.as_array().into_iter().flatten();
        blocks
            .filter(|block| block["type"] == "actions")
            .flat_map(|block| block["elements"].as_array().cloned().unwrap_or_default())
            .filter_map(|button| button["value"].as_str().map(str::to_owned))
            .collect()
    }

    fn json(&self, with_metadata: bool) -> Value {
        let reactions: Vec<Value> = self
            .reactions
            .iter()
            .filter(|(_, users)| !users.is_empty())
            .map(|(name, users)| json!({ "name": name, "count": users.len(), "users": users }))
            .collect();
        let mut json = json!({
            "type": "message", "ts": self.ts, "user": self.user, "text": self.text, "reactions": reactions,
            "files": self.files,
        });
        if !self.blocks.is_null() {
            json["blocks"] = self.blocks.clone();
        }
        if let Some(thread) = &self.thread {
            json["thread_ts"] = json!(thread);
        }
        if with_metadata && !self.metadata.is_null() {
            json["metadata"] = self.metadata.clone();
        }
        json
    }
}

/// Everything the model knows.
#[derive(Debug, Default)]
pub struct World {
    pub channels: BTreeMap<String, Vec<Message>>,
    members: BTreeMap<String, BTreeSet<String>>,
    users: BTreeMap<String, Value>,
    clock: u64,
    events: u64,
    /// Envelopes that no client has acknowledged.
    waiting: VecDeque<Value>,
    sockets: Vec<mpsc::UnboundedSender<Frame>>,
    tickets: BTreeSet<String>,
    uploads: BTreeMap<String, (String, Vec<u8>)>,
    pub files: BTreeMap<String, Vec<u8>>,
    /// What the token may do, as the header tells it.
    pub scopes: String,
    /// How many of the next posts are answered with 429.
    pub limited: usize,
    /// How many of the next posts are carried out without the client hearing of it.
    pub swallowed: usize,
    /// Calls that Slack would refuse: the test fails at its end when there are any.
    pub faults: Vec<String>,
    last_post: BTreeMap<String, std::time::Instant>,
    /// The least time between two posts in one channel.
    pub closest: Option<Duration>,
}

/// The model, running.
pub struct Slack {
    world: Arc<Mutex<World>>,
    changed: watch::Sender<u64>,
    pub address: SocketAddr,
}

struct Server {
    world: Arc<Mutex<World>>,
    changed: watch::Sender<u64>,
    address: SocketAddr,
}

impl World {
    fn ts(&mut self) -> String {
        self.clock += 1;
        format!("1700000000.{:06}", self.clock)
    }

    fn event_id(&mut self) -> String {
        self.events += 1;
        format!("Ev{:06}", self.events)
    }

    fn envelope(&mut self, kind: &str, payload: Value) {
        let id = self.event_id();
        let envelope = json!({
            "type": kind, "envelope_id": format!("env-{id}"), "accepts_response_payload": kind != "events_api",
            "payload": payload,
        });
        self.waiting.push_back(envelope.clone());
        let frame = Frame::Text(envelope.to_string().into());
        // One of the connections gets it, as at Slack.
        self.sockets.retain(|socket| !socket.is_closed());
        if let Some(socket) = self.sockets.last() {
            socket.send(frame).ok();
        }
    }

    fn push(&mut self, event: Value) {
        let payload = json!({
            "type": "event_callback", "token": "x", "team_id": TEAM, "api_app_id": "AMODEL", "event": event,
            "event_id": self.event_id(), "event_time": 1_700_000_000, "authorizations": [],
        });
        self.envelope("events_api", payload);
    }

    fn find(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.channels
            .get_mut(channel)?
            .iter_mut()
            .find(|message| message.ts == ts && message.only_for.is_none())
    }
}

impl Slack {
    /// Starts the model with channels and their members; the bot is a member of each.
    pub async fn start(channels: &[(&str, &[&str])]) -> Self {
        let mut world = World::default();
        world.users.insert(BOT.to_owned(), json!({ "id": BOT, "team_id": TEAM, "is_bot": true }));
        for (channel, members) in channels {
            let mut all: BTreeSet<String> = members.iter().map(|member| (*member).to_owned()).collect();
            for member in &all {
                world.users.insert(member.clone(), json!({ "id": member, "team_id": TEAM, "name": member }));
            }
            all.insert(BOT.to_owned());
            world.members.insert((*channel).to_owned(), all);
            world.channels.insert((*channel).to_owned(), Vec::new());
        }
        let world = Arc::new(Mutex::new(world));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (changed, _) = watch::channel(0);
        let server = Arc::new(Server { world: Arc::clone(&world), changed: changed.clone(), address });
        let routes = Router::new()
            .route("/api/{method}", post(call).get(call))
            .route("/link", get(link))
            .route("/upload/{id}", post(upload))
            .route("/files/{id}", get(download))
            .with_state(server);
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { world, changed, address }
    }

    /// Where the Web API is.
    pub fn api_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn act<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let result = act(&mut self.world());
        self.changed.send_modify(|version| *version += 1);
        result
    }

    /// A user with flags of their own, such as `is_restricted`.
    pub fn user(&self, id: &str, extra: &Value) {
        let mut user = json!({ "id": id, "team_id": TEAM, "name": id });
        user.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        self.act(|world| world.users.insert(id.to_owned(), user));
    }

    /// Somebody posts; returns the message's ts.
    pub fn says(&self, user: &str, channel: &str, text: &str, thread: Option<&str>) -> String {
        self.act(|world| {
            let ts = world.ts();
            let message = Message {
                ts: ts.clone(),
                thread: thread.map(str::to_owned),
                user: user.to_owned(),
                text: text.to_owned(),
                blocks: Value::Null,
                metadata: Value::Null,
                edits: 0,
                only_for: None,
                reactions: BTreeMap::new(),
                files: Vec::new(),
            };
            world.channels.entry(channel.to_owned()).or_default().push(message);
            let kind = if channel.starts_with('D') { "im" } else { "channel" };
            let mut event = json!({
                "type": "message", "user": user, "channel": channel, "channel_type": kind, "text": text, "ts": ts,
                "event_ts": ts, "team": TEAM,
            });
            if let Some(thread) = thread {
                event["thread_ts"] = json!(thread);
            }
            world.push(event.clone());
            if text.contains(&format!("<@{BOT}>")) && kind == "channel" {
                event["type"] = json!("app_mention");
                world.push(event);
            }
            ts
        })
    }

    /// Somebody types `/ospo …`.
    pub fn commands(&self, user: &str, channel: &str, text: &str) {
        self.act(|world| {
            let trigger = world.event_id();
            let payload = json!({
                "token": "x", "team_id": TEAM, "team_domain": "model", "channel_id": channel, "channel_name": "c",
                "user_id": user, "command": "/ospo", "text": text, "trigger_id": trigger,
                "response_url": "https://hooks.slack.com/commands/x",
            });
            world.envelope("slash_commands", payload);
        });
    }

    /// Somebody presses the button with a value.
    pub fn presses(&self, user: &str, channel: &str, ts: &str, value: &str) {
        self.act(|world| {
            let trigger = world.event_id();
            let messages = &world.channels[channel];
            let message = messages.iter().find(|message| message.ts == ts).expect("the message is there");
            assert!(message.buttons().iter().any(|button| button == value), "no such button: {:?}", message.buttons());
            let ephemeral = message.only_for.is_some();
            let payload = json!({
                "type": "block_actions", "team": { "id": TEAM, "domain": "model" }, "user": { "id": user },
                "api_app_id": "AMODEL", "trigger_id": trigger,
                "container": { "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": ephemeral },
                "channel": { "id": channel, "name": "c" },
                "message": message.json(false),
                "actions": [{ "type": "button", "action_id": "press", "value": value, "action_ts": "1.1" }],
            });
            world.envelope("interactive", payload);
        });
    }

    /// Somebody puts a reaction.
    pub fn reacts(&self, user: &str, channel: &str, ts: &str, name: &str) {
        self.reaction("reaction_added", user, channel, ts, name);
    }

    /// Somebody takes a reaction back.
    pub fn unreacts(&self, user: &str, channel: &str, ts: &str, name: &str) {
        self.reaction("reaction_removed", user, channel, ts, name);
    }

    fn reaction(&self, kind: &str, user: &str, channel: &str, ts: &str, name: &str) {
        self.act(|world| {
            let event_ts = world.ts();
            let message = world.find(channel, ts).expect("the message is there");
            let users = message.reactions.entry(name.to_owned()).or_default();
            if kind == "reaction_added" {
                users.insert(user.to_owned())
            } else {
                users.remove(user)
            };
            world.push(json!({
                "type": kind, "user": user, "reaction": name, "item_user": BOT, "event_ts": event_ts,
                "item": { "type": "message", "channel": channel, "ts": ts },
            }));
        });
    }

    /// Every connection is closed, as Slack does from time to time.
    pub fn disconnects(&self) {
        self.act(|world| {
            for socket in world.sockets.drain(..) {
                socket.send(Frame::Close(None)).ok();
            }
        });
    }

    /// The first message of the bot in a channel for which something holds, as soon as there is one.
    pub async fn sees(&self, channel: &str, what: impl Fn(&Message) -> bool) -> Message {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                let found = self
                    .world()
                    .channels
                    .get(channel)
                    .and_then(|messages| messages.iter().find(|m| m.user == BOT && what(m)).cloned());
                if let Some(message) = found {
                    return message;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(message) => message,
            Err(_) => panic!("it never came; {channel} holds {:#?}", self.read(channel)),
        }
    }

    /// Waits until the bot has acknowledged everything.
    pub async fn settles(&self) {
        let mut changes = self.changed.subscribe();
        let wait = async {
            while !self.world().waiting.is_empty() {
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("everything is acknowledged");
    }

    /// What the bot's messages in a channel say.
    pub fn read(&self, channel: &str) -> Vec<String> {
        let world = self.world();
        let messages = world.channels.get(channel).into_iter().flatten();
        messages.filter(|message| message.user == BOT).map(Message::words).collect()
    }
}

fn refuse(error: &str) -> Response {
    axum::Json(json!({ "ok": false, "error": error })).into_response()
}

async fn link(
    Shared(server): Shared<Arc<Server>>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ticket = query.get("ticket").cloned().unwrap_or_default();
    if !server.world.lock().unwrap().tickets.remove(&ticket) {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(move |socket| talk(server, socket))
}

async fn talk(server: Arc<Server>, mut socket: WebSocket) {
    let (sender, mut frames) = mpsc::unbounded_channel();
    let hello = json!({
        "type": "hello", "num_connections": 1, "connection_info": { "app_id": "AMODEL" },
        "debug_info": { "host": "model" },
    });
    if socket.send(Frame::Text(hello.to_string().into())).await.is_err() {
        return;
    }
    let again: Vec<Value> = {
        let mut world = server.world.lock().unwrap();
        world.sockets.push(sender);
        world.waiting.iter().cloned().collect()
    };
    // What nobody acknowledged is told again.
    for envelope in again {
        if socket.send(Frame::Text(envelope.to_string().into())).await.is_err() {
            return;
        }
    }
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => {
                    let last = matches!(frame, Frame::Close(_));
                    if socket.send(frame).await.is_err() || last { return }
                }
                None => return,
            },
            received = socket.recv() => match received {
                Some(Ok(Frame::Text(text))) => {
                    let ack: Value = serde_json::from_str(&text).unwrap_or_default();
                    let id = ack["envelope_id"].as_str().unwrap_or_default().to_owned();
                    server.world.lock().unwrap().waiting.retain(|waiting| waiting["envelope_id"] != id.as_str());
                    server.changed.send_modify(|version| *version += 1);
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

async fn upload(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, body: Bytes) -> Response {
    let mut world = server.world.lock().unwrap();
    match world.uploads.get_mut(&id) {
        Some((_, content)) => {
            *content = body.to_vec();
            "OK".into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn download(
    Shared(server): Shared<Arc<Server>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if headers.get("authorization").and_then(|v| v.to_str().ok()) != Some(&format!("Bearer {BOT_TOKEN}")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match server.world.lock().unwrap().files.get(&id) {
        Some(content) => content.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn call(
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
    let response = answer(&server, &method, &arguments);
    server.changed.send_modify(|version| *version += 1);
    response
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
        "conversations.open" => ok(json!({ "channel": { "id": format!("D{}", text("users")) } })),
        "chat.postMessage" | "chat.postEphemeral" | "chat.update" => say(&mut world, method, arguments),
        "conversations.history" | "conversations.replies" => {
            let Some(messages) = world.channels.get(&channel) else { return refuse("channel_not_found") };
            let with_metadata =
                text("include_all_metadata") == "true" || arguments["include_all_metadata"] == true;
            let thread = text("ts");
            let shown: Vec<Value> = messages
                .iter()
                .filter(|message| message.only_for.is_none())
                .filter(|message| match method {
                    "conversations.history" => message.thread.is_none(),
                    _ => message.ts == thread || message.thread.as_deref() == Some(&thread),
                })
                .map(|message| message.json(with_metadata))
                .collect();
            ok(json!({ "messages": shown, "has_more": false }))
        }
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
                only_for: None,
                reactions: BTreeMap::new(),
                files: shared.clone(),
            };
            world.channels.entry(text("channel_id")).or_default().push(message);
            ok(json!({ "files": shared }))
        }
        "files.info" => {
            let id = text("file");
            ok(json!({ "file": {
                "id": id, "name": "file", "url_private_download": format!("http://{}/files/{id}", server.address),
            } }))
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
        message.blocks = blocks;
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
