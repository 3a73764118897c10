//! Requests: filed, decided on, looked at, by those who may.

use std::collections::BTreeMap;

use super::super::command::{Command, Line, Wish};
use super::super::intent::Intent;
use super::super::records::{About, Conversation, Draft, FormName};
use super::super::texts;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Effect, Outcome as Taken, Subject};
use crate::core::event::EventKind;
use crate::core::person::{Person, Role};
use crate::request::machine::{Filing, On, Vote, edited};
use crate::request::sign::Sign;
use crate::request::slot::CardSlot;
use crate::request::state::{CardAt, Noticed, special};
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
        let deed = match wish {
            Wish::Show => return self.reply(view::full_account(request, seen).into()),
            Wish::Status => return self.reply(view::explanation(request, seen).into()),
            Wish::Audit => return self.reply(texts::trail(id, &loaded.trail, &self.mind.people)),
            Wish::Edit => return self.edit(by, request, &loaded),
            Wish::Copy => return self.copy(request, &loaded),
            Wish::Concern(None) => {
                return self.ask_words(by, request, About::Concern, &On::default(), &loaded);
            }
            Wish::Question(None) => {
                return self.ask_words(by, request, About::Question, &On::default(), &loaded);
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

    pub(super) fn react(&self, by: By<'_>, card: &CardSlot, sign: Sign, loaded: Loaded) -> Decision {
        let id = &card.request;
        let Some(request) = self.visible(&loaded, by).cloned() else {
            return self.hidden(id, by, loaded.request.is_some());
        };
        // A card with one reviewer alone is theirs.
        if matches!(&card.at, CardAt::Person(person) if person != by.person) {
            return self.hidden(id, by, true);
        }
        let on = steps::on(&request, card, &self.mind.channels);
        let may = request.may_speak(self.desk(&loaded).roster, by.person, &on, by.at.min(self.now));
        // A reaction may be told by the platform and found on the card in the same moment.
        let is_known = self.reaction().is_some_and(|reaction| request.noticed.contains(&reaction));
        let under_way = loaded.conversation.as_ref();
        let is_asked = |about| is_known && under_way.is_some_and(|under_way| under_way.asks(id, about));
        let mut decision = match sign {
            Sign::Vote(choice) => {
                let vote = Vote { on, ..steps::vote(choice, None, Means::Reaction) };
                self.act(loaded, id, by, Deed::Vote(vote))
            }
            Sign::Concern if is_asked(About::Concern) => Decision::default(),
            Sign::Concern => self.ask_words(by, &request, About::Concern, &on, &loaded),
            Sign::Question if is_asked(About::Question) => Decision::default(),
            Sign::Question => self.ask_words(by, &request, About::Question, &on, &loaded),
        };
        if let (Ok(()), Some(reaction)) = (may, self.reaction()) {
            decision.request.get_or_insert(request).noticed.insert(reaction);
        }
        decision
    }

    pub(super) fn unreact(&self, by: By<'_>, card: &CardSlot, sign: Sign, loaded: Loaded) -> Decision {
        let id = &card.request;
        let Some(request) = self.visible(&loaded, by).cloned() else {
            return self.hidden(id, by, loaded.request.is_some());
        };
        // That it went may be told by the platform and found on the card in the same moment, as that it came.
        let known = self.reaction().filter(|reaction| request.noticed.contains(reaction));
        let current = request.status.is_open() && card.revision == request.revision;
        if known.is_none() && current {
            return Decision::default();
        }
        let mut decision = match sign {
            Sign::Vote(choice) => {
                let on = steps::on(&request, card, &self.mind.channels);
                self.act(loaded, id, by, Deed::TakeBack { choices: vec![choice], on })
            }
            // What was said stays said.
            Sign::Concern => self.unasked_words(&loaded, id, About::Concern),
            Sign::Question => self.unasked_words(&loaded, id, About::Question),
        };
        if let EventKind::Unreacted { by: Some(remover), .. } = &self.event.kind {
            for effect in &mut decision.effects {
                if let Effect::Audit(fact) = effect {
                    fact.detail.insert("reaction_removed_by".to_owned(), remover.to_string());
                }
            }
        }
        if let Some(reaction) = known {
            decision.request.get_or_insert(request).noticed.remove(&reaction);
        }
        decision
    }

    /// The reaction that came or went.
    fn reaction(&self) -> Option<Noticed> {
        let (EventKind::Reacted { message, emoji } | EventKind::Unreacted { message, emoji, .. }) =
            &self.event.kind
        else {
            return None;
        };
        Some(Noticed::new(message, &self.event.account, emoji))
    }

    /// Carries a deed out on the request that was read, if the author may know of it.
    pub(super) fn act(&self, loaded: Loaded, id: &RequestId, by: By<'_>, deed: Deed) -> Decision {
        if self.visible(&loaded, by).is_none() {
            return self.hidden(id, by, loaded.request.is_some());
        }
        let Some(request) = loaded.request.clone() else { return Decision::default() };
        let outcome = steps::act(self.desk(&loaded), request, by, deed);
        let (under_way, person) = (loaded.conversation, by.person);
        let (owes_reason, owes_confirmation) =
            (outcome.request.owes_reason(person), outcome.request.owes_confirmation(person));
        let mut decision =
            Decision { request: Some(outcome.request), effects: outcome.effects, ..Decision::default() };
        let about = match outcome.follow_up {
            FollowUp::Reason => About::Reason,
            FollowUp::Confirmation => About::Confirmation,
            FollowUp::None => {
                // Where the vote that was to be explained or confirmed is gone, what they say next is not about it.
                for (about, owes) in [(About::Reason, owes_reason), (About::Confirmation, owes_confirmation)]
                {
                    if !owes {
                        decision = self.words_done(decision, under_way.as_ref(), id, about);
                    }
                }
                return decision;
            }
        };
        decision.conversation = ConversationChange::Set(Conversation::asking(under_way, id.clone(), about));
        decision
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
            findings: &draft.findings,
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
        self.ask_filled(name, request.form_answers(), request.findings(), loaded)
    }

    /// A new form, filled in like a request, for somebody to file anew. Whom it concerns is not taken over.
    fn copy(&self, request: &Request, loaded: &Loaded) -> Decision {
        let mut answers = request.form_answers();
        for field in [special::CO_REQUESTERS, special::ON_BEHALF_OF, special::NOTIFY] {
            answers.remove(field);
        }
        let name = FormName::Request { workflow: request.workflow.clone() };
        self.ask_filled(name, answers, request.findings(), loaded)
    }

    /// The changed answers of a request.
    pub(super) fn file_edit(
        &self,
        by: By<'_>,
        id: &RequestId,
        workflow: &Workflow,
        draft: &Draft,
        loaded: Loaded,
    ) -> Decision {
        let deed = edited(&workflow.form, &draft.answers, &draft.findings);
        let decision = self.act(loaded, id, by, deed);
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
