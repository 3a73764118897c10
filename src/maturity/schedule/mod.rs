//! When a team is reminded: a schedule people can read, in the team's zone, on working days.
//!
//! An occasion is a day. Its moment is that day at the schedule's hour in its zone, so a change to or from daylight
//! saving moves nothing on the clock on the wall. What falls on a weekend comes on the Monday after; two occasions that
//! meet on one day are one.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

mod parse;
#[cfg(test)]
mod tests;
mod turn;

pub use parse::ScheduleError;
pub use turn::{Turn, turn};

/// The hours in which people read reminders: from the first to before the last.
pub const HOURS: (i8, i8) = (7, 19);

/// A schedule. Its text says all but the day it counts from, which matters to "every second".
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Schedule {
    rule: Rule,
    time: Time,
    zone: TimeZone,
    zone_name: String,
    begins: Date,
}

/// Which days.
#[derive(Debug, Clone)]
enum Rule {
    /// Every day from Monday to Friday.
    WorkingDays,
    /// Some days of every so manieth week.
    Weeks { every: u32, days: BTreeSet<Day> },
    /// A day in every so manieth month, quarter or year.
    Periods { every: u32, period: Period, on: OnDay },
    /// The days that a cron pattern fires on: its text, and what it means.
    Cron { text: String, days: Box<cronexpr::Crontab> },
}

/// A day of the week, ordered from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Day(i8);

impl Day {
    fn of(weekday: Weekday) -> Self {
        Self(weekday.to_monday_zero_offset())
    }
}

/// A part of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Month,
    Quarter,
    Year,
}

impl Period {
    fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// Which day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnDay {
    /// By number; the last day in a month that is too short.
    Number(i8),
    /// The so manieth of a weekday: 1 to 4, or -1 for the last.
    Nth(i8, Weekday),
    /// The first working day.
    FirstWorkingDay,
    /// The last working day.
    LastWorkingDay,
}

/// How a schedule is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: String,
    begins: Date,
}

impl TryFrom<Written> for Schedule {
    type Error = ScheduleError;

    fn try_from(written: Written) -> Result<Self, ScheduleError> {
        Self::parse(&written.text, "UTC", written.begins)
    }
}

impl From<Schedule> for Written {
    fn from(schedule: Schedule) -> Self {
        Self { text: schedule.to_string(), begins: schedule.begins }
    }
}

impl PartialEq for Schedule {
    /// The text says everything but the day it counts from.
    fn eq(&self, other: &Self) -> bool {
        self.begins == other.begins && self.to_string() == other.to_string()
    }
}

impl Eq for Schedule {}

impl Schedule {
    /// Reads `every second Monday 09:30 Europe/Berlin`, `first working day of the month at 9`, `cron 30 9 * * 1`.
    ///
    /// `zone` is used when none is named; `begins` is the day from which "every second" counts.
    ///
    /// # Errors
    /// What was not understood, and how it is said.
    pub fn parse(text: &str, zone: &str, begins: Date) -> Result<Self, ScheduleError> {
        parse::parse(text, zone, begins)
    }

    /// The zone of the team.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The day that it is for the team at a moment.
    pub fn day_of(&self, moment: Timestamp) -> Date {
        moment.to_zoned(self.zone.clone()).date()
    }

    /// When an occasion's day is reminded of. Where a change of clocks skips that hour, the moment just after.
    fn moment(&self, day: Date) -> Option<Zoned> {
        let moment = day.at(self.time.hour(), self.time.minute(), 0, 0).to_zoned(self.zone.clone()).ok()?;
        // A zone that moves across the date line leaves whole days out.
        (moment.date() == day).then_some(moment)
    }

    /// The occasions after a moment, in order, each once. Ends only where the calendar does.
    pub fn occasions(&self, after: Timestamp) -> impl Iterator<Item = Zoned> + '_ {
        // An occasion before the moment may come after it once a weekend has moved it.
        let from = self.day_of(after).saturating_sub(3.days()).max(self.begins);
        let mut last: Option<Date> = None;
        self.days(from)
            .map(to_working_day)
            .filter(move |day| last.replace(*day).is_none_or(|before| before < *day))
            .filter_map(|day| self.moment(day))
            .filter(move |moment| moment.timestamp() > after)
    }

    /// The days that the rule names, from one on, before weekends are seen to.
    fn days(&self, from: Date) -> Box<dyn Iterator<Item = Date> + '_> {
        match &self.rule {
            Rule::WorkingDays => Box::new(every_day(from).filter(|day| !is_weekend(*day))),
            Rule::Weeks { every, days } => {
                let monday = |day: Date| day.saturating_sub(i64::from(Day::of(day.weekday()).0).days());
                // Weeks count from the first one in which the schedule has an occasion.
                let first = every_day(self.begins)
                    .take(8)
                    .find(|day| days.contains(&Day::of(day.weekday())))
                    .map_or(self.begins, monday);
                let weeks = move |day: Date| (monday(day) - first).get_days() / 7;
                let in_turn =
                    move |day: &Date| weeks(*day).rem_euclid(i32::try_from(*every).unwrap_or(1)) == 0;
                Box::new(every_day(from).filter(|day| days.contains(&Day::of(day.weekday()))).filter(in_turn))
            }
            Rule::Periods { every, period, on } => {
                let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
                let step = i32::try_from(*every).unwrap_or(1).saturating_mul(period.months());
                // Quarters and years are those of the calendar, and their last day is in their last month; months count
                // from the first one in which the schedule has an occasion.
                let first = match (period, on.in_month(self.begins)) {
                    (Period::Month, Some(day)) if day >= self.begins => months(self.begins),
                    (Period::Month, _) => months(self.begins) + 1,
                    _ if on.is_last() => period.months() - 1,
                    _ => 0,
                };
                let begin = first.max(months(from));
                let begin = begin + (first - begin).rem_euclid(step);
                Box::new(
                    (0..)
                        .map_while(move |count: i32| {
                            let month = begin.checked_add(count.checked_mul(step)?)?;
                            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
                            Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
                        })
                        .filter_map(|month| on.in_month(month))
                        .filter(move |day| *day >= from),
                )
            }
            Rule::Cron { days, .. } => {
                // The pattern is read on a clock without a zone, and fires after, never at, the moment given.
                let eve = from.yesterday().unwrap_or(from).at(23, 59, 59, 0);
                let after = eve.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |eve| eve.timestamp());
                let times = days.iter_after(after).into_iter().flatten();
                Box::new(times.map_while(Result::ok).map(|moment| moment.date()))
            }
        }
    }
}

impl OnDay {
    /// Whether it is counted from the end.
    fn is_last(self) -> bool {
        matches!(self, Self::Nth(-1, _) | Self::LastWorkingDay | Self::Number(31))
    }

    /// The day in the month of another day.
    fn in_month(self, month: Date) -> Option<Date> {
        let first = month.first_of_month();
        let last = month.last_of_month();
        match self {
            Self::Number(number) => Some(first.saturating_add(i64::from(number - 1).days()).min(last)),
            Self::Nth(nth, weekday) => first.nth_weekday_of_month(nth, weekday).ok(),
            Self::FirstWorkingDay => Some(to_working_day(first)),
            Self::LastWorkingDay => {
                (0..7).map(|back: i64| last.saturating_sub(back.days())).find(|day| !is_weekend(*day))
            }
        }
    }
}

fn every_day(from: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok())
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day itself, or the Monday after a weekend.
fn to_working_day(day: Date) -> Date {
    let later = match day.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    day.saturating_add(i64::from(later).days())
}

impl FromStr for Day {
    type Err = ();

    /// `Monday`, `mondays`, `mon`.
    fn from_str(word: &str) -> Result<Self, ()> {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let word = word.trim_end_matches(['s', '.']);
        let place = DAYS
            .iter()
            .position(|day| *day == word || (word.len() >= 2 && word.len() <= 5 && day.starts_with(word)));
        // "wednesdays" lost its s above, and so did "thurs".
        place.and_then(|place| i8::try_from(place).ok()).map(Self).ok_or(())
    }
}

fn name(day: Day) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        .get(usize::try_from(day.0).unwrap_or(0))
        .unwrap_or(&"Monday")
}

impl fmt::Display for Schedule {
    /// The schedule in the one form that reads back as itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, zone) = (self.time.hour(), self.time.minute(), &self.zone_name);
        let often = |every: u32, unit: &str| match every {
            1 => format!("every {unit}"),
            2 => format!("every second {unit}"),
            more => format!("every {more} {unit}s"),
        };
        match &self.rule {
            Rule::WorkingDays => write!(f, "every working day {hour:02}:{minute:02} {zone}"),
            Rule::Weeks { every, days } => {
                let days: Vec<&str> = days.iter().map(|day| name(*day)).collect();
                let days = days.join(" and ");
                match every {
                    1 => write!(f, "every {days}")?,
                    2 => write!(f, "every second {days}")?,
                    more => write!(f, "every {more} weeks on {days}")?,
                }
                write!(f, " {hour:02}:{minute:02} {zone}")
            }
            Rule::Periods { every, period, on } => {
                match on {
                    OnDay::Number(number) => write!(f, "day {number}")?,
                    OnDay::Nth(nth, weekday) => {
                        let nth = match nth {
                            1 => "first",
                            2 => "second",
                            3 => "third",
                            4 => "fourth",
                            _ => "last",
                        };
                        write!(f, "{nth} {}", name(Day::of(*weekday)))?;
                    }
                    OnDay::FirstWorkingDay => f.write_str("first working day")?,
                    OnDay::LastWorkingDay => f.write_str("last working day")?,
                }
                write!(f, " of {} {hour:02}:{minute:02} {zone}", often(*every, period.name()))
            }
            Rule::Cron { text, .. } => write!(f, "cron {text} {zone}"),
        }
    }
}
