//! An answer for scripts: what `ospo ask --json` prints.

use serde::Serialize;

use super::{Alternative, Answer, Kind};
use super::{beside, texts};
use crate::knowledge::Knowledge;
use crate::knowledge::article::Source;
use crate::license::Verdict;

/// One answer, with exactly the keys of the design's section 9.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskReport {
    /// The question as asked.
    pub question: String,
    /// What became of it.
    pub kind: Kind,
    /// The article that answers.
    pub id: Option<String>,
    /// The question that it answers.
    pub title: Option<String>,
    /// The answer in Markdown.
    pub text: Option<String>,
    /// The SPDX ids that the answer is about.
    pub licenses: Vec<String>,
    /// The answer in a word.
    pub verdict: Option<Verdict>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Where it is written.
    pub sources: Vec<Source>,
    /// Other articles that may be meant.
    pub alternatives: Vec<Alternative>,
}

/// Reports an answer to a question.
pub fn ask(answer: &Answer, question: &str, knowledge: &Knowledge) -> AskReport {
    let mut report = AskReport {
        question: question.to_owned(),
        kind: answer.kind,
        id: answer.article.clone(),
        title: None,
        text: None,
        licenses: Vec::new(),
        verdict: answer.verdict,
        confidence: answer.confidence,
        sources: Vec::new(),
        alternatives: answer.alternatives.clone(),
    };
    if answer.kind != Kind::Answer {
        return report;
    }
    let note = texts::in_english(answer.language).map(|note| format!("{note}\n\n")).unwrap_or_default();
    if let Some(engine) = &answer.engine {
        let name = |expression: &str| knowledge.licenses.name(expression);
        report.title = Some(texts::pair_title(&name(&engine.inbound), &name(&engine.outbound)));
        report.text = Some(format!("{note}{}: {}", texts::verdict_word(engine.verdict), engine.why));
        // A side can be several versions of a license.
        let sides = [&engine.inbound, &engine.outbound];
        report.licenses = sides.iter().flat_map(|side| side.split(", ")).map(str::to_owned).collect();
        report.sources = engine
            .sources
            .iter()
            .map(|source| Source { title: source.title.clone(), url: source.url.clone() })
            .collect();
    } else if let Some(told) = &answer.told {
        report.title = Some(told.title.clone());
        report.text = Some(format!("{note}{}", told.markdown));
        report.licenses.clone_from(&told.licenses);
        report.sources.clone_from(&told.sources);
    } else if let Some(article) = answer.article.as_deref().and_then(|id| knowledge.article(id)) {
        match article.translations.get(answer.language.code()) {
            Some(translation) => {
                report.title = Some(translation.title.clone());
                report.text = Some(translation.body.clone());
            }
            None => {
                report.title = Some(article.title.clone());
                report.text = Some(format!("{note}{}", article.body));
            }
        }
        report.licenses.clone_from(&article.licenses);
        report.sources.clone_from(&article.sources);
    }
    if let Some(text) = &mut report.text {
        if let Some(short) = beside::second(answer, knowledge) {
            text.push_str(&format!("\n\n{}", texts::second(&short)));
        }
        let others = beside::others(answer, knowledge);
        if !others.is_empty() {
            text.push_str(&format!("\n\n{}", texts::others(&others)));
        }
    }
    report
}
