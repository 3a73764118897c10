//! Draws a content in Block Kit: a text as it reads, a card with its headline, buttons under both. Pure, and within
//! Slack's limits for any content.

use slack_morphism::prelude::*;

use super::limits::{
    BUTTON_TEXT, BUTTON_VALUE, BUTTONS_IN_A_BLOCK, CONFIRM, CONTEXT_TEXT, FALLBACK, HEADER, cut, escape,
};
use super::rich::{Look, Page, Run};
use super::{markdown, plain, texts};
use crate::core::message::{Block, Button, Content, Field, Picture, Span, Text, Tone};

/// A content as Slack takes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rendered {
    /// The words for notifications and screen readers, escaped.
    pub text: String,
    /// What is seen.
    pub blocks: Vec<SlackBlock>,
    /// Pictures, to be uploaded beside the message.
    pub pictures: Vec<Picture>,
    /// Everything in plain words, when the message has no room for all of it.
    pub overflow: Option<String>,
}

/// Draws a content.
pub(super) fn render(content: &Content) -> Rendered {
    let words = plain::words(content);
    let mut blocks = Vec::new();
    let (parts, buttons, footer) = match content {
        Content::Text(text) => (&text.blocks, &text.buttons, [].as_slice()),
        Content::Card(card) => {
            let title = format!("{} {}", sign(card.tone), plain::spans(&card.title));
            blocks.push(SlackHeaderBlock::new(cut(&title, HEADER).into()).into());
            (&card.blocks, &card.buttons, card.footer.as_slice())
        }
    };
    let mut page = Page::new();
    let mut pictures = Vec::new();
    for part in parts {
        write(part, &mut page, &mut pictures);
    }
    let (body, cut_off) = page.finish();
    blocks.extend(body);
    if cut_off {
        blocks.push(note("There is more than fits here: the whole is in the file below."));
    }
    blocks.extend(actions(buttons));
    if !footer.is_empty() {
        blocks.push(note(&plain::spans(footer)));
    }
    Rendered { text: cut(&escape(&words), FALLBACK), blocks, pictures, overflow: cut_off.then_some(words) }
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

/// A dialog that asks before a press counts.
fn sure(question: &str) -> SlackBlockConfirmItem {
    let (title, text, button) = CONFIRM;
    let plain = |text: &str, most: usize| SlackBlockPlainTextOnly::from(cut(text, most));
    SlackBlockConfirmItem::new(
        plain(texts::SURE, title),
        SlackBlockPlainText::new(cut(question, text)).into(),
        plain(texts::SURE_YES, button),
        plain(texts::SURE_NO, button),
    )
}

/// A text as a part of a view: what it says, and its choices.
pub(super) fn parts(text: &Text) -> Vec<SlackBlock> {
    let (mut page, mut pictures) = (Page::new(), Vec::new());
    for block in &text.blocks {
        write(block, &mut page, &mut pictures);
    }
    let mut blocks: Vec<SlackBlock> = page.finish().0.into_iter().collect();
    blocks.extend(actions(&text.buttons));
    blocks
}

/// Small print.
pub(super) fn note(text: &str) -> SlackBlock {
    let text = SlackBlockPlainText::new(cut(text, CONTEXT_TEXT));
    SlackContextBlock::new(vec![SlackContextBlockElement::Plain(text)]).into()
}

fn write(block: &Block, page: &mut Page, pictures: &mut Vec<Picture>) {
    match block {
        Block::Paragraph { spans } => page.paragraph(runs(spans)),
        Block::List { items } => page.list(0, false, items.iter().map(|item| runs(item)).collect()),
        Block::Fields { fields } => page.lines(fields.iter().map(field).collect()),
        Block::Quote { text } => page.quote(vec![Run::plain(text)]),
        Block::Code { text } => page.code(text),
        Block::Picture(picture) => pictures.push(picture.clone()),
        Block::Curated { markdown } => markdown::write(markdown, page),
    }
}

fn field(field: &Field) -> Vec<Run> {
    let mut line = vec![Run::new(format!("{}: ", field.name), Look { bold: true, ..Look::default() })];
    line.extend(runs(&field.value));
    line
}

fn runs(spans: &[Span]) -> Vec<Run> {
    spans
        .iter()
        .map(|span| match span {
            Span::Text { text } => Run::plain(text),
            Span::Strong { text } => Run::new(text, Look { bold: true, ..Look::default() }),
            Span::Faint { text } => Run::new(text, Look { italic: true, ..Look::default() }),
            Span::Code { text } => Run::new(text, Look { code: true, ..Look::default() }),
            Span::Link { label, url } => Run::link(label, url),
        })
        .collect()
}

/// The buttons, in rows as long as Slack takes them. A button whose command does not fit is left out: cut, it would
/// mean something else.
fn actions(buttons: &[Button]) -> Vec<SlackBlock> {
    let fitting: Vec<(usize, &Button)> = buttons
        .iter()
        .enumerate()
        .filter(|(_, button)| button.action.chars().count() <= BUTTON_VALUE)
        .collect();
    fitting
        .chunks(BUTTONS_IN_A_BLOCK)
        .map(|row| {
            let elements = row
                .iter()
                .map(|(n, button)| {
                    let label = SlackBlockPlainTextOnly::from(cut(&button.label, BUTTON_TEXT));
                    let element = SlackBlockButtonElement::new(label)
                        .with_action_id(format!("press-{n}").into())
                        .with_value(button.action.clone());
                    match &button.sure {
                        Some(question) => element
                            .with_style(SlackBlockButtonStyle::Danger)
                            .with_confirm(sure(question))
                            .into(),
                        None => element.into(),
                    }
                })
                .collect();
            SlackActionsBlock::new(elements).into()
        })
        .collect()
}
