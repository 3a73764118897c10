//! The fact that an answer depends on, asked for before it is given: `[[asks]]` in an article.

use serde::Deserialize;

/// A question back, with its choices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asks {
    /// What is asked.
    pub question: String,
    /// What can be said, two to four.
    pub choices: Vec<Choice>,
}

/// One of the choices: it leads to an article, or adds words to the question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What its button says.
    pub label: String,
    /// The article that answers then.
    pub article: Option<String>,
    /// What is added to the question, which is then answered anew.
    pub adds: Option<String>,
}

/// How many choices a question back may have.
const CHOICES: std::ops::RangeInclusive<usize> = 2..=4;

/// What is wrong with an article's `[[asks]]`, and how to mend it.
pub(super) fn check(asks: &[Asks]) -> Option<(String, &'static str)> {
    let [asks] = asks else {
        let one = "ask one thing; where a second matters, lead to an article that asks it";
        return (!asks.is_empty()).then(|| ("there is more than one [[asks]]".to_owned(), one));
    };
    if asks.question.trim().is_empty() {
        return Some(("[[asks]] asks nothing".to_owned(), "write the question back"));
    }
    if !CHOICES.contains(&asks.choices.len()) {
        let what = format!("[[asks]] has {} choices", asks.choices.len());
        return Some((what, "offer two to four"));
    }
    let faulty = asks
        .choices
        .iter()
        .find(|choice| choice.label.trim().is_empty() || choice.article.is_some() == choice.adds.is_some());
    faulty.map(|choice| {
        let what = format!("the choice `{}` does not lead to just one thing", choice.label);
        (what, "give it a label, and either `article` or `adds`")
    })
}
