//! `ospo check --sbom` and `ospo notices`: what the policy says of a bill of materials, and its attribution file.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::start::read_knowledge;
use super::{Ended, KnowledgeArgs};
use crate::chat::console::{Look, render};
use crate::knowledge::Knowledge;
use crate::license::policy::PolicyUse;
use crate::license::sbom::{MAX_BYTES, Question, Sbom, read};
use crate::license::{SbomReport, notices, view};
use crate::picture::svg::Svg;
use crate::picture::{Bar, bars, png};

/// The columns in which answers are drawn.
const WIDTH: usize = 80;

/// What `ospo check` takes for an SBOM.
#[derive(Debug, Args)]
pub struct SbomFlags {
    /// Check every component of an SBOM instead: CycloneDX 1.4 to 1.6 or SPDX 2.2 or 2.3, in JSON; - for standard input.
    /// Exit code 0: nothing is denied; 1: something is denied; 2: it could not run.
    #[arg(long = "sbom", value_name = "FILE", conflicts_with_all = ["words", "component"])]
    pub file: Option<PathBuf>,
    /// Print the report on the SBOM as Markdown.
    #[arg(long, requires = "file", conflicts_with_all = ["json", "words"])]
    pub markdown: bool,
    /// Draw the numbers of the SBOM as a picture, too.
    #[arg(long, value_name = "OUT.png", requires = "file", conflicts_with = "words")]
    pub picture: Option<PathBuf>,
}

/// How the report on an SBOM is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people at a terminal: the numbers, and what wants something.
    People,
    /// One JSON object per component, and one with the summary at the end.
    Json,
    /// Everything, as Markdown.
    Markdown,
}

/// What `ospo notices` takes.
#[derive(Debug, Args)]
pub struct NoticesArgs {
    /// The SBOM: CycloneDX 1.4 to 1.6 or SPDX 2.2 or 2.3, in JSON; - for standard input.
    #[arg(long, value_name = "FILE")]
    sbom: PathBuf,
    /// The file to write; without it, standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What the software is used for, by which the policy chooses between licenses: internal, saas, distributed or
    /// device.
    #[arg(long = "use", value_name = "USE", default_value = "distributed")]
    use_: PolicyUse,
    /// The project that uses it, for exceptions of the policy.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    knowledge: KnowledgeArgs,
}

/// Checks an SBOM against the policy. Ends in bad input when something is denied.
///
/// # Errors
/// When the SBOM cannot be read or is none, or the report or the picture cannot be written.
pub fn check(
    knowledge: &Knowledge,
    file: &Path,
    form: Form,
    picture: Option<&Path>,
    use_: PolicyUse,
    project: Option<&str>,
) -> anyhow::Result<Ended> {
    let sbom = read_file(file)?;
    let report = SbomReport::of(&sbom, &knowledge.policy, &knowledge.licenses, question(use_, project));
    let text = match form {
        Form::People => render(&view::sbom(&report), WIDTH, Look::Plain),
        Form::Json => lines(&report)?,
        Form::Markdown => report.markdown(),
    };
    if let Some(to) = picture {
        fs::write(to, png(&drawing(&report))?).with_context(|| texts::cannot_write(to))?;
    }
    say(&text)?;
    Ok(if report.summary.denied > 0 { Ended::BadInput } else { Ended::Well })
}

/// Writes the attribution file of an SBOM. What is left to do before it is complete is said on standard error too.
///
/// # Errors
/// When the SBOM cannot be read or is none, or the file cannot be written.
pub fn write_notices(args: &NoticesArgs) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(args.knowledge.knowledge.as_deref())?;
    let sbom = read_file(&args.sbom)?;
    let question = question(args.use_, args.project.as_deref());
    let notices = notices(&sbom, &knowledge.policy, &knowledge.licenses, question);
    match &args.out {
        Some(out) => {
            fs::write(out, &notices.text).with_context(|| texts::cannot_write(out))?;
            anstream::eprintln!("{}", texts::written(sbom.components.len(), out));
        }
        None => say(&notices.text)?,
    }
    if notices.to_do > 0 {
        anstream::eprintln!("{}", texts::to_do(notices.to_do));
    }
    Ok(Ended::Well)
}

fn question(use_: PolicyUse, project: Option<&str>) -> Question<'_> {
    Question { use_, project, today: Some(jiff::Zoned::now().date()) }
}

/// Reads no more than an SBOM may have, however large the file is.
fn read_file(file: &Path) -> anyhow::Result<Sbom> {
    let mut bytes = Vec::new();
    let input: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).with_context(|| texts::cannot_read(file))?)
    };
    input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).with_context(|| texts::cannot_read(file))?;
    read(&bytes).with_context(|| texts::cannot_read(file))
}

fn lines(report: &SbomReport) -> anyhow::Result<String> {
    let mut text = String::new();
    for finding in &report.components {
        text.push_str(&serde_json::to_string(finding)?);
        text.push('\n');
    }
    text.push_str(&format!("{{\"summary\":{}}}", serde_json::to_string(&report.summary)?));
    Ok(text)
}

fn drawing(report: &SbomReport) -> Svg {
    let (title, about, all) = view::sbom_chart(report);
    let all: Vec<Bar> = all.into_iter().map(|(label, value, tone)| Bar::new(label, value, tone)).collect();
    bars(&title, &about, &all)
}

fn say(text: &str) -> anyhow::Result<()> {
    match writeln!(anstream::stdout().lock(), "{}", text.trim_end()) {
        // Whoever reads our output has seen enough; the exit code still tells the verdict.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// What is said about SBOMs on the command line.
mod texts {
    use std::path::Path;

    pub(super) fn cannot_read(file: &Path) -> String {
        format!("cannot read {}", file.display())
    }

    pub(super) fn cannot_write(file: &Path) -> String {
        format!("cannot write {}", file.display())
    }

    pub(super) fn written(components: usize, out: &Path) -> String {
        format!("Wrote the notices of {components} components to {}.", out.display())
    }

    pub(super) fn to_do(left: usize) -> String {
        let (things, they) = if left == 1 { ("thing", "it stands") } else { ("things", "they stand") };
        format!("{left} {things} to do before the notices are complete; {they} first in the file.")
    }
}
