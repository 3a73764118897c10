//! Reads a schedule as people write it.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Day, HOURS, OnDay, Period, Rule, Schedule};

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The days were not understood.
    #[error(
        "I do not understand `{0}` as a schedule. Say it like this: `every second Monday 09:30 Europe/Berlin`, \
         `every working day 9:00`, `first Monday of the month 10:00`, `last working day of every quarter 14:00`, \
         `cron 30 9 * * 1`"
    )]
    NotUnderstood(String),
    /// There is no time of day.
    #[error("at what time? Add it, such as 09:30")]
    NoTime,
    /// Nobody reads at that hour.
    #[error("{0} is outside working hours; choose a time from {from}:00 to before {to}:00", from = HOURS.0, to = HOURS.1)]
    OutsideHours(String),
    /// The zone is not known.
    #[error("there is no time zone `{0}`; write it as in the IANA database, such as Europe/Berlin")]
    Zone(String),
    /// The cron pattern is not sound.
    #[error(
        "`{0}` is no cron pattern: {1}. It has five parts: minute, hour, day of month, month, day of week"
    )]
    Cron(String, String),
    /// The cron pattern fires too often, or on weekends alone.
    #[error(
        "a reminder comes at the most once a day, at one time of day, so the pattern's minute and hour are single numbers"
    )]
    TooOften,
    /// The pattern never fires.
    #[error("`{0}` never comes")]
    Never(String),
}

type Parsed<T> = Result<T, ScheduleError>;

pub(super) fn parse(text: &str, zone: &str, begins: Date) -> Parsed<Schedule> {
    let text = text.trim();
    let not_understood = || ScheduleError::NotUnderstood(shortened(text));
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let zone_name = match words.last() {
        Some(last) if words.len() > 1 && looks_like_zone(last) => {
            let zone = (*last).to_owned();
            words.pop();
            zone
        }
        _ => zone.to_owned(),
    };
    // The name as the database has it, so that `europe/berlin` is written as people know it.
    let zone = TimeZone::get(&zone_name).map_err(|_| ScheduleError::Zone(shortened(&zone_name)))?;
    let zone_name = zone.iana_name().map_or(zone_name, str::to_owned);
    if words.first().is_some_and(|word| word.eq_ignore_ascii_case("cron")) {
        let (rule, time) = cron(&words[1..].join(" "), begins)?;
        return Ok(Schedule { rule, time: in_hours(time)?, zone, zone_name, begins });
    }
    let lower: Vec<String> =
        words.iter().map(|word| word.to_lowercase().trim_matches(',').to_owned()).collect();
    let (days, time) = time_of_day(&lower)?;
    const FILLING: [&str; 5] = ["on", "the", "of", "in", "and"];
    let days: Vec<&str> = days.into_iter().filter(|word| !FILLING.contains(word)).collect();
    let rule = rule(&days).ok_or_else(not_understood)?;
    Ok(Schedule { rule, time: in_hours(time)?, zone, zone_name, begins })
}

/// At most this much of somebody's words comes back in an error.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

fn looks_like_zone(word: &str) -> bool {
    word.contains('/') && !word.contains('*') && word.starts_with(|c: char| c.is_ascii_alphabetic())
        || ["utc", "gmt"].contains(&word.to_lowercase().as_str())
}

fn in_hours(time: Time) -> Parsed<Time> {
    if (HOURS.0..HOURS.1).contains(&time.hour()) {
        Ok(time)
    } else {
        Err(ScheduleError::OutsideHours(format!("{:02}:{:02}", time.hour(), time.minute())))
    }
}

/// Takes the time off the words: `09:30`, `9:30am`, `at 9`, `at 9 am`.
fn time_of_day(words: &[String]) -> Parsed<(Vec<&str>, Time)> {
    let half = |word: Option<&String>| word.is_some_and(|word| word == "am" || word == "pm");
    for (at, word) in words.iter().enumerate() {
        let said = at > 0 && words[at - 1] == "at";
        let mut whole = word.clone();
        let mut used = 1;
        if half(words.get(at + 1)) {
            whole.push_str(&words[at + 1]);
            used = 2;
        }
        let with_half = whole.ends_with("am") || whole.ends_with("pm");
        if !word.contains(':') && !said && !with_half {
            continue;
        }
        let Some(time) = clock(&whole) else { continue };
        let before = &words[..at - usize::from(said)];
        let rest = before.iter().chain(&words[at + used..]).map(String::as_str).collect();
        return Ok((rest, time));
    }
    Err(ScheduleError::NoTime)
}

/// `9`, `09:30`, `9am`, `2:15pm`.
fn clock(word: &str) -> Option<Time> {
    let (digits, afternoon) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(false)),
        (_, Some(digits)) => (digits, Some(true)),
        _ => (word, None),
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// The days; filling words are gone.
fn rule(words: &[&str]) -> Option<Rule> {
    match words {
        ["daily"] | ["every", "day" | "weekday" | "workday"] | ["every", "working", "day"] | ["weekdays"] => {
            Some(Rule::WorkingDays)
        }
        ["weekly", days @ ..] => weeks(1, days),
        ["biweekly" | "fortnightly", days @ ..] => weeks(2, days),
        ["monthly", on @ ..] => periods(on, 1, Period::Month),
        ["every", rest @ ..] => {
            let (every, rest) = count(rest);
            match rest {
                ["week" | "weeks", days @ ..] => weeks(every, days),
                [unit, on @ ..] if period(unit).is_some() => periods(on, every, period(unit)?),
                // "every first Monday of the month", "every last working day of the month".
                days => weeks(every, days).or_else(|| of_period(words.get(1..)?)),
            }
        }
        other => of_period(other),
    }
}

/// `first Monday month`, `last working day every second month`, `day 15 quarter`.
fn of_period(words: &[&str]) -> Option<Rule> {
    let (last, before) = words.split_last()?;
    let period = period(last)?;
    let (on, every) = match before.iter().position(|word| *word == "every" || *word == "each") {
        Some(at) => (before.get(..at)?, count(before.get(at + 1..)?)),
        None => (before, (1, &[][..])),
    };
    if !every.1.is_empty() {
        return None;
    }
    periods(on, every.0, period)
}

fn period(word: &str) -> Option<Period> {
    match word {
        "month" | "months" => Some(Period::Month),
        "quarter" | "quarters" => Some(Period::Quarter),
        "year" | "years" => Some(Period::Year),
        _ => None,
    }
}

/// How many of what follows: `second`, `other`, `2`, or 1 when no number stands there.
fn count<'w, 'a>(words: &'w [&'a str]) -> (u32, &'w [&'a str]) {
    let Some((first, rest)) = words.split_first() else { return (1, words) };
    let number = match *first {
        "single" => Some(1),
        "second" | "other" | "two" => Some(2),
        "third" | "three" => Some(3),
        "fourth" | "four" => Some(4),
        "six" => Some(6),
        word => word.parse().ok().filter(|number| (1..=120).contains(number)),
    };
    number.map_or((1, words), |number| (number, rest))
}

fn weeks(every: u32, days: &[&str]) -> Option<Rule> {
    let days: Option<BTreeSet<Day>> = days.iter().map(|word| word.parse().ok()).collect();
    days.filter(|days| !days.is_empty()).map(|days| Rule::Weeks { every, days })
}

fn periods(on: &[&str], every: u32, period: Period) -> Option<Rule> {
    let weekday =
        |word: &str| word.parse::<Day>().ok().and_then(|day| Weekday::from_monday_zero_offset(day.0).ok());
    let on = match on {
        ["first", "working" | "work", "day"] | ["first", "weekday" | "workday"] => OnDay::FirstWorkingDay,
        ["last", "working" | "work", "day"] | ["last", "weekday" | "workday"] => OnDay::LastWorkingDay,
        ["first", "day"] => OnDay::Number(1),
        ["last", "day"] => OnDay::Number(31),
        ["day", number] | [number] | [number, "day"] => {
            let digits = number.trim_end_matches(char::is_alphabetic).trim_end_matches('.');
            OnDay::Number(digits.parse().ok().filter(|number| (1..=31).contains(number))?)
        }
        [nth, day] => {
            let nth = match *nth {
                "first" | "1st" => 1,
                "second" | "2nd" => 2,
                "third" | "3rd" => 3,
                "fourth" | "4th" => 4,
                "last" => -1,
                _ => return None,
            };
            OnDay::Nth(nth, weekday(day)?)
        }
        _ => return None,
    };
    Some(Rule::Periods { every, period, on })
}

fn cron(text: &str, begins: Date) -> Parsed<(Rule, Time)> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let fault = |why: &str| ScheduleError::Cron(shortened(text), why.to_owned());
    let [minute, hour, _, _, _] = parts.as_slice() else {
        return Err(fault(&format!("it has {} parts", parts.len())));
    };
    // The days are read without a zone: the zone is that of the team, and is applied to the day and the time.
    let days = cronexpr::parse_crontab(&format!("{} UTC", parts.join(" ")))
        .map_err(|error| fault(error.to_string().lines().next().unwrap_or_default()))?;
    let (Ok(minute), Ok(hour)) = (minute.parse(), hour.parse()) else { return Err(ScheduleError::TooOften) };
    let time = Time::new(hour, minute, 0, 0).map_err(|_| ScheduleError::TooOften)?;
    let start = begins.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).map(|start| start.timestamp());
    if !start.is_ok_and(|start| days.find_next(start).is_ok()) {
        return Err(ScheduleError::Never(shortened(text)));
    }
    Ok((Rule::Cron { text: parts.join(" "), days: Box::new(days) }, time))
}
