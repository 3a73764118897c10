//! How sure an answer is: a logistic function of the score and the lead, fitted on half of the ways of asking that were
//! held out (`tests/it/held_out.rs`), with the meaning measured by a table that had not seen their articles.
//!
//! On the other half it says, in tenths, and this share was right:
//!
//! | says | 0.2 | 0.3 | 0.4 | 0.5 | 0.6 | 0.7 | 0.8 | 0.9 |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | right | 0.35 | 0.31 | 0.48 | 0.55 | 0.66 | 0.78 | 0.84 | 0.97 |
//!
//! What speaks against a question being ours is not in that sample; it is weighed by hand, on `tests/questions/`.

use super::rank::{Question, Ranked, THE_SAME};

/// From here on a question is answered: of the questions held out, 95 of 100 were, and 89 of 100 of these had their
/// article among the first three.
pub(super) const ANSWER: f64 = 0.3;
/// From here on "did you mean" is worth asking.
pub(super) const CLARIFY: f64 = 0.1;
/// The license engine's answer.
pub(super) const OF_ENGINE: f64 = 0.8;

/// A lead greater than this says no more.
const CLEAR_LEAD: f32 = 0.2;
/// Questions of ours are hardly ever farther from every article in meaning; what is, is less likely to be one, the
/// more the farther.
const NEAR: f32 = 0.5;
const FARTHER: f32 = 25.0;
/// What is not of our subject is hardly ever as near.
const NEARER: f32 = 0.62;

/// How sure the best candidate answers: how well it measures, how far the next is behind, and how much of the
/// question is of our subject (`share`).
pub(super) fn of(question: &Question, ranked: &[Ranked], share: f32) -> f64 {
    let Some(best) = ranked.first() else { return 0.0 };
    let lead = ranked.get(1).map_or(CLEAR_LEAD, |next| (best.score - next.score).min(CLEAR_LEAD));
    logistic(strength(best, share) + 22.2 * lead - FARTHER * distance(question, ranked))
}

/// How likely a candidate answers that is not the best.
pub(super) fn alone(ranked: &Ranked, share: f32) -> f64 {
    logistic(strength(ranked, share))
}

fn strength(ranked: &Ranked, share: f32) -> f32 {
    3.3 * ranked.score - 3.0 - 2.0 * (1.0 - share)
}

/// In these very words an article is asked: what they mean to a table says nothing against it.
fn is_the_same(ranked: &[Ranked]) -> bool {
    ranked.first().is_some_and(|best| best.measures.likeness >= THE_SAME)
}

/// How much farther in meaning the nearest candidate is than questions of ours are.
fn distance(question: &Question, ranked: &[Ranked]) -> f32 {
    if is_the_same(ranked) {
        return 0.0;
    }
    nearest(question, ranked).map_or(0.0, |nearest| (NEAR - nearest).max(0.0))
}

/// How near the nearest candidate is in meaning; none where meaning is not known.
fn nearest(question: &Question, ranked: &[Ranked]) -> Option<f32> {
    question.meaning.as_ref()?;
    Some(ranked.iter().map(|ranked| ranked.measures.middle).fold(0.0, f32::max))
}

fn logistic(x: f32) -> f64 {
    // Two digits are all that such a figure can bear.
    (100.0 / (1.0 + f64::from(-x).exp())).round() / 100.0
}

/// Whether the best candidate is so near that nothing else needs to speak for the question.
pub(super) fn speaks_for_itself(question: &Question, ranked: &[Ranked]) -> bool {
    let Some(best) = ranked.first().map(|best| best.measures) else { return false };
    if is_the_same(ranked) {
        return true;
    }
    match nearest(question, ranked) {
        Some(nearest) if nearest < NEAR => return false,
        Some(nearest) if nearest >= NEARER && question.terms.len() > 1 => return true,
        _ => {}
    }
    let in_these_words = question.unknown == 0.0 && best.likeness >= 0.5;
    let nearly = best.likeness >= 0.45 && best.known >= 0.55;
    if question.terms.len() > 1 { in_these_words || nearly } else { best.likeness >= 0.85 }
}

#[cfg(test)]
mod tests {
    use super::super::rank::Measures;
    use super::*;

    fn ranked(scores: &[f32]) -> Vec<Ranked> {
        let one = |(article, score): (usize, &f32)| Ranked {
            article,
            score: *score,
            measures: Measures::default(),
        };
        scores.iter().enumerate().map(one).collect()
    }

    #[test]
    fn a_better_score_and_a_greater_lead_make_it_surer() {
        let question = Question::default();
        let sure = |scores: &[f32]| of(&question, &ranked(scores), 1.0);
        assert!(sure(&[0.9, 0.6]) > sure(&[0.9, 0.85]));
        assert!(sure(&[0.9, 0.85]) > sure(&[0.6, 0.55]));
        assert!(of(&question, &ranked(&[0.9, 0.6]), 0.5) < sure(&[0.9, 0.6]));
        assert_eq!(sure(&[]), 0.0);
    }
}
