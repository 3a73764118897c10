//! Which license fits what we release: a short dialogue, and a recommendation with reasons.
//!
//! [`form`] is what is asked. [`recommend`] takes the candidates of `knowledge/licenses/choosing.toml` for the kind of
//! work, refuses those that a dependency forbids, and ranks the rest by how far they are from what was wished for.
//! What a license does is read from its facts, never from its name.

mod answers;
pub(crate) mod candidates;

use serde::Serialize;

pub use self::answers::form;
use self::answers::{Audience, Copyleft as Wish, Patents as PatentWish, Wishes};
use self::candidates::{Candidate, Work};
use super::compatibility::{Compatibility, Use, Verdict, judge};
use super::expression::{Expression, ExpressionError, Term};
use super::facts::{Copyleft, Facts, Patents};
use super::names::Alternative;
use super::{Licenses, texts};
use crate::core::form::Answers;

/// How many other licenses are offered.
const MOST_ALTERNATIVES: usize = 3;
/// How many refused licenses are explained.
const MOST_REFUSED: usize = 5;

/// How far a candidate is from what was wished. Copyleft weighs most: it decides who can use the work at all; less of
/// it than wished is worse than more, as it cannot be taken back from those who have the work.
mod far {
    pub(super) const TOO_MUCH_COPYLEFT: u32 = 10;
    pub(super) const TOO_LITTLE_COPYLEFT: u32 = 12;
    pub(super) const NO_PATENT_LICENSE: u32 = 6;
    pub(super) const SHUTS_OUT_AUDIENCE: u32 = 8;
    pub(super) const DEPENDENCY_ASKS: u32 = 2;
    /// Copied in under a condition, strong copyleft makes the whole its own in the end.
    pub(super) const DEPENDENCY_TAKES_OVER: u32 = 40;
    pub(super) const DEPENDENCY_UNCLEAR: u32 = 4;
}

/// What is recommended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// The license, as an SPDX expression.
    pub license: String,
    /// Its full name.
    pub name: String,
    /// Why, as sentences; wishes that it does not meet and conditions of dependencies among them.
    pub reasons: Vec<String>,
    /// What else fits, the best first.
    pub alternatives: Vec<Alternative>,
    /// What would have fitted at least as well, were it not for a dependency, with the reason.
    pub refused: Vec<(String, String)>,
}

/// Why nothing is recommended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChooseError {
    /// A question without an answer.
    #[error("`{0}` has no answer; it is needed for a recommendation")]
    Missing(&'static str),
    /// An answer that is none of the choices.
    #[error("the answer to `{field}` is not understood: {why}")]
    NotUnderstood {
        /// The field.
        field: &'static str,
        /// What would be right.
        why: String,
    },
    /// A dependency's license that cannot be read.
    #[error("the license of a dependency is not understood: {0}")]
    Dependency(#[from] ExpressionError),
    /// More dependencies than are judged.
    #[error("{0} licenses of dependencies are given; name each license once, at most {most}", most = answers::MOST_DEPENDENCIES)]
    TooMany(usize),
    /// Two dependencies that cannot be in one work, whatever its license.
    #[error(
        "{first} and {second} cannot be in one work: each wants the whole of it under itself; replace one of the two, or keep it in a program of its own"
    )]
    Conflict {
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// The dependencies forbid every candidate.
    #[error(
        "no license fits: the dependencies forbid every one that is usual for this kind of work; replace a dependency, link it instead of copying it, or ask the OSPO"
    )]
    Forbidden {
        /// Each candidate with the reason.
        refused: Vec<(String, String)>,
    },
}

/// A candidate that no dependency forbids.
struct Fit<'a> {
    candidate: &'a Candidate,
    distance: u32,
    reasons: Vec<String>,
}

/// Recommends a license for what the answers to [`form`] describe.
///
/// # Errors
/// Answers that are missing or not understood, and dependencies that leave nothing to recommend.
pub fn recommend(licenses: &Licenses, answers: &Answers) -> Result<Recommendation, ChooseError> {
    let wishes = Wishes::read(licenses, answers)?;
    exclude_each_other(licenses, &wishes)?;
    let mut fits: Vec<Fit<'_>> = Vec::new();
    let mut refused: Vec<(u32, (String, String))> = Vec::new();
    for candidate in licenses.choices.iter().filter(|candidate| candidate.works.contains(&wishes.work)) {
        let (mut distance, mut reasons) = wishes.measure(licenses, candidate);
        match dependencies(licenses, &wishes, candidate) {
            Ok((further, more)) => {
                distance += further;
                reasons.extend(more);
                fits.push(Fit { candidate, distance, reasons });
            }
            Err(why) => refused.push((distance, (candidate.license.to_string(), why))),
        }
    }
    // Both sorts are stable: among equals the order of the file counts.
    fits.sort_by_key(|fit| fit.distance);
    refused.sort_by_key(|(distance, _)| *distance);
    let mut fits = fits.into_iter();
    let Some(best) = fits.next() else {
        return Err(ChooseError::Forbidden { refused: refused.into_iter().map(|(_, why)| why).collect() });
    };
    let named = |expression: &Expression| licenses.name(&expression.to_string());
    let alternative = |fit: Fit<'_>| Alternative {
        expression: fit.candidate.license.to_string(),
        name: named(&fit.candidate.license),
    };
    Ok(Recommendation {
        license: best.candidate.license.to_string(),
        name: named(&best.candidate.license),
        reasons: best.reasons,
        alternatives: fits.take(MOST_ALTERNATIVES).map(alternative).collect(),
        refused: refused
            .into_iter()
            .filter(|(distance, _)| *distance <= best.distance)
            .take(MOST_REFUSED)
            .map(|(_, why)| why)
            .collect(),
    })
}

/// Finds two dependencies with copyleft for the whole work of which neither may go into the other's.
fn exclude_each_other(licenses: &Licenses, wishes: &Wishes) -> Result<(), ChooseError> {
    let strong: Vec<&Expression> =
        wishes.dependencies.iter().filter(|dependency| is_strong(licenses, dependency)).collect();
    let forbidden =
        |inbound, outbound| judge(licenses, inbound, outbound, wishes.joined).verdict == Verdict::No;
    for (index, first) in strong.iter().enumerate() {
        if let Some(second) =
            strong[index + 1..].iter().find(|second| forbidden(first, second) && forbidden(second, first))
        {
            return Err(ChooseError::Conflict { first: first.to_string(), second: second.to_string() });
        }
    }
    Ok(())
}

/// Whether the dependencies may go into a work under a candidate: how much harder they make it, and what to mind.
/// The error is the reason of the first that may not.
fn dependencies(
    licenses: &Licenses,
    wishes: &Wishes,
    candidate: &Candidate,
) -> Result<(u32, Vec<String>), String> {
    let (mut distance, mut reasons) = (0, Vec::new());
    for dependency in &wishes.dependencies {
        let Compatibility { verdict, why, way_out, .. } =
            judge(licenses, dependency, &candidate.license, wishes.joined);
        match verdict {
            Verdict::Yes => {}
            Verdict::No => return Err(texts::choose_forbidden(&dependency.to_string(), &why)),
            Verdict::Depends => {
                distance += match wishes.joined {
                    Use::Copied if is_strong(licenses, dependency) => far::DEPENDENCY_TAKES_OVER,
                    _ => far::DEPENDENCY_ASKS,
                };
                reasons.push(texts::choose_condition(&dependency.to_string(), &why, way_out.as_deref()));
            }
            Verdict::Unknown => {
                distance += far::DEPENDENCY_UNCLEAR;
                reasons.push(texts::choose_unclear(&dependency.to_string()));
            }
        }
    }
    if reasons.is_empty() && !wishes.dependencies.is_empty() {
        reasons.push(texts::CHOOSE_DEPENDENCIES_ALLOW.to_owned());
    }
    Ok((distance, reasons))
}

/// Whether every license that may be taken has copyleft for the whole work.
fn is_strong(licenses: &Licenses, dependency: &Expression) -> bool {
    let strong = |term: &&Term| {
        let facts = term.id().and_then(|id| licenses.facts(id));
        facts.is_some_and(|facts| level(facts.copyleft) >= level(Copyleft::Work))
            && term.exception().is_none()
    };
    dependency.terms().iter().all(strong)
}

impl Wishes {
    /// How far a candidate is from the wishes, and what speaks for and against it.
    fn measure(&self, licenses: &Licenses, candidate: &Candidate) -> (u32, Vec<String>) {
        let mut distance = 0;
        let mut reasons = vec![candidate.because.clone()];
        let Some(facts) = candidate.facts(licenses) else { return (u32::MAX / 2, reasons) };
        let (has, wish) = (level(facts.copyleft), self.copyleft as u32);
        if has > wish {
            distance += (has - wish) * far::TOO_MUCH_COPYLEFT;
            reasons.push(texts::CHOOSE_MORE_COPYLEFT.to_owned());
        } else if has < wish {
            distance += (wish - has) * far::TOO_LITTLE_COPYLEFT;
            reasons.push(texts::CHOOSE_LESS_COPYLEFT.to_owned());
        }
        if self.patents == PatentWish::Wanted {
            match facts.patents {
                Patents::Express => reasons.push(texts::CHOOSE_PATENTS.to_owned()),
                _ => {
                    distance += far::NO_PATENT_LICENSE;
                    reasons.push(texts::CHOOSE_NO_PATENTS.to_owned());
                }
            }
        }
        if let Some(shut_out) = self.shuts_out(licenses, candidate, facts) {
            distance += far::SHUTS_OUT_AUDIENCE;
            reasons.push(shut_out.to_owned());
        }
        (distance, reasons)
    }

    /// Whom the candidate shuts out of those who should use the work.
    fn shuts_out(&self, licenses: &Licenses, candidate: &Candidate, facts: &Facts) -> Option<&'static str> {
        // Copyleft of a font or a text does not reach the product around it.
        let is_code = matches!(self.work, Work::Library | Work::Application | Work::Service | Work::Sample);
        match self.audience {
            Audience::Everyone if is_code && level(facts.copyleft) >= level(Copyleft::Work) => {
                Some(texts::CHOOSE_SHUTS_OUT_CLOSED)
            }
            Audience::GnuToo if is_code => {
                let gnu = Expression::Term(Term::of("GPL-2.0-only")?);
                let judged = judge(licenses, &candidate.license, &gnu, Use::Linked);
                (judged.verdict < Verdict::Depends).then_some(texts::CHOOSE_SHUTS_OUT_GPL2)
            }
            Audience::Open if facts.copyleft == Copyleft::None => Some(texts::CHOOSE_LETS_IN_CLOSED),
            _ => None,
        }
    }
}

/// The reach of copyleft on the scale of the wish.
fn level(copyleft: Copyleft) -> u32 {
    let wish = match copyleft {
        Copyleft::None => Wish::None,
        Copyleft::File | Copyleft::Library => Wish::Files,
        Copyleft::Work | Copyleft::ShareAlike => Wish::Work,
        Copyleft::Network => Wish::Network,
    };
    wish as u32
}

#[cfg(test)]
mod tests;
