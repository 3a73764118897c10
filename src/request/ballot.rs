//! What a person says in a stage, folded in the order in which they said it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::person::AccountId;

/// What a voter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Approve,
    /// No. Takes effect with a reason.
    Reject,
}

/// By which means a vote was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A reaction on a card.
    Reaction,
    /// A button.
    Press,
    /// Typed words.
    Words,
}

/// Where a person stands in a stage on the current revision: what they said there, folded in the order in which they
/// said it. It does not matter in which order it was heard, or how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// What; nothing, if the vote was taken back or voided. What was there before does not come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// Why; a rejection without one is asked for it and decides nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What an approval depends on; becomes part of the checklist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// Whether the stage's confirmation was given.
    pub confirmed: Confirmed,
    /// When the last of it was said, by the clock of the platform, but never after it was heard.
    pub at: Timestamp,
    /// By which account.
    pub account: AccountId,
    /// By which means.
    pub means: Means,
    /// All that was said, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
}

/// One thing that a person said in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// What.
    pub word: Word,
    /// By which account.
    pub account: AccountId,
    /// By which means.
    pub means: Means,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A vote.
    Vote {
        /// What.
        choice: Choice,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What it depends on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
        /// Whether it was confirmed as the stage asks for.
        confirmed: Confirmed,
    },
    /// The vote is taken back, if it is one of these.
    TakeBack(Vec<Choice>),
}

/// Whether a stage's confirmation was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmed {
    /// It was, or none is asked for.
    Yes,
    /// It is awaited; until then the vote does not count.
    Awaited,
}

/// The most that is kept of what one person said in a stage; the oldest goes first.
const MOST_SAID: usize = 40;

impl Ballot {
    /// The ballot after one more thing was said. Said again, it is the same.
    pub(super) fn after(before: Option<&Self>, said: Said) -> Self {
        let mut all = before.map(|before| before.said.clone()).unwrap_or_default();
        if !all.contains(&said) {
            let place = all.partition_point(|earlier| earlier.at <= said.at);
            all.insert(place, said.clone());
        }
        if all.len() > MOST_SAID {
            all.remove(0);
        }
        let blank = Self {
            choice: None,
            reason: None,
            conditions: Vec::new(),
            confirmed: Confirmed::Yes,
            at: said.at,
            account: said.account,
            means: said.means,
            said: Vec::new(),
        };
        let mut ballot = blank.clone();
        for said in &all {
            match &said.word {
                Word::Vote { choice, reason, condition, confirmed } => {
                    if ballot.choice != Some(*choice) {
                        ballot = Self { choice: Some(*choice), confirmed: *confirmed, ..blank.clone() };
                    }
                    if *confirmed == Confirmed::Yes {
                        ballot.confirmed = Confirmed::Yes;
                    }
                    if reason.is_some() {
                        ballot.reason.clone_from(reason);
                    }
                    if let Some(condition) = condition.as_ref().filter(|_| *choice == Choice::Approve)
                        && !ballot.conditions.contains(condition)
                    {
                        ballot.conditions.push(condition.clone());
                    }
                }
                Word::TakeBack(choices) => {
                    if ballot.choice.is_some_and(|choice| choices.contains(&choice)) {
                        ballot = blank.clone();
                    }
                }
            }
            (ballot.at, ballot.account, ballot.means) = (said.at, said.account.clone(), said.means);
        }
        Self { said: all, ..ballot }
    }

    /// The ballot when what it was about is no longer there: it says nothing, and what was said is forgotten.
    pub(super) fn void(&self, now: Timestamp) -> Self {
        Self { choice: None, reason: None, conditions: Vec::new(), at: now, said: Vec::new(), ..self.clone() }
    }

    /// Whether it says the same as another.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        (self.choice, &self.reason, &self.conditions, self.confirmed)
            == (other.choice, &other.reason, &other.conditions, other.confirmed)
    }

    /// An approval that counts as far as the ballot itself goes.
    pub fn approves(&self) -> bool {
        self.choice == Some(Choice::Approve) && self.confirmed == Confirmed::Yes
    }

    /// A rejection that counts as far as the ballot itself goes.
    pub fn rejects(&self) -> bool {
        self.choice == Some(Choice::Reject) && self.reason.is_some() && self.confirmed == Confirmed::Yes
    }

    /// A rejection that is not whole yet: without its reason or its confirmation.
    pub fn is_unfinished_rejection(&self) -> bool {
        self.choice == Some(Choice::Reject) && !self.rejects()
    }
}
