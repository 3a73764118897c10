//! Makes up for what was missed: reads the reactions that stand on the cards of open requests, and tells the
//! difference as if it had just happened; and brings indexes and digests in line with people who came or went.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::{debug, info};

use super::engine::Core;
use super::index;
use super::mind::{Mind, Who};
use super::records;
use super::unit::{Unit, read_all};
use crate::chat::{DeliveryError, EventPort, StandingReaction};
use crate::core::effect::Effect;
use crate::core::event::{Event, EventId, EventKind, MessageRef, Place};
use crate::core::person::{AccountId, PersonId, Standing};
use crate::request::sign::Sign;
use crate::request::slot::CardSlot;
use crate::request::state::CardAt;
use crate::request::steps::stages_at;
use crate::request::{Choice, Means, Request, Roster, digest};
use crate::store::{Key, StoreError};

/// A reaction that came or went unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// It stands, and is no vote yet.
    Came(StandingReaction),
    /// It was a vote, and is gone.
    Went(StandingReaction),
}

fn vote_of(reaction: &str) -> Option<Choice> {
    match Sign::of(reaction) {
        Some(Sign::Vote(choice)) => Some(choice),
        _ => None,
    }
}

/// What reactions on a card say that the votes do not. Where a person has reacted for and against, nobody knows which
/// came last, so the vote that stands is kept, and without one the rejection counts. Who may not vote is left alone:
/// they were told when they tried.
pub fn missed(
    request: &Request,
    mind: &Mind,
    roster: Roster<'_>,
    at: &CardAt,
    standing: &[StandingReaction],
    now: Timestamp,
) -> Vec<Missed> {
    let mut found = Vec::new();
    if !request.status.is_open() {
        return found;
    }
    let here = stages_at(request, at, &mind.channels);
    let here =
        |stage: &&crate::request::rules::Stage| here.as_ref().is_none_or(|here| here.contains(&stage.id));
    let reactions_of = |account: &AccountId| {
        let theirs = standing.iter().filter(move |reaction| reaction.account == *account);
        theirs
            .filter_map(|reaction| vote_of(&reaction.emoji).map(|choice| (choice, reaction.clone())))
            .collect::<Vec<_>>()
    };
    for stage in request.rules.stages.iter().filter(here) {
        for (person, ballot) in request.ballots.get(&stage.id).into_iter().flatten() {
            let Some(choice) = ballot.choice else { continue };
            // The same stage may have a card elsewhere: a reaction is missed only where it was given.
            let given_here = ballot.means == Means::Reaction && ballot.card.as_ref() == Some(at);
            let gone = !reactions_of(&ballot.account).iter().any(|(theirs, _)| *theirs == choice);
            if given_here && gone && mind.people.get(person).is_some() {
                let emoji = emoji_of(choice).to_owned();
                let went = Missed::Went(StandingReaction { account: ballot.account.clone(), emoji });
                if !found.contains(&went) {
                    found.push(went);
                }
            }
        }
    }
    let accounts: BTreeSet<&AccountId> = standing.iter().map(|reaction| &reaction.account).collect();
    for account in accounts {
        let Who::Person(person) = mind.who(account, Standing::Member) else { continue };
        let theirs = reactions_of(account);
        // A vote that was taken back, or void with its revision, is not given again by what still stands.
        let unsaid = request.rules.stages.iter().filter(here).any(|stage| {
            request.seat(stage, &person.id, roster, now).is_some()
                && match request.ballot(&stage.id, &person.id) {
                    Some(ballot) => {
                        ballot.means == Means::Reaction
                            && ballot.card.as_ref() == Some(at)
                            && ballot.choice.is_some_and(|choice| !theirs.iter().any(|(c, _)| *c == choice))
                    }
                    None => true,
                }
        });
        let reject_first = theirs.into_iter().max_by_key(|(choice, _)| *choice == Choice::Reject);
        if let Some((_, reaction)) = reject_first.filter(|_| unsaid) {
            found.push(Missed::Came(reaction));
        }
    }
    found
}

fn emoji_of(choice: Choice) -> &'static str {
    match choice {
        Choice::Approve => crate::core::emoji::CHECK,
        Choice::Reject => crate::core::emoji::CROSS,
    }
}

impl Core {
    /// Looks at all open requests.
    ///
    /// # Errors
    /// When the store fails. A platform that cannot say now is asked again next time.
    pub(super) async fn reconcile(&self) -> Result<(), StoreError> {
        let mind = self.minds.current();
        let absences = self.load_one(records::absences()).await?.unwrap_or_default();
        let roster = Roster { people: &mind.people, absences: &absences };
        let mut concerned: BTreeSet<PersonId> = BTreeSet::new();
        for (_, _, index::Entry(id)) in read_all(self.store.as_ref(), index::open()).await? {
            let Some(request) = self.load_one::<Request>(records::request(&id)).await? else { continue };
            concerned.extend(digest::concerned(&request, roster, self.clock.now()));
            self.reindex(&request, roster).await?;
            let slots = records::slots_of(&(&request.id).into());
            for (key, _, message) in read_all::<MessageRef>(self.store.as_ref(), slots).await? {
                let Some(card) = records::slot_of(&key).and_then(|slot| CardSlot::read(&slot)) else {
                    continue;
                };
                if card.revision == request.revision {
                    self.look_at(&mind, &request, &card, &message, roster).await;
                }
            }
        }
        self.wake(&mind, concerned).await
    }

    async fn look_at(
        &self,
        mind: &Mind,
        request: &Request,
        card: &CardSlot,
        message: &MessageRef,
        roster: Roster<'_>,
    ) {
        let Some(adapter) = self.adapters.get(&message.channel.platform) else { return };
        match adapter.reactions(message).await {
            Ok(Some(standing)) => {
                for missed in missed(request, mind, roster, &card.at, &standing, self.clock.now()) {
                    self.tell(message, missed).await;
                }
            }
            Ok(None) | Err(DeliveryError::Gone) => {}
            Err(
                DeliveryError::Retry { why, .. }
                | DeliveryError::Unknown { why }
                | DeliveryError::Refused { why },
            ) => {
                info!(request = %request.id, why, "cannot read reactions now");
            }
        }
    }

    /// The index follows from the request and from who holds which role; the roles may have changed with the config.
    async fn reindex(&self, request: &Request, roster: Roster<'_>) -> Result<(), StoreError> {
        let mut unit = Unit::new(self.store.as_ref());
        let now = self.clock.now();
        // Only if it is as it was looked at.
        let current: Option<Request> = unit.read(records::request(&request.id)).await?;
        if current.as_ref() != Some(request) || !index::update(&mut unit, request, roster, now).await? {
            return Ok(());
        }
        match self.committer.commit(unit, Vec::new(), "reindex", now).await {
            // Whoever changed it has updated the index.
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whoever has something to do gets a digest, also those who came to their role after it was filed.
    async fn wake(&self, mind: &Mind, concerned: BTreeSet<PersonId>) -> Result<(), StoreError> {
        let now = self.clock.now();
        for person in concerned {
            let Some(timer) = digest::wake(&person, &mind.people, now) else { continue };
            let mut unit = Unit::new(self.store.as_ref());
            if unit.read::<Key>(records::timer_of(&timer.id)).await?.is_some() {
                continue;
            }
            match self.committer.commit(unit, vec![Effect::Start(timer)], "wake", now).await {
                Ok(_) => self.timers.notify_one(),
                Err(StoreError::Conflict { key }) => debug!(%key, "somebody else woke them"),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn tell(&self, message: &MessageRef, missed: Missed) {
        let at = self.clock.now();
        let (word, reaction) = match &missed {
            Missed::Came(reaction) => ("came", reaction),
            Missed::Went(reaction) => ("went", reaction),
        };
        let emoji = reaction.emoji.clone();
        let message = message.clone();
        let event = Event {
            id: EventId(format!("{word}/{message}/{}/{emoji}/{}", reaction.account, at.as_microsecond())),
            at,
            account: reaction.account.clone(),
            standing: Standing::Member,
            place: Place::channel(message.channel.clone()),
            kind: match &missed {
                Missed::Came(_) => EventKind::Reacted { message, emoji },
                Missed::Went(_) => EventKind::Unreacted { message, emoji, by: None },
            },
        };
        info!(event = %event.id, "a reaction was missed");
        // If the bot is closing, the next start sees the same difference.
        let _ = self.accept(event).await;
    }
}
