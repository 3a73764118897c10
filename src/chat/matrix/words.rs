//! What somebody wrote, and whether it is for the bot. Pure.

use std::sync::LazyLock;

use matrix_sdk::ruma::events::Mentions;
use matrix_sdk::ruma::events::room::message::FormattedBody;
use matrix_sdk::ruma::matrix_uri::MatrixId;
use matrix_sdk::ruma::{MatrixToUri, UserId};
use regex::Regex;

use crate::core::event::Addressed;

/// The word that begins a command.
pub(super) const COMMAND: &str = "!ospo";

/// Words, without what addressed the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub text: String,
    pub addressed: Addressed,
}

/// Reads the body of a message. A mention is one that the sender's client declared; clients that declare nothing are
/// taken at their word: a link to the bot, its whole id, or its name at the beginning.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#user-and-room-mentions>.
pub(super) fn read(
    me: &UserId,
    body: &str,
    formatted: Option<&FormattedBody>,
    mentions: Option<&Mentions>,
) -> Words {
    let labels = formatted.map(|formatted| labels(me, &formatted.body)).unwrap_or_default();
    let (text, named) = without_name(me, body, &labels);
    let mentioned = match mentions {
        Some(mentions) => mentions.user_ids.contains(me),
        None => named,
    };
    if let Some(rest) = command(body.trim_start()).or_else(|| command(&text).filter(|_| named)) {
        return Words { text: rest.to_owned(), addressed: Addressed::Command };
    }
    match mentioned {
        true => Words { text, addressed: Addressed::Mention },
        false => Words { text: body.trim().to_owned(), addressed: Addressed::Nobody },
    }
}

/// What follows the command word.
fn command(text: &str) -> Option<&str> {
    let rest = text.get(..COMMAND.len()).filter(|word| word.eq_ignore_ascii_case(COMMAND))?;
    let rest = &text[rest.len()..];
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

/// What links to the bot say in HTML.
fn labels(me: &UserId, html: &str) -> Vec<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?is)<a\s[^>]*href=["']([^"']+)["'][^>]*>(.*?)</a>"#).expect("a sound expression")
    });
    let to_me = |url: &str| {
        let id = MatrixToUri::parse(&url.replace("&amp;", "&")).ok().map(|uri| uri.id().clone());
        matches!(id, Some(MatrixId::User(user)) if user == me)
    };
    LINK.captures_iter(html).filter(|link| to_me(&link[1])).map(|link| unescaped(&link[2])).collect()
}

fn unescaped(html: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// The body without the bot's name, and whether it was named.
fn without_name(me: &UserId, body: &str, labels: &[String]) -> (String, bool) {
    let link = format!("](https://matrix.to/#/{me})");
    let mut names: Vec<String> = labels.iter().map(|label| format!("[{label}{link}")).collect();
    names.extend(labels.iter().filter(|label| !label.is_empty()).cloned());
    names.push(me.to_string());
    for name in &names {
        if let Some((before, after)) = body.split_once(name.as_str()) {
            let before = before.strip_suffix('@').unwrap_or(before).trim();
            let after = after.trim_start_matches([':', ',']).trim();
            let space = if before.is_empty() || after.is_empty() { "" } else { " " };
            return (format!("{before}{space}{after}"), true);
        }
    }
    let short = me.localpart();
    let bare = body.trim().strip_prefix('@').unwrap_or(body.trim());
    let named = bare.get(..short.len()).filter(|name| name.eq_ignore_ascii_case(short));
    match named.map(|name| &bare[name.len()..]) {
        Some(rest) if rest.starts_with([':', ',']) => {
            (rest.trim_start_matches([':', ',']).trim().to_owned(), true)
        }
        Some(rest) if bare.len() < body.trim().len() && rest.starts_with(char::is_whitespace) => {
            (rest.trim().to_owned(), true)
        }
        _ => (body.trim().to_owned(), false),
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::user_id;

    use super::*;

    fn me() -> &'static UserId {
        user_id!("@ospo:example.org")
    }

    fn said(body: &str) -> (String, Addressed) {
        let words = read(me(), body, None, None);
        (words.text, words.addressed)
    }

    #[test]
    fn a_command_begins_with_the_word_and_a_space() {
        assert_eq!(said("!ospo requests"), ("requests".into(), Addressed::Command));
        assert_eq!(said(" !OSPO\nhelp"), ("help".into(), Addressed::Command));
        assert_eq!(said("!ospo"), (String::new(), Addressed::Command));
        assert_eq!(said("!ospos are fun").1, Addressed::Nobody);
        assert_eq!(said("say !ospo help").1, Addressed::Nobody);
    }

    #[test]
    fn a_mention_is_taken_out_however_the_client_writes_it() {
        let html = r#"<a href="https://matrix.to/#/@ospo:example.org">OSPO &amp; Co</a>: may we use MIT?"#;
        let formatted = FormattedBody::html(html);
        let mentions = Mentions::with_user_ids([me().to_owned()]);
        let words = read(me(), "OSPO & Co: may we use MIT?", Some(&formatted), Some(&mentions));
        assert_eq!(words, Words { text: "may we use MIT?".into(), addressed: Addressed::Mention });
        let markdown = "[OSPO & Co](https://matrix.to/#/@ospo:example.org) may we use MIT?";
        assert_eq!(read(me(), markdown, Some(&formatted), Some(&mentions)).text, "may we use MIT?");
        for body in ["@ospo:example.org may we use MIT?", "ospo: may we use MIT?", "@ospo may we use MIT?"] {
            assert_eq!(said(body), ("may we use MIT?".into(), Addressed::Mention), "{body}");
        }
        let percent = r#"<a href="https://matrix.to/#/%40ospo%3Aexample.org">OSPO</a> !ospo help"#;
        let words = read(me(), "OSPO !ospo help", Some(&FormattedBody::html(percent)), None);
        assert_eq!(words, Words { text: "help".into(), addressed: Addressed::Command });
    }

    #[test]
    fn who_declares_to_mention_nobody_mentions_nobody() {
        let words = read(me(), "ospo: are you there?", None, Some(&Mentions::new()));
        assert_eq!(words, Words { text: "ospo: are you there?".into(), addressed: Addressed::Nobody });
        assert_eq!(said("the ospo decides").1, Addressed::Nobody);
        assert_eq!(said("ospo decides").1, Addressed::Nobody);
    }
}
