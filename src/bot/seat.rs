//! Where a dialogue with one person is held.

use crate::chat::{Capabilities, Support};
use crate::core::effect::{Destination, Effect};
use crate::core::event::{Addressed, Audience, Event, EventKind, Place};

/// The thread in which a dialogue with the author of an event is held, on platforms where a channel has threads but no
/// words for one person alone: that of the message they wrote or reacted to. None elsewhere, where it is held in the
/// place itself.
pub fn seat(event: &Event, can: Capabilities) -> Option<Place> {
    let in_threads = can.threads == Support::Native && can.ephemeral == Support::None;
    (in_threads && event.place.audience == Audience::Channel).then(|| {
        let mut place = event.place.clone();
        place.thread.get_or_insert_with(|| event.message().id.clone());
        place
    })
}

/// Whether a dialogue that is under way may be meant by an event. Talk to nobody is part of it only where it is held in
/// a thread of its own.
pub fn may_go_on(event: &Event, seat: Option<&Place>) -> bool {
    match &event.kind {
        EventKind::Said { addressed: Addressed::Nobody, .. } => {
            seat.is_some() && event.place.thread.is_some()
        }
        _ => true,
    }
}

/// Says in the dialogue's place what would be said to its person alone, near where they spoke.
pub fn hold(effects: &mut [Effect], event: &Event, seat: &Place) {
    for effect in effects {
        if let Effect::Say { to, .. } = effect
            && matches!(to, Destination::Private { account, near } if *account == event.account && *near == event.place)
        {
            *to = Destination::Place { place: seat.clone() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::{EventId, MessageRef};
    use crate::core::message::Text;
    use crate::core::person::Standing;

    const MATRIX: Capabilities = Capabilities {
        buttons: Support::None,
        forms: Support::None,
        edits: Support::Native,
        threads: Support::Native,
        ephemeral: Support::None,
    };

    fn event(place: Place, addressed: Addressed) -> Event {
        let message = MessageRef { channel: place.channel.clone(), id: "$one".into() };
        Event {
            id: EventId("one".into()),
            at: jiff::Timestamp::UNIX_EPOCH,
            account: "matrix:@ada:example.org".parse().unwrap(),
            standing: Standing::Member,
            place,
            kind: EventKind::Said { text: "hi".into(), message, addressed, files: Vec::new() },
        }
    }

    #[test]
    fn a_dialogue_is_held_in_the_thread_of_what_began_it() {
        let channel = Place::channel("matrix:!room:example.org".parse().unwrap());
        let begun = event(channel.clone(), Addressed::Command);
        let held = seat(&begun, MATRIX).unwrap();
        assert_eq!(held.thread.as_deref(), Some("$one"));
        assert_eq!(seat(&begun, Capabilities { ephemeral: Support::Native, ..MATRIX }), None);
        let alone = Place { audience: Audience::Direct, ..channel.clone() };
        assert_eq!(seat(&event(alone, Addressed::Direct), MATRIX), None);
        assert!(!may_go_on(&event(channel.clone(), Addressed::Nobody), Some(&held)));
        assert!(may_go_on(&event(held.clone(), Addressed::Nobody), Some(&held)));
        assert!(!may_go_on(&event(held.clone(), Addressed::Nobody), None));

        let to = |place: &Place| Destination::Private { account: begun.account.clone(), near: place.clone() };
        let say = |to| Effect::Say { to, content: Text::line("What is it called?").into() };
        let elsewhere = Place::channel("matrix:!other:example.org".parse().unwrap());
        let mut effects = [say(to(&channel)), say(to(&elsewhere))];
        hold(&mut effects, &begun, &held);
        assert_eq!(effects, [say(Destination::Place { place: held }), say(to(&elsewhere))]);
    }
}
