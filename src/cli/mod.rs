//! The command line: one file per subcommand. Exit code 0: it ran; 1: some input was bad; 2: it could not run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::store::place::StorePlace;

mod audit;
mod demo;
mod knowledge;
mod lines;
mod logging;
mod lookup;
#[cfg(feature = "matrix")]
mod matrix;
mod maturity;
mod policy;
mod report;
mod roles;
mod sbom;
mod serve;
#[cfg(feature = "slack")]
mod slack;
mod start;
mod store;
mod strategy;
mod texts;
mod watch;

/// The chat bot of an Open Source Program Office.
#[derive(Debug, Parser)]
#[command(name = "ospo", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try it: the console chat on a sample company. Without a terminal, a short tour.
    Demo(demo::DemoArgs),
    /// Run the bot on the platforms of the config.
    Serve(serve::ServeArgs),
    /// Ask a question, or one per line on standard input.
    Ask(lookup::LookupArgs),
    /// May code under one license be used in a work under another? `compat MIT in GPL-3.0-only`.
    Compat(lookup::CompatArgs),
    /// Which license does a name, or with --file a license text or a source file, mean? Gives the SPDX expression.
    Identify(lookup::IdentifyArgs),
    /// What does the company's policy say of a license expression, or of every component of an SBOM?
    Check(lookup::CheckArgs),
    /// Write the attribution file of an SBOM: who wrote what, under which license, with each text.
    Notices(sbom::NoticesArgs),
    /// What does a license say, and what does it ask for? `license LGPL-2.1-only --for device --linked static`.
    License(lookup::LicenseArgs),
    /// Assess where open source work stands, see the result, and what comes next.
    Maturity(maturity::MaturityArgs),
    /// The open source strategy that was written in chat.
    Strategy(strategy::StrategyArgs),
    /// The curated files.
    #[command(subcommand)]
    Knowledge(knowledge::KnowledgeCommand),
    /// The records: export, import, verify, backup.
    Store {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        store: store::StoreArgs,
    },
    /// The audit log: verify, export.
    Audit {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        audit: audit::AuditArgs,
    },
    /// The rules of approval: check them, try votes, try changed rules on past requests.
    Policy {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        policy: policy::PolicyArgs,
    },
    /// How requests went: counts, times, what is open, who carries the load.
    Report {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        report: report::ReportArgs,
    },
    /// The config file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The Slack workspace of the config.
    #[cfg(feature = "slack")]
    #[command(subcommand)]
    Slack(slack::SlackCommand),
    /// The account on Matrix of the config.
    #[cfg(feature = "matrix")]
    #[command(subcommand)]
    Matrix(matrix::MatrixCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read the config and what it names, and report every fault.
    Check(ConfigArgs),
}

/// Where the config is.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "ospo.toml", global = true, env = "OSPO_CONFIG")]
    config: PathBuf,
}

/// Where the curated files are.
#[derive(Debug, Clone, Args)]
pub struct KnowledgeArgs {
    /// A company's own knowledge folder, laid over the built-in one.
    #[arg(long, value_name = "FOLDER", env = "OSPO_KNOWLEDGE")]
    knowledge: Option<PathBuf>,
}

/// Where the records are.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// The data directory; without it, the store that the config names.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
}

impl DataArgs {
    fn place(&self) -> anyhow::Result<StorePlace> {
        match &self.data {
            Some(data) => Ok(StorePlace::Sled(data.clone())),
            None => Ok(start::store_place(&Config::read(&self.config.config)?)),
        }
    }
}

/// How a command ended, when it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All was well.
    Well,
    /// Some input was bad, and said so.
    BadInput,
}

/// Runs a command line. What goes wrong is said on standard error.
pub fn run(cli: Cli) -> ExitCode {
    let ended = match cli.command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(&args),
        Command::Ask(args) => lookup::ask(&args),
        Command::Compat(args) => lookup::compat(&args),
        Command::Identify(args) => lookup::identify(&args),
        Command::Check(args) => lookup::check(&args),
        Command::Notices(args) => sbom::write_notices(&args),
        Command::License(args) => lookup::license(&args),
        Command::Maturity(args) => maturity::run(args),
        Command::Strategy(args) => strategy::run(args),
        Command::Knowledge(command) => knowledge::run(&command),
        Command::Store { data, store } => in_runtime(async || {
            store::run(store, &data.place()?).await?;
            Ok(Ended::Well)
        }),
        Command::Audit { data, audit } => in_runtime(async || audit::run(audit, &data.place()?).await),
        Command::Policy { data, policy } => in_runtime(async || policy::run(policy, &data).await),
        Command::Report { data, report } => in_runtime(async || report::run(report, &data).await),
        Command::Config(ConfigCommand::Check(args)) => serve::check(&args),
        #[cfg(feature = "slack")]
        Command::Slack(command) => in_runtime(async || slack::run(&command).await),
        #[cfg(feature = "matrix")]
        Command::Matrix(command) => in_runtime(async || matrix::run(&command).await),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::BadInput) => ExitCode::from(1),
        Err(error) => {
            anstream::eprintln!("ospo: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs an async command to its end.
fn in_runtime(command: impl AsyncFnOnce() -> anyhow::Result<Ended>) -> anyhow::Result<Ended> {
    tokio::runtime::Runtime::new()?.block_on(command())
}
