//! A kind of request, as one curated file describes it: what is asked, who decides, what is to be done afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::check;
use super::rules::{Automatic, Patience, Rules, Stage, Task};
use crate::core::form::{Form, FormField};
use crate::core::person::Role;
use crate::core::source::{Fault, SourceFile, parse_toml};

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkflowFile {
    pub(super) id: String,
    pub(super) command: String,
    pub(super) prefix: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) fields: Vec<FormField>,
    pub(super) stages: Vec<Stage>,
    #[serde(default)]
    pub(super) automatic: Vec<Automatic>,
    #[serde(default)]
    pub(super) lists: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) checklist: Vec<Task>,
    pub(super) break_glass: Option<Role>,
    pub(super) patience: Patience,
}

impl Workflow {
    /// Reads and checks a workflow file.
    ///
    /// # Errors
    /// Every fault of the file, with its line.
    pub fn load(file: &SourceFile) -> Result<Self, Vec<Fault>> {
        let read: WorkflowFile = parse_toml(&file.path, &file.text, 1).map_err(|fault| vec![fault])?;
        let faults = check::check(&read, file);
        if !faults.is_empty() {
            return Err(faults);
        }
        let digest = Sha256::digest(file.text.as_bytes());
        let head: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            rules: Rules {
                version: format!("{}@{head}", read.id),
                stages: read.stages,
                automatic: read.automatic,
                lists: read.lists,
                checklist: read.checklist,
                patience: read.patience,
                break_glass: read.break_glass,
            },
            id: read.id,
            command: read.command,
            prefix: read.prefix,
            form: Form { title: read.title, fields: read.fields },
            summary: read.summary,
        })
    }

    /// The roles that its rules name, each once, for a check against the config.
    pub fn roles(&self) -> BTreeSet<&Role> {
        fn of(stage: &Stage) -> impl Iterator<Item = &Role> {
            std::iter::once(&stage.role).chain(&stage.lead).chain(&stage.backup)
        }
        self.rules.stages.iter().flat_map(of).chain(&self.rules.break_glass).collect()
    }
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

    const SOUND: &str = "role = \"legal\"";

    fn with(addition: &str) -> String {
        let found = faults(SOUND, &format!("{SOUND}\n{addition}"));
        found.iter().map(|fault| format!("{}: {}; {}\n", fault.line, fault.what, fault.cure)).collect()
    }

    #[test]
    fn a_rule_that_cannot_work_is_refused_with_what_is_allowed() {
        for (addition, expected) in [
            ("after = [\"legl\"]", "did you mean `legal`? there are `legal`, `management`"),
            ("after = [\"legal\"]", "waits for itself"),
            ("distinct_from = [\"zoo\"]", "there are `legal`, `management`"),
            ("when = \"form.licence == 'MIT'\"", "did you mean `form.license`?"),
            ("when = \"form.license == 'MIT' && form.license == 'ISC'\"", "can never be true"),
            ("when = \"form.license\"", "neither true nor false"),
            ("needs = 0", "needs nobody"),
            ("needs = 99", "at most 9"),
        ] {
            let said = with(addition);
            assert!(said.contains(expected), "{addition}: {said}");
        }
        let circle = SAMPLE
            .replace("role = \"legal\"", "role = \"legal\"\nafter = [\"management\"]")
            .replace("role = \"management\"", "role = \"management\"\nafter = [\"legal\"]");
        let found =
            Workflow::load(&SourceFile { path: "workflows/release.toml".into(), text: circle }).unwrap_err();
        assert!(found[0].what.contains("waits for itself"), "{found:?}");
        let never = SAMPLE.replace("role = \"", "when = \"form.name == 'x'\"\nrole = \"");
        let found =
            Workflow::load(&SourceFile { path: "workflows/release.toml".into(), text: never }).unwrap_err();
        assert!(found[0].what.contains("every stage could be skipped"), "{found:?}");
        let early = faults("type = \"line\"", "type = \"line\"\nwhen = \"form.license == 'MIT'\"");
        let unknown = |fault: &Fault| fault.what.contains("`form.license` is unknown");
        assert!(early.iter().any(unknown), "a field reads only those before it: {early:?}");
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
