//! What can be answered about a practice.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a practice is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nowhere.
    No,
    /// In some places.
    Some,
    /// In most places.
    Most,
    /// Everywhere.
    Yes,
    /// It does not concern us; the reason is kept with it.
    NotApplicable,
}

impl Answer {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Some => "some",
            Self::Most => "most",
            Self::Yes => "yes",
            Self::NotApplicable => "not applicable",
        }
    }

    /// Whether the practice needs nothing more.
    pub fn holds(self) -> bool {
        matches!(self, Self::Yes | Self::NotApplicable)
    }

    /// How much of the practice is done, from 0 to 1.
    pub fn share(self) -> f64 {
        match self {
            Self::No => 0.0,
            Self::Some => 1.0 / 3.0,
            Self::Most => 2.0 / 3.0,
            Self::Yes | Self::NotApplicable => 1.0,
        }
    }
}

/// Words that are no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no answer")]
pub struct NotAnAnswer;

impl FromStr for Answer {
    type Err = NotAnAnswer;

    fn from_str(word: &str) -> Result<Self, NotAnAnswer> {
        Ok(match word.to_lowercase().trim_end_matches([',', '.', ':', ';']) {
            "no" | "n" | "none" => Self::No,
            "some" | "s" | "partly" => Self::Some,
            "most" | "m" | "mostly" => Self::Most,
            "yes" | "y" | "all" => Self::Yes,
            "na" | "n/a" | "not-applicable" => Self::NotApplicable,
            _ => return Err(NotAnAnswer),
        })
    }
}

/// An answer as somebody gives it, with what they say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// How far.
    pub answer: Answer,
    /// Evidence: a link or a note; for what is not applicable, the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Reads `most, see https://wiki.example.com/sbom` or `not applicable because we ship nothing`: the answer first, then
/// evidence or reason.
///
/// # Errors
/// When the first word is no answer.
pub fn read(words: &str) -> Result<Given, NotAnAnswer> {
    let words = words.trim();
    let lower = words.to_lowercase();
    let (answer, rest) = match lower.strip_prefix("not applicable") {
        // Lowercasing ASCII words keeps their length.
        Some(_) => (Answer::NotApplicable, &words["not applicable".len()..]),
        None => {
            let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
            (first.parse()?, rest)
        }
    };
    let note = rest.trim_start_matches([',', '.', ':', ';', '-', '–']).trim();
    let note = ["because ", "since "]
        .iter()
        .find_map(|word| note.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)))
        .map_or(note, |head| note[head.len()..].trim());
    Ok(Given { answer, note: (!note.is_empty()).then(|| note.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_note() {
        for (words, answer, note) in [
            ("yes", Answer::Yes, None),
            (
                "Most, see https://wiki.example.com/sbom",
                Answer::Most,
                Some("see https://wiki.example.com/sbom"),
            ),
            ("not applicable because we ship nothing", Answer::NotApplicable, Some("we ship nothing")),
            ("n/a: no devices", Answer::NotApplicable, Some("no devices")),
            ("some - two teams", Answer::Some, Some("two teams")),
        ] {
            let given = read(words).unwrap();
            assert_eq!((given.answer, given.note.as_deref()), (answer, note), "{words}");
        }
        for words in ["", "perhaps", "yesterday we did", "nobody"] {
            assert!(read(words).is_err(), "{words}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_words_are_read_without_a_fault(words in ".{0,80}") {
            let _ = read(&words);
        }
    }
}
