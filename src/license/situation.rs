//! What is done with a component: where it goes, how it sits in the work, whether it was changed. Written as people
//! say it ("in a device, linked statically, modified") and as flags.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::expression::shortened;
use super::texts;
use crate::core::source::suggest;

/// Where the software goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Nobody outside the company gets it or uses it.
    Internal,
    /// Others use it over a network.
    Saas,
    /// Others get it as a program or package.
    Distributed,
    /// Others get its source.
    Source,
    /// Others get it inside a device.
    Device,
}

impl Deployment {
    /// Every deployment.
    pub const ALL: [Self; 5] = [Self::Internal, Self::Saas, Self::Distributed, Self::Source, Self::Device];

    /// As after `--for`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Saas => "saas",
            Self::Distributed => "distributed",
            Self::Source => "source",
            Self::Device => "device",
        }
    }
}

/// How the component sits in the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// Linked while the program runs, and replaceable.
    #[default]
    Dynamic,
    /// Linked into the program.
    Static,
}

/// Whether the component was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changes {
    /// As it came.
    #[default]
    Unmodified,
    /// Changed.
    Modified,
}

/// Whether it is one work with the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combination {
    /// One work.
    #[default]
    OneWork,
    /// Shipped together, each for itself (GPLv3 section 5: an aggregate).
    Aggregate,
}

/// What is done with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Situation {
    /// Where the software goes.
    #[serde(rename = "for")]
    pub deployment: Deployment,
    /// How the component sits in the work.
    #[serde(rename = "linked")]
    pub linkage: Linkage,
    /// Whether it was changed.
    pub changes: Changes,
    /// Whether it is one work with the rest.
    pub combination: Combination,
}

impl Situation {
    /// The common case of a deployment: linked dynamically, unchanged, one work.
    pub fn of(deployment: Deployment) -> Self {
        Self {
            deployment,
            linkage: Linkage::default(),
            changes: Changes::default(),
            combination: Combination::default(),
        }
    }
}

impl fmt::Display for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(texts::deployment(self.deployment))?;
        // Inside the company and as a service nobody cares how it is linked.
        let leaves = !matches!(self.deployment, Deployment::Internal | Deployment::Saas);
        match (self.combination, self.linkage) {
            (Combination::Aggregate, _) if leaves => {
                f.write_str(", beside the rest and not one work with it")?
            }
            (_, Linkage::Static) if leaves => f.write_str(", linked statically")?,
            _ => {}
        }
        f.write_str(match self.changes {
            Changes::Modified => ", modified",
            Changes::Unmodified => ", unmodified",
        })
    }
}

/// Why words are no situation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SituationError {
    /// A word that says nothing about a situation.
    #[error("`{word}` says nothing about what you do with it{}; {}", .near.as_ref().map_or_else(String::new, |near| format!(", did you mean `{near}`?")), texts::SITUATION_WORDS)]
    Unknown {
        /// The word as written.
        word: String,
        /// The nearest word that does.
        near: Option<String>,
    },
    /// Two things that cannot both be.
    #[error("it cannot be both {0} and {1}; ask for one after the other")]
    Both(&'static str, &'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    To(Deployment),
    Linked(Linkage),
    Are(Changes),
    Is(Combination),
}

/// The words that say something, and what.
const WORDS: &[(Says, &[&str])] = &[
    (
        Says::To(Deployment::Internal),
        &["internal", "internally", "inside", "in-house", "inhouse", "intranet"],
    ),
    (
        Says::To(Deployment::Saas),
        &["saas", "service", "hosted", "hosting", "cloud", "network", "online", "server", "website", "web"],
    ),
    (
        Says::To(Deployment::Distributed),
        &[
            "distributed",
            "distribute",
            "distributing",
            "distribution",
            "shipped",
            "ship",
            "shipping",
            "binary",
            "binaries",
            "executable",
            "app",
            "product",
            "customers",
            "download",
            "released",
        ],
    ),
    (Says::To(Deployment::Source), &["source", "sources", "published", "publish"]),
    (
        Says::To(Deployment::Device),
        &["device", "devices", "firmware", "embedded", "appliance", "hardware", "gadget"],
    ),
    (Says::Linked(Linkage::Static), &["static", "statically"]),
    (Says::Linked(Linkage::Dynamic), &["dynamic", "dynamically", "shared"]),
    (
        Says::Are(Changes::Modified),
        &[
            "modified",
            "modify",
            "changed",
            "change",
            "changes",
            "patched",
            "forked",
            "modification",
            "modifications",
        ],
    ),
    (Says::Are(Changes::Unmodified), &["unmodified", "unchanged", "verbatim", "as-is", "untouched"]),
    (
        Says::Is(Combination::Aggregate),
        &[
            "aggregate",
            "aggregated",
            "beside",
            "alongside",
            "separate",
            "separately",
            "apart",
            "together",
            "merely",
        ],
    ),
    (Says::Is(Combination::OneWork), &["combined", "copied", "one-work", "merged", "derived"]),
];

/// Words between those that say something.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "in",
    "into",
    "to",
    "and",
    "as",
    "is",
    "it",
    "its",
    "we",
    "our",
    "i",
    "you",
    "with",
    "when",
    "if",
    "for",
    "on",
    "by",
    "of",
    "use",
    "used",
    "using",
    "only",
    "just",
    "linked",
    "link",
    "linking",
    "library",
    "program",
    "work",
    "software",
    "code",
    "component",
    "are",
    "be",
    "that",
    "this",
    "them",
    "one",
    "over",
    "others",
    "put",
    "run",
    "running",
    "part",
    "form",
    "but",
    "or",
    "purposes",
    "any",
    "my",
    "consumer",
    "made",
    "company",
    "stays",
    "stay",
    "without",
    "not",
    "no",
    "never",
    "have",
    "has",
    "been",
    "own",
];

impl FromStr for Situation {
    type Err = SituationError;

    /// Reads "in a device, linked statically, not modified". What is not said is as in [`Situation::of`] for
    /// distribution.
    fn from_str(text: &str) -> Result<Self, SituationError> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'')
            .map(|word| word.trim_matches(['-', '\'']))
            .filter(|word| !word.is_empty())
            .collect();
        let mut said: Option<Deployment> = None;
        let mut situation = Self::of(Deployment::Distributed);
        for (n, word) in words.iter().enumerate() {
            let denied = n > 0 && matches!(words[n - 1], "not" | "without" | "no" | "never");
            let Some((says, _)) = WORDS.iter().find(|(_, all)| all.contains(word)) else {
                if FILLERS.contains(word) {
                    continue;
                }
                let known = WORDS.iter().flat_map(|(_, all)| all.iter().copied());
                let near = suggest(word, known).map(str::to_owned);
                return Err(SituationError::Unknown { word: shortened(word), near });
            };
            match *says {
                Says::To(to) => {
                    let to = if denied { Deployment::Internal } else { to };
                    said = Some(match said {
                        Some(before) => narrower(before, to)?,
                        None => to,
                    });
                }
                Says::Linked(linkage) => situation.linkage = linkage,
                Says::Are(changes) => {
                    situation.changes =
                        if denied && changes == Changes::Modified { Changes::Unmodified } else { changes };
                }
                Says::Is(combination) => {
                    situation.combination = if denied && combination == Combination::OneWork {
                        Combination::Aggregate
                    } else {
                        combination
                    };
                }
            }
        }
        situation.deployment = said.unwrap_or(Deployment::Distributed);
        Ok(situation)
    }
}

/// "Shipped in a device" is a device, "the source is published" is source; other pairs are two situations.
fn narrower(a: Deployment, b: Deployment) -> Result<Deployment, SituationError> {
    match (a, b) {
        _ if a == b => Ok(a),
        (Deployment::Distributed, other @ (Deployment::Device | Deployment::Source))
        | (other @ (Deployment::Device | Deployment::Source), Deployment::Distributed) => Ok(other),
        // "An internal service" is internal.
        (Deployment::Internal, Deployment::Saas) | (Deployment::Saas, Deployment::Internal) => {
            Ok(Deployment::Internal)
        }
        _ => Err(SituationError::Both(texts::deployment(a), texts::deployment(b))),
    }
}

/// A word that is none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write {0}")]
pub struct NoSuchChoice(&'static str);

impl FromStr for Deployment {
    type Err = NoSuchChoice;

    fn from_str(word: &str) -> Result<Self, NoSuchChoice> {
        Self::ALL
            .into_iter()
            .find(|to| to.key().eq_ignore_ascii_case(word.trim()))
            .ok_or(NoSuchChoice("internal, saas, distributed, source or device"))
    }
}

impl FromStr for Linkage {
    type Err = NoSuchChoice;

    fn from_str(word: &str) -> Result<Self, NoSuchChoice> {
        match word.trim().to_ascii_lowercase().as_str() {
            "static" => Ok(Self::Static),
            "dynamic" => Ok(Self::Dynamic),
            _ => Err(NoSuchChoice("static or dynamic")),
        }
    }
}

/// Cuts `GPL-2.0-only when linked statically` into the license and the words about the situation.
pub fn split_situation(text: &str) -> (&str, &str) {
    [" when ", " if ", " for ", " in "]
        .iter()
        .find_map(|word| {
            let at = text.to_ascii_lowercase().find(word)?;
            Some((text.get(..at)?.trim(), text.get(at + word.len()..)?.trim()))
        })
        .unwrap_or((text.trim(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Situation {
        text.parse().unwrap_or_else(|error: SituationError| panic!("{text}: {error}"))
    }

    #[test]
    fn words_say_where_it_goes_how_it_is_linked_and_whether_it_was_changed() {
        use Deployment::{Device, Distributed, Internal, Saas, Source};
        for (text, deployment) in [
            ("", Distributed),
            ("used internally", Internal),
            ("not distributed", Internal),
            ("as a hosted service", Saas),
            ("shipped in a device", Device),
            ("firmware, linked statically", Device),
            ("its source is published", Source),
            ("a binary for customers", Distributed),
        ] {
            assert_eq!(read(text).deployment, deployment, "{text}");
        }
        let whole = read("linked statically into the firmware of a device, modified");
        assert_eq!((whole.linkage, whole.changes), (Linkage::Static, Changes::Modified));
        assert_eq!(whole.to_string(), "in a device, linked statically, modified");
        assert_eq!(read("not modified").changes, Changes::Unmodified);
        assert_eq!(read("merely shipped together").combination, Combination::Aggregate);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let error = "staticaly linked".parse::<Situation>().unwrap_err().to_string();
        assert!(error.contains("did you mean `statically`?"), "{error}");
        let error = "on a banana".parse::<Situation>().unwrap_err().to_string();
        assert!(error.contains("`banana`") && error.contains("device"), "{error}");
        let error = "in a device as a service".parse::<Situation>().unwrap_err().to_string();
        assert!(error.contains("both"), "{error}");
    }

    #[test]
    fn a_line_is_cut_into_license_and_situation() {
        assert_eq!(split_situation("GPL-2.0-only when shipped"), ("GPL-2.0-only", "shipped"));
        assert_eq!(split_situation("MIT"), ("MIT", ""));
        assert_eq!(split_situation("LGPL 2.1 in a device"), ("LGPL 2.1", "a device"));
    }
}
