//! The weekly word to the owners of articles that are due for review. Pure; quiet when nothing is due.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::super::mind::Mind;
use super::super::texts::counsel as words;
use super::Decision;
use crate::core::effect::{Destination, Effect, Purpose, Subject, Timer, TimerId};
use crate::core::event::Place;
use crate::core::person::Role;
use crate::knowledge::{Article, Knowledge};

/// How many articles one message names.
const NAMED: usize = 10;

/// The next reminder: Monday, 8 o'clock UTC.
pub fn next(now: Timestamp) -> Timer {
    let today = now.to_zoned(TimeZone::UTC).date();
    let monday = today.nth_weekday(1, Weekday::Monday).unwrap_or(Date::MAX);
    let due = monday.to_datetime(time(8, 0, 0, 0)).to_zoned(TimeZone::UTC);
    Timer {
        id: TimerId("review/weekly".to_owned()),
        due: due.map_or(Timestamp::MAX, |due| due.timestamp()),
        subject: Subject("review".to_owned()),
        purpose: Purpose::Review,
    }
}

/// The articles that are due on a day, by owner; the longest due first.
pub fn due(knowledge: &Knowledge, today: Date) -> BTreeMap<&str, Vec<&Article>> {
    let mut by_owner: BTreeMap<&str, Vec<&Article>> = BTreeMap::new();
    for article in knowledge.articles.iter().filter(|article| article.review_due() <= today) {
        by_owner.entry(&article.owner).or_default().push(article);
    }
    for articles in by_owner.values_mut() {
        articles.sort_by_key(|article| article.review_due());
    }
    by_owner
}

/// Reminds each owner in the channel of the role of that name, or in the OSPO's, and looks again next week.
pub(super) fn remind(mind: &Mind, now: Timestamp) -> Decision {
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut effects = vec![Effect::Start(next(now.checked_add(1.second()).unwrap_or(now)))];
    for (owner, articles) in due(&mind.knowledge, today) {
        let own = mind.channels.of(&Role(owner.to_owned()));
        let channels = if own.is_empty() { mind.channels.of(&Role::ospo()) } else { own };
        let named: Vec<(&str, &str, String)> = articles
            .iter()
            .take(NAMED)
            .map(|article| (article.id.as_str(), article.title.as_str(), article.review_due().to_string()))
            .collect();
        let content = words::due(owner, &named, articles.len() - named.len());
        effects.extend(channels.iter().map(|channel| Effect::Say {
            to: Destination::Place { place: Place::channel(channel.clone()) },
            content: content.clone(),
        }));
    }
    Decision { effects, ..Decision::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_reminder_is_on_a_monday_and_never_now() {
        for (now, due) in [
            ("2026-11-25T12:00:00Z", "2026-11-30T08:00:00Z"),
            ("2026-11-23T07:00:00Z", "2026-11-30T08:00:00Z"),
            ("2026-11-30T08:00:01Z", "2026-12-07T08:00:00Z"),
        ] {
            assert_eq!(next(now.parse().unwrap()).due, due.parse::<Timestamp>().unwrap(), "{now}");
        }
    }
}
