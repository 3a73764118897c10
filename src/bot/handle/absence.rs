//! Who is away, and who decides for whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::texts;
use super::{Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Subject};
use crate::core::person::{PersonId, Role};
use crate::request::steps::{By, redraw_at};
use crate::request::{Delegation, Request};

impl Scene<'_> {
    /// The end of a day in a person's own zone.
    fn end_of(&self, day: Date, person: &PersonId) -> Timestamp {
        let zone = self.mind.people.get(person).map_or(jiff::tz::TimeZone::UTC, |person| person.zone.clone());
        let next = day.tomorrow().unwrap_or(day).to_zoned(zone);
        next.map_or(self.now, |next| next.timestamp())
    }

    pub(super) fn away(&self, by: By<'_>, until: Option<Date>, loaded: Loaded) -> Decision {
        let mut absences = loaded.absences;
        let end = until.map_or(self.now, |day| self.end_of(day, by.person));
        absences.set_away(by.person, end, self.now);
        let until = until.filter(|_| end > self.now);
        let detail = until.map(|day| ("until", day.to_string()));
        let moments = [Some(self.now), until.map(|_| end)];
        let open = self.redrawn(&loaded.requests, moments);
        let mut decision = self.changed(by, absences, "absence.set", detail.into_iter(), texts::away(until));
        decision.effects.extend(open);
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
        let moments = [Some(self.now), Some(delegation.until)];
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
        decision.effects.extend(self.redrawn(&loaded.requests, moments));
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
        decision.effects.extend(self.redrawn(&loaded.requests, [Some(self.now)]));
        decision
    }

    /// Cards say who can decide: those of open requests are redrawn when that changes.
    pub(super) fn redrawn(
        &self,
        requests: &[Request],
        moments: impl IntoIterator<Item = Option<Timestamp>>,
    ) -> Vec<Effect> {
        let at =
            |due: Timestamp| requests.iter().map(move |request| Effect::Start(redraw_at(&request.id, due)));
        moments.into_iter().flatten().flat_map(at).collect()
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
