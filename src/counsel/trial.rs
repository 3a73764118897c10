//! A company's own questions, and what came of them: how many are answered right, each that is not, and what got worse
//! since the last run.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Counsel, Kind};
use crate::knowledge::Knowledge;

/// A question and the articles that answer it; none where it must not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The question.
    pub ask: String,
    /// Ids of articles; any one of them will do.
    pub want: Vec<String>,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Answered by an article that was wanted, or left unanswered as it should be.
    Right,
    /// Not answered so, but a wanted article was among the three that come into question first.
    Near,
    /// Neither answered nor near.
    Unanswered,
    /// Answered by something else, or answered at all where it should not be.
    Wrong,
}

/// One question with what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The question.
    pub ask: String,
    /// The articles that were wanted.
    pub want: Vec<String>,
    /// The article that answered.
    pub got: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of all questions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Each question, in the order asked.
    pub cases: Vec<Case>,
}

/// Why questions cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// A file cannot be read as questions.
    #[error(
        "{0}; write `[[question]]` tables with `ask` and `want`, or one JSON object with these keys per line"
    )]
    Unreadable(String),
    /// An article is wanted that does not exist.
    #[error("\u{201c}{ask}\u{201d} wants `{id}`, which is no article; mend the id")]
    NoArticle {
        /// The question.
        ask: String,
        /// The id.
        id: String,
    },
}

/// How many candidates count as near.
const NEAR: usize = 3;

/// Reads questions: TOML as in `tests/questions/`, or JSON lines.
///
/// # Errors
/// When the text is neither.
pub fn read(text: &str) -> Result<Vec<Asked>, TrialError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Questions {
        question: Vec<Asked>,
    }
    if text.trim_start().starts_with('{') {
        let read = |(number, line): (usize, &str)| {
            serde_json::from_str(line)
                .map_err(|error| TrialError::Unreadable(format!("line {}: {error}", number + 1)))
        };
        return text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect();
    }
    toml::from_str::<Questions>(text)
        .map(|questions| questions.question)
        .map_err(|error| TrialError::Unreadable(error.to_string()))
}

impl Report {
    /// Asks every question.
    ///
    /// # Errors
    /// When a question wants an article that does not exist.
    pub fn of(counsel: &Counsel, knowledge: &Knowledge, asked: Vec<Asked>) -> Result<Self, TrialError> {
        let case = |Asked { ask, want }: Asked| {
            if let Some(id) = want.iter().find(|id| knowledge.article(id).is_none()) {
                return Err(TrialError::NoArticle { ask, id: id.clone() });
            }
            let answer = counsel.answer(knowledge, &ask);
            let answered = answer.kind == Kind::Answer;
            let right = match &answer.article {
                Some(id) => want.contains(id),
                None => want.is_empty() && !answered,
            };
            let near =
                || counsel.candidates(&ask).iter().take(NEAR).any(|candidate| want.contains(&candidate.id));
            let outcome = match () {
                () if right => Outcome::Right,
                () if near() => Outcome::Near,
                () if answered => Outcome::Wrong,
                () => Outcome::Unanswered,
            };
            Ok(Case { ask, want, got: answer.article, outcome })
        };
        Ok(Self { cases: asked.into_iter().map(case).collect::<Result<_, _>>()? })
    }

    /// How many questions had an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }

    /// The questions that came out right in an earlier run and do not now.
    pub fn regressions<'r>(&'r self, before: &'r Self) -> Vec<&'r Case> {
        let earlier: HashMap<&str, Outcome> =
            before.cases.iter().map(|case| (case.ask.as_str(), case.outcome)).collect();
        let worse =
            |case: &&Case| earlier.get(case.ask.as_str()).is_some_and(|before| case.outcome > *before);
        self.cases.iter().filter(worse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::mind;
    use super::*;

    const QUESTIONS: &str = r#"
        [[question]]
        ask = "may we sell GPL software?"
        want = ["gpl-selling"]
        [[question]]
        ask = "may we sell GPL software at all?"
        want = ["gpl-fonts"]
        [[question]]
        ask = "what's for lunch?"
        want = []
    "#;

    fn report(text: &str) -> Result<Report, TrialError> {
        let (knowledge, counsel) = mind();
        Report::of(counsel, knowledge, read(text)?)
    }

    #[test]
    fn questions_are_asked_and_counted() {
        let report = report(QUESTIONS).expect("they can be asked");
        assert_eq!(report.cases[0].outcome, Outcome::Right);
        assert_eq!(report.cases[2].outcome, Outcome::Right);
        assert_eq!((report.count(Outcome::Right), report.cases[1].got.as_deref()), (2, Some("gpl-selling")));
    }

    #[test]
    fn what_got_worse_is_a_regression() {
        let now = report(r#"{"ask": "may we sell GPL software?", "want": ["gpl-fonts"]}"#).expect("it reads");
        let mut before = now.clone();
        assert_eq!(now.regressions(&before), Vec::<&Case>::new());
        before.cases[0].outcome = Outcome::Right;
        assert_eq!(now.regressions(&before).len(), 1);
    }

    #[test]
    fn a_wrong_file_says_what_to_write() {
        assert!(matches!(read("ask = 3"), Err(TrialError::Unreadable(_))));
        assert!(matches!(report(r#"{"ask": "x", "want": ["nothing"]}"#), Err(TrialError::NoArticle { .. })));
    }
}
