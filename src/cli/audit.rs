//! `ospo audit verify|export`: prove that the audit log is whole, and hand it over.

use std::io::Write;

use clap::{Args, Subcommand};

use super::Ended;
use crate::bot::audit::{AuditEntry, Head, verify};
use crate::bot::records;
use crate::bot::unit::{Unit, read_all};
use crate::store::place::StorePlace;

/// What `ospo audit` takes.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check every entry against its hash and its neighbors, and the end against the recorded end.
    Verify,
    /// Write every entry to standard output, one JSON object a line.
    Export,
}

/// Runs `ospo audit …` on the store at `place`.
///
/// # Errors
/// When the store cannot be read.
pub async fn run(args: AuditArgs, place: &StorePlace) -> anyhow::Result<Ended> {
    let store = place.open_existing().await?;
    let entries: Vec<AuditEntry> = read_all(store.as_ref(), records::all_audit())
        .await?
        .into_iter()
        .map(|(_, _, entry)| entry)
        .collect();
    match args.command {
        AuditCommand::Verify => {
            let end: Head = Unit::new(store.as_ref()).read(records::audit_head()).await?.unwrap_or_default();
            match verify(entries, &end) {
                Ok(count) => {
                    anstream::println!(
                        "The audit log is whole: {count} entries, the last with hash {}.",
                        end.hash
                    );
                    Ok(Ended::Well)
                }
                Err(fault) => {
                    anstream::eprintln!("The audit log was tampered with: {fault}.");
                    Ok(Ended::BadInput)
                }
            }
        }
        AuditCommand::Export => {
            let mut out = anstream::stdout().lock();
            for entry in entries {
                writeln!(out, "{}", serde_json::to_string(&entry)?)?;
            }
            Ok(Ended::Well)
        }
    }
}
