//! An article's verdict as the answer to what was asked. The verdict answers the article's title; a question can ask the
//! same the other way round, or not ask for a yes or no at all.

use super::rank::turned;
use super::terms::Manner;
use crate::knowledge::article::Verdict as ArticleVerdict;
use crate::license::Verdict;

/// A question, or a title, as far as its direction goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    /// How it asks.
    pub manner: Manner,
    /// Its words, as [`super::text::words`] gives them.
    pub words: &'a [String],
    /// Its terms, in English whatever its language.
    pub terms: &'a [String],
}

/// Words after an "or" that begin the other half of a choice: "do I have to …, or can I …".
const OTHER_HALF: &[&str] = &[
    "is", "are", "can", "do", "does", "may", "must", "should", "will", "would", "just", "ist", "sind",
    "kann", "darf", "muss", "reicht", "est", "peut", "faut", "suffit", "es", "puedo", "debo", "basta",
];

/// Terms, as concepts or stems, that turn what is done into what is left undone: keeping a notice into removing it.
const UNDOING: &[&str] = &["remove", "remov", "strip", "drop", "delet", "omit", "skip", "without"];

impl Said<'_> {
    /// Whether it offers a choice, so that yes and no would both be no answer.
    fn is_choice(&self) -> bool {
        self.words.windows(2).any(|two| {
            matches!(two[0].as_str(), "or" | "oder" | "ou" | "o") && OTHER_HALF.contains(&two[1].as_str())
        })
    }

    fn undoes(&self) -> bool {
        self.terms.iter().any(|term| UNDOING.contains(&term.as_str()))
            || self.words.windows(2).any(|two| matches!(two[0].as_str(), "leave" | "left") && two[1] == "out")
    }
}

/// The verdict on what was asked, from that on the title.
pub(super) fn answers(of: ArticleVerdict, asked: Said<'_>, title: Said<'_>) -> Verdict {
    let duty_and_permission =
        matches!((asked.manner, title.manner), (Manner::May, Manner::Must) | (Manner::Must, Manner::May));
    let undone = asked.undoes() != title.undoes();
    let opposite = turned(asked.manner, title.manner) || (undone && duty_and_permission);
    match of {
        ArticleVerdict::Depends => Verdict::Depends,
        _ if asked.is_choice() => Verdict::Depends,
        ArticleVerdict::Yes if opposite => Verdict::No,
        ArticleVerdict::No if opposite => Verdict::Yes,
        // It asks about leaving undone what the title asks about doing, or the reverse: neither yes nor no follows.
        _ if undone && asked.manner != Manner::Plain && asked.manner != Manner::Open => Verdict::Depends,
        ArticleVerdict::Yes => Verdict::Yes,
        ArticleVerdict::No => Verdict::No,
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::Reader;
    use super::super::text::words;
    use super::*;

    fn verdict(of: ArticleVerdict, question: &str, title: &str) -> Verdict {
        let reader = Reader::new();
        let ((asked, _), (about, _)) = (reader.question(question), reader.question(title));
        let (asked_words, title_words) = (words(question), words(title));
        answers(
            of,
            Said { manner: asked.manner, words: &asked_words, terms: &asked.terms },
            Said { manner: about.manner, words: &title_words, terms: &about.terms },
        )
    }

    #[test]
    fn the_same_question_has_the_same_verdict() {
        let title = "May we sell GPL software?";
        assert_eq!(verdict(ArticleVerdict::Yes, "can I sell copies of a GPL program", title), Verdict::Yes);
    }

    #[test]
    fn removing_is_the_other_way_round_from_having_to_keep() {
        let title = "Must we keep the license notice in minified JavaScript?";
        let asked = "can we strip the license header from minified js?";
        assert_eq!(verdict(ArticleVerdict::Yes, asked, title), Verdict::No);
    }

    #[test]
    fn a_choice_is_answered_by_neither_yes_nor_no() {
        let title = "Must the sign-off carry a legal name?";
        let asked = "does the sign-off need my legal name or is a nickname fine";
        assert_eq!(verdict(ArticleVerdict::No, asked, title), Verdict::Depends);
        assert_eq!(verdict(ArticleVerdict::No, "must it be a legal name or not?", title), Verdict::No);
    }
}
