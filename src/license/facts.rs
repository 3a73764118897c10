//! What is known of a license: the vocabulary of permissions, conditions and limitations.
//!
//! The words follow choosealicense.com (permissions, conditions, limitations) and the reach of copyleft as OSPOs
//! speak of it (file, library, work, network). The facts are curated in `knowledge/licenses/facts/*.toml`; what is
//! not curated has the flags of the SPDX list and a category, and says so.

use serde::{Deserialize, Serialize};

/// Where a statement comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// Name of the page or document.
    pub title: String,
    /// Its address.
    pub url: String,
}

impl Source {
    /// A source by title and address.
    pub fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self { title: title.into(), url: url.into() }
    }
}

/// What kind of license it is, as policies sort them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Gives up all rights.
    PublicDomain,
    /// Keep the notice, little else.
    Permissive,
    /// Changes or larger works stay under the license; see [`Copyleft`] for how far.
    Copyleft,
    /// Shows the source but reserves commercial rights.
    SourceAvailable,
    /// Forbids a use: commercial, derivative, a field.
    Restricted,
    /// Nobody has sorted it yet.
    Unknown,
}

/// How far copyleft reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Copyleft {
    /// None.
    None,
    /// Files or modules that were under it.
    File,
    /// The library, not what uses it.
    Library,
    /// Adaptations of a text, picture or database.
    ShareAlike,
    /// The whole work.
    Work,
    /// The whole work, also when it is only offered over a network.
    Network,
}

/// What it says of patents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Patents {
    /// Nothing in words.
    Silent,
    /// Not in so many words, but it follows from what is.
    Implied,
    /// A patent license in words.
    Express,
    /// Patent rights are kept back in words.
    Excluded,
}

/// What ends for whoever sues over patents in the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retaliation {
    /// Nothing.
    #[default]
    None,
    /// The patent license.
    PatentLicenseEnds,
    /// All rights under the license.
    RightsEnd,
}

/// Whether it speaks of trademarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trademark {
    /// Not at all.
    #[default]
    Silent,
    /// It says that none are licensed.
    NoGrant,
}

/// Debian's view (Debian Free Software Guidelines).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dfsg {
    /// In `main`.
    Free,
    /// Not in `main`.
    NonFree,
    /// Disputed, or free only in some uses.
    Unclear,
    /// No statement is known.
    NotReviewed,
}

/// The Open Source Initiative's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Osi {
    /// Approved.
    Approved,
    /// Not approved (or never submitted).
    NotApproved,
}

/// The Free Software Foundation's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fsf {
    /// Listed as free.
    Free,
    /// Listed as not free.
    NonFree,
    /// Not listed.
    NotListed,
}

/// A duty that a license lays on its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// Keep the copyright notice and the permission text.
    KeepNotice,
    /// The same, in source only.
    KeepNoticeInSource,
    /// Give a copy of the license.
    LicenseText,
    /// Pass on the NOTICE file.
    NoticeFile,
    /// Credit the author.
    Attribution,
    /// Credit the author of a text, picture or database wherever it is shown.
    Credit,
    /// Say what was changed.
    MarkChanges,
    /// Give or offer the source.
    Source,
    /// Say where the source is.
    SourceAddress,
    /// Offer the source to users over a network.
    NetworkSource,
    /// Offer the source of everything that runs the service.
    ServiceSource,
    /// Keep changes or the whole under the license.
    SameLicense,
    /// Let the user relink with a changed library.
    Relink,
    /// Give what is needed to install a changed version on the device.
    InstallationInformation,
    /// Do not use the holders' names to promote.
    NoEndorsement,
    /// Name the holders in advertising.
    Advertising,
    /// Give changed versions another name.
    Rename,
    /// Defend and indemnify other contributors for your own promises.
    Indemnify,
    /// Do not sell it by itself.
    NotSoldAlone,
    /// No commercial use.
    NonCommercial,
    /// No adaptations.
    NoDerivatives,
    /// No managed service that competes.
    NoCompetingService,
    /// Only for certain purposes.
    FieldOfUse,
}

/// A duty and the clause it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The duty.
    pub is: Duty,
    /// Where the license says so.
    pub clause: String,
}

/// Who stands behind the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Curation {
    /// A person read the license and wrote them down.
    Curated,
    /// Only what the SPDX list and a published category say; read the license.
    NotCurated,
}

/// What is known of one license.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// SPDX id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Who publishes it; empty where not curated.
    pub steward: String,
    /// Kind.
    pub kind: Kind,
    /// Reach of its copyleft.
    pub copyleft: Copyleft,
    /// Patents.
    pub patents: Patents,
    /// Patent retaliation.
    pub retaliation: Retaliation,
    /// Trademarks.
    pub trademark: Trademark,
    /// OSI status (SPDX list).
    pub osi: Osi,
    /// FSF status (SPDX list and the FSF's list).
    pub fsf: Fsf,
    /// DFSG status.
    pub dfsg: Dfsg,
    /// In one or two sentences.
    pub summary: String,
    /// What changed between versions.
    pub changed: Option<String>,
    /// Duties, each with its clause.
    pub conditions: Vec<Condition>,
    /// Whether a person wrote this.
    pub curation: Curation,
    /// Where it comes from.
    pub sources: Vec<Source>,
}

impl Facts {
    /// Whether the license has a duty.
    pub fn asks(&self, duty: Duty) -> bool {
        self.conditions.iter().any(|condition| condition.is == duty)
    }

    /// The category that policies sort by.
    pub fn category(&self) -> Category {
        match (self.kind, self.copyleft) {
            (Kind::PublicDomain, _) => Category::PublicDomain,
            (Kind::Permissive, _) => Category::Permissive,
            (Kind::Copyleft, Copyleft::File | Copyleft::Library | Copyleft::None) => Category::WeakCopyleft,
            (Kind::Copyleft, Copyleft::ShareAlike) => Category::ShareAlike,
            (Kind::Copyleft, Copyleft::Work) => Category::StrongCopyleft,
            (Kind::Copyleft, Copyleft::Network) => Category::NetworkCopyleft,
            (Kind::SourceAvailable, _) => Category::SourceAvailable,
            (Kind::Restricted, _) => Category::Restricted,
            (Kind::Unknown, _) => Category::Unknown,
        }
    }
}

/// The categories of the policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// CC0, Unlicense.
    PublicDomain,
    /// MIT, Apache-2.0.
    Permissive,
    /// MPL-2.0, LGPL, EPL.
    WeakCopyleft,
    /// CC-BY-SA, ODbL.
    ShareAlike,
    /// GPL.
    StrongCopyleft,
    /// AGPL, OSL, EUPL.
    NetworkCopyleft,
    /// BUSL, SSPL, Elastic.
    SourceAvailable,
    /// Non-commercial, no derivatives, fields of use.
    Restricted,
    /// A LicenseRef that says proprietary or commercial.
    Proprietary,
    /// NONE: no license at all.
    NoLicense,
    /// Nobody knows.
    Unknown,
}

impl Category {
    /// Every category, in the order of the policy file.
    pub const ALL: [Self; 11] = [
        Self::PublicDomain,
        Self::Permissive,
        Self::WeakCopyleft,
        Self::ShareAlike,
        Self::StrongCopyleft,
        Self::NetworkCopyleft,
        Self::SourceAvailable,
        Self::Restricted,
        Self::Proprietary,
        Self::NoLicense,
        Self::Unknown,
    ];

    /// As in the policy file: `weak-copyleft`.
    pub fn key(self) -> &'static str {
        match self {
            Self::PublicDomain => "public-domain",
            Self::Permissive => "permissive",
            Self::WeakCopyleft => "weak-copyleft",
            Self::ShareAlike => "share-alike",
            Self::StrongCopyleft => "strong-copyleft",
            Self::NetworkCopyleft => "network-copyleft",
            Self::SourceAvailable => "source-available",
            Self::Restricted => "restricted",
            Self::Proprietary => "proprietary",
            Self::NoLicense => "no-license",
            Self::Unknown => "unknown",
        }
    }
}

/// What an exception after `WITH` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// A program of any license may link the code.
    Linking,
    /// What a tool writes is free.
    Output,
    /// Only certain named software may be combined with it.
    Named,
    /// It clarifies and changes no duty.
    Note,
}

/// What is known of one exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionFacts {
    /// SPDX exception id.
    pub id: String,
    /// Who wrote it.
    pub steward: String,
    /// What it does.
    pub reach: Reach,
    /// In one sentence.
    pub summary: String,
    /// Where it comes from.
    pub source: Source,
}
