//! Licenses: names, facts, obligations, compatibility, and the company's policy. Pure: no IO, no clock.
//!
//! The way in is [`Licenses::load`], which takes the files under `knowledge/licenses/` and checks them. Then:
//!
//! - [`expression`]: SPDX expressions, bounded for hostile input;
//! - [`names`]: what people write ([`identify`]), whole texts ([`identify_text`]), names in a sentence ([`mentions`]);
//! - [`facts`]: the vocabulary, and what is known of each license;
//! - [`situation`]: what is done with a component, in words and as flags;
//! - [`obligations`](mod@obligations): what to do in a situation;
//! - [`compatibility`](mod@compatibility): may this go into that, and why;
//! - [`policy`]: allowed, review or denied, with exceptions;
//! - [`sbom`]: bills of materials, read and judged;
//! - [`attachment`]: a file from outside: an SBOM, a license text, or neither;
//! - [`notices`](mod@notices): the attribution file of an SBOM;
//! - [`choose`]: which license fits what we release;
//! - [`report`]: the objects that the command line prints;
//! - [`view`]: how answers look in chat and at a terminal.
//!
//! To add a name, a fact or a rule, edit `knowledge/licenses/`: no code knows a single case.

pub mod attachment;
mod categories;
pub mod choose;
pub mod compatibility;
pub mod expression;
pub mod facts;
mod licenses;
pub mod names;
pub mod notices;
pub mod obligations;
pub mod policy;
pub mod report;
pub mod sbom;
pub mod situation;
#[cfg(test)]
mod testing;
mod texts;
pub mod view;

pub use attachment::Attachment;
pub use choose::{ChooseError, Recommendation, recommend};
pub use compatibility::{Compatibility, Use, Verdict, compatibility, judge, read_side, split_pair};
pub use expression::{Expression, ExpressionError, Later, Term};
pub use facts::{Category, Facts, Source};
pub use licenses::Licenses;
pub use names::{Alternative, Certainty, Identified, Mention, identify, identify_text, mentions};
pub use notices::notices;
pub use obligations::{Obligation, least, obligations};
pub use policy::{Policy, PolicyUse, PolicyVerdict, Request, Ruling};
pub use report::{CheckReport, CompatReport, IdentifyReport, ObligationsReport};
pub use sbom::{Sbom, SbomError, SbomReport};
pub use situation::{Deployment, Situation};

/// The policy category of a `LicenseRef-…`, read from its name.
fn reference_kind(reference: &str) -> Category {
    match compatibility::named(reference) {
        compatibility::Named::Proprietary => Category::Proprietary,
        compatibility::Named::PublicDomain => Category::PublicDomain,
        compatibility::Named::Other => Category::Unknown,
    }
}
