//! What people and package managers write for a license, turned into an SPDX expression.

use serde::Serialize;

use super::compound::Compound;
use super::index::{Hit, How, Reading};
use super::wrapping;
use crate::license::Licenses;
use crate::license::expression::{Expression, Term, is_canonical, shortened};

/// Longest name that is read, in bytes; anything longer is a text for [`super::identify_text`].
pub const MAX_NAME: usize = 512;

/// Another license that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// SPDX expression.
    pub expression: String,
    /// Its full name, for buttons.
    pub name: String,
}

/// What a name turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    /// SPDX expression; `None` for what is no license or is not guessed.
    pub expression: Option<String>,
    /// From 0 (nothing recognized) to 1 (it is an SPDX expression).
    pub confidence: f32,
    /// What else it may mean, the likeliest first; in chat these are the buttons.
    pub alternatives: Vec<Alternative>,
    /// Why, as one sentence.
    pub why: String,
}

impl Identified {
    fn none(why: impl Into<String>) -> Self {
        Self { expression: None, confidence: 0.0, alternatives: Vec::new(), why: why.into() }
    }
}

/// Recognizes a license name, id, classifier, URL or expression. Never fails: what is not recognized has no
/// expression and says why. Identifying an identified expression gives it back.
pub fn identify(licenses: &Licenses, input: &str) -> Identified {
    let decoded = wrapping::decoded(input);
    let text = wrapping::stripped(&decoded);
    if text.is_empty() {
        return Identified::none("nothing is given");
    }
    if text.len() > MAX_NAME {
        return long_expression(text).unwrap_or_else(|| {
            Identified::none(format!(
                "longer than {MAX_NAME} bytes: a text, not a name; ask for it to be read as a text"
            ))
        });
    }
    if let Ok(expression) = text.parse::<Expression>() {
        return exact(text, &expression);
    }
    if let Some(hit) = excepted_twice(text) {
        return found(licenses, text, hit);
    }
    read(licenses, text, wrapping::address(text).is_some()).unwrap_or_else(|| {
        Identified::none(format!("`{}` names no license that is known here", shortened(text)))
    })
}

/// Reads a name, or an address and then what stands around it.
fn read(licenses: &Licenses, text: &str, is_address: bool) -> Option<Identified> {
    let names = &licenses.names;
    if is_address {
        return names.address(text).map(|hit| found(licenses, text, hit));
    }
    if let Some(hit) = names.direct(text) {
        return Some(found(licenses, text, hit));
    }
    let (core, addresses) = wrapping::core(text);
    if core != text {
        let by_name = identified(licenses, &core);
        let by_address = addresses.iter().find_map(|address| names.address(address));
        return match (by_name, by_address) {
            (Some(name), Some(address)) => Some(both(licenses, text, name, address)),
            (Some(name), None) => Some(name),
            (None, Some(address)) => Some(found(licenses, text, address)),
            (None, None) => None,
        };
    }
    if let Some(hit) = compound(licenses, text) {
        return Some(found(licenses, text, hit));
    }
    names.lenient(text).map(|hit| found(licenses, text, hit))
}

/// As [`identify`], for what is left of a name; `None` for what is nothing.
fn identified(licenses: &Licenses, text: &str) -> Option<Identified> {
    let text = wrapping::stripped(text);
    if text.is_empty() {
        return None;
    }
    match text.parse::<Expression>() {
        Ok(expression) => Some(exact(text, &expression)),
        Err(_) => read(licenses, text, false),
    }
}

/// Several names in one.
fn compound(licenses: &Licenses, text: &str) -> Option<Hit> {
    match licenses.names.compound(text) {
        Compound::Known(expression, how) => Some(Hit { reading: Reading::Is(expression.to_string()), how }),
        Compound::Partly(alternatives) => {
            // `PD/MIT`-like names that no operator explains may still be one name, but only exactly.
            let why = "part of it is not clear; say which license is meant".to_owned();
            let reading = Reading::Several { reading: None, alternatives, why };
            Some(Hit { reading, how: How::Rule })
        }
        Compound::Single | Compound::Unknown => None,
    }
}

/// A name with the address of a license beside it: where the two differ, nothing is guessed.
fn both(licenses: &Licenses, text: &str, name: Identified, address: Hit) -> Identified {
    let Reading::Is(meant) = &address.reading else { return name };
    match &name.expression {
        Some(expression) if expression == meant => name,
        // "BSD, http://opensource.org/licenses/BSD-3-Clause": the address says which.
        None if name.alternatives.iter().any(|other| other.expression == *meant) => {
            found(licenses, text, address)
        }
        None => name,
        Some(expression) => {
            let alternatives = vec![expression.clone(), meant.clone()];
            let why = "the name and its address differ".to_owned();
            found(
                licenses,
                text,
                Hit { reading: Reading::Several { reading: None, alternatives, why }, how: How::Rule },
            )
        }
    }
}

/// A license with one exception more than it may have, as where the first is part of a deprecated id: neither is
/// dropped. Source: <https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/>.
fn excepted_twice(text: &str) -> Option<Hit> {
    const WITH: &str = " with ";
    let at = text.to_ascii_lowercase().rfind(WITH)?;
    let (before, exception) = (&text[..at], text[at + WITH.len()..].trim());
    let known = spdx::identifiers::EXCEPTIONS.iter().any(|known| known.name.eq_ignore_ascii_case(exception));
    let expression: Expression = before.parse().ok().filter(|_| known)?;
    let Term::Spdx { exception: Some(first), .. } = expression.terms().pop()? else { return None };
    let why = format!("a license takes one exception, and it has {first} already");
    let alternatives = vec![expression.to_string()];
    Some(Hit { reading: Reading::Several { reading: None, alternatives, why }, how: How::Rule })
}

/// An expression may be longer than a name.
fn long_expression(text: &str) -> Option<Identified> {
    let expression = text.parse::<Expression>().ok()?;
    Some(exact(text, &expression))
}

fn exact(text: &str, expression: &Expression) -> Identified {
    match expression {
        Expression::Term(Term::None) => return Identified::none("NONE says that there is no license"),
        Expression::Term(Term::NoAssertion) => {
            return Identified::none("NOASSERTION says that nobody looked for the license");
        }
        _ => {}
    }
    // What is already written in current ids is given back as it is.
    let canonical = expression.to_string();
    let redundant = text.starts_with('(') && !canonical.starts_with('(');
    let expression = if is_canonical(text) && !redundant { text.to_owned() } else { canonical };
    Identified {
        expression: Some(expression),
        confidence: 1.0,
        alternatives: Vec::new(),
        why: "it is an SPDX license expression".to_owned(),
    }
}

fn found(licenses: &Licenses, text: &str, hit: Hit) -> Identified {
    let sure = match hit.how {
        How::Name => 0.98,
        How::Rule => 0.9,
        How::Corrected => 0.75,
    };
    let named =
        |expression: &String| Alternative { expression: expression.clone(), name: licenses.name(expression) };
    match hit.reading {
        Reading::Is(expression) => {
            let why = match hit.how {
                How::Name => format!("`{}` is a name of {expression}", shortened(text)),
                How::Rule => format!("`{}` reads as {expression}", shortened(text)),
                How::Corrected => format!("`{}`, spelling corrected, reads as {expression}", shortened(text)),
            };
            Identified { expression: Some(expression), confidence: sure, alternatives: Vec::new(), why }
        }
        Reading::Several { reading, alternatives, why } => Identified {
            confidence: if reading.is_some() { sure * 0.7 } else { 0.3 },
            alternatives: alternatives.iter().filter(|a| Some(*a) != reading.as_ref()).map(named).collect(),
            expression: reading,
            why,
        },
        Reading::NoLicense => Identified::none(format!("`{}` is no open source license", shortened(text))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::license::testing::licenses;

    fn expression(input: &str) -> Option<String> {
        identify(licenses(), input).expression
    }

    #[test]
    fn names_of_many_sources_are_read() {
        for (name, means) in [
            ("Expat License", "MIT"),
            ("apache-license-v2", "Apache-2.0"),
            ("ASL 2.0", "Apache-2.0"),
            ("ApacheLicense2.0", "Apache-2.0"),
            ("Licence :: OSI Approved :: Mozilla Public License 1.1", "MPL-1.1"),
            ("version 3 of the GNU General Public License", "GPL-3.0-only"),
            (
                "GNU Lesser General Public License, version 3 or (at your option) any later version",
                "LGPL-3.0-or-later",
            ),
            ("LGPLv2.1+ with exceptions", ""),
            ("GPL (>= 3)", "GPL-3.0-or-later"),
            ("ofl-1-1", "OFL-1.1"),
            ("BSD (3 clause)", "BSD-3-Clause"),
            ("https://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC-BY-NC-4.0"),
            ("GPLv3 with GCC runtime library exception", "GPL-3.0-only WITH GCC-exception-3.1"),
            ("GPL-2+ with autoconf exception", "GPL-2.0-or-later WITH Autoconf-exception-2.0"),
            ("MPL 1.1/GPL 2.0/LGPL 2.1", "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-only"),
            ("GPL 2 or 3", "GPL-2.0-only OR GPL-3.0-only"),
            ("ISC, MIT and Zlib", "ISC AND MIT AND Zlib"),
            ("Mozila Public Licence 2.0", "MPL-2.0"),
            ("business source license 1.1", "BUSL-1.1"),
            ("boost license", "BSL-1.0"),
            ("UNLICENCE", "Unlicense"),
            ("UNLICENSED", ""),
            ("Free for non-commercial use", ""),
            ("our own terms", ""),
            ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1, February 1999", "LGPL-2.1-only"),
            ("GNU Library General Public License Version 2 June 1991", "LGPL-2.0-only"),
            ("GNU Affero General Public License, version 3, 19 November 2007", "AGPL-3.0-only"),
            ("(GPL+ or Artistic) and ISC", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND ISC"),
            // Debian: an operator after a comma joins all that stands before it.
            ("GPL-1+ or Artistic, and Expat", "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND MIT"),
            ("MIT, ISC, and Zlib", "MIT AND ISC AND Zlib"),
            ("GPLv2+ and (MIT or ASL 2.0)", "GPL-2.0-or-later AND (MIT OR Apache-2.0)"),
            ("GPLv2+ and (MIT or BSD)", ""),
            ("LGPLv3+_or_GPLv2+", "LGPL-3.0-or-later OR GPL-2.0-or-later"),
            ("Dual licensed under MIT and GPLv3", "MIT OR GPL-3.0-only"),
            // FreeBSD, Nix: a version without its dot.
            ("APACHE20", "Apache-2.0"),
            ("lgpl21Plus", "LGPL-2.1-or-later"),
            ("gpl2Classpath", "GPL-2.0-only WITH Classpath-exception-2.0"),
            ("APACHE-2-LLVM-EXCEPTIONS", "Apache-2.0 WITH LLVM-exception"),
            (
                "The GNU General Public License, v2 with Universal FOSS Exception, v1.0",
                "GPL-2.0-only WITH Universal-FOSS-exception-1.0",
            ),
            // What stands around a name.
            ("MIT <http://opensource.org/licenses/MIT>", "MIT"),
            ("BSD, http://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"),
            ("MIT, http://www.apache.org/licenses/LICENSE-2.0", ""),
            ("MIT License. Copyright A Company. All rights reserved.", "MIT"),
            ("Copyright (c) 2019 A Company. All rights reserved.", ""),
            ("Free software (MIT)", "MIT"),
            ("Proprietary (MIT)", ""),
            ("{\"type\": \"MIT\"}", "MIT"),
            ("IBM-as-is", ""),
            ("CC-BY-SA-2.0-IT", ""),
            ("Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ] {
            assert_eq!(expression(name).as_deref().unwrap_or_default(), means, "{name}");
        }
    }

    #[test]
    fn ambiguous_names_are_not_guessed_but_offered() {
        for name in ["LGPL", "bsd license", "CC BY", "Creative Commons license", "public domain", "BSL"] {
            let found = identify(licenses(), name);
            assert_eq!(found.expression, None, "{name}");
            assert!(found.alternatives.len() > 1, "{name}");
        }
        let mpl = identify(licenses(), "Mozilla Public License");
        assert_eq!(mpl.expression.as_deref(), Some("MPL-2.0"));
        assert!(mpl.confidence < 0.8 && !mpl.alternatives.is_empty());
    }

    #[test]
    fn no_exception_is_dropped() {
        for name in [
            "GPL-2.0-with-GCC-exception WITH 389-exception",
            "MIT or gpl-2.0-with-classpath-exception with 389-exception",
        ] {
            let found = identify(licenses(), name);
            assert_eq!((found.expression, found.alternatives.len()), (None, 1), "{name}");
            assert!(found.why.contains("one exception"), "{}", found.why);
        }
    }

    #[test]
    fn every_id_and_full_name_of_the_list_is_known() {
        for license in
            spdx::identifiers::LICENSES.iter().filter(|l| !matches!(l.name, "NONE" | "NOASSERTION"))
        {
            let current: Expression = license.name.parse().expect("ids parse");
            assert_eq!(expression(license.name), Some(current.to_string()), "{}", license.name);
        }
        let unknown: Vec<&str> = spdx::identifiers::LICENSES
            .iter()
            .filter(|l| l.flags & spdx::flags::IS_DEPRECATED == 0 && l.name != "NOASSERTION")
            // Two entries of one name: the second is the first under an id that should be deprecated too.
            .filter(|l| {
                !spdx::identifiers::LICENSES.iter().any(|o| o.full_name == l.full_name && o.name > l.name)
            })
            .filter(|l| expression(l.full_name).as_deref() != Some(l.name))
            .map(|l| l.full_name)
            .collect();
        assert!(unknown.is_empty(), "{} full names are not read as theirs: {unknown:#?}", unknown.len());
    }

    #[test]
    fn hostile_names_end_in_nothing() {
        for name in [
            "(".repeat(1_000_000),
            "/".repeat(500),
            "or ".repeat(150),
            "+".repeat(500),
            "\u{202e}\u{0}".repeat(100),
        ] {
            assert_eq!(expression(&name), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_is_identified_without_panic(text in "\\PC{0,80}") {
            let _ = expression(&text);
        }

        #[test]
        fn identify_of_any_expression_is_itself(
            ids in prop::collection::vec(0..spdx::identifiers::LICENSES.len(), 1..5),
            exception in prop::option::of(0..spdx::identifiers::EXCEPTIONS.len()),
            operators in prop::collection::vec(prop_oneof![Just(" OR "), Just(" AND ")], 5),
        ) {
            let mut text = String::new();
            for (n, id) in ids.iter().enumerate() {
                if n > 0 {
                    text.push_str(operators[n]);
                }
                text.push_str(spdx::identifiers::LICENSES[*id].name);
            }
            if let Some(exception) = exception {
                text.push_str(&format!(" WITH {}", spdx::identifiers::EXCEPTIONS[exception].name));
            }
            if let Some(found) = expression(&text) {
                prop_assert_eq!(expression(&found), Some(found.clone()));
                prop_assert_eq!(found.parse::<Expression>().ok(), text.parse::<Expression>().ok(), "{}", text);
            }
        }

        #[test]
        fn identify_of_an_identified_expression_is_itself(
            text in "(GPL|LGPL|Apache|MIT|BSD|MPL|CC BY|zlib)[ -]?(v?[123](\\.[01])?)?(\\+| or later)?( (or|and|/) (MIT|ISC|Perl))?"
        ) {
            if let Some(found) = expression(&text) {
                prop_assert_eq!(expression(&found), Some(found.clone()));
            }
        }
    }
}
