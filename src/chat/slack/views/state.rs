//! What Slack tells of a view: which it is, what it shows, and what was put into it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::mark::Mark;
use crate::core::event::FileRef;
use crate::core::form::Answers;
use crate::core::person::{AccountId, Platform};

/// A view as Slack tells it. Whatever else is in it is passed over.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct View {
    /// Slack's id of it.
    #[serde(default)]
    pub id: String,
    /// Which version of it this is.
    #[serde(default)]
    pub hash: String,
    /// Where it belongs; see [`Mark`].
    #[serde(default)]
    pub private_metadata: String,
    #[serde(default)]
    blocks: Vec<Value>,
    #[serde(default)]
    state: Value,
}

/// What the block of an input is called, and the block of the file that goes with it.
pub(super) fn block_id(turn: usize, field: &str) -> String {
    format!("{turn}.{field}")
}

/// The block of the file that goes with a field.
pub(super) fn file_block_id(turn: usize, field: &str) -> String {
    format!("{turn}.{field}{FILE}")
}

const FILE: &str = ".file";

/// What was put into a view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// The answers, by field; what was left out is the empty text.
    pub answers: Answers,
    /// The files, by field.
    pub files: BTreeMap<String, FileRef>,
}

impl View {
    /// The fields that it shows.
    pub fn shown(&self, mark: &Mark) -> BTreeSet<String> {
        let ids = self.blocks.iter().filter_map(|block| block["block_id"].as_str());
        ids.filter_map(|id| field_of(mark, id)).map(str::to_owned).collect()
    }

    /// Whether Slack tells nothing of what was put into it: it does not when a view is closed.
    pub fn is_untouched(&self) -> bool {
        self.state["values"].as_object().is_none_or(Map::is_empty)
    }

    /// What was put into it, with what is known of other parts.
    pub fn filled(&self, mark: &Mark) -> Filled {
        let mut filled = Filled { answers: mark.known.clone(), files: BTreeMap::new() };
        // Slack has told an empty state as a list.
        let nothing = Map::new();
        let values = self.state["values"].as_object().unwrap_or(&nothing);
        for (block, actions) in values {
            let Some(value) = actions.as_object().and_then(|actions| actions.values().next()) else {
                continue;
            };
            let Some(field) = field_of(mark, block) else { continue };
            if let Some(field) = field.strip_suffix(FILE) {
                filled.files.extend(file(value).map(|file| (field.to_owned(), file)));
            } else if let Some(answer) = answer(value) {
                filled.answers.insert(field.to_owned(), answer);
            }
        }
        filled
    }
}

fn field_of<'a>(mark: &Mark, block: &'a str) -> Option<&'a str> {
    block.strip_prefix(&format!("{}.", mark.turn))
}

fn file(value: &Value) -> Option<FileRef> {
    let file = value["files"].get(0)?;
    let id = file["id"].as_str()?.to_owned();
    let name = file["name"].as_str().or(file["title"].as_str()).unwrap_or(&id).to_owned();
    Some(FileRef { id, name, size: file["size"].as_u64() })
}

/// The answer in an input; none for an input of a kind that the bot does not show.
fn answer(value: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match value["type"].as_str()? {
        "plain_text_input" | "url_text_input" => Some(text(&value["value"])),
        "radio_buttons" | "static_select" => Some(text(&value["selected_option"]["value"])),
        "datepicker" => Some(text(&value["selected_date"])),
        "multi_users_select" => {
            let users = value["selected_users"].as_array().into_iter().flatten();
            let account = |user: &str| AccountId::new(Platform::Slack, user).to_string();
            Some(users.filter_map(Value::as_str).map(account).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mark() -> Mark {
        Mark::read(r#"{"sheet":"request release","channel":"C1","turn":2,"known":{"kind":"sample"}}"#)
            .unwrap()
    }

    #[test]
    fn answers_are_read_by_what_they_were_put_into_and_others_are_passed_over() {
        let view: View = serde_json::from_value(json!({
            "id": "V1", "hash": "h", "type": "modal", "blocks": [{ "type": "input", "block_id": "2.name" }],
            "private_metadata": "x", "new_in_2030": {},
            "state": { "values": {
                "2.name": { "answer": { "type": "plain_text_input", "value": "valve" } },
                "2.note": { "answer": { "type": "plain_text_input", "value": null } },
                "2.crypto": { "answer": { "type": "radio_buttons", "selected_option": { "value": "yes", "text": {} } } },
                "2.review": { "answer": { "type": "static_select", "selected_option": null } },
                "2.date": { "answer": { "type": "datepicker", "selected_date": "2027-01-31" } },
                "2.notify": { "answer": { "type": "multi_users_select", "selected_users": ["U1", "U2"] } },
                "2.deps": { "answer": { "type": "plain_text_input", "value": null } },
                "2.deps.file": { "answer": { "type": "file_input", "files": [{ "id": "F1", "name": "sbom.json" }] } },
                "2.odd": { "answer": { "type": "from_the_future", "value": 7 } },
                "1.name": { "answer": { "type": "plain_text_input", "value": "of another part" } },
            } },
        }))
        .unwrap();
        let filled = view.filled(&mark());
        let expected = [
            ("crypto", "yes"),
            ("date", "2027-01-31"),
            ("deps", ""),
            ("kind", "sample"),
            ("name", "valve"),
            ("note", ""),
            ("notify", "slack:U1, slack:U2"),
            ("review", ""),
        ];
        assert_eq!(filled.answers, expected.map(|(f, a)| (f.to_owned(), a.to_owned())).into());
        assert_eq!(filled.files["deps"].name, "sbom.json");
        assert_eq!(view.shown(&mark()), ["name".to_owned()].into());
    }

    #[test]
    fn a_view_without_a_state_has_no_answers_of_its_own() {
        for state in [json!(null), json!({ "values": [] }), json!({}), json!({ "values": {} })] {
            let view: View = serde_json::from_value(json!({ "id": "V1", "state": state })).unwrap();
            assert_eq!(view.filled(&mark()).answers.len(), 1);
        }
    }
}
