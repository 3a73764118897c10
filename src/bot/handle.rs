//! The handlers: what is decided about an intent. Functions of their arguments; the engine reads what they
//! need before and commits what they return after. In the order permission, validity, state, reply.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::audit::{AuditEntry, AuditFault, Head};
use super::command::{Command, Line};
use super::dialogue::{self, Next, Said};
use super::intent::{FormWord, Intent};
use super::mind::{Mind, Who};
use super::records::{Conversation, Draft, FormName};
use super::texts;
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Purpose, Subject, Timer};
use crate::core::event::{Event, Place};
use crate::core::form::{Answers, Form};
use crate::core::message::{Block, Content};
use crate::core::person::{Person, Role};
use crate::counsel::{self, licenses, reply};
use crate::license::{self, choose};
use crate::request::steps::{self, Act, Ballot, Desk, FollowUp, Outcome, Scope};
use crate::request::{Choice, Means, Request, RequestId, Workflow, view};

/// What was read for an intent.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The request it is about.
    pub request: Option<Request>,
    /// All requests.
    pub requests: Vec<Request>,
    /// The audit trail of the request.
    pub trail: Vec<AuditEntry>,
    /// Whether the whole audit log is as it was written, and its end.
    pub audit_check: Option<(Result<u64, AuditFault>, Head)>,
    /// The last number given in a workflow.
    pub last_number: Option<u32>,
    /// What is under way with the author, here.
    pub conversation: Option<Conversation>,
}

/// What a handler decided.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The request as it is now.
    pub request: Option<Request>,
    /// The number that was given, with the workflow's prefix.
    pub number: Option<(String, u32)>,
    /// What is under way with the author from now on.
    pub conversation: ConversationChange,
    /// What is to be done.
    pub effects: Vec<Effect>,
}

/// A change of what is under way with a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConversationChange {
    /// It stays.
    #[default]
    Keep,
    /// It is over.
    End,
    /// This is under way now.
    Set(Conversation),
}

/// Decides about something that happened.
pub fn decide(mind: &Mind, event: &Event, intent: Intent, loaded: Loaded, now: Timestamp) -> Decision {
    let scene = Scene { mind, event, now };
    match mind.who(&event.account, event.standing) {
        Who::Outsider => scene.reply(texts::not_a_member()),
        Who::Unlisted => scene.unlisted(intent, loaded),
        Who::Person(person) => scene.person(person, intent, loaded),
    }
}

/// Decides about a timer that is due.
pub fn ring(mind: &Mind, timer: &Timer, request: Option<Request>, now: Timestamp) -> Decision {
    let Some(request) = request else { return Decision::default() };
    let desk = Desk { people: &mind.people, channels: &mind.channels, now };
    let outcome = match timer.purpose {
        Purpose::Remind => steps::remind(desk, request),
        Purpose::Expire => steps::expire(desk, request),
    };
    Decision { request: Some(outcome.request), effects: outcome.effects, ..Decision::default() }
}

#[derive(Clone, Copy)]
struct Scene<'a> {
    mind: &'a Mind,
    event: &'a Event,
    now: Timestamp,
}

impl Scene<'_> {
    /// An answer to everybody in the place.
    fn answer(&self, content: Content) -> Decision {
        let to = Destination::Place { place: self.event.place.clone() };
        Decision { effects: vec![Effect::Say { to, content }], ..Decision::default() }
    }

    /// An answer to the author alone.
    fn reply(&self, content: Content) -> Decision {
        Decision { effects: vec![self.author_told(content)], ..Decision::default() }
    }

    fn author_told(&self, content: Content) -> Effect {
        let near = self.event.place.clone();
        Effect::Say { to: Destination::Private { account: self.event.account.clone(), near }, content }
    }

    /// A member whom the config does not list may ask, and no more. What they try with requests is on record.
    fn unlisted(&self, intent: Intent, loaded: Loaded) -> Decision {
        match (&intent, intent.subject()) {
            (_, Some(id)) => {
                let fact = AuditFact {
                    subject: Subject::from(id),
                    actor: Actor::Stranger { account: self.event.account.clone() },
                    action: "access".to_owned(),
                    outcome: Taken::Refused,
                    revision: 0,
                    policy: String::new(),
                    message: Some(self.event.message().clone()),
                    detail: BTreeMap::from([(
                        "why".to_owned(),
                        "account of nobody under [people]".to_owned(),
                    )]),
                };
                let mut decision = self.reply(texts::unknown_person());
                decision.effects.push(Effect::Audit(fact));
                decision
            }
            (Intent::Line(Line::Command(Command::Request(_) | Command::Requests)), _) => {
                self.reply(texts::unknown_person())
            }
            _ => self.anyone(intent, loaded),
        }
    }

    fn person(&self, person: &Person, intent: Intent, loaded: Loaded) -> Decision {
        let act = Act {
            person: &person.id,
            account: &self.event.account,
            place: &self.event.place,
            message: self.event.message(),
        };
        match intent {
            Intent::React(id, choice, channel) => self.with_request(loaded, &id, act, |desk, request| {
                let scope = Scope::CardIn(&channel);
                steps::vote(
                    desk,
                    request,
                    act,
                    Ballot { choice, reason: None, scope, means: Means::Reaction },
                )
            }),
            Intent::Unreact(id, choice, channel) => self.with_request(loaded, &id, act, |desk, request| {
                steps::take_back(desk, request, act, &[choice], Scope::CardIn(&channel))
            }),
            Intent::Reason(id, reason) => {
                let ends = ConversationChange::End;
                let decision = self.with_request(loaded, &id, act, |desk, request| {
                    self.reject(desk, request, act, Some(&reason))
                });
                Decision { conversation: ends, ..decision }
            }
            Intent::LeaveReason(id) => {
                Decision { conversation: ConversationChange::End, ..self.reply(texts::reason_left(&id)) }
            }
            Intent::Form(word) => self.form(Some(act), word, loaded),
            Intent::Line(Line::Command(command)) => self.command(person, act, command, loaded),
            other => self.anyone(other, loaded),
        }
    }

    fn command(&self, person: &Person, act: Act<'_>, command: Command, loaded: Loaded) -> Decision {
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

    fn reject(&self, desk: Desk<'_>, request: Request, act: Act<'_>, reason: Option<&str>) -> Outcome {
        let ballot = Ballot { choice: Choice::Reject, reason, scope: Scope::Any, means: Means::Words };
        steps::vote(desk, request, act, ballot)
    }

    /// Carries a step out on the request that was read, if the author may know of it.
    fn with_request(
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
        Decision { request: Some(outcome.request), effects: outcome.effects, conversation, number: None }
    }

    /// The request does not exist or is not theirs to see: to them the two look the same, but the attempt on
    /// one that exists is on record.
    fn hidden(&self, id: &RequestId, act: Act<'_>, exists: bool) -> Decision {
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

    fn visible<'l>(&self, loaded: &'l Loaded, act: Act<'_>) -> Option<&'l Request> {
        loaded.request.as_ref().filter(|request| request.visible_to(act.person, &self.mind.people))
    }

    fn begin(&self, command: &str, loaded: Loaded) -> Decision {
        match self.mind.knowledge.workflow_by_command(command) {
            Some(workflow) => {
                self.ask(FormName::Request { workflow: workflow.id.clone() }, &workflow.form, &loaded)
            }
            None => self.reply(texts::form_gone()),
        }
    }

    /// Begins a form, unless the author is in the middle of one here.
    fn ask(&self, name: FormName, form: &Form, loaded: &Loaded) -> Decision {
        if let Some(Conversation::Filling(draft)) = &loaded.conversation
            && let Some((under_way, _)) = self.form_of(draft)
        {
            return self.reply(texts::form_under_way(&under_way.title));
        }
        let (draft, content) = dialogue::begin(name, form);
        Decision {
            conversation: ConversationChange::Set(Conversation::Filling(draft)),
            ..self.reply(content)
        }
    }

    /// The form of a draft and the workflow it belongs to, if they are still in use.
    fn form_of(&self, draft: &Draft) -> Option<(Form, Option<&Workflow>)> {
        match &draft.form {
            FormName::Request { workflow } => {
                let workflow = self.mind.knowledge.workflow(workflow)?;
                Some((workflow.form.clone(), Some(workflow)))
            }
            FormName::Choose => Some((choose::form(), None)),
        }
    }

    fn form(&self, act: Option<Act<'_>>, word: FormWord, loaded: Loaded) -> Decision {
        let Some(Conversation::Filling(draft)) = loaded.conversation else {
            return self.reply(texts::nothing_under_way());
        };
        let ended = |content| Decision { conversation: ConversationChange::End, ..self.reply(content) };
        if word == FormWord::Cancel {
            return ended(texts::cancelled());
        }
        let Some((form, workflow)) = self.form_of(&draft) else { return ended(texts::form_gone()) };
        match self.step(draft.clone(), &form, &word) {
            Next::Ask(draft, content) => Decision {
                conversation: ConversationChange::Set(Conversation::Filling(draft)),
                ..self.reply(content)
            },
            Next::File(answers) => match (workflow, act) {
                (Some(workflow), Some(act)) => {
                    self.file(act, workflow, &answers, loaded.last_number.unwrap_or(0) + 1)
                }
                (Some(_), None) => ended(texts::unknown_person()),
                (None, _) => match choose::recommend(&self.mind.knowledge.licenses, &answers) {
                    Ok(found) => ended(license::view::recommendation(&found)),
                    Err(why) => {
                        // Another answer may lead to a license: the form stays as it is.
                        let mut decision = self.reply(license::view::not_recommended(&why));
                        if let Next::Ask(_, content) = self.step(draft, &form, &FormWord::Resume) {
                            decision.effects.push(self.author_told(content));
                        }
                        decision
                    }
                },
            },
        }
    }

    fn step(&self, draft: Draft, form: &Form, word: &FormWord) -> Next {
        let said = match word {
            FormWord::Answer(answer) => Said::Answer(answer),
            FormWord::Back => Said::Back,
            FormWord::Skip => Said::Skip,
            FormWord::Submit => Said::Submit,
            FormWord::Resume | FormWord::Cancel => Said::Resume,
        };
        dialogue::step(draft, form, said, &|text| licenses::read(&self.mind.knowledge, text))
    }

    fn file(&self, act: Act<'_>, workflow: &Workflow, answers: &Answers, number: u32) -> Decision {
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
        }
    }

    /// What everybody may do: ask, look up, get help.
    fn anyone(&self, intent: Intent, loaded: Loaded) -> Decision {
        let knowledge = &self.mind.knowledge;
        let line = match intent {
            Intent::Line(line) => line,
            Intent::Form(word) => return self.form(None, word, loaded),
            _ => return Decision::default(),
        };
        match line {
            Line::Nothing => Decision::default(),
            Line::Question(question) => self.counsel(&question),
            Line::Mistyped { word, meant } => self.reply(texts::mistyped(&word, &meant)),
            Line::Incomplete { usage, .. } => self.reply(texts::incomplete(usage)),
            Line::Command(command) => match command {
                Command::Choose => self.ask(FormName::Choose, &choose::form(), &loaded),
                Command::Help => self.reply(texts::help(&knowledge.workflows)),
                Command::Answer(id) => match knowledge.article(&id) {
                    Some(article) => self.answer(reply::article(article, knowledge)),
                    None => self.counsel(&id),
                },
                Command::License(text) => self.license(licenses::facts(knowledge, &text), "license", &text),
                Command::Human(question) => {
                    let mut decision = self.answer(reply::with_the_ospo());
                    decision.effects.extend(self.hand_over(&question));
                    decision
                }
                Command::Compat(text) => self.license(licenses::compat(knowledge, &text), "compat", &text),
                Command::Identify(text) => self.answer(licenses::identify(knowledge, &text)),
                Command::Check(text) => self.license(licenses::check(knowledge, &text), "check", &text),
                _ => self.reply(texts::nothing_under_way()),
            },
        }
    }

    /// The license engine's answer; words that name no license were a question after all.
    fn license(&self, answer: Option<Content>, word: &str, text: &str) -> Decision {
        match answer {
            Some(content) => self.answer(content),
            None => self.counsel(&format!("{word} {text}")),
        }
    }

    fn counsel(&self, question: &str) -> Decision {
        let knowledge = &self.mind.knowledge;
        let answer = self.mind.counsel.answer(knowledge, question);
        let mut decision = match reply::to(&answer, knowledge) {
            Some(Content::Text(mut text)) => {
                // Whoever is offered a choice may have meant none of it.
                if !text.buttons.is_empty() {
                    text.buttons.push(texts::ask_a_person(question));
                }
                self.answer(text.into())
            }
            Some(content) => self.answer(content),
            None => Decision::default(),
        };
        if answer.kind == counsel::Kind::Handover {
            decision.effects.extend(self.hand_over(question));
        }
        decision
    }

    /// The question goes to the OSPO, with who asked it and where.
    fn hand_over(&self, question: &str) -> Vec<Effect> {
        let people = &self.mind.people;
        let asker = people
            .by_account(&self.event.account)
            .map_or_else(|| self.event.account.to_string(), |person| person.name.clone());
        let content =
            reply::handed_over(&asker, &self.event.place.channel, Block::Quote { text: question.to_owned() });
        let say = |channel: &crate::core::person::ChannelId| Effect::Say {
            to: Destination::Place { place: Place::channel(channel.clone()) },
            content: content.clone(),
        };
        self.mind.channels.of(&Role::ospo()).iter().map(say).collect()
    }
}
