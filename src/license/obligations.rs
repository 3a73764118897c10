//! What a license asks for in a situation, in plain steps, each with the clause it comes from.
//!
//! A duty wakes when its trigger happens: nothing for use inside the company, the network clauses for a service,
//! most for distribution, installation information for devices. Which duty wakes when is the table in `wakes`
//! (GPLv2 sections 1 to 3, GPLv3 sections 2, 4 to 6, AGPLv3 section 13, LGPLv2.1 section 6, MPL 2.0 section 3,
//! Apache-2.0 section 4).

use serde::Serialize;

use super::Licenses;
use super::expression::{Expression, Term};
use super::facts::{Copyleft, Curation, Duty, Facts, Kind, Reach};
use super::situation::{Changes, Combination, Deployment, Linkage, Situation};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Obligation {
    /// The license that asks for it.
    pub license: String,
    /// What to do, as a sentence.
    pub step: String,
    /// Where the license says so.
    pub clause: String,
}

/// What an expression asks for in a situation. Of an OR, the branch of [`least`] is taken; of an AND, all.
pub fn obligations(licenses: &Licenses, expression: &Expression, situation: Situation) -> Vec<Obligation> {
    match expression {
        Expression::Term(term) => of_term(licenses, term, situation),
        Expression::And(parts) => {
            let mut all: Vec<Obligation> = Vec::new();
            for obligation in parts.iter().flat_map(|part| obligations(licenses, part, situation)) {
                if !all.contains(&obligation) {
                    all.push(obligation);
                }
            }
            all
        }
        Expression::Or(_) => obligations(licenses, &least(licenses, expression, situation), situation),
    }
}

/// The expression without its choices: of each OR the branch that asks for least in a situation. What nobody has read,
/// or forbids a use, comes after everything else, however short its list is.
pub fn least(licenses: &Licenses, expression: &Expression, situation: Situation) -> Expression {
    match expression {
        Expression::Term(_) => expression.clone(),
        Expression::And(parts) => {
            Expression::And(parts.iter().map(|part| least(licenses, part, situation)).collect())
        }
        Expression::Or(branches) => branches
            .iter()
            .map(|branch| least(licenses, branch, situation))
            .min_by_key(|branch| (burden(licenses, branch), obligations(licenses, branch, situation).len()))
            .unwrap_or_else(|| expression.clone()),
    }
}

/// How far the heaviest part of a branch reaches.
fn burden(licenses: &Licenses, branch: &Expression) -> u8 {
    branch
        .terms()
        .into_iter()
        .map(|term| match term.id().and_then(|id| licenses.facts(id)) {
            None => 4,
            Some(facts) if facts.curation == Curation::NotCurated => 3,
            Some(facts) => match facts.kind {
                Kind::PublicDomain | Kind::Permissive => 0,
                Kind::Copyleft if matches!(facts.copyleft, Copyleft::Work | Copyleft::Network) => 2,
                Kind::Copyleft => 1,
                Kind::SourceAvailable | Kind::Restricted | Kind::Unknown => 3,
            },
        })
        .max()
        .unwrap_or(0)
}

fn of_term(licenses: &Licenses, term: &Term, situation: Situation) -> Vec<Obligation> {
    let Some(facts) = term.id().and_then(|id| licenses.facts(id)) else {
        let step = match term {
            Term::None => "Do not use it: there is no license. Ask the author for one.",
            Term::NoAssertion => "Find out its license: nobody has looked for it yet.",
            _ => "Read the text behind it: its duties are not known here.",
        };
        return vec![Obligation { license: term.to_string(), step: step.to_owned(), clause: String::new() }];
    };
    if facts.curation == Curation::NotCurated && situation.deployment != Deployment::Internal {
        let step =
            "Read the license text: its duties are not curated here. Keep its notices meanwhile.".to_owned();
        return vec![Obligation { license: facts.id.clone(), step, clause: String::new() }];
    }
    let reach = term.exception().and_then(|id| licenses.exception(id)).map(|exception| exception.reach);
    let embedded = situation.combination == Combination::OneWork && situation.changes == Changes::Unmodified;
    if let (Some(Reach::Output), Some(exception), true) = (reach, term.exception(), embedded) {
        if situation.deployment == Deployment::Internal {
            return Vec::new();
        }
        let step = format!(
            "Nothing for what it puts into your program; when you ship the tool itself, keep to {}.",
            facts.id
        );
        return vec![Obligation { license: facts.id.clone(), step, clause: exception.to_owned() }];
    }
    let softened = reach.and_then(|reach| softened(facts, reach));
    let facts = softened.as_ref().unwrap_or(facts);
    let duties =
        facts.conditions.iter().filter(|condition| wakes(condition.is, facts, situation)).map(|condition| {
            Obligation {
                license: facts.id.clone(),
                step: step(condition.is, facts, situation).to_owned(),
                clause: condition.clause.clone(),
            }
        });
    let unread =
        term.exception().filter(|_| softened.is_none() && situation.deployment != Deployment::Internal);
    let to_read = unread.map(|exception| Obligation {
        license: facts.id.clone(),
        step: "Read the exception: it may permit more than what stands here.".to_owned(),
        clause: exception.to_owned(),
    });
    duties.chain(to_read).collect()
}

/// A license whose exception lets programs link it, or frees what a tool writes: copyleft for the component alone, and
/// nobody has to relink.
fn softened(facts: &Facts, reach: Reach) -> Option<Facts> {
    if !matches!(reach, Reach::Linking | Reach::Output) {
        return None;
    }
    let mut facts = facts.clone();
    facts.copyleft = match facts.copyleft {
        Copyleft::Work | Copyleft::Network => Copyleft::Library,
        other => other,
    };
    facts.conditions.retain(|condition| condition.is != Duty::Relink);
    Some(facts)
}

/// Whether a duty wakes in a situation.
fn wakes(duty: Duty, facts: &Facts, situation: Situation) -> bool {
    let Situation { deployment, linkage: _, changes, combination } = situation;
    let distributed = matches!(deployment, Deployment::Distributed | Deployment::Source | Deployment::Device);
    let modified = changes == Changes::Modified;
    match duty {
        // These bind whoever uses it at all.
        Duty::NonCommercial | Duty::FieldOfUse => true,
        Duty::NoDerivatives => modified || combination == Combination::OneWork,
        Duty::NoCompetingService | Duty::ServiceSource => deployment == Deployment::Saas,
        // AGPLv3 asks only of modified versions; OSL, EUPL and CPAL count use by others as distribution.
        Duty::NetworkSource => {
            deployment == Deployment::Saas && (modified || !facts.id.starts_with("AGPL-3.0"))
        }
        Duty::KeepNoticeInSource => deployment == Deployment::Source,
        Duty::MarkChanges if facts.asks(Duty::Credit) => {
            modified && (distributed || deployment == Deployment::Saas)
        }
        Duty::MarkChanges | Duty::Rename => distributed && modified,
        Duty::SameLicense if facts.asks(Duty::Credit) => {
            modified && (distributed || deployment == Deployment::Saas)
        }
        Duty::SameLicense => {
            distributed
                && match facts.copyleft {
                    Copyleft::Work | Copyleft::Network => modified || combination == Combination::OneWork,
                    _ => modified,
                }
        }
        Duty::Relink => {
            matches!(deployment, Deployment::Distributed | Deployment::Device)
                && combination == Combination::OneWork
        }
        Duty::InstallationInformation => deployment == Deployment::Device,
        Duty::Advertising | Duty::NoEndorsement => distributed || deployment == Deployment::Saas,
        Duty::SourceAddress => matches!(deployment, Deployment::Distributed | Deployment::Device),
        Duty::Source => distributed && deployment != Deployment::Source,
        Duty::KeepNotice
        | Duty::LicenseText
        | Duty::NoticeFile
        | Duty::Attribution
        | Duty::Indemnify
        | Duty::NotSoldAlone => distributed,
        // A page that shows a work shares it with the public.
        Duty::Credit => distributed || deployment == Deployment::Saas,
    }
}

/// The words of a duty.
fn step(duty: Duty, facts: &Facts, situation: Situation) -> &'static str {
    match duty {
        Duty::KeepNotice => {
            "Keep the copyright notice and the license text, in the source and in a notices file beside the binary."
        }
        Duty::KeepNoticeInSource => "Keep the copyright notice and the license text in the source.",
        Duty::LicenseText => "Give a copy of the license to everyone who gets the software.",
        Duty::NoticeFile => "Pass on the content of the component's NOTICE file.",
        Duty::Attribution => "Credit the author, with a link to the license, where users can see it.",
        Duty::Credit => {
            "Credit the author where people see the work: name, source, license with its address."
        }
        Duty::MarkChanges if facts.asks(Duty::Credit) => "Say that you changed it.",
        Duty::MarkChanges => "Say in the changed files that you changed them, and when.",
        Duty::Source => match facts.copyleft {
            Copyleft::File => {
                "Offer the source of its files, with your changes to them, to everyone who gets the binary."
            }
            Copyleft::Library => {
                "Offer the source of the library, with your changes to it, to everyone who gets the binary."
            }
            Copyleft::ShareAlike => "Give a copy in a form that can be edited too, or say where it is.",
            _ if situation.combination == Combination::Aggregate => {
                "Offer its complete corresponding source, with the scripts to build and install it, to everyone who gets the binary."
            }
            _ => {
                "Offer the complete corresponding source of the whole work, with the scripts to build and install it, to everyone who gets the binary."
            }
        },
        Duty::SourceAddress => "Say where the source can be had, and keep it there.",
        Duty::NetworkSource => {
            "Offer the source of your version to everyone who uses it over the network, prominently."
        }
        Duty::ServiceSource => {
            "Publish the source of everything that runs the service, management tools included, under the same license."
        }
        Duty::SameLicense => match facts.copyleft {
            Copyleft::File | Copyleft::Library => "Keep your changes to it under the same license.",
            Copyleft::ShareAlike => "Share your adaptation under the same or a compatible license.",
            _ => "License the whole work under the same license.",
        },
        Duty::Relink => match situation.linkage {
            Linkage::Dynamic => {
                "Keep it replaceable: link it as a shared library, and do not forbid reverse engineering for debugging such changes."
            }
            Linkage::Static => {
                "Give the object files of your program (or its source), so that users can relink it with a changed library."
            }
        },
        Duty::InstallationInformation => {
            "For a consumer device, give what is needed to install a changed version on it."
        }
        Duty::NoEndorsement => {
            "Do not use the holders' names to promote your product without written consent."
        }
        Duty::Advertising => {
            "Print the acknowledgment in every advertisement that mentions features of the software."
        }
        Duty::Rename => "Give your changed version another name.",
        Duty::Indemnify => {
            "If you sell with promises of your own, defend the other contributors against claims about them."
        }
        Duty::NotSoldAlone => "Do not sell it by itself.",
        Duty::NonCommercial => "Do not use it for commercial advantage; a company product is that.",
        Duty::NoDerivatives => "Share it unchanged only.",
        Duty::NoCompetingService => "Do not offer it to others as a managed service.",
        Duty::FieldOfUse => "Check that your use is among those that the license allows.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::licenses;

    fn steps(expression: &str, situation: Situation) -> Vec<String> {
        let expression = expression.parse().expect("an expression");
        obligations(licenses(), &expression, situation)
            .into_iter()
            .map(|o| format!("{} [{}]", o.step, o.clause))
            .collect()
    }

    #[test]
    fn nothing_wakes_inside_the_company() {
        for license in ["MIT", "GPL-3.0-only", "AGPL-3.0-only", "MPL-2.0", "Apache-2.0"] {
            assert!(steps(license, Situation::of(Deployment::Internal)).is_empty(), "{license}");
        }
        assert!(!steps("CC-BY-NC-4.0", Situation::of(Deployment::Internal)).is_empty());
    }

    #[test]
    fn the_network_clause_wakes_for_a_modified_service() {
        let service = Situation::of(Deployment::Saas);
        assert!(steps("AGPL-3.0-only", service).is_empty());
        let modified = Situation { changes: Changes::Modified, ..service };
        assert!(steps("AGPL-3.0-only", modified)[0].contains("[section 13]"));
        assert!(steps("GPL-3.0-only", modified).is_empty());
        assert!(steps("SSPL-1.0", service)[0].contains("everything that runs the service"));
    }

    #[test]
    fn devices_and_static_linking_ask_for_more() {
        let device = Situation::of(Deployment::Device);
        assert!(steps("GPL-3.0-only", device).iter().any(|step| step.contains("consumer device")));
        assert!(!steps("GPL-2.0-only", device).iter().any(|step| step.contains("consumer device")));
        let linked = Situation { linkage: Linkage::Static, ..Situation::of(Deployment::Distributed) };
        assert!(steps("LGPL-2.1-only", linked).iter().any(|step| step.contains("object files")));
    }

    #[test]
    fn an_aggregate_is_no_derivative() {
        let apart =
            Situation { combination: Combination::Aggregate, ..Situation::of(Deployment::Distributed) };
        let same =
            |situation| steps("GPL-2.0-only", situation).iter().any(|s| s.contains("License the whole work"));
        assert!(same(Situation::of(Deployment::Distributed)));
        assert!(!same(apart));
    }

    #[test]
    fn exceptions_keep_the_rest_of_the_program_free() {
        let shipped = Situation::of(Deployment::Distributed);
        let classpath = steps("GPL-2.0-only WITH Classpath-exception-2.0", shipped);
        assert!(classpath.iter().any(|s| s.contains("source of the library")), "{classpath:?}");
        assert!(!classpath.iter().any(|s| s.contains("whole work")), "{classpath:?}");
        let runtime = steps("GPL-3.0-or-later WITH GCC-exception-3.1", shipped);
        assert!(runtime.len() == 1 && runtime[0].starts_with("Nothing for what it puts"), "{runtime:?}");
        let kernel = steps("GPL-2.0-only WITH Linux-syscall-note", shipped);
        assert!(kernel.iter().any(|s| s.contains("whole work")), "{kernel:?}");
        let relink = steps("LGPL-2.1-or-later WITH OCaml-LGPL-linking-exception", shipped);
        assert!(!relink.iter().any(|s| s.contains("replaceable")), "{relink:?}");
    }

    #[test]
    fn content_is_credited_where_it_is_shown() {
        let shown = Situation::of(Deployment::Saas);
        assert!(steps("CC-BY-4.0", shown)[0].starts_with("Credit the author"));
        let adapted = Situation { changes: Changes::Modified, ..shown };
        assert!(steps("CC-BY-SA-4.0", adapted).iter().any(|s| s.contains("Share your adaptation")));
    }

    #[test]
    fn what_nobody_has_read_is_no_easy_choice() {
        let shipped = Situation::of(Deployment::Distributed);
        for expression in ["LicenseRef-x OR Apache-2.0", "Abstyles OR Apache-2.0", "NONE OR Apache-2.0"] {
            let Ok(read) = expression.parse::<Expression>() else { continue };
            assert_eq!(least(licenses(), &read, shipped).to_string(), "Apache-2.0", "{expression}");
        }
    }

    #[test]
    fn or_takes_the_lighter_branch_and_and_takes_all() {
        let shipped = Situation::of(Deployment::Distributed);
        assert_eq!(steps("GPL-3.0-only OR MIT", shipped), steps("MIT", shipped));
        assert!(steps("Apache-2.0 AND MIT", shipped).len() > steps("Apache-2.0", shipped).len());
    }
}
