//! The report to management: what happened in a quarter, from plain numbers. Where they come from is not its business.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::result::{Comparison, Findings};
use super::roadmap::{Milestone, Roadmap, Status};

/// What the report is made of.
#[derive(Debug, Clone)]
pub struct Report<'m> {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What was asked, and how it was answered.
    pub questions: Questions,
    /// The requests.
    pub requests: Requests,
    /// Maturity now, and what changed since the assessment before, if there was one.
    pub maturity: Option<(Findings<'m>, Option<Comparison<'m>>)>,
    /// The roadmap.
    pub roadmap: Progress,
}

/// The questions of a time: those that articles answered, and those that none answered well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Questions {
    /// How many were answered.
    pub answered: usize,
    /// How many were asked in vain.
    pub in_vain: usize,
    /// Each once, with how often it was asked, most frequent first.
    pub gaps: Vec<(String, usize)>,
}

impl Questions {
    /// Counts the questions of the days from `from` to `to`, both included, in UTC. Case and spaces make no difference.
    pub fn count<'a>(
        in_vain_asked: impl Iterator<Item = (&'a str, Timestamp)>,
        answered: impl Iterator<Item = Timestamp>,
        from: Date,
        to: Date,
    ) -> Self {
        let mut gaps: Vec<(String, usize)> = Vec::new();
        let mut in_vain = 0;
        let same = |a: &str, b: &str| {
            a.split_whitespace().map(str::to_lowercase).eq(b.split_whitespace().map(str::to_lowercase))
        };
        for (question, _) in in_vain_asked.filter(|(_, at)| within(*at, from, to)) {
            in_vain += 1;
            match gaps.iter_mut().find(|(known, _)| same(known, question)) {
                Some((_, count)) => *count += 1,
                None => gaps.push((question.to_owned(), 1)),
            }
        }
        // The sort is stable: what was asked as often stays in the order in which it was asked.
        gaps.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let answered = answered.filter(|at| within(*at, from, to)).count();
        Self { answered, in_vain, gaps }
    }
}

/// Whether a moment is on one of the days from `from` to `to`, in UTC.
fn within(at: Timestamp, from: Date, to: Date) -> bool {
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    from <= day && day <= to
}

/// The requests of a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requests {
    /// How many were filed.
    pub filed: usize,
    /// How many were approved.
    pub approved: usize,
    /// How many were rejected.
    pub rejected: usize,
    /// How many ended without a decision.
    pub lapsed: usize,
    /// How many wait now.
    pub waiting: usize,
    /// The days from filing to decision, half of them shorter and half longer.
    pub median_days: Option<f64>,
}

/// A request in the numbers a report needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFact {
    /// When it was filed.
    pub filed: Timestamp,
    /// How and when it ended, if it did.
    pub ended: Option<(Ending, Timestamp)>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Without a decision.
    Lapsed,
}

/// The roadmap in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was done in that time.
    pub done: Vec<String>,
    /// What is late.
    pub late: Vec<String>,
    /// What comes next.
    pub next: Vec<String>,
}

/// The first and last day that a report is about: of a quarter, written `2026-Q3`, or of the three months until today.
///
/// # Errors
/// When the words name no quarter.
pub fn period(words: &str, today: Date) -> Result<(Date, Date), NotAQuarter> {
    let words = words.trim();
    if words.is_empty() {
        return Ok((today.saturating_sub(3.months()).saturating_add(1.day()), today));
    }
    let quarter = || {
        let (year, quarter) = words.split_once(['-', ' '])?;
        let quarter: i8 =
            quarter.strip_prefix(['Q', 'q'])?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
        let first = Date::new(year.parse().ok()?, quarter * 3 - 2, 1).ok()?;
        Some((first, first.saturating_add(2.months()).last_of_month()))
    };
    quarter().ok_or_else(|| NotAQuarter(words.chars().take(40).collect()))
}

/// Words that name no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quarter; write it as 2026-Q3, or leave it out for the last three months")]
pub struct NotAQuarter(pub String);

impl Requests {
    /// Counts the requests of the days from `from` to `to`, both included, in UTC.
    pub fn count(facts: &[RequestFact], from: Date, to: Date) -> Self {
        let within = |at| within(at, from, to);
        let ended = |how: Ending| {
            facts.iter().filter(|fact| fact.ended.is_some_and(|(end, at)| end == how && within(at))).count()
        };
        let mut days: Vec<f64> = facts
            .iter()
            .filter_map(|fact| match fact.ended {
                Some((Ending::Approved | Ending::Rejected, at)) if within(at) => {
                    Some((at.as_second() - fact.filed.as_second()) as f64 / 86_400.0)
                }
                _ => None,
            })
            .collect();
        days.sort_by(f64::total_cmp);
        let middle = days.len() / 2;
        let median = match days.len() {
            0 => None,
            even if even % 2 == 0 => Some((days[middle - 1] + days[middle]) / 2.0),
            _ => Some(days[middle]),
        };
        Self {
            filed: facts.iter().filter(|fact| within(fact.filed)).count(),
            approved: ended(Ending::Approved),
            rejected: ended(Ending::Rejected),
            lapsed: ended(Ending::Lapsed),
            waiting: facts.iter().filter(|fact| fact.ended.is_none()).count(),
            median_days: median,
        }
    }
}

/// How many of each kind a report names.
const NAMED: usize = 5;

impl Progress {
    /// Reads the roadmap for the days from `from` to `to`; late is what was due before `today`.
    pub fn of(roadmap: &Roadmap, from: Date, to: Date, today: Date) -> Self {
        let title = |milestone: &Milestone| milestone.title.clone();
        let done = |milestone: &&Milestone| {
            let last = milestone.log.last();
            milestone.status == Status::Done && last.is_some_and(|note| within(note.at, from, to))
        };
        let open = roadmap.open();
        let (late, next): (Vec<&Milestone>, Vec<&Milestone>) =
            open.into_iter().partition(|milestone| milestone.due < today);
        Self {
            done: roadmap.milestones.iter().filter(done).map(title).collect(),
            late: late.into_iter().map(title).take(NAMED).collect(),
            next: next.into_iter().map(title).take(NAMED).collect(),
        }
    }
}
