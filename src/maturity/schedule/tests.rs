use std::collections::BTreeSet;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text, "Europe/Berlin", date(2026, 11, 25)).unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// The first occasions after a moment, as people of the zone write them.
fn first(text: &str, after: &str, most: usize) -> Vec<String> {
    let occasions = schedule(text);
    occasions
        .occasions(at(after))
        .take(most)
        .map(|moment| moment.strftime("%a %F %H:%M").to_string())
        .collect()
}

const NOW: &str = "2026-11-25T12:00:00Z";

#[test]
fn schedules_are_read_as_people_write_them() {
    for (written, canonical) in [
        ("every second Monday 09:30 Europe/Berlin", "every second Monday 09:30 Europe/Berlin"),
        ("Every other monday at 9:30", "every second Monday 09:30 Europe/Berlin"),
        ("biweekly on Mondays at 9.30am", ""),
        ("every 2 weeks on Mon 9:30am europe/berlin", "every second Monday 09:30 Europe/Berlin"),
        ("every Thursday and Monday, 14:00 UTC", "every Monday and Thursday 14:00 UTC"),
        ("every third week on Friday 10:00", "every 3 weeks on Friday 10:00 Europe/Berlin"),
        ("every working day at 9", "every working day 09:00 Europe/Berlin"),
        ("daily 08:15", "every working day 08:15 Europe/Berlin"),
        ("first Monday of the month 10:00", "first Monday of every month 10:00 Europe/Berlin"),
        ("every last friday of the month at 2 pm", "last Friday of every month 14:00 Europe/Berlin"),
        (
            "last working day of every second month 14:00",
            "last working day of every second month 14:00 Europe/Berlin",
        ),
        ("first working day of the quarter 9:00", "first working day of every quarter 09:00 Europe/Berlin"),
        ("every month on the 15th at 11:00", "day 15 of every month 11:00 Europe/Berlin"),
        ("every 6 months on day 1 9:00", "day 1 of every 6 months 09:00 Europe/Berlin"),
        ("cron 30 9 * * 1", "cron 30 9 * * 1 Europe/Berlin"),
        ("cron 0 10 1,15 * * America/New_York", "cron 0 10 1,15 * * America/New_York"),
    ] {
        match Schedule::parse(written, "Europe/Berlin", date(2026, 11, 25)) {
            Ok(schedule) => assert_eq!(schedule.to_string(), canonical, "{written}"),
            Err(why) => assert_eq!(canonical, "", "{written}: {why}"),
        }
        if !canonical.is_empty() {
            assert_eq!(schedule(canonical).to_string(), canonical, "it reads back as itself");
        }
    }
}

#[test]
fn what_is_no_schedule_says_how_one_is_written() {
    for (written, expected) in [
        ("every Monday", "at what time"),
        ("every Monday 03:00", "outside working hours"),
        ("every Monday 19:00", "outside working hours"),
        ("every Mondy 09:00", "every second Monday 09:30"),
        ("sometimes 09:00", "every second Monday 09:30"),
        ("every Monday 09:00 Europe/Berln", "IANA"),
        ("cron 30 9 * *", "has 4 parts"),
        ("cron 61 9 * * 1", "no cron pattern"),
        ("cron */5 9 * * 1", "at the most once a day"),
        ("cron 0 9-17 * * 1", "at the most once a day"),
        ("cron 0 3 * * 1", "outside working hours"),
        ("cron 0 9 30 2 *", "never comes"),
        ("", "every second Monday 09:30"),
    ] {
        let why = Schedule::parse(written, "Europe/Berlin", date(2026, 11, 25)).unwrap_err().to_string();
        assert!(why.contains(expected) || written.is_empty(), "{written}: {why}");
    }
}

#[test]
fn occasions_come_on_their_days() {
    assert_eq!(
        first("every second Monday 09:30", NOW, 3),
        ["Mon 2026-11-30 09:30", "Mon 2026-12-14 09:30", "Mon 2026-12-28 09:30"]
    );
    assert_eq!(
        first("last working day of the month 14:00", NOW, 3),
        ["Mon 2026-11-30 14:00", "Thu 2026-12-31 14:00", "Fri 2027-01-29 14:00"]
    );
    // A Saturday and a Sunday both come on the Monday after.
    assert_eq!(
        first("every month on day 31 10:00", NOW, 4),
        ["Mon 2026-11-30 10:00", "Thu 2026-12-31 10:00", "Mon 2027-02-01 10:00", "Mon 2027-03-01 10:00"]
    );
    assert_eq!(
        first("cron 0 9 * * 6,0,1", NOW, 2),
        ["Mon 2026-11-30 09:00", "Mon 2026-12-07 09:00"],
        "a weekend and its Monday are one"
    );
    assert_eq!(
        first("first working day of the quarter 9:00", NOW, 3),
        ["Fri 2027-01-01 09:00", "Thu 2027-04-01 09:00", "Thu 2027-07-01 09:00"],
        "quarters are those of the calendar"
    );
}

#[test]
fn the_last_day_of_a_quarter_or_year_is_in_its_last_month() {
    assert_eq!(
        first("last working day of every quarter 14:00", NOW, 3),
        ["Thu 2026-12-31 14:00", "Wed 2027-03-31 14:00", "Wed 2027-06-30 14:00"]
    );
    assert_eq!(
        first("last Friday of the year 10:00", NOW, 2),
        ["Fri 2026-12-25 10:00", "Fri 2027-12-31 10:00"]
    );
    assert_eq!(
        first("every second quarter on the first Monday 10:00", NOW, 2),
        ["Mon 2027-01-04 10:00", "Mon 2027-07-05 10:00"]
    );
    assert_eq!(
        first("every 2 months on day 15 10:00", NOW, 2),
        ["Tue 2026-12-15 10:00", "Mon 2027-02-15 10:00"]
    );
}

#[test]
fn leap_days_are_days() {
    let after = "2027-12-01T00:00:00Z";
    assert_eq!(first("cron 0 9 29 2 *", after, 1), ["Tue 2028-02-29 09:00"]);
    let last = first("last working day of the month 9:00", "2028-02-10T00:00:00Z", 1);
    assert_eq!(last, ["Tue 2028-02-29 09:00"]);
}

#[test]
fn half_past_nine_stays_half_past_nine_across_daylight_saving() {
    let monday = schedule("every Monday 09:30");
    let moments: Vec<Timestamp> =
        monday.occasions(at("2027-03-20T00:00:00Z")).take(2).map(|moment| moment.timestamp()).collect();
    assert_eq!(moments, [at("2027-03-22T08:30:00Z"), at("2027-03-29T07:30:00Z")]);
}

#[test]
fn a_day_that_a_zone_leaves_out_is_no_occasion() {
    // Samoa crossed the date line: there was no Friday, December 30, 2011.
    let daily = Schedule::parse("every working day 09:00", "Pacific/Apia", date(2011, 12, 1)).unwrap();
    let days: Vec<String> =
        daily.occasions(at("2011-12-29T00:00:00Z")).take(2).map(|moment| moment.date().to_string()).collect();
    assert_eq!(days, ["2011-12-29", "2012-01-02"]);
}

#[test]
fn what_was_missed_is_told_once_and_in_working_hours() {
    let daily = schedule("every working day 09:30");
    let told = at("2026-11-25T08:30:00Z");
    // Away from Wednesday to Saturday night: nothing on the weekend, and Monday's own occasion takes the missed along.
    let sunday = at("2026-11-29T03:00:00Z");
    let monday = at("2026-11-30T08:30:00Z");
    assert_eq!(turn(&daily, told, sunday), Turn::Wait(monday));
    assert_eq!(turn(&daily, told, monday), Turn::Now { until: monday, missed: 2 });
    assert_eq!(turn(&daily, monday, monday), Turn::Wait(at("2026-12-01T08:30:00Z")));
    // A weekly one that was missed is told at the first working hour.
    let weekly = schedule("every Friday 09:30");
    let friday = at("2026-11-27T08:30:00Z");
    assert_eq!(turn(&weekly, told, sunday), Turn::Wait(at("2026-11-30T06:00:00Z")));
    assert_eq!(turn(&weekly, told, at("2026-11-30T06:00:00Z")), Turn::Now { until: friday, missed: 0 });
}

#[test]
fn a_schedule_is_kept_as_it_is_written() {
    let kept = serde_json::to_string(&schedule("every other Monday at 9:30")).unwrap();
    assert_eq!(kept, r#"{"text":"every second Monday 09:30 Europe/Berlin","begins":"2026-11-25"}"#);
    assert_eq!(serde_json::from_str::<Schedule>(&kept).unwrap(), schedule("every second Monday 09:30"));
}

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Casablanca",
];

const RULES: [&str; 10] = [
    "every working day",
    "every Monday",
    "every second Monday",
    "every Tuesday and Friday",
    "every 3 weeks on Sunday",
    "first Monday of the month",
    "last working day of the month",
    "day 31 of the month",
    "day 1 of every quarter",
    "every Saturday and Sunday and Monday",
];

/// A team's reminder through a time with stops: when it was told, and what was seen to each time.
fn run(
    schedule: &Schedule,
    from: Timestamp,
    until: Timestamp,
    stops: &[(Timestamp, Timestamp)],
) -> Vec<(Timestamp, Timestamp)> {
    let up = |moment: Timestamp| {
        // A timer that is due while the bot is down rings when it is up again.
        stops
            .iter()
            .fold(moment, |moment, (down, up)| if *down <= moment && moment < *up { *up } else { moment })
    };
    let (mut told, mut now) = (from, from);
    let mut said = Vec::new();
    loop {
        match turn(schedule, told, now) {
            Turn::Wait(next) => {
                assert!(next > now, "it waits for what is to come");
                now = up(next);
            }
            Turn::Now { until, .. } => {
                said.push((now, until));
                told = until;
                // A timer may ring twice: the second time there is nothing to say.
                assert!(!matches!(turn(schedule, told, now), Turn::Now { .. }));
            }
            Turn::Never => return said,
        }
        if now >= until {
            return said;
        }
    }
}

fn check(schedule: &Schedule, from: Timestamp, until: Timestamp, stops: &[(Timestamp, Timestamp)]) {
    let said = run(schedule, from, until, stops);
    let mut seen = from;
    for (now, seen_to) in &said {
        let here = now.to_zoned(schedule.zone().clone());
        assert!(!is_weekend(here.date()), "{schedule}: on a weekend, {here}");
        assert!((HOURS.0..HOURS.1).contains(&here.hour()), "{schedule}: outside hours, {here}");
        assert!(*seen_to > seen && seen_to <= now, "{schedule}: each occasion is told once, {here}");
        seen = *seen_to;
    }
    let days: Vec<Date> = said.iter().map(|(now, _)| schedule.day_of(*now)).collect();
    let distinct: BTreeSet<Date> = days.iter().copied().collect();
    assert_eq!(days.len(), distinct.len(), "{schedule}: at the most once a day");
    // Nothing was left out: every occasion is seen to by the first message at or after it, within a few days of the
    // moment when the bot was up.
    for occasion in
        schedule.occasions(from).map(|moment| moment.timestamp()).take_while(|moment| *moment < until)
    {
        // The bot has the time that it takes only once it stays up for so long.
        let enough = SignedDuration::from_hours(5 * 24);
        let meets = |at: Timestamp, (down, up): &(Timestamp, Timestamp)| *down <= at + enough && at < *up;
        let up = stops.iter().fold(occasion, |at, stop| if meets(at, stop) { stop.1 } else { at });
        let late = up + enough;
        if late < until {
            let told = said.iter().find(|(_, seen_to)| *seen_to >= occasion).expect("it was told");
            assert!(told.0 >= occasion && told.0 <= late, "{schedule}: {occasion} told at {}", told.0);
            if up == occasion {
                assert_eq!(told.0, occasion, "{schedule}: on time when nothing was in the way");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_twice_never_missed_never_outside_hours(
        rule in 0..RULES.len(),
        zone in 0..ZONES.len(),
        hour in HOURS.0..HOURS.1,
        minute in 0..60_i8,
        start in 0..(6 * 366 * 24_i64),
        stops in proptest::collection::vec((0..400 * 24_i64, 1..40 * 24_i64), 0..5),
    ) {
        // From 2027 on: with 2028 a leap year and every change of clocks in between.
        let from = at("2027-01-01T00:00:00Z") + SignedDuration::from_hours(start);
        let begins = from.to_zoned(TimeZone::get(ZONES[zone]).unwrap()).date();
        let text = format!("{} {hour:02}:{minute:02}", RULES[rule]);
        let schedule = Schedule::parse(&text, ZONES[zone], begins).unwrap();
        let mut stops: Vec<(Timestamp, Timestamp)> = stops
            .into_iter()
            .map(|(down, long)| {
                let down = from + SignedDuration::from_hours(down);
                (down, down + SignedDuration::from_hours(long))
            })
            .collect();
        stops.sort();
        check(&schedule, from, from + SignedDuration::from_hours(400 * 24), &stops);
        prop_assert_eq!(Schedule::parse(&schedule.to_string(), "UTC", begins).unwrap(), schedule);
    }

    #[test]
    fn any_words_are_read_or_refused(words in ".{0,60}") {
        let _ = Schedule::parse(&words, "UTC", date(2026, 11, 25));
    }

    #[test]
    fn words_that_look_like_a_schedule_are_read_or_refused(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "every", "second", "last", "first", "Monday", "day", "month", "of", "the", "quarter", "9:30", "at",
                "am", "31", "cron", "*", "week", "0", "Europe/Berlin", "working", "99999999999", "120", "years",
            ]),
            0..8,
        ),
    ) {
        if let Ok(schedule) = Schedule::parse(&words.join(" "), "UTC", date(2026, 11, 25)) {
            let _ = schedule.occasions(at(NOW)).take(3).count();
        }
    }
}

#[test]
fn a_year_of_twenty_teams_in_eight_zones() {
    let from = at("2026-12-31T23:00:00Z");
    let year = from + SignedDuration::from_hours(366 * 24);
    // Two weekends, a night and three weeks in which the bot is down.
    let stops = [
        ("2027-02-05T20:00:00Z", "2027-02-08T05:00:00Z"),
        ("2027-03-27T22:00:00Z", "2027-03-29T09:45:00Z"),
        ("2027-06-10T23:00:00Z", "2027-06-11T04:00:00Z"),
        ("2027-08-02T06:00:00Z", "2027-08-23T06:00:00Z"),
    ]
    .map(|(down, up)| (at(down), at(up)));
    for team in 0..20 {
        let text = format!("{} {:02}:{:02}", RULES[team % RULES.len()], 8 + team % 9, team * 7 % 60);
        let schedule = Schedule::parse(&text, ZONES[team % ZONES.len()], date(2026, 12, 31)).unwrap();
        check(&schedule, from, year, &stops);
        check(&schedule, from, year, &[]);
    }
}
