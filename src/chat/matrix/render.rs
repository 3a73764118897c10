//! A content as messages of Matrix: one, or several when it is larger than an event may be. Pure.

use serde_json::{Value, json};

use super::choices;
use super::html::{self, Piece};
use super::words::COMMAND;
use crate::core::emoji;
use crate::core::message::{Block, Button, Content, Picture, Tone};

/// How many bytes the content of an event may have: the whole may have 65,536, and encrypted it is half as large again.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#size-limits>.
const LARGEST: usize = 40_000;

/// The key in the content of the bot's messages that says that reactions on them decide.
pub(super) const VOTES: &str = "ospo-counselor.votes";

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
    let (mut pieces, blocks, buttons, seeds, footer) = match content {
        Content::Text(text) => {
            (Vec::new(), text.blocks.as_slice(), text.buttons.as_slice(), Vec::new(), [].as_slice())
        }
        Content::Card(card) => {
            let seeds = card.reactions.iter().map(|name| emoji::character(name).to_owned()).collect();
            let title = html::title(card.tone.emoji(), &card.title);
            (vec![title], card.blocks.as_slice(), card.buttons.as_slice(), seeds, card.footer.as_slice())
        }
    };
    pieces.extend(blocks.iter().flat_map(html::pieces));
    // Where reactions of their own decide, numbers would only be more of the same.
    let numbered = if seeds.is_empty() { &buttons[..buttons.len().min(choices::MOST)] } else { &[] };
    let typed = &buttons[numbered.len()..];
    if !numbered.is_empty() {
        pieces.push(to_tap(numbered));
    }
    if !typed.is_empty() {
        pieces.push(to_type(typed));
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
        actions: numbered.iter().map(|button| button.action.clone()).collect(),
        seeds,
    }
}

/// Choices by number: a tap on the reaction is enough. In plain words each has its command, too.
fn to_tap(buttons: &[Button]) -> Piece {
    let numbered = || buttons.iter().enumerate().map(|(index, button)| (choices::sign(index), button));
    let plain = numbered().map(|(sign, Button { label, action, .. })| {
        if label == action {
            format!("{sign} {label}")
        } else {
            format!("{sign} {label} ({COMMAND} {action})")
        }
    });
    let rich =
        numbered().map(|(sign, button)| format!("{sign} <strong>{}</strong>", html::escape(&button.label)));
    Piece {
        plain: plain.collect::<Vec<_>>().join(" · "),
        html: format!("<p>{}</p>", rich.collect::<Vec<_>>().join(" · ")),
    }
}

/// Choices by command.
fn to_type(buttons: &[Button]) -> Piece {
    let commands: Vec<String> = buttons.iter().map(|button| format!("{COMMAND} {}", button.action)).collect();
    let rich = commands.iter().map(|command| format!("<code>{}</code>", html::escape(command)));
    Piece { plain: commands.join(" · "), html: format!("<p>{}</p>", rich.collect::<Vec<_>>().join(" · ")) }
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

/// How a message is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// So that clients make a sound, as people's words do: for what somebody waits for.
    Aloud,
    /// As bots speak: clients make no sound, and other bots do not answer.
    Softly,
}

impl Voice {
    /// How a content is said where people talk: a card may wait for somebody, all else is an answer.
    pub fn of(content: &Content) -> Self {
        match content {
            Content::Card(card) if card.tone != Tone::Info => Self::Aloud,
            Content::Card(_) | Content::Text(_) => Self::Softly,
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Aloud => "m.text",
            Self::Softly => "m.notice",
        }
    }
}

/// A piece as the content of a message that mentions nobody.
pub(super) fn message(voice: Voice, piece: &Piece, actions: &[String]) -> Value {
    let mut content = json!({
        "msgtype": voice.kind(),
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
        "msgtype": content["msgtype"],
        "body": format!("* {beginning}"),
        "m.mentions": {},
        "m.new_content": content,
        "m.relates_to": { "rel_type": "m.replace", "event_id": message },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::message::{Card, Field, Span, Text};

    #[test]
    fn a_card_is_decided_by_its_own_reactions_and_its_commands_can_be_typed() {
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
        assert_eq!(rendered.actions, Vec::<String>::new());
        assert_eq!(
            rendered.parts[0].plain,
            "⏳ REL-1 · Release <frobnicate>\n\nLicense: MIT\n\n> Because & why\n\n\
             !ospo approve REL-1 · !ospo reject REL-1\n\nSample"
        );
        assert_eq!(
            rendered.parts[0].html,
            "<h4>⏳ <code>REL-1</code> · Release &lt;frobnicate&gt;</h4><p><strong>License:</strong> MIT</p>\
             <blockquote>Because &amp; why</blockquote>\
             <p><code>!ospo approve REL-1</code> · <code>!ospo reject REL-1</code></p><p><sub>Sample</sub></p>"
        );
    }

    #[test]
    fn a_choice_is_tapped_by_its_number() {
        let text = Text {
            blocks: vec![Block::line("Which?")],
            buttons: vec![Button::new("yes", "yes"), Button::new("Ask a person", "human")],
        };
        let rendered = render(&text.into());
        assert_eq!(rendered.actions, ["yes", "human"]);
        assert_eq!(rendered.parts[0].plain, "Which?\n\n1️⃣ yes · 2️⃣ Ask a person (!ospo human)");
    }

    #[test]
    fn what_is_too_large_for_one_event_is_split_and_nothing_is_left_out() {
        let lines: Vec<String> = (0..20_000).map(|n| format!("line {n} \u{1F980} <b>")).collect();
        let text = Text { blocks: vec![Block::Code { text: lines.join("\n") }], buttons: Vec::new() };
        let rendered = render(&text.into());
        assert!(rendered.parts.len() > 5);
        let quotes = Field::new("Purpose", "\"".repeat(3_000));
        let form = Text { blocks: vec![Block::Fields { fields: vec![quotes; 26] }], buttons: Vec::new() };
        for part in rendered.parts.iter().chain(&render(&form.into()).parts) {
            assert!(message(Voice::Softly, part, &[]).to_string().len() < 45_000);
        }
        let all: String = rendered.parts.iter().map(|part| part.plain.as_str()).collect();
        assert!(lines.iter().all(|line| all.contains(line.as_str())));
    }
}
