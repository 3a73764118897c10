//! Reads `policy.toml` and finds what is wrong with it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Exception, LicenseRule, Origin, Policy, PolicyUse, Ruling};
use crate::core::source::{Fault, SourceFile, line_of, parse_toml, suggest};
use crate::license::Licenses;
use crate::license::expression::Expression;
use crate::license::facts::Category;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    name: String,
    #[serde(default)]
    sample: bool,
    uses: BTreeMap<PolicyUse, UseRulings>,
    #[serde(default, rename = "license")]
    licenses: Vec<LicenseEntry>,
    #[serde(default, rename = "exception")]
    exceptions: Vec<ExceptionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UseRulings {
    #[serde(default)]
    allowed: Vec<Category>,
    #[serde(default)]
    review: Vec<Category>,
    #[serde(default)]
    denied: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenseEntry {
    id: String,
    verdict: Ruling,
    #[serde(default)]
    uses: Vec<PolicyUse>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionEntry {
    component: Option<String>,
    project: Option<String>,
    license: Option<String>,
    verdict: Ruling,
    #[serde(default)]
    uses: Vec<PolicyUse>,
    reason: String,
    approved_by: String,
    expires: String,
}

impl Policy {
    /// Reads and checks the policy file.
    ///
    /// Errors: every fault: a use or category that is missing or ruled twice, a license that SPDX does not know, an
    /// exception for nothing, without reason, or with no readable date.
    pub fn load(file: &SourceFile, licenses: &Licenses) -> Result<Self, Vec<Fault>> {
        let read: PolicyFile = parse_toml(&file.path, &file.text, 1).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut rulings = Vec::new();
        for use_ in PolicyUse::ALL {
            match read.uses.get(&use_) {
                Some(given) => rulings.push((use_, complete(file, use_, given, &mut faults))),
                None => {
                    let cure = format!("add [uses.{}] with allowed, review and denied", use_.key());
                    faults.push(Fault::new(
                        &file.path,
                        1,
                        format!("the use `{}` has no rulings", use_.key()),
                        cure,
                    ));
                }
            }
        }
        let rules =
            read.licenses.into_iter().map(|entry| license_rule(file, entry, licenses, &mut faults)).collect();
        let exceptions =
            read.exceptions.into_iter().filter_map(|entry| exception(file, entry, &mut faults)).collect();
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        let origin = if read.sample { Origin::Sample } else { Origin::Company };
        Ok(Self { name: read.name, origin, rulings, licenses: rules, exceptions })
    }
}

/// Every category has one ruling, and only one.
fn complete(
    file: &SourceFile,
    use_: PolicyUse,
    given: &UseRulings,
    faults: &mut Vec<Fault>,
) -> Vec<(Category, Ruling)> {
    let header = format!("[uses.{}]", use_.key());
    let line = line_of(&file.text, &header);
    let mut rulings = Vec::new();
    let lists =
        [(&given.allowed, Ruling::Allowed), (&given.review, Ruling::Review), (&given.denied, Ruling::Denied)];
    for category in Category::ALL {
        let found: Vec<Ruling> =
            lists.iter().filter(|(list, _)| list.contains(&category)).map(|(_, ruling)| *ruling).collect();
        match found.as_slice() {
            [ruling] => rulings.push((category, *ruling)),
            [] => faults.push(Fault::new(
                &file.path,
                line,
                format!("{header} says nothing of `{}`", category.key()),
                "put it under allowed, review or denied",
            )),
            _ => faults.push(Fault::new(
                &file.path,
                line,
                format!("{header} rules on `{}` more than once", category.key()),
                "keep it in one list",
            )),
        }
    }
    rulings
}

fn license_rule(
    file: &SourceFile,
    entry: LicenseEntry,
    licenses: &Licenses,
    faults: &mut Vec<Fault>,
) -> LicenseRule {
    let line = line_of(&file.text, &format!("\"{}\"", entry.id));
    if entry.id.parse::<Expression>().is_err() {
        let near = suggest(&entry.id, licenses.all().map(|facts| facts.id.as_str()));
        let cure = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        faults.push(Fault::new(&file.path, line, format!("`{}` is no SPDX license", entry.id), cure));
    }
    if entry.reason.trim().is_empty() {
        let what = format!("the ruling on `{}` has no reason", entry.id);
        faults.push(Fault::new(&file.path, line, what, "say why, for those who ask"));
    }
    LicenseRule { id: entry.id, ruling: entry.verdict, uses: entry.uses, reason: entry.reason }
}

fn exception(file: &SourceFile, entry: ExceptionEntry, faults: &mut Vec<Fault>) -> Option<Exception> {
    let name = entry.component.as_ref().or(entry.project.as_ref()).or(entry.license.as_ref());
    let line = name.map_or(1, |name| line_of(&file.text, &format!("\"{name}\"")));
    let mut fault = |what: &str, cure: &str| faults.push(Fault::new(&file.path, line, what, cure));
    if entry.component.is_none() && entry.project.is_none() {
        fault(
            "an exception for nothing",
            "name a `component` or a `project`; a ruling on a license is [[license]]",
        );
    }
    if entry.reason.trim().is_empty() || entry.approved_by.trim().is_empty() {
        fault(
            "an exception without a reason or without who approved it",
            "fill in `reason` and `approved_by`",
        );
    }
    if let Some(license) = entry.license.as_ref().filter(|license| license.parse::<Expression>().is_err()) {
        fault(&format!("`{license}` is no SPDX license"), "see https://spdx.org/licenses/");
    }
    let Ok(expires) = entry.expires.parse::<Date>() else {
        fault(&format!("`{}` is no date", entry.expires), "write the last day it holds as YYYY-MM-DD");
        return None;
    };
    Some(Exception {
        component: entry.component,
        project: entry.project,
        license: entry.license,
        ruling: entry.verdict,
        uses: entry.uses,
        reason: entry.reason,
        approved_by: entry.approved_by,
        expires,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{licenses, policy_file};

    fn faults(from: &str, to: &str) -> Vec<String> {
        let mut file = policy_file();
        assert!(file.text.contains(from), "the policy has no {from}");
        file.text = file.text.replacen(from, to, 1);
        Policy::load(&file, licenses()).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_category_is_ruled_once() {
        let found = faults("\"source-available\", ", "");
        assert!(found[0].contains("[uses.internal] says nothing of `source-available`"), "{found:?}");
        let found = faults("denied = [\"no-license\"]", "denied = [\"no-license\", \"permissive\"]");
        assert!(found[0].contains("rules on `permissive` more than once"), "{found:?}");
        assert!(
            faults("\"weak-copyleft\"", "\"weak-copyleff\"")[0].contains("did you mean `weak-copyleft`?")
        );
    }

    #[test]
    fn exceptions_need_a_target_a_reason_and_a_date() {
        assert!(faults("component = \"busybox\"\n", "")[0].contains("an exception for nothing"));
        assert!(faults("2027-12-31", "next year")[0].contains("YYYY-MM-DD"));
        assert!(faults("id = \"SSPL-1.0\"", "id = \"SSPL-1\"")[0].contains("did you mean `SSPL-1.0`?"));
        assert!(faults("[uses.device]", "[uses.devices]")[0].contains("did you mean `device`?"));
    }
}
