//! From a name as people write it to the words that tell licenses apart.
//!
//! `The Apache License, Version 2.0`, `apache-2`, `ApacheLicense2.0` and `ASLv2` all become `apache 2`. What is
//! noise and which phrase means which family is data (`knowledge/licenses/names/words.toml`); how words are cut is
//! here.

use std::collections::{HashMap, HashSet};

/// One word of a name and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word in lower case; a version number without its trailing `.0`; `+` for "or later".
    pub(crate) text: String,
    /// First byte in the input.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
}

/// How a run of letters is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// `OpenSSL` is one word.
    Words,
    /// `MITLicense` is two words.
    Camel,
}

/// The words that mean nothing by themselves, and the phrases that mean one word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    /// Words that are dropped: `the`, `license`, `version`.
    pub(crate) noise: HashSet<String>,
    /// Phrase (as words) to the words that replace it, longest phrase first.
    pub(crate) phrases: Vec<(Vec<String>, Vec<String>)>,
    /// Phrases by their first word: indexes into `phrases`, so that reading a name does not try them all.
    pub(crate) by_first: HashMap<String, Vec<usize>>,
}

impl Vocabulary {
    /// Takes a phrase in.
    pub(crate) fn add_phrase(&mut self, from: &str, to: &str) {
        let words =
            |text: &str| -> Vec<String> { cut(text, Cut::Words).into_iter().map(|t| t.text).collect() };
        self.phrases.push((words(from), words(to)));
    }

    /// Call once after the last phrase: puts longer phrases before shorter ones.
    pub(crate) fn finish(&mut self) {
        self.phrases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        self.by_first.clear();
        for (n, (from, _)) in self.phrases.iter().enumerate() {
            if let Some(first) = from.first() {
                self.by_first.entry(first.clone()).or_default().push(n);
            }
        }
    }

    /// Replaces phrases, drops noise and repetitions: what is left tells licenses apart.
    pub(crate) fn essence(&self, tokens: &[Token]) -> Vec<String> {
        let mut words: Vec<&str> = Vec::with_capacity(tokens.len());
        let mut n = 0;
        while n < tokens.len() {
            let phrase = self.by_first.get(tokens[n].text.as_str()).and_then(|candidates| {
                candidates.iter().map(|&p| &self.phrases[p]).find(|(from, _)| {
                    from.len() <= tokens.len() - n && from.iter().zip(&tokens[n..]).all(|(a, b)| *a == b.text)
                })
            });
            match phrase {
                Some((from, to)) => {
                    words.extend(to.iter().map(String::as_str));
                    n += from.len();
                }
                None => {
                    words.push(&tokens[n].text);
                    n += 1;
                }
            }
        }
        let mut kept: Vec<String> = Vec::with_capacity(words.len());
        for word in words {
            if !self.noise.contains(word) && !kept.iter().any(|k| k == word) {
                kept.push(word.to_owned());
            }
        }
        kept
    }
}

/// The key under which a name is looked up: its words in alphabetical order, as `3 clause BSD` is `BSD 3-clause`.
pub(crate) fn key(words: &[String]) -> String {
    let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.join(" ")
}

/// The words run together, as `open ssl` is `OpenSSL`.
pub(crate) fn squashed(words: &[String]) -> String {
    words.concat()
}

/// Cuts a name into words, numbers and `+`.
pub(crate) fn cut(text: &str, how: Cut) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |n: usize| chars.get(n).map_or(text.len(), |(offset, _)| *offset);
    let mut tokens: Vec<Token> = Vec::new();
    let mut n = 0;
    while n < chars.len() {
        let (start, first) = chars[n];
        let mut m = n + 1;
        if first.is_ascii_digit() {
            // A dot belongs to a number only between digits: `v2.` ends a sentence.
            while m < chars.len()
                && (chars[m].1.is_ascii_digit()
                    || (chars[m].1 == '.' && chars.get(m + 1).is_some_and(|(_, c)| c.is_ascii_digit()))
                    || is_dashed_dot(&chars, m))
            {
                m += 1;
            }
            // "1.3a" and "1.3c" are two versions; the letter of "3C" is none.
            let after = |n: usize| chars.get(n).map(|(_, c)| *c);
            if text[start..end_of(m)].contains('.')
                && after(m).is_some_and(|c| c.is_ascii_alphabetic())
                && !after(m + 1).is_some_and(char::is_alphanumeric)
            {
                m += 1;
            }
            let number = version(&text[start..end_of(m)].replace(['-', '_'], ".").to_ascii_lowercase());
            tokens.push(Token { text: number, start, end: end_of(m) });
        } else if first.is_alphabetic() {
            while m < chars.len() && (chars[m].1.is_alphabetic() || joins(&chars, m)) {
                if how == Cut::Camel && is_hump(&chars, n, m) {
                    break;
                }
                m += 1;
            }
            let before_digit = chars.get(m).is_some_and(|(_, c)| c.is_ascii_digit());
            push_word(&mut tokens, &text[start..end_of(m)], start, before_digit);
        } else if first == '+' {
            tokens.push(Token { text: "+".into(), start, end: end_of(m) });
        } else if first == '>' && chars.get(m).is_some_and(|(_, c)| *c == '=') {
            // CRAN writes `GPL (>= 2)`.
            m += 1;
            tokens.push(Token { text: "+".into(), start, end: end_of(m) });
        } else if first == '≥' {
            tokens.push(Token { text: "+".into(), start, end: end_of(m) });
        }
        n = m;
    }
    tokens
}

/// `ofl-1-1` and `lgpl_v2_1` write the dot of a version as a dash: one digit follows it, and then no letter.
fn is_dashed_dot(chars: &[(usize, char)], at: usize) -> bool {
    let after = |n: usize| chars.get(at + n).map(|(_, c)| *c);
    matches!(chars[at].1, '-' | '_')
        && after(1).is_some_and(|c| c.is_ascii_digit())
        && !after(2).is_some_and(|c| c.is_alphanumeric() || c == '.')
        && !(matches!(after(2), Some('-' | '_' | ' ')) && after(3).is_some_and(|c| matches!(c, 'c' | 'C')))
}

/// An apostrophe inside a word (`don't`) does not end it.
fn joins(chars: &[(usize, char)], at: usize) -> bool {
    matches!(chars[at].1, '\'' | '’') && chars.get(at + 1).is_some_and(|(_, c)| c.is_alphabetic())
}

/// Whether a new hump of a CamelCase word begins at `at`: `apache|License`, `MIT|License`.
fn is_hump(chars: &[(usize, char)], from: usize, at: usize) -> bool {
    let upper = |n: usize| chars.get(n).is_some_and(|(_, c)| c.is_uppercase());
    let lower = |n: usize| chars.get(n).is_some_and(|(_, c)| c.is_lowercase());
    at > from && upper(at) && (lower(at - 1) || lower(at + 1))
}

/// `gplv2` is `gpl` and `2`: a `v` before a digit says "version".
fn push_word(tokens: &mut Vec<Token>, word: &str, start: usize, before_digit: bool) {
    let lower: String = word.to_lowercase().replace(['\'', '’'], "");
    let word_end = start + word.len();
    if before_digit && lower.len() > 1 && lower.ends_with('v') && word.is_ascii() {
        tokens.push(Token { text: lower[..lower.len() - 1].to_owned(), start, end: word_end });
    } else {
        tokens.push(Token { text: lower, start, end: word_end });
    }
}

/// A version number without what does not change it: `2.0.0` is `2`, `1.10` stays, `2013` stays.
fn version(number: &str) -> String {
    let mut number = number;
    while let Some(shorter) = number.strip_suffix(".0").or_else(|| number.strip_suffix(".00")) {
        number = shorter;
    }
    number.to_owned()
}

/// Whether a word is a version number.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, how: Cut) -> Vec<String> {
        cut(text, how).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn versions_are_cut_from_names_and_lose_trailing_zeros() {
        assert_eq!(words("GPLv2+", Cut::Words), ["gpl", "2", "+"]);
        assert_eq!(words("Apache-2.0.", Cut::Words), ["apache", "2"]);
        assert_eq!(words("LGPLv2.1", Cut::Words), ["lgpl", "2.1"]);
        assert_eq!(words("GPL (>= 3)", Cut::Words), ["gpl", "+", "3"]);
    }

    #[test]
    fn camel_case_is_cut_only_when_asked() {
        assert_eq!(words("MITLicense", Cut::Camel), ["mit", "license"]);
        assert_eq!(words("OpenSSL", Cut::Words), ["openssl"]);
    }

    #[test]
    fn odd_characters_do_not_panic() {
        assert_eq!(words("v", Cut::Camel), ["v"]);
        assert_eq!(words("ÄÖ߀2.", Cut::Camel).last().map(String::as_str), Some("2"));
        assert!(words("\u{0}\u{301}()[]", Cut::Words).is_empty());
    }
}
