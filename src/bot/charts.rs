//! Reports as people read them in chat: in words, and as a picture.

use crate::core::message::{Block, Content, Field, Picture, Span, Text};
use crate::core::person::People;
use crate::picture::svg::Color;
use crate::picture::{Bar, bars, png};
use crate::request::Status;
use crate::request::report::{Kind, Report, Spread, in_words};
use crate::request::texts::status;

/// The most reviewers that are shown.
const MOST_REVIEWERS: usize = 15;

/// How requests went.
pub fn report(report: &Report, people: &People) -> Content {
    let mut blocks = vec![Block::spans([
        Span::strong("Requests: "),
        Span::text(format!("{} in all, {} open.", report.total, open(report))),
    ])];
    blocks.extend(report.kinds.iter().map(kind));
    let ages = report.open;
    blocks.push(Block::line(format!(
        "Open by age: {} up to 2 days, {} up to a week, {} up to 30 days, {} longer.",
        ages.fresh, ages.week, ages.month, ages.older
    )));
    let mut load: Vec<_> = report.load.iter().collect();
    load.sort_by_key(|(person, load)| (std::cmp::Reverse(load.waiting), *person));
    let item = |(person, load): &(&crate::core::person::PersonId, &crate::request::report::Load)| {
        vec![Span::text(format!("{}: {} waiting, {} votes", people.name(person), load.waiting, load.votes))]
    };
    if !load.is_empty() {
        blocks.push(Block::List { items: load.iter().take(MOST_REVIEWERS).map(item).collect() });
    }
    blocks.extend(picture(report).map(Block::Picture));
    Content::Text(Text { blocks, buttons: Vec::new() })
}

fn open(report: &Report) -> usize {
    report.kinds.iter().filter_map(|kind| kind.counts.get(&Status::Open)).sum()
}

fn kind(kind: &Kind) -> Block {
    let counts: Vec<String> =
        kind.counts.iter().map(|(stands, count)| format!("{count} {}", status(*stands))).collect();
    let mut fields = vec![
        Field::new(&kind.title, counts.join(", ")),
        Field::new("First response", times(kind.first_response)),
        Field::new("Decision", times(kind.decision)),
    ];
    fields.extend(kind.stages.iter().map(|(label, spread)| Field::new(label, times(*spread))));
    Block::Fields { fields }
}

fn times(spread: Spread) -> String {
    match spread.count {
        0 => "none yet".to_owned(),
        count => format!("median {}, p90 {} (of {count})", in_words(spread.median), in_words(spread.p90)),
    }
}

fn color(status: Status) -> Color {
    match status {
        Status::Open => Color::Amber,
        Status::Approved | Status::Completed => Color::Green,
        Status::Rejected => Color::Red,
        Status::Withdrawn | Status::Expired => Color::Gray,
    }
}

/// How many stand how, as bars; none if it cannot be drawn, since the words say it all.
pub fn picture(report: &Report) -> Option<Picture> {
    const ALL: [Status; 6] = [
        Status::Open,
        Status::Approved,
        Status::Completed,
        Status::Rejected,
        Status::Withdrawn,
        Status::Expired,
    ];
    let count = |stands: Status| report.kinds.iter().filter_map(|kind| kind.counts.get(&stands)).sum();
    let drawn: Vec<Bar> = ALL
        .into_iter()
        .map(|stands| Bar { label: status(stands).to_owned(), value: count(stands), color: color(stands) })
        .collect();
    let words =
        drawn.iter().map(|bar| format!("{:<10} {}", bar.label, bar.value)).collect::<Vec<_>>().join("\n");
    let svg = bars("Requests", &format!("{} in all, {} open", report.total, open(report)), &drawn);
    let png = png(&svg).ok()?;
    Some(Picture { name: "requests.png".to_owned(), words, png })
}
