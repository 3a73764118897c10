//! What concerns the bot at all, decided before anything is kept: talk that is not for it is neither stored
//! nor logged.

use crate::core::event::{Addressed, Event, EventKind};
use crate::core::person::Standing;
use crate::request::sign::Sign;

/// Whether an event is for the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It is handled.
    Ours,
    /// It is not; nothing of it is kept.
    NotOurs,
}

/// Decides whether an event is for the bot. Bots are never answered.
pub fn concerns(event: &Event) -> Concern {
    if event.standing == Standing::Bot {
        return Concern::NotOurs;
    }
    match &event.kind {
        EventKind::Said { text, addressed, files, .. } => match addressed {
            Addressed::Nobody => Concern::NotOurs,
            _ if text.trim().is_empty() && files.is_empty() => Concern::NotOurs,
            _ => Concern::Ours,
        },
        EventKind::Reacted { emoji, .. } | EventKind::Unreacted { emoji, .. } => {
            if Sign::of(emoji).is_some() { Concern::Ours } else { Concern::NotOurs }
        }
        EventKind::Pressed { .. } => Concern::Ours,
    }
}
