//! What follows from the facts of two licenses, where no authority has spoken.
//!
//! Permissive goes into anything; copyleft goes only where its reach allows; what restricts use goes nowhere else.

use super::gnu::Gnu;
use super::{Compatibility, Use, Verdict};
use crate::license::Licenses;
use crate::license::expression::Term;
use crate::license::facts::{Copyleft, Curation, Duty, Facts, Kind};

/// Judges from the facts; `None` where they do not suffice.
pub(super) fn judge(
    licenses: &Licenses,
    inbound: &Term,
    outbound: &Term,
    use_: Use,
) -> Option<Compatibility> {
    let from = licenses.facts(inbound.id()?)?;
    let to = licenses.facts(outbound.id()?)?;
    if from.kind == Kind::Unknown || to.kind == Kind::Unknown {
        return None;
    }
    let judged = match from.kind {
        Kind::PublicDomain => Compatibility::new(
            Verdict::Yes,
            format!("{} gives up its rights, so it goes into anything", from.id),
        ),
        Kind::Permissive => permissive(from, to),
        Kind::Copyleft => copyleft(from, to, use_),
        Kind::SourceAvailable | Kind::Restricted => Compatibility::new(
            Verdict::No,
            format!(
                "{} restricts use, and a work under {} may not pass such restrictions on",
                from.id, to.id
            ),
        )
        .way_out("ask its holder for an open source license, or use something else"),
        Kind::Unknown => return None,
    };
    let mut judged = judged;
    for facts in [from, to] {
        if facts.curation == Curation::NotCurated {
            judged.why = format!("{} ({} is not curated here: read its text)", judged.why, facts.id);
        }
        if let Some(source) = facts.sources.first() {
            judged = judged.source(source.clone());
        }
    }
    Some(judged)
}

fn permissive(from: &Facts, to: &Facts) -> Compatibility {
    let gnu = Gnu::of(&to.id).is_some();
    if gnu && from.asks(Duty::Advertising) {
        return Compatibility::new(
            Verdict::No,
            format!(
                "the advertising clause of {} is a further restriction, which {} does not allow",
                from.id, to.id
            ),
        )
        .way_out("ask the GPL work's holders for an exception, or the code's holders to drop the clause");
    }
    if gnu && from.curation == Curation::NotCurated {
        return Compatibility::new(
            Verdict::Depends,
            format!(
                "{} is sorted as permissive; whether it has a term that {} does not allow has to be read",
                from.id, to.id
            ),
        )
        .way_out("read it for advertising, patent, naming or choice-of-law clauses");
    }
    if gnu && from.retaliation != crate::license::facts::Retaliation::None && !to.id.contains("3.0") {
        return Compatibility::new(
            Verdict::Depends,
            format!("the patent termination of {} may be a further restriction under version 2 of the GNU licenses", from.id),
        )
        .way_out("license your own work under GPL-3.0-or-later, if you hold the rights");
    }
    Compatibility::new(
        Verdict::Yes,
        format!("{} is permissive: it goes into a work under {} with its notices kept", from.id, to.id),
    )
}

fn copyleft(from: &Facts, to: &Facts, use_: Use) -> Compatibility {
    let permissive = matches!(to.kind, Kind::PublicDomain | Kind::Permissive);
    let weak_target = to.kind == Kind::Copyleft && matches!(to.copyleft, Copyleft::File | Copyleft::Library);
    let stays = |way_out: &str| {
        Compatibility::new(
            Verdict::Depends,
            format!(
                "{} covers its own files only: they stay under it, with source, inside a work under {}",
                from.id, to.id
            ),
        )
        .way_out(way_out.to_owned())
    };
    match from.copyleft {
        Copyleft::File | Copyleft::None if permissive => stays(
            "keep its code in files of its own, publish changes to those, and say so in the license notice",
        ),
        Copyleft::File | Copyleft::None if weak_target => {
            stays("keep the two in files of their own; neither may be copied into files of the other")
        }
        Copyleft::Library if use_ == Use::Linked && (permissive || weak_target) => Compatibility::new(
            Verdict::Depends,
            format!(
                "a work under {} may link a library under {}, if users can replace the library",
                to.id, from.id
            ),
        )
        .way_out("link it dynamically, give its source and license, and do not copy its code"),
        Copyleft::Library => Compatibility::new(
            Verdict::No,
            format!(
                "code that is copied out of a library under {} stays under it and cannot become {}",
                from.id, to.id
            ),
        )
        .way_out("link it as a library instead of copying its code"),
        Copyleft::ShareAlike => Compatibility::new(
            Verdict::No,
            format!("what is adapted from {} material must stay under it, not {}", from.id, to.id),
        )
        .way_out("ship the material unchanged and separately, credited and under its own license"),
        _ if permissive => Compatibility::new(
            Verdict::No,
            format!(
                "{} wants the whole work under itself; a work under {} would promise more than it allows",
                from.id, to.id
            ),
        )
        .way_out(format!("license the whole under {}, or keep the code in a separate program", from.id)),
        _ => Compatibility::new(
            Verdict::No,
            format!("{} and {} are both copyleft, and each wants the work under itself", from.id, to.id),
        )
        .way_out("keep the two in separate programs, or ask the holders of one for a second license"),
    }
}
