//! An assessment under way: who answered what, area by area, over days and by several people. A pure machine. Nothing
//! is lost: a corrected answer keeps the ones before it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Given};
use super::model::{Measure, Model, Practice};
use crate::core::person::PersonId;

/// An assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Counted from 1 within a model.
    pub number: u32,
    /// The id of the model.
    pub model: String,
    /// When it was begun.
    pub begun: Timestamp,
    /// By whom.
    pub begun_by: PersonId,
    /// Who was asked to answer an area, beside the OSPO, which may answer all.
    #[serde(default)]
    pub invited: BTreeMap<String, BTreeSet<PersonId>>,
    /// What was answered, by the id of the practice.
    #[serde(default)]
    pub answers: BTreeMap<String, Answered>,
    /// When it was closed, and by whom. A closed one never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// An answer that stands, and those before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What stands.
    #[serde(flatten)]
    pub now: Entry,
    /// What stood before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Entry>,
}

/// Who answered what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What.
    #[serde(flatten)]
    pub given: Given,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// The end of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// The version of the model that was answered.
    pub version: String,
}

/// The longest note: a paragraph.
pub const LONGEST_NOTE: usize = 1000;

/// Why an answer does not stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The assessment is closed.
    #[error("this assessment is closed; begin the next with `maturity assess`")]
    Closed,
    /// There is no such practice.
    #[error("there is no practice `{0}` in this model")]
    Unknown(String),
    /// The model takes no such answer.
    #[error("a requirement is met or it is not: answer yes or no, or not applicable with the reason")]
    OnlyYesOrNo,
    /// What is not applicable needs a reason.
    #[error("say why it does not concern us: not applicable because …")]
    NoReason,
    /// The note is too long.
    #[error("that is {0} characters; {LONGEST_NOTE} fit here. Say it shorter, or link to it")]
    TooLong(usize),
    /// They were not asked.
    #[error("this area is answered by others; the OSPO can invite you")]
    NotInvited,
}

impl Assessment {
    /// Begins one, with nothing answered.
    pub fn new(number: u32, model: &Model, by: PersonId, now: Timestamp) -> Self {
        Self {
            number,
            model: model.id.clone(),
            begun: now,
            begun_by: by,
            invited: BTreeMap::new(),
            answers: BTreeMap::new(),
            closed: None,
        }
    }

    /// Whether answers still count.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Asks a person to answer an area.
    pub fn invite(&mut self, area: &str, person: PersonId) {
        self.invited.entry(area.to_owned()).or_default().insert(person);
    }

    /// Whether somebody was asked to answer an area.
    pub fn is_invited(&self, area: &str, person: &PersonId) -> bool {
        self.invited.get(area).is_some_and(|invited| invited.contains(person))
    }

    /// The areas that somebody was asked to answer.
    pub fn areas_of<'a>(&'a self, person: &'a PersonId) -> impl Iterator<Item = &'a str> {
        let theirs = move |(_, invited): &(&String, &BTreeSet<PersonId>)| invited.contains(person);
        self.invited.iter().filter(theirs).map(|(area, _)| area.as_str())
    }

    /// Records an answer, or corrects one. The same answer again changes nothing; one from the assessment before is
    /// confirmed by it.
    ///
    /// # Errors
    /// Why it does not stand; then nothing has changed.
    pub fn answer(
        &mut self,
        model: &Model,
        practice: &str,
        given: Given,
        by: PersonId,
        now: Timestamp,
    ) -> Result<(), Refused> {
        if !self.is_open() {
            return Err(Refused::Closed);
        }
        if model.practice(practice).is_none() {
            return Err(Refused::Unknown(practice.to_owned()));
        }
        if !model.answers().contains(&given.answer) {
            return Err(Refused::OnlyYesOrNo);
        }
        if given.answer == Answer::NotApplicable && given.note.is_none() {
            return Err(Refused::NoReason);
        }
        match given.note.as_ref().map(|note| note.chars().count()) {
            Some(length) if length > LONGEST_NOTE => return Err(Refused::TooLong(length)),
            _ => {}
        }
        let entry = Entry { given, by, at: now };
        match self.answers.get_mut(practice) {
            Some(answered) if answered.now.given == entry.given && answered.now.at >= self.begun => {}
            Some(answered) => {
                let before = std::mem::replace(&mut answered.now, entry);
                answered.before.push(before);
            }
            None => {
                self.answers.insert(practice.to_owned(), Answered { now: entry, before: Vec::new() });
            }
        }
        Ok(())
    }

    /// The answer to a practice that stands.
    pub fn given(&self, practice: &str) -> Option<Answer> {
        self.answers.get(practice).map(|answered| answered.now.given.answer)
    }

    /// Whether a practice was answered in this assessment, rather than carried over from the one before.
    pub fn is_answered(&self, practice: &str) -> bool {
        self.answers.get(practice).is_some_and(|answered| answered.now.at >= self.begun)
    }

    /// What is asked next in some areas (all without any), after a practice if one is named: the next that nobody has
    /// answered, from the beginning again when none is left behind it.
    pub fn next<'m>(&self, model: &'m Model, areas: &[String], after: Option<&str>) -> Option<&'m Practice> {
        let mine = |practice: &&Practice| areas.is_empty() || areas.contains(&practice.area);
        let in_order: Vec<&Practice> = model.practices.iter().filter(mine).collect();
        let from = after
            .and_then(|after| in_order.iter().position(|practice| practice.id == after))
            .map_or(0, |at| at + 1);
        let (before, behind) = in_order.split_at(from);
        let open = |practice: &&&Practice| !self.is_answered(&practice.id);
        behind.iter().find(open).or_else(|| before.iter().find(open)).copied()
    }

    /// How many practices are answered, of how many, in an area or in all.
    pub fn progress(&self, model: &Model, area: Option<&str>) -> (usize, usize) {
        let answered = model.asked(area).filter(|practice| self.is_answered(&practice.id)).count();
        (answered, model.asked(area).count())
    }

    /// Closes it: from now on it is history.
    ///
    /// # Errors
    /// When it is closed already.
    pub fn close(&mut self, model: &Model, by: PersonId, now: Timestamp) -> Result<(), Refused> {
        if !self.is_open() {
            return Err(Refused::Closed);
        }
        self.closed = Some(Closed { at: now, by, version: model.version.clone() });
        Ok(())
    }

    /// The next assessment of the same model. The answers that stand are carried over until somebody confirms or changes
    /// them; a conformance is shown anew from the beginning.
    pub fn following(&self, model: &Model, by: PersonId, now: Timestamp) -> Self {
        let mut next = Self::new(self.number + 1, model, by, now);
        if model.measure != Measure::Conformance {
            let stands = |(id, answered): (&String, &Answered)| {
                (id.clone(), Answered { now: answered.now.clone(), before: Vec::new() })
            };
            next.answers = self.answers.iter().map(stands).collect();
        }
        next.invited.clone_from(&self.invited);
        next
    }
}
