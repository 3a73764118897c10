//! `ospo audit verify|export`: prove that the audit log is whole, and hand it over.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};

use super::Ended;
use crate::bot::audit::{AuditEntry, Head, verify};
use crate::bot::records;
use crate::bot::unit::{Unit, read_all};
use crate::core::effect::{Actor, Outcome};
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
    /// Write every entry to standard output.
    Export {
        /// In which form.
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line.
    Json,
    /// A table for spreadsheets; what one would take for a formula is marked as text.
    Csv,
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
            match verify(&entries, &end) {
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
        AuditCommand::Export { format: Format::Csv } => {
            let mut out = csv::Writer::from_writer(anstream::stdout().lock());
            out.write_record(COLUMNS)?;
            for entry in &entries {
                out.write_record(row(entry)?.map(|cell| harmless(&cell)))?;
            }
            out.flush()?;
            Ok(Ended::Well)
        }
        AuditCommand::Export { format: Format::Json } => {
            let mut out = anstream::stdout().lock();
            for entry in entries {
                writeln!(out, "{}", serde_json::to_string(&entry)?)?;
            }
            Ok(Ended::Well)
        }
    }
}

const COLUMNS: [&str; 13] = [
    "number", "at", "subject", "actor", "account", "action", "outcome", "revision", "policy", "message",
    "detail", "previous", "hash",
];

fn row(entry: &AuditEntry) -> anyhow::Result<[String; 13]> {
    let fact = &entry.fact;
    let (actor, account) = match &fact.actor {
        Actor::Person { person, account } => (person.to_string(), account.to_string()),
        Actor::Stranger { account } => ("stranger".to_owned(), account.to_string()),
        Actor::Bot => ("bot".to_owned(), String::new()),
    };
    let outcome = match fact.outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
    };
    Ok([
        entry.number.to_string(),
        entry.at.to_string(),
        fact.subject.to_string(),
        actor,
        account,
        fact.action.clone(),
        outcome.to_owned(),
        fact.revision.to_string(),
        fact.policy.clone(),
        fact.message.as_ref().map(ToString::to_string).unwrap_or_default(),
        if fact.detail.is_empty() { String::new() } else { serde_json::to_string(&fact.detail)? },
        entry.previous.clone(),
        entry.hash.clone(),
    ])
}

/// Spreadsheets run a cell that begins like a formula; with a quote before it, it is text.
fn harmless(cell: &str) -> String {
    let starts = |sign: char| matches!(sign, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n');
    if cell.starts_with(starts) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(harmless(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(harmless("vote.approve"), "vote.approve");
    }
}
