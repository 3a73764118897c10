//! A curated file, what can be wrong with it, and the one way to say so.
//!
//! Every folder that reads curated data (licenses, workflows, articles) reports through [`Fault`], so that
//! `ospo knowledge check` and `ospo config check` speak with one voice: file, line, what, and how to mend it.

use std::fmt;

use serde::de::DeserializeOwned;

/// One file of curated data, already read: the pure modules never touch the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the knowledge folder, with `/` between the parts: `articles/copyleft/gpl-fonts.md`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The file name without its folders and its last extension: `gpl-fonts`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// One thing that is wrong with a curated file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as in [`SourceFile::path`].
    pub file: String,
    /// The line it concerns, from 1.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// How to mend it, as a sentence without a full stop; empty where `what` says it all.
    pub cure: String,
}

impl Fault {
    /// A fault at a line of a file.
    pub fn new(
        file: impl Into<String>,
        line: usize,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), line, what: what.into(), cure: cure.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)?;
        if !self.cure.is_empty() {
            write!(f, "\n    {}", self.cure)?;
        }
        Ok(())
    }
}

/// Reads TOML into a type. The fault names the line and, for a misspelt key or value, the nearest allowed one.
///
/// `first_line` is the line of the file on which `text` begins (1 for a whole file; more for front matter).
pub fn parse_toml<T: DeserializeOwned>(file: &str, text: &str, first_line: usize) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_at(text, span.start) - 1);
        let message = error.message().trim().replace('\n', " ");
        let cure = nearest_allowed(&message).unwrap_or_default();
        Fault::new(file, first_line + line, message, cure)
    })
}

/// The line (from 1) on which byte `offset` of `text` stands.
pub fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The line (from 1) of the first occurrence of `needle`, or 1.
pub fn line_of(text: &str, needle: &str) -> usize {
    text.find(needle).map_or(1, |offset| line_at(text, offset))
}

/// The candidate closest to `word` by Damerau-Levenshtein similarity, if one is close enough to be meant.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const CLOSE_ENOUGH: f64 = 0.6;
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase()), candidate)
        })
        .filter(|(similarity, _)| *similarity >= CLOSE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// serde writes ``unknown field `x`, expected one of `a`, `b` ``: finds the candidate nearest to `x`.
fn nearest_allowed(message: &str) -> Option<String> {
    let kind = ["unknown field", "unknown variant"].into_iter().find(|kind| message.contains(kind))?;
    let mut quoted = message.split('`').skip(1).step_by(2);
    let given = quoted.next()?;
    let allowed: Vec<&str> = quoted.collect();
    let noun = if kind == "unknown field" { "key" } else { "value" };
    match suggest(given, allowed.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if allowed.is_empty() => Some(format!("remove this {noun}")),
        None => Some(format!("allowed here: {}", allowed.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        owner: String,
    }

    #[test]
    fn a_misspelt_key_names_its_line_and_the_nearest_allowed_key() {
        let fault = parse_toml::<Sample>("a.toml", "# comment\nownr = \"ospo\"\n", 1).unwrap_err();
        assert_eq!((fault.line, fault.cure.as_str()), (2, "did you mean `owner`?"));
    }

    #[test]
    fn the_first_line_shifts_what_front_matter_reports() {
        let fault = parse_toml::<Sample>("a.md", "owner = 3\n", 2).unwrap_err();
        assert_eq!(fault.line, 2);
    }

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(suggest("aprove", ["approve", "reject"]), Some("approve"));
        assert_eq!(suggest("zebra", ["approve", "reject"]), None);
    }
}
