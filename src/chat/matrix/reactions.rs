//! The reactions that stand on a message, as the home server knows them.

use matrix_sdk::RoomState;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::{IncludeRelations, RelationsOptions};
use matrix_sdk::ruma::events::relation::RelationType;
use matrix_sdk::ruma::events::{AnySyncMessageLikeEvent, AnySyncTimelineEvent, SyncMessageLikeEvent};
use matrix_sdk::ruma::{EventId, UInt};

use super::MatrixAdapter;
use super::rooms::account;
use super::trouble::Trouble;
use crate::chat::{DeliveryError, StandingReaction};
use crate::core::event::MessageRef;

/// How many reactions come at once.
const PAGE: u32 = 100;

impl MatrixAdapter {
    /// The reactions of people on a message; none when the message is gone.
    pub(super) async fn standing_on(
        &self,
        message: &MessageRef,
    ) -> Result<Option<Vec<StandingReaction>>, DeliveryError> {
        let Ok(id) = EventId::parse(&message.id) else { return Ok(None) };
        for room in self.rooms_of(&message.channel) {
            if room.state() != RoomState::Joined || self.own(&room, &id).await?.is_none() {
                continue;
            }
            let mut standing = Vec::new();
            let mut from = None;
            loop {
                let options = RelationsOptions {
                    from: from.take(),
                    limit: Some(UInt::from(PAGE)),
                    include_relations: IncludeRelations::RelationsOfType(RelationType::Annotation),
                    ..RelationsOptions::default()
                };
                let page = room.relations(id.clone(), options).await.map_err(Trouble::from)?;
                standing.extend(page.chunk.iter().filter_map(|event| {
                    reaction(event).filter(|reaction| reaction.account.id != room.own_user_id().as_str())
                }));
                match page.next_batch_token {
                    Some(next) => from = Some(next),
                    None => return Ok(Some(standing)),
                }
            }
        }
        Ok(None)
    }
}

fn reaction(event: &TimelineEvent) -> Option<StandingReaction> {
    let AnySyncTimelineEvent::MessageLike(AnySyncMessageLikeEvent::Reaction(SyncMessageLikeEvent::Original(
        reaction,
    ))) = event.raw().deserialize().ok()?
    else {
        return None;
    };
    Some(StandingReaction { account: account(&reaction.sender), emoji: reaction.content.relates_to.key })
}
