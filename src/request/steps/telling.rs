//! What people are told of what happened, and what is on record.

use std::collections::BTreeSet;

use super::super::machine::{Deed, Difference, Doer, Happened};
use super::super::state::{Approval, CardAt, Choice, Discretion, Status};
use super::super::{texts, view};
use super::{FollowUp, Step, action};
use crate::core::effect::{Actor, Outcome as Taken};
use crate::core::person::{PersonId, Role};
use crate::core::time::ago;

impl Step<'_> {
    pub(super) fn tell_of(&mut self, deed: Option<&Deed>, all: &[Happened], what: &Happened) {
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
                let text = texts::ask_reason(&self.request.id);
                self.tell_actor(text);
            }
            Happened::ConfirmationMissing => {
                self.follow_up = FollowUp::Confirmation;
                self.audit(deed.map_or("vote", action), Taken::Done, &[("confirmation", "awaited")]);
                let text = texts::ask_confirmation(&self.request.id);
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
}
