//! The set of everything known about licenses, loaded whole or not at all.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::categories;
use super::choose::candidates::{self, Candidate};
use super::compatibility::tables::Tables;
use super::expression::Expression;
use super::facts::{
    Condition, Copyleft, Curation, Dfsg, ExceptionFacts, Facts, Fsf, Kind, Osi, Patents, Reach, Retaliation,
    Source, Trademark,
};
use super::names::data::{NameData, check_source};
use super::names::index::Names;
use crate::core::source::{Fault, SourceFile, line_of, parse_toml, suggest};

/// Facts, names and compatibility tables. Build it with [`Licenses::load`]; it never changes afterwards.
#[derive(Debug, Clone)]
pub struct Licenses {
    facts: BTreeMap<String, Facts>,
    exceptions: HashMap<String, ExceptionFacts>,
    pub(crate) names: Names,
    pub(crate) tables: Tables,
    pub(crate) choices: Vec<Candidate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsFile {
    #[serde(default, rename = "license")]
    licenses: Vec<LicenseEntry>,
    #[serde(default, rename = "exception")]
    exceptions: Vec<ExceptionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenseEntry {
    ids: Vec<String>,
    steward: String,
    kind: Kind,
    copyleft: Copyleft,
    patents: Patents,
    #[serde(default)]
    retaliation: Retaliation,
    #[serde(default)]
    trademark: Trademark,
    dfsg: Dfsg,
    summary: String,
    changed: Option<String>,
    conditions: Vec<Condition>,
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionEntry {
    ids: Vec<String>,
    steward: String,
    reach: Reach,
    summary: String,
    url: String,
}

impl Licenses {
    /// Reads all files under `licenses/` of the knowledge set; other files are ignored.
    ///
    /// Errors: every fault of every file, not just the first: keys and values that are unknown, ids that SPDX does
    /// not know, facts given twice, files and sources that are missing.
    pub fn load(files: &[SourceFile]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let under = |folder: &str| -> Vec<&SourceFile> {
            files.iter().filter(|file| file.path.starts_with(folder)).collect()
        };
        let names = NameData::load(&under("licenses/names/"), &mut faults);
        let tables = Tables::load(&under("licenses/compatibility/"), &mut faults);
        let mut facts = BTreeMap::new();
        let mut exceptions = HashMap::new();
        for file in under("licenses/facts/") {
            check_source(file, &mut faults);
            match parse_toml::<FactsFile>(&file.path, &file.text, 1) {
                Ok(read) => {
                    for entry in read.licenses {
                        add_facts(file, &entry, &tables, &mut facts, &mut faults);
                    }
                    for entry in read.exceptions {
                        add_exceptions(file, &entry, &mut exceptions, &mut faults);
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if facts.is_empty() && faults.is_empty() {
            let cure = "the facts are TOML files under licenses/facts/";
            faults.push(Fault::new("licenses/facts", 1, "there are no license facts", cure));
        }
        let categories = categories::load(files, &mut faults);
        let choices = candidates::load(files, &mut faults);
        for license in spdx::identifiers::LICENSES {
            if !matches!(license.name, "NONE" | "NOASSERTION") && !facts.contains_key(license.name) {
                facts
                    .insert(license.name.to_owned(), not_curated(license.name, &categories, &facts, &tables));
            }
        }
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        Ok(Self { facts, exceptions, names: Names::new(&names), tables, choices })
    }

    /// What is known of a license; `None` for what is no SPDX id. Case matters not.
    pub fn facts(&self, id: &str) -> Option<&Facts> {
        self.facts.get(id).or_else(|| self.facts.get(super::expression::license_id(id)?))
    }

    /// What is known of an exception.
    pub fn exception(&self, id: &str) -> Option<&ExceptionFacts> {
        self.exceptions.get(id)
    }

    /// Every license, by id.
    pub fn all(&self) -> impl Iterator<Item = &Facts> {
        self.facts.values()
    }

    /// How many licenses and exceptions a person has curated.
    pub fn curated(&self) -> usize {
        let licenses = self.all().filter(|facts| facts.curation == Curation::Curated).count();
        licenses + self.exceptions.len()
    }

    /// The full name of an id; for a longer expression, the expression itself.
    pub fn name(&self, expression: &str) -> String {
        self.facts(expression).map_or_else(|| expression.to_owned(), |facts| facts.name.clone())
    }
}

fn check_id(file: &SourceFile, id: &str, facts: &BTreeMap<String, Facts>, faults: &mut Vec<Fault>) -> bool {
    let line = line_of(&file.text, &format!("\"{id}\""));
    if spdx::license_id(id).is_none() || id.ends_with('+') {
        let near = suggest(id, spdx::identifiers::LICENSES.iter().map(|license| license.name));
        let cure = near.map_or_else(
            || "see https://spdx.org/licenses/".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        faults.push(Fault::new(&file.path, line, format!("`{id}` is no SPDX license id"), cure));
        return false;
    }
    if facts.contains_key(id) {
        faults.push(Fault::new(&file.path, line, format!("`{id}` has facts already"), "keep one of the two"));
        return false;
    }
    true
}

fn add_facts(
    file: &SourceFile,
    entry: &LicenseEntry,
    tables: &Tables,
    facts: &mut BTreeMap<String, Facts>,
    faults: &mut Vec<Fault>,
) {
    let line = entry.ids.first().map_or(1, |id| line_of(&file.text, &format!("\"{id}\"")));
    let mut lacks = |what: &str, cure: &str| faults.push(Fault::new(&file.path, line, what, cure));
    if !entry.url.starts_with("http") || entry.summary.trim().is_empty() {
        lacks("facts without a source or a summary", "fill in `url` and `summary`");
    }
    if entry.conditions.iter().any(|condition| condition.clause.trim().is_empty()) {
        lacks("a condition without its clause", "say where in the license it stands");
    }
    if entry.steward.trim().is_empty() {
        lacks("facts without a steward", "say who publishes the license, or `none`");
    }
    if entry.kind == Kind::Unknown
        || (entry.kind == Kind::Copyleft) != (entry.copyleft != Copyleft::None)
            && entry.kind != Kind::SourceAvailable
            && entry.kind != Kind::Restricted
    {
        lacks(
            "`kind` and `copyleft` do not go together",
            "copyleft has a reach, and what is permissive has none",
        );
    }
    for id in &entry.ids {
        if !check_id(file, id, facts, faults) {
            continue;
        }
        let (name, osi, fsf) = listed(id, tables);
        let sources = vec![
            Source::new(format!("{name} (text)"), entry.url.clone()),
            Source::new("SPDX License List", format!("https://spdx.org/licenses/{id}.html")),
        ];
        let curated = Facts {
            id: id.clone(),
            name,
            steward: entry.steward.clone(),
            kind: entry.kind,
            copyleft: entry.copyleft,
            patents: entry.patents,
            retaliation: entry.retaliation,
            trademark: entry.trademark,
            osi,
            fsf,
            dfsg: entry.dfsg,
            summary: entry.summary.clone(),
            changed: entry.changed.clone(),
            conditions: entry.conditions.clone(),
            curation: Curation::Curated,
            sources,
        };
        facts.insert(id.clone(), curated);
    }
}

fn add_exceptions(
    file: &SourceFile,
    entry: &ExceptionEntry,
    exceptions: &mut HashMap<String, ExceptionFacts>,
    faults: &mut Vec<Fault>,
) {
    for id in &entry.ids {
        let line = line_of(&file.text, &format!("\"{id}\""));
        if spdx::exception_id(id).is_none() {
            let near = suggest(id, spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name));
            let cure = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            faults.push(Fault::new(&file.path, line, format!("`{id}` is no SPDX exception id"), cure));
            continue;
        }
        let curated = ExceptionFacts {
            id: id.clone(),
            steward: entry.steward.clone(),
            reach: entry.reach,
            summary: entry.summary.clone(),
            source: Source::new(id.clone(), entry.url.clone()),
        };
        if exceptions.insert(id.clone(), curated).is_some() {
            faults.push(Fault::new(
                &file.path,
                line,
                format!("`{id}` has facts already"),
                "keep one of the two",
            ));
        }
    }
}

/// Full name, OSI and FSF status: the SPDX list's flags, and the FSF's own list for what is not free.
fn listed(id: &str, tables: &Tables) -> (String, Osi, Fsf) {
    let Some(license) = spdx::license_id(id) else {
        return (id.to_owned(), Osi::NotApproved, Fsf::NotListed);
    };
    let osi = if license.is_osi_approved() { Osi::Approved } else { Osi::NotApproved };
    let fsf =
        if license.is_fsf_free_libre() { Fsf::Free } else { tables.fsf_status(id).unwrap_or(Fsf::NotListed) };
    (license.full_name.to_owned(), osi, fsf)
}

fn not_curated(
    id: &str,
    categories: &HashMap<String, (Kind, Copyleft)>,
    curated: &BTreeMap<String, Facts>,
    tables: &Tables,
) -> Facts {
    let (name, osi, fsf) = listed(id, tables);
    // A deprecated id is its successor under an old name.
    let current = id.parse::<Expression>().ok().filter(|current| current.to_string() != id);
    if let Some(successor) = current.and_then(|current| {
        let [term] = current.terms()[..] else { return None };
        curated.get(term.id()?)
    }) {
        return Facts { id: id.to_owned(), name, osi, fsf, ..successor.clone() };
    }
    let (kind, copyleft) = categories.get(id).copied().unwrap_or((Kind::Unknown, Copyleft::None));
    Facts {
        id: id.to_owned(),
        name,
        steward: String::new(),
        kind,
        copyleft,
        patents: Patents::Silent,
        retaliation: Retaliation::None,
        trademark: Trademark::Silent,
        osi,
        fsf,
        dfsg: Dfsg::NotReviewed,
        summary:
            "Not curated here: only the SPDX list's flags and a published category are known. Read the text."
                .to_owned(),
        changed: None,
        conditions: Vec::new(),
        curation: Curation::NotCurated,
        sources: vec![Source::new("SPDX License List", format!("https://spdx.org/licenses/{id}.html"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{files, licenses};

    fn faults(path: &str, from: &str, to: &str) -> Vec<String> {
        let mut files = files();
        let file = files.iter_mut().find(|file| file.path == path).expect("a built-in file");
        assert!(file.text.contains(from), "{path} has no {from}");
        file.text = file.text.replacen(from, to, 1);
        Licenses::load(&files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn at_least_eighty_licenses_and_exceptions_are_curated() {
        assert!(licenses().curated() >= 200, "{}", licenses().curated());
        let facts = licenses().facts("agpl-3.0-ONLY").expect("an SPDX id");
        assert_eq!((facts.copyleft, facts.osi, facts.fsf), (Copyleft::Network, Osi::Approved, Fsf::Free));
        let other = licenses().facts("Abstyles").expect("an SPDX id");
        assert_eq!((other.curation, other.kind), (Curation::NotCurated, Kind::Permissive));
        assert_eq!(licenses().facts("GPL-2.0").map(|facts| facts.kind), Some(Kind::Copyleft));
    }

    #[test]
    fn every_license_of_the_list_has_a_name_a_status_and_a_family() {
        let unsorted: Vec<&str> = licenses()
            .all()
            .filter(|facts| facts.kind == Kind::Unknown)
            .map(|facts| facts.id.as_str())
            .collect();
        assert!(unsorted.is_empty(), "{} without a category: {unsorted:?}", unsorted.len());
        assert!(licenses().all().all(|facts| !facts.name.is_empty() && !facts.sources.is_empty()));
    }

    #[test]
    fn faults_name_file_line_and_cure() {
        let found = faults("licenses/facts/gnu.toml", "\"GPL-2.0-only\"", "\"GPL-2.0-onyl\"");
        assert!(found.iter().any(|fault| fault.contains("did you mean `GPL-2.0-only`?")), "{found:?}");
        let found = faults("licenses/facts/gnu.toml", "steward", "stewart");
        assert!(found.iter().any(|fault| fault.contains("did you mean `steward`?")), "{found:?}");
        let found = faults("licenses/facts/permissive.toml", "# source:", "# sauce:");
        assert!(
            found.iter().any(|fault| fault.contains("does not say where its facts come from")),
            "{found:?}"
        );
        let found = faults("licenses/compatibility/relicensing.toml", "url = \"https://", "url = \"//");
        assert!(found.iter().any(|fault| fault.contains("without a source")), "{found:?}");
        let found = faults("licenses/compatibility/asf.toml", "\"AFL-3.0\"", "\"MPL-2.0\"");
        assert!(found.iter().any(|fault| fault.contains("listed twice")), "{found:?}");
        let found = faults("licenses/compatibility/osadl.csv", "\nMIT,Y", "\nMIT,Z");
        assert!(found.iter().any(|fault| fault.contains("needs 108 verdicts")), "{found:?}");
        let found = faults("licenses/facts/gnu.toml", "clause = \"GPLv2, section 3\"", "clause = \" \"");
        assert!(found.iter().any(|fault| fault.contains("without its clause")), "{found:?}");
        let found = faults("licenses/categories.csv", "\npermissive,", "\n# permissive,");
        assert!(found.iter().any(|fault| fault.contains("`permissive` is missing")), "{found:?}");
        let found = faults("licenses/categories.csv", "\ncopyleft,", "\ncopyleft,Abstyles ");
        assert!(found.iter().any(|fault| fault.contains("`Abstyles` is in two categories")), "{found:?}");
        let found = faults("licenses/names/families.toml", "\"GPL-2.0-only\"", "\"GPL-2\"");
        assert!(found.iter().any(|fault| fault.contains("families.toml")), "{found:?}");
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let missing = Licenses::load(&[]).expect_err("nothing is there");
        assert!(missing.len() >= 8, "{missing:#?}");
    }
}
