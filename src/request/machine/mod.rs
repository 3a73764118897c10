//! The machine: one act, applied to a request, gives the request as it is then and says what happened. Pure and total:
//! an act that is not allowed changes nothing and says why. Whether a request is approved follows from the ballots
//! alone, so it does not matter how often an act is told, nor in which order acts of different people arrive.

mod deed;
mod talk;
mod votes;

use jiff::Timestamp;

pub use deed::{Act, Deed, Difference, Doer, Happened, Numbered, On, Refusal, Vote};

use super::id::RequestId;
use super::roster::Roster;
use super::rules::Stage;
use super::state::{
    Answer, Approval, Clock, Discretion, Findings, Mark, Request, Status, Todo, answers_of, special,
};
use super::tally::StageStatus;
use super::workflow::Workflow;
use crate::core::condition::Facts;
use crate::core::event::Place;
use crate::core::form::{Answers, Change, Form};
use crate::core::person::{PersonId, Role};

/// The longest text that somebody adds to a request: enough for a paragraph on a card.
pub const LONGEST_TEXT: usize = 1000;
/// The most concerns, questions or conditions a request may gather.
const MOST_TEXTS: usize = 50;

/// What is needed to file a request.
#[derive(Debug, Clone)]
pub struct Filing<'a> {
    /// Its id.
    pub id: RequestId,
    /// Its kind.
    pub workflow: &'a Workflow,
    /// Who files it.
    pub by: Doer,
    /// Where.
    pub place: Place,
    /// The answers.
    pub answers: &'a Answers,
    /// What the bot found out about them.
    pub findings: &'a Findings,
}

/// Files a request: open, or approved at once by a rule that needs nobody's vote.
pub fn file(filing: Filing<'_>, roster: Roster<'_>, now: Timestamp) -> (Request, Vec<Happened>) {
    let Filing { id, workflow, by, place, answers, findings } = filing;
    let roles = roster.people.roles().filter(|role| roster.people.holds(&by.person, role)).cloned().collect();
    let mut request = Request {
        id,
        workflow: workflow.id.clone(),
        title: workflow.form.title.clone(),
        summary: String::new(),
        summary_field: workflow.summary.clone(),
        rules: workflow.rules.clone(),
        requester: by.person,
        co_requesters: Default::default(),
        on_behalf_of: Default::default(),
        notify: Default::default(),
        discretion: Discretion::Normal,
        roles,
        account: by.account,
        filed_in: place,
        filed_at: now,
        answers: answers_of(&workflow.form, answers, findings),
        revision: 1,
        cards: Default::default(),
        noticed: Default::default(),
        gates: Default::default(),
        status: Status::Open,
        since: now,
        approval: None,
        ballots: Default::default(),
        concerns: Vec::new(),
        questions: Vec::new(),
        todo: Vec::new(),
        clock: Clock::start(now),
        escalated: None,
        first_response: None,
        decided: None,
        agreed: Default::default(),
    };
    request.read_answers();
    let mut happened = vec![Happened::Filed];
    request.decide(roster, now, &mut happened);
    (request, happened)
}

/// The answers that an edited form would give the request; see [`Deed::Edit`].
pub fn edited(form: &Form, answers: &Answers, findings: &Findings) -> Deed {
    Deed::Edit(answers_of(form, answers, findings))
}

impl Request {
    /// Carries an act out. `now` is when the bot handles it.
    ///
    /// # Errors
    /// Why it is not possible; then nothing has changed.
    pub fn apply(&mut self, roster: Roster<'_>, act: &Act, now: Timestamp) -> Result<Vec<Happened>, Refusal> {
        let mut happened = Vec::new();
        let opened = self.taking_votes(roster);
        match (&act.deed, &act.by) {
            (Deed::Escalate, None) => self.escalate(now, &mut happened)?,
            (Deed::Expire, None) => self.expire(now, &mut happened)?,
            (_, None) => return Err(Refusal::NotTheirs),
            (deed, Some(by)) => {
                // A clock that is ahead must not make a vote that nothing can follow.
                let at = act.at.min(now);
                match deed {
                    Deed::Vote(vote) => self.vote(roster, by, vote, at, &mut happened)?,
                    Deed::TakeBack { choices, on } => {
                        self.take_back(roster, by, choices, on, at, &mut happened)?;
                    }
                    Deed::Concern { text, on } => self.concern(roster, by, text, on, now, &mut happened)?,
                    Deed::Resolve(number) => self.resolve(roster, by, *number, now, &mut happened)?,
                    Deed::Ask(text) => self.ask(roster, by, text, now, &mut happened)?,
                    Deed::Reply(number, text) => self.reply(by, *number, text, now, &mut happened)?,
                    Deed::Edit(answers) => self.edit(by, answers, now, &mut happened)?,
                    Deed::Withdraw => self.withdraw(by, now, &mut happened)?,
                    Deed::Reopen => self.reopen(roster, by, now, &mut happened)?,
                    Deed::Tick(number, evidence) => {
                        self.tick(roster, by, *number, evidence.as_deref(), now, &mut happened)?;
                    }
                    Deed::BreakGlass(reason) => self.break_glass(roster, by, reason, now, &mut happened)?,
                    Deed::Escalate | Deed::Expire => return Err(Refusal::NotTheirs),
                }
            }
        }
        if !happened.is_empty() {
            self.decide(roster, now, &mut happened);
        }
        if self.status.is_open() {
            let begun = self.taking_votes(roster).into_iter().filter(|stage| !opened.contains(stage));
            happened.extend(begun.map(|stage| Happened::Opened { stage }));
        }
        Ok(happened)
    }

    fn taking_votes(&self, roster: Roster<'_>) -> Vec<String> {
        let takes = |stage: &&Stage| {
            !matches!(
                self.stage_status(stage, roster),
                StageStatus::Waiting | StageStatus::Skipped | StageStatus::Error(_)
            )
        };
        self.rules.stages.iter().filter(takes).map(|stage| stage.id.clone()).collect()
    }

    /// Reads what the answers mean to the bot itself, and which stages they make needless.
    fn read_answers(&mut self) {
        let people = |field: &str| {
            let named = self.answer(field).unwrap_or_default().split(',').map(str::trim);
            named.filter(|id| !id.is_empty()).map(|id| PersonId(id.to_owned())).collect()
        };
        let (co_requesters, on_behalf_of, notify) =
            (people(special::CO_REQUESTERS), people(special::ON_BEHALF_OF), people(special::NOTIFY));
        self.discretion = match self.answer(special::CONFIDENTIAL) {
            Some("yes") => Discretion::Confidential,
            _ => Discretion::Normal,
        };
        self.summary = self.answer(&self.summary_field).unwrap_or_default().to_owned();
        (self.co_requesters, self.on_behalf_of, self.notify) = (co_requesters, on_behalf_of, notify);
        self.gates = self.rules.gates(&self.all_facts());
    }

    fn all_facts(&self) -> Facts {
        self.rules.facts(self.facts(), &self.requester, &self.roles)
    }

    /// Settles the request if the rules say so, now.
    fn decide(&mut self, roster: Roster<'_>, now: Timestamp, happened: &mut Vec<Happened>) {
        if !self.status.is_open() {
            return;
        }
        for stage in &self.rules.stages {
            if self.stage_status(stage, roster) == StageStatus::Approved {
                self.agreed.entry(stage.id.clone()).or_insert(now);
            } else {
                self.agreed.remove(&stage.id);
            }
        }
        match self.tally(roster) {
            Status::Rejected => self.settle(Status::Rejected, now, happened),
            Status::Approved => {
                let mut todo = self.tasks();
                for stage in &self.rules.stages {
                    for vote in self.approvals(stage, roster) {
                        todo.extend(vote.ballot.conditions.iter().map(|label| Todo {
                            label: label.clone(),
                            condition_of: Some(vote.person.clone()),
                            done: None,
                            evidence: None,
                        }));
                    }
                }
                self.approve(Approval::Votes, todo, now, happened);
            }
            _ => {
                let begins =
                    happened.iter().any(|what| matches!(what, Happened::Filed | Happened::Edited { .. }));
                if begins && let Some(rule) = self.rules.automatic(&self.all_facts()) {
                    let approval = Approval::Policy { rule: rule.id.clone(), label: rule.label.clone() };
                    self.approve(approval, self.tasks(), now, happened);
                }
            }
        }
    }

    fn tasks(&self) -> Vec<Todo> {
        let todo = |task: &super::rules::Task| Todo {
            label: task.label.clone(),
            condition_of: None,
            done: None,
            evidence: None,
        };
        self.rules.checklist.iter().map(todo).collect()
    }

    fn approve(&mut self, approval: Approval, todo: Vec<Todo>, now: Timestamp, happened: &mut Vec<Happened>) {
        self.approval = Some(approval);
        self.todo = todo;
        self.settle(Status::Approved, now, happened);
    }

    fn settle(&mut self, status: Status, now: Timestamp, happened: &mut Vec<Happened>) {
        self.status = status;
        self.since = now;
        self.clock.resume(now);
        if matches!(status, Status::Approved | Status::Rejected) {
            self.decided.get_or_insert(now);
        }
        happened.push(Happened::Settled(status));
    }

    fn edit(
        &mut self,
        by: &Doer,
        answers: &[Answer],
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if !self.owns(&by.person) {
            return Err(Refusal::NotTheirs);
        }
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let changes = differences(&self.answers, answers);
        if changes.is_empty() {
            return Err(Refusal::NoChange);
        }
        self.answers = answers.to_vec();
        self.read_answers();
        let material = changes.iter().any(|change| change.change == Change::Material);
        happened.push(Happened::Edited { changes });
        if material {
            self.revise(now, happened);
        }
        Ok(())
    }

    /// A new revision: what was decided is void. The ballots stay as taken back, so that a reaction that still
    /// stands somewhere is not taken for a vote on the new text.
    fn revise(&mut self, now: Timestamp, happened: &mut Vec<Happened>) {
        self.revision += 1;
        let mut voided: Vec<Doer> = Vec::new();
        for (person, ballot) in self.ballots.values_mut().flatten() {
            if ballot.choice.is_some() && !voided.iter().any(|doer| doer.person == *person) {
                voided.push(Doer { person: person.clone(), account: ballot.account.clone() });
            }
            *ballot = ballot.void(now);
        }
        self.agreed.clear();
        self.noticed.clear();
        self.escalated = None;
        let paused = self.clock.paused.map(|_| now);
        self.clock = Clock { from: now, paused };
        happened.push(Happened::Revised { voided });
    }

    fn withdraw(&mut self, by: &Doer, now: Timestamp, happened: &mut Vec<Happened>) -> Result<(), Refusal> {
        if !self.owns(&by.person) {
            return Err(Refusal::NotTheirs);
        }
        if !self.status.is_open() {
            return Err(Refusal::NotPossible(self.status));
        }
        self.settle(Status::Withdrawn, now, happened);
        Ok(())
    }

    fn reopen(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let is_ospo = roster.people.holds(&by.person, &Role::ospo());
        if !self.owns(&by.person) && !is_ospo {
            return Err(Refusal::NotTheirs);
        }
        if self.status.is_open() {
            return Err(Refusal::NotPossible(self.status));
        }
        happened.push(Happened::Reopened { was: self.status });
        self.status = Status::Open;
        self.since = now;
        self.approval = None;
        self.todo.clear();
        self.revise(now, happened);
        if self.open_questions().next().is_some() {
            self.clock.pause(now);
        }
        Ok(())
    }

    fn tick(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        number: usize,
        evidence: Option<&str>,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let is_ospo = roster.people.holds(&by.person, &Role::ospo());
        if !self.owns(&by.person) && !is_ospo {
            return Err(Refusal::NotTheirs);
        }
        if !matches!(self.status, Status::Approved | Status::Completed) {
            return Err(Refusal::NotPossible(self.status));
        }
        let count = self.todo.len();
        let none = Refusal::NoSuch { what: Numbered::Task, count };
        let todo = number.checked_sub(1).and_then(|index| self.todo.get_mut(index)).ok_or(none)?;
        if todo.done.is_some() {
            return Ok(());
        }
        let evidence = evidence.map(str::trim).filter(|link| is_link(link));
        if todo.condition_of.is_some() && evidence.is_none() {
            return Err(Refusal::NeedsEvidence);
        }
        todo.done = Some(Mark { by: by.person.clone(), at: now });
        todo.evidence = evidence.map(str::to_owned);
        happened.push(Happened::Ticked(number));
        if self.all_done() {
            self.settle(Status::Completed, now, happened);
        }
        Ok(())
    }

    fn break_glass(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        reason: &str,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if self.asks(&by.person) {
            return Err(Refusal::OwnRequest);
        }
        if !self.rules.break_glass.as_ref().is_some_and(|role| roster.people.holds(&by.person, role)) {
            return Err(Refusal::NoGlass);
        }
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let reason = words(Some(reason)).ok_or(Refusal::NeedsWords)?;
        let approval = Approval::BreakGlass { person: by.person.clone(), reason };
        self.approve(approval, self.tasks(), now, happened);
        Ok(())
    }

    fn escalate(&mut self, now: Timestamp, happened: &mut Vec<Happened>) -> Result<(), Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        if self.escalated.is_none() && self.clock.paused.is_none() {
            self.escalated = Some(now);
            happened.push(Happened::Escalated);
        }
        Ok(())
    }

    fn expire(&mut self, now: Timestamp, happened: &mut Vec<Happened>) -> Result<(), Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        if self.clock.paused.is_none() {
            self.settle(Status::Expired, now, happened);
        }
        Ok(())
    }
}

fn words(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(text.chars().take(LONGEST_TEXT).collect())
}

fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty()) && !text.chars().any(char::is_whitespace)
}

/// What is different between two sets of answers, in the order of the new one. A field that one of them does not have
/// counts as not answered there.
pub fn differences(before: &[Answer], after: &[Answer]) -> Vec<Difference> {
    let find = |all: &[Answer], field: &str| {
        let answer = all.iter().find(|answer| answer.field == field)?;
        let text = answer.text.as_ref()?;
        Some(answer.finding.as_ref().map_or_else(|| text.clone(), |finding| format!("{text} ({finding})")))
    };
    let gone = before.iter().filter(|old| !after.iter().any(|new| new.field == old.field));
    after
        .iter()
        .chain(gone)
        .map(|answer| Difference {
            label: answer.label.clone(),
            before: find(before, &answer.field),
            after: find(after, &answer.field),
            change: answer.change,
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}
