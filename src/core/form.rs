//! What we ask: a form is fields with rules, data from a file. A platform with modals shows it at once, the
//! others ask one field after another; the rules are the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The headline.
    pub title: String,
    /// What is asked, in order.
    pub fields: Vec<FormField>,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// The key of the answer: a word in lower case.
    pub id: String,
    /// The name shown beside the answer.
    pub label: String,
    /// The question as asked in conversation.
    pub ask: String,
    /// What a good answer looks like.
    #[serde(default)]
    pub help: String,
    /// What an answer must be.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// What can be chosen, for [`FieldKind::Choice`].
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
}

/// What an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Words on one line.
    Line,
    /// Words, perhaps many.
    Text,
    /// A web address.
    Url,
    /// An SPDX license expression.
    License,
    /// Yes or no.
    YesNo,
    /// A day, `2027-01-31`.
    Date,
    /// One of the field's choices.
    Choice,
}

/// The most characters an answer may have: enough for a page, little enough for a card and a commit.
pub const LONGEST_ANSWER: usize = 3000;
/// The most characters an answer on one line may have.
pub const LONGEST_LINE: usize = 200;

/// Answers by field id.
pub type Answers = BTreeMap<String, String>;

/// Reads one answer against its field and returns it in its canonical form.
///
/// `license` says whether a text is a license expression and returns it as SPDX writes it; it is an argument so
/// that this module needs no license data.
///
/// # Errors
/// What is wrong and how to put it right, to be shown to the person who answered.
pub fn read_answer(
    field: &FormField,
    answer: &str,
    license: &dyn Fn(&str) -> Result<String, String>,
) -> Result<String, String> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err(format!("I need an answer to go on: {}", field.ask));
    }
    let limit = if matches!(field.kind, FieldKind::Text) { LONGEST_ANSWER } else { LONGEST_LINE };
    let length = answer.chars().count();
    if length > limit {
        return Err(format!("That is {length} characters; {limit} fit here. Say it shorter, or link to it."));
    }
    if !matches!(field.kind, FieldKind::Text) && answer.contains('\n') {
        return Err("That is several lines; one fits here.".to_owned());
    }
    match &field.kind {
        FieldKind::Line | FieldKind::Text => Ok(answer.to_owned()),
        FieldKind::Url => read_url(answer),
        FieldKind::License => license(answer),
        FieldKind::YesNo => match answer.to_lowercase().as_str() {
            "y" | "yes" | "true" => Ok("yes".to_owned()),
            "n" | "no" | "false" => Ok("no".to_owned()),
            _ => Err("Please answer yes or no.".to_owned()),
        },
        FieldKind::Date => answer
            .parse::<jiff::civil::Date>()
            .map(|date| date.to_string())
            .map_err(|_| "Please write the day as year-month-day, such as 2027-01-31.".to_owned()),
        FieldKind::Choice => read_choice(answer, &field.choices),
    }
}

fn read_url(answer: &str) -> Result<String, String> {
    let rest = answer.strip_prefix("https://").or_else(|| answer.strip_prefix("http://"));
    match rest {
        Some(rest)
            if rest.split(['/', '?', '#']).next().is_some_and(|host| !host.is_empty())
                && !answer.chars().any(char::is_whitespace) =>
        {
            Ok(answer.to_owned())
        }
        _ => Err("Please give a whole web address, such as https://git.example.com/team/project.".to_owned()),
    }
}

fn read_choice(answer: &str, choices: &[String]) -> Result<String, String> {
    let by_number = answer.parse::<usize>().ok().and_then(|n| choices.get(n.wrapping_sub(1)));
    let by_name = || choices.iter().find(|choice| choice.eq_ignore_ascii_case(answer));
    by_number.or_else(by_name).cloned().ok_or_else(|| {
        let near = super::source::suggest(answer, choices.iter().map(String::as_str));
        let hint = near.map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        format!("{hint}Please answer with one of: {}; or its number.", choices.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> FormField {
        FormField {
            id: "x".into(),
            label: "X".into(),
            ask: "What is x?".into(),
            help: String::new(),
            kind,
            choices: vec!["one-off".into(), "ongoing".into()],
            optional: false,
        }
    }

    fn read(kind: FieldKind, answer: &str) -> Result<String, String> {
        read_answer(&field(kind), answer, &|text| Ok(text.to_owned()))
    }

    #[test]
    fn answers_come_back_in_one_form() {
        assert_eq!(read(FieldKind::Choice, "2"), Ok("ongoing".into()));
        assert_eq!(read(FieldKind::Choice, "One-Off"), Ok("one-off".into()));
        assert_eq!(read(FieldKind::YesNo, " Y "), Ok("yes".into()));
        assert_eq!(read(FieldKind::Date, "2027-01-31"), Ok("2027-01-31".into()));
        assert_eq!(read(FieldKind::Url, "https://example.com/a"), Ok("https://example.com/a".into()));
    }

    #[test]
    fn a_wrong_answer_says_what_would_be_right() {
        assert!(read(FieldKind::Choice, "0").unwrap_err().contains("one of"));
        assert!(read(FieldKind::Choice, "ongoin").unwrap_err().contains("Did you mean `ongoing`?"));
        for (kind, wrong) in [
            (FieldKind::Url, "example.com"),
            (FieldKind::Url, "https://"),
            (FieldKind::Date, "31.1.2027"),
            (FieldKind::YesNo, "perhaps"),
            (FieldKind::Line, "  "),
            (FieldKind::Line, "a\nb"),
        ] {
            assert!(read(kind, wrong).is_err(), "{wrong}");
        }
        assert!(read(FieldKind::Line, &"a".repeat(LONGEST_LINE + 1)).unwrap_err().contains("shorter"));
    }
}
