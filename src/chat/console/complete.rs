//! What the Tab key completes. Pure.

use super::typed::{COMMANDS, REACTIONS};

/// What can be completed at this moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// Names of people.
    pub people: Vec<String>,
    /// Names of channels.
    pub channels: Vec<String>,
    /// Command words of the bot.
    pub bot: Vec<String>,
    /// Message numbers, newest first.
    pub numbers: Vec<String>,
    /// Request ids seen so far.
    pub ids: Vec<String>,
}

/// Completes the word before the cursor: where it begins, in bytes, and what it may become.
pub(super) fn complete(line: &str, cursor: usize, words: &Words) -> (usize, Vec<String>) {
    let before = line.get(..cursor).unwrap_or(line);
    let start = before.rfind(' ').map_or(0, |space| space + 1);
    let (done, word) = before.split_at(start);
    let done: Vec<&str> = done.split_whitespace().collect();
    let pick = |lists: &[&[String]]| -> Vec<String> {
        let word = word.to_lowercase();
        let all = lists.iter().flat_map(|list| list.iter());
        all.filter(|known| known.to_lowercase().starts_with(&word)).cloned().collect()
    };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let reactions = || owned(&REACTIONS.map(|(name, _)| name));
    let candidates = match done.as_slice() {
        [] if word.starts_with('/') => pick(&[&owned(&COMMANDS), &owned(&["/ospo"])]),
        [] | ["/ospo" | "!ospo" | "@ospo" | "ospo:"] => pick(&[&words.bot]),
        ["/as"] => pick(&[&words.people]),
        ["/in"] => pick(&[&words.channels]),
        ["/react" | "/unreact" | "/press" | "/show"] => {
            pick(&[&words.ids, &owned(&["last"]), &words.numbers])
        }
        ["/thread"] => pick(&[&words.numbers, &owned(&["off", "last"])]),
        ["/react" | "/unreact", _] => pick(&[&reactions()]),
        _ => pick(&[&words.ids]),
    };
    (start, candidates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<String> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let words = Words {
            people: own(&["ada", "lea"]),
            channels: own(&["#general", "#legal", "dm"]),
            bot: own(&["approve", "audit", "show"]),
            numbers: own(&["#12", "#11", "#3"]),
            ids: own(&["CON-1", "REL-1"]),
        };
        complete(line, line.len(), &words).1
    }

    #[test]
    fn each_place_of_a_line_completes_what_belongs_there() {
        assert_eq!(found("/re"), ["/react"]);
        assert_eq!(found("/as L"), ["lea"]);
        assert_eq!(found("/in #l"), ["#legal"]);
        assert_eq!(found("/react re"), ["REL-1"]);
        assert_eq!(found("/show #1"), ["#12", "#11"]);
        assert_eq!(found("/react REL-1 rej"), ["reject"]);
        assert_eq!(found("a"), ["approve", "audit"]);
        assert_eq!(found("!ospo sh"), ["show"]);
        assert_eq!(found("approve co"), ["CON-1"]);
        assert_eq!(found("/thread o"), ["off"]);
    }

    #[test]
    fn the_cursor_may_stand_anywhere() {
        let words = Words { people: vec!["lea".to_owned()], ..Words::default() };
        assert_eq!(complete("/as l #x", 5, &words), (4, vec!["lea".to_owned()]));
        assert_eq!(complete("é", 1, &words).0, 0);
    }
}
