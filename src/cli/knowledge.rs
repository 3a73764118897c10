//! `ospo knowledge check`: every fault of the curated files.

use std::collections::BTreeSet;

use clap::Subcommand;

use super::start::list;
use super::{Ended, KnowledgeArgs};
use crate::knowledge::{Knowledge, agreement, files};

/// The subcommands of `ospo knowledge`.
#[derive(Debug, Subcommand)]
pub enum KnowledgeCommand {
    /// Read every file, report every fault with its line and how to mend it, where articles and the license engine
    /// differ, and what is due for review.
    Check(KnowledgeArgs),
}

/// Runs `ospo knowledge …`.
///
/// # Errors
/// When the files cannot be read.
pub fn run(command: &KnowledgeCommand) -> anyhow::Result<Ended> {
    let KnowledgeCommand::Check(args) = command;
    let mut set = files::built_in();
    if let Some(folder) = &args.knowledge {
        set = files::overlay(set, files::read_folder(folder)?);
    }
    match Knowledge::load(&set) {
        Ok(knowledge) => {
            let topics: BTreeSet<&str> =
                knowledge.articles.iter().map(|article| article.topic.as_str()).collect();
            anstream::println!(
                "{} files, sound: {} articles on {} topics, {} curated licenses and exceptions, {} kinds of request.",
                set.len(),
                knowledge.articles.len(),
                topics.len(),
                knowledge.licenses.curated(),
                knowledge.workflows.len()
            );
            let differences = agreement::differences(&knowledge.articles, &knowledge.licenses, &set);
            if !differences.is_empty() {
                anstream::println!(
                    "Articles and the license engine differ; either may be right:\n{}",
                    list(&differences)
                );
            }
            let today = jiff::Zoned::now().date();
            for article in knowledge.articles.iter().filter(|article| article.review_due() <= today) {
                anstream::println!(
                    "due for review since {}: {} (owner: {})",
                    article.review_due(),
                    article.path,
                    article.owner
                );
            }
            Ok(Ended::Well)
        }
        Err(faults) => {
            let count =
                if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
            anstream::eprintln!("{}\n{count}; this set would not be used.", list(&faults));
            Ok(Ended::BadInput)
        }
    }
}
