//! Cards say who can decide. When that changes because somebody goes away, comes back or lets somebody decide for them,
//! the cards of all open requests that they decide are redrawn: some at a time, so that no commit is large and what
//! people do meanwhile is not kept waiting behind a thousand edits. Which requests these are is looked up when it is
//! their turn.

use jiff::{SignedDuration, Timestamp};

use super::super::lookup::Page;
use super::Decision;
use crate::core::effect::{Effect, Purpose, Subject, Timer, TimerId};
use crate::core::person::PersonId;
use crate::request::steps::redraw_now;
use crate::store::Key;

/// How many requests are redrawn at a time.
pub const AT_A_TIME: usize = 50;
/// How long the next wait; Slack takes about fifty edits a minute in one channel.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The beginning of the subject of these timers.
const SUBJECT: &str = "cards-of/";

/// The timer of a sweep through all requests that a person decides.
pub fn begin(person: &PersonId, due: Timestamp) -> Timer {
    timer(person, &due.to_string(), due)
}

/// Whose requests a timer is for, and after which place in the index it goes on.
pub fn of(timer: &Timer) -> Option<(PersonId, Option<Key>)> {
    let person = timer.subject.0.strip_prefix(SUBJECT)?;
    let after = timer.id.0.strip_prefix(&format!("{SUBJECT}{person}/after/"));
    Some((PersonId(person.to_owned()), after.map(Key::from)))
}

fn timer(person: &PersonId, part: &str, due: Timestamp) -> Timer {
    let subject = format!("{SUBJECT}{person}");
    let id = TimerId(format!("{subject}/{part}"));
    Timer { id, due, subject: Subject(subject), purpose: Purpose::Cards }
}

/// Redraws the cards of one page, each in the order of its own request, and goes on a little later if there is more.
pub(super) fn step(person: &PersonId, page: &Page, now: Timestamp) -> Decision {
    let mut effects: Vec<Effect> =
        page.requests.iter().map(|id| Effect::Start(redraw_now(id, now))).collect();
    effects.extend(page.after.as_ref().map(|after| {
        let later = now.checked_add(PAUSE).unwrap_or(Timestamp::MAX);
        Effect::Start(timer(person, &format!("after/{after}"), later))
    }));
    Decision { effects, ..Decision::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_goes_on_where_it_was() {
        let lea = PersonId("lea".into());
        let begun = begin(&lea, Timestamp::UNIX_EPOCH);
        assert_eq!(of(&begun), Some((lea.clone(), None)));
        let after = Some(Key::from("index/role/legal/now/1/REL-1"));
        let page = Page { requests: ["REL-1".parse().unwrap()].into(), after: after.clone() };
        let effects = step(&lea, &page, Timestamp::UNIX_EPOCH).effects;
        let [Effect::Start(redraw), Effect::Start(next)] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!((redraw.subject.0.as_str(), of(next)), ("REL-1", Some((lea.clone(), after))));
        let last = Page { after: None, ..page };
        assert_eq!(step(&lea, &last, Timestamp::UNIX_EPOCH).effects.len(), 1);
    }
}
