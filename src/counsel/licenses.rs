//! What the license engine says, for chat and for forms.

use super::reply::sources;
use super::texts;
use crate::core::message::{Block, Button, Content, Field, Span, Text};
use crate::knowledge::Knowledge;
use crate::license::facts::Curation;
use crate::license::{
    self as license, CheckReport, CompatReport, ExpressionError, Facts, Identified, PolicyUse, Request, Use,
    mentions, read_side,
};

/// Buttons for a name that may be several licenses.
const CHOICES: usize = 3;

/// The facts of a license that a text names; none when it names none.
pub fn facts(knowledge: &Knowledge, text: &str) -> Option<Content> {
    let found = license::identify(&knowledge.licenses, text.trim());
    match &found.expression {
        Some(expression) => match knowledge.licenses.facts(expression) {
            Some(facts) => Some(of_license(facts).into()),
            None => Some(named(knowledge, text, &found).into()),
        },
        None if !found.alternatives.is_empty() => Some(choices(text, &found, "license").into()),
        None => None,
    }
}

fn of_license(facts: &Facts) -> Text {
    let fields = vec![
        Field { name: "SPDX id".to_owned(), value: vec![Span::code(facts.id.clone())] },
        Field::new("Kind", facts.category().key().replace('-', " ")),
        Field::new("OSI", plain(&facts.osi)),
        Field::new("FSF", plain(&facts.fsf)),
        Field::new("Patents", plain(&facts.patents)),
    ];
    let mut blocks = vec![Block::spans([Span::strong(facts.name.clone())])];
    if !facts.summary.is_empty() {
        blocks.push(Block::line(facts.summary.clone()));
    }
    blocks.push(Block::Fields { fields });
    if !facts.conditions.is_empty() {
        blocks.push(Block::line(texts::IT_ASKS));
        let item = |condition: &crate::license::facts::Condition| {
            vec![Span::text(plain(&condition.is)), Span::faint(format!(" ({})", condition.clause))]
        };
        blocks.push(Block::List { items: facts.conditions.iter().map(item).collect() });
    }
    if facts.curation == Curation::NotCurated {
        blocks.push(Block::spans([Span::faint(texts::NOT_CURATED)]));
    }
    blocks.push(sources(facts.sources.iter().map(|source| (source.title.as_str(), source.url.as_str()))));
    Text { blocks, buttons: Vec::new() }
}

/// The engine's own word for a fact, as a person reads it: `keep-notice` is "keep notice".
fn plain(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => word.replace('-', " "),
        _ => String::new(),
    }
}

/// Whether one license may go into another, for a line such as `MIT in GPL-3.0-only`; none when it names no license.
pub fn compat(knowledge: &Knowledge, text: &str) -> Option<Content> {
    match CompatReport::of_line(&knowledge.licenses, text, Use::default()) {
        Ok(report) => Some(super::reply::judged(&report, knowledge).into()),
        Err(error) => failed(knowledge, text, &error),
    }
}

/// What the policy says of a line such as `GPL-3.0-only for internal`; distribution is meant when no use is named.
/// None when it names no license.
pub fn check(knowledge: &Knowledge, text: &str) -> Option<Content> {
    let (expression, use_) = match text.rsplit_once(" for ") {
        Some((expression, use_)) => match use_.parse() {
            Ok(use_) => (expression, use_),
            Err(_) => (text, PolicyUse::Distributed),
        },
        None => (text, PolicyUse::Distributed),
    };
    let request = Request::new(expression.trim(), use_);
    match CheckReport::of(&knowledge.policy, &knowledge.licenses, request) {
        Ok(report) => Some(ruled(&report).into()),
        Err(error) => failed(knowledge, expression, &error),
    }
}

fn ruled(report: &CheckReport) -> Text {
    let mut blocks = vec![
        Block::spans([
            Span::code(report.expression.clone()),
            Span::text(format!(" for {}: ", report.use_.key())),
            Span::strong(plain(&report.verdict)),
        ]),
        Block::line(report.why.clone()),
    ];
    if !report.obligations.is_empty() {
        let item = |duty: &crate::license::Obligation| {
            vec![Span::text(duty.step.clone()), Span::faint(format!(" ({}, {})", duty.license, duty.clause))]
        };
        blocks.push(Block::line(texts::IT_ASKS));
        blocks.push(Block::List { items: report.obligations.iter().map(item).collect() });
    }
    Text { blocks, buttons: Vec::new() }
}

/// An error is shown when the text does name a license; otherwise the line was a question.
fn failed(knowledge: &Knowledge, text: &str, error: &ExpressionError) -> Option<Content> {
    let names_one = !mentions(&knowledge.licenses, text).is_empty();
    names_one.then(|| Text::line(format!("{error}.")).into())
}

/// Which license a name means.
pub fn identify(knowledge: &Knowledge, text: &str) -> Content {
    let found = license::identify(&knowledge.licenses, text.trim());
    match &found.expression {
        Some(_) => named(knowledge, text, &found).into(),
        None => choices(text, &found, "identify").into(),
    }
}

fn named(knowledge: &Knowledge, text: &str, found: &Identified) -> Text {
    let expression = found.expression.clone().unwrap_or_default();
    let name = knowledge.licenses.name(&expression);
    let mut text = Text {
        blocks: vec![Block::spans([
            Span::code(text.trim()),
            Span::text(" is "),
            Span::code(expression.clone()),
            Span::text(if name == expression { String::new() } else { format!(" ({name})") }),
            Span::text("."),
        ])],
        buttons: Vec::new(),
    };
    if knowledge.licenses.facts(&expression).is_some() {
        text.buttons.push(Button::new("What it asks for", format!("license {expression}")));
    }
    text
}

fn choices(text: &str, found: &Identified, command: &str) -> Text {
    let buttons: Vec<Button> = found
        .alternatives
        .iter()
        .take(CHOICES)
        .map(|other| Button::new(texts::label(&other.name), format!("{command} {}", other.expression)))
        .collect();
    if buttons.len() > 1 {
        texts::which_license(text.trim(), buttons)
    } else {
        texts::no_license(text.trim(), buttons)
    }
}

/// Reads what somebody put into a license field.
///
/// # Errors
/// What is wrong with it, and which licenses are near, as a sentence for the one who wrote it.
pub fn read(knowledge: &Knowledge, text: &str) -> Result<String, String> {
    let text = text.trim();
    match read_side(&knowledge.licenses, text) {
        Ok(expression) => Ok(expression.to_string()),
        Err(ExpressionError::Ambiguous { candidates, .. }) => Err(texts::which_expression(text, &candidates)),
        Err(error) => {
            let near: Vec<String> = license::identify(&knowledge.licenses, text)
                .alternatives
                .into_iter()
                .take(CHOICES)
                .map(|other| other.expression)
                .collect();
            if near.is_empty() {
                Err(texts::no_expression(text, &error.to_string()))
            } else {
                Err(texts::which_expression(text, &near))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::mind;
    use super::*;

    fn written(content: &Content) -> String {
        serde_json::to_string(content).unwrap()
    }

    fn buttons(content: &Content) -> Vec<&str> {
        match content {
            Content::Text(text) => text.buttons.iter().map(|button| button.action.as_str()).collect(),
            Content::Card(_) => Vec::new(),
        }
    }

    #[test]
    fn facts_are_shown_for_a_name_and_nothing_for_other_words() {
        let knowledge = &mind().0;
        let facts_of = |text: &str| facts(knowledge, text);
        assert!(written(&facts_of("Apache 2").unwrap()).contains("Apache-2.0"));
        assert_eq!(facts_of("to drive a car"), None);
    }

    #[test]
    fn an_ambiguous_name_is_asked_back_with_buttons() {
        let identified = identify(&mind().0, "BSD");
        assert!(
            buttons(&identified).iter().all(|action| action.starts_with("identify BSD-")),
            "{identified:?}"
        );
        assert!(!buttons(&identified).is_empty());
    }

    #[test]
    fn a_pair_is_judged_and_words_that_name_no_license_are_a_question() {
        let knowledge = &mind().0;
        assert!(written(&compat(knowledge, "MIT in GPL-3.0-only").unwrap()).contains("Yes"));
        assert_eq!(compat(knowledge, "me with my boss"), None);
    }

    #[test]
    fn the_policy_is_asked_for_the_use_that_is_named() {
        let knowledge = &mind().0;
        let checked = |text: &str| written(&check(knowledge, text).unwrap());
        assert!(checked("MIT for internal").contains("internal"));
        assert!(checked("MIT").contains("distributed"));
        assert_eq!(check(knowledge, "whether lunch is ready"), None);
    }

    #[test]
    fn a_form_field_takes_a_name_and_says_what_is_wrong_with_others() {
        let knowledge = &mind().0;
        assert_eq!(read(knowledge, " Apache 2.0 ").as_deref(), Ok("Apache-2.0"));
        assert_eq!(read(knowledge, "MIT OR GPL-2.0-only").as_deref(), Ok("MIT OR GPL-2.0-only"));
        assert!(read(knowledge, "BSD").unwrap_err().contains("Which one"));
        assert!(read(knowledge, "our own terms").unwrap_err().contains("SPDX expression"));
    }
}
