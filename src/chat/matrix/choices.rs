//! Choices where there are no buttons: a number as a reaction stands for a command line. The bot's own message carries
//! the lines, so nothing has to be remembered. Pure.

use serde_json::Value;

/// The key in the content of the bot's messages that holds what their numbers stand for.
pub(super) const ACTIONS: &str = "ospo-counselor.actions";

const SIGNS: [&str; 10] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟"];

/// The most choices there are numbers for.
pub(super) const MOST: usize = SIGNS.len();

/// The sign of a choice, counted from 0.
pub(super) fn sign(index: usize) -> &'static str {
    SIGNS[index]
}

/// The choice that a reaction means, if it is a number; with or without a variation selector.
pub(super) fn index(reaction: &str) -> Option<usize> {
    let bare = |text: &str| text.replace('\u{FE0F}', "");
    SIGNS.iter().position(|sign| bare(sign) == bare(reaction.trim()))
}

/// The command line that a number under a message of the bot stands for.
pub(super) fn action(content: &Value, index: usize) -> Option<String> {
    content[ACTIONS].get(index)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_number_is_found_with_and_without_its_selector_and_nothing_else_is() {
        for (n, sign) in SIGNS.iter().enumerate() {
            assert_eq!(index(sign), Some(n));
            assert_eq!(index(&sign.replace('\u{FE0F}', "")), Some(n));
        }
        assert_eq!(index("✅"), None);
        assert_eq!(index("1"), None);
    }

    #[test]
    fn a_number_without_a_choice_means_nothing() {
        let content = json!({ ACTIONS: ["helpful"] });
        assert_eq!(action(&content, 0).as_deref(), Some("helpful"));
        assert_eq!(action(&content, 1), None);
        assert_eq!(action(&json!({}), 0), None);
    }
}
