//! The curated files: reads them, checks them, and gives them out whole or not at all.
//!
//! - [`files`]: where the files come from: built into the program, and a company's own folder over it
//! - [`agreement`]: where articles and the license engine differ
//! - [`article`]: one question answered, with its sources, owner and review date
//! - [`draft`]: an article made of what a person answered, not served before somebody publishes it
//! - [`asks`]: the fact that an answer depends on; [`translation`]: the same article in another language
//! - [`Knowledge`]: the whole valid set: articles, license facts, policy, workflows, maturity models, strategy
//!
//! Everything that is wrong is reported at once, each fault with file, line and how to mend it.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::source::{Fault, SourceFile, line_of, suggest};
use crate::license::{Licenses, Policy};
use crate::maturity::strategy::Outline;
use crate::maturity::{Measure, Model};
use crate::request::Workflow;

pub mod agreement;
pub mod article;
pub mod asks;
pub mod draft;
pub mod files;
pub mod translation;

pub use article::Article;
pub use translation::Translation;

/// A whole valid set of curated files.
#[derive(Debug)]
pub struct Knowledge {
    /// The articles, by id.
    pub articles: Vec<Article>,
    /// License facts, names and compatibility.
    pub licenses: Licenses,
    /// The company's license policy.
    pub policy: Policy,
    /// The kinds of request.
    pub workflows: Vec<Workflow>,
    /// What should be mended, though the set is sound.
    pub warnings: Vec<Fault>,
    /// The maturity models, conformance checks and checklists, by id.
    pub models: Vec<Model>,
    /// What a strategy must answer.
    pub strategy: Outline,
}

impl Knowledge {
    /// Reads and checks a set of files (see [`files`]).
    ///
    /// # Errors
    /// Every fault of every file, by file and line.
    pub fn load(files: &[SourceFile]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let Some(licenses) = keep(&mut faults, Licenses::load(&under(files, "licenses/"))) else {
            return Err(sorted(faults));
        };
        let policy = match files.iter().find(|file| file.path == "policy.toml") {
            Some(file) => keep(&mut faults, Policy::load(file, &licenses)),
            None => {
                let cure = "add policy.toml to the knowledge folder";
                faults.push(Fault::new("policy.toml", 1, "there is no license policy", cure));
                None
            }
        };
        let files_of_workflows = under(files, "workflows/");
        let workflows: Vec<Workflow> =
            files_of_workflows.iter().filter_map(|file| keep(&mut faults, Workflow::load(file))).collect();
        let (translations, files_of_articles): (Vec<SourceFile>, Vec<SourceFile>) =
            under(files, "articles/").into_iter().partition(|file| translation::of(file).is_some());
        let mut articles: Vec<Article> =
            files_of_articles.iter().filter_map(|file| keep(&mut faults, Article::load(file))).collect();
        articles.sort_by(|a, b| a.id.cmp(&b.id));
        let files_of_models = under(files, "maturity/");
        let models: Vec<Model> =
            files_of_models.iter().filter_map(|file| keep(&mut faults, Model::load(file))).collect();
        let strategy = read_strategy(files, &mut faults);
        let known: BTreeSet<&str> = articles.iter().map(|article| article.id.as_str()).collect();
        for model in &models {
            let file = files_of_models.iter().find(|file| file.stem() == model.id);
            faults.extend(file.into_iter().flat_map(|file| unknown_articles(file, model.articles(), &known)));
        }
        if let (Some(file), Some(outline)) = (files.iter().find(|file| file.path == QUESTIONS), &strategy) {
            faults.extend(unknown_articles(file, outline.articles(), &known));
        }
        let warnings = translate(&mut articles, &translations, &mut faults);
        faults.extend(check_workflows(&workflows));
        faults.extend(check_articles(&articles, files));
        faults.extend(files.iter().filter_map(misplaced));
        match (policy, strategy) {
            (Some(policy), Some(strategy)) if faults.is_empty() => {
                Ok(Self { articles, licenses, policy, workflows, warnings, models, strategy })
            }
            _ => Err(sorted(faults)),
        }
    }

    /// The article with an id.
    pub fn article(&self, id: &str) -> Option<&Article> {
        self.articles
            .binary_search_by(|article| article.id.as_str().cmp(id))
            .ok()
            .map(|index| &self.articles[index])
    }

    /// The workflow that a command starts.
    pub fn workflow_by_command(&self, command: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.command == command)
    }

    /// The workflow with an id.
    pub fn workflow(&self, id: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.id == id)
    }

    /// The maturity model with an id.
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// The maturity model that is meant when none is named: the first that measures stages.
    pub fn maturity_model(&self) -> Option<&Model> {
        self.models.iter().find(|model| model.measure == Measure::Stages)
    }
}

/// What was read, or its faults among the others.
fn keep<T>(faults: &mut Vec<Fault>, result: Result<T, Vec<Fault>>) -> Option<T> {
    result.map_err(|found| faults.extend(found)).ok()
}

fn under(files: &[SourceFile], folder: &str) -> Vec<SourceFile> {
    files.iter().filter(|file| file.path.starts_with(folder)).cloned().collect()
}

fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort();
    faults.dedup();
    faults
}

/// Puts the translations to their articles, and returns which are outdated; those are left out.
fn translate(articles: &mut [Article], translations: &[SourceFile], faults: &mut Vec<Fault>) -> Vec<Fault> {
    let mut warnings = Vec::new();
    for file in translations {
        let Some((id, code)) = translation::of(file) else { continue };
        let Some(translation) = keep(faults, Translation::load(file)) else { continue };
        let Some(article) = articles.iter_mut().find(|article| article.id == id) else {
            let cure = format!("name it after the article that it translates: ID.{code}.md");
            faults.push(Fault::new(&file.path, 1, format!("there is no article `{id}`"), cure));
            continue;
        };
        match translation.outdated(article) {
            Some(warning) => warnings.push(warning),
            None => {
                // People who ask in that language may ask in these words.
                let questions = article.questions_in.entry(code.to_owned()).or_default();
                if !questions.contains(&translation.title) {
                    questions.push(translation.title.clone());
                }
                article.translations.insert(code.to_owned(), translation);
            }
        }
    }
    warnings
}

const QUESTIONS: &str = "strategy/questions.toml";
const TEMPLATE: &str = "strategy/template.md";

fn read_strategy(files: &[SourceFile], faults: &mut Vec<Fault>) -> Option<Outline> {
    let file = |path: &str| files.iter().find(|file| file.path == path);
    match (file(QUESTIONS), file(TEMPLATE)) {
        (Some(questions), Some(template)) => keep(faults, Outline::load(questions, template)),
        (questions, _) => {
            let missing = if questions.is_none() { QUESTIONS } else { TEMPLATE };
            faults.push(Fault::new(missing, 1, "this file is missing", "add it to the knowledge folder"));
            None
        }
    }
}

/// The articles that a file names and that do not exist.
fn unknown_articles<'a>(
    file: &SourceFile,
    named: impl Iterator<Item = &'a str>,
    known: &BTreeSet<&str>,
) -> Vec<Fault> {
    let unknown: BTreeSet<&str> = named.filter(|id| !known.contains(id)).collect();
    let fault = |id: &&str| {
        let cure = suggest(id, known.iter().copied())
            .map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
        let line = line_of(&file.text, &format!("\"{id}\""));
        Fault::new(&file.path, line, format!("there is no article `{id}`"), cure)
    };
    unknown.iter().map(fault).collect()
}

/// A file in a place where nobody reads it is a mistake, not a decoration.
fn misplaced(file: &SourceFile) -> Option<Fault> {
    const FOLDERS: [&str; 4] = ["articles/", "licenses/", "maturity/", "workflows/"];
    const FILES: [&str; 3] = ["policy.toml", QUESTIONS, TEMPLATE];
    let in_folder = || FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    let known = FILES.contains(&file.path.as_str()) || in_folder();
    (!known).then(|| {
        Fault::new(
            &file.path,
            1,
            "this file is in no folder that is read",
            format!("move it to one of {}, or away", FOLDERS.join(", ")),
        )
    })
}

/// The prefix of questions that go to the OSPO, which the bot numbers itself.
const TAKEN: &str = "ASK";

fn check_workflows(workflows: &[Workflow]) -> Vec<Fault> {
    let taken = |workflow: &&Workflow| workflow.prefix == TAKEN;
    let fault = |workflow: &Workflow| {
        let file = format!("workflows/{}.toml", workflow.id);
        Fault::new(
            file,
            1,
            format!("the prefix `{TAKEN}` is that of questions to the OSPO"),
            "choose another",
        )
    };
    let mut faults: Vec<Fault> = workflows.iter().filter(taken).map(fault).collect();
    for (what, values) in [
        ("id", workflows.iter().map(|workflow| &workflow.id).collect::<Vec<_>>()),
        ("command", workflows.iter().map(|workflow| &workflow.command).collect()),
        ("prefix", workflows.iter().map(|workflow| &workflow.prefix).collect()),
    ] {
        let mut seen = BTreeSet::new();
        for (workflow, value) in workflows.iter().zip(values) {
            if !seen.insert(value) {
                faults.push(Fault::new(
                    format!("workflows/{}.toml", workflow.id),
                    1,
                    format!("the {what} `{value}` belongs to another workflow already"),
                    "choose another",
                ));
            }
        }
    }
    faults
}

fn check_articles(articles: &[Article], files: &[SourceFile]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for article in articles {
        let text = files.iter().find(|file| file.path == article.path).map_or("", |file| &file.text);
        if let Some(other) = first.insert(&article.id, &article.path) {
            faults.push(Fault::new(
                &article.path,
                line_of(text, "id ="),
                format!("the id `{}` is that of {other} already", article.id),
                "choose another id, and name the file after it",
            ));
        }
        let choices = article.asks.iter().flat_map(|asks| &asks.choices);
        for id in choices.filter_map(|choice| choice.article.as_deref()) {
            if articles.binary_search_by(|other| other.id.as_str().cmp(id)).is_err() {
                let cure = "name an article that is there";
                let what = format!("there is no article `{id}` for a choice to lead to");
                faults.push(Fault::new(&article.path, line_of(text, id), what, cure));
            }
        }
        let on_the_list = |id: &str| spdx::license_id(id).is_some() || spdx::exception_id(id).is_some();
        for license in article.licenses.iter().filter(|id| !on_the_list(id)) {
            faults.push(Fault::new(
                &article.path,
                line_of(text, license),
                format!("`{license}` is no SPDX license or exception id"),
                "see `ospo identify` for the id",
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::article::tests::SAMPLE;
    use super::*;

    /// The built-in set with one more article in the translation given, of a name and a day.
    fn with(name: &str, day: &str) -> Result<Knowledge, Vec<Fault>> {
        let mut set = files::built_in();
        let mut add = |path: &str, text: String| set.push(SourceFile { path: path.into(), text });
        let choices = "[[asks]]\nquestion = \"Where?\"\n[[asks.choices]]\nlabel = \"Here\"\narticle = \"internal-use\"\n\
                       [[asks.choices]]\nlabel = \"There\"\nadds = \"there\"\n\n[[sources]]";
        add("articles/copyleft/internal-use.md", SAMPLE.replace("[[sources]]", choices));
        let translated =
            format!("+++\ntitle = \"Ist interne Nutzung Weitergabe?\"\nreviewed = {day}\n+++\nNein.\n");
        add(&format!("articles/copyleft/{name}"), translated);
        Knowledge::load(&set)
    }

    #[test]
    fn a_translation_belongs_to_its_article_and_is_left_out_once_the_original_is_newer() {
        let knowledge = with("internal-use.de.md", "2026-11-24").unwrap();
        let article = knowledge.article("internal-use").unwrap();
        assert_eq!(article.translations["de"].body, "Nein.");
        assert_eq!(article.asks.as_ref().map(|asks| asks.choices.len()), Some(2));
        assert!(article.questions_in["de"].contains(&article.translations["de"].title));
        assert!(knowledge.warnings.is_empty());

        let knowledge = with("internal-use.de.md", "2026-01-01").unwrap();
        assert!(knowledge.article("internal-use").unwrap().translations.is_empty());
        assert!(knowledge.warnings[0].what.contains("before the original"));
        assert!(with("internal-uses.de.md", "2026-11-24").unwrap_err()[0].what.contains("no article"));
    }

    #[test]
    fn a_model_that_names_an_unknown_article_is_refused_with_the_nearest() {
        let mut set = files::built_in();
        let model = set.iter_mut().find(|file| file.path == "maturity/five-stages.toml").unwrap();
        model.text = model.text.replacen("\"maturity-ad-hoc\"", "\"maturity-adhoc\"", 1);
        let faults = Knowledge::load(&set).unwrap_err();
        assert_eq!(
            (faults.len(), faults[0].cure.as_str()),
            (1, "did you mean `maturity-ad-hoc`?"),
            "{faults:?}"
        );
        assert!(faults[0].line > 1);
    }
}
