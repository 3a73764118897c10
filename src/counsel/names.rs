//! License names inside a text, each as one term for its family and one for its version, so that `GPLv2`,
//! `gpl 2.0` and `GPL-2.0-only` are the same to the search.
//!
//! This is for finding articles only. What a name means exactly is the license engine's to say.

use rustc_hash::FxHashMap;

use super::tables::{self, LICENSES};

/// What stands for the family in the table where a name is that of no license.
const NO_FAMILY: &str = "-";

/// The sign that begins the term of a license, so that no word is taken for one.
pub(super) const SIGN: char = '=';

/// A license named in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// The family: `gpl`.
    pub family: &'static str,
    /// The version without a trailing zero, when one is named: `2`, `2.1`.
    pub version: Option<String>,
    /// Whether it is called a license: "the MIT license", not just "MIT".
    pub called: Called,
}

/// How a license is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Called {
    /// With the word "license".
    License,
    /// By its name alone, which may mean something else.
    Name,
}

impl Named {
    /// The term of the family: `=gpl`.
    pub fn family_term(&self) -> String {
        format!("{SIGN}{}", self.family)
    }

    /// The term of the version: `=gpl2`.
    pub fn version_term(&self) -> Option<String> {
        self.version.as_ref().map(|version| format!("{SIGN}{}{version}", self.family))
    }
}

/// A name found at the beginning of some words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A license, and how many words its name takes.
    License(Named, usize),
    /// A name that only looks like one, and how many words it takes.
    Other(usize),
}

/// The words of a name, and the family it is that of, if of any.
type Name = (Vec<&'static str>, Option<&'static str>);

/// The names by their first word, the longest first.
#[derive(Debug)]
pub(super) struct Names {
    by_first: FxHashMap<&'static str, Vec<Name>>,
    /// The family of every name of one word.
    single: FxHashMap<&'static str, &'static str>,
}

impl Names {
    pub fn new() -> Self {
        let mut by_first = FxHashMap::<_, Vec<_>>::default();
        let mut single = FxHashMap::default();
        for (family, names) in tables::entries(LICENSES) {
            let family = (family != NO_FAMILY).then_some(family);
            for name in names {
                let parts: Vec<&'static str> = name.split(' ').collect();
                if let (Some(family), [word]) = (family, parts.as_slice()) {
                    single.insert(*word, family);
                }
                by_first.entry(parts[0]).or_default().push((parts, family));
            }
        }
        for names in by_first.values_mut() {
            names.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.len()));
        }
        Self { by_first, single }
    }

    /// The name that the words begin with, if they begin with one.
    pub fn at(&self, words: &[String]) -> Option<Found> {
        let first = words.first()?.as_str();
        if let Some(names) = self.by_first.get(first) {
            let fits = |parts: &[&str]| {
                parts.len() <= words.len() && parts.iter().zip(words).all(|(part, word)| same(part, word))
            };
            let (parts, family) = names.iter().find(|(parts, _)| fits(parts))?;
            let Some(family) = family else { return Some(Found::Other(parts.len())) };
            let mut taken = parts.len();
            let of_license = |word: &str| matches!(word, "license" | "licence" | "licensed" | "licenced");
            // "MPL version 2", "Apache License 2.0", "Mozilla Public License, v. 2.0"
            while words
                .get(taken)
                .is_some_and(|word| matches!(word.as_str(), "license" | "licence" | "public"))
            {
                taken += 1;
            }
            let (version, more) = version_at(&words[taken..]);
            let taken = taken + more;
            let near = words[..taken].iter().chain(words.get(taken));
            let called =
                if near.into_iter().any(|word| of_license(word)) { Called::License } else { Called::Name };
            return Some(Found::License(Named { family, version, called }, taken));
        }
        let (family, version) = self.glued(first)?;
        Some(Found::License(Named { family, version: Some(version), called: Called::Name }, 1))
    }

    /// A name and its version in one word: `gplv2`, `apache2`, `lgpl2.1+`, `gpl2only`.
    fn glued(&self, word: &str) -> Option<(&'static str, String)> {
        const SHORTEST: usize = 3;
        let start = word.find(|c: char| c.is_ascii_digit())?;
        let name = word[..start].trim_end_matches('v');
        let family = self.single.get(name).filter(|_| name.len() >= SHORTEST)?;
        let rest = word[start..].trim_end_matches("only").trim_end_matches("orlater");
        number(rest).map(|version| (*family, version))
    }
}

fn same(part: &str, word: &str) -> bool {
    part == word || (part == "license" && word == "licence")
}

/// `2`, `v2`, `version 2.0`, `v 2`: the version and how many words it takes.
fn version_at(words: &[String]) -> (Option<String>, usize) {
    let get = |index: usize| words.get(index).map_or("", String::as_str);
    if let Some(version) = number(get(0)) {
        return (Some(version), 1);
    }
    if matches!(get(0), "version" | "v" | "ver" | "versions" | "rev")
        && let Some(version) = number(get(1))
    {
        return (Some(version), 2);
    }
    // "BSD 3-clause", "3 clause BSD" has its number before and is read by the caller as a plain word.
    (None, 0)
}

/// A version standing alone after a license was named: `v3` in "GPLv2 and v3".
pub(super) fn bare_version(word: &str) -> Option<String> {
    word.strip_prefix('v').and_then(number)
}

/// A version number, with or without a `v`, without trailing zeros and without a plus: `v2.0+` is `2`.
fn number(word: &str) -> Option<String> {
    let digits = word.strip_prefix('v').unwrap_or(word);
    let digits = digits.trim_end_matches('+');
    let digits = digits.strip_suffix(".x").unwrap_or(digits);
    let valid = digits.len() <= 3
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    valid.then(|| digits.strip_suffix(".0").unwrap_or(digits).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::text::words;
    use super::*;

    type Seen = (&'static str, Option<String>, usize);

    fn found(text: &str) -> Option<Seen> {
        match Names::new().at(&words(text))? {
            Found::License(Named { family, version, .. }, taken) => Some((family, version, taken)),
            Found::Other(taken) => Some(("no license", None, taken)),
        }
    }

    /// The family, the version and how many words the name takes.
    fn license(family: &'static str, version: Option<&'static str>, taken: usize) -> Option<Seen> {
        Some((family, version.map(str::to_owned), taken))
    }

    #[test]
    fn every_way_of_writing_a_license_is_one_term() {
        for text in ["GPLv2", "gpl2only", "GPLv2+", "gpl2"] {
            assert_eq!(found(text), license("gpl", Some("2"), 1), "{text}");
        }
        assert_eq!(found("GPL-2.0-only"), license("gpl", Some("2"), 2));
        assert_eq!(found("GNU General Public License, version 3.0"), license("gpl", Some("3"), 6));
        assert_eq!(found("lgpl 2.1 library"), license("lgpl", Some("2.1"), 2));
        assert_eq!(found("Apache Licence 2.0"), license("apache", Some("2"), 3));
        assert_eq!(found("apache2"), license("apache", Some("2"), 1));
        assert_eq!(found("Mozilla Public License"), license("mpl", None, 3));
        assert_eq!(found("CC BY-SA 4.0"), license("cc-by-sa", Some("4"), 4));
    }

    #[test]
    fn what_only_begins_like_a_license_is_none() {
        assert_eq!(found("Apache Software Foundation rules"), license("no license", None, 3));
        assert_eq!(found("log4j"), None);
        assert_eq!(found("mitigate"), None);
    }

    #[test]
    fn what_is_called_a_license_is_told_from_a_bare_name() {
        let called = |text: &str| match Names::new().at(&words(text)) {
            Some(Found::License(named, _)) => Some(named.called),
            _ => None,
        };
        assert_eq!(called("MIT license text"), Some(Called::License));
        assert_eq!(called("BSD 3 licensed"), Some(Called::License));
        assert_eq!(called("MIT students"), Some(Called::Name));
    }
}
