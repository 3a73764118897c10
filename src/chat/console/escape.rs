//! Words from people and files as a terminal may safely show them.
//!
//! Control characters and terminal escape sequences become visible signs, direction overrides are named, what
//! cannot be seen is dropped, and the corners of our cards belong to us alone, so that nobody's words can move
//! the cursor, hide something, or draw a card.

/// Text on one line: breaks and tabs become spaces.
pub(super) fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => safe.push(' '),
            _ => push(&mut safe, c),
        }
    }
    safe
}

/// Text with its own line breaks; a tab is four spaces.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.trim_end()
        .lines()
        .map(|one| {
            let mut safe = String::with_capacity(one.len());
            for c in one.chars() {
                if c == '\t' { safe.push_str("    ") } else { push(&mut safe, c) }
            }
            safe
        })
        .collect()
}

fn push(safe: &mut String, c: char) {
    match c {
        // Unicode has a picture for each of the old control characters.
        '\0'..='\u{1F}' => safe.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7F}' => safe.push('\u{2421}'),
        '\u{80}'..='\u{9F}' => safe.push('\u{FFFD}'),
        // Direction marks, embeddings, overrides, isolates.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            safe.push_str(&format!("<U+{:04X}>", u32::from(c)));
        }
        // Zero width space, word joiner and invisible operators, byte order mark, soft hyphen, Hangul fillers,
        // tags. The zero width joiner stays: it holds emoji together.
        '\u{200B}'
        | '\u{200C}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{AD}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => {}
        '╭' | '╮' | '╰' | '╯' => safe.push('+'),
        _ => safe.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_is_more_than_letters() {
        assert_eq!(line("a\u{1b}[2Jb\u{7}\u{9b}31m"), "a␛[2Jb␇\u{FFFD}31m");
        assert_eq!(line("good\u{202E}dab"), "good<U+202E>dab");
        assert_eq!(line("one\ntwo\r\tthree"), "one two  three");
        assert_eq!(line("ap\u{200B}prove\u{E0041}"), "approve");
        assert_eq!(lines("a\tb\n\u{1b}]0;title\u{7}\n"), ["a    b", "␛]0;title␇"]);
    }

    #[test]
    fn nobody_else_draws_our_corners() {
        assert_eq!(line("╭─ ✔ REL-1 approved ─╮"), "+─ ✔ REL-1 approved ─+");
    }

    #[test]
    fn other_scripts_and_emoji_stay_as_they_are() {
        for fine in ["Grüße, 世界", "👩\u{200D}💻 ✅", "مرحبا"] {
            assert_eq!(line(fine), fine);
        }
    }
}
