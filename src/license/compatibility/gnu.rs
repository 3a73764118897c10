//! The GNU licenses among each other: the FSF's compatibility matrix as a rule.
//!
//! Source: GNU GPL FAQ, #AllCompatibility (the matrix and its notes 1 to 9). The rule behind it: a license means a
//! set of licenses that code may be taken under ("or later"; LGPL code may go on under the GPL, LGPLv2.1 section 3,
//! LGPLv3 section 2). Inbound fits if everything that outbound promises is in that set. Otherwise the two can still
//! be combined if some license is in both sets: the combination is under that one. AGPLv3 and GPLv3 may be combined by
//! section 13 of each.

use std::collections::BTreeSet;

use super::{Compatibility, Use, Verdict};
use crate::license::expression::Term;
use crate::license::facts::Source;

/// A GNU license.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gnu {
    family: Family,
    version: Version,
    span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Lgpl,
    Gpl,
    Agpl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    V1,
    V2,
    V21,
    V3,
    /// What the FSF has not published yet: "or later" promises it, "only" cannot.
    Future,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Only,
    OrLater,
}

type Set = BTreeSet<(Family, Version)>;

impl Gnu {
    /// Reads an SPDX id. AGPL-1.0 is Affero's own license and not a GNU one.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let (name, span) = match id.strip_suffix("-or-later") {
            Some(name) => (name, Span::OrLater),
            None => (id.strip_suffix("-only").unwrap_or(id), Span::Only),
        };
        let (family, version) = match name {
            "GPL-1.0" => (Family::Gpl, Version::V1),
            "GPL-2.0" => (Family::Gpl, Version::V2),
            "GPL-3.0" => (Family::Gpl, Version::V3),
            "LGPL-2.0" => (Family::Lgpl, Version::V2),
            "LGPL-2.1" => (Family::Lgpl, Version::V21),
            "LGPL-3.0" => (Family::Lgpl, Version::V3),
            "AGPL-3.0" => (Family::Agpl, Version::V3),
            _ => return None,
        };
        Some(Self { family, version, span })
    }

    /// The versions that its grant spans.
    fn spans(self) -> Set {
        let versions: &[Version] = match self.family {
            Family::Gpl => &[Version::V1, Version::V2, Version::V3, Version::Future],
            Family::Lgpl => &[Version::V2, Version::V21, Version::V3, Version::Future],
            Family::Agpl => &[Version::V3, Version::Future],
        };
        versions
            .iter()
            .filter(|version| match self.span {
                Span::Only => **version == self.version,
                Span::OrLater => **version >= self.version,
            })
            .map(|version| (self.family, *version))
            .collect()
    }

    fn terms(self) -> Strong {
        match (self.version, self.span) {
            (Version::V3 | Version::Future, _) => Strong::Gpl3,
            (_, Span::OrLater) => Strong::Gpl2OrLater,
            _ => Strong::Gpl2,
        }
    }

    /// Everything that code under it may be taken under.
    fn may_be_taken_as(self) -> Set {
        let mut set = self.spans();
        for (family, version) in self.spans() {
            match (family, version) {
                // LGPLv2.x, section 3: version 2 of the GPL or any newer one.
                (Family::Lgpl, Version::V2 | Version::V21) => {
                    set.extend(
                        [Version::V2, Version::V3, Version::Future].map(|version| (Family::Gpl, version)),
                    );
                }
                // LGPLv3 is that version of the GPL with permissions added.
                (Family::Lgpl, version) => {
                    set.insert((Family::Gpl, version));
                }
                _ => {}
            }
        }
        set
    }
}

/// Whether a GNU license is GPLv2, GPLv3 or both; used by the FSF's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strong {
    /// GPLv1 or GPLv2 and nothing later.
    Gpl2,
    /// GPLv2 or later.
    Gpl2OrLater,
    /// GPLv3 or AGPLv3.
    Gpl3,
}

impl Strong {
    /// The GPL or AGPL that an id stands for; `None` for the LGPL and everything else.
    pub(crate) fn of(id: &str) -> Option<Self> {
        let gnu = Gnu::of(id)?;
        (gnu.family != Family::Lgpl).then(|| gnu.terms())
    }

    /// The GPL whose terms an id has, the LGPL's too: what may not go into a GPL work may not go into a library that
    /// anyone may take under the GPL.
    pub(crate) fn terms_of(id: &str) -> Option<Self> {
        Gnu::of(id).map(Gnu::terms)
    }
}

/// Judges a GNU license in a GNU license; `None` where one of them is none.
pub(super) fn judge(inbound: &Term, outbound: &Term, use_: Use) -> Option<Compatibility> {
    let (from, to) = (Gnu::of(inbound.id()?)?, Gnu::of(outbound.id()?)?);
    let faq = Source::new(
        "GNU GPL FAQ: compatibility matrix",
        "https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility",
    );
    let judged = if use_ == Use::Linked && from.family == Family::Lgpl {
        linked(inbound, outbound, from, to)
    } else {
        copied(inbound, outbound, from, to)
    };
    // Your exception is your permission, not that of the holders of the code you take in.
    let judged = match outbound.exception() {
        Some(exception) if judged.verdict == Verdict::Yes && inbound.exception() != Some(exception) => {
            let why =
                format!("the code comes without {exception}, and only its holders can add that permission");
            Compatibility::new(Verdict::No, why).way_out(format!(
                "distribute the combination under {} without the exception, or ask the holders of the code for it",
                outbound.id().unwrap_or_default()
            ))
        }
        _ => judged,
    };
    Some(judged.source(faq))
}

fn copied(inbound: &Term, outbound: &Term, from: Gnu, to: Gnu) -> Compatibility {
    let taken = from.may_be_taken_as();
    if to.spans().is_subset(&taken) {
        let why = if from.family == Family::Lgpl && to.family != Family::Lgpl {
            format!("LGPL code may go on under the GPL, so {inbound} fits into a work under {outbound}")
        } else {
            format!("{inbound} may be taken under {outbound}")
        };
        return Compatibility::new(Verdict::Yes, why);
    }
    let both: Vec<(Family, Version)> = taken.intersection(&to.may_be_taken_as()).copied().collect();
    if !both.is_empty() {
        let under = combination(&both);
        return Compatibility::new(
            Verdict::Depends,
            format!("they can be combined, and the combination as a whole is then under {under}; your own files may stay under {outbound}"),
        )
        .way_out(format!("distribute the whole under {under}, or keep the {inbound} code out of files that must stay {outbound}"));
    }
    let gpl3 = |set: &Set| set.contains(&(Family::Gpl, Version::V3));
    let agpl = |gnu: Gnu| gnu.family == Family::Agpl;
    if (agpl(to) && gpl3(&taken)) || (agpl(from) && gpl3(&to.may_be_taken_as())) {
        return Compatibility::new(
            Verdict::Depends,
            "section 13 of GPLv3 and of AGPLv3 lets both be combined in one work: each part keeps its license, and the network clause of the AGPL covers the combination",
        )
        .way_out("keep the parts and their notices apart, and offer the source of the whole to users over the network")
        .source(Source::new("GNU GPL FAQ: AGPLv3 and GPLv3", "https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility"));
    }
    let why = format!(
        "both are copyleft, each wants the whole under itself, and no license satisfies {inbound} and {outbound}"
    );
    Compatibility::new(Verdict::No, why).way_out(way_out(inbound, outbound, from, to))
}

/// The FSF's "I want to use a library" half of the matrix.
fn linked(inbound: &Term, outbound: &Term, from: Gnu, to: Gnu) -> Compatibility {
    let lgpl3_only = from.spans().iter().all(|(_, version)| *version >= Version::V3);
    let outbound_v2 = to.family == Family::Gpl && to.version < Version::V3;
    match (lgpl3_only && outbound_v2, to.span) {
        (false, _) => Compatibility::new(
            Verdict::Yes,
            format!(
                "a work under {outbound} may link a library under {inbound}: give the library's source and let users replace it"
            ),
        ),
        (true, Span::OrLater) => Compatibility::new(
            Verdict::Depends,
            "LGPLv3 is GPLv3 with permissions, so the work must then be conveyed under GPLv3",
        )
        .way_out("distribute the combination under GPL-3.0-or-later"),
        (true, Span::Only) => Compatibility::new(
            Verdict::No,
            format!("{inbound} has terms of GPLv3 that a work under {outbound} may not take on"),
        )
        .way_out(way_out(inbound, outbound, from, to)),
    }
}

/// Names the licenses that a combination may be under.
fn combination(both: &[(Family, Version)]) -> &'static str {
    let has = |family, version| both.contains(&(family, version));
    if has(Family::Agpl, Version::V3) {
        return "AGPL-3.0-only";
    }
    if has(Family::Lgpl, Version::V3) && !has(Family::Lgpl, Version::Future) {
        return "LGPL-3.0-only";
    }
    match (has(Family::Gpl, Version::V2), has(Family::Gpl, Version::V3)) {
        (true, true) => "GPL-2.0-or-later",
        (true, false) => "GPL-2.0-only",
        (false, true) if has(Family::Gpl, Version::Future) => "GPL-3.0-or-later",
        (false, true) => "GPL-3.0-only",
        (false, false) if has(Family::Gpl, Version::V1) => "GPL-1.0-only",
        (false, false) if has(Family::Lgpl, Version::V21) => "LGPL-2.1-only",
        (false, false) => "LGPL-2.0-only",
    }
}

fn way_out(inbound: &Term, outbound: &Term, from: Gnu, to: Gnu) -> String {
    if from.version < Version::V3 && from.span == Span::Only {
        format!(
            "ask the holders of the {inbound} code for \"or any later version\", or keep it in a separate program"
        )
    } else if to.version < Version::V3 {
        "license your own work under GPL-3.0-or-later, or keep the code in a separate program".to_owned()
    } else {
        format!("keep the code in a separate program, or ask its holders for a license that fits {outbound}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The FSF's matrix (GNU GPL FAQ, #AllCompatibility): rows are the code, columns the work.
    /// `y` fits, `c` the combination is under another license, `n` cannot be combined.
    const WORKS: [&str; 6] = [
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-or-later",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-or-later",
    ];

    fn row(code: &str, use_: Use) -> String {
        let term = |id| Term::of(id).expect("an SPDX id");
        WORKS
            .iter()
            .map(|work| match judge(&term(code), &term(work), use_).expect("GNU licenses").verdict {
                Verdict::Yes => 'y',
                Verdict::Depends => 'c',
                _ => 'n',
            })
            .collect()
    }

    #[test]
    fn copied_code_follows_the_matrix() {
        assert_eq!(row("GPL-2.0-only", Use::Copied), "ycnccn");
        assert_eq!(row("GPL-2.0-or-later", Use::Copied), "yyyccc");
        assert_eq!(row("GPL-3.0-or-later", Use::Copied), "ncyccc");
        assert_eq!(row("LGPL-2.1-only", Use::Copied), "yyyycc");
        assert_eq!(row("LGPL-2.1-or-later", Use::Copied), "yyyyyy");
        assert_eq!(row("LGPL-3.0-or-later", Use::Copied), "ncyccy");
    }

    #[test]
    fn linked_libraries_follow_the_matrix() {
        assert_eq!(row("GPL-2.0-only", Use::Linked), "ycnccn");
        assert_eq!(row("GPL-2.0-or-later", Use::Linked), "yyyccc");
        assert_eq!(row("GPL-3.0-or-later", Use::Linked), "ncyccc");
        assert_eq!(row("LGPL-2.1-only", Use::Linked), "yyyyyy");
        assert_eq!(row("LGPL-2.1-or-later", Use::Linked), "yyyyyy");
        assert_eq!(row("LGPL-3.0-or-later", Use::Linked), "ncyyyy");
    }

    #[test]
    fn the_agpl_joins_version_3_by_section_13() {
        let verdict = |a, b| {
            let term = |id| Term::of(id).expect("an SPDX id");
            judge(&term(a), &term(b), Use::Copied).expect("GNU licenses").verdict
        };
        assert_eq!(verdict("GPL-3.0-only", "AGPL-3.0-only"), Verdict::Depends);
        assert_eq!(verdict("AGPL-3.0-only", "GPL-3.0-or-later"), Verdict::Depends);
        assert_eq!(verdict("GPL-2.0-only", "AGPL-3.0-only"), Verdict::No);
        assert_eq!(verdict("AGPL-3.0-only", "GPL-2.0-only"), Verdict::No);
    }
}
