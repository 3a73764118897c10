//! Requests: filed, decided on, looked at, by those who may.

use std::collections::BTreeMap;

use super::super::command::{Command, Line, Wish};
use super::super::intent::Intent;
use super::super::records::{About, Conversation, Draft, FormName};
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Effect, Outcome as Taken, Subject};
use crate::core::event::EventKind;
use crate::core::form::Answers;
use crate::core::person::{Person, Role};
use crate::request::machine::{Filing, On, Vote, edited};
use crate::request::sign::Sign;
use crate::request::slot::CardSlot;
use crate::request::state::{CardAt, Confirmed, special};
use crate::request::steps::{self, By, Desk, FollowUp};
use crate::request::{Choice, Deed, Means, Request, RequestId, Roster, Workflow, report, view};

impl Scene<'_> {
    pub(super) fn command(&self, person: &Person, by: By<'_>, command: Command, loaded: Loaded) -> Decision {
        match command {
            Command::Request(command) => self.begin(&command, loaded),
            Command::Requests => {
                let seen = self.desk(&loaded).seen();
                self.reply(view::list(&loaded.requests, loaded.more, &person.id, seen).into())
            }
            Command::AuditVerify => match &loaded.audit_check {
                Some((result, end)) => self.reply(texts::audit_check(result, end)),
                None => Decision::default(),
            },
            Command::Report => self.report(person, &loaded),
            Command::Away(until) => self.away(by, until, loaded),
            Command::Delegate { to, role, until } => self.delegate(by, &to, role, until, loaded),
            Command::DelegateEnd => self.end_delegation(by, loaded),
            Command::On(id, wish) => self.wish(by, &id, wish, loaded),
            other => self.anyone(Intent::Line(Line::Command(other)), loaded),
        }
    }

    pub(super) fn desk<'l>(&'l self, loaded: &'l Loaded) -> Desk<'l> {
        let roster = Roster { people: &self.mind.people, absences: &loaded.absences };
        Desk { roster, channels: &self.mind.channels, now: self.now }
    }

    /// A press is a single tap; typed words are more.
    fn means(&self) -> Means {
        match self.event.kind {
            EventKind::Pressed { .. } => Means::Press,
            _ => Means::Words,
        }
    }

    fn wish(&self, by: By<'_>, id: &RequestId, wish: Wish, loaded: Loaded) -> Decision {
        let Some(request) = self.visible(&loaded, by) else {
            return self.hidden(id, by, loaded.request.is_some());
        };
        let seen = self.desk(&loaded).seen();
        let wait = |about| Decision {
            conversation: ConversationChange::Set(Conversation::Words { request: id.clone(), about }),
            ..Decision::default()
        };
        let deed = match wish {
            Wish::Show => return self.reply(view::full_account(request, seen).into()),
            Wish::Status => return self.reply(view::explanation(request, seen).into()),
            Wish::Audit => return self.reply(texts::trail(id, &loaded.trail, &self.mind.people)),
            Wish::Edit => return self.edit(by, request, &loaded),
            Wish::Copy => return self.copy(request, &loaded),
            Wish::Concern(None) => {
                let asked = self.reply(crate::request::texts::ask_concern(id).into());
                return Decision { effects: asked.effects, ..wait(About::Concern) };
            }
            Wish::Question(None) => {
                let asked = self.reply(crate::request::texts::ask_question(id).into());
                return Decision { effects: asked.effects, ..wait(About::Question) };
            }
            Wish::Concern(Some(text)) => Deed::Concern { text, on: On::default() },
            Wish::Question(Some(text)) => Deed::Ask(text),
            Wish::Approve(condition) => {
                Deed::Vote(Vote { condition, ..steps::vote(Choice::Approve, None, self.means()) })
            }
            Wish::Reject(reason) => Deed::Vote(steps::vote(Choice::Reject, reason.as_deref(), self.means())),
            Wish::Unvote => {
                Deed::TakeBack { choices: vec![Choice::Approve, Choice::Reject], on: On::default() }
            }
            Wish::Resolve(number) => Deed::Resolve(number),
            Wish::Reply(number, text) => Deed::Reply(number, text),
            Wish::Withdraw => Deed::Withdraw,
            Wish::Reopen => Deed::Reopen,
            Wish::Done(number, evidence) => Deed::Tick(number, evidence),
            Wish::BreakGlass(reason) => Deed::BreakGlass(reason),
        };
        self.act(loaded, id, by, deed)
    }

    fn on(&self, card: &CardSlot, request: &Request) -> On {
        On {
            stages: steps::stages_at(request, &card.at, &self.mind.channels),
            revision: Some(card.revision),
            card: Some(card.at.clone()),
        }
    }

    pub(super) fn react(&self, by: By<'_>, card: &CardSlot, sign: Sign, loaded: Loaded) -> Decision {
        let id = &card.request;
        let Some(request) = self.visible(&loaded, by) else {
            return self.hidden(id, by, loaded.request.is_some());
        };
        // A card with one reviewer alone is theirs.
        if matches!(&card.at, CardAt::Person(person) if person != by.person) {
            return self.hidden(id, by, true);
        }
        let on = self.on(card, request);
        match sign {
            Sign::Vote(choice) => {
                let vote = Vote { on, ..steps::vote(choice, None, Means::Reaction) };
                self.act(loaded, id, by, Deed::Vote(vote))
            }
            Sign::Concern => self.wish(by, id, Wish::Concern(None), loaded),
            Sign::Question => self.wish(by, id, Wish::Question(None), loaded),
        }
    }

    pub(super) fn unreact(&self, by: By<'_>, card: &CardSlot, sign: Sign, loaded: Loaded) -> Decision {
        let id = &card.request;
        let Sign::Vote(choice) = sign else { return Decision::default() };
        let Some(request) = self.visible(&loaded, by) else {
            return self.hidden(id, by, loaded.request.is_some());
        };
        let on = self.on(card, request);
        let mut decision = self.act(loaded, id, by, Deed::TakeBack { choices: vec![choice], on });
        if let EventKind::Unreacted { by: Some(remover), .. } = &self.event.kind {
            for effect in &mut decision.effects {
                if let Effect::Audit(fact) = effect {
                    fact.detail.insert("reaction_removed_by".to_owned(), remover.to_string());
                }
            }
        }
        decision
    }

    /// Words that were asked for.
    pub(super) fn words(
        &self,
        by: By<'_>,
        id: &RequestId,
        about: About,
        words: &str,
        loaded: Loaded,
    ) -> Decision {
        let deed = match about {
            About::Reason => Deed::Vote(steps::vote(Choice::Reject, Some(words), Means::Words)),
            About::Concern => Deed::Concern { text: words.to_owned(), on: On::default() },
            About::Question => Deed::Ask(words.to_owned()),
            About::Confirmation => {
                if words.trim().parse::<RequestId>().ok().as_ref() != Some(id) {
                    return self.reply(crate::request::texts::not_confirmed(id).into());
                }
                let waiting = loaded.request.as_ref().and_then(|request| {
                    let mut ballots = request.ballots.values().filter_map(|ballots| ballots.get(by.person));
                    ballots.find(|ballot| ballot.confirmed == Confirmed::Awaited)?.choice
                });
                match waiting {
                    Some(choice) => Deed::Vote(steps::vote(choice, None, Means::Words)),
                    None => {
                        let ends = ConversationChange::End;
                        return Decision { conversation: ends, ..self.reply(texts::nothing_under_way()) };
                    }
                }
            }
        };
        let decision = self.act(loaded, id, by, deed);
        match decision.conversation {
            ConversationChange::Set(_) => decision,
            _ => Decision { conversation: ConversationChange::End, ..decision },
        }
    }

    /// Carries a deed out on the request that was read, if the author may know of it.
    pub(super) fn act(&self, loaded: Loaded, id: &RequestId, by: By<'_>, deed: Deed) -> Decision {
        if self.visible(&loaded, by).is_none() {
            return self.hidden(id, by, loaded.request.is_some());
        }
        let Some(request) = loaded.request.clone() else { return Decision::default() };
        let outcome = steps::act(self.desk(&loaded), request, by, deed);
        let about = match &loaded.conversation {
            Some(Conversation::Words { request, about }) if request == id => Some(*about),
            _ => None,
        };
        let next = |about| ConversationChange::Set(Conversation::Words { request: id.clone(), about });
        let conversation = match (outcome.follow_up, about) {
            (FollowUp::Reason, _) => next(About::Reason),
            (FollowUp::Confirmation, _) => next(About::Confirmation),
            // The vote that was to be explained or confirmed is gone: what they say next is not about it.
            (FollowUp::None, Some(About::Reason)) if !outcome.request.owes_reason(by.person) => {
                ConversationChange::End
            }
            (FollowUp::None, Some(About::Confirmation)) if !outcome.request.owes_confirmation(by.person) => {
                ConversationChange::End
            }
            (FollowUp::None, _) => ConversationChange::Keep,
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
    pub(super) fn hidden(&self, id: &RequestId, by: By<'_>, exists: bool) -> Decision {
        let mut decision = self.reply(crate::request::texts::unknown(id).into());
        if exists {
            decision.effects.push(Effect::Audit(AuditFact {
                subject: Subject::from(id),
                actor: Actor::Person { person: by.person.clone(), account: by.account.clone() },
                action: "access".to_owned(),
                outcome: Taken::Refused,
                revision: 0,
                policy: String::new(),
                message: Some(by.message.clone()),
                detail: BTreeMap::from([("why".to_owned(), "not visible to them".to_owned())]),
            }));
        }
        decision
    }

    pub(super) fn visible<'l>(&self, loaded: &'l Loaded, by: By<'_>) -> Option<&'l Request> {
        let roster = Roster { people: &self.mind.people, absences: &loaded.absences };
        loaded.request.as_ref().filter(|request| request.visible_to(by.person, roster, self.now))
    }

    /// Files what a form asked for, unless it looks like a request that the author can see and was not told of yet.
    pub(super) fn file(
        &self,
        by: By<'_>,
        workflow: &Workflow,
        mut draft: Draft,
        loaded: &Loaded,
    ) -> Decision {
        let desk = self.desk(loaded);
        let same = loaded.requests.iter().find(|request| {
            request.workflow == workflow.id
                && request.visible_to(by.person, desk.roster, self.now)
                && !draft.warned_of.contains(&request.id)
        });
        if let Some(same) = same {
            let told = crate::request::texts::duplicate(&same.id, &same.summary, same.status);
            draft.warned_of.extend(loaded.requests.iter().map(|request| request.id.clone()));
            let conversation = ConversationChange::Set(Conversation::Filling(draft));
            return Decision { conversation, ..self.reply(told.into()) };
        }
        let number = loaded.last_number.unwrap_or(0) + 1;
        let filing = Filing {
            id: RequestId { prefix: workflow.prefix.clone(), number },
            workflow,
            by: by.doer(),
            place: by.place.clone(),
            answers: &draft.answers,
            findings: draft.findings.into_values().collect(),
        };
        let outcome = steps::file(desk, filing, by);
        Decision {
            request: Some(outcome.request),
            number: Some((workflow.prefix.clone(), number)),
            conversation: ConversationChange::End,
            effects: outcome.effects,
            ..Decision::default()
        }
    }

    /// The form of a request, filled in as it is, to be changed.
    fn edit(&self, by: By<'_>, request: &Request, loaded: &Loaded) -> Decision {
        if !request.owns(by.person) || !request.status.is_open() {
            // The machine says why, and it is on record.
            return self.act(loaded.clone(), &request.id, by, Deed::Edit(request.answers.clone()));
        }
        let name = FormName::Edit { request: request.id.clone() };
        self.ask_filled(name, request.form_answers(), loaded)
    }

    /// A new form, filled in like a request, for somebody to file anew. Whom it concerns is not taken over.
    fn copy(&self, request: &Request, loaded: &Loaded) -> Decision {
        let mut answers = request.form_answers();
        for field in [special::CO_REQUESTERS, special::ON_BEHALF_OF, special::NOTIFY] {
            answers.remove(field);
        }
        self.ask_filled(FormName::Request { workflow: request.workflow.clone() }, answers, loaded)
    }

    /// The changed answers of a request.
    pub(super) fn file_edit(
        &self,
        by: By<'_>,
        id: &RequestId,
        workflow: &Workflow,
        answers: &Answers,
        loaded: Loaded,
    ) -> Decision {
        let decision = self.act(loaded, id, by, edited(&workflow.form, answers));
        Decision { conversation: ConversationChange::End, ..decision }
    }

    fn report(&self, person: &Person, loaded: &Loaded) -> Decision {
        let people = &self.mind.people;
        let mut workflows = self.mind.knowledge.workflows.iter();
        let decides =
            workflows.any(|workflow| workflow.roles().iter().any(|role| people.holds(&person.id, role)));
        if !people.holds(&person.id, &Role::ospo()) && !decides {
            return self.reply(texts::not_for_you());
        }
        let desk = self.desk(loaded);
        let report = report::report(&loaded.requests, desk.roster, self.now);
        self.reply(super::super::charts::report(&report, people))
    }
}
