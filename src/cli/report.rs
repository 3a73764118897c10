//! `ospo report`: how requests went, as text, as JSON, as a picture.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::{DataArgs, Ended, texts};
use crate::bot::charts;
use crate::bot::records;
use crate::bot::unit::{Unit, read_all};
use crate::config::Config;
use crate::request::{Request, Roster, report};

/// What `ospo report` takes.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Draw the counts into this file.
    #[arg(long, value_name = "FILE.png")]
    png: Option<PathBuf>,
}

/// Runs `ospo report` on the store that the arguments or the config name.
///
/// # Errors
/// When the config or the store cannot be read, or the picture cannot be written.
pub async fn run(args: ReportArgs, data: &DataArgs) -> anyhow::Result<Ended> {
    let config = Config::read(&data.config.config)?;
    let store = data.place()?.open_existing().await?;
    let absences = Unit::new(store.as_ref()).read(records::absences()).await?.unwrap_or_default();
    let roster = Roster { people: &config.people, absences: &absences };
    let requests: Vec<Request> = read_all(store.as_ref(), records::all_requests())
        .await?
        .into_iter()
        .map(|(_, _, request)| request)
        .collect();
    let report = report::report(&requests, roster, Timestamp::now());
    if args.json {
        anstream::println!("{}", serde_json::to_string(&report)?);
    } else {
        anstream::print!("{}", texts::report(&report, &config.people));
    }
    if let Some(path) = args.png {
        let picture = charts::picture(&report).context("the picture could not be drawn")?;
        std::fs::write(&path, picture.png).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Ended::Well)
}
