//! The published tables, read and checked: the FSF's list, the ASF's categories, the OSADL matrix, and the upgrade
//! paths (`knowledge/licenses/compatibility/`).

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::Verdict;
use crate::core::source::{Fault, SourceFile, line_of, parse_toml, suggest};
use crate::license::expression::Expression;
use crate::license::facts::{Fsf, Source};
use crate::license::names::data::check_source;

/// All compatibility tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) fsf: FsfList,
    pub(crate) asf: AsfPolicy,
    pub(crate) osadl: Osadl,
    pub(crate) paths: Paths,
}

/// `fsf.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FsfList {
    title: String,
    url: String,
    gpl_2_and_3: Vec<String>,
    gpl_3_only: Vec<String>,
    free_incompatible: Vec<String>,
    non_free: Vec<String>,
    notes: BTreeMap<String, String>,
}

/// What the FSF's list says of a license and the GPL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GplStatus {
    /// Into works under GPLv2 and GPLv3.
    Gpl2And3,
    /// Into works under GPLv3.
    Gpl3,
    /// Free, into neither.
    Incompatible,
    /// Not free.
    NonFree,
}

impl FsfList {
    /// What the list says of a license.
    pub(crate) fn status(&self, id: &str) -> Option<GplStatus> {
        let has = |ids: &[String]| ids.iter().any(|other| other == id);
        [
            (&self.gpl_2_and_3, GplStatus::Gpl2And3),
            (&self.gpl_3_only, GplStatus::Gpl3),
            (&self.free_incompatible, GplStatus::Incompatible),
            (&self.non_free, GplStatus::NonFree),
        ]
        .into_iter()
        .find(|(ids, _)| has(ids))
        .map(|(_, status)| status)
    }

    /// What it adds in words.
    pub(crate) fn note(&self, id: &str) -> Option<&str> {
        self.notes.get(id).map(String::as_str)
    }

    pub(crate) fn source(&self) -> Source {
        Source::new(self.title.clone(), self.url.clone())
    }
}

/// `asf.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsfPolicy {
    title: String,
    url: String,
    category_a: Vec<String>,
    category_b: Vec<String>,
    category_b_media: Vec<String>,
    category_x: Vec<String>,
}

/// The ASF's categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsfCategory {
    A,
    B,
    Media,
    X,
}

impl AsfPolicy {
    pub(crate) fn category(&self, id: &str) -> Option<AsfCategory> {
        [
            (&self.category_a, AsfCategory::A),
            (&self.category_b, AsfCategory::B),
            (&self.category_b_media, AsfCategory::Media),
            (&self.category_x, AsfCategory::X),
        ]
        .into_iter()
        .find(|(ids, _)| ids.iter().any(|other| other == id))
        .map(|(_, category)| category)
    }

    pub(crate) fn source(&self) -> Source {
        Source::new(self.title.clone(), self.url.clone())
    }
}

/// `osadl.csv`: the matrix, and the source that its head names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Osadl {
    columns: HashMap<String, usize>,
    rows: HashMap<String, Vec<u8>>,
    title: String,
    url: String,
}

impl Osadl {
    /// What the matrix says; `None` where it says nothing or "unknown".
    pub(crate) fn verdict(&self, inbound: &str, outbound: &str) -> Option<Verdict> {
        let cell = self.rows.get(outbound)?.get(*self.columns.get(inbound)?)?;
        match cell {
            b'Y' | b'=' => Some(Verdict::Yes),
            b'N' => Some(Verdict::No),
            b'D' => Some(Verdict::Depends),
            _ => None,
        }
    }

    pub(crate) fn source(&self) -> Source {
        Source::new(self.title.clone(), self.url.clone())
    }

    fn read(file: &SourceFile, faults: &mut Vec<Fault>) -> Self {
        let mut table = Self::default();
        let mut fault =
            |line: usize, what: String| faults.push(Fault::new(&file.path, line, what, OSADL_SHAPE));
        let mut width = 0;
        for (n, line) in file.text.lines().enumerate() {
            if let Some(source) = line.strip_prefix("# source:") {
                let (title, url) = source.split_once('|').unwrap_or((source, ""));
                (table.title, table.url) = (title.trim().to_owned(), url.trim().to_owned());
            }
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if let Some(ids) = line.strip_prefix("inbound,") {
                for (column, id) in ids.split(',').enumerate() {
                    if id.parse::<Expression>().is_err() {
                        fault(n + 1, format!("`{id}` is no SPDX expression"));
                    }
                    table.columns.insert(id.to_owned(), column);
                    width = column + 1;
                }
                continue;
            }
            let (id, cells) = line.split_once(',').unwrap_or((line, ""));
            if id.parse::<Expression>().is_err() {
                fault(n + 1, format!("`{id}` is no SPDX expression"));
            }
            if cells.len() != width || cells.bytes().any(|cell| !b"YND?=".contains(&cell)) {
                fault(n + 1, format!("the line of `{id}` needs {width} verdicts"));
            }
            table.rows.insert(id.to_owned(), cells.as_bytes().to_vec());
        }
        if !table.url.starts_with("http") {
            fault(1, "the matrix does not say where it comes from".to_owned());
        }
        table
    }
}

const OSADL_SHAPE: &str = "after the comments: `inbound,ID,ID,…`, then per outbound license `ID,` and one of Y N D ? = for each column; `# source: TITLE | URL`";

/// `relicensing.toml`: the upgrade paths.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paths {
    sets: BTreeMap<String, Vec<String>>,
    #[serde(rename = "succession")]
    pub(crate) successions: Vec<Succession>,
    #[serde(rename = "rule")]
    pub(crate) rules: Vec<PathRule>,
}

/// Versions of a license of which a later one may always be used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Succession {
    pub(crate) ids: Vec<String>,
    pub(crate) clause: String,
    pub(crate) url: String,
}

/// An upgrade path: from some licenses to others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathRule {
    pub(crate) from: Vec<String>,
    pub(crate) to: Vec<String>,
    pub(crate) verdict: Verdict,
    pub(crate) why: String,
    pub(crate) condition: Option<String>,
    pub(crate) way_out: Option<String>,
    pub(crate) clause: String,
    pub(crate) url: String,
}

impl Tables {
    /// Reads the four files; every fault is reported.
    pub(crate) fn load(files: &[&SourceFile], faults: &mut Vec<Fault>) -> Self {
        let mut tables = Self::default();
        for (name, read) in [
            ("fsf.toml", read_fsf as fn(&SourceFile, &mut Self, &mut Vec<Fault>)),
            ("asf.toml", read_asf),
            ("osadl.csv", |file, tables, faults| tables.osadl = Osadl::read(file, faults)),
            ("relicensing.toml", read_paths),
        ] {
            let path = format!("licenses/compatibility/{name}");
            match files.iter().find(|file| file.path == path) {
                Some(file) => {
                    check_source(file, faults);
                    read(file, &mut tables, faults);
                }
                None => faults.push(Fault::new(
                    path,
                    1,
                    "the file is missing",
                    "compatibility cannot be judged without it",
                )),
            }
        }
        tables
    }

    /// The FSF's view of a license that the SPDX list does not flag as free.
    pub(crate) fn fsf_status(&self, id: &str) -> Option<Fsf> {
        self.fsf.status(id).map(|status| if status == GplStatus::NonFree { Fsf::NonFree } else { Fsf::Free })
    }
}

fn read_fsf(file: &SourceFile, tables: &mut Tables, faults: &mut Vec<Fault>) {
    match parse_toml::<FsfList>(&file.path, &file.text, 1) {
        Ok(list) => {
            let lists = [&list.gpl_2_and_3, &list.gpl_3_only, &list.free_incompatible, &list.non_free];
            check_lists(file, &lists, faults);
            check_ids(file, list.notes.keys(), faults);
            check_url(file, &list.url, faults);
            tables.fsf = list;
        }
        Err(fault) => faults.push(fault),
    }
}

fn read_asf(file: &SourceFile, tables: &mut Tables, faults: &mut Vec<Fault>) {
    match parse_toml::<AsfPolicy>(&file.path, &file.text, 1) {
        Ok(policy) => {
            let lists =
                [&policy.category_a, &policy.category_b, &policy.category_b_media, &policy.category_x];
            check_lists(file, &lists, faults);
            check_url(file, &policy.url, faults);
            tables.asf = policy;
        }
        Err(fault) => faults.push(fault),
    }
}

fn read_paths(file: &SourceFile, tables: &mut Tables, faults: &mut Vec<Fault>) {
    let mut paths = match parse_toml::<Paths>(&file.path, &file.text, 1) {
        Ok(paths) => paths,
        Err(fault) => return faults.push(fault),
    };
    let sets = std::mem::take(&mut paths.sets);
    check_ids(file, sets.values().flatten(), faults);
    for rule in &mut paths.rules {
        for side in [&mut rule.from, &mut rule.to] {
            *side = side.iter().flat_map(|id| resolve(file, id, &sets, faults)).collect();
        }
        check_ids(file, rule.from.iter().chain(&rule.to), faults);
        check_url(file, &rule.url, faults);
        if rule.why.trim().is_empty() || rule.clause.trim().is_empty() {
            let line = rule.from.first().map_or(1, |id| line_of(&file.text, &format!("\"{id}\"")));
            faults.push(Fault::new(
                &file.path,
                line,
                "a rule without its reason",
                "fill in `why` and `clause`",
            ));
        }
    }
    for succession in &paths.successions {
        check_ids(file, &succession.ids, faults);
        check_url(file, &succession.url, faults);
    }
    tables.paths = paths;
}

/// `@gpl` stands for the ids of that set.
fn resolve(
    file: &SourceFile,
    id: &str,
    sets: &BTreeMap<String, Vec<String>>,
    faults: &mut Vec<Fault>,
) -> Vec<String> {
    let Some(name) = id.strip_prefix('@') else { return vec![id.to_owned()] };
    sets.get(name).cloned().unwrap_or_else(|| {
        let near = suggest(name, sets.keys().map(String::as_str));
        let cure = near.map_or_else(String::new, |near| format!("did you mean `@{near}`?"));
        faults.push(Fault::new(&file.path, line_of(&file.text, id), format!("`{id}` is no set"), cure));
        Vec::new()
    })
}

fn check_url(file: &SourceFile, url: &str, faults: &mut Vec<Fault>) {
    if !url.starts_with("http") {
        let line = line_of(&file.text, &format!("\"{url}\""));
        faults.push(Fault::new(&file.path, line, "a statement without a source", "give its `url`"));
    }
}

fn check_ids<'a>(file: &SourceFile, ids: impl IntoIterator<Item = &'a String>, faults: &mut Vec<Fault>) {
    for id in ids {
        let known =
            id.parse::<Expression>().is_ok_and(|expression| expression.to_string() == *id || id == "Nunit");
        if !known {
            let near = suggest(id, spdx::identifiers::LICENSES.iter().map(|license| license.name));
            let cure = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let line = line_of(&file.text, &format!("\"{id}\""));
            faults.push(Fault::new(&file.path, line, format!("`{id}` is no current SPDX license id"), cure));
        }
    }
}

/// Ids are known, and none stands in two lists.
fn check_lists(file: &SourceFile, lists: &[&Vec<String>], faults: &mut Vec<Fault>) {
    let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
    for list in lists {
        check_ids(file, *list, faults);
        for id in *list {
            *seen.entry(id).or_default() += 1;
        }
    }
    for (id, _) in seen.into_iter().filter(|(_, times)| *times > 1) {
        let line = line_of(&file.text, &format!("\"{id}\""));
        faults.push(Fault::new(&file.path, line, format!("`{id}` is listed twice"), "keep it in one list"));
    }
}
