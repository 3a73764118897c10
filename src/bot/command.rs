//! What a line of text asks the bot to do. A pure parser, apart from the handlers.
//!
//! Commands are the same on every platform. What is no command is a question; a word that almost is one gets
//! "did you mean". Lines in code blocks and quotes are not read: they are somebody else's.

use jiff::civil::Date;

use super::coach::CoachCommand;
use super::coach::command as coach;
use super::link::Code;
use super::records::counsel::{ASK, Helpful};
use crate::core::manners::Mode;
use crate::core::person::AccountId;
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
    /// Something about one request.
    On(RequestId, Wish),
    /// They are away until a day, or back when none is named.
    Away(Option<Date>),
    /// Somebody else decides for them.
    Delegate {
        /// Who, as named.
        to: String,
        /// In which role alone.
        role: Option<String>,
        /// Until the end of this day.
        until: Date,
    },
    /// Nobody else decides for them any more.
    DelegateEnd,
    /// Which accounts are theirs, and a code to join another one.
    Link,
    /// A code that another account of theirs was given.
    LinkWith(Code),
    /// A joined account is let go: this one, or the one that speaks.
    Unlink(Option<AccountId>),
    /// How requests went: counts, times, load.
    Report,
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
    /// Assessment, roadmap, reminders, strategy.
    Coach(CoachCommand),
}

/// What somebody wants of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// See it whole.
    Show,
    /// Know what it waits for.
    Status,
    /// Its audit trail.
    Audit,
    /// Vote for it, perhaps on a condition.
    Approve(Option<String>),
    /// Vote against it, perhaps with the reason.
    Reject(Option<String>),
    /// Take the vote back.
    Unvote,
    /// Raise a concern, perhaps with its words.
    Concern(Option<String>),
    /// A concern is resolved, by its number.
    Resolve(usize),
    /// Ask the requester, perhaps with the words.
    Question(Option<String>),
    /// Answer a question, perhaps by its number.
    Reply(Option<usize>, String),
    /// Change it.
    Edit,
    /// Begin another like it.
    Copy,
    /// Take it back.
    Withdraw,
    /// Take its decision up again.
    Reopen,
    /// A task of the checklist is done, by its number, perhaps with a link that proves it.
    Done(usize, Option<String>),
    /// Approve it alone because it burns, with the reason.
    BreakGlass(String),
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
    ("status", "status REL-1"),
    ("approve", "approve REL-1, or approve REL-1 if CONDITION"),
    ("reject", "reject REL-1 REASON"),
    ("unvote", "unvote REL-1"),
    ("concern", "concern REL-1 WORDS"),
    ("resolve", "resolve REL-1 NUMBER"),
    ("question", "question REL-1 WORDS"),
    ("edit", "edit REL-1"),
    ("copy", "copy REL-1"),
    ("withdraw", "withdraw REL-1"),
    ("reopen", "reopen REL-1"),
    ("done", "done REL-1 NUMBER, perhaps with a link"),
    ("audit", "audit REL-1, or audit verify"),
    ("away", "away until 2027-01-31, or away off"),
    ("delegate", "delegate to PERSON until 2027-01-31, perhaps for ROLE, or delegate off"),
    ("break-glass", "break-glass REL-1 REASON"),
    ("link", "link, and on your other account link CODE"),
    ("unlink", "unlink, or unlink ACCOUNT"),
    ("report", "report"),
    ("back", "back"),
    ("skip", "skip"),
    ("cancel", "cancel"),
    ("submit", "submit"),
    ("resume", "resume"),
    ("maturity", coach::USAGE[0].1),
    ("roadmap", coach::USAGE[1].1),
    ("remind", coach::USAGE[2].1),
    ("strategy", coach::USAGE[3].1),
    ("answer", "answer ARTICLE, or answer REL-1 WORDS"),
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
    let (id, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (id, after) = (id.parse::<RequestId>(), after.trim());
    let about_request = |wish: &dyn Fn(&str) -> Option<Wish>| match &id {
        Ok(id) => wish(after).map_or_else(incomplete, |wish| Line::Command(Command::On(id.clone(), wish))),
        Err(_) if rest.split_whitespace().count() > 1 => question(),
        Err(_) => incomplete(),
    };
    let about_ask = |make: &dyn Fn(RequestId) -> Option<Command>| match &id {
        Ok(id) => make(id.clone()).map_or_else(incomplete, Line::Command),
        Err(_) if rest.split_whitespace().count() > 1 => question(),
        Err(_) => incomplete(),
    };
    let reply = |id| Some(Command::Reply(id, words(after)?));
    let alone = |command: Command| if rest.is_empty() { Line::Command(command) } else { question() };
    let with_text = |make: fn(String) -> Command| {
        if rest.is_empty() { incomplete() } else { Line::Command(make(rest.to_owned())) }
    };
    match word {
        "ask" if rest.is_empty() => incomplete(),
        "ask" => Line::Question(rest.to_owned()),
        "help" => alone(Command::Help),
        "answer" if id.as_ref().is_ok_and(|id| id.prefix == ASK) => about_ask(&reply),
        "answer" if id.is_ok() => about_request(&|after| {
            let numbered = after
                .split_once(char::is_whitespace)
                .and_then(|(number, text)| Some(Wish::Reply(Some(number.parse().ok()?), words(text)?)));
            numbered.or_else(|| Some(Wish::Reply(None, words(after)?)))
        }),
        "answer" => with_text(Command::Answer),
        "human" => Line::Command(Command::Human(rest.to_owned())),
        "license" => with_text(Command::License),
        "obligations" => with_text(Command::Obligations),
        "compat" => with_text(Command::Compat),
        "identify" => with_text(Command::Identify),
        "check" => with_text(Command::Check),
        "choose" => alone(Command::Choose),
        "requests" => alone(Command::Requests),
        "show" => about_request(&|_| Some(Wish::Show)),
        "status" => about_request(&|_| Some(Wish::Status)),
        "approve" => about_request(&|after| match after.strip_prefix("if ") {
            Some(condition) => Some(Wish::Approve(words(condition))),
            None => after.is_empty().then_some(Wish::Approve(None)),
        }),
        "reject" => {
            about_request(&|after| Some(Wish::Reject(words(after.strip_prefix("because ").unwrap_or(after)))))
        }
        "unvote" => about_request(&|_| Some(Wish::Unvote)),
        "concern" => about_request(&|after| Some(Wish::Concern(words(after)))),
        "resolve" => about_request(&|after| after.parse().ok().map(Wish::Resolve)),
        "question" => about_request(&|after| Some(Wish::Question(words(after)))),
        "edit" => about_request(&|_| Some(Wish::Edit)),
        "copy" => about_request(&|_| Some(Wish::Copy)),
        "withdraw" => about_request(&|_| Some(Wish::Withdraw)),
        "reopen" => about_request(&|_| Some(Wish::Reopen)),
        "done" => about_request(&|after| {
            let (number, link) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
            number.parse().ok().map(|number| Wish::Done(number, words(link)))
        }),
        "break-glass" => about_request(&|after| words(after).map(Wish::BreakGlass)),
        "audit" if rest.eq_ignore_ascii_case("verify") => Line::Command(Command::AuditVerify),
        "audit" => about_request(&|_| Some(Wish::Audit)),
        "away" => away(rest).map_or_else(incomplete, Line::Command),
        "delegate" => delegate(rest).map_or_else(incomplete, Line::Command),
        "link" if rest.is_empty() => Line::Command(Command::Link),
        // "link statically against …" is a question; a code that was mistyped is nobody's business.
        "link" => match Code::read(rest) {
            Some(code) => Line::Command(Command::LinkWith(code)),
            None if rest.split_whitespace().count() > 1 => question(),
            None => incomplete(),
        },
        "unlink" if rest.is_empty() => Line::Command(Command::Unlink(None)),
        "unlink" => match rest.parse() {
            Ok(account) => Line::Command(Command::Unlink(Some(account))),
            Err(_) if rest.split_whitespace().count() > 1 => question(),
            Err(_) => incomplete(),
        },
        "report" => alone(Command::Report),
        "back" => alone(Command::Back),
        "skip" => alone(Command::Skip),
        "cancel" => alone(Command::Cancel),
        "submit" => alone(Command::Submit),
        "resume" => alone(Command::Resume),
        "claim" => about_ask(&|id| Some(Command::Claim(id))),
        "reply" => about_ask(&reply),
        "answered" => about_ask(&|id| Some(Command::Answered(id))),
        "dismiss" => about_ask(&|id| Some(Command::Dismiss(id))),
        "draft" => about_ask(&|id| Some(Command::Draft(id))),
        "publish" => about_ask(&|id| Some(Command::Publish(id))),
        "discard" => about_ask(&|id| Some(Command::Discard(id))),
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
        "maturity" | "roadmap" | "remind" | "strategy" => match coach::read(word, rest) {
            coach::Read::Command(command) => Line::Command(Command::Coach(command)),
            coach::Read::Incomplete => incomplete(),
            coach::Read::Question => question(),
        },
        _ => question(),
    }
}

fn words(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `until 2027-01-31`, or `off`.
fn away(rest: &str) -> Option<Command> {
    match rest.split_whitespace().collect::<Vec<_>>()[..] {
        ["off"] => Some(Command::Away(None)),
        ["until", day] | [day] => day.parse().ok().map(|day| Command::Away(Some(day))),
        _ => None,
    }
}

/// `to max until 2027-01-31`, perhaps `for legal`, or `off`.
fn delegate(rest: &str) -> Option<Command> {
    let said: Vec<&str> = rest.split_whitespace().collect();
    if said == ["off"] {
        return Some(Command::DelegateEnd);
    }
    let after = |word: &str| {
        let at = said.iter().position(|said| said.eq_ignore_ascii_case(word))?;
        said.get(at + 1).copied()
    };
    let role = after("for").map(str::to_owned);
    if said.len() != if role.is_some() { 6 } else { 4 } {
        return None;
    }
    Some(Command::Delegate { to: after("to")?.to_owned(), role, until: after("until")?.parse().ok()? })
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
        let on = |request: &str, wish| Line::Command(Command::On(id(request), wish));
        assert_eq!(read("Show rel-42"), on("REL-42", Wish::Show));
        assert_eq!(read("request-release"), Line::Command(Command::Request("request-release".into())));
        assert_eq!(
            read("reject REL-1 because the patent review is missing"),
            on("REL-1", Wish::Reject(Some("the patent review is missing".into())))
        );
        assert_eq!(read("reject REL-1"), on("REL-1", Wish::Reject(None)));
        assert_eq!(
            read("approve REL-1 if the name is free"),
            on("REL-1", Wish::Approve(Some("the name is free".into())))
        );
        assert_eq!(read("answer REL-1 2 All ours"), on("REL-1", Wish::Reply(Some(2), "All ours".into())));
        assert_eq!(read("answer REL-1 All ours"), on("REL-1", Wish::Reply(None, "All ours".into())));
        assert_eq!(read("answer gpl-fonts"), Line::Command(Command::Answer("gpl-fonts".into())));
        assert_eq!(read("channel mode Questions"), Line::Command(Command::Channel(Some(Mode::Questions))));
        assert!(matches!(read("channel mode loud"), Line::Incomplete { .. }));
        for line in ["reply ask-7 it is", "answer ASK-7 it is"] {
            assert_eq!(read(line), Line::Command(Command::Reply(id("ASK-7"), "it is".into())), "{line}");
        }
        assert_eq!(read("audit verify"), Line::Command(Command::AuditVerify));
        assert_eq!(read("done REL-1 2"), on("REL-1", Wish::Done(2, None)));
        assert_eq!(
            read("done REL-1 2 https://example.com/x"),
            on("REL-1", Wish::Done(2, Some("https://example.com/x".into())))
        );
    }

    #[test]
    fn a_code_is_told_in_any_case_and_one_that_was_mistyped_is_no_question() {
        let code = Code::draw(7);
        let typed = format!("Link {}", code.to_string().to_lowercase());
        assert_eq!(read(&typed), Line::Command(Command::LinkWith(code)));
        assert!(matches!(read("link BCDFG-HJKM"), Line::Incomplete { word: "link", .. }));
        let account = "matrix:@ada:example.org";
        assert_eq!(
            read(&format!("unlink {account}")),
            Line::Command(Command::Unlink(Some(account.parse().unwrap())))
        );
        assert!(matches!(read("unlink ada"), Line::Incomplete { word: "unlink", .. }));
    }

    #[test]
    fn absences_have_an_end() {
        let day = "2027-01-31".parse().unwrap();
        assert_eq!(read("away until 2027-01-31"), Line::Command(Command::Away(Some(day))));
        assert_eq!(read("away off"), Line::Command(Command::Away(None)));
        let delegate = |role: Option<&str>| {
            Line::Command(Command::Delegate { to: "max".into(), role: role.map(str::to_owned), until: day })
        };
        assert_eq!(read("delegate to max for legal until 2027-01-31"), delegate(Some("legal")));
        assert_eq!(read("delegate until 2027-01-31 to max"), delegate(None));
        for lacking in ["delegate to max", "delegate to max until soon", "away", "away until Easter"] {
            assert!(matches!(read(lacking), Line::Incomplete { .. }), "{lacking}");
        }
    }

    #[test]
    fn sentences_that_begin_like_a_command_are_questions() {
        for question in [
            "show me how to apply the Apache license",
            "help us choose a license",
            "channel partners and the GPL?",
            "link statically with LGPL code, may we?",
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
    }

    #[test]
    fn quotes_and_code_are_not_read() {
        assert_eq!(read("> approve REL-1"), Line::Nothing);
        assert_eq!(read("```\napprove REL-1\n```"), Line::Nothing);
        assert_eq!(read("> approve REL-1\nis that right?"), Line::Question("is that right?".into()));
    }
}
