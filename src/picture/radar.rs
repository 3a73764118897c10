//! A radar chart: several measures at once, each on a spoke of its own, against its target. The value stands beside
//! every name, so that neither color nor a ruler is needed to read it.

use super::svg::{Anchor, Color, Svg, in_lines, short};

/// One measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoke {
    /// What it measures.
    pub label: String,
    /// How far it is, from 0 to the number of rings.
    pub value: f64,
    /// How far is far enough.
    pub target: f64,
    /// What stands under its name: `2 of 3`.
    pub note: String,
}

const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;
const MARGIN: f64 = 24.0;
const CENTER: (f64, f64) = (400.0, 310.0);
const RADIUS: f64 = 172.0;
/// How far the names are from the outermost ring.
const APART: f64 = 16.0;
/// The most characters that fit.
const TITLE: usize = 46;
const SUBTITLE: usize = 88;
const LABEL: usize = 22;
const NOTE: usize = 26;
const RINGS: usize = 62;

/// Draws spokes under a headline and a line about it. `rings` names the steps from the middle outward. Fewer than three
/// spokes make no shape; then only the names are drawn.
pub fn radar(title: &str, subtitle: &str, rings: &[&str], spokes: &[Spoke]) -> Svg {
    let mut svg = Svg::panel(WIDTH, HEIGHT);
    svg.text((MARGIN, 38.0), 22, Anchor::Start, Color::Ink, &short(title, TITLE));
    svg.text((MARGIN, 62.0), 13, Anchor::Start, Color::Faint, &short(subtitle, SUBTITLE));
    let steps = rings.len().max(1) as f64;
    let all = |value: f64| -> Vec<(f64, f64)> {
        (0..spokes.len()).map(|n| at(n, spokes.len(), value / steps * RADIUS)).collect()
    };
    for ring in 1..=rings.len() {
        let points = all(ring as f64);
        for (n, from) in points.iter().enumerate() {
            svg.line(*from, points[(n + 1) % points.len()], Color::Groove);
        }
    }
    for (n, spoke) in spokes.iter().enumerate() {
        svg.line(CENTER, at(n, spokes.len(), RADIUS), Color::Groove);
        let (x, y) = at(n, spokes.len(), RADIUS + APART);
        let anchor = match x - CENTER.0 {
            right if right > 1.0 => Anchor::Start,
            left if left < -1.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        // Above the chart both lines stand over the point, below it both hang under it, beside it they straddle it.
        let down = y - CENTER.1;
        let first = if down < -RADIUS * 0.9 {
            y - 20.0
        } else if down > RADIUS * 0.9 {
            y + 10.0
        } else {
            y - 2.0
        };
        svg.text((x, first), 15, anchor, Color::Ink, &short(&spoke.label, LABEL));
        svg.text((x, first + 17.0), 12, anchor, Color::Faint, &short(&spoke.note, NOTE));
    }
    let reach = |of: fn(&Spoke) -> f64| -> Vec<(f64, f64)> {
        let along =
            |value: f64| if value.is_finite() { value.clamp(0.0, steps) / steps * RADIUS } else { 0.0 };
        spokes.iter().enumerate().map(|(n, spoke)| at(n, spokes.len(), along(of(spoke)))).collect()
    };
    if spokes.len() > 2 {
        let values = reach(|spoke| spoke.value);
        svg.shape(&values, Color::Blue);
        svg.limit(&reach(|spoke| spoke.target), Color::Amber);
        for point in values {
            svg.mark(point, super::svg::Mark::Dot, Color::Blue);
        }
    }
    for ring in 1..=rings.len() {
        // Along the first spoke; what the numbers mean stands below.
        let (x, y) = at(0, spokes.len(), ring as f64 / steps * RADIUS);
        svg.tag((x - 9.0, y + 4.0), 11, Anchor::End, Color::Faint, &ring.to_string());
    }
    legend(&mut svg, rings);
    svg
}

fn legend(svg: &mut Svg, rings: &[&str]) {
    let y = f64::from(HEIGHT) - 26.0;
    svg.shape(
        &[(MARGIN, y - 10.0), (MARGIN + 30.0, y - 10.0), (MARGIN + 30.0, y + 2.0), (MARGIN, y + 2.0)],
        Color::Blue,
    );
    svg.text((MARGIN + 38.0, y), 13, Anchor::Start, Color::Ink, "now");
    let dash = MARGIN + 90.0;
    svg.limit(&[(dash, y - 4.0), (dash + 34.0, y - 4.0)], Color::Amber);
    svg.text((dash + 42.0, y), 13, Anchor::Start, Color::Ink, "target: far enough");
    let names: Vec<String> =
        rings.iter().enumerate().map(|(ring, name)| format!("{} {name}", ring + 1)).collect();
    let lines = in_lines(names.iter().map(String::as_str), " · ", RINGS, 2);
    for (above, line) in lines.iter().rev().enumerate() {
        let y = y - above as f64 * 17.0;
        svg.text((f64::from(WIDTH) - MARGIN, y), 12, Anchor::End, Color::Faint, line);
    }
}

/// The point on a spoke at a distance from the middle; the first spoke points up, the rest follow clockwise.
fn at(spoke: usize, of: usize, distance: f64) -> (f64, f64) {
    let angle = spoke as f64 / of.max(1) as f64 * std::f64::consts::TAU;
    (CENTER.0 + angle.sin() * distance, CENTER.1 - angle.cos() * distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::png;

    fn spoke(label: &str, value: f64) -> Spoke {
        Spoke { label: label.to_owned(), value, target: 3.0, note: format!("{value} of 3") }
    }

    #[test]
    fn every_measure_has_its_name_and_value() {
        let spokes = [spoke("Compliance", 2.0), spoke("Security", 1.5), spoke("Education", 0.0)];
        let svg = radar("Maturity", "sample", &["Awareness", "Ad hoc", "Managed"], &spokes).finish();
        for expected in [">Compliance<", ">2 of 3<", ">Security<", "3 Managed<", ">now<"] {
            assert!(svg.contains(expected), "{expected} in {svg}");
        }
    }

    #[test]
    fn hostile_words_and_numbers_still_make_a_picture() {
        let hostile = "<image href='x'/>]]>\u{0}".repeat(100);
        for value in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            let spokes: Vec<Spoke> = (0..9).map(|_| spoke(&hostile, value)).collect();
            assert!(png(&radar(&hostile, &hostile, &[&hostile, "b"], &spokes)).is_ok(), "{value}");
        }
        assert!(png(&radar("", "", &[], &[])).is_ok());
        assert!(png(&radar("", "", &["a"], &[spoke("one", 1.0)])).is_ok());
    }
}
