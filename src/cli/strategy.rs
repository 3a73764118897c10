//! `ospo strategy export`: the document that was written together in chat.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};

use super::start::read_knowledge;
use super::{DataArgs, Ended, KnowledgeArgs, in_runtime};
use crate::bot::coach::Shelf;
use crate::bot::unit::Unit;
use crate::config::Config;

/// What `ospo strategy` takes.
#[derive(Debug, Args)]
pub struct StrategyArgs {
    #[command(subcommand)]
    command: StrategyCommand,
}

#[derive(Debug, Subcommand)]
enum StrategyCommand {
    /// Write the document as Markdown. What nobody has answered yet is marked as open.
    Export {
        /// The file to write; without it, standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
}

/// Runs `ospo strategy …`.
///
/// # Errors
/// When the knowledge or the records cannot be read, or the file not written.
pub fn run(args: StrategyArgs) -> anyhow::Result<Ended> {
    let StrategyCommand::Export { out, data, knowledge } = args.command;
    let knowledge = read_knowledge(knowledge.knowledge.as_deref())?;
    in_runtime(async || {
        let store = data.place()?.open_existing().await?;
        let shelf = Shelf::read(&mut Unit::new(store.as_ref()), store.as_ref()).await?;
        let people = Config::read(&data.config.config).map(|config| config.people).unwrap_or_default();
        let today = jiff::Zoned::now().date();
        let text = knowledge
            .strategy
            .document(&shelf.strategy, &people, today)
            .map_err(|fault| anyhow!(fault.to_string()))?;
        match &out {
            Some(out) => {
                std::fs::write(out, &text).with_context(|| format!("cannot write {}", out.display()))?;
                let open = knowledge.strategy.open(&shelf.strategy).count();
                anstream::eprintln!("Wrote the strategy to {}; {open} open.", out.display());
            }
            None => anstream::println!("{}", text.trim_end()),
        }
        Ok(Ended::Well)
    })
}
