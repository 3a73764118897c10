//! A content in plain words, for notifications, for screen readers, and for the file that holds what a message has no
//! room for. Pure.

use crate::core::message::{Block, Button, Card, Content, Span, Text};

/// Everything a content says, line by line.
pub(super) fn words(content: &Content) -> String {
    let mut lines = Vec::new();
    let (blocks, footer) = match content {
        Content::Card(Card { title, blocks, footer, .. }) => {
            lines.push(spans(title));
            (blocks, footer.as_slice())
        }
        Content::Text(Text { blocks, .. }) => (blocks, [].as_slice()),
    };
    for block in blocks {
        block_lines(block, &mut lines);
    }
    if !footer.is_empty() {
        lines.push(spans(footer));
    }
    lines.join("\n")
}

/// The words with what each choice stands for.
pub(super) fn with_choices(words: &str, buttons: &[Button]) -> String {
    let mut lines = vec![words.to_owned()];
    lines.extend(buttons.iter().map(|button| format!("{}: {}", button.label, button.action)));
    lines.join("\n")
}

fn block_lines(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::Paragraph { spans: words } => lines.push(spans(words)),
        Block::List { items } => lines.extend(items.iter().map(|item| format!("• {}", spans(item)))),
        Block::Fields { fields } => {
            lines.extend(fields.iter().map(|field| format!("{}: {}", field.name, spans(&field.value))));
        }
        Block::Quote { text } => lines.extend(text.lines().map(|line| format!("> {line}"))),
        Block::Code { text } => lines.push(text.clone()),
        Block::Picture(picture) => lines.push(picture.words.clone()),
        Block::Curated { markdown } => lines.push(markdown.clone()),
    }
}

/// The words of spans; a link with where it leads.
pub(super) fn spans(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text { text } | Span::Strong { text } | Span::Faint { text } | Span::Code { text } => {
                text.clone()
            }
            Span::Link { label, url } => format!("{label} ({url})"),
        })
        .collect()
}
