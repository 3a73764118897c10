//! `ospo policy check|simulate|replay`: look at the rules of approval before they decide anything.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::start::{list, mind_with, read_knowledge};
use super::{DataArgs, Ended, texts};
use crate::bot::records;
use crate::bot::unit::{Unit, read_all};
use crate::config::Config;
use crate::knowledge::{Knowledge, files};
use crate::request::trial::{Trial, replay, simulate};
use crate::request::{Absences, Desk, Request, RequestId, Roster};
use crate::store::Store;

/// What `ospo policy` takes.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Read the rules and the config, and report what could not work: unknown names, conditions that can never hold,
    /// roles without people.
    Check {
        /// A folder with rules to check, in place of the one that the config names.
        #[arg(long, value_name = "FOLDER")]
        knowledge: Option<PathBuf>,
    },
    /// What would happen to a request if people voted so, and who would be told. Changes nothing.
    Simulate {
        /// The request.
        request: RequestId,
        /// A vote: STAGE:approve or STAGE:reject, perhaps with :PERSON; as many as you like, in this order.
        #[arg(long = "vote", value_name = "STAGE:CHOICE", required = true)]
        votes: Vec<Trial>,
    },
    /// Which decisions would be others under changed rules: tries them on the answers and votes of every request.
    Replay {
        /// The folder with the changed rules.
        #[arg(long, value_name = "FOLDER")]
        knowledge: PathBuf,
    },
}

/// Runs `ospo policy …`.
///
/// # Errors
/// When the config, the rules or the store cannot be read.
pub async fn run(args: PolicyArgs, data: &DataArgs) -> anyhow::Result<Ended> {
    let config = Config::read(&data.config.config)?;
    match args.command {
        PolicyCommand::Check { knowledge } => check(&config, knowledge.or(config.knowledge.clone())),
        PolicyCommand::Simulate { request, votes } => {
            let store = data.place()?.open_existing().await?;
            let absences = absences(store.as_ref()).await?;
            let found: Option<Request> = Unit::new(store.as_ref()).read(records::request(&request)).await?;
            let found = found.ok_or_else(|| anyhow!("there is no request {request}"))?;
            let roster = Roster { people: &config.people, absences: &absences };
            let desk = Desk { roster, channels: &config.channels, now: Timestamp::now() };
            let tried = simulate(desk, &found, &votes)?;
            anstream::print!("{}", texts::simulated(&found, &votes, &tried, &config.people));
            Ok(Ended::Well)
        }
        PolicyCommand::Replay { knowledge } => {
            let knowledge = read_knowledge(Some(&knowledge))?;
            let store = data.place()?.open_existing().await?;
            let absences = absences(store.as_ref()).await?;
            let roster = Roster { people: &config.people, absences: &absences };
            let requests = read_all::<Request>(store.as_ref(), records::all_requests()).await?;
            let (mut tried, mut changed) = (0, Vec::new());
            for (_, _, request) in &requests {
                let workflow = knowledge.workflow(&request.workflow);
                let Some(replayed) = workflow.and_then(|workflow| replay(request, workflow, roster)) else {
                    continue;
                };
                tried += 1;
                if replayed.was != replayed.would_be {
                    changed.push((request, replayed));
                }
            }
            anstream::print!("{}", texts::replayed(requests.len(), tried, &changed));
            Ok(Ended::Well)
        }
    }
}

async fn absences(store: &dyn Store) -> anyhow::Result<Absences> {
    Ok(Unit::new(store).read(records::absences()).await?.unwrap_or_default())
}

fn check(config: &Config, folder: Option<PathBuf>) -> anyhow::Result<Ended> {
    let mut set = files::built_in();
    if let Some(folder) = folder {
        let company =
            files::read_folder(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        set = files::overlay(set, company);
    }
    let knowledge = match Knowledge::load(&set) {
        Ok(knowledge) => knowledge,
        Err(faults) => {
            anstream::eprintln!("{}\nThese rules would not be used.", list(&faults));
            return Ok(Ended::BadInput);
        }
    };
    let mind = mind_with(config, knowledge)?;
    anstream::print!("{}", texts::rules(&mind.knowledge.workflows, &mind.people));
    Ok(Ended::Well)
}
