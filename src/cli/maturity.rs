//! `ospo maturity`: the assessment without a chat. Answers are kept in a file of their own, or, without `--file`, in the
//! records of the bot, where the chat goes on with them.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use super::start::read_knowledge;
use super::{DataArgs, Ended, KnowledgeArgs, in_runtime};
use crate::bot::coach::{Kept, Shelf, report};
use crate::bot::pictures;
use crate::bot::records;
use crate::bot::records::counsel::{self as kept, Gap, Served};
use crate::bot::unit::{Committer, Unit, read_all};
use crate::chat::console::{Look, render};
use crate::config::Config;
use crate::core::message::{Block, Card, Content};
use crate::core::person::{People, PersonId};
use crate::knowledge::Knowledge;
use crate::maturity::report::period;
use crate::maturity::result::course;
use crate::maturity::view::{self, Detail};
use crate::maturity::{Assessment, Findings, Measure, Model, Roadmap, Targets, answer, markdown, texts};
use crate::picture::png;
use crate::picture::svg::Svg;
use crate::request::Request;
use crate::store::place::StorePlace;

/// The columns in which cards are drawn.
const WIDTH: usize = 80;

/// What `ospo maturity` takes.
#[derive(Debug, Args)]
pub struct MaturityArgs {
    #[command(subcommand)]
    command: MaturityCommand,
}

#[derive(Debug, Subcommand)]
enum MaturityCommand {
    /// The models there are.
    Models(KnowledgeArgs),
    /// Answer one practice after another; `cancel` or the end of input pauses. One answer a line: yes, most, some, no, or
    /// "not applicable because …", with evidence behind it; back, skip.
    Assess {
        #[command(flatten)]
        which: Which,
        /// Only this area.
        #[arg(long)]
        area: Option<String>,
        /// Who answers: the name under [people], or any name in a file.
        #[arg(long = "as", value_name = "PERSON", default_value = "me")]
        by: String,
        /// Close the assessment at the end.
        #[arg(long)]
        finish: bool,
    },
    /// How an assessment stands, and what is missing. For a conformance: exit code 0 when it conforms, 1 when not.
    Result {
        #[command(flatten)]
        which: Which,
        /// Everything, as Markdown.
        #[arg(long)]
        markdown: bool,
        /// Draw the areas against their targets.
        #[arg(long, value_name = "OUT.png")]
        picture: Option<PathBuf>,
        /// Draw the course over all assessments.
        #[arg(long, value_name = "OUT.png")]
        course: Option<PathBuf>,
    },
    /// The report to management from the records of the bot: requests, maturity, roadmap.
    Report {
        /// Of this quarter, written 2026-Q3; without it, of the last three months.
        #[arg(default_value = "")]
        quarter: String,
        /// As Markdown.
        #[arg(long)]
        markdown: bool,
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// The roadmap of the records; from a file, what would be proposed now.
    Roadmap {
        #[command(flatten)]
        which: Which,
        /// As Markdown.
        #[arg(long)]
        markdown: bool,
    },
}

/// Which assessment of which model.
#[derive(Debug, Args)]
struct Which {
    /// The model: five-stages, openchain-5230, openchain-18974, minimum-viable-ospo, or one of your own.
    #[arg(long, default_value = "five-stages")]
    model: String,
    /// Keep the answers in this file instead of the records of the bot.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    knowledge: KnowledgeArgs,
}

/// What was read, from a file or from the records.
struct Desk {
    shelf: Shelf,
    people: People,
    today: Date,
    now: Timestamp,
}

impl Which {
    fn model<'k>(&self, knowledge: &'k Knowledge) -> anyhow::Result<&'k Model> {
        knowledge.model(&self.model).ok_or_else(|| {
            let ids: Vec<&str> = knowledge.models.iter().map(|model| model.id.as_str()).collect();
            anyhow!("there is no model `{}`; there are: {}", self.model, ids.join(", "))
        })
    }

    async fn read(&self) -> anyhow::Result<Desk> {
        let (shelf, people) = match &self.file {
            Some(file) => (Shelf { assessments: read_file(file)?, ..Shelf::default() }, People::default()),
            None => {
                let store = self.place()?.open_existing().await?;
                let shelf = Shelf::read(&mut Unit::new(store.as_ref()), store.as_ref()).await?;
                // Names are nice to have: the records can be read without the config.
                let people =
                    Config::read(&self.data.config.config).map(|config| config.people).unwrap_or_default();
                (shelf, people)
            }
        };
        let now = jiff::Zoned::now();
        Ok(Desk { shelf, people, today: now.date(), now: now.timestamp() })
    }

    async fn keep(&self, assessment: Assessment, before: &[Assessment]) -> anyhow::Result<()> {
        match &self.file {
            Some(file) => {
                let mut all: Vec<&Assessment> = before
                    .iter()
                    .filter(|known| (&known.model, known.number) != (&assessment.model, assessment.number))
                    .collect();
                all.push(&assessment);
                write_whole(file, &serde_json::to_vec_pretty(&all)?)
            }
            None => {
                let store = self.place()?.open_existing().await?;
                let mut unit = Unit::new(store.as_ref());
                Shelf::read(&mut unit, store.as_ref()).await?;
                Kept::Assessment(assessment).write(&mut unit)?;
                Committer::new(1).commit(unit, Vec::new(), "command line", Timestamp::now()).await?;
                Ok(())
            }
        }
    }

    fn place(&self) -> anyhow::Result<StorePlace> {
        self.data.place().context("without --file the records of the bot are read")
    }
}

/// Runs `ospo maturity …`.
///
/// # Errors
/// When the knowledge, the file or the records cannot be read or written.
pub fn run(args: MaturityArgs) -> anyhow::Result<Ended> {
    match args.command {
        MaturityCommand::Models(args) => {
            let knowledge = read_knowledge(args.knowledge.as_deref())?;
            let all: Vec<(&Model, Option<&Assessment>)> =
                knowledge.models.iter().map(|model| (model, None)).collect();
            print(&view::models(&all));
            Ok(Ended::Well)
        }
        MaturityCommand::Assess { which, area, by, finish } => {
            in_runtime(async || assess(&which, area.as_deref(), &PersonId(by.clone()), finish).await)
        }
        MaturityCommand::Result { which, markdown, picture, course } => {
            in_runtime(async || result(&which, markdown, picture.as_deref(), course.as_deref()).await)
        }
        MaturityCommand::Report { quarter, markdown, data, knowledge } => {
            in_runtime(async || write_report(&quarter, markdown, &data, &knowledge).await)
        }
        MaturityCommand::Roadmap { which, markdown } => in_runtime(async || roadmap(&which, markdown).await),
    }
}

async fn assess(which: &Which, area: Option<&str>, by: &PersonId, finish: bool) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(which.knowledge.knowledge.as_deref())?;
    let model = which.model(&knowledge)?;
    let desk = which.read().await?;
    let areas = match area.map(|area| model.area_named(area)) {
        None => Vec::new(),
        Some(Ok(area)) => vec![area.id.clone()],
        Some(Err(known)) => bail!("there is no such area; there are: {}", known.join(", ")),
    };
    let mut assessment = match desk.shelf.newest(model) {
        Some(open) if open.is_open() => open.clone(),
        Some(last) => last.following(model, by.clone(), desk.now),
        None => Assessment::new(1, model, by.clone(), desk.now),
    };
    let mut ended = Ended::Well;
    let mut asked: Vec<String> = Vec::new();
    let mut lines = std::io::stdin().lock().lines();
    let mut next = assessment.next(model, &areas, None);
    while let Some(practice) = next {
        anstream::println!();
        print(&view::question(model, &assessment, practice, &desk.people));
        if std::io::stdin().is_terminal() {
            anstream::print!("> ");
            std::io::stdout().flush()?;
        }
        let Some(line) = lines.next() else { break };
        let line = line.context("cannot read standard input")?;
        let back = match line.trim() {
            "cancel" => break,
            "back" => asked.pop().and_then(|id| model.practice(&id)),
            _ => None,
        };
        if let Some(back) = back {
            next = Some(back);
            continue;
        }
        if line.trim() != "skip" {
            let taken = answer::read(&line).map_err(|_| texts::answers(model).to_owned()).and_then(|given| {
                let now = Timestamp::now();
                assessment.answer(model, &practice.id, given, by.clone(), now).map_err(|why| why.to_string())
            });
            if let Err(why) = taken {
                anstream::eprintln!("{}: {why}", line.trim().chars().take(80).collect::<String>());
                ended = Ended::BadInput;
                continue;
            }
            which.keep(assessment.clone(), &desk.shelf.assessments).await?;
        }
        asked.push(practice.id.clone());
        next = assessment.next(model, &areas, Some(&practice.id)).filter(|next| next.id != practice.id);
    }
    if finish {
        assessment.close(model, by.clone(), Timestamp::now())?;
        which.keep(assessment.clone(), &desk.shelf.assessments).await?;
    }
    let (answered, all) = assessment.progress(model, None);
    anstream::println!("{answered} of {all} answered.");
    Ok(ended)
}

async fn result(
    which: &Which,
    as_markdown: bool,
    picture: Option<&Path>,
    course_to: Option<&Path>,
) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(which.knowledge.knowledge.as_deref())?;
    let model = which.model(&knowledge)?;
    let desk = which.read().await?;
    let Some(assessment) = desk.shelf.newest(model) else {
        bail!(
            "`{}` was not assessed yet; begin with `ospo maturity assess --model {}`",
            model.title,
            model.id
        );
    };
    let targets = desk.shelf.targets_of(model);
    let findings = Findings::of(model, assessment, &targets);
    let comparison = desk.shelf.before(model).map(|before| findings.since(assessment, before, &targets));
    let charts = vec![Block::Code { text: view::standing(&findings) }];
    let detail = if as_markdown { Detail::Full } else { Detail::Short };
    let card = view::result(&findings, assessment, charts, comparison.as_ref(), &desk.people, detail);
    show(card, as_markdown);
    if let Some(to) = picture {
        if model.measure != Measure::Stages {
            bail!("a conformance or a checklist is met or not; there is no picture of it");
        }
        draw(to, &pictures::radar_of(&findings))?;
    }
    if let Some(to) = course_to {
        let all: Vec<Assessment> = desk.shelf.of(model).cloned().collect();
        let points = course(model, &all, desk.today);
        if points.is_empty() {
            bail!("only a model of stages has a course");
        }
        draw(to, &pictures::course_of(model, &points))?;
    }
    let conforms = model.measure != Measure::Conformance || findings.conformant();
    Ok(if conforms { Ended::Well } else { Ended::BadInput })
}

async fn write_report(
    quarter: &str,
    as_markdown: bool,
    data: &DataArgs,
    knowledge: &KnowledgeArgs,
) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(knowledge.knowledge.as_deref())?;
    let today = jiff::Zoned::now().date();
    let period = period(quarter, today)?;
    let store = data.place()?.open_existing().await?;
    let shelf = Shelf::read(&mut Unit::new(store.as_ref()), store.as_ref()).await?;
    let requests = read_all::<Request>(store.as_ref(), records::all_requests()).await?;
    let requests: Vec<Request> = requests.into_iter().map(|(_, _, request)| request).collect();
    let people = Config::read(&data.config.config).map(|config| config.people).unwrap_or_default();
    let gaps = read_all::<Gap>(store.as_ref(), kept::all_gaps()).await?;
    let gaps: Vec<Gap> = gaps.into_iter().map(|(_, _, gap)| gap).collect();
    let served = read_all::<Served>(store.as_ref(), kept::all_served()).await?;
    let served: Vec<Served> = served.into_iter().map(|(_, _, served)| served).collect();
    let report = report(knowledge.maturity_model(), &shelf, &requests, &gaps, &served, period, today);
    let charts = report.maturity.as_ref().map(|(findings, _)| Block::Code { text: view::standing(findings) });
    show(view::report(&report, charts.into_iter().collect(), &people), as_markdown);
    Ok(Ended::Well)
}

async fn roadmap(which: &Which, as_markdown: bool) -> anyhow::Result<Ended> {
    let knowledge = read_knowledge(which.knowledge.knowledge.as_deref())?;
    let model = which.model(&knowledge)?;
    let desk = which.read().await?;
    let mut roadmap = desk.shelf.roadmap.clone();
    if which.file.is_some() {
        // A company without an office begins with everything missing: that is its starter roadmap.
        let none = Assessment::new(1, model, PersonId("me".to_owned()), desk.now);
        let assessment = desk.shelf.newest(model).unwrap_or(&none);
        let findings = Findings::of(model, assessment, &Targets::default());
        roadmap = Roadmap::default();
        roadmap.propose(&findings, desk.today, &assessment.begun_by, desk.now);
    }
    show(view::roadmap(&roadmap, &desk.people, desk.today), as_markdown);
    Ok(Ended::Well)
}

/// A card on the command line has nothing to press.
fn show(mut card: Card, as_markdown: bool) {
    card.buttons.clear();
    card.reactions.clear();
    if as_markdown {
        anstream::println!("{}", markdown::of(&card).trim_end());
    } else {
        print(&card.into());
    }
}

fn print(content: &Content) {
    let mut content = content.clone();
    if let Content::Text(text) = &mut content {
        text.buttons.clear();
    }
    anstream::println!("{}", render(&content, WIDTH, Look::Plain).trim_end());
}

/// The assessments of a file; none when there is no file yet.
fn read_file(file: &Path) -> anyhow::Result<Vec<Assessment>> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} holds no assessments of ospo; name another file", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

fn draw(to: &Path, svg: &Svg) -> anyhow::Result<()> {
    fs::write(to, png(svg)?).with_context(|| format!("cannot write {}", to.display()))
}

/// Puts a whole new file in the place of the old one, so that a crash leaves one of the two.
fn write_whole(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    new.write_all(bytes).with_context(cannot)?;
    new.as_file().sync_all().with_context(cannot)?;
    new.persist(file).with_context(cannot)?;
    Ok(())
}
