//! What is asked before a license is recommended, and the answers read.

use std::collections::BTreeMap;

use super::ChooseError;
use super::candidates::Work;
use crate::core::form::{Answers, Change, FieldKind, Form, FormField, LONGEST_ANSWER, read_answer};
use crate::license::compatibility::{Use, read_side};
use crate::license::expression::Expression;
use crate::license::{Licenses, texts};

/// The most different licenses of dependencies that are judged.
pub(super) const MOST_DEPENDENCIES: usize = 100;

const WORK: &str = "work";
const AUDIENCE: &str = "audience";
const PATENTS: &str = "patents";
const COPYLEFT: &str = "copyleft";
const DEPENDENCIES: &str = "dependencies";
const JOINED: &str = "joined";

/// Who should use the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Whoever likes, in closed products too.
    Everyone,
    /// Open source projects, those under GPL-2.0-only among them.
    GnuToo,
    /// Those who build open source only.
    Open,
}

/// Whether users should get a patent license in so many words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patents {
    /// They should.
    Wanted,
    /// It does not matter.
    Indifferent,
}

/// What should come back, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copyleft {
    /// Nothing.
    None = 0,
    /// Changes to our files or our library.
    Files = 1,
    /// Whatever is built with it, when it is passed on.
    Work = 2,
    /// The same, also when it only runs as a service.
    Network = 3,
}

const AUDIENCES: [Audience; 3] = [Audience::Everyone, Audience::GnuToo, Audience::Open];
const COPYLEFTS: [Copyleft; 4] = [Copyleft::None, Copyleft::Files, Copyleft::Work, Copyleft::Network];
const JOINTS: [Use; 2] = [Use::Linked, Use::Copied];

/// What somebody wants, read from the answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wishes {
    pub(super) work: Work,
    pub(super) audience: Audience,
    pub(super) patents: Patents,
    pub(super) copyleft: Copyleft,
    pub(super) dependencies: Vec<Expression>,
    pub(super) joined: Use,
}

/// What is asked: the kind of work, who should use it, patents, what should come back, the licenses of its parts and
/// how they are used.
pub fn form() -> Form {
    let field = |id: &str, kind, words: texts::Asked, optional| FormField {
        id: id.to_owned(),
        label: words.label.to_owned(),
        ask: words.ask.to_owned(),
        help: words.help.to_owned(),
        kind,
        choices: words.choices.iter().map(|choice| (*choice).to_owned()).collect(),
        optional,
        when: None,
        change: Change::Material,
    };
    let mut work = field(WORK, FieldKind::Choice, texts::CHOOSE_WORK, false);
    work.choices = Work::ALL.iter().map(|work| work.key().to_owned()).collect();
    Form {
        title: texts::CHOOSE_TITLE.to_owned(),
        fields: vec![
            work,
            field(AUDIENCE, FieldKind::Choice, texts::CHOOSE_AUDIENCE, false),
            field(PATENTS, FieldKind::YesNo, texts::CHOOSE_PATENT_WISH, false),
            field(COPYLEFT, FieldKind::Choice, texts::CHOOSE_COPYLEFT, false),
            field(DEPENDENCIES, FieldKind::Text, texts::CHOOSE_DEPENDENCIES, true),
            field(JOINED, FieldKind::Choice, texts::CHOOSE_JOINED, true),
        ],
    }
}

impl Wishes {
    /// Reads the answers to [`form`]. Without an answer to how the dependencies are used they count as copied in, the
    /// stricter case.
    pub(super) fn read(licenses: &Licenses, answers: &Answers) -> Result<Self, ChooseError> {
        let form = form();
        let mut given: BTreeMap<&'static str, String> = BTreeMap::new();
        for id in [WORK, AUDIENCE, PATENTS, COPYLEFT, JOINED] {
            let Some(field) = form.fields.iter().find(|field| field.id == id) else { continue };
            match answers.get(id).filter(|answer| !answer.trim().is_empty()) {
                Some(answer) => {
                    let read = read_answer(field, answer, &|_, text| Ok(text.to_owned()))
                        .map_err(|why| ChooseError::NotUnderstood { field: id, why })?;
                    given.insert(id, read);
                }
                None if field.optional => {}
                None => return Err(ChooseError::Missing(id)),
            }
        }
        let place = |id: &str, choices: &[&str]| {
            given.get(id).and_then(|answer| choices.iter().position(|choice| choice == answer))
        };
        let chosen = |id: &'static str, choices: &[&str]| place(id, choices).ok_or(ChooseError::Missing(id));
        let works = Work::ALL.map(Work::key);
        Ok(Self {
            work: Work::ALL[chosen(WORK, &works)?],
            audience: AUDIENCES[chosen(AUDIENCE, texts::CHOOSE_AUDIENCE.choices)?],
            patents: if given.get(PATENTS).is_some_and(|answer| answer == "yes") {
                Patents::Wanted
            } else {
                Patents::Indifferent
            },
            copyleft: COPYLEFTS[chosen(COPYLEFT, texts::CHOOSE_COPYLEFT.choices)?],
            dependencies: dependencies(licenses, answers.get(DEPENDENCIES).map_or("", String::as_str))?,
            joined: place(JOINED, texts::CHOOSE_JOINED.choices).map_or(Use::Copied, |at| JOINTS[at]),
        })
    }
}

/// Expressions or names, separated by commas, semicolons or line ends; each counts once.
fn dependencies(licenses: &Licenses, written: &str) -> Result<Vec<Expression>, ChooseError> {
    if written.chars().count() > LONGEST_ANSWER {
        let why = format!("it is longer than {LONGEST_ANSWER} characters; name each license once");
        return Err(ChooseError::NotUnderstood { field: DEPENDENCIES, why });
    }
    let mut all = Vec::new();
    let parts = written.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    for part in parts.filter(|part| !part.eq_ignore_ascii_case("none")) {
        let expression = read_side(licenses, part)?;
        if !all.contains(&expression) {
            all.push(expression);
        }
    }
    if all.len() > MOST_DEPENDENCIES {
        return Err(ChooseError::TooMany(all.len()));
    }
    Ok(all)
}
