//! A form asked in conversation: one field at a time, back, skip, cancel, and a look at the whole before it is
//! filed. Pure: what to do next is a function of the draft and what was said.

use super::records::{Course, Draft, FormName};
use super::texts;
use crate::core::form::{Answers, FieldKind, Form, FormField, read_answer};
use crate::core::message::Content;

/// What a person says while a form is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// An answer.
    Answer(&'a str),
    /// One field back.
    Back,
    /// Leave this field out.
    Skip,
    /// File it.
    Submit,
    /// Ask again.
    Resume,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Go on asking.
    Ask(Draft, Content),
    /// All is answered and confirmed.
    File(Draft),
}

/// The beginning of a form.
pub fn begin(name: FormName, form: &Form) -> (Draft, Content) {
    let at = first_unanswered(form, &Answers::new(), 0);
    open(Draft::new(name, Answers::new(), at, Course::Onward), form)
}

/// A form that is answered already, to be looked at and changed.
pub fn begin_filled(name: FormName, form: &Form, answers: Answers) -> (Draft, Content) {
    let mut answers = answers;
    for field in form.asked(&answers.clone()) {
        if field.optional {
            answers.entry(field.id.clone()).or_default();
        }
    }
    let at = first_unanswered(form, &answers, 0);
    open(Draft::new(name, answers, at, Course::Review), form)
}

/// A draft that goes on in conversation.
pub fn taken_up(mut draft: Draft, form: &Form) -> Draft {
    if draft.course == Course::Aside {
        (draft.at, draft.course) = (first_unanswered(form, &draft.answers, 0), Course::Review);
    }
    draft
}

fn open(draft: Draft, form: &Form) -> (Draft, Content) {
    let content = ask(&draft, form);
    (draft, content)
}

/// The place of the first field from `from` on that is asked and has no answer; the number of fields if there is none.
pub fn first_unanswered(form: &Form, answers: &Answers, from: usize) -> usize {
    let asked = form.asked(answers);
    let lacks = |field: &FormField| {
        asked.iter().any(|asked| asked.id == field.id) && !answers.contains_key(&field.id)
    };
    let found = form.fields.iter().skip(from).position(lacks);
    found.map_or(form.fields.len(), |found| from + found)
}

/// The place of the next field from `from` on that is asked.
fn next_asked(form: &Form, answers: &Answers, from: usize) -> usize {
    let asked = form.asked(answers);
    let is_asked = |field: &FormField| asked.iter().any(|asked| asked.id == field.id);
    form.fields.iter().skip(from).position(is_asked).map_or(form.fields.len(), |found| from + found)
}

fn answered(mut draft: Draft, form: &Form, field: &FormField, answer: String) -> Draft {
    draft.answers.insert(field.id.clone(), answer);
    draft.at = match draft.course {
        Course::Onward => next_asked(form, &draft.answers, draft.at + 1),
        Course::Review | Course::Aside => first_unanswered(form, &draft.answers, 0),
    };
    draft
}

/// What follows when something is said. `words` reads what needs knowledge of the world; see [`read_answer`].
pub fn step(
    mut draft: Draft,
    form: &Form,
    said: Said<'_>,
    words: &dyn Fn(FieldKind, &str) -> Result<String, String>,
) -> Next {
    let field = form.fields.get(draft.at);
    let problem = match (said, field) {
        (Said::Resume, _) => None,
        (Said::Back, _) => match previous(&draft, form) {
            Some(at) => {
                (draft.at, draft.course) = (at, Course::Onward);
                None
            }
            None => Some(texts::first_field()),
        },
        (Said::Skip, Some(field)) if field.optional => {
            draft = answered(draft, form, field, String::new());
            None
        }
        (Said::Skip, Some(_)) => Some(texts::cannot_skip()),
        (Said::Answer(answer), Some(field)) => match read_answer(field, answer, words) {
            Ok(answer) => {
                draft = answered(draft, form, field, answer);
                None
            }
            Err(problem) => Some(problem),
        },
        (Said::Submit, _) => match missing(&draft, form) {
            0 => return Next::File(draft),
            missing => Some(texts::not_complete(missing)),
        },
        (Said::Answer(word), None) => match named(&draft, form, word) {
            Some(at) => {
                (draft.at, draft.course) = (at, Course::Review);
                None
            }
            None => Some(texts::nothing_asked()),
        },
        (Said::Skip, None) => Some(texts::nothing_asked()),
    };
    let content = match problem {
        Some(problem) => texts::form_problem(problem, form.fields.get(draft.at)),
        None => ask(&draft, form),
    };
    Next::Ask(draft, content)
}

fn previous(draft: &Draft, form: &Form) -> Option<usize> {
    let asked = form.asked(&draft.answers);
    let before = form.fields.iter().take(draft.at);
    before
        .enumerate()
        .filter(|(_, field)| asked.iter().any(|asked| asked.id == field.id))
        .last()
        .map(|(at, _)| at)
}

fn missing(draft: &Draft, form: &Form) -> usize {
    form.asked(&draft.answers).iter().filter(|field| !draft.answers.contains_key(&field.id)).count()
}

/// The field that a name at the look at the whole means.
fn named(draft: &Draft, form: &Form, word: &str) -> Option<usize> {
    let asked = form.asked(&draft.answers);
    let field = asked.iter().find(|field| field.label.eq_ignore_ascii_case(word.trim()))?;
    form.fields.iter().position(|other| other.id == field.id)
}

fn ask(draft: &Draft, form: &Form) -> Content {
    let asked = form.asked(&draft.answers);
    match form.fields.get(draft.at) {
        Some(field) => {
            let choices: Vec<&str> = match field.kind {
                FieldKind::Choice => field.choices.iter().map(String::as_str).collect(),
                FieldKind::YesNo => vec!["yes", "no"],
                _ => Vec::new(),
            };
            let before = draft.answers.get(&field.id).map(String::as_str).filter(|before| !before.is_empty());
            let number = asked.iter().position(|asked| asked.id == field.id).unwrap_or(draft.at);
            texts::ask_field(form, field, (number, asked.len()), &choices, before)
        }
        None => texts::review_form(form, &asked, &draft.answers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::source::SourceFile;
    use crate::request::Workflow;

    fn form() -> Form {
        let text = r#"
id = "small"
command = "request-small"
prefix = "SML"
title = "A small thing"
summary = "name"
fields = [
  { id = "name", label = "Name", ask = "Name?", type = "line" },
  { id = "note", label = "Note", ask = "Note?", type = "text", optional = true },
  { id = "license", label = "License", ask = "License?", type = "license" },
]
stages = [{ id = "legal", label = "Legal", role = "legal" }]
patience = { remind_every = 1, remind_at_most = 1, expire_after = 5 }
"#;
        Workflow::load(&SourceFile { path: "workflows/small.toml".into(), text: text.into() }).unwrap().form
    }

    fn license(_: FieldKind, text: &str) -> Result<String, String> {
        if text == "mit" { Ok("MIT".into()) } else { Err("no license".into()) }
    }

    fn run(said: &[Said<'_>]) -> Next {
        let form = form();
        let (draft, content) = begin(FormName::Choose, &form);
        said.iter().fold(Next::Ask(draft, content), |next, said| match next {
            Next::Ask(draft, _) => step(draft, &form, *said, &license),
            filed => filed,
        })
    }

    /// The answers that are filed.
    fn filed(said: &[Said<'_>]) -> Answers {
        match run(said) {
            Next::File(draft) => draft.answers,
            Next::Ask(draft, _) => panic!("it asks: {draft:?}"),
        }
    }

    #[test]
    fn every_field_is_asked_and_the_whole_is_filed_when_confirmed() {
        let answers = filed(&[Said::Answer("x"), Said::Skip, Said::Answer("mit"), Said::Submit]);
        let pairs = [("license", "MIT"), ("name", "x"), ("note", "")];
        assert_eq!(answers, pairs.map(|(id, text)| (id.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn back_asks_again_and_keeps_what_was_said() {
        let Next::Ask(draft, _) = run(&[Said::Answer("x"), Said::Back]) else { panic!("it asks") };
        assert_eq!((draft.at, draft.answers["name"].as_str()), (0, "x"));
        let corrected = filed(&[
            Said::Answer("x"),
            Said::Back,
            Said::Answer("y"),
            Said::Answer("n"),
            Said::Answer("mit"),
            Said::Submit,
        ]);
        assert_eq!(corrected["name"], "y");
    }

    #[test]
    fn at_the_look_at_the_whole_a_name_leads_back_to_a_field_and_nothing_else_is_asked_again() {
        let all = [Said::Answer("x"), Said::Skip, Said::Answer("mit")];
        for word in ["Name", " name "] {
            let said = [&all[..], &[Said::Answer(word), Said::Answer("z"), Said::Submit]].concat();
            let answers = filed(&said);
            assert_eq!((answers["name"].as_str(), answers["license"].as_str()), ("z", "MIT"));
        }
        let Next::Ask(draft, _) = run(&[&all[..], &[Said::Answer("nothing")]].concat()) else {
            panic!("it asks")
        };
        assert_eq!(draft.at, 3);
    }

    #[test]
    fn what_does_not_fit_changes_nothing_and_says_why() {
        for (said, expected) in [
            (&[Said::Skip][..], "cannot be left out"),
            (&[Said::Back], "first"),
            (&[Said::Submit], "3 answers"),
            (&[Said::Answer("x"), Said::Skip, Said::Answer("gnu")], "no license"),
        ] {
            let Next::Ask(draft, content) = run(said) else { panic!("it asks") };
            assert!(serde_json::to_string(&content).unwrap().contains(expected), "{expected}");
            assert_eq!(draft.at, said.len() - 1);
        }
    }
}
