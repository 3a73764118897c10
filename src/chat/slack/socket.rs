//! Socket Mode: Slack talks over connections that the bot opens, so no public address is needed.
//! Source: <https://docs.slack.dev/apis/events-api/using-socket-mode>.
//!
//! Written on the WebSocket itself: what comes on one connection is handed in side by side, so that one commit makes
//! many events durable and one slow event holds up no other, and what cannot be read is acknowledged and passed over.

use std::time::Duration;

use axum::body::Bytes;
use futures::stream::FuturesUnordered;
use futures::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::client::{CallError, Client};
use super::receive::{Receiver, not_taken};
use super::texts;
use super::views::Reply;
use crate::chat::DeliveryError;

/// How many connections are open at a time: while Slack renews one, the other listens.
const CONNECTIONS: usize = 2;
/// How many events of one connection are handed in at a time.
const AT_ONCE: usize = 512;
/// After how long without a word the bot asks for a sign of life; after as long again the connection is given up.
const SILENCE: Duration = Duration::from_secs(15);
/// How long a connection may take to open.
const OPENING: Duration = Duration::from_secs(20);
/// How long what has begun may take when the bot stops or Slack ends a connection.
const GRACE: Duration = Duration::from_secs(5);
/// The first and the longest wait before a connection is tried again.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What comes on a connection.
#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    /// There when it is to be acknowledged.
    envelope_id: Option<String>,
    #[serde(default)]
    payload: Value,
    /// Why Slack is about to end the connection.
    reason: Option<String>,
}

/// That something arrived.
#[derive(Debug, Serialize)]
struct Acknowledgment {
    envelope_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Reply,
}

/// Listens until told to stop. `app` calls with the app-level token.
pub(super) async fn listen(receiver: Receiver, app: Client, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let lines = (0..CONNECTIONS).map(|number| Line {
        number,
        receiver: receiver.clone(),
        app: app.clone(),
        connections: connections.clone(),
        stop: stop.clone(),
    });
    futures::future::join_all(lines.map(Line::hold)).await;
    connections.close();
    connections.wait().await;
}

/// One of the connections, opened again whenever it ends.
#[derive(Clone)]
struct Line {
    number: usize,
    receiver: Receiver,
    app: Client,
    connections: TaskTracker,
    stop: CancellationToken,
}

impl Line {
    async fn hold(self) {
        let (mut attempt, mut opened_before) = (0, false);
        while let Some(opened) = self.stop.run_until_cancelled(self.open()).await {
            match opened {
                Ok(socket) => {
                    info!(line = self.number, "listening to Slack");
                    if std::mem::replace(&mut opened_before, true) {
                        self.receiver.gap.notify_one();
                    }
                    attempt = 0;
                    let leaving = CancellationToken::new();
                    self.connections.spawn(self.clone().listen(socket, leaving.clone()));
                    leaving.cancelled().await;
                }
                Err(why) => {
                    let wait = wait(attempt, fastrand::f64());
                    warn!(line = self.number, why, wait_ms = wait.as_millis(), "no connection to Slack");
                    attempt += 1;
                    self.stop.run_until_cancelled(tokio::time::sleep(wait)).await;
                }
            }
        }
    }

    async fn open(&self) -> Result<Socket, String> {
        let url = self.app.open_connection().await.map_err(|error| match error {
            CallError::Refused(code) => texts::no_socket(&code),
            other => DeliveryError::from(other).to_string(),
        })?;
        let opened = tokio::time::timeout(OPENING, tokio_tungstenite::connect_async(url)).await;
        match opened {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(error)) => Err(format!("the WebSocket cannot be opened: {error}")),
            Err(_) => Err("the WebSocket does not open in time".to_owned()),
        }
    }

    /// Takes what comes on a connection until it ends. `leaving` is told as soon as Slack says that it will, so that
    /// the next one is open before.
    async fn listen(self, socket: Socket, leaving: CancellationToken) {
        let leaving = leaving.drop_guard();
        let (mut out, mut frames) = socket.split();
        let mut taking = FuturesUnordered::new();
        let mut silence = Silence::Until(Instant::now() + SILENCE);
        loop {
            let room = taking.len() < AT_ONCE;
            tokio::select! {
                frame = frames.next(), if room => {
                    silence = Silence::Until(Instant::now() + SILENCE);
                    match frame {
                        Some(Ok(Frame::Text(text))) => match serde_json::from_str::<Envelope>(&text) {
                            Ok(envelope) if envelope.kind == "disconnect" => {
                                info!(line = self.number, reason = envelope.reason, "Slack ends a connection soon");
                                leaving.token().cancel();
                            }
                            Ok(envelope) => taking.push(self.take(envelope)),
                            Err(_) => self.receiver.strange.count("unreadable"),
                        },
                        Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                        // Pings are answered by the WebSocket itself.
                        Some(Ok(_)) => {}
                    }
                }
                Some(acknowledgment) = taking.next() => {
                    if !send(&mut out, acknowledgment).await {
                        break;
                    }
                }
                () = sleep_until(silence.end()), if room => {
                    if matches!(silence, Silence::Asked(_)) || out.send(Frame::Ping(Bytes::new())).await.is_err() {
                        warn!(line = self.number, "nothing is heard from Slack");
                        break;
                    }
                    silence = Silence::Asked(Instant::now() + SILENCE);
                }
                () = self.stop.cancelled() => break,
            }
        }
        drop(leaving);
        // What has begun is brought to its end, and acknowledged if there is still somebody to hear it.
        let finish = async {
            while let Some(acknowledgment) = taking.next().await {
                send(&mut out, acknowledgment).await;
            }
            // The other side may be gone.
            let _ = out.send(Frame::Close(None)).await;
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            warn!(line = self.number, "not everything was taken in time; Slack will tell it again");
        }
    }

    /// Takes one envelope, and says what to answer: nothing when it is to come again.
    async fn take(&self, envelope: Envelope) -> Option<Acknowledgment> {
        let (receiver, payload) = (&self.receiver, &envelope.payload);
        let taken = match envelope.kind.as_str() {
            "hello" => Ok(None),
            "events_api" => receiver.push(payload).await.map(|()| None),
            "slash_commands" => receiver.command(payload).await.map(|()| None),
            "interactive" => receiver.interaction(payload).await,
            kind => {
                receiver.strange.count(kind);
                Ok(None)
            }
        };
        match taken {
            Ok(payload) => envelope.envelope_id.map(|envelope_id| Acknowledgment { envelope_id, payload }),
            Err(error) => {
                not_taken(&error);
                None
            }
        }
    }
}

/// How long the connection may be silent.
#[derive(Debug, Clone, Copy)]
enum Silence {
    /// Then Slack is asked for a sign of life.
    Until(Instant),
    /// It was asked; then the connection is given up.
    Asked(Instant),
}

impl Silence {
    fn end(self) -> Instant {
        match self {
            Self::Until(end) | Self::Asked(end) => end,
        }
    }
}

/// Sends an acknowledgment; tells whether the connection still takes something.
async fn send(out: &mut (impl futures::Sink<Frame> + Unpin), acknowledgment: Option<Acknowledgment>) -> bool {
    let Some(acknowledgment) = acknowledgment else { return true };
    match serde_json::to_string(&acknowledgment) {
        Ok(text) => out.send(Frame::Text(text.into())).await.is_ok(),
        Err(_) => true,
    }
}

/// How long to wait before a connection is tried again: doubling, with a random part in 0..1 so that not all come at
/// once.
fn wait(attempt: u32, random: f64) -> Duration {
    let (first, longest) = WAITS;
    first.saturating_mul(1 << attempt.min(16)).min(longest).mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_differ() {
        assert_eq!(wait(0, 1.0), WAITS.0);
        assert_eq!(wait(40, 1.0), WAITS.1);
        assert!(wait(3, 0.0) < wait(3, 1.0));
    }
}
