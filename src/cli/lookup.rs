//! `ospo ask|compat|identify|check|license`: the answers of the chat, for people at a terminal and for scripts.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::lines::{Reply, answer, each};
use super::sbom::{self, Form, SbomFlags};
use super::start::read_knowledge;
use super::{Ended, KnowledgeArgs};
use crate::chat::console::{Look, render};
use crate::core::message::Content;
use crate::counsel::{self, Counsel, reply, report};
use crate::knowledge::Knowledge;
use crate::license::attachment::{self, Attachment};
use crate::license::policy::{PolicyUse, Request};
use crate::license::sbom::MAX_BYTES;
use crate::license::situation::{Changes, Combination, Linkage};
use crate::license::{
    CheckReport, CompatReport, Deployment, IdentifyReport, ObligationsReport, Situation, Use, view,
};

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

/// What `ospo identify` takes.
#[derive(Debug, Args)]
pub struct IdentifyArgs {
    #[command(flatten)]
    lookup: LookupArgs,
    /// Read files instead: license texts, or source files by their header; - for standard input.
    #[arg(long = "file", value_name = "PATH", num_args = 1.., conflicts_with = "words")]
    files: Vec<PathBuf>,
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

/// What `ospo license` takes.
#[derive(Debug, Args)]
pub struct LicenseArgs {
    #[command(flatten)]
    lookup: LookupArgs,
    /// What it asks for in this use only: internal, saas, distributed, source or device.
    #[arg(long = "for", value_name = "USE")]
    for_: Option<Deployment>,
    /// How it is linked: static or dynamic.
    #[arg(long, value_name = "HOW")]
    linked: Option<Linkage>,
    /// It was changed.
    #[arg(long)]
    modified: bool,
    /// It is shipped beside the rest and is not one work with it.
    #[arg(long)]
    aggregate: bool,
}

impl LicenseArgs {
    /// The situation, when one of the flags speaks of it.
    fn situation(&self) -> Option<Situation> {
        if self.for_.is_none() && self.linked.is_none() && !self.modified && !self.aggregate {
            return None;
        }
        Some(Situation {
            deployment: self.for_.unwrap_or(Deployment::Distributed),
            linkage: self.linked.unwrap_or_default(),
            changes: if self.modified { Changes::Modified } else { Changes::Unmodified },
            combination: if self.aggregate { Combination::Aggregate } else { Combination::OneWork },
        })
    }
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

/// Says which licenses names, or the texts in files, mean.
///
/// # Errors
/// As [`ask`].
pub fn identify(args: &IdentifyArgs) -> anyhow::Result<Ended> {
    let knowledge = args.lookup.read()?;
    let licenses = &knowledge.licenses;
    if !args.files.is_empty() {
        let files = args.files.iter().map(|file| file.display().to_string());
        return each(files, args.lookup.json, |path| {
            let attachment = attachment::read(licenses, path, &read_head(path)?);
            let text = drawn(&view::file(licenses, path, &attachment));
            match attachment {
                Attachment::License(found) => {
                    Ok(Reply { json: json(&IdentifyReport::found(path, found))?, text })
                }
                other => Err(other.why_not().unwrap_or_default()),
            }
        });
    }
    answer(&args.lookup.words, args.lookup.json, "License names", |name| {
        let text = drawn(&counsel::licenses::identify(&knowledge, name));
        Ok(Reply { json: json(&IdentifyReport::of(licenses, name))?, text })
    })
}

/// The first bytes of a file, as many as are looked at; `-` is standard input.
fn read_head(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let input: Box<dyn Read> = if path == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| error.to_string())?)
    };
    input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
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
pub fn license(args: &LicenseArgs) -> anyhow::Result<Ended> {
    let situation = args.situation();
    let args = &args.lookup;
    let knowledge = args.read()?;
    answer(&args.words, args.json, "License names", |name| {
        let found = crate::license::identify(&knowledge.licenses, name);
        let facts = found.expression.as_deref().and_then(|id| knowledge.licenses.facts(id));
        if let (Some(facts), None) = (facts, situation) {
            let text = drawn(&view::facts(&knowledge.licenses, facts));
            return Ok(Reply { json: json(facts)?, text });
        }
        // An expression has no facts of its own, but it asks for something.
        let situation = situation.unwrap_or(Situation::of(Deployment::Distributed));
        let report =
            ObligationsReport::of(&knowledge.licenses, name, situation).map_err(|error| error.to_string())?;
        Ok(Reply { json: json(&report)?, text: drawn(&view::duties(&report)) })
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
