//! Lines of inked words: wrapping by display width, and painting with or without colors.

use anstyle::{AnsiColor, Style};
use textwrap::core::Fragment;
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::core::message::Tone;

/// Stands for a space at which no line may break.
pub(super) const GLUE: char = '\u{A0}';

/// Whether a picture has colors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// Terminal colors.
    Colored,
    /// Characters only; what color would say is said by signs.
    #[default]
    Plain,
}

/// The look of a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Faint,
    Emphasis,
    Code,
    Link,
    Tone(Tone),
}

impl Ink {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Emphasis => Style::new().italic(),
            Self::Code => color(AnsiColor::Cyan),
            Self::Link => Style::new().underline(),
            Self::Tone(Tone::Info) => color(AnsiColor::Blue).bold(),
            Self::Tone(Tone::Waiting) => color(AnsiColor::Yellow).bold(),
            Self::Tone(Tone::Good) => color(AnsiColor::Green).bold(),
            Self::Tone(Tone::Bad) => color(AnsiColor::Red).bold(),
            Self::Tone(Tone::Quiet) => Style::new().bold(),
        }
    }
}

/// Words with one ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub text: String,
    pub ink: Ink,
}

impl Run {
    pub fn new(text: impl Into<String>, ink: Ink) -> Self {
        Self { text: text.into(), ink }
    }
}

/// What stands on one line.
pub(super) type Line = Vec<Run>;

/// The columns a line takes.
pub(super) fn width(line: &[Run]) -> usize {
    line.iter().map(|run| run.text.width()).sum()
}

/// A word: the runs between two spaces.
#[derive(Debug, Default)]
struct Word {
    runs: Line,
}

impl Fragment for Word {
    fn width(&self) -> f64 {
        u32::try_from(width(&self.runs)).map_or(f64::MAX, f64::from)
    }
    fn whitespace_width(&self) -> f64 {
        1.0
    }
    fn penalty_width(&self) -> f64 {
        0.0
    }
}

/// Fills lines of at most `columns` columns; a word that is longer is cut.
pub(super) fn wrap(runs: &[Run], columns: usize) -> Vec<Line> {
    let columns = columns.max(1);
    let words = words(runs, columns);
    if words.is_empty() {
        return Vec::new();
    }
    let limit = u32::try_from(columns).map_or(f64::MAX, f64::from);
    wrap_first_fit(&words, &[limit])
        .into_iter()
        .map(|line| {
            let mut filled: Line = Vec::new();
            for word in line {
                if let (Some(last), Some(first)) = (filled.last_mut(), word.runs.first()) {
                    // The space between two words of one ink belongs to it, so that an underline is whole.
                    let ink = if last.ink == first.ink { last.ink } else { Ink::Plain };
                    filled.push(Run::new(" ", ink));
                }
                filled.extend(word.runs.iter().cloned());
            }
            merge(filled)
        })
        .collect()
}

/// Joins neighbors of one ink.
fn merge(line: Line) -> Line {
    line.into_iter().fold(Vec::new(), |mut merged: Line, run| {
        match merged.last_mut() {
            Some(last) if last.ink == run.ink => last.text.push_str(&run.text),
            _ => merged.push(run),
        }
        merged
    })
}

fn words(runs: &[Run], columns: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Word::default();
    for run in runs {
        for (index, part) in run.text.split(' ').enumerate() {
            if index > 0 && !word.runs.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if !part.is_empty() {
                word.runs.push(Run::new(part, run.ink));
            }
        }
    }
    if !word.runs.is_empty() {
        words.push(word);
    }
    words.into_iter().flat_map(|word| cut(word, columns)).collect()
}

/// Cuts a word into pieces that fit.
fn cut(word: Word, columns: usize) -> Vec<Word> {
    if width(&word.runs) <= columns {
        return vec![word];
    }
    let mut pieces = vec![Word::default()];
    let mut used = 0;
    for run in word.runs {
        for c in run.text.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > columns && used > 0 {
                pieces.push(Word::default());
                used = 0;
            }
            used += wide;
            if let Some(piece) = pieces.last_mut() {
                match piece.runs.last_mut() {
                    Some(last) if last.ink == run.ink => last.text.push(c),
                    _ => piece.runs.push(Run::new(c.to_string(), run.ink)),
                }
            }
        }
    }
    pieces
}

/// Puts the same text before every line, and another before the first.
pub(super) fn hang(lines: Vec<Line>, first: Run, rest: Run) -> Vec<Line> {
    lines
        .into_iter()
        .enumerate()
        .map(|(index, mut line)| {
            line.insert(0, if index == 0 { first.clone() } else { rest.clone() });
            line
        })
        .collect()
}

/// Puts spaces before every line that is not empty.
pub(super) fn indent(lines: Vec<Line>, columns: usize) -> Vec<Line> {
    let space = Run::new(" ".repeat(columns), Ink::Plain);
    lines
        .into_iter()
        .map(|mut line| {
            if !line.is_empty() {
                line.insert(0, space.clone());
            }
            line
        })
        .collect()
}

/// The lines as text, each ended by a line break, with nothing but letters where `look` is plain.
pub(super) fn paint(lines: &[Line], look: Look) -> String {
    let mut painted = String::new();
    for line in lines {
        let mut one = String::new();
        for run in line {
            let text = run.text.replace(GLUE, " ");
            let style = run.ink.style();
            if look == Look::Plain || style.is_plain() {
                one.push_str(&text);
            } else {
                one.push_str(&format!("{}{text}{}", style.render(), style.render_reset()));
            }
        }
        painted.push_str(one.trim_end());
        painted.push('\n');
    }
    painted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, columns: usize) -> String {
        paint(&wrap(&[Run::new(text, Ink::Plain)], columns), Look::Plain)
    }

    #[test]
    fn lines_are_filled_by_the_columns_that_letters_take() {
        assert_eq!(plain("one two three", 7), "one two\nthree\n");
        assert_eq!(plain("世界 世界", 5), "世界\n世界\n");
    }

    #[test]
    fn a_word_that_is_too_long_is_cut() {
        assert_eq!(plain("ab abcdefgh", 4), "ab\nabcd\nefgh\n");
        assert_eq!(plain("世界世", 3), "世\n界\n世\n");
    }

    #[test]
    fn a_word_of_several_inks_stays_together_and_each_line_closes_its_ink() {
        let runs =
            [Run::new("say ", Ink::Plain), Run::new("approve it", Ink::Code), Run::new(".", Ink::Plain)];
        let painted = paint(&wrap(&runs, 11), Look::Colored);
        assert_eq!(painted, "say \u{1b}[36mapprove\u{1b}[0m\n\u{1b}[36mit\u{1b}[0m.\n");
    }
}
