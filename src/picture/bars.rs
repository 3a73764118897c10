//! A bar chart: one bar a line, its name before it and its number behind it, so that color is never needed to read it.

use super::svg::{Anchor, Color, Svg, short};
use crate::core::message::Tone;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: usize,
    /// Its color.
    pub color: Color,
}

impl Bar {
    /// A bar in the color of a tone.
    pub fn new(label: impl Into<String>, value: usize, tone: Tone) -> Self {
        let color = match tone {
            Tone::Bad => Color::Red,
            Tone::Waiting => Color::Amber,
            Tone::Quiet => Color::Gray,
            Tone::Good => Color::Green,
            Tone::Info => Color::Blue,
        };
        Self { label: label.into(), value, color }
    }
}

const WIDTH: u32 = 640;
const MARGIN: f64 = 24.0;
const HEAD: f64 = 84.0;
const ROW: f64 = 40.0;
const BAR: f64 = 24.0;
/// Where the bars begin, and how long the longest is.
const BEGIN: f64 = 160.0;
const LONGEST: f64 = 325.0;
/// A bar of few among many is still seen.
const SHORTEST: f64 = 3.0;
/// The most characters of a headline and of a label that fit.
const TITLE: usize = 42;
const SUBTITLE: usize = 80;
const LABEL: usize = 15;

/// Draws bars under a headline and a line about it. The longest bar fills the width; a number of its own stands behind
/// each, with its share of all.
pub fn bars(title: &str, subtitle: &str, bars: &[Bar]) -> Svg {
    let height = HEAD + ROW * bars.len() as f64 + MARGIN / 2.0;
    let mut svg = Svg::panel(WIDTH, height.ceil() as u32);
    svg.text((MARGIN, 38.0), 22, Anchor::Start, Color::Ink, &short(title, TITLE));
    svg.text((MARGIN, 62.0), 13, Anchor::Start, Color::Faint, &short(subtitle, SUBTITLE));
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1) as f64;
    let all = bars.iter().fold(0_usize, |all, bar| all.saturating_add(bar.value));
    for (n, bar) in bars.iter().enumerate() {
        let y = HEAD + ROW * n as f64;
        let middle = y + BAR / 2.0 + 5.5;
        svg.text((BEGIN - 14.0, middle), 15, Anchor::End, Color::Ink, &short(&bar.label, LABEL));
        svg.rect((BEGIN, y), (LONGEST, BAR), Color::Groove);
        if bar.value > 0 {
            let length = (bar.value as f64 / most * LONGEST).max(SHORTEST);
            svg.rect((BEGIN, y), (length, BAR), bar.color);
        }
        let number = (BEGIN + LONGEST + 12.0, middle);
        svg.text(number, 15, Anchor::Start, Color::Ink, &format!("{}{}", bar.value, share(bar.value, all)));
    }
    svg
}

/// ` (12 %)`; one that is not none is never shown as 0 %.
fn share(value: usize, all: usize) -> String {
    if value == 0 || all == 0 {
        return String::new();
    }
    match value as f64 / all as f64 * 100.0 {
        percent if percent < 1.0 => " (<1 %)".to_owned(),
        percent => format!(" ({percent:.0} %)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::png;

    fn bar(label: &str, value: usize, color: Color) -> Bar {
        Bar { label: label.to_owned(), value, color }
    }

    #[test]
    fn every_bar_has_its_name_and_number() {
        let svg = bars(
            "License check",
            "shop",
            &[
                bar("denied", 3, Color::Red),
                bar("allowed", 997, Color::Green),
                bar("review", 0, Color::Amber),
            ],
        )
        .finish();
        for expected in [">denied<", ">3 (&lt;1 %)<", ">997 (100 %)<", ">0<"] {
            assert!(svg.contains(expected), "{expected} in {svg}");
        }
    }

    #[test]
    fn hostile_words_and_numbers_still_make_a_picture() {
        let hostile = "<image href='file:///etc/passwd'/>]]>\u{0}\u{202e}".repeat(100);
        let picture = png(&bars(&hostile, &hostile, &[bar(&hostile, usize::MAX / 2, Color::Gray)])).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        assert!(png(&bars("", "", &[])).is_ok());
    }
}
