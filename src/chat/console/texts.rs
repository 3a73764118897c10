//! Every word the console says by itself.

use crate::core::event::FileRef;

/// The name of the bot beside its messages.
pub(super) const BOT: &str = "ospo";

/// What is said when an interactive console opens.
pub(super) const WELCOME: &str = "Type a question, or /help. Tab completes, Ctrl-D leaves.";

/// The help.
pub(super) const HELP: &str = "\
Talking
  can we use MIT code?    a bare line is for the bot: a question or a command
  !ospo help              as on other platforms (also /ospo, @ospo, ospo:)
  /say lunch?             talk to nobody in particular
  /attach bom.json        send the bot a file of this machine, with words after it
  2                       choose [2] where the bot has just offered choices
Who and where
  /as lea                 speak as somebody else; /who lists everybody
  /in #legal, /in dm      go to a channel, or to your own chat with the bot
  /thread #12             answer in a thread; /thread off leaves it
Messages: #12, or REL-7 for its newest card, or last
  /react REL-7 ✅         put a reaction (also approve, reject, question, :+1:)
  /unreact REL-7 ✅       take it back
  /press #12 2            press a button, by number or label
  /show #12               see a message again
  /history 20             the last messages here
  /unread, /channels      what is unread, and where
/quit or Ctrl-D leaves.
";

/// How a command is written.
pub(super) fn usage(command: &str) -> String {
    let how = match command {
        "/as" => "/as NAME, such as /as lea; /who lists everybody",
        "/in" => "/in CHANNEL, such as /in #legal, or /in dm",
        "/say" => "/say WORDS",
        "/attach" => "/attach FILE WORDS, such as /attach bom.json for saas; a name with spaces in quotes",
        "/react" | "/unreact" => {
            return format!("Please write {command} MESSAGE REACTION, such as {command} #12 ✅.");
        }
        "/press" => "/press MESSAGE BUTTON, such as /press #12 1",
        "/thread" => "/thread MESSAGE, such as /thread #12, or /thread off",
        "/show" => "/show MESSAGE, such as /show #12",
        "/history" => "/history NUMBER, such as /history 20",
        _ => "/help to see every command",
    };
    format!("Please write {how}.")
}

/// No such command.
pub(super) fn unknown_command(command: &str, near: Option<&str>) -> String {
    format!("There is no command `{command}`. {}", did_you_mean(near, "/help lists them all."))
}

/// What somebody said, with the names of what they attached.
pub(super) fn said_with(text: &str, files: &[FileRef]) -> String {
    let names = files.iter().map(|file| format!("📎 {}", file.name));
    names.chain((!text.is_empty()).then(|| text.to_owned())).collect::<Vec<_>>().join(" ")
}

/// A file cannot be attached.
pub(super) fn not_attached(path: &str, why: &str) -> String {
    format!("`{path}` is not attached: {why}. Nothing was said.")
}

/// A file is too large.
pub(super) fn too_large(most: u64) -> String {
    format!("it is larger than {} MB", most >> 20)
}

/// A slash before a word of the bot.
pub(super) fn word_of_the_bot(word: &str) -> String {
    format!("`{word}` is a word of the bot: type it without the slash, or after /ospo.")
}

/// Not a way to point at a message.
pub(super) fn no_pointer(text: &str) -> String {
    format!(
        "`{text}` is not a message. Please give its number, such as #12; or an id such as REL-7; or last."
    )
}

/// No such reaction.
pub(super) fn unknown_reaction(text: &str, near: Option<&str>) -> String {
    let names = "Use an emoji such as ✅ ❌ 👍, or approve, reject, question.";
    format!("`{text}` is not a reaction. {}", did_you_mean(near, names))
}

/// No such person.
pub(super) fn unknown_person(name: &str, near: Option<&str>) -> String {
    format!("Nobody here is called `{name}`. {}", did_you_mean(near, "/who lists everybody."))
}

/// No such channel.
pub(super) fn unknown_channel(name: &str, near: Option<&str>) -> String {
    format!("There is no channel `{name}`. {}", did_you_mean(near, "/channels lists them all."))
}

/// No such message, or not for this person.
pub(super) fn unknown_message(what: &str) -> String {
    format!("There is no message {what} that you can see. /history shows the last ones.")
}

/// The bot has shown nothing here.
pub(super) const NOTHING_SHOWN: &str = "The bot has shown nothing here yet.";

/// A reaction that stands already.
pub(super) fn already_reacted(number: &str, emoji: &str) -> String {
    format!("Your {emoji} is on {number} already.")
}

/// A reaction that does not stand.
pub(super) fn not_reacted(number: &str, emoji: &str) -> String {
    format!("You have no {emoji} on {number} to take back.")
}

/// A message without buttons.
pub(super) fn no_buttons(number: &str) -> String {
    format!("{number} has no buttons.")
}

/// No such button.
pub(super) fn unknown_button(number: &str, button: &str, labels: &[&str]) -> String {
    let offered: Vec<String> =
        labels.iter().enumerate().map(|(index, label)| format!("[{}] {label}", index + 1)).collect();
    format!("{number} has no button `{button}`. It offers {}.", offered.join("  "))
}

/// A thread that is elsewhere.
pub(super) fn thread_elsewhere(number: &str, channel: &str) -> String {
    format!("{number} stands in {channel}: go there first with /in {channel}.")
}

/// Who speaks now.
pub(super) fn now_as(name: &str) -> String {
    format!("You are {name} now.")
}

/// Where one is now, when there is nothing new.
pub(super) fn now_in(channel: &str) -> String {
    format!("You are in {channel} now.")
}

/// In which thread one answers now.
pub(super) fn now_in_thread(number: &str) -> String {
    format!("You answer in the thread of {number} now; /thread off leaves it.")
}

/// Out of the thread.
pub(super) const THREAD_LEFT: &str = "You are out of the thread.";

/// Messages that are not shown now.
pub(super) fn unread_here(count: usize) -> String {
    let noun = if count == 1 { "message" } else { "messages" };
    format!("({count} unread {noun} here; /history shows the last ones)")
}

/// Nothing is unread.
pub(super) const ALL_READ: &str = "You have read everything.";

/// Nothing was said here.
pub(super) const NO_HISTORY: &str = "Nothing was said here yet.";

/// How many are unread in a place: `#legal 1`.
pub(super) fn unread_in(channel: &str, count: usize) -> String {
    format!("{channel} {count}")
}

/// What a prompt says of unread messages.
pub(super) fn unread_sum(sum: usize, places: &[String]) -> String {
    format!("({sum} unread: {})", places.join(", "))
}

/// The reactions that the bot offers.
pub(super) fn react_with(signs: &[&str]) -> String {
    match signs {
        [one] => format!("React with {one}"),
        [first @ .., last] => format!("React with {} or {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Beside the number of a message in a thread.
pub(super) fn in_thread(number: &str) -> String {
    format!("in the thread of {number}")
}

/// Beside the number of a private message.
pub(super) const ONLY_YOU: &str = "only you see this";

/// Above a card that was changed in place.
pub(super) fn changed(number: &str) -> String {
    format!("({number} changed)")
}

/// A message in a channel that one is not in.
pub(super) fn elsewhere(channel: &str, headline: &str) -> String {
    format!("(→ {channel}: {headline})")
}

/// A message changed in a channel that one is not in.
pub(super) fn changed_elsewhere(channel: &str, number: &str, headline: &str) -> String {
    format!("(→ {channel}: {number} changed: {headline})")
}

/// A message that only somebody else may read.
pub(super) fn private_elsewhere(name: &str) -> String {
    format!("(→ a private message to {name})")
}

/// Under a reaction that was put or taken back, when none is left.
pub(super) fn no_reactions(number: &str) -> String {
    format!("{number} has no reactions now.")
}

/// What a guest or a bot is, in the list of people.
pub(super) const GUEST: &str = "guest";
/// What a guest or a bot is, in the list of people.
pub(super) const OTHER_BOT: &str = "bot";
/// Beside the one who speaks.
pub(super) const YOU: &str = "you";

/// The bot did not take an event.
pub(super) fn not_taken(why: &str) -> String {
    format!("(the bot could not take this yet: {why}; trying again)")
}

/// The bot took the event after all.
pub(super) const TAKEN_AFTER_ALL: &str = "(the bot has it now)";

/// The disk did not take a line.
pub(super) fn not_kept(why: &str) -> String {
    format!("That could not be kept on disk ({why}), so it did not happen. Please try again.")
}

/// A script goes on after an interruption.
pub(super) fn resumed(lines: usize) -> String {
    match lines {
        1 => "(line 1 was done before)".to_owned(),
        _ => format!("(lines 1 to {lines} were done before)"),
    }
}

/// The script is not the one that was interrupted.
pub(super) fn other_script(line: usize, dir: &str) -> String {
    format!(
        "line {line} is not that of the script that was interrupted in {dir}; run that script to its end first, \
         or give another directory"
    )
}

/// A script line failed and the script is to stop at it.
pub(super) fn script_stops(line: usize, why: &str) -> String {
    format!("line {line}: {why}")
}

/// The script cannot be read.
pub(super) fn unreadable(line: usize, why: &str) -> String {
    format!("line {line} cannot be read: {why}; a script is UTF-8 text")
}

/// The terminal cannot be read.
pub(super) fn no_terminal(why: &str) -> String {
    format!("the terminal cannot be read: {why}; give a script on standard input instead")
}

/// The console is run a second time.
pub(super) const RUNS_ALREADY: &str = "the console runs already; open it anew to run it again";

/// A candidate, or what else helps.
fn did_you_mean(near: Option<&str>, otherwise: &str) -> String {
    near.map_or_else(|| otherwise.to_owned(), |near| format!("Did you mean `{near}`?"))
}

/// A message of somebody else's platform, channel or direct conversation.
pub(super) fn no_such_place(channel: &str) -> String {
    format!("the console has no place {channel}; it has the channels of the config and one chat per person")
}

/// A thread that cannot be answered in.
pub(super) fn no_such_thread(thread: &str, channel: &str) -> String {
    format!("there is no message {thread} in {channel} to answer in a thread")
}

/// An edit of a message that is not the bot's.
pub(super) fn not_the_bots(number: &str) -> String {
    format!("{number} is not a message of the bot")
}

/// What the config of the console must hold.
pub(super) mod config {
    /// A person on another platform.
    pub fn foreign(account: &str) -> String {
        format!("{account} is not an account of the console; write it console:NAME")
    }
    /// Two people with one account.
    pub fn twice(account: &str) -> String {
        format!("{account} is listed twice; an account is one person's")
    }
    /// The one who begins is nobody.
    pub fn unknown_start(account: &str) -> String {
        format!("{account} is to begin and is not among the people of the console")
    }
    /// The place where it begins is none.
    pub fn unknown_place(channel: &str) -> String {
        format!("{channel} is to be opened first and is not among the channels of the console")
    }
    /// A channel with a name that means something else.
    pub fn reserved(channel: &str) -> String {
        format!("a channel cannot be called `{channel}`; use a name such as #legal")
    }
}
