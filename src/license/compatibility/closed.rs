//! No license, unknown licenses, and works that are not open source at all.
//!
//! Sources: choosealicense.com/no-permission for no license; for closed works the reach of the inbound license's
//! copyleft (GNU GPL FAQ #GPLInProprietarySystem, #LGPLStaticVsDynamic; MPL 2.0 FAQ; opensource.guide/legal).

use super::{Compatibility, Use, Verdict};
use crate::license::Licenses;
use crate::license::expression::Term;
use crate::license::facts::{Copyleft, Curation, Duty, Kind, Source};

/// What a `LicenseRef-…` seems to be, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// Proprietary or commercial terms.
    Proprietary,
    /// The public domain.
    PublicDomain,
    /// Anything else.
    Other,
}

/// Reads the name of a `LicenseRef-…`.
pub(crate) fn named(reference: &str) -> Named {
    let lower = reference.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&[
        "proprietary",
        "commercial",
        "closed",
        "all-rights-reserved",
        "eula",
        "internal",
        "confidential",
    ]) && !has(&["non-commercial", "noncommercial"])
    {
        Named::Proprietary
    } else if has(&["public-domain", "publicdomain"]) {
        Named::PublicDomain
    } else {
        Named::Other
    }
}

/// Inbound without a license, or with one that only its holder knows.
pub(super) fn no_license(inbound: &Term, outbound: &Term) -> Option<Compatibility> {
    match (inbound, outbound) {
        (Term::None, _) => Some(
            Compatibility::new(
                Verdict::No,
                "without a license nobody else may copy, change or distribute it; copyright keeps all rights by default",
            )
            .way_out("ask the author to add a license, or use something else")
            .source(Source::new("Choose a License: No License", "https://choosealicense.com/no-permission/")),
        ),
        (Term::NoAssertion, _) | (_, Term::NoAssertion) => Some(
            Compatibility::new(Verdict::Unknown, "NOASSERTION: nobody has looked for the license yet")
                .way_out("find the license in the component's source, or ask its author"),
        ),
        (Term::Reference(reference), _) => Some(reference_inbound(reference, outbound)),
        _ => None,
    }
}

fn reference_inbound(reference: &str, outbound: &Term) -> Compatibility {
    match named(reference) {
        Named::PublicDomain => Compatibility::new(
            Verdict::Yes,
            "it is said to be in the public domain, so no license binds; keep the proof of that",
        ),
        Named::Proprietary if is_closed(outbound) => {
            Compatibility::new(Verdict::Depends, "both are proprietary: the agreement with its owner decides")
                .way_out("read the agreement, or ask whoever bought it")
        }
        Named::Proprietary => Compatibility::new(
            Verdict::No,
            format!("proprietary terms do not let you publish the code under {outbound}"),
        )
        .way_out("ask its owner for a license that allows it, or leave it out"),
        Named::Other => {
            Compatibility::new(Verdict::Unknown, format!("only its author knows what {reference} means"))
                .way_out("read the text behind the reference and ask the OSPO")
        }
    }
}

fn is_closed(outbound: &Term) -> bool {
    match outbound {
        Term::Reference(reference) => named(reference) == Named::Proprietary,
        Term::None => true,
        _ => false,
    }
}

/// Outbound proprietary, source-available or restricted: the inbound license may not mind.
pub(super) fn outbound(
    licenses: &Licenses,
    inbound: &Term,
    outbound: &Term,
    use_: Use,
) -> Option<Compatibility> {
    let closed = match outbound {
        Term::Spdx { id, .. } => licenses
            .facts(id)
            .is_some_and(|facts| matches!(facts.kind, Kind::SourceAvailable | Kind::Restricted)),
        _ => is_closed(outbound),
    };
    let id = inbound.id()?;
    let facts = licenses.facts(id)?;
    let free_to_take = matches!(facts.kind, Kind::PublicDomain | Kind::Permissive);
    if !closed {
        // Some other LicenseRef: whatever it is, a permissive license does not mind.
        return (matches!(outbound, Term::Reference(_)) && free_to_take)
            .then(|| permissive(inbound, licenses));
    }
    let text = facts.sources.first().cloned();
    let judged = match (facts.kind, facts.copyleft) {
        (Kind::PublicDomain | Kind::Permissive, _) => permissive(inbound, licenses),
        (Kind::Copyleft, Copyleft::Library) => library(id, use_),
        (Kind::Copyleft, Copyleft::File | Copyleft::None) => Compatibility::new(
            Verdict::Depends,
            format!("{id} is copyleft for its own files only: they stay under {id} with their source, the rest of your work need not"),
        )
        .way_out("keep its code in files of its own, publish your changes to those files, and pass its notices on"),
        (Kind::Copyleft, Copyleft::ShareAlike) => Compatibility::new(
            Verdict::No,
            format!("whatever is adapted from {id} material must be shared under {id} too"),
        )
        .way_out("ship the material unchanged and separately, credited and under its own license"),
        (Kind::Copyleft, Copyleft::Work | Copyleft::Network) => Compatibility::new(
            Verdict::No,
            format!("{id} wants the whole work under itself, with source, once it is distributed{}", network(facts.copyleft)),
        )
        .way_out("keep it in a separate program that yours only talks to, buy another license from its holder, or publish the work under it")
        .source(Source::new("GNU GPL FAQ: GPL in proprietary systems", "https://www.gnu.org/licenses/gpl-faq.html#GPLInProprietarySystem")),
        (Kind::SourceAvailable, Copyleft::Work | Copyleft::Network) => Compatibility::new(
            Verdict::No,
            format!("{id} is not open source and wants the whole work under itself{}", network(facts.copyleft)),
        )
        .way_out("keep it in a separate program, or buy a commercial license"),
        (Kind::SourceAvailable, _) => Compatibility::new(
            Verdict::Depends,
            format!("{id} is not open source: what it allows in a product stands in its grant and limits"),
        )
        .way_out("have legal read the use grant, or buy a commercial license"),
        (Kind::Restricted, _) if facts.conditions.iter().all(|c| allows_products(c.is)) && facts.asks(Duty::FieldOfUse) => Compatibility::new(
            Verdict::Depends,
            format!("{id} allows products but not every use of them: {}", facts.summary),
        )
        .way_out("have legal decide whether you can hold all your users to that, or use something else"),
        (Kind::Restricted, _) => Compatibility::new(Verdict::No, format!("{id} forbids the use that a product needs: {}", facts.summary))
            .way_out("ask the holder for another license, or use something else"),
        (Kind::Unknown, _) => return None,
    };
    Some(match text {
        Some(source) => judged.source(source),
        None => judged,
    })
}

/// Whether a duty leaves room for a product that is sold.
fn allows_products(duty: Duty) -> bool {
    !matches!(duty, Duty::NonCommercial | Duty::NoDerivatives | Duty::NoCompetingService)
}

fn network(copyleft: Copyleft) -> &'static str {
    if copyleft == Copyleft::Network { " or offered over a network" } else { "" }
}

fn library(id: &str, use_: Use) -> Compatibility {
    let faq = Source::new(
        "GNU GPL FAQ: LGPL, static or dynamic linking",
        "https://www.gnu.org/licenses/gpl-faq.html#LGPLStaticVsDynamic",
    );
    let why = match use_ {
        Use::Linked => format!(
            "a closed work may link a library under {id}, if users can replace the library: link it dynamically, or give object files to relink"
        ),
        Use::Copied => format!(
            "linked as a library it may be used in a closed work, if users can replace it; code that is copied out of it into your own files stays under {id}"
        ),
    };
    Compatibility::new(Verdict::Depends, why)
        .way_out("use it unmodified as a shared library, give its source and license, and allow reverse engineering for debugging")
        .source(faq)
}

fn permissive(inbound: &Term, licenses: &Licenses) -> Compatibility {
    let facts = inbound.id().and_then(|id| licenses.facts(id));
    let mut why = format!("{inbound} allows use in works under any terms, closed ones too");
    if facts.is_some_and(|facts| facts.kind == Kind::PublicDomain) {
        why.push_str("; nothing is asked in return");
    } else {
        why.push_str("; its notices stay with the work");
    }
    if facts.is_some_and(|facts| facts.asks(Duty::NoticeFile)) {
        why.push_str(", and so does the content of its NOTICE file");
    }
    if facts.is_some_and(|facts| facts.curation == Curation::NotCurated) {
        why.push_str(" (not curated here: read the text for more duties)");
    }
    let judged = Compatibility::new(Verdict::Yes, why);
    match facts.and_then(|facts| facts.sources.first()) {
        Some(source) => judged.source(source.clone()),
        None => judged,
    }
}
