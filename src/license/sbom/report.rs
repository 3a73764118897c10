//! What the policy says of every component of an SBOM.

use std::collections::HashMap;

use ::spdx::expression::Operator;
use jiff::civil::Date;
use serde::Serialize;

use super::{Component, Format, Reference, Sbom, stated};
use crate::license::compatibility::read_side;
use crate::license::expression::{Expression, MAX_TERMS, Term, license_id, shortened};
use crate::license::facts::Category;
use crate::license::names::identify;
use crate::license::policy::{Policy, PolicyUse, PolicyVerdict, Request, Ruling};
use crate::license::{Licenses, reference_kind, texts};

/// How sure a name must be to stand for a license reference of the document.
const SURE: f32 = 0.9;
/// How many bytes of names, beside expressions, are looked up for one SBOM: some hundreds of different names, where a
/// real one has some dozens. A lookup by likeness takes about a millisecond, and a file could hold 100,000 of them.
const NAMES_BUDGET: usize = 16 * 1024;
/// What one lookup takes from the budget at the most: longer names are cut short there.
const MOST_OF_BUDGET: usize = 512;

/// How a component stands. Ordered as people must look at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The policy forbids it.
    Denied,
    /// The OSPO must look at it.
    Review,
    /// Nobody knows its license, so nobody can say.
    Unknown,
    /// The policy allows it.
    Allowed,
}

impl Standing {
    /// Every standing, in order.
    pub const ALL: [Self; 4] = [Self::Denied, Self::Review, Self::Unknown, Self::Allowed];
}

/// What is asked of the policy for all components.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What the software is used for.
    pub use_: PolicyUse,
    /// The project, for exceptions of the policy.
    pub project: Option<&'a str>,
    /// Today, for the expiry of exceptions; without it no exception holds.
    pub today: Option<Date>,
}

/// One component with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name, with its group.
    pub component: String,
    /// Its version.
    pub version: Option<String>,
    /// Its package URL.
    pub purl: Option<String>,
    /// The license in current SPDX ids; as written where it is not understood; `NOASSERTION` where none is stated.
    pub license: String,
    /// The verdict.
    pub verdict: Standing,
    /// Why.
    pub why: String,
}

/// How many of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// What the SBOM is written in.
    pub format: Format,
    /// What it is the bill of.
    pub subject: Option<String>,
    /// The use that was asked about.
    #[serde(rename = "use")]
    pub use_: PolicyUse,
    /// All of them.
    pub components: usize,
    /// Forbidden ones.
    pub denied: usize,
    /// Those that need a review.
    pub review: usize,
    /// Those of which nobody knows the license.
    pub unknown: usize,
    /// Allowed ones.
    pub allowed: usize,
}

impl Summary {
    /// How many have a standing.
    pub fn of(&self, standing: Standing) -> usize {
        match standing {
            Standing::Denied => self.denied,
            Standing::Review => self.review,
            Standing::Unknown => self.unknown,
            Standing::Allowed => self.allowed,
        }
    }
}

/// An SBOM, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SbomReport {
    /// How many of each.
    pub summary: Summary,
    /// Every component: denied first, then review, unknown, allowed; by name and version within each.
    pub components: Vec<Finding>,
}

impl SbomReport {
    /// Judges every component. Never fails: what cannot be read is unknown and says why.
    pub fn of(sbom: &Sbom, policy: &Policy, licenses: &Licenses, question: Question<'_>) -> Self {
        let mut judge = Judge::new(policy, licenses, &sbom.references, question);
        let mut components: Vec<Finding> = sbom
            .components
            .iter()
            .map(|component| {
                let judged = judge.judge(component);
                Finding {
                    component: component.full_name(),
                    version: component.version.clone(),
                    purl: component.purl.clone(),
                    license: judged.license,
                    verdict: judged.standing,
                    why: judged.why,
                }
            })
            .collect();
        components.sort_by_cached_key(|one| {
            (
                one.verdict,
                one.component.to_lowercase(),
                one.component.clone(),
                one.version.clone(),
                one.purl.clone(),
            )
        });
        let count = |standing| components.iter().filter(|one| one.verdict == standing).count();
        let summary = Summary {
            format: sbom.format,
            subject: sbom.subject.clone(),
            use_: question.use_,
            components: components.len(),
            denied: count(Standing::Denied),
            review: count(Standing::Review),
            unknown: count(Standing::Unknown),
            allowed: count(Standing::Allowed),
        };
        Self { summary, components }
    }

    /// The components with a standing.
    pub fn with(&self, standing: Standing) -> &[Finding] {
        let from = self.components.partition_point(|one| one.verdict < standing);
        let to = self.components.partition_point(|one| one.verdict <= standing);
        &self.components[from..to]
    }
}

/// What is said of one combination of licenses.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) license: String,
    pub(crate) standing: Standing,
    pub(crate) why: String,
    /// The licenses that apply, choices made; none where the license is not understood or not stated.
    pub(crate) chosen: Option<Expression>,
}

/// Judges components, each distinct combination of licenses once.
pub(crate) struct Judge<'a> {
    policy: &'a Policy,
    licenses: &'a Licenses,
    references: &'a std::collections::BTreeMap<String, Reference>,
    question: Question<'a>,
    read: HashMap<Vec<String>, Result<Expression, String>>,
    judged: HashMap<Vec<String>, Judged>,
    named: HashMap<String, Option<Expression>>,
    budget: usize,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        policy: &'a Policy,
        licenses: &'a Licenses,
        references: &'a std::collections::BTreeMap<String, Reference>,
        question: Question<'a>,
    ) -> Self {
        Self {
            policy,
            licenses,
            references,
            question,
            read: HashMap::new(),
            judged: HashMap::new(),
            named: HashMap::new(),
            budget: NAMES_BUDGET,
        }
    }

    pub(crate) fn judge(&mut self, component: &Component) -> Judged {
        let full_name = component.full_name();
        let excepted =
            [&full_name, &component.name].into_iter().find(|name| self.policy.has_exception_for(name));
        // An exception speaks of one component, so its verdict is no other's.
        if excepted.is_none()
            && let Some(judged) = self.judged.get(&component.licenses)
        {
            return judged.clone();
        }
        let expression = match self.read.get(&component.licenses) {
            Some(read) => read.clone(),
            None => {
                let read = self.expression(&component.licenses);
                self.read.insert(component.licenses.clone(), read.clone());
                read
            }
        };
        let judged = match expression {
            Ok(expression) => {
                let request = Request {
                    expression: "",
                    use_: self.question.use_,
                    component: excepted.map(String::as_str),
                    project: self.question.project,
                    today: self.question.today,
                };
                told(self.policy.check_expression(self.licenses, &expression, request))
            }
            Err(why) => {
                let written = component.licenses.join(" and ");
                Judged { license: shortened(&written), standing: Standing::Unknown, why, chosen: None }
            }
        };
        if excepted.is_none() {
            self.judged.insert(component.licenses.clone(), judged.clone());
        }
        judged
    }

    /// All licenses of a component as one expression: where several are listed, all of them apply, because no format
    /// says that one may choose.
    fn expression(&mut self, written: &[String]) -> Result<Expression, String> {
        if written.len() > MAX_TERMS {
            return Err(texts::sbom_too_many_licenses(written.len()));
        }
        let mut all: Option<Expression> = None;
        for text in written.iter().filter(|text| stated(text)) {
            let read = self.one(text)?;
            let read = self.resolved(read);
            all = Some(match all {
                Some(before) => Expression::join(Operator::And, before, read),
                None => read,
            });
        }
        let all = all.unwrap_or(Expression::Term(Term::NoAssertion));
        match all.terms().len() {
            too_many if too_many > MAX_TERMS => Err(texts::sbom_too_many_licenses(too_many)),
            _ => Ok(all),
        }
    }

    fn one(&mut self, text: &str) -> Result<Expression, String> {
        if is_in_ids(text)
            && let Ok(expression) = text.parse()
        {
            return Ok(expression);
        }
        if !self.afford(text) {
            return Err(texts::SBOM_TOO_MANY_NAMES.to_owned());
        }
        read_side(self.licenses, text).map_err(|error| error.to_string())
    }

    /// Takes a lookup from the budget, while there is one.
    fn afford(&mut self, name: &str) -> bool {
        let left = self.budget.checked_sub(name.len().min(MOST_OF_BUDGET));
        self.budget = left.unwrap_or(0);
        left.is_some()
    }

    /// A reference whose name in the document is that of a license stands for this license.
    fn resolved(&mut self, expression: Expression) -> Expression {
        match expression {
            Expression::And(parts) => {
                Expression::And(parts.into_iter().map(|part| self.resolved(part)).collect())
            }
            Expression::Or(parts) => {
                Expression::Or(parts.into_iter().map(|part| self.resolved(part)).collect())
            }
            Expression::Term(Term::Reference(reference)) => {
                self.named(&reference).unwrap_or(Expression::Term(Term::Reference(reference)))
            }
            term => term,
        }
    }

    fn named(&mut self, reference: &str) -> Option<Expression> {
        let name = self.references.get(reference)?.name.as_deref()?;
        if let Some(known) = self.named.get(name) {
            return known.clone();
        }
        let found = self.afford(name).then(|| identify(self.licenses, name));
        let sure = found.filter(|found| found.confidence >= SURE && found.alternatives.is_empty());
        let expression = sure.and_then(|found| found.expression?.parse().ok());
        self.named.insert(name.to_owned(), expression.clone());
        expression
    }
}

/// Whether every word is an SPDX id, a reference or an operator: then reading it as an expression costs nothing.
fn is_in_ids(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).filter(|word| !word.is_empty()).all(
        |word| {
            ["AND", "OR", "WITH", "NONE", "NOASSERTION"].iter().any(|known| word.eq_ignore_ascii_case(known))
                || ["LicenseRef-", "DocumentRef-", "AdditionRef-"].iter().any(|mark| word.starts_with(mark))
                || license_id(word).or_else(|| license_id(word.strip_suffix('+')?)).is_some()
                || ::spdx::exception_id(word).is_some()
        },
    )
}

fn told(verdict: PolicyVerdict) -> Judged {
    let chosen = verdict.chosen.parse::<Expression>().ok();
    let terms = chosen.as_ref().map(Expression::terms).unwrap_or_default();
    let nobody_knows = |term: &&Term| match term {
        Term::NoAssertion => true,
        Term::Reference(reference) => reference_kind(reference) == Category::Unknown,
        Term::Spdx { .. } | Term::None => false,
    };
    let standing = match verdict.verdict {
        Ruling::Denied => Standing::Denied,
        Ruling::Review if terms.iter().any(nobody_knows) => Standing::Unknown,
        Ruling::Review => Standing::Review,
        Ruling::Allowed => Standing::Allowed,
    };
    let why = match (standing, terms.as_slice()) {
        (Standing::Unknown, [Term::NoAssertion]) => texts::SBOM_NOTHING_STATED.to_owned(),
        _ => verdict.why,
    };
    let chosen = chosen.filter(|chosen| *chosen != Expression::Term(Term::NoAssertion));
    Judged { license: verdict.expression, standing, why, chosen }
}
