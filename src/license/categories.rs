//! `licenses/categories.csv`: what kind of license those are that nobody has curated.

use std::collections::{BTreeSet, HashMap};

use super::facts::{Copyleft, Kind};
use super::names::data::check_source;
use crate::core::source::{Fault, SourceFile, suggest};

const PATH: &str = "licenses/categories.csv";

/// Every category of the file, and what it means.
const CATEGORIES: [(&str, Kind, Copyleft); 7] = [
    ("public-domain", Kind::PublicDomain, Copyleft::None),
    ("permissive", Kind::Permissive, Copyleft::None),
    ("limited-copyleft", Kind::Copyleft, Copyleft::File),
    ("copyleft", Kind::Copyleft, Copyleft::Work),
    ("source-available", Kind::SourceAvailable, Copyleft::None),
    ("restricted", Kind::Restricted, Copyleft::None),
    ("proprietary-free", Kind::Restricted, Copyleft::None),
];

/// Reads the file: one line per category, the ids separated by spaces. Every category is there once, every id is one
/// of the SPDX list, and none is in two categories.
pub(super) fn load(files: &[SourceFile], faults: &mut Vec<Fault>) -> HashMap<String, (Kind, Copyleft)> {
    let Some(file) = files.iter().find(|file| file.path == PATH) else {
        let cure = "it says what kind of license those are that nobody has curated";
        faults.push(Fault::new(PATH, 1, "the file is missing", cure));
        return HashMap::new();
    };
    check_source(file, faults);
    let mut categories: HashMap<String, (Kind, Copyleft)> = HashMap::new();
    let mut seen = BTreeSet::new();
    let names = || CATEGORIES.iter().map(|(name, ..)| *name);
    for (n, line) in file.text.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() || line == "category,ids" {
            continue;
        }
        let mut fault = |what: String, cure: String| faults.push(Fault::new(PATH, n + 1, what, cure));
        let (category, ids) = line.split_once(',').unwrap_or((line, ""));
        let Some((_, kind, copyleft)) = CATEGORIES.iter().find(|(name, ..)| *name == category) else {
            fault(format!("`{category}` is no category"), names().collect::<Vec<_>>().join(", "));
            continue;
        };
        if !seen.insert(category) {
            fault(format!("`{category}` is there already"), "put its ids on one line".to_owned());
        }
        for id in ids.split_whitespace() {
            if spdx::license_id(id).is_none() {
                let near = suggest(id, spdx::identifiers::LICENSES.iter().map(|license| license.name));
                let cure = near.map_or_else(
                    || "see https://spdx.org/licenses/".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                fault(format!("`{id}` is no SPDX license id"), cure);
            }
            if categories.insert(id.to_owned(), (*kind, *copyleft)).is_some() {
                fault(format!("`{id}` is in two categories"), "keep it in one".to_owned());
            }
        }
    }
    for missing in names().filter(|name| !seen.contains(name)) {
        faults.push(Fault::new(
            PATH,
            1,
            format!("the category `{missing}` is missing"),
            "give it a line, an empty one if need be",
        ));
    }
    categories
}
