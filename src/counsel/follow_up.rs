//! A question that only makes sense together with the one before: "and if we only host it?".

use super::text::words;
use super::{Answer, Counsel, Kind, Why};
use crate::knowledge::Knowledge;

/// Words that tie a sentence to the one before when they begin it.
const TIES: &[&str] = &[
    "and",
    "but",
    "or",
    "so",
    "then",
    "also",
    "what if",
    "what about",
    "how about",
    "same",
    "even if",
    "only if",
    "does that",
    "is that",
    "is it",
    "would that",
    "if",
    "und",
    "aber",
    "oder",
    "was ist mit",
    "wenn",
    "et",
    "mais",
    "ou",
    "et si",
    "y",
    "pero",
    "o",
    "y si",
];
/// A question with more words than this stands by itself.
const LONGEST: usize = 16;

/// An answer, and whether it took the question before to find it.
#[derive(Debug, Clone, PartialEq)]
pub struct InContext {
    /// What is answered.
    pub answer: Answer,
    /// What it is an answer to.
    pub to: To,
}

/// What an answer is an answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// The question by itself.
    Itself,
    /// The question together with the one before.
    Both,
}

impl Counsel {
    /// Answers a question that follows another.
    pub fn in_context(&self, knowledge: &Knowledge, before: &str, question: &str) -> InContext {
        let alone = InContext { answer: self.answer(knowledge, question), to: To::Itself };
        if alone.answer.why == Why::Orders || !leans(question) {
            return alone;
        }
        let both = self.answer(knowledge, &format!("{before} {question}"));
        let better = both.kind == Kind::Answer || alone.answer.kind != Kind::Answer;
        if better { InContext { answer: both, to: To::Both } } else { alone }
    }
}

/// Whether a sentence leans on the one before.
pub fn leans(question: &str) -> bool {
    let said = words(question);
    let begins = |tie: &str| {
        let tie = words(tie);
        said.starts_with(&tie)
    };
    said.len() <= LONGEST && TIES.iter().any(|tie| begins(tie))
}

#[cfg(test)]
mod tests {
    use super::super::tests::mind;
    use super::*;

    #[test]
    fn a_sentence_that_leans_is_answered_together_with_the_one_before() {
        let (knowledge, counsel) = mind();
        let before = "must we publish our changes to AGPL software?";
        let found = counsel.in_context(knowledge, before, "and if only our own employees use it?");
        assert_eq!((found.to, found.answer.kind), (To::Both, Kind::Answer));
        let found = counsel.in_context(knowledge, before, "May we sell GPL software for money?");
        assert_eq!((found.to, found.answer.article.as_deref()), (To::Itself, Some("gpl-selling")));
        let found = counsel.in_context(knowledge, before, "thanks, that helps a lot");
        assert_eq!(found.answer.kind, Kind::Silent);
    }
}
