//! A condition in a curated file: an expression of the Common Expression Language that says yes or no.
//!
//! It reads what it is given and nothing else, it has no loops, and its length and depth are bounded: whoever may
//! write one can neither look around nor keep the bot busy. Which names there are is the vocabulary of the place it
//! stands in; [`Condition::faults`] finds, before anything is decided by it, what could not be understood, what is
//! neither yes nor no, and what could never be true.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::parser::Parser;
use cel::{Context, Env, Value};
use serde::{Deserialize, Serialize};

use super::source::suggest;

/// The most characters of a condition.
pub const LONGEST: usize = 500;
/// How deep its parts may be nested. The parser guards its own depth only after it has used a lot of stack, so brackets
/// and signs are counted before.
const DEEPEST: u16 = 16;
/// How deep brackets may be nested.
const DEEPEST_BRACKETS: usize = 6;
/// The most signs that may make it deep by themselves: `!`, `-`, `?`, `.`.
const MOST_SIGNS: usize = 60;
/// The most parts it may be made of.
const MOST_PARTS: usize = 100;
/// How many combinations of values are tried to see whether it can be true.
const MOST_TRIALS: usize = 20_000;

/// The functions and operators there are: none loops, none reads a clock, none is costly.
const FUNCTIONS: &[&str] = &[
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::IN,
    "contains",
    "startsWith",
    "endsWith",
    "size",
];

/// A condition, as written; it is parsed when it is first needed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Condition {
    source: String,
    parsed: OnceLock<Result<Arc<IdedExpr>, ConditionError>>,
}

impl From<String> for Condition {
    fn from(source: String) -> Self {
        Self { source, parsed: OnceLock::new() }
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.source
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.source).finish()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Condition {}

/// Why a condition says neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It is longer than allowed.
    #[error("a condition of {0} characters is too long; {LONGEST} are allowed")]
    TooLong(usize),
    /// It is no expression.
    #[error("not an expression: {0}")]
    Unreadable(String),
    /// It has too many parts.
    #[error("too many parts; {MOST_PARTS} are allowed")]
    TooLarge,
    /// It could not be worked out on the values given.
    #[error("cannot be worked out: {0}")]
    Failed(String),
    /// It gives something else than yes or no.
    #[error("gives {0}, which is neither true nor false")]
    NotYesOrNo(String),
}

/// A value that a condition may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    /// Yes or no.
    Flag(bool),
    /// Words; none are given as the empty text.
    Text(String),
    /// Several words.
    Words(Vec<String>),
}

/// What a condition may read: `form.license` is the fact `license` under the root `form`.
pub type Facts = BTreeMap<&'static str, BTreeMap<String, Fact>>;

/// The values that a fact may take, where a condition is checked before there are facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Yes or no.
    Flag,
    /// One of these, or nothing.
    Choice(Vec<String>),
    /// Any words.
    Text,
    /// Any list of words.
    Words,
    /// This list of words.
    Fixed(Vec<String>),
}

/// The names that a condition may use, with the values they may take.
pub type Vocabulary = BTreeMap<&'static str, BTreeMap<String, Values>>;

impl Condition {
    fn parsed(&self) -> Result<Arc<IdedExpr>, ConditionError> {
        self.parsed.get_or_init(|| parse(&self.source).map(Arc::new)).clone()
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// Why it says neither yes nor no; a decision must count that as no.
    pub fn holds(&self, facts: &Facts) -> Result<bool, ConditionError> {
        let expression = self.parsed()?;
        evaluate(&expression, &context(&expression, facts)?)
    }

    /// The facts under a root that it reads.
    pub fn reads(&self, root: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Ok(expression) = self.parsed() {
            walk(&expression, &mut |part| {
                found.extend(named(part).filter(|(of, _)| *of == root).map(|(_, name)| name.to_owned()));
            });
        }
        found
    }

    /// What is wrong with it where these names may be used: each a sentence without a full stop.
    pub fn faults(&self, vocabulary: &Vocabulary) -> Vec<String> {
        let expression = match self.parsed() {
            Ok(expression) => expression,
            Err(why) => return vec![why.to_string()],
        };
        let mut faults = unknown_words(&expression, vocabulary);
        if faults.is_empty() {
            faults.extend(not_yes_or_no(&expression, vocabulary));
        }
        if faults.is_empty() {
            faults.extend(never_true(&expression, vocabulary));
        }
        faults
    }
}

fn parse(source: &str) -> Result<IdedExpr, ConditionError> {
    let length = source.chars().count();
    if length > LONGEST {
        return Err(ConditionError::TooLong(length));
    }
    if !is_shallow(source) {
        return Err(ConditionError::TooLarge);
    }
    let expression = Parser::new().max_recursion_depth(DEEPEST).parse(source).map_err(|errors| {
        let why = errors.errors.first().map_or_else(|| "empty".to_owned(), |error| error.msg.clone());
        ConditionError::Unreadable(why)
    })?;
    let mut parts = 0;
    walk(&expression, &mut |_| parts += 1);
    if parts > MOST_PARTS { Err(ConditionError::TooLarge) } else { Ok(expression) }
}

/// Whether brackets and signs, outside of quoted texts, stay within their bounds.
fn is_shallow(source: &str) -> bool {
    let (mut depth, mut signs, mut quote, mut escaped) = (0_usize, 0_usize, None, false);
    for sign in source.chars() {
        match (quote, sign) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), sign) if sign == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(sign),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '!' | '-' | '?' | '.') => signs += 1,
            (None, _) => {}
        }
        if depth > DEEPEST_BRACKETS || signs > MOST_SIGNS {
            return false;
        }
    }
    true
}

/// What an expression is evaluated in: the facts that it reads, and no others, since there may be many and each costs.
fn context(expression: &IdedExpr, facts: &Facts) -> Result<Context<'static, 'static>, ConditionError> {
    /// The functions of the language. They are many, and never change.
    static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
    let mut read: BTreeMap<&str, BTreeMap<&str, &Fact>> =
        facts.keys().map(|root| (*root, BTreeMap::new())).collect();
    walk(expression, &mut |part| {
        if let Some((root, name)) = named(part)
            && let Some((name, fact)) = facts.get(root).and_then(|facts| facts.get_key_value(name))
        {
            read.entry(root).or_default().insert(name, fact);
        }
    });
    let mut context = Context::with_env(Arc::clone(&LANGUAGE));
    for (root, facts) in read {
        context.add_variable(root, facts).map_err(|error| ConditionError::Failed(error.to_string()))?;
    }
    Ok(context)
}

fn evaluate(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<bool, ConditionError> {
    match Value::resolve(expression, context) {
        Ok(Value::Bool(holds)) => Ok(holds),
        Ok(other) => Err(ConditionError::NotYesOrNo(format!("{:?}", other.type_of()).to_lowercase())),
        Err(error) => Err(ConditionError::Failed(error.to_string())),
    }
}

/// Visits an expression and all its parts.
fn walk<'e>(expression: &'e IdedExpr, visit: &mut dyn FnMut(&'e IdedExpr)) {
    visit(expression);
    match &expression.expr {
        Expr::Call(call) => {
            call.target.iter().for_each(|target| walk(target, visit));
            call.args.iter().for_each(|argument| walk(argument, visit));
        }
        Expr::Select(select) => walk(&select.operand, visit),
        Expr::List(list) => list.elements.iter().for_each(|element| walk(element, visit)),
        // The rest is refused by `unknown_words`, whatever is in it.
        _ => {}
    }
}

/// `form.license` as root and name.
fn named(part: &IdedExpr) -> Option<(&str, &str)> {
    match &part.expr {
        Expr::Select(select) if !select.test => match &select.operand.expr {
            Expr::Ident(root) => Some((root, &select.field)),
            _ => None,
        },
        _ => None,
    }
}

fn literal(part: &IdedExpr) -> Option<&str> {
    match &part.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Names that do not exist, functions that are not offered, and answers that no choice allows.
fn unknown_words(expression: &IdedExpr, vocabulary: &Vocabulary) -> Vec<String> {
    let mut faults = Vec::new();
    let mut roots = 0;
    let mut selects = 0;
    walk(expression, &mut |part| match &part.expr {
        Expr::Ident(root) => {
            roots += 1;
            if !vocabulary.contains_key(root.as_str()) {
                let all = list(vocabulary.keys().copied());
                faults.push(format!("`{root}` is unknown; a condition reads {all}"));
            }
        }
        Expr::Select(select) => {
            let Some((root, name)) = named(part) else {
                faults.push(format!("`.{}` is not possible here", select.field));
                return;
            };
            selects += 1;
            let Some(names) = vocabulary.get(root) else { return };
            if !names.contains_key(name) {
                let near = suggest(name, names.keys().map(String::as_str));
                let near = near.map(|near| format!("did you mean `{root}.{near}`? ")).unwrap_or_default();
                let all = list(names.keys().map(String::as_str));
                faults.push(format!("`{root}.{name}` is unknown; {near}known are {all}"));
            }
        }
        Expr::Call(call) => {
            if !FUNCTIONS.contains(&call.func_name.as_str()) {
                let name = call.func_name.trim_matches('_');
                faults.push(format!("`{name}` is not offered in conditions"));
            }
            faults.extend(impossible_choices(call, vocabulary));
        }
        Expr::List(_) | Expr::Literal(_) => {}
        Expr::Comprehension(_) => faults.push("loops are not offered in conditions".to_owned()),
        _ => faults.push("only comparisons of answers are offered in conditions".to_owned()),
    });
    if faults.is_empty() && roots != selects {
        faults.push("name what you mean within it, such as `form.license`".to_owned());
    }
    faults.dedup();
    faults
}

/// A choice compared with what cannot be chosen.
fn impossible_choices(call: &CallExpr, vocabulary: &Vocabulary) -> Vec<String> {
    let compares = [operators::EQUALS, operators::NOT_EQUALS, operators::IN];
    if !compares.contains(&call.func_name.as_str()) {
        return Vec::new();
    }
    let choices = call.args.iter().find_map(|part| {
        let (root, name) = named(part)?;
        match vocabulary.get(root)?.get(name)? {
            Values::Choice(choices) => Some((format!("{root}.{name}"), choices)),
            _ => None,
        }
    });
    let Some((name, choices)) = choices else { return Vec::new() };
    let mut words = Vec::new();
    for part in &call.args {
        walk(part, &mut |part| words.extend(literal(part)));
    }
    words.retain(|word| !word.is_empty() && !choices.iter().any(|choice| choice == word));
    words
        .into_iter()
        .map(|word| {
            let all = list(choices.iter().map(String::as_str));
            format!("`{name}` is never `{word}`; it is one of {all}")
        })
        .collect()
}

/// A value of each kind, to try an expression on.
fn blank(values: &Values) -> Fact {
    match values {
        Values::Flag => Fact::Flag(false),
        Values::Choice(_) | Values::Text => Fact::Text(String::new()),
        Values::Words => Fact::Words(Vec::new()),
        Values::Fixed(words) => Fact::Words(words.clone()),
    }
}

/// Every part that decides must say yes or no, also those that are reached only sometimes.
fn not_yes_or_no(expression: &IdedExpr, vocabulary: &Vocabulary) -> Option<String> {
    let facts: Facts = vocabulary
        .iter()
        .map(|(root, names)| {
            (*root, names.iter().map(|(name, values)| (name.clone(), blank(values))).collect())
        })
        .collect();
    fn decides(part: &IdedExpr, context: &Context<'_, '_>) -> Option<String> {
        let logical = [operators::LOGICAL_AND, operators::LOGICAL_OR, operators::LOGICAL_NOT];
        match &part.expr {
            Expr::Call(call)
                if logical.contains(&call.func_name.as_str()) || call.func_name == operators::CONDITIONAL =>
            {
                call.args.iter().find_map(|part| decides(part, context))
            }
            _ => evaluate(part, context).err().map(|why| why.to_string()),
        }
    }
    match context(expression, &facts) {
        Ok(context) => decides(expression, &context),
        Err(why) => Some(why.to_string()),
    }
}

/// Tries it on the values that matter to it: every choice, yes and no, and every text it names.
fn never_true(expression: &IdedExpr, vocabulary: &Vocabulary) -> Option<String> {
    let (mut names, mut words) = (BTreeSet::new(), BTreeSet::new());
    walk(expression, &mut |part| {
        names.extend(named(part));
        words.extend(literal(part).map(str::to_owned));
    });
    let all = words.iter().cloned().collect::<String>();
    let trials: Vec<(&str, &str, Vec<Fact>)> = names
        .into_iter()
        .filter_map(|(root, name)| {
            let values = vocabulary.get(root)?.get(name)?;
            let text = |text: &String| Fact::Text(text.clone());
            let trials = match values {
                Values::Flag => vec![Fact::Flag(false), Fact::Flag(true)],
                Values::Choice(choices) => {
                    choices.iter().map(text).chain([Fact::Text(String::new())]).collect()
                }
                Values::Text => {
                    let mut trials: Vec<Fact> = words.iter().map(text).collect();
                    let fixed =
                        vocabulary.values().flat_map(BTreeMap::values).filter_map(|values| match values {
                            Values::Fixed(words) => words.first(),
                            _ => None,
                        });
                    trials.extend(fixed.map(text));
                    trials.extend([String::new(), "x".repeat(3000), all.clone()].iter().map(text));
                    trials
                }
                Values::Words => {
                    let everything = words.iter().cloned().collect();
                    vec![Fact::Words(Vec::new()), Fact::Words(everything)]
                }
                // An empty list says "none for now", not that the rule is wrong.
                Values::Fixed(fixed) if fixed.is_empty() => {
                    vec![Fact::Words(words.iter().cloned().chain([String::new()]).collect())]
                }
                Values::Fixed(words) => vec![Fact::Words(words.clone())],
            };
            Some((root, name, trials))
        })
        .collect();
    let count = trials.iter().try_fold(1_usize, |count, (.., values)| count.checked_mul(values.len()));
    // One that reads more than can be tried is not called impossible.
    let count = count.filter(|count| *count <= MOST_TRIALS)?;
    for trial in 0..count {
        let mut rest = trial;
        let mut facts: Facts = vocabulary.keys().map(|root| (*root, BTreeMap::new())).collect();
        for (root, name, values) in &trials {
            if let Some(facts) = facts.get_mut(*root) {
                facts.insert((*name).to_owned(), values[rest % values.len()].clone());
            }
            rest /= values.len();
        }
        if context(expression, &facts).is_ok_and(|context| evaluate(expression, &context) == Ok(true)) {
            return None;
        }
    }
    Some("can never be true".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let kinds = vec!["small fix".to_owned(), "feature".to_owned()];
        let form = [
            ("kind", Values::Choice(kinds)),
            ("license", Values::Text),
            ("crypto", Values::Flag),
            ("other", Values::Flag),
        ];
        let lists = [("licenses", Values::Fixed(vec!["MIT".to_owned()]))];
        let named = |names: &[(&str, Values)]| {
            names.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect()
        };
        Vocabulary::from([
            ("form", named(&form)),
            ("requester", named(&[("roles", Values::Words)])),
            ("lists", named(&lists)),
        ])
    }

    fn facts() -> Facts {
        let text = |text: &str| Fact::Text(text.to_owned());
        Facts::from([
            (
                "form",
                BTreeMap::from([
                    ("kind".to_owned(), text("small fix")),
                    ("license".to_owned(), text("MIT")),
                    ("crypto".to_owned(), Fact::Flag(true)),
                    ("other".to_owned(), Fact::Flag(false)),
                ]),
            ),
            ("requester", BTreeMap::from([("roles".to_owned(), Fact::Words(vec!["legal".to_owned()]))])),
            ("lists", BTreeMap::from([("licenses".to_owned(), Fact::Words(vec!["MIT".to_owned()]))])),
        ])
    }

    fn condition(text: &str) -> Condition {
        Condition::from(text.to_owned())
    }

    #[test]
    fn conditions_read_answers_lists_and_roles() {
        for (text, holds) in [
            ("form.crypto", true),
            ("!form.crypto || form.kind == 'feature'", false),
            ("form.license in lists.licenses && form.kind in ['small fix']", true),
            ("'legal' in requester.roles", true),
            ("form.license.startsWith('GPL') ? form.crypto : form.other", false),
        ] {
            assert_eq!(condition(text).faults(&vocabulary()), Vec::<String>::new(), "{text}");
            assert_eq!(condition(text).holds(&facts()), Ok(holds), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_what_could_be_meant() {
        for (text, expected) in [
            ("form.licence == 'MIT'", "did you mean `form.license`?"),
            ("from.license == 'MIT'", "a condition reads `form`, `lists`, `requester`"),
            ("form.kind == 'fix'", "it is one of `small fix`, `feature`"),
            ("form.license", "neither true nor false"),
            ("form.crypto || form.license", "neither true nor false"),
            ("form.crypto && form.license > 3", "cannot be worked out"),
            ("form == form", "such as `form.license`"),
            ("[1, 2].all(x, x > 0)", "loops"),
            ("form.license.matches('(a+)+b')", "`matches` is not offered"),
            ("form.crypto && !form.crypto", "never be true"),
            ("form.kind == 'feature' && form.kind == 'small fix'", "never be true"),
            ("form.crypto &&", "not an expression"),
            ("", "not an expression"),
        ] {
            let faults = condition(text).faults(&vocabulary());
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{text}: {faults:?}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let long = format!("form.license == '{}'", "x".repeat(LONGEST));
        assert!(matches!(condition(&long).holds(&facts()), Err(ConditionError::TooLong(_))));
        for deep in [
            format!("{}form.crypto{}", "(".repeat(100), ")".repeat(100)),
            format!("{}form.crypto", "!".repeat(400)),
            format!("{}1", "-".repeat(400)),
            format!("form{}", ".crypto".repeat(70)),
            format!("{}form.crypto", "form.crypto ? form.crypto : ".repeat(17)),
            "[".repeat(499),
        ] {
            assert!(condition(&deep).holds(&facts()).is_err(), "{deep}");
        }
        let deepest = format!("{}form.crypto{}", "(".repeat(DEEPEST_BRACKETS), ")".repeat(DEEPEST_BRACKETS));
        assert_eq!(condition(&deepest).holds(&facts()), Ok(true));
        let large = vec!["form.crypto"; 38].join("||");
        assert_eq!(condition(&large).holds(&facts()), Err(ConditionError::TooLarge));
    }

    #[test]
    fn an_error_is_never_a_yes() {
        assert!(condition("form.unknown").holds(&facts()).is_err());
        assert!(condition("form.license").holds(&facts()).is_err());
    }
}
