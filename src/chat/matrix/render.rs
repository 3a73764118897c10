//! A content as messages of Matrix: one, or several when it is larger than an event may be. Pure.

use serde_json::{Value, json};

use super::choices;
use super::html::{self, Piece};
use super::words::COMMAND;
use crate::core::emoji;
use crate::core::message::{Block, Button, Content, Picture, Span, Tone};

/// How many bytes the content of an event may have: the whole may have 65,536, and encrypted it is half as large again.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#size-limits>.
const LARGEST: usize = 40_000;

/// A content as Matrix shows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rendered {
    /// What is said, in at least one part.
    pub parts: Vec<Piece>,
    /// Pictures, to be sent beside.
    pub pictures: Vec<Picture>,
    /// The command lines that numbers under the message stand for.
    pub actions: Vec<String>,
    /// The reactions that are put under it, so that one tap is enough.
    pub seeds: Vec<String>,
}

/// Draws a content.
pub(super) fn render(content: &Content) -> Rendered {
    let (mut pieces, blocks, buttons, seeds, footer): (
        Vec<Piece>,
        &[Block],
        &[Button],
        Vec<String>,
        &[Span],
    ) = match content {
        Content::Text(text) => (Vec::new(), &text.blocks, &text.buttons, Vec::new(), &[]),
        Content::Card(card) => {
            let seeds = card.reactions.iter().map(|name| emoji::character(name).to_owned()).collect();
            (
                vec![html::title(sign(card.tone), &card.title)],
                &card.blocks,
                &card.buttons,
                seeds,
                &card.footer,
            )
        }
    };
    pieces.extend(blocks.iter().flat_map(html::pieces));
    let buttons = &buttons[..buttons.len().min(choices::MOST)];
    if !buttons.is_empty() {
        pieces.push(offered(buttons));
    }
    if !footer.is_empty() {
        pieces.push(html::small(footer));
    }
    let pictures: Vec<Picture> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Picture(picture) => Some(picture.clone()),
            _ => None,
        })
        .collect();
    Rendered {
        parts: joined(pieces),
        pictures,
        actions: buttons.iter().map(|button| button.action.clone()).collect(),
        seeds,
    }
}

/// The sign of a tone, which says without color how a card stands.
fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Info => "ℹ️",
        Tone::Waiting => "⏳",
        Tone::Good => "✅",
        Tone::Bad => "⛔",
        Tone::Quiet => "💤",
    }
}

/// The choices, each with its number; the number as a reaction takes it, or the command.
fn offered(buttons: &[Button]) -> Piece {
    let numbered = || buttons.iter().enumerate().map(|(index, button)| (choices::sign(index), button));
    let plain =
        numbered().map(|(sign, Button { label, action })| format!("{sign} {label}: {COMMAND} {action}"));
    let rich = numbered().map(|(sign, Button { label, action })| {
        let (label, action) = (html::escape(label), html::escape(action));
        format!("{sign} <strong>{label}</strong> <code>{COMMAND} {action}</code>")
    });
    Piece {
        plain: plain.collect::<Vec<_>>().join("\n"),
        html: format!("<p>{}</p>", rich.collect::<Vec<_>>().join("<br>")),
    }
}

/// Pieces as few messages, each within the limit.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut parts: Vec<Piece> = Vec::new();
    for piece in pieces {
        match parts.last_mut() {
            Some(part) if size(part) + size(&piece) < LARGEST => {
                part.plain.push_str("\n\n");
                part.plain.push_str(&piece.plain);
                part.html.push_str(&piece.html);
            }
            _ => parts.push(piece),
        }
    }
    if parts.is_empty() {
        parts.push(Piece { plain: "…".to_owned(), html: "…".to_owned() });
    }
    parts
}

fn size(piece: &Piece) -> usize {
    let written = |text: &str| serde_json::to_string(text).map_or(usize::MAX / 4, |json| json.len());
    written(&piece.plain) + written(&piece.html)
}

/// A piece as the content of a message that nobody's bot answers and that notifies nobody by name.
pub(super) fn notice(piece: &Piece, actions: &[String]) -> Value {
    let mut content = json!({
        "msgtype": "m.notice",
        "body": piece.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": piece.html,
        "m.mentions": {},
    });
    if !actions.is_empty() {
        content[choices::ACTIONS] = json!(actions);
    }
    content
}

/// A message as one in a thread.
pub(super) fn in_thread(mut content: Value, root: &str) -> Value {
    content["m.relates_to"] = json!({
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": true,
        "m.in_reply_to": { "event_id": root },
    });
    content
}

/// A message in place of one that stands. Clients that know no edits show the beginning.
pub(super) fn in_place_of(message: &str, content: &Value) -> Value {
    let body = content["body"].as_str().unwrap_or_default();
    let beginning: String = body.chars().take(500).collect();
    json!({
        "msgtype": "m.notice",
        "body": format!("* {beginning}"),
        "m.mentions": {},
        "m.new_content": content,
        "m.relates_to": { "rel_type": "m.replace", "event_id": message },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::message::{Card, Field, Text};

    #[test]
    fn a_card_says_how_it_stands_and_offers_each_choice_by_number() {
        let card = Card {
            title: vec![Span::code("REL-1"), Span::text(" · Release <frobnicate>")],
            tone: Tone::Waiting,
            blocks: vec![
                Block::Fields { fields: vec![Field::new("License", "MIT")] },
                Block::Quote { text: "Because & why".into() },
            ],
            buttons: vec![Button::new("Approve", "approve REL-1"), Button::new("Reject", "reject REL-1")],
            reactions: vec!["white_check_mark".into(), "x".into()],
            footer: vec![Span::text("Sample")],
        };
        let rendered = render(&card.into());
        assert_eq!(rendered.seeds, ["✅", "❌"]);
        assert_eq!(rendered.actions, ["approve REL-1", "reject REL-1"]);
        insta::assert_snapshot!(format!("{}\n---\n{}", rendered.parts[0].plain, rendered.parts[0].html), @"");
    }

    #[test]
    fn what_is_too_large_for_one_event_is_split_and_nothing_is_left_out() {
        let lines: Vec<String> = (0..20_000).map(|n| format!("line {n} \u{1F980} <b>")).collect();
        let text = Text { blocks: vec![Block::Code { text: lines.join("\n") }], buttons: Vec::new() };
        let rendered = render(&text.into());
        assert!(rendered.parts.len() > 5);
        for part in &rendered.parts {
            assert!(notice(part, &[]).to_string().len() < 45_000);
        }
        let all: String = rendered.parts.iter().map(|part| part.plain.as_str()).collect();
        assert!(lines.iter().all(|line| all.contains(line.as_str())));
    }
}
