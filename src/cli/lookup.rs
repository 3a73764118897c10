//! `ospo ask|compat|identify|check|license`: the answers of the chat, for people at a terminal and for scripts.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::lines::{Reply, answer};
use super::start::read_knowledge;
use super::{Ended, KnowledgeArgs};
use crate::chat::console::{Look, render};
use crate::core::message::Content;
use crate::counsel::{Counsel, licenses, reply, report};
use crate::knowledge::Knowledge;

/// The columns in which answers are drawn.
const WIDTH: usize = 80;

/// What a lookup takes.
#[derive(Debug, Args)]
pub struct LookupArgs {
    /// What to look up; without it, one case per line on standard input.
    words: Vec<String>,
    /// Print one JSON object per case.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    knowledge: KnowledgeArgs,
}

/// What `ospo check` takes.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    lookup: LookupArgs,
    /// What the component is used for, as in the policy: internal, saas, distributed, …
    #[arg(long = "use", value_name = "USE")]
    use_: Option<String>,
}

fn folder(args: &LookupArgs) -> Option<&Path> {
    args.knowledge.knowledge.as_deref()
}

fn drawn(content: &Content) -> String {
    render(content, WIDTH, Look::Plain)
}

fn json(report: &impl Serialize) -> Result<serde_json::Value, String> {
    serde_json::to_value(report).map_err(|error| error.to_string())
}
