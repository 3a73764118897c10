//! The ways in which the model tells the bot what happened, and hears that it arrived.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Server, Slack, TEAM, World};

impl World {
    /// Tells the bot something; returns the id of the envelope.
    pub(super) fn envelope(&mut self, kind: &str, payload: Value) -> String {
        let id = self.event_id();
        let envelope = json!({
            "type": kind, "envelope_id": format!("env-{id}"), "accepts_response_payload": kind != "events_api",
            "payload": payload,
        });
        self.waiting.push_back(envelope.clone());
        if let Some(http) = &self.http {
            http.post(envelope);
            return format!("env-{id}");
        }
        let frame = Frame::Text(envelope.to_string().into());
        // One of the connections gets it, as at Slack.
        self.sockets.retain(|socket| !socket.is_closed());
        self.events += 1;
        if !self.sockets.is_empty() {
            let turn = self.events as usize % self.sockets.len();
            self.sockets[turn].send(frame).ok();
        }
        format!("env-{id}")
    }

    /// The bot says that something arrived.
    pub(super) fn acknowledged(&mut self, id: &str) {
        self.waiting.retain(|waiting| waiting["envelope_id"] != id);
    }

    pub(super) fn push(&mut self, event: Value) {
        let payload = json!({
            "type": "event_callback", "token": "x", "team_id": TEAM, "api_app_id": "AMODEL", "event": event,
            "event_id": self.event_id(), "event_time": 1_700_000_000, "authorizations": [],
        });
        self.envelope("events_api", payload);
    }
}

impl Slack {
    /// Slack says that it ends every connection soon, and does so once another stands.
    pub fn refreshes(&self, reason: &str) {
        self.act(|world| {
            let notice = json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": "model" } });
            for socket in world.sockets.drain(..) {
                socket.send(Frame::Text(notice.to_string().into())).ok();
                world.leaving.push(socket);
            }
        });
    }

    /// Slack gives up on everything that was not acknowledged.
    pub fn gives_up(&self) {
        self.act(|world| {
            world.lost += world.waiting.len();
            world.waiting.clear();
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
}

pub(super) async fn link(
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
        world.connections += 1;
        if let Some(old) = world.leaving.pop() {
            old.send(Frame::Close(None)).ok();
        }
        world.waiting.iter().cloned().collect()
    };
    server.changed.send_modify(|version| *version += 1);
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
                    let mut world = server.world.lock().unwrap();
                    world.acknowledged(&id);
                    world.replied(&id, &ack["payload"]);
                    drop(world);
                    server.changed.send_modify(|version| *version += 1);
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
