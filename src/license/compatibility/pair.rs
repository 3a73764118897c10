//! One license in another: which rule answers.

use super::authorities;
use super::closed;
use super::gnu;
use super::reasoning;
use super::tables::Succession;
use super::{Compatibility, Use, Verdict};
use crate::license::Licenses;
use crate::license::expression::{Later, Term};
use crate::license::facts::{Reach, Source};

/// Judges one license in another.
pub(super) fn judge(licenses: &Licenses, inbound: &Term, outbound: &Term, use_: Use) -> Compatibility {
    same(inbound, outbound)
        .or_else(|| closed::no_license(inbound, outbound))
        .or_else(|| versions(licenses, inbound, outbound, use_))
        .or_else(|| path(licenses, inbound, outbound))
        .or_else(|| gnu::judge(inbound, outbound, use_))
        .or_else(|| exception(licenses, inbound, outbound))
        .or_else(|| closed::outbound(licenses, inbound, outbound, use_))
        .or_else(|| authorities::judge(licenses, inbound, outbound, use_))
        .or_else(|| reasoning::judge(licenses, inbound, outbound, use_))
        .unwrap_or_else(|| unknown(inbound, outbound))
}

fn unknown(inbound: &Term, outbound: &Term) -> Compatibility {
    Compatibility::new(
        Verdict::Unknown,
        format!("no source here speaks of {inbound} in a work under {outbound}"),
    )
    .way_out("ask the OSPO or legal to read both licenses")
}

/// A license goes into a work under itself; dropping an exception is allowed, adding one is not.
fn same(inbound: &Term, outbound: &Term) -> Option<Compatibility> {
    if matches!(inbound, Term::None | Term::NoAssertion) {
        return None;
    }
    if inbound == outbound {
        return Some(Compatibility::new(
            Verdict::Yes,
            "it is the same license: keep its notices and go on under it",
        ));
    }
    match (inbound, outbound) {
        (Term::Spdx { id: a, exception: Some(exception), .. }, Term::Spdx { id: b, exception: None, .. })
            if a == b =>
        {
            let why = format!(
                "{exception} is an additional permission, and whoever passes the code on may leave it out"
            );
            Some(Compatibility::new(Verdict::Yes, why))
        }
        (
            Term::Spdx { id: a, later: Later::Yes, exception: None },
            Term::Spdx { id: b, exception: None, .. },
        ) if a == b => Some(Compatibility::new(Verdict::Yes, "it may be taken under this version")),
        _ => None,
    }
}

/// `MPL-1.1+`, or a license whose text always allows a later version: the best of the versions it may be taken under.
fn versions(licenses: &Licenses, inbound: &Term, outbound: &Term, use_: Use) -> Option<Compatibility> {
    let Term::Spdx { id, later, exception } = inbound else { return None };
    let successions = &licenses.tables.paths.successions;
    let succession = successions.iter().find(|s| s.ids.iter().any(|other| other == id))?;
    let at = succession.ids.iter().position(|other| other == id)?;
    let successors = succession.ids.get(at + 1..)?;
    if let Some(to) = outbound.id().filter(|to| successors.iter().any(|other| other == to)) {
        let why = format!(
            "{to} is a later version of {id}, which its text lets you choose ({})",
            succession.clause
        );
        return Some(Compatibility::new(Verdict::Yes, why).source(source(succession)));
    }
    if *later == Later::No {
        return None;
    }
    let as_version = |id: &str| {
        Term::of(id).map(|term| match term {
            Term::Spdx { id, later, .. } => Term::Spdx { id, later, exception: exception.clone() },
            other => other,
        })
    };
    let found = std::iter::once(*id)
        .chain(successors.iter().map(String::as_str))
        .filter_map(|version| Some((version, judge(licenses, &as_version(version)?, outbound, use_))))
        .reduce(|a, b| if b.1.verdict > a.1.verdict { b } else { a });
    let (version, mut judged) = found?;
    judged.why = format!("taken under {version}: {}", judged.why);
    Some(judged.source(source(succession)))
}

fn source(succession: &Succession) -> Source {
    Source::new(succession.clause.clone(), succession.url.clone())
}

/// The upgrade paths of `relicensing.toml`, asked for the license with its exception first.
fn path(licenses: &Licenses, inbound: &Term, outbound: &Term) -> Option<Compatibility> {
    let (whole, from) = (inbound.to_string(), inbound.id()?);
    let to = outbound.id()?;
    let has = |ids: &[String], id: &str| ids.iter().any(|other| other == id);
    let rules = || licenses.tables.paths.rules.iter().filter(|rule| has(&rule.to, to));
    let rule = rules()
        .find(|rule| has(&rule.from, &whole))
        .or_else(|| rules().find(|rule| has(&rule.from, from)))?;
    let mut why = rule.why.clone();
    if let Some(condition) = &rule.condition {
        why = format!("{why}; condition: {condition}");
    }
    let judged =
        Compatibility::new(rule.verdict, why).source(Source::new(rule.clause.clone(), rule.url.clone()));
    Some(match &rule.way_out {
        Some(way_out) => judged.way_out(way_out.clone()),
        None => judged,
    })
}

/// A GNU license with a linking exception, in a work that is not GNU: what links is free, what is copied is not.
fn exception(licenses: &Licenses, inbound: &Term, outbound: &Term) -> Option<Compatibility> {
    let (id, exception) = (inbound.id()?, inbound.exception()?);
    let outbound_is_gnu = outbound.id().and_then(gnu::Gnu::of).is_some();
    if gnu::Gnu::of(id).is_none() || outbound_is_gnu {
        return None;
    }
    let facts = licenses.exception(exception);
    let source = facts.map_or_else(
        || Source::new(exception, format!("https://spdx.org/licenses/{exception}.html")),
        |facts| facts.source.clone(),
    );
    let says = facts.map_or("it adds permissions that have to be read", |facts| facts.summary.as_str());
    let judged = match facts.map(|facts| facts.reach) {
        Some(Reach::Note) => return None,
        Some(Reach::Linking | Reach::Output) => Compatibility::new(
            Verdict::Depends,
            format!("{exception}: {says} Code that is copied or changed stays under {id}"),
        )
        .way_out(format!("use it as an unmodified library or tool, keep it under {id}, and give its source")),
        _ => Compatibility::new(Verdict::Depends, format!("{exception}: {says}"))
            .way_out("check whether your work is one that the exception names"),
    };
    let judged = judged.source(source);
    let asf = licenses.tables.asf.source();
    Some(if outbound.id() == Some("Apache-2.0") {
        let why =
            format!("{}; the ASF takes GPL code with an exception into none of its own products", judged.why);
        Compatibility { why, ..judged }.source(asf)
    } else {
        judged
    })
}
