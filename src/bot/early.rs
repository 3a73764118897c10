//! Reactions to a message that the bot did not know as its own yet: people see a card as soon as the platform has it,
//! and the platform's answer may come later than their vote.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::core::event::{Event, EventId, EventKind, MessageRef};

/// How many reactions are remembered. Most are to other people's messages.
const REMEMBERED: usize = 1024;

/// The newest reactions to messages that nobody knew. What is lost with the process is seen at the next start, which
/// reads the reactions that stand.
#[derive(Debug, Default)]
pub(super) struct Early(Mutex<VecDeque<Event>>);

impl Early {
    /// Remembers an event, if it is a reaction that came or went.
    pub fn keep(&self, event: &Event) {
        if reacted_to(event).is_none() {
            return;
        }
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if events.iter().any(|known| known.id == event.id) {
            return;
        }
        if events.len() == REMEMBERED {
            events.pop_front();
        }
        events.push_back(event.clone());
    }

    /// What is remembered of a message that is known now, in order, as events that are to be told anew.
    pub fn on(&self, message: &MessageRef) -> Vec<Event> {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, others) =
            events.drain(..).partition::<VecDeque<_>, _>(|event| reacted_to(event) == Some(message));
        *events = others;
        known.into_iter().map(|event| Event { id: EventId(format!("early/{}", event.id)), ..event }).collect()
    }
}

fn reacted_to(event: &Event) -> Option<&MessageRef> {
    match &event.kind {
        EventKind::Reacted { message, .. } | EventKind::Unreacted { message, .. } => Some(message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::Place;
    use crate::core::person::{ChannelId, Platform, Standing};

    fn message(id: &str) -> MessageRef {
        MessageRef { channel: ChannelId::new(Platform::Console, "#legal"), id: id.to_owned() }
    }

    fn reacted(id: &str, to: &str) -> Event {
        Event {
            id: EventId(id.to_owned()),
            at: jiff::Timestamp::UNIX_EPOCH,
            account: "console:lea".parse().unwrap(),
            standing: Standing::Member,
            place: Place::channel(message(to).channel),
            kind: EventKind::Reacted { message: message(to), emoji: "+1".to_owned() },
        }
    }

    #[test]
    fn what_was_early_is_told_once_and_in_order() {
        let early = Early::default();
        for (id, to) in [("a", "1"), ("b", "2"), ("c", "1"), ("a", "1")] {
            early.keep(&reacted(id, to));
        }
        let ids = |events: Vec<Event>| events.into_iter().map(|event| event.id.0).collect::<Vec<_>>();
        assert_eq!(ids(early.on(&message("1"))), ["early/a", "early/c"]);
        assert!(early.on(&message("1")).is_empty());
        assert_eq!(ids(early.on(&message("2"))), ["early/b"]);
    }

    #[test]
    fn no_more_is_remembered_than_that() {
        let early = Early::default();
        (0..=REMEMBERED).for_each(|n| early.keep(&reacted(&n.to_string(), "1")));
        let all = early.on(&message("1"));
        assert_eq!((all.len(), all[0].id.0.as_str()), (REMEMBERED, "early/1"));
    }
}
