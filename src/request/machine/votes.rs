//! Votes: who may give one where, and what is made of what a person says there.

use jiff::Timestamp;

use super::super::roster::Roster;
use super::super::rules::{Confirm, Stage};
use super::super::state::{Ballot, Choice, Confirmed, Means, Request, Said, Word};
use super::super::tally::StageStatus;
use super::{Doer, Happened, On, Refusal, Vote, words};
use crate::core::person::PersonId;

impl Request {
    /// Whether a person may decide, object or ask now.
    ///
    /// # Errors
    /// Why they may not.
    pub fn may_speak(
        &self,
        roster: Roster<'_>,
        person: &PersonId,
        on: &On,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        self.entitled(roster, person, on, at).map(drop)
    }

    /// The stages in which a person may vote now.
    pub(super) fn entitled(
        &self,
        roster: Roster<'_>,
        person: &PersonId,
        on: &On,
        at: Timestamp,
    ) -> Result<Vec<Stage>, Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        if self.asks(person) {
            return Err(Refusal::OwnRequest);
        }
        if on.revision.is_some_and(|revision| revision != self.revision) {
            return Err(Refusal::OldRevision);
        }
        let meant = |stage: &&Stage| on.stages.as_ref().is_none_or(|stages| stages.contains(&stage.id));
        let theirs: Vec<&Stage> = self
            .rules
            .stages
            .iter()
            .filter(meant)
            .filter(|stage| self.seat(stage, person, roster, at).is_some())
            .collect();
        let Some(first) = theirs.first() else { return Err(Refusal::NoRole) };
        let first = first.id.clone();
        let open: Vec<Stage> = theirs
            .into_iter()
            .filter(|stage| match self.stage_status(stage, roster) {
                StageStatus::Pending | StageStatus::Approved | StageStatus::Rejected => true,
                // Whoever voted while it was its turn can still say something else.
                StageStatus::Waiting => self.ballot(&stage.id, person).is_some_and(|b| b.choice.is_some()),
                StageStatus::Skipped | StageStatus::Error(_) => false,
            })
            .cloned()
            .collect();
        if open.is_empty() { Err(Refusal::NotNow { stage: first }) } else { Ok(open) }
    }

    pub(super) fn vote(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        vote: &Vote,
        at: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, &vote.on, at)?;
        let reason = words(vote.reason.as_deref());
        let condition = words(vote.condition.as_deref());
        let same = |word: &Word| match word {
            Word::Vote { choice, reason: why, condition: on, .. } => {
                *choice == vote.choice && *why == reason && *on == condition
            }
            Word::TakeBack(_) => false,
        };
        if self.heard(by, &vote.on, at, vote.means, same) {
            return Ok(());
        }
        for stage in stages {
            let seat = self.seat(&stage, &by.person, roster, at);
            let confirmed = match stage.confirm {
                Confirm::Tap => Confirmed::Yes,
                Confirm::Typed => vote.confirmed,
            };
            if vote.choice == Choice::Approve
                && let Some(other) = seat
                    .iter()
                    .chain([&by.person])
                    .find_map(|who| self.approved_elsewhere(&stage, who, roster))
            {
                happened.push(Happened::NotTwice { stage: stage.id.clone(), other: other.id.clone() });
                continue;
            }
            let word = Word::Vote {
                choice: vote.choice,
                reason: reason.clone(),
                condition: condition.clone(),
                confirmed,
            };
            let said = Said { at, word, account: by.account.clone(), means: vote.means };
            let Some(ballot) = self.speak(&stage.id, &by.person, said) else { continue };
            if ballot.confirmed == Confirmed::Awaited && !happened.contains(&Happened::ConfirmationMissing) {
                happened.push(Happened::ConfirmationMissing);
            } else if ballot.is_unfinished_rejection() && !happened.contains(&Happened::ReasonMissing) {
                happened.push(Happened::ReasonMissing);
            }
            if let Some(choice) = ballot.choice.filter(|_| ballot.approves() || ballot.rejects()) {
                let instead_of = seat.filter(|seat| *seat != by.person);
                happened.push(Happened::Voted { stage: stage.id, choice, instead_of });
            }
        }
        if !happened.is_empty() {
            self.first_response.get_or_insert(at);
        }
        Ok(())
    }

    /// Whether this very word was heard before: told again, it is not for a stage that has begun since.
    fn heard(&self, by: &Doer, on: &On, at: Timestamp, means: Means, word: impl Fn(&Word) -> bool) -> bool {
        let same = |said: &Said| {
            word(&said.word) && said.at == at && said.account == by.account && said.means == means
        };
        let meant = |stage: &String| on.stages.as_ref().is_none_or(|stages| stages.contains(stage));
        let ballots = self.ballots.iter().filter(|(stage, _)| meant(stage));
        ballots.filter_map(|(_, ballots)| ballots.get(&by.person)).flat_map(|ballot| &ballot.said).any(same)
    }

    /// Adds to what a person said in a stage. The ballot as it is then, if it says something else than before.
    fn speak(&mut self, stage: &str, person: &PersonId, said: Said) -> Option<Ballot> {
        let ballots = self.ballots.entry(stage.to_owned()).or_default();
        let before = ballots.get(person);
        let ballot = Ballot::after(before, said);
        let changed = match before {
            Some(before) => !ballot.agrees(before),
            None => ballot.choice.is_some(),
        };
        ballots.insert(person.clone(), ballot.clone());
        changed.then_some(ballot)
    }

    pub(super) fn take_back(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        choices: &[Choice],
        on: &On,
        at: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, on, at)?;
        if self.heard(by, on, at, Means::Words, |word| *word == Word::TakeBack(choices.to_vec())) {
            return Ok(());
        }
        for stage in stages {
            let word = Word::TakeBack(choices.to_vec());
            let said = Said { at, word, account: by.account.clone(), means: Means::Words };
            if self.speak(&stage.id, &by.person, said).is_some_and(|ballot| ballot.choice.is_none()) {
                happened.push(Happened::TookBack { stage: stage.id });
            }
        }
        if happened.is_empty() {
            happened.push(Happened::NothingToTakeBack);
        }
        Ok(())
    }
}
