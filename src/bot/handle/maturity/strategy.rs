//! The strategy in conversation: one question at a time, by several people over time.

use super::super::super::coach::Kept;
use super::super::super::intent::FormWord;
use super::super::super::records::{Coaching, Conversation};
use super::super::{ConversationChange, Decision};
use super::{Answered, Coach, refuse};
use crate::core::message::{Block, Text};
use crate::core::person::Role;
use crate::maturity::strategy::{Question, Strategy};
use crate::maturity::{texts, view};

impl Coach<'_> {
    /// The OSPO, management, and whoever was invited.
    fn writes(&self) -> bool {
        let management = Role("management".to_owned());
        self.is_ospo()
            || self.scene.mind.people.holds(&self.person.id, &management)
            || self.shelf.strategy.invited.contains(&self.person.id)
    }

    pub(super) fn strategy(&self) -> Decision {
        if !self.writes() {
            return self.reply(texts::ospo_only("The strategy"));
        }
        let outline = &self.scene.mind.knowledge.strategy;
        self.reply(view::strategy(outline, &self.shelf.strategy, &self.scene.mind.people).into())
    }

    pub(super) fn strategy_draft(&self, words: &str) -> Decision {
        if !self.writes() {
            return self.reply(texts::ospo_only("Writing the strategy"));
        }
        let outline = &self.scene.mind.knowledge.strategy;
        let strategy = &self.shelf.strategy;
        let question = match words.trim() {
            "" => outline.next(strategy, None),
            id => match outline.question(&id.to_lowercase()) {
                Some(question) => Some(question),
                None => {
                    let ids: Vec<&str> =
                        outline.questions.iter().map(|question| question.id.as_str()).collect();
                    return self.reply(texts::unknown("question", id, &ids));
                }
            },
        };
        match question {
            Some(question) => self.strategy_ask(strategy, question, Vec::new()),
            None => self.strategy(),
        }
    }

    fn strategy_ask(&self, strategy: &Strategy, question: &Question, asked: Vec<String>) -> Decision {
        let outline = &self.scene.mind.knowledge.strategy;
        let coaching = Coaching::Strategy { question: question.id.clone(), asked };
        Decision {
            conversation: ConversationChange::Set(Conversation::Coached(coaching)),
            ..self.reply(view::strategy_question(outline, strategy, question, &self.scene.mind.people))
        }
    }

    fn strategy_next(&self, strategy: &Strategy, question: &str, mut asked: Vec<String>) -> Decision {
        let outline = &self.scene.mind.knowledge.strategy;
        let next = outline.next(strategy, Some(question)).filter(|next| next.id != question);
        asked.push(question.to_owned());
        match next {
            Some(next) => self.strategy_ask(strategy, next, asked),
            None => Decision {
                conversation: ConversationChange::End,
                ..self.reply(view::strategy(outline, strategy, &self.scene.mind.people).into())
            },
        }
    }

    pub(super) fn strategy_word(&self, question: &str, asked: &[String], word: &FormWord) -> Decision {
        let outline = &self.scene.mind.knowledge.strategy;
        let strategy = &self.shelf.strategy;
        if !self.writes() {
            return Decision {
                conversation: ConversationChange::End,
                ..self.reply(texts::ospo_only("Writing the strategy"))
            };
        }
        match word {
            FormWord::Answer(text) => {
                let mut changed = strategy.clone();
                if let Err(why) = changed.write(outline, question, text, &self.person.id, self.scene.now) {
                    return self.reply(texts::problem(&why));
                }
                let mut decision = self.strategy_next(&changed, question, asked.to_vec());
                decision.kept.push(Kept::Strategy(changed));
                decision
            }
            FormWord::Skip => self.strategy_next(strategy, question, asked.to_vec()),
            FormWord::Back => {
                match asked.split_last().and_then(|(last, before)| Some((outline.question(last)?, before))) {
                    Some((last, before)) => self.strategy_ask(strategy, last, before.to_vec()),
                    None => self.reply(texts::say("This is where you began.")),
                }
            }
            FormWord::Resume | FormWord::Submit => match outline.question(question) {
                Some(question) => self.strategy_ask(strategy, question, asked.to_vec()),
                None => self.nothing(),
            },
            FormWord::Cancel => Decision {
                conversation: ConversationChange::End,
                ..self.reply(view::strategy(outline, strategy, &self.scene.mind.people).into())
            },
        }
    }

    pub(super) fn strategy_invite(&self, who: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Inviting"));
        }
        let person = self.person_named(who)?;
        let mut changed = self.shelf.strategy.clone();
        changed.invited.insert(person.id.clone());
        let mut decision = self.kept(Kept::Strategy(changed), texts::strategy_invited(&person.name));
        decision.effects.extend(self.direct(person, texts::strategy_invitation(&self.person.name)));
        Ok(decision)
    }

    pub(super) fn strategy_export(&self) -> Decision {
        if !self.writes() {
            return self.reply(texts::ospo_only("The strategy"));
        }
        let outline = &self.scene.mind.knowledge.strategy;
        match outline.document(&self.shelf.strategy, &self.scene.mind.people, self.today()) {
            Ok(text) => self.reply(Text { blocks: vec![Block::Code { text }], buttons: Vec::new() }.into()),
            Err(fault) => self.reply(texts::problem(&fault)),
        }
    }
}
