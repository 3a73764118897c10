//! What a reaction on a card stands for: closed lists, so that nobody decides by accident.

use super::state::Choice;
use crate::core::emoji;

/// What a reaction stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A vote.
    Vote(Choice),
    /// A concern; its words are asked for.
    Concern,
    /// A question to the requester; its words are asked for.
    Question,
}

impl Sign {
    /// Reads a reaction as a platform writes it; skin tones and variation selectors do not matter.
    pub fn of(reaction: &str) -> Option<Self> {
        match emoji::canonical(reaction).as_str() {
            emoji::CHECK | emoji::THUMBS_UP => Some(Self::Vote(Choice::Approve)),
            emoji::CROSS | emoji::THUMBS_DOWN => Some(Self::Vote(Choice::Reject)),
            emoji::WARNING | emoji::THINKING => Some(Self::Concern),
            emoji::QUESTION => Some(Self::Question),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reactions_of_the_closed_lists_mean_something() {
        for (reaction, sign) in [
            ("👍🏿", Some(Sign::Vote(Choice::Approve))),
            ("✔️", Some(Sign::Vote(Choice::Approve))),
            (":x:", Some(Sign::Vote(Choice::Reject))),
            ("⚠️", Some(Sign::Concern)),
            ("❔", Some(Sign::Question)),
            ("🎉", None),
            ("", None),
        ] {
            assert_eq!(Sign::of(reaction), sign, "{reaction}");
        }
    }
}
