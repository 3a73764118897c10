//! The Events API over HTTP, from Slack's side: signed requests, told again when nobody acknowledges them.
//! Source: <https://docs.slack.dev/apis/events-api#retries>.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{Slack, World};

pub const SIGNING_SECRET: &str = "model-signing-secret";
/// How long Slack waits for an answer.
const WAITS: Duration = Duration::from_secs(3);
/// How long Slack waits before it tells something again; at Slack the last two are a minute and five.
const AGAIN: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_secs(2)];

/// Where events go.
#[derive(Debug, Clone)]
pub struct Way {
    to: SocketAddr,
    client: reqwest::Client,
    world: Arc<Mutex<World>>,
    changed: watch::Sender<u64>,
}

/// HMAC with SHA-256, by RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

/// The signature of a request, by <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
pub fn signature(secret: &str, at: i64, body: &str) -> String {
    let signed = hmac(secret.as_bytes(), format!("v0:{at}:{body}").as_bytes());
    let hex: String = signed.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v0={hex}")
}

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// The content type and the body in which an envelope's payload comes.
fn request(envelope: &Value) -> (&'static str, String) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let payload = &envelope["payload"];
    match envelope["type"].as_str() {
        Some("slash_commands") => (FORM, serde_urlencoded::to_string(payload).unwrap()),
        Some("interactive") => {
            (FORM, serde_urlencoded::to_string([("payload", payload.to_string())]).unwrap())
        }
        _ => ("application/json", payload.to_string()),
    }
}

impl Way {
    pub(super) fn post(&self, envelope: Value) {
        tokio::spawn(self.clone().tell(envelope));
    }

    async fn tell(self, envelope: Value) {
        let id = envelope["envelope_id"].as_str().unwrap_or_default().to_owned();
        // Only events are told again.
        let attempts = if envelope["type"] == "events_api" { AGAIN.len() + 1 } else { 1 };
        let mut reason = "";
        for number in 0..attempts {
            if number > 0 {
                tokio::time::sleep(AGAIN[number - 1]).await;
            }
            let again = (number > 0).then_some((number, reason));
            match send(&self.client, self.to, &envelope, again).await {
                Ok((status, reply)) if status.is_success() => {
                    let mut world = self.world.lock().unwrap();
                    world.acknowledged(&id);
                    world.replied(&id, &serde_json::from_str(&reply).unwrap_or_default());
                    drop(world);
                    self.changed.send_modify(|version| *version += 1);
                    return;
                }
                Ok(_) => reason = "http_error",
                Err(error) if error.is_timeout() => reason = "http_timeout",
                Err(_) => reason = "connection_failed",
            }
        }
        let mut world = self.world.lock().unwrap();
        world.lost += 1;
        world.waiting.retain(|waiting| waiting["envelope_id"] != id.as_str());
        drop(world);
        self.changed.send_modify(|version| *version += 1);
    }
}

async fn send(
    client: &reqwest::Client,
    to: SocketAddr,
    envelope: &Value,
    again: Option<(usize, &str)>,
) -> reqwest::Result<(reqwest::StatusCode, String)> {
    let (kind, body) = request(envelope);
    let at = now();
    let mut request = client
        .post(format!("http://{to}/slack"))
        .timeout(WAITS)
        .header("content-type", kind)
        .header("x-slack-request-timestamp", at.to_string())
        .header("x-slack-signature", signature(SIGNING_SECRET, at, &body));
    if let Some((number, reason)) = again {
        request =
            request.header("x-slack-retry-num", number.to_string()).header("x-slack-retry-reason", reason);
    }
    let answer = request.body(body).send().await?;
    Ok((answer.status(), answer.text().await?))
}

impl Slack {
    /// Events go over HTTP from now on.
    pub fn over_http(&self, to: SocketAddr) {
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::new();
        let way = Way { to, client, world: Arc::clone(&self.world), changed: self.changed.clone() };
        self.world().http = Some(way);
    }

    /// Asks whether the address is the bot's, until it answers.
    pub async fn verifies(&self, to: SocketAddr) {
        let client = reqwest::Client::new();
        let body = json!({ "type": "url_verification", "token": "x", "challenge": "c-42" }).to_string();
        loop {
            let at = now();
            let answer = client
                .post(format!("http://{to}/slack"))
                .header("content-type", "application/json")
                .header("x-slack-request-timestamp", at.to_string())
                .header("x-slack-signature", signature(SIGNING_SECRET, at, &body))
                .body(body.clone())
                .send()
                .await;
            match answer {
                Ok(answer) => return assert_eq!(answer.text().await.unwrap(), "c-42"),
                // The program is not up yet.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}
