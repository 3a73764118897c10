//! Mends misspelt words of license names (`Apche`, `Lessor General Public`, `BSD-3-Claude`), word by word and only
//! when exactly one known word is near.

use std::collections::HashSet;

use super::data::NameData;
use super::tokens::{Cut, Token, Vocabulary, cut, is_number};

/// The words that names are made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spelling {
    /// Words of curated names: what people write most.
    common: Vec<String>,
    /// Words of the SPDX list's full names.
    rare: Vec<String>,
    known: HashSet<String>,
}

impl Spelling {
    /// Collects the words of all names.
    pub(crate) fn new(data: &NameData, vocabulary: &Vocabulary) -> Self {
        let mut spelling = Self::default();
        let curated = data
            .aliases
            .licenses
            .values()
            .flatten()
            .chain(data.families.families.iter().flat_map(|family| &family.names))
            .chain(data.words.phrases.keys())
            .chain(&data.words.no_license)
            .chain(vocabulary.noise.iter());
        for name in curated {
            spelling.add(name, true);
        }
        for license in spdx::identifiers::LICENSES {
            spelling.add(license.name, false);
            spelling.add(license.full_name, false);
        }
        spelling.common.sort();
        spelling.rare.sort();
        spelling
    }

    fn add(&mut self, name: &str, is_common: bool) {
        for token in cut(name, Cut::Words) {
            if token.text.len() >= 3 && !is_number(&token.text) && self.known.insert(token.text.clone()) {
                if is_common { &mut self.common } else { &mut self.rare }.push(token.text);
            }
        }
    }

    /// The same words with the misspelt ones mended; `None` if nothing could be mended.
    pub(crate) fn correct(&self, tokens: &[Token]) -> Option<Vec<Token>> {
        let mut any = false;
        let corrected = tokens
            .iter()
            .map(|token| match self.nearest(&token.text) {
                Some(word) => {
                    any = true;
                    Token { text: word.to_owned(), ..token.clone() }
                }
                None => token.clone(),
            })
            .collect();
        any.then_some(corrected)
    }

    /// The one known word that is near a misspelt one: common words first.
    fn nearest(&self, word: &str) -> Option<&str> {
        if is_number(word) || word.len() < 3 || word.len() > 24 || self.known.contains(word) {
            return None;
        }
        only_nearest(word, &self.common)
            .or_else(|| if word.len() < 6 { None } else { only_nearest(word, &self.rare) })
    }
}

fn only_nearest<'a>(word: &str, candidates: &'a [String]) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = match length {
        0..=6 => 1,
        _ => 2,
    };
    // Two letters that changed places are the commonest slip, then a wrong letter, then one too many or too few.
    let mut best: Option<((usize, u8), &str)> = None;
    let mut tied = false;
    for candidate in candidates {
        let other = candidate.chars().count();
        let swap = is_swap(word, candidate);
        if length.abs_diff(other) > allowed || (length == 3 && !swap) {
            continue;
        }
        // A short word with another first letter is another word.
        if length <= 5 && other <= 5 && word.chars().next() != candidate.chars().next() && !swap {
            continue;
        }
        let distance = strsim::damerau_levenshtein(word, candidate);
        if distance > allowed {
            continue;
        }
        let rank = (distance, if swap { 0 } else { 1 + u8::from(length != other) });
        match best {
            Some((near, _)) if rank > near => {}
            Some((near, known)) if rank == near => tied = tied || !same_stem(known, candidate),
            _ => {
                best = Some((rank, candidate));
                tied = false;
            }
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word)
}

/// `license` and `licenses` are no two readings of a slip.
fn same_stem(a: &str, b: &str) -> bool {
    a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
}

/// Whether two words differ by two neighboring letters that changed places.
fn is_swap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() != b.len() {
        return false;
    }
    let differ: Vec<usize> = (0..a.len()).filter(|&n| a[n] != b[n]).collect();
    matches!(differ.as_slice(), [m, n] if *n == m + 1 && a[*m] == b[*n] && a[*n] == b[*m])
}
