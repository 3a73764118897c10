//! Whether it is time: asked by a timer, at any moment and as often as one likes.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};

use super::{HOURS, Schedule, is_weekend};

/// Whether it is time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Not before this moment.
    Wait(Timestamp),
    /// Now.
    Now {
        /// The moment up to which everything is seen to once this is told: keep it, and ask with it next time.
        until: Timestamp,
        /// How many occasions went by untold before this one.
        missed: usize,
    },
    /// Never again: the calendar ends.
    Never,
}

/// Whether it is time at `now`, when everything up to `told` is seen to.
///
/// What was missed is made up for once, at the first working hour, or together with what comes later that day. So
/// nothing is told twice, nothing outside hours, and nothing is left out.
pub fn turn(schedule: &Schedule, told: Timestamp, now: Timestamp) -> Turn {
    let mut due: Option<Timestamp> = None;
    let mut missed = 0;
    for occasion in schedule.occasions(told) {
        let moment = occasion.timestamp();
        if moment > now {
            return match due {
                None => Turn::Wait(moment),
                Some(due) => make_up(schedule, due, missed, &occasion, now),
            };
        }
        missed += usize::from(due.is_some());
        due = Some(moment);
    }
    due.map_or(Turn::Never, |until| Turn::Now { until, missed })
}

/// Something is due: now, if people are at work, unless the next occasion comes later on the same day.
fn make_up(schedule: &Schedule, due: Timestamp, missed: usize, next: &Zoned, now: Timestamp) -> Turn {
    let here = now.to_zoned(schedule.zone().clone());
    let at_work = !is_weekend(here.date()) && (HOURS.0..HOURS.1).contains(&here.hour());
    // Each day has one occasion at the most: what is due today never waits here.
    if at_work && next.date() != here.date() {
        return Turn::Now { until: due, missed };
    }
    let opening = |day: Date| day.at(HOURS.0, 0, 0, 0).to_zoned(schedule.zone().clone()).ok();
    let days = std::iter::successors(Some(here.date()), |day| day.checked_add(1.day()).ok());
    let working = days
        .filter(|day| !is_weekend(*day))
        .filter_map(opening)
        .find(|opening| opening.timestamp() > now)
        .map_or(next.timestamp(), |opening| opening.timestamp());
    // Later today the next one comes anyway: the two are told as one.
    let same_day = schedule.day_of(working) == next.date() || here.date() == next.date();
    Turn::Wait(if same_day { next.timestamp() } else { working.min(next.timestamp()) })
}
