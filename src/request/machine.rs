//! The machine: one act, applied to a request, gives the request as it is then and says what happened. Pure and total:
//! an act that is not allowed changes nothing and says why. Whether a request is approved follows from the ballots
//! alone, so it does not matter how often an act is told, nor in which order acts of different people arrive.

use jiff::Timestamp;

use super::id::RequestId;
use super::roster::Roster;
use super::rules::{Confirm, Stage};
use super::state::{
    Answer, Approval, Ballot, CardAt, Choice, Clock, Concern, Confirmed, Discretion, Mark, Means, Question,
    Request, Said, Status, Todo, Word, answers_of, special,
};
use super::tally::StageStatus;
use super::workflow::Workflow;
use crate::core::event::Place;
use crate::core::form::{Answers, Change, Form};
use crate::core::person::{AccountId, PersonId, Role};

/// The longest text that somebody adds to a request: enough for a paragraph on a card.
pub const LONGEST_TEXT: usize = 1000;
/// The most concerns, questions or conditions a request may gather.
const MOST_TEXTS: usize = 50;

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// The person.
    pub person: PersonId,
    /// The account they use.
    pub account: AccountId,
}

/// Something that is done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who does it; nobody, if it is time that passed.
    pub by: Option<Doer>,
    /// When it was done, by the clock of the platform.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Somebody votes.
    Vote(Vote),
    /// Somebody takes a vote back, if it is one of these choices.
    TakeBack {
        /// The choices that are meant.
        choices: Vec<Choice>,
        /// Where.
        on: On,
    },
    /// Somebody raises a concern.
    Concern {
        /// What it is.
        text: String,
        /// Where.
        on: On,
    },
    /// A concern is resolved, by its number from 1.
    Resolve(usize),
    /// A reviewer asks the requester something.
    Ask(String),
    /// The requester answers a question, by its number from 1; the first open one, if none is named.
    Reply(Option<usize>, String),
    /// The form is filled in anew.
    Edit(Vec<Answer>),
    /// It is taken back.
    Withdraw,
    /// A decision is taken up again.
    Reopen,
    /// A task is done, by its number from 1, perhaps with a link that proves it.
    Tick(usize, Option<String>),
    /// It is approved by one person because it burns.
    BreakGlass(String),
    /// Reminders did not help: the backup roles are called.
    Escalate,
    /// Time is up.
    Expire,
}

/// A vote as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// What.
    pub choice: Choice,
    /// Why, when it is said at once.
    pub reason: Option<String>,
    /// What an approval depends on.
    pub condition: Option<String>,
    /// By which means.
    pub means: Means,
    /// Whether the id was typed.
    pub confirmed: Confirmed,
    /// Where.
    pub on: On,
}

/// Which stages and which revision something is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct On {
    /// These stages; every one in which the person is entitled, if none are named.
    pub stages: Option<Vec<String>>,
    /// This revision; the current one, if none is named.
    pub revision: Option<u32>,
    /// The card it was said on, if it was a reaction.
    pub card: Option<CardAt>,
}

/// What came of an act, one thing after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It was filed.
    Filed,
    /// Somebody voted in a stage.
    Voted {
        /// The stage's id.
        stage: String,
        /// What.
        choice: Choice,
        /// For whom, if they decide for somebody else.
        instead_of: Option<PersonId>,
    },
    /// The vote lacks its reason.
    ReasonMissing,
    /// The vote lacks its confirmation.
    ConfirmationMissing,
    /// An approval does not count in a stage, because they approved in another.
    NotTwice {
        /// The stage where it does not count.
        stage: String,
        /// The stage in which they approved.
        other: String,
    },
    /// Somebody took their vote in a stage back.
    TookBack {
        /// The stage's id.
        stage: String,
    },
    /// There was no such vote.
    NothingToTakeBack,
    /// A concern was raised, with this number.
    ConcernRaised(usize),
    /// A concern was resolved.
    ConcernResolved(usize),
    /// The requester was asked something, with this number.
    Asked(usize),
    /// A question was answered.
    Replied(usize),
    /// Nobody waits for an answer any more: the clock goes on.
    Resumed,
    /// Answers changed.
    Edited {
        /// What, field by field.
        changes: Vec<Difference>,
    },
    /// There is a new revision: what was decided on the one before is void.
    Revised {
        /// Whose votes are void, with the account they voted by.
        voided: Vec<Doer>,
    },
    /// A decision was taken up again.
    Reopened {
        /// What it was.
        was: Status,
    },
    /// A stage begins to take votes.
    Opened {
        /// The stage's id.
        stage: String,
    },
    /// The backup roles were called.
    Escalated,
    /// A task was done, by its number from 1.
    Ticked(usize),
    /// It came to stand so.
    Settled(Status),
}

/// A changed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the field.
    pub label: String,
    /// What it said.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
    /// What the change means.
    pub change: Change,
}

/// Why an act changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is their own request.
    OwnRequest,
    /// They hold the role of no stage concerned.
    NoRole,
    /// Every stage they could vote in is skipped or begins later; the first of these.
    NotNow {
        /// The stage's id.
        stage: String,
    },
    /// It is decided already.
    Decided(Status),
    /// Their vote is on a text that has changed since.
    OldRevision,
    /// Only those who ask can do that.
    NotTheirs,
    /// The request does not stand so that this is possible.
    NotPossible(Status),
    /// There is nothing with this number.
    NoSuch {
        /// What was meant.
        what: Numbered,
        /// How many there are.
        count: usize,
    },
    /// A concern is resolved by who raised it or by the lead of its stage.
    NotTheirConcern,
    /// A condition is ticked with a link.
    NeedsEvidence,
    /// Words are needed.
    NeedsWords,
    /// There are too many already.
    TooMany,
    /// Nothing is different.
    NoChange,
    /// Nobody may break the glass here, or they do not hold the role.
    NoGlass,
}

/// What is numbered within a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// A concern.
    Concern,
    /// An open question.
    Question,
    /// A task.
    Task,
}

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
    pub findings: Vec<String>,
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
        answers: answers_of(&workflow.form, answers),
        findings,
        revision: 1,
        cards: Default::default(),
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
pub fn edited(form: &Form, answers: &Answers) -> Deed {
    Deed::Edit(answers_of(form, answers))
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
        let facts = self.rules.facts(self.facts(), &self.requester, &self.roles);
        self.gates = self.rules.gates(&facts);
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
                let facts = self.rules.facts(self.facts(), &self.requester, &self.roles);
                if begins && let Some(rule) = self.rules.automatic(&facts) {
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

    /// The stages in which a person may vote now.
    fn entitled(
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

    fn vote(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        vote: &Vote,
        at: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, &vote.on, at)?;
        if self.heard(by, vote, at) {
            return Ok(());
        }
        let reason = words(vote.reason.as_deref());
        let condition = words(vote.condition.as_deref());
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
            let said =
                Said { at, word, account: by.account.clone(), means: vote.means, card: vote.on.card.clone() };
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

    /// Whether this very vote was heard before: told again, it is not for a stage that has begun since.
    fn heard(&self, by: &Doer, vote: &Vote, at: Timestamp) -> bool {
        let (reason, condition) = (words(vote.reason.as_deref()), words(vote.condition.as_deref()));
        let same = |said: &Said| {
            let same_words = match &said.word {
                Word::Vote { choice, reason: r, condition: c, .. } => {
                    *choice == vote.choice && *r == reason && *c == condition
                }
                Word::TakeBack(_) => false,
            };
            same_words && said.at == at && said.account == by.account && said.means == vote.means
        };
        let meant = |stage: &String| vote.on.stages.as_ref().is_none_or(|stages| stages.contains(stage));
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

    fn take_back(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        choices: &[Choice],
        on: &On,
        at: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, on, at)?;
        for stage in stages {
            let word = Word::TakeBack(choices.to_vec());
            let (account, card) = (by.account.clone(), on.card.clone());
            let said = Said { at, word, account, means: Means::Words, card };
            if self.speak(&stage.id, &by.person, said).is_some_and(|ballot| ballot.choice.is_none()) {
                happened.push(Happened::TookBack { stage: stage.id });
            }
        }
        if happened.is_empty() {
            happened.push(Happened::NothingToTakeBack);
        }
        Ok(())
    }

    fn concern(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        text: &str,
        on: &On,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, on, now)?;
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        if self.open_concerns().any(|(_, concern)| concern.by == by.person && concern.text == text) {
            return Ok(());
        }
        if self.concerns.len() >= MOST_TEXTS {
            return Err(Refusal::TooMany);
        }
        let Some(stage) = stages.into_iter().next() else { return Err(Refusal::NoRole) };
        self.first_response.get_or_insert(now);
        let concern = Concern { stage: stage.id, by: by.person.clone(), at: now, text, resolved: None };
        self.concerns.push(concern);
        happened.push(Happened::ConcernRaised(self.concerns.len()));
        Ok(())
    }

    fn resolve(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        number: usize,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let count = self.concerns.len();
        let none = Refusal::NoSuch { what: Numbered::Concern, count };
        let index = number.checked_sub(1).filter(|index| *index < count).ok_or(none)?;
        let stage = self.rules.stage(&self.concerns[index].stage);
        let leads = stage
            .and_then(|stage| stage.lead.as_ref())
            .is_some_and(|lead| roster.people.holds(&by.person, lead) && !self.asks(&by.person));
        let concern = &mut self.concerns[index];
        if concern.by != by.person && !leads {
            return Err(Refusal::NotTheirConcern);
        }
        if concern.resolved.is_none() {
            concern.resolved = Some(Mark { by: by.person.clone(), at: now });
            happened.push(Happened::ConcernResolved(number));
        }
        Ok(())
    }

    fn ask(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        text: &str,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        self.entitled(roster, &by.person, &On::default(), now)?;
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        if self.open_questions().any(|(_, question)| question.by == by.person && question.text == text) {
            return Ok(());
        }
        if self.questions.len() >= MOST_TEXTS {
            return Err(Refusal::TooMany);
        }
        self.first_response.get_or_insert(now);
        self.clock.pause(now);
        self.questions.push(Question {
            by: by.person.clone(),
            account: by.account.clone(),
            at: now,
            text,
            answer: None,
            answered: None,
        });
        happened.push(Happened::Asked(self.questions.len()));
        Ok(())
    }

    fn reply(
        &mut self,
        by: &Doer,
        number: Option<usize>,
        text: &str,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if !self.owns(&by.person) {
            return Err(Refusal::NotTheirs);
        }
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        let none = Refusal::NoSuch { what: Numbered::Question, count: self.open_questions().count() };
        let number = number.or_else(|| self.open_questions().next().map(|(number, _)| number));
        let index = number.and_then(|number| number.checked_sub(1));
        let question = index.and_then(|index| self.questions.get_mut(index)).filter(|q| q.answer.is_none());
        let (Some(number), Some(question)) = (number, question) else { return Err(none) };
        question.answer = Some(text);
        question.answered = Some(Mark { by: by.person.clone(), at: now });
        happened.push(Happened::Replied(number));
        self.go_on(now, happened);
        Ok(())
    }

    /// The clock goes on when nobody waits for an answer.
    fn go_on(&mut self, now: Timestamp, happened: &mut Vec<Happened>) {
        if self.clock.paused.is_some() && self.open_questions().next().is_none() {
            self.clock.resume(now);
            happened.push(Happened::Resumed);
        }
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
        all.iter().find(|answer| answer.field == field).and_then(|answer| answer.text.clone())
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
