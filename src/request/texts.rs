//! What is said about requests.

use super::state::{Choice, NotEntitled, Request, RequestId, Status};
use crate::core::message::{Block, Span, Text};

fn line(spans: impl IntoIterator<Item = Span>) -> Text {
    Text { blocks: vec![Block::spans(spans)], buttons: Vec::new() }
}

fn id(request: &Request) -> Span {
    Span::code(request.id.to_string())
}

/// The state in a word.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Approved => "approved",
        Status::Completed => "completed",
        Status::Rejected => "rejected",
        Status::Withdrawn => "withdrawn",
        Status::Expired => "expired",
    }
}

/// To the requester: it is filed, and who decides.
pub fn filed(request: &Request) -> Text {
    let deciders: Vec<&str> = request.rules.stages.iter().map(|stage| stage.label.as_str()).collect();
    line([
        Span::text("Filed as "),
        id(request),
        Span::text(format!(
            ": {}. {} will decide; I tell you of every step. See it with ",
            request.summary,
            deciders.join(" and ")
        )),
        Span::code(format!("show {}", request.id)),
        Span::text(", take it back with "),
        Span::code(format!("withdraw {}", request.id)),
        Span::text("."),
    ])
}

/// To the requester: somebody voted.
pub fn voted(request: &Request, voter: &str, stage: &str, choice: Choice, reason: Option<&str>) -> Text {
    let verb = match choice {
        Choice::Approve => "approved",
        Choice::Reject => "rejected",
    };
    let mut text = line([id(request), Span::text(format!(": {voter} ({stage}) {verb}."))]);
    text.blocks.extend(reason.map(|reason| Block::Quote { text: reason.to_owned() }));
    text
}

/// To the requester: somebody took a vote back.
pub fn took_back(request: &Request, voter: &str, stage: &str) -> Text {
    line([id(request), Span::text(format!(": {voter} ({stage}) took the vote back."))])
}

/// To the requester: it is decided.
pub fn decided(request: &Request) -> Text {
    match request.status {
        Status::Approved if request.rules.checklist.is_empty() => {
            line([id(request), Span::strong(" is approved"), Span::text(". You can go ahead.")])
        }
        Status::Approved => line([
            id(request),
            Span::strong(" is approved"),
            Span::text(". The checklist that I sent you says what is left to do."),
        ]),
        Status::Completed => {
            line([id(request), Span::strong(" is complete"), Span::text(": every task is done. Well done!")])
        }
        Status::Rejected => line([
            id(request),
            Span::strong(" is rejected"),
            Span::text(". When the reason is dealt with, file it again."),
        ]),
        Status::Withdrawn => line([id(request), Span::text(" is withdrawn.")]),
        Status::Expired => line([
            id(request),
            Span::strong(" has lapsed"),
            Span::text(": nobody decided in time. It is not approved; file it again if it still matters."),
        ]),
        Status::Open => line([id(request), Span::text(" is open.")]),
    }
}

/// To a voter: the vote counts.
pub fn vote_counts(request: &Request, choice: Choice) -> Text {
    let verb = match choice {
        Choice::Approve => "approval",
        Choice::Reject => "rejection",
    };
    line([Span::text(format!("Your {verb} of ")), id(request), Span::text(" is recorded.")])
}

/// To a voter: the vote is gone.
pub fn vote_gone(request: &Request) -> Text {
    line([Span::text("Your vote on "), id(request), Span::text(" is taken back.")])
}

/// To a voter: there was no such vote.
pub fn no_vote(request: &Request) -> Text {
    line([Span::text("You have no vote on "), id(request), Span::text(" to take back.")])
}

/// To a voter: a rejection needs a reason.
pub fn ask_reason(request: &Request) -> Text {
    line([
        Span::text("Why do you reject "),
        id(request),
        Span::text("? Answer here in a sentence; the requester will read it. It counts once you do. ("),
        Span::code("cancel"),
        Span::text(" to leave it.)"),
    ])
}

/// To somebody whose vote does not count.
pub fn not_entitled(request: &Request, why: NotEntitled) -> Text {
    let roles: Vec<&str> = request.rules.stages.iter().map(|stage| stage.label.as_str()).collect();
    let why = match why {
        NotEntitled::OwnRequest => " is your own request, so your vote does not count.".to_owned(),
        NotEntitled::NoRole => format!(
            " is decided by {}; your vote does not count here. If you should have one, ask the OSPO.",
            roles.join(" and ")
        ),
        NotEntitled::Decided(decided) => {
            format!(" is {} already; votes no longer change it.", status(decided))
        }
    };
    line([id(request), Span::text(why)])
}

/// To somebody who may not see a request, or names one that does not exist: the two look the same.
pub fn unknown(asked: &RequestId) -> Text {
    line([
        Span::text("There is no request "),
        Span::code(asked.to_string()),
        Span::text(" that you can see. "),
        Span::code("requests"),
        Span::text(" lists yours."),
    ])
}

/// To somebody who is not the requester.
pub fn only_requester(request: &Request, requester: &str) -> Text {
    line([
        Span::text("Only "),
        Span::text(requester),
        Span::text(" can do that with "),
        id(request),
        Span::text("."),
    ])
}

/// The request is in no state for that.
pub fn wrong_status(request: &Request) -> Text {
    line([id(request), Span::text(format!(" is {}; that is not possible any more.", status(request.status)))])
}

/// The checklist is not open yet, or there is none.
pub fn no_checklist(request: &Request) -> Text {
    line([
        id(request),
        Span::text(format!(" is {}; its checklist opens when it is approved.", status(request.status))),
    ])
}

/// There is no such task.
pub fn no_such_task(request: &Request) -> Text {
    line([
        id(request),
        Span::text(format!(" has the tasks 1 to {}; say ", request.rules.checklist.len())),
        Span::code(format!("done {} 1", request.id)),
        Span::text("."),
    ])
}

/// To those who can still decide.
pub fn reminder(request: &Request, waiting: &[String], since: &str) -> Text {
    line([
        id(request),
        Span::text(format!(" ({}), filed {since}, still waits for ", request.summary)),
        Span::strong(waiting.join(", ")),
        Span::text(". React on its card, or "),
        Span::code(format!("show {}", request.id)),
        Span::text("."),
    ])
}

/// No requests to list.
pub fn no_requests() -> Text {
    line([
        Span::text("No requests that you can see. Start one with "),
        Span::code("request-release"),
        Span::text(" or "),
        Span::code("request-contribution"),
        Span::text("."),
    ])
}
