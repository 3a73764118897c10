//! What the coach keeps: assessments, targets, the roadmap, reminders, the strategy. Read whole for whatever is asked of
//! it, written record by record; whoever was slower decides anew.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::super::unit::{Unit, read_all};
use crate::maturity::reminder::Reminder;
use crate::maturity::strategy::Strategy;
use crate::maturity::{Assessment, Model, Roadmap, Targets};
use crate::store::{Key, Store, StoreError};

/// What is kept.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    /// All assessments, by model and number.
    pub assessments: Vec<Assessment>,
    /// How far is far enough, by model.
    pub targets: BTreeMap<String, Targets>,
    /// The roadmap.
    pub roadmap: Roadmap,
    /// The reminders, by number.
    pub reminders: Vec<Reminder>,
    /// The strategy.
    pub strategy: Strategy,
}

/// A change of what is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// An assessment, begun or changed.
    Assessment(Assessment),
    /// The targets of a model.
    Targets(String, Targets),
    /// The roadmap.
    Roadmap(Roadmap),
    /// A reminder, new or changed.
    Reminder(Reminder),
    /// A reminder is gone.
    NoReminder(u32),
    /// The strategy.
    Strategy(Strategy),
}

const ASSESSMENTS: &str = "maturity/assessment/";
const TARGETS: &str = "maturity/targets/";
const REMINDERS: &str = "maturity/reminder/";

fn roadmap() -> Key {
    Key("maturity/roadmap".to_owned())
}

fn strategy() -> Key {
    Key("maturity/strategy".to_owned())
}

fn reminder(number: u32) -> Key {
    Key(format!("{REMINDERS}{number:06}"))
}

impl Shelf {
    /// Reads everything; the commit of the unit depends on it.
    ///
    /// # Errors
    /// When the store fails or a record cannot be understood.
    pub async fn read(unit: &mut Unit<'_>, store: &dyn Store) -> Result<Self, StoreError> {
        let targets = all::<Targets>(unit, store, TARGETS).await?;
        let of_model = |(key, targets): (Key, Targets)| (key.0[TARGETS.len()..].to_owned(), targets);
        Ok(Self {
            assessments: all(unit, store, ASSESSMENTS).await?.into_iter().map(|(_, value)| value).collect(),
            targets: targets.into_iter().map(of_model).collect(),
            roadmap: unit.read(roadmap()).await?.unwrap_or_default(),
            reminders: all(unit, store, REMINDERS).await?.into_iter().map(|(_, value)| value).collect(),
            strategy: unit.read(strategy()).await?.unwrap_or_default(),
        })
    }

    /// Every assessment of a model, oldest first.
    pub fn of(&self, model: &Model) -> impl DoubleEndedIterator<Item = &Assessment> {
        let id = model.id.clone();
        self.assessments.iter().filter(move |assessment| assessment.model == id)
    }

    /// The newest assessment of a model.
    pub fn newest(&self, model: &Model) -> Option<&Assessment> {
        self.of(model).next_back()
    }

    /// The one before the newest.
    pub fn before(&self, model: &Model) -> Option<&Assessment> {
        self.of(model).rev().nth(1)
    }

    /// How far is far enough.
    pub fn targets_of(&self, model: &Model) -> Targets {
        self.targets.get(&model.id).cloned().unwrap_or_default()
    }

    /// The reminder with a number.
    pub fn reminder(&self, number: u32) -> Option<&Reminder> {
        self.reminders.iter().find(|reminder| reminder.number == number)
    }
}

impl Kept {
    /// Writes it with a unit that has read the shelf.
    ///
    /// # Errors
    /// When the value cannot be written.
    pub fn write(&self, unit: &mut Unit<'_>) -> Result<(), StoreError> {
        match self {
            Self::Assessment(assessment) => {
                let key = format!("{ASSESSMENTS}{}/{:06}", assessment.model, assessment.number);
                unit.write(Key(key), assessment)
            }
            Self::Targets(model, targets) => unit.write(Key(format!("{TARGETS}{model}")), targets),
            Self::Roadmap(value) => unit.write(roadmap(), value),
            Self::Reminder(value) => unit.write(reminder(value.number), value),
            Self::NoReminder(number) => {
                unit.remove(reminder(*number));
                Ok(())
            }
            Self::Strategy(value) => unit.write(strategy(), value),
        }
    }
}

/// Every record under a prefix, each of which the commit then depends on.
async fn all<T: DeserializeOwned>(
    unit: &mut Unit<'_>,
    store: &dyn Store,
    prefix: &str,
) -> Result<Vec<(Key, T)>, StoreError> {
    let mut values = Vec::new();
    for (key, version, value) in read_all(store, Key::under(prefix)).await? {
        unit.depends_on(key.clone(), version);
        values.push((key, value));
    }
    Ok(values)
}
