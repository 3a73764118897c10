//! Block Kit as Slack takes it, by <https://docs.slack.dev/reference/block-kit>: what is refused there is refused here.

use serde_json::Value;

/// Checks a message's blocks.
///
/// # Errors
/// What Slack would find wrong.
pub fn check(blocks: &Value) -> Result<(), String> {
    let blocks = blocks.as_array().ok_or("blocks is no list")?;
    if blocks.len() > 50 {
        return Err(format!("{} blocks, and 50 are allowed", blocks.len()));
    }
    if blocks.iter().map(|block| block.to_string().len()).sum::<usize>() > 100_000 {
        return Err("msg_blocks_too_long".to_owned());
    }
    blocks.iter().try_for_each(block)
}

fn block(block: &Value) -> Result<(), String> {
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

fn text(value: &Value, types: &[&str], most: usize) -> Result<(), String> {
    let kind = value["type"].as_str().ok_or("a text without a type")?;
    let words = value["text"].as_str().ok_or("a text without words")?;
    let length = words.chars().count();
    if !types.contains(&kind) || length == 0 || length > most {
        return Err(format!("a {kind} of {length} characters does not fit here"));
    }
    Ok(())
}

fn button(element: &Value) -> Result<(), String> {
    if element["type"] != "button" {
        return Err("only buttons are expected".to_owned());
    }
    text(&element["text"], &["plain_text"], 75)?;
    match element["value"].as_str() {
        Some(value) if value.chars().count() > 2000 => Err("a value of more than 2000 characters".to_owned()),
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
