//! What stands around a license name and says nothing about which license it is: quotes, `License:`, a date, a
//! copyright line, "see LICENSE.md", an address.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What package managers and scanners write before a name.
const PREFIXES: [&str; 9] = [
    "License ::",
    "OSI Approved ::",
    "SPDX-License-Identifier:",
    "License:",
    "Licence:",
    "scancode://",
    "scancode:",
    "osi:",
    "custom:",
];

/// Entities that XML tools leave in names, and the license of npm's old `{"type": "MIT", "url": "…"}`.
pub(super) fn decoded(input: &str) -> Cow<'_, str> {
    static TYPE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"^\s*\{[^{}]{0,300}?"(?:type|name|id)"\s*:\s*"([^"]{1,300})""#).ok());
    static ENTITY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"&#x?[0-9A-Fa-f]{1,6}\b;?").ok());
    if input.len() > 4 * super::MAX_NAME {
        return Cow::Borrowed(input);
    }
    if let Some(name) = TYPE.as_ref().and_then(|object| object.captures(input)).and_then(|found| found.get(1))
    {
        return Cow::Borrowed(name.as_str());
    }
    if !input.contains('&') {
        return Cow::Borrowed(input);
    }
    let text = input.replace("&amp;", "&").replace("&quot;", "\"");
    Cow::Owned(
        ENTITY.as_ref().map_or_else(|| text.clone(), |entity| entity.replace_all(&text, " ").into_owned()),
    )
}

/// Without the wrapping that says nothing: quotes, `License:`, PyPI's `License :: OSI Approved ::`.
pub(super) fn stripped(input: &str) -> &str {
    let mut text = input.trim();
    loop {
        let before = text;
        text = text.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '<' | '>')
        });
        text = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '*']);
        for prefix in PREFIXES {
            if text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
                text = text[prefix.len()..].trim_start();
            }
        }
        if text == before {
            return text;
        }
    }
}

/// The rest of a text that is nothing but an address: without its scheme.
pub(super) fn address(text: &str) -> Option<&str> {
    static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:(?:https?:|ftp:)?//|(?:[a-z0-9-]+\.)+(?:org|com|net|edu|gov|io|co|dev|eu|fr|info)(?:/|$))\S*$")
            .ok()
    });
    ADDRESS.as_ref().filter(|address| address.is_match(text)).map(|_| text)
}

/// What is left of a name without the addresses, dates, copyright lines and pointers to files around it, and the
/// addresses. A text that is nothing else is left as it is.
pub(super) fn core(text: &str) -> (String, Vec<String>) {
    let mut addresses = Vec::new();
    let mut core = match ADDRESS_INSIDE.as_ref() {
        Some(inside) => {
            addresses.extend(inside.find_iter(text).map(|found| {
                found
                    .as_str()
                    .trim_matches(|c: char| {
                        matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | '"') || c.is_whitespace()
                    })
                    .to_owned()
            }));
            inside.replace_all(text, " ").into_owned()
        }
        None => text.to_owned(),
    };
    for tail in [&DATE, &COPYRIGHT, &POINTER, &HANDLE] {
        if let Some(tail) = tail.as_ref() {
            core = tail.replace_all(&core, "").into_owned();
        }
    }
    if core == text {
        return (core, addresses);
    }
    // What joined the name to its address joins nothing any more.
    let core = core.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '/' | '|' | '–' | '—' | '-' | '(' | '.')
    });
    if !core.chars().any(char::is_alphanumeric) && addresses.is_empty() {
        return (text.to_owned(), addresses);
    }
    (core.to_owned(), addresses)
}

static ADDRESS_INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)[<(\[]?\s*\b(?:see\s+|at\s+)?(?:https?|ftp)://[^\s<>()\[\]"]+\s*[>)\]]?"#).ok()
});

/// `GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007` without its date.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    const DAY: &str = r"\d{1,2}(?:st|nd|rd|th)?";
    // The 2 of "Version 2 June 1991" is no day: a day has two digits, an ordinal, or a comma before it.
    const FIRST: &str =
        r"(?:[,;:(–—-]\s*\d{1,2}(?:st|nd|rd|th)?\s+|\s+\d(?:\d|st|nd|rd|th|\d(?:st|nd|rd|th))\s+)?";
    Regex::new(&format!(r"(?i){FIRST}[\s,;:–—-]*\b{MONTH}\.?\s+(?:{DAY},?\s+)?(?:19|20)\d\d\b")).ok()
});

/// "MIT, Copyright (c) 2015 Jo", "BSD. All rights reserved": a line about the holder after the name.
static COPYRIGHT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?is)(?:[,.;:(–—-]\s*(?:copyright\b|©|\(c\)|all\s+rights\s+reserved)|\s(?:copyright\s*(?:\(c\)|©|(?:19|20)\d\d)|©|\(c\)\s|all\s+rights\s+reserved)).*$",
    )
    .ok()
});

/// "MIT, see LICENSE.md for details": a pointer to a file after the name.
static POINTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?is)[\s,;(–—-]+(?:please\s+)?(?:see|refer\s+to|read)\s+(?:also\s+)?(?:the\s+)?(?:\S*licen[sc]e\S*|\S*copying\S*|\S*readme\S*|(?:enclosed|included|accompanying)?\s*file\b).*$",
    )
    .ok()
});

/// "MIT @somebody".
static HANDLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s@[\w-]+\s*$").ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_name_falls_away() {
        for (text, left) in [
            ("MIT <http://opensource.org/licenses/MIT>", "MIT"),
            ("MIT License - https://example.org/license", "MIT License"),
            ("Unlicense (see http://unlicense.org/)", "Unlicense"),
            ("MIT, Copyright (c) 2013 A. Person", "MIT"),
            ("MIT License. Copyright A Company. All rights reserved.", "MIT License"),
            ("MIT License, see LICENSE.md for details", "MIT License"),
            ("GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007", "GNU GENERAL PUBLIC LICENSE Version 3"),
            ("MIT @somebody", "MIT"),
            ("Creative Commons Copyright-Only Dedication", "Creative Commons Copyright-Only Dedication"),
        ] {
            assert_eq!(core(text).0, left, "{text}");
        }
        assert_eq!(core("Copyright (c) 2019 Somebody. All rights reserved").0, "Copyright");
        assert_eq!(decoded(r#"{ "type": "MIT", "url": "x" }"#), "MIT");
        assert_eq!(decoded("EPL &amp; MIT&#xD;"), "EPL & MIT ");
    }

    #[test]
    fn an_address_is_known_with_and_without_its_scheme() {
        for yes in ["http://x.org/a", "//x.org", "apache.org/licenses/LICENSE-2.0", "HTTPS://X"] {
            assert!(address(yes).is_some(), "{yes}");
        }
        for no in ["MIT/X11", "GPL-2.0/MIT", "see http://x.org", "JSON"] {
            assert!(address(no).is_none(), "{no}");
        }
    }
}
