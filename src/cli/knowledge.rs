//! `ospo knowledge`: the faults of the curated files, what is due for review, what was asked in vain.

use std::collections::BTreeSet;

use clap::Subcommand;

use super::lookup::drawn;
use super::start::{list, read_knowledge};
use super::{DataArgs, Ended, KnowledgeArgs, in_runtime};
use crate::bot::handle::learning::{grouped, judged};
use crate::bot::handle::review;
use crate::bot::records::counsel::{Gap, Vote};
use crate::bot::unit::read_all;
use crate::bot::{records, texts};
use crate::counsel::Counsel;
use crate::knowledge::{Knowledge, files};

/// The subcommands of `ospo knowledge`.
#[derive(Debug, Subcommand)]
pub enum KnowledgeCommand {
    /// Read every file, report every fault with its line and how to mend it, and what is due for review.
    Check(KnowledgeArgs),
    /// The articles that are due for review, by owner.
    Stale(KnowledgeArgs),
    /// What people asked in vain, like questions together, and which answers did not help; while the bot is stopped.
    Gaps {
        #[command(flatten)]
        knowledge: KnowledgeArgs,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Runs `ospo knowledge …`.
///
/// # Errors
/// When the files or the records cannot be read.
pub fn run(command: &KnowledgeCommand) -> anyhow::Result<Ended> {
    match command {
        KnowledgeCommand::Check(args) => check(args),
        KnowledgeCommand::Stale(args) => stale(args),
        KnowledgeCommand::Gaps { knowledge, data } => in_runtime(async || gaps(knowledge, data).await),
    }
}

fn check(args: &KnowledgeArgs) -> anyhow::Result<Ended> {
    let mut set = files::built_in();
    if let Some(folder) = &args.knowledge {
        set = files::overlay(set, files::read_folder(folder)?);
    }
    match Knowledge::load(&set) {
        Ok(knowledge) => {
            let topics: BTreeSet<&str> =
                knowledge.articles.iter().map(|article| article.topic.as_str()).collect();
            anstream::println!(
                "{} files, sound: {} articles on {} topics, {} kinds of request.",
                set.len(),
                knowledge.articles.len(),
                topics.len(),
                knowledge.workflows.len()
            );
            for warning in &knowledge.warnings {
                anstream::println!("{warning}");
            }
            for article in review::due(&knowledge, jiff::Zoned::now().date()).into_values().flatten() {
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

fn stale(args: &KnowledgeArgs) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(args.knowledge.as_deref())?;
    let due = review::due(&knowledge, jiff::Zoned::now().date());
    if due.is_empty() {
        anstream::println!("Nothing is due for review.");
    }
    for (owner, articles) in due {
        anstream::println!("{owner}:");
        for article in articles {
            anstream::println!("  since {}  {}  {}", article.review_due(), article.id, article.title);
        }
    }
    Ok(Ended::Well)
}

async fn gaps(args: &KnowledgeArgs, data: &DataArgs) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(args.knowledge.as_deref())?;
    let counsel = Counsel::new(&knowledge.articles)?;
    let store = data.place()?.open().await?;
    let gaps = read_all::<Gap>(store.as_ref(), records::counsel::all_gaps()).await?;
    let votes = read_all::<Vote>(store.as_ref(), records::counsel::all_votes()).await?;
    let gaps: Vec<Gap> = gaps.into_iter().map(|(_, _, gap)| gap).collect();
    let votes: Vec<Vote> = votes.into_iter().map(|(_, _, vote)| vote).collect();
    let content = texts::counsel::gaps(&grouped(&counsel, &knowledge, &gaps), 0, &judged(&votes));
    anstream::print!("{}", drawn(&content));
    Ok(Ended::Well)
}
