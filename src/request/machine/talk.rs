//! Concerns that block, and questions that stop the clock.

use jiff::Timestamp;

use super::super::roster::Roster;
use super::super::state::{Concern, Mark, Question, Request};
use super::{Doer, Happened, MOST_TEXTS, Numbered, On, Refusal, words};

impl Request {
    pub(super) fn concern(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        text: &str,
        on: &On,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        let stages = self.entitled(roster, &by.person, on, now)?;
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        if self.open_concerns().any(|(_, concern)| concern.by == by.person && concern.text == text) {
            return Ok(());
        }
        if self.concerns.len() >= MOST_TEXTS {
            return Err(Refusal::TooMany);
        }
        let Some(stage) = stages.into_iter().next() else { return Err(Refusal::NoRole) };
        self.first_response.get_or_insert(now);
        let concern = Concern { stage: stage.id, by: by.person.clone(), at: now, text, resolved: None };
        self.concerns.push(concern);
        happened.push(Happened::ConcernRaised(self.concerns.len()));
        Ok(())
    }

    pub(super) fn resolve(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        number: usize,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let count = self.concerns.len();
        let none = Refusal::NoSuch { what: Numbered::Concern, count };
        let index = number.checked_sub(1).filter(|index| *index < count).ok_or(none)?;
        let stage = self.rules.stage(&self.concerns[index].stage);
        let leads = stage
            .and_then(|stage| stage.lead.as_ref())
            .is_some_and(|lead| roster.people.holds(&by.person, lead) && !self.asks(&by.person));
        let concern = &mut self.concerns[index];
        if concern.by != by.person && !leads {
            return Err(Refusal::NotTheirConcern);
        }
        if concern.resolved.is_none() {
            concern.resolved = Some(Mark { by: by.person.clone(), at: now });
            happened.push(Happened::ConcernResolved(number));
        }
        Ok(())
    }

    pub(super) fn ask(
        &mut self,
        roster: Roster<'_>,
        by: &Doer,
        text: &str,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        self.entitled(roster, &by.person, &On::default(), now)?;
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        if self.open_questions().any(|(_, question)| question.by == by.person && question.text == text) {
            return Ok(());
        }
        if self.questions.len() >= MOST_TEXTS {
            return Err(Refusal::TooMany);
        }
        self.first_response.get_or_insert(now);
        self.clock.pause(now);
        self.questions.push(Question {
            by: by.person.clone(),
            account: by.account.clone(),
            at: now,
            text,
            answer: None,
            answered: None,
        });
        happened.push(Happened::Asked(self.questions.len()));
        Ok(())
    }

    pub(super) fn reply(
        &mut self,
        by: &Doer,
        number: Option<usize>,
        text: &str,
        now: Timestamp,
        happened: &mut Vec<Happened>,
    ) -> Result<(), Refusal> {
        if !self.owns(&by.person) {
            return Err(Refusal::NotTheirs);
        }
        if !self.status.is_open() {
            return Err(Refusal::Decided(self.status));
        }
        let text = words(Some(text)).ok_or(Refusal::NeedsWords)?;
        let none = Refusal::NoSuch { what: Numbered::Question, count: self.open_questions().count() };
        let number = number.or_else(|| self.open_questions().next().map(|(number, _)| number));
        let index = number.and_then(|number| number.checked_sub(1));
        let question = index.and_then(|index| self.questions.get_mut(index)).filter(|q| q.answer.is_none());
        let (Some(number), Some(question)) = (number, question) else { return Err(none) };
        question.answer = Some(text);
        question.answered = Some(Mark { by: by.person.clone(), at: now });
        happened.push(Happened::Replied(number));
        self.go_on(now, happened);
        Ok(())
    }

    /// The clock goes on when nobody waits for an answer.
    fn go_on(&mut self, now: Timestamp, happened: &mut Vec<Happened>) {
        if self.clock.paused.is_some() && self.open_questions().next().is_none() {
            self.clock.resume(now);
            happened.push(Happened::Resumed);
        }
    }
}
