//! A small builder of SVG text. Words are data: they are escaped, and characters that XML forbids are left out.

use std::fmt::{self, Write};

/// The colors of our pictures: apart in hue and in brightness, so that they differ for the color-blind and in gray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Words and axes.
    Ink,
    /// Words in the background, grid lines.
    Faint,
    /// What lies under a bar.
    Groove,
    /// Bad.
    Red,
    /// Waiting.
    Amber,
    /// Not known.
    Gray,
    /// Good.
    Green,
    /// A series without a judgment.
    Blue,
    /// Another.
    Purple,
    /// Another.
    Brown,
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ink => "#1f2933",
            Self::Faint => "#5b6874",
            Self::Groove => "#e4e9ee",
            Self::Red => "#c0392b",
            Self::Amber => "#e69f00",
            Self::Gray => "#7d8894",
            Self::Green => "#1a8a5f",
            Self::Blue => "#2673b8",
            Self::Purple => "#8e4ba8",
            Self::Brown => "#8a5a2b",
        })
    }
}

/// Where words stand relative to their point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// They begin there.
    Start,
    /// They are centered there.
    Middle,
    /// They end there.
    End,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        })
    }
}

/// The shape of a mark, so that series differ without color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A circle.
    Dot,
    /// A square.
    Square,
    /// A triangle that points up.
    Up,
    /// A triangle that points down.
    Down,
    /// A square on its corner.
    Diamond,
    /// An upright bar.
    Bar,
}

/// A picture under construction; lengths are in pixels, y goes down.
#[derive(Debug, Clone)]
pub struct Svg {
    width: u32,
    height: u32,
    body: String,
}

impl Svg {
    /// An opaque light panel with a border and round corners: it reads the same on a light and on a dark page.
    pub fn panel(width: u32, height: u32) -> Self {
        let (inner_width, inner_height) = (width.saturating_sub(1), height.saturating_sub(1));
        let body = format!(
            "<rect x=\"0.5\" y=\"0.5\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"10\" fill=\"#fbfcfd\" stroke=\"#b8c2cc\"/>\n"
        );
        Self { width, height, body }
    }

    /// A filled rectangle with slightly round corners.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: Color) -> &mut Self {
        self.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"3\" fill=\"{fill}\"/>"
        ))
    }

    /// A straight line.
    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: Color) -> &mut Self {
        self.add(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{stroke}\"/>"
        ))
    }

    /// An open line through points: a course over time.
    pub fn course(&mut self, points: &[(f64, f64)], stroke: Color) -> &mut Self {
        let points = list(points);
        self.add(format_args!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2.5\" stroke-linejoin=\"round\"/>"
        ))
    }

    /// A closed shape through points, filled so that what is under it shines through: a radar chart.
    pub fn shape(&mut self, points: &[(f64, f64)], color: Color) -> &mut Self {
        let points = list(points);
        self.add(format_args!(
            "<polygon points=\"{points}\" fill=\"{color}\" fill-opacity=\"0.25\" stroke=\"{color}\" stroke-width=\"2\"/>"
        ))
    }

    /// A closed line through points, in dashes: a limit.
    pub fn limit(&mut self, points: &[(f64, f64)], stroke: Color) -> &mut Self {
        let points = list(points);
        self.add(format_args!(
            "<polygon points=\"{points}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2.5\" stroke-dasharray=\"7 5\"/>"
        ))
    }

    /// A small mark on a point; each kind has a shape of its own.
    pub fn mark(&mut self, (x, y): (f64, f64), mark: Mark, fill: Color) -> &mut Self {
        const R: f64 = 5.0;
        let points: Vec<(f64, f64)> = match mark {
            Mark::Dot => {
                return self.add(format_args!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{R}\" fill=\"{fill}\" stroke=\"#fbfcfd\"/>"
                ));
            }
            Mark::Square => vec![(x - R, y - R), (x + R, y - R), (x + R, y + R), (x - R, y + R)],
            Mark::Up => vec![(x, y - R - 1.0), (x + R + 1.0, y + R), (x - R - 1.0, y + R)],
            Mark::Down => vec![(x, y + R + 1.0), (x + R + 1.0, y - R), (x - R - 1.0, y - R)],
            Mark::Diamond => vec![(x, y - R - 2.0), (x + R + 2.0, y), (x, y + R + 2.0), (x - R - 2.0, y)],
            Mark::Bar => vec![
                (x - 2.5, y - R - 2.0),
                (x + 2.5, y - R - 2.0),
                (x + 2.5, y + R + 2.0),
                (x - 2.5, y + R + 2.0),
            ],
        };
        let points = list(&points);
        self.add(format_args!("<polygon points=\"{points}\" fill=\"{fill}\" stroke=\"#fbfcfd\"/>"))
    }

    /// Words on one line; `size` is the height of the letters in pixels.
    pub fn text(
        &mut self,
        (x, y): (f64, f64),
        size: u32,
        anchor: Anchor,
        fill: Color,
        words: &str,
    ) -> &mut Self {
        let words = escaped(words);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{words}</text>"
        ))
    }

    /// The same on what has been drawn already: a rim keeps the words apart from it.
    pub fn tag(
        &mut self,
        (x, y): (f64, f64),
        size: u32,
        anchor: Anchor,
        fill: Color,
        words: &str,
    ) -> &mut Self {
        let words = escaped(words);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{fill}\" stroke=\"#fbfcfd\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">{words}</text>"
        ))
    }

    /// The whole document.
    pub fn finish(&self) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans, sans-serif\">\n{body}</svg>\n"
        )
    }

    fn add(&mut self, element: fmt::Arguments<'_>) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{element}");
        self
    }
}

fn list(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

/// At most so many characters of a text, with a mark where it was cut.
pub(super) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

/// Parts with a sign between them, in as few lines of at most so many characters as hold them, and in so many lines at
/// most; what does not fit is cut.
pub(super) fn in_lines<'a>(
    parts: impl IntoIterator<Item = &'a str>,
    between: &str,
    most: usize,
    lines: usize,
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for part in parts {
        let full = all.len() == lines;
        match all.last_mut() {
            Some(line) if full || line.chars().count() + between.len() + part.chars().count() <= most => {
                line.push_str(between);
                line.push_str(part);
            }
            _ => all.push(part.to_owned()),
        }
    }
    all.iter().map(|line| short(line, most)).collect()
}

/// At most 200 characters of somebody's words, as XML text.
fn escaped(words: &str) -> String {
    let mut safe = String::new();
    for c in words.chars().take(200) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_as_few_lines_as_hold_them() {
        let parts = ["Community,", "Education,", "Engagement"];
        assert_eq!(in_lines(parts, " ", 21, 2), ["Community, Education,", "Engagement"]);
        assert_eq!(in_lines(parts, " ", 21, 1), ["Community, Education…"]);
        assert_eq!(in_lines(parts, " ", 80, 2), ["Community, Education, Engagement"]);
        assert_eq!(in_lines([], " ", 80, 2), [""; 0]);
    }

    #[test]
    fn words_are_data() {
        let mut svg = Svg::panel(10, 10);
        svg.text((0.0, 0.0), 10, Anchor::Start, Color::Ink, "</text><script>&\u{0}\u{1b}\u{202e}");
        assert!(svg.finish().contains("&lt;/text&gt;&lt;script&gt;&amp;  </text>"), "{}", svg.finish());
    }
}
