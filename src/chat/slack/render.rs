//! Draws a content in Block Kit: a text as it reads, a card with its headline, buttons under both. Pure, and within
//! Slack's limits for any content.

use slack_morphism::prelude::*;

use super::limits::{
    BUTTON_TEXT, BUTTON_VALUE, BUTTONS, BUTTONS_IN_A_BLOCK, BUTTONS_TEXT, CONFIRM, CONTEXT_TEXT, FALLBACK,
    FOOTER, HEADER, cut, escape, fit,
};
use super::rich::{Look, Page, Run};
use super::{markdown, plain, texts};
use crate::core::message::{Block, Button, Content, Field, Picture, Span, Text};

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
    /// Everything in plain words, with what each choice stands for.
    pub whole: String,
}

impl Rendered {
    /// Words of our own and no more.
    pub fn words(words: &str) -> Self {
        let (text, whole) = (escape(words), words.to_owned());
        Self { text, blocks: Vec::new(), pictures: Vec::new(), overflow: None, whole }
    }

    /// Whether something is to be uploaded beside it.
    pub fn has_files(&self) -> bool {
        self.overflow.is_some() || !self.pictures.is_empty()
    }

    /// The same without blocks, for when Slack takes none of them: all the words, and what each choice stands for.
    pub fn in_words(&self) -> Self {
        let overflow = (escape(&self.whole).chars().count() > FALLBACK).then(|| self.whole.clone());
        let text = fit(&escape(&self.whole), FALLBACK);
        Self { text, blocks: Vec::new(), overflow, ..self.clone() }
    }
}

/// Draws a content.
pub(super) fn render(content: &Content) -> Rendered {
    let words = plain::words(content);
    let mut blocks = Vec::new();
    let (parts, buttons, footer) = match content {
        Content::Text(text) => (&text.blocks, &text.buttons, [].as_slice()),
        Content::Card(card) => {
            let title = format!("{} {}", card.tone.emoji(), plain::spans(&card.title));
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
    let (rows, shown) = actions(buttons);
    let whole = plain::with_choices(&words, buttons);
    let cut_off = cut_off || shown < buttons.len();
    if cut_off {
        blocks.push(note(texts::MORE_IN_FILE));
    }
    blocks.extend(rows);
    let footer = plain::spans(footer);
    if !footer.trim().is_empty() {
        blocks.push(note(&cut(&footer, FOOTER)));
    }
    let text = fit(&escape(&words), FALLBACK);
    Rendered { text, blocks, pictures, overflow: cut_off.then(|| whole.clone()), whole }
}

/// A dialog that asks before a press counts.
fn sure(question: &str) -> SlackBlockConfirmItem {
    let (title, text, button) = CONFIRM;
    let plain = |text: &str, most: usize| SlackBlockPlainTextOnly::from(cut(text, most));
    SlackBlockConfirmItem::new(
        plain(texts::SURE, title),
        SlackBlockPlainText::new(fit(question, text)).into(),
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
    blocks.extend(actions(&text.buttons).0);
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

/// The buttons, in rows as long as Slack takes them, and how many there are. A button whose command does not fit, or for
/// which there is no room, is left out: cut, it would mean something else.
fn actions(buttons: &[Button]) -> (Vec<SlackBlock>, usize) {
    let mut room = BUTTONS_TEXT;
    let mut fitting: Vec<SlackActionBlockElement> = Vec::new();
    for (number, button) in buttons.iter().enumerate() {
        let length = button.label.chars().count().min(BUTTON_TEXT)
            + button.sure.as_ref().map_or(0, |question| CONFIRM.1.min(question.chars().count()) + CONFIRM.0);
        if button.action.chars().count() > BUTTON_VALUE || length > room || fitting.len() == BUTTONS {
            continue;
        }
        room -= length;
        fitting.push(element(number, button).into());
    }
    let rows = fitting.chunks(BUTTONS_IN_A_BLOCK).map(|row| SlackActionsBlock::new(row.to_vec()).into());
    (rows.collect(), fitting.len())
}

fn element(number: usize, button: &Button) -> SlackBlockButtonElement {
    let element = SlackBlockButtonElement::new(fit(&button.label, BUTTON_TEXT).into())
        .with_action_id(format!("press-{number}").into())
        .with_value(button.action.clone());
    match &button.sure {
        Some(question) => element.with_style(SlackBlockButtonStyle::Danger).with_confirm(sure(question)),
        None => element,
    }
}
