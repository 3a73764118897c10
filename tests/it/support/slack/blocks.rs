//! Block Kit as Slack takes it, by <https://docs.slack.dev/reference/block-kit>: what is refused there is refused here.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where blocks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// In a message.
    Message,
    /// In a modal or a Home tab.
    View,
}

/// Checks a message's blocks.
///
/// # Errors
/// What Slack would find wrong.
pub fn check(blocks: &Value) -> Result<(), String> {
    let blocks = blocks.as_array().ok_or("blocks is no list")?;
    if blocks.len() > 50 {
        return Err(format!("{} blocks, and 50 are allowed", blocks.len()));
    }
    // Slack names no number; somebody measured a refusal at 11,341 characters of texts:
    // <https://github.com/slackapi/bolt-js/issues/2867>.
    let length = blocks.iter().map(texts).sum::<usize>();
    if length > 11_000 {
        return Err(format!("msg_blocks_too_long: {length} characters"));
    }
    check_all(blocks, Surface::Message)
}

/// The characters of all texts in a value.
fn texts(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(texts).sum(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if key == "text" => text.chars().count(),
                other => texts(other),
            })
            .sum(),
        _ => 0,
    }
}

/// Checks blocks where they stand: each by itself, and their ids.
///
/// # Errors
/// What Slack would find wrong.
pub fn check_all(blocks: &[Value], surface: Surface) -> Result<(), String> {
    let ids: Vec<&str> = blocks.iter().filter_map(|block| block["block_id"].as_str()).collect();
    if ids.iter().any(|id| id.is_empty() || id.chars().count() > 255) {
        return Err("a block id of no or more than 255 characters".to_owned());
    }
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        return Err("block ids must be unique".to_owned());
    }
    blocks.iter().try_for_each(|one| block(one, surface))
}

/// Checks a view.
///
/// # Errors
/// What Slack would find wrong.
pub fn check_view(view: &Value, kind: &str) -> Result<(), String> {
    const KNOWN: &[&str] = &[
        "type",
        "title",
        "blocks",
        "close",
        "submit",
        "private_metadata",
        "callback_id",
        "clear_on_close",
        "notify_on_close",
        "external_id",
        "submit_disabled",
    ];
    let fields = view.as_object().ok_or("a view is an object")?;
    if let Some(unknown) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("no field {unknown} in a view"));
    }
    if view["type"] != kind {
        return Err(format!("a view of type {} where {kind} is wanted", view["type"]));
    }
    if view.to_string().len() > 250_000 {
        return Err("view_too_large".to_owned());
    }
    let all = view["blocks"].as_array().ok_or("blocks is no list")?;
    if all.len() > 100 {
        return Err(format!("{} blocks, and 100 are allowed", all.len()));
    }
    for (key, most) in [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)] {
        if view[key].as_str().is_some_and(|text| text.chars().count() > most) {
            return Err(format!("{key} of more than {most} characters"));
        }
    }
    if kind == "modal" {
        text(&view["title"], &["plain_text"], 24)?;
        for key in ["close", "submit"] {
            if !view[key].is_null() {
                text(&view[key], &["plain_text"], 24)?;
            }
        }
        if view["submit"].is_null() && all.iter().any(|block| block["type"] == "input") {
            return Err("submit is required where there is an input".to_owned());
        }
    }
    check_all(all, Surface::View)
}

fn block(block: &Value, surface: Surface) -> Result<(), String> {
    match block["type"].as_str() {
        Some("header") => text(&block["text"], &["plain_text"], 150),
        Some("section") => text(&block["text"], &["plain_text", "mrkdwn"], 3000),
        Some("divider") => Ok(()),
        Some("context") => {
            let elements = list(&block["elements"], 10)?;
            elements.iter().try_for_each(|element| text(element, &["plain_text", "mrkdwn"], 2000))
        }
        Some("actions") => {
            let elements = list(&block["elements"], 25)?;
            let mut ids: Vec<&str> = elements.iter().filter_map(|e| e["action_id"].as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.len() != elements.len() {
                return Err("action ids must be there, and unique".to_owned());
            }
            elements.iter().try_for_each(button)
        }
        Some("input") if surface == Surface::View => input(block),
        Some("rich_text") => list(&block["elements"], usize::MAX)?.iter().try_for_each(rich),
        other => Err(format!("no block of type {other:?} is expected")),
    }
}

fn list(value: &Value, most: usize) -> Result<&Vec<Value>, String> {
    let list = value.as_array().ok_or("elements is no list")?;
    if list.is_empty() || list.len() > most {
        return Err(format!("{} elements, and 1 to {most} are allowed", list.len()));
    }
    Ok(list)
}

/// Checks a text object.
///
/// # Errors
/// When it is of another type, empty, or too long.
pub fn text(value: &Value, types: &[&str], most: usize) -> Result<(), String> {
    let kind = value["type"].as_str().ok_or("a text without a type")?;
    let words = value["text"].as_str().ok_or("a text without words")?;
    let length = words.chars().count();
    if !types.contains(&kind) || length == 0 || length > most {
        return Err(format!("a {kind} of {length} characters does not fit here"));
    }
    Ok(())
}

fn action_id(element: &Value) -> Result<(), String> {
    match element["action_id"].as_str() {
        Some(id) if id.is_empty() || id.chars().count() > 255 => {
            Err("an action id of no or too many characters".to_owned())
        }
        _ => Ok(()),
    }
}

fn button(element: &Value) -> Result<(), String> {
    if element["type"] != "button" {
        return Err("only buttons are expected".to_owned());
    }
    action_id(element)?;
    text(&element["text"], &["plain_text"], 75)?;
    if !element["style"].is_null() && element["style"] != "primary" && element["style"] != "danger" {
        return Err(format!("no style {}", element["style"]));
    }
    let confirm = &element["confirm"];
    if !confirm.is_null() {
        text(&confirm["title"], &["plain_text"], 100)?;
        text(&confirm["text"], &["plain_text", "mrkdwn"], 300)?;
        text(&confirm["confirm"], &["plain_text"], 30)?;
        text(&confirm["deny"], &["plain_text"], 30)?;
    }
    match element["value"].as_str() {
        Some(value) if value.chars().count() > 2000 => Err("a value of more than 2000 characters".to_owned()),
        _ => Ok(()),
    }
}

fn input(block: &Value) -> Result<(), String> {
    text(&block["label"], &["plain_text"], 2000)?;
    if !block["hint"].is_null() {
        text(&block["hint"], &["plain_text"], 2000)?;
    }
    let element = &block["element"];
    action_id(element)?;
    if !element["placeholder"].is_null() {
        text(&element["placeholder"], &["plain_text"], 150)?;
    }
    match element["type"].as_str() {
        Some("plain_text_input") => {
            let most = element["max_length"].as_u64().unwrap_or(3000);
            let begun = element["initial_value"].as_str().unwrap_or_default().chars().count() as u64;
            if !(1..=3000).contains(&most) || begun > most {
                return Err(format!("an input for {most} characters that begins with {begun}"));
            }
            Ok(())
        }
        Some("url_text_input") => Ok(()),
        Some("radio_buttons") => options(element, &["plain_text", "mrkdwn"], 10),
        Some("static_select") => options(element, &["plain_text"], 100),
        Some("datepicker") => match element["initial_date"].as_str() {
            Some(day) if day.len() != 10 || day.matches('-').count() != 2 => Err(format!("{day} is no day")),
            _ => Ok(()),
        },
        Some("multi_users_select") => match element.get("initial_users") {
            Some(users) => list(users, usize::MAX).map(drop),
            None => Ok(()),
        },
        Some("file_input") if block["dispatch_action"] == true => {
            Err("a file cannot dispatch an action".to_owned())
        }
        Some("file_input") => match element["max_files"].as_u64() {
            Some(most) if !(1..=10).contains(&most) => Err(format!("{most} files")),
            _ => Ok(()),
        },
        other => Err(format!("no input of type {other:?} is expected")),
    }
}

fn options(element: &Value, types: &[&str], most: usize) -> Result<(), String> {
    let options = list(&element["options"], most)?;
    for option in options {
        text(&option["text"], types, 75)?;
        let value = option["value"].as_str().ok_or("an option without a value")?;
        if value.is_empty() || value.chars().count() > 150 {
            return Err(format!("the value {value:?} of an option"));
        }
    }
    match element.get("initial_option") {
        Some(initial) if !options.contains(initial) => Err("it begins with none of its options".to_owned()),
        _ => Ok(()),
    }
}

fn rich(element: &Value) -> Result<(), String> {
    match element["type"].as_str() {
        Some("rich_text_section" | "rich_text_preformatted" | "rich_text_quote") => {
            list(&element["elements"], usize::MAX)?.iter().try_for_each(inline)
        }
        Some("rich_text_list") => {
            if !["bullet", "ordered"].contains(&element["style"].as_str().unwrap_or_default()) {
                return Err("a list without a style".to_owned());
            }
            list(&element["elements"], usize::MAX)?.iter().try_for_each(rich)
        }
        other => Err(format!("no rich text of type {other:?}")),
    }
}

fn inline(element: &Value) -> Result<(), String> {
    match element["type"].as_str() {
        Some("text") if element["text"].as_str().is_some_and(|text| !text.is_empty()) => Ok(()),
        Some("link") if element["url"].as_str().is_some_and(|url| url.starts_with("http")) => Ok(()),
        // The bot mentions nobody: what looks so came from people.
        other => Err(format!("no inline element of type {other:?} is expected: {element}")),
    }
}

/// The words of blocks, as a person reads them.
pub fn words(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(""),
        Value::Object(object) => {
            let own = match &object.get("text") {
                Some(Value::String(text)) => text.clone(),
                Some(inner) => format!("{}\n", words(inner)),
                None => String::new(),
            };
            let inner = object.get("elements").map(words).unwrap_or_default();
            let end = match object.get("type").and_then(Value::as_str) {
                Some(kind) if kind.starts_with("rich_text") || kind == "button" => "\n",
                _ => "",
            };
            format!("{own}{inner}{end}")
        }
        _ => String::new(),
    }
}
