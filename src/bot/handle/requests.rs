//! Requests: filed, voted on, looked at, by those who may.

use std::collections::BTreeMap;

use super::super::command::{Command, Line};
use super::super::intent::Intent;
use super::super::records::Conversation;
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Effect, Outcome as Taken, Subject};
use crate::core::form::Answers;
use crate::core::person::Person;
use crate::request::steps::{self, Act, Ballot, Desk, FollowUp, Outcome, Scope};
use crate::request::{Choice, Means, Request, RequestId, Workflow, view};

impl Scene<'_> {
    pub(super) fn command(
        &self,
        person: &Person,
        act: Act<'_>,
        command: Command,
        loaded: Loaded,
    ) -> Decision {
        match command {
            Command::Request(command) => self.begin(&command, loaded),
            Command::Requests => {
                let list = view::list(&loaded.requests, &person.id, &self.mind.people, self.now);
                self.reply(list.into())
            }
            Command::Show(id) => match self.visible(&loaded, act) {
                Some(request) => self.reply(view::full_account(request, &self.mind.people, self.now).into()),
                None => self.hidden(&id, act, loaded.request.is_some()),
            },
            Command::Audit(id) => match self.visible(&loaded, act) {
                Some(_) => self.reply(texts::trail(&id, &loaded.trail, &self.mind.people)),
                None => self.hidden(&id, act, loaded.request.is_some()),
            },
            Command::AuditVerify => match &loaded.audit_check {
                Some((result, end)) => self.reply(texts::audit_check(result, end)),
                None => Decision::default(),
            },
            Command::Approve(id) => self.with_request(loaded, &id, act, |desk, request| {
                let ballot =
                    Ballot { choice: Choice::Approve, reason: None, scope: Scope::Any, means: Means::Words };
                steps::vote(desk, request, act, ballot)
            }),
            Command::Reject(id, reason) => self.with_request(loaded, &id, act, |desk, request| {
                self.reject(desk, request, act, reason.as_deref())
            }),
            Command::Unvote(id) => self.with_request(loaded, &id, act, |desk, request| {
                steps::take_back(desk, request, act, &[Choice::Approve, Choice::Reject], Scope::Any)
            }),
            Command::Withdraw(id) => {
                self.with_request(loaded, &id, act, |desk, request| steps::withdraw(desk, request, act))
            }
            Command::Done(id, number) => {
                self.with_request(loaded, &id, act, |desk, request| steps::tick(desk, request, act, number))
            }
            other => self.anyone(Intent::Line(Line::Command(other)), loaded),
        }
    }

    pub(super) fn reject(
        &self,
        desk: Desk<'_>,
        request: Request,
        act: Act<'_>,
        reason: Option<&str>,
    ) -> Outcome {
        let ballot = Ballot { choice: Choice::Reject, reason, scope: Scope::Any, means: Means::Words };
        steps::vote(desk, request, act, ballot)
    }

    /// Carries a step out on the request that was read, if the author may know of it.
    pub(super) fn with_request(
        &self,
        loaded: Loaded,
        id: &RequestId,
        act: Act<'_>,
        step: impl FnOnce(Desk<'_>, Request) -> Outcome,
    ) -> Decision {
        if self.visible(&loaded, act).is_none() {
            return self.hidden(id, act, loaded.request.is_some());
        }
        let Some(request) = loaded.request else { return Decision::default() };
        let desk = Desk { people: &self.mind.people, channels: &self.mind.channels, now: self.now };
        let outcome = step(desk, request);
        let asked = matches!(&loaded.conversation, Some(Conversation::Reason { request }) if request == id);
        let conversation = match outcome.follow_up {
            FollowUp::Reason => {
                ConversationChange::Set(Conversation::Reason { request: outcome.request.id.clone() })
            }
            // The vote that was to be explained is gone: what they say next is no reason for it.
            FollowUp::None if asked && !outcome.request.owes_reason(act.person) => ConversationChange::End,
            FollowUp::None => ConversationChange::Keep,
        };
        Decision {
            request: Some(outcome.request),
            effects: outcome.effects,
            conversation,
            ..Decision::default()
        }
    }

    /// The request does not exist or is not theirs to see: to them the two look the same, but the attempt on
    /// one that exists is on record.
    pub(super) fn hidden(&self, id: &RequestId, act: Act<'_>, exists: bool) -> Decision {
        let mut decision = self.reply(crate::request::texts::unknown(id).into());
        if exists {
            decision.effects.push(Effect::Audit(AuditFact {
                subject: Subject::from(id),
                actor: Actor::Person { person: act.person.clone(), account: act.account.clone() },
                action: "access".to_owned(),
                outcome: Taken::Refused,
                revision: 0,
                policy: String::new(),
                message: Some(act.message.clone()),
                detail: BTreeMap::from([("why".to_owned(), "not visible to them".to_owned())]),
            }));
        }
        decision
    }

    pub(super) fn visible<'l>(&self, loaded: &'l Loaded, act: Act<'_>) -> Option<&'l Request> {
        loaded.request.as_ref().filter(|request| request.visible_to(act.person, &self.mind.people))
    }

    pub(super) fn file(&self, act: Act<'_>, workflow: &Workflow, answers: &Answers, number: u32) -> Decision {
        let id = RequestId { prefix: workflow.prefix.clone(), number };
        let request = Request::new(
            id,
            workflow,
            act.person.clone(),
            act.account.clone(),
            act.place.clone(),
            answers,
            self.now,
        );
        let desk = Desk { people: &self.mind.people, channels: &self.mind.channels, now: self.now };
        let outcome = steps::file(desk, request, act);
        Decision {
            request: Some(outcome.request),
            number: Some((workflow.prefix.clone(), number)),
            conversation: ConversationChange::End,
            effects: outcome.effects,
            ..Decision::default()
        }
    }
}
