//! `ospo demo`: the console chat on a sample company. Without a terminal it plays a short tour of itself.

use std::fs::File;
use std::io::{BufReader, Cursor, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use super::start::{Lines, list, read_mind, run_bot};
use super::{Ended, logging};
use crate::config::Config;

const COMPANY: &str = include_str!("demo/company.toml");
const TOUR: &str = include_str!("demo/tour.txt");

const WELCOME: &str = "\
OSPO Counselor, on a made-up company (sample data). You are Ada, an engineer, in #general. Try:
  may we use an LGPL library in our closed source app?      ask anything about open source
  request-release                                           ask to open-source a project
  /as lea, then /in #legal, then /react REL-1 ✅            be Lea from legal, and approve it
  show REL-1, or audit REL-1                                see where it stands, and who did what
  /help                                                     everything else; Ctrl-D ends";

/// What `ospo demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the records in this directory, so that the next run goes on; without it they go with the demo.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Play the lines of this file instead of asking for them; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// Runs the demo.
///
/// # Errors
/// When it cannot start.
pub fn run(args: DemoArgs) -> anyhow::Result<Ended> {
    let temporary = tempfile::Builder::new().prefix("ospo-demo-").tempdir()?;
    let data = args.data.unwrap_or_else(|| temporary.path().to_owned());
    let config =
        Config::parse("the sample company", COMPANY, &data).map_err(|faults| anyhow!(list(&faults)))?;
    logging::start(&config.log);
    let lines = match args.script {
        Some(path) if path.as_os_str() == "-" => Lines::Script(Box::new(BufReader::new(std::io::stdin()))),
        Some(path) => {
            let script = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Lines::Script(Box::new(BufReader::new(script)))
        }
        None if std::io::stdin().is_terminal() => {
            anstream::println!("{WELCOME}\n");
            Lines::Standard
        }
        None => Lines::Script(Box::new(Cursor::new(TOUR))),
    };
    let mind = read_mind(&config)?;
    tokio::runtime::Runtime::new()?.block_on(run_bot(&config, mind, lines))?;
    Ok(Ended::Well)
}
