//! What a client shows of a room: messages with their last wording, and the reactions on them.

use std::collections::BTreeMap;

use serde_json::Value;

/// A message as a person sees it now.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Its event.
    pub id: String,
    /// Whose it is.
    pub sender: String,
    /// The kind of message: `m.text`, `m.notice`, …
    pub kind: String,
    /// What it says, in plain text.
    pub body: String,
    /// What it says, in HTML.
    pub html: Option<String>,
    /// The first message of its thread.
    pub thread: Option<String>,
    /// How often it was changed.
    pub edits: usize,
    /// Whether it came encrypted; of a changed message, in each of its wordings.
    pub sealed: bool,
    /// The reactions on it by their event: who, and which emoji.
    pub reactions: BTreeMap<String, (String, String)>,
    /// Where it is attached: the address of a file, or of an encrypted one.
    pub file: Option<Value>,
}

impl Shown {
    /// The reaction events of somebody with an emoji.
    pub fn reaction_of(&self, who: &str, emoji: &str) -> Option<&str> {
        let found = self.reactions.iter().find(|(_, (sender, with))| sender == who && with == emoji);
        found.map(|(event, _)| event.as_str())
    }

    /// Whether somebody put an emoji under it.
    pub fn has_reaction(&self, who: &str, emoji: &str) -> bool {
        self.reaction_of(who, emoji).is_some()
    }
}

/// A room as a person sees it.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    shown: Vec<Shown>,
    /// What cannot be decrypted yet.
    pub locked: BTreeMap<String, Value>,
}

impl Timeline {
    /// The messages, oldest first.
    pub fn messages(&self) -> &[Shown] {
        &self.shown
    }

    /// Takes an event of the room, decrypted.
    pub fn take(&mut self, event: &Value, sealed: bool) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (id, sender, content) = (text(&event["event_id"]), text(&event["sender"]), &event["content"]);
        let relation = &content["m.relates_to"];
        let target = text(&relation["event_id"]);
        match event["type"].as_str() {
            Some("m.room.message") if relation["rel_type"] == "m.replace" => {
                let Some(shown) = self.shown.iter_mut().find(|shown| shown.id == target) else { return };
                // Only the author changes a message: <https://spec.matrix.org/v1.16/client-server-api/#validity-of-replacement-events>.
                if shown.sender == sender {
                    shown.edits += 1;
                    shown.sealed &= sealed;
                    shown.say(&content["m.new_content"]);
                }
            }
            Some("m.room.message") if content["msgtype"].is_string() => {
                let thread = (relation["rel_type"] == "m.thread").then_some(target);
                let mut shown = Shown { id, sender, thread, sealed, ..Shown::default() };
                shown.say(content);
                if !self.shown.iter().any(|other| other.id == shown.id) {
                    self.shown.push(shown);
                }
            }
            Some("m.reaction") => {
                let shown = self.shown.iter_mut().find(|shown| shown.id == target);
                if let (Some(shown), Some(key)) = (shown, relation["key"].as_str()) {
                    shown.reactions.insert(id, (sender, key.to_owned()));
                }
            }
            Some("m.room.redaction") => {
                // Rooms of version 11 and later carry it in the content.
                let gone = [&event["redacts"], &content["redacts"]].into_iter().find_map(Value::as_str);
                let gone = gone.unwrap_or_default();
                self.shown.retain(|shown| shown.id != gone);
                self.shown.iter_mut().for_each(|shown| drop(shown.reactions.remove(gone)));
            }
            _ => {}
        }
    }
}

impl Shown {
    fn say(&mut self, content: &Value) {
        let text = |name: &str| content[name].as_str().map(str::to_owned);
        self.kind = text("msgtype").unwrap_or_default();
        self.body = text("body").unwrap_or_default();
        self.html = text("formatted_body");
        self.file = [&content["file"], &content["url"]].into_iter().find(|file| !file.is_null()).cloned();
    }
}
