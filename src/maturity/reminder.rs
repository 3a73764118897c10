//! Reminders of a team: when, where, and what a team has put off or said is not theirs. The digest picks what is worth
//! a message now; when nothing is, there is none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::model::Model;
use super::roadmap::Roadmap;
use super::schedule::Schedule;
use super::texts;
use crate::core::event::Place;
use crate::core::person::{People, PersonId};

/// A reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Counted from 1.
    pub number: u32,
    /// Whom it is for, as people call them.
    pub team: String,
    /// Where it is said.
    pub place: Place,
    /// When.
    pub schedule: Schedule,
    /// Who set it up.
    pub by: PersonId,
    /// Up to when everything is seen to.
    pub told: Timestamp,
    /// Whether it rests.
    pub state: State,
    /// What is put off, until a day.
    #[serde(default)]
    pub snoozed: BTreeMap<String, Date>,
    /// What is not for this team.
    #[serde(default)]
    pub not_ours: BTreeSet<String>,
}

/// Whether a reminder rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It comes.
    Running,
    /// It waits until somebody lets it go on.
    Paused,
}

/// Something that may be worth a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The same for the same thing, so that it can be put off: `step-4`, `renew-five-stages`.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// What is to be done.
    pub text: String,
    /// Who takes care of it, as shown.
    pub owner: Option<String>,
    /// By when.
    pub due: Date,
    /// The command that says it is done, where one does.
    pub done: Option<String>,
    /// The command that shows or begins it.
    pub look: Option<String>,
}

/// Kinds of things to be reminded of, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A request waits for somebody's vote.
    Approval,
    /// A task after an approval is late.
    Checklist,
    /// A step of the roadmap.
    Step,
    /// An assessment is due again.
    Renewal,
    /// An article is due for review.
    Article,
}

impl Kind {
    /// How many days before its day it is worth a message.
    fn ahead(self) -> i64 {
        match self {
            Self::Step | Self::Renewal => 14,
            Self::Approval | Self::Checklist | Self::Article => 0,
        }
    }
}

/// How many things stand in one message.
pub const AT_ONCE: usize = 5;
/// How long something is put off.
const SNOOZE_DAYS: i64 = 14;

/// What is worth a message, nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest<'a> {
    /// What is shown.
    pub items: Vec<&'a Item>,
    /// How much more there is.
    pub more: usize,
}

impl Reminder {
    /// What is worth a message on a day; nothing when nothing is due.
    pub fn digest<'a>(&self, items: &'a [Item], today: Date) -> Option<Digest<'a>> {
        let mut due: Vec<&Item> = items.iter().filter(|item| self.is_due(item, today)).collect();
        due.sort_by(|a, b| (a.due, a.kind, &a.key).cmp(&(b.due, b.kind, &b.key)));
        let more = due.len().saturating_sub(AT_ONCE);
        due.truncate(AT_ONCE);
        (!due.is_empty()).then_some(Digest { items: due, more })
    }

    fn is_due(&self, item: &Item, today: Date) -> bool {
        let put_off = self.snoozed.get(&item.key).is_some_and(|until| *until > today);
        let ahead = today.saturating_add(item.kind.ahead().days());
        !put_off && !self.not_ours.contains(&item.key) && item.due <= ahead
    }

    /// Puts something off; returns until when.
    pub fn snooze(&mut self, key: &str, today: Date) -> Date {
        let until = today.saturating_add(SNOOZE_DAYS.days());
        self.snoozed.retain(|_, until| *until > today);
        self.snoozed.insert(key.to_owned(), until);
        until
    }

    /// Says that something is not for this team.
    pub fn disown(&mut self, key: &str) {
        self.snoozed.remove(key);
        self.not_ours.insert(key.to_owned());
    }
}

/// The accepted steps of the roadmap.
pub fn steps(roadmap: &Roadmap, people: &People) -> Vec<Item> {
    roadmap
        .open()
        .into_iter()
        .map(|milestone| Item {
            key: format!("step-{}", milestone.number),
            kind: Kind::Step,
            text: texts::step(milestone),
            owner: milestone.owner.as_ref().map(|owner| people.name(owner).to_owned()),
            due: milestone.due,
            done: Some(format!("roadmap done {}", milestone.number)),
            look: Some(format!("roadmap show {}", milestone.number)),
        })
        .collect()
}

/// The assessment of a model that is due again, given its newest closed one. One that is open already needs no word,
/// and what was never assessed is nobody's duty.
pub fn renewal(model: &Model, newest: &Assessment) -> Option<Item> {
    let closed = newest.closed.as_ref()?;
    Some(Item {
        key: format!("renew-{}-{}", model.id, newest.number),
        kind: Kind::Renewal,
        text: texts::renewal(model),
        owner: None,
        due: model.renewal(closed.at.to_zoned(jiff::tz::TimeZone::UTC).date()),
        done: None,
        look: Some(format!("maturity assess {}", model.id)),
    })
}
