//! What concerns the bot at all, decided before anything is kept: talk that is not for it is neither stored
//! nor logged.

use crate::core::emoji;
use crate::core::event::{Addressed, Event, EventKind};
use crate::core::person::Standing;
use crate::request::Choice;

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
            if vote_of(emoji).is_some() {
                Concern::Ours
            } else {
                Concern::NotOurs
            }
        }
        EventKind::Pressed { .. } => Concern::Ours,
    }
}

/// The vote that a reaction stands for, if it is one of the closed lists.
pub fn vote_of(reaction: &str) -> Option<Choice> {
    match emoji::canonical(reaction).as_str() {
        emoji::CHECK | emoji::THUMBS_UP => Some(Choice::Approve),
        emoji::CROSS | emoji::THUMBS_DOWN => Some(Choice::Reject),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reactions_of_the_closed_lists_are_votes() {
        assert_eq!(vote_of("👍🏿"), Some(Choice::Approve));
        assert_eq!(vote_of(":x:"), Some(Choice::Reject));
        assert_eq!(vote_of("🎉"), None);
    }
}
