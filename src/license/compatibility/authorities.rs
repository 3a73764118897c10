//! What the FSF, the ASF and OSADL say of a pair, and what to make of it where they disagree.
//!
//! The FSF is the author of the GPL, so its no stands; the ASF's policy is for its own products and can be stricter
//! than the licenses; OSADL judges from the license texts. Where a yes meets a no, the answer says who says what.

use super::gnu::Strong;
use super::tables::{AsfCategory, GplStatus};
use super::{Compatibility, Use, Verdict};
use crate::license::Licenses;
use crate::license::expression::Term;
use crate::license::facts::{Copyleft, Kind, Source};

/// One authority's word.
struct Opinion {
    verdict: Verdict,
    says: String,
    way_out: Option<String>,
    source: Source,
}

/// Judges by the authorities; `None` where none of them speaks.
pub(super) fn judge(
    licenses: &Licenses,
    inbound: &Term,
    outbound: &Term,
    use_: Use,
) -> Option<Compatibility> {
    let owner = fsf(licenses, inbound, outbound).or_else(|| asf(licenses, inbound, outbound, use_));
    let osadl = osadl(licenses, inbound, outbound);
    match (owner, osadl) {
        (Some(owner), Some(osadl)) => Some(both(owner, osadl, outbound)),
        (Some(only), None) => Some(alone(only)),
        (None, Some(osadl)) => {
            Some(file_level(licenses, inbound, outbound, use_, &osadl).unwrap_or_else(|| alone(osadl)))
        }
        (None, None) => None,
    }
}

fn alone(opinion: Opinion) -> Compatibility {
    let judged = Compatibility::new(opinion.verdict, opinion.says).source(opinion.source);
    match opinion.way_out {
        Some(way_out) => judged.way_out(way_out),
        None => judged,
    }
}

fn both(owner: Opinion, osadl: Opinion, outbound: &Term) -> Compatibility {
    let gpl = outbound.id().and_then(Strong::of).is_some();
    let verdict = match (owner.verdict, osadl.verdict) {
        (a, b) if a == b => a,
        // The GPL's own author has spoken: take that.
        (fsf, _) if gpl => fsf,
        _ => Verdict::Depends,
    };
    let way_out = owner.way_out.or(osadl.way_out);
    let why = if owner.verdict == osadl.verdict {
        owner.says
    } else {
        format!("authorities differ: {}; {}", owner.says, osadl.says)
    };
    let judged = Compatibility::new(verdict, why).source(owner.source).source(osadl.source);
    match way_out {
        Some(way_out) if verdict != Verdict::Yes => judged.way_out(way_out),
        None if verdict == Verdict::Depends => {
            judged.way_out("have legal decide which view your company follows")
        }
        _ => judged,
    }
}

/// The FSF's list, for outbound GPL and AGPL, and for the LGPL, which is to be taken under the GPL by anyone.
fn fsf(licenses: &Licenses, inbound: &Term, outbound: &Term) -> Option<Opinion> {
    let (from, to) = (inbound.id()?, outbound.id()?);
    let list = &licenses.tables.fsf;
    let status = list.status(from)?;
    let gpl = Strong::terms_of(to)?;
    let note = list.note(from).map_or_else(String::new, |note| format!(" ({note})"));
    let (verdict, says, way_out) = match (status, gpl) {
        (GplStatus::Gpl2And3, _) => {
            (Verdict::Yes, format!("the FSF lists {from} as compatible with GPLv2 and GPLv3{note}"), None)
        }
        (GplStatus::Gpl3, Strong::Gpl3) => {
            (Verdict::Yes, format!("the FSF lists {from} as compatible with GPLv3, not with GPLv2{note}"), None)
        }
        (GplStatus::Gpl3, Strong::Gpl2OrLater) => (
            Verdict::Depends,
            format!("the FSF lists {from} as compatible with GPLv3 only{note}, so the combination is under GPLv3"),
            Some(format!("distribute the combination under {}", to.replace("2.0", "3.0").replace("2.1", "3.0"))),
        ),
        (GplStatus::Gpl3, Strong::Gpl2) => (
            Verdict::No,
            format!("the FSF lists {from} as compatible with GPLv3 but not with GPLv2{note}"),
            Some("license your own work under version 3, or under this version or later, if you hold the rights".to_owned()),
        ),
        (GplStatus::Incompatible, _) => (
            Verdict::No,
            format!("the FSF lists {from} as free but not compatible with the GPL{note}"),
            Some("keep it in a separate program, ask its holders for a second license, or ask the GPL work's holders for an exception".to_owned()),
        ),
        (GplStatus::NonFree, _) => (
            Verdict::No,
            format!("the FSF lists {from} as not free, so it has no place in a work under the GPL{note}"),
            Some("use something else, or ask its holders for a free license".to_owned()),
        ),
    };
    Some(Opinion { verdict, says, way_out, source: list.source() })
}

/// The ASF's categories, for outbound Apache-2.0.
fn asf(licenses: &Licenses, inbound: &Term, outbound: &Term, use_: Use) -> Option<Opinion> {
    let (from, to) = (inbound.id()?, outbound.id()?);
    if to != "Apache-2.0" {
        return None;
    }
    let policy = &licenses.tables.asf;
    let (verdict, says, way_out) = match policy.category(from)? {
        AsfCategory::A => (
            Verdict::Yes,
            format!(
                "the ASF has {from} in category A: it may go into an Apache-2.0 product, with its notices"
            ),
            None,
        ),
        AsfCategory::B => (
            Verdict::Depends,
            format!(
                "the ASF has {from} in category B: in binary form only, labeled, never in a source release"
            ),
            Some(
                "use it as an unmodified binary dependency and say so in LICENSE and NOTICE; copy no source"
                    .to_owned(),
            ),
        ),
        AsfCategory::Media => (
            Verdict::Depends,
            format!("the ASF takes {from} for unmodified media only, never for code"),
            Some("ship pictures or sound unchanged and credited; do not copy code under it".to_owned()),
        ),
        AsfCategory::X => match licenses.facts(from).map(|facts| facts.copyleft) {
            Some(Copyleft::Work | Copyleft::Network) => (
                Verdict::No,
                format!(
                    "{from} wants the whole work under itself, so it could not be offered under Apache-2.0 any more; the ASF has it in category X"
                ),
                Some(format!(
                    "license the whole under {from} if it is yours to decide, keep the code in a separate program, or use something else"
                )),
            ),
            Some(Copyleft::Library) if use_ == Use::Linked => (
                Verdict::Depends,
                format!(
                    "the library under {from} stays under it and may be linked, if users can replace it; the ASF takes it into none of its own products (category X)"
                ),
                Some(
                    "link it dynamically, give its source and license, and copy none of its code".to_owned(),
                ),
            ),
            Some(Copyleft::Library) => (
                Verdict::No,
                format!(
                    "code of a library under {from} stays under it; the ASF has it in category X and takes it into no product"
                ),
                Some("outside the ASF, link it as a library that users can replace; copy no code".to_owned()),
            ),
            _ => (
                Verdict::No,
                format!("the ASF has {from} in category X: it may not go into an Apache-2.0 product"),
                Some(
                    "let users install it themselves as an optional feature, or use something else"
                        .to_owned(),
                ),
            ),
        },
    };
    Some(Opinion { verdict, says, way_out, source: policy.source() })
}

/// The OSADL matrix.
fn osadl(licenses: &Licenses, inbound: &Term, outbound: &Term) -> Option<Opinion> {
    let table = &licenses.tables.osadl;
    let plain = |term: &Term| term.id().map(str::to_owned);
    let verdict = table
        .verdict(&inbound.to_string(), &outbound.to_string())
        .or_else(|| table.verdict(&plain(inbound)?, &plain(outbound)?))?;
    let (says, way_out) = match verdict {
        Verdict::Yes => (format!("OSADL's matrix calls {inbound} compatible in a work under {outbound}"), None),
        Verdict::No => (
            format!("OSADL's matrix calls {inbound} not compatible in a work under {outbound}"),
            Some("keep the code in a separate program or file set under its own license, or ask its holders for another".to_owned()),
        ),
        _ => (
            format!("OSADL's matrix makes {inbound} in a work under {outbound} depend on how the two depend on each other"),
            Some("look at which part uses which, and keep them apart where you can".to_owned()),
        ),
    };
    Some(Opinion { verdict, says, way_out, source: table.source() })
}

/// Copyleft that ends at the file does not hinder a permissive work, nor one of the same reach: it only stays where it
/// is. OSADL judges for copied code and says no.
fn file_level(
    licenses: &Licenses,
    inbound: &Term,
    outbound: &Term,
    use_: Use,
    osadl: &Opinion,
) -> Option<Compatibility> {
    let from = licenses.facts(inbound.id()?)?;
    let to = licenses.facts(outbound.id()?)?;
    let permissive = matches!(to.kind, Kind::Permissive | Kind::PublicDomain);
    let by_file = to.kind == Kind::Copyleft && to.copyleft == Copyleft::File;
    let stays = match from.copyleft {
        Copyleft::File => permissive || by_file,
        Copyleft::Library => permissive && use_ == Use::Linked,
        _ => false,
    };
    if from.kind != Kind::Copyleft || !stays || osadl.verdict != Verdict::No {
        return None;
    }
    let judged = super::reasoning::judge(licenses, inbound, outbound, use_)?;
    let why = format!("{}; {} for code that is copied in", judged.why, osadl.says);
    Some(Compatibility { why, ..judged }.source(osadl.source.clone()))
}
