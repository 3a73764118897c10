//! An assessment by two people, step by step, the same on every platform; and what the console makes of it.

use std::path::Path;

use super::{play, run, said};

/// What somebody does, in words as the console takes them. An answer alone can be a tap.
pub type Step = (&'static str, &'static str);

/// The answers that come round: every kind of them, so that areas differ.
pub const ROUND: [&str; 6] = ["yes", "yes", "most, see https://wiki.example.com/a", "yes", "some", "no"];

/// How much is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The areas of two people.
    TwoAreas,
    /// The whole model.
    Whole,
}

/// Olga of the OSPO assesses compliance and asks Ada for security; both correct answers, and Olga closes it.
pub fn steps(extent: Extent) -> Vec<Step> {
    let mut steps = vec![
        ("olga", "maturity assess five-stages compliance"),
        ("olga", "yes"),
        ("olga", "maturity invite ada security"),
        ("ada", "maturity assess five-stages security"),
    ];
    // Seven of eight, and six of nine.
    steps.extend(ROUND.iter().flat_map(|answer| [("olga", *answer), ("ada", *answer)]));
    steps.extend(["back", "most", "yes", "some", "no"].map(|words| ("ada", words)));
    steps.push(("olga", "no"));
    if extent == Extent::Whole {
        steps.push(("olga", "maturity assess five-stages"));
        steps.extend(ROUND.iter().cycle().take(32).map(|answer| ("olga", *answer)));
    }
    steps.push(("olga", "maturity answer community.lead not applicable because we are too small"));
    steps.push(("ada", "maturity answer security.scanner no"));
    steps.push(("olga", "maturity finish"));
    steps
}

/// What the records of a company in a folder say of its assessment, who answered what included, as Markdown without days.
pub fn result(data: &Path) -> String {
    undated(&said(&run(&["maturity", "result", "--data", &data.display().to_string(), "--markdown"], "")))
}

/// The same of an assessment on the console.
pub fn on_the_console(extent: Extent) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut script = String::new();
    for (who, words) in steps(extent) {
        let place = if who == "olga" { "#ospo" } else { "#general" };
        script.push_str(&format!("/as {who}\n/in {place}\n{words}\n"));
    }
    play(data.path(), &script);
    result(data.path())
}

/// A text in which every day is the same.
pub fn undated(text: &str) -> String {
    let is_day = |word: &str| {
        word.len() == 10
            && word
                .chars()
                .enumerate()
                .all(|(at, c)| if at == 4 || at == 7 { c == '-' } else { c.is_ascii_digit() })
    };
    let word = |word: &str| {
        let bare = word.trim_matches([',', ';', '.']);
        if is_day(bare) { word.replace(bare, "DAY") } else { word.to_owned() }
    };
    text.split(' ')
        .map(|part| part.split('\n').map(word).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join(" ")
}
