//! The rules of a kind of request: what is asked, who decides, what is to be done afterwards.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::core::form::{FieldKind, Form, FormField};
use crate::core::person::Role;
use crate::core::source::{Fault, SourceFile, line_of, parse_toml, suggest};

/// A kind of request, as one file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// The key: `release`.
    pub id: String,
    /// The command that starts it: `request-release`.
    pub command: String,
    /// The letters before the number of a request: `REL`.
    pub prefix: String,
    /// What it is for, as a headline.
    pub form: Form,
    /// The field whose answer names the request in lists.
    pub summary: String,
    /// Who decides and what follows.
    pub rules: Rules,
}

/// The part of a workflow that a request keeps for its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Which text of the rules this is: the workflow's id and the head of the file's SHA-256.
    pub version: String,
    /// Who must agree. All stages must.
    pub stages: Vec<Stage>,
    /// What is to be done after approval.
    pub checklist: Vec<Task>,
    /// When to remind, and when to give up.
    pub patience: Patience,
}

/// One group that must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The key: `legal`.
    pub id: String,
    /// The name shown on the card.
    pub label: String,
    /// Whose members may vote.
    pub role: Role,
    /// How many of them must approve.
    #[serde(default = "one")]
    pub needs: u32,
}

/// One thing to be done after approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The key: `license-file`.
    pub id: String,
    /// What is to be done.
    pub label: String,
}

/// How long a request may wait, in working days of the reviewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patience {
    /// Days between reminders.
    pub remind_every: u32,
    /// How many reminders at the most.
    pub remind_at_most: u32,
    /// Days until the request lapses. It never lapses into an approval.
    pub expire_after: u32,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkflowFile {
    id: String,
    command: String,
    prefix: String,
    title: String,
    summary: String,
    fields: Vec<FormField>,
    stages: Vec<Stage>,
    #[serde(default)]
    checklist: Vec<Task>,
    patience: Patience,
}

impl Workflow {
    /// Reads and checks a workflow file.
    ///
    /// # Errors
    /// Every fault of the file, with its line.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Fault>> {
        let read: WorkflowFile = parse_toml(&file.path, &file.text, 1).map_err(|fault| vec![fault])?;
        let faults = check(&read, file);
        if !faults.is_empty() {
            return Err(faults);
        }
        let digest = Sha256::digest(file.text.as_bytes());
        let head: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            rules: Rules {
                version: format!("{}@{head}", read.id),
                stages: read.stages,
                checklist: read.checklist,
                patience: read.patience,
            },
            id: read.id,
            command: read.command,
            prefix: read.prefix,
            form: Form { title: read.title, fields: read.fields },
            summary: read.summary,
        })
    }

    /// The roles its stages name, for a check against the config.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.rules.stages.iter().map(|stage| &stage.role)
    }
}

fn check(read: &WorkflowFile, file: &SourceFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |needle: &str, what: String, cure: &str| {
        faults.push(Fault::new(&file.path, line_of(&file.text, needle), what, cure));
    };
    if read.id != file.stem() {
        fault(
            "id =",
            format!("the id `{}` is not the file's name", read.id),
            "name the file after the id, or the id after the file",
        );
    }
    if !read.command.starts_with("request-") {
        fault("command =", format!("the command `{}` does not begin with `request-`", read.command), "");
    }
    if read.prefix.len() != 3 || !read.prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
        fault("prefix =", format!("the prefix `{}` is not three capital letters", read.prefix), "");
    }
    if read.stages.is_empty() {
        fault(
            "stages",
            "there is no stage, so nobody would decide".to_owned(),
            "add a [[stages]] table with id, label and role",
        );
    }
    for (kind, ids) in [
        ("field", read.fields.iter().map(|field| &field.id).collect::<Vec<_>>()),
        ("stage", read.stages.iter().map(|stage| &stage.id).collect()),
        ("task", read.checklist.iter().map(|task| &task.id).collect()),
    ] {
        let mut seen = BTreeSet::new();
        for id in ids.into_iter().filter(|id| !seen.insert(id.as_str())) {
            fault(
                &format!("id = \"{id}\""),
                format!("the {kind} `{id}` is there twice"),
                "rename one of them",
            );
        }
    }
    if !read.fields.iter().any(|field| field.id == read.summary && !field.optional) {
        let near = suggest(&read.summary, read.fields.iter().map(|field| field.id.as_str()));
        fault(
            "summary =",
            format!("the summary `{}` is not a required field", read.summary),
            &near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default(),
        );
    }
    for field in &read.fields {
        if (field.kind == FieldKind::Choice) == field.choices.is_empty() {
            fault(
                &format!("id = \"{}\"", field.id),
                format!("the field `{}` has choices that do not fit its type", field.id),
                "give choices to a field of type \"choice\", and to no other",
            );
        }
    }
    for stage in read.stages.iter().filter(|stage| stage.needs == 0) {
        fault(
            &format!("id = \"{}\"", stage.id),
            format!("the stage `{}` needs nobody", stage.id),
            "set needs to 1 or more, or remove the stage",
        );
    }
    let patience = &read.patience;
    if patience.remind_every == 0 || patience.expire_after == 0 {
        fault("[patience]", "remind_every and expire_after must be at least 1 working day".to_owned(), "");
    }
    faults
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small release workflow: legal and management must agree, two tasks follow.
    pub(crate) const SAMPLE: &str = r#"
id = "release"
command = "request-release"
prefix = "REL"
title = "Open-source a project"
summary = "name"

[[fields]]
id = "name"
label = "Project"
ask = "What is the project called?"
type = "line"

[[fields]]
id = "license"
label = "License"
ask = "Under which license?"
type = "license"

[[stages]]
id = "legal"
label = "Legal"
role = "legal"

[[stages]]
id = "management"
label = "Management"
role = "management"

[[checklist]]
id = "license-file"
label = "LICENSE is in the repository"

[[checklist]]
id = "announce"
label = "Announced"

[patience]
remind_every = 2
remind_at_most = 3
expire_after = 20
"#;

    pub(crate) fn sample() -> Workflow {
        Workflow::load(&SourceFile { path: "workflows/release.toml".into(), text: SAMPLE.into() }).unwrap()
    }

    fn faults(from: &str, to: &str) -> Vec<Fault> {
        assert!(SAMPLE.contains(from));
        let text = SAMPLE.replacen(from, to, 1);
        Workflow::load(&SourceFile { path: "workflows/release.toml".into(), text }).unwrap_err()
    }

    #[test]
    fn a_sound_file_is_read_whole() {
        let workflow = sample();
        assert_eq!(workflow.rules.stages.len(), 2);
        assert!(workflow.rules.version.starts_with("release@"));
    }

    #[test]
    fn every_fault_names_its_line_and_the_cure() {
        let summary = &faults("summary = \"name\"", "summary = \"nam\"")[0];
        assert_eq!((summary.line, summary.cure.as_str()), (6, "did you mean `name`?"));
        assert!(faults("role = \"legal\"", "role = \"legal\"\nneeds = 0")[0].what.contains("needs nobody"));
        assert!(faults("id = \"announce\"", "id = \"license-file\"")[0].what.contains("twice"));
        assert!(faults("prefix = \"REL\"", "prefix = \"rel\"")[0].what.contains("capital"));
        assert!(faults("type = \"line\"", "type = \"lien\"")[0].cure.contains("`line`"));
        assert!(faults("role = \"legal\"", "rolle = \"legal\"")[0].cure.contains("`role`"));
    }
}
