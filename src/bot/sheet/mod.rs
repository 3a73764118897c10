//! Forms that are shown whole: which one an event asks for, how it looks to its author, what is wrong with the answers,
//! and what they mean. Pure. What they lead to is decided by the same handlers as in conversation.

use std::fmt;
use std::str::FromStr;

use super::command::{Command, Line, Wish};
use super::intent::{FormWord, Intent};
use super::mind::Mind;
use super::records::{Conversation, FormName};
use crate::core::sheet::SheetKey;
use crate::request::RequestId;

mod fill;
mod show;

pub use fill::{Given, draft, meant, problems, title};
pub use show::{Opening, sheet};

/// Which form a sheet shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One that is also asked in conversation.
    Form(FormName),
    /// That of a new request like another.
    Copy(RequestId),
    /// What somebody has to say about a request.
    Say(Saying, RequestId),
    /// Until when somebody is away.
    Away,
}

/// What somebody has to say about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// Why they reject it.
    Reject,
    /// What their concern is.
    Concern,
    /// What they want to know.
    Question,
    /// Their answer to the question with this number.
    Reply(usize),
    /// Its id, to confirm that they approve it.
    Confirm,
}

impl Which {
    /// What the sheet is known by.
    pub fn key(&self) -> SheetKey {
        SheetKey(self.to_string())
    }

    /// Reads a key of [`Self::key`].
    pub fn of(key: &SheetKey) -> Option<Self> {
        key.0.parse().ok()
    }

    /// The request it is about.
    pub fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Form(FormName::Edit { request: id }) | Self::Copy(id) | Self::Say(_, id) => Some(id),
            Self::Form(FormName::Request { .. } | FormName::Choose) | Self::Away => None,
        }
    }

    /// The sheet that an intent asks for; `text` is the line it was read from.
    pub fn asked(
        mind: &Mind,
        intent: &Intent,
        text: &str,
        conversation: Option<&Conversation>,
    ) -> Option<Self> {
        let line = match (intent, conversation) {
            (Intent::Form(FormWord::Resume), Some(Conversation::Filling(draft))) => {
                return Some(Self::Form(draft.form.clone()));
            }
            (Intent::Line(line), _) => line,
            _ => return None,
        };
        match line {
            Line::Command(Command::Request(command)) => {
                let workflow = mind.knowledge.workflow_by_command(command)?.id.clone();
                Some(Self::Form(FormName::Request { workflow }))
            }
            Line::Command(Command::Choose) => Some(Self::Form(FormName::Choose)),
            Line::Command(Command::On(id, wish)) => match wish {
                Wish::Edit => Some(Self::Form(FormName::Edit { request: id.clone() })),
                Wish::Copy => Some(Self::Copy(id.clone())),
                Wish::Reject(None) => Some(Self::Say(Saying::Reject, id.clone())),
                Wish::Concern(None) => Some(Self::Say(Saying::Concern, id.clone())),
                Wish::Question(None) => Some(Self::Say(Saying::Question, id.clone())),
                Wish::Approve(None) => Some(Self::Say(Saying::Confirm, id.clone())),
                _ => None,
            },
            Line::Incomplete { word: "away", .. } => Some(Self::Away),
            Line::Incomplete { word: "answer", .. } => {
                let id = text.split_whitespace().nth(1)?.parse().ok()?;
                Some(Self::Say(Saying::Reply(0), id))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(FormName::Request { workflow }) => write!(f, "request {workflow}"),
            Self::Form(FormName::Edit { request }) => write!(f, "edit {request}"),
            Self::Form(FormName::Choose) => f.write_str("choose"),
            Self::Copy(id) => write!(f, "copy {id}"),
            Self::Say(Saying::Reject, id) => write!(f, "reject {id}"),
            Self::Say(Saying::Concern, id) => write!(f, "concern {id}"),
            Self::Say(Saying::Question, id) => write!(f, "question {id}"),
            Self::Say(Saying::Reply(number), id) => write!(f, "answer {id} {number}"),
            Self::Say(Saying::Confirm, id) => write!(f, "confirm {id}"),
            Self::Away => f.write_str("away"),
        }
    }
}

impl FromStr for Which {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split(' ').collect();
        let id = |word: &str| word.parse::<RequestId>().map_err(drop);
        match words[..] {
            ["request", workflow] => Ok(Self::Form(FormName::Request { workflow: workflow.to_owned() })),
            ["edit", request] => Ok(Self::Form(FormName::Edit { request: id(request)? })),
            ["choose"] => Ok(Self::Form(FormName::Choose)),
            ["copy", request] => Ok(Self::Copy(id(request)?)),
            ["reject", request] => Ok(Self::Say(Saying::Reject, id(request)?)),
            ["concern", request] => Ok(Self::Say(Saying::Concern, id(request)?)),
            ["question", request] => Ok(Self::Say(Saying::Question, id(request)?)),
            ["answer", request, number] => {
                Ok(Self::Say(Saying::Reply(number.parse().map_err(drop)?), id(request)?))
            }
            ["confirm", request] => Ok(Self::Say(Saying::Confirm, id(request)?)),
            ["away"] => Ok(Self::Away),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_back_to_its_form_and_a_strange_one_nowhere() {
        for text in [
            "request release",
            "edit REL-1",
            "choose",
            "copy CON-2",
            "reject REL-1",
            "concern REL-1",
            "question REL-1",
            "answer REL-1 2",
            "confirm REL-1",
            "away",
        ] {
            let which = Which::of(&SheetKey(text.to_owned())).unwrap();
            assert_eq!(which.key().0, text);
        }
        for strange in ["", "request", "reject", "reject x", "answer REL-1", "delete REL-1", "away x"] {
            assert_eq!(Which::of(&SheetKey(strange.to_owned())), None, "{strange}");
        }
    }
}
