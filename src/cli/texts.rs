//! What the command line says of requests and their rules.

use std::fmt::Write;

use crate::core::person::People;
use crate::request::report::{Report, Spread, in_words};
use crate::request::tally::StageStatus;
use crate::request::texts::{refused, stage, status};
use crate::request::trial::{Replayed, Trial, Tried, Verdict};
use crate::request::{Choice, Happened, Request, Workflow};

/// The rules, as they are read.
pub fn rules(workflows: &[Workflow], people: &People) -> String {
    let mut said = String::new();
    for workflow in workflows {
        let version = &workflow.rules.version;
        let _ = writeln!(said, "{} ({}), rules {version}", workflow.form.title, workflow.command);
        for rule in &workflow.rules.automatic {
            let _ = writeln!(said, "  by itself: {}, when {}", rule.label, rule.when);
        }
        for stage in &workflow.rules.stages {
            let have = people.members(&stage.role).count();
            let _ =
                write!(said, "  {}: {} of the {have} with the role {}", stage.label, stage.needs, stage.role);
            if !stage.after.is_empty() {
                let _ = write!(said, ", after {}", stage.after.join(" and "));
            }
            if !stage.distinct_from.is_empty() {
                let _ = write!(said, ", others than in {}", stage.distinct_from.join(" and "));
            }
            if let Some(condition) = &stage.when {
                let _ = write!(said, ", when {condition}");
            }
            let _ = writeln!(said);
        }
    }
    said + "Sound: every rule can be met.\n"
}

/// What votes would lead to.
pub fn simulated(request: &Request, trials: &[Trial], tried: &[Tried], people: &People) -> String {
    let mut said = format!("{} is {} now. Nothing is changed by this.\n", request.id, status(request.status));
    for (trial, tried) in trials.iter().zip(tried) {
        let verb = match trial.choice {
            Choice::Approve => "approves",
            Choice::Reject => "rejects",
        };
        let who = people.name(&tried.person);
        let _ = writeln!(said, "\n{who} {verb} ({}):", stage(request, &trial.stage));
        match &tried.result {
            Err(why) => {
                let text = refused(request, why);
                let _ = writeln!(said, "  refused: {}", plain(&text));
            }
            Ok(happened) => {
                for what in happened {
                    let _ = writeln!(said, "  {}", happens(request, what));
                }
            }
        }
        for (place, words) in &tried.told {
            let _ = writeln!(said, "  tells {place}: {words}");
        }
        let _ = writeln!(said, "  then it is {}", status(tried.status));
    }
    said
}

fn plain(text: &crate::core::message::Text) -> String {
    use crate::core::message::{Block, Span};
    let word = |span: &Span| match span {
        Span::Text { text } | Span::Strong { text } | Span::Faint { text } | Span::Code { text } => {
            text.clone()
        }
        Span::Link { label, .. } => label.clone(),
    };
    let block = |block: &Block| match block {
        Block::Paragraph { spans } => spans.iter().map(word).collect(),
        _ => String::new(),
    };
    text.blocks.iter().map(block).collect::<Vec<_>>().join(" ")
}

fn happens(request: &Request, what: &Happened) -> String {
    match what {
        Happened::Voted { stage: id, .. } => format!("the vote counts in {}", stage(request, id)),
        Happened::NotTwice { stage: id, other } => {
            format!("does not count in {}: they approved in {}", stage(request, id), stage(request, other))
        }
        Happened::Opened { stage: id } => format!("{} begins", stage(request, id)),
        Happened::Settled(stands) => format!("decided: {}", status(*stands)),
        other => format!("{other:?}"),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved by votes",
        Verdict::Automatic => "approved by the rules alone",
        Verdict::Rejected => "rejected",
        Verdict::Undecided => "not decided",
    }
}

/// Which outcomes would change.
pub fn replayed(all: usize, tried: usize, changed: &[(&Request, Replayed)]) -> String {
    let mut said = format!(
        "{all} requests, {tried} of them decided by rules or open; {} would stand differently.\n",
        changed.len()
    );
    for (request, replayed) in changed {
        let _ = writeln!(
            said,
            "{} {}: {} → {}",
            request.id,
            request.summary,
            verdict(replayed.was),
            verdict(replayed.would_be)
        );
        for (label, stands) in &replayed.stages {
            let stands = match stands {
                StageStatus::Skipped => "skipped".to_owned(),
                StageStatus::Error(why) => format!("error: {why}"),
                StageStatus::Waiting => "waits for others".to_owned(),
                StageStatus::Pending => "not enough votes".to_owned(),
                StageStatus::Approved => "approved".to_owned(),
                StageStatus::Rejected => "rejected".to_owned(),
            };
            let _ = writeln!(said, "    {label}: {stands}");
        }
    }
    said
}

/// How requests went.
pub fn report(report: &Report, people: &People) -> String {
    let mut said = format!("{} requests\n", report.total);
    for kind in &report.kinds {
        let counts: Vec<String> =
            kind.counts.iter().map(|(stands, count)| format!("{count} {}", status(*stands))).collect();
        let _ = writeln!(said, "\n{}: {}", kind.title, counts.join(", "));
        let _ = writeln!(said, "  first response: {}", times(kind.first_response));
        let _ = writeln!(said, "  decision:       {}", times(kind.decision));
        for (label, spread) in &kind.stages {
            let _ = writeln!(said, "  {label}: {}", times(*spread));
        }
    }
    let ages = report.open;
    let _ = writeln!(
        said,
        "\nOpen by age: {} up to 2 days, {} up to a week, {} up to 30 days, {} longer",
        ages.fresh, ages.week, ages.month, ages.older
    );
    for (person, load) in &report.load {
        let _ = writeln!(said, "  {}: {} waiting, {} votes", people.name(person), load.waiting, load.votes);
    }
    said
}

fn times(spread: Spread) -> String {
    match spread.count {
        0 => "none yet".to_owned(),
        count => format!("median {}, p90 {} (of {count})", in_words(spread.median), in_words(spread.p90)),
    }
}
