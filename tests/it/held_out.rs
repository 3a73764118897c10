//! How well questions that no article has are understood: every article's ways of asking are taken out in turn and
//! asked. Slow, so it runs on request:
//!
//! ```sh
//! cargo test --release --all-features --test it held_out -- --ignored --nocapture
//! ```
//!
//! With `OSPO_HELD_OUT=FILE`, every candidate with its measures is written to that file as JSON lines: what the
//! weights in `src/counsel/rank.rs` and `src/counsel/confidence.rs` are fitted on. Articles are split into two halves
//! by their id; weights are fitted on the one and judged by the other.

use std::collections::BTreeMap;
use std::io::Write;

use ospo_counselor::counsel::{Counsel, Kind};
use ospo_counselor::knowledge::{Article, Knowledge, files};
use serde_json::json;

/// Which ways of asking are taken out together.
#[derive(Debug, Clone, Copy)]
enum Fold {
    /// The one at this place of every article's questions.
    English(usize),
    /// All in a language.
    Other(&'static str),
}

impl Fold {
    /// Takes the ways of asking out of an article, and returns them.
    fn take(self, article: &mut Article) -> Vec<String> {
        match self {
            Self::English(at) if at < article.questions.len() => vec![article.questions.remove(at)],
            Self::English(_) => Vec::new(),
            Self::Other(code) => article.questions_in.remove(code).unwrap_or_default(),
        }
    }

    fn language(self) -> &'static str {
        match self {
            Self::English(_) => "en",
            Self::Other(code) => code,
        }
    }
}

/// Which half of the articles one belongs to, by a sum over its id: neighbors in the list fall apart.
fn half(id: &str) -> &'static str {
    let sum = id.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    if sum.is_multiple_of(2) { "fitted" } else { "judged" }
}

#[derive(Default)]
struct Tally {
    asked: usize,
    first: usize,
    third: usize,
    reciprocal: f64,
    right: usize,
    wrong: usize,
}

#[test]
#[ignore = "slow: it makes the articles ready once for every fold"]
fn ways_of_asking_held_out() {
    let mut knowledge = Knowledge::load(&files::built_in()).expect("the built-in knowledge has no faults");
    let whole = std::mem::take(&mut knowledge.articles);
    let most = whole.iter().map(|article| article.questions.len()).max().unwrap_or_default();
    let mut folds: Vec<Fold> = (0..most).map(Fold::English).collect();
    folds.extend(["de", "fr", "es"].map(Fold::Other));
    let mut file = std::env::var("OSPO_HELD_OUT")
        .ok()
        .map(|path| std::io::BufWriter::new(std::fs::File::create(path).expect("it can be written")));
    let mut tallies: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    for fold in folds {
        knowledge.articles = whole.clone();
        let taken: Vec<(String, String)> = knowledge
            .articles
            .iter_mut()
            .flat_map(|article| {
                let id = article.id.clone();
                fold.take(article).into_iter().map(move |question| (id.clone(), question))
            })
            .collect();
        let counsel = Counsel::new(&knowledge.articles).expect("the articles can be indexed");
        for (id, question) in taken {
            let candidates = counsel.candidates(&question);
            let answer = counsel.answer(&knowledge, &question);
            let place = candidates.iter().position(|candidate| candidate.id == id);
            let tally = tallies.entry((fold.language(), half(&id))).or_default();
            tally.asked += 1;
            tally.first += usize::from(place == Some(0));
            tally.third += usize::from(place.is_some_and(|place| place < 3));
            tally.reciprocal += place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
            if answer.kind == Kind::Answer {
                let right = answer.article.as_deref() == Some(id.as_str());
                tally.right += usize::from(right);
                tally.wrong += usize::from(!right);
            }
            if let Some(file) = &mut file {
                let line = json!({
                    "ask": question, "want": id, "language": fold.language(), "half": half(&id),
                    "kind": answer.kind, "candidates": candidates,
                });
                writeln!(file, "{line}").expect("it is written");
            }
        }
    }
    println!("language half   asked  first  third  mrr    right  wrong");
    for ((language, half), tally) in tallies {
        let share = |count: usize| count as f64 / tally.asked as f64;
        println!(
            "{language:8} {half:6} {:5}  {:.3}  {:.3}  {:.3}  {:.3}  {:.3}",
            tally.asked,
            share(tally.first),
            share(tally.third),
            tally.reciprocal / tally.asked as f64,
            share(tally.right),
            share(tally.wrong),
        );
    }
}
