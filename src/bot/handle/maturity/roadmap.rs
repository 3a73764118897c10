//! The roadmap in chat.

use super::super::super::coach::Kept;
use super::super::Decision;
use super::{Answered, Coach, refuse};
use crate::core::effect::{Destination, Effect, Slot, Subject};
use crate::maturity::roadmap::{Edit, Milestone, NotChanged};
use crate::maturity::{Findings, texts, view};

impl Coach<'_> {
    /// The OSPO sees all of it; others what is theirs.
    pub(super) fn roadmap(&self) -> Decision {
        let mut roadmap = self.shelf.roadmap.clone();
        if !self.is_ospo() && !self.in_team_channel() {
            roadmap.milestones.retain(|milestone| milestone.owner.as_ref() == Some(&self.person.id));
            if roadmap.milestones.is_empty() {
                return self.reply(texts::ospo_only("The roadmap"));
            }
        }
        let mut card = view::roadmap(&roadmap, &self.scene.mind.people, self.today());
        if !self.is_ospo() {
            card.buttons.clear();
        }
        self.reply(card.into())
    }

    /// Whether the author may see a milestone and say how it goes: the OSPO, its owner, and the people of a channel
    /// where a team is reminded.
    fn takes_part(&self, milestone: &Milestone) -> bool {
        self.is_ospo() || milestone.owner.as_ref() == Some(&self.person.id) || self.in_team_channel()
    }

    /// One milestone, as a card of its own: a check mark on it says that it is done.
    pub(super) fn milestone(&self, number: u32) -> Decision {
        let milestone = self.shelf.roadmap.get(number).filter(|milestone| self.takes_part(milestone));
        let Some(milestone) = milestone else {
            return self.reply(texts::problem(&NotChanged::Unknown(number)));
        };
        Decision { effects: vec![self.card(milestone)], ..Decision::default() }
    }

    fn card(&self, milestone: &Milestone) -> Effect {
        let place = self.scene.event.place.clone();
        let subject = Subject(format!("step-{}", milestone.number));
        let card =
            view::milestone(milestone, self.model(&milestone.model), &self.scene.mind.people, self.today());
        Effect::Show {
            slot: Slot(format!("{subject}/card/{}", place.channel)),
            subject,
            to: Destination::Place { place },
            content: card.into(),
        }
    }

    pub(super) fn propose(&self, words: &str) -> Answered {
        if !self.is_ospo() {
            return refuse(texts::ospo_only("Proposing a roadmap"));
        }
        let model = self.model_alone(words)?;
        let Some(assessment) = self.shelf.newest(model) else { return refuse(texts::not_begun(model)) };
        let targets = self.shelf.targets_of(model);
        let findings = Findings::of(model, assessment, &targets);
        let mut roadmap = self.shelf.roadmap.clone();
        let new = roadmap.propose(&findings, self.today(), &self.person.id, self.scene.now);
        if new.is_empty() {
            return refuse(texts::nothing_to_propose());
        }
        let card = view::roadmap(&roadmap, &self.scene.mind.people, self.today());
        Ok(self.kept(Kept::Roadmap(roadmap), card.into()))
    }

    pub(super) fn owner(&self, number: u32, who: &str) -> Answered {
        let person = self.person_named(who)?;
        self.edit(number, Edit::Owner(person.id.clone()))
    }

    pub(super) fn due(&self, number: u32, day: &str) -> Answered {
        match day.trim().parse() {
            Ok(day) => self.edit(number, Edit::Due(day)),
            Err(_) => refuse(texts::problem(&"write the day as year-month-day, such as 2027-01-31")),
        }
    }

    pub(super) fn edit(&self, number: u32, edit: Edit) -> Answered {
        let known = self.shelf.roadmap.get(number).filter(|milestone| self.takes_part(milestone));
        let Some(known) = known else { return refuse(texts::problem(&NotChanged::Unknown(number))) };
        if matches!(edit, Edit::Accept | Edit::Drop(_) | Edit::Owner(_)) && !self.is_ospo() {
            return refuse(texts::ospo_only("What is on the roadmap"));
        }
        let what = match &edit {
            Edit::Accept => "is on the roadmap",
            Edit::Owner(_) => "has an owner",
            Edit::Due(_) => "was moved",
            Edit::Step(_) => "has another step",
            Edit::Drop(_) => "was dropped",
            Edit::Progress(_) => "goes on",
            Edit::Done(_) => "is done",
            Edit::Reopen => "is open again",
        };
        let owner = match &edit {
            Edit::Owner(owner) if *owner != self.person.id => self.scene.mind.people.get(owner),
            _ => None,
        };
        let mut roadmap = self.shelf.roadmap.clone();
        let milestone = match roadmap.edit(number, edit, &self.person.id, self.today(), self.scene.now) {
            Ok(milestone) => milestone.clone(),
            // The same said twice, by a press and a reaction, is no mistake.
            Err(NotChanged::Over(..)) if what == "is done" && known.status.word() == "done" => {
                return Ok(Decision::default());
            }
            Err(why) => return refuse(texts::problem(&why)),
        };
        let mut decision = self.kept(Kept::Roadmap(roadmap), texts::milestone_changed(&milestone, what));
        let told = owner.and_then(|owner| {
            let model = self.model(&milestone.model);
            let card = view::milestone(&milestone, model, &self.scene.mind.people, self.today());
            self.direct(owner, card.into())
        });
        decision.effects.extend(told);
        Ok(decision)
    }
}
