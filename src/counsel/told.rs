//! What the license engine tells where no article is as exact: what a license asks for in a situation, and what an
//! SPDX expression means.

use super::names::{Called, Named};
use super::terms::Reading;
use super::texts;
use crate::knowledge::article::Source;
use crate::knowledge::{Article, Knowledge};
use crate::license::situation::{Changes, Linkage};
use crate::license::{
    self as license, Certainty, Deployment, Expression, Mention, Situation, Term, mentions, obligations,
    read_side,
};

/// An answer of the license engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What is answered, as a headline.
    pub title: String,
    /// The answer in Markdown.
    pub markdown: String,
    /// The SPDX ids that it is about.
    pub licenses: Vec<String>,
    /// Where it is written.
    pub sources: Vec<Source>,
}

/// Terms that ask for duties.
const DUTIES: &[&str] = &["duty", "comply", "obligation", "requir", "need", "must", "owe", "condition"];
/// Terms by which it is known where the software goes, the most telling first.
const WHERE: &[(Deployment, &[&str])] = &[
    (Deployment::Device, &["device", "firmware", "hardware", "embed"]),
    (Deployment::Saas, &["saas", "host", "network", "server", "cloud", "web"]),
    (Deployment::Internal, &["internal", "employee"]),
    (Deployment::Distributed, &["distribute", "sell", "app", "customer", "binary", "release", "give"]),
];
/// Terms that ask what something means.
const MEANS: &[&str] = &["mean", "explain", "identifier", "spdx", "differ"];

/// What a license asks for, when a question names one, asks for duties, and says where the software goes.
pub(super) fn duties(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<Told> {
    let has = |terms: &[&str]| reading.terms.iter().any(|term| terms.contains(&term.as_str()));
    let said = super::text::words(question);
    let asks =
        has(DUTIES) || said.windows(2).any(|two| two == ["have", "to"]) || said.contains(&"must".to_owned());
    let (deployment, _) = WHERE.iter().find(|(_, terms)| has(terms))?;
    let expression = one(knowledge, question, reading)?;
    let parsed = read_side(&knowledge.licenses, &expression).ok().filter(|_| asks)?;
    let mut situation = Situation::of(*deployment);
    if has(&["modify"]) {
        situation.changes = Changes::Modified;
    }
    if has(&["static"]) {
        situation.linkage = Linkage::Static;
    }
    let steps = obligations(&knowledge.licenses, &parsed, situation);
    let step = |step: &license::Obligation| (step.step.clone(), step.clause.clone());
    let markdown = texts::duties(*deployment, steps.iter().map(step));
    let name = knowledge.licenses.name(&expression);
    Some(Told { title: texts::duties_title(&name, *deployment), markdown, ..about(knowledge, &parsed) })
}

/// What an expression means, when a question asks for it and says little else.
pub(super) fn meaning(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<Told> {
    const LITTLE: usize = 2;
    let said = super::text::words(question);
    let asks = said.windows(2).any(|two| {
        matches!(two[0].as_str(), "what" | "whats") && matches!(two[1].as_str(), "is" | "does" | "are")
    }) || reading.terms.iter().any(|term| MEANS.contains(&term.as_str()));
    let about_it = |term: &&String| {
        !term.starts_with(super::names::SIGN) && !MEANS.contains(&term.as_str()) && term.as_str() != "license"
    };
    let expression = one(knowledge, question, reading)?;
    let parsed = read_side(&knowledge.licenses, &expression).ok()?;
    // The words of a name that is not known to the search are left as terms.
    let of_the_name = super::text::words(&expression);
    let rest = reading.terms.iter().filter(about_it).filter(|term| !of_the_name.contains(term)).count();
    if rest > LITTLE || !asks {
        return None;
    }
    let mut told = about(knowledge, &parsed);
    let parts: Vec<String> =
        parsed.terms().into_iter().filter_map(|term| explained(knowledge, term)).collect();
    told.markdown = texts::meaning(&parts, parsed.terms().len());
    told.title = texts::meaning_title(&expression);
    (!parts.is_empty()).then_some(told)
}

/// Words that say that a name is a license's.
const LICENSE: &[&str] = &["license", "licence", "lizenz", "licencia"];

/// What a license means that is asked for by a name that can be nothing else: one with the word for it, or an id with a
/// version.
pub(super) fn named(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<Told> {
    let said = super::text::words(question);
    let with_the_word = said.iter().any(|word| LICENSE.contains(&word.as_str()));
    let with_version = |mention: &Mention| {
        mention.certainty == Certainty::Certain
            && question
                .get(mention.range.clone())
                .is_some_and(|name| name.contains(|c: char| c.is_ascii_digit()))
    };
    if !with_the_word && !mentions(&knowledge.licenses, question).iter().any(with_version) {
        return None;
    }
    meaning(knowledge, question, reading)
}

/// Whether an article is on just what was told: it lists every license, and names every exception.
pub(super) fn as_exact(told: &Told, article: &Article) -> bool {
    let names = |id: &String| {
        let lists = article.licenses.iter().any(|license| license == id);
        lists || article.title.contains(id.as_str()) || article.body.contains(id.as_str())
    };
    told.licenses.iter().all(names)
}

/// The one expression that a question names for certain.
fn one(knowledge: &Knowledge, question: &str, reading: &Reading) -> Option<String> {
    let called = |named: &Named| named.called == Called::License || named.version.is_some();
    let certain =
        |mention: &Mention| mention.certainty == Certainty::Certain || reading.named.iter().any(called);
    let found: Vec<Mention> = mentions(&knowledge.licenses, question).into_iter().filter(certain).collect();
    match found.as_slice() {
        [one] => one.expression.clone(),
        _ => None,
    }
}

fn about(knowledge: &Knowledge, expression: &Expression) -> Told {
    let mut told =
        Told { title: String::new(), markdown: String::new(), licenses: Vec::new(), sources: Vec::new() };
    let mut source = |of: &license::Source| {
        let of = Source { title: of.title.clone(), url: of.url.clone() };
        if !of.url.is_empty() && !told.sources.contains(&of) {
            told.sources.push(of);
        }
    };
    for term in expression.terms() {
        if let Some(facts) = term.id().and_then(|id| knowledge.licenses.facts(id)) {
            facts.sources.iter().for_each(&mut source);
        }
        if let Some(exception) = term.exception().and_then(|id| knowledge.licenses.exception(id)) {
            source(&exception.source);
        }
        told.licenses.extend(term.id().map(str::to_owned));
        told.licenses.extend(term.exception().map(str::to_owned));
    }
    told
}

fn explained(knowledge: &Knowledge, term: &Term) -> Option<String> {
    let facts = knowledge.licenses.facts(term.id()?)?;
    let exception = term.exception().map(|id| {
        let summary = knowledge.licenses.exception(id).map(|exception| exception.summary.as_str());
        texts::exception(id, summary)
    });
    Some(texts::license(facts, exception.as_deref()))
}
