//! The names of the messages that show a request and are kept up to date: `REL-42/r1/card/slack:C1`.
//!
//! The name tells the revision that a card shows, so a reaction on an old card is known for what it is.

use super::id::RequestId;
use super::state::CardAt;
use crate::core::effect::Slot;
use crate::core::person::PersonId;

/// A card of a request on which people can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSlot {
    /// The request.
    pub request: RequestId,
    /// The revision it shows.
    pub revision: u32,
    /// Where it stands.
    pub at: CardAt,
}

impl CardSlot {
    /// The name of the slot.
    pub fn slot(&self) -> Slot {
        let Self { request, revision, at } = self;
        Slot(match at {
            CardAt::Channel(channel) => format!("{request}/r{revision}/card/{channel}"),
            CardAt::Person(person) => format!("{request}/r{revision}/for/{person}"),
        })
    }

    /// Reads the name of a slot; none if it is no card to decide on.
    pub fn read(slot: &Slot) -> Option<Self> {
        let mut parts = slot.0.splitn(4, '/');
        let request = parts.next()?.parse().ok()?;
        let revision = parts.next()?.strip_prefix('r')?.parse().ok()?;
        let at = match (parts.next()?, parts.next()?) {
            ("card", channel) => CardAt::Channel(channel.parse().ok()?),
            ("for", person) => CardAt::Person(PersonId(person.to_owned())),
            _ => return None,
        };
        Some(Self { request, revision, at })
    }
}

/// The slot of the checklist.
pub fn checklist(request: &RequestId, revision: u32) -> Slot {
    Slot(format!("{request}/r{revision}/checklist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_by_the_name_of_its_slot() {
        for at in [
            CardAt::Channel("matrix:!room/1:example.org".parse().unwrap()),
            CardAt::Person(PersonId("lea".into())),
        ] {
            let card = CardSlot { request: "REL-1".parse().unwrap(), revision: 3, at };
            assert_eq!(CardSlot::read(&card.slot()), Some(card));
        }
        assert_eq!(CardSlot::read(&checklist(&"REL-1".parse().unwrap(), 1)), None);
        assert_eq!(CardSlot::read(&Slot("REL-1/card/console:#legal".into())), None);
    }
}
