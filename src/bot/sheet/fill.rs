//! The answers that a sheet brings: what is wrong with them, the draft they make, and what they ask for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::command::{Command, Line, Wish};
use super::super::dialogue;
use super::super::intent::{FormWord, Intent};
use super::super::mind::Mind;
use super::super::records::{Conversation, Course, Draft, FormName};
use super::super::texts;
use super::show::words_form;
use super::{Saying, Which};
use crate::core::event::FileRef;
use crate::core::form::{Answers, FieldKind, Form, FormField, read_answer};
use crate::core::sheet::{Handing, Problems};
use crate::counsel::licenses;
use crate::license::choose;
use crate::request::machine::LONGEST_TEXT;
use crate::request::state::special;
use crate::request::{Request, RequestId};

/// The one field of a sheet that asks for words or a day.
pub(super) const WORDS: &str = "words";

/// What a sheet brought.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The answers as given.
    pub answers: &'a Answers,
    /// What came with them.
    pub files: &'a BTreeMap<String, FileRef>,
    /// What is wanted of them.
    pub handing: Handing,
}

fn read(mind: &Mind, field: &FormField, answer: &str) -> Result<String, String> {
    read_answer(field, answer, &|kind, text| match kind {
        FieldKind::People => mind.people_named(text),
        _ => licenses::read(&mind.knowledge, text),
    })
}

/// The form of a draft, if it is still in use.
pub(super) fn form_of(mind: &Mind, name: &FormName) -> Option<Form> {
    let knowledge = &mind.knowledge;
    match name {
        FormName::Request { workflow } => Some(knowledge.workflow(workflow)?.form.clone()),
        FormName::Edit { request: RequestId { prefix, .. } } => knowledge
            .workflows
            .iter()
            .find(|workflow| workflow.prefix == *prefix)
            .map(|found| found.form.clone()),
        FormName::Choose => Some(choose::form()),
    }
}

/// The headline of a form, if it is still in use.
pub fn title(mind: &Mind, name: &FormName) -> Option<String> {
    form_of(mind, name).map(|form| form.title)
}

/// What a form begins with: the draft that is under way, or the answers of the request it is about.
pub(super) fn beginning(
    which: &Which,
    conversation: Option<&Conversation>,
    request: Option<&Request>,
) -> Option<Draft> {
    let name = match which {
        Which::Form(name) => name.clone(),
        Which::Copy(_) => FormName::Request { workflow: request?.workflow.clone() },
        Which::Say(..) | Which::Away => return None,
    };
    if let Some(Conversation::Filling(draft)) = conversation
        && draft.form == name
    {
        return Some(draft.clone());
    }
    let answers = match (which, request) {
        (Which::Form(FormName::Edit { .. }), Some(request)) => request.form_answers(),
        (Which::Copy(_), Some(request)) => {
            let mut answers = request.form_answers();
            // Whom it concerns is not taken over.
            for field in [special::CO_REQUESTERS, special::ON_BEHALF_OF, special::NOTIFY] {
                answers.remove(field);
            }
            answers
        }
        _ => Answers::new(),
    };
    let findings = request.map(Request::findings).unwrap_or_default();
    Some(Draft { findings, ..Draft::new(name, answers, 0, Course::Aside) })
}

/// The draft as it is with what a sheet brought. What is not sound leaves the answer as it was.
pub fn draft(
    mind: &Mind,
    which: &Which,
    conversation: Option<&Conversation>,
    request: Option<&Request>,
    given: Given<'_>,
) -> Option<Draft> {
    let mut draft = beginning(which, conversation, request)?;
    let form = form_of(mind, &draft.form)?;
    let before = draft.answers.clone();
    for field in &form.fields {
        let Some(answer) = given.answers.get(&field.id) else { continue };
        match (answer.trim().is_empty(), given.files.get(&field.id)) {
            (true, Some(file)) => drop(draft.answers.insert(field.id.clone(), texts::see_file(&file.name))),
            (true, None) if field.optional => drop(draft.answers.insert(field.id.clone(), String::new())),
            (true, None) => drop(draft.answers.remove(&field.id)),
            (false, _) => {
                if let Ok(answer) = read(mind, field, answer) {
                    draft.answers.insert(field.id.clone(), answer);
                }
            }
        }
    }
    // What was found out about an answer goes with it.
    let answers = &draft.answers;
    draft.findings.retain(|field, _| answers.get(field) == before.get(field));
    if given.handing == Handing::Whole {
        let asked: Vec<FormField> = form.asked(&draft.answers).into_iter().cloned().collect();
        for field in asked.into_iter().filter(|field| field.optional) {
            draft.answers.entry(field.id).or_default();
        }
    }
    (draft.at, draft.course) = (dialogue::first_unanswered(&form, &draft.answers, 0), Course::Aside);
    Some(draft)
}

/// What is wrong with what a sheet brought. `draft` is the draft with it, of a form that has one.
pub fn problems(
    mind: &Mind,
    which: &Which,
    draft: Option<&Draft>,
    given: Given<'_>,
    now: Timestamp,
) -> Problems {
    let words = || given.answers.get(WORDS).map(String::as_str).unwrap_or_default();
    let found = |problem: Option<String>| problem.map(|why| (WORDS.to_owned(), why)).into_iter().collect();
    match which {
        Which::Form(_) | Which::Copy(_) => {
            draft.map_or_else(Problems::new, |draft| form_problems(mind, draft, given))
        }
        Which::Say(Saying::Confirm, id) => {
            let typed = words().trim().parse::<RequestId>().ok();
            found((typed.as_ref() != Some(id)).then(|| texts::sheets::not_the_id(id)))
        }
        Which::Say(..) => {
            let length = words().trim().chars().count();
            found(match length {
                0 => Some(texts::sheets::words_missing()),
                length if length > LONGEST_TEXT => Some(texts::sheets::words_too_long(length, LONGEST_TEXT)),
                _ => None,
            })
        }
        Which::Away => {
            let form = words_form(texts::sheets::away());
            let day =
                form.fields.first().map_or_else(|| Ok(String::new()), |field| read(mind, field, words()));
            let today = now.to_zoned(TimeZone::UTC).date();
            found(match day.map(|day| day.parse::<jiff::civil::Date>()) {
                Err(problem) => Some(problem),
                Ok(Ok(day)) if day.tomorrow().is_ok_and(|next| next > today) => None,
                Ok(_) => Some(texts::sheets::day_past()),
            })
        }
    }
}

fn form_problems(mind: &Mind, draft: &Draft, given: Given<'_>) -> Problems {
    let Some(form) = form_of(mind, &draft.form) else { return Problems::new() };
    let mut problems = Problems::new();
    for field in form.asked(&draft.answers) {
        let Some(answer) = given.answers.get(&field.id) else { continue };
        let blank = answer.trim().is_empty();
        if blank && (field.optional || given.files.contains_key(&field.id)) {
            continue;
        }
        if blank {
            problems.insert(field.id.clone(), texts::sheets::answer_missing());
        } else if let Err(problem) = read(mind, field, answer) {
            problems.insert(field.id.clone(), problem);
        }
    }
    problems
}

/// What a sheet asks of the bot. `draft` is the draft with what it brought, of a form that has one.
pub fn meant(which: &Which, draft: Option<&Draft>, given: Given<'_>) -> Intent {
    let words = || given.answers.get(WORDS).cloned().unwrap_or_default();
    let on = |id: &RequestId, wish| Intent::Line(Line::Command(Command::On(id.clone(), wish)));
    match (which, given.handing) {
        // Without a draft the form is gone; whoever hands it in is told.
        (Which::Form(_) | Which::Copy(_), Handing::Whole) => Intent::Form(FormWord::Submit),
        (Which::Form(_) | Which::Copy(_), _) if draft.is_none() => Intent::Nothing,
        (Which::Form(_) | Which::Copy(_), _) => Intent::Keep,
        (Which::Say(saying, id), Handing::Whole) => on(
            id,
            match saying {
                Saying::Reject => Wish::Reject(Some(words())),
                Saying::Concern => Wish::Concern(Some(words())),
                Saying::Question => Wish::Question(Some(words())),
                Saying::Reply(number) => Wish::Reply(Some(*number).filter(|number| *number > 0), words()),
                Saying::Confirm => Wish::Approve(None),
            },
        ),
        (Which::Away, Handing::Whole) => match words().trim().parse() {
            Ok(day) => Intent::Line(Line::Command(Command::Away(Some(day)))),
            Err(_) => Intent::Nothing,
        },
        (Which::Say(..) | Which::Away, _) => Intent::Nothing,
    }
}
