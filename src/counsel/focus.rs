//! What is asked in something said: without the greeting, and apart from the sentences that only tell how things are.

use super::text::words;

/// Something said, in two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Focus<'t> {
    /// The sentence that asks; everything, where none asks more than the others.
    pub asked: &'t str,
    /// What stands before it.
    pub before: &'t str,
    /// What stands after it.
    pub after: &'t str,
    /// Another sentence that asks something whole.
    pub second: Option<&'t str>,
}

/// Words that people begin with before they come to the point.
const GREETINGS: &[&str] = &[
    "hi",
    "hey",
    "hello",
    "hallo",
    "hola",
    "bonjour",
    "salut",
    "moin",
    "good",
    "morning",
    "afternoon",
    "dear",
    "team",
    "all",
    "folks",
    "everyone",
    "everybody",
    "guys",
    "ospo",
    "counselor",
    "there",
    "quick",
    "short",
    "silly",
    "dumb",
    "stupid",
    "question",
    "one",
    "q",
    "please",
    "pls",
    "sorry",
    "so",
    "ok",
    "um",
    "hm",
    "thanks",
    "kurze",
    "frage",
    "zusammen",
    "question",
    "rapide",
    "tous",
    "pregunta",
    "rapida",
    "todos",
    "again",
    "me",
    "just",
    "asking",
    "for",
    "a",
    "friend",
    "from",
    "legal",
    "newbie",
    "here",
];
/// The longest greeting, in words.
const LONGEST_GREETING: usize = 7;
/// A sentence of fewer words asks nothing by itself: "right?", "any idea?".
const SHORTEST_QUESTION: usize = 3;
/// A second question of fewer words leans on the first: "is that fine?".
const SHORTEST_SECOND: usize = 5;

/// Finds what is asked.
pub(super) fn focus(text: &str) -> Focus<'_> {
    let text = without_greeting(text);
    let sentences = sentences(text);
    let asks = |range: &&std::ops::Range<usize>| {
        let sentence = &text[range.start..range.end];
        sentence.trim_end().ends_with('?') && words(sentence).len() >= SHORTEST_QUESTION
    };
    let length = |range: &std::ops::Range<usize>| words(&text[range.clone()]).len();
    // Of several questions the longest says the most; the first of equals is the main one.
    let longest = sentences.iter().filter(asks).rev().max_by_key(|range| length(range));
    match longest {
        Some(range) => Focus {
            asked: &text[range.clone()],
            before: &text[..range.start],
            after: &text[range.end..],
            second: sentences
                .iter()
                .filter(asks)
                .find(|other| *other != range && length(other) >= SHORTEST_SECOND)
                .map(|other| text[other.clone()].trim()),
        },
        None => Focus { asked: text, before: "", after: "", second: None },
    }
}

/// The text after its greeting: up to a comma, colon, dash or exclamation mark with nothing but greeting before it.
fn without_greeting(text: &str) -> &str {
    let mut rest = text;
    while let Some((greeting, after)) = rest.split_once([',', ':', '!', '.', '\u{2013}', '\u{2014}']) {
        let said = words(greeting);
        let greets = said.iter().all(|word| GREETINGS.contains(&word.as_str()));
        if said.len() > LONGEST_GREETING || !greets || words(after).is_empty() {
            break;
        }
        rest = after;
    }
    rest
}

/// Where sentences stand: they end with `?`, `!`, a line end, or a full stop before a space.
fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match c {
            '?' | '!' => next != Some(c),
            '\n' => true,
            '.' => next.is_none_or(char::is_whitespace),
            _ => next.is_none(),
        };
        if ends {
            found.push(start..end);
            start = end;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_no_part_of_the_question() {
        for text in ["hey team, quick one: may we sell GPL software?", "Hi! may we sell GPL software?"] {
            assert_eq!(focus(text).asked.trim(), "may we sell GPL software?", "{text}");
        }
        assert_eq!(focus("GPL, MIT: compatible?").asked, "GPL, MIT: compatible?");
    }

    #[test]
    fn what_is_told_stands_apart_from_what_is_asked() {
        let found = focus("We ship a router. The kernel is GPL-2.0. Must we publish our drivers? Thanks.");
        assert_eq!(found.asked.trim(), "Must we publish our drivers?");
        assert!(found.before.contains("router") && found.before.contains("2.0"));
        assert_eq!(found.after.trim(), "Thanks.");
    }

    #[test]
    fn the_longest_of_several_questions_is_the_main_one_and_a_tag_is_none() {
        let found = focus("Is that fine? May a contractor publish our code under MIT? Right?");
        assert_eq!(found.asked.trim(), "May a contractor publish our code under MIT?");
        assert_eq!(found.second, None);
        assert_eq!(focus("gplv2 static linking").asked, "gplv2 static linking");
        let two = focus("How do I get the copyright on my own program? And does my employer own it?");
        assert_eq!(two.asked.trim(), "How do I get the copyright on my own program?");
        assert_eq!(two.second, Some("And does my employer own it?"));
    }
}
