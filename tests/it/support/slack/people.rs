//! What people do in the modelled workspace. Each act is told to the bot as Slack tells it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{BOT, Message, Slack, TEAM, World};

impl Slack {
    /// A user with flags of their own, such as `is_restricted`.
    pub fn user(&self, id: &str, extra: &Value) {
        let mut user = json!({ "id": id, "team_id": TEAM, "name": id });
        user.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        self.act(|world| world.users.insert(id.to_owned(), user));
    }

    /// Somebody posts; returns the message's ts.
    pub fn says(&self, user: &str, channel: &str, text: &str, thread: Option<&str>) -> String {
        self.sends(user, channel, text, thread, Vec::new())
    }

    /// Somebody posts with a file; returns the file's id.
    pub fn attaches(&self, user: &str, channel: &str, text: &str, name: &str, content: &[u8]) -> String {
        self.holds(user, channel, text, name, content, |_, _| {})
    }

    /// Somebody posts with a file about which something is peculiar; returns the file's id.
    pub fn holds(
        &self,
        user: &str,
        channel: &str,
        text: &str,
        name: &str,
        content: &[u8],
        peculiar: impl FnOnce(&mut World, &str),
    ) -> String {
        let id = self.act(|world| {
            let id = format!("F{}", world.event_id());
            world.files.insert(id.clone(), content.to_vec());
            peculiar(world, &id);
            id
        });
        let mut file = json!({ "id": id, "name": name, "title": name, "mode": "hosted" });
        // Of large ones it is not told how large they are.
        if content.len() < 1 << 20 {
            file["size"] = json!(content.len());
        }
        self.sends(user, channel, text, None, vec![file]);
        id
    }

    /// People come into a channel.
    pub fn joins(&self, channel: &str, users: &[&str]) {
        self.act(|world| {
            let members = world.members.entry(channel.to_owned()).or_default();
            members.extend(users.iter().map(|user| (*user).to_owned()));
        });
    }

    fn sends(
        &self,
        user: &str,
        channel: &str,
        text: &str,
        thread: Option<&str>,
        files: Vec<Value>,
    ) -> String {
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
                edited: None,
                only_for: None,
                reactions: BTreeMap::new(),
                files: files.clone(),
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
            // People's own messages have blocks, too; here with one that nobody knows yet.
            event["blocks"] = json!([{ "type": "rich_text", "elements": [{ "type": "not_known_yet" }] }]);
            if !files.is_empty() {
                event["subtype"] = json!("file_share");
                event["files"] = json!(files);
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
            let trigger = world.trigger(user);
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
            let trigger = world.trigger(user);
            let messages = &world.channels[channel];
            let message = messages.iter().find(|message| message.ts == ts).expect("the message is there");
            assert!(message.buttons().iter().any(|button| button == value), "no such button: {:?}", message.buttons());
            let ephemeral = message.only_for.is_some();
            let mut payload = json!({
                "type": "block_actions", "team": { "id": TEAM, "domain": "model" }, "user": { "id": user },
                "api_app_id": "AMODEL", "trigger_id": trigger,
                "container": { "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": ephemeral },
                "channel": { "id": channel, "name": "c" },
                "actions": [{ "type": "button", "action_id": "press", "value": value, "action_ts": "1.1" }],
            });
            if let Some(thread) = &message.thread {
                payload["container"]["thread_ts"] = json!(thread);
            }
            // Of what one person alone sees, Slack tells no more than where it stands.
            if !ephemeral {
                payload["message"] = message.json(false);
            }
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

    /// Somebody changes what they said.
    pub fn edits(&self, user: &str, channel: &str, ts: &str, text: &str) {
        self.changes(channel, ts, |message, now| {
            assert_eq!(message.user, user);
            message.text = text.to_owned();
            message.edited = Some(now);
        });
    }

    /// Slack adds the preview of a link.
    pub fn unfurls(&self, channel: &str, ts: &str) {
        self.changes(channel, ts, |_, _| {});
    }

    fn changes(&self, channel: &str, ts: &str, change: impl FnOnce(&mut Message, String)) {
        self.act(|world| {
            let now = world.ts();
            let message = world.find(channel, ts).expect("the message is there");
            let before = message.json(false);
            change(message, now.clone());
            let after = message.json(false);
            world.push(json!({
                "type": "message", "subtype": "message_changed", "hidden": true, "channel": channel,
                "channel_type": "channel", "ts": now, "event_ts": now, "message": after, "previous_message": before,
            }));
        });
    }

    /// Somebody deletes what they said.
    pub fn deletes(&self, channel: &str, ts: &str) {
        self.act(|world| {
            let now = world.ts();
            let messages = world.channels.get_mut(channel).expect("the channel is there");
            let at = messages.iter().position(|message| message.ts == ts).expect("the message is there");
            let before = messages.remove(at).json(false);
            world.push(json!({
                "type": "message", "subtype": "message_deleted", "hidden": true, "channel": channel, "ts": now,
                "event_ts": now, "deleted_ts": ts, "previous_message": before,
            }));
        });
    }

    /// Somebody uses "Ask the OSPO about this" on a message.
    pub fn asks_about(&self, user: &str, channel: &str, ts: &str) {
        self.act(|world| {
            let trigger = world.trigger(user);
            let message = world.find(channel, ts).expect("the message is there").json(false);
            let payload = json!({
                "type": "message_action", "callback_id": "ask_about", "trigger_id": trigger, "message_ts": ts,
                "team": null, "enterprise": { "id": "EMODEL" }, "is_enterprise_install": true,
                "user": { "id": user }, "channel": { "id": channel, "name": "c" }, "message": message,
            });
            world.envelope("interactive", payload);
        });
    }

    /// Something happens that this bot knows nothing of.
    pub fn surprises(&self) {
        self.act(|world| {
            world.push(json!({ "type": "invented_in_2030", "how": { "deep": [1, 2] }, "event_ts": "1.1" }));
            world.push(json!({ "type": "reaction_added", "item": { "type": "file" } }));
            world.push(json!("not even an object"));
            world.envelope("interactive", json!({ "type": "invented_too", "user": 7 }));
            world.envelope("slash_commands", json!({ "ssl_check": "1" }));
            world.envelope("invented_as_well", json!(null));
        });
    }

    /// A user group has other members from now on.
    pub fn regroups(&self, group: &str, members: &[&str]) {
        self.act(|world| {
            let members: Vec<String> = members.iter().map(|member| (*member).to_owned()).collect();
            world.groups.insert(group.to_owned(), members);
            world.push(json!({ "type": "subteam_members_changed", "subteam_id": group, "team_id": TEAM }));
        });
    }

    /// Something that a user is changes, and Slack tells so.
    pub fn user_changes(&self, id: &str, extra: &Value) {
        self.user(id, extra);
        self.act(|world| {
            let user = world.users[id].clone();
            world.push(json!({ "type": "user_change", "user": user, "event_ts": "1.1" }));
        });
    }
}
