//! The pieces of a content in the HTML that Matrix clients show, and in plain words beside it. Pure. Words from people
//! are escaped; markup comes from us alone.
//! Source: <https://spec.matrix.org/v1.16/client-server-api/#mroommessage-msgtypes>.

use pulldown_cmark::{Event, Parser};

use crate::core::message::{Block, Field, Span};

/// Something to be shown, in both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub plain: String,
    pub html: String,
}

/// The most characters of one piece of text; what is longer becomes several, so that a message can be split between
/// them.
const LONGEST: usize = 3_000;
/// How many characters of entries go together in one piece, beside an entry that is longer by itself.
const TOGETHER: usize = 1_500;

/// The pieces of a block; more than one only where there is a lot of text.
pub(super) fn pieces(block: &Block) -> Vec<Piece> {
    match block {
        Block::Paragraph { spans } => vec![paragraph(spans)],
        Block::List { items } => together(items, |item| plain(item).len()).map(list).collect(),
        Block::Fields { fields } => {
            together(fields, |field| plain(&field.value).len()).map(self::fields).collect()
        }
        Block::Quote { text } => cut(text).map(quote).collect(),
        Block::Code { text } => cut(text).map(code).collect(),
        // The picture itself is sent beside; its words are for those who cannot see it.
        Block::Picture(_) => Vec::new(),
        Block::Curated { markdown } => cut(markdown).map(curated).collect(),
    }
}

/// A headline.
pub(super) fn title(sign: &str, spans: &[Span]) -> Piece {
    let (plain, html) = (plain(spans), html(spans));
    Piece { plain: format!("{sign} {plain}"), html: format!("<h4>{sign} {html}</h4>") }
}

/// A line in the background.
pub(super) fn small(spans: &[Span]) -> Piece {
    Piece { plain: plain(spans), html: format!("<p><sub>{}</sub></p>", html(spans)) }
}

/// Text between markup. Line breaks stay.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("<br>"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

fn paragraph(spans: &[Span]) -> Piece {
    Piece { plain: plain(spans), html: format!("<p>{}</p>", html(spans)) }
}

fn list(items: &[Vec<Span>]) -> Piece {
    let lines: Vec<String> = items.iter().map(|item| format!("• {}", plain(item))).collect();
    let entries: String = items.iter().map(|item| format!("<li>{}</li>", html(item))).collect();
    Piece { plain: lines.join("\n"), html: format!("<ul>{entries}</ul>") }
}

fn fields(fields: &[Field]) -> Piece {
    let line = |field: &Field| format!("{}: {}", field.name, plain(&field.value));
    let rich = |field: &Field| format!("<strong>{}:</strong> {}", escape(&field.name), html(&field.value));
    Piece {
        plain: fields.iter().map(line).collect::<Vec<_>>().join("\n"),
        html: format!("<p>{}</p>", fields.iter().map(rich).collect::<Vec<_>>().join("<br>")),
    }
}

fn quote(text: &str) -> Piece {
    let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
    Piece { plain: lines.join("\n"), html: format!("<blockquote>{}</blockquote>", escape(text)) }
}

fn code(text: &str) -> Piece {
    let escaped = escape(&text.replace('\t', "    ")).replace("<br>", "\n");
    Piece { plain: text.to_owned(), html: format!("<pre><code>{escaped}</code></pre>") }
}

/// Reviewed Markdown. HTML in it is shown as typed.
fn curated(markdown: &str) -> Piece {
    let events = Parser::new(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    Piece { plain: markdown.trim().to_owned(), html }
}

fn plain(spans: &[Span]) -> String {
    let words = |span: &Span| match span {
        Span::Text { text } | Span::Strong { text } | Span::Faint { text } | Span::Code { text } => {
            text.clone()
        }
        Span::Link { label, url } if label == url => url.clone(),
        Span::Link { label, url } => format!("{label} ({url})"),
    };
    spans.iter().map(words).collect()
}

fn html(spans: &[Span]) -> String {
    let rich = |span: &Span| match span {
        Span::Text { text } => escape(text),
        Span::Strong { text } => format!("<strong>{}</strong>", escape(text)),
        Span::Faint { text } => format!("<em>{}</em>", escape(text)),
        Span::Code { text } => format!("<code>{}</code>", escape(text)),
        Span::Link { label, url } if url.starts_with("https://") || url.starts_with("http://") => {
            format!("<a href=\"{}\">{}</a>", escape(url), escape(label))
        }
        Span::Link { label, url } => format!("{} ({})", escape(label), escape(url)),
    };
    spans.iter().map(rich).collect()
}

/// Entries in groups that are not long.
fn together<T>(entries: &[T], length: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = entries;
    std::iter::from_fn(move || {
        let mut sum = 0;
        let fitting = rest.iter().take_while(|entry| {
            sum += length(entry);
            sum <= TOGETHER
        });
        let count = fitting.count().max(1).min(rest.len());
        let (group, after) = rest.split_at(count);
        rest = after;
        (!group.is_empty()).then_some(group)
    })
}

/// A text in pieces of bounded length, cut at the ends of lines where there are any.
fn cut(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((end, _)) = text.char_indices().nth(LONGEST) else {
            rest = None;
            return Some(text);
        };
        let end = text[..end].rfind('\n').map_or(end, |line| line + 1);
        let (piece, after) = text.split_at(end);
        rest = Some(after);
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_people_never_become_markup() {
        let words = "<a href='x'>@room</a> & <script>\"";
        for block in
            [Block::line(words), Block::Quote { text: words.into() }, Block::Code { text: words.into() }]
        {
            let html = &pieces(&block)[0].html;
            assert!(!html.contains("<a") && !html.contains("<script"), "{html}");
            assert!(html.contains("&lt;script&gt;"), "{html}");
        }
        let curated =
            Block::Curated { markdown: "**Yes**, <b onclick=x>see</b> [SPDX](https://spdx.org)".into() };
        assert_eq!(
            pieces(&curated)[0].html,
            "<p><strong>Yes</strong>, &lt;b onclick=x&gt;see&lt;/b&gt; <a href=\"https://spdx.org\">SPDX</a></p>\n"
        );
        let link = Block::spans([Span::link("here", "javascript:alert(1)")]);
        assert_eq!(pieces(&link)[0].html, "<p>here (javascript:alert(1))</p>");
    }

    #[test]
    fn entries_are_kept_in_order_and_in_groups_that_are_not_long() {
        let entries = [10, 1_400, 200, 5_000, 5, 6];
        let groups: Vec<Vec<usize>> = together(&entries, |length| *length).map(<[usize]>::to_vec).collect();
        assert_eq!(groups, [vec![10, 1_400], vec![200], vec![5_000], vec![5, 6]]);
        assert_eq!(together(&[], |length: &usize| *length).count(), 0);
    }

    proptest! {
        #[test]
        fn what_is_cut_is_whole_again_when_put_together(text in "(?s).{0,40}", times in 1usize..600) {
            let long = text.repeat(times);
            let cut: Vec<&str> = cut(&long).collect();
            prop_assert!(cut.iter().all(|piece| piece.chars().count() <= LONGEST));
            prop_assert_eq!(cut.concat(), long);
        }
    }
}
