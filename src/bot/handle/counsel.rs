//! Questions, lookups and help: what everybody may ask for.

use super::super::command::{Command, Line};
use super::super::intent::Intent;
use super::super::records::FormName;
use super::super::texts;
use super::{Decision, Loaded, Scene};
use crate::core::effect::{Destination, Effect};
use crate::core::event::Place;
use crate::core::message::{Block, Content};
use crate::core::person::{ChannelId, Role};
use crate::counsel::{self, licenses, reply};
use crate::license::choose;

impl Scene<'_> {
    /// What everybody may do: ask, look up, get help.
    pub(super) fn anyone(&self, intent: Intent, loaded: Loaded) -> Decision {
        let knowledge = &self.mind.knowledge;
        let line = match intent {
            Intent::Line(line) => line,
            Intent::Form(word) => return self.form(None, word, loaded),
            _ => return Decision::default(),
        };
        match line {
            Line::Nothing if self.files.is_empty() => Decision::default(),
            Line::Nothing => self.attached(""),
            Line::Question(words) | Line::Command(Command::Check(words) | Command::Identify(words))
                if !self.files.is_empty() =>
            {
                self.attached(&words)
            }
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
                Command::Obligations(text) => {
                    self.license(licenses::obligations(knowledge, &text), "obligations", &text)
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
        let say = |channel: &ChannelId| Effect::Say {
            to: Destination::Place { place: Place::channel(channel.clone()) },
            content: content.clone(),
        };
        self.mind.channels.of(&Role::ospo()).iter().map(say).collect()
    }
}
