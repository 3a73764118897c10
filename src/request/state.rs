//! A request and its votes: a pure machine. It knows nothing of chats; [`super::steps`] does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::workflow::{Rules, Stage};
use crate::core::effect::Subject;
use crate::core::event::Place;
use crate::core::form::Answers;
use crate::core::person::{AccountId, People, PersonId, Role};

/// The short id of a request: `REL-42`. Read in any case, written in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId {
    /// The workflow's prefix.
    pub prefix: String,
    /// Counted from 1 for each prefix.
    pub number: u32,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)
    }
}

/// A text is not a request id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a request; ids look like REL-42")]
pub struct NotARequestId(pub String);

impl FromStr for RequestId {
    type Err = NotARequestId;
    fn from_str(text: &str) -> Result<Self, NotARequestId> {
        let fault = || NotARequestId(text.to_owned());
        let (prefix, number) = text.trim().split_once('-').ok_or_else(fault)?;
        if prefix.len() != 3
            || !prefix.bytes().all(|byte| byte.is_ascii_alphabetic())
            || number.is_empty()
            || !number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(fault());
        }
        let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(fault)?;
        Ok(Self { prefix: prefix.to_ascii_uppercase(), number })
    }
}

impl TryFrom<String> for RequestId {
    type Error = NotARequestId;
    fn try_from(text: String) -> Result<Self, NotARequestId> {
        text.parse()
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

impl From<&RequestId> for Subject {
    fn from(id: &RequestId) -> Self {
        Self(id.to_string())
    }
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a voter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Approve,
    /// No. Takes effect with a reason.
    Reject,
}

/// The latest live vote of a person in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// What.
    pub choice: Choice,
    /// Why; a rejection without one is asked for it and decides nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// By which account.
    pub account: AccountId,
    /// By which means.
    pub means: Means,
}

/// By which means a vote was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A reaction on a card: it stands or is gone, and can be read again.
    Reaction,
    /// A command or a button.
    Words,
}

/// A task that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
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
    /// The rules it was filed under.
    pub rules: Rules,
    /// Whose it is. Never counts as a voter.
    pub requester: PersonId,
    /// The account it was filed with.
    pub account: AccountId,
    /// Where it was filed; news goes there, to the requester alone.
    pub filed_in: Place,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Label and answer of each field, in the order of the form.
    pub answers: Vec<(String, String)>,
    /// Which text of the request votes are on.
    pub revision: u32,
    /// How it stands.
    pub status: Status,
    /// When it came to stand so.
    pub since: Timestamp,
    /// Votes by stage and person.
    pub votes: BTreeMap<String, BTreeMap<PersonId, Vote>>,
    /// Who took their last vote in a stage back: a reaction of theirs that still stands there is an older one
    /// and stays without effect.
    pub taken_back: BTreeMap<String, BTreeSet<PersonId>>,
    /// Tasks done, by id.
    pub done: BTreeMap<String, Tick>,
    /// How many reminders went out.
    pub reminded: u32,
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEntitled {
    /// It is their own request.
    OwnRequest,
    /// They hold the role of no stage concerned.
    NoRole,
    /// It is decided already.
    Decided(Status),
}

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageStatus {
    /// Not enough approvals yet.
    Pending,
    /// Enough.
    Approved,
    /// Somebody said no, with a reason.
    Rejected,
}

impl Request {
    /// A new request, open, with nobody's vote.
    pub fn new(
        id: RequestId,
        workflow: &super::Workflow,
        requester: PersonId,
        account: AccountId,
        filed_in: Place,
        answers: &Answers,
        now: Timestamp,
    ) -> Self {
        let label_and_answer = |field: &crate::core::form::FormField| {
            answers.get(&field.id).map(|answer| (field.label.clone(), answer.clone()))
        };
        Self {
            id,
            workflow: workflow.id.clone(),
            title: workflow.form.title.clone(),
            summary: answers.get(&workflow.summary).cloned().unwrap_or_default(),
            rules: workflow.rules.clone(),
            requester,
            account,
            filed_in,
            filed_at: now,
            answers: workflow.form.fields.iter().filter_map(label_and_answer).collect(),
            revision: 1,
            status: Status::Open,
            since: now,
            votes: BTreeMap::new(),
            taken_back: BTreeMap::new(),
            done: BTreeMap::new(),
            reminded: 0,
        }
    }

    /// Whether a person may know of it: the requester, those who may vote, and the OSPO.
    pub fn visible_to(&self, person: &PersonId, people: &People) -> bool {
        *person == self.requester
            || people.holds(person, &Role::ospo())
            || self.rules.stages.iter().any(|stage| people.holds(person, &stage.role))
    }

    /// The stages among `concerned` in which a person may vote now.
    ///
    /// # Errors
    /// Why they may in none.
    pub fn entitled<'a>(
        &'a self,
        person: &PersonId,
        people: &People,
        concerned: impl Fn(&Stage) -> bool,
    ) -> Result<Vec<&'a Stage>, NotEntitled> {
        if !self.status.is_open() {
            return Err(NotEntitled::Decided(self.status));
        }
        if *person == self.requester {
            return Err(NotEntitled::OwnRequest);
        }
        let stages: Vec<&Stage> = self
            .rules
            .stages
            .iter()
            .filter(|stage| concerned(stage) && people.holds(person, &stage.role))
            .collect();
        if stages.is_empty() { Err(NotEntitled::NoRole) } else { Ok(stages) }
    }

    /// Records a vote in a stage, in place of the person's vote there before.
    pub fn cast(&mut self, stage: &str, person: &PersonId, vote: Vote) {
        self.votes.entry(stage.to_owned()).or_default().insert(person.clone(), vote);
        if let Some(people) = self.taken_back.get_mut(stage) {
            people.remove(person);
        }
    }

    /// Takes back a person's vote in a stage if it is the given choice, and says whether it was. What they had
    /// voted before does not come back.
    pub fn take_back(&mut self, stage: &str, person: &PersonId, choice: Choice) -> bool {
        let Some(votes) = self.votes.get_mut(stage) else { return false };
        let matches = votes.get(person).is_some_and(|vote| vote.choice == choice);
        if matches {
            votes.remove(person);
            self.taken_back.entry(stage.to_owned()).or_default().insert(person.clone());
        }
        matches
    }

    /// The votes in a stage that count now: of people who hold its role, and never the requester's.
    pub fn live_votes<'a>(
        &'a self,
        stage: &'a Stage,
        people: &'a People,
    ) -> impl Iterator<Item = (&'a PersonId, &'a Vote)> {
        self.votes
            .get(&stage.id)
            .into_iter()
            .flatten()
            .filter(move |(person, _)| **person != self.requester && people.holds(person, &stage.role))
    }

    /// How a stage stands.
    pub fn stage_status(&self, stage: &Stage, people: &People) -> StageStatus {
        let approvals = self.live_votes(stage, people).filter(|(_, vote)| vote.choice == Choice::Approve);
        let enough = approvals.count() >= stage.needs as usize;
        let rejected = self
            .live_votes(stage, people)
            .any(|(_, vote)| vote.choice == Choice::Reject && vote.reason.is_some());
        match (rejected, enough) {
            (true, _) => StageStatus::Rejected,
            (false, true) => StageStatus::Approved,
            (false, false) => StageStatus::Pending,
        }
    }

    /// How the request stands by its votes, while it is open: rejected by one reasoned no, approved when every
    /// stage is. A rejection that waits for its reason holds an approval back.
    pub fn tally(&self, people: &People) -> Status {
        let stages = &self.rules.stages;
        if stages.iter().any(|stage| self.stage_status(stage, people) == StageStatus::Rejected) {
            return Status::Rejected;
        }
        let unexplained = stages
            .iter()
            .flat_map(|stage| self.live_votes(stage, people))
            .any(|(_, vote)| vote.choice == Choice::Reject);
        let all = stages.iter().all(|stage| self.stage_status(stage, people) == StageStatus::Approved);
        if all && !unexplained { Status::Approved } else { Status::Open }
    }

    /// Those whose vote is still missing: entitled in a pending stage and without a vote in it.
    pub fn awaited<'a>(&'a self, stage: &'a Stage, people: &'a People) -> impl Iterator<Item = &'a PersonId> {
        let voted = self.votes.get(&stage.id);
        let pending = self.status.is_open() && self.stage_status(stage, people) == StageStatus::Pending;
        people.members(&stage.role).map(|person| &person.id).filter(move |person| {
            pending && **person != self.requester && !voted.is_some_and(|v| v.contains_key(person))
        })
    }

    /// Whether a person has a rejection that still waits for its reason.
    pub fn owes_reason(&self, person: &PersonId) -> bool {
        let waits = |vote: &Vote| vote.choice == Choice::Reject && vote.reason.is_none();
        self.status.is_open() && self.votes.values().any(|votes| votes.get(person).is_some_and(waits))
    }

    /// Whether every task is done.
    pub fn all_done(&self) -> bool {
        self.rules.checklist.iter().all(|task| self.done.contains_key(&task.id))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::workflow::tests::sample;
    use super::*;
    use crate::core::person::{ChannelId, Person, Platform};

    pub(crate) fn id(name: &str) -> PersonId {
        PersonId(name.to_owned())
    }

    pub(crate) fn account(name: &str) -> AccountId {
        AccountId::new(Platform::Console, name)
    }

    /// ada and max ask; lea and luis are legal, mia is management, both is legal and management.
    pub(crate) fn people() -> People {
        let names = ["ada", "max", "lea", "luis", "mia", "both"];
        let person = |name: &str| Person {
            id: id(name),
            name: format!("{name} (sample)"),
            accounts: vec![account(name)],
            zone: jiff::tz::TimeZone::UTC,
        };
        let role = |role: &str, members: &[&str]| {
            (Role(role.to_owned()), members.iter().map(|name| id(name)).collect::<BTreeSet<_>>())
        };
        People::new(
            names.into_iter().map(person).collect(),
            BTreeMap::from([
                role("legal", &["lea", "luis", "both", "ada"]),
                role("management", &["mia", "both"]),
            ]),
        )
        .unwrap()
    }

    pub(crate) fn request() -> Request {
        let answers = Answers::from([
            ("name".to_owned(), "turbine".to_owned()),
            ("license".to_owned(), "Apache-2.0".to_owned()),
        ]);
        Request::new(
            "REL-1".parse().unwrap(),
            &sample(),
            id("ada"),
            account("ada"),
            Place::channel(ChannelId::new(Platform::Console, "#general")),
            &answers,
            Timestamp::UNIX_EPOCH,
        )
    }

    fn vote(choice: Choice, reason: Option<&str>) -> Vote {
        Vote {
            choice,
            reason: reason.map(str::to_owned),
            at: Timestamp::UNIX_EPOCH,
            account: account("x"),
            means: Means::Words,
        }
    }

    #[test]
    fn ids_are_read_in_any_case_and_written_in_capitals() {
        assert_eq!("rel-42".parse::<RequestId>().unwrap().to_string(), "REL-42");
        for wrong in ["REL", "REL-", "REL-0", "RELL-1", "R1L-2", "REL-1x", "REL-99999999999", "REL-+1"] {
            assert!(wrong.parse::<RequestId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn both_stages_must_agree() {
        let (mut request, people) = (request(), people());
        request.cast("legal", &id("lea"), vote(Choice::Approve, None));
        assert_eq!(request.tally(&people), Status::Open);
        request.cast("management", &id("mia"), vote(Choice::Approve, None));
        assert_eq!(request.tally(&people), Status::Approved);
    }

    #[test]
    fn the_requester_never_counts_even_with_the_role() {
        let (mut request, people) = (request(), people());
        assert_eq!(request.entitled(&id("ada"), &people, |_| true), Err(NotEntitled::OwnRequest));
        request.cast("legal", &id("ada"), vote(Choice::Approve, None));
        request.cast("management", &id("mia"), vote(Choice::Approve, None));
        assert_eq!(request.tally(&people), Status::Open);
    }

    #[test]
    fn a_rejection_waits_for_its_reason_and_holds_the_approval_back() {
        let (mut request, people) = (request(), people());
        request.cast("legal", &id("lea"), vote(Choice::Approve, None));
        request.cast("legal", &id("luis"), vote(Choice::Reject, None));
        request.cast("management", &id("mia"), vote(Choice::Approve, None));
        assert_eq!(request.tally(&people), Status::Open);
        request.cast("legal", &id("luis"), vote(Choice::Reject, Some("export control is open")));
        assert_eq!(request.tally(&people), Status::Rejected);
    }

    #[test]
    fn a_taken_back_rejection_leaves_no_vote() {
        let (mut request, people) = (request(), people());
        request.cast("legal", &id("lea"), vote(Choice::Approve, None));
        request.cast("legal", &id("lea"), vote(Choice::Reject, None));
        assert!(!request.take_back("legal", &id("lea"), Choice::Approve));
        assert!(request.take_back("legal", &id("lea"), Choice::Reject));
        assert_eq!(request.live_votes(&request.rules.stages[0], &people).count(), 0);
    }

    #[derive(Debug, Clone)]
    enum Act {
        Cast(usize, usize, Choice, bool),
        TakeBack(usize, usize, Choice),
    }

    fn act() -> impl Strategy<Value = Act> {
        let choice = prop_oneof![Just(Choice::Approve), Just(Choice::Reject)];
        prop_oneof![
            (0..6usize, 0..2usize, choice.clone(), any::<bool>())
                .prop_map(|(p, s, c, r)| Act::Cast(p, s, c, r)),
            (0..6usize, 0..2usize, choice).prop_map(|(p, s, c)| Act::TakeBack(p, s, c)),
        ]
    }

    proptest! {
        /// Whatever is cast and taken back, in whatever order: approved means that every stage has the live
        /// approval of somebody who holds its role and did not ask, and that no live rejection stands.
        #[test]
        fn approved_only_by_those_entitled(acts in proptest::collection::vec(act(), 0..40)) {
            let names = ["ada", "max", "lea", "luis", "mia", "both"];
            let stages = ["legal", "management"];
            let (mut request, people) = (request(), people());
            let mut last: BTreeMap<(usize, usize), Choice> = BTreeMap::new();
            for act in acts {
                match act {
                    Act::Cast(p, s, choice, reason) => {
                        request.cast(stages[s], &id(names[p]), vote(choice, reason.then_some("why")));
                        last.insert((p, s), choice);
                    }
                    Act::TakeBack(p, s, choice) => {
                        let had = last.get(&(p, s)) == Some(&choice);
                        prop_assert_eq!(request.take_back(stages[s], &id(names[p]), choice), had);
                        if had {
                            last.remove(&(p, s));
                        }
                    }
                }
            }
            let entitled = |p: usize, s: usize| matches!((names[p], s), ("lea" | "luis" | "both", 0) | ("mia" | "both", 1));
            let counts = |s: usize, choice| last.iter().any(|((p, t), c)| *t == s && *c == choice && entitled(*p, s));
            let should = (0..2).all(|s| counts(s, Choice::Approve) && !counts(s, Choice::Reject));
            prop_assert_eq!(request.tally(&people) == Status::Approved, should);
        }
    }
}
