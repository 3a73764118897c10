//! The licenses that are proposed, from `knowledge/licenses/choosing.toml`.

use serde::Deserialize;

use crate::core::source::{Fault, SourceFile, line_of, parse_toml};
use crate::license::Licenses;
use crate::license::expression::Expression;
use crate::license::facts::Facts;
use crate::license::names::data::check_source;

/// Where the candidates stand.
const FILE: &str = "licenses/choosing.toml";

/// What is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Code that others build on.
    Library,
    /// A program that others run.
    Application,
    /// A program that others use over a network.
    Service,
    /// A sample or a snippet, made to be copied.
    Sample,
    /// A text.
    Documentation,
    /// A data set or a model.
    Data,
    /// A font.
    Font,
    /// A hardware design.
    Hardware,
    /// Pictures, sound, film.
    Media,
}

impl Work {
    /// Every kind of work.
    pub(crate) const ALL: [Self; 9] = [
        Self::Library,
        Self::Application,
        Self::Service,
        Self::Sample,
        Self::Documentation,
        Self::Data,
        Self::Font,
        Self::Hardware,
        Self::Media,
    ];

    /// As in the file and as an answer.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Application => "application",
            Self::Service => "service",
            Self::Sample => "sample",
            Self::Documentation => "documentation",
            Self::Data => "data",
            Self::Font => "font",
            Self::Hardware => "hardware",
            Self::Media => "media",
        }
    }
}

/// A license that may be proposed.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) license: Expression,
    pub(crate) works: Vec<Work>,
    pub(crate) because: String,
}

impl Candidate {
    /// The facts of its license.
    pub(crate) fn facts<'a>(&self, licenses: &'a Licenses) -> Option<&'a Facts> {
        self.license.terms().first().and_then(|term| licenses.facts(term.id()?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    choice: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    license: String,
    #[serde(rename = "for")]
    works: Vec<Work>,
    because: String,
}

/// Reads the candidates, in the order of the file.
pub(crate) fn load(files: &[SourceFile], faults: &mut Vec<Fault>) -> Vec<Candidate> {
    let Some(file) = files.iter().find(|file| file.path == FILE) else {
        let cure = "it lists the licenses that are proposed for what we release";
        faults.push(Fault::new(FILE, 1, "the file is missing", cure));
        return Vec::new();
    };
    check_source(file, faults);
    let entries = match parse_toml::<File>(&file.path, &file.text, 1) {
        Ok(read) => read.choice,
        Err(fault) => {
            faults.push(fault);
            return Vec::new();
        }
    };
    let mut candidates = Vec::new();
    for entry in entries {
        let line = line_of(&file.text, &format!("\"{}\"", entry.license));
        match entry.license.parse::<Expression>() {
            Ok(Expression::Term(term)) if term.id().is_some() => candidates.push(Candidate {
                license: Expression::Term(term),
                works: entry.works,
                because: entry.because.trim().to_owned(),
            }),
            Ok(_) => faults.push(Fault::new(
                &file.path,
                line,
                format!("`{}` is not one license of the SPDX list", entry.license),
                "propose each license by itself",
            )),
            Err(error) => faults.push(Fault::new(&file.path, line, error.to_string(), "")),
        }
    }
    for work in Work::ALL {
        if !candidates.iter().any(|candidate| candidate.works.contains(&work)) {
            let what = format!("no license is proposed for `{}`", work.key());
            faults.push(Fault::new(&file.path, 1, what, "name it in the `for` of at least one license"));
        }
    }
    for candidate in candidates.iter().filter(|candidate| candidate.because.is_empty()) {
        let line = line_of(&file.text, &format!("\"{}\"", candidate.license));
        let what = format!("`{}` is proposed without a reason", candidate.license);
        faults.push(Fault::new(&file.path, line, what, "say in `because` what speaks for it"));
    }
    candidates
}
