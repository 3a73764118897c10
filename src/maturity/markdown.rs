//! A card as Markdown, to be pasted into a wiki or a mail. Words from people are escaped: they bring no markup.

use std::fmt::Write;

use crate::core::message::{Block, Card, Span};

/// The card as a Markdown document whose headline is its title.
pub fn of(card: &Card) -> String {
    let mut text = format!("# {}\n", plain(&card.title));
    for block in &card.blocks {
        text.push('\n');
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Paragraph { spans: only } if matches!(only.as_slice(), [Span::Strong { .. }]) => {
                writeln!(text, "## {}", plain(only))
            }
            Block::Paragraph { spans: words } => writeln!(text, "{}", spans(words)),
            Block::List { items } => items.iter().try_for_each(|item| writeln!(text, "- {}", spans(item))),
            Block::Fields { fields } => fields.iter().try_for_each(|field| {
                writeln!(text, "- **{}:** {}", escaped(&field.name), spans(&field.value))
            }),
            Block::Quote { text: quote } => {
                quote.lines().try_for_each(|line| writeln!(text, "> {}", escaped(line)))
            }
            Block::Code { text: code } => writeln!(text, "```text\n{}\n```", code.replace("```", "'''")),
            Block::Picture(picture) => {
                writeln!(text, "```text\n{}\n```", picture.words.replace("```", "'''"))
            }
            Block::Curated { markdown } => writeln!(text, "{}", markdown.trim_end()),
        };
    }
    if !card.footer.is_empty() {
        let _ = writeln!(text, "\n{}", spans(&card.footer));
    }
    text
}

fn plain(words: &[Span]) -> String {
    let word = |span: &Span| match span {
        Span::Text { text } | Span::Strong { text } | Span::Faint { text } | Span::Code { text } => {
            escaped(text)
        }
        Span::Link { label, .. } => escaped(label),
    };
    words.iter().map(word).collect::<String>().trim().to_owned()
}

fn spans(words: &[Span]) -> String {
    let word = |span: &Span| match span {
        Span::Text { text } | Span::Faint { text } => escaped(text),
        Span::Strong { text } => format!("**{}**", escaped(text.trim())),
        Span::Code { text } => format!("`{}`", text.replace('`', "'")),
        Span::Link { label, url } => format!("[{}](<{url}>)", escaped(label)),
    };
    words.iter().map(word).collect::<String>().trim().to_owned()
}

/// Words with every character that means something in Markdown escaped, on one line.
fn escaped(words: &str) -> String {
    let mut safe = String::new();
    for c in words.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::message::{Field, Tone};

    #[test]
    fn words_from_people_bring_no_markup() {
        let hostile = "<img src=x> [a](http://b) *c* \n# d `e`";
        let card = Card {
            title: vec![Span::text(hostile)],
            tone: Tone::Info,
            blocks: vec![
                Block::line(hostile),
                Block::Quote { text: hostile.to_owned() },
                Block::Fields { fields: vec![Field::new(hostile, hostile)] },
                Block::Code { text: "```\nx".to_owned() },
            ],
            buttons: Vec::new(),
            reactions: Vec::new(),
            footer: vec![Span::code("`a`")],
        };
        let text = of(&card);
        let html = {
            let mut found = Vec::new();
            for event in pulldown_cmark::Parser::new(&text) {
                match event {
                    pulldown_cmark::Event::Start(
                        tag @ (pulldown_cmark::Tag::Link { .. }
                        | pulldown_cmark::Tag::Image { .. }
                        | pulldown_cmark::Tag::Emphasis
                        | pulldown_cmark::Tag::HtmlBlock),
                    ) => found.push(format!("{tag:?}")),
                    pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => {
                        found.push(html.to_string());
                    }
                    _ => {}
                }
            }
            found
        };
        assert_eq!(html, Vec::<String>::new(), "{text}");
    }
}
