//! Accounts of one person, joined with a code.
//!
//! The account that gave the code is somebody's, by the config, by a group or by a link; the one that tells it becomes
//! theirs. It brings nothing but what a group gives it, so that nobody gets more than the two had.

use std::collections::BTreeMap;

use super::super::link::{Code, LinkStep, Linking, Offer, WRONG_CODES};
use super::super::quota::{self, Room};
use super::super::texts::link as words;
use super::{Decision, Loaded, Scene};
use crate::core::effect::{Actor, AuditFact, Destination, Effect, Outcome as Taken, Subject};
use crate::core::event::Audience;
use crate::core::person::{AccountId, NoLink, Person};
use crate::request::steps::redraw_now;

/// Why a code joins nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It was told where others read along.
    Aloud,
    /// It is no code, or over.
    Wrong,
    /// Too many wrong ones were told.
    TooMany,
    /// The accounts cannot be one person's.
    NoLink(NoLink),
    /// The account has asked for something in its own name.
    HasRequests,
}

impl Scene<'_> {
    fn me(&self) -> Option<&Person> {
        self.mind.people.by_account(&self.event.account)
    }

    /// What is joined, with a code to join more.
    pub(super) fn link(&self, loaded: &Loaded) -> Decision {
        let (Some(linking), Some(person)) = (&loaded.linking, self.me()) else {
            return self.reply(words::unknown());
        };
        let code = &linking.fresh;
        let offer = Offer::new(self.event.account.clone(), code, &self.event.id.0, self.now);
        let mut decision = self.reply(words::code(person, &self.event.account, &linking.links, code));
        decision.effects.push(self.on_links("account.code", Taken::Done, []));
        decision.links.push(LinkStep::Offer(offer));
        decision
    }

    /// Somebody tells a code.
    pub(super) fn link_with(&self, code: &Code, loaded: &Loaded) -> Decision {
        let Some(linking) = &loaded.linking else { return Decision::default() };
        let offer = linking.offers.iter().find(|offer| offer.is_of(code));
        let mut decision = match self.joins(offer, linking) {
            Ok((offer, owner)) => self.joined(offer, owner, linking),
            Err(Refusal::Wrong) => self.wrong(linking),
            Err(refusal) => self.refused(&refusal),
        };
        // Once told, it is over, whatever came of it.
        decision.links.extend(offer.map(|offer| LinkStep::Burn(offer.account.clone())));
        decision
    }

    fn joins<'o>(
        &self,
        offer: Option<&'o Offer>,
        linking: &Linking,
    ) -> Result<(&'o Offer, &Person), Refusal> {
        if self.event.place.audience == Audience::Channel {
            return Err(Refusal::Aloud);
        }
        if quota::one_more(linking.wrong.as_ref(), WRONG_CODES, self.now).is_over() {
            return Err(Refusal::TooMany);
        }
        let offer = offer.filter(|offer| offer.is_good(self.now)).ok_or(Refusal::Wrong)?;
        let people = &self.mind.people;
        let owner = people.may_join(&self.event.account, &offer.account).map_err(Refusal::NoLink)?;
        // Else they could vote on what they asked for in their other name.
        if self.me().is_some_and(|own| linking.requests.iter().any(|request| request.asks(&own.id))) {
            return Err(Refusal::HasRequests);
        }
        Ok((offer, owner))
    }

    fn joined(&self, offer: &Offer, owner: &Person, linking: &Linking) -> Decision {
        let account = &self.event.account;
        let mut links = linking.links.clone();
        links.join(account, &offer.account, self.now);
        let mut decision = self.reply(words::linked(owner, &offer.account));
        decision.effects.push(tell(&offer.account, words::other_linked(account)));
        let detail = [("to", offer.account.to_string()), ("person", owner.id.0.clone())];
        decision.effects.push(self.on_links("account.linked", Taken::Done, detail));
        self.changed_links(decision, links, linking)
    }

    fn wrong(&self, linking: &Linking) -> Decision {
        let mut decision = self.refused(&Refusal::Wrong);
        if let Room::Within(count) = quota::one_more(linking.wrong.as_ref(), WRONG_CODES, self.now) {
            decision.links.push(LinkStep::Wrong(self.event.account.clone(), count));
        }
        decision
    }

    fn refused(&self, refusal: &Refusal) -> Decision {
        let mut decision = self.reply(words::refused(refusal));
        let why = [("why", words::on_record(refusal).to_owned())];
        decision.effects.push(self.on_links("account.linked", Taken::Refused, why));
        decision
    }

    /// An account is let go: the named one, or the one that speaks, or all that are joined to it.
    pub(super) fn unlink(&self, named: Option<AccountId>, loaded: &Loaded) -> Decision {
        let (Some(linking), Some(person)) = (&loaded.linking, self.me()) else {
            return self.reply(words::unknown());
        };
        let mine = &self.event.account;
        let chosen: Vec<AccountId> = match named {
            Some(named) => vec![named],
            None if linking.links.of(mine).is_some() => vec![mine.clone()],
            None => linking.links.joined_to(mine).cloned().collect(),
        };
        let mut links = linking.links.clone();
        let theirs = |account: &AccountId| person.accounts.contains(account);
        let parted: Vec<AccountId> =
            chosen.into_iter().filter(|account| theirs(account) && links.part(account)).collect();
        if parted.is_empty() {
            return self.reply(words::nothing_linked(person));
        }
        let mut decision = self.reply(words::unlinked(&parted));
        for account in &parted {
            let detail = [("account", account.to_string()), ("person", person.id.0.clone())];
            decision.effects.push(self.on_links("account.unlinked", Taken::Done, detail));
            let others = [Some(account), linking.links.of(account).map(|link| &link.to)];
            let others = others.into_iter().flatten().filter(|other| *other != mine);
            decision.effects.extend(others.map(|other| tell(other, words::other_unlinked(account))));
        }
        self.changed_links(decision, links, linking)
    }

    /// Who can decide may be others now: the cards say so.
    fn changed_links(
        &self,
        mut decision: Decision,
        links: crate::core::person::Links,
        linking: &Linking,
    ) -> Decision {
        let open = linking.requests.iter().filter(|request| request.status.is_open());
        decision.effects.extend(open.map(|request| Effect::Start(redraw_now(&request.id, self.now))));
        decision.links.push(LinkStep::Links(links));
        decision
    }

    fn on_links<const N: usize>(
        &self,
        action: &str,
        outcome: Taken,
        detail: [(&'static str, String); N],
    ) -> Effect {
        let account = self.event.account.clone();
        let (subject, actor) = match self.me() {
            Some(person) => {
                (format!("person/{}", person.id), Actor::Person { person: person.id.clone(), account })
            }
            None => (format!("account/{account}"), Actor::Stranger { account }),
        };
        Effect::Audit(AuditFact {
            subject: Subject(subject),
            actor,
            action: action.to_owned(),
            outcome,
            revision: 0,
            policy: String::new(),
            message: Some(self.event.message().clone()),
            detail: detail
                .map(|(key, value)| (key.to_owned(), value))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
        })
    }
}

fn tell(account: &AccountId, content: crate::core::message::Content) -> Effect {
    Effect::Say { to: Destination::Direct { account: account.clone() }, content }
}
