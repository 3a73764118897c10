//! A form as a modal: its fields as inputs of the right kind, a part at a time when it is long.

use std::collections::BTreeSet;

use slack_morphism::prelude::*;

use super::super::limits::{
    self, INPUT_TEXT, LABEL, OPTION_TEXT, OPTIONS, PLACEHOLDER, RADIO_OPTIONS, VIEW_TITLE, cut, fit,
};
use super::super::render::parts;
use super::super::texts;
use super::mark::{Mark, Rest};
use super::state::{block_id, file_block_id};
use crate::core::form::{FORM, FieldKind, Form, FormField, LONGEST_ANSWER, LONGEST_LINE};
use crate::core::sheet::Sheet;

/// The most fields of one part: more than that nobody likes to see at once.
const FIELDS: usize = 10;
/// The id of the input in each block.
const ANSWER: &str = "answer";
/// The id of the button that leads to the part before.
pub(super) const BACK: &str = "back";
/// By which the bot's modals are known.
pub(super) const CALLBACK: &str = "sheet";

/// How many parts a form has.
fn pages(form: &Form) -> usize {
    form.fields.len().div_ceil(FIELDS).max(1)
}

/// The part that a field, by its place in the form, is on. Parts are about equally long.
fn page_of(form: &Form, index: usize) -> usize {
    index * pages(form) / form.fields.len().max(1)
}

/// The fields of a part that are asked, given the answers of the sheet.
pub(super) fn asked_on(sheet: &Sheet, page: usize) -> Vec<&FormField> {
    let here = |id: &str| {
        let index = sheet.form.fields.iter().position(|field| field.id == id);
        index.is_some_and(|index| page_of(&sheet.form, index) == page)
    };
    let asked = sheet.form.asked(&sheet.answers);
    // What hangs on an answer comes once that is given.
    let open = |id: &str| !sheet.answers.contains_key(id) && asked.iter().any(|field| field.id == id);
    let ripe = |field: &FormField| {
        field.when.as_ref().is_none_or(|when| !when.reads(FORM).iter().any(|other| open(other)))
    };
    asked.iter().copied().filter(|field| here(&field.id) && ripe(field)).collect()
}

/// The next part on which something is asked.
pub(super) fn page_after(sheet: &Sheet, page: usize) -> Option<usize> {
    (page + 1..pages(&sheet.form)).find(|page| !asked_on(sheet, *page).is_empty())
}

/// The part before on which something is asked.
pub(super) fn page_before(sheet: &Sheet, page: usize) -> Option<usize> {
    (0..page).rev().find(|page| !asked_on(sheet, *page).is_empty())
}

/// A sheet as a modal; `mark` says which part is shown.
pub(super) fn modal(sheet: &Sheet, mark: Mark) -> SlackView {
    let next = page_after(sheet, mark.page);
    let rest = if next.is_some() { Rest::More } else { Rest::None };
    let mark = Mark { rest, ..mark }.of(sheet);
    let mut blocks: Vec<SlackBlock> = Vec::new();
    let count = (0..pages(&sheet.form)).filter(|page| !asked_on(sheet, *page).is_empty()).count();
    if count > 1 {
        let before = (0..mark.page).filter(|page| !asked_on(sheet, *page).is_empty()).count();
        blocks.push(context(&texts::step(before + 1, count)));
    }
    if let Some(note) = &sheet.note {
        blocks.extend(parts(note));
    }
    let deciding = sheet.deciding();
    for field in asked_on(sheet, mark.page) {
        blocks.extend(inputs(sheet, field, mark.turn, &deciding));
    }
    if page_before(sheet, mark.page).is_some() {
        let back = SlackBlockButtonElement::new(SlackBlockPlainTextOnly::from(texts::BACK))
            .with_action_id(BACK.into())
            .with_value(BACK.to_owned());
        blocks.push(SlackActionsBlock::new(vec![back.into()]).into());
    }
    let submit = if next.is_some() { texts::NEXT } else { &sheet.submit };
    view(&sheet.form.title, blocks).map_modal(|modal| {
        modal
            .with_submit(fit(submit, VIEW_TITLE).into())
            .with_callback_id(CALLBACK.into())
            .with_notify_on_close(true)
            .with_private_metadata(mark.written())
    })
}

/// What is shown until the form is there.
pub(super) fn waiting() -> SlackView {
    view(texts::WAITING_TITLE, vec![context(texts::WAITING)]).map_modal(|modal| modal)
}

/// What is shown when there is no form after all.
pub(super) fn no_form() -> SlackView {
    view(texts::WAITING_TITLE, vec![context(texts::NO_FORM)]).map_modal(|modal| modal)
}

/// A modal that is being built.
struct Modal(SlackModalView);

impl Modal {
    fn map_modal(self, change: impl FnOnce(SlackModalView) -> SlackModalView) -> SlackView {
        SlackView::Modal(change(self.0))
    }
}

fn view(title: &str, blocks: Vec<SlackBlock>) -> Modal {
    let title = SlackBlockPlainTextOnly::from(fit(title, VIEW_TITLE));
    Modal(SlackModalView::new(title, blocks).with_close(SlackBlockPlainTextOnly::from(texts::CLOSE)))
}

fn context(text: &str) -> SlackBlock {
    let text = SlackBlockPlainText::new(cut(text, limits::CONTEXT_TEXT));
    SlackContextBlock::new(vec![SlackContextBlockElement::Plain(text)]).into()
}

/// The inputs of a field: one, or two where a file may come instead of words.
fn inputs(sheet: &Sheet, field: &FormField, turn: usize, deciding: &BTreeSet<String>) -> Vec<SlackBlock> {
    let before = sheet.answers.get(&field.id).map(String::as_str).filter(|before| !before.is_empty());
    let element = element(sheet, field, before);
    // What decides what else is asked is told at once; text is not told letter by letter.
    let told = deciding.contains(&field.id)
        && !matches!(
            element,
            SlackInputBlockElement::PlainTextInput(_) | SlackInputBlockElement::UrlInput(_)
        );
    let optional = field.optional || field.kind == FieldKind::Sbom;
    let mut block = SlackInputBlock::new(fit(&field.ask, LABEL).into(), element)
        .with_block_id(block_id(turn, &field.id).into())
        .with_optional(optional);
    if told {
        block = block.with_dispatch_action(true);
    }
    if !field.help.trim().is_empty() {
        block = block.with_hint(cut(&field.help, LABEL).into());
    }
    let mut blocks = vec![block.into()];
    if field.kind == FieldKind::Sbom {
        let file = SlackBlockFileInputElement::new().with_action_id(ANSWER.into()).with_max_files(1);
        let block = SlackInputBlock::new(cut(&texts::or_a_file(&field.label), LABEL).into(), file.into())
            .with_block_id(file_block_id(turn, &field.id).into())
            .with_optional(true);
        blocks.push(block.into());
    }
    blocks
}

fn element(sheet: &Sheet, field: &FormField, before: Option<&str>) -> SlackInputBlockElement {
    let action = || SlackActionId::from(ANSWER);
    let text = |longest: usize| {
        SlackBlockPlainTextInputElement::new()
            .with_action_id(action())
            .with_multiline(longest > LONGEST_LINE)
            .with_max_length(longest.min(INPUT_TEXT) as u64)
            .opt_initial_value(before.map(|before| before.chars().take(longest.min(INPUT_TEXT)).collect()))
    };
    match field.kind {
        FieldKind::Line | FieldKind::License => text(LONGEST_LINE).into(),
        FieldKind::Text | FieldKind::Sbom => text(LONGEST_ANSWER).into(),
        FieldKind::Url => SlackBlockUrlInputElement::new()
            .with_action_id(action())
            .opt_initial_value(before.map(str::to_owned))
            .into(),
        FieldKind::YesNo => {
            let (yes, no) = (option(texts::YES, "yes"), option(texts::NO, "no"));
            let initial = match before {
                Some("yes") => Some(yes.clone()),
                Some("no") => Some(no.clone()),
                _ => None,
            };
            SlackBlockRadioButtonsElement::new(vec![yes, no])
                .with_action_id(action())
                .opt_initial_option(initial)
                .into()
        }
        FieldKind::Date => SlackBlockDatePickerElement::new()
            .with_action_id(action())
            .opt_initial_date(before.map(str::to_owned))
            .into(),
        FieldKind::Choice if field.choices.len() <= RADIO_OPTIONS => {
            let options: Vec<_> = numbered(&field.choices, option);
            let initial = chosen(field, before).and_then(|index| options.get(index).cloned());
            SlackBlockRadioButtonsElement::new(options)
                .with_action_id(action())
                .opt_initial_option(initial)
                .into()
        }
        FieldKind::Choice if field.choices.len() <= OPTIONS => {
            let options: Vec<_> = numbered(&field.choices, plain_option);
            let initial = chosen(field, before).and_then(|index| options.get(index).cloned());
            SlackBlockStaticSelectElement::new()
                .with_action_id(action())
                .with_placeholder(cut(texts::CHOOSE, PLACEHOLDER).into())
                .with_options(options)
                .opt_initial_option(initial)
                .into()
        }
        FieldKind::Choice => text(LONGEST_LINE).into(),
        FieldKind::People => match users(sheet, before) {
            Some(users) => {
                let element = SlackBlockMultiUsersSelectElement::new()
                    .with_action_id(action())
                    .with_placeholder(cut(texts::CHOOSE, PLACEHOLDER).into());
                if users.is_empty() { element.into() } else { element.with_initial_users(users).into() }
            }
            // Somebody who is not in Slack can only be named.
            None => text(LONGEST_LINE).into(),
        },
    }
}

/// The users whom an answer names; none if one of them has no account in Slack.
fn users(sheet: &Sheet, before: Option<&str>) -> Option<Vec<String>> {
    let named = before.into_iter().flat_map(|before| before.split(',')).map(str::trim);
    named.filter(|id| !id.is_empty()).map(|id| Some(sheet.accounts.get(id)?.id.clone())).collect()
}

fn chosen(field: &FormField, before: Option<&str>) -> Option<usize> {
    field.choices.iter().position(|choice| Some(choice.as_str()) == before)
}

/// The choices as options, by their number: a choice may be longer than Slack's values.
fn numbered<T>(choices: &[String], option: impl Fn(&str, &str) -> T) -> Vec<T> {
    choices.iter().enumerate().map(|(index, choice)| option(choice, &(index + 1).to_string())).collect()
}

fn option(text: &str, value: &str) -> SlackBlockChoiceItem<SlackBlockText> {
    let text = SlackBlockPlainText::new(fit(text, OPTION_TEXT));
    SlackBlockChoiceItem::new(SlackBlockText::Plain(text), value.to_owned())
}

fn plain_option(text: &str, value: &str) -> SlackBlockChoiceItem<SlackBlockPlainTextOnly> {
    SlackBlockChoiceItem::new(fit(text, OPTION_TEXT).into(), value.to_owned())
}

/// Every part of a form as a modal.
#[cfg(test)]
pub(in super::super) fn parts_of(sheet: &Sheet, place: &crate::core::event::Place) -> Vec<SlackView> {
    let parts = (0..pages(&sheet.form)).filter(|page| !asked_on(sheet, *page).is_empty());
    parts.map(|page| modal(sheet, Mark { page, ..Mark::at(place) })).collect()
}
