//! Software bills of materials: CycloneDX and SPDX in JSON, read in bounds, and what the policy says of each part.
//!
//! [`read`] finds out the format and gives an [`Sbom`]; [`SbomReport`] judges it. An SBOM comes from outside and may
//! be hostile: its size, depth and number of components are bounded, its words are data, and what is of the wrong type
//! is an error that names its place.

mod cyclonedx;
mod json;
mod markdown;
mod report;
mod spdx;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

pub use self::json::SbomError;
pub use self::report::{Finding, Question, SbomReport, Standing, Summary};
pub(crate) use self::report::{Judge, Judged};

/// The largest SBOM that is read, in bytes (64 MiB). One of 10,000 components has about 20 MB.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most components of one SBOM, and the most entries of any list in it that is kept.
pub const MAX_COMPONENTS: usize = 100_000;
/// How deep components may stand in components.
pub const MAX_NESTING: usize = 32;

/// What an SBOM is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Format {
    /// OWASP CycloneDX, JSON, 1.4 to 1.6.
    #[serde(rename = "CycloneDX")]
    CycloneDx,
    /// SPDX, JSON, 2.2 and 2.3.
    #[serde(rename = "SPDX")]
    Spdx,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
        })
    }
}

/// A bill of materials, as far as licenses go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sbom {
    /// What it is written in.
    pub format: Format,
    /// What it is the bill of, when it says so.
    pub subject: Option<String>,
    /// Every component, nested ones too, flat. The subject is among them when its license is stated.
    pub components: Vec<Component>,
    /// What the document says of its own license references (SPDX `hasExtractedLicensingInfos`).
    pub references: BTreeMap<String, Reference>,
}

/// One component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// Its name, without the group.
    pub name: String,
    /// Its group: a Maven group id, an npm scope.
    pub group: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its package URL.
    pub purl: Option<String>,
    /// Expressions and names as written; all of them apply. None at all means that nobody said.
    pub licenses: Vec<String>,
    /// Copyright notices.
    pub copyrights: Vec<String>,
    /// License texts that came with it.
    pub texts: Vec<String>,
}

impl Component {
    /// Group and name, as package managers write them: `@angular/core`.
    pub fn full_name(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What a document says of a `LicenseRef-…` of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The name of the license.
    pub name: Option<String>,
    /// Its text.
    pub text: Option<String>,
}

/// Reads an SBOM of any known format. Takes the bytes of the file, in UTF-8.
///
/// # Errors
/// What is larger, deeper or longer than the bounds of this module, is no JSON, is no SBOM, is of a version that is not
/// read, or has a value of the wrong type; the text says where and what to do.
pub fn read(bytes: &[u8]) -> Result<Sbom, SbomError> {
    if bytes.len() > MAX_BYTES {
        return Err(SbomError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match json::format(bytes)? {
        Format::CycloneDx => cyclonedx::read(bytes),
        Format::Spdx => spdx::read(bytes),
    }
}

/// What stands where nobody knows.
fn stated(text: &str) -> bool {
    !matches!(text.trim(), "" | "NOASSERTION")
}

#[cfg(test)]
mod tests;
