//! An article: one question answered in a short Markdown text, with TOML front matter between `+++` lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Deserialize;

use super::asks::{self, Asks};
use super::translation::Translation;
use crate::core::source::{Fault, SourceFile, line_of, parse_toml};
use crate::maturity::model::Layer;

/// One question answered.
#[derive(Debug, Clone)]
pub struct Article {
    /// Where it stands in the knowledge folder.
    pub path: String,
    /// Its id: the file's name, unique over all topics.
    pub id: String,
    /// The folder it is in: `copyleft`.
    pub topic: String,
    /// The question, whole.
    pub title: String,
    /// The same question as people ask it.
    pub questions: Vec<String>,
    /// The same question in other languages, by ISO 639-1 code.
    pub questions_in: BTreeMap<String, Vec<String>>,
    /// Words a search should find.
    pub tags: Vec<String>,
    /// SPDX ids of the licenses and exceptions it is about.
    pub licenses: Vec<String>,
    /// Which of the OSPO's four pillars it serves.
    pub pillar: Pillar,
    /// Whose work it concerns most.
    pub layer: Layer,
    /// What the answer to the title is, when it can be answered by yes or no.
    pub verdict: Option<Verdict>,
    /// The team that keeps it true.
    pub owner: String,
    /// When it was last reviewed.
    pub reviewed: Date,
    /// How long a review holds.
    pub review_every: Span,
    /// Where it is written.
    pub sources: Vec<Source>,
    /// The fact to be asked for before it is answered, if one is.
    pub asks: Option<Asks>,
    /// The answer, in Markdown.
    pub body: String,
    /// The same in other languages, by ISO 639-1 code.
    pub translations: BTreeMap<String, Translation>,
}

/// The four pillars of an OSPO's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pillar {
    /// Makes it possible.
    Enabler,
    /// Gives advice.
    Counselor,
    /// Speaks for open source.
    Advocate,
    /// Cares for the ecosystem.
    Environmentalist,
}

/// The answer to a question that can be answered so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Under a condition.
    Depends,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    title: String,
    questions: Vec<String>,
    #[serde(default)]
    questions_in: BTreeMap<String, Vec<String>>,
    tags: Vec<String>,
    licenses: Vec<String>,
    pillar: Pillar,
    layer: Layer,
    verdict: Option<Verdict>,
    owner: String,
    reviewed: toml::value::Datetime,
    review_every: String,
    sources: Vec<Source>,
    #[serde(default)]
    asks: Vec<Asks>,
}

/// The TOML between the `+++` lines, and what follows them.
pub(super) fn front_matter(file: &SourceFile) -> Result<(String, String), Fault> {
    let text = file.text.replace("\r\n", "\n");
    match text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) {
        Some((front, body)) => Ok((front.to_owned(), body.trim().to_owned())),
        None => Err(Fault::new(
            &file.path,
            1,
            "there is no front matter",
            "begin the file with a line +++, the TOML keys, and another line +++",
        )),
    }
}

impl Article {
    /// Reads and checks one file.
    ///
    /// # Errors
    /// Every fault of the file, with its line.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Fault>> {
        let (front, body) = front_matter(file).map_err(|fault| vec![fault])?;
        let front: FrontMatter = parse_toml(&file.path, &front, 2).map_err(|fault| vec![fault])?;
        let review_every: Option<Span> = front.review_every.parse().ok();
        let reviewed: Option<Date> = front.reviewed.to_string().parse().ok();
        let faults = check(&front, &body, review_every, reviewed, file);
        match (review_every, reviewed) {
            (Some(review_every), Some(reviewed)) if faults.is_empty() => Ok(Self {
                topic: file.path.split('/').nth(1).unwrap_or_default().to_owned(),
                path: file.path.clone(),
                id: front.id,
                title: front.title,
                questions: front.questions,
                questions_in: front.questions_in,
                tags: front.tags,
                licenses: front.licenses,
                pillar: front.pillar,
                layer: front.layer,
                verdict: front.verdict,
                owner: front.owner,
                reviewed,
                review_every,
                sources: front.sources,
                asks: front.asks.into_iter().next(),
                body,
                translations: BTreeMap::new(),
            }),
            _ => Err(faults),
        }
    }

    /// The day on which the next review is due.
    pub fn review_due(&self) -> Date {
        self.reviewed.checked_add(self.review_every).unwrap_or(Date::MAX)
    }
}

/// A review that holds longer than this is none.
fn longest_review() -> Span {
    3.years()
}

fn check(
    front: &FrontMatter,
    body: &str,
    review_every: Option<Span>,
    reviewed: Option<Date>,
    file: &SourceFile,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |needle: &str, what: String, cure: &str| {
        faults.push(Fault::new(&file.path, line_of(&file.text, needle), what, cure));
    };
    if front.id != file.stem() {
        let cure = "name the file after the id, or the id after the file";
        fault("id =", format!("the id `{}` is not the file's name", front.id), cure);
    }
    if front.title.trim().is_empty() {
        fault("title =", "the title is empty".to_owned(), "write the question that the article answers");
    }
    if front.questions.is_empty() {
        fault("questions =", "there are no questions".to_owned(), "add the question as people ask it");
    }
    if front.owner.trim().is_empty() {
        fault("owner =", "there is no owner".to_owned(), "name the team that keeps the article true");
    }
    if front.sources.is_empty() {
        fault("sources", "there are no sources".to_owned(), "add a [[sources]] table with title and url");
    }
    let on_the_web =
        |source: &&Source| ["https://", "http://"].iter().any(|scheme| source.url.starts_with(scheme));
    for source in front.sources.iter().filter(|source| !on_the_web(source)) {
        let cure = "give the whole address of the page, beginning with https://";
        fault(&source.url, format!("the source `{}` has no web address", source.title), cure);
    }
    if let Some((what, cure)) = asks::check(&front.asks) {
        fault("[[asks]]", what, cure);
    }
    let mut seen = BTreeSet::new();
    for question in front.questions.iter().filter(|question| !seen.insert(question.to_lowercase())) {
        fault(question, format!("the question `{question}` is there twice"), "remove one");
    }
    match (review_every, reviewed) {
        (None, _) => {
            let what = format!("`{}` is no length of time", front.review_every);
            fault("review_every =", what, "write it as \"6 months\" or \"1 year\"");
        }
        (_, None) => {
            let what = format!("`{}` is no day", front.reviewed);
            fault("reviewed =", what, "write it as 2026-11-23, without quotes");
        }
        (Some(every), Some(on)) => {
            let next = on.checked_add(every).unwrap_or(Date::MAX);
            if next <= on || next > on.checked_add(longest_review()).unwrap_or(Date::MAX) {
                let what = format!("a review every {} is too far apart, or none", front.review_every);
                fault("review_every =", what, "choose something between a day and three years");
            }
        }
    }
    if body.is_empty() {
        fault("\n+++\n", "there is no answer".to_owned(), "write it under the front matter");
    }
    if let Some(line) = body.lines().find(|line| line.starts_with('#')) {
        let cure = "an answer is short enough to need none";
        fault(line, "the answer has a heading".to_owned(), cure);
    }
    let opening = match front.verdict {
        Some(Verdict::Yes) => Some("Yes"),
        Some(Verdict::No) => Some("No"),
        _ => None,
    };
    let other = |word: &str| body.starts_with(&format!("{word},")) || body.starts_with(&format!("{word}."));
    if opening.is_some_and(|word| !body.starts_with(word)) || (opening.is_none() && other("No")) {
        let what = "the answer's first word and the verdict do not agree".to_owned();
        fault("\n+++\n", what, "begin with Yes or No as the verdict says, or correct the verdict");
    }
    faults
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A sound article.
    pub(crate) const SAMPLE: &str = r#"+++
id = "internal-use"
title = "Is internal use distribution?"
questions = ["does using it at work count as distribution"]
tags = ["distribution"]
licenses = ["GPL-3.0-only"]
pillar = "counselor"
layer = "employee"
verdict = "no"
owner = "legal"
reviewed = 2026-11-23
review_every = "12 months"

[[sources]]
title = "GNU GPL version 3, section 0"
url = "https://www.gnu.org/licenses/gpl-3.0.html"
+++
No. Copies that stay within one organization are not conveyed.
"#;

    fn load(text: &str) -> Result<Article, Vec<Fault>> {
        Article::load(&SourceFile { path: "articles/copyleft/internal-use.md".into(), text: text.into() })
    }

    #[test]
    fn a_sound_article_is_read_whole() {
        let article = load(SAMPLE).unwrap();
        assert_eq!((article.topic.as_str(), article.verdict), ("copyleft", Some(Verdict::No)));
        assert_eq!(article.review_due(), jiff::civil::date(2027, 11, 23));
        assert!(article.body.starts_with("No. Copies"));
    }

    #[test]
    fn every_fault_names_its_line_and_the_cure() {
        for (from, to, line, what) in [
            ("id = \"internal-use\"", "id = \"internal\"", 2, "not the file's name"),
            ("owner = \"legal\"", "ownr = \"legal\"", 10, "unknown field"),
            ("reviewed = 2026-11-23", "reviewed = 10:00:00", 11, "no day"),
            ("\"12 months\"", "\"soon\"", 12, "no length of time"),
            ("\"12 months\"", "\"9 years\"", 12, "too far apart"),
            ("https://www", "www", 16, "no web address"),
            ("verdict = \"no\"", "verdict = \"yes\"", 17, "do not agree"),
            ("verdict = \"no\"\n", "", 16, "do not agree"),
            ("[[sources]]", "[[asks]]\nquestion = \"Where?\"\nchoices = []\n[[sources]]", 14, "0 choices"),
            ("pillar = \"counselor\"", "pillar = \"counselr\"", 7, "unknown variant"),
        ] {
            let faults = load(&SAMPLE.replacen(from, to, 1)).unwrap_err();
            let fault = &faults[0];
            assert!(fault.what.contains(what), "{to}: {fault}");
            assert!(fault.line.abs_diff(line) <= 1, "{to}: {fault}");
        }
        assert!(load("No front matter").unwrap_err()[0].cure.contains("+++"));
    }
}
