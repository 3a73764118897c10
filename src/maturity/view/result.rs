//! The result of an assessment: what is missing, what is going wrong, what changed, who said so.

use super::super::assessment::Assessment;
use super::super::model::{Measure, Model};
use super::super::result::{Change, Comparison, Findings, Gap, answered_by};
use super::super::texts::{self, words};
use super::{Detail, card, heading};
use crate::core::message::{Block, Button, Card, Span, Tone};
use crate::core::person::People;

/// How an assessment stands: by area and layer, what is missing, what is going wrong, what changed. `charts` come
/// first; [`super::standing`] is the plainest.
pub fn result(
    findings: &Findings<'_>,
    assessment: &Assessment,
    charts: Vec<Block>,
    comparison: Option<&Comparison<'_>>,
    people: &People,
    detail: Detail,
) -> Card {
    let model = findings.model;
    let (answered, all) = findings.answered;
    let tone = match model.measure {
        Measure::Stages => Tone::Info,
        _ if findings.conformant() => Tone::Good,
        _ => Tone::Waiting,
    };
    let mut blocks = charts;
    blocks.extend(missing(findings, detail));
    if !findings.antipatterns.is_empty() {
        blocks.push(heading("What the answers show"));
        let items = findings.antipatterns.iter().map(|antipattern| {
            let mut spans = vec![
                Span::strong(antipattern.title.clone()),
                Span::text(format!(": {} ", antipattern.meaning)),
                Span::text(format!("The way out: {}", antipattern.way_out)),
            ];
            spans.extend(
                antipattern.articles.first().map(|article| Span::faint(format!(" (answer {article})"))),
            );
            spans
        });
        blocks.push(Block::List { items: items.collect() });
    }
    blocks.extend(comparison.into_iter().flat_map(|comparison| changes(model, comparison, people, detail)));
    if detail == Detail::Full {
        blocks.extend(by_whom(model, assessment, people));
    }
    let mut card = card(vec![Span::strong(model.title.clone())], tone, blocks);
    if assessment.is_open() {
        card.buttons = vec![
            Button::new("Go on answering", format!("maturity assess {}", model.id)),
            Button::new("Close it", format!("maturity finish {}", model.id)),
        ];
    } else if !findings.gaps.is_empty() {
        card.buttons = vec![Button::new("Propose a roadmap", format!("roadmap propose {}", model.id))];
    }
    let state = match &assessment.closed {
        Some(closed) => format!("closed {} by {}", closed.at.strftime("%Y-%m-%d"), people.name(&closed.by)),
        None => format!("open since {}", assessment.begun.strftime("%Y-%m-%d")),
    };
    card.footer = vec![Span::faint(format!(
        "Assessment {}, {state}; {answered} of {all} answered; model version {}.",
        assessment.number, model.version
    ))];
    card
}

/// How many gaps a card names.
const GAPS_ON_A_CARD: usize = 6;

fn missing(findings: &Findings<'_>, detail: Detail) -> Vec<Block> {
    let model = findings.model;
    // For a stage model only the next stage of each area counts: what is further is not near.
    let near: Vec<&Gap<'_>> = match (model.measure, detail) {
        (Measure::Stages, Detail::Short) => {
            let next = |gap: &&Gap<'_>| {
                findings.areas.iter().any(|area| findings.next_of(area).any(|near| near == *gap))
            };
            findings.gaps.iter().filter(next).collect()
        }
        _ => findings.gaps.iter().collect(),
    };
    if near.is_empty() {
        let words = match model.measure {
            Measure::Stages => "Every area has what it aims for.",
            Measure::Conformance | Measure::Checklist => "Nothing is missing.",
        };
        return vec![Block::line(words)];
    }
    let most = if detail == Detail::Full { usize::MAX } else { GAPS_ON_A_CARD };
    let item = |gap: &&Gap<'_>| {
        let area = model.area(&gap.practice.area).map_or("", |area| &area.title);
        let place = gap
            .practice
            .section
            .as_ref()
            .map_or_else(|| area.to_owned(), |section| format!("{area} {section}"));
        let mut spans = vec![
            Span::strong(gap.practice.title.clone()),
            Span::faint(format!(" ({place}, {}) ", texts::answer(gap.answer))),
        ];
        spans.extend(words(&format!("First: {}", gap.practice.first_step)));
        spans
            .extend(gap.practice.articles.first().map(|article| Span::faint(format!(" (answer {article})"))));
        spans
    };
    let mut blocks = vec![
        heading("What is missing, nearest first"),
        Block::List { items: near.iter().take(most).map(item).collect() },
    ];
    if near.len() > most {
        blocks.push(Block::spans([Span::faint(format!("and {} more", near.len() - most))]));
    }
    blocks
}

pub(super) fn changes(
    model: &Model,
    comparison: &Comparison<'_>,
    people: &People,
    detail: Detail,
) -> Vec<Block> {
    if comparison.rose.is_empty() && comparison.fell.is_empty() && comparison.areas.is_empty() {
        return vec![heading("Since the assessment before"), Block::line("Nothing changed.")];
    }
    let mut items: Vec<Vec<Span>> = comparison
        .areas
        .iter()
        .map(|(area, from, to)| {
            let arrow = if to > from { "▲" } else { "▼" };
            vec![
                Span::text(format!("{arrow} ")),
                Span::strong(area.title.clone()),
                Span::text(format!(": {} → {}", texts::stage(model, *from), texts::stage(model, *to))),
            ]
        })
        .collect();
    let most = if detail == Detail::Full { usize::MAX } else { GAPS_ON_A_CARD };
    let all: Vec<(&str, &Change<'_>)> = comparison
        .fell
        .iter()
        .map(|change| ("▼", change))
        .chain(comparison.rose.iter().map(|change| ("▲", change)))
        .collect();
    items.extend(all.iter().take(most).map(|(arrow, change)| {
        let who = change.by.as_ref().map(|by| format!(", {}", people.name(by))).unwrap_or_default();
        vec![
            Span::text(format!("{arrow} {}: ", change.practice.title)),
            Span::text(format!("{} → {}", texts::answer(change.from), texts::answer(change.to))),
            Span::faint(who),
        ]
    }));
    let mut blocks = vec![heading("Since the assessment before"), Block::List { items }];
    if all.len() > most {
        blocks.push(Block::spans([Span::faint(format!("and {} more", all.len() - most))]));
    }
    blocks
}

/// Who answered what, for the full account.
fn by_whom(model: &Model, assessment: &Assessment, people: &People) -> Vec<Block> {
    let mut blocks = vec![heading("Who answered what")];
    for area in &model.areas {
        let names: Vec<String> = answered_by(model, assessment, &area.id)
            .into_iter()
            .map(|(person, count)| format!("{} ({count})", people.name(person)))
            .collect();
        let items: Vec<Vec<Span>> = model
            .asked(Some(&area.id))
            .filter_map(|practice| assessment.answers.get(&practice.id).map(|answered| (practice, answered)))
            .map(|(practice, answered)| {
                let mut spans = vec![
                    Span::text(format!("{}: ", practice.title)),
                    Span::strong(answered.now.given.answer.word()),
                ];
                spans.extend(answered.now.given.note.as_ref().map(|note| Span::text(format!(" ({note})"))));
                spans.push(Span::faint(format!(
                    " {}, {}",
                    people.name(&answered.now.by),
                    answered.now.at.strftime("%Y-%m-%d")
                )));
                spans.extend(answered.before.last().map(|before| {
                    Span::faint(format!(
                        "; before: {} by {}",
                        before.given.answer.word(),
                        people.name(&before.by)
                    ))
                }));
                spans
            })
            .collect();
        if !items.is_empty() {
            blocks.push(Block::line(format!("{}, by {}:", area.title, names.join(", "))));
            blocks.push(Block::List { items });
        }
    }
    blocks
}
