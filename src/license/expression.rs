//! SPDX license expressions: read, bounded, and turned into a small tree.
//!
//! Grammar: SPDX Specification 2.3, Annex D ("SPDX license expressions"). The `spdx` crate reads the expression;
//! this module makes it safe for hostile input (length, depth and count are bounded before anything is parsed),
//! forgiving about case (Annex D.2 asks for case-insensitive matching) and free of deprecated ids.

mod ids;

use std::fmt;

use spdx::expression::{ExprNode, Operator};
use spdx::{AdditionItem, LicenseItem, LicenseReq, ParseMode};

pub use self::ids::license_id;
use self::ids::{exception_id, exceptions, license_word};
use crate::core::source::suggest;

/// Longest expression that is read, in bytes. The longest in real package metadata are below 2 KiB.
pub const MAX_LENGTH: usize = 8 * 1024;
/// Deepest nesting of parentheses that is read.
pub const MAX_DEPTH: usize = 32;
/// Most license terms in one expression.
pub const MAX_TERMS: usize = 64;

/// Why a text is no license expression, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Nothing there.
    #[error("no license is given; write an SPDX expression, for example `MIT OR Apache-2.0`")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("the expression is {0} bytes long; at most {MAX_LENGTH} are read, so check it in parts")]
    TooLong(usize),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("parentheses are nested deeper than {MAX_DEPTH}; remove those that are not needed")]
    TooDeep,
    /// More terms than [`MAX_TERMS`].
    #[error("the expression names more than {MAX_TERMS} licenses; check it in parts")]
    TooMany,
    /// A word that is neither a license nor an operator.
    #[error("`{word}` is no SPDX license id{}", did_you_mean(.near))]
    UnknownLicense {
        /// The word as written.
        word: String,
        /// The nearest id, if one is near.
        near: Option<String>,
    },
    /// What follows `WITH` is no exception.
    #[error("`{word}` is no SPDX exception id{}", did_you_mean(.near))]
    UnknownException {
        /// The word as written.
        word: String,
        /// The nearest exception, if one is near.
        near: Option<String>,
    },
    /// A name that stands for several licenses.
    #[error("`{name}` can mean several licenses; say which: {}", .candidates.join(", "))]
    Ambiguous {
        /// The name as written.
        name: String,
        /// What it can mean.
        candidates: Vec<String>,
    },
    /// The words are right and their order is not.
    #[error("`{0}` is not a well-formed SPDX expression: {1}")]
    Malformed(String, String),
    /// A name that means no license.
    #[error("{0}; write its SPDX id, see https://spdx.org/licenses/")]
    NoLicense(String),
    /// Fewer or more than two sides where a pair is asked for.
    #[error("`{0}` is no pair of licenses; write INBOUND OUTBOUND, for example `MIT GPL-3.0-only`")]
    NoPair(String),
}

fn did_you_mean(near: &Option<String>) -> String {
    near.as_ref()
        .map_or_else(|| "; see https://spdx.org/licenses/".to_owned(), |n| format!("; did you mean `{n}`?"))
}

/// One license as it stands in an expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A license of the SPDX list.
    Spdx {
        /// The current (never deprecated, where a successor exists) id.
        id: &'static str,
        /// Whether a `+` follows (GNU licenses say it in their id instead).
        later: Later,
        /// The exception after `WITH`.
        exception: Option<String>,
    },
    /// `LicenseRef-…`, with its `DocumentRef-…:` if it has one.
    Reference(String),
    /// `NONE`: the author says there is no license.
    None,
    /// `NOASSERTION`: nobody said.
    NoAssertion,
}

/// Whether later versions of a license may be used instead (`+`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Later {
    /// This version, as far as the expression says.
    No,
    /// This or any later version.
    Yes,
}

impl Term {
    /// A plain license of the SPDX list; `None` where there is no such id.
    pub fn of(id: &str) -> Option<Self> {
        let id = spdx::license_id(id)?;
        Some(Self::Spdx { id: id.name, later: Later::No, exception: None })
    }

    /// The SPDX id, without `+` and exception.
    pub fn id(&self) -> Option<&'static str> {
        match self {
            Self::Spdx { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The exception after `WITH`.
    pub fn exception(&self) -> Option<&str> {
        match self {
            Self::Spdx { exception, .. } => exception.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spdx { id, later, exception } => {
                f.write_str(id)?;
                if *later == Later::Yes {
                    f.write_str("+")?;
                }
                exception.as_ref().map_or(Ok(()), |exception| write!(f, " WITH {exception}"))
            }
            Self::Reference(name) => f.write_str(name),
            Self::None => f.write_str("NONE"),
            Self::NoAssertion => f.write_str("NOASSERTION"),
        }
    }
}

/// A license expression as a tree. Its depth is bounded by [`MAX_DEPTH`] and [`MAX_TERMS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// One license.
    Term(Term),
    /// All of these apply.
    And(Vec<Expression>),
    /// One of these may be chosen.
    Or(Vec<Expression>),
}

impl Expression {
    /// Every license named, in the order written.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Term(term) => vec![term],
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::terms).collect(),
        }
    }

    /// Joins two expressions, keeping a run of the same operator flat and saying nothing twice.
    pub(crate) fn join(operator: Operator, left: Self, right: Self) -> Self {
        let mut parts = Vec::new();
        for side in [left, right] {
            match (operator, side) {
                (Operator::And, Self::And(inner)) | (Operator::Or, Self::Or(inner)) => parts.extend(inner),
                (_, other) => parts.push(other),
            }
        }
        let mut once: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts {
            if !once.contains(&part) {
                once.push(part);
            }
        }
        match (once.len(), operator) {
            (1, _) => once.remove(0),
            (_, Operator::And) => Self::And(once),
            (_, Operator::Or) => Self::Or(once),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, inside: bool) -> fmt::Result {
        let (parts, word) = match self {
            Self::Term(term) => return fmt::Display::fmt(term, f),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
        };
        if inside {
            f.write_str("(")?;
        }
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                f.write_str(word)?;
            }
            part.write(f, true)?;
        }
        if inside { f.write_str(")") } else { Ok(()) }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl std::str::FromStr for Expression {
    type Err = ExpressionError;

    /// Reads an SPDX expression, `NONE` or `NOASSERTION`. Ids and operators may be in any case; deprecated ids
    /// become their successors.
    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let text = text.trim();
        bounded(text)?;
        match text.to_ascii_uppercase().as_str() {
            "NONE" => return Ok(Self::Term(Term::None)),
            "NOASSERTION" => return Ok(Self::Term(Term::NoAssertion)),
            _ => {}
        }
        let canonical = canonical_words(text)?;
        let parsed = spdx::Expression::parse_mode(&canonical, MODE)
            .map_err(|error| ExpressionError::Malformed(shortened(text), error.reason.to_string()))?;
        let mut stack: Vec<Self> = Vec::new();
        for node in parsed.iter() {
            match node {
                ExprNode::Req(requirement) => stack.push(Self::Term(term(&requirement.req))),
                ExprNode::Op(operator) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Err(ExpressionError::Malformed(
                            shortened(text),
                            "an operator lacks a side".into(),
                        ));
                    };
                    stack.push(Self::join(*operator, left, right));
                }
            }
        }
        stack.pop().ok_or(ExpressionError::Empty)
    }
}

const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// Refuses what is too long, too deep or has too many words, before any parser sees it.
fn bounded(text: &str) -> Result<(), ExpressionError> {
    if text.is_empty() {
        return Err(ExpressionError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(ExpressionError::TooLong(text.len()));
    }
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(ExpressionError::TooDeep);
        }
    }
    if text.split_whitespace().count() > MAX_TERMS * 4 {
        return Err(ExpressionError::TooMany);
    }
    Ok(())
}

/// Gives every word the spelling of the SPDX list and replaces deprecated ids.
fn canonical_words(text: &str) -> Result<String, ExpressionError> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<String> = Vec::new();
    let mut terms = 0;
    let mut after_with = false;
    for word in spaced.split_whitespace() {
        let upper = word.to_ascii_uppercase();
        let is_with = upper == "WITH";
        if matches!(upper.as_str(), "AND" | "OR" | "WITH" | "(" | ")") {
            words.push(upper);
        } else if after_with {
            let exception = exception_id(word).ok_or_else(|| ExpressionError::UnknownException {
                word: shortened(word),
                near: suggest_bounded(word, exceptions()),
            })?;
            words.push(exception);
        } else {
            terms += 1;
            words.push(license_word(word).ok_or_else(|| ExpressionError::UnknownLicense {
                word: shortened(word),
                near: suggest_bounded(word, spdx::identifiers::LICENSES.iter().map(|license| license.name)),
            })?);
        }
        after_with = is_with;
    }
    if terms > MAX_TERMS {
        return Err(ExpressionError::TooMany);
    }
    Ok(words.join(" "))
}

/// Whether a text is an expression whose every word is already spelled as the SPDX list spells it today.
pub(crate) fn is_canonical(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    canonical_words(text).is_ok_and(|words| spaced.split_whitespace().eq(words.split_whitespace()))
}

fn suggest_bounded(word: &str, candidates: impl Iterator<Item = &'static str>) -> Option<String> {
    (word.len() <= 64).then(|| suggest(word, candidates).map(str::to_owned)).flatten()
}

fn term(requirement: &LicenseReq) -> Term {
    match &requirement.license {
        LicenseItem::Spdx { id, or_later } => Term::Spdx {
            id: id.name,
            later: if *or_later && !id.is_gnu() { Later::Yes } else { Later::No },
            exception: requirement.addition.as_ref().map(|addition| match addition {
                AdditionItem::Spdx(id) => id.name.to_owned(),
                AdditionItem::Other(reference) => reference.to_string(),
            }),
        },
        LicenseItem::Other(reference) => Term::Reference(reference.to_string()),
    }
}

/// At most 60 characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(60).filter(|c| !c.is_control()).collect();
    if text.chars().count() > 60 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, ExpressionError> {
        text.parse::<Expression>().map(|expression| expression.to_string())
    }

    #[test]
    fn case_does_not_matter_and_deprecated_ids_become_current() {
        for (written, means) in [
            ("mit or apache-2.0", "MIT OR Apache-2.0"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("gpl-2.0", "GPL-2.0-only"),
            ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("LGPL-2.1-or-later", "LGPL-2.1-or-later"),
            ("MPL-1.1+", "MPL-1.1+"),
            ("none", "NONE"),
            ("LicenseRef-Acme-1.0 AND MIT", "LicenseRef-Acme-1.0 AND MIT"),
            ("MIT OR (ISC AND (Zlib OR MIT))", "MIT OR (ISC AND (Zlib OR MIT))"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(means), "{written}");
        }
    }

    #[test]
    fn errors_name_the_fault_and_the_cure() {
        let text = |written: &str| read(written).unwrap_err().to_string();
        assert_eq!(text("Apache-2"), "`Apache-2` is no SPDX license id; did you mean `Apache-2.0`?");
        assert!(text("MIT WITH Classpath-exception").contains("did you mean `Classpath-exception-2.0`?"));
        assert!(text("MIT Apache-2.0").contains("not a well-formed SPDX expression"));
        assert!(text("  ").contains("MIT OR Apache-2.0"));
    }

    #[test]
    fn hostile_input_is_refused_before_it_is_parsed() {
        assert_eq!(read(&"(".repeat(1_000_000)), Err(ExpressionError::TooLong(1_000_000)));
        assert_eq!(read(&"(".repeat(1_000)), Err(ExpressionError::TooDeep));
        assert_eq!(read(&vec!["MIT"; 100].join(" OR ")), Err(ExpressionError::TooMany));
        assert!(read(&")".repeat(4_000)).is_err());
        assert!(
            read("MIT OR").is_err() && read("OR").is_err() && read("()").is_err() && read("WITH").is_err()
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn what_is_written_reads_as_itself(text in "(MIT|ISC|GPL-2\\.0-only|MPL-1\\.1\\+)( (AND|OR) (\\(Zlib OR MIT\\)|0BSD|ISC)){0,6}") {
            let once = read(&text).expect("it is well formed");
            prop_assert_eq!(read(&once), Ok(once.clone()));
        }
    }
}
