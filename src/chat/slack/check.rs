//! Whether everything is in place: tokens, scopes, channels. Nothing is posted and nothing changes.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;
use tracing::warn;

use super::client::{CallError, Client};
use super::{Receive, SlackConfig, texts};
use crate::chat::DeliveryError;
use crate::core::person::{ChannelId, GroupId};

/// How long to wait before Slack is asked again, when it does not say.
const AGAIN: Duration = Duration::from_secs(1);

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is in place.
    Good(String),
    /// It cannot be seen from here, and where to look.
    Unsure(String),
    /// It is not, and what to do about it.
    Missing {
        /// What.
        what: String,
        /// The cure.
        cure: String,
    },
}

/// The scopes of the bot's token, as in deploy/slack/manifest.yaml, and what each is for.
const SCOPES: &[(&str, &str)] = &[
    ("app_mentions:read", "to hear that it is mentioned"),
    ("channels:history", "to read questions in public channels"),
    ("channels:read", "to know which channels it is in"),
    ("chat:write", "to answer"),
    ("commands", "for /ospo"),
    ("files:read", "to check attached SBOMs and license texts"),
    ("files:write", "to show pictures"),
    ("groups:history", "to read questions in private channels"),
    ("groups:read", "to know which private channels it is in"),
    ("im:history", "to read direct messages"),
    ("im:read", "to know who has written to it directly"),
    ("im:write", "to write to people directly"),
    ("reactions:read", "to count votes by reaction"),
    ("usergroups:read", "to know who is in a user group that holds a role"),
    ("users:read", "to tell members from guests and bots"),
];

/// Checks what the config names. `channels` are those that the bot must be in, `groups` those whose members hold roles.
pub async fn check(config: &SlackConfig, channels: &[ChannelId], groups: &[GroupId]) -> Vec<Finding> {
    let mut found = essentials(config, Duration::ZERO).await;
    let client = match Client::new(&config.bot_token, config.api_url.as_deref()) {
        Ok(client) if found.iter().any(|finding| matches!(finding, Finding::Good(_))) => client,
        _ => return found,
    };
    for channel in channels {
        found.push(match client.is_member(&channel.id.clone().into()).await {
            Ok(true) => Finding::Good(format!("the bot is in {channel}")),
            Ok(false) => Finding::Missing {
                what: format!("the bot is not in {channel}"),
                cure: "write /invite @ospo there".to_owned(),
            },
            Err(error) => Finding::Missing {
                what: format!("{channel}: {}", DeliveryError::from(error)),
                cure: "check its id in the config, and invite the bot if it is private".to_owned(),
            },
        });
    }
    for group in groups {
        found.push(match client.group(&group.id).await {
            Ok(members) => Finding::Good(texts::group(group, members.len())),
            Err(error) => Finding::Missing {
                what: format!("{group}: {}", DeliveryError::from(error)),
                cure: texts::GROUP.to_owned(),
            },
        });
    }
    found
}

/// What must be in place before the bot can run at all: tokens and scopes. Where Slack cannot say now, it is asked again
/// for as long as `patience`.
pub(super) async fn essentials(config: &SlackConfig, patience: Duration) -> Vec<Finding> {
    let api_url = config.api_url.as_deref();
    let client = match Client::new(&config.bot_token, api_url) {
        Ok(client) => client,
        Err(why) => {
            let what = format!("the system's certificates cannot be read: {why}");
            let cure = "install them (ca-certificates)".to_owned();
            return vec![Finding::Missing { what, cure }];
        }
    };
    let mut found = Vec::new();
    match patiently(patience, || client.auth_test()).await {
        Ok(me) => found.push(Finding::Good(texts::token_works(&me.team, me.user.as_deref()))),
        Err(error) => {
            let what = format!("the bot token does not work: {}", DeliveryError::from(error));
            found.push(Finding::Missing { what, cure: texts::INSTALL_AGAIN.to_owned() });
            return found;
        }
    }
    match scopes(config).await {
        Ok(granted) => found.extend(missing_scopes(&granted)),
        Err(why) => found.push(Finding::Unsure(why)),
    }
    match &config.receive {
        Receive::Socket { app_token } => {
            if let Ok(app) = Client::new(app_token, api_url) {
                found.push(match patiently(patience, || app.open_connection()).await {
                    Ok(_) => Finding::Good("Socket Mode works".to_owned()),
                    Err(error) => Finding::Missing {
                        what: format!("Socket Mode does not work: {}", DeliveryError::from(error)),
                        cure: texts::APP_TOKEN.to_owned(),
                    },
                });
            }
        }
        Receive::Http { listen, .. } => found.push(Finding::Unsure(texts::over_http(*listen))),
    }
    found
}

/// Calls again while Slack cannot say now.
async fn patiently<T, F: Future<Output = Result<T, CallError>>>(
    patience: Duration,
    mut call: impl FnMut() -> F,
) -> Result<T, CallError> {
    let end = Instant::now() + patience;
    loop {
        let (error, wait) = match call().await {
            Err(CallError::Limited(after)) => (CallError::Limited(after), after.unwrap_or(AGAIN)),
            Err(CallError::Unknown(why)) => (CallError::Unknown(why), AGAIN),
            other => return other,
        };
        if Instant::now() + wait > end {
            return Err(error);
        }
        warn!(?error, "Slack cannot be asked now; trying again");
        tokio::time::sleep(wait).await;
    }
}

fn missing_scopes(granted: &[String]) -> Vec<Finding> {
    let missing: Vec<&(&str, &str)> =
        SCOPES.iter().filter(|(scope, _)| !granted.iter().any(|granted| granted == scope)).collect();
    if missing.is_empty() {
        return vec![Finding::Good("every scope is granted".to_owned())];
    }
    let finding = |(scope, why): &&(&str, &str)| Finding::Missing {
        what: format!("the scope {scope} is missing, which the bot needs {why}"),
        cure: texts::INSTALL_AGAIN.to_owned(),
    };
    missing.iter().map(finding).collect()
}

/// The scopes that Slack granted the token, from the header in which it tells them.
/// Source: <https://docs.slack.dev/authentication/installing-with-oauth#using>.
async fn scopes(config: &SlackConfig) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    struct Answer {
        ok: bool,
    }
    let url = format!("{}/auth.test", config.api_url.as_deref().unwrap_or("https://slack.com/api"));
    let client = Client::new(&config.bot_token, config.api_url.as_deref()).map_err(|why| why.to_string())?;
    let failed = |why: reqwest::Error| format!("the scopes cannot be read: {}", why.without_url());
    let request = reqwest::Client::new().post(url).header("Authorization", client.bearer());
    let response = request.send().await.map_err(failed)?;
    let header = response.headers().get("x-oauth-scopes").and_then(|value| value.to_str().ok());
    let scopes = header.map(|all| all.split(',').map(|scope| scope.trim().to_owned()).collect());
    let answer: Answer = serde_json::from_slice(&response.bytes().await.map_err(failed)?)
        .map_err(|_| "Slack's answer cannot be read".to_owned())?;
    match scopes {
        Some(scopes) if answer.ok => Ok(scopes),
        _ => Err("Slack does not tell the token's scopes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_scope_is_named_with_what_it_is_for() {
        let all: Vec<String> = SCOPES.iter().map(|(scope, _)| (*scope).to_owned()).collect();
        assert!(matches!(missing_scopes(&all)[..], [Finding::Good(_)]));
        let few = missing_scopes(&all[1..]);
        assert!(matches!(&few[..], [Finding::Missing { what, .. }] if what.contains("app_mentions:read")));
    }

    #[test]
    fn the_manifest_asks_for_the_scopes_that_are_checked_and_no_others() {
        let manifest = include_str!("../../../deploy/slack/manifest.yaml");
        let asked: Vec<&str> = manifest
            .lines()
            .skip_while(|line| line.trim() != "bot:")
            .skip(1)
            .map_while(|line| line.trim().strip_prefix("- "))
            .collect();
        assert_eq!(asked, SCOPES.iter().map(|(scope, _)| *scope).collect::<Vec<_>>());
    }
}
