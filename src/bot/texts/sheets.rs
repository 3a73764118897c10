//! What is said in forms that are shown whole.

use super::super::records::FormName;
use super::super::sheet::Saying;
use crate::core::form::FieldKind;
use crate::core::message::{Block, Span, Text};
use crate::request::RequestId;

/// A form that asks for one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Its headline.
    pub title: String,
    /// The name of the one field.
    pub label: String,
    /// The question.
    pub ask: String,
    /// What a good answer looks like.
    pub help: String,
    /// What it must be.
    pub kind: FieldKind,
}

/// Words about a request. `question` is the one that is answered.
pub fn words(saying: Saying, id: &RequestId, summary: &str, question: Option<&str>) -> Words {
    let (title, label, ask, help, kind) = match saying {
        Saying::Reject => (
            format!("Reject {id}"),
            "Reason",
            format!("Why do you reject {id}, {summary}?"),
            "The requester reads it. What would have to change?",
            FieldKind::Text,
        ),
        Saying::Concern => (
            format!("Concern about {id}"),
            "Concern",
            format!("What is your concern about {id}, {summary}?"),
            "It blocks the approval until you, or the lead, resolve it.",
            FieldKind::Text,
        ),
        Saying::Question => (
            format!("Ask about {id}"),
            "Question",
            format!("What do you want to know about {id}, {summary}?"),
            "I ask the requester, and the clock stands until they answer.",
            FieldKind::Text,
        ),
        Saying::Reply(number) => (
            format!("Answer for {id}"),
            "Answer",
            match question {
                Some(question) => format!("Question {number}: {question}"),
                None => format!("Your answer to question {number}"),
            },
            "It goes to who asked, and onto the card.",
            FieldKind::Text,
        ),
        Saying::Confirm => (
            format!("Approve {id}"),
            "Confirmation",
            format!("This one takes more than a tap. To approve {id}, {summary}, type its id."),
            "Your approval counts once you do.",
            FieldKind::Line,
        ),
    };
    Words { title, label: label.to_owned(), ask, help: help.to_owned(), kind }
}

/// Until when somebody is away.
pub fn away() -> Words {
    Words {
        title: "I am away".to_owned(),
        label: "Until".to_owned(),
        ask: "Until which day are you away, that day included?".to_owned(),
        help: "I remind you of nothing until then, and say so where you are waited for.".to_owned(),
        kind: FieldKind::Date,
    }
}

/// What the button says that files a form.
pub fn submit(form: &FormName) -> String {
    match form {
        FormName::Request { .. } => "Submit",
        FormName::Edit { .. } => "Change it",
        FormName::Choose => "Which license?",
    }
    .to_owned()
}

/// What the button says under words.
pub fn submit_words() -> String {
    "Send".to_owned()
}

/// A form that was begun before is taken up.
pub fn taken_up() -> Text {
    Text {
        blocks: vec![Block::spans([
            Span::text("You began this before; here is what you had. "),
            Span::code("cancel"),
            Span::text(" leaves it, so that you can begin anew."),
        ])],
        buttons: Vec::new(),
    }
}

/// A field that cannot stay empty.
pub fn answer_missing() -> String {
    "This one cannot be left out.".to_owned()
}

/// No words where words are all that is asked.
pub fn words_missing() -> String {
    "Please say it in a sentence.".to_owned()
}

/// Too many words.
pub fn words_too_long(length: usize, limit: usize) -> String {
    format!("That is {length} characters; {limit} fit here. Say it shorter, or link to it.")
}

/// What was typed is not the id.
pub fn not_the_id(id: &RequestId) -> String {
    format!("That is not {id}. Type the id to confirm.")
}

/// A day that is over.
pub fn day_past() -> String {
    "That day is past.".to_owned()
}
