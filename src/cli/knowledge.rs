//! `ospo knowledge check`: every fault of the curated files, and what curators should look at; `stale`: what is due for
//! review; `gaps`: what was asked in vain; `eval`: a company's own questions, and what comes of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};

use super::lookup::drawn;
use super::start::{list, read_knowledge};
use super::{DataArgs, Ended, KnowledgeArgs, in_runtime};
use crate::bot::handle::learning::{grouped, judged};
use crate::bot::handle::review::due;
use crate::bot::records::counsel::{Gap, Vote};
use crate::bot::unit::read_all;
use crate::bot::{records, texts};
use crate::counsel::trial::{self, Case, Outcome, Report};
use crate::counsel::{Counsel, review};
use crate::knowledge::{Knowledge, agreement, files};

/// The subcommands of `ospo knowledge`.
#[derive(Debug, Subcommand)]
pub enum KnowledgeCommand {
    /// Read every file, report every fault with its line and how to mend it, where articles and the license engine
    /// differ, and what is due for review.
    ///
    /// Questions that lead to another article first, articles that ask nearly the same, and verdicts that leave out a
    /// condition are named as warnings.
    Check(CheckArgs),
    /// Ask the questions of a file and report which are answered right, and what got worse since the last run.
    Eval(EvalArgs),
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

/// What `ospo knowledge check` takes.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Warnings fail, too: exit code 1.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    knowledge: KnowledgeArgs,
}

/// What `ospo knowledge eval` takes.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The questions: TOML with `[[question]]` tables of `ask` and `want`, or a JSON object with these keys per line.
    #[arg(value_name = "FILE")]
    questions: PathBuf,
    /// Name what got worse since this report; it fails: exit code 1.
    #[arg(long, value_name = "REPORT.json")]
    against: Option<PathBuf>,
    /// Save this run's report.
    #[arg(long, value_name = "REPORT.json")]
    save: Option<PathBuf>,
    #[command(flatten)]
    knowledge: KnowledgeArgs,
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
        KnowledgeCommand::Eval(args) => eval(args),
    }
}

fn check(args: &CheckArgs) -> anyhow::Result<Ended> {
    let mut set = files::built_in();
    if let Some(folder) = &args.knowledge.knowledge {
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
            for warning in &knowledge.warnings {
                anstream::println!("{warning}");
            }
            let differences = agreement::differences(&knowledge.articles, &knowledge.licenses, &set);
            if !differences.is_empty() {
                anstream::println!(
                    "Articles and the license engine differ; either may be right:\n{}",
                    list(&differences)
                );
            }
            for article in due(&knowledge, jiff::Zoned::now().date()).into_values().flatten() {
                anstream::println!(
                    "due for review since {}: {} (owner: {})",
                    article.review_due(),
                    article.path,
                    article.owner
                );
            }
            let findings = review::findings(&Counsel::new(&knowledge.articles)?, &knowledge);
            for finding in &findings {
                anstream::println!("warning: {finding}");
            }
            Ok(if args.strict && !findings.is_empty() { Ended::BadInput } else { Ended::Well })
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
    let due = due(&knowledge, jiff::Zoned::now().date());
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

fn eval(args: &EvalArgs) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(args.knowledge.knowledge.as_deref())?;
    let counsel = Counsel::new(&knowledge.articles)?;
    let asked = trial::read(&read(&args.questions)?).with_context(|| args.questions.display().to_string())?;
    let report = Report::of(&counsel, &knowledge, asked)?;
    for case in report.cases.iter().filter(|case| case.outcome != Outcome::Right) {
        anstream::println!("{}", line(case));
    }
    anstream::println!(
        "{} questions: {} right, {} near, {} unanswered, {} wrong.",
        report.cases.len(),
        report.count(Outcome::Right),
        report.count(Outcome::Near),
        report.count(Outcome::Unanswered),
        report.count(Outcome::Wrong)
    );
    let mut ended = Ended::Well;
    if let Some(path) = &args.against {
        let before: Report = serde_json::from_str(&read(path)?)
            .with_context(|| format!("{} is no report that --save wrote", path.display()))?;
        let worse = report.regressions(&before);
        for case in &worse {
            anstream::println!("worse than before: {}", line(case));
        }
        if !worse.is_empty() {
            ended = Ended::BadInput;
        }
    }
    if let Some(path) = &args.save {
        let json = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, json).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(ended)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn line(case: &Case) -> String {
    let outcome = match case.outcome {
        Outcome::Right => "right",
        Outcome::Near => "near",
        Outcome::Unanswered => "unanswered",
        Outcome::Wrong => "wrong",
    };
    let list = |ids: &[String]| if ids.is_empty() { "no answer".to_owned() } else { ids.join(" or ") };
    let got = case.got.as_deref().unwrap_or("no article");
    format!("{outcome}: {} (wanted {}, got {got})", case.ask, list(&case.want))
}
