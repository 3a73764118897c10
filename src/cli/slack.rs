//! `ospo slack check`: what is missing before the bot can speak in Slack.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::bail;
use clap::Subcommand;

use super::start::slack_config;
use super::{ConfigArgs, Ended};
use crate::chat::slack::{Finding, check};
use crate::config::Config;
use crate::core::person::{ChannelId, GroupId, Platform};

/// What there is to do with Slack.
#[derive(Debug, Subcommand)]
pub enum SlackCommand {
    /// Check tokens, scopes and channels, and say what is missing and how to mend it.
    Check(ConfigArgs),
}

/// Runs a command about Slack.
///
/// # Errors
/// When the config cannot be read or has no `[slack]` section.
pub async fn run(command: &SlackCommand) -> anyhow::Result<Ended> {
    let SlackCommand::Check(args) = command;
    let config = Config::read(&args.config)?;
    let Some(slack) = &config.slack else {
        bail!("the config has no [slack] section; deploy/slack/README.md shows what belongs there");
    };
    let of_slack = |channel: &&ChannelId| channel.platform == Platform::Slack;
    let channels: BTreeSet<ChannelId> =
        config.channels.0.values().flatten().filter(of_slack).cloned().collect();
    let channels: Vec<ChannelId> = channels.into_iter().collect();
    let mut ended = Ended::Well;
    let mut out = anstream::stdout().lock();
    let groups: Vec<GroupId> = config.people.groups().into_iter().cloned().collect();
    for finding in check(&slack_config(slack), &channels, &groups).await {
        match finding {
            Finding::Good(what) => writeln!(out, "✔ {what}")?,
            Finding::Unsure(what) => writeln!(out, "? {what}")?,
            Finding::Missing { what, cure } => {
                ended = Ended::BadInput;
                writeln!(out, "✖ {what}\n  {cure}")?;
            }
        }
    }
    Ok(ended)
}
