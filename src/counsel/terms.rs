//! From words to the terms that articles and questions are compared by.
//!
//! A license is one term for its family and one for its version; what means the same is one term; empty words are
//! gone; everything else is its stem. Questions in other languages are read through the glossary, so that their
//! terms are the English ones wherever the field has a word for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::focus::focus;
use super::language::Language;
use super::names::{Called, Found, Named, Names, bare_version};
use super::tables::{self, CONCEPTS, EMPTY, FRENCH, GERMAN, SPANISH, SPELLING};
use super::text::{bounded, words};

/// A text as terms.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// The terms in order, with repetitions.
    pub terms: Vec<String>,
    /// The same as English words, small ones included, each license as the term of its family and version: what
    /// [`super::embedding`] reads.
    pub words: Vec<String>,
    /// The licenses named.
    pub named: Vec<Named>,
    /// Those of the terms that stand only beside what is asked.
    pub aside: HashSet<String>,
    /// How it asks.
    pub manner: Manner,
}

/// How a question asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// Whether something may be done.
    May,
    /// Whether something must be done.
    Must,
    /// Whether something is forbidden: yes and no are the other way round.
    Forbidden,
    /// What, how, who, when, why: no yes or no will do.
    Open,
    /// Anything else.
    #[default]
    Plain,
}

/// What a sequence of stems is replaced by, filed under its first stem, the longest first.
type Phrases = FxHashMap<String, Vec<(Vec<String>, Vec<String>)>>;

/// Reads texts. Built once; learns the vocabulary of the articles.
#[derive(Debug)]
pub(super) struct Reader {
    names: Names,
    spelling: FxHashMap<&'static str, Vec<String>>,
    concepts: Phrases,
    glossaries: Vec<(Language, Phrases)>,
    empty: FxHashSet<&'static str>,
    /// The stem of every English word seen.
    stems: FxHashMap<String, String>,
    /// Every stem seen.
    known: FxHashSet<String>,
    /// The words a typo can be taken for, by first letter and length.
    near: BTreeMap<(char, usize), Vec<String>>,
}

/// A shorter word of the tables has too many neighbors to take a typo for it.
const SHORTEST_TABLE_WORD: usize = 5;
/// The same for any word of an article.
const SHORTEST_ARTICLE_WORD: usize = 8;
/// A question of fewer terms is not understood by itself.
const FEW: usize = 4;

impl Reader {
    pub fn new() -> Self {
        let mut reader = Self {
            names: Names::new(),
            spelling: tables::entries(SPELLING)
                .into_iter()
                .map(|(short, long)| (short, words(&long.join(" "))))
                .collect(),
            concepts: Phrases::default(),
            glossaries: Vec::new(),
            empty: tables::list(EMPTY).collect(),
            stems: FxHashMap::default(),
            known: FxHashSet::default(),
            near: BTreeMap::new(),
        };
        let concepts = tables::entries(CONCEPTS);
        let names: HashSet<&str> = concepts.iter().map(|(name, _)| *name).collect();
        for (term, ways) in concepts {
            // A concept goes by its own name, any other word by its stem.
            let part = |part: &str| {
                if names.contains(part) { part.to_owned() } else { Language::English.stem(part) }
            };
            let terms: Vec<String> = term.split(' ').map(part).collect();
            reader.known.extend(terms.iter().cloned());
            for way in ways {
                let said = words(way);
                reader.learn(&said, SHORTEST_TABLE_WORD);
                let parts = reader.spelled(said).iter().map(|word| Language::English.stem(word)).collect();
                file(&mut reader.concepts, parts, terms.clone());
            }
        }
        for (language, table) in
            [(Language::German, GERMAN), (Language::French, FRENCH), (Language::Spanish, SPANISH)]
        {
            let mut phrases = Phrases::default();
            for (way, english) in tables::entries(table) {
                let english = english.join(" ");
                let parts = words(way).iter().map(|word| language.stem(word)).collect();
                let english = words(&english);
                reader.learn(&english, SHORTEST_TABLE_WORD);
                file(&mut phrases, parts, english);
            }
            reader.glossaries.push((language, phrases));
        }
        reader
    }

    /// Takes the English words of an article into the vocabulary.
    pub fn learn_article(&mut self, words: &[String]) {
        self.learn(words, SHORTEST_ARTICLE_WORD);
    }

    /// Takes English words into the vocabulary. A typo can be taken for those of a length.
    fn learn(&mut self, words: &[String], shortest: usize) {
        for word in words {
            if self.stems.contains_key(word) {
                continue;
            }
            let stem = Language::English.stem(word);
            self.known.insert(stem.clone());
            if word.len() >= shortest
                && let Some(first) = word.chars().next()
            {
                self.near.entry((first, word.len())).or_default().push(word.clone());
            }
            self.stems.insert(word.clone(), stem);
        }
    }

    fn stem<'a>(&'a self, word: &str) -> Cow<'a, str> {
        match self.stems.get(word) {
            Some(stem) => Cow::Borrowed(stem),
            None => Cow::Owned(Language::English.stem(word)),
        }
    }

    /// Reads a text.
    pub fn read(&self, text: &str, language: Language) -> Reading {
        self.reading(text, words(text), language)
    }

    /// Reads what somebody asked: like a text, with typos corrected, and what is only told beside it set apart.
    pub fn question(&self, text: &str) -> (Reading, Language) {
        let text = bounded(text);
        let found = focus(text);
        let language = Language::of(&words(text));
        let read = |part: &str| {
            let mut said = words(part);
            if language == Language::English {
                for word in &mut said {
                    if let Some(meant) = self.meant(word) {
                        *word = meant;
                    }
                }
            }
            self.reading(text, said, language)
        };
        let mut reading = read(found.asked);
        // "May we sell it?" means little without what stands before it.
        let says_little = reading.terms.len() < FEW;
        for beside in [found.before, found.after].into_iter().filter(|beside| !beside.trim().is_empty()) {
            let beside = read(beside);
            if says_little {
                reading.words.extend(beside.words);
            }
            let new = |term: &&String| !reading.terms.contains(term);
            reading.aside.extend(beside.terms.iter().filter(new).cloned());
            reading.terms.extend(beside.terms);
            reading.named.extend(beside.named);
        }
        (reading, language)
    }

    /// Reads the words of a text.
    pub fn reading(&self, text: &str, mut words: Vec<String>, language: Language) -> Reading {
        let mut reading = Reading { manner: manner(&words), ..Reading::default() };
        // "mit" is "with" in German, unless it is shouted.
        let mit_is_a_word = language == Language::German && !text.contains("MIT");
        let mut rest: Vec<String> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if words[at] == "mit" && mit_is_a_word {
                at += 1;
                continue;
            }
            match self.names.at(&words[at..]) {
                Some(Found::License(named, taken)) => {
                    self.close(&mut rest, language, &mut reading);
                    push_license(&mut reading, named);
                    at += taken;
                }
                Some(Found::Other(taken)) => {
                    rest.extend(words[at..at + taken].iter_mut().map(std::mem::take));
                    at += taken;
                }
                None => {
                    let again = bare_version(&words[at]).zip(reading.named.last().map(|named| named.family));
                    match again {
                        Some((version, family)) => {
                            self.close(&mut rest, language, &mut reading);
                            let named = Named { family, version: Some(version), called: Called::Name };
                            push_license(&mut reading, named);
                        }
                        None => rest.push(std::mem::take(&mut words[at])),
                    }
                    at += 1;
                }
            }
        }
        self.close(&mut rest, language, &mut reading);
        reading
    }

    /// Turns the words gathered so far into terms.
    fn close(&self, words: &mut Vec<String>, language: Language, reading: &mut Reading) {
        if words.is_empty() {
            return;
        }
        let said = std::mem::take(words);
        let english = if language == Language::English {
            said
        } else {
            self.translate(&said, language, &mut reading.terms)
        };
        let mut spelled = self.spelled(english);
        let stems: Vec<Cow<'_, str>> = spelled.iter().map(|word| self.stem(word)).collect();
        let mut at = 0;
        while at < stems.len() {
            if let Some((taken, concept)) = longest(&self.concepts, &stems[at..]) {
                reading.terms.extend(concept.iter().cloned());
                at += taken;
                continue;
            }
            if !self.empty.contains(spelled[at].as_str()) {
                reading.terms.push(stems[at].clone().into_owned());
            }
            at += 1;
        }
        reading.words.append(&mut spelled);
    }

    /// The words as they are written in full.
    fn spelled(&self, words: Vec<String>) -> Vec<String> {
        let mut spelled = Vec::with_capacity(words.len());
        for word in words {
            match self.spelling.get(word.as_str()) {
                Some(long) => spelled.extend_from_slice(long),
                None => spelled.push(word),
            }
        }
        spelled
    }

    /// The English words for those of another language. What the glossary does not have becomes a term of that
    /// language, or stays when it is an English word of the field.
    fn translate(&self, words: &[String], language: Language, terms: &mut Vec<String>) -> Vec<String> {
        let Some((_, glossary)) = self.glossaries.iter().find(|(of, _)| *of == language) else {
            return words.to_vec();
        };
        let stems: Vec<Cow<'_, str>> = words.iter().map(|word| Cow::Owned(language.stem(word))).collect();
        let mut english = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if let Some((taken, translation)) = longest(glossary, &stems[at..]) {
                english.extend(translation.iter().cloned());
                at += taken;
                continue;
            }
            let word = &words[at];
            if !language.is_small(word) {
                if self.known.contains(self.stem(word).as_ref()) {
                    english.push(word.clone());
                } else if let Some(parts) = compound(glossary, word, language) {
                    english.extend(parts);
                } else {
                    terms.push(format!("{}:{}", language.code(), stems[at]));
                }
            }
            at += 1;
        }
        english
    }

    /// The known word that a typo stands for: one edit away, with the same first letter.
    fn meant(&self, word: &str) -> Option<String> {
        let length = word.len();
        if length < SHORTEST_TABLE_WORD
            || !word.is_ascii()
            || word.bytes().any(|b| b.is_ascii_digit())
            || self.spelling.contains_key(word)
            || self.stems.contains_key(word)
            || self.known.contains(self.stem(word).as_ref())
            || matches!(self.names.at(std::slice::from_ref(&word.to_owned())), Some(Found::License(..)))
        {
            return None;
        }
        let first = word.chars().next()?;
        (length - 1..=length + 1)
            .filter_map(|length| self.near.get(&(first, length)))
            .flatten()
            .find(|known| strsim::osa_distance(known, word) == 1)
            .cloned()
    }
}

fn file(phrases: &mut Phrases, parts: Vec<String>, terms: Vec<String>) {
    let Some(first) = parts.first().cloned() else { return };
    let ways = phrases.entry(first).or_default();
    ways.push((parts, terms));
    ways.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.len()));
}

/// The longest phrase that the stems begin with: how many stems it takes and what it is replaced by.
fn longest<'p>(phrases: &'p Phrases, stems: &[Cow<'_, str>]) -> Option<(usize, &'p [String])> {
    phrases.get(stems.first()?.as_ref())?.iter().find_map(|(parts, terms)| {
        (parts.len() <= stems.len() && parts.iter().zip(stems).all(|(part, stem)| part == stem))
            .then_some((parts.len(), terms.as_slice()))
    })
}

/// A German word put together of two that the glossary has: `lizenztext`, `unternehmensrichtlinie`.
fn compound(glossary: &Phrases, word: &str, language: Language) -> Option<Vec<String>> {
    const SHORTEST_PART: usize = 3;
    if language != Language::German || !word.is_ascii() {
        return None;
    }
    let single = |part: &str| {
        let stem = language.stem(part);
        glossary.get(&stem)?.iter().find(|(parts, _)| parts.len() == 1).map(|(_, terms)| terms.clone())
    };
    (SHORTEST_PART..word.len().saturating_sub(SHORTEST_PART)).find_map(|at| {
        let (front, back) = word.split_at(at);
        let back = single(back)?;
        let front = single(front).or_else(|| single(front.strip_suffix('s')?))?;
        Some([front, back].concat())
    })
}

fn push_license(reading: &mut Reading, named: Named) {
    reading.terms.push(named.family_term());
    reading.terms.extend(named.version_term());
    reading.words.push(named.version_term().unwrap_or_else(|| named.family_term()));
    reading.named.push(named);
}

/// Words of permission: the question is whether something may be done.
const MAY: &[&str] = &[
    "can",
    "could",
    "may",
    "might",
    "allowed",
    "allow",
    "permitted",
    "permit",
    "ok",
    "okay",
    "legal",
    "possible",
    "fine",
];

/// Words of duty: the question is whether something must be done.
const MUST: &[&str] = &[
    "must",
    "need",
    "required",
    "require",
    "requires",
    "should",
    "obliged",
    "gotta",
    "mandatory",
    "necessary",
    "shall",
];

/// Words of prohibition: the question is whether something may not be done.
const FORBIDDEN: &[&str] = &[
    "violate",
    "violates",
    "violating",
    "infringe",
    "infringes",
    "breach",
    "breaches",
    "forbid",
    "forbids",
    "forbidden",
    "prohibit",
    "prohibits",
    "prohibited",
    "ban",
    "bans",
    "banned",
    "illegal",
    "unlawful",
];

fn manner(words: &[String]) -> Manner {
    let has = |set: &[&str]| words.iter().any(|word| set.contains(&word.as_str()));
    let opens = |word: &String| {
        matches!(
            word.as_str(),
            "what"
                | "whats"
                | "how"
                | "who"
                | "whos"
                | "when"
                | "why"
                | "where"
                | "which"
                | "wtf"
                | "explain"
        )
    };
    // "What happens if we can …" asks openly; "can we say when …" does not.
    let first = words
        .iter()
        .find(|word| opens(word) || MAY.contains(&word.as_str()) || MUST.contains(&word.as_str()));
    match first {
        Some(word) if opens(word) => Manner::Open,
        _ if has(MUST) || words.windows(2).any(|two| two[0] == "have" && two[1] == "to") => Manner::Must,
        _ if has(MAY) => Manner::May,
        _ if has(FORBIDDEN) => Manner::Forbidden,
        _ => Manner::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let (reading, _) = Reader::new().question(text);
        reading.terms
    }

    #[test]
    fn chat_style_and_careful_style_read_the_same() {
        assert_eq!(
            terms("do ppl need 2 ship src w/ gplv2 bins"),
            terms("do people need 2 deliver the source code with GPL-2.0 binaries")
        );
        assert_eq!(terms("foss lic"), terms("open-source licences"));
        assert_eq!(terms("Is AGPLv3 ok?"), terms("is the GNU Affero General Public License version 3 OK"));
    }

    #[test]
    fn a_typo_is_read_as_the_word_it_stands_for() {
        assert_eq!(terms("copyleft vulnerabilty"), terms("copyleft vulnerability"));
        assert_eq!(terms("contribtue"), terms("contribute"));
    }

    #[test]
    fn other_languages_meet_english_in_the_glossary() {
        let sorted = |text: &str| {
            let mut terms = terms(text);
            terms.sort();
            terms
        };
        for (asked, english) in [
            ("Darf ich den Quellcode verkaufen?", "May I sell the source code?"),
            ("Brauchen wir einen Lizenztext?", "license text"),
            ("Peut-on modifier le code source ?", "may one modify the source"),
            ("¿Puedo distribuir software libre?", "can I distribute free software"),
            ("Ist Apache 2.0 mit GPLv2 kompatibel?", "apache 2 gpl2 compatible"),
        ] {
            assert_eq!(sorted(asked), sorted(english), "{asked}");
        }
    }

    #[test]
    fn a_second_version_belongs_to_the_license_before_it() {
        assert_eq!(terms("GPLv2 and v3"), ["=gpl", "=gpl2", "=gpl", "=gpl3"]);
    }

    #[test]
    fn how_a_question_asks() {
        let asks = |text: &str| manner(&words(text));
        assert_eq!(asks("Can I sell it?"), Manner::May);
        assert_eq!(asks("Do we have to publish?"), Manner::Must);
        assert_eq!(asks("What may we do?"), Manner::Open);
        assert_eq!(asks("Does selling it violate the GPL?"), Manner::Forbidden);
    }
}
