//! `ospo serve` and `ospo config check`.

use clap::Args;

use super::start::{Lines, read_mind, run_bot};
use super::{ConfigArgs, Ended, logging};
use crate::config::Config;

/// What `ospo serve` takes.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs the bot on the platforms of the config, until it is stopped.
///
/// # Errors
/// When it cannot start, or something failed on the way.
pub fn run(args: &ServeArgs) -> anyhow::Result<Ended> {
    let config = Config::read(&args.config.config)?;
    logging::start(&config.log);
    let mind = read_mind(&config)?;
    tokio::runtime::Runtime::new()?.block_on(run_bot(&config, mind, Lines::Standard))?;
    Ok(Ended::Well)
}

/// Reads the config and everything it names.
///
/// # Errors
/// Every fault that is found.
pub fn check(args: &ConfigArgs) -> anyhow::Result<Ended> {
    let config = Config::read(&args.config)?;
    let mind = read_mind(&config)?;
    anstream::println!(
        "{}: sound. {} people, {} roles, {} articles, {} kinds of request.",
        args.config.display(),
        mind.people.iter().count(),
        mind.people.roles().count(),
        mind.knowledge.articles.len(),
        mind.knowledge.workflows.len()
    );
    Ok(Ended::Well)
}
