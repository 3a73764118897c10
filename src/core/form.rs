//! What we ask: a form is fields with rules, data from a file. A platform with modals shows it at once, the
//! others ask one field after another; the rules are the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::{Condition, Fact, Facts, Values};

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
    /// When it is asked at all, told by the answers before it; always, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What a later change of the answer means.
    #[serde(default)]
    pub change: Change,
}

/// What a later change of an answer means to those who have decided on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// They decided on something else: they must decide again.
    #[default]
    Material,
    /// Nothing that a decision rests on.
    Minor,
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
    /// Words on what it depends on, or a file that lists it (an SBOM).
    Sbom,
    /// One or more people the bot knows, by their ids: `lea, luis`.
    People,
}

/// The most characters an answer may have: enough for a page, little enough for a card and a commit.
pub const LONGEST_ANSWER: usize = 3000;
/// The most characters an answer on one line may have.
pub const LONGEST_LINE: usize = 200;

/// Answers by field id.
pub type Answers = BTreeMap<String, String>;

/// The root of the answers in conditions: `form.license`.
pub const FORM: &str = "form";

impl Form {
    /// The field with an id.
    pub fn field(&self, id: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The fields that are asked, given the answers, in order. A field whose condition cannot be worked out is
    /// asked: better one question too many.
    pub fn asked(&self, answers: &Answers) -> Vec<&FormField> {
        let mut known = Facts::new();
        let mut asked = Vec::new();
        for field in &self.fields {
            let is_asked =
                field.when.as_ref().is_none_or(|condition| condition.holds(&known).unwrap_or(true));
            let answer = answers.get(&field.id).filter(|_| is_asked);
            let fact = field.kind.fact(answer.map(String::as_str));
            known.entry(FORM).or_default().insert(field.id.clone(), fact);
            if is_asked {
                asked.push(field);
            }
        }
        asked
    }

    /// What conditions may read of the answers, with the values they may take.
    pub fn vocabulary(&self) -> BTreeMap<String, Values> {
        let values = |field: &FormField| match field.kind {
            FieldKind::YesNo => Values::Flag,
            FieldKind::Choice => Values::Choice(field.choices.clone()),
            _ => Values::Text,
        };
        self.fields.iter().map(|field| (field.id.clone(), values(field))).collect()
    }
}

impl FieldKind {
    /// An answer as conditions read it; no answer is no, or the empty text.
    pub fn fact(self, answer: Option<&str>) -> Fact {
        match self {
            Self::YesNo => Fact::Flag(answer == Some("yes")),
            _ => Fact::Text(answer.unwrap_or_default().to_owned()),
        }
    }
}

/// Reads one answer against its field and returns it in its canonical form.
///
/// `words` reads what needs knowledge of the world: whether a text is a license expression, as SPDX writes it
/// ([`FieldKind::License`]), and which people are meant ([`FieldKind::People`]). It is an argument so that this
/// module needs neither.
///
/// # Errors
/// What is wrong and how to put it right, to be shown to the person who answered.
pub fn read_answer(
    field: &FormField,
    answer: &str,
    words: &dyn Fn(FieldKind, &str) -> Result<String, String>,
) -> Result<String, String> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err(format!("I need an answer to go on: {}", field.ask));
    }
    let limit =
        if matches!(field.kind, FieldKind::Text | FieldKind::Sbom) { LONGEST_ANSWER } else { LONGEST_LINE };
    let length = answer.chars().count();
    if length > limit {
        return Err(format!("That is {length} characters; {limit} fit here. Say it shorter, or link to it."));
    }
    if !matches!(field.kind, FieldKind::Text | FieldKind::Sbom) && answer.contains('\n') {
        return Err("That is several lines; one fits here.".to_owned());
    }
    match &field.kind {
        FieldKind::Line | FieldKind::Text | FieldKind::Sbom => Ok(answer.to_owned()),
        FieldKind::Url => read_url(answer),
        FieldKind::License | FieldKind::People => words(field.kind, answer),
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
            when: None,
            change: Change::Material,
        }
    }

    fn read(kind: FieldKind, answer: &str) -> Result<String, String> {
        read_answer(&field(kind), answer, &|_, text| Ok(text.to_owned()))
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
    fn a_field_is_asked_when_the_answers_before_it_say_so() {
        let mut crypto = field(FieldKind::YesNo);
        crypto.id = "crypto".into();
        let mut export = field(FieldKind::Text);
        (export.id, export.when) = ("export".into(), Some(Condition::from("form.crypto".to_owned())));
        let mut class = field(FieldKind::Line);
        (class.id, class.when) = ("class".into(), Some(Condition::from("form.export != ''".to_owned())));
        let form = Form { title: "F".into(), fields: vec![crypto, export, class] };
        let asked = |answers: &[(&str, &str)]| {
            let answers =
                answers.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect();
            form.asked(&answers).iter().map(|field| field.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(asked(&[("crypto", "no")]), ["crypto"]);
        assert_eq!(asked(&[("crypto", "yes")]), ["crypto", "export"]);
        assert_eq!(asked(&[("crypto", "yes"), ("export", "AES")]), ["crypto", "export", "class"]);
        assert_eq!(asked(&[("crypto", "no"), ("export", "AES")]), ["crypto"], "a stale answer asks nothing");
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
