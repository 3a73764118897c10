//! The report to management from the records.

use jiff::civil::Date;

use super::super::records::counsel::{Gap, Served};
use super::Shelf;
use crate::maturity::report::{Ending, Progress, Questions, Report, RequestFact, Requests};
use crate::maturity::{Findings, Model};
use crate::request::{Request, Status};

/// What the records say of the days from `from` to `to`; late is what was due before `today`.
pub fn report<'m>(
    model: Option<&'m Model>,
    shelf: &Shelf,
    requests: &[Request],
    gaps: &[Gap],
    served: &[Served],
    (from, to): (Date, Date),
    today: Date,
) -> Report<'m> {
    let facts: Vec<RequestFact> = requests.iter().map(fact).collect();
    let maturity = model.and_then(|model| {
        let newest = shelf.newest(model)?;
        let targets = shelf.targets_of(model);
        let findings = Findings::of(model, newest, &targets);
        let changed = shelf.before(model).map(|before| findings.since(newest, before, &targets));
        Some((findings, changed))
    });
    Report {
        from,
        to,
        questions: Questions::count(
            gaps.iter().map(|gap| (gap.question.as_str(), gap.at)),
            served.iter().map(|served| served.at),
            from,
            to,
        ),
        requests: Requests::count(&facts, from, to),
        maturity,
        roadmap: Progress::of(&shelf.roadmap, from, to, today),
    }
}

/// A request in the numbers of a report.
fn fact(request: &Request) -> RequestFact {
    let ending = match request.status {
        Status::Open => None,
        Status::Approved | Status::Completed => Some(Ending::Approved),
        Status::Rejected => Some(Ending::Rejected),
        Status::Withdrawn | Status::Expired => Some(Ending::Lapsed),
    };
    let at = request.decided.unwrap_or(request.since);
    RequestFact { filed: request.filed_at, ended: ending.map(|ending| (ending, at)) }
}
