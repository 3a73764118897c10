//! Which article answers best: every candidate is measured in a few ways that mean something, and the measures are
//! weighed together.

use std::collections::BTreeSet;

use serde::Serialize;

use super::embedding::{Meaning, Table};
use super::index::{Decided, Hit, Index, Phrasing, TermId};
use super::terms::{Manner, Reading};

/// A question, measured against the vocabulary.
#[derive(Debug, Default)]
pub(super) struct Question {
    /// Its known terms, each once, sorted, with their weights.
    pub terms: Vec<(TermId, f32)>,
    /// The weight of all its terms together, unknown ones included.
    pub mass: f32,
    /// The weight of its unknown terms.
    pub unknown: f32,
    /// The families of licenses it names.
    pub families: BTreeSet<&'static str>,
    /// The licenses it names with a version.
    pub versions: BTreeSet<String>,
    /// How it asks.
    pub manner: Manner,
    /// What it means.
    pub meaning: Option<Meaning>,
}

/// What is unknown is often a name or a turn of speech: it counts less than a rare term that is known.
const UNKNOWN: f32 = 0.6;

/// What is told beside the question counts less than what is asked.
const ASIDE: f32 = 0.4;

impl Question {
    pub fn new(index: &Index, table: &Table, reading: &Reading) -> Self {
        let mut question = Self {
            terms: Vec::new(),
            mass: 0.0,
            unknown: 0.0,
            families: reading.named.iter().map(|named| named.family).collect(),
            versions: reading.named.iter().filter_map(|named| named.version_term()).collect(),
            manner: reading.manner,
            meaning: table.meaning(&reading.words),
        };
        let mut unknown: BTreeSet<&String> = BTreeSet::new();
        for term in &reading.terms {
            let share = if reading.aside.contains(term) { ASIDE } else { 1.0 };
            match index.term(term) {
                Some(id) => question.terms.push((id, index.weight(id) * share)),
                None if share < 1.0 => {}
                None => {
                    unknown.insert(term);
                }
            }
        }
        question.terms.sort_unstable_by_key(|(id, _)| *id);
        question.terms.dedup_by_key(|(id, _)| *id);
        question.unknown = unknown.len() as f32 * index.weight_of_unknown() * UNKNOWN;
        question.mass = question.terms.iter().map(|(_, weight)| weight).sum::<f32>() + question.unknown;
        question
    }
}

/// The measures of one candidate, each between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Measures {
    /// How alike the question and the article's nearest way of asking are.
    pub likeness: f32,
    /// How much of the question that way of asking covers.
    pub covered: f32,
    /// How alike the question and the three nearest ways of asking are, on average.
    pub several: f32,
    /// How alike the question and the article's title are.
    pub title: f32,
    /// How much of the question the whole article covers.
    pub known: f32,
    /// How much of the question's rare terms the whole article covers.
    pub rare: f32,
    /// The search's score of the whole article, relative to the best candidate.
    pub whole: f32,
    /// 1 when article and question name the same licenses, about a half when neither has to, 0 when they name others.
    pub license: f32,
    /// 1 when the versions agree, a half when none is named, 0 when they differ.
    pub version: f32,
    /// Whether both ask alike: whether one may, whether one must, or openly.
    pub manner: f32,
    /// Whether the answer is of the form that is asked for: yes or no, or an explanation.
    pub form: f32,
    /// How near the article's nearest way of asking is in meaning.
    pub meaning: f32,
    /// How near the three nearest ways of asking are in meaning, on average.
    pub meanings: f32,
    /// How near the title is in meaning.
    pub meant_by_title: f32,
    /// How near all its ways of asking together are in meaning.
    pub middle: f32,
}

/// What each measure counts.
struct Weights {
    likeness: f32,
    covered: f32,
    several: f32,
    title: f32,
    known: f32,
    rare: f32,
    whole: f32,
    license: f32,
    manner: f32,
    form: f32,
    meaning: f32,
    meanings: f32,
    middle: f32,
}

/// Fitted on 4,606 ways of asking that were held out (`tests/it/held_out.rs`), English ones counting threefold: a
/// conditional logit, in which the wanted article is to beat the other candidates, by L-BFGS with a small L2 penalty.
/// Meaning was measured with tables tuned on the other half of the articles. A negative weight takes back what its
/// neighbors give too much: an article that asks in many ways is near to much.
const WITH_MEANING: Weights = Weights {
    likeness: 0.0,
    covered: -3.4,
    several: 0.8,
    title: 2.6,
    known: 4.9,
    rare: 1.7,
    whole: 2.6,
    license: 2.8,
    manner: 0.7,
    form: 2.5,
    meaning: 7.3,
    meanings: -12.8,
    middle: 13.9,
};

/// The same without the table of meanings.
const BY_WORDS: Weights = Weights {
    likeness: 0.8,
    covered: -2.5,
    several: 3.0,
    title: 3.0,
    known: 4.3,
    rare: 2.8,
    whole: 3.7,
    license: 3.0,
    manner: 0.9,
    form: 2.6,
    meaning: 0.0,
    meanings: 0.0,
    middle: 0.0,
};

impl Measures {
    /// All measures together: 1 where each is at its best.
    fn score(&self, weights: &Weights) -> f32 {
        let parts = [
            (weights.likeness, self.likeness),
            (weights.covered, self.covered),
            (weights.several, self.several),
            (weights.title, self.title),
            (weights.known, self.known),
            (weights.rare, self.rare),
            (weights.whole, self.whole),
            (weights.license, self.license),
            (weights.manner, self.manner),
            (weights.form, self.form),
            (weights.meaning, self.meaning),
            (weights.meanings, self.meanings),
            (weights.middle, self.middle),
        ];
        let all: f32 = parts.iter().map(|(weight, _)| weight).sum();
        parts.iter().map(|(weight, measure)| weight * measure).sum::<f32>() / all
    }
}

/// A candidate with its measures and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    /// The article, by its place.
    pub article: usize,
    /// How it was measured.
    pub measures: Measures,
    /// All measures together; 1 where each is at its best, and more where the article is asked in these very words.
    pub score: f32,
}

/// Measures the candidates; the best comes first. Equal ones keep the order of their ids.
pub(super) fn rank(index: &Index, question: &Question, hits: &[Hit]) -> Vec<Ranked> {
    let whole = hits.iter().map(|hit| hit.whole).fold(f32::MIN_POSITIVE, f32::max);
    let weights = if question.meaning.is_some() { WITH_MEANING } else { BY_WORDS };
    let mut ranked: Vec<Ranked> = hits
        .iter()
        .map(|hit| {
            let mut measures = measure(index, question, hit.article);
            measures.whole = hit.whole / whole;
            let lead = if in_these_words(question, &measures) { LEAD_OF_THE_SAME } else { 0.0 };
            Ranked { article: hit.article, measures, score: measures.score(&weights) + lead }
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.article.cmp(&b.article)));
    ranked
}

/// From this likeness on the terms are the same.
pub(super) const THE_SAME: f32 = 0.95;
/// From here on small words make no other question of the same terms: "the CLA" is not "who signs the CLA".
const MEANT_THE_SAME: f32 = 0.9;
/// The weights were fitted on ways of asking that no article had. What one has is taken at its word.
const LEAD_OF_THE_SAME: f32 = 0.2;

/// Whether an article is asked for in its own words.
fn in_these_words(question: &Question, measures: &Measures) -> bool {
    let meant = question.meaning.is_none() || measures.meaning >= MEANT_THE_SAME;
    measures.likeness >= THE_SAME && meant
}

fn measure(index: &Index, question: &Question, article: usize) -> Measures {
    let profile = &index.profiles[article];
    let mut measures = Measures::default();
    let mut likenesses = Best::default();
    let mut meanings = Best::default();
    let near = |meaning: Option<&Meaning>| {
        question.meaning.as_ref().zip(meaning).map_or(0.0, |(question, meaning)| question.likeness(meaning))
    };
    for (at, phrasing) in index.phrasings[profile.phrasings.clone()].iter().enumerate() {
        let (likeness, covered) = likeness(index, question, phrasing);
        let meaning = near(phrasing.meaning.as_ref());
        if at == 0 {
            measures.title = likeness;
            measures.meant_by_title = meaning;
        }
        meanings.keep(meaning);
        if likeness > measures.likeness {
            measures.likeness = likeness;
            measures.manner = alike(question.manner, phrasing.manner);
        }
        measures.covered = measures.covered.max(covered);
        likenesses.keep(likeness);
    }
    measures.several = likenesses.mean();
    measures.meaning = meanings.0[0];
    measures.meanings = meanings.mean();
    measures.middle = near(profile.middle.as_ref());
    measures.form = form(question.manner, profile.decided);
    let place = |term: TermId| {
        profile.terms.binary_search_by_key(&term, |(id, _)| *id).map_or(0.0, |at| profile.terms[at].1)
    };
    let (mut known, mut rare, mut rarest) = (0.0, 0.0, 0.0);
    for (term, weight) in &question.terms {
        let place =
            place(*term).max(index.related(*term).iter().map(|near| place(*near) * NEAR).fold(0.0, f32::max));
        known += weight * place;
        rare += weight * weight * place;
        rarest += weight * weight;
    }
    measures.known = ratio(known, question.mass);
    measures.rare = ratio(rare, rarest);
    measures.license = licenses(question, &profile.families, &profile.title_families);
    measures.version = versions(question, &profile.versions);
    measures
}

/// How many of the nearest ways of asking are looked at together.
const SEVERAL: usize = 3;

/// The best of some likenesses, the greatest first.
#[derive(Default)]
struct Best([f32; SEVERAL]);

impl Best {
    fn keep(&mut self, mut likeness: f32) {
        for kept in &mut self.0 {
            if likeness > *kept {
                std::mem::swap(kept, &mut likeness);
            }
        }
    }

    fn mean(&self) -> f32 {
        self.0.iter().sum::<f32>() / SEVERAL as f32
    }
}

/// What a related term counts where the term itself is missing.
const NEAR: f32 = 0.5;

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// How alike two ways of asking are, and how much of the question the other covers.
fn likeness(index: &Index, question: &Question, phrasing: &Phrasing) -> (f32, f32) {
    let has = |term: TermId| phrasing.terms.binary_search(&term).is_ok();
    let mut shared = 0.0;
    // The other side's weight of what is shared: related terms weigh differently.
    let mut shared_there = 0.0;
    for (term, weight) in &question.terms {
        if has(*term) {
            shared += weight;
            shared_there += weight;
        } else if let Some(near) = index.related(*term).iter().find(|near| has(**near)) {
            shared += weight * NEAR;
            shared_there += index.weight(*near) * NEAR;
        }
    }
    let (covered, covering) = (ratio(shared, question.mass), ratio(shared_there, phrasing.mass));
    if covered + covering == 0.0 {
        return (0.0, 0.0);
    }
    (2.0 * covered * covering / (covered + covering), covered)
}

fn alike(question: Manner, phrasing: Manner) -> f32 {
    match (question, phrasing) {
        _ if question == phrasing => 1.0,
        (Manner::Plain, _) | (_, Manner::Plain) => 0.5,
        (Manner::May, Manner::Forbidden) | (Manner::Forbidden, Manner::May) => 0.5,
        _ => 0.0,
    }
}

/// Whether yes to the one is no to the other: the question asks whether something is forbidden, the article's title
/// whether it is allowed, or the other way round.
pub(super) fn turned(question: Manner, title: Manner) -> bool {
    matches!((question, title), (Manner::Forbidden, Manner::May) | (Manner::May, Manner::Forbidden))
}

/// Whether an answer of yes or no, or an explanation, is what is asked for.
fn form(question: Manner, article: Decided) -> f32 {
    match (question, article) {
        (Manner::Plain, _) => 0.5,
        (Manner::Open, Decided::No) | (Manner::May | Manner::Must | Manner::Forbidden, Decided::Yes) => 1.0,
        _ => 0.0,
    }
}

fn licenses(question: &Question, article: &BTreeSet<&str>, title: &BTreeSet<&str>) -> f32 {
    if question.families.is_empty() {
        // An article on one license is seldom the answer to a question about none.
        return if title.is_empty() { 0.6 } else { 0.4 };
    }
    if article.is_empty() {
        return 0.4;
    }
    let shared = question.families.iter().filter(|family| article.contains(**family)).count();
    let foreign = title.iter().filter(|family| !question.families.contains(**family)).count();
    let share = shared as f32 / question.families.len() as f32;
    (share - 0.15 * foreign as f32).max(0.0)
}

fn versions(question: &Question, article: &BTreeSet<String>) -> f32 {
    if question.versions.is_empty() || article.is_empty() {
        return 0.5;
    }
    let shared = question.versions.iter().filter(|version| article.contains(*version)).count();
    shared as f32 / question.versions.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(families: &[&'static str], versions: &[&str]) -> Question {
        Question {
            terms: Vec::new(),
            mass: 1.0,
            unknown: 0.0,
            families: families.iter().copied().collect(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
            manner: Manner::May,
            meaning: None,
        }
    }

    #[test]
    fn an_article_on_another_license_is_no_answer() {
        let (gpl, mit, both) =
            (BTreeSet::from(["gpl"]), BTreeSet::from(["mit"]), BTreeSet::from(["gpl", "mit"]));
        let asked = question(&["gpl"], &[]);
        let (same, other) = (licenses(&asked, &gpl, &gpl), licenses(&asked, &mit, &mit));
        let (more, none) =
            (licenses(&asked, &both, &both), licenses(&asked, &BTreeSet::new(), &BTreeSet::new()));
        assert!(same > more && more > none && none > other, "{same} {more} {none} {other}");
    }

    #[test]
    fn versions_count_only_where_both_name_them() {
        let gpl2 = BTreeSet::from(["=gpl2".to_owned()]);
        assert_eq!(versions(&question(&["gpl"], &["=gpl2"]), &gpl2), 1.0);
        assert_eq!(versions(&question(&["gpl"], &["=gpl3"]), &gpl2), 0.0);
        assert_eq!(versions(&question(&["gpl"], &[]), &gpl2), 0.5);
    }

    #[test]
    fn every_measure_at_its_best_is_a_score_of_one() {
        let best = Measures {
            likeness: 1.0,
            covered: 1.0,
            several: 1.0,
            title: 1.0,
            known: 1.0,
            rare: 1.0,
            whole: 1.0,
            license: 1.0,
            version: 1.0,
            manner: 1.0,
            form: 1.0,
            meaning: 1.0,
            meanings: 1.0,
            meant_by_title: 1.0,
            middle: 1.0,
        };
        for weights in [WITH_MEANING, BY_WORDS] {
            assert!((best.score(&weights) - 1.0).abs() < 1e-5);
            assert_eq!(Measures::default().score(&weights), 0.0);
        }
    }
}
