//! What can be wrong with the rules of a workflow, found before they are used.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{LISTS, REQUESTER, Stage};
use super::workflow::WorkflowFile;
use crate::core::condition::{Condition, Values, Vocabulary};
use crate::core::form::{FORM, FieldKind, Form};
use crate::core::source::{Fault, SourceFile, line_of, suggest};

/// The most fields of a form; a person answers all of them.
const MOST_FIELDS: usize = 40;
/// The most stages.
const MOST_STAGES: usize = 12;
/// The most approvals of one stage.
const MOST_NEEDED: u32 = 9;
/// The most tasks after approval.
const MOST_TASKS: usize = 30;

/// Collects faults of one file.
struct Findings<'a> {
    file: &'a SourceFile,
    faults: Vec<Fault>,
}

impl Findings<'_> {
    fn add(&mut self, needle: &str, what: impl Into<String>, cure: impl Into<String>) {
        let line = line_of(&self.file.text, needle);
        self.faults.push(Fault::new(&self.file.path, line, what, cure));
    }

    fn condition(&mut self, of: &str, condition: &Condition, vocabulary: &Vocabulary) {
        // A condition is found by its beginning; its quotes may be escaped in the file.
        let text = condition.to_string();
        let needle: String = text.chars().take_while(|c| !matches!(c, '"' | '\\')).collect();
        for fault in condition.faults(vocabulary) {
            self.add(&needle, format!("the condition of {of}: {fault}"), "");
        }
    }
}

/// Every fault of a workflow file that reads as one.
pub(super) fn check(read: &WorkflowFile, file: &SourceFile) -> Vec<Fault> {
    let mut found = Findings { file, faults: Vec::new() };
    names(read, &mut found);
    sizes(read, &mut found);
    fields(read, &mut found);
    stages(read, &mut found);
    conditions(read, &mut found);
    let patience = &read.patience;
    if patience.remind_every == 0 || patience.expire_after == 0 {
        found.add("[patience]", "remind_every and expire_after must be at least 1 working day", "");
    }
    if patience.warn_before >= patience.expire_after {
        found.add("warn_before", "warn_before must be less than expire_after", "warn later, or expire later");
    }
    found.faults
}

fn names(read: &WorkflowFile, found: &mut Findings<'_>) {
    if read.id != found.file.stem() {
        found.add(
            "id =",
            format!("the id `{}` is not the file's name", read.id),
            "name the file after the id, or the id after the file",
        );
    }
    if !read.command.starts_with("request-") {
        found.add("command =", format!("the command `{}` does not begin with `request-`", read.command), "");
    }
    if read.prefix.len() != 3 || !read.prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
        found.add("prefix =", format!("the prefix `{}` is not three capital letters", read.prefix), "");
    }
    for (kind, ids) in [
        ("field", read.fields.iter().map(|field| &field.id).collect::<Vec<_>>()),
        ("stage", read.stages.iter().map(|stage| &stage.id).collect()),
        ("rule", read.automatic.iter().map(|rule| &rule.id).collect()),
        ("task", read.checklist.iter().map(|task| &task.id).collect()),
    ] {
        let mut seen = BTreeSet::new();
        for id in ids.into_iter().filter(|id| !seen.insert(id.as_str())) {
            found.add(
                &format!("id = \"{id}\""),
                format!("the {kind} `{id}` is there twice"),
                "rename one of them",
            );
        }
    }
}

fn sizes(read: &WorkflowFile, found: &mut Findings<'_>) {
    for (what, count, most) in [
        ("fields", read.fields.len(), MOST_FIELDS),
        ("stages", read.stages.len(), MOST_STAGES),
        ("tasks", read.checklist.len(), MOST_TASKS),
    ] {
        if count > most {
            found.add(what, format!("{count} {what} are too many; at most {most} are allowed"), "");
        }
    }
}

fn fields(read: &WorkflowFile, found: &mut Findings<'_>) {
    if !read.fields.iter().any(|field| field.id == read.summary && !field.optional && field.when.is_none()) {
        let near = suggest(&read.summary, read.fields.iter().map(|field| field.id.as_str()));
        found.add(
            "summary =",
            format!("the summary `{}` is not a field that is always asked", read.summary),
            near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default(),
        );
    }
    for field in &read.fields {
        let needle = format!("id = \"{}\"", field.id);
        let starts_well = field.id.starts_with(|c: char| c.is_ascii_lowercase());
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !starts_well || !field.id.chars().all(word) {
            found.add(
                &needle,
                format!("`{}` is no name for a field", field.id),
                "use a-z, 0-9 and _, so that conditions can read it",
            );
        }
        if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
            found.add(
                &needle,
                format!("the field `{}` has choices that do not fit its type", field.id),
                "give choices to a field of type \"choice\", and to no other",
            );
        }
    }
}

fn stages(read: &WorkflowFile, found: &mut Findings<'_>) {
    if read.stages.is_empty() {
        found.add(
            "stages",
            "there is no stage, so nobody would decide",
            "add a [[stages]] table with id, label and role",
        );
    } else if read.stages.iter().all(|stage| stage.when.is_some()) {
        found.add(
            "[[stages]]",
            "every stage could be skipped, and then nobody would decide",
            "leave `when` out of one stage",
        );
    }
    let ids: Vec<&str> = read.stages.iter().map(|stage| stage.id.as_str()).collect();
    let allowed = ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    for stage in &read.stages {
        let needle = format!("id = \"{}\"", stage.id);
        if stage.needs == 0 {
            found.add(
                &needle,
                format!("the stage `{}` needs nobody", stage.id),
                "set needs to 1 or more, or remove the stage",
            );
        }
        if stage.needs > MOST_NEEDED {
            found.add(
                &needle,
                format!("the stage `{}` needs {}; at most {MOST_NEEDED}", stage.id, stage.needs),
                "",
            );
        }
        for (key, names) in [("after", &stage.after), ("distinct_from", &stage.distinct_from)] {
            for name in names.iter().filter(|name| !ids.contains(&name.as_str())) {
                let near = suggest(name, ids.iter().copied());
                let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                found.add(
                    &format!("\"{name}\""),
                    format!("{key} of the stage `{}` names `{name}`, which is no stage", stage.id),
                    format!("{near}there are {allowed}"),
                );
            }
        }
        if stage.distinct_from.contains(&stage.id) {
            found.add(
                &needle,
                format!("the stage `{}` is distinct from itself", stage.id),
                "name another stage",
            );
        }
    }
    if let Some(stage) = in_a_circle(&read.stages) {
        found.add(
            &format!("id = \"{}\"", stage.id),
            format!("the stage `{}` waits for itself, so it would never begin", stage.id),
            "take one of the stages out of `after`",
        );
    }
}

/// A stage that waits, over others, for itself.
fn in_a_circle(stages: &[Stage]) -> Option<&Stage> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let known = |id: &str| stages.iter().any(|stage| stage.id == id);
    loop {
        let left: Vec<&Stage> = stages.iter().filter(|stage| !done.contains(stage.id.as_str())).collect();
        let ready = |stage: &&&Stage| stage.after.iter().all(|id| done.contains(id.as_str()) || !known(id));
        match left.iter().find(ready) {
            Some(stage) => done.insert(&stage.id),
            None => return left.first().copied(),
        };
    }
}

fn conditions(read: &WorkflowFile, found: &mut Findings<'_>) {
    let form = Form { title: String::new(), fields: read.fields.clone() };
    let everything = form.vocabulary();
    let mut before = BTreeMap::new();
    for field in &read.fields {
        if let Some(condition) = &field.when {
            let vocabulary = Vocabulary::from([(FORM, before.clone())]);
            found.condition(&format!("the field `{}`", field.id), condition, &vocabulary);
        }
        if let Some(values) = everything.get(&field.id) {
            before.insert(field.id.clone(), values.clone());
        }
    }
    let lists = read.lists.iter().map(|(name, words)| (name.clone(), Values::Fixed(words.clone())));
    let vocabulary = Vocabulary::from([
        (FORM, everything),
        (REQUESTER, BTreeMap::from([("id".to_owned(), Values::Text), ("roles".to_owned(), Values::Words)])),
        (LISTS, lists.collect()),
    ]);
    for stage in &read.stages {
        if let Some(condition) = &stage.when {
            found.condition(&format!("the stage `{}`", stage.id), condition, &vocabulary);
        }
    }
    for rule in &read.automatic {
        found.condition(&format!("the rule `{}`", rule.id), &rule.when, &vocabulary);
    }
}
