//! What the command line and the chat print: one serializable object per question, with exactly the stable keys of
//! the design's section 9.

use serde::Serialize;

use super::Licenses;
use super::compatibility::{Compatibility, Use, Verdict, compatibility, read_side, split_pair};
use super::expression::ExpressionError;
use super::facts::Source;
use super::names::{Alternative, Identified, identify};
use super::obligations::{Obligation, least, obligations};
use super::policy::{Chosen, Policy, PolicyUse, PolicyVerdict, Request, Ruling};
use super::situation::{Changes, Situation};

/// `ospo compat --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompatReport {
    /// The inbound side as written.
    pub inbound: String,
    /// The outbound side as written.
    pub outbound: String,
    /// The answer.
    pub verdict: Verdict,
    /// Why, and the way out where there is one.
    pub why: String,
    /// Who says so.
    pub sources: Vec<Source>,
}

impl CompatReport {
    /// Judges a line "INBOUND OUTBOUND".
    ///
    /// Errors: a line that is no pair, or a side that cannot be read.
    pub fn of_line(licenses: &Licenses, line: &str, use_: Use) -> Result<Self, ExpressionError> {
        let (inbound, outbound) = split_pair(licenses, line)?;
        Self::of(licenses, &inbound, &outbound, use_)
    }

    /// Judges a pair.
    ///
    /// Errors: a side that cannot be read.
    pub fn of(
        licenses: &Licenses,
        inbound: &str,
        outbound: &str,
        use_: Use,
    ) -> Result<Self, ExpressionError> {
        let Compatibility { verdict, why, way_out, sources } =
            compatibility(licenses, inbound, outbound, use_)?;
        let why = match way_out {
            Some(way_out) => format!("{}. Way out: {way_out}.", sentence(&why)),
            None => format!("{}.", sentence(&why)),
        };
        Ok(Self { inbound: inbound.to_owned(), outbound: outbound.to_owned(), verdict, why, sources })
    }
}

/// Begins with a capital, unless it begins with a license id: those are spelled as they are.
fn sentence(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() && super::expression::license_id(word).is_none() => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// `ospo identify --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IdentifyReport {
    /// The name as written.
    pub input: String,
    /// What it means; null for what is no license or is not guessed.
    pub expression: Option<String>,
    /// From 0 to 1, in hundredths.
    pub confidence: f64,
    /// What else it may mean.
    pub alternatives: Vec<Alternative>,
}

impl IdentifyReport {
    /// Identifies one name.
    pub fn of(licenses: &Licenses, input: &str) -> Self {
        Self::found(input, identify(licenses, input))
    }

    /// What was found in a file; `input` is its name.
    pub fn found(input: &str, found: Identified) -> Self {
        Self {
            input: input.to_owned(),
            expression: found.expression,
            confidence: f64::from((found.confidence * 100.0).round()) / 100.0,
            alternatives: found.alternatives,
        }
    }
}

/// `ospo check --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// The expression in current SPDX ids.
    pub expression: String,
    /// The use.
    #[serde(rename = "use")]
    pub use_: PolicyUse,
    /// The ruling.
    pub verdict: Ruling,
    /// Why, naming every branch of a choice.
    pub why: String,
    /// What to do.
    pub obligations: Vec<Obligation>,
}

impl CheckReport {
    /// Checks an expression against the policy.
    ///
    /// Errors: an expression that cannot be read.
    pub fn of(policy: &Policy, licenses: &Licenses, request: Request<'_>) -> Result<Self, ExpressionError> {
        Ok(policy.check(licenses, request)?.into())
    }
}

impl From<PolicyVerdict> for CheckReport {
    fn from(verdict: PolicyVerdict) -> Self {
        let mut why = verdict.why;
        for branch in verdict.branches.iter().filter(|branch| branch.chosen == Chosen::No) {
            why = format!("{why}; not taken: {}", branch.why);
        }
        Self {
            expression: verdict.expression,
            use_: verdict.use_,
            verdict: verdict.verdict,
            why,
            obligations: verdict.obligations,
        }
    }
}

/// `ospo license NAME --for … --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObligationsReport {
    /// The expression in current SPDX ids.
    pub expression: String,
    /// The situation.
    pub situation: Situation,
    /// The expression without its choices: the branch that asks for least.
    pub chosen: String,
    /// What to do; empty when nothing is.
    pub obligations: Vec<Obligation>,
    /// Whether a modified version would ask for more.
    pub more_when_modified: bool,
}

impl ObligationsReport {
    /// What a license, by id, name or expression, asks for in a situation.
    ///
    /// Errors: a text that names no license or several.
    pub fn of(licenses: &Licenses, text: &str, situation: Situation) -> Result<Self, ExpressionError> {
        let expression = read_side(licenses, text)?;
        let chosen = least(licenses, &expression, situation);
        let obligations = obligations(licenses, &chosen, situation);
        let modified = Situation { changes: Changes::Modified, ..situation };
        Ok(Self {
            expression: expression.to_string(),
            situation,
            more_when_modified: super::obligations(licenses, &chosen, modified).len() > obligations.len(),
            obligations,
            chosen: chosen.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{licenses, policy};

    fn keys(report: &impl Serialize) -> Vec<String> {
        let json = serde_json::to_string(report).expect("it serializes");
        let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        value.as_object().expect("it is an object").keys().cloned().collect()
    }

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let compat = CompatReport::of_line(licenses(), "MIT GPL-3.0-only", Use::Copied).expect("a pair");
        assert_eq!(keys(&compat), ["inbound", "outbound", "sources", "verdict", "why"]);
        let identify = IdentifyReport::of(licenses(), "GPL");
        assert_eq!(keys(&identify), ["alternatives", "confidence", "expression", "input"]);
        let request = Request::new("MIT OR GPL-3.0-only", PolicyUse::Distributed);
        let check = CheckReport::of(&policy(), licenses(), request).expect("an expression");
        assert_eq!(keys(&check), ["expression", "obligations", "use", "verdict", "why"]);
        let json = serde_json::to_value(&check).expect("it serializes");
        assert_eq!((json["verdict"].as_str(), json["use"].as_str()), (Some("allowed"), Some("distributed")));
        assert!(check.why.contains("not taken: GPL-3.0-only"), "{}", check.why);
    }
}
