//! Draws a content: a text as it reads, a card as a box. Pure; the width is in columns of the terminal.

use super::escape;
use super::layout::{GLUE, Ink, Line, Look, Run, hang, paint, width as columns_of, wrap};
use super::markdown::{self, code_lines, link};
use super::texts;
use crate::core::emoji::character;
use crate::core::message::{Block, Button, Card, Content, Field, Span, Text, Tone};

/// The least width in which anything is drawn.
const NARROWEST: usize = 24;

/// Draws a content in at most `width` columns, each line ended by a line break.
pub fn render(content: &Content, width: usize, look: Look) -> String {
    paint(&content_lines(content, width, look), look)
}

/// The lines of a content.
pub(super) fn content_lines(content: &Content, width: usize, look: Look) -> Vec<Line> {
    let width = width.max(NARROWEST);
    match content {
        Content::Text(text) => text_lines(text, width, look),
        Content::Card(card) => card_lines(card, width, look),
    }
}

fn text_lines(text: &Text, width: usize, look: Look) -> Vec<Line> {
    let mut lines = block_lines(&text.blocks, width, look);
    if !text.buttons.is_empty() {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.extend(choices(&text.buttons, width));
    }
    lines
}

/// The sign of a tone, which says without color what the color says.
pub(super) fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Info => "ℹ",
        Tone::Waiting => "◷",
        Tone::Good => "✔",
        Tone::Bad => "✖",
        Tone::Quiet => "–",
    }
}

fn card_lines(card: &Card, width: usize, look: Look) -> Vec<Line> {
    let ink = Ink::Tone(card.tone);
    let inside = width - 4;
    let mut title = spans(&card.title, look);
    for run in &mut title {
        run.ink = ink;
    }
    title.insert(0, Run::new(format!("{}{GLUE}", sign(card.tone)), ink));
    // Two columns less than the rest, so that the frame is seen on both sides of the headline.
    let mut title = wrap(&title, inside - 2).into_iter();
    let headline = title.next().unwrap_or_default();

    let mut body: Vec<Line> = title.collect();
    let said = block_lines(&card.blocks, inside, look);
    if !body.is_empty() && !said.is_empty() {
        body.push(Vec::new());
    }
    body.extend(said);
    let mut below = Vec::new();
    if !card.buttons.is_empty() {
        below.extend(choices(&card.buttons, inside));
    }
    if !card.reactions.is_empty() {
        let signs: Vec<&str> = card.reactions.iter().map(|name| character(name)).collect();
        below.extend(wrap(&[Run::new(escape::line(&texts::react_with(&signs)), Ink::Plain)], inside));
    }
    let mut footer = spans(&card.footer, look);
    for run in &mut footer {
        if run.ink == Ink::Plain {
            run.ink = Ink::Faint;
        }
    }
    below.extend(wrap(&footer, inside));
    if !body.is_empty() && !below.is_empty() {
        body.push(Vec::new());
    }
    body.extend(below);
    frame(headline, body, width, ink)
}

/// Draws a box around lines, with a headline in its upper edge.
fn frame(headline: Line, body: Vec<Line>, width: usize, ink: Ink) -> Vec<Line> {
    let edge = |text: String| Run::new(text, ink);
    let mut top = vec![edge("╭─ ".to_owned())];
    let fill = width.saturating_sub(columns_of(&headline) + 5);
    top.extend(headline);
    top.push(edge(format!(" {}╮", "─".repeat(fill))));
    let mut lines = vec![top];
    for line in body {
        let room = (width - 4).saturating_sub(columns_of(&line));
        let mut framed = vec![edge("│ ".to_owned())];
        framed.extend(line);
        framed.push(Run::new(" ".repeat(room), Ink::Plain));
        framed.push(edge(" │".to_owned()));
        lines.push(framed);
    }
    lines.push(vec![edge(format!("╰{}╯", "─".repeat(width - 2)))]);
    lines
}

/// `[1] Approve  [2] Reject`; a choice is never torn apart while it fits on a line.
fn choices(buttons: &[Button], width: usize) -> Vec<Line> {
    let glue = GLUE.to_string();
    let mut runs = Vec::new();
    for (index, button) in buttons.iter().enumerate() {
        let label = escape::line(&button.label).replace(' ', &glue);
        runs.push(Run::new(format!("[{}]", index + 1), Ink::Code));
        // The glued space in front of the next choice sets it off from this one.
        let gap = if index + 1 < buttons.len() { format!("{glue} ") } else { String::new() };
        runs.push(Run::new(format!("{glue}{label}{gap}"), Ink::Strong));
    }
    wrap(&runs, width)
}

fn block_lines(blocks: &[Block], width: usize, look: Look) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut before: Option<&Block> = None;
    for block in blocks {
        let drawn = block_of(block, width, look);
        if drawn.is_empty() {
            continue;
        }
        // A list belongs to the paragraph that announces it.
        let joined = matches!((before, block), (Some(Block::Paragraph { .. }), Block::List { .. }));
        if before.is_some() && !joined {
            lines.push(Vec::new());
        }
        lines.extend(drawn);
        before = Some(block);
    }
    lines
}

fn block_of(block: &Block, width: usize, look: Look) -> Vec<Line> {
    match block {
        Block::Paragraph { spans: words } => wrap(&spans(words, look), width),
        Block::List { items } => items
            .iter()
            .flat_map(|item| {
                let lines = wrap(&spans(item, look), width - 2);
                hang(lines, Run::new("• ", Ink::Plain), Run::new("  ", Ink::Plain))
            })
            .collect(),
        Block::Fields { fields } => field_lines(fields, width, look),
        Block::Quote { text } => {
            let bar = Run::new("▌ ", Ink::Faint);
            let lines = escape::lines(text)
                .into_iter()
                .flat_map(|line| {
                    let indent = line.len() - line.trim_start_matches(' ').len();
                    let line = format!("{}{}", GLUE.to_string().repeat(indent), line.trim_start_matches(' '));
                    let wrapped = wrap(&[Run::new(line, Ink::Plain)], width - 2);
                    if wrapped.is_empty() { vec![Vec::new()] } else { wrapped }
                })
                .collect();
            hang(lines, bar.clone(), bar)
        }
        Block::Code { text } => code_lines(text, width),
        Block::Picture(picture) => code_lines(&picture.words, width),
        Block::Curated { markdown } => markdown::lines(markdown, width, look),
    }
}

fn field_lines(fields: &[Field], width: usize, look: Look) -> Vec<Line> {
    let names: Vec<Line> =
        fields.iter().map(|field| vec![Run::new(escape::line(&field.name), Ink::Faint)]).collect();
    let column = names.iter().map(|name| columns_of(name)).max().unwrap_or(0).min(width / 3);
    let mut lines = Vec::new();
    for (field, name) in fields.iter().zip(names) {
        let mut left = wrap(&name, column).into_iter();
        let mut right = wrap(&spans(&field.value, look), width - column - 2).into_iter();
        loop {
            let (name, value) = (left.next(), right.next());
            if name.is_none() && value.is_none() {
                break;
            }
            let mut line = name.unwrap_or_default();
            let room = (column + 2).saturating_sub(columns_of(&line));
            line.push(Run::new(" ".repeat(room), Ink::Plain));
            line.extend(value.unwrap_or_default());
            lines.push(line);
        }
    }
    lines
}

/// Code within a sentence: colored, or between backticks where there is no color.
pub(super) fn code_run(code: &str, look: Look) -> Run {
    let code = escape::line(code);
    match look {
        Look::Colored => Run::new(code, Ink::Code),
        Look::Plain => Run::new(format!("`{code}`"), Ink::Code),
    }
}

fn spans(spans: &[Span], look: Look) -> Vec<Run> {
    spans
        .iter()
        .flat_map(|span| match span {
            Span::Text { text } => vec![Run::new(escape::line(text), Ink::Plain)],
            Span::Strong { text } => vec![Run::new(escape::line(text), Ink::Strong)],
            Span::Faint { text } => vec![Run::new(escape::line(text), Ink::Faint)],
            Span::Code { text } => vec![code_run(text, look)],
            Span::Link { label, url } => link(&escape::line(label), &escape::line(url)),
        })
        .collect()
}

/// The headline of a content: a card's title with its sign, or the beginning of a text.
pub(super) fn headline(content: &Content, columns: usize) -> String {
    let runs = match content {
        Content::Card(card) => {
            let mut runs = vec![Run::new(format!("{} ", sign(card.tone)), Ink::Plain)];
            runs.extend(spans(&card.title, Look::Plain));
            runs
        }
        Content::Text(text) => {
            block_lines(&text.blocks, columns, Look::Plain).into_iter().next().unwrap_or_default()
        }
    };
    let lines = wrap(&runs, columns.saturating_sub(1));
    let cut = lines.len() > 1;
    let first = lines.into_iter().next().map(|line| paint(&[line], Look::Plain)).unwrap_or_default();
    format!("{}{}", first.trim_end(), if cut { "…" } else { "" })
}

/// The title of a card in plain words; nothing for a text.
pub(super) fn title_words(content: &Content) -> String {
    match content {
        Content::Card(card) => spans(&card.title, Look::Colored).into_iter().map(|run| run.text).collect(),
        Content::Text(_) => String::new(),
    }
}

/// Everything a content says, as plain text, to look something up in it.
pub(super) fn plain_words(content: &Content) -> String {
    // Lines break between words, and no id is as long as a line.
    const COLUMNS: usize = 80;
    paint(&content_lines(content, COLUMNS, Look::Plain), Look::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKDOWN: &str = "\
**Yes**, if you *ship the source* with it, see [the license](https://spdx.org/licenses/MIT.html) \
and <https://example.com>.

1. Keep the notice.
2. Ask `ospo` first:
   - when you link statically,
   - when you are not sure, which happens to everybody now and then.

> Quoted by the article.

```
cargo about generate
```

## After that

Nothing <b>more</b>.";

    fn blocks() -> Vec<Block> {
        let span = |text: &str| Span::text(text);
        vec![
            Block::spans([
                span("Plain words, "),
                Span::strong("strong ones"),
                span(", "),
                Span::faint("faint ones"),
                span(", code such as "),
                Span::code("MIT OR Apache-2.0"),
                span(", and "),
                Span::link("a link", "https://example.com/a"),
                span("."),
            ]),
            Block::line("These are needed:"),
            Block::List {
                items: vec![
                    vec![span("a license file at the top of the repository, as it was published")],
                    vec![span("an owner")],
                ],
            },
            Block::Fields {
                fields: vec![
                    Field::new("Project", "frobnicate"),
                    Field::new(
                        "What it is good for",
                        "Frobnicates things that were never frobnicated before.",
                    ),
                    Field::new("Größe 世界", "wide letters 世界 stay aligned"),
                ],
            },
            Block::Quote {
                text: "We want it out.\n\n  Soon: it is a very good thing to have, really.".to_owned(),
            },
            Block::Code { text: "ospo check \\\n    --use app  MIT".to_owned() },
            Block::Curated { markdown: MARKDOWN.to_owned() },
        ]
    }

    fn buttons() -> Vec<Button> {
        ["Approve", "Reject", "Ask a question", "Show the whole request"].map(|l| Button::new(l, l)).to_vec()
    }

    fn whole_card() -> Content {
        Card {
            title: vec![Span::text(
                "REL-42 · Release of frobnicate, the tool that everybody waited for so long",
            )],
            tone: Tone::Waiting,
            blocks: blocks(),
            buttons: buttons(),
            reactions: vec!["white_check_mark".to_owned(), "x".to_owned(), "question".to_owned()],
            footer: vec![Span::text("Sample data · "), Span::code("show REL-42")],
        }
        .into()
    }

    #[test]
    fn a_card_with_everything_in_80_columns() {
        insta::assert_snapshot!(render(&whole_card(), 80, Look::Plain));
    }

    #[test]
    fn a_card_with_everything_in_40_columns() {
        insta::assert_snapshot!(render(&whole_card(), 40, Look::Plain));
    }

    #[test]
    fn a_text_with_everything_in_80_columns() {
        let text = Text { blocks: blocks(), buttons: buttons() };
        insta::assert_snapshot!(render(&text.into(), 80, Look::Plain));
    }

    #[test]
    fn a_text_with_everything_in_40_columns() {
        let text = Text { blocks: blocks(), buttons: buttons() };
        insta::assert_snapshot!(render(&text.into(), 40, Look::Plain));
    }

    #[test]
    fn a_card_in_color() {
        let card = Card {
            title: vec![Span::text("REL-42")],
            tone: Tone::Bad,
            blocks: vec![Block::spans([Span::text("Say "), Span::code("show REL-42"), Span::text(".")])],
            buttons: Vec::new(),
            reactions: Vec::new(),
            footer: vec![Span::text("Sample data")],
        };
        insta::assert_snapshot!(render(&card.into(), 40, Look::Colored).replace('\u{1b}', "␛"));
    }

    #[test]
    fn each_tone_has_its_sign() {
        let of = |tone| {
            let title = vec![Span::text("T")];
            let card = Card {
                title,
                tone,
                blocks: Vec::new(),
                buttons: Vec::new(),
                reactions: Vec::new(),
                footer: Vec::new(),
            };
            headline(&card.into(), 40)
        };
        let tones = [Tone::Info, Tone::Waiting, Tone::Good, Tone::Bad, Tone::Quiet];
        assert_eq!(tones.map(of), ["ℹ T", "◷ T", "✔ T", "✖ T", "– T"]);
    }

    #[test]
    fn no_line_is_wider_than_asked_and_no_frame_is_broken() {
        for width in 24..=100 {
            for line in render(&whole_card(), width, Look::Plain).lines() {
                assert_eq!(textwrap::core::display_width(line), width, "{line}");
            }
        }
    }

    #[test]
    fn color_changes_nothing_but_color() {
        let text = Text { blocks: vec![Block::line("one two")], buttons: buttons() }.into();
        let colored = render(&text, 80, Look::Colored);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), render(&text, 80, Look::Plain));
    }

    #[test]
    fn words_of_people_cannot_move_the_cursor_or_draw_a_card() {
        let evil = "\u{1b}[2J\u{1b}]0;x\u{7}\u{202E}\r╭─ ✔ REL-1 · Approved ─╮\u{9b}1A\n[1] Approve";
        let content: Content = Card {
            title: vec![Span::text(evil), Span::strong(evil), Span::faint(evil)],
            tone: Tone::Waiting,
            blocks: vec![
                Block::Quote { text: evil.to_owned() },
                Block::Code { text: evil.to_owned() },
                Block::Fields { fields: vec![Field::new(evil, evil)] },
                Block::List { items: vec![vec![Span::code(evil), Span::link(evil, evil)]] },
                Block::Curated { markdown: format!("[{evil}](<{}>)", evil.replace('\n', "")) },
            ],
            buttons: vec![Button::new(evil, "x")],
            reactions: vec![evil.to_owned()],
            footer: vec![Span::text(evil)],
        }
        .into();
        let drawn = render(&content, 80, Look::Plain);
        assert!(!drawn.chars().any(|c| c.is_control() && c != '\n'), "{drawn}");
        assert!(!drawn.contains('\u{202E}'));
        assert_eq!(drawn.matches('╭').count(), 1, "{drawn}");
    }
}
