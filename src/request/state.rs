//! A request: everything that was done with it, folded into what it is now. [`super::machine`] folds; this module
//! holds what there is, and [`super::tally`] reads from it how the request stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::ballot::{Ballot, Choice, Confirmed, Means, Said, Word};
use super::id::RequestId;
use super::roster::Roster;
use super::rules::{Gate, Rules};
use crate::core::condition::Fact;
use crate::core::emoji;
use crate::core::event::{MessageRef, Place};
use crate::core::form::{Answers, Change, FieldKind, Form, FormField};
use crate::core::person::{AccountId, ChannelId, PersonId, Role};

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for votes.
    Open,
    /// Every stage agreed; the checklist is under way.
    Approved,
    /// Approved, and every task is done.
    Completed,
    /// Somebody entitled said no.
    Rejected,
    /// Taken back by the requester.
    Withdrawn,
    /// Nobody decided in time.
    Expired,
}

impl Status {
    /// Whether votes still count.
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}

/// An answer of the form, as the request keeps it; fields that were not answered are kept too, for conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The field's id.
    pub field: String,
    /// The name shown beside it.
    pub label: String,
    /// What kind of answer it is.
    pub kind: FieldKind,
    /// What a change of it means.
    #[serde(default)]
    pub change: Change,
    /// The answer, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the bot found out about it: the verdict on the dependencies that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// What the bot found out about answers, by field.
pub type Findings = BTreeMap<String, String>;

/// An objection that blocks until it is resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// The stage it was raised in.
    pub stage: String,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub text: String,
    /// Who resolved it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Mark>,
}

/// A question to the requester: the clock stands until it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Who asked.
    pub by: PersonId,
    /// With which account; the answer goes there.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Who answered, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Mark>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Something to be done after approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// What.
    pub label: String,
    /// Who made it a condition of their approval; it is ticked with a link that proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition_of: Option<PersonId>,
    /// Who ticked it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Mark>,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// By what a request was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Approval {
    /// By the votes of every stage.
    Votes,
    /// By a rule, without anybody's vote.
    Policy {
        /// The rule's id.
        rule: String,
        /// Why, in its words.
        label: String,
    },
    /// By one person, against the rules, because it burns.
    BreakGlass {
        /// Who.
        person: PersonId,
        /// Why.
        reason: String,
    },
}

/// Who may know of a request beside those it needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discretion {
    /// Shown in the channels of the reviewers.
    #[default]
    Normal,
    /// Shown to each reviewer alone; others do not even learn that it exists.
    Confidential,
}

/// Where a card of a request stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardAt {
    /// In a channel of reviewers.
    Channel(ChannelId),
    /// With one reviewer alone.
    Person(PersonId),
}

/// A reaction on a card that was taken up. What still stands is not told anew, and what is gone is news.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Noticed {
    /// The message that shows the card.
    pub message: MessageRef,
    /// Whose it is.
    pub account: AccountId,
    /// Its canonical name.
    pub emoji: String,
}

impl Noticed {
    /// A reaction as a platform tells it.
    pub fn new(message: &MessageRef, account: &AccountId, emoji: &str) -> Self {
        Self { message: message.clone(), account: account.clone(), emoji: emoji::canonical(emoji) }
    }
}

/// How long a request has been waiting for its reviewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The moment from which the wait is counted; moved on by every pause.
    pub from: Timestamp,
    /// Since when it stands still, because the requester is asked something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Timestamp>,
}

impl Clock {
    /// A clock that starts now.
    pub fn start(now: Timestamp) -> Self {
        Self { from: now, paused: None }
    }

    /// Stops it, unless it stands already.
    pub fn pause(&mut self, now: Timestamp) {
        self.paused.get_or_insert(now);
    }

    /// Lets it go on: what passed meanwhile does not count.
    pub fn resume(&mut self, now: Timestamp) {
        if let Some(since) = self.paused.take() {
            let pause = now.duration_since(since).max(jiff::SignedDuration::ZERO);
            self.from = self.from.checked_add(pause).unwrap_or(now);
        }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The workflow it was filed under.
    pub workflow: String,
    /// What the workflow is for, as a headline.
    pub title: String,
    /// What it is about, in the requester's words.
    pub summary: String,
    /// The field that says so.
    pub summary_field: String,
    /// The rules it was filed under.
    pub rules: Rules,
    /// Whose it is. Never counts as a voter, nor do the next two.
    pub requester: PersonId,
    /// Who asks with them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub co_requesters: BTreeSet<PersonId>,
    /// On whose behalf.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub on_behalf_of: BTreeSet<PersonId>,
    /// Who else is told how it ends.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub notify: BTreeSet<PersonId>,
    /// Who may know of it.
    #[serde(default)]
    pub discretion: Discretion,
    /// The roles of the requester when it was filed; conditions may read them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// The account it was filed with.
    pub account: AccountId,
    /// Where it was filed; news goes there, to the requester alone.
    pub filed_in: Place,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// The fields of the form with their answers, in order.
    pub answers: Vec<Answer>,
    /// Which text of the request votes are on.
    pub revision: u32,
    /// Where cards of this revision stand.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cards: BTreeSet<CardAt>,
    /// The reactions on them that were taken up.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub noticed: BTreeSet<Noticed>,
    /// The stages that are not simply needed, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gates: BTreeMap<String, Gate>,
    /// How it stands.
    pub status: Status,
    /// When it came to stand so.
    pub since: Timestamp,
    /// By what it was approved, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// What was said last, by stage and person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ballots: BTreeMap<String, BTreeMap<PersonId, Ballot>>,
    /// Objections, numbered from 1 in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<Concern>,
    /// Questions to the requester, numbered from 1 in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// What is to be done after approval, once it is approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<Todo>,
    /// How long it has been waiting.
    pub clock: Clock,
    /// When the backup roles were called, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Timestamp>,
    /// When a reviewer first said something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response: Option<Timestamp>,
    /// When votes approved or rejected it, the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Timestamp>,
    /// When each stage came to agree.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agreed: BTreeMap<String, Timestamp>,
}

/// The ids of form fields that mean something to the bot itself. A form may have them or not.
pub mod special {
    /// Where the code is: two open requests about one place are likely the same.
    pub const REPOSITORY: &str = "repository";
    /// People who ask with the requester.
    pub const CO_REQUESTERS: &str = "co_requesters";
    /// People on whose behalf it is asked.
    pub const ON_BEHALF_OF: &str = "on_behalf_of";
    /// People to tell how it ends.
    pub const NOTIFY: &str = "notify";
    /// Whether nobody else may know.
    pub const CONFIDENTIAL: &str = "confidential";
}

/// The answers of a form with its fields, in order, and what was found out about them; those that are not asked have no
/// answer.
pub fn answers_of(form: &Form, answers: &Answers, findings: &Findings) -> Vec<Answer> {
    let asked: BTreeSet<&str> = form.asked(answers).iter().map(|field| field.id.as_str()).collect();
    let answer = |field: &FormField| {
        let text = answers.get(&field.id);
        let text = text.filter(|text| !text.is_empty() && asked.contains(field.id.as_str())).cloned();
        Answer {
            field: field.id.clone(),
            label: field.label.clone(),
            kind: field.kind,
            change: field.change,
            finding: findings.get(&field.id).filter(|_| text.is_some()).cloned(),
            text,
        }
    };
    form.fields.iter().map(answer).collect()
}

impl Request {
    /// The answer to a field, if there is one.
    pub fn answer(&self, field: &str) -> Option<&str> {
        self.answers.iter().find(|answer| answer.field == field)?.text.as_deref()
    }

    /// The answers by field, as a form reads them.
    pub fn form_answers(&self) -> Answers {
        let given = |answer: &Answer| Some((answer.field.clone(), answer.text.clone()?));
        self.answers.iter().filter_map(given).collect()
    }

    /// What was found out about them.
    pub fn findings(&self) -> Findings {
        let found = |answer: &Answer| Some((answer.field.clone(), answer.finding.clone()?));
        self.answers.iter().filter_map(found).collect()
    }

    /// The answers as conditions read them.
    pub(super) fn facts(&self) -> BTreeMap<String, Fact> {
        let fact = |answer: &Answer| (answer.field.clone(), answer.kind.fact(answer.text.as_deref()));
        self.answers.iter().map(fact).collect()
    }

    /// Whether a person asks here, alone, with others or through others: they never count as a voter.
    pub fn asks(&self, person: &PersonId) -> bool {
        self.owns(person) || self.on_behalf_of.contains(person)
    }

    /// Whether a person may act for the request: the requester or one who asks with them.
    pub fn owns(&self, person: &PersonId) -> bool {
        *person == self.requester || self.co_requesters.contains(person)
    }

    /// Whether a person may know of it: those who ask, those who may vote, those who are to be told, and the OSPO.
    pub fn visible_to(&self, person: &PersonId, roster: Roster<'_>, now: Timestamp) -> bool {
        let reviews = || {
            let nobody = |_: &PersonId| false;
            let needed = |stage: &&super::rules::Stage| self.gates.get(&stage.id) != Some(&Gate::Skipped);
            self.rules.stages.iter().filter(needed).any(|stage| {
                let roles = [Some(&stage.role), stage.backup.as_ref(), stage.lead.as_ref()];
                roles.into_iter().flatten().any(|role| roster.seat(person, role, now, &nobody).is_some())
            })
        };
        let glass = || self.rules.break_glass.as_ref().is_some_and(|role| roster.people.holds(person, role));
        self.asks(person)
            || self.notify.contains(person)
            || roster.people.holds(person, &Role::ospo())
            || reviews()
            || glass()
    }

    /// Whether every task is done.
    pub fn all_done(&self) -> bool {
        self.todo.iter().all(|todo| todo.done.is_some())
    }

    /// The questions that wait for an answer, with their numbers from 1.
    pub fn open_questions(&self) -> impl Iterator<Item = (usize, &Question)> {
        self.questions.iter().enumerate().filter(|(_, q)| q.answer.is_none()).map(|(n, q)| (n + 1, q))
    }

    /// The concerns that block, with their numbers from 1.
    pub fn open_concerns(&self) -> impl Iterator<Item = (usize, &Concern)> {
        self.concerns.iter().enumerate().filter(|(_, c)| c.resolved.is_none()).map(|(n, c)| (n + 1, c))
    }

    /// What a person said last in a stage.
    pub fn ballot(&self, stage: &str, person: &PersonId) -> Option<&Ballot> {
        self.ballots.get(stage)?.get(person)
    }

    /// Whether a person has a rejection that still waits for its reason.
    pub fn owes_reason(&self, person: &PersonId) -> bool {
        let waits = |ballot: &Ballot| ballot.choice == Some(Choice::Reject) && ballot.reason.is_none();
        self.status.is_open() && self.ballots.values().any(|ballots| ballots.get(person).is_some_and(waits))
    }

    /// Whether a person has a vote that still waits for its confirmation.
    pub fn owes_confirmation(&self, person: &PersonId) -> bool {
        let waits = |ballot: &Ballot| ballot.choice.is_some() && ballot.confirmed == Confirmed::Awaited;
        self.status.is_open() && self.ballots.values().any(|ballots| ballots.get(person).is_some_and(waits))
    }
}
