//! The coach's handlers: assessment, result, targets, report. The roadmap, reminders and the strategy have files of
//! their own. The OSPO may do everything; others what they were asked for.

mod assess;
mod remind;
mod roadmap;
mod strategy;

use jiff::civil::Date;

pub(super) use remind::ring;

use super::super::coach::command::Full;
use super::super::coach::{CoachCommand, Kept, Shelf, report};
use super::super::intent::FormWord;
use super::super::pictures;
use super::super::records::{Coaching, Conversation};
use super::super::seat;
use super::super::texts::nothing_under_way;
use super::{ConversationChange, Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome, Subject};
use crate::core::event::Place;
use crate::core::message::{Block, Content};
use crate::core::person::{Person, Role};
use crate::core::source::suggest;
use crate::maturity::report::period;
use crate::maturity::result::course;
use crate::maturity::view::{self, Detail};
use crate::maturity::{Assessment, Findings, Model, markdown, texts};

/// What a command leads to, or what is said to whoever may not or cannot have that.
type Answered = Result<Decision, Box<Content>>;

fn refuse<T>(content: Content) -> Result<T, Box<Content>> {
    Err(Box::new(content))
}

/// What a command of the coach leads to.
#[derive(Clone, Copy)]
struct Coach<'a> {
    scene: Scene<'a>,
    person: &'a Person,
    shelf: &'a Shelf,
    /// What is under way with the author, here.
    conversation: Option<&'a Conversation>,
}

impl Scene<'_> {
    /// A command of the coach.
    pub(super) fn coach(&self, person: &Person, command: CoachCommand, loaded: &Loaded) -> Decision {
        let Some(shelf) = &loaded.shelf else { return Decision::default() };
        let conversation = loaded.conversation.as_ref();
        let coach = Coach { scene: *self, person, shelf, conversation };
        let seat = loaded.seat.as_ref().filter(|_| command.is_of_the_dialogue());
        let answered = match command {
            CoachCommand::Models => Ok(coach.models()),
            CoachCommand::Assess(words) => coach.assess(&words),
            CoachCommand::Result { model, full } => coach.result(&model, full),
            CoachCommand::Answer(words) => coach.answer_one(&words),
            CoachCommand::Invite(words) => coach.invite(&words),
            CoachCommand::Target(words) => coach.target(&words),
            CoachCommand::Finish(words) => coach.finish(&words),
            CoachCommand::Report(words) => coach.report(&words, loaded),
            CoachCommand::Roadmap => Ok(coach.roadmap()),
            CoachCommand::Milestone(number) => Ok(coach.milestone(number)),
            CoachCommand::Propose(words) => coach.propose(&words),
            CoachCommand::Edit(number, edit) => coach.edit(number, edit),
            CoachCommand::Owner(number, who) => coach.owner(number, &who),
            CoachCommand::Due(number, day) => coach.due(number, &day),
            CoachCommand::RemindAdd(words) => coach.remind_add(&words),
            CoachCommand::RemindList => Ok(coach.remind_list()),
            CoachCommand::RemindPause(number) => coach.remind_pause(number),
            CoachCommand::RemindContinue(number) => coach.remind_continue(number),
            CoachCommand::RemindRemove(number) => coach.remind_remove(number),
            CoachCommand::RemindPreview(words) => coach.remind_preview(&words),
            CoachCommand::Snooze(number, key) => coach.snooze(number, &key),
            CoachCommand::NotOurs(number, key) => coach.not_ours(number, &key),
            CoachCommand::Strategy => Ok(coach.strategy()),
            CoachCommand::StrategyDraft(question) => Ok(coach.strategy_draft(&question)),
            CoachCommand::StrategyInvite(who) => coach.strategy_invite(&who),
            CoachCommand::StrategyExport => Ok(coach.strategy_export()),
        };
        match (answered, seat) {
            (Ok(mut decision), Some(seat)) => {
                seat::hold(&mut decision.effects, self.event, seat);
                decision
            }
            (Ok(decision), None) => decision,
            (Err(content), _) => self.reply(*content),
        }
    }

    /// Words for what the coach is asking.
    pub(super) fn coached(
        &self,
        person: &Person,
        coaching: &Coaching,
        word: &FormWord,
        loaded: &Loaded,
    ) -> Decision {
        let Some(shelf) = &loaded.shelf else { return Decision::default() };
        let coach = Coach { scene: *self, person, shelf, conversation: loaded.conversation.as_ref() };
        match coaching {
            Coaching::Practice { model, areas, practice, asked } => {
                coach.practice_word(model, areas, practice, asked, word)
            }
            Coaching::Strategy { question, asked } => coach.strategy_word(question, asked, word),
        }
    }
}

impl<'a> Coach<'a> {
    fn reply(&self, content: Content) -> Decision {
        self.scene.reply(content)
    }

    fn kept(&self, kept: Kept, content: Content) -> Decision {
        Decision { kept: vec![kept], ..self.reply(content) }
    }

    fn is_ospo(&self) -> bool {
        self.scene.mind.people.holds(&self.person.id, &Role::ospo())
    }

    /// The day that it is for the author.
    fn today(&self) -> Date {
        self.scene.now.to_zoned(self.person.zone.clone()).date()
    }

    fn model(&self, id: &str) -> Option<&'a Model> {
        self.scene.mind.knowledge.model(id)
    }

    /// The model that words begin with, or the one meant when none is named, and the rest of the words.
    ///
    /// # Errors
    /// What to say when the company has no model at all.
    fn model_and_rest<'w>(&self, words: &'w str) -> Result<(&'a Model, &'w str), Box<Content>> {
        let words = words.trim();
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let knowledge = &self.scene.mind.knowledge;
        if let Some(model) = self.model(&first.to_lowercase()) {
            return Ok((model, rest.trim()));
        }
        knowledge.maturity_model().or(knowledge.models.first()).map(|model| (model, words)).ok_or_else(|| {
            let words = "There is no maturity model. The OSPO can add one to the knowledge folder.";
            Box::new(texts::say(words))
        })
    }

    /// The same, where nothing may stand behind the model.
    fn model_alone(&self, words: &str) -> Result<&'a Model, Box<Content>> {
        let (model, rest) = self.model_and_rest(words)?;
        if rest.is_empty() {
            return Ok(model);
        }
        let ids: Vec<&str> = self.scene.mind.knowledge.models.iter().map(|model| model.id.as_str()).collect();
        let near = suggest(rest, ids.iter().copied());
        refuse(texts::unknown("model", near.unwrap_or(rest), &ids))
    }

    /// The person that words name: by the key in the config or by the beginning of the name.
    ///
    /// # Errors
    /// What to say when nobody or several are meant.
    fn person_named(&self, words: &str) -> Result<&'a Person, Box<Content>> {
        let said = words.trim().trim_start_matches('@').to_lowercase();
        let people = || self.scene.mind.people.iter();
        if let Some(person) = people().find(|person| person.id.0.to_lowercase() == said) {
            return Ok(person);
        }
        let begins: Vec<&Person> = people()
            .filter(|person| !said.is_empty() && person.name.to_lowercase().starts_with(&said))
            .collect();
        match begins.as_slice() {
            [one] => Ok(one),
            _ => refuse(texts::say(format!(
                "I do not know who “{}” is. Use the name from the config's [people].",
                words.trim()
            ))),
        }
    }

    fn audit(&self, action: &str, subject: String, detail: &[(&str, String)]) -> Effect {
        Effect::Audit(AuditFact {
            subject: Subject(subject),
            actor: Actor::Person {
                person: self.person.id.clone(),
                account: self.scene.event.account.clone(),
            },
            action: action.to_owned(),
            outcome: Outcome::Done,
            revision: 0,
            policy: String::new(),
            message: Some(self.scene.event.message().clone()),
            detail: detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        })
    }

    /// Every model and how it stands. Only the OSPO sees how.
    fn models(&self) -> Decision {
        let of = |model: &'a Model| (model, self.shelf.newest(model).filter(|_| self.is_ospo()));
        let all: Vec<(&Model, Option<&Assessment>)> =
            self.scene.mind.knowledge.models.iter().map(of).collect();
        self.reply(view::models(&all))
    }

    /// Whether the author may see how an assessment stands: the OSPO, and whoever was asked to answer.
    fn may_see(&self, assessment: &Assessment) -> bool {
        self.is_ospo() || assessment.areas_of(&self.person.id).next().is_some()
    }

    fn result(&self, words: &str, full: Full) -> Answered {
        let model = self.model_alone(words)?;
        let Some(assessment) = self.shelf.newest(model) else {
            return refuse(if self.is_ospo() {
                texts::not_begun(model)
            } else {
                texts::ospo_only("Assessing")
            });
        };
        if !self.may_see(assessment) {
            return refuse(texts::ospo_only("The result"));
        }
        let targets = self.shelf.targets_of(model);
        let findings = Findings::of(model, assessment, &targets);
        let comparison = self.shelf.before(model).map(|before| findings.since(assessment, before, &targets));
        let people = &self.scene.mind.people;
        let detail = if full == Full::Yes { Detail::Full } else { Detail::Short };
        let charts = if full == Full::Yes {
            vec![Block::Code { text: view::standing(&findings) }]
        } else {
            self.charts(model, &findings)
        };
        let mut card = view::result(&findings, assessment, charts, comparison.as_ref(), people, detail);
        if !self.is_ospo() {
            card.buttons.clear();
        }
        Ok(self.reply(match full {
            Full::No => card.into(),
            Full::Yes => crate::core::message::Text {
                blocks: vec![Block::Code { text: markdown::of(&card) }],
                buttons: Vec::new(),
            }
            .into(),
        }))
    }

    /// The areas against their targets, and the course where there is one.
    fn charts(&self, model: &Model, findings: &Findings<'_>) -> Vec<Block> {
        let all: Vec<Assessment> = self.shelf.of(model).cloned().collect();
        let points = course(model, &all, self.today());
        std::iter::once(pictures::standing(findings)).chain(pictures::over_time(model, &points)).collect()
    }

    fn report(&self, words: &str, loaded: &Loaded) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("The report"));
        }
        let today = self.today();
        let period = period(words, today).map_err(|why| Box::new(texts::problem(&why)))?;
        let model = self.scene.mind.knowledge.maturity_model();
        let report = report(
            model,
            self.shelf,
            &loaded.requests,
            &loaded.heard.gaps,
            &loaded.heard.served,
            period,
            today,
        );
        let charts = report.maturity.as_ref().map(|(findings, _)| self.charts(findings.model, findings));
        let card = view::report(&report, charts.unwrap_or_default(), &self.scene.mind.people);
        Ok(self.reply(card.into()))
    }

    /// A message to a person where they can be reached: their first account.
    fn direct(&self, person: &Person, content: Content) -> Option<Effect> {
        let here = self.scene.event.place.platform();
        let on = |account: &&crate::core::person::AccountId| account.platform == here;
        let account = person.accounts.iter().find(on).or(person.accounts.first())?;
        Some(Effect::Say { to: Destination::Direct { account: account.clone() }, content })
    }

    /// Whether a reminder of a team stands in the author's channel: then its people may act on what it says.
    fn in_team_channel(&self) -> bool {
        let place: &Place = &self.scene.event.place;
        self.shelf.reminders.iter().any(|reminder| reminder.place.channel == place.channel)
    }

    fn nothing(&self) -> Decision {
        Decision { conversation: ConversationChange::End, ..self.reply(nothing_under_way()) }
    }
}
