//! What a line of text asks the bot to do. A pure parser, apart from the handlers.
//!
//! Commands are the same on every platform. What is no command is a question; a word that almost is one gets
//! "did you mean". Lines in code blocks and quotes are not read: they are somebody else's.

use super::records::counsel::Helpful;
use crate::core::manners::Mode;
use crate::core::source::suggest;
use crate::request::RequestId;

/// A line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing is said to the bot.
    Nothing,
    /// A command.
    Command(Command),
    /// A question in words.
    Question(String),
    /// Almost a command.
    Mistyped {
        /// The word as written.
        word: String,
        /// The line as it was probably meant.
        meant: String,
    },
    /// A command that lacks something.
    Incomplete {
        /// The command's word.
        word: &'static str,
        /// How it is used.
        usage: &'static str,
    },
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What the bot can do.
    Help,
    /// Show an article by its id.
    Answer(String),
    /// Hand a question to the people of the OSPO; without words, the one that was just asked here.
    Human(String),
    /// Facts of a license.
    License(String),
    /// Whether one license can be used in another: the two, as written.
    Compat(String),
    /// What a license asks for in a situation.
    Obligations(String),
    /// What license a name means.
    Identify(String),
    /// What the company's policy says of a license expression.
    Check(String),
    /// A few questions that lead to a license.
    Choose,
    /// File a request, by the workflow's command.
    Request(String),
    /// The requests one can see.
    Requests,
    /// One request whole.
    Show(RequestId),
    /// Vote for.
    Approve(RequestId),
    /// Vote against, perhaps with the reason.
    Reject(RequestId, Option<String>),
    /// Take the vote back.
    Unvote(RequestId),
    /// Take the request back.
    Withdraw(RequestId),
    /// A task of the checklist is done, by its number.
    Done(RequestId, usize),
    /// The audit trail of a request.
    Audit(RequestId),
    /// Prove that the whole audit log is as it was written.
    AuditVerify,
    /// In a form: one field back.
    Back,
    /// In a form: leave this field out.
    Skip,
    /// Leave what is being asked.
    Cancel,
    /// In a form: file it.
    Submit,
    /// Show again what is being asked.
    Resume,
    /// Take on a question that was handed over.
    Claim(RequestId),
    /// Say something to the other side of a question that was handed over.
    Reply(RequestId, String),
    /// A question that was handed over is answered.
    Answered(RequestId),
    /// A question that was handed over is not the OSPO's.
    Dismiss(RequestId),
    /// Make a draft article of what was answered.
    Draft(RequestId),
    /// Make an article of the draft.
    Publish(RequestId),
    /// Make nothing of the draft.
    Discard(RequestId),
    /// How the bot behaves in this channel; with a mode, from now on.
    Channel(Option<Mode>),
    /// What was asked in vain.
    Gaps,
    /// Whether the last answer here helped.
    Helped(Helpful),
}

/// A command's word and how it is used, for help, completion and "did you mean".
pub const USAGE: &[(&str, &str)] = &[
    ("ask", "ask QUESTION"),
    ("human", "human QUESTION"),
    ("license", "license NAME"),
    ("obligations", "obligations LICENSE when SITUATION"),
    ("compat", "compat LICENSE in LICENSE"),
    ("identify", "identify NAME"),
    ("check", "check EXPRESSION for USE"),
    ("choose", "choose"),
    ("requests", "requests"),
    ("show", "show REL-1"),
    ("approve", "approve REL-1"),
    ("reject", "reject REL-1 REASON"),
    ("unvote", "unvote REL-1"),
    ("withdraw", "withdraw REL-1"),
    ("done", "done REL-1 NUMBER"),
    ("audit", "audit REL-1, or audit verify"),
    ("back", "back"),
    ("skip", "skip"),
    ("cancel", "cancel"),
    ("submit", "submit"),
    ("resume", "resume"),
    ("answer", "answer ARTICLE"),
    ("helpful", "helpful"),
    ("unhelpful", "unhelpful"),
    ("reply", "reply ASK-1 WORDS"),
    ("claim", "claim ASK-1"),
    ("answered", "answered ASK-1"),
    ("dismiss", "dismiss ASK-1"),
    ("draft", "draft ASK-1"),
    ("publish", "publish ASK-1"),
    ("discard", "discard ASK-1"),
    ("channel", "channel mode questions|mention|off"),
    ("gaps", "gaps"),
    ("help", "help"),
];

fn usage(word: &str) -> Option<(&'static str, &'static str)> {
    USAGE.iter().copied().find(|(known, _)| *known == word)
}

/// Understands a message. `workflows` are the commands that start a request: `request-release`.
pub fn parse<'a>(text: &str, workflows: impl Iterator<Item = &'a str> + Clone) -> Line {
    let said = own_words(text);
    let said = said.trim();
    let Some(word) = said.split_whitespace().next() else { return Line::Nothing };
    let rest = said[word.len()..].trim();
    let lower = word.to_lowercase();
    if let Some(workflow) = workflows.clone().find(|workflow| *workflow == lower)
        && rest.is_empty()
    {
        return Line::Command(Command::Request(workflow.to_owned()));
    }
    if let Some((word, usage)) = usage(&lower) {
        return command(word, usage, rest, said);
    }
    let words = said.split_whitespace().count();
    let names_a_request = rest.split_whitespace().next().is_some_and(|id| id.parse::<RequestId>().is_ok());
    if words == 1 || names_a_request {
        let known = USAGE.iter().map(|(word, _)| *word).chain(workflows);
        if let Some(near) = suggest(&lower, known)
            && lower != near
        {
            return Line::Mistyped {
                word: word.to_owned(),
                meant: format!("{near} {rest}").trim().to_owned(),
            };
        }
    }
    Line::Question(said.to_owned())
}

fn command(word: &'static str, usage: &'static str, rest: &str, said: &str) -> Line {
    let incomplete = || Line::Incomplete { word, usage };
    let question = || Line::Question(said.to_owned());
    // "show me how …" and "help us choose" are questions that happen to begin with a command's word.
    let about_request = |make: &dyn Fn(RequestId, &str) -> Option<Command>| {
        let mut words = rest.splitn(2, char::is_whitespace);
        let id = words.next().unwrap_or_default();
        let after = words.next().unwrap_or_default().trim();
        match id.parse() {
            Ok(id) => make(id, after).map_or_else(incomplete, Line::Command),
            Err(_) if rest.split_whitespace().count() > 1 => question(),
            Err(_) => incomplete(),
        }
    };
    let alone = |command: Command| if rest.is_empty() { Line::Command(command) } else { question() };
    let with_text = |make: fn(String) -> Command| {
        if rest.is_empty() { incomplete() } else { Line::Command(make(rest.to_owned())) }
    };
    match word {
        "ask" if rest.is_empty() => incomplete(),
        "ask" => Line::Question(rest.to_owned()),
        "help" => alone(Command::Help),
        "answer" => with_text(Command::Answer),
        "human" => Line::Command(Command::Human(rest.to_owned())),
        "license" => with_text(Command::License),
        "obligations" => with_text(Command::Obligations),
        "compat" => with_text(Command::Compat),
        "identify" => with_text(Command::Identify),
        "check" => with_text(Command::Check),
        "choose" => alone(Command::Choose),
        "requests" => alone(Command::Requests),
        "show" => about_request(&|id, _| Some(Command::Show(id))),
        "approve" => about_request(&|id, _| Some(Command::Approve(id))),
        "reject" => about_request(&|id, reason| {
            let reason = reason.strip_prefix("because ").unwrap_or(reason).trim();
            Some(Command::Reject(id, (!reason.is_empty()).then(|| reason.to_owned())))
        }),
        "unvote" => about_request(&|id, _| Some(Command::Unvote(id))),
        "withdraw" => about_request(&|id, _| Some(Command::Withdraw(id))),
        "done" => about_request(&|id, number| number.parse().ok().map(|number| Command::Done(id, number))),
        "audit" if rest.eq_ignore_ascii_case("verify") => Line::Command(Command::AuditVerify),
        "audit" => about_request(&|id, _| Some(Command::Audit(id))),
        "back" => alone(Command::Back),
        "skip" => alone(Command::Skip),
        "cancel" => alone(Command::Cancel),
        "submit" => alone(Command::Submit),
        "resume" => alone(Command::Resume),
        "claim" => about_request(&|id, _| Some(Command::Claim(id))),
        "reply" => {
            about_request(&|id, words| (!words.is_empty()).then(|| Command::Reply(id, words.to_owned())))
        }
        "answered" => about_request(&|id, _| Some(Command::Answered(id))),
        "dismiss" => about_request(&|id, _| Some(Command::Dismiss(id))),
        "draft" => about_request(&|id, _| Some(Command::Draft(id))),
        "publish" => about_request(&|id, _| Some(Command::Publish(id))),
        "discard" => about_request(&|id, _| Some(Command::Discard(id))),
        "channel" => match rest.split_once(' ') {
            None if rest.is_empty() => Line::Command(Command::Channel(None)),
            Some((first, mode)) if first.eq_ignore_ascii_case("mode") => match Mode::named(mode.trim()) {
                Some(mode) => Line::Command(Command::Channel(Some(mode))),
                None => incomplete(),
            },
            _ => question(),
        },
        "gaps" => alone(Command::Gaps),
        "helpful" => alone(Command::Helped(Helpful::Yes)),
        "unhelpful" => alone(Command::Helped(Helpful::No)),
        _ => question(),
    }
}

/// The text without code blocks and quoted lines.
fn own_words(text: &str) -> String {
    let mut fenced = false;
    let mut own = Vec::new();
    for line in text.lines() {
        let start = line.trim_start();
        if start.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !start.starts_with('>') {
            own.push(line);
        }
    }
    own.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        parse(text, ["request-release", "request-contribution"].into_iter())
    }

    fn id(text: &str) -> RequestId {
        text.parse().unwrap()
    }

    #[test]
    fn commands_are_read_in_any_case() {
        assert_eq!(read("Show rel-42"), Line::Command(Command::Show(id("REL-42"))));
        assert_eq!(read("request-release"), Line::Command(Command::Request("request-release".into())));
        assert_eq!(
            read("reject REL-1 because the patent review is missing"),
            Line::Command(Command::Reject(id("REL-1"), Some("the patent review is missing".into())))
        );
        assert_eq!(read("reject REL-1"), Line::Command(Command::Reject(id("REL-1"), None)));
        assert_eq!(read("audit verify"), Line::Command(Command::AuditVerify));
        assert_eq!(read("channel mode Questions"), Line::Command(Command::Channel(Some(Mode::Questions))));
        assert_eq!(read("reply ask-7 it is"), Line::Command(Command::Reply(id("ASK-7"), "it is".into())));
        assert_eq!(read("done REL-1 2"), Line::Command(Command::Done(id("REL-1"), 2)));
    }

    #[test]
    fn sentences_that_begin_like_a_command_are_questions() {
        for question in [
            "show me how to apply the Apache license",
            "help us choose a license",
            "channel partners and the GPL?",
        ] {
            assert_eq!(read(question), Line::Question(question.into()));
        }
    }

    #[test]
    fn almost_a_command_is_asked_back_and_a_lone_word_explains_itself() {
        assert_eq!(
            read("aprove REL-7"),
            Line::Mistyped { word: "aprove".into(), meant: "approve REL-7".into() }
        );
        assert_eq!(
            read("request-relaese"),
            Line::Mistyped { word: "request-relaese".into(), meant: "request-release".into() }
        );
        assert!(matches!(read("show"), Line::Incomplete { usage: "show REL-1", .. }));
        assert!(matches!(read("done REL-1 two"), Line::Incomplete { .. }));
        assert!(matches!(read("channel mode loud"), Line::Incomplete { .. }));
    }

    #[test]
    fn quotes_and_code_are_not_read() {
        assert_eq!(read("> approve REL-1"), Line::Nothing);
        assert_eq!(read("```\napprove REL-1\n```"), Line::Nothing);
        assert_eq!(read("> approve REL-1\nis that right?"), Line::Question("is that right?".into()));
    }
}
