//! From what somebody typed to plain words: lower case, without accents, split where words end.

/// The longest text that is read as a question, in bytes: what comes after is not looked at.
pub(super) const LONGEST: usize = 2000;

/// Cuts a text to [`LONGEST`] bytes, at the end of a character.
pub(super) fn bounded(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Letters with accents and typographic signs, each as people type it without.
fn fold_char(c: char, out: &mut String) {
    let plain = match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'č' | 'ć' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ö' | 'œ' => "oe",
        'ù' | 'ú' | 'û' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        'š' => "s",
        'ž' => "z",
        '\u{2019}' | '\u{2018}' | '`' | '´' => "'",
        '\u{2010}'..='\u{2015}' => "-",
        _ => {
            out.push(c);
            return;
        }
    };
    out.push_str(plain);
}

/// The words of a text, lower case and without accents.
///
/// A point stays between digits (`2.1`), a plus at the end of a word (`gplv3+`, `c++`). An apostrophe is left out
/// (`don't` is `dont`), with an `s` that ends the word (`company's` is `company`); in the Romance way it ends a
/// word (`l'utilisation`). `w/` is `with`, `w/o` is `without`.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len() + 8);
    for c in bounded(text).chars() {
        if c.is_ascii() && c != '`' {
            folded.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| fold_char(c, &mut folded));
        }
    }
    let mut words = Vec::new();
    for chunk in folded.split_whitespace() {
        match chunk.strip_prefix("w/") {
            Some("o" | "out") => words.push("without".to_owned()),
            Some(rest) => {
                words.push("with".to_owned());
                split(rest, &mut words);
            }
            None => split(chunk, &mut words),
        }
    }
    words
}

fn split(chunk: &str, words: &mut Vec<String>) {
    // Most are a plain word.
    if chunk.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        words.extend((!chunk.is_empty()).then(|| chunk.to_owned()));
        return;
    }
    let chars: Vec<char> = chunk.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or(' ');
    let mut word = String::new();
    let mut index = 0;
    while index < chars.len() {
        let (c, next) = (chars[index], at(index + 1));
        let after_digit = word.ends_with(|c: char| c.is_ascii_digit());
        let mut ends = false;
        match c {
            _ if c.is_alphanumeric() => word.push(c),
            '.' if after_digit && next.is_ascii_digit() => word.push(c),
            '+' if !word.is_empty() && !next.is_alphanumeric() => word.push(c),
            '#' if word == "c" => word.push_str("sharp"),
            '\'' if matches!(word.as_str(), "l" | "d" | "qu" | "n" | "s" | "c" | "j") => ends = true,
            '\'' if next == 's' && !at(index + 2).is_alphanumeric() => index += 1,
            '\'' if next.is_alphanumeric() => {}
            _ => ends = true,
        }
        if ends && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        index += 1;
    }
    if !word.is_empty() {
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_plain_words() {
        assert_eq!(words("Don't ship GPLv3+ w/ C++!"), ["dont", "ship", "gplv3+", "with", "c++"]);
        assert_eq!(words("LGPL-2.1 v3.0."), ["lgpl", "2.1", "v3.0"]);
        assert_eq!(words("Können wir l’utilisation"), ["koennen", "wir", "l", "utilisation"]);
    }

    #[test]
    fn a_very_long_text_is_cut_at_a_character() {
        let long = "ß".repeat(LONGEST);
        assert!(bounded(&long).len() <= LONGEST);
        assert_eq!(words(&long).len(), 1);
    }
}
