//! How requests went: counts, times, what is open and for how long, and who carries the load.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::roster::Roster;
use super::state::{Request, Status};
use crate::core::person::PersonId;

/// The middle and the slow end of a set of times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many times there are.
    pub count: usize,
    /// In seconds: half of them are not longer.
    pub median: i64,
    /// In seconds: nine of ten are not longer.
    pub p90: i64,
}

impl Spread {
    /// By nearest rank; all zero for no times.
    pub fn of(times: impl IntoIterator<Item = SignedDuration>) -> Self {
        let mut seconds: Vec<i64> = times.into_iter().map(|time| time.as_secs().max(0)).collect();
        seconds.sort_unstable();
        let rank = |percent: usize| {
            let rank = (seconds.len() * percent).div_ceil(100).max(1);
            seconds.get(rank - 1).copied().unwrap_or_default()
        };
        Self { count: seconds.len(), median: rank(50), p90: rank(90) }
    }
}

/// One kind of request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// The workflow's id.
    pub workflow: String,
    /// What it is for.
    pub title: String,
    /// How many stand how.
    pub counts: BTreeMap<Status, usize>,
    /// From filing to the first word of a reviewer.
    pub first_response: Spread,
    /// From filing to the decision, of what was approved or rejected.
    pub decision: Spread,
    /// From filing to the agreement of each stage, by its label.
    pub stages: BTreeMap<String, Spread>,
}

/// How old the open ones are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Ages {
    /// Up to 2 days.
    pub fresh: usize,
    /// Up to a week.
    pub week: usize,
    /// Up to 30 days.
    pub month: usize,
    /// Longer.
    pub older: usize,
}

/// What a reviewer carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Requests that wait for them now.
    pub waiting: usize,
    /// Votes of theirs that stand.
    pub votes: usize,
}

/// How requests went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// All of them.
    pub total: usize,
    /// By kind, in the order of their ids.
    pub kinds: Vec<Kind>,
    /// The open ones by age.
    pub open: Ages,
    /// By reviewer.
    pub load: BTreeMap<PersonId, Load>,
}

/// Sums requests up. No names of requests, so confidential ones may count too.
pub fn report(requests: &[Request], roster: Roster<'_>, now: Timestamp) -> Report {
    let mut by_kind: BTreeMap<&str, Vec<&Request>> = BTreeMap::new();
    let mut report = Report { total: requests.len(), ..Report::default() };
    for request in requests {
        by_kind.entry(&request.workflow).or_default().push(request);
        if request.status.is_open() {
            let age = match now.duration_since(request.filed_at).as_hours() / 24 {
                ..=1 => &mut report.open.fresh,
                2..=6 => &mut report.open.week,
                7..=29 => &mut report.open.month,
                _ => &mut report.open.older,
            };
            *age += 1;
            for person in super::digest::concerned(request, roster, now) {
                if !request.owns(&person) {
                    report.load.entry(person).or_default().waiting += 1;
                }
            }
        }
        for (person, ballot) in request.ballots.values().flatten() {
            if ballot.approves() || ballot.rejects() {
                report.load.entry(person.clone()).or_default().votes += 1;
            }
        }
    }
    report.kinds = by_kind.into_iter().map(|(workflow, requests)| kind(workflow, &requests)).collect();
    report
}

fn kind(workflow: &str, requests: &[&Request]) -> Kind {
    let mut kind = Kind {
        workflow: workflow.to_owned(),
        title: requests.first().map(|request| request.title.clone()).unwrap_or_default(),
        ..Kind::default()
    };
    let mut stages: BTreeMap<String, Vec<SignedDuration>> = BTreeMap::new();
    for request in requests {
        *kind.counts.entry(request.status).or_default() += 1;
        for (stage, at) in &request.agreed {
            let label = super::texts::stage(request, stage).to_owned();
            stages.entry(label).or_default().push(at.duration_since(request.filed_at));
        }
    }
    kind.stages = stages.into_iter().map(|(label, times)| (label, Spread::of(times))).collect();
    let since = |request: &&Request, at: Option<Timestamp>| Some(at?.duration_since(request.filed_at));
    kind.first_response =
        Spread::of(requests.iter().filter_map(|request| since(request, request.first_response)));
    kind.decision = Spread::of(requests.iter().filter_map(|request| since(request, request.decided)));
    kind
}

/// A time in words: `3 hours`, `2.5 days`.
pub fn in_words(seconds: i64) -> String {
    let (tenths, unit) = match seconds {
        ..3_600 => (seconds * 10 / 60, "minutes"),
        3_600..86_400 => (seconds * 10 / 3_600, "hours"),
        _ => (seconds * 10 / 86_400, "days"),
    };
    match tenths % 10 {
        0 => format!("{} {unit}", tenths / 10),
        tenth => format!("{}.{tenth} {unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nine_of_ten_are_by_rank() {
        let times = |seconds: &[i64]| Spread::of(seconds.iter().map(|s| SignedDuration::from_secs(*s)));
        assert_eq!(times(&[]), Spread::default());
        assert_eq!(times(&[7]), Spread { count: 1, median: 7, p90: 7 });
        assert_eq!(times(&[5, 1, 4, 2, 3]), Spread { count: 5, median: 3, p90: 5 });
        assert_eq!(times(&(1..=100).collect::<Vec<_>>()), Spread { count: 100, median: 50, p90: 90 });
        assert_eq!(
            (in_words(90), in_words(7_200), in_words(216_000)),
            ("1.5 minutes".into(), "2 hours".into(), "2.5 days".into())
        );
    }
}
