//! Reads the sides of a pair: expressions, or names that `identify` knows.

use super::super::Licenses;
use super::super::expression::{Expression, ExpressionError, Term, shortened};
use super::super::names::identify;
use super::closed::{Named, named};

/// Most words of a pair; more are no two license names.
const MAX_WORDS: usize = 300;

/// Reads one side: an SPDX expression, `NONE`, or a name such as `Apache 2`.
///
/// Errors: the fault of the expression; for a name that means several licenses, which they are.
pub fn read_side(licenses: &Licenses, text: &str) -> Result<Expression, ExpressionError> {
    let text = unquoted(text);
    let error = match text.parse() {
        Ok(expression) => return Ok(expression),
        Err(error) => error,
    };
    if matches!(error, ExpressionError::TooLong(_) | ExpressionError::TooDeep | ExpressionError::TooMany) {
        return Err(error);
    }
    let identified = identify(licenses, text);
    match identified.expression {
        Some(expression) => expression.parse(),
        None if !identified.alternatives.is_empty() => Err(ExpressionError::Ambiguous {
            name: shortened(text),
            candidates: identified
                .alternatives
                .into_iter()
                .map(|alternative| alternative.expression)
                .collect(),
        }),
        None if words_say_closed(text) => Ok(Expression::Term(Term::Reference(PROPRIETARY.to_owned()))),
        // Of a name in several words, the fault is not that its first word is no id.
        None => Err(match error {
            ExpressionError::UnknownLicense { near: None, .. } => ExpressionError::NoLicense(identified.why),
            ExpressionError::UnknownLicense { .. } if !is_expression(text) => {
                ExpressionError::NoLicense(identified.why)
            }
            error => error,
        }),
    }
}

/// What "proprietary" and "commercial license" mean, for people and package managers.
const PROPRIETARY: &str = "LicenseRef-Proprietary";

fn words_say_closed(text: &str) -> bool {
    text.split_whitespace().count() <= 4 && named(&text.replace(' ', "-")) == Named::Proprietary
}

/// One word, or words joined by operators.
fn is_expression(text: &str) -> bool {
    text.split_whitespace().count() == 1
        || text.split_whitespace().any(|word| matches!(word, "AND" | "OR" | "WITH"))
}

/// Splits a line "INBOUND OUTBOUND" into its sides. Either may be an expression with spaces, a quoted name, or a
/// known name; "in", "into", "->" and a tab may stand between them. The sides are given back as written, for
/// [`read_side`].
///
/// Errors: [`ExpressionError::NoPair`] where no cut gives two licenses.
pub fn split_pair(licenses: &Licenses, line: &str) -> Result<(String, String), ExpressionError> {
    let line = line.trim();
    if line.is_empty() {
        return Err(ExpressionError::Empty);
    }
    let no_pair = || ExpressionError::NoPair(shortened(line));
    if let Some(pair) = quoted(line) {
        return Ok(pair);
    }
    for between in ["->", "=>", "→", "\t", " into ", " inside ", " in "] {
        if let Some((inbound, outbound)) = line.split_once(between) {
            let (inbound, outbound) = (inbound.trim(), outbound.trim());
            if !inbound.is_empty() && !outbound.is_empty() {
                return Ok((inbound.to_owned(), outbound.to_owned()));
            }
        }
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() < 2 || words.len() > MAX_WORDS {
        return Err(no_pair());
    }
    let sides = |cut: usize| (words[..cut].join(" "), words[cut..].join(" "));
    let expression = |text: &str| text.parse::<Expression>().is_ok();
    if let Some(pair) = (1..words.len()).map(sides).find(|(a, b)| expression(a) && expression(b)) {
        return Ok(pair);
    }
    if words.len() > 24 {
        return Err(no_pair());
    }
    // Names in plain words: the cut whose sides are recognized best.
    let sure = |text: &str| {
        let identified = identify(licenses, text);
        match (identified.expression, identified.alternatives.is_empty()) {
            (Some(_), _) => identified.confidence,
            // An ambiguous name is a side too: the error then says what it can mean.
            (None, false) => identified.confidence,
            (None, true) if expression(text) => 1.0,
            (None, true) if words_say_closed(text) => 0.5,
            (None, true) => 0.0,
        }
    };
    (1..words.len())
        .map(sides)
        .map(|(a, b)| (sure(&a).min(sure(&b)), a, b))
        .filter(|(sure, _, _)| *sure > 0.0)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, a, b)| (a, b))
        .ok_or_else(no_pair)
}

/// `"Apache 2" "LGPL 2.1"`, or one side in quotes.
fn quoted(line: &str) -> Option<(String, String)> {
    let quote = |c: char| matches!(c, '"' | '“' | '”' | '\'' | '`');
    let cut = if line.starts_with(quote) {
        let first = line.chars().next()?.len_utf8();
        let end = first + line[first..].find(quote)?;
        end + line[end..].chars().next()?.len_utf8()
    } else {
        line.find(|c: char| quote(c)).filter(|_| line.ends_with(quote))?
    };
    let (inbound, outbound) = (unquoted(&line[..cut]), unquoted(&line[cut..]));
    let outbound =
        ["in ", "into ", "-> "].iter().find_map(|word| outbound.strip_prefix(word)).unwrap_or(outbound);
    let inbound = inbound.strip_suffix(" in").unwrap_or(inbound);
    let (inbound, outbound) = (unquoted(inbound), unquoted(outbound));
    (!inbound.is_empty() && !outbound.is_empty()).then(|| (inbound.to_owned(), outbound.to_owned()))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(|c: char| matches!(c, '"' | '“' | '”' | '\'' | '`')).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::licenses;

    #[test]
    fn lines_are_split_where_both_sides_are_licenses() {
        for (line, inbound, outbound) in [
            ("MIT GPL-3.0-only", "MIT", "GPL-3.0-only"),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0 Apache-2.0",
                "GPL-2.0-only WITH Classpath-exception-2.0",
                "Apache-2.0",
            ),
            ("MIT OR ISC (Zlib AND MIT)", "MIT OR ISC", "(Zlib AND MIT)"),
            ("NONE LicenseRef-Proprietary", "NONE", "LicenseRef-Proprietary"),
            ("Apache 2 -> GPL v2 only", "Apache 2", "GPL v2 only"),
            ("lgpl 2.1 in apache 2", "lgpl 2.1", "apache 2"),
            ("Apache 2 GNU GPL v3", "Apache 2", "GNU GPL v3"),
            ("\"New BSD License\" \"MPL 2\"", "New BSD License", "MPL 2"),
            ("'New BSD' MIT", "New BSD", "MIT"),
            ("MIT \"MPL 2\"", "MIT", "MPL 2"),
            ("GPL v3 proprietary", "GPL v3", "proprietary"),
        ] {
            assert_eq!(split_pair(licenses(), line), Ok((inbound.into(), outbound.into())), "{line}");
        }
    }

    #[test]
    fn names_that_are_no_license_are_named_whole_and_closed_ones_are_closed() {
        let said =
            |text: &str| read_side(licenses(), text).map(|e| e.to_string()).unwrap_or_else(|e| e.to_string());
        assert!(
            said("SEE LICENSE IN LICENSE.md").starts_with("`SEE LICENSE IN LICENSE.md` is no"),
            "{}",
            said("SEE LICENSE IN LICENSE.md")
        );
        assert!(said("MIT OR Apche-2").contains("Apache-2.0"), "{}", said("MIT OR Apche-2"));
        assert!(said("banana split terms").contains("names no license"), "{}", said("banana split terms"));
        for closed in ["Proprietary", "commercial license", "All rights reserved"] {
            assert_eq!(said(closed), PROPRIETARY, "{closed}");
        }
    }

    #[test]
    fn what_is_no_pair_says_how_to_write_one() {
        for line in ["MIT", "one two three", "\"", "\"MIT", "((((( )))))"] {
            let error = split_pair(licenses(), line).unwrap_err().to_string();
            assert!(error.contains("INBOUND OUTBOUND"), "{line}: {error}");
        }
        assert!(split_pair(licenses(), &"( ".repeat(500_000)).is_err());
        assert!(split_pair(licenses(), &"MIT ".repeat(100_000)).is_err());
    }
}
