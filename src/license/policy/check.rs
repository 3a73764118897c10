//! Applies the policy to an expression and explains each branch and the choice.

use jiff::civil::Date;
use serde::Serialize;

use super::{Exception, Policy, PolicyUse, Ruling};
use crate::license::Licenses;
use crate::license::compatibility::read_side;
use crate::license::expression::{Expression, ExpressionError, Term};
use crate::license::facts::{Category, Curation, Reach};
use crate::license::obligations::{Obligation, obligations};
use crate::license::reference_kind;
use crate::license::situation::Situation;

/// What is asked of the policy.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// SPDX expression, or a name that `identify` knows.
    pub expression: &'a str,
    /// What the software is used for.
    pub use_: PolicyUse,
    /// The component that has the license, for exceptions.
    pub component: Option<&'a str>,
    /// The project that uses it, for exceptions.
    pub project: Option<&'a str>,
    /// Today, for the expiry of exceptions; without it no exception holds.
    pub today: Option<Date>,
}

impl<'a> Request<'a> {
    /// An expression in a use, with no component, project or date.
    pub fn new(expression: &'a str, use_: PolicyUse) -> Self {
        Self { expression, use_, component: None, project: None, today: None }
    }
}

/// Whether a branch of an OR was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Chosen {
    /// This one.
    Yes,
    /// Another one.
    No,
}

/// One branch of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The branch.
    pub expression: String,
    /// What the policy says of it.
    pub verdict: Ruling,
    /// Why.
    pub why: String,
    /// Whether it was taken.
    pub chosen: Chosen,
}

/// What the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVerdict {
    /// The expression in current SPDX ids.
    pub expression: String,
    /// The use.
    #[serde(rename = "use")]
    pub use_: PolicyUse,
    /// The ruling.
    pub verdict: Ruling,
    /// Why, naming the license that decides and the branch that was chosen.
    pub why: String,
    /// What the chosen licenses ask for; empty where denied.
    pub obligations: Vec<Obligation>,
    /// Every branch of every choice.
    pub branches: Vec<Branch>,
    /// The expression with its choices made.
    pub chosen: String,
}

struct Judged {
    ruling: Ruling,
    why: String,
    chosen: Expression,
    /// The heaviest category in it: between branches with the same ruling the lighter one is taken.
    weight: Category,
}

impl Policy {
    /// Applies the policy.
    ///
    /// Errors: an expression that cannot be read, or an ambiguous name.
    pub fn check(&self, licenses: &Licenses, request: Request<'_>) -> Result<PolicyVerdict, ExpressionError> {
        let expression = read_side(licenses, request.expression)?;
        Ok(self.check_expression(licenses, &expression, request))
    }

    /// As [`Policy::check`], for an expression that is already read; `request.expression` is not looked at.
    pub fn check_expression(
        &self,
        licenses: &Licenses,
        expression: &Expression,
        request: Request<'_>,
    ) -> PolicyVerdict {
        let mut branches = Vec::new();
        let judged = match self.exception_for(expression, request) {
            Some(exception) => excepted(licenses, exception, expression),
            None => self.judge(licenses, expression, request, &mut branches),
        };
        let obligations = match judged.ruling {
            Ruling::Denied => Vec::new(),
            _ => obligations(licenses, &judged.chosen, Situation::of(request.use_.deployment())),
        };
        PolicyVerdict {
            expression: expression.to_string(),
            use_: request.use_,
            verdict: judged.ruling,
            why: judged.why,
            obligations,
            branches,
            chosen: judged.chosen.to_string(),
        }
    }

    /// Whether some exception, of any use and day, speaks of a component; case matters not.
    pub(crate) fn has_exception_for(&self, component: &str) -> bool {
        let names = |exception: &Exception| {
            exception.component.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(component))
        };
        self.exceptions.iter().any(names)
    }

    fn judge(
        &self,
        licenses: &Licenses,
        expression: &Expression,
        request: Request<'_>,
        branches: &mut Vec<Branch>,
    ) -> Judged {
        match expression {
            Expression::Term(term) => {
                let (ruling, why) = self.term(licenses, term, request.use_);
                Judged { ruling, why, chosen: expression.clone(), weight: category(licenses, term) }
            }
            Expression::And(parts) => {
                let judged: Vec<Judged> =
                    parts.iter().map(|part| self.judge(licenses, part, request, branches)).collect();
                let ruling = judged.iter().map(|part| part.ruling).min().unwrap_or(Ruling::Review);
                let deciding: Vec<&str> = judged
                    .iter()
                    .filter(|part| part.ruling == ruling)
                    .map(|part| part.why.as_str())
                    .collect();
                let why = deciding.join("; ");
                let weight = judged.iter().map(|part| part.weight).max().unwrap_or(Category::Unknown);
                let chosen = Expression::And(judged.into_iter().map(|part| part.chosen).collect());
                Judged { ruling, why, chosen, weight }
            }
            Expression::Or(choices) => {
                let judged: Vec<Judged> =
                    choices.iter().map(|choice| self.judge(licenses, choice, request, branches)).collect();
                // The best ruling, then the lightest license, then the first: authors name the preferred one first.
                let at = (0..judged.len())
                    .min_by_key(|n| (std::cmp::Reverse(judged[*n].ruling), judged[*n].weight, *n))
                    .unwrap_or(0);
                let best = judged[at].ruling;
                for (n, (choice, judged)) in choices.iter().zip(&judged).enumerate() {
                    branches.push(Branch {
                        expression: choice.to_string(),
                        verdict: judged.ruling,
                        why: judged.why.clone(),
                        chosen: if n == at { Chosen::Yes } else { Chosen::No },
                    });
                }
                let mut judged = judged;
                let taken = judged.swap_remove(at);
                let why = match best {
                    Ruling::Denied => format!("no branch of {expression} is allowed: {}", taken.why),
                    _ => format!("of {expression} take {}: {}", taken.chosen, taken.why),
                };
                Judged { why, ..taken }
            }
        }
    }

    /// One license: its own ruling, or that of its category.
    fn term(&self, licenses: &Licenses, term: &Term, use_: PolicyUse) -> (Ruling, String) {
        let whole = term.to_string();
        let own = |id: &str| {
            self.licenses
                .iter()
                .find(|rule| rule.id == id && (rule.uses.is_empty() || rule.uses.contains(&use_)))
        };
        // A ruling on the bare license does not hold for it with an exception: that is a milder license.
        let rule = own(&whole).or_else(|| if term.exception().is_none() { own(term.id()?) } else { None });
        if let Some(rule) = rule {
            return (
                rule.ruling,
                format!("{whole}: {} ({} for {})", rule.reason, words(rule.ruling), use_.key()),
            );
        }
        let category = category(licenses, term);
        let ruling = self
            .rulings
            .iter()
            .find(|(of, _)| *of == use_)
            .and_then(|(_, rulings)| rulings.iter().find(|(of, _)| *of == category))
            .map_or(Ruling::Review, |(_, ruling)| *ruling);
        let curated = term.id().and_then(|id| licenses.facts(id)).map(|facts| facts.curation);
        let hedge = if curated == Some(Curation::NotCurated) {
            ", a category that nobody has curated here"
        } else {
            ""
        };
        (
            ruling,
            format!("{whole} is {}{hedge}, which is {} for {}", category.key(), words(ruling), use_.key()),
        )
    }

    /// The exception that holds for this component or project today.
    fn exception_for(&self, expression: &Expression, request: Request<'_>) -> Option<&Exception> {
        let today = request.today?;
        let written = expression.to_string();
        self.exceptions.iter().find(|exception| {
            let fits = |wanted: &Option<String>, given: Option<&str>| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| given.is_some_and(|given| given.eq_ignore_ascii_case(wanted)))
            };
            fits(&exception.component, request.component)
                && fits(&exception.project, request.project)
                && exception.license.as_ref().is_none_or(|license| {
                    license.parse::<Expression>().is_ok_and(|license| license.to_string() == written)
                })
                && (exception.uses.is_empty() || exception.uses.contains(&request.use_))
                && today <= exception.expires
        })
    }
}

fn excepted(licenses: &Licenses, exception: &Exception, expression: &Expression) -> Judged {
    let target = exception.component.as_ref().or(exception.project.as_ref()).map_or("", String::as_str);
    let why = format!(
        "exception for {target}: {} (approved by {}, holds until {})",
        exception.reason, exception.approved_by, exception.expires
    );
    let weight = expression.terms().into_iter().map(|term| category(licenses, term)).max();
    let weight = weight.unwrap_or(Category::Unknown);
    Judged { ruling: exception.ruling, why, chosen: expression.clone(), weight }
}

/// The category of a license as it stands in an expression: a linking exception makes a strong copyleft weak.
fn category(licenses: &Licenses, term: &Term) -> Category {
    match term {
        Term::None => Category::NoLicense,
        Term::NoAssertion => Category::Unknown,
        Term::Reference(reference) => reference_kind(reference),
        Term::Spdx { id, exception, .. } => {
            let category = licenses.facts(id).map_or(Category::Unknown, super::super::facts::Facts::category);
            let reach = exception.as_ref().and_then(|id| licenses.exception(id)).map(|facts| facts.reach);
            match (category, reach) {
                (Category::StrongCopyleft, Some(Reach::Linking | Reach::Output)) => Category::WeakCopyleft,
                _ => category,
            }
        }
    }
}

fn words(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Allowed => "allowed",
        Ruling::Review => "to be reviewed",
        Ruling::Denied => "denied",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{licenses, policy};

    fn check(expression: &str, use_: PolicyUse) -> PolicyVerdict {
        policy().check(licenses(), Request::new(expression, use_)).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn each_branch_is_explained_and_the_best_is_chosen() {
        let verdict = check("MIT AND (GPL-2.0-only OR Apache-2.0)", PolicyUse::Distributed);
        assert_eq!((verdict.verdict, verdict.chosen.as_str()), (Ruling::Allowed, "MIT AND Apache-2.0"));
        assert_eq!(verdict.branches.len(), 2);
        assert!(verdict.branches.iter().any(|b| b.verdict == Ruling::Denied && b.chosen == Chosen::No));
        assert!(verdict.obligations.iter().any(|obligation| obligation.clause == "section 4(d)"));
    }

    #[test]
    fn between_equals_the_lighter_license_is_taken() {
        assert_eq!(check("GPL-3.0-only OR Apache-2.0", PolicyUse::Saas).chosen, "Apache-2.0");
    }

    #[test]
    fn categories_and_own_rulings_decide() {
        for (expression, use_, expected) in [
            ("GPL-3.0-only", PolicyUse::Internal, Ruling::Allowed),
            ("GPL-3.0-only", PolicyUse::Distributed, Ruling::Denied),
            ("GPL-2.0-only WITH Classpath-exception-2.0", PolicyUse::Distributed, Ruling::Review),
            ("AGPL-3.0-or-later", PolicyUse::Saas, Ruling::Review),
            ("MPL 2", PolicyUse::Distributed, Ruling::Allowed),
            ("NONE", PolicyUse::Internal, Ruling::Denied),
            ("NOASSERTION", PolicyUse::Saas, Ruling::Review),
            ("LicenseRef-Commercial", PolicyUse::Saas, Ruling::Review),
            ("MIT AND SSPL-1.0", PolicyUse::Saas, Ruling::Denied),
        ] {
            assert_eq!(check(expression, use_).verdict, expected, "{expression} for {}", use_.key());
        }
    }

    #[test]
    fn an_exception_holds_until_its_last_day() {
        let day = |text: &str| text.parse::<Date>().ok();
        let ask = |component, today| {
            let request = Request {
                component: Some(component),
                today,
                ..Request::new("GPL-2.0-only", PolicyUse::Device)
            };
            policy().check(licenses(), request).map(|verdict| verdict.verdict)
        };
        assert_eq!(ask("BusyBox", day("2027-12-31")), Ok(Ruling::Allowed));
        assert_eq!(ask("BusyBox", day("2028-01-01")), Ok(Ruling::Review));
        assert_eq!(ask("other", day("2027-01-01")), Ok(Ruling::Review));
        assert_eq!(ask("BusyBox", None), Ok(Ruling::Review));
    }
}
