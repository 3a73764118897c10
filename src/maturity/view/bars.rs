//! How everything stands, in lines of fixed width: what a picture shows, for those who cannot see one.

use super::super::model::{Measure, Model};
use super::super::result::{AreaResult, Findings, Point, Standing};
use super::super::texts;

/// `███████░░░`: how far along; as short as leaves room for the name of a stage.
fn bar(along: f64, of: usize) -> String {
    const CELLS: usize = 10;
    let part = if of == 0 { 0.0 } else { (along / of as f64).clamp(0.0, 1.0) };
    let full = (part * CELLS as f64).floor() as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(CELLS - full))
}

fn row(model: &Model, name: &str, standing: &Standing, target: Option<usize>) -> String {
    let aim = match target {
        Some(target) if standing.reached >= target => " ✓".to_owned(),
        Some(target) => format!(" → {target}"),
        None => String::new(),
    };
    let short = model.stage(standing.reached).map_or("not begun", |stage| stage.short.as_str());
    format!("{name:<22} {} {} {short}{aim}", bar(standing.along, model.stages.len()), standing.reached)
}

/// How every area stands, in lines of fixed width: bars for stages; for a conformance or a checklist, what is open.
pub fn standing(findings: &Findings<'_>) -> String {
    match findings.model.measure {
        Measure::Stages => stages(findings),
        Measure::Conformance | Measure::Checklist => verdict(findings),
    }
}

/// The whole in a line.
pub fn in_a_line(findings: &Findings<'_>) -> String {
    let (answered, all) = findings.answered;
    format!("Overall: {}. {answered} of {all} answered.", texts::stage(findings.model, findings.overall))
}

/// `stage 2, target 3`.
pub fn reached(area: &AreaResult<'_>) -> String {
    format!("stage {}, target {}", area.standing.reached, area.target)
}

/// What the picture of a course says of itself.
pub const COURSE: &str = "How far each area was along the stages, by assessment.";

/// The course in lines of fixed width.
pub fn course(model: &Model, points: &[Point]) -> String {
    let days = points.iter().map(|point| format!("{:>12}", point.day.to_string()));
    let head = format!("{:<22}{}", "", days.collect::<String>());
    let rows = model.areas.iter().map(|area| {
        let value = |point: &Point| {
            point.areas.iter().find(|(title, _)| *title == area.title).map(|(_, along)| *along)
        };
        let values = points.iter().map(|point| match value(point) {
            Some(along) => format!("{along:>12.1}"),
            None => format!("{:>12}", "-"),
        });
        format!("{:<22}{}", area.title, values.collect::<String>())
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn stages(findings: &Findings<'_>) -> String {
    let model = findings.model;
    let mut rows: Vec<String> = findings
        .areas
        .iter()
        .map(|area| row(model, &area.area.title, &area.standing, Some(area.target)))
        .collect();
    rows.push(String::new());
    rows.extend(findings.layers.iter().map(|(layer, standing)| row(model, layer.title(), standing, None)));
    rows.push(String::new());
    rows.push(format!("Overall: {}", texts::stage(model, findings.overall)));
    rows.join("\n")
}

/// Conformant or not, done or not; never a share of a conformance.
fn verdict(findings: &Findings<'_>) -> String {
    let model = findings.model;
    let mark = |standing: &Standing| if standing.holding.0 == standing.holding.1 { "✓" } else { "·" };
    let head = match (model.measure, findings.conformant(), findings.gaps.len()) {
        (Measure::Conformance, true, _) => "Conformant: every requirement is met.".to_owned(),
        (Measure::Conformance, false, open) => {
            format!("Not conformant: {} open. All must be met.", texts::count(open, "requirement"))
        }
        (_, true, _) => "Complete: everything is in place.".to_owned(),
        (_, false, open) => format!("{} to go.", texts::count(open, "thing")),
    };
    let rows = findings.areas.iter().map(|area| {
        let (holding, of) = area.standing.holding;
        let open = if holding == of { String::new() } else { format!("{} open", of - holding) };
        format!("{} {:<44} {open}", mark(&area.standing), area.area.title).trim_end().to_owned()
    });
    let text = std::iter::once(head).chain(std::iter::once(String::new())).chain(rows);
    text.collect::<Vec<_>>().join("\n")
}
