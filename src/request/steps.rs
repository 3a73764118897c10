//! What one act of a person, or one timer, leads to: the request as it is then, and what is to be shown, recorded and
//! looked at again. Functions of their arguments: the same request, act and moment give the same effects, so a step can
//! be run again after a conflict or in a test.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::digest;
use super::machine::{self, Act, Deed, Difference, Doer, Filing, Happened, Refusal, Vote};
use super::roster::Roster;
use super::rules::Stage;
use super::slot::{self, CardSlot};
use super::state::{Approval, CardAt, Choice, Discretion, Means, Request, Status};
use super::tally::StageStatus;
use super::texts;
use super::view::{self, Seen};
use crate::core::effect::{
    Actor, AuditFact, Destination, Effect, Outcome as Taken, Purpose, Subject, Timer, TimerId,
};
use crate::core::event::{MessageRef, Place};
use crate::core::message::{Content, Text};
use crate::core::person::{AccountId, ChannelId, PersonId, Role, RoleChannels};
use crate::core::time::{ago, working_days_after};

/// What a step knows of the world.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Who may act for whom, now.
    pub roster: Roster<'a>,
    /// Where each role is told.
    pub channels: &'a RoleChannels,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> Desk<'a> {
    /// What a view needs.
    pub fn seen(self) -> Seen<'a> {
        Seen { roster: self.roster, now: self.now }
    }

    fn name(&self, person: &PersonId) -> String {
        self.roster.people.name(person).to_owned()
    }

    /// The account at which a person is told something out of the blue: their first.
    pub(super) fn account(&self, person: &PersonId) -> Option<&'a AccountId> {
        self.roster.people.get(person)?.accounts.first()
    }
}

/// Who does something, when, and by which message.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The person.
    pub person: &'a PersonId,
    /// The account they use.
    pub account: &'a AccountId,
    /// Where they are.
    pub place: &'a Place,
    /// The message they reacted on, pressed or wrote.
    pub message: &'a MessageRef,
    /// When, by the clock of the platform.
    pub at: Timestamp,
}

impl By<'_> {
    /// As the machine knows them.
    pub fn doer(&self) -> Doer {
        Doer { person: self.person.clone(), account: self.account.clone() }
    }
}

/// Whether the bot now waits for words from the one who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// No.
    None,
    /// For the reason of a rejection.
    Reason,
    /// For the typed confirmation of a vote.
    Confirmation,
}

/// What a step leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The request afterwards.
    pub request: Request,
    /// What came of it, as the machine tells it; nothing if it was refused.
    pub happened: Vec<Happened>,
    /// What is to be done about it.
    pub effects: Vec<Effect>,
    /// What is expected of the one who acted.
    pub follow_up: FollowUp,
}

/// A request is filed: cards to the reviewers, timers, word to the requester.
pub fn file(desk: Desk<'_>, filing: Filing<'_>, by: By<'_>) -> Outcome {
    let (request, happened) = machine::file(filing, desk.roster, desk.now);
    Step::new(desk, request, Some(by)).finish(None, happened)
}

/// A person does something with a request.
pub fn act(desk: Desk<'_>, request: Request, by: By<'_>, deed: Deed) -> Outcome {
    run(desk, request, Some(by), Act { by: Some(by.doer()), at: by.at, deed })
}

/// The time has come to call the backup roles.
pub fn escalate(desk: Desk<'_>, request: Request) -> Outcome {
    run(desk, request, None, Act { by: None, at: desk.now, deed: Deed::Escalate })
}

/// Time is up: what is still open lapses.
pub fn expire(desk: Desk<'_>, request: Request) -> Outcome {
    run(desk, request, None, Act { by: None, at: desk.now, deed: Deed::Expire })
}

/// The end is near: those who ask are told, and those who can decide are told in their digest.
pub fn warn(desk: Desk<'_>, request: Request) -> Outcome {
    let mut step = Step::new(desk, request, None);
    if step.request.status.is_open() && step.request.clock.paused.is_none() {
        step.audit("request.about-to-lapse", Taken::Done, &[]);
        let text = texts::about_to_lapse(&step.request, step.request.rules.patience.warn_before);
        step.tell_owners(&text);
        let at: Vec<CardAt> = step.reviewers_now().into_iter().collect();
        for at in at {
            step.say_at(&at, text.clone());
        }
    }
    step.done(Vec::new())
}

fn run(desk: Desk<'_>, mut request: Request, by: Option<By<'_>>, act: Act) -> Outcome {
    let before = request.clone();
    let applied = request.apply(desk.roster, &act, desk.now);
    let mut step = Step::new(desk, request, by);
    step.before = Some(before);
    match applied {
        Ok(happened) => step.finish(Some(&act.deed), happened),
        Err(why) => {
            step.refuse(&act.deed, &why);
            step.done(Vec::new())
        }
    }
}

/// The name of a deed in the audit log.
fn action(deed: &Deed) -> &'static str {
    match deed {
        Deed::Vote(Vote { choice: Choice::Approve, .. }) => "vote.approve",
        Deed::Vote(Vote { choice: Choice::Reject, .. }) => "vote.reject",
        Deed::TakeBack { .. } => "vote.taken-back",
        Deed::Concern { .. } => "concern.raised",
        Deed::Resolve(_) => "concern.resolved",
        Deed::Ask(_) => "question.asked",
        Deed::Reply(..) => "question.answered",
        Deed::Edit(_) => "request.edited",
        Deed::Withdraw => "request.withdrawn",
        Deed::Reopen => "request.reopened",
        Deed::Tick(..) => "task.done",
        Deed::BreakGlass(_) => "request.break-glass",
        Deed::Escalate => "request.escalated",
        Deed::Expire => "request.expired",
    }
}

/// Collects the effects of one step.
struct Step<'a> {
    desk: Desk<'a>,
    request: Request,
    before: Option<Request>,
    by: Option<By<'a>>,
    effects: Vec<Effect>,
    follow_up: FollowUp,
}

impl<'a> Step<'a> {
    fn new(desk: Desk<'a>, request: Request, by: Option<By<'a>>) -> Self {
        Self { desk, request, before: None, by, effects: Vec::new(), follow_up: FollowUp::None }
    }

    fn done(self, happened: Vec<Happened>) -> Outcome {
        let Self { request, effects, follow_up, .. } = self;
        Outcome { request, happened, effects, follow_up }
    }

    fn say(&mut self, to: Destination, text: Text) {
        self.effects.push(Effect::Say { to, content: Content::Text(text) });
    }

    /// To the one who acted, near where they are.
    fn tell_actor(&mut self, text: Text) {
        if let Some(by) = self.by {
            self.say(Destination::Private { account: by.account.clone(), near: by.place.clone() }, text);
        }
    }

    /// To a person, by the account they used last or their first.
    fn tell(&mut self, person: &PersonId, account: Option<&AccountId>, text: Text) {
        if let Some(account) = account.or_else(|| self.desk.account(person)).cloned() {
            self.say(Destination::Direct { account }, text);
        }
    }

    fn tell_requester(&mut self, text: Text) {
        let (account, near) = (self.request.account.clone(), self.request.filed_in.clone());
        self.say(Destination::Private { account, near }, text);
    }

    /// To all who ask.
    fn tell_owners(&mut self, text: &Text) {
        self.tell_requester(text.clone());
        for person in self.request.co_requesters.clone() {
            if person != self.request.requester {
                self.tell(&person, None, text.clone());
            }
        }
    }

    fn say_at(&mut self, at: &CardAt, text: Text) {
        match at {
            CardAt::Channel(channel) => {
                self.say(Destination::Place { place: Place::channel(channel.clone()) }, text);
            }
            CardAt::Person(person) => self.tell(person, None, text),
        }
    }

    fn audit(&mut self, action: &str, outcome: Taken, detail: &[(&str, &str)]) {
        let actor = self.by.map_or(Actor::Bot, |by| Actor::Person {
            person: by.person.clone(),
            account: by.account.clone(),
        });
        self.audit_as(actor, action, outcome, detail);
    }

    fn audit_as(&mut self, actor: Actor, action: &str, outcome: Taken, detail: &[(&str, &str)]) {
        self.effects.push(Effect::Audit(AuditFact {
            subject: Subject::from(&self.request.id),
            actor,
            action: action.to_owned(),
            outcome,
            revision: self.request.revision,
            policy: self.request.rules.version.clone(),
            message: self.by.map(|by| by.message.clone()),
            detail: detail.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }));
    }

    fn refuse(&mut self, deed: &Deed, why: &Refusal) {
        let Some(by) = self.by else { return };
        // A vote that was given in time and is told again is no late vote.
        if let (Refusal::Decided(_), Deed::Vote(vote)) = (why, deed) {
            let mut theirs = self.request.ballots.values().filter_map(|ballots| ballots.get(by.person));
            if theirs.any(|ballot| ballot.choice == Some(vote.choice)) {
                return;
            }
        }
        self.audit(action(deed), Taken::Refused, &[("why", texts::refusal(why))]);
        let text = texts::refused(&self.request, why);
        self.tell_actor(text);
    }

    /// Turns what happened into effects, then brings cards, timers and digests up to date.
    fn finish(mut self, deed: Option<&Deed>, happened: Vec<Happened>) -> Outcome {
        for what in &happened {
            self.tell_of(deed, &happened, what);
        }
        if happened.iter().any(|what| *what != Happened::NothingToTakeBack) {
            self.show_cards();
            self.show_checklist(&happened);
            self.set_timers(&happened);
            self.wake_digests();
        }
        self.done(happened)
    }

    fn tell_of(&mut self, deed: Option<&Deed>, all: &[Happened], what: &Happened) {
        let actor = self.by.map(|by| self.desk.name(by.person)).unwrap_or_default();
        match what {
            Happened::Filed => {
                let summary = self.request.summary.clone();
                self.audit("request.submitted", Taken::Done, &[("summary", &summary)]);
                let text = texts::filed(&self.request);
                self.tell_owners(&text);
            }
            Happened::Voted { stage, choice, instead_of } => {
                self.voted(deed, all, stage, *choice, instead_of.as_ref())
            }
            Happened::ReasonMissing => {
                self.follow_up = FollowUp::Reason;
                self.audit("vote.reject", Taken::Done, &[("reason", "awaited")]);
                let text = texts::ask_reason(&self.request);
                self.tell_actor(text);
            }
            Happened::ConfirmationMissing => {
                self.follow_up = FollowUp::Confirmation;
                self.audit(deed.map_or("vote", action), Taken::Done, &[("confirmation", "awaited")]);
                let text = texts::ask_confirmation(&self.request);
                self.tell_actor(text);
            }
            Happened::NotTwice { stage, other } => {
                self.audit(
                    "vote.approve",
                    Taken::Refused,
                    &[("stage", stage), ("why", "approved in another stage")],
                );
                let text = texts::not_twice(
                    &self.request,
                    texts::stage(&self.request, stage),
                    texts::stage(&self.request, other),
                );
                self.tell_actor(text);
            }
            Happened::TookBack { stage } => {
                self.audit("vote.taken-back", Taken::Done, &[("stage", stage)]);
                let text = texts::vote_gone(&self.request);
                self.tell_actor(text);
                let text = texts::took_back(&self.request, &actor, texts::stage(&self.request, stage));
                self.tell_owners(&text);
            }
            Happened::NothingToTakeBack => {
                let text = texts::no_vote(&self.request);
                self.tell_actor(text);
            }
            Happened::ConcernRaised(number) => {
                let words = self.request.concerns[number - 1].text.clone();
                self.audit(
                    "concern.raised",
                    Taken::Done,
                    &[("number", &number.to_string()), ("text", &words)],
                );
                let text = texts::concern_raised(&self.request, *number, &actor, &words);
                self.tell_owners(&text);
                let text = texts::concern_noted(&self.request, *number);
                self.tell_actor(text);
            }
            Happened::ConcernResolved(number) => {
                self.audit("concern.resolved", Taken::Done, &[("number", &number.to_string())]);
                let text = texts::concern_resolved(&self.request, *number, &actor);
                self.tell_owners(&text);
                let author = self.request.concerns[number - 1].by.clone();
                if self.by.is_some_and(|by| *by.person != author) {
                    self.tell(&author, None, text);
                } else {
                    self.tell_actor(text);
                }
            }
            Happened::Asked(number) => {
                let words = self.request.questions[number - 1].text.clone();
                self.audit(
                    "question.asked",
                    Taken::Done,
                    &[("number", &number.to_string()), ("text", &words)],
                );
                let text = texts::asked(&self.request, *number, &actor, &words);
                self.tell_owners(&text);
                let text = texts::question_sent(&self.request);
                self.tell_actor(text);
            }
            Happened::Replied(number) => {
                let question = self.request.questions[number - 1].clone();
                let words = question.answer.unwrap_or_default();
                self.audit(
                    "question.answered",
                    Taken::Done,
                    &[("number", &number.to_string()), ("text", &words)],
                );
                let text = texts::replied(&self.request, &actor, &question.text, &words);
                self.tell(&question.by, Some(&question.account), text);
                let text = texts::reply_sent(&self.request, self.request.open_questions().count());
                self.tell_actor(text);
            }
            Happened::Edited { changes } => {
                let detail: Vec<(String, String)> = changes
                    .iter()
                    .map(|change| {
                        let (before, after) = (change.before.as_deref(), change.after.as_deref());
                        let said =
                            format!("{} → {}", before.unwrap_or("nothing"), after.unwrap_or("nothing"));
                        (change.label.clone(), said)
                    })
                    .collect();
                let detail: Vec<(&str, &str)> =
                    detail.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
                self.audit("request.edited", Taken::Done, &detail);
                let text = texts::edited(&self.request, changes);
                self.tell_owners(&text);
            }
            Happened::Revised { voided } => self.revised(all, voided),
            Happened::Reopened { was } => {
                self.audit("request.reopened", Taken::Done, &[("was", texts::status(*was))]);
                let text = texts::reopened(&self.request, &actor, *was);
                self.tell_owners(&text);
            }
            Happened::Opened { stage } => {
                let text = texts::opened(&self.request, texts::stage(&self.request, stage));
                self.tell_owners(&text);
            }
            Happened::Escalated => self.escalated(),
            Happened::Ticked(number) => {
                let todo = &self.request.todo[number - 1];
                let (label, evidence) = (todo.label.clone(), todo.evidence.clone());
                let mut detail = vec![("task", label.as_str())];
                detail.extend(evidence.as_deref().map(|evidence| ("evidence", evidence)));
                self.audit("task.done", Taken::Done, &detail);
            }
            Happened::Resumed => {}
            Happened::Settled(status) => self.settled(*status),
        }
    }

    fn voted(
        &mut self,
        deed: Option<&Deed>,
        all: &[Happened],
        stage: &str,
        choice: Choice,
        instead_of: Option<&PersonId>,
    ) {
        let Some(by) = self.by else { return };
        let Some(ballot) = self.request.ballot(stage, by.person).cloned() else { return };
        let mut detail = vec![("stage", stage)];
        detail.extend(ballot.reason.as_deref().map(|reason| ("reason", reason)));
        detail.extend(instead_of.map(|seat| ("instead of", seat.0.as_str())));
        let conditions = ballot.conditions.join("; ");
        if !conditions.is_empty() {
            detail.push(("conditions", &conditions));
        }
        self.audit(deed.map_or("vote", action), Taken::Done, &detail);
        let first = all.iter().find(|what| matches!(what, Happened::Voted { .. }));
        if matches!(first, Some(Happened::Voted { stage: first, .. }) if first == stage) {
            let text = texts::vote_counts(&self.request, choice);
            self.tell_actor(text);
        }
        let words = if conditions.is_empty() { ballot.reason } else { Some(conditions) };
        let seat = instead_of.map(|seat| self.desk.name(seat));
        let text = texts::voted(
            &self.request,
            &self.desk.name(by.person),
            seat.as_deref(),
            texts::stage(&self.request, stage),
            choice,
            words.as_deref(),
        );
        self.tell_owners(&text);
    }

    /// Voters are told; old cards say so; the new revision is shown by [`Self::show_cards`].
    fn revised(&mut self, all: &[Happened], voided: &[Doer]) {
        let changes: &[Difference] = all
            .iter()
            .find_map(|what| match what {
                Happened::Edited { changes } => Some(changes.as_slice()),
                _ => None,
            })
            .unwrap_or_default();
        let actor = self.by.map(|by| self.desk.name(by.person)).unwrap_or_default();
        for voter in voided {
            let text = texts::voided(&self.request, &actor, changes);
            self.tell(&voter.person, Some(&voter.account), text);
        }
        let revision = self.request.revision - 1;
        let card = view::superseded_card(&self.request, revision);
        for at in std::mem::take(&mut self.request.cards) {
            self.show(revision, &at, card.clone().into());
        }
    }

    fn escalated(&mut self) {
        self.audit("request.escalated", Taken::Done, &[]);
        let text = texts::escalated(&self.request, &ago(self.request.filed_at, self.desk.now));
        self.tell_owners(&text);
        let backups: BTreeSet<Role> =
            self.request.rules.stages.iter().filter_map(|stage| stage.backup.clone()).collect();
        if self.request.discretion == Discretion::Confidential {
            return;
        }
        for role in backups {
            for channel in self.desk.channels.of(&role) {
                self.say_at(&CardAt::Channel(channel.clone()), text.clone());
            }
        }
    }

    fn settled(&mut self, status: Status) {
        let named = format!("request.{}", texts::status(status));
        match self.request.approval.clone().filter(|_| status == Status::Approved) {
            // A decision of the rules, never a person's vote.
            Some(Approval::Policy { rule, label }) => {
                self.audit_as(
                    Actor::Bot,
                    "policy.approved",
                    Taken::Done,
                    &[("rule", &rule), ("label", &label)],
                );
            }
            Some(Approval::BreakGlass { person, reason }) => {
                self.audit("request.BREAK-GLASS", Taken::Done, &[("reason", &reason)]);
                let text = texts::glass_broken(&self.request, &self.desk.name(&person), &reason);
                let everywhere: Vec<CardAt> = self
                    .request
                    .cards
                    .iter()
                    .cloned()
                    .chain(self.reviewers_now())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
                for at in everywhere {
                    self.say_at(&at, text.clone());
                }
                self.audit(&named, Taken::Done, &[("by", "break-glass")]);
            }
            Some(Approval::Votes) | None => self.audit(&named, Taken::Done, &[]),
        }
        let desk = self.desk;
        let text = texts::decided(&self.request, &|person| desk.name(person));
        self.tell_owners(&text);
        if status != Status::Withdrawn {
            for person in self.request.notify.clone() {
                if !self.request.owns(&person) {
                    self.tell(&person, None, text.clone());
                }
            }
        }
    }

    /// Where the stages that take votes now are told.
    fn reviewers_now(&self) -> BTreeSet<CardAt> {
        let takes = |stage: &&Stage| {
            matches!(
                self.request.stage_status(stage, self.desk.roster),
                StageStatus::Pending | StageStatus::Approved | StageStatus::Rejected
            )
        };
        let mut found = BTreeSet::new();
        for stage in self.request.rules.stages.iter().filter(takes) {
            let backup = stage.backup.as_ref().filter(|_| self.request.escalated.is_some());
            for role in std::iter::once(&stage.role).chain(backup) {
                match self.request.discretion {
                    Discretion::Normal => {
                        found.extend(self.desk.channels.of(role).iter().cloned().map(CardAt::Channel));
                    }
                    Discretion::Confidential => {
                        let barred = |person: &PersonId| self.request.asks(person);
                        let holders = self.desk.roster.holders(role, self.desk.now, &barred);
                        found.extend(holders.into_keys().map(CardAt::Person));
                    }
                }
            }
        }
        found
    }

    fn show(&mut self, revision: u32, at: &CardAt, content: Content) {
        let to = match at {
            CardAt::Channel(channel) => Destination::Place { place: Place::channel(channel.clone()) },
            CardAt::Person(person) => match self.desk.account(person) {
                Some(account) => Destination::Direct { account: account.clone() },
                None => return,
            },
        };
        let card = CardSlot { request: self.request.id.clone(), revision, at: at.clone() };
        let subject = Subject::from(&self.request.id);
        self.effects.push(Effect::Show { slot: card.slot(), subject, to, content });
    }

    fn show_cards(&mut self) {
        // What the rules decided by themselves is nothing to decide on.
        let wanted = if self.request.status.is_open() { self.reviewers_now() } else { BTreeSet::new() };
        self.request.cards.extend(wanted);
        let card: Content = view::reviewers_card(&self.request, self.desk.seen()).into();
        for at in self.request.cards.clone() {
            self.show(self.request.revision, &at, card.clone());
        }
    }

    fn show_checklist(&mut self, happened: &[Happened]) {
        let touched = happened.iter().any(|what| {
            matches!(what, Happened::Ticked(_) | Happened::Settled(Status::Approved | Status::Completed))
        });
        if !touched || self.request.todo.is_empty() {
            return;
        }
        self.effects.push(Effect::Show {
            slot: slot::checklist(&self.request.id, self.request.revision),
            subject: Subject::from(&self.request.id),
            to: Destination::Direct { account: self.request.account.clone() },
            content: view::checklist_card(&self.request, self.desk.seen()).into(),
        });
    }

    fn timer(&self, purpose: Purpose) -> TimerId {
        let name = match purpose {
            Purpose::Digest => "digest",
            Purpose::Warn => "warn",
            Purpose::Escalate => "escalate",
            Purpose::Expire => "expire",
            Purpose::Review => "review",
            Purpose::Team => "team",
        };
        TimerId(format!("{}/{name}", self.request.id))
    }

    /// The zone of the first person who can act, or UTC when nobody can.
    fn zone(&self) -> TimeZone {
        let people = self.desk.roster.people;
        let stages = &self.request.rules.stages;
        stages
            .iter()
            .flat_map(|stage| people.members(&stage.role))
            .find(|person| !self.request.asks(&person.id))
            .map_or(TimeZone::UTC, |person| person.zone.clone())
    }

    fn set_timers(&mut self, happened: &[Happened]) {
        const TIMED: [Purpose; 3] = [Purpose::Warn, Purpose::Escalate, Purpose::Expire];
        let began =
            |what: &Happened| matches!(what, Happened::Filed | Happened::Revised { .. } | Happened::Resumed);
        let stands = self.request.clock.paused.is_some() || !self.request.status.is_open();
        let stopped = |what: &Happened| matches!(what, Happened::Asked(_) | Happened::Settled(_));
        if stands && happened.iter().any(stopped) && !happened.contains(&Happened::Filed) {
            for purpose in TIMED {
                self.effects.push(Effect::Stop { timer: self.timer(purpose) });
            }
        } else if !stands && happened.iter().any(began) {
            let patience = self.request.rules.patience;
            let zone = self.zone();
            let has_backup = self.request.rules.stages.iter().any(|stage| stage.backup.is_some());
            for (purpose, days) in [
                (Purpose::Warn, patience.expire_after.saturating_sub(patience.warn_before)),
                (Purpose::Escalate, patience.escalate_after()),
                (Purpose::Expire, patience.expire_after),
            ] {
                if purpose == Purpose::Escalate && (!has_backup || self.request.escalated.is_some()) {
                    continue;
                }
                let due = working_days_after(self.request.clock.from, days, &zone);
                let subject = Subject::from(&self.request.id);
                self.effects.push(Effect::Start(Timer { id: self.timer(purpose), due, subject, purpose }));
            }
        }
    }

    /// Whoever has something to do now that they had not before gets it into their digest.
    fn wake_digests(&mut self) {
        let now = self.desk.now;
        let before = self.before.as_ref();
        let known = before.map(|before| digest::concerned(before, self.desk.roster, now)).unwrap_or_default();
        let concerned = digest::concerned(&self.request, self.desk.roster, now);
        for person in concerned.difference(&known) {
            self.effects.extend(digest::wake(person, self.desk.roster.people, now).map(Effect::Start));
        }
    }
}

/// The stages that a card is for: those whose people are told where it stands; every stage, for a card with one
/// reviewer alone.
pub fn stages_at(request: &Request, at: &CardAt, channels: &RoleChannels) -> Option<Vec<String>> {
    let CardAt::Channel(channel) = at else { return None };
    let told = |role: &Role| channels.of(role).contains(channel);
    let stages = request.rules.stages.iter().filter(|stage| {
        told(&stage.role)
            || stage.backup.as_ref().is_some_and(|backup| request.escalated.is_some() && told(backup))
    });
    Some(stages.map(|stage| stage.id.clone()).collect())
}

/// The channels in which a role is told, by channel; for a look at who would hear of something.
pub fn channels_of(channels: &RoleChannels) -> BTreeMap<&ChannelId, Vec<&Role>> {
    let mut found: BTreeMap<&ChannelId, Vec<&Role>> = BTreeMap::new();
    for (role, of) in &channels.0 {
        for channel in of {
            found.entry(channel).or_default().push(role);
        }
    }
    found
}

/// A vote by a means, in every stage that the voter is entitled in.
pub fn vote(choice: Choice, reason: Option<&str>, means: Means) -> Vote {
    Vote {
        choice,
        reason: reason.map(str::to_owned),
        condition: None,
        means,
        confirmed: match means {
            Means::Words => super::state::Confirmed::Yes,
            Means::Press | Means::Reaction => super::state::Confirmed::Awaited,
        },
        on: machine::On::default(),
    }
}
