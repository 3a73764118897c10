//! Whom a typed line speaks to.

use crate::core::event::Addressed;

/// The command words, each followed by a space or the end.
const COMMAND: [&str; 2] = ["/ospo", "!ospo"];
/// The ways to mention the bot.
const MENTION: [&str; 2] = ["@ospo", "ospo:"];

/// How a line addresses the bot by its own words, if it does.
pub(super) fn addressed(text: &str) -> Option<Addressed> {
    if COMMAND.iter().any(|word| after(text, word).is_some()) {
        Some(Addressed::Command)
    } else if MENTION.iter().any(|word| after(text, word).is_some()) {
        Some(Addressed::Mention)
    } else {
        None
    }
}

/// The line without the word that addresses the bot; talk to nobody stays as it is.
pub(super) fn without_address(text: &str, addressed: Addressed) -> &str {
    let words: &[&str] = match addressed {
        Addressed::Command => &COMMAND,
        Addressed::Mention => &MENTION,
        Addressed::Direct | Addressed::Nobody => &[],
    };
    words.iter().find_map(|word| after(text, word)).unwrap_or(text).trim()
}

/// What follows a word at the beginning of a line, whatever its case.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let ends = rest.is_empty() || rest.starts_with([' ', ':', ',']) || word.ends_with(':');
    ends.then(|| rest.trim_start_matches([' ', ':', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_addresses_the_bot_is_recognized_and_removed() {
        for (line, expected) in [
            ("!ospo show REL-1", Some((Addressed::Command, "show REL-1"))),
            ("/OSPO show REL-1", Some((Addressed::Command, "show REL-1"))),
            ("!ospo", Some((Addressed::Command, ""))),
            ("@ospo can we?", Some((Addressed::Mention, "can we?"))),
            ("@ospo, can we?", Some((Addressed::Mention, "can we?"))),
            ("ospo: can we?", Some((Addressed::Mention, "can we?"))),
            ("Ospo:can we?", Some((Addressed::Mention, "can we?"))),
            ("ospo can we?", None),
            ("!ospology", None),
            ("é", None),
        ] {
            let found = addressed(line).map(|to| (to, without_address(line, to)));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn talk_to_nobody_keeps_its_words() {
        assert_eq!(without_address("!ospo is nice", Addressed::Nobody), "!ospo is nice");
    }
}
