//! What taking an event of Slack's costs: events a second that are durable and then acknowledged, over HTTP and over
//! Socket Mode, how long the acknowledgment takes, and how much memory the bot needs for it. Beside it, in the same
//! run, a bare axum endpoint with the same signature check, which keeps nothing.
//!
//! Run with `cargo bench --bench slack --features slack`: the real program serves, with a stand-in for Slack on this
//! machine, which also makes the load, on the same cores. Records are made under `target/`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path as Part, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use futures::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

#[path = "../tests/it/support/company.rs"]
mod company;

use company::company;

const SECRET: &str = "bench-signing-secret";
/// How many events are on their way at once.
const AT_ONCE: usize = 64;
/// How many events are told on each way.
const EVENTS: usize = 20_000;
/// How the program reaches Slack.
const SLACK: &str = "[slack]\nbot_token = { env = \"OSPO_BENCH_BOT_TOKEN\" }\n";

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// An event that the bot keeps and that then needs next to nothing: a vote on a message that is no card.
fn event() -> Value {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    json!({
        "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": format!("Ev{number:08}"),
        "event_time": 1_700_000_000, "event": {
            "type": "reaction_added", "user": format!("U{}", number % 50), "reaction": "white_check_mark",
            "item_user": "UBOT", "event_ts": format!("1700000000.{number:06}"),
            "item": { "type": "message", "channel": "C1", "ts": "1600000000.000001" },
        },
    })
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

fn signed(body: &str) -> (String, String) {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs().to_string();
    let hash = hmac(SECRET.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    (at, format!("v0={hex}"))
}

/// What stands in for Slack: every method succeeds; connections are handed to whoever makes the load.
async fn stand_in() -> (SocketAddr, mpsc::UnboundedReceiver<WebSocket>) {
    let (connections, opened) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = move |Part(method): Part<String>| async move {
        axum::Json(match method.as_str() {
            "apps.connections.open" => json!({ "ok": true, "url": format!("ws://{address}/link") }),
            "users.conversations" => json!({ "ok": true, "channels": [] }),
            "users.info" => json!({ "ok": true, "user": { "id": "U1", "team_id": "T1" } }),
            _ => json!({
                "ok": true, "team": "Bench", "team_id": "T1", "user": "ospo", "user_id": "UBOT", "channel": "C1",
                "ts": "1700000000.000001",
            }),
        })
    };
    let link = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |socket| async move { drop(connections.send(socket)) })
    };
    let routes = Router::new().route("/api/{method}", any(answer)).route("/link", get(link));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, opened)
}

/// An endpoint that checks the signature and does no more.
async fn bare() -> SocketAddr {
    async fn take(
        State(verifier): State<Arc<SlackEventSignatureVerifier>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> impl IntoResponse {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (hash, at) = (text("x-slack-signature"), text("x-slack-request-timestamp"));
        let verified = std::str::from_utf8(&body).is_ok_and(|body| verifier.verify(hash, body, at).is_ok());
        if verified { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
    }
    let verifier = Arc::new(SlackEventSignatureVerifier::new(&SECRET.into()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/slack", any(take)).with_state(verifier);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// The program, serving.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Serving {
    fn start(folder: &Path, slack: SocketAddr, way: &str) -> Self {
        // A bot whose requests nobody could decide does not start.
        let sample = company(|who| format!("slack:U{}", who.to_uppercase()), |_| "slack:C1".to_owned());
        let config = format!("data = \"data\"\n{sample}{SLACK}{way}\napi_url = \"http://{slack}/api\"\n");
        std::fs::write(folder.join("ospo.toml"), config).expect("a config");
        let child = Command::new(env!("CARGO_BIN_EXE_ospo"))
            .arg("serve")
            .env("OSPO_CONFIG", folder.join("ospo.toml"))
            .env("OSPO_BENCH_BOT_TOKEN", "xoxb-bench")
            .env("OSPO_BENCH_APP_TOKEN", "xapp-bench")
            .env("OSPO_BENCH_SECRET", SECRET)
            .stdin(Stdio::null())
            .spawn();
        Self(child.expect("the program starts"))
    }

    /// What the system says of its memory, such as `VmRSS` now and `VmHWM` at most, in MB.
    fn memory(&self, what: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    }
}

fn report(what: &str, began: Instant, mut times: Vec<Duration>) {
    let rate = times.len() as f64 / began.elapsed().as_secs_f64();
    times.sort();
    let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what:<44} {rate:>8.0} events/s, p50 {half:>9.3?}, p99 {most:>9.3?}");
}

async fn post_one(client: &reqwest::Client, to: SocketAddr) -> Option<StatusCode> {
    post(client, to, &event()).await
}

async fn post(client: &reqwest::Client, to: SocketAddr, event: &Value) -> Option<StatusCode> {
    let body = event.to_string();
    let (at, hash) = signed(&body);
    let request = client
        .post(format!("http://{to}/slack"))
        .header("content-type", "application/json")
        .header("x-slack-request-timestamp", at)
        .header("x-slack-signature", hash);
    Some(request.body(body).send().await.ok()?.status())
}

async fn over_http(what: &str, to: SocketAddr) {
    let client = reqwest::Client::new();
    while post_one(&client, to).await.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // So that each user is known: that is asked for once.
    for _ in 0..200 {
        post_one(&client, to).await;
    }
    let began = Instant::now();
    let senders = (0..AT_ONCE).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..EVENTS / AT_ONCE {
                let began = Instant::now();
                assert_eq!(post_one(&client, to).await, Some(StatusCode::OK));
                times.push(began.elapsed());
            }
            times
        })
    });
    let times = join_all(senders).await.into_iter().flat_map(|times| times.expect("a sender"));
    report(what, began, times.collect());
}

/// Five hundred people ask at once, each in their own conversation: how long they wait for the acknowledgment while the
/// bot thinks of answers.
async fn questions(to: SocketAddr) {
    let client = reqwest::Client::new();
    let began = Instant::now();
    let asked = (0..500).map(|number| {
        let client = client.clone();
        let mut event = event();
        event["event"] = json!({
            "type": "message", "user": format!("U{}", number % 50), "channel": format!("D{number}"), "channel_type": "im",
            "ts": format!("1700000001.{number:06}"), "text": "must we publish changes to an LGPL library?",
        });
        async move {
            let began = Instant::now();
            assert_eq!(post(&client, to, &event).await, Some(StatusCode::OK));
            began.elapsed()
        }
    });
    let times = join_all(asked).await;
    report("durable, over HTTP, 500 questions at once", began, times);
}

/// Tells events on one connection, so many at once, and waits for each acknowledgment.
async fn tell(socket: Arc<Mutex<WebSocket>>, events: usize, at_once: usize) -> Vec<Duration> {
    let mut socket = socket.lock().await;
    let (mut sent, mut times) = (HashMap::new(), Vec::new());
    let mut told = 0;
    while times.len() < events {
        while told < events && sent.len() < at_once {
            let id = format!("env-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
            let envelope = json!({ "type": "events_api", "envelope_id": id, "payload": event() });
            socket.send(Message::Text(envelope.to_string().into())).await.expect("a connection");
            sent.insert(id, Instant::now());
            told += 1;
        }
        if let Some(Ok(Message::Text(text))) = socket.recv().await {
            let acknowledged: Value = serde_json::from_str(&text).expect("JSON");
            let id = acknowledged["envelope_id"].as_str().unwrap_or_default();
            times.extend(sent.remove(id).map(|at| at.elapsed()));
        }
    }
    times
}

async fn over_sockets(mut opened: mpsc::UnboundedReceiver<WebSocket>) {
    let mut sockets = Vec::new();
    while sockets.len() < 2 {
        let mut socket = opened.recv().await.expect("a connection");
        socket.send(Message::Text(json!({ "type": "hello" }).to_string().into())).await.expect("open");
        sockets.push(Arc::new(Mutex::new(socket)));
    }
    for socket in &sockets {
        tell(Arc::clone(socket), 200, 1).await;
    }
    let began = Instant::now();
    let lines = sockets.iter().map(|socket| tokio::spawn(tell(Arc::clone(socket), EVENTS / 2, AT_ONCE / 2)));
    let times = join_all(lines).await.into_iter().flat_map(|times| times.expect("a connection"));
    report("durable, over Socket Mode, two connections", began, times.collect());
}

fn directory() -> tempfile::TempDir {
    tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for the store")
}

async fn all() {
    rustls::crypto::ring::default_provider().install_default().ok();
    over_http("bare endpoint, nothing kept", bare().await).await;

    let (slack, _opened) = stand_in().await;
    let listen =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let folder = directory();
    let way = format!("listen = \"{listen}\"\nsigning_secret = {{ env = \"OSPO_BENCH_SECRET\" }}");
    let bot = Serving::start(folder.path(), slack, &way);
    let client = reqwest::Client::new();
    while post_one(&client, listen).await.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{:<44} {:>8} MB", "memory, idle", bot.memory("VmRSS"));
    over_http("durable, over HTTP", listen).await;
    questions(listen).await;
    println!("{:<44} {:>8} MB", "memory, at most", bot.memory("VmHWM"));
    drop(bot);

    let (slack, opened) = stand_in().await;
    let folder = directory();
    let bot = Serving::start(folder.path(), slack, "app_token = { env = \"OSPO_BENCH_APP_TOKEN\" }");
    over_sockets(opened).await;
    println!("{:<44} {:>8} MB", "memory, at most", bot.memory("VmHWM"));
}

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(all());
}
