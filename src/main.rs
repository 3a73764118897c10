//! `ospo`: parse arguments, start logging, run one command.

use std::process::ExitCode;

use clap::Parser;
use ospo_counselor::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
