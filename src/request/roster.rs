//! Who may act for whom, at a moment: roles from the config, and the absences and delegations that people told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::person::{People, PersonId, Role};

/// Who is away, and who decides for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absences {
    /// Until when somebody is away.
    #[serde(default)]
    pub away: BTreeMap<PersonId, Timestamp>,
    /// Who decides for whom.
    #[serde(default)]
    pub delegations: Vec<Delegation>,
}

/// One person decides for another, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Whose seat it is.
    pub from: PersonId,
    /// Who fills it.
    pub to: PersonId,
    /// In this role alone; in every role of theirs, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Delegation {
    fn covers(&self, role: &Role, at: Timestamp) -> bool {
        self.role.as_ref().is_none_or(|scope| scope == role) && self.since <= at && at < self.until
    }
}

/// Why somebody cannot decide for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDelegation {
    /// To oneself.
    ToOneself,
    /// The one who delegates holds no role, or not this one.
    HoldsNothing,
    /// The one who delegates decides by delegation only: no chains.
    Chain,
    /// It would end before it begins.
    Past,
}

impl Absences {
    /// Notes that a person is away until a moment, or back if that is past.
    pub fn set_away(&mut self, person: &PersonId, until: Timestamp, now: Timestamp) {
        if until > now {
            self.away.insert(person.clone(), until);
        } else {
            self.away.remove(person);
        }
    }

    /// Adds a delegation in place of the one there was for the same seat, and drops those that are long over.
    ///
    /// # Errors
    /// Why it is none.
    pub fn delegate(&mut self, people: &People, new: Delegation) -> Result<(), NoDelegation> {
        if new.from == new.to {
            return Err(NoDelegation::ToOneself);
        }
        if new.until <= new.since {
            return Err(NoDelegation::Past);
        }
        let holds = |role: &Role| people.holds(&new.from, role);
        let directly = match &new.role {
            Some(role) => holds(role),
            None => people.roles().any(holds),
        };
        if !directly {
            let fills = self.delegations.iter().any(|old| old.to == new.from && new.since < old.until);
            return Err(if fills { NoDelegation::Chain } else { NoDelegation::HoldsNothing });
        }
        self.end_delegations(&new.from, new.role.as_ref(), new.since);
        self.delegations.push(new);
        Ok(())
    }

    /// Ends what a person has delegated, now: in a role, or all of it. Votes that were given stay as given.
    pub fn end_delegations(&mut self, from: &PersonId, role: Option<&Role>, now: Timestamp) -> bool {
        let mut ended = false;
        for old in &mut self.delegations {
            let same =
                old.from == *from && (role.is_none() || old.role.is_none() || old.role.as_ref() == role);
            if same && old.until > now {
                old.until = now;
                ended = true;
            }
        }
        ended
    }
}

/// Who may act for whom.
#[derive(Debug, Clone, Copy)]
pub struct Roster<'a> {
    /// Who holds which role.
    pub people: &'a People,
    /// Who is away, and who decides for whom.
    pub absences: &'a Absences,
}

impl Roster<'_> {
    /// Whose seat in a role a person fills at a moment: their own, or that of somebody who delegated to them and is
    /// not among `barred`. None if they may not act in the role.
    pub fn seat(
        &self,
        person: &PersonId,
        role: &Role,
        at: Timestamp,
        barred: &dyn Fn(&PersonId) -> bool,
    ) -> Option<PersonId> {
        if barred(person) {
            return None;
        }
        if self.people.holds(person, role) {
            return Some(person.clone());
        }
        self.people.get(person)?;
        self.absences
            .delegations
            .iter()
            .find(|delegation| {
                delegation.to == *person
                    && delegation.covers(role, at)
                    && self.people.holds(&delegation.from, role)
                    && !barred(&delegation.from)
            })
            .map(|delegation| delegation.from.clone())
    }

    /// Everybody who may act in a role at a moment, with the seat they fill.
    pub fn holders(
        &self,
        role: &Role,
        at: Timestamp,
        barred: &dyn Fn(&PersonId) -> bool,
    ) -> BTreeMap<PersonId, PersonId> {
        let direct = self.people.members(role).map(|person| &person.id);
        let delegates = self.absences.delegations.iter().map(|delegation| &delegation.to);
        direct
            .chain(delegates)
            .filter_map(|person| Some((person.clone(), self.seat(person, role, at, barred)?)))
            .collect()
    }

    /// Whether a person is away at a moment.
    pub fn is_away(&self, person: &PersonId, at: Timestamp) -> bool {
        self.absences.away.get(person).is_some_and(|until| at < *until)
    }

    /// The roles in which a person may act at a moment, on some request.
    pub fn roles(&self, person: &PersonId, at: Timestamp) -> BTreeSet<Role> {
        let nobody = |_: &PersonId| false;
        self.people.roles().filter(|role| self.seat(person, role, at, &nobody).is_some()).cloned().collect()
    }
}
