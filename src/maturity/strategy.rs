//! The company's open source strategy: the questions it must answer, answered by several people over time, and the
//! document that comes of them, with what is still open marked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use crate::core::person::{People, PersonId};
use crate::core::source::{Fault, SourceFile, line_of, parse_toml};

/// What a strategy must answer, and how its document looks.
#[derive(Debug, Clone)]
pub struct Outline {
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// What everybody asks of a strategy, with the answer.
    pub qa: Vec<Qa>,
    /// The document, as a Jinja template of Markdown.
    template: String,
    /// Where the template came from, for errors.
    path: String,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The key.
    pub id: String,
    /// The heading in the document.
    pub title: String,
    /// The question as it is asked.
    pub ask: String,
    /// What a good answer has.
    pub help: String,
    /// The articles that say more.
    #[serde(default)]
    pub articles: Vec<String>,
}

/// A question that everybody asks of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Qa {
    /// The question.
    pub question: String,
    /// The answer, in a sentence or two.
    pub answer: String,
    /// The articles that say more.
    #[serde(default)]
    pub articles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionsFile {
    questions: Vec<Question>,
    #[serde(default)]
    qa: Vec<Qa>,
}

/// The strategy as far as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// What was written about each question, oldest first; the last stands.
    pub answers: BTreeMap<String, Vec<Written>>,
    /// Who was asked to write as well.
    #[serde(default)]
    pub invited: BTreeSet<PersonId>,
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// The longest answer: a page.
pub const LONGEST: usize = 3000;

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Nothing was said.
    #[error("say a sentence or two; `skip` leaves the question for somebody else")]
    Empty,
    /// Too much was said.
    #[error("that is {0} characters; {LONGEST} fit here. Say it shorter, or link to it")]
    TooLong(usize),
    /// No such question.
    #[error("the strategy has no question `{0}`")]
    Unknown(String),
}

impl Outline {
    /// Reads and checks `strategy/questions.toml` and `strategy/template.md`.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn load(questions: &SourceFile, template: &SourceFile) -> Result<Self, Vec<Fault>> {
        let read: QuestionsFile =
            parse_toml(&questions.path, &questions.text, 1).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for question in read.questions.iter().filter(|question| !seen.insert(question.id.as_str())) {
            let line = line_of(&questions.text, &format!("id = \"{}\"", question.id));
            let what = format!("the question `{}` is there twice", question.id);
            faults.push(Fault::new(&questions.path, line, what, "rename one of them"));
        }
        if read.questions.is_empty() {
            faults.push(Fault::new(&questions.path, 1, "there is no question", "add a [[questions]] table"));
        }
        let outline = Self {
            questions: read.questions,
            qa: read.qa,
            template: template.text.clone(),
            path: template.path.clone(),
        };
        // A template that is wrong shows it when it is drawn: once with nothing and once with everything answered.
        let by = PersonId("sample".to_owned());
        let all = outline.questions.iter().map(|question| {
            let written = Written { by: by.clone(), at: Timestamp::UNIX_EPOCH, text: "sample".to_owned() };
            (question.id.clone(), vec![written])
        });
        for strategy in [Strategy::default(), Strategy { answers: all.collect(), ..Strategy::default() }] {
            if let Err(fault) = outline.document(&strategy, &People::default(), Date::ZERO) {
                faults.push(fault);
            }
        }
        faults.dedup();
        if faults.is_empty() { Ok(outline) } else { Err(faults) }
    }

    /// Every article it names.
    pub fn articles(&self) -> impl Iterator<Item = &str> {
        let of_questions = self.questions.iter().flat_map(|question| &question.articles);
        of_questions.chain(self.qa.iter().flat_map(|qa| &qa.articles)).map(String::as_str)
    }

    /// The question with an id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// What is asked next after a question, of those nobody has answered; from the beginning again at the end.
    pub fn next(&self, strategy: &Strategy, after: Option<&str>) -> Option<&Question> {
        let from = after
            .and_then(|after| self.questions.iter().position(|question| question.id == after))
            .map_or(0, |at| at + 1);
        let (before, behind) = self.questions.split_at(from);
        let open = |question: &&Question| strategy.text(&question.id).is_none();
        behind.iter().find(open).or_else(|| before.iter().find(open))
    }

    /// What nobody has answered.
    pub fn open<'o>(&'o self, strategy: &'o Strategy) -> impl Iterator<Item = &'o Question> {
        self.questions.iter().filter(|question| strategy.text(&question.id).is_none())
    }

    /// The document in Markdown.
    ///
    /// # Errors
    /// What is wrong with the template, with its line.
    pub fn document(&self, strategy: &Strategy, people: &People, today: Date) -> Result<String, Fault> {
        #[derive(Serialize)]
        struct Section<'a> {
            title: &'a str,
            question: &'a str,
            text: Option<String>,
            by: Vec<&'a str>,
            articles: &'a [String],
        }
        #[derive(Serialize)]
        struct View<'a> {
            today: String,
            sections: Vec<Section<'a>>,
            open: Vec<&'a str>,
            authors: Vec<&'a str>,
            qa: &'a [Qa],
        }
        let authors_of = |id: &str| -> Vec<&str> {
            let mut seen = BTreeSet::new();
            let written = strategy.answers.get(id).into_iter().flatten();
            written
                .filter(|written| seen.insert(&written.by))
                .map(|written| people.name(&written.by))
                .collect()
        };
        let sections: Vec<Section<'_>> = self
            .questions
            .iter()
            .map(|question| Section {
                title: &question.title,
                question: &question.ask,
                text: strategy.text(&question.id).map(below_headings),
                by: authors_of(&question.id),
                articles: &question.articles,
            })
            .collect();
        let mut authors: Vec<&str> = sections.iter().flat_map(|section| section.by.iter().copied()).collect();
        authors.sort_unstable();
        authors.dedup();
        let view = View {
            today: today.to_string(),
            open: self.open(strategy).map(|question| question.title.as_str()).collect(),
            sections,
            authors,
            qa: &self.qa,
        };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax =
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        if let Ok(syntax) = syntax {
            environment.set_syntax(syntax);
        }
        environment.render_str(&self.template, minijinja::value::Serde(view)).map_err(|error| {
            let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            let cure = "the built-in strategy/template.md shows what a template may use";
            Fault::new(&self.path, error.line().unwrap_or(1), what, cure)
        })
    }
}

impl Strategy {
    /// The text that stands for a question.
    pub fn text(&self, question: &str) -> Option<&str> {
        self.answers.get(question).and_then(|written| written.last()).map(|written| written.text.as_str())
    }

    /// Writes an answer in place of the one before it, which is kept.
    ///
    /// # Errors
    /// Why it is not taken; then nothing has changed.
    pub fn write(
        &mut self,
        outline: &Outline,
        question: &str,
        text: &str,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<(), NotTaken> {
        let text = text.trim();
        if outline.question(question).is_none() {
            return Err(NotTaken::Unknown(question.to_owned()));
        }
        match text.chars().count() {
            0 => return Err(NotTaken::Empty),
            length if length > LONGEST => return Err(NotTaken::TooLong(length)),
            _ => {}
        }
        if self.text(question) != Some(text) {
            let written = Written { by: by.clone(), at: now, text: text.to_owned() };
            self.answers.entry(question.to_owned()).or_default().push(written);
        }
        Ok(())
    }
}

/// People's words stand under the document's own headings and bring no HTML of their own.
fn below_headings(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('<', "&lt;");
        if line.trim_start().starts_with('#') { format!("\\{}", line.trim_start()) } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
