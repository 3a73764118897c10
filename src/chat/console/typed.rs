//! Reads a line as typed: a command of the console, or something to say. Pure.

use std::path::PathBuf;

use super::address;
use super::entry::Number;
use super::texts;
use crate::core::emoji;
use crate::core::event::{Addressed, FileRef};
use crate::core::source::suggest;

/// Why a line was not carried out, to be shown to the one who typed it. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(pub String);

/// How a message is pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pointer {
    /// By its number.
    Number(Number),
    /// The newest that the bot showed here.
    Last,
    /// The newest card that names an id such as `REL-42`, here first.
    Subject(String),
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing.
    Nothing,
    /// Say something; to whom is decided by the place when the words do not say it.
    Say { text: String, addressed: Option<Addressed>, files: Vec<FileRef> },
    /// Say something, with a file of this machine.
    Attach { path: PathBuf, text: String },
    /// Press the button with this number, if the bot has just offered some; else say it.
    Choose { number: usize, text: String },
    /// Speak as somebody else.
    As(String),
    /// Go elsewhere.
    In(String),
    /// Answer in a thread.
    Thread(Pointer),
    /// Answer in no thread.
    LeaveThread,
    /// Put a reaction.
    React { message: Pointer, emoji: String },
    /// Take a reaction back.
    Unreact { message: Pointer, emoji: String },
    /// Press a button, by number or label.
    Press { message: Pointer, button: String },
    /// What is unread.
    Unread,
    /// Who is there.
    Who,
    /// Which channels are there.
    Channels,
    /// The last messages here.
    History(usize),
    /// One message.
    Show(Pointer),
    /// What can be typed.
    Help,
    /// Leave.
    Quit,
}

/// The commands of the console.
pub(super) const COMMANDS: [&str; 15] = [
    "/as",
    "/in",
    "/react",
    "/unreact",
    "/press",
    "/thread",
    "/say",
    "/attach",
    "/unread",
    "/who",
    "/channels",
    "/history",
    "/show",
    "/help",
    "/quit",
];

/// The names by which reactions can be typed, beside the characters themselves.
pub(super) const REACTIONS: [(&str, &str); 8] = [
    ("approve", emoji::CHECK),
    ("yes", emoji::CHECK),
    ("check", emoji::CHECK),
    ("reject", emoji::CROSS),
    ("no", emoji::CROSS),
    ("question", emoji::QUESTION),
    ("thumbsup", emoji::THUMBS_UP),
    ("thumbsdown", emoji::THUMBS_DOWN),
];

/// How many messages `/history` shows when it is not told.
const HISTORY: usize = 10;

/// Reads a line. `bot_words` are the command words of the bot.
///
/// # Errors
/// What is wrong with a command of the console and how it is written.
pub(super) fn read(line: &str, bot_words: &[String]) -> Result<Typed, Refusal> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Typed::Nothing);
    }
    if let Some(addressed) = address::addressed(line) {
        return Ok(Typed::Say { text: line.to_owned(), addressed: Some(addressed), files: Vec::new() });
    }
    if let Ok(number) = line.parse::<usize>() {
        return Ok(Typed::Choose { number, text: line.to_owned() });
    }
    if !line.starts_with('/') {
        return Ok(Typed::Say { text: line.to_owned(), addressed: None, files: Vec::new() });
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let usage = || Refusal(texts::usage(command));
    let required = || if rest.is_empty() { Err(usage()) } else { Ok(rest.to_owned()) };
    let message_and = || match rest.split_once(char::is_whitespace) {
        Some((message, what)) => Ok((pointer(message)?, what.trim().to_owned())),
        None => Err(usage()),
    };
    match command {
        "/as" => required().map(Typed::As),
        "/in" => required().map(Typed::In),
        "/say" => {
            required().map(|text| Typed::Say { text, addressed: Some(Addressed::Nobody), files: Vec::new() })
        }
        "/attach" => attachment(&required()?).ok_or_else(usage),
        "/react" => {
            let (message, emoji) = message_and()?;
            Ok(Typed::React { message, emoji: reaction(&emoji)? })
        }
        "/unreact" => {
            let (message, emoji) = message_and()?;
            Ok(Typed::Unreact { message, emoji: reaction(&emoji)? })
        }
        "/press" => {
            let (message, button) = message_and()?;
            Ok(Typed::Press { message, button })
        }
        "/thread" if rest == "off" => Ok(Typed::LeaveThread),
        "/thread" => pointer(&required()?).map(Typed::Thread),
        "/show" => pointer(&required()?).map(Typed::Show),
        "/history" if rest.is_empty() => Ok(Typed::History(HISTORY)),
        "/history" => rest.parse().map(Typed::History).map_err(|_| usage()),
        "/unread" => Ok(Typed::Unread),
        "/who" => Ok(Typed::Who),
        "/channels" => Ok(Typed::Channels),
        "/help" => Ok(Typed::Help),
        "/quit" => Ok(Typed::Quit),
        _ => Err(unknown(command, bot_words)),
    }
}

/// Reads a path, perhaps in quotes, and the words after it.
fn attachment(rest: &str) -> Option<Typed> {
    let (path, text) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
    };
    Some(Typed::Attach { path: PathBuf::from(path), text: text.trim().to_owned() })
}

fn unknown(command: &str, bot_words: &[String]) -> Refusal {
    let word = command.trim_start_matches('/');
    if let Some(known) = bot_words.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        return Refusal(texts::word_of_the_bot(known));
    }
    Refusal(texts::unknown_command(command, suggest(command, COMMANDS)))
}

/// Reads `#12`, `last` or `REL-42`.
fn pointer(text: &str) -> Result<Pointer, Refusal> {
    if text.eq_ignore_ascii_case("last") {
        return Ok(Pointer::Last);
    }
    if let Ok(number) = text.strip_prefix('#').unwrap_or(text).parse() {
        return Ok(Pointer::Number(Number(number)));
    }
    let subject = text.to_ascii_uppercase();
    match subject.split_once('-') {
        Some((kind, number))
            if kind.len() == 3
                && kind.bytes().all(|b| b.is_ascii_uppercase())
                && number.parse::<u32>().is_ok() =>
        {
            Ok(Pointer::Subject(subject))
        }
        _ => Err(Refusal(texts::no_pointer(text))),
    }
}

/// Reads a reaction: a name, a `:short_name:`, or the character itself, which is what the console sends.
fn reaction(text: &str) -> Result<String, Refusal> {
    const LONGEST: usize = 12;
    let bare = text.trim_matches(':').to_lowercase();
    let named = REACTIONS.iter().find(|(name, _)| *name == bare).map(|(_, emoji)| *emoji);
    let canonical = emoji::canonical(named.unwrap_or(&bare));
    let sign = emoji::character(&canonical);
    if sign != canonical {
        // A skin tone is the reactor's own and stays.
        return Ok(if text.is_ascii() { sign.to_owned() } else { text.to_owned() });
    }
    let is_sign = text.chars().count() <= LONGEST
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || c.is_alphanumeric() || c.is_ascii());
    if is_sign {
        return Ok(text.to_owned());
    }
    let near = suggest(&bare, REACTIONS.map(|(name, _)| name));
    Err(Refusal(texts::unknown_reaction(text, near)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        read(line, &[]).unwrap()
    }

    fn refused(line: &str) -> String {
        read(line, &["approve".to_owned()]).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_attached_with_the_words_after_its_path() {
        let attach = |path: &str, text: &str| Typed::Attach { path: path.into(), text: text.to_owned() };
        assert_eq!(typed("/attach bom.json for saas"), attach("bom.json", "for saas"));
        assert_eq!(typed("/attach \"my bom.json\""), attach("my bom.json", ""));
        assert!(refused("/attach").contains("/attach FILE"));
    }

    #[test]
    fn what_is_no_command_of_the_console_is_said() {
        let said = |text: &str, addressed| Typed::Say { text: text.to_owned(), addressed, files: Vec::new() };
        assert_eq!(typed("  can we ship it? "), said("can we ship it?", None));
        assert_eq!(typed("/ospo show REL-1"), said("/ospo show REL-1", Some(Addressed::Command)));
        assert_eq!(typed("/say nice weather"), said("nice weather", Some(Addressed::Nobody)));
        assert_eq!(typed("2"), Typed::Choose { number: 2, text: "2".to_owned() });
        assert_eq!(typed(" "), Typed::Nothing);
    }

    #[test]
    fn a_message_is_pointed_at_by_number_by_subject_or_as_the_last() {
        assert_eq!(typed("/show #12"), Typed::Show(Pointer::Number(Number(12))));
        assert_eq!(typed("/show rel-7"), Typed::Show(Pointer::Subject("REL-7".to_owned())));
        assert_eq!(typed("/thread last"), Typed::Thread(Pointer::Last));
        assert!(refused("/show it").contains("#12"));
    }

    #[test]
    fn reactions_have_names_and_characters() {
        for (written, sent) in [
            ("approve", "✅"),
            (":white_check_mark:", "✅"),
            ("✅", "✅"),
            ("no", "❌"),
            ("👍🏽", "👍🏽"),
            ("+1", "👍"),
            ("🦀", "🦀"),
        ] {
            let line = format!("/react #1 {written}");
            let Typed::React { emoji, .. } = typed(&line) else { panic!("{line}") };
            assert_eq!(emoji, sent, "{written}");
        }
        assert!(refused("/react #1 aprove").contains("Did you mean `approve`?"));
        assert!(read("/react #1 \u{1b}[2J", &[]).is_err());
    }

    #[test]
    fn a_wrong_command_says_what_would_be_right() {
        assert!(refused("/raect #1 ✅").contains("Did you mean `/react`?"));
        assert!(refused("/react #1").contains("/react #12 ✅"));
        assert!(refused("/approve REL-1").contains("without the slash"));
        assert!(refused("/as").contains("/as NAME"));
    }
}
