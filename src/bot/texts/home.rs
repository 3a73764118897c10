//! What somebody finds when they come to the bot: what waits for them, what is theirs, what they can begin.

use jiff::Timestamp;

use crate::core::message::{Block, Button, Content, Home, Span, Text};
use crate::core::person::Person;
use crate::request::digest::{Task, task_of};
use crate::request::view::{self, Seen};
use crate::request::{Request, Roster, Workflow};

/// What concerns one person.
#[derive(Debug, Clone)]
pub struct Mine<'a> {
    /// Who.
    pub person: &'a Person,
    /// The requests that they can see.
    pub requests: &'a [Request],
    /// How many more there are.
    pub more: usize,
    /// The headline of the form that they began in their direct conversation.
    pub begun: Option<String>,
    /// Who is away, and who may act for whom.
    pub roster: Roster<'a>,
    /// The moment.
    pub now: Timestamp,
}

fn headline(words: impl Into<String>) -> Text {
    Text { blocks: vec![Block::spans([Span::strong(words)])], buttons: Vec::new() }
}

/// Everything for one person.
pub fn home(mine: &Mine<'_>, workflows: &[Workflow]) -> Home {
    let mut parts = vec![state(mine)];
    parts.extend(mine.begun.as_ref().map(|title| begun(title)));
    let task = |request: &&Request| task_of(request, &mine.person.id, mine.roster, mine.now);
    let (waiting, others): (Vec<&Request>, Vec<&Request>) =
        mine.requests.iter().partition(|request| task(request).is_some());
    if waiting.is_empty() {
        parts.push(headline("Nothing waits for you"));
    } else {
        parts.push(headline("Waits for you"));
        parts.extend(waiting.iter().filter_map(|request| Some(to_do(mine, request, task(request)?.0))));
    }
    let (own, seen): (Vec<&Request>, Vec<&Request>) =
        others.into_iter().partition(|request| request.owns(&mine.person.id));
    if !own.is_empty() {
        parts.push(headline("Your requests"));
        parts.extend(own.into_iter().map(|request| item(mine, request, own_buttons(request))));
    }
    if !seen.is_empty() {
        parts.push(headline("You can see"));
        parts.extend(seen.into_iter().map(|request| item(mine, request, vec![show(request)])));
    }
    if mine.more > 0 {
        let more = Span::faint(format!("… and {} more. ", mine.more));
        parts.push(Text { blocks: vec![Block::spans([more, Span::code("requests")])], buttons: Vec::new() });
    }
    parts.push(begin(workflows));
    parts.push(ask());
    Home { parts }
}

/// For a member whom the config does not list.
pub fn unlisted() -> Home {
    let unknown = text_of(super::unknown_person());
    Home { parts: vec![unknown, ask()] }
}

/// For somebody who is no member.
pub fn outsider() -> Home {
    Home { parts: vec![text_of(super::not_a_member())] }
}

fn text_of(content: Content) -> Text {
    match content {
        Content::Text(text) => text,
        Content::Card(card) => Text { blocks: card.blocks, buttons: card.buttons },
    }
}

fn state(mine: &Mine<'_>) -> Text {
    let (said, button) =
        match mine.roster.absences.away.get(&mine.person.id).filter(|until| mine.now < **until) {
            Some(until) => {
                // The moment is the end of the last day.
                let last = until.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(*until);
                let day = last.to_zoned(mine.person.zone.clone()).date();
                (
                    format!("You are away until {day}: I remind you of nothing."),
                    Button::new("I am back", "away off"),
                )
            }
            None => ("You are here.".to_owned(), Button::new("I am away…", "away")),
        };
    let mut spans = vec![Span::strong(format!("{}. ", mine.person.name)), Span::text(said)];
    let mut for_others = mine.roster.absences.delegations.iter();
    if let Some(deputy) =
        for_others.find(|it| it.from == mine.person.id && it.since <= mine.now && mine.now < it.until)
    {
        spans.push(Span::text(format!(" {} decides for you.", mine.roster.people.name(&deputy.to))));
    }
    Text { blocks: vec![Block::spans(spans)], buttons: vec![button] }
}

fn begun(title: &str) -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text("You began “"),
            Span::strong(title),
            Span::text("” and have not filed it."),
        ])],
        buttons: vec![
            Button::new("Go on", "resume"),
            Button::new("Leave it", "cancel").sure("What you filled in is thrown away. Nothing was filed."),
        ],
    }
}

fn item(mine: &Mine<'_>, request: &Request, buttons: Vec<Button>) -> Text {
    let seen = Seen { roster: mine.roster, now: mine.now };
    Text { blocks: vec![Block::spans(view::item(request, &mine.person.id, seen))], buttons }
}

fn to_do(mine: &Mine<'_>, request: &Request, task: Task) -> Text {
    let id = &request.id;
    let mut buttons = match task {
        Task::Decide => {
            let mut buttons = view::decisions(request);
            buttons.push(Button::new("Ask", format!("question {id}")));
            buttons
        }
        Task::Answer => vec![Button::new("Answer", format!("answer {id}"))],
        Task::Finish => Vec::new(),
    };
    buttons.push(show(request));
    item(mine, request, buttons)
}

fn show(request: &Request) -> Button {
    Button::new("Show", format!("show {}", request.id))
}

fn own_buttons(request: &Request) -> Vec<Button> {
    let id = &request.id;
    let mut buttons = vec![show(request)];
    if request.status.is_open() {
        buttons.push(Button::new("Status", format!("status {id}")));
        buttons.push(Button::new("Change", format!("edit {id}")));
        buttons.push(
            Button::new("Withdraw", format!("withdraw {id}"))
                .sure(format!("You take {id} back; nobody decides on it any more.")),
        );
    }
    buttons
}

fn begin(workflows: &[Workflow]) -> Text {
    let mut buttons: Vec<Button> =
        workflows.iter().map(|workflow| Button::new(&workflow.form.title, &workflow.command)).collect();
    buttons.push(Button::new("Which license fits?", "choose"));
    Text { buttons, ..headline("Begin") }
}

fn ask() -> Text {
    Text {
        blocks: vec![Block::line(
            "Ask me about licenses, compliance, contributing, releasing, strategy and regulation: write to me in our direct \
             conversation, or mention me in a channel.",
        )],
        buttons: vec![Button::new("Help", "help")],
    }
}
