//! Cards, timers and digests, brought up to date after a step.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::super::machine::Happened;
use super::super::rules::Stage;
use super::super::slot::{self, CardSlot};
use super::super::state::{CardAt, Discretion, Status};
use super::super::tally::StageStatus;
use super::super::{digest, view};
use super::Step;
use crate::core::effect::{Destination, Effect, Purpose, Subject, Timer, TimerId};
use crate::core::event::Place;
use crate::core::message::Content;
use crate::core::person::PersonId;
use crate::core::time::working_days_after;

impl Step<'_> {
    /// Where the stages that take votes now are told.
    pub(super) fn reviewers_now(&self) -> BTreeSet<CardAt> {
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

    pub(super) fn show(&mut self, revision: u32, at: &CardAt, content: Content) {
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

    pub(super) fn show_cards(&mut self) {
        // What the rules decided by themselves is nothing to decide on.
        let wanted = if self.request.status.is_open() { self.reviewers_now() } else { BTreeSet::new() };
        self.request.cards.extend(wanted);
        let card: Content = view::reviewers_card(&self.request, self.desk.seen()).into();
        for at in self.request.cards.clone() {
            self.show(self.request.revision, &at, card.clone());
        }
    }

    pub(super) fn show_checklist(&mut self, happened: &[Happened]) {
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
            Purpose::Review => "review",
            Purpose::Team => "team",
            Purpose::Warn => "warn",
            Purpose::Escalate => "escalate",
            Purpose::Expire => "expire",
            Purpose::Redraw => "redraw",
            Purpose::Cards => "cards",
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

    pub(super) fn set_timers(&mut self, happened: &[Happened]) {
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
    pub(super) fn wake_digests(&mut self) {
        let now = self.desk.now;
        let before = self.before.as_ref();
        let known = before.map(|before| digest::concerned(before, self.desk.roster, now)).unwrap_or_default();
        let concerned = digest::concerned(&self.request, self.desk.roster, now);
        for person in concerned.difference(&known) {
            self.effects.extend(digest::wake(person, self.desk.roster.people, now).map(Effect::Start));
        }
    }
}
