//! What Slack's Block Kit takes, by <https://docs.slack.dev/reference/block-kit/blocks> and the pages of the elements,
//! and how text is fitted in.

/// The most buttons of one actions block.
pub(super) const BUTTONS_IN_A_BLOCK: usize = 25;
/// The most characters on a button.
pub(super) const BUTTON_TEXT: usize = 75;
/// The most characters of a button's value.
pub(super) const BUTTON_VALUE: usize = 2000;
/// The most characters of a header.
pub(super) const HEADER: usize = 150;
/// The most characters of a text in a context block.
pub(super) const CONTEXT_TEXT: usize = 2000;
/// The characters of rich text in one message that surely stay below `msg_blocks_too_long`; with its JSON around it
/// a text takes about twice its room.
pub(super) const RICH_TEXT: usize = 6000;
/// The most elements of rich text in one message, for the same reason.
pub(super) const RICH_ELEMENTS: usize = 120;
/// The most characters of a message's `text`, which Slack recommends.
pub(super) const FALLBACK: usize = 4000;

/// The most buttons of one message or part of a view: more are a list, not a choice.
pub(super) const BUTTONS: usize = 50;
/// The characters of all buttons of a message, for the same reason as [`RICH_TEXT`].
pub(super) const BUTTONS_TEXT: usize = 3000;
/// The characters of the small print of a message, for the same reason.
pub(super) const FOOTER: usize = 500;
/// The most blocks of a view; see <https://docs.slack.dev/reference/views/modal-views> for all of a view's limits.
pub(super) const VIEW_BLOCKS: usize = 100;
/// The bytes of the blocks of a view that surely stay below `view_too_large`, which is 250 kB.
pub(super) const VIEW_SIZE: usize = 200_000;
/// The most characters of a view's title, and of its buttons.
pub(super) const VIEW_TITLE: usize = 24;
/// The most characters that a view remembers.
pub(super) const PRIVATE_METADATA: usize = 3000;
/// The most characters of the label and the hint of an input.
pub(super) const LABEL: usize = 2000;
/// The most characters of a placeholder.
pub(super) const PLACEHOLDER: usize = 150;
/// The most characters that can be typed into an input.
pub(super) const INPUT_TEXT: usize = 3000;
/// The most characters of an option.
pub(super) const OPTION_TEXT: usize = 75;
/// The most options of a menu.
pub(super) const OPTIONS: usize = 100;
/// The most radio buttons in a group.
pub(super) const RADIO_OPTIONS: usize = 10;
/// The characters of what is said under an input that is wrong. Slack names no limit; more would be read by nobody.
pub(super) const ERROR: usize = 300;
/// The most characters of the headline, the text and the buttons of a dialog that asks whether somebody is sure.
pub(super) const CONFIRM: (usize, usize, usize) = (100, 300, 30);

/// The beginning of a text that fits into `most` characters, with an ellipsis where something is left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The same where Slack takes no empty text.
pub(super) fn fit(text: &str, most: usize) -> String {
    if text.trim().is_empty() { "…".to_owned() } else { cut(text, most) }
}

/// A text as Slack's `text` wants it: `&`, `<` and `>` are all that can carry a mention, a link or a command.
/// Source: <https://docs.slack.dev/messaging/formatting-message-text#escaping>.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text that Slack has escaped, as it was typed.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits_and_says_so() {
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer als das", 6), "größe…");
    }

    #[test]
    fn escaping_leaves_nothing_that_slack_would_carry_out() {
        let wild = "<!channel> <@U1> &lt; a < b";
        assert!(!escape(wild).contains('<'));
        assert_eq!(unescape(&escape(wild)), wild);
    }
}
