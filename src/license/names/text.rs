//! Whole license texts and files with license headers.
//!
//! In this order: `SPDX-License-Identifier` tags (REUSE), the full texts of the SPDX list (the `spdx` crate's
//! detection, Dice's coefficient over word pairs), the GNU notice, and names that stand in the text beyond doubt.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use spdx::detection::scan::Scanner;
use spdx::detection::{LicenseEntry, Store, TextData};

use super::identify::{Alternative, Identified};
use super::mentions::{Certainty, mentions};
use crate::license::Licenses;
use crate::license::expression::{Expression, shortened};

/// Longest text that is compared with license texts, in bytes; the longest license has about 60 KiB.
pub const MAX_TEXT: usize = 256 * 1024;
/// How alike two texts must be to be the same license.
const SAME: f32 = 0.93;

/// The texts of the SPDX list, word for word.
struct Texts {
    /// Ids that share one text: the text of the GPL does not say "only" or "or later".
    twins: BTreeMap<&'static str, Vec<&'static str>>,
    /// Some texts are too short, or too much of a copyright notice, to be compared by likeness.
    words: HashMap<String, &'static str>,
}

/// The words of a text, however they are spaced and capitalized.
fn plain_words(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn texts() -> &'static Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let mut by_text: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
        for (id, text) in spdx::text::LICENSE_TEXTS {
            // A deprecated id with a successor is that successor under an old name.
            let is_current = id.parse::<Expression>().is_ok_and(|current| current.to_string() == *id);
            if is_current && !matches!(*id, "NONE" | "NOASSERTION") {
                by_text.entry(text).or_default().push(id);
            }
        }
        let mut texts = Texts { twins: BTreeMap::new(), words: HashMap::new() };
        for (text, mut ids) in by_text {
            // "-only" before "-or-later", neither before a deprecated id.
            ids.sort_by_key(|id| (spdx::license_id(id).is_some_and(|id| id.is_deprecated()), *id));
            texts.words.insert(plain_words(text), ids[0]);
            texts.twins.insert(ids[0], ids);
        }
        texts
    })
}

/// The texts prepared for comparison: costly, so it is done once and only when a text has to be compared.
fn store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let mut store = Store::new();
        for (id, text) in spdx::text::LICENSE_TEXTS.iter().filter(|(id, _)| texts().twins.contains_key(id)) {
            let mut entry = LicenseEntry::new(TextData::new(text).without_text());
            entry.alternates.extend(terms_alone(text).map(|terms| TextData::new(terms).without_text()));
            store.insert_entry((*id).to_owned(), entry);
        }
        store
    })
}

/// A license without its appendix on how to apply it: so most copies of Apache-2.0 and many of the GPL are shipped.
fn terms_alone(text: &str) -> Option<&str> {
    static END: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)\n\W*end of (?:the )?terms and conditions\W*\n").ok());
    let end = END.as_ref()?.find(text)?;
    (end.start() > text.len() / 2).then(|| &text[..end.end()])
}

/// Recognizes a whole license text, or a source file by its header. Never fails; at most [`MAX_TEXT`] bytes are read.
pub fn identify_text(licenses: &Licenses, text: &str) -> Identified {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    // Before the tags: some license texts quote one.
    word_for_word(licenses, text)
        .or_else(|| tags(text))
        .or_else(|| full_text(licenses, text))
        .or_else(|| gnu_notice(licenses, text))
        .or_else(|| named(licenses, text))
        .unwrap_or_else(|| Identified {
            expression: None,
            confidence: 0.0,
            alternatives: Vec::new(),
            why: "the text is like no license that is known here".to_owned(),
        })
}

fn recognized(expression: String, confidence: f32, why: String) -> Identified {
    Identified { expression: Some(expression), confidence, alternatives: Vec::new(), why }
}

/// `SPDX-License-Identifier:` lines; several different ones all apply.
fn tags(text: &str) -> Option<Identified> {
    static TAG: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"SPDX-License-Identifier:[ \t]*([^\r\n]{1,512})").ok());
    let mut found: Vec<Expression> = Vec::new();
    for tag in TAG.as_ref()?.captures_iter(text).take(64) {
        let written = tag.get(1)?.as_str().trim().trim_end_matches("*/").trim_end_matches("-->").trim();
        if let Ok(expression) = written.trim_matches(|c: char| matches!(c, '"' | '\'' | '`')).parse()
            && !found.contains(&expression)
        {
            found.push(expression);
        }
    }
    let all = found.into_iter().reduce(|a, b| Expression::join(spdx::expression::Operator::And, a, b))?;
    Some(recognized(all.to_string(), 1.0, "the file says so in an SPDX-License-Identifier tag".to_owned()))
}

/// A text of the list, word for word.
fn word_for_word(licenses: &Licenses, text: &str) -> Option<Identified> {
    if !text.contains(char::is_alphabetic) {
        return None;
    }
    let texts = texts();
    let id = texts.words.get(&plain_words(text))?;
    Some(as_text_of(licenses, texts, text, id, 1.0))
}

/// The text as a whole, or license texts inside it.
fn full_text(licenses: &Licenses, text: &str) -> Option<Identified> {
    // A line or two is a header.
    if text.split_whitespace().take(24).count() < 24 {
        return None;
    }
    let texts = texts();
    let data = TextData::new(text);
    let scanner = Scanner::new(store()).confidence_threshold(SAME).optimize(true).max_passes(6);
    let found = scanner.scan(&data);
    let mut ids: Vec<(&str, f32)> = Vec::new();
    if let Some(license) = found.license {
        // Of texts that are equally near, always the same one: the store keeps no order.
        let is_as_near = |id: &&&'static str| {
            let original = store().get_original(id);
            original.is_some_and(|original| original.match_score(&data) >= found.score)
        };
        let first = texts.twins.keys().find(is_as_near).copied();
        ids.push((first.unwrap_or(license.name), found.score));
    } else {
        for part in &found.containing {
            if !ids.iter().any(|(id, _)| *id == part.license.name) {
                ids.push((part.license.name, part.score));
            }
        }
    }
    let score = ids.iter().map(|(_, score)| *score).fold(1.0_f32, f32::min);
    let (id, _) = *ids.first()?;
    if ids.len() > 1 {
        let all: Vec<&str> = ids.iter().map(|(id, _)| *id).collect();
        return Some(recognized(all.join(" AND "), score, format!("the text holds {} licenses", all.len())));
    }
    let (id, _) = texts.twins.get_key_value(id)?;
    Some(as_text_of(licenses, texts, text, id, score))
}

fn as_text_of(licenses: &Licenses, texts: &Texts, text: &str, id: &'static str, score: f32) -> Identified {
    let twins = texts.twins.get(id).map_or(&[][..], Vec::as_slice);
    let later = text_says_later(text);
    let chosen = twins.iter().find(|twin| twin.ends_with("-or-later") && later).copied().unwrap_or(id);
    let alternatives = twins
        .iter()
        .filter(|twin| **twin != chosen)
        .map(|twin| Alternative { expression: (*twin).to_owned(), name: licenses.name(twin) })
        .collect();
    let why = format!("the text is that of {} ({:.0} % alike)", licenses.name(chosen), score * 100.0);
    Identified { expression: Some(chosen.to_owned()), confidence: score, alternatives, why }
}

/// A file that begins with the GNU notice and then quotes the license.
fn text_says_later(text: &str) -> bool {
    let head: String = text.chars().take(1500).collect::<String>().to_lowercase();
    let head = head.split("gnu general public license\n").next().unwrap_or_default();
    head.contains("any later version") && head.contains("you can redistribute it")
}

/// "…under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2
/// of the License, or (at your option) any later version."
fn gnu_notice(licenses: &Licenses, text: &str) -> Option<Identified> {
    static NOTICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)GNU\s+(lesser|library|affero)?\s*general\s+public\s+licen[sc]e.{0,160}?version\s+([123](?:\.[01])?)(.{0,120})",
        )
        .ok()
    });
    let plain = without_comment_marks(text);
    let found = NOTICE.as_ref()?.captures(&plain)?;
    let family = match found.get(1).map(|m| m.as_str().to_ascii_lowercase()).as_deref() {
        Some("affero") => "AGPL",
        Some(_) => "LGPL",
        None => "GPL",
    };
    let version = found.get(2)?.as_str();
    let version = if version.contains('.') { version.to_owned() } else { format!("{version}.0") };
    let later = found.get(3).is_some_and(|rest| rest.as_str().to_lowercase().contains("later version"));
    let id = format!("{family}-{version}-{}", if later { "or-later" } else { "only" });
    let id = crate::license::expression::license_id(&id)?;
    Some(recognized(id.to_owned(), 0.95, format!("the notice grants {}", licenses.name(id))))
}

/// A name that stands in a short text beyond doubt: "Licensed under the Apache License, Version 2.0".
fn named(licenses: &Licenses, text: &str) -> Option<Identified> {
    let plain = without_comment_marks(text);
    let head: String = plain.chars().take(2000).collect();
    let mut found: Vec<String> = mentions(licenses, &head)
        .into_iter()
        .filter(|mention| mention.certainty == Certainty::Certain)
        .filter_map(|mention| mention.expression)
        .collect();
    found.dedup();
    let [one] = found.as_slice() else { return None };
    Some(recognized(one.clone(), 0.7, format!("it names {one}: `{}`", shortened(head.trim()))))
}

/// The words of a header, without what makes them a comment.
fn without_comment_marks(text: &str) -> String {
    let head: String = text.chars().take(8000).collect();
    let words = head
        .split_whitespace()
        .filter(|word| !matches!(*word, "*" | "//" | "#" | "/*" | "*/" | "--" | ";;" | "%" | ";" | "dnl"));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::licenses;

    fn expression(text: &str) -> Option<String> {
        identify_text(licenses(), text).expression
    }

    #[test]
    fn every_text_of_the_list_is_identified_as_itself() {
        let wrong: Vec<(&str, Option<String>)> = texts()
            .twins
            .iter()
            .filter_map(|(id, twins)| {
                let (_, text) = spdx::text::LICENSE_TEXTS.iter().find(|(other, _)| other == id)?;
                let found = identify_text(licenses(), text);
                let is_itself = found.expression.as_deref().is_some_and(|found| twins.contains(&found));
                (!is_itself).then_some((*id, found.expression))
            })
            .collect();
        assert!(wrong.is_empty(), "{} texts: {wrong:#?}", wrong.len());
    }

    #[test]
    fn a_license_without_its_appendix_is_that_license() {
        let ours = include_str!("../../../LICENSE");
        assert!(!ours.contains("APPENDIX"), "the repository's copy has none");
        assert_eq!(expression(ours).as_deref(), Some("Apache-2.0"));
    }

    #[test]
    fn headers_and_tags_are_read() {
        let gnu = "/*\n * This program is free software; you can redistribute it and/or modify\n * it under the terms of the GNU General Public License as published by\n * the Free Software Foundation; either version 2 of the License, or\n * (at your option) any later version.\n */";
        assert_eq!(expression(gnu).as_deref(), Some("GPL-2.0-or-later"));
        let tag = "// SPDX-License-Identifier: MIT OR Apache-2.0\nfn main() {}\n";
        assert_eq!(expression(tag).as_deref(), Some("MIT OR Apache-2.0"));
        let apache = "# Licensed under the Apache License, Version 2.0 (the \"License\");\n# you may not use this file except in compliance.";
        assert_eq!(expression(apache).as_deref(), Some("Apache-2.0"));
        assert_eq!(expression("fn main() { println!(\"hello\"); }"), None);
        assert_eq!(expression(&"\u{0}é(".repeat(200_000)), None);
    }
}
