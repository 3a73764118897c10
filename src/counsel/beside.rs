//! What stands in short beside an answer: the answer to a second question of the same message, and, where the answer is
//! not sure, the answers to what else may be meant.

use super::{Answer, Kind};
use crate::knowledge::{Article, Knowledge};

/// An article in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Short<'k> {
    /// Its id.
    pub id: &'k str,
    /// The question that it answers.
    pub title: &'k str,
    /// What it says first.
    pub lead: &'k str,
}

/// From here on an answer stands alone; below, it comes with what else may be meant.
pub(super) const SURE: f64 = 0.6;
/// So many of these are told in short.
const IN_SHORT: usize = 2;
/// The most characters of an article in short, if it has a sentence that ends before.
const LONGEST_LEAD: usize = 280;

/// What else may be meant, where the answer is not sure.
pub(super) fn others<'k>(answer: &Answer, knowledge: &'k Knowledge) -> Vec<Short<'k>> {
    if answer.kind != Kind::Answer || answer.confidence >= SURE {
        return Vec::new();
    }
    let meant = answer.alternatives.iter().filter(|other| answer.second.as_ref() != Some(&other.id));
    meant.filter_map(|other| knowledge.article(&other.id)).take(IN_SHORT).map(short).collect()
}

/// What answers the second question of a message.
pub(super) fn second<'k>(answer: &Answer, knowledge: &'k Knowledge) -> Option<Short<'k>> {
    knowledge.article(answer.second.as_deref()?).map(short)
}

fn short(article: &Article) -> Short<'_> {
    Short { id: &article.id, title: &article.title, lead: lead(&article.body) }
}

/// What a text says first: the sentences of its first paragraph that fit, one at least.
fn lead(markdown: &str) -> &str {
    let paragraph = markdown.split("\n\n").next().unwrap_or_default().trim();
    // A capital after the full stop: no abbreviation.
    let ends = paragraph.match_indices(['.', '?', '!']).map(|(at, _)| at + 1).filter(|end| {
        let rest = &paragraph[*end..];
        rest.starts_with(' ') && rest.trim_start().starts_with(|c: char| c.is_uppercase() || c == '*')
    });
    let fits = |end: &usize| paragraph[..*end].chars().count() <= LONGEST_LEAD;
    // A colon leads to what follows, which is not told.
    let whole = (!paragraph.ends_with(':')).then_some(paragraph.len());
    let ends: Vec<usize> = ends.chain(whole).collect();
    let end = ends.iter().rev().find(|end| fits(end)).or(ends.first());
    end.map_or(paragraph, |end| &paragraph[..*end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_says_first_are_the_whole_sentences_that_fit() {
        assert_eq!(
            lead("No. It is not, e.g. in a device.\n\nWhat to do:"),
            "No. It is not, e.g. in a device."
        );
        assert_eq!(lead("Remove the obstacles. What works:\n\n- that"), "Remove the obstacles.");
        let long = format!("Yes. It is. Word {} end. Then more.", "word ".repeat(60));
        assert_eq!(lead(&long), "Yes. It is.");
        let endless = format!("{} end. Then more.", "word ".repeat(60));
        assert!(lead(&endless).ends_with("end."));
    }
}
