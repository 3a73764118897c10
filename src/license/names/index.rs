//! The index of all license names: SPDX ids, full names and curated aliases, and how one name is found in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::data::{Beside, MentionWords, NameData};
use super::spelling::Spelling;
use super::tokens::{Cut, Vocabulary, cut, is_number, key, squashed};
use crate::license::expression::Expression;

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// One license, or an expression that a name stands for.
    Is(String),
    /// Several; `reading` is what is nearly always meant.
    Several {
        /// The common reading.
        reading: Option<String>,
        /// Everything it can mean.
        alternatives: Vec<String>,
        /// Why it has to be asked.
        why: String,
    },
    /// It says that there is no license, or that it stands elsewhere.
    NoLicense,
}

impl Reading {
    /// The expression to go on with: the meaning, or the common reading.
    pub(crate) fn expression(&self) -> Option<&str> {
        match self {
            Self::Is(expression) => Some(expression),
            Self::Several { reading, .. } => reading.as_deref(),
            Self::NoLicense => None,
        }
    }
}

/// How a name was found; the order is from sure to unsure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// As it stands in the SPDX list or among the aliases.
    Name,
    /// After leaving out or joining words.
    Rule,
    /// After correcting the spelling.
    Corrected,
}

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) reading: Reading,
    pub(crate) how: How,
}

/// All names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) vocabulary: Vocabulary,
    exact: HashMap<String, Reading>,
    run_together: HashMap<String, Reading>,
    versionless: HashMap<String, Reading>,
    verbatim: BTreeMap<String, String>,
    ornaments: HashSet<String>,
    begins: Vec<String>,
    contains: Vec<String>,
    spelling: Spelling,
    exceptions: HashMap<String, Vec<(String, Vec<String>)>>,
    /// Names read differently beside another license.
    pub(crate) beside: Vec<(String, Beside)>,
    /// When a word of a sentence is a license.
    pub(crate) mention_words: MentionWords,
}

impl Names {
    /// Builds the index. Curated names win over SPDX ids, ids over full names.
    pub(crate) fn new(data: &NameData) -> Self {
        let mut names = Self::default();
        names.vocabulary.noise = data.words.noise.iter().cloned().collect();
        for (from, to) in &data.words.phrases {
            names.vocabulary.add_phrase(from, to);
        }
        names.vocabulary.finish();
        names.ornaments = data.words.ornaments.iter().cloned().collect();
        names.begins.clone_from(&data.words.no_license_begins);
        names.contains.clone_from(&data.words.no_license_contains);
        names.verbatim.clone_from(&data.aliases.verbatim);
        names.add_list();
        for (expression, aliases) in &data.aliases.licenses {
            for alias in aliases {
                names.insert(alias, Reading::Is(expression.clone()));
            }
        }
        for family in &data.families.families {
            for name in &family.names {
                let (reading, alternatives) = (family.reading.clone(), family.alternatives.clone());
                names.insert(name, Reading::Several { reading, alternatives, why: family.why.clone() });
            }
        }
        for name in &data.words.no_license {
            names.insert(name, Reading::NoLicense);
        }
        names.add_exceptions(data);
        for beside in &data.aliases.beside {
            let words = names.words(&beside.name, Cut::Words);
            names.beside.push((key(&words), beside.clone()));
        }
        names.mention_words = MentionWords {
            distinct: names.keys_of(&data.words.mentions.distinct),
            also_else: names.keys_of(&data.words.mentions.also_else),
            versioned: names.keys_of(&data.words.mentions.versioned),
            ..data.words.mentions.clone()
        };
        names.spelling = Spelling::new(data, &names.vocabulary);
        names
    }

    /// The words of a name that tell licenses apart.
    pub(crate) fn words(&self, text: &str, how: Cut) -> Vec<String> {
        self.vocabulary.essence(&cut(text, how))
    }

    fn keys_of(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| key(&self.words(name, Cut::Words))).collect()
    }

    fn insert(&mut self, name: &str, reading: Reading) {
        let words = self.words(name, Cut::Words);
        if words.is_empty() {
            // "open source license" is nothing but noise; it must still be known as no license.
            let plain: Vec<String> = cut(name, Cut::Words).into_iter().map(|token| token.text).collect();
            self.exact.insert(key(&plain), reading);
            return;
        }
        self.run_together.insert(squashed(&words), reading.clone());
        self.exact.insert(key(&words), reading);
    }

    /// The SPDX list: ids, then full names where no id has the same words, then names without their version where
    /// only one license has them.
    fn add_list(&mut self) {
        let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let list =
            || spdx::identifiers::LICENSES.iter().filter(|l| !matches!(l.name, "NONE" | "NOASSERTION"));
        let mut found: Vec<(u8, String, String, String)> = Vec::new();
        for license in list() {
            let Ok(current) = license.name.parse::<Expression>() else { continue };
            let current = current.to_string();
            let old = u8::from(current != license.name);
            let id = self.words(license.name, Cut::Words);
            let full = self.words(license.full_name, Cut::Words);
            let outside = self.words(&without_parentheses(license.full_name).0, Cut::Words);
            for (rank, words) in [(old, &id), (2 + old, &full), (4 + old, &outside)] {
                if !words.is_empty() {
                    found.push((rank, key(words), squashed(words), current.clone()));
                }
            }
            let bare: Vec<String> =
                id.iter().filter(|w| !is_number(w) && *w != "+" && *w != "only").cloned().collect();
            if !bare.is_empty() && bare.len() < id.len() {
                let group = versions.entry(key(&bare)).or_default();
                if !group.contains(&current) {
                    group.push(current.clone());
                }
            }
        }
        found.sort();
        for (_, key, together, expression) in found {
            self.exact.entry(key).or_insert_with(|| Reading::Is(expression.clone()));
            self.run_together.entry(together).or_insert(Reading::Is(expression));
        }
        for (key, members) in versions {
            let reading = match members.as_slice() {
                [one] => Reading::Is(one.clone()),
                // The newest first.
                _ => Reading::Several {
                    reading: None,
                    alternatives: members.into_iter().rev().collect(),
                    why: "the version is not stated".to_owned(),
                },
            };
            self.versionless.insert(key, reading);
        }
    }

    /// Curated names first: an id without its version stands only for what no curated name stands for.
    fn add_exceptions(&mut self, data: &NameData) {
        for exception in &data.aliases.exceptions {
            for name in &exception.names {
                for key in self.exception_keys(name) {
                    let known = self.exceptions.entry(key).or_default();
                    known.push((exception.id.clone(), exception.only_for.clone()));
                }
            }
        }
        let curated: HashSet<String> = self.exceptions.keys().cloned().collect();
        for exception in spdx::identifiers::EXCEPTIONS {
            for (n, key) in self.exception_keys(exception.name).into_iter().enumerate() {
                if n == 0 || !curated.contains(&key) {
                    self.exceptions.entry(key).or_default().push((exception.name.to_owned(), Vec::new()));
                }
            }
        }
    }

    /// The words of an exception's name, with and without its version.
    fn exception_keys(&self, name: &str) -> Vec<String> {
        let all = self.words(name, Cut::Words);
        let without = |noise: &[&str]| -> Vec<String> {
            all.iter().filter(|word| !noise.contains(&word.as_str())).cloned().collect()
        };
        let words =
            [without(&["exception", "special", "linking"]), without(&["exception", "special"]), all.clone()]
                .into_iter()
                .find(|words| !words.is_empty())
                .unwrap_or_default();
        let bare: Vec<String> = words.iter().filter(|word| !is_number(word)).cloned().collect();
        let mut keys = vec![key(&words)];
        if !bare.is_empty() && bare != words {
            keys.push(key(&bare));
        }
        keys.retain(|key| !key.is_empty());
        keys
    }

    /// The exception a name means after `license`, if it is one and only one.
    pub(crate) fn exception(&self, name: &str, license: &str) -> Option<String> {
        let found = self.exception_keys(name).into_iter().find_map(|key| self.exceptions.get(&key))?;
        let mut fits: Vec<&String> = found
            .iter()
            .filter(|(_, only_for)| only_for.iter().any(|id| id == license))
            .map(|(id, _)| id)
            .collect();
        if fits.is_empty() {
            fits = found.iter().filter(|(_, only_for)| only_for.is_empty()).map(|(id, _)| id).collect();
        }
        fits.dedup();
        match fits.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }

    /// A license alone, and with each exception of the list that has a word of `name`: "OpenSSL exception" is several.
    pub(crate) fn possible_exceptions(&self, name: &str, license: String) -> Vec<String> {
        let words = self.words(name, Cut::Words);
        let says =
            |word: &&String| word.len() > 3 && !matches!(word.as_str(), "exception" | "special" | "linking");
        let with: Vec<String> = spdx::identifiers::EXCEPTIONS
            .iter()
            .filter(|exception| {
                let id = exception.name.to_ascii_lowercase();
                words.iter().filter(says).any(|word| id.contains(word.as_str()))
            })
            .map(|exception| format!("{license} WITH {}", exception.name))
            .collect();
        [vec![license], with].concat()
    }

    /// Finds a name without leaving anything out or correcting anything.
    pub(crate) fn direct(&self, text: &str) -> Option<Hit> {
        if let Some(expression) = self.verbatim.get(text) {
            return Some(Hit { reading: Reading::Is(expression.clone()), how: How::Name });
        }
        let words = self.words(text, Cut::Words);
        self.by_words(&words).or_else(|| self.in_parentheses(text))
    }

    /// Looks words up: as they are, with `+` on a license that has none in its id, without version.
    pub(crate) fn by_words(&self, words: &[String]) -> Option<Hit> {
        let hit = |reading: &Reading| Hit { reading: reading.clone(), how: How::Name };
        if let Some(reading) = self.exact.get(&key(words)) {
            return Some(hit(reading));
        }
        if words.iter().any(|word| word == "+") {
            let base: Vec<String> = words.iter().filter(|word| *word != "+").cloned().collect();
            if let Some(Hit { reading: Reading::Is(expression), how }) = self.by_words(&base) {
                let later = format!("{expression}+");
                let is_one_license = spdx::license_id(&expression).is_some();
                if is_one_license
                    && base.iter().any(|word| is_number(word))
                    && later.parse::<Expression>().is_ok()
                {
                    return Some(Hit { reading: Reading::Is(later), how });
                }
            }
            return None;
        }
        self.versionless.get(&key(words)).map(hit)
    }

    /// `Nokia Open Source License 1.0a`: a version on a license that has only one, and none in its id.
    fn without_version(&self, words: &[String]) -> Option<Hit> {
        let bare: Vec<String> =
            words.iter().filter(|word| !is_number(word) && *word != "a").cloned().collect();
        if bare.len() == words.len() || !has_word(&bare) {
            return None;
        }
        match self.exact.get(&key(&bare)) {
            Some(Reading::Is(expression)) if !expression.contains(|c: char| c.is_ascii_digit()) => {
                Some(Hit { reading: Reading::Is(expression.clone()), how: How::Rule })
            }
            // A version that the family does not have: ask.
            Some(Reading::Several { alternatives, .. }) => {
                let (reading, alternatives) = (None, alternatives.clone());
                let why = "there is no such version".to_owned();
                Some(Hit { reading: Reading::Several { reading, alternatives, why }, how: How::Rule })
            }
            _ => None,
        }
    }

    /// `public domain (CC0)`, `GNU GPL v2 or later (GPLv2+)`: the same said twice, or made precise.
    fn in_parentheses(&self, text: &str) -> Option<Hit> {
        if text.trim_start().starts_with('(') {
            // There it groups: "(GPL+ or Artistic) and MIT".
            return None;
        }
        // After an operator it groups, too: "GPLv2+ and (MIT or BSD)".
        let before = text.split(['(', '[']).next().unwrap_or_default().trim_end().to_ascii_lowercase();
        if before.ends_with(['&', '|', '/'])
            || matches!(before.split_whitespace().last(), Some("and" | "or" | "+"))
        {
            return None;
        }
        let (outside, inside) = without_parentheses(text);
        let inside = inside?;
        let look = |part: &str| self.by_words(&self.words(part, Cut::Words));
        match (look(&outside), look(&inside)) {
            (Some(out), Some(within)) => match (&out.reading, &within.reading) {
                (Reading::Is(a), Reading::Is(b)) if a != b => {
                    let why = "the name and what stands in parentheses differ".to_owned();
                    let alternatives = vec![a.clone(), b.clone()];
                    Some(Hit {
                        reading: Reading::Several { reading: None, alternatives, why },
                        how: How::Rule,
                    })
                }
                (Reading::Several { .. }, Reading::Is(_)) => Some(within),
                // "Free software (MIT)"; but "Proprietary (MIT)" says two things.
                (Reading::NoLicense, Reading::Is(_)) if !self.says_reserved(&outside) => {
                    Some(Hit { how: How::Rule, ..within })
                }
                _ => Some(out),
            },
            // What is in parentheses is not known: a remark, or another variant.
            (Some(out), None) => Some(Hit { how: out.how.max(How::Rule), ..out }),
            (None, Some(within)) if matches!(within.reading, Reading::Is(_)) => {
                Some(Hit { how: How::Rule, ..within })
            }
            _ => None,
        }
    }

    /// Whether a text holds a word that keeps all rights.
    fn says_reserved(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.contains.iter().any(|word| lower.contains(word.as_str()))
    }

    /// Whether a text says that there is no license, or that it stands elsewhere.
    pub(crate) fn says_none(&self, text: &str) -> bool {
        let lower = text.trim().to_lowercase();
        let plain: Vec<String> = cut(&lower, Cut::Words).into_iter().map(|token| token.text).collect();
        matches!(self.exact.get(&key(&plain)), Some(Reading::NoLicense))
            || self.begins.iter().any(|begin| lower.starts_with(begin.as_str()))
            || self.says_reserved(&lower)
    }

    /// Finds a name the hard way: joined words, humps, left-out ornaments, corrected spelling.
    pub(crate) fn lenient(&self, text: &str) -> Option<Hit> {
        if self.says_none(text) {
            return Some(Hit { reading: Reading::NoLicense, how: How::Rule });
        }
        let words = self.words(text, Cut::Words);
        let together = |words: &[String]| self.run_together.get(&squashed(words)).cloned();
        let rule = |reading| Hit { reading, how: How::Rule };
        if let Some(reading) = together(&words) {
            return Some(rule(reading));
        }
        let humps = self.words(text, Cut::Camel);
        if let Some(hit) = self.by_words(&humps).or_else(|| together(&humps).map(rule)) {
            return Some(Hit { how: How::Rule, ..hit });
        }
        let plain = |words: &[String]| -> Vec<String> {
            words.iter().filter(|word| !self.ornaments.contains(*word)).cloned().collect()
        };
        for candidate in [plain(&words), plain(&humps)] {
            if let Some(hit) = self.by_words(&candidate).filter(|_| has_word(&candidate)) {
                return Some(Hit { how: How::Rule, ..hit });
            }
        }
        for candidate in
            [dotted(&words), dotted(&plain(&words)), dotted(&plain(&humps))].into_iter().flatten()
        {
            if let Some(hit @ Hit { reading: Reading::Is(_), .. }) = self.by_words(&candidate) {
                return Some(Hit { how: How::Rule, ..hit });
            }
        }
        if let Some(hit) = self.without_version(&plain(&words)) {
            return Some(hit);
        }
        let corrected = self.spelling.correct(&cut(text, Cut::Words))?;
        let words = self.vocabulary.essence(&corrected);
        let found = self.by_words(&words).or_else(|| together(&words).map(rule)).or_else(|| {
            let words = plain(&words);
            self.by_words(&words).filter(|_| has_word(&words))
        })?;
        (found.reading != Reading::NoLicense).then_some(Hit { how: How::Corrected, ..found })
    }
}

/// `APACHE20`, `lgpl21`, `epl-v10` (FreeBSD, Nix, addresses): the version without its dot.
fn dotted(words: &[String]) -> Option<Vec<String>> {
    let is_run_together = |word: &String| matches!(word.as_bytes(), [b'1'..=b'4', b'0'..=b'9']);
    let at = words.iter().position(is_run_together)?;
    let mut words = words.to_vec();
    let (major, minor) = words[at].split_at(1);
    words[at] = if minor == "0" { major.to_owned() } else { format!("{major}.{minor}") };
    Some(words)
}

fn has_word(words: &[String]) -> bool {
    words.iter().any(|word| !is_number(word) && word != "+")
}

/// What stands outside and what inside the parentheses of a name.
fn without_parentheses(text: &str) -> (String, Option<String>) {
    let (mut outside, mut inside, mut depth, mut any) = (String::new(), String::new(), 0_usize, false);
    for c in text.chars() {
        match c {
            '(' | '[' => {
                depth += 1;
                any = true;
                inside.push(' ');
                outside.push(' ');
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
    }
    (outside, any.then_some(inside))
}
