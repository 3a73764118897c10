//! Who decides a kind of request, and what follows: the part of a workflow that a request keeps for its life.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::condition::{Condition, Fact, Facts};
use crate::core::form::FORM;
use crate::core::person::{PersonId, Role};

/// The root of what conditions may read of the requester: `requester.roles`, `requester.id`.
pub const REQUESTER: &str = "requester";
/// The root of the lists of a workflow: `lists.licenses`.
pub const LISTS: &str = "lists";

/// The rules a request is decided by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Which text of the rules this is: the workflow's id and the head of the file's SHA-256.
    pub version: String,
    /// Who must agree. All stages must that are not skipped.
    pub stages: Vec<Stage>,
    /// What needs nobody's vote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<Automatic>,
    /// Named lists that conditions may read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<String>>,
    /// What is to be done after approval.
    pub checklist: Vec<Task>,
    /// When to remind, and when to give up.
    pub patience: Patience,
    /// Whose members may approve alone when it burns, with a reason, loudly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<Role>,
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
    /// The stages that must be done with it before this one begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// When it is needed at all; always, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The stages in which those who approve here must not have approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distinct_from: Vec<String>,
    /// What a vote here takes.
    #[serde(default)]
    pub confirm: Confirm,
    /// Whose members may resolve any concern of this stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Role>,
    /// Whose members may decide here too once reminders did not help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Role>,
}

/// What a vote takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confirm {
    /// One tap.
    #[default]
    Tap,
    /// The request's id, typed.
    Typed,
}

/// A kind of request that needs nobody's vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    /// The key: `small-fix`.
    pub id: String,
    /// Why, as the requester and an auditor read it.
    pub label: String,
    /// When it holds.
    pub when: Condition,
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
    /// Days before the end at which it is announced.
    #[serde(default = "three")]
    pub warn_before: u32,
    /// Days until the request lapses. It never lapses into an approval.
    pub expire_after: u32,
}

impl Patience {
    /// After how many working days the backup roles are called: when the last reminder did not help.
    pub fn escalate_after(&self) -> u32 {
        self.remind_every.saturating_mul(self.remind_at_most).saturating_add(1)
    }
}

fn one() -> u32 {
    1
}

fn three() -> u32 {
    3
}

/// Whether a stage is needed, as its condition said when the request was filed or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Its condition does not hold: nobody is asked there.
    Skipped,
    /// Its condition could not be worked out: it counts as not approved, whatever the votes.
    Error(String),
}

impl Rules {
    /// The stage with an id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// What conditions read: the answers, the requester, the lists.
    pub fn facts(&self, answers: BTreeMap<String, Fact>, requester: &PersonId, roles: &[Role]) -> Facts {
        let lists = self.lists.iter().map(|(name, words)| (name.clone(), Fact::Words(words.clone())));
        let roles = roles.iter().map(|role| role.0.clone()).collect();
        Facts::from([
            (FORM, answers),
            (
                REQUESTER,
                BTreeMap::from([
                    ("id".to_owned(), Fact::Text(requester.0.clone())),
                    ("roles".to_owned(), Fact::Words(roles)),
                ]),
            ),
            (LISTS, lists.collect()),
        ])
    }

    /// The stages that are not simply needed, by id.
    pub fn gates(&self, facts: &Facts) -> BTreeMap<String, Gate> {
        let gate = |stage: &Stage| match stage.when.as_ref()?.holds(facts) {
            Ok(true) => None,
            Ok(false) => Some((stage.id.clone(), Gate::Skipped)),
            Err(why) => Some((stage.id.clone(), Gate::Error(why.to_string()))),
        };
        self.stages.iter().filter_map(gate).collect()
    }

    /// The first rule by which nobody's vote is needed. One that cannot be worked out does not hold.
    pub fn automatic(&self, facts: &Facts) -> Option<&Automatic> {
        self.automatic.iter().find(|rule| rule.when.holds(facts) == Ok(true))
    }
}
