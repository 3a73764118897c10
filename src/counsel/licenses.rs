//! What the license engine says, for chat and for forms.

use super::texts;
use crate::core::message::{Block, Button, Content, Span, Text};
use crate::knowledge::Knowledge;
use crate::license::expression::shortened;
use crate::license::{
    self as license, CheckReport, CompatReport, ExpressionError, Identified, ObligationsReport, PolicyUse,
    Request, Situation, Use, Verdict, mentions, read_side, situation::split_situation, view,
};

/// Buttons for a name that may be several licenses.
const CHOICES: usize = 3;
/// Buttons for a name that is that of a family, so that each of its usual versions has one.
const MEANINGS: usize = 4;

/// The facts of a license that a text names; none when it names none.
pub fn facts(knowledge: &Knowledge, text: &str) -> Option<Content> {
    let found = license::identify(&knowledge.licenses, text.trim());
    match &found.expression {
        Some(expression) => match knowledge.licenses.facts(expression) {
            Some(facts) => Some(view::facts(&knowledge.licenses, facts)),
            None => Some(named(knowledge, text, &found).into()),
        },
        None if !found.alternatives.is_empty() => Some(choices(text, &found, "license").into()),
        None => None,
    }
}

/// What a license asks for, for a line such as `LGPL-2.1-only when linked statically into a device`; distribution,
/// unmodified, is meant where nothing is said. None when it names no license.
pub fn obligations(knowledge: &Knowledge, text: &str) -> Option<Content> {
    let (name, words) = split_situation(text);
    let situation = match words.parse::<Situation>() {
        Ok(situation) => situation,
        Err(error) => {
            let names_one = !mentions(&knowledge.licenses, name).is_empty();
            return names_one.then(|| Text::line(format!("{error}.")).into());
        }
    };
    match ObligationsReport::of(&knowledge.licenses, name, situation) {
        Ok(report) => Some(view::duties(&report)),
        Err(error) => failed(knowledge, "obligations", text, &error),
    }
}

/// Whether one license may go into another, for a line such as `MIT in GPL-3.0-only`; none when it names no license.
pub fn compat(knowledge: &Knowledge, text: &str) -> Option<Content> {
    match CompatReport::of_line(&knowledge.licenses, text, Use::default()) {
        Ok(report) => Some(view::pair(&report)),
        Err(error) => failed(knowledge, "compat", text, &error),
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
        Ok(report) => Some(view::ruling(&report)),
        Err(error) => failed(knowledge, "check", text, &error),
    }
}

/// An error is shown when the text does name a license; otherwise the line was a question. A name that may be several
/// licenses is asked back, with the same command for each.
fn failed(knowledge: &Knowledge, command: &str, text: &str, error: &ExpressionError) -> Option<Content> {
    if let ExpressionError::Ambiguous { name, candidates } = error
        && let Some(at) = text.find(name.as_str())
    {
        let choices =
            each(candidates, |one| format!("{command} {}", replaced(text, at..at + name.len(), one)));
        return Some(texts::which_license(name, choices).into());
    }
    let names_one = !mentions(&knowledge.licenses, text).is_empty();
    names_one.then(|| Text::line(format!("{error}.")).into())
}

/// A question on two licenses whose answer is another for each of those that a name in it may mean: which is it? None
/// where it makes no difference.
pub fn which(knowledge: &Knowledge, question: &str) -> Option<Text> {
    let found = mentions(&knowledge.licenses, question);
    let [first, second] = found.as_slice() else { return None };
    let judged = |one: &String| match (&first.expression, &second.expression) {
        (None, Some(outbound)) => verdict(knowledge, one, outbound),
        (Some(inbound), None) => verdict(knowledge, inbound, one),
        _ => None,
    };
    let unclear = if first.expression.is_none() { first } else { second };
    let verdicts: Vec<Verdict> =
        unclear.alternatives.iter().take(MEANINGS).map(judged).collect::<Option<_>>()?;
    if verdicts.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let choices =
        each(&unclear.alternatives, |one| format!("ask {}", replaced(question, unclear.range.clone(), one)));
    Some(texts::it_depends_on_which(question.get(unclear.range.clone())?, choices))
}

fn verdict(knowledge: &Knowledge, inbound: &str, outbound: &str) -> Option<Verdict> {
    let report = CompatReport::of(&knowledge.licenses, inbound, outbound, Use::default()).ok()?;
    Some(report.verdict)
}

/// A button for each license that may be meant.
fn each(candidates: &[String], action: impl Fn(&str) -> String) -> Vec<Button> {
    candidates.iter().take(MEANINGS).map(|one| Button::new(one, action(one))).collect()
}

/// A text with other words in a range of it.
fn replaced(text: &str, range: std::ops::Range<usize>, by: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(range, by);
    text
}

/// Which license a name means.
pub fn identify(knowledge: &Knowledge, text: &str) -> Content {
    let found = license::identify(&knowledge.licenses, text.trim());
    let text = &shortened(text.trim());
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
    fn obligations_follow_the_situation_and_say_which_word_is_strange() {
        let knowledge = &mind().0;
        let said = |text: &str| written(&obligations(knowledge, text).unwrap());
        assert!(said("LGPL-2.1-only when linked statically").contains("object files"));
        assert!(said("GPLv3 when it stays inside the company").contains("nothing to do"));
        assert!(said("GPL-3.0-only when on a banana").contains("`banana`"));
        assert_eq!(obligations(knowledge, "we have to our parents"), None);
    }

    #[test]
    fn a_pair_is_judged_and_words_that_name_no_license_are_a_question() {
        let knowledge = &mind().0;
        assert!(written(&compat(knowledge, "MIT in GPL-3.0-only").unwrap()).contains("Yes"));
        assert_eq!(compat(knowledge, "me with my boss"), None);
    }

    #[test]
    fn where_it_makes_a_difference_which_license_a_name_means_it_is_asked_back() {
        let knowledge = &mind().0;
        let asked = compat(knowledge, "GPL in Apache-2.0").unwrap();
        assert!(buttons(&asked).contains(&"compat GPL-3.0-only in Apache-2.0"), "{asked:?}");
        let checked = check(knowledge, "BSD for saas").unwrap();
        assert!(buttons(&checked).contains(&"check BSD-3-Clause for saas"), "{checked:?}");
        let asked = which(knowledge, "May Apache-2.0 code go into our GPL program?").unwrap();
        assert!(asked.buttons[0].action.starts_with("ask May Apache-2.0 code go into our GPL-"), "{asked:?}");
        assert_eq!(which(knowledge, "May MIT code go into our GPL program?"), None);
        assert_eq!(which(knowledge, "May we use it?"), None);
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
