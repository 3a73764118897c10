//! `[slack]`: the workspace the bot speaks in.

use std::net::SocketAddr;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::secret::Secret;
use crate::core::source::{Fault, line_of};

/// `[slack]`, read and checked.
#[derive(Debug, Clone)]
pub struct Slack {
    /// The bot's own token, `xoxb-…`.
    pub bot_token: SecretString,
    /// How events come in.
    pub receive: SlackEvents,
    /// Where the Web API is, when it is not Slack's own.
    pub api_url: Option<String>,
}

/// How Slack's events come in.
#[derive(Debug, Clone)]
pub enum SlackEvents {
    /// Over a connection that the bot opens (Socket Mode), with the app-level token, `xapp-…`.
    Socket(SecretString),
    /// Over HTTP, on this address, signed with this secret.
    Http(SocketAddr, SecretString),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlackSection {
    bot_token: Secret,
    app_token: Option<Secret>,
    listen: Option<SocketAddr>,
    signing_secret: Option<Secret>,
    api_url: Option<String>,
}

/// Checks the section. A config that could only run half is refused.
pub(super) fn read(
    name: &str,
    text: &str,
    section: &SlackSection,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> Option<Slack> {
    let line = line_of(text, "[slack]");
    let before = faults.len();
    let mut fault = |what: String, cure: &str| faults.push(Fault::new(name, line, what, cure));
    if cfg!(not(feature = "slack")) {
        fault("this program was built without Slack".to_owned(), "build it with the feature `slack`");
    }
    let mut token = |secret: &Secret, key: &str, begins: &str, kind: &str| match secret.fetch(folder) {
        Ok(token) if token.expose_secret().starts_with(begins) => Some(token),
        Ok(_) => {
            let what = format!("{key} is not {kind}, which begins with {begins}");
            fault(what, "copy it from the app's pages at api.slack.com/apps; see deploy/slack");
            None
        }
        Err(why) => {
            fault(why, &format!("write it as {key} = {{ env = \"…\" }} or {{ file = \"…\" }}"));
            None
        }
    };
    let bot_token = token(&section.bot_token, "bot_token", "xoxb-", "a bot token");
    let receive = match (&section.app_token, &section.listen, &section.signing_secret) {
        (Some(app_token), None, None) => {
            token(app_token, "app_token", "xapp-", "an app-level token").map(SlackEvents::Socket)
        }
        (None, Some(listen), Some(secret)) => {
            token(secret, "signing_secret", "", "a secret").map(|secret| SlackEvents::Http(*listen, secret))
        }
        _ => {
            fault(
                "it is not clear how Slack's events come in".to_owned(),
                "give app_token for Socket Mode; or listen and signing_secret for the Events API over HTTP",
            );
            None
        }
    };
    let complete = faults.len() == before;
    complete.then_some(Slack { bot_token: bot_token?, receive: receive?, api_url: section.api_url.clone() })
}
