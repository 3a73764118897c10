//! An assessment in conversation: one practice at a time, by several people, with back, skip and pause.

use super::super::super::coach::Kept;
use super::super::super::intent::FormWord;
use super::super::super::records::{Coaching, Conversation};
use super::super::{ConversationChange, Decision};
use super::{Answered, Coach, refuse};
use crate::core::message::{Block, Content, Text};
use crate::maturity::answer::{self, Given};
use crate::maturity::assessment::Refused;
use crate::maturity::model::Practice;
use crate::maturity::{Assessment, Measure, Model, texts, view};

impl<'a> Coach<'a> {
    /// Begins an assessment, or goes on with one.
    pub(super) fn assess(&self, words: &str) -> Answered {
        let (model, rest) = self.model_and_rest(words)?;
        let area = match (rest, model.area_named(rest)) {
            ("", _) => None,
            (_, Ok(area)) => Some(area.id.clone()),
            (_, Err(known)) => return refuse(texts::unknown("area", rest, &known)),
        };
        let open = self.shelf.newest(model).filter(|assessment| assessment.is_open());
        let (assessment, begun) = match (open, self.shelf.newest(model)) {
            (Some(open), _) => (open.clone(), false),
            (None, _) if !self.is_ospo() => return refuse(texts::ospo_only("Beginning an assessment")),
            (None, Some(last)) => (last.following(model, self.person.id.clone(), self.scene.now), true),
            (None, None) => (Assessment::new(1, model, self.person.id.clone(), self.scene.now), true),
        };
        let theirs: Vec<String> = assessment.areas_of(&self.person.id).map(str::to_owned).collect();
        let areas = match (area, self.is_ospo()) {
            (Some(area), true) => vec![area],
            (None, true) => Vec::new(),
            (Some(area), false) if theirs.contains(&area) => vec![area],
            (None, false) if !theirs.is_empty() => theirs,
            (_, false) => return refuse(texts::problem(&Refused::NotInvited)),
        };
        let mut decision = match assessment.next(model, &areas, None) {
            Some(practice) => self.ask(model, &assessment, &areas, practice, Vec::new()),
            None => self.reply(texts::all_answered(model, &assessment, self.is_ospo())),
        };
        if begun {
            decision.kept.push(Kept::Assessment(assessment));
        }
        Ok(decision)
    }

    fn ask(
        &self,
        model: &Model,
        assessment: &Assessment,
        areas: &[String],
        practice: &Practice,
        asked: Vec<String>,
    ) -> Decision {
        let coaching = Coaching::Practice {
            model: model.id.clone(),
            areas: areas.to_vec(),
            practice: practice.id.clone(),
            asked,
        };
        let content = view::question(model, assessment, practice, &self.scene.mind.people);
        Decision {
            conversation: ConversationChange::Set(Conversation::Coached(coaching)),
            ..self.reply(content)
        }
    }

    /// Asks what is open after a practice, and ends when nothing else is.
    fn ask_after(
        &self,
        model: &Model,
        assessment: &Assessment,
        areas: &[String],
        practice: &str,
        mut asked: Vec<String>,
    ) -> Decision {
        let next = assessment.next(model, areas, Some(practice)).filter(|next| next.id != practice);
        asked.push(practice.to_owned());
        match next {
            Some(next) => self.ask(model, assessment, areas, next, asked),
            None => Decision {
                conversation: ConversationChange::End,
                ..self.reply(texts::all_answered(model, assessment, self.is_ospo()))
            },
        }
    }

    /// What follows when something is said to a practice.
    pub(super) fn practice_word(
        &self,
        model: &str,
        areas: &[String],
        practice: &str,
        asked: &[String],
        word: &FormWord,
    ) -> Decision {
        let found = self.model(model).and_then(|model| Some((model, self.shelf.newest(model)?)));
        let Some((model, assessment)) = found else { return self.nothing() };
        let Some(current) = model.practice(practice) else { return self.nothing() };
        let again = |problem: Content| {
            let mut decision = self.reply(problem);
            decision.conversation = ConversationChange::Keep;
            decision
        };
        match word {
            FormWord::Answer(words) => match answer::read(words) {
                Ok(given) => self.take(model, assessment, current, given),
                Err(_) => again(not_an_answer(model)),
            },
            FormWord::Skip => self.ask_after(model, assessment, areas, practice, asked.to_vec()),
            FormWord::Back => match asked.split_last() {
                Some((last, before)) => match model.practice(last) {
                    Some(last) => self.ask(model, assessment, areas, last, before.to_vec()),
                    None => self.nothing(),
                },
                None => again(texts::say("This is where you began.")),
            },
            FormWord::Cancel => Decision {
                conversation: ConversationChange::End,
                ..self.reply(texts::paused(model, assessment))
            },
            FormWord::Resume => self.ask(model, assessment, areas, current, asked.to_vec()),
            FormWord::Submit => again(texts::say("Every answer counts at once; there is nothing to submit.")),
        }
    }

    /// Keeps an answer and, when it is the one being asked, asks on.
    fn take(&self, model: &Model, assessment: &Assessment, practice: &Practice, given: Given) -> Decision {
        if !self.is_ospo() && !assessment.is_invited(&practice.area, &self.person.id) {
            return self.reply(texts::problem(&Refused::NotInvited));
        }
        let mut changed = assessment.clone();
        let word = given.answer;
        if let Err(why) = changed.answer(model, &practice.id, given, self.person.id.clone(), self.scene.now) {
            return self.reply(texts::problem(&why));
        }
        let mut decision = match self.conversation {
            Some(Conversation::Coached(Coaching::Practice {
                model: here,
                areas,
                practice: current,
                asked,
            })) if *here == model.id && *current == practice.id => {
                self.ask_after(model, &changed, areas, &practice.id, asked.clone())
            }
            _ => self.reply(texts::corrected(&practice.title, word)),
        };
        if changed != *assessment {
            decision.kept.push(Kept::Assessment(changed));
        }
        decision
    }

    /// `maturity answer PRACTICE yes`: from a button, or to correct any answer.
    pub(super) fn answer_one(&self, words: &str) -> Answered {
        let (model, rest) = self.model_and_rest(words)?;
        let (id, answer) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let id = id.to_lowercase();
        let knows = |model: &&Model| model.practice(&id).is_some();
        let Some(model) =
            Some(model).filter(knows).or_else(|| self.scene.mind.knowledge.models.iter().find(knows))
        else {
            return refuse(texts::problem(&Refused::Unknown(id)));
        };
        let (Some(practice), Some(assessment)) = (model.practice(&id), self.shelf.newest(model)) else {
            return refuse(texts::not_begun(model));
        };
        match answer::read(answer) {
            Ok(given) => Ok(self.take(model, assessment, practice, given)),
            Err(_) if answer.is_empty() && self.may_see(assessment) => {
                Ok(self.reply(view::question(model, assessment, practice, &self.scene.mind.people)))
            }
            Err(_) => refuse(not_an_answer(model)),
        }
    }

    /// `maturity invite PERSON AREA`.
    pub(super) fn invite(&self, words: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Inviting"));
        }
        let (model, rest) = self.model_and_rest(words)?;
        let (who, area) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let person = self.person_named(who)?;
        let area = match model.area_named(area) {
            Ok(area) => area,
            Err(known) => return refuse(texts::unknown("area", area.trim(), &known)),
        };
        let Some(open) = self.shelf.newest(model).filter(|assessment| assessment.is_open()) else {
            return refuse(texts::not_begun(model));
        };
        let mut changed = open.clone();
        changed.invite(&area.id, person.id.clone());
        let mut decision = self.kept(Kept::Assessment(changed), texts::invited(area, &person.name));
        decision.effects.extend(self.direct(person, texts::invitation(model, area, &self.person.name)));
        Ok(decision)
    }

    /// `maturity target AREA STAGE`.
    pub(super) fn target(&self, words: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Setting a target"));
        }
        let (model, rest) = self.model_and_rest(words)?;
        if model.measure != Measure::Stages {
            return refuse(texts::problem(
                &"a conformance or a checklist has no target: all of it must be met",
            ));
        }
        let (area, stage) = rest.rsplit_once(char::is_whitespace).unwrap_or((rest, ""));
        let area = match model.area_named(area) {
            Ok(area) => area,
            Err(known) => return refuse(texts::unknown("area", area, &known)),
        };
        let level = match model.stage_named(stage) {
            Ok(level) => level,
            Err(known) => return refuse(texts::unknown("stage", stage, &known)),
        };
        let mut targets = self.shelf.targets_of(model);
        targets.0.insert(area.id.clone(), level);
        let mut decision =
            self.kept(Kept::Targets(model.id.clone(), targets), texts::target_set(model, area, level));
        let detail = [("area", area.id.clone()), ("stage", level.to_string())];
        decision.effects.push(self.audit("maturity.target", format!("maturity/{}", model.id), &detail));
        Ok(decision)
    }

    /// `maturity finish`.
    pub(super) fn finish(&self, words: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Closing an assessment"));
        }
        let model = self.model_alone(words)?;
        let Some(open) = self.shelf.newest(model) else { return refuse(texts::not_begun(model)) };
        let mut changed = open.clone();
        if let Err(why) = changed.close(model, self.person.id.clone(), self.scene.now) {
            return refuse(texts::problem(&why));
        }
        let unanswered =
            model.practices.iter().filter(|practice| changed.given(&practice.id).is_none()).count();
        let content = texts::closed(model, unanswered, model.renewal(self.today()));
        let number = changed.number.to_string();
        let mut decision = self.kept(Kept::Assessment(changed), content);
        if let Some(Conversation::Coached(Coaching::Practice { model: here, .. })) = self.conversation
            && *here == model.id
        {
            decision.conversation = ConversationChange::End;
        }
        let detail = [("number", number), ("version", model.version.clone())];
        decision.effects.push(self.audit("maturity.closed", format!("maturity/{}", model.id), &detail));
        Ok(decision)
    }
}

fn not_an_answer(model: &Model) -> Content {
    Text {
        blocks: vec![Block::line(format!("I need one of these. {}", texts::answers(model)))],
        buttons: Vec::new(),
    }
    .into()
}
