//! Questions that go to the people of the OSPO, and what is said around them.

use std::collections::BTreeMap;

use super::super::command::USAGE;
use super::super::hear::{Heard, Keep};
use super::super::records::counsel::{ASK, Ask, AskState, Asked, Reply};
use super::super::texts;
use super::super::texts::counsel as words;
use super::{Decision, Scene};
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Subject};
use crate::core::event::{EventKind, Place};
use crate::core::message::{Block, Content, Text};
use crate::core::person::{Person, Role};
use crate::request::RequestId;

impl Scene<'_> {
    /// Hands over what is said, or without words what was just asked here.
    pub(super) fn human(&self, question: &str, heard: &Heard) -> Decision {
        if !question.is_empty() {
            return self.hand_over(self.asked(question), heard, None);
        }
        match &heard.asked {
            Some(asked) => self.hand_over(asked.clone(), heard, None),
            None => {
                let usage = USAGE.iter().find(|(word, _)| *word == "human").map_or("", |(_, usage)| usage);
                self.reply(texts::incomplete(usage))
            }
        }
    }

    /// A question goes to the OSPO. `before` stands before the notice that says so.
    pub(super) fn hand_over(&self, mut asked: Asked, heard: &Heard, before: Option<Block>) -> Decision {
        if let Some(id) = &asked.ask {
            return self.reply(words::has_it_already(id));
        }
        if self.ospo_channels().is_empty() {
            return self.reply(words::nobody_takes_over());
        }
        let number = heard.last_ask + 1;
        let id = RequestId { prefix: ASK.to_owned(), number };
        let ask = Ask {
            id: id.clone(),
            asker: self.event.account.clone(),
            question: asked.whole(),
            message: asked.message.clone(),
            place: asked.place.clone(),
            state: AskState::Waiting,
            taken_by: None,
            replies: Vec::new(),
            at: self.now,
        };
        asked.ask = Some(id);
        let mut decision = self.cards(&ask);
        decision.effects.push(self.notice(&ask, before));
        decision.effects.push(self.ask_on_record(&ask.id, "ask.handed-over", Taken::Done));
        decision.number = Some((ASK.to_owned(), number));
        decision.keep.push(self.in_vain(&asked));
        decision.keep.push(self.talk(&asked, heard));
        decision.keep.push(Keep::Asked(asked));
        decision
    }

    /// A question that the OSPO has is asked in other words.
    pub(super) fn asked_otherwise(&self, asked: Asked, ask: &Ask) -> Decision {
        let ask = Ask { question: asked.whole(), at: self.now, ..ask.clone() };
        let mut decision = self.cards(&ask);
        decision.keep.push(self.in_vain(&asked));
        decision.keep.push(Keep::Asked(asked));
        decision
    }

    /// Somebody of the OSPO takes a question on.
    pub(super) fn claim(&self, id: &RequestId, heard: &Heard) -> Decision {
        self.by_the_ospo(id, heard, "ask.claimed", |ask, person| {
            ask.taken_by = Some(person.id.clone());
            ask.state = AskState::Waiting;
        })
    }

    /// A question was answered, here or elsewhere.
    pub(super) fn answered(&self, id: &RequestId, heard: &Heard) -> Decision {
        self.by_the_ospo(id, heard, "ask.answered", |ask, person| {
            ask.taken_by = Some(person.id.clone());
            ask.state = AskState::Answered;
        })
    }

    /// A question is not the OSPO's to answer.
    pub(super) fn dismiss(&self, id: &RequestId, heard: &Heard) -> Decision {
        let mut decision = self.by_the_ospo(id, heard, "ask.closed", |ask, person| {
            ask.taken_by = Some(person.id.clone());
            ask.state = AskState::Closed;
        });
        if let (Some(ask), true) = (&heard.ask, !decision.keep.is_empty()) {
            let to = Destination::Place { place: ask.place.clone() };
            decision.effects.push(Effect::Say { to, content: words::closed(id) });
        }
        decision
    }

    /// Carries out a step that only the OSPO may take.
    fn by_the_ospo(
        &self,
        id: &RequestId,
        heard: &Heard,
        action: &str,
        step: impl FnOnce(&mut Ask, &Person),
    ) -> Decision {
        let Some(person) = self.mind.of_the_ospo(&self.event.account) else {
            let mut decision = self.reply(words::only_the_ospo());
            if heard.ask.is_some() {
                decision.effects.push(self.ask_on_record(id, action, Taken::Refused));
            }
            return decision;
        };
        let Some(ask) = &heard.ask else { return self.reply(words::no_ask(id)) };
        let mut ask = Ask { at: self.now, ..ask.clone() };
        step(&mut ask, person);
        let mut decision = self.cards(&ask);
        decision.effects.push(self.notice(&ask, None));
        decision.effects.push(self.ask_on_record(id, action, Taken::Done));
        decision
    }

    /// Something is said to the other side: by the OSPO to the asker, or by the asker to the OSPO.
    pub(super) fn said_around(&self, id: &RequestId, said: &str, heard: &Heard) -> Decision {
        let in_a_thread = self.unasked() || heard.card.as_ref() == Some(id);
        let told = |content| if in_a_thread { Vec::new() } else { vec![self.author_told(content)] };
        let Some(ask) = heard.ask.as_ref().filter(|ask| ask.id == *id) else {
            return Decision { effects: told(words::no_ask(id)), ..Decision::default() };
        };
        let is_asker = ask.asker == self.event.account;
        match self.mind.of_the_ospo(&self.event.account) {
            Some(person) if heard.card.is_some() || !is_asker => self.replied(ask, person, said, told),
            // The OSPO does not follow it any more; perhaps an article does.
            _ if is_asker && self.unasked() && ask.state == AskState::Closed => self.question(said, heard),
            _ if is_asker => {
                let content = words::added(id, &self.name_of_author(), said);
                let mut effects = self.below_the_cards(ask, &content);
                effects.extend(told(words::passed_on(id)));
                Decision { effects, ..Decision::default() }
            }
            _ => Decision {
                effects: vec![
                    self.author_told(words::no_ask(id)),
                    self.ask_on_record(id, "ask.replied", Taken::Refused),
                ],
                ..Decision::default()
            },
        }
    }

    /// An answer of the OSPO is carried to the asker.
    fn replied(
        &self,
        ask: &Ask,
        person: &Person,
        said: &str,
        told: impl Fn(Content) -> Vec<Effect>,
    ) -> Decision {
        let mut ask = Ask { at: self.now, state: AskState::Answered, ..ask.clone() };
        let first = ask.taken_by.as_ref() != Some(&person.id) || ask.replies.is_empty();
        ask.taken_by = Some(person.id.clone());
        let message = self.event.message().clone();
        ask.replies.push(Reply { by: person.id.clone(), text: said.to_owned(), message });
        let mut decision = self.cards(&ask);
        if !first {
            // The card and the notice say so already.
            decision.effects.clear();
        } else {
            decision.effects.push(self.notice(&ask, None));
        }
        decision.effects.push(Effect::Show {
            slot: ask.carried(ask.replies.len()),
            subject: ask.subject(),
            to: Destination::Place { place: ask.place.clone() },
            content: words::carried(&ask.id, &person.name, said),
        });
        decision.effects.push(self.ask_on_record(&ask.id, "ask.replied", Taken::Done));
        decision.effects.extend(told(words::passed_on(&ask.id)));
        decision
    }

    /// The cards of a question as they are now, and the question kept so.
    fn cards(&self, ask: &Ask) -> Decision {
        let people = &self.mind.people;
        let asker = people.by_account(&ask.asker).map_or_else(|| ask.asker.to_string(), |p| p.name.clone());
        let content = words::ask_card(ask, &asker, people);
        let show = |(index, place): (usize, Place)| Effect::Show {
            slot: ask.card(index),
            subject: ask.subject(),
            to: Destination::Place { place },
            content: content.clone(),
        };
        let effects = self.ospo_channels().into_iter().enumerate().map(show).collect();
        Decision { effects, keep: vec![Keep::Ask(ask.clone())], ..Decision::default() }
    }

    fn below_the_cards(&self, ask: &Ask, content: &Content) -> Vec<Effect> {
        let follow = |(index, place): (usize, Place)| Effect::Follow {
            slot: ask.card(index),
            place,
            content: content.clone(),
        };
        self.ospo_channels().into_iter().enumerate().map(follow).collect()
    }

    /// What the asker reads about a question of theirs.
    fn notice(&self, ask: &Ask, before: Option<Block>) -> Effect {
        let ospo: Vec<String> =
            self.mind.people.members(&Role::ospo()).take(NAMED).map(|person| person.name.clone()).collect();
        let mut blocks: Vec<Block> = before.into_iter().collect();
        blocks.extend(words::notice(ask, &self.mind.people, &ospo));
        Effect::Show {
            slot: ask.notice(),
            subject: Subject(format!("notice/{}", ask.id)),
            to: Destination::Place { place: ask.place.clone() },
            content: Text { blocks, buttons: Vec::new() }.into(),
        }
    }

    pub(super) fn ospo_channels(&self) -> Vec<Place> {
        self.mind.channels.of(&Role::ospo()).iter().cloned().map(Place::channel).collect()
    }

    fn name_of_author(&self) -> String {
        let account = &self.event.account;
        self.mind.people.by_account(account).map_or_else(|| account.to_string(), |person| person.name.clone())
    }

    /// An audit entry about a question that was handed over, or a channel.
    pub(super) fn ask_on_record(&self, id: impl ToString, action: &str, outcome: Taken) -> Effect {
        self.ask_on_record_with(id, action, outcome, BTreeMap::new())
    }

    /// The same with particulars; never anybody's words.
    pub(super) fn ask_on_record_with(
        &self,
        id: impl ToString,
        action: &str,
        outcome: Taken,
        detail: BTreeMap<String, String>,
    ) -> Effect {
        let account = self.event.account.clone();
        let actor = match self.mind.people.by_account(&account) {
            Some(person) => Actor::Person { person: person.id.clone(), account },
            None => Actor::Stranger { account },
        };
        let message = match &self.event.kind {
            EventKind::Said { message, .. } | EventKind::Pressed { message, .. } => Some(message.clone()),
            _ => None,
        };
        Effect::Audit(AuditFact {
            subject: Subject(id.to_string()),
            actor,
            action: action.to_owned(),
            outcome,
            revision: 0,
            policy: String::new(),
            message,
            detail,
        })
    }
}

/// How many people of the OSPO the asker is told by name.
const NAMED: usize = 3;
