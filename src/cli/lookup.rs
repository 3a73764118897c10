//! `ospo ask|compat|identify|check|license`: the answers of the chat, for people at a terminal and for scripts.

use clap::Args;
use serde::Serialize;

use super::lines::{Reply, answer};
use super::sbom::{self, Form, SbomFlags};
use super::start::read_knowledge;
use super::{Ended, KnowledgeArgs};
use crate::chat::console::{Look, render};
use crate::core::message::Content;
use crate::counsel::{Counsel, licenses, reply, report};
use crate::knowledge::Knowledge;
use crate::license::policy::{PolicyUse, Request};
use crate::license::{CheckReport, CompatReport, IdentifyReport, Use, view};

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
    /// What the component is used for: internal, saas, distributed or device.
    #[arg(long = "use", value_name = "USE", default_value = "distributed")]
    use_: PolicyUse,
    /// The component that has the license, for exceptions of the policy.
    #[arg(long)]
    component: Option<String>,
    /// The project that uses it, for exceptions of the policy.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    sbom: SbomFlags,
}

/// What `ospo compat` takes.
#[derive(Debug, Args)]
pub struct CompatArgs {
    #[command(flatten)]
    lookup: LookupArgs,
    /// The inbound code is used as a library that is linked, not copied in.
    #[arg(long)]
    linked: bool,
}

/// Answers questions.
///
/// # Errors
/// When the knowledge has faults or standard input or output fails.
pub fn ask(args: &LookupArgs) -> anyhow::Result<Ended> {
    let knowledge = args.read()?;
    let counsel = Counsel::new(&knowledge.articles)?;
    answer(&args.words, args.json, "Questions", |question| {
        let answer = counsel.answer(&knowledge, question);
        let text = drawn(&reply::alone(&answer, &knowledge).into());
        Ok(Reply { json: json(&report::ask(&answer, question, &knowledge))?, text })
    })
}

/// Judges pairs of licenses.
///
/// # Errors
/// As [`ask`].
pub fn compat(args: &CompatArgs) -> anyhow::Result<Ended> {
    let knowledge = args.lookup.read()?;
    let use_ = if args.linked { Use::Linked } else { Use::Copied };
    answer(&args.lookup.words, args.lookup.json, "Pairs, INBOUND in OUTBOUND", |line| {
        let report =
            CompatReport::of_line(&knowledge.licenses, line, use_).map_err(|error| error.to_string())?;
        let text = drawn(&view::pair(&report));
        Ok(Reply { json: json(&report)?, text })
    })
}

/// Says which licenses names mean.
///
/// # Errors
/// As [`ask`].
pub fn identify(args: &LookupArgs) -> anyhow::Result<Ended> {
    let knowledge = args.read()?;
    answer(&args.words, args.json, "License names", |name| {
        let text = drawn(&licenses::identify(&knowledge, name));
        Ok(Reply { json: json(&IdentifyReport::of(&knowledge.licenses, name))?, text })
    })
}

/// Checks expressions against the policy.
///
/// # Errors
/// As [`ask`].
pub fn check(args: &CheckArgs) -> anyhow::Result<Ended> {
    let knowledge = args.lookup.read()?;
    if let Some(file) = &args.sbom.file {
        let form = match (args.lookup.json, args.sbom.markdown) {
            (true, _) => Form::Json,
            (false, true) => Form::Markdown,
            (false, false) => Form::People,
        };
        let picture = args.sbom.picture.as_deref();
        return sbom::check(&knowledge, file, form, picture, args.use_, args.project.as_deref());
    }
    let today = jiff::Zoned::now().date();
    answer(&args.lookup.words, args.lookup.json, "License expressions", |expression| {
        let request = Request {
            component: args.component.as_deref(),
            project: args.project.as_deref(),
            today: Some(today),
            ..Request::new(expression, args.use_)
        };
        let report = CheckReport::of(&knowledge.policy, &knowledge.licenses, request)
            .map_err(|error| error.to_string())?;
        let text = drawn(&view::ruling(&report));
        Ok(Reply { json: json(&report)?, text })
    })
}

/// Tells what licenses ask for.
///
/// # Errors
/// As [`ask`].
pub fn license(args: &LookupArgs) -> anyhow::Result<Ended> {
    let knowledge = args.read()?;
    answer(&args.words, args.json, "License names", |name| {
        let found = crate::license::identify(&knowledge.licenses, name);
        let facts = found.expression.as_deref().and_then(|id| knowledge.licenses.facts(id));
        let content = licenses::facts(&knowledge, name);
        match (facts, content) {
            (Some(facts), Some(content)) => Ok(Reply { json: json(facts)?, text: drawn(&content) }),
            _ => Err(format!("{}; `ospo identify` says what a name may mean", found.why)),
        }
    })
}

impl LookupArgs {
    fn read(&self) -> anyhow::Result<Knowledge> {
        read_knowledge(self.knowledge.knowledge.as_deref())
    }
}

pub(super) fn drawn(content: &Content) -> String {
    render(content, WIDTH, Look::Plain)
}

fn json(report: &impl Serialize) -> Result<serde_json::Value, String> {
    serde_json::to_value(report).map_err(|error| error.to_string())
}
