//! Makes up for what was missed: reads the reactions that stand on the cards of open requests, and tells the
//! difference as if it had just happened; and brings indexes and digests in line with people who came or went.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tracing::{debug, info};

use super::engine::Core;
use super::index;
use super::mind::{Mind, Who};
use super::records;
use super::unit::{Unit, read_all};
use crate::chat::{DeliveryError, EventPort, StandingReaction};
use crate::core::effect::Effect;
use crate::core::event::{Event, EventId, EventKind, MessageRef, Place};
use crate::core::person::{PersonId, Standing};
use crate::request::sign::Sign;
use crate::request::slot::CardSlot;
use crate::request::state::{CardAt, Noticed};
use crate::request::steps::on;
use crate::request::{Choice, Request, Roster, digest};
use crate::store::{Key, StoreError};

/// A reaction that came or went unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// It stands, and was not taken up.
    Came(Noticed),
    /// It was taken up, and is gone.
    Went(Noticed),
}

/// What reactions on a card say that the request does not know, in the order in which it is to be told. Who may not
/// speak is left alone: they were told when they tried.
pub fn missed(
    request: &Request,
    mind: &Mind,
    roster: Roster<'_>,
    card: &CardSlot,
    message: &MessageRef,
    standing: &[StandingReaction],
    now: Timestamp,
) -> Vec<Missed> {
    if !request.status.is_open() || card.revision != request.revision {
        return Vec::new();
    }
    let standing: BTreeSet<Noticed> =
        standing.iter().map(|it| Noticed::new(message, &it.account, &it.emoji)).collect();
    let on = on(request, card, &mind.channels);
    // A card with one reviewer alone is theirs.
    let theirs = |person: &PersonId| !matches!(&card.at, CardAt::Person(of) if of != person);
    let of = |reaction: &Noticed| match mind.who(&reaction.account, Standing::Member) {
        Who::Person(person) => Some(&person.id).filter(|person| theirs(person)),
        Who::Unlisted | Who::Outsider => None,
    };
    let went = request.noticed.iter().filter(|it| it.message == *message && !standing.contains(it));
    let sees = |it: &&Noticed| of(it).is_some_and(|person| request.visible_to(person, roster, now));
    let came = standing.difference(&request.noticed).filter(|it| Sign::of(&it.emoji).is_some());
    let may = |it: &&Noticed| of(it).is_some_and(|who| request.may_speak(roster, who, &on, now).is_ok());
    let (approvals, others): (Vec<_>, Vec<_>) =
        came.filter(may).cloned().partition(|it| Sign::of(&it.emoji) == Some(Sign::Vote(Choice::Approve)));
    let went = went.filter(sees).cloned().map(Missed::Went);
    went.chain(others.into_iter().chain(approvals).map(Missed::Came)).collect()
}

impl Missed {
    fn reaction(&self) -> &Noticed {
        let (Self::Came(reaction) | Self::Went(reaction)) = self;
        reaction
    }

    /// When it is taken to have happened, before now: nobody knows, so what is gone went first, and where a person has
    /// reacted for and against, the rejection came last.
    fn ago(&self) -> SignedDuration {
        SignedDuration::from_millis(match self {
            Self::Went(_) => 2,
            Self::Came(it) if Sign::of(&it.emoji) == Some(Sign::Vote(Choice::Approve)) => 1,
            Self::Came(_) => 0,
        })
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
                let now = self.clock.now();
                for missed in missed(request, mind, roster, card, message, &standing, now) {
                    self.tell(missed).await;
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

    async fn tell(&self, missed: Missed) {
        let at = self.clock.now() - missed.ago();
        let Noticed { message, account, emoji } = missed.reaction().clone();
        let place = Place::channel(message.channel.clone());
        let what = format!("{message}/{account}/{emoji}/{}", at.as_microsecond());
        let (id, kind) = match missed {
            Missed::Came(_) => (format!("came/{what}"), EventKind::Reacted { message, emoji }),
            Missed::Went(_) => (format!("went/{what}"), EventKind::Unreacted { message, emoji, by: None }),
        };
        let event = Event { id: EventId(id), at, account, standing: Standing::Member, place, kind };
        info!(event = %event.id, "a reaction was missed");
        // If the bot is closing, the next start sees the same difference.
        let _ = self.accept(event).await;
    }
}
