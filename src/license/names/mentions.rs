//! Finds license names inside a sentence of chat, conservatively: "MIT" is also a school.

use std::collections::BTreeSet;
use std::ops::Range;

use super::index::{Names, Reading};
use super::tokens::{Cut, Token, cut, is_number, key};
use crate::license::Licenses;

/// Longest sentence that is read, in bytes; what follows is not looked at.
const MAX_SENTENCE: usize = 4 * 1024;
/// Most words of one name.
const MAX_WORDS: usize = 12;

/// Whether a word of a sentence is a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It may be a license or something else: ask, or look for more.
    Possible,
    /// It is a license.
    Certain,
}

/// A license name in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it means; `None` for an ambiguous name.
    pub expression: Option<String>,
    /// What it may mean instead, the likeliest first.
    pub alternatives: Vec<String>,
    /// How sure it is that a license is meant.
    pub certainty: Certainty,
}

/// Finds the license names in a sentence, from left to right and without overlap.
pub fn mentions(licenses: &Licenses, sentence: &str) -> Vec<Mention> {
    let mut end = sentence.len().min(MAX_SENTENCE);
    while !sentence.is_char_boundary(end) {
        end -= 1;
    }
    let sentence = &sentence[..end];
    let names = &licenses.names;
    let tokens = cut(sentence, Cut::Words);
    let mut found: Vec<(Mention, Range<usize>)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match longest(names, sentence, &tokens, at) {
            Some((count, reading)) => {
                let certainty = certainty(names, sentence, &tokens, at..at + count);
                if let Some(certainty) = certainty {
                    let range = tokens[at].start..tokens[at + count - 1].end;
                    let (expression, alternatives) = match reading {
                        Reading::Is(expression) => (Some(expression), Vec::new()),
                        Reading::Several { reading, alternatives, .. } => (reading, alternatives),
                        Reading::NoLicense => (None, Vec::new()),
                    };
                    found.push((Mention { range, expression, alternatives, certainty }, at..at + count));
                }
                at += count;
            }
            None => at += 1,
        }
    }
    support(names, &tokens, &mut found);
    found.into_iter().map(|(mention, _)| mention).collect()
}

/// The longest name that begins at a word.
fn longest(names: &Names, sentence: &str, tokens: &[Token], at: usize) -> Option<(usize, Reading)> {
    let vocabulary = &names.vocabulary;
    if vocabulary.noise.contains(&tokens[at].text)
        || is_number(&tokens[at].text) && !tokens[at].text.starts_with(['0', '1', '2', '3', '4'])
    {
        return None;
    }
    for count in (1..=MAX_WORDS.min(tokens.len() - at)).rev() {
        let window = &tokens[at..at + count];
        let last = &window[count - 1].text;
        let text = &sentence[window[0].start..window[count - 1].end];
        if text.contains(['?', '!', ';', '\n']) || (count > 1 && vocabulary.noise.contains(last)) {
            continue;
        }
        let words = vocabulary.essence(window);
        if words.is_empty() || words.iter().all(|word| is_number(word) || word == "+") {
            continue;
        }
        if count > 2
            && window.iter().any(|token| matches!(token.text.as_str(), "exception" | "exceptions"))
            && let Some(hit) = names.with_exception(text).filter(|hit| matches!(hit.reading, Reading::Is(_)))
        {
            return Some((count, hit.reading));
        }
        // Words that only the lookup drops would stretch a name over its neighbors: "MIT for the" is no name.
        let first = vocabulary.essence(&window[..1]);
        if first.is_empty() {
            continue;
        }
        if let Some(hit) = names.by_words(&words).filter(|hit| hit.reading != Reading::NoLicense) {
            return Some((count, hit.reading));
        }
    }
    None
}

/// How sure a name is; `None` for an everyday word that nothing around it makes a license.
fn certainty(names: &Names, sentence: &str, tokens: &[Token], at: Range<usize>) -> Option<Certainty> {
    let lists = &names.mention_words;
    let has = |list: &[String], word: &str| list.iter().any(|other| other == word);
    let window = &tokens[at.clone()];
    let words = names.vocabulary.essence(window);
    let named: Vec<String> = words.iter().filter(|word| !is_number(word) && *word != "+").cloned().collect();
    let (whole, bare) = (key(&words), key(&named));
    if at.start > 0 && has(&lists.not_after, &tokens[at.start - 1].text)
        || tokens.get(at.end).is_some_and(|next| has(&lists.not_before, &next.text))
    {
        return if has(&lists.distinct, &bare) { Some(Certainty::Certain) } else { None };
    }
    let text = &sentence[window[0].start..window[window.len() - 1].end];
    let upper = text.chars().any(char::is_uppercase);
    let beside = |n: usize| tokens.get(n).is_some_and(|token| has(&lists.context, &token.text));
    let context = beside(at.end)
        || beside(at.end + 1)
        || window.iter().any(|token| has(&lists.context, &token.text))
        || (1..=2).any(|back| at.start.checked_sub(back).is_some_and(|n| is_license_word(&tokens[n].text)));
    let else_too = has(&lists.also_else, &bare) || has(&lists.also_else, &whole);
    let has_version = words.len() > named.len();
    let is_id = text.contains('-') && spdx::license_id(text).is_some();
    let sure = has(&lists.distinct, &bare)
        || has(&lists.distinct, &whole)
        || is_id
        || (context && (upper || else_too || named.len() > 1 || has_version))
        || (has_version && (!else_too || has(&lists.versioned, &bare)))
        || (named.len() > 1 && !else_too);
    match (sure, else_too || upper) {
        (true, _) => Some(Certainty::Certain),
        (false, true) => Some(Certainty::Possible),
        (false, false) => None,
    }
}

/// Before a name only the plainest license words count: "under MIT", "license: ISC".
fn is_license_word(word: &str) -> bool {
    matches!(
        word,
        "under"
            | "license"
            | "licence"
            | "licensed"
            | "licenced"
            | "relicense"
            | "relicensed"
            | "spdx"
            | "licenses"
            | "copyleft"
    )
}

/// A possible license beside a certain one ("combine MIT and Apache-2.0") is one too.
fn support(names: &Names, tokens: &[Token], found: &mut [(Mention, Range<usize>)]) {
    let certain: BTreeSet<usize> = found
        .iter()
        .filter(|(mention, _)| mention.certainty == Certainty::Certain)
        .flat_map(|(_, at)| [at.start, at.end])
        .collect();
    let joins = |word: &str| {
        names.vocabulary.noise.contains(word)
            || matches!(word, "to" | "into" | "vs" | "than" | "plus" | "combine" | "mix")
    };
    for (mention, at) in found.iter_mut().filter(|(mention, _)| mention.certainty == Certainty::Possible) {
        let after = (at.end..tokens.len()).find(|n| !joins(&tokens[*n].text)).unwrap_or(tokens.len());
        let before = (0..at.start).rev().find(|n| !joins(&tokens[*n].text)).map_or(0, |n| n + 1);
        if certain.contains(&after) || certain.contains(&before) {
            mention.certainty = Certainty::Certain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::licenses;

    fn certain(sentence: &str) -> Vec<(String, String)> {
        mentions(licenses(), sentence)
            .into_iter()
            .filter(|mention| mention.certainty == Certainty::Certain)
            .map(|m| (sentence[m.range].to_owned(), m.expression.unwrap_or_else(|| m.alternatives.join("|"))))
            .collect()
    }

    fn names(sentence: &str) -> Vec<String> {
        certain(sentence).into_iter().map(|(_, expression)| expression).collect()
    }

    #[test]
    fn names_are_found_where_they_stand() {
        let found = certain("may we link lgpl v2.1 or later code into an Apache 2.0 app?");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [pair("lgpl v2.1 or later", "LGPL-2.1-or-later"), pair("Apache 2.0", "Apache-2.0")]
        );
        assert_eq!(
            names("we ship GPLv2 with the classpath exception and MPL-2.0"),
            ["GPL-2.0-only WITH Classpath-exception-2.0", "MPL-2.0"]
        );
    }

    #[test]
    fn what_is_also_something_else_needs_a_license_word() {
        for sentence in [
            "she studied at MIT before she came here",
            "who watches the EPL match tonight?",
            "our FreeBSD jails need an upgrade",
            "the CRA applies from 2027",
            "is Python 3.12 on the runner?",
            "ist das mit dem Team abgestimmt?",
            "restart the apache server",
        ] {
            assert_eq!(names(sentence), [""; 0], "{sentence}");
        }
        assert_eq!(names("an MIT licensed library"), ["MIT"]);
        assert_eq!(names("mix MIT with GPL-3.0-only?"), ["MIT", "GPL-3.0-only"]);
    }

    #[test]
    fn long_and_odd_sentences_do_no_harm() {
        assert!(mentions(licenses(), &"é".repeat(100_000)).is_empty());
        assert!(mentions(licenses(), &"GPL ".repeat(100_000)).len() < 2_000);
    }
}
