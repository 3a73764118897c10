//! `ospo store`: carry the store over, check it, back it up.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use crate::store::Store;
use crate::store::place::StorePlace;
use crate::store::transfer::{self, Progress, TransferError};

/// Export, import, verify or back up the store. The bot must not run meanwhile
#[derive(Debug, Args)]
pub struct StoreArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write every record to a file, one JSON object per line
    Export {
        /// The file to make, or - for standard output
        file: PathBuf,
    },
    /// Fill an empty store from an export; all of it is checked first
    Import {
        /// The file to read, or - for standard input
        file: PathBuf,
    },
    /// Read and check every record
    Verify,
    /// Copy the store into a new data directory, and check the copy
    Backup {
        /// The directory to make
        dir: PathBuf,
    },
}

/// Runs `ospo store …` on the store at `place`.
///
/// # Errors
/// The store, the file or the directory, in words for the person who typed the command.
pub async fn run(args: StoreArgs, place: &StorePlace) -> anyhow::Result<()> {
    match args.command {
        Command::Export { file } => export(&*place.open_existing().await?, &file).await,
        Command::Import { file } => import(&file, place).await,
        Command::Verify => verify(&*place.open_existing().await?).await,
        Command::Backup { dir } => backup(&*place.open_existing().await?, &dir).await,
    }
}

/// A file gets its name when it is whole and durable.
async fn export(store: &dyn Store, file: &Path) -> anyhow::Result<()> {
    if is_standard(file) {
        transfer::export(store, &mut io::stdout(), &mut bar()).await?;
        return Ok(());
    }
    let file = std::path::absolute(file)?;
    if file.exists() {
        bail!(TransferError::Exists(file));
    }
    let partial = transfer::beside(&file);
    let written = async {
        let mut out = BufWriter::new(File::create(&partial)?);
        let records = transfer::export(store, &mut out, &mut bar()).await?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&partial, &file)?;
        transfer::sync_dir_of(&file)?;
        Ok::<u64, TransferError>(records)
    };
    match written.await {
        Ok(records) => say(&texts::exported(records, &file)),
        Err(error) => {
            // Best effort: the reason to tell is why the export failed.
            let _ = fs::remove_file(&partial);
            Err(error).with_context(|| file.display().to_string())
        }
    }
}

async fn import(file: &Path, place: &StorePlace) -> anyhow::Result<()> {
    let mut input: Box<dyn BufRead + Send> = if is_standard(file) {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(file).with_context(|| file.display().to_string())?))
    };
    let store = place.open().await?;
    let records = transfer::import(&*store, &mut input, &mut bar()).await?;
    drop(store);
    say(&texts::imported(records, place))
}

async fn backup(store: &dyn Store, dir: &Path) -> anyhow::Result<()> {
    let records = transfer::backup(store, dir, &mut bar()).await?;
    say(&texts::backed_up(records, dir))
}

async fn verify(store: &dyn Store) -> anyhow::Result<()> {
    let report = transfer::verify(store, &mut bar()).await?;
    say(&texts::verified(&report))?;
    ensure!(report.faults.is_empty(), texts::not_sound(&report));
    Ok(())
}

fn is_standard(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// A progress bar on standard error, if that is a terminal and the work takes a while.
fn bar() -> impl FnMut(Progress) + Send {
    const A_WHILE: Duration = Duration::from_millis(500);
    let started = Instant::now();
    let mut shown: Option<ProgressBar> = None;
    move |Progress { done, total }| {
        if done < total && shown.is_none() && started.elapsed() > A_WHILE && io::stderr().is_terminal() {
            let style =
                ProgressStyle::with_template(texts::BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
            shown = Some(ProgressBar::new(total).with_style(style));
        }
        if let Some(bar) = &shown {
            bar.set_position(done);
            if done == total {
                bar.finish_and_clear();
            }
        }
    }
}

/// What `ospo store` says.
mod texts {
    use std::path::Path;

    use crate::store::place::StorePlace;
    use crate::store::transfer::Report;

    pub(super) const BAR: &str = "{bar:30} {human_pos} of {human_len} records, {eta} left";

    pub(super) fn exported(records: u64, file: &Path) -> String {
        format!("Exported {} to {}.", count(records), file.display())
    }

    pub(super) fn imported(records: u64, place: &StorePlace) -> String {
        format!("Imported {} into {place}.", count(records))
    }

    pub(super) fn backed_up(records: u64, dir: &Path) -> String {
        let dir = dir.display();
        format!(
            "Backed up {} to {dir} and checked the copy. To use it, start ospo with --data {dir}.",
            count(records)
        )
    }

    pub(super) fn verified(report: &Report) -> String {
        let areas = report.areas.iter().map(|(area, records)| format!("\n  {records:>8}  {area}"));
        let faults = report.faults.iter().map(|fault| format!("\n  fault: {fault}"));
        let total = format!("Read {}, {} bytes.", count(report.records), report.bytes);
        let end = if report.faults.is_empty() { "\nThe store is sound." } else { "" };
        areas.chain(faults).fold(total, |text, line| text + line.as_str()) + end
    }

    pub(super) fn not_sound(report: &Report) -> String {
        let faults = report.faults.len();
        format!(
            "the store has {faults} fault{}; restore a backup or an export",
            if faults == 1 { "" } else { "s" }
        )
    }

    fn count(records: u64) -> String {
        format!("{records} record{}", if records == 1 { "" } else { "s" })
    }
}
