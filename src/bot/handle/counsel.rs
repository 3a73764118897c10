//! Questions, lookups and help: what everybody may ask for.

use super::super::command::{Command, Line};
use super::super::filter::{goes_on, worth_saying};
use super::super::hear::{Heard, Keep};
use super::super::intent::Intent;
use super::super::quota::{self, Room};
use super::super::records::FormName;
use super::super::records::counsel::{Asked, Gap, Served, Talk};
use super::super::texts;
use super::super::texts::counsel as words;
use super::super::texts::counsel::Whose;
use super::{Decision, Loaded, Scene};
use crate::core::effect::{Destination, Effect};
use crate::core::event::{Addressed, Audience, EventKind};
use crate::core::manners::Mode;
use crate::core::message::{Content, Text};
use crate::counsel::{Answer, Kind, Language, Why, licenses, reply};
use crate::license::choose;

/// Outside of a thread a question is taken together with the one before only when it follows within this time.
const ONE_BREATH: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);

impl Scene<'_> {
    /// What everybody may do: ask, look up, get help.
    pub(super) fn anyone(&self, intent: Intent, loaded: Loaded) -> Decision {
        let counts = match self.admit(&intent, &loaded.heard) {
            Ok(counts) => counts,
            Err(refusal) => return *refusal,
        };
        let mut decision = self.admitted(intent, loaded);
        if !decision.effects.is_empty() {
            decision.keep.extend(counts);
        }
        decision
    }

    fn admitted(&self, intent: Intent, loaded: Loaded) -> Decision {
        let knowledge = &self.mind.knowledge;
        let line = match intent {
            Intent::Line(line) => line,
            Intent::Form(word) => return self.form(None, word, loaded),
            Intent::Keep => return self.keep(&loaded),
            Intent::Around(id, said) => return self.said_around(&id, &said, &loaded.heard),
            Intent::Draft(id) => return self.draft(&id, &loaded.heard),
            Intent::Edited(question) => return self.edited(question, &loaded.heard),
            _ => return Decision::default(),
        };
        let heard = &loaded.heard;
        match line {
            Line::Nothing if self.files.is_empty() => Decision::default(),
            Line::Nothing => self.attached(""),
            Line::Question(words) | Line::Command(Command::Check(words) | Command::Identify(words))
                if !self.files.is_empty() =>
            {
                self.attached(&words)
            }
            Line::Question(question) => self.question(&question, heard),
            Line::Mistyped { word, meant } => self.reply(texts::mistyped(&word, &meant)),
            Line::Incomplete { usage, .. } => self.reply(texts::incomplete(usage)),
            Line::Command(command) => match command {
                Command::Choose => self.ask(FormName::Choose, &choose::form(), &loaded),
                Command::Help => self.reply(texts::help(&knowledge.workflows)),
                Command::Answer(id) => self.chosen(&id, heard),
                Command::License(text) => {
                    self.license(licenses::facts(knowledge, &text), "license", &text, heard)
                }
                Command::Human(question) => self.human(&question, heard),
                Command::Compat(text) => {
                    self.license(licenses::compat(knowledge, &text), "compat", &text, heard)
                }
                Command::Obligations(text) => {
                    self.license(licenses::obligations(knowledge, &text), "obligations", &text, heard)
                }
                Command::Identify(text) => self.answer(licenses::identify(knowledge, &text)),
                Command::Check(text) => {
                    self.license(licenses::check(knowledge, &text), "check", &text, heard)
                }
                Command::Claim(id) => self.claim(&id, heard),
                Command::Reply(id, said) => self.said_around(&id, &said, heard),
                Command::Answered(id) => self.answered(&id, heard),
                Command::Dismiss(id) => self.dismiss(&id, heard),
                Command::Draft(id) => self.draft(&id, heard),
                Command::Publish(id) => self.publish(&id, heard),
                Command::Discard(id) => self.discard(&id, heard),
                Command::Channel(mode) => self.channel(mode, heard),
                Command::Gaps => self.gaps(heard),
                Command::Helped(helpful) => self.helped(helpful, heard),
                _ => self.reply(texts::nothing_under_way()),
            },
        }
    }

    /// The license engine's answer; words that name no license were a question after all.
    fn license(&self, answer: Option<Content>, word: &str, text: &str, heard: &Heard) -> Decision {
        match answer {
            Some(content) => self.answer(content),
            None => self.question(&format!("{word} {text}"), heard),
        }
    }

    /// Whether the words are said to nobody in particular.
    pub(super) fn unasked(&self) -> bool {
        matches!(self.event.kind, EventKind::Said { addressed: Addressed::Nobody, .. })
    }

    /// How the bot behaves here.
    pub(super) fn mode(&self, heard: &Heard) -> Mode {
        match self.event.place.audience {
            Audience::Direct => Mode::Mention,
            Audience::Channel => {
                let set = heard.setting.as_ref().map(|setting| setting.mode);
                set.unwrap_or_else(|| self.mind.manners.of(&self.event.place.channel))
            }
        }
    }

    /// Whether what is asked is answered at all, here and now; with it, what is to be counted when it is.
    fn admit(&self, intent: &Intent, heard: &Heard) -> Result<Vec<Keep>, Box<Decision>> {
        let free =
            matches!(intent, Intent::Around(..)) || matches!(self.event.kind, EventKind::Pressed { .. });
        if !intent.asks() || free {
            return Ok(Vec::new());
        }
        let told = |content, keep| {
            Err(Box::new(match self.unasked() {
                true => Decision::default(),
                false => Decision { keep, ..self.reply(content) },
            }))
        };
        if self.mode(heard) == Mode::Off {
            return told(words::off(), Vec::new());
        }
        let (manners, place) = (&self.mind.manners, &self.event.place);
        let mut counts = Vec::new();
        let by_person = |count| Keep::CountOf(self.event.account.clone(), count);
        match quota::one_more(heard.by_person.as_ref(), manners.per_person_per_hour, self.now) {
            Room::Within(count) => counts.push(by_person(count)),
            Room::JustOver(count) => return told(words::enough(Whose::Person), vec![by_person(count)]),
            Room::Over => return Err(Box::default()),
        }
        if place.audience == Audience::Channel {
            let in_channel = |count| Keep::CountIn(place.channel.clone(), count);
            match quota::one_more(heard.in_channel.as_ref(), manners.per_channel_per_hour, self.now) {
                Room::Within(count) => counts.push(in_channel(count)),
                Room::JustOver(count) => return told(words::enough(Whose::Channel), vec![in_channel(count)]),
                Room::Over => return Err(Box::default()),
            }
        }
        Ok(counts)
    }

    /// A question in words, perhaps one that follows another.
    pub(super) fn question(&self, question: &str, heard: &Heard) -> Decision {
        let before = heard.asked.as_ref().filter(|_| !self.pressed()).filter(|before| {
            self.event.place.thread.is_some() || self.now.duration_since(before.at) < ONE_BREATH
        });
        let (answer, about) = self.counsel(question, before.map(Asked::whole));
        if self.unasked() {
            let in_own_thread = heard.talk.is_some();
            let worth = match answer.kind {
                Kind::Answer if in_own_thread => goes_on(self.mind, question),
                Kind::Clarify | Kind::Handover if in_own_thread => question.contains('?'),
                _ => self.mode(heard) == Mode::Questions && worth_saying(question, &answer),
            };
            if !worth {
                return Decision::default();
            }
        }
        // A choice under a question of ours stands for the question; its answer comes where that stood.
        let of_the_asker = heard.asked.as_ref().filter(|asked| asked.asker == self.event.account);
        let asked = match of_the_asker.filter(|_| self.pressed()) {
            Some(asked) => {
                Asked { question: question.to_owned(), about: None, at: self.now, ..asked.clone() }
            }
            None => Asked { about, ..self.asked(question) },
        };
        self.respond(asked, &answer, heard)
    }

    /// The answer to a question, and what was asked before if that was needed to find it.
    fn counsel(&self, question: &str, before: Option<String>) -> (Answer, Option<String>) {
        let (counsel, knowledge) = (&self.mind.counsel, &self.mind.knowledge);
        let alone = counsel.answer(knowledge, question);
        let asks_nothing = matches!(alone.why, Why::Chatter | Why::Orders) && !goes_on(self.mind, question);
        let meant = before.filter(|_| !asks_nothing).and_then(|before| {
            let whole = counsel.follow_up(&before, question)?;
            Some((counsel.answer(knowledge, &whole), before))
        });
        match meant {
            Some((answer, before)) => (answer, Some(before)),
            None => (alone, None),
        }
    }

    fn pressed(&self) -> bool {
        matches!(self.event.kind, EventKind::Pressed { .. })
    }

    /// A new question, asked by this event.
    pub(super) fn asked(&self, question: &str) -> Asked {
        Asked {
            message: self.event.message().clone(),
            asker: self.event.account.clone(),
            place: self.home(),
            question: question.to_owned(),
            about: None,
            article: None,
            ask: None,
            at: self.now,
        }
    }

    /// A question was changed: so is its answer.
    fn edited(&self, question: String, heard: &Heard) -> Decision {
        let Some(before) = heard.asked.as_ref().filter(|asked| asked.question != question) else {
            return Decision::default();
        };
        let (answer, about) = self.counsel(&question, before.about.clone());
        let asked = Asked { question, about, at: self.now, ..before.clone() };
        match (&before.ask, &heard.ask, answer.kind) {
            (Some(_), Some(ask), Kind::Handover) => self.asked_otherwise(asked, ask),
            (_, _, Kind::Silent) => Decision::default(),
            _ => self.respond(asked, &answer, heard),
        }
    }

    /// What follows from an answer.
    fn respond(&self, mut asked: Asked, answer: &Answer, heard: &Heard) -> Decision {
        let audience = asked.place.audience;
        asked.article =
            answer.article.clone().or_else(|| (answer.kind == Kind::Answer).then(|| COMPAT.to_owned()));
        if let Some(text) = self.asked_back(&asked, answer) {
            return self.show(asked, text, heard);
        }
        let text = match (answer.kind, reply::to(answer, &self.mind.knowledge)) {
            (Kind::Silent, Some(text)) => return self.reply(text.into()),
            (Kind::Answer, Some(mut text)) => {
                text.buttons.extend(words::feedback(audience));
                text
            }
            (Kind::Clarify, Some(mut text)) => {
                // Whoever is offered a choice may have meant none of it.
                text.buttons.push(words::to_a_person(audience));
                text
            }
            _ if audience == Audience::Channel => {
                return self.hand_over(asked, heard, Some(words::no_answer()));
            }
            _ => words::offer_a_person(),
        };
        let gap = match answer.kind {
            Kind::Answer => self.served(&asked),
            _ => self.in_vain(&asked),
        };
        let mut decision = self.show(asked, text, heard);
        decision.keep.push(gap);
        decision
    }

    /// What must be known first: the fact that the article asks for, or which license a name means.
    fn asked_back(&self, asked: &Asked, answer: &Answer) -> Option<Text> {
        let knowledge = &self.mind.knowledge;
        match answer.kind {
            // A choice was made already.
            Kind::Answer if self.pressed() => None,
            Kind::Answer => {
                let article = answer.article.as_deref().and_then(|id| knowledge.article(id))?;
                reply::asks(article, &asked.whole())
            }
            Kind::Clarify | Kind::Handover => licenses::which(knowledge, &asked.question),
            Kind::Silent => None,
        }
    }

    /// Shows an answer where the question's answer stands, and keeps both.
    fn show(&self, asked: Asked, text: Text, heard: &Heard) -> Decision {
        let to = Destination::Place { place: asked.place.clone() };
        let effect = Effect::Show { slot: asked.slot(), subject: asked.subject(), to, content: text.into() };
        let talk = self.talk(&asked, heard);
        Decision { effects: vec![effect], keep: vec![talk, Keep::Asked(asked)], ..Decision::default() }
    }

    /// The conversation with this as its last question.
    pub(super) fn talk(&self, asked: &Asked, heard: &Heard) -> Keep {
        let begun = heard.talk.as_ref();
        let talk = Talk {
            asker: begun.map_or(&asked.asker, |talk| &talk.asker).clone(),
            last: asked.message.clone(),
            ask: asked.ask.clone().or_else(|| begun.and_then(|talk| talk.ask.clone())),
            at: self.now,
        };
        Keep::Talk(asked.place.clone(), talk)
    }

    /// That a question was answered.
    pub(super) fn served(&self, asked: &Asked) -> Keep {
        Keep::Served(asked.message.clone(), Served { at: self.now })
    }

    /// That something was asked in vain.
    pub(super) fn in_vain(&self, asked: &Asked) -> Keep {
        let gap = Gap { question: asked.whole(), article: asked.article.clone(), at: self.now };
        Keep::Gap(asked.message.clone(), gap)
    }

    /// An article by its id: chosen under "did you mean", or asked for by name.
    fn chosen(&self, id: &str, heard: &Heard) -> Decision {
        let Some(article) = self.mind.knowledge.article(id) else { return self.question(id, heard) };
        let pressed = heard.asked.clone().filter(|_| self.pressed());
        let language = match &pressed {
            Some(asked) => self.mind.counsel.language(&asked.question),
            None => Language::English,
        };
        let mut text = reply::article(article, language);
        match pressed {
            Some(asked) if asked.asker == self.event.account => {
                text.buttons.extend(words::feedback(asked.place.audience));
                let asked = Asked { article: Some(id.to_owned()), at: self.now, ..asked };
                let found = self.served(&asked);
                let mut decision = self.show(asked, text, heard);
                decision.keep.push(found);
                decision
            }
            // Somebody else is curious: the asker's answer stays as it is.
            Some(_) => self.reply(text.into()),
            None => {
                text.buttons.extend(words::feedback(self.event.place.audience));
                let asked = Asked { article: Some(id.to_owned()), ..self.asked(&article.title) };
                self.show(asked, text, heard)
            }
        }
    }
}

/// What stands for an article where the license engine answers.
const COMPAT: &str = "license-engine";
