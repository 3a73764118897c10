//! The roadmap: milestones made from gaps, accepted, changed, dropped and finished by people. A pure machine; every
//! change says who made it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::assessment::LONGEST_NOTE;
use super::model::{Measure, Model};
use super::result::Findings;
use crate::core::person::PersonId;

/// All milestones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roadmap {
    /// In the order of their numbers.
    pub milestones: Vec<Milestone>,
}

/// One step to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Counted from 1.
    pub number: u32,
    /// The model it comes from.
    pub model: String,
    /// The id of the practice that was missing.
    pub practice: String,
    /// The title of its area.
    pub area: String,
    /// What will be true once it is done.
    pub title: String,
    /// What to do first.
    pub step: String,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// By when.
    pub due: Date,
    /// How it stands.
    pub status: Status,
    /// Who did what, oldest first.
    #[serde(default)]
    pub log: Vec<Note>,
}

/// How a milestone stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The bot proposes it.
    Proposed,
    /// It is to be done.
    Accepted,
    /// It is done.
    Done,
    /// It will not be done.
    Dropped,
}

/// What somebody did about a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What, as a verb: `accepted`, `progress`.
    pub what: String,
    /// Evidence, a reason or what was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A change of a milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Take it up.
    Accept,
    /// Give it to somebody.
    Owner(PersonId),
    /// Move its day.
    Due(Date),
    /// Say what is to be done in other words.
    Step(String),
    /// Leave it, with the reason.
    Drop(String),
    /// Tell how it goes, with evidence.
    Progress(String),
    /// It is done, perhaps with evidence.
    Done(Option<String>),
    /// Take it up again after all.
    Reopen,
}

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// No such milestone.
    #[error("there is no milestone {0}; `roadmap` shows them")]
    Unknown(u32),
    /// It is over.
    #[error("milestone {0} is {1} already; `roadmap reopen {0}` takes it up again")]
    Over(u32, &'static str),
    /// It is not over.
    #[error("milestone {0} is {1}; there is nothing to reopen")]
    NotOver(u32, &'static str),
    /// Something was left out.
    #[error("say {0}")]
    Empty(&'static str),
    /// The text is too long.
    #[error("that is {0} characters; {LONGEST_NOTE} fit here")]
    TooLong(usize),
    /// The day is past.
    #[error("{0} is past; choose a day to come")]
    Past(Date),
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// Whether something is left to do.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Accepted)
    }
}

/// How many gaps become milestones at once: more than that nobody takes up.
pub const AT_ONCE: usize = 8;

impl Roadmap {
    /// Proposes milestones for the nearest gaps; all of them for a checklist or a conformance, which is only done when
    /// all is done. What is on the roadmap already, or was dropped, is not proposed again. Steps follow one another:
    /// each is due when the model's weeks for it and a third of those before it have passed. Returns the new numbers.
    pub fn propose(
        &mut self,
        findings: &Findings<'_>,
        today: Date,
        by: &PersonId,
        now: Timestamp,
    ) -> Vec<u32> {
        let model: &Model = findings.model;
        let most = if model.measure == Measure::Stages { AT_ONCE } else { usize::MAX };
        let known = |practice: &str| {
            self.milestones.iter().any(|milestone| {
                milestone.model == model.id
                    && milestone.practice == practice
                    && milestone.status != Status::Done
            })
        };
        let nearest: Vec<_> =
            findings.gaps.iter().filter(|gap| !known(&gap.practice.id)).take(most).collect();
        let mut number = self.milestones.iter().map(|milestone| milestone.number).max().unwrap_or(0);
        let mut days_before: i64 = 0;
        let mut numbers = Vec::new();
        for gap in nearest {
            let practice = gap.practice;
            let days = i64::from(practice.weeks.min(520)) * 7;
            number += 1;
            numbers.push(number);
            self.milestones.push(Milestone {
                number,
                model: model.id.clone(),
                practice: practice.id.clone(),
                area: model.area(&practice.area).map_or_else(String::new, |area| area.title.clone()),
                title: practice.title.clone(),
                step: practice.first_step.clone(),
                owner: None,
                due: working_day(today.saturating_add((days_before + days).min(100_000).days())),
                status: Status::Proposed,
                log: vec![Note { by: by.clone(), at: now, what: "proposed".to_owned(), text: None }],
            });
            days_before += days / 3;
        }
        numbers
    }

    /// The milestone with a number.
    pub fn get(&self, number: u32) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| milestone.number == number)
    }

    /// What is accepted and not done, by its day.
    pub fn open(&self) -> Vec<&Milestone> {
        let accepted = |milestone: &&Milestone| milestone.status == Status::Accepted;
        let mut open: Vec<&Milestone> = self.milestones.iter().filter(accepted).collect();
        open.sort_by_key(|milestone| (milestone.due, milestone.number));
        open
    }

    /// Changes a milestone.
    ///
    /// # Errors
    /// Why not; then nothing has changed.
    pub fn edit(
        &mut self,
        number: u32,
        edit: Edit,
        by: &PersonId,
        today: Date,
        now: Timestamp,
    ) -> Result<&Milestone, NotChanged> {
        let milestone = self
            .milestones
            .iter_mut()
            .find(|milestone| milestone.number == number)
            .ok_or(NotChanged::Unknown(number))?;
        let status = milestone.status;
        match (&edit, status.is_open()) {
            (Edit::Reopen, true) => return Err(NotChanged::NotOver(number, status.word())),
            (Edit::Reopen, false) | (_, true) => {}
            (_, false) => return Err(NotChanged::Over(number, status.word())),
        }
        let (what, text) = match edit {
            Edit::Accept => {
                milestone.status = Status::Accepted;
                ("accepted", None)
            }
            Edit::Owner(owner) => {
                let name = owner.to_string();
                milestone.owner = Some(owner);
                milestone.status = Status::Accepted;
                ("gave it to", Some(name))
            }
            Edit::Due(due) if due < today => return Err(NotChanged::Past(due)),
            Edit::Due(due) => {
                milestone.due = due;
                ("moved it to", Some(due.to_string()))
            }
            Edit::Step(step) => {
                let step = sound(step, "what is to be done")?;
                milestone.step.clone_from(&step);
                ("changed the step to", Some(step))
            }
            Edit::Drop(reason) => {
                let reason = sound(reason, "why it will not be done: `roadmap drop NUMBER because …`")?;
                milestone.status = Status::Dropped;
                ("dropped it", Some(reason))
            }
            Edit::Progress(evidence) => {
                let evidence = sound(evidence, "what was done, best with a link")?;
                milestone.status = Status::Accepted;
                ("progress", Some(evidence))
            }
            Edit::Done(evidence) => {
                let evidence = evidence.map(|evidence| sound(evidence, "what shows it")).transpose()?;
                milestone.status = Status::Done;
                ("done", evidence)
            }
            Edit::Reopen => {
                milestone.status = Status::Accepted;
                ("reopened", None)
            }
        };
        milestone.log.push(Note { by: by.clone(), at: now, what: what.to_owned(), text });
        Ok(milestone)
    }
}

fn sound(text: String, what: &'static str) -> Result<String, NotChanged> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(NotChanged::Empty(what)),
        length if length > LONGEST_NOTE => Err(NotChanged::TooLong(length)),
        _ => Ok(text.to_owned()),
    }
}

/// The day itself, or the Monday after a weekend.
fn working_day(day: Date) -> Date {
    match day.weekday() {
        jiff::civil::Weekday::Saturday => day.saturating_add(2.days()),
        jiff::civil::Weekday::Sunday => day.saturating_add(1.day()),
        _ => day,
    }
}
