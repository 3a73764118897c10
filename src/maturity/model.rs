//! A model: stages, areas and practices with stable ids, read from `knowledge/maturity/*.toml`. Data; a company lays
//! its own over it. The same format carries a maturity model, a conformance check and a checklist: they differ in what
//! an answer may be and in how answers are measured.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use crate::core::source::{Fault, SourceFile, line_of, parse_toml, suggest};

/// A stage by its place in the model, from 1; 0 is before the first.
pub type Level = usize;

/// A model, checked.
#[derive(Debug, Clone)]
pub struct Model {
    /// The key: `five-stages`, the file's name.
    pub id: String,
    /// Which text of the model this is; answers remember it.
    pub version: String,
    /// The name.
    pub title: String,
    /// What it is for, in a sentence or two.
    pub about: String,
    /// How answers are measured.
    pub measure: Measure,
    /// How long an assessment holds.
    pub renew_every: Span,
    /// The stages, lowest first. One that is reached includes all before it.
    pub stages: Vec<Stage>,
    /// What is looked at.
    pub areas: Vec<Area>,
    /// What is asked.
    pub practices: Vec<Practice>,
    /// What goes wrong typically, and how the answers show it.
    pub antipatterns: Vec<Antipattern>,
}

/// How answers are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// By the stage that each area has reached.
    Stages,
    /// Conformant or not, by every single requirement. Never a share.
    Conformance,
    /// What is done and what is left.
    Checklist,
}

/// A step of maturity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The key.
    pub id: String,
    /// The name.
    pub title: String,
    /// A name of at most sixteen letters, for pictures.
    pub short: String,
    /// What it is like to be there.
    pub meaning: String,
    /// The article that says more.
    #[serde(default)]
    pub article: Option<String>,
}

/// A field of work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The key: `compliance`.
    pub id: String,
    /// The name.
    pub title: String,
    /// What belongs to it.
    pub meaning: String,
    /// The id of the stage that is enough for most, until the company sets its own; without it the highest.
    #[serde(default)]
    pub target: Option<String>,
}

/// Whose work a practice is: the four layers of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Everybody.
    Employee,
    /// Those who lead.
    Management,
    /// A unit with a product.
    BusinessUnit,
    /// The office itself.
    Ospo,
}

impl Layer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Employee, Self::Management, Self::BusinessUnit, Self::Ospo];

    /// The name shown to people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Employee => "Employee",
            Self::Management => "Management",
            Self::BusinessUnit => "Business unit",
            Self::Ospo => "OSPO",
        }
    }
}

/// Something that is done, or not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// The key; never changes, because answers are kept by it.
    pub id: String,
    /// The id of its area.
    pub area: String,
    /// The id of its stage.
    pub stage: String,
    /// Whose work it is.
    pub layer: Layer,
    /// The practice as a statement that is true or not.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// How it looks where it is done.
    pub example: String,
    /// What to do first where it is not.
    pub first_step: String,
    /// What it is good for.
    pub why: String,
    /// How many weeks the first step takes, for a roadmap.
    pub weeks: u32,
    /// The section of the standard, where the model is one.
    #[serde(default)]
    pub section: Option<String>,
    /// The articles that say more.
    #[serde(default)]
    pub articles: Vec<String>,
}

/// A typical way to go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Antipattern {
    /// The key.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// How it shows.
    pub meaning: String,
    /// The way out.
    pub way_out: String,
    /// The answers that show it; all of these must hold.
    pub when: Vec<Condition>,
    /// The articles that say more.
    #[serde(default)]
    pub articles: Vec<String>,
}

/// That a practice was answered in one of some ways. What was not answered shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The id of the practice.
    pub practice: String,
    /// The answers of which one was given.
    pub is: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    id: String,
    version: String,
    title: String,
    about: String,
    measure: Measure,
    renew_every: String,
    stages: Vec<Stage>,
    areas: Vec<Area>,
    practices: Vec<Practice>,
    #[serde(default)]
    antipatterns: Vec<Antipattern>,
}

impl Model {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// Every fault of the file, with its line.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Fault>> {
        let read: ModelFile = parse_toml(&file.path, &file.text, 1).map_err(|fault| vec![fault])?;
        let renew_every: Option<Span> = read.renew_every.parse().ok().filter(is_forward);
        let faults = check(&read, renew_every.is_some(), file);
        match renew_every {
            Some(renew_every) if faults.is_empty() => Ok(Self {
                id: read.id,
                version: read.version,
                title: read.title,
                about: read.about,
                measure: read.measure,
                renew_every,
                stages: read.stages,
                areas: read.areas,
                practices: read.practices,
                antipatterns: read.antipatterns,
            }),
            _ => Err(faults),
        }
    }

    /// The practice with an id.
    pub fn practice(&self, id: &str) -> Option<&Practice> {
        self.practices.iter().find(|practice| practice.id == id)
    }

    /// The area with an id.
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.id == id)
    }

    /// The area that somebody means: by its id or title, in any case, or by the beginning of it.
    ///
    /// # Errors
    /// The ids that could have been meant.
    pub fn area_named(&self, words: &str) -> Result<&Area, Vec<&str>> {
        named(self.areas.iter(), words, |area| (&area.id, &area.title))
    }

    /// The place of a stage, from 1.
    pub fn level(&self, stage: &str) -> Level {
        self.stages.iter().position(|known| known.id == stage).map_or(0, |place| place + 1)
    }

    /// The stage at a place from 1; none at 0.
    pub fn stage(&self, level: Level) -> Option<&Stage> {
        level.checked_sub(1).and_then(|place| self.stages.get(place))
    }

    /// The stage that somebody means: by number, id, title, or the beginning of one.
    ///
    /// # Errors
    /// The ids that could have been meant.
    pub fn stage_named(&self, words: &str) -> Result<Level, Vec<&str>> {
        match words.trim().parse::<Level>() {
            Ok(level) if (1..=self.stages.len()).contains(&level) => Ok(level),
            _ => named(self.stages.iter(), words, |stage| (&stage.id, &stage.title))
                .map(|stage| self.level(&stage.id)),
        }
    }

    /// What is asked in an area, lowest stage first; in all areas without one.
    pub fn asked<'m>(&'m self, area: Option<&'m str>) -> impl Iterator<Item = &'m Practice> {
        let of_area = move |practice: &&Practice| area.is_none_or(|area| practice.area == area);
        self.practices.iter().filter(of_area)
    }

    /// The answers that may be given.
    pub fn answers(&self) -> &'static [Answer] {
        match self.measure {
            Measure::Stages => &[Answer::No, Answer::Some, Answer::Most, Answer::Yes, Answer::NotApplicable],
            Measure::Conformance | Measure::Checklist => &[Answer::No, Answer::Yes, Answer::NotApplicable],
        }
    }

    /// The day on which an assessment that was closed on a day is due again.
    pub fn renewal(&self, closed: Date) -> Date {
        closed.checked_add(self.renew_every).unwrap_or(Date::MAX)
    }

    /// Every article it names, with what names it.
    pub fn articles(&self) -> impl Iterator<Item = &str> {
        let of_stages = self.stages.iter().filter_map(|stage| stage.article.as_ref());
        let of_practices = self.practices.iter().flat_map(|practice| &practice.articles);
        let of_antipatterns = self.antipatterns.iter().flat_map(|antipattern| &antipattern.articles);
        of_stages.chain(of_practices).chain(of_antipatterns).map(String::as_str)
    }
}

/// The one thing among `all` that is meant by its id or title, whole or by an unambiguous beginning.
fn named<'m, T>(
    all: impl Iterator<Item = &'m T> + Clone,
    words: &str,
    names: impl Fn(&'m T) -> (&'m String, &'m String),
) -> Result<&'m T, Vec<&'m str>> {
    let words = words.trim().to_lowercase();
    let whole = |thing: &&'m T| {
        let (id, title) = names(thing);
        *id == words || title.to_lowercase() == words
    };
    if let Some(thing) = all.clone().find(whole) {
        return Ok(thing);
    }
    let begins: Vec<&'m T> = all
        .clone()
        .filter(|thing| {
            let (id, title) = names(thing);
            !words.is_empty() && (id.starts_with(&words) || title.to_lowercase().starts_with(&words))
        })
        .collect();
    match begins.as_slice() {
        [one] => Ok(one),
        _ => Err(all.map(|thing| names(thing).0.as_str()).collect()),
    }
}

fn is_forward(span: &Span) -> bool {
    let day = jiff::civil::date(2026, 1, 1);
    day.checked_add(*span).is_ok_and(|later| later > day)
}

/// The longest name on a picture, where it has two lines.
const LONGEST_SHORT: usize = 40;

fn check(read: &ModelFile, renewal_is_sound: bool, file: &SourceFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |needle: &str, what: String, cure: String| {
        faults.push(Fault::new(&file.path, line_of(&file.text, needle), what, cure));
    };
    if read.id != file.stem() {
        let cure = "name the file after the id, or the id after the file";
        fault("id =", format!("the id `{}` is not the file's name", read.id), cure.to_owned());
    }
    if !renewal_is_sound {
        let what = format!("`{}` is no length of time", read.renew_every);
        fault("renew_every =", what, "write it as \"6 months\"".to_owned());
    }
    for (what, empty) in [
        ("stage", read.stages.is_empty()),
        ("area", read.areas.is_empty()),
        ("practice", read.practices.is_empty()),
    ] {
        if empty {
            fault("id =", format!("there is no {what}"), format!("add a [[{what}s]] table"));
        }
    }
    for (kind, ids) in [
        ("stage", read.stages.iter().map(|stage| &stage.id).collect::<Vec<_>>()),
        ("area", read.areas.iter().map(|area| &area.id).collect()),
        ("practice", read.practices.iter().map(|practice| &practice.id).collect()),
        ("antipattern", read.antipatterns.iter().map(|antipattern| &antipattern.id).collect()),
    ] {
        let mut seen = BTreeSet::new();
        for id in ids {
            let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
            if id.is_empty() || !id.chars().all(sound) {
                let cure = "use small letters, digits, - and .".to_owned();
                fault(&format!("id = \"{id}\""), format!("`{id}` is no id for a {kind}"), cure);
            }
            if !seen.insert(id) {
                let what = format!("the {kind} `{id}` is there twice");
                fault(&format!("id = \"{id}\""), what, "rename one of them".to_owned());
            }
        }
    }
    for stage in read.stages.iter().filter(|stage| stage.short.chars().count() > LONGEST_SHORT) {
        let what = format!("`{}` is longer than {LONGEST_SHORT} letters", stage.short);
        fault(&format!("\"{}\"", stage.short), what, "shorten it: it stands on pictures".to_owned());
    }
    let stages: Vec<&str> = read.stages.iter().map(|stage| stage.id.as_str()).collect();
    let areas: Vec<&str> = read.areas.iter().map(|area| area.id.as_str()).collect();
    let practices: Vec<&str> = read.practices.iter().map(|practice| practice.id.as_str()).collect();
    let mut known = |near: &str, kind: &str, id: &str, all: &[&str]| {
        if !all.contains(&id) {
            let cure = suggest(id, all.iter().copied()).map_or_else(
                || format!("known: {}", all.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            fault(near, format!("there is no {kind} `{id}`"), cure);
        }
    };
    for area in &read.areas {
        let near = format!("id = \"{}\"", area.id);
        area.target.iter().for_each(|target| known(&near, "stage", target, &stages));
    }
    for practice in &read.practices {
        let near = format!("id = \"{}\"", practice.id);
        known(&near, "area", &practice.area, &areas);
        known(&near, "stage", &practice.stage, &stages);
    }
    for antipattern in &read.antipatterns {
        let near = format!("id = \"{}\"", antipattern.id);
        for condition in &antipattern.when {
            known(&near, "practice", &condition.practice, &practices);
        }
    }
    for antipattern in read.antipatterns.iter().filter(|antipattern| antipattern.when.is_empty()) {
        let what = format!("nothing shows the antipattern `{}`", antipattern.id);
        let cure = "add a [[antipatterns.when]] table with practice and is".to_owned();
        fault(&format!("id = \"{}\"", antipattern.id), what, cure);
    }
    faults
}
