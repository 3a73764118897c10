//! What an assessment says: stages by area, what is missing, what changed. Functions of the model and the answers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::assessment::{Assessment, Entry};
use super::model::{Antipattern, Area, Layer, Level, Measure, Model, Practice};
use crate::core::person::PersonId;

/// The stages a company aims for, by area: how far is far enough. An area that is not here has the model's own target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Targets(pub BTreeMap<String, Level>);

impl Targets {
    /// The target of an area.
    pub fn of(&self, model: &Model, area: &Area) -> Level {
        let highest = model.stages.len();
        let own = || area.target.as_deref().map(|stage| model.level(stage));
        self.0.get(&area.id).copied().or_else(own).unwrap_or(highest).clamp(1, highest)
    }
}

/// How a part of the model stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The stage that is reached; 0 is before the first.
    pub reached: Level,
    /// The same with what is done of the next stage, for pictures: 2.5 is half way from the second to the third.
    pub along: f64,
    /// How many practices hold, of how many.
    pub holding: (usize, usize),
    /// How many were answered.
    pub answered: usize,
}

/// An area and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaResult<'m> {
    /// The area.
    pub area: &'m Area,
    /// How it stands.
    pub standing: Standing,
    /// How far is far enough.
    pub target: Level,
}

/// A practice that is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap<'m> {
    /// Which.
    pub practice: &'m Practice,
    /// The place of its stage.
    pub level: Level,
    /// What was answered; nothing when nobody did.
    pub answer: Option<Answer>,
}

/// What an assessment says.
#[derive(Debug, Clone)]
pub struct Findings<'m> {
    /// The model.
    pub model: &'m Model,
    /// Every area, in the order of the model.
    pub areas: Vec<AreaResult<'m>>,
    /// Every layer that something was asked of.
    pub layers: Vec<(Layer, Standing)>,
    /// The stage of the whole: the highest that every area has reached, where an area that has what it aims for holds
    /// nobody back.
    pub overall: Level,
    /// What is missing up to the targets, nearest first.
    pub gaps: Vec<Gap<'m>>,
    /// The antipatterns that the answers show.
    pub antipatterns: Vec<&'m Antipattern>,
    /// How many practices were answered, of how many.
    pub answered: (usize, usize),
}

/// A change since another assessment.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'m> {
    /// The practice.
    pub practice: &'m Practice,
    /// What was answered then.
    pub from: Option<Answer>,
    /// What is answered now.
    pub to: Option<Answer>,
    /// Who answered now.
    pub by: Option<PersonId>,
}

/// What changed since another assessment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison<'m> {
    /// Areas whose stage changed: from, to.
    pub areas: Vec<(&'m Area, Level, Level)>,
    /// What is done more than then.
    pub rose: Vec<Change<'m>>,
    /// What is done less.
    pub fell: Vec<Change<'m>>,
}

impl<'m> Findings<'m> {
    /// Reads the answers of an assessment against a model.
    pub fn of(model: &'m Model, assessment: &Assessment, targets: &Targets) -> Self {
        let areas: Vec<AreaResult<'m>> = model
            .areas
            .iter()
            .map(|area| AreaResult {
                area,
                standing: standing(model, assessment, |practice| practice.area == area.id),
                target: targets.of(model, area),
            })
            .collect();
        let layers = Layer::ALL
            .into_iter()
            .filter(|layer| model.practices.iter().any(|practice| practice.layer == *layer))
            .map(|layer| (layer, standing(model, assessment, |practice| practice.layer == layer)))
            .collect();
        let shows = |antipattern: &&Antipattern| {
            antipattern.when.iter().all(|condition| {
                assessment.given(&condition.practice).is_some_and(|answer| condition.is.contains(&answer))
            })
        };
        Self {
            model,
            overall: overall(&areas),
            gaps: gaps(model, assessment, &areas),
            areas,
            layers,
            antipatterns: model.antipatterns.iter().filter(shows).collect(),
            answered: (
                model.practices.iter().filter(|practice| assessment.given(&practice.id).is_some()).count(),
                model.practices.len(),
            ),
        }
    }

    /// Whether every single requirement is met: for a conformance, the only result there is.
    pub fn conformant(&self) -> bool {
        self.areas.iter().all(|area| area.standing.holding.0 == area.standing.holding.1)
    }

    /// What is missing for the next stage of an area, if that is still below its target.
    pub fn next_of<'f>(&'f self, area: &'f AreaResult<'m>) -> impl Iterator<Item = &'f Gap<'m>> {
        let next = area.standing.reached + 1;
        self.gaps.iter().filter(move |gap| gap.practice.area == area.area.id && gap.level == next)
    }

    /// What changed since another assessment of the same model.
    pub fn since(&self, now: &Assessment, then: &Assessment, targets: &Targets) -> Comparison<'m> {
        let before = Findings::of(self.model, then, targets);
        let mut comparison = Comparison::default();
        for (area, was) in self.areas.iter().zip(&before.areas) {
            if area.standing.reached != was.standing.reached {
                comparison.areas.push((area.area, was.standing.reached, area.standing.reached));
            }
        }
        for practice in &self.model.practices {
            let (from, to) = (then.given(&practice.id), now.given(&practice.id));
            let share = |answer: Option<Answer>| answer.map_or(0.0, Answer::share);
            let by = now.answers.get(&practice.id).map(|answered| answered.now.by.clone());
            let change = Change { practice, from, to, by };
            match share(to).total_cmp(&share(from)) {
                Ordering::Greater => comparison.rose.push(change),
                Ordering::Less => comparison.fell.push(change),
                Ordering::Equal => {}
            }
        }
        comparison
    }
}

/// How the practices that `of` picks stand.
fn standing(model: &Model, assessment: &Assessment, of: impl Fn(&Practice) -> bool) -> Standing {
    let practices: Vec<&Practice> = model.practices.iter().filter(|practice| of(practice)).collect();
    let at = |level: Level| {
        let stage = model.stage(level).map(|stage| &stage.id);
        practices.iter().filter(move |practice| Some(&practice.stage) == stage)
    };
    let share = |practice: &Practice| assessment.given(&practice.id).map_or(0.0, Answer::share);
    let holds = |practice: &Practice| assessment.given(&practice.id).is_some_and(Answer::holds);
    let highest = model.stages.len();
    let reached = (1..=highest).take_while(|level| at(*level).all(|practice| holds(practice))).count();
    let next: Vec<f64> = at(reached + 1).map(|practice| share(practice)).collect();
    let on_the_way = if next.is_empty() { 0.0 } else { next.iter().sum::<f64>() / next.len() as f64 };
    Standing {
        reached,
        along: reached as f64 + on_the_way,
        holding: (practices.iter().filter(|practice| holds(practice)).count(), practices.len()),
        answered: practices.iter().filter(|practice| assessment.given(&practice.id).is_some()).count(),
    }
}

/// An area that has what it aims for holds nobody back, but nobody is further than the furthest area.
fn overall(areas: &[AreaResult<'_>]) -> Level {
    let furthest = areas.iter().map(|area| area.standing.reached).max().unwrap_or(0);
    let agreed = |level: &Level| areas.iter().all(|area| area.standing.reached >= area.target.min(*level));
    (1..=furthest).take_while(agreed).last().unwrap_or(0)
}

/// Below the target of its area; lower stages first, then what is nearest to done, then what is missing alone.
fn gaps<'m>(model: &'m Model, assessment: &Assessment, areas: &[AreaResult<'m>]) -> Vec<Gap<'m>> {
    let target = |practice: &Practice| {
        areas.iter().find(|area| area.area.id == practice.area).map_or(0, |area| area.target)
    };
    let mut gaps: Vec<Gap<'m>> = model
        .practices
        .iter()
        .map(|practice| Gap {
            practice,
            level: model.level(&practice.stage),
            answer: assessment.given(&practice.id),
        })
        .filter(|gap| gap.level <= target(gap.practice) && !gap.answer.is_some_and(Answer::holds))
        .collect();
    let share = |gap: &Gap<'_>| gap.answer.map_or(0.0, Answer::share);
    // The sort is stable: what is equal stays in the order of the model.
    gaps.sort_by(|a, b| a.level.cmp(&b.level).then(share(b).total_cmp(&share(a))));
    gaps
}

/// Who answered an area, and when last.
pub fn answered_by<'a>(
    model: &'a Model,
    assessment: &'a Assessment,
    area: &'a str,
) -> BTreeMap<&'a PersonId, usize> {
    let mut count = BTreeMap::new();
    for entry in entries(model, assessment, area) {
        *count.entry(&entry.by).or_insert(0) += 1;
    }
    count
}

fn entries<'a>(
    model: &'a Model,
    assessment: &'a Assessment,
    area: &'a str,
) -> impl Iterator<Item = &'a Entry> {
    model
        .asked(Some(area))
        .filter_map(|practice| assessment.answers.get(&practice.id))
        .map(|answered| &answered.now)
}

/// One point of the course of a model over time, in plain numbers: what a picture of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The day on which the assessment was closed; for one that is open, the day of today.
    pub day: jiff::civil::Date,
    /// Each area with how far along it was.
    pub areas: Vec<(String, f64)>,
}

/// The course over assessments, oldest first, each of them a point also when two were closed on one day. A checklist or a
/// conformance has none.
pub fn course(model: &Model, assessments: &[Assessment], today: jiff::civil::Date) -> Vec<Point> {
    if model.measure != Measure::Stages {
        return Vec::new();
    }
    assessments
        .iter()
        .map(|assessment| {
            let findings = Findings::of(model, assessment, &Targets::default());
            let closed = assessment.closed.as_ref();
            Point {
                day: closed.map_or(today, |closed| closed.at.to_zoned(jiff::tz::TimeZone::UTC).date()),
                areas: findings
                    .areas
                    .iter()
                    .map(|area| (area.area.title.clone(), area.standing.along))
                    .collect(),
            }
        })
        .collect()
}
