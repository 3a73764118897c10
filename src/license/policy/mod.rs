//! The company's policy: which categories of licenses are allowed, need review, or are denied, per use.
//!
//! The policy is data (`knowledge/policy.toml`); [`Policy::load`] reads and checks it, [`Policy::check`] applies it
//! to an expression. Of an OR the best branch is chosen, of an AND the worst part decides. What the policy does not
//! know needs review, never a silent yes.

mod check;
mod load;

use serde::{Deserialize, Serialize};

pub use self::check::{Branch, Chosen, PolicyVerdict, Request};
use super::facts::Category;
use super::situation::Deployment;

/// The answer of the policy. Ordered from bad to good, which is what AND (the worst) and OR (the best) need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// Do not use it.
    Denied,
    /// Ask the OSPO.
    Review,
    /// Use it, and keep its obligations.
    Allowed,
}

/// What the software is used for, as the policy sorts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyUse {
    /// Inside the company: tools, builds, tests.
    Internal,
    /// A service that others use over a network.
    Saas,
    /// A program or library that others get.
    Distributed,
    /// Firmware in a device that others get.
    Device,
}

impl PolicyUse {
    /// Every use.
    pub const ALL: [Self; 4] = [Self::Internal, Self::Saas, Self::Distributed, Self::Device];

    /// As in the policy file and after `--use`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Saas => "saas",
            Self::Distributed => "distributed",
            Self::Device => "device",
        }
    }

    /// The situation in which obligations are read.
    pub fn deployment(self) -> Deployment {
        match self {
            Self::Internal => Deployment::Internal,
            Self::Saas => Deployment::Saas,
            Self::Distributed => Deployment::Distributed,
            Self::Device => Deployment::Device,
        }
    }
}

/// A word that is no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no use; write internal, saas, distributed or device")]
pub struct UnknownUse(pub String);

impl std::str::FromStr for PolicyUse {
    type Err = UnknownUse;

    fn from_str(word: &str) -> Result<Self, UnknownUse> {
        let lower = word.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|use_| use_.key() == lower)
            .ok_or_else(|| UnknownUse(super::expression::shortened(word)))
    }
}

/// Who made the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Origin {
    /// It came with the program, to show what a policy is.
    Sample,
    /// The company wrote it.
    Company,
}

/// A ruling for one license instead of its category.
#[derive(Debug, Clone)]
pub(crate) struct LicenseRule {
    id: String,
    ruling: Ruling,
    uses: Vec<PolicyUse>,
    reason: String,
}

/// A ruling for one component or project.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    component: Option<String>,
    project: Option<String>,
    license: Option<String>,
    ruling: Ruling,
    uses: Vec<PolicyUse>,
    reason: String,
    approved_by: String,
    expires: jiff::civil::Date,
}

/// The company's policy, read and checked.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whose policy it is.
    pub name: String,
    /// Whether it is the sample.
    pub origin: Origin,
    /// Uses by category: every use has every category.
    pub(crate) rulings: Vec<(PolicyUse, Vec<(Category, Ruling)>)>,
    pub(crate) licenses: Vec<LicenseRule>,
    pub(crate) exceptions: Vec<Exception>,
}
