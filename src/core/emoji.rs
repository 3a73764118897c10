//! One name for the many ways in which platforms write a reaction.
//!
//! Slack sends short names (`white_check_mark`, `+1::skin-tone-3`), Matrix and the console send the characters,
//! with or without a variation selector or a skin tone. [`canonical`] folds them all.

/// Approval, and a checklist entry done.
pub const CHECK: &str = "white_check_mark";
/// Rejection.
pub const CROSS: &str = "x";
/// Approval.
pub const THUMBS_UP: &str = "+1";
/// Rejection.
pub const THUMBS_DOWN: &str = "-1";
/// A question.
pub const QUESTION: &str = "question";
/// Worth writing down.
pub const MEMO: &str = "memo";
/// A concern.
pub const WARNING: &str = "warning";
/// A concern.
pub const THINKING: &str = "thinking_face";

/// Canonical name, character, and the other names of the same sign.
const KNOWN: &[(&str, &str, &[&str])] = &[
    (CHECK, "✅", &["✔", "☑", "heavy_check_mark", "ballot_box_with_check"]),
    (CROSS, "❌", &["✖", "❎", "heavy_multiplication_x", "negative_squared_cross_mark"]),
    (THUMBS_UP, "👍", &["thumbsup"]),
    (THUMBS_DOWN, "👎", &["thumbsdown"]),
    (QUESTION, "❓", &["❔", "grey_question"]),
    (MEMO, "📝", &["pencil", "📓"]),
    (WARNING, "⚠", &[]),
    (THINKING, "🤔", &["thinking"]),
];

/// The canonical name of a reaction, without skin tone and variation selector; an unknown one as it is.
pub fn canonical(reaction: &str) -> String {
    let bare: String = reaction
        .trim()
        .chars()
        .filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}'))
        .collect();
    let bare = bare.trim_matches(':');
    let bare = bare.split("::skin-tone").next().unwrap_or(bare);
    KNOWN
        .iter()
        .find(|(name, sign, others)| *name == bare || *sign == bare || others.contains(&bare))
        .map_or_else(|| bare.to_owned(), |(name, ..)| (*name).to_owned())
}

/// The character of a canonical name, for platforms that send characters; an unknown name as it is.
pub fn character(name: &str) -> &str {
    KNOWN.iter().find(|(known, ..)| *known == name).map_or(name, |(_, sign, _)| sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_reaction_is_one() {
        for written in ["👍", "👍🏽", "+1", ":+1:", "thumbsup", "+1::skin-tone-4"] {
            assert_eq!(canonical(written), THUMBS_UP, "{written}");
        }
        assert_eq!(canonical("✔️"), CHECK);
        assert_eq!(canonical("❌"), CROSS);
        assert_eq!(canonical("🦀"), "🦀");
    }

    #[test]
    fn a_name_and_its_character_belong_together() {
        for (name, sign, _) in KNOWN {
            assert_eq!((character(name), canonical(sign).as_str()), (*sign, *name));
        }
    }
}
