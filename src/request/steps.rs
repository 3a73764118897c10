//! What one act of a person, or one timer, leads to. Functions of their arguments: the same request, act and
//! moment give the same effects, so a step can be run again after a conflict or in a test.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::state::{Choice, Means, NotEntitled, Request, Status, Tick, Vote};
use super::workflow::Stage;
use super::{texts, view};
use crate::core::effect::{
    Actor, AuditFact, Destination, Effect, Outcome as Taken, Purpose, Slot, Subject, Timer, TimerId,
};
use crate::core::event::{MessageRef, Place};
use crate::core::message::{Content, Text};
use crate::core::person::{AccountId, ChannelId, People, PersonId, RoleChannels};
use crate::core::time::{ago, working_days_after};

/// The longest reason: enough for a paragraph on a card.
const LONGEST_REASON: usize = 1000;

/// What a step knows of the world.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Who is who, now.
    pub people: &'a People,
    /// Where each role is told.
    pub channels: &'a RoleChannels,
    /// The moment.
    pub now: Timestamp,
}

/// Who does something, and by which message.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// The person.
    pub person: &'a PersonId,
    /// The account they use.
    pub account: &'a AccountId,
    /// Where they are.
    pub place: &'a Place,
    /// The message they reacted on, pressed or wrote.
    pub message: &'a MessageRef,
}

/// Which stages a vote is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Every stage the voter is entitled in.
    Any,
    /// The stages whose role is told in this channel: a reaction on a card there.
    CardIn(&'a ChannelId),
}

/// A vote as it is given.
#[derive(Debug, Clone, Copy)]
pub struct Ballot<'a> {
    /// What.
    pub choice: Choice,
    /// Why, when it is said at once.
    pub reason: Option<&'a str>,
    /// In which stages.
    pub scope: Scope<'a>,
    /// By which means.
    pub means: Means,
}

/// Whether the bot now waits for words from the one who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// No.
    None,
    /// For the reason of a rejection.
    Reason,
}

/// What a step leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The request afterwards.
    pub request: Request,
    /// What is to be done about it.
    pub effects: Vec<Effect>,
    /// What is expected of the one who acted.
    pub follow_up: FollowUp,
}

/// Collects the effects of one step.
struct Step<'a> {
    desk: Desk<'a>,
    request: Request,
    effects: Vec<Effect>,
    follow_up: FollowUp,
}

impl<'a> Step<'a> {
    fn new(desk: Desk<'a>, request: Request) -> Self {
        Self { desk, request, effects: Vec::new(), follow_up: FollowUp::None }
    }

    fn done(self) -> Outcome {
        Outcome { request: self.request, effects: self.effects, follow_up: self.follow_up }
    }

    fn tell(&mut self, act: Act<'_>, text: Text) {
        let to = Destination::Private { account: act.account.clone(), near: act.place.clone() };
        self.effects.push(Effect::Say { to, content: Content::Text(text) });
    }

    fn tell_requester(&mut self, text: Text) {
        let to = Destination::Private {
            account: self.request.account.clone(),
            near: self.request.filed_in.clone(),
        };
        self.effects.push(Effect::Say { to, content: Content::Text(text) });
    }

    fn audit(&mut self, act: Option<Act<'_>>, action: &str, outcome: Taken, detail: &[(&str, &str)]) {
        let actor = act.map_or(Actor::Bot, |act| Actor::Person {
            person: act.person.clone(),
            account: act.account.clone(),
        });
        self.effects.push(Effect::Audit(AuditFact {
            subject: Subject::from(&self.request.id),
            actor,
            action: action.to_owned(),
            outcome,
            revision: self.request.revision,
            policy: self.request.rules.version.clone(),
            message: act.map(|act| act.message.clone()),
            detail: detail.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }));
    }

    fn refuse(&mut self, act: Act<'_>, action: &str, why: &str, text: Text) {
        self.audit(Some(act), action, Taken::Refused, &[("why", why)]);
        self.tell(act, text);
    }

    /// The channels of all stages, each once, with the stages that are told there.
    fn reviewers(&self) -> BTreeMap<&'a ChannelId, Vec<&Stage>> {
        let mut channels: BTreeMap<&ChannelId, Vec<&Stage>> = BTreeMap::new();
        for stage in &self.request.rules.stages {
            for channel in self.desk.channels.of(&stage.role) {
                channels.entry(channel).or_default().push(stage);
            }
        }
        channels
    }

    fn show_cards(&mut self) {
        let subject = Subject::from(&self.request.id);
        let card = view::reviewers_card(&self.request, self.desk.people);
        let channels: Vec<ChannelId> = self.reviewers().into_keys().cloned().collect();
        for channel in channels {
            self.effects.push(Effect::Show {
                slot: Slot(format!("{subject}/card/{channel}")),
                subject: subject.clone(),
                to: Destination::Place { place: Place::channel(channel) },
                content: Content::Card(card.clone()),
            });
        }
    }

    fn show_checklist(&mut self) {
        if self.request.rules.checklist.is_empty() {
            return;
        }
        let subject = Subject::from(&self.request.id);
        self.effects.push(Effect::Show {
            slot: Slot(format!("{subject}/checklist")),
            subject,
            to: Destination::Direct { account: self.request.account.clone() },
            content: Content::Card(view::checklist_card(&self.request, self.desk.people)),
        });
    }

    fn timer(&self, purpose: Purpose) -> TimerId {
        let name = match purpose {
            Purpose::Remind => "remind",
            Purpose::Expire => "expire",
            Purpose::Review => "review",
        };
        TimerId(format!("{}/{name}", self.request.id))
    }

    /// The zone of the first person who can act, or UTC when nobody can.
    fn zone(&self) -> TimeZone {
        let stages = &self.request.rules.stages;
        stages
            .iter()
            .flat_map(|stage| self.desk.people.members(&stage.role))
            .find(|person| person.id != self.request.requester)
            .map_or(TimeZone::UTC, |person| person.zone.clone())
    }

    fn start(&mut self, purpose: Purpose, working_days: u32) {
        let due = working_days_after(self.desk.now, working_days, &self.zone());
        let subject = Subject::from(&self.request.id);
        self.effects.push(Effect::Start(Timer { id: self.timer(purpose), due, subject, purpose }));
    }

    fn settle(&mut self, status: Status, act: Option<Act<'_>>) {
        self.request.status = status;
        self.request.since = self.desk.now;
        for purpose in [Purpose::Remind, Purpose::Expire] {
            self.effects.push(Effect::Stop { timer: self.timer(purpose) });
        }
        self.audit(act, &format!("request.{}", texts::status(status)), Taken::Done, &[]);
        self.tell_requester(texts::decided(&self.request));
    }

    /// After a change of votes: decide if the rules say so, and bring the cards up to date.
    fn tally(&mut self, act: Act<'_>) {
        match self.request.tally(self.desk.people) {
            Status::Approved => {
                self.settle(Status::Approved, Some(act));
                self.show_checklist();
            }
            Status::Rejected => self.settle(Status::Rejected, Some(act)),
            _ => {}
        }
        self.show_cards();
    }
}

/// A request is filed: cards to the reviewers, timers, word to the requester.
pub fn file(desk: Desk<'_>, request: Request, act: Act<'_>) -> Outcome {
    let mut step = Step::new(desk, request);
    let summary = step.request.summary.clone();
    step.audit(Some(act), "request.submitted", Taken::Done, &[("summary", &summary)]);
    step.show_cards();
    let patience = step.request.rules.patience;
    if patience.remind_at_most > 0 {
        step.start(Purpose::Remind, patience.remind_every);
    }
    step.start(Purpose::Expire, patience.expire_after);
    let text = texts::filed(&step.request);
    step.tell_requester(text);
    step.done()
}

/// Somebody votes. A vote that stands already changes nothing.
pub fn vote(desk: Desk<'_>, request: Request, act: Act<'_>, ballot: Ballot<'_>) -> Outcome {
    let Ballot { choice, reason, scope, means } = ballot;
    let mut step = Step::new(desk, request);
    let action = match choice {
        Choice::Approve => "vote.approve",
        Choice::Reject => "vote.reject",
    };
    let stages = match entitled(&step, act, scope) {
        Ok(stages) => stages,
        Err(why) => {
            let standing = why == NotEntitled::Decided(step.request.status)
                && step.request.votes.values().any(|v| v.get(act.person).is_some_and(|v| v.choice == choice));
            if !standing {
                let text = texts::not_entitled(&step.request, why);
                step.refuse(act, action, refusal(why), text);
            }
            return step.done();
        }
    };
    let reason: Option<String> = reason
        .map(str::trim)
        .filter(|reason| !reason.is_empty())
        .map(|reason| reason.chars().take(LONGEST_REASON).collect());
    let mut changed = Vec::new();
    for stage in stages {
        let before = step.request.votes.get(&stage.id).and_then(|votes| votes.get(act.person));
        if before.is_some_and(|vote| vote.choice == choice && (reason.is_none() || vote.reason == reason)) {
            continue;
        }
        let vote = Vote { choice, reason: reason.clone(), at: desk.now, account: act.account.clone(), means };
        step.request.cast(&stage.id, act.person, vote);
        let mut detail = vec![("stage", stage.id.as_str())];
        detail.extend(reason.as_deref().map(|reason| ("reason", reason)));
        step.audit(Some(act), action, Taken::Done, &detail);
        changed.push(stage);
    }
    if changed.is_empty() {
        return step.done();
    }
    if choice == Choice::Reject && reason.is_none() {
        step.follow_up = FollowUp::Reason;
        let text = texts::ask_reason(&step.request);
        step.tell(act, text);
    } else {
        let text = texts::vote_counts(&step.request, choice);
        step.tell(act, text);
        for stage in changed {
            let voter = desk.people.name(act.person);
            let text = texts::voted(&step.request, voter, &stage.label, choice, reason.as_deref());
            step.tell_requester(text);
        }
    }
    step.tally(act);
    step.done()
}

/// Somebody takes a vote back: that choice, if it is their latest.
pub fn take_back(
    desk: Desk<'_>,
    request: Request,
    act: Act<'_>,
    choices: &[Choice],
    scope: Scope<'_>,
) -> Outcome {
    let mut step = Step::new(desk, request);
    let stages = match entitled(&step, act, scope) {
        Ok(stages) => stages,
        Err(why) => {
            let text = texts::not_entitled(&step.request, why);
            step.refuse(act, "vote.taken-back", refusal(why), text);
            return step.done();
        }
    };
    let mut changed = Vec::new();
    for stage in stages {
        for choice in choices {
            if step.request.take_back(&stage.id, act.person, *choice) {
                step.audit(Some(act), "vote.taken-back", Taken::Done, &[("stage", &stage.id)]);
                changed.push(stage.clone());
            }
        }
    }
    if changed.is_empty() {
        let text = texts::no_vote(&step.request);
        step.tell(act, text);
        return step.done();
    }
    let text = texts::vote_gone(&step.request);
    step.tell(act, text);
    for stage in changed {
        let text = texts::took_back(&step.request, desk.people.name(act.person), &stage.label);
        step.tell_requester(text);
    }
    step.tally(act);
    step.done()
}

/// The requester takes the request back.
pub fn withdraw(desk: Desk<'_>, request: Request, act: Act<'_>) -> Outcome {
    let mut step = Step::new(desk, request);
    if *act.person != step.request.requester {
        let text = texts::only_requester(&step.request, desk.people.name(&step.request.requester));
        step.refuse(act, "request.withdrawn", "not the requester", text);
    } else if !step.request.status.is_open() {
        let text = texts::wrong_status(&step.request);
        step.refuse(act, "request.withdrawn", texts::status(step.request.status), text);
    } else {
        step.settle(Status::Withdrawn, Some(act));
        step.show_cards();
    }
    step.done()
}

/// The requester or the OSPO ticks a task off, by its number from 1. A task that is ticked already stays so.
pub fn tick(desk: Desk<'_>, request: Request, act: Act<'_>, number: usize) -> Outcome {
    let mut step = Step::new(desk, request);
    let may = *act.person == step.request.requester
        || desk.people.holds(act.person, &crate::core::person::Role::ospo());
    let task = number.checked_sub(1).and_then(|index| step.request.rules.checklist.get(index)).cloned();
    if !may {
        let text = texts::only_requester(&step.request, desk.people.name(&step.request.requester));
        step.refuse(act, "task.done", "neither the requester nor the OSPO", text);
        return step.done();
    }
    if !matches!(step.request.status, Status::Approved | Status::Completed) {
        let text = texts::no_checklist(&step.request);
        step.refuse(act, "task.done", texts::status(step.request.status), text);
        return step.done();
    }
    let Some(task) = task else {
        let text = texts::no_such_task(&step.request);
        step.tell(act, text);
        return step.done();
    };
    if step.request.done.contains_key(&task.id) {
        return step.done();
    }
    step.request.done.insert(task.id.clone(), Tick { by: act.person.clone(), at: desk.now });
    step.audit(Some(act), "task.done", Taken::Done, &[("task", &task.id)]);
    if step.request.all_done() {
        step.settle(Status::Completed, Some(act));
        step.show_cards();
    }
    step.show_checklist();
    step.done()
}

/// The reminder timer is due: those who can still decide are told, in their channel, if anybody can.
pub fn remind(desk: Desk<'_>, request: Request) -> Outcome {
    let mut step = Step::new(desk, request);
    let patience = step.request.rules.patience;
    if !step.request.status.is_open() || step.request.reminded >= patience.remind_at_most {
        return step.done();
    }
    let since = ago(step.request.filed_at, desk.now);
    let mut reminders = Vec::new();
    for (channel, stages) in step.reviewers() {
        let waiting: BTreeSet<String> = stages
            .into_iter()
            .flat_map(|stage| step.request.awaited(stage, desk.people))
            .map(|person| desk.people.name(person).to_owned())
            .collect();
        if !waiting.is_empty() {
            let waiting: Vec<String> = waiting.into_iter().collect();
            reminders.push((channel.clone(), texts::reminder(&step.request, &waiting, &since)));
        }
    }
    if !reminders.is_empty() {
        step.request.reminded += 1;
        step.audit(None, "request.reminded", Taken::Done, &[]);
    }
    for (channel, text) in reminders {
        let to = Destination::Place { place: Place::channel(channel) };
        step.effects.push(Effect::Say { to, content: Content::Text(text) });
    }
    if step.request.reminded < patience.remind_at_most {
        step.start(Purpose::Remind, patience.remind_every);
    }
    step.done()
}

/// The expiry timer is due: what is still open lapses.
pub fn expire(desk: Desk<'_>, request: Request) -> Outcome {
    let mut step = Step::new(desk, request);
    if step.request.status.is_open() {
        step.settle(Status::Expired, None);
        step.show_cards();
    }
    step.done()
}

fn entitled(step: &Step<'_>, act: Act<'_>, scope: Scope<'_>) -> Result<Vec<Stage>, NotEntitled> {
    let concerned = |stage: &Stage| match scope {
        Scope::Any => true,
        Scope::CardIn(channel) => step.desk.channels.of(&stage.role).contains(channel),
    };
    let stages = step.request.entitled(act.person, step.desk.people, concerned)?;
    Ok(stages.into_iter().cloned().collect())
}

fn refusal(why: NotEntitled) -> &'static str {
    match why {
        NotEntitled::OwnRequest => "own request",
        NotEntitled::NoRole => "no role",
        NotEntitled::Decided(_) => "decided already",
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests::{account, id, people, request};
    use super::*;
    use crate::core::person::{Platform, Role};

    fn channels() -> RoleChannels {
        let channel = |name: &str| vec![ChannelId::new(Platform::Console, name)];
        RoleChannels(BTreeMap::from([
            (Role("legal".into()), channel("#legal")),
            (Role("management".into()), channel("#management")),
        ]))
    }

    struct Scene {
        people: People,
        channels: RoleChannels,
        place: Place,
        message: MessageRef,
    }

    impl Scene {
        fn new() -> Self {
            let place = Place::channel(ChannelId::new(Platform::Console, "#legal"));
            let message = MessageRef { channel: place.channel.clone(), id: "1".into() };
            Self { people: people(), channels: channels(), place, message }
        }

        fn desk(&self) -> Desk<'_> {
            Desk {
                people: &self.people,
                channels: &self.channels,
                now: "2026-11-23T10:00:00Z".parse().unwrap(),
            }
        }

        fn by<R>(&self, name: &str, run: impl FnOnce(Act<'_>) -> R) -> R {
            run(Act {
                person: &id(name),
                account: &account(name),
                place: &self.place,
                message: &self.message,
            })
        }

        fn vote(&self, request: Request, name: &str, choice: Choice, reason: Option<&str>) -> Outcome {
            let ballot = Ballot { choice, reason, scope: Scope::Any, means: Means::Words };
            self.by(name, |act| vote(self.desk(), request, act, ballot))
        }
    }

    /// Every text that an account is told, joined.
    fn told(outcome: &Outcome, name: &str) -> String {
        let mut all = String::new();
        for effect in &outcome.effects {
            if let Effect::Say { to: Destination::Private { account: to, .. }, content } = effect
                && *to == account(name)
            {
                all.push_str(&serde_json::to_string(content).unwrap());
            }
        }
        all
    }

    fn audited(outcome: &Outcome) -> Vec<(String, Taken)> {
        outcome
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Audit(fact) => Some((fact.action.clone(), fact.outcome)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn filing_shows_a_card_in_every_reviewers_channel_and_starts_the_clock() {
        let scene = Scene::new();
        let outcome = scene.by("ada", |act| file(scene.desk(), request(), act));
        let slots: Vec<String> = outcome
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Show { slot, .. } => Some(slot.0.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(slots, ["REL-1/card/console:#legal", "REL-1/card/console:#management"]);
        assert_eq!(outcome.effects.iter().filter(|effect| matches!(effect, Effect::Start(_))).count(), 2);
        assert!(told(&outcome, "ada").contains("Filed as"));
    }

    #[test]
    fn two_approvals_approve_and_the_requester_hears_of_each() {
        let scene = Scene::new();
        let one = scene.vote(request(), "lea", Choice::Approve, None);
        assert!(told(&one, "ada").contains("lea (sample) (Legal) approved"));
        let two = scene.vote(one.request, "mia", Choice::Approve, None);
        assert_eq!(two.request.status, Status::Approved);
        assert!(told(&two, "ada").contains("is approved"));
        assert_eq!(
            audited(&two),
            [("vote.approve".to_owned(), Taken::Done), ("request.approved".to_owned(), Taken::Done)]
        );
    }

    #[test]
    fn a_vote_told_twice_is_one_vote() {
        let scene = Scene::new();
        let once = scene.vote(request(), "lea", Choice::Approve, None);
        let twice = scene.vote(once.request.clone(), "lea", Choice::Approve, None);
        assert_eq!((twice.request, twice.effects.len()), (once.request, 0));
    }

    #[test]
    fn strangers_to_the_stage_and_late_voters_are_told_why_and_it_is_on_record() {
        let scene = Scene::new();
        let max = scene.vote(request(), "max", Choice::Approve, None);
        assert!(told(&max, "max").contains("does not count"));
        assert_eq!(audited(&max), [("vote.approve".to_owned(), Taken::Refused)]);
        assert_eq!(max.request, request());

        let rejected = scene.vote(request(), "lea", Choice::Reject, Some("not ours")).request;
        let late = scene.vote(rejected.clone(), "mia", Choice::Approve, None);
        assert!(told(&late, "mia").contains("rejected already"));
        assert_eq!(late.request, rejected);
    }

    #[test]
    fn a_reaction_counts_only_for_the_stage_of_its_channel() {
        let scene = Scene::new();
        let legal = ChannelId::new(Platform::Console, "#legal");
        let ballot = Ballot {
            choice: Choice::Approve,
            reason: None,
            scope: Scope::CardIn(&legal),
            means: Means::Reaction,
        };
        let outcome = scene.by("both", |act| vote(scene.desk(), request(), act, ballot));
        assert_eq!(outcome.request.votes.keys().collect::<Vec<_>>(), ["legal"]);
    }

    #[test]
    fn the_checklist_completes_the_request() {
        let scene = Scene::new();
        let approved = scene.vote(request(), "both", Choice::Approve, None).request;
        assert_eq!(approved.status, Status::Approved);
        let one = scene.by("ada", |act| tick(scene.desk(), approved.clone(), act, 1)).request;
        assert_eq!(one.status, Status::Approved);
        let two = scene.by("ada", |act| tick(scene.desk(), one, act, 2)).request;
        assert_eq!(two.status, Status::Completed);
        let stranger = scene.by("max", |act| tick(scene.desk(), approved, act, 1));
        assert!(stranger.request.done.is_empty());
    }

    #[test]
    fn reminders_name_only_those_who_can_act_and_stop_at_the_cap() {
        let scene = Scene::new();
        let one = scene.vote(request(), "mia", Choice::Approve, None).request;
        let mut reminded = remind(scene.desk(), one);
        let said = serde_json::to_string(&reminded.effects).unwrap();
        assert!(
            said.contains("lea (sample)") && !said.contains("mia (sample)") && !said.contains("ada (sample)")
        );
        for _ in 0..2 {
            reminded = remind(scene.desk(), reminded.request);
        }
        assert_eq!(reminded.request.reminded, 3);
        assert!(remind(scene.desk(), reminded.request).effects.is_empty());
    }

    #[test]
    fn expiry_never_approves() {
        let scene = Scene::new();
        let open = scene.vote(request(), "lea", Choice::Approve, None).request;
        assert_eq!(expire(scene.desk(), open).request.status, Status::Expired);
    }
}
