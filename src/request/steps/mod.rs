//! What one act of a person, or one timer, leads to: the request as it is then, and what is to be shown, recorded and
//! looked at again. Functions of their arguments: the same request, act and moment give the same effects, so a step can
//! be run again after a conflict or in a test.

mod showing;
mod telling;

use jiff::Timestamp;

use super::id::RequestId;
use super::machine::{self, Act, Deed, Doer, Filing, Happened, Refusal, Vote};
use super::roster::Roster;
use super::slot::CardSlot;
use super::state::{CardAt, Choice, Means, Request};
use super::texts;
use super::view::Seen;
use crate::core::effect::{
    Actor, AuditFact, Destination, Effect, Outcome as Taken, Purpose, Subject, Timer, TimerId,
};
use crate::core::event::{MessageRef, Place};
use crate::core::message::{Content, Text};
use crate::core::person::{AccountId, PersonId, Role, RoleChannels};

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

/// A person wants to do something with a request and may not.
pub fn refuse(desk: Desk<'_>, request: Request, by: By<'_>, deed: &Deed, why: &Refusal) -> Outcome {
    let mut step = Step::new(desk, request, Some(by));
    step.refuse(deed, why);
    step.done(Vec::new())
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

/// Those who can decide have changed: the cards say who can now.
pub fn redraw(desk: Desk<'_>, request: Request) -> Outcome {
    let mut step = Step::new(desk, request, None);
    if step.request.status.is_open() {
        step.show_cards();
    }
    step.done(Vec::new())
}

/// The timer that redraws the cards of a request, in the order of its events.
pub fn redraw_now(request: &RequestId, now: Timestamp) -> Timer {
    let id = TimerId(format!("{request}/redraw"));
    Timer { id, due: now, subject: Subject::from(request), purpose: Purpose::Redraw }
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
}

/// The stages that a card is for: those whose people are told where it stands; every stage, for a card with one
/// reviewer alone.
fn stages_at(request: &Request, at: &CardAt, channels: &RoleChannels) -> Option<Vec<String>> {
    let CardAt::Channel(channel) = at else { return None };
    let told = |role: &Role| channels.of(role).contains(channel);
    let stages = request.rules.stages.iter().filter(|stage| {
        told(&stage.role)
            || stage.backup.as_ref().is_some_and(|backup| request.escalated.is_some() && told(backup))
    });
    Some(stages.map(|stage| stage.id.clone()).collect())
}

/// What a reaction on a card is for.
pub fn on(request: &Request, card: &CardSlot, channels: &RoleChannels) -> machine::On {
    machine::On { stages: stages_at(request, &card.at, channels), revision: Some(card.revision) }
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
