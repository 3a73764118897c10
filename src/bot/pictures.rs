//! Results as pictures: plain numbers of the maturity room, drawn by the picture room, with words that stand for them.

use tracing::warn;

use crate::core::message::{Block, Picture};
use crate::maturity::model::Measure;
use crate::maturity::result::Point;
use crate::maturity::{Findings, Model, view};
use crate::picture::svg::Svg;
use crate::picture::{Line, Spoke, course, png, radar};

/// The areas against their targets: a radar for stages, lines of text for what is only met or not.
pub fn standing(findings: &Findings<'_>) -> Block {
    let words = view::standing(findings);
    match findings.model.measure {
        Measure::Stages => picture("maturity.png", words, &radar_of(findings)),
        Measure::Conformance | Measure::Checklist => Block::Code { text: words },
    }
}

/// The course over assessments; nothing before the second.
pub fn over_time(model: &Model, points: &[Point]) -> Option<Block> {
    (points.len() > 1).then(|| picture("course.png", view::course(model, points), &course_of(model, points)))
}

/// A picture that cannot be drawn is still said in words.
fn picture(name: &str, words: String, svg: &Svg) -> Block {
    match png(svg) {
        Ok(png) => Block::Picture(Picture { name: name.to_owned(), words, png }),
        Err(error) => {
            warn!(%error, name, "a picture cannot be drawn");
            Block::Code { text: words }
        }
    }
}

fn rings(model: &Model) -> Vec<&str> {
    model.stages.iter().map(|stage| stage.short.as_str()).collect()
}

/// The radar of a result.
pub fn radar_of(findings: &Findings<'_>) -> Svg {
    let spokes: Vec<Spoke> = findings
        .areas
        .iter()
        .map(|area| Spoke {
            label: area.area.title.clone(),
            value: area.standing.along,
            target: area.target as f64,
            note: view::reached(area),
        })
        .collect();
    radar(&findings.model.title, &view::in_a_line(findings), &rings(findings.model), &spokes)
}

/// The lines of a course.
pub fn course_of(model: &Model, points: &[Point]) -> Svg {
    let moments: Vec<(f64, String)> = points
        .iter()
        .map(|point| {
            (f64::from((point.day - jiff::civil::date(2000, 1, 1)).get_days()), point.day.to_string())
        })
        .collect();
    let lines: Vec<Line> = model
        .areas
        .iter()
        .map(|area| {
            let value = |point: &Point| {
                point.areas.iter().find(|(title, _)| *title == area.title).map(|(_, along)| *along)
            };
            Line { label: area.title.clone(), values: points.iter().map(value).collect() }
        })
        .collect();
    course(&model.title, view::COURSE, &rings(model), &moments, &lines)
}
