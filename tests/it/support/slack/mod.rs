//! A strict model of Slack on this machine, from its public documentation (<https://docs.slack.dev>): the Web API's
//! methods that the bot uses, Socket Mode, and people who act. It refuses what Slack refuses. Waiting is on what
//! happens, never on time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::Message as Frame;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

mod api;
pub mod blocks;
mod files;
mod history;
pub mod http;
mod people;
pub mod views;
mod wire;

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
    /// When its author last changed it.
    pub edited: Option<String>,
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
        if let Some(ts) = &self.edited {
            json["edited"] = json!({ "user": self.user, "ts": ts });
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
    /// User groups with their members; one that cannot be read is not there.
    pub groups: BTreeMap<String, Vec<String>>,
    users: BTreeMap<String, Value>,
    clock: u64,
    events: u64,
    /// Envelopes that no client has acknowledged.
    waiting: VecDeque<Value>,
    sockets: Vec<mpsc::UnboundedSender<Frame>>,
    /// Connections that are about to be ended: each is, once another one stands.
    leaving: Vec<mpsc::UnboundedSender<Frame>>,
    /// How often each method was called.
    pub calls: BTreeMap<String, usize>,
    /// How often it was looked for a message that may have been posted.
    pub lookups: usize,
    /// How many connections were opened.
    pub connections: usize,
    /// Socket Mode is switched off.
    pub link_disabled: bool,
    /// Where events go when they go over HTTP.
    http: Option<http::Way>,
    /// Events that Slack has given up on.
    pub lost: usize,
    tickets: BTreeSet<String>,
    uploads: BTreeMap<String, (String, Vec<u8>)>,
    pub files: BTreeMap<String, Vec<u8>>,
    /// Files that are elsewhere: where.
    pub elsewhere: BTreeMap<String, String>,
    /// Files whose address leads on to another.
    pub redirects: BTreeMap<String, String>,
    /// What the token may do, as the header tells it.
    pub scopes: String,
    /// How many of the next posts are answered with 429.
    pub limited: usize,
    /// How many of the next calls of a method are answered with 429, and how long the client must wait then.
    pub storm: BTreeMap<String, usize>,
    pub retry_after: u64,
    /// Since when and until when a method must not be called, by method and channel.
    closed: BTreeMap<(String, String), (std::time::Instant, std::time::Instant)>,
    /// How many of the next posts are carried out without the client hearing of it.
    pub swallowed: usize,
    /// Calls that Slack would refuse: the test fails at its end when there are any.
    pub faults: Vec<String>,
    /// A method that answers nobody until it is none any more.
    pub held: Option<&'static str>,
    /// How many of the next messages with blocks are refused for them, whatever they are.
    pub squeamish: usize,
    /// Modals and Home tabs.
    pub views: views::Views,
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
            world.retry_after = 1;
            world.members.insert((*channel).to_owned(), all);
            world.channels.insert((*channel).to_owned(), Vec::new());
        }
        let world = Arc::new(Mutex::new(world));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (changed, _) = watch::channel(0);
        let server = Arc::new(Server { world: Arc::clone(&world), changed: changed.clone(), address });
        world.lock().unwrap().scopes = manifest_scopes();
        let routes = Router::new()
            .route("/api/{method}", post(api::call).get(api::call))
            .route("/link", get(wire::link))
            .route("/upload/{id}", post(files::upload))
            .route("/files/{id}", get(files::download))
            .with_state(server);
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { world, changed, address }
    }

    /// What the bot's messages in a channel say, each once it is there as often as `count`.
    pub async fn counts(&self, channel: &str, count: usize, what: impl Fn(&Message) -> bool) {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                let found = {
                    let world = self.world();
                    let messages = world.channels.get(channel).into_iter().flatten();
                    messages.filter(|m| m.user == BOT && what(m)).count()
                };
                assert!(found <= count, "{found} in {channel}, not {count}: {:#?}", self.read(channel));
                if found == count {
                    return;
                }
                changes.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!("not {count}; {channel} holds {:#?}", self.read(channel));
        }
    }

    /// Waits until the bot has called a method and been answered.
    pub async fn has_called(&self, method: &str) {
        self.until(|world| world.calls.get(method).is_some_and(|count| *count > 0)).await;
    }

    /// Waits until the bot has looked for a message that may have been posted, and returns how often it did.
    pub async fn looked_up(&self) -> usize {
        self.until(|world| world.lookups > 0).await;
        self.world().lookups
    }

    /// Waits until the bot is refused a method from now on.
    pub async fn refused(&self, method: &str) {
        let before = self.world().calls.get(method).copied().unwrap_or_default();
        self.until(|world| world.calls.get(method).is_some_and(|count| *count > before)).await;
    }

    async fn until(&self, holds: impl Fn(&World) -> bool) {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                if holds(&self.world()) {
                    return;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("it happens");
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

    /// The first message of the bot in a channel for which something holds, as soon as there is one.
    pub async fn sees(&self, channel: &str, what: impl Fn(&Message) -> bool) -> Message {
        self.found(channel, |messages| messages.iter().find(|m| m.user == BOT && what(m)).cloned()).await
    }

    /// The newest such message.
    pub async fn latest(&self, channel: &str, what: impl Fn(&Message) -> bool) -> Message {
        self.found(channel, |messages| messages.iter().rfind(|m| m.user == BOT && what(m)).cloned()).await
    }

    /// What can be found in a channel, as soon as there is something.
    pub async fn found(&self, channel: &str, find: impl Fn(&[Message]) -> Option<Message>) -> Message {
        let mut changes = self.changed.subscribe();
        let wait = async {
            loop {
                changes.borrow_and_update();
                let found = self.world().channels.get(channel).and_then(|messages| find(messages));
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

/// What the app's manifest asks for.
fn manifest_scopes() -> String {
    let manifest = include_str!("../../../../deploy/slack/manifest.yaml");
    let scopes = manifest.lines().skip_while(|line| line.trim() != "bot:").skip(1);
    scopes.map_while(|line| line.trim().strip_prefix("- ")).collect::<Vec<_>>().join(",")
}
