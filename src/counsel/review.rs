//! What curators should look at in articles that have no faults: questions that lead elsewhere, articles that say the
//! same, answers whose verdict leaves out their condition.

use std::collections::BTreeSet;
use std::fmt;

use super::Counsel;
use crate::knowledge::article::Verdict;
use crate::knowledge::{Article, Knowledge};

/// Something to look at. It shows itself as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// An article's own question leads to another article first.
    LeadsElsewhere {
        /// The article.
        article: String,
        /// Its question.
        question: String,
        /// The article that comes first.
        first: String,
    },
    /// Two articles ask nearly the same.
    NearDuplicate {
        /// The one.
        article: String,
        /// The other.
        other: String,
    },
    /// The answer begins with a condition, and the verdict is a plain yes or no.
    Conditional {
        /// The article.
        article: String,
        /// How its answer begins.
        begins: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeadsElsewhere { article, question, first } => {
                write!(
                    f,
                    "{article}: its question \u{201c}{question}\u{201d} leads to {first} first; ask it differently or merge the two"
                )
            }
            Self::NearDuplicate { article, other } => {
                write!(
                    f,
                    "{article} and {other} ask nearly the same; merge them, or say in both titles what sets them apart"
                )
            }
            Self::Conditional { article, begins } => {
                write!(
                    f,
                    "{article}: the answer begins \u{201c}{begins}\u{201d}; with a condition the verdict is `depends`"
                )
            }
        }
    }
}

/// Titles that share this much are nearly the same.
const SAME_WORDS: f32 = 0.9;
/// Titles this near in meaning are, when they share half of their words.
const SAME_MEANING: f32 = 0.93;
const HALF: f32 = 0.6;

/// Everything to look at, sorted.
pub fn findings(counsel: &Counsel, knowledge: &Knowledge) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    for article in &knowledge.articles {
        let questions = std::iter::once(&article.title).chain(&article.questions);
        for question in questions.chain(article.questions_in.values().flatten()) {
            let candidates = counsel.candidates(question);
            if let Some(first) = candidates.first().filter(|first| first.id != article.id) {
                found.insert(Finding::LeadsElsewhere {
                    article: article.id.clone(),
                    question: question.clone(),
                    first: first.id.clone(),
                });
            }
            if *question != article.title {
                continue;
            }
            let same = candidates.iter().filter(|other| {
                let measures = other.measures;
                measures.title >= SAME_WORDS
                    || measures.title >= HALF && measures.meant_by_title >= SAME_MEANING
            });
            // Of the two, the one that comes first in the alphabet reports both.
            found.extend(same.filter(|other| other.id > article.id).map(|other| Finding::NearDuplicate {
                article: article.id.clone(),
                other: other.id.clone(),
            }));
        }
        found.extend(conditional(article));
    }
    found.into_iter().collect()
}

/// How an answer begins that has a condition at once.
const CONDITIONS: &[&str] = &[
    "yes, if ",
    "yes, provided ",
    "yes, as long as ",
    "yes, unless ",
    "yes, but only ",
    "no, unless ",
    "no, except ",
    "no, if ",
    "no, as long as ",
];

fn conditional(article: &Article) -> Option<Finding> {
    article.verdict.filter(|verdict| *verdict != Verdict::Depends)?;
    let begins = article.body.split(['.', ';']).next()?.trim();
    let lower = begins.to_lowercase();
    CONDITIONS
        .iter()
        .any(|condition| lower.starts_with(condition))
        .then(|| Finding::Conditional { article: article.id.clone(), begins: begins.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::files;

    #[test]
    fn an_article_twice_is_found_and_so_is_a_condition_under_a_plain_verdict() {
        let mut knowledge =
            Knowledge::load(&files::built_in()).expect("the built-in knowledge has no faults");
        let mut twin = knowledge.article("gpl-selling").expect("an article").clone();
        twin.id = "gpl-selling-again".to_owned();
        twin.verdict = Some(Verdict::Yes);
        twin.body = "Yes, if it is sold with its source. Otherwise not.".to_owned();
        knowledge.articles.retain(|article| article.id == "gpl-selling" || article.topic == "security");
        knowledge.articles.push(twin);
        let counsel = Counsel::new(&knowledge.articles).expect("they can be indexed");
        let found = findings(&counsel, &knowledge);
        let (one, two) = ("gpl-selling".to_owned(), "gpl-selling-again".to_owned());
        assert!(found.contains(&Finding::NearDuplicate { article: one.clone(), other: two.clone() }));
        // Which of the two comes first is not the point.
        let leads = |finding: &Finding| {
            matches!(finding, Finding::LeadsElsewhere { article, first, .. }
                if [article, first].contains(&&one) && [article, first].contains(&&two))
        };
        assert!(found.iter().any(leads), "{found:?}");
        let begins = "Yes, if it is sold with its source".to_owned();
        assert!(found.contains(&Finding::Conditional { article: two, begins }));
    }
}
