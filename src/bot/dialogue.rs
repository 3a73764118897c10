//! A form asked in conversation: one field at a time, back, skip, cancel, and a look at the whole before it is
//! filed. Pure: what to do next is a function of the draft and what was said.

use super::records::{Draft, FormName};
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
    File(Answers),
}

/// The beginning of a form.
pub fn begin(name: FormName, form: &Form) -> (Draft, Content) {
    let draft = Draft { form: name, answers: Answers::new(), at: 0 };
    let content = ask(&draft, form);
    (draft, content)
}

/// What follows when something is said. `license` reads a license expression; see [`read_answer`].
pub fn step(
    mut draft: Draft,
    form: &Form,
    said: Said<'_>,
    license: &dyn Fn(&str) -> Result<String, String>,
) -> Next {
    let fields = &form.fields;
    let field = fields.get(draft.at);
    let problem = match (said, field) {
        (Said::Resume, _) => None,
        (Said::Back, _) if draft.at == 0 => Some(texts::first_field()),
        (Said::Back, _) => {
            draft.at -= 1;
            None
        }
        (Said::Skip, Some(field)) if field.optional => {
            draft.answers.remove(&field.id);
            draft.at += 1;
            None
        }
        (Said::Skip, Some(_)) => Some(texts::cannot_skip()),
        (Said::Answer(answer), Some(field)) => match read_answer(field, answer, license) {
            Ok(answer) => {
                draft.answers.insert(field.id.clone(), answer);
                draft.at += 1;
                None
            }
            Err(problem) => Some(problem),
        },
        (Said::Submit, Some(_)) => Some(texts::not_complete(fields.len() - draft.at)),
        (Said::Submit, None) => return Next::File(draft.answers),
        (Said::Answer(_) | Said::Skip, None) => Some(texts::nothing_asked()),
    };
    let content = match problem {
        Some(problem) => texts::form_problem(problem, current(&draft, form)),
        None => ask(&draft, form),
    };
    Next::Ask(draft, content)
}

fn current<'a>(draft: &Draft, form: &'a Form) -> Option<&'a FormField> {
    form.fields.get(draft.at)
}

fn ask(draft: &Draft, form: &Form) -> Content {
    match current(draft, form) {
        Some(field) => {
            let choices: Vec<&str> = match field.kind {
                FieldKind::Choice => field.choices.iter().map(String::as_str).collect(),
                FieldKind::YesNo => vec!["yes", "no"],
                _ => Vec::new(),
            };
            let before = draft.answers.get(&field.id).map(String::as_str);
            texts::ask_field(form, field, draft.at, &choices, before)
        }
        None => texts::review_form(form, &draft.answers),
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

    fn license(text: &str) -> Result<String, String> {
        if text == "mit" { Ok("MIT".into()) } else { Err("no license".into()) }
    }

    fn run(said: &[Said<'_>]) -> Next {
        let form = form();
        let (draft, content) = begin(FormName::Choose, &form);
        said.iter().fold(Next::Ask(draft, content), |next, said| match next {
            Next::Ask(draft, _) => step(draft, &form, *said, &license),
            Next::File(answers) => Next::File(answers),
        })
    }

    #[test]
    fn every_field_is_asked_and_the_whole_is_filed_when_confirmed() {
        let answers = run(&[Said::Answer("x"), Said::Skip, Said::Answer("mit"), Said::Submit]);
        let expected = Answers::from([("name".into(), "x".into()), ("license".into(), "MIT".into())]);
        assert_eq!(answers, Next::File(expected));
    }

    #[test]
    fn back_asks_again_and_keeps_what_was_said() {
        let Next::Ask(draft, _) = run(&[Said::Answer("x"), Said::Back]) else { panic!("it asks") };
        assert_eq!((draft.at, draft.answers["name"].as_str()), (0, "x"));
        let corrected = run(&[
            Said::Answer("x"),
            Said::Back,
            Said::Answer("y"),
            Said::Answer("n"),
            Said::Answer("mit"),
            Said::Submit,
        ]);
        assert!(matches!(corrected, Next::File(answers) if answers["name"] == "y"));
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
