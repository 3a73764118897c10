//! An article in another language: `gpl-fonts.de.md` beside `gpl-fonts.md`, with its own title, answer and review
//! date; everything else is the original's.

use jiff::civil::Date;
use serde::Deserialize;

use super::article::{Article, front_matter};
use crate::core::source::{Fault, SourceFile, line_of, parse_toml};

/// The languages that articles are translated into, by ISO 639-1 code.
pub const LANGUAGES: [&str; 3] = ["de", "es", "fr"];

/// An article's question and answer in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// Where it stands in the knowledge folder.
    pub path: String,
    /// The question, whole.
    pub title: String,
    /// When it was last compared with the original.
    pub reviewed: Date,
    /// The answer, in Markdown.
    pub body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    reviewed: toml::value::Datetime,
}

/// The id of the original and the language of a translation, by its file name; none for an article.
pub(super) fn of(file: &SourceFile) -> Option<(&str, &str)> {
    file.stem().rsplit_once('.').filter(|(_, code)| LANGUAGES.contains(code))
}

impl Translation {
    /// Reads and checks one file.
    ///
    /// # Errors
    /// Every fault of the file, with its line.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Fault>> {
        let (front, body) = front_matter(file).map_err(|fault| vec![fault])?;
        let front: FrontMatter = parse_toml(&file.path, &front, 2).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut fault = |needle: &str, what: String, cure: &str| {
            faults.push(Fault::new(&file.path, line_of(&file.text, needle), what, cure));
        };
        let reviewed: Option<Date> = front.reviewed.to_string().parse().ok();
        if reviewed.is_none() {
            let what = format!("`{}` is no day", front.reviewed);
            fault("reviewed =", what, "write it as 2026-11-23, without quotes");
        }
        if front.title.trim().is_empty() {
            fault("title =", "the title is empty".to_owned(), "translate the question");
        }
        if body.is_empty() {
            fault("\n+++\n", "there is no answer".to_owned(), "translate it under the front matter");
        }
        match reviewed {
            Some(reviewed) if faults.is_empty() => {
                Ok(Self { path: file.path.clone(), title: front.title, reviewed, body })
            }
            _ => Err(faults),
        }
    }

    /// What is to be said when the original was reviewed later: what it says may not be what the original says now.
    pub(super) fn outdated(&self, original: &Article) -> Option<Fault> {
        (self.reviewed < original.reviewed).then(|| {
            Fault::new(
                &self.path,
                1,
                format!(
                    "reviewed on {}, before the original on {}: English is shown instead",
                    self.reviewed, original.reviewed
                ),
                "compare the two, and set `reviewed` to the day on which you did",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "articles/copyleft/internal-use.de.md".into(), text: text.into() }
    }

    #[test]
    fn a_translation_has_its_own_title_answer_and_review() {
        let file = file("+++\ntitle = \"Ist das Weitergabe?\"\nreviewed = 2026-11-23\n+++\nNein.\n");
        assert_eq!(of(&file), Some(("internal-use", "de")));
        let read = Translation::load(&file).unwrap();
        assert_eq!((read.title.as_str(), read.body.as_str()), ("Ist das Weitergabe?", "Nein."));
    }

    #[test]
    fn every_fault_is_named() {
        for (text, what) in [
            ("Nein.", "no front matter"),
            ("+++\ntitle = \"?\"\nreviewed = 2026-11-23\nowner = \"x\"\n+++\nNein.", "unknown field"),
            ("+++\ntitle = \"?\"\nreviewed = 10:00:00\n+++\nNein.", "no day"),
            ("+++\ntitle = \"?\"\nreviewed = 2026-11-23\n+++\n", "no answer"),
        ] {
            let faults = Translation::load(&file(text)).unwrap_err();
            assert!(faults[0].what.contains(what), "{}", faults[0]);
        }
    }
}
