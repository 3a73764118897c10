//! Makes up for what was missed: reads the reactions that stand on the cards of open requests, and tells the
//! difference as if it had just happened.

use tracing::info;

use super::engine::Core;
use super::filter::vote_of;
use super::mind::{Mind, Who};
use super::records;
use super::unit::read_all;
use crate::chat::{DeliveryError, EventPort, StandingReaction};
use crate::core::event::{Event, EventId, EventKind, MessageRef, Place};
use crate::core::person::{AccountId, ChannelId, Standing};
use crate::request::{Choice, Means, Request};
use crate::store::StoreError;

/// A reaction that came or went unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// It stands, and is no vote yet.
    Came(StandingReaction),
    /// It was a vote, and is gone.
    Went(StandingReaction),
}

/// What reactions on a card in `channel` say that the votes do not. Where a person has reacted for and against,
/// nobody knows which came last, so the vote that stands is kept, and without one the rejection counts. Who may
/// not vote is left alone: they were told when they tried.
pub fn missed(
    request: &Request,
    mind: &Mind,
    channel: &ChannelId,
    standing: &[StandingReaction],
) -> Vec<Missed> {
    let mut found = Vec::new();
    if !request.status.is_open() {
        return found;
    }
    let here = |stage: &crate::request::workflow::Stage| mind.channels.of(&stage.role).contains(channel);
    let reactions_of = |account: &AccountId| {
        let theirs = standing.iter().filter(move |reaction| reaction.account == *account);
        theirs
            .filter_map(|reaction| vote_of(&reaction.emoji).map(|choice| (choice, reaction.clone())))
            .collect::<Vec<_>>()
    };
    for stage in request.rules.stages.iter().filter(|stage| here(stage)) {
        for (person, vote) in request.votes.get(&stage.id).into_iter().flatten() {
            let theirs = reactions_of(&vote.account);
            let gone = !theirs.iter().any(|(choice, _)| *choice == vote.choice);
            if vote.means == Means::Reaction && gone && mind.people.get(person).is_some() {
                let emoji = emoji_of(vote.choice).to_owned();
                let went = Missed::Went(StandingReaction { account: vote.account.clone(), emoji });
                if !found.contains(&went) {
                    found.push(went);
                }
            }
        }
    }
    let mut accounts: Vec<&AccountId> = standing.iter().map(|reaction| &reaction.account).collect();
    accounts.sort();
    accounts.dedup();
    for account in accounts {
        let Who::Person(person) = mind.who(account, Standing::Member) else { continue };
        let Ok(stages) = request.entitled(&person.id, &mind.people, here) else { continue };
        let theirs = reactions_of(account);
        let unsaid = stages.iter().any(|stage| {
            let taken_back = request.taken_back.get(&stage.id).is_some_and(|who| who.contains(&person.id));
            match request.votes.get(&stage.id).and_then(|votes| votes.get(&person.id)) {
                Some(vote) => {
                    vote.means == Means::Reaction && !theirs.iter().any(|(choice, _)| *choice == vote.choice)
                }
                None => !taken_back,
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
    /// Looks at the cards of all open requests.
    ///
    /// # Errors
    /// When the store fails. A platform that cannot say now is asked again next time.
    pub(super) async fn reconcile(&self) -> Result<(), StoreError> {
        let mind = self.minds.current();
        let requests = read_all::<Request>(self.store.as_ref(), records::all_requests()).await?;
        for (_, _, request) in requests.into_iter().filter(|(_, _, request)| request.status.is_open()) {
            let slots = records::slots_of(&(&request.id).into());
            for (_, _, message) in read_all::<MessageRef>(self.store.as_ref(), slots).await? {
                let Some(adapter) = self.adapters.get(&message.channel.platform) else { continue };
                match adapter.reactions(&message).await {
                    Ok(Some(standing)) => {
                        for missed in missed(&request, &mind, &message.channel, &standing) {
                            self.tell(&message, missed).await;
                        }
                    }
                    Ok(None) => {}
                    Err(DeliveryError::Retry { why, .. } | DeliveryError::Refused { why }) => {
                        info!(request = %request.id, why, "cannot read reactions now");
                    }
                    Err(DeliveryError::Gone) => {}
                }
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
                Missed::Went(_) => EventKind::Unreacted { message, emoji },
            },
        };
        info!(event = %event.id, "a reaction was missed");
        // If the bot is closing, the next start sees the same difference.
        let _ = self.accept(event).await;
    }
}
