//! Working days, and how long ago.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The hour, in the person's own zone, at which timed messages go out.
const MORNING: i8 = 9;

/// Nine in the morning, in `zone`, on the `days`-th working day (Monday to Friday) after `from`.
///
/// Where daylight saving skips that hour, the moment just after; `days` of 0 is read as 1.
pub fn working_days_after(from: Timestamp, days: u32, zone: &TimeZone) -> Timestamp {
    let mut day = from.to_zoned(zone.clone()).date();
    let mut left = days.max(1);
    while left > 0 {
        day = day.saturating_add(1.day());
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).map_or(from, |zoned| zoned.timestamp())
}

/// The next nine in the morning, in `zone`, of a working day after `now`.
pub fn next_morning(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = now.to_zoned(zone.clone()).date();
    // Counted from yesterday, today is the next day.
    let yesterday = today.saturating_sub(1.day()).at(MORNING, 0, 0, 0).to_zoned(zone.clone());
    let first = yesterday.map_or(now, |yesterday| working_days_after(yesterday.timestamp(), 1, zone));
    if first > now { first } else { working_days_after(now, 1, zone) }
}

/// How many working-day mornings, as [`working_days_after`] counts them, have come between two moments.
pub fn working_days_between(from: Timestamp, to: Timestamp, zone: &TimeZone) -> u32 {
    let (first, last) = (from.to_zoned(zone.clone()).date(), to.to_zoned(zone.clone()).date());
    let days = i64::from((last - first).get_days());
    if days <= 0 {
        return 0;
    }
    let weekday = i64::from(first.weekday().to_monday_zero_offset());
    let working = |until: i64| until.div_euclid(7) * 5 + until.rem_euclid(7).min(5);
    // The days after `first`, up to and with `last`, without Saturdays and Sundays.
    let count = working(weekday + days + 1) - working(weekday + 1);
    let last_morning = last.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).map_or(to, |zoned| zoned.timestamp());
    let is_working_day = !matches!(last.weekday(), Weekday::Saturday | Weekday::Sunday);
    let count = if is_working_day && to < last_morning { count - 1 } else { count };
    u32::try_from(count).unwrap_or(0)
}

/// How long ago, in the largest whole unit: `3 days`, `1 hour`, `just now`.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - then.as_second();
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_weekend_is_no_working_day() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let friday = at("2026-11-20T15:00:00Z");
        assert_eq!(working_days_after(friday, 1, &berlin), at("2026-11-23T08:00:00Z"));
        assert_eq!(working_days_after(friday, 2, &berlin), at("2026-11-24T08:00:00Z"));
    }

    #[test]
    fn nine_o_clock_stays_nine_o_clock_across_daylight_saving() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(working_days_after(at("2026-03-27T12:00:00Z"), 1, &berlin), at("2026-03-30T07:00:00Z"));
    }

    #[test]
    fn mornings_between_are_those_that_working_days_after_counts() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for start in 0..8 {
            let from = at("2026-11-20T06:30:00Z") + jiff::SignedDuration::from_hours(start * 21);
            for days in 1..12 {
                let morning = working_days_after(from, days, &berlin);
                assert_eq!(working_days_between(from, morning, &berlin), days, "{from} {days}");
                let before = morning - jiff::SignedDuration::from_secs(1);
                assert_eq!(working_days_between(from, before, &berlin), days - 1, "{from} {days}");
            }
        }
    }

    #[test]
    fn the_next_morning_may_be_today() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(next_morning(at("2026-11-20T07:59:59Z"), &berlin), at("2026-11-20T08:00:00Z"));
        assert_eq!(next_morning(at("2026-11-20T08:00:00Z"), &berlin), at("2026-11-23T08:00:00Z"));
        assert_eq!(next_morning(at("2026-11-21T02:00:00Z"), &berlin), at("2026-11-23T08:00:00Z"));
    }

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit() {
        let now = at("2026-11-23T12:00:00Z");
        assert_eq!(ago(at("2026-11-23T11:59:30Z"), now), "just now");
        assert_eq!(ago(at("2026-11-23T11:00:00Z"), now), "1 hour ago");
        assert_eq!(ago(at("2026-11-20T12:00:00Z"), now), "3 days ago");
    }
}
