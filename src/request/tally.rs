//! How a request stands by its votes, and why: pure readings of the state and of who is entitled now.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::roster::Roster;
use super::rules::{Gate, Stage};
use super::state::{Ballot, Request, Status};
use crate::core::person::{PersonId, Role};

/// How a stage stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageStatus {
    /// Not needed here. Not the same as approved: nobody agreed to anything.
    Skipped,
    /// Its condition could not be worked out; it counts as not approved.
    Error(String),
    /// It begins when others are done.
    Waiting,
    /// Not enough approvals yet, or something blocks it.
    Pending,
    /// Enough.
    Approved,
    /// Somebody said no, with a reason.
    Rejected,
}

impl StageStatus {
    /// Whether it stands in nobody's way any more.
    fn is_passed(&self) -> bool {
        matches!(self, Self::Skipped | Self::Approved)
    }
}

/// A vote that counts.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Who gave it.
    pub person: &'a PersonId,
    /// The vote.
    pub ballot: &'a Ballot,
}

impl Request {
    /// The roles whose members may vote in a stage now.
    fn roles_of<'s>(&self, stage: &'s Stage) -> impl Iterator<Item = &'s Role> + use<'s> {
        let backup = stage.backup.as_ref().filter(|_| self.escalated.is_some());
        std::iter::once(&stage.role).chain(backup)
    }

    /// Whose seat a person fills in a stage at a moment, if they may vote there.
    pub fn seat(
        &self,
        stage: &Stage,
        person: &PersonId,
        roster: Roster<'_>,
        at: Timestamp,
    ) -> Option<PersonId> {
        let barred = |person: &PersonId| self.asks(person);
        self.roles_of(stage).find_map(|role| roster.seat(person, role, at, &barred))
    }

    /// The votes in a stage that count now, by seat: of people who are entitled, never of those who ask, and one
    /// for each seat: that of its owner before that of who decides for them.
    pub fn counted<'a>(&'a self, stage: &Stage, roster: Roster<'_>) -> BTreeMap<PersonId, Counted<'a>> {
        let mut counted: BTreeMap<PersonId, Counted<'a>> = BTreeMap::new();
        for (person, ballot) in self.ballots.get(&stage.id).into_iter().flatten() {
            if ballot.choice.is_none() {
                continue;
            }
            let Some(seat) = self.seat(stage, person, roster, ballot.at) else { continue };
            let own = seat == *person;
            if own || !counted.contains_key(&seat) {
                counted.insert(seat, Counted { person, ballot });
            }
        }
        counted
    }

    /// The approvals in a stage that count: whole, entitled, and of people who did not approve where the stage wants
    /// others.
    pub fn approvals<'a>(&'a self, stage: &Stage, roster: Roster<'_>) -> Vec<Counted<'a>> {
        let elsewhere = |person: &PersonId| self.approved_elsewhere(stage, person, roster).is_some();
        let counted = self.counted(stage, roster).into_iter();
        counted
            .filter(|(seat, counted)| {
                counted.ballot.approves() && !elsewhere(seat) && !elsewhere(counted.person)
            })
            .map(|(_, counted)| counted)
            .collect()
    }

    /// The stage that keeps a person from approving in this one, because they, or the one they decide for, approved
    /// there.
    pub fn approved_elsewhere<'s>(
        &'s self,
        stage: &Stage,
        person: &PersonId,
        roster: Roster<'_>,
    ) -> Option<&'s Stage> {
        let others = stage.distinct_from.iter().filter_map(|id| self.rules.stage(id));
        others.into_iter().find(|other| {
            let counted = self.counted(other, roster);
            counted
                .iter()
                .any(|(seat, vote)| vote.ballot.approves() && (seat == person || vote.person == person))
        })
    }

    /// How a stage stands.
    pub fn stage_status(&self, stage: &Stage, roster: Roster<'_>) -> StageStatus {
        match self.gates.get(&stage.id) {
            Some(Gate::Skipped) => return StageStatus::Skipped,
            Some(Gate::Error(why)) => return StageStatus::Error(why.clone()),
            None => {}
        }
        let passed = |id: &String| {
            self.rules.stage(id).is_some_and(|before| self.stage_status(before, roster).is_passed())
        };
        if !stage.after.iter().all(passed) {
            return StageStatus::Waiting;
        }
        let counted = self.counted(stage, roster);
        if counted.values().any(|vote| vote.ballot.rejects()) {
            return StageStatus::Rejected;
        }
        let held_back = counted.values().any(|vote| vote.ballot.is_unfinished_rejection())
            || self.open_concerns().any(|(_, concern)| concern.stage == stage.id);
        let enough = self.approvals(stage, roster).len() >= stage.needs.max(1) as usize;
        if enough && !held_back { StageStatus::Approved } else { StageStatus::Pending }
    }

    /// How the request stands by its votes, while it is open: rejected by one reasoned no; approved when every stage
    /// that is needed agrees, at least one is, nothing blocks and nobody waits for an answer.
    pub fn tally(&self, roster: Roster<'_>) -> Status {
        let statuses: Vec<StageStatus> =
            self.rules.stages.iter().map(|stage| self.stage_status(stage, roster)).collect();
        if statuses.contains(&StageStatus::Rejected) {
            return Status::Rejected;
        }
        let agreed = statuses.contains(&StageStatus::Approved) && statuses.iter().all(StageStatus::is_passed);
        let blocked = self.open_concerns().next().is_some() || self.open_questions().next().is_some();
        if agreed && !blocked { Status::Approved } else { Status::Open }
    }

    /// Those who can vote in a stage now and have not: entitled, not away, and not bound by a vote elsewhere. Nobody
    /// while the stage does not take votes or has enough of them.
    pub fn awaited(&self, stage: &Stage, roster: Roster<'_>, now: Timestamp) -> Vec<PersonId> {
        if !self.status.is_open() || self.stage_status(stage, roster) != StageStatus::Pending {
            return Vec::new();
        }
        if self.approvals(stage, roster).len() >= stage.needs.max(1) as usize {
            return Vec::new();
        }
        let counted = self.counted(stage, roster);
        let barred = |person: &PersonId| self.asks(person);
        let mut found: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        for role in self.roles_of(stage) {
            for (person, seat) in roster.holders(role, now, &barred) {
                found.entry(person).or_insert(seat);
            }
        }
        found
            .into_iter()
            .filter(|(person, seat)| {
                !counted.contains_key(seat)
                    && !roster.is_away(person, now)
                    && self.approved_elsewhere(stage, seat, roster).is_none()
                    && self.approved_elsewhere(stage, person, roster).is_none()
            })
            .map(|(person, _)| person)
            .collect()
    }

    /// Whether the request waits for a person's vote now. Nobody is waited for while the requester is asked something.
    pub fn waits_for(&self, person: &PersonId, roster: Roster<'_>, now: Timestamp) -> bool {
        self.clock.paused.is_none()
            && self.rules.stages.iter().any(|stage| self.awaited(stage, roster, now).contains(person))
    }

    /// The roles whose members have something to decide now.
    pub fn waiting_roles(&self, roster: Roster<'_>) -> Vec<Role> {
        if !self.status.is_open() || self.clock.paused.is_some() {
            return Vec::new();
        }
        let pending = |stage: &&Stage| self.stage_status(stage, roster) == StageStatus::Pending;
        let mut roles: Vec<Role> = self
            .rules
            .stages
            .iter()
            .filter(pending)
            .flat_map(|stage| self.roles_of(stage))
            .cloned()
            .collect();
        roles.sort();
        roles.dedup();
        roles
    }
}
