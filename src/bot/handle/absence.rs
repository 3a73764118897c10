//! Who is away, and who decides for whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::texts;
use super::{Decision, Loaded, Scene, sweep};
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Subject};
use crate::core::person::{PersonId, Role};
use crate::request::Delegation;
use crate::request::steps::By;

/// Cards are redrawn when it changes who can decide: now, and when that ends.
fn redrawn(by: By<'_>, end: Option<Timestamp>, now: Timestamp) -> impl Iterator<Item = Effect> {
    let moments = [Some(now), end].into_iter().flatten();
    moments.map(move |due| Effect::Start(sweep::begin(by.person, due)))
}

impl Scene<'_> {
    /// The end of a day in a person's own zone.
    fn end_of(&self, day: Date, person: &PersonId) -> Timestamp {
        let zone = self.mind.people.get(person).map_or(jiff::tz::TimeZone::UTC, |person| person.zone.clone());
        let next = day.tomorrow().unwrap_or(day).to_zoned(zone);
        next.map_or(self.now, |next| next.timestamp())
    }

    pub(super) fn away(&self, by: By<'_>, until: Option<Date>, loaded: Loaded) -> Decision {
        let mut absences = loaded.absences;
        let before = absences.away.get(by.person).copied();
        let end = until.map_or(self.now, |day| self.end_of(day, by.person));
        absences.set_away(by.person, end, self.now);
        let until = until.filter(|_| end > self.now);
        let detail = until.map(|day| ("until", day.to_string()));
        let mut decision = self.changed(by, absences, "absence.set", detail.into_iter(), texts::away(until));
        // Who comes back at another time than was said is not looked for then.
        decision.effects.extend(before.map(|end| Effect::Stop { timer: sweep::begin(by.person, end).id }));
        decision.effects.extend(redrawn(by, until.map(|_| end), self.now));
        decision
    }

    pub(super) fn delegate(
        &self,
        by: By<'_>,
        to: &str,
        role: Option<String>,
        until: Date,
        loaded: Loaded,
    ) -> Decision {
        let people = &self.mind.people;
        let Some(deputy) = self.mind.person_named(to) else {
            return self.reply(crate::core::message::Text::line(texts::nobody(to)).into());
        };
        let role = role.map(Role);
        let delegation = Delegation {
            from: by.person.clone(),
            to: deputy.id.clone(),
            role: role.clone(),
            since: self.now,
            until: self.end_of(until, by.person),
        };
        let end = delegation.until;
        let mut absences = loaded.absences;
        if let Err(why) = absences.delegate(people, delegation) {
            let mut decision = self.reply(texts::no_delegation(why));
            let detail = [("to", deputy.id.0.clone()), ("why", format!("{why:?}").to_lowercase())];
            decision.effects.push(self.on_record(by, "delegation.set", Taken::Refused, detail.into_iter()));
            return decision;
        }
        let mut detail = vec![("to", deputy.id.0.clone()), ("until", until.to_string())];
        detail.extend(role.iter().map(|role| ("role", role.0.clone())));
        let said = texts::delegated(&deputy.name, role.as_ref(), until);
        let mut decision = self.changed(by, absences, "delegation.set", detail.into_iter(), said);
        decision.effects.extend(redrawn(by, Some(end), self.now));
        if let Some(account) = deputy.accounts.first().cloned() {
            let content = texts::deputy(people.name(by.person), role.as_ref(), until);
            decision.effects.push(Effect::Say { to: Destination::Direct { account }, content });
        }
        decision
    }

    pub(super) fn end_delegation(&self, by: By<'_>, loaded: Loaded) -> Decision {
        let mut absences = loaded.absences;
        let ended = absences.end_delegations(by.person, None, self.now);
        let said = texts::delegation_ended(ended);
        let mut decision = self.changed(by, absences, "delegation.ended", std::iter::empty(), said);
        decision.effects.extend(redrawn(by, None, self.now));
        decision
    }

    fn changed(
        &self,
        by: By<'_>,
        absences: crate::request::Absences,
        action: &str,
        detail: impl Iterator<Item = (&'static str, String)>,
        said: crate::core::message::Content,
    ) -> Decision {
        let mut decision = self.reply(said);
        decision.effects.push(self.on_record(by, action, Taken::Done, detail));
        Decision { absences: Some(absences), ..decision }
    }

    fn on_record(
        &self,
        by: By<'_>,
        action: &str,
        outcome: Taken,
        detail: impl Iterator<Item = (&'static str, String)>,
    ) -> Effect {
        Effect::Audit(AuditFact {
            subject: Subject(format!("person/{}", by.person)),
            actor: Actor::Person { person: by.person.clone(), account: by.account.clone() },
            action: action.to_owned(),
            outcome,
            revision: 0,
            policy: String::new(),
            message: Some(by.message.clone()),
            detail: detail.map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        })
    }
}
