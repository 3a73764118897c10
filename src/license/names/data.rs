//! The shape of `knowledge/licenses/names/*.toml`, and what can be wrong with it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::source::{Fault, SourceFile, line_of, parse_toml};
use crate::license::expression::Expression;

/// `names/words.toml`: how names are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// Words that are dropped.
    pub(crate) noise: Vec<String>,
    /// Words that are dropped when a name is not recognized with them.
    pub(crate) ornaments: Vec<String>,
    /// What is no license.
    pub(crate) no_license: Vec<String>,
    /// Beginnings that say that no license is named.
    pub(crate) no_license_begins: Vec<String>,
    /// Words anywhere that say so.
    pub(crate) no_license_contains: Vec<String>,
    /// Phrase to the words it stands for.
    pub(crate) phrases: BTreeMap<String, String>,
    /// When a word of a sentence is a license.
    #[serde(default)]
    pub(crate) mentions: MentionWords,
}

/// When a word of a sentence is a license and when it is something else.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MentionWords {
    /// Certain wherever they stand.
    pub(crate) distinct: Vec<String>,
    /// Also something else.
    pub(crate) also_else: Vec<String>,
    /// Of those, certain where a version follows.
    pub(crate) versioned: Vec<String>,
    /// License words.
    pub(crate) context: Vec<String>,
    /// After one of these it is no license.
    pub(crate) not_after: Vec<String>,
    /// Before one of these it is no license.
    pub(crate) not_before: Vec<String>,
}

/// `names/aliases.toml`: what licenses and exceptions are also called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aliases {
    /// SPDX expression to its other names.
    pub(crate) licenses: BTreeMap<String, Vec<String>>,
    /// Exceptions and what they are also called.
    #[serde(default, rename = "exception")]
    pub(crate) exceptions: Vec<ExceptionNames>,
    /// Names that are read differently beside another license.
    #[serde(default)]
    pub(crate) beside: Vec<Beside>,
    /// Exact spellings of a distribution's own vocabulary.
    #[serde(default)]
    pub(crate) verbatim: BTreeMap<String, String>,
}

/// An exception and what it is also called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionNames {
    /// SPDX exception id.
    pub(crate) id: String,
    /// Other names, without the word "exception".
    pub(crate) names: Vec<String>,
    /// The licenses before `WITH` for which the names mean this exception; empty for any.
    #[serde(default, rename = "for")]
    pub(crate) only_for: Vec<String>,
}

/// A name that means something else beside another license.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beside {
    /// The name.
    pub(crate) name: String,
    /// The license beside it.
    pub(crate) other: String,
    /// What the name means there.
    pub(crate) means: String,
}

/// `names/families.toml`: names that stand for several licenses.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Families {
    /// The families.
    #[serde(rename = "family")]
    pub(crate) families: Vec<Family>,
}

/// A name that stands for several licenses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    /// The name and other ways to write it.
    pub(crate) names: Vec<String>,
    /// What is nearly always meant; without it the name is not guessed.
    #[serde(default)]
    pub(crate) reading: Option<String>,
    /// What it can mean, the likeliest first.
    pub(crate) alternatives: Vec<String>,
    /// Why it has to be asked, as half a sentence.
    pub(crate) why: String,
}

/// The names data, read and checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameData {
    pub(crate) words: Words,
    pub(crate) aliases: Aliases,
    pub(crate) families: Families,
}

impl NameData {
    /// Reads the three files. Every fault is reported: a missing file, a key that is unknown, a name for no license.
    pub(crate) fn load(files: &[&SourceFile], faults: &mut Vec<Fault>) -> Self {
        let mut data = Self::default();
        let mut seen = [false; 3];
        for file in files {
            let read = match file.stem() {
                "words" => parse_toml(&file.path, &file.text, 1).map(|words| {
                    data.words = words;
                    seen[0] = true;
                }),
                "aliases" => parse_toml(&file.path, &file.text, 1).map(|aliases| {
                    data.aliases = aliases;
                    seen[1] = true;
                    check_aliases(file, &data.aliases, faults);
                }),
                "families" => parse_toml(&file.path, &file.text, 1).map(|families| {
                    data.families = families;
                    seen[2] = true;
                    check_families(file, &data.families, faults);
                }),
                other => Err(Fault::new(
                    &file.path,
                    1,
                    format!("`{other}` is no file of license names"),
                    "the files are words.toml, aliases.toml and families.toml",
                )),
            };
            if let Err(fault) = read {
                faults.push(fault);
                // A file that is there and faulty is not also missing.
                if let Some(n) = ["words", "aliases", "families"].iter().position(|name| *name == file.stem())
                {
                    seen[n] = true;
                }
            }
            check_source(file, faults);
        }
        for (name, seen) in ["words", "aliases", "families"].into_iter().zip(seen) {
            if !seen {
                let path = format!("licenses/names/{name}.toml");
                faults.push(Fault::new(
                    path,
                    1,
                    "the file is missing",
                    "license names cannot be read without it",
                ));
            }
        }
        data
    }
}

/// Every data file names where its facts come from, in a comment that begins `# source:` or in `sources`.
pub(crate) fn check_source(file: &SourceFile, faults: &mut Vec<Fault>) {
    if !file.text.contains("# source:") {
        let cure = "add a comment line `# source: NAME | URL` at the top";
        faults.push(Fault::new(&file.path, 1, "the file does not say where its facts come from", cure));
    }
}

fn check_expression(file: &SourceFile, expression: &str, faults: &mut Vec<Fault>) {
    if let Err(error) = expression.parse::<Expression>() {
        let line = line_of(&file.text, &format!("\"{expression}\""));
        faults.push(Fault::new(&file.path, line, error.to_string(), ""));
    }
}

fn check_aliases(file: &SourceFile, aliases: &Aliases, faults: &mut Vec<Fault>) {
    for expression in aliases.licenses.keys() {
        check_expression(file, expression, faults);
    }
    for exception in &aliases.exceptions {
        if spdx::exception_id(&exception.id).is_none() {
            let line = line_of(&file.text, &format!("\"{}\"", exception.id));
            let what = format!("`{}` is no SPDX exception", exception.id);
            faults.push(Fault::new(
                &file.path,
                line,
                what,
                "see https://spdx.org/licenses/exceptions-index.html",
            ));
        }
        for license in &exception.only_for {
            check_expression(file, license, faults);
        }
    }
    for beside in &aliases.beside {
        check_expression(file, &beside.other, faults);
        check_expression(file, &beside.means, faults);
    }
    for expression in aliases.verbatim.values() {
        check_expression(file, expression, faults);
    }
}

fn check_families(file: &SourceFile, families: &Families, faults: &mut Vec<Fault>) {
    for family in &families.families {
        for expression in family.alternatives.iter().chain(&family.reading) {
            check_expression(file, expression, faults);
        }
        if family.names.is_empty() || family.alternatives.is_empty() {
            let line = family.names.first().map_or(1, |name| line_of(&file.text, name));
            faults.push(Fault::new(
                &file.path,
                line,
                "a family needs names and alternatives",
                "add what is missing",
            ));
        }
    }
}
