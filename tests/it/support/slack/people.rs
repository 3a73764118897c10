//! What people do in the modelled workspace. Each act is told to the bot as Slack tells it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{BOT, Message, Slack, TEAM};

impl Slack {
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
}
