//! The built-in knowledge, read once, and one SBOM judged in every way.

use std::sync::LazyLock;

use ospo_counselor::knowledge::{Knowledge, files};
use ospo_counselor::license::policy::PolicyUse;
use ospo_counselor::license::sbom::{Question, Sbom};
use ospo_counselor::license::{SbomReport, notices, view};

pub static KNOWLEDGE: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&files::built_in()).expect("the built-in knowledge is sound"));

/// Everything that is made of an SBOM.
#[allow(dead_code)] // Not every target has an SBOM.
pub fn judged(sbom: &Sbom) {
    let Knowledge { licenses, policy, .. } = &*KNOWLEDGE;
    let question = Question { use_: PolicyUse::Distributed, project: None, today: None };
    let report = SbomReport::of(sbom, policy, licenses, question);
    assert_eq!(report.components.len(), sbom.components.len());
    assert!(!report.markdown().contains('\u{1b}'));
    let _ = view::sbom(&report);
    assert!(!notices(sbom, policy, licenses, question).text.contains('\u{1b}'));
}
