//! What the bot itself says: help, forms, refusals. The areas have their own words; what is said around an answer
//! stands in [`counsel`].

use super::audit::{AuditEntry, AuditFaults, Head};
use jiff::civil::Date;

use super::command::USAGE;
use super::records::About;
use crate::core::effect::{Actor, Outcome};
use crate::core::form::{Answers, Form, FormField};
use crate::core::message::{Block, Button, Card, Content, Field, Span, Text, Tone};
use crate::core::person::{People, Role};
use crate::license::SbomReport;
use crate::license::sbom::Standing;
use crate::request::roster::NoDelegation;
use crate::request::{RequestId, Workflow};

pub mod counsel;
pub mod home;
pub mod link;
pub mod sheets;

fn line(spans: impl IntoIterator<Item = Span>) -> Content {
    Content::Text(Text { blocks: vec![Block::spans(spans)], buttons: Vec::new() })
}

/// What the bot can do.
pub fn help(workflows: &[Workflow]) -> Content {
    let entry = |usage: &str, what: &str| vec![Span::code(usage), Span::text(format!("  {what}"))];
    let what = |word: &str| match word {
        "ask" => "a question on open source; plain words do as well",
        "human" => "the same to the people of the OSPO",
        "license" => "what a license asks for",
        "choose" => "a few questions that lead to a license for what you release",
        "obligations" => "what it asks for in your situation: when linked statically into a device",
        "compat" => "may code under one be used in the other",
        "identify" => "which license a name means",
        "check" => "what our policy says",
        "requests" => "the requests you can see",
        "show" => "a request whole",
        "status" => "what it waits for, rule by rule",
        "approve" => "vote for it",
        "reject" => "vote against it, with the reason",
        "unvote" => "take your vote back",
        "concern" => "raise a concern that blocks until it is resolved",
        "resolve" => "a concern is dealt with",
        "question" => "ask the requester; the clock stands until they answer",
        "edit" => "change your request",
        "copy" => "begin another like it",
        "withdraw" => "take your request back",
        "reopen" => "take a decision up again",
        "away" => "you are away",
        "delegate" => "somebody decides for you",
        "report" => "how requests went: counts, times, load",
        "done" => "a task of its checklist is done",
        "audit" => "who did what, and when",
        "reply" => "say something to the other side of a question that the OSPO has",
        "channel" => "when I answer here; channel alone shows it",
        "gaps" => "for the OSPO: what I was asked in vain",
        "link" => "your accounts, and a code that makes one on another platform yours, too",
        "maturity" => "where our open source work stands, and what comes next",
        "roadmap" => "the steps that follow from it",
        "remind" => "remind a team of them, on a schedule",
        "strategy" => "write the open source strategy together",
        _ => "",
    };
    let mut items: Vec<Vec<Span>> =
        workflows.iter().map(|workflow| entry(&workflow.command, &workflow.form.title)).collect();
    items.extend(
        USAGE.iter().filter(|(word, _)| !what(word).is_empty()).map(|(word, usage)| entry(usage, what(word))),
    );
    Content::Card(Card {
        title: vec![Span::strong("I am the OSPO's counselor")],
        tone: Tone::Info,
        blocks: vec![
            Block::line(
                "Ask me about licenses, compliance, contributing, releasing, strategy and regulation.",
            ),
            Block::List { items },
        ],
        buttons: Vec::new(),
        reactions: Vec::new(),
        footer: vec![Span::faint(
            "I answer from articles that people wrote and review, and say so when I do not know. I am no lawyer.",
        )],
    })
}

/// A word that is almost a command.
pub fn mistyped(word: &str, meant: &str) -> Content {
    Content::Text(Text {
        blocks: vec![Block::spans([
            Span::text("I do not know "),
            Span::code(word),
            Span::text(". Did you mean "),
            Span::code(meant),
            Span::text("?"),
        ])],
        buttons: vec![Button::new(meant, meant)],
    })
}

/// A command that lacks something.
pub fn incomplete(usage: &str) -> Content {
    line([Span::text("Say it like this: "), Span::code(usage), Span::text(".")])
}

/// To somebody who may not do that.
pub fn not_a_member() -> Content {
    line([Span::text(
        "I work for members of this workspace only. If that is a mistake, the OSPO can tell me who you are.",
    )])
}

/// To a member whom the config does not know.
pub fn unknown_person() -> Content {
    line([Span::text(
        "You can ask me anything, but for requests I must know who you are, and your account is not on my list of \
         people. If I know you on another platform, say link to me there: you get a code to tell me here. Otherwise ask \
         the OSPO to add it.",
    )])
}

/// Nothing is under way.
pub fn nothing_under_way() -> Content {
    line([
        Span::text("There is nothing under way here. "),
        Span::code("help"),
        Span::text(" says what I can do."),
    ])
}

/// A form is left.
pub fn cancelled() -> Content {
    line([Span::text("Left. Nothing was filed.")])
}

/// A form is left, and what was answered is kept.
pub fn put_aside(title: &str) -> Content {
    line([
        Span::text(format!("“{title}” is put aside: nothing was filed, and what you answered is kept. ")),
        Span::code("resume"),
        Span::text(" goes on with it, "),
        Span::code("cancel"),
        Span::text(" once more throws it away."),
    ])
}

/// Words are not given after all.
pub fn words_left(request: &RequestId, about: About) -> Content {
    let (lacks, again) = match about {
        About::Reason => (
            "Your rejection has no reason, so it does not decide. Take it back with ",
            format!("unvote {request}"),
        ),
        About::Confirmation => (
            "Your vote is not confirmed, so it does not count. Take it back with ",
            format!("unvote {request}"),
        ),
        About::Concern => ("There is no concern. To raise one, say ", format!("concern {request} WORDS")),
        About::Question => ("Nothing was asked. To ask, say ", format!("question {request} WORDS")),
    };
    line([Span::text(format!("Left {request}. {lacks}")), Span::code(again), Span::text(".")])
}

/// Away, or back.
pub fn away(until: Option<Date>) -> Content {
    match until {
        Some(day) => line([
            Span::text(format!(
                "You are away until {day}: I remind you of nothing, and say so where you are waited for. "
            )),
            Span::code("away off"),
            Span::text(" when you are back; "),
            Span::code("delegate to PERSON until DAY"),
            Span::text(" if somebody should decide for you."),
        ]),
        None => line([Span::text("Welcome back.")]),
    }
}

/// A delegation begins.
pub fn delegated(to: &str, role: Option<&Role>, until: Date) -> Content {
    let role = role.map(|role| format!(" for {role}")).unwrap_or_default();
    line([
        Span::text(format!(
            "Until {until}, {to} decides{role} in your place, never on requests of their own or of yours. I told them. "
        )),
        Span::code("delegate off"),
        Span::text(" ends it."),
    ])
}

/// To who decides for somebody from now on.
pub fn deputy(from: &str, role: Option<&Role>, until: Date) -> Content {
    let role = role.map(|role| format!(" for {role}")).unwrap_or_default();
    line([Span::text(format!("{from} asks you to decide{role} in their place until {until}."))])
}

/// A delegation ends, or there was none.
pub fn delegation_ended(ended: bool) -> Content {
    line([Span::text(if ended { "Nobody decides for you any more." } else { "Nobody decides for you." })])
}

/// A delegation that is none.
pub fn no_delegation(why: NoDelegation) -> Content {
    line([Span::text(match why {
        NoDelegation::ToOneself => "You decide for yourself anyway.",
        NoDelegation::HoldsNothing => "You hold no such role, so there is nothing to delegate.",
        NoDelegation::Chain => "You decide for somebody else there, and that cannot be passed on.",
        NoDelegation::Past => "That day is past.",
    })])
}

/// An answer that is a file.
pub fn see_file(name: &str) -> String {
    format!("see the file {name}")
}

/// What our policy says of an SBOM, in a line.
pub fn sbom_verdict(name: &str, report: &SbomReport) -> String {
    let summary = &report.summary;
    let denied: Vec<&str> =
        report.with(Standing::Denied).iter().take(5).map(|finding| finding.component.as_str()).collect();
    let denied = if denied.is_empty() { String::new() } else { format!(" Denied: {}.", denied.join(", ")) };
    let s = if summary.components == 1 { "" } else { "s" };
    format!(
        "SBOM {name}: {} component{s}; {} allowed, {} to be reviewed, {} denied, {} unknown.{denied}",
        summary.components, summary.allowed, summary.review, summary.denied, summary.unknown
    )
}

/// An SBOM that cannot be read.
pub fn sbom_unread(name: &str, why: &str) -> String {
    format!("SBOM {name} could not be read: {why}.")
}

/// Nobody, or more than one, has this name.
pub fn nobody(word: &str) -> String {
    format!(
        "I know nobody, or more than one, as “{word}”. Use the short names of people, such as lea, with commas between."
    )
}

/// Reports are not for everybody.
pub fn not_for_you() -> Content {
    line([Span::text("Reports are for the OSPO and those who decide.")])
}

/// Another form is under way here.
pub fn form_under_way(title: &str) -> Content {
    line([
        Span::text(format!("You are in the middle of “{title}” here. ")),
        Span::code("resume"),
        Span::text(" goes on, "),
        Span::code("cancel"),
        Span::text(" leaves it."),
    ])
}

/// The rules changed so that the form no longer exists.
pub fn form_gone() -> Content {
    line([Span::text("This form is no longer in use. I left it; nothing was filed.")])
}

/// No field before the first.
pub fn first_field() -> String {
    "This is the first question.".to_owned()
}

/// A required field.
pub fn cannot_skip() -> String {
    "This one cannot be left out.".to_owned()
}

/// Some answers are missing.
pub fn not_complete(missing: usize) -> String {
    format!("{missing} answer{} still missing.", if missing == 1 { " is" } else { "s are" })
}

/// Everything is answered.
pub fn nothing_asked() -> String {
    "Everything is answered: submit files it, the name of an answer changes it, cancel leaves it.".to_owned()
}

/// What is wrong with an answer, and what was asked.
pub fn form_problem(problem: String, field: Option<&FormField>) -> Content {
    let mut blocks = vec![Block::line(problem)];
    blocks.extend(field.filter(|field| !field.help.is_empty()).map(|field| {
        Block::spans([Span::strong(field.ask.clone()), Span::text(" "), Span::faint(field.help.clone())])
    }));
    Content::Text(Text { blocks, buttons: Vec::new() })
}

/// A field is asked.
pub fn ask_field(
    form: &Form,
    field: &FormField,
    (at, of): (usize, usize),
    choices: &[&str],
    before: Option<&str>,
) -> Content {
    let mut blocks = vec![Block::spans([
        Span::faint(format!("{} · {}/{of} ", form.title, at + 1)),
        Span::strong(field.ask.clone()),
    ])];
    if !field.help.is_empty() {
        blocks.push(Block::spans([Span::faint(field.help.clone())]));
    }
    blocks.extend(before.map(|before| Block::spans([Span::faint("So far: "), Span::text(before)])));
    let mut words = vec!["cancel"];
    if at > 0 {
        words.push("back");
    }
    if field.optional {
        words.push("skip");
    }
    blocks.push(Block::spans([Span::faint(format!("You can also say: {}.", words.join(", ")))]));
    let buttons = choices.iter().map(|choice| Button::new(*choice, *choice)).collect();
    Content::Text(Text { blocks, buttons })
}

/// The whole form, before it is filed.
pub fn review_form(form: &Form, asked: &[&FormField], answers: &Answers) -> Content {
    let given = |field: &&FormField| match answers.get(&field.id).filter(|answer| !answer.is_empty()) {
        Some(answer) => Field::new(&field.label, answer),
        None => Field { name: field.label.clone(), value: vec![Span::faint("left out")] },
    };
    Content::Card(Card {
        title: vec![Span::strong(form.title.clone()), Span::text(": is this right?")],
        tone: Tone::Waiting,
        blocks: vec![Block::Fields { fields: asked.iter().map(given).collect() }],
        buttons: vec![
            Button::new("Submit", "submit"),
            Button::new("Change the last answer", "back"),
            Button::new("Cancel", "cancel").sure("What you filled in is thrown away. Nothing was filed."),
        ],
        reactions: Vec::new(),
        footer: vec![Span::faint("Nothing happens until you submit. To change an answer, say its name.")],
    })
}

/// The audit trail of a request.
pub fn trail(id: &RequestId, entries: &[AuditEntry], people: &People) -> Content {
    let item = |entry: &AuditEntry| {
        let who = match &entry.fact.actor {
            Actor::Person { person, account } => format!("{} ({account})", people.name(person)),
            Actor::Stranger { account } => account.to_string(),
            Actor::Bot => "the bot".to_owned(),
        };
        let detail: Vec<String> =
            entry.fact.detail.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let mut spans = vec![
            Span::faint(format!("{} ", entry.at.strftime("%Y-%m-%d %H:%M UTC"))),
            Span::strong(entry.fact.action.clone()),
            Span::text(format!(" by {who}")),
        ];
        if entry.fact.outcome == Outcome::Refused {
            spans.push(Span::strong(" refused"));
        }
        if !detail.is_empty() {
            spans.push(Span::text(format!(" ({})", detail.join("; "))));
        }
        spans
    };
    Content::Text(Text {
        blocks: vec![
            Block::spans([
                Span::text("The audit trail of "),
                Span::code(id.to_string()),
                Span::text(format!(", {} entries:", entries.len())),
            ]),
            Block::List { items: entries.iter().map(item).collect() },
        ],
        buttons: Vec::new(),
    })
}

/// Whether the whole audit log is as it was written.
pub fn audit_check(result: &Result<u64, AuditFaults>, end: &Head) -> Content {
    match result {
        Ok(count) => line([
            Span::strong("The audit log is whole"),
            Span::text(format!(": {count} entries, the last with hash ")),
            Span::code(end.hash.clone()),
            Span::text("."),
        ]),
        Err(faults) => line([
            Span::strong("The audit log was tampered with"),
            Span::text(format!(": {faults}. Tell the OSPO and those who run me.")),
        ]),
    }
}

/// A file that could not be had.
pub fn file_not_read(name: &str, why: &str) -> Content {
    Text {
        blocks: vec![Block::spans([
            Span::text("I could not read "),
            Span::code(name),
            Span::text(format!(": {why}. Please attach it again.")),
        ])],
        ..Text::default()
    }
    .into()
}
