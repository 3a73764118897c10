//! May code under one license go into a work under another?
//!
//! Read it in this order: [`compatibility`] takes expressions apart, `pair` asks the rules for one license in
//! another, from the surest to the most general: no license at all, the same license, GNU versions (`gnu`), upgrade
//! paths, closed works (`closed`), what the authorities say (`authorities`), and what follows from the facts
//! (`reasoning`). Only what none of them knows is unknown.

mod authorities;
mod closed;
mod gnu;
mod pair;
mod reasoning;
mod sides;
pub(crate) mod tables;

use serde::{Deserialize, Serialize};

pub(crate) use self::closed::{Named, named};
pub use self::sides::{read_side, split_pair};
use super::Licenses;
use super::expression::{Expression, ExpressionError, Term};
use super::facts::Source;

/// How the inbound code is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Copied into the work, whole or in part.
    #[default]
    Copied,
    /// Linked as a library that stays a library.
    Linked,
}

/// The answer. Ordered from bad to good, which is what AND (the worst) and OR (the best) need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may not.
    No,
    /// Nobody here knows.
    Unknown,
    /// It may under a condition.
    Depends,
    /// It may.
    Yes,
}

/// The answer with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compatibility {
    /// The answer.
    pub verdict: Verdict,
    /// Why, in one or a few sentences.
    pub why: String,
    /// What to do about a no or a condition.
    pub way_out: Option<String>,
    /// Who says so.
    pub sources: Vec<Source>,
}

impl Compatibility {
    pub(crate) fn new(verdict: Verdict, why: impl Into<String>) -> Self {
        Self { verdict, why: why.into(), way_out: None, sources: Vec::new() }
    }

    pub(crate) fn way_out(mut self, way_out: impl Into<String>) -> Self {
        self.way_out = Some(way_out.into());
        self
    }

    pub(crate) fn source(mut self, source: Source) -> Self {
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
        self
    }
}

/// Judges whether code under `inbound` may be used in a work under `outbound`. Both may be SPDX expressions or names
/// that [`super::identify`] knows: of an OR the best branch counts, of an AND the worst, WITH counts.
///
/// Errors: a side that is no license expression and no known name, or is ambiguous; the text says what to write.
pub fn compatibility(
    licenses: &Licenses,
    inbound: &str,
    outbound: &str,
    use_: Use,
) -> Result<Compatibility, ExpressionError> {
    Ok(judge(licenses, &read_side(licenses, inbound)?, &read_side(licenses, outbound)?, use_))
}

/// As [`compatibility`], for sides that are already read.
pub fn judge(licenses: &Licenses, inbound: &Expression, outbound: &Expression, use_: Use) -> Compatibility {
    let has_license = !matches!(inbound, Expression::Term(Term::None | Term::NoAssertion));
    if inbound == outbound && has_license && !matches!(inbound, Expression::Term(_)) {
        return Compatibility::new(
            Verdict::Yes,
            "both sides have the same license expression, part for part",
        );
    }
    inbound_side(licenses, inbound, outbound, use_)
}

fn inbound_side(
    licenses: &Licenses,
    inbound: &Expression,
    outbound: &Expression,
    use_: Use,
) -> Compatibility {
    match inbound {
        Expression::Term(term) => outbound_side(licenses, term, outbound, use_),
        Expression::Or(branches) => best(
            branches.iter().map(|branch| (branch, inbound_side(licenses, branch, outbound, use_))),
            "take it under",
        ),
        Expression::And(parts) => {
            worst(parts.iter().map(|part| (part, inbound_side(licenses, part, outbound, use_))))
        }
    }
}

fn outbound_side(licenses: &Licenses, inbound: &Term, outbound: &Expression, use_: Use) -> Compatibility {
    match outbound {
        Expression::Term(term) => pair::judge(licenses, inbound, term, use_),
        Expression::Or(branches) => best(
            branches.iter().map(|branch| (branch, outbound_side(licenses, inbound, branch, use_))),
            "the whole can be offered under",
        ),
        Expression::And(parts) => {
            worst(parts.iter().map(|part| (part, outbound_side(licenses, inbound, part, use_))))
        }
    }
}

/// Of a choice, the best branch; the first of equals.
fn best<'a>(branches: impl Iterator<Item = (&'a Expression, Compatibility)>, words: &str) -> Compatibility {
    let found = branches.reduce(|a, b| if b.1.verdict > a.1.verdict { b } else { a });
    found.map_or_else(nothing, |(branch, mut judged)| {
        if judged.verdict > Verdict::Unknown {
            judged.why = format!("{words} {branch}: {}", judged.why);
        } else {
            judged.why = format!("no branch fits; for {branch}: {}", judged.why);
        }
        judged
    })
}

/// Of parts that all apply, the worst; the first of equals.
fn worst<'a>(parts: impl Iterator<Item = (&'a Expression, Compatibility)>) -> Compatibility {
    let found = parts.reduce(|a, b| if b.1.verdict < a.1.verdict { b } else { a });
    found.map_or_else(nothing, |(part, mut judged)| {
        judged.why = format!("all parts apply, and {part} decides: {}", judged.why);
        judged
    })
}

fn nothing() -> Compatibility {
    Compatibility::new(Verdict::Unknown, "there is nothing to judge")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::license::testing::licenses;

    fn verdict(inbound: &str, outbound: &str) -> Verdict {
        verdict_for(inbound, outbound, Use::Copied)
    }

    fn verdict_for(inbound: &str, outbound: &str, use_: Use) -> Verdict {
        compatibility(licenses(), inbound, outbound, use_).unwrap_or_else(|error| panic!("{error}")).verdict
    }

    #[test]
    fn upgrade_paths_are_rules() {
        use Verdict::{Depends, No, Yes};
        for (inbound, outbound, expected) in [
            ("MPL-2.0", "AGPL-3.0-or-later", Yes),
            ("MPL-2.0-no-copyleft-exception", "GPL-3.0-only", No),
            ("MPL-1.1+", "GPL-2.0-only", Yes),
            ("MPL-1.1", "GPL-2.0-only", No),
            ("CC-BY-SA-4.0", "GPL-3.0-only", Yes),
            ("GPL-3.0-only", "CC-BY-SA-4.0", No),
            ("CC-BY-SA-3.0", "CC-BY-SA-4.0", Yes),
            ("CC-BY-SA-4.0", "CC-BY-SA-3.0", No),
            ("EUPL-1.2", "GPL-3.0-only", Depends),
            ("EUPL-1.2", "OSL-3.0", Yes),
            ("EPL-1.0", "EPL-2.0", Yes),
            ("EPL-2.0", "GPL-3.0-only", Depends),
            ("CECILL-2.1", "GPL-2.0-or-later", Yes),
            ("Apache-2.0 WITH LLVM-exception", "GPL-2.0-only", Yes),
            ("Apache-2.0", "GPL-2.0-only", No),
            ("Apache-2.0", "GPL-2.0-or-later", Depends),
        ] {
            assert_eq!(verdict(inbound, outbound), expected, "{inbound} in {outbound}");
        }
    }

    #[test]
    fn closed_works_follow_the_reach_of_copyleft() {
        use Verdict::{Depends, No, Unknown, Yes};
        for (inbound, expected) in [
            ("MIT", Yes),
            ("CC0-1.0", Yes),
            ("MPL-2.0", Depends),
            ("LGPL-3.0-only", Depends),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Depends),
            ("GPL-2.0-only WITH Linux-syscall-note", No),
            ("GPL-3.0-or-later", No),
            ("AGPL-3.0-only", No),
            ("CC-BY-NC-4.0", No),
            ("NONE", No),
            ("NOASSERTION", Unknown),
            ("LicenseRef-Other", Unknown),
        ] {
            assert_eq!(verdict(inbound, "LicenseRef-Proprietary"), expected, "{inbound}");
        }
        assert_eq!(verdict("LicenseRef-Commercial", "MIT"), No);
        assert_eq!(verdict("BUSL-1.1", "Apache-2.0"), No);
    }

    #[test]
    fn use_matters_for_libraries() {
        assert_eq!(verdict("LGPL-2.1-only", "MIT"), Verdict::No);
        assert_eq!(verdict_for("LGPL-2.1-only", "MIT", Use::Linked), Verdict::Depends);
        assert_eq!(verdict_for("LGPL-2.1-only", "GPL-3.0-only", Use::Linked), Verdict::Yes);
        assert_eq!(verdict("LGPL-3.0-or-later", "Apache-2.0"), Verdict::No);
        assert_eq!(verdict_for("LGPL-3.0-or-later", "Apache-2.0", Use::Linked), Verdict::Depends);
    }

    #[test]
    fn a_disagreement_names_both_sides() {
        let judged =
            compatibility(licenses(), "BSD-4-Clause", "Apache-2.0", Use::Copied).expect("both are ids");
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(judged.why.contains("category X") && judged.why.contains("OSADL"), "{}", judged.why);
        assert_eq!(judged.sources.len(), 2);
    }

    #[test]
    fn expressions_take_the_best_of_or_and_the_worst_of_and() {
        assert_eq!(verdict("GPL-2.0-only OR MIT", "Apache-2.0"), Verdict::Yes);
        assert_eq!(verdict("GPL-2.0-only AND MIT", "Apache-2.0"), Verdict::No);
        assert_eq!(verdict("MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only"), Verdict::Yes);
        assert_eq!(verdict("Apache 2", "GNU GPL v3"), Verdict::Yes);
        let ambiguous = compatibility(licenses(), "GPL", "MIT", Use::Copied).unwrap_err();
        assert!(ambiguous.to_string().contains("GPL-2.0-only"), "{ambiguous}");
    }

    #[test]
    fn every_answer_but_unknown_says_who_says_so() {
        for inbound in
            ["MIT", "GPL-3.0-only", "CDDL-1.0", "EUPL-1.2", "CC-BY-NC-4.0", "Apache-2.0", "LGPL-2.1-only"]
        {
            for outbound in ["Apache-2.0", "GPL-2.0-only", "MPL-2.0", "LicenseRef-Proprietary", "CECILL-2.1"]
            {
                let judged = compatibility(licenses(), inbound, outbound, Use::Copied).expect("both are ids");
                let sourced =
                    judged.verdict == Verdict::Unknown || inbound == outbound || !judged.sources.is_empty();
                assert!(sourced, "{inbound} in {outbound}: {}", judged.why);
                let mended = judged.verdict == Verdict::Yes
                    || judged.way_out.is_some()
                    || judged.why.contains("condition");
                assert!(mended, "{inbound} in {outbound} offers no way out: {}", judged.why);
            }
        }
    }

    /// Any license of the list, now and then with one of the exceptions.
    fn license() -> impl Strategy<Value = String> {
        let ids = spdx::identifiers::LICENSES;
        let exceptions = spdx::identifiers::EXCEPTIONS;
        (0..ids.len(), prop::option::weighted(0.2, 0..exceptions.len()))
            .prop_map(move |(id, exception)| match exception {
                Some(exception) => format!("{} WITH {}", ids[id].name, exceptions[exception].name),
                None => ids[id].name.to_owned(),
            })
            .prop_filter("keywords are no licenses", |text| !text.starts_with("NO"))
            .prop_filter("an old id may have its exception inside", |text| text.parse::<Expression>().is_ok())
    }

    fn any_use() -> impl Strategy<Value = Use> {
        prop_oneof![Just(Use::Copied), Just(Use::Linked)]
    }

    proptest! {
        #[test]
        fn a_license_is_compatible_with_itself(text in license(), use_ in any_use()) {
            prop_assert_eq!(verdict_for(&text, &text, use_), Verdict::Yes);
        }

        #[test]
        fn an_expression_is_compatible_with_itself(a in license(), b in license(), c in license(), use_ in any_use()) {
            let text = format!("({a} OR {b}) AND {c}");
            prop_assert_eq!(verdict_for(&text, &text, use_), Verdict::Yes);
        }

        #[test]
        fn or_never_makes_it_worse_and_and_never_better(
            a in license(), b in license(), c in license(), to in license(), use_ in any_use()
        ) {
            let judged = |from: &str, to: &str| verdict_for(from, to, use_);
            let alone = judged(&a, &to);
            let (either, both) = (format!("{a} OR {b}"), format!("{a} AND {b}"));
            prop_assert!(judged(&either, &to) >= alone);
            prop_assert!(judged(&both, &to) <= alone);
            prop_assert!(judged(&to, &either) >= judged(&to, &a));
            prop_assert!(judged(&to, &both) <= judged(&to, &a));
            // Also where there is a choice already.
            let (more, fewer) = (format!("({either}) OR {c}"), format!("({either}) AND {c}"));
            prop_assert!(judged(&more, &to) >= judged(&either, &to));
            prop_assert!(judged(&fewer, &to) <= judged(&either, &to));
        }
    }
}
