//! What is said about linked accounts.

use super::super::handle::link::Refusal;
use super::super::link::{Code, GOOD_FOR};
use super::line;
use crate::core::message::{Block, Content, Span, Text};
use crate::core::person::{AccountId, Links, NoLink, Person};

/// What is joined, and a code to join more.
pub fn code(person: &Person, speaks: &AccountId, links: &Links, code: &Code) -> Content {
    let item = |account: &AccountId| {
        let mut spans = vec![Span::code(account.to_string())];
        if let Some(link) = links.of(account) {
            spans.push(Span::faint(format!(" linked on {}", link.since.strftime("%Y-%m-%d"))));
        }
        if account == speaks {
            spans.push(Span::faint(" (this one)"));
        }
        spans
    };
    Text {
        blocks: vec![
            Block::spans([Span::text("You are "), Span::strong(person.name.clone()), Span::text(" with:")]),
            Block::List { items: person.accounts.iter().map(item).collect() },
            Block::spans([
                Span::text(
                    "To add an account of yours on another platform, write me there, in a direct message: ",
                ),
                Span::code(format!("link {code}")),
                Span::text(format!(
                    ". It works once, within {} minutes. Give it to nobody: whoever uses it is you to me.",
                    GOOD_FOR.as_mins()
                )),
            ]),
            Block::spans([Span::code("unlink"), Span::faint(" lets linked accounts go.")]),
        ],
        ..Text::default()
    }
    .into()
}

/// To an account that is nobody's.
pub fn unknown() -> Content {
    line([
        Span::text("I do not know this account. If I know you on another platform, say "),
        Span::code("link"),
        Span::text(" to me there: you get a code to tell me here. Otherwise ask the OSPO to add you."),
    ])
}

/// To the account that told the code.
pub fn linked(owner: &Person, other: &AccountId) -> Content {
    line([
        Span::text("This account is yours now, "),
        Span::strong(owner.name.clone()),
        Span::text(", like "),
        Span::code(other.to_string()),
        Span::text(": what you may see and decide there, you may here, and you count once. "),
        Span::code("unlink"),
        Span::text(" lets it go."),
    ])
}

/// To the account that gave the code.
pub fn other_linked(account: &AccountId) -> Content {
    line([
        Span::code(account.to_string()),
        Span::text(
            " used your code and is yours now: whoever speaks with it is you to me. If that was not you, say ",
        ),
        Span::code("unlink"),
        Span::text(" and tell the OSPO."),
    ])
}

/// Accounts were let go.
pub fn unlinked(accounts: &[AccountId]) -> Content {
    let mut spans = Vec::new();
    for account in accounts {
        spans.extend([Span::code(account.to_string()), Span::text(" ")]);
    }
    spans.push(Span::text(
        "is not linked any more. What was decided with it stays. Until it is linked again or the OSPO names it, it may \
         only ask.",
    ));
    line(spans)
}

/// To the other account, too.
pub fn other_unlinked(account: &AccountId) -> Content {
    line([Span::code(account.to_string()), Span::text(" is not linked any more.")])
}

/// There is nothing to let go.
pub fn nothing_linked(person: &Person) -> Content {
    line([Span::text(format!(
        "No such account of yours, {}, was linked with a code. What the OSPO's list says of your accounts, the OSPO \
         changes.",
        person.name
    ))])
}

/// A code joins nothing, and what to do.
pub fn refused(refusal: &Refusal) -> Content {
    let again = "Say link where I know you, for another code.";
    line([Span::text(match refusal {
        Refusal::Aloud => format!(
            "Others can read this, so the code, if it was one, is void. {again} Then tell me that in a direct message."
        ),
        Refusal::Wrong => format!("This code is wrong, used, or over. {again}"),
        Refusal::TooMany => "Too many wrong codes. I look at no more of yours for an hour.".to_owned(),
        Refusal::NoLink(NoLink::Nobody) => format!("I do not know any more whose code this is. {again}"),
        Refusal::NoLink(NoLink::Theirs) => "These accounts are yours together already.".to_owned(),
        Refusal::NoLink(NoLink::OnePlatform) => {
            "Both accounts are of one platform. The OSPO can name both of them as yours.".to_owned()
        }
        Refusal::NoLink(NoLink::SomebodyElses) => {
            "I know this account as somebody of their own, or other accounts are linked to it. If all of them are yours, \
             ask for the code here and use it on the other account, unlink first, or ask the OSPO to name them together."
                .to_owned()
        }
        Refusal::NoLink(NoLink::Second(account)) => format!(
            "You have an account on this platform already: {account}. The OSPO can name further ones as yours."
        ),
        Refusal::HasRequests => {
            "This account has requests in its own name, so it cannot become one with another. The OSPO can name both as \
             yours."
                .to_owned()
        }
    })])
}

/// The same in the audit log.
pub fn on_record(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Aloud => "told where others read along",
        Refusal::Wrong => "wrong, used or expired code",
        Refusal::TooMany => "too many wrong codes",
        Refusal::NoLink(NoLink::Nobody) => "the code's account belongs to nobody",
        Refusal::NoLink(NoLink::Theirs) => "linked already",
        Refusal::NoLink(NoLink::OnePlatform) => "both accounts are of one platform",
        Refusal::NoLink(NoLink::SomebodyElses) => "the account is somebody else's",
        Refusal::NoLink(NoLink::Second(_)) => "a second account on the platform",
        Refusal::HasRequests => "the account has requests of its own",
    }
}
