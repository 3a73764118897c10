//! Several measures over time: a line each, with a mark of its own shape on every point and its name at its end.

use super::svg::{Anchor, Color, Mark, Svg, in_lines, short};

/// One measure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it measures.
    pub label: String,
    /// Its value at each moment, from 0 to the number of levels; a moment without one leaves a gap at the beginning.
    pub values: Vec<Option<f64>>,
}

const WIDTH: u32 = 820;
const HEIGHT: u32 = 440;
const MARGIN: f64 = 24.0;
/// The field in which lines are drawn: left, top, right, bottom.
const FIELD: (f64, f64, f64, f64) = (200.0, 88.0, 580.0, 380.0);
/// How far apart names at the end of lines are at least.
const ROW: f64 = 20.0;
/// The most characters that fit.
const TITLE: usize = 48;
const SUBTITLE: usize = 92;
const LABEL: usize = 20;
const LEVEL: usize = 22;
const MOMENT: usize = 10;
/// The room that the name of a moment needs.
const MOMENT_WIDTH: f64 = 76.0;

const LOOKS: [(Color, Mark); 8] = [
    (Color::Blue, Mark::Dot),
    (Color::Amber, Mark::Square),
    (Color::Green, Mark::Up),
    (Color::Red, Mark::Diamond),
    (Color::Purple, Mark::Down),
    (Color::Brown, Mark::Bar),
    (Color::Gray, Mark::Dot),
    (Color::Ink, Mark::Square),
];

/// Draws lines under a headline and a line about it. `levels` names the steps from 1 upward; `moments` are where the
/// points are, each with its place in time (any unit, rising) and its name.
pub fn course(
    title: &str,
    subtitle: &str,
    levels: &[&str],
    moments: &[(f64, String)],
    lines: &[Line],
) -> Svg {
    let mut svg = Svg::panel(WIDTH, HEIGHT);
    svg.text((MARGIN, 38.0), 22, Anchor::Start, Color::Ink, &short(title, TITLE));
    svg.text((MARGIN, 62.0), 13, Anchor::Start, Color::Faint, &short(subtitle, SUBTITLE));
    let (left, _, right, bottom) = FIELD;
    let steps = levels.len().max(1) as f64;
    for level in 0..=levels.len() {
        let y = height(level as f64, steps);
        svg.line((left, y), (right, y), Color::Groove);
        let name = level.checked_sub(1).and_then(|level| levels.get(level)).map_or("not begun", |name| *name);
        svg.text((left - 12.0, y + 4.0), 12, Anchor::End, Color::Faint, &level.to_string());
        let words = in_lines(name.split(' '), " ", LEVEL, 2);
        let first = y + 4.0 - (words.len() - 1) as f64 * 7.5;
        for (line, words) in words.iter().enumerate() {
            let y = first + line as f64 * 15.0;
            svg.text((left - 30.0, y), 12, Anchor::End, Color::Faint, words);
        }
    }
    let across = places(moments);
    // From the newest, which always has its name, each that has room.
    let mut free = f64::INFINITY;
    for ((_, name), x) in moments.iter().zip(&across).rev() {
        if *x <= free {
            svg.text((*x, bottom + 24.0), 12, Anchor::Middle, Color::Faint, &short(name, MOMENT));
            free = x - MOMENT_WIDTH;
        }
    }
    let aside = apart(lines, moments.len(), steps);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let (color, mark) = LOOKS[n % LOOKS.len()];
        let points: Vec<(f64, f64)> = across
            .iter()
            .enumerate()
            .filter_map(|(at, x)| known(line, at).map(|value| (x + aside[at][n], height(value, steps))))
            .collect();
        if points.len() > 1 {
            svg.course(&points, color);
        }
        for point in &points {
            svg.mark(*point, mark, color);
        }
        ends.extend(points.last().map(|(_, y)| (*y, n)));
    }
    names(&mut svg, ends, lines);
    svg
}

/// The value of a line at a moment, if it has one that can be drawn.
fn known(line: &Line, moment: usize) -> Option<f64> {
    line.values.get(moment).copied().flatten().filter(|value| value.is_finite())
}

/// How far each mark moves to the side, by moment and line, so that those that meet stand beside one another.
fn apart(lines: &[Line], moments: usize, steps: f64) -> Vec<Vec<f64>> {
    const BESIDE: f64 = 11.0;
    let at_moment = |at: usize| {
        let mut here: Vec<(f64, usize)> = lines
            .iter()
            .enumerate()
            .filter_map(|(n, line)| known(line, at).map(|value| (height(value, steps), n)))
            .collect();
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut aside = vec![0.0; lines.len()];
        for group in here.chunk_by(|a, b| b.0 - a.0 < BESIDE) {
            let middle = (group.len() - 1) as f64 / 2.0;
            for (place, (_, n)) in group.iter().enumerate() {
                aside[*n] = (place as f64 - middle) * BESIDE;
            }
        }
        aside
    };
    (0..moments).map(at_moment).collect()
}

/// The name of each line at its end, moved apart where lines meet, and tied to its end by a thin line.
fn names(svg: &mut Svg, mut ends: Vec<(f64, usize)>, lines: &[Line]) {
    let (_, top, right, bottom) = FIELD;
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rows: Vec<f64> = Vec::new();
    for (y, _) in &ends {
        let least = rows.last().map_or(top, |before| before + ROW);
        rows.push(y.max(least));
    }
    // What was pushed out at the bottom pushes back up.
    let mut most = bottom + 8.0;
    for row in rows.iter_mut().rev() {
        *row = row.min(most);
        most = *row - ROW;
    }
    for ((y, n), row) in ends.iter().zip(rows) {
        let (color, mark) = LOOKS[n % LOOKS.len()];
        svg.line((right + 8.0, *y), (right + 34.0, row), Color::Faint);
        svg.mark((right + 42.0, row), mark, color);
        svg.text((right + 54.0, row + 5.0), 13, Anchor::Start, Color::Ink, &short(&lines[*n].label, LABEL));
    }
}

fn height(value: f64, steps: f64) -> f64 {
    let (_, top, _, bottom) = FIELD;
    bottom - value.clamp(0.0, steps) / steps * (bottom - top)
}

/// Where moments stand from left to right: apart by their time, and by a third of an even share, so that those of one day
/// stand beside one another; a single one stands in the middle.
fn places(moments: &[(f64, String)]) -> Vec<f64> {
    let (left, _, right, _) = FIELD;
    let (from, to) = (left + 44.0, right - 30.0);
    let between = |two: &[(f64, String)]| (two[1].0 - two[0].0).max(0.0);
    let gaps: Vec<f64> = moments.windows(2).map(between).collect();
    let (all, even) = (gaps.iter().sum::<f64>(), 1.0 / gaps.len().max(1) as f64);
    let share = |gap: &f64| {
        let by_time = gap / all;
        if by_time.is_finite() { even / 3.0 + by_time * 2.0 / 3.0 } else { even }
    };
    match gaps.is_empty() {
        true => vec![(from + to) / 2.0; moments.len()],
        false => {
            let along = gaps.iter().scan(0.0, |along, gap| {
                *along += share(gap);
                Some(*along)
            });
            std::iter::once(0.0).chain(along).map(|part| from + part.min(1.0) * (to - from)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::png;

    fn moments(count: usize) -> Vec<(f64, String)> {
        (0..count).map(|n| (n as f64, format!("2026-{:02}", n + 1))).collect()
    }

    #[test]
    fn every_line_has_its_name_and_the_newest_moment_its_day() {
        let lines = [
            Line { label: "Compliance".to_owned(), values: vec![Some(1.0), Some(2.0), Some(2.5)] },
            Line { label: "Security".to_owned(), values: vec![None, Some(2.0), Some(2.5)] },
        ];
        let svg = course("Course", "sample", &["Awareness", "Ad hoc"], &moments(3), &lines).finish();
        for expected in
            [">Compliance<", ">Security<", ">2026-03<", ">Awareness<", ">1<", ">not begun<", ">0<"]
        {
            assert!(svg.contains(expected), "{expected} in {svg}");
        }
    }

    #[test]
    fn moments_of_one_day_stand_beside_one_another_each_with_its_name() {
        let day = |at: f64| (at, "2026-11-26".to_owned());
        let apart = |moments: &[(f64, String)]| {
            let places = places(moments);
            places.windows(2).map(|two| two[1] - two[0]).fold(f64::INFINITY, f64::min)
        };
        assert!(apart(&[day(1.0), day(1.0)]) > MOMENT_WIDTH);
        assert!(apart(&[day(0.0), day(90.0), day(90.0)]) > 50.0);
        let svg = course("", "", &["a"], &[day(1.0), day(1.0)], &[]).finish();
        assert_eq!(svg.matches(">2026-11-26<").count(), 2, "{svg}");
    }

    #[test]
    fn names_of_lines_that_meet_stand_apart() {
        let lines: Vec<Line> =
            (0..8).map(|n| Line { label: format!("line {n}"), values: vec![Some(0.0)] }).collect();
        let svg = course("", "", &["a"], &moments(1), &lines).finish();
        let mut rows: Vec<f64> = svg
            .lines()
            .filter(|line| line.contains(">line "))
            .map(|line| line.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        rows.sort_by(f64::total_cmp);
        assert!(rows.windows(2).all(|two| two[1] - two[0] >= ROW - 0.2), "{rows:?}");
        assert!(rows.iter().all(|row| *row > 60.0 && *row < 440.0), "{rows:?}");
    }

    #[test]
    fn hostile_words_and_numbers_still_make_a_picture() {
        let hostile = "<image href='x'/>]]>\u{0}".repeat(100);
        let lines: Vec<Line> = [f64::NAN, f64::INFINITY, -5.0, 1e300]
            .into_iter()
            .map(|value| Line { label: hostile.clone(), values: vec![Some(value), None, Some(value)] })
            .collect();
        let odd = vec![(f64::NAN, hostile.clone()), (1.0, String::new()), (-3.0, hostile.clone())];
        assert!(png(&course(&hostile, &hostile, &[&hostile], &odd, &lines)).is_ok());
        assert!(png(&course("", "", &[], &[], &[])).is_ok());
    }
}
