//! What is said about requests.

use super::id::RequestId;
use super::machine::{Difference, Numbered, Refusal};
use super::state::{Approval, Choice, Request, Status};
use super::view;
use crate::core::form::Change;
use crate::core::message::{Block, Span, Text};

fn line(spans: impl IntoIterator<Item = Span>) -> Text {
    Text { blocks: vec![Block::spans(spans)], buttons: Vec::new() }
}

fn id(request: &Request) -> Span {
    Span::code(request.id.to_string())
}

fn quoted(mut text: Text, quote: Option<&str>) -> Text {
    text.blocks.extend(quote.map(|quote| Block::Quote { text: quote.to_owned() }));
    text
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

fn stages(request: &Request) -> String {
    let needed = request.rules.stages.iter().filter(|stage| !request.gates.contains_key(&stage.id));
    needed.map(|stage| stage.label.as_str()).collect::<Vec<_>>().join(" and ")
}

/// The name of a stage.
pub fn stage<'a>(request: &'a Request, id: &'a str) -> &'a str {
    request.rules.stage(id).map_or(id, |stage| stage.label.as_str())
}

/// To the requester: it is filed, and who decides.
pub fn filed(request: &Request) -> Text {
    let mut spans =
        vec![Span::text("Filed as "), id(request), Span::text(format!(": {}. ", request.summary))];
    if request.status.is_open() {
        spans.push(Span::text(format!(
            "{} will decide; I tell you of every step. See it with ",
            stages(request)
        )));
    } else {
        spans.push(Span::text("See it with "));
    }
    spans.extend([
        Span::code(format!("show {}", request.id)),
        Span::text(", ask what it waits for with "),
        Span::code(format!("status {}", request.id)),
        Span::text(", change it with "),
        Span::code(format!("edit {}", request.id)),
        Span::text(", take it back with "),
        Span::code(format!("withdraw {}", request.id)),
        Span::text("."),
    ]);
    line(spans)
}

/// To the requester: somebody voted, perhaps for somebody else.
pub fn voted(
    request: &Request,
    voter: &str,
    instead_of: Option<&str>,
    stage: &str,
    choice: Choice,
    reason: Option<&str>,
) -> Text {
    let verb = match choice {
        Choice::Approve => "approved",
        Choice::Reject => "rejected",
    };
    let seat = instead_of.map(|seat| format!(" for {seat}")).unwrap_or_default();
    quoted(line([id(request), Span::text(format!(": {voter} ({stage}) {verb}{seat}."))]), reason)
}

/// To the requester: somebody took a vote back.
pub fn took_back(request: &Request, voter: &str, stage: &str) -> Text {
    line([id(request), Span::text(format!(": {voter} ({stage}) took the vote back."))])
}

/// To the requester: it is decided.
pub fn decided(request: &Request, name: &dyn Fn(&crate::core::person::PersonId) -> String) -> Text {
    match request.status {
        Status::Approved => {
            let mut spans = vec![id(request), Span::strong(" is approved")];
            match &request.approval {
                Some(Approval::Policy { label, .. }) => {
                    spans.push(Span::text(format!(" by our rules, nobody needs to vote: {label}")));
                }
                Some(Approval::BreakGlass { person, .. }) => {
                    spans.push(Span::text(format!(" by {} alone, because it burns", name(person))));
                }
                Some(Approval::Votes) | None => {}
            }
            spans.push(Span::text(if request.todo.is_empty() {
                ". You can go ahead."
            } else {
                ". The checklist that I sent you says what is left to do."
            }));
            line(spans)
        }
        Status::Completed => {
            line([id(request), Span::strong(" is complete"), Span::text(": every task is done. Well done!")])
        }
        Status::Rejected => line([
            id(request),
            Span::strong(" is rejected"),
            Span::text(". When the reason is dealt with, say "),
            Span::code(format!("reopen {}", request.id)),
            Span::text("; the votes begin anew."),
        ]),
        Status::Withdrawn => line([id(request), Span::text(" is withdrawn.")]),
        Status::Expired => line([
            id(request),
            Span::strong(" has lapsed"),
            Span::text(": nobody decided in time. It is not approved; if it still matters, say "),
            Span::code(format!("reopen {}", request.id)),
            Span::text("."),
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

/// To a voter: it does not count twice.
pub fn not_twice(request: &Request, stage: &str, other: &str) -> Text {
    line([
        Span::text(format!(
            "You approved in {other}, and {stage} wants somebody else, so there your approval of "
        )),
        id(request),
        Span::text(" does not count."),
    ])
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
pub fn ask_reason(request: &RequestId) -> Text {
    line([
        Span::text("Why do you reject "),
        Span::code(request.to_string()),
        Span::text("? Answer here in a sentence; the requester will read it. It counts once you do. ("),
        Span::code("cancel"),
        Span::text(" to leave it.)"),
    ])
}

/// To a voter: this stage takes more than a tap.
pub fn ask_confirmation(request: &RequestId) -> Text {
    line([
        Span::text("This one takes more than a tap. To confirm your vote, type "),
        Span::code(request.to_string()),
        Span::text(" here; it counts once you do. ("),
        Span::code("cancel"),
        Span::text(" to leave it.)"),
    ])
}

/// To a voter: what they typed is not the id.
pub fn not_confirmed(request: &RequestId) -> Text {
    line([
        Span::text("That is not "),
        Span::code(request.to_string()),
        Span::text(", so your vote does not count yet. Type the id, or "),
        Span::code("cancel"),
        Span::text("."),
    ])
}

/// To a reviewer: the words of a concern.
pub fn ask_concern(request: &RequestId) -> Text {
    line([
        Span::text("What is your concern about "),
        Span::code(request.to_string()),
        Span::text(
            "? Answer here in a sentence; it blocks the approval until you, or the lead, resolve it. (",
        ),
        Span::code("cancel"),
        Span::text(" to leave it.)"),
    ])
}

/// To a reviewer: the words of a question.
pub fn ask_question(request: &RequestId) -> Text {
    line([
        Span::text("What do you want to know about "),
        Span::code(request.to_string()),
        Span::text("? Answer here; I ask the requester, and the clock stands until they answer. ("),
        Span::code("cancel"),
        Span::text(" to leave it.)"),
    ])
}

/// To those who ask and those concerned: a concern was raised.
pub fn concern_raised(request: &Request, number: usize, by: &str, text: &str) -> Text {
    let said =
        format!(": {by} has a concern (number {number}). It blocks the approval until it is resolved.");
    quoted(line([id(request), Span::text(said)]), Some(text))
}

/// To who raised a concern: how it ends.
pub fn concern_noted(request: &Request, number: usize) -> Text {
    line([
        Span::text("Noted as concern "),
        Span::strong(number.to_string()),
        Span::text(" of "),
        id(request),
        Span::text(". When it is dealt with, say "),
        Span::code(format!("resolve {} {number}", request.id)),
        Span::text("."),
    ])
}

/// To those who ask and who raised it: a concern is resolved.
pub fn concern_resolved(request: &Request, number: usize, by: &str) -> Text {
    line([id(request), Span::text(format!(": concern {number} is resolved, says {by}."))])
}

/// To those who ask: a reviewer wants to know something.
pub fn asked(request: &Request, number: usize, by: &str, text: &str) -> Text {
    let mut said =
        quoted(line([id(request), Span::text(format!(": {by} asks (question {number}):"))]), Some(text));
    said.blocks.push(Block::spans([
        Span::text("Until you answer, the clock stands. Say "),
        Span::code(format!("answer {} {number} …", request.id)),
        Span::text("."),
    ]));
    said
}

/// To who asked: it is on its way.
pub fn question_sent(request: &Request) -> Text {
    line([Span::text("I asked. The answer comes to you, and "), id(request), Span::text(" waits for it.")])
}

/// To who asked: the answer.
pub fn replied(request: &Request, by: &str, question: &str, answer: &str) -> Text {
    let text = quoted(line([id(request), Span::text(": you asked")]), Some(question));
    let mut text = Text { buttons: view::decisions(request), ..text };
    text.blocks.push(Block::line(format!("{by} answers:")));
    quoted(text, Some(answer))
}

/// To who answered.
pub fn reply_sent(request: &Request, left: usize) -> Text {
    let left = match left {
        0 => " The clock goes on.".to_owned(),
        left => format!(" {left} more to answer."),
    };
    line([Span::text("Your answer is with them, and on "), id(request), Span::text(format!(".{left}"))])
}

/// Before a rejection.
pub fn sure_to_reject(request: &RequestId) -> String {
    format!("A rejection ends {request} as it is. You are asked for the reason, and the requester reads it.")
}

/// What changed, field by field.
pub fn changes(changes: &[Difference]) -> Block {
    let said = |text: &Option<String>| match text {
        Some(text) => Span::text(text.clone()),
        None => Span::faint("nothing"),
    };
    let item = |change: &Difference| {
        vec![
            Span::strong(format!("{}: ", change.label)),
            said(&change.before),
            Span::text(" → "),
            said(&change.after),
        ]
    };
    Block::List { items: changes.iter().map(item).collect() }
}

/// To those who ask: what an edit led to.
pub fn edited(request: &Request, differences: &[Difference]) -> Text {
    let material = differences.iter().any(|difference| difference.change == Change::Material);
    let said = if material {
        format!(
            " is now revision {}; votes begin anew, and those who had voted are told what changed:",
            request.revision
        )
    } else {
        " is changed. Nothing that a decision rests on is different, so votes stay:".to_owned()
    };
    let mut text = line([id(request), Span::text(said)]);
    text.blocks.push(changes(differences));
    text
}

/// To a voter whose vote is void: what changed.
pub fn voided(request: &Request, by: &str, differences: &[Difference]) -> Text {
    let mut text = line([
        id(request),
        Span::text(format!(
            " was changed by {by}, so your vote no longer counts. Please look again; it is revision {} now.",
            request.revision
        )),
    ]);
    if !differences.is_empty() {
        text.blocks.push(changes(differences));
    }
    Text { buttons: view::decisions(request), ..text }
}

/// To those who ask: it is open again.
pub fn reopened(request: &Request, by: &str, was: Status) -> Text {
    line([
        id(request),
        Span::text(format!(
            " was {} and is open again, by {by}: revision {}, and votes begin anew.",
            status(was),
            request.revision
        )),
    ])
}

/// To those who ask: the next ones are asked.
pub fn opened(request: &Request, stage: &str) -> Text {
    line([id(request), Span::text(format!(": now it is with {stage}."))])
}

/// In the backup's channel and to those who ask: reminders did not help.
pub fn escalated(request: &Request, since: &str) -> Text {
    line([
        id(request),
        Span::text(format!(
            " ({}), filed {since}, was not decided in spite of reminders. Now the backup may decide too.",
            request.summary
        )),
    ])
}

/// To those who ask: it will lapse.
pub fn about_to_lapse(request: &Request, days: u32) -> Text {
    line([
        id(request),
        Span::text(format!(
            " ({}) lapses in {days} working {}, without being approved, if nobody decides until then. What it waits for: ",
            request.summary,
            if days == 1 { "day" } else { "days" }
        )),
        Span::code(format!("status {}", request.id)),
    ])
}

/// In every reviewers' channel: somebody approved alone.
pub fn glass_broken(request: &Request, by: &str, reason: &str) -> Text {
    let text = line([
        Span::strong("Break-glass: "),
        id(request),
        Span::text(format!(
            " ({}) was approved by {by} alone, without the votes its rules ask for. The reason:",
            request.summary
        )),
    ]);
    quoted(text, Some(reason))
}

/// To somebody whose act changes nothing: why.
pub fn refused(request: &Request, why: &Refusal) -> Text {
    let why = match why {
        Refusal::OwnRequest => " is your own request, so your vote does not count.".to_owned(),
        Refusal::NoRole => format!(
            " is decided by {}; your vote does not count here. If you should have one, ask the OSPO.",
            stages(request)
        ),
        Refusal::NotNow { stage: id } => match request.gates.get(id) {
            Some(_) => format!(" does not need {}; your vote does not count here.", stage(request, id)),
            None => format!(
                " is not with {} yet: others come first. I show you the card then.",
                stage(request, id)
            ),
        },
        Refusal::Decided(decided) => {
            format!(" is {} already; votes no longer change it.", status(*decided))
        }
        Refusal::OldRevision => format!(
            " was changed since; that card shows an old revision. Please vote on revision {}.",
            request.revision
        ),
        Refusal::NotTheirs => " is not yours: only those who ask can do that.".to_owned(),
        Refusal::NotPossible(now) => format!(" is {}; that is not possible now.", status(*now)),
        Refusal::NoSuch { what, count } => {
            let (what, one) = match what {
                Numbered::Concern => ("concerns", format!("resolve {} 1", request.id)),
                Numbered::Question => ("open questions", format!("answer {} …", request.id)),
                Numbered::Task => ("tasks", format!("done {} 1", request.id)),
            };
            match count {
                0 => format!(" has no {what}."),
                count => format!(" has {count} {what}; name one of them by its number: {one}"),
            }
        }
        Refusal::NotTheirConcern => {
            " keeps this concern until who raised it, or the lead of that stage, resolves it.".to_owned()
        }
        Refusal::NeedsEvidence => format!(
            " was approved on this condition, so it takes a link that proves it: done {} NUMBER https://…",
            request.id
        ),
        Refusal::NeedsWords => " needs words for that.".to_owned(),
        Refusal::TooMany => " has too many of these already; talk to each other.".to_owned(),
        Refusal::NoChange => " is as it was: nothing is different.".to_owned(),
        Refusal::NoGlass => " cannot be approved that way by you.".to_owned(),
    };
    line([id(request), Span::text(why)])
}

/// The refusal in a word, for the audit log.
pub fn refusal(why: &Refusal) -> &'static str {
    match why {
        Refusal::OwnRequest => "own request",
        Refusal::NoRole => "no role",
        Refusal::NotNow { .. } => "not this stage's turn",
        Refusal::Decided(_) => "decided already",
        Refusal::OldRevision => "old revision",
        Refusal::NotTheirs => "not theirs",
        Refusal::NotPossible(status_now) => status(*status_now),
        Refusal::NoSuch { .. } => "no such number",
        Refusal::NotTheirConcern => "neither author nor lead",
        Refusal::NeedsEvidence => "no evidence",
        Refusal::NeedsWords => "no words",
        Refusal::TooMany => "too many",
        Refusal::NoChange => "no change",
        Refusal::NoGlass => "no role to break the glass",
    }
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

/// Another request that is likely about the same thing.
pub fn duplicate(other: &RequestId, summary: &str, stands: Status) -> Text {
    line([
        Span::text("This looks like "),
        Span::code(other.to_string()),
        Span::text(format!(" ({summary}, {}), which is about the same place. Say ", status(stands))),
        Span::code("submit"),
        Span::text(" again to file it all the same, or "),
        Span::code("cancel"),
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
