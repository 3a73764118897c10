//! What can be done with a request, what comes of it, and why something is refused.

use jiff::Timestamp;

use super::super::state::{Answer, Choice, Confirmed, Means, Status};
use crate::core::form::Change;
use crate::core::person::{AccountId, PersonId};

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// The person.
    pub person: PersonId,
    /// The account they use.
    pub account: AccountId,
}

/// Something that is done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who does it; nobody, if it is time that passed.
    pub by: Option<Doer>,
    /// When it was done, by the clock of the platform.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Somebody votes.
    Vote(Vote),
    /// Somebody takes a vote back, if it is one of these choices.
    TakeBack {
        /// The choices that are meant.
        choices: Vec<Choice>,
        /// Where.
        on: On,
    },
    /// Somebody raises a concern.
    Concern {
        /// What it is.
        text: String,
        /// Where.
        on: On,
    },
    /// A concern is resolved, by its number from 1.
    Resolve(usize),
    /// A reviewer asks the requester something.
    Ask(String),
    /// The requester answers a question, by its number from 1; the first open one, if none is named.
    Reply(Option<usize>, String),
    /// The form is filled in anew.
    Edit(Vec<Answer>),
    /// It is taken back.
    Withdraw,
    /// A decision is taken up again.
    Reopen,
    /// A task is done, by its number from 1, perhaps with a link that proves it.
    Tick(usize, Option<String>),
    /// It is approved by one person because it burns.
    BreakGlass(String),
    /// Reminders did not help: the backup roles are called.
    Escalate,
    /// Time is up.
    Expire,
}

/// A vote as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// What.
    pub choice: Choice,
    /// Why, when it is said at once.
    pub reason: Option<String>,
    /// What an approval depends on.
    pub condition: Option<String>,
    /// By which means.
    pub means: Means,
    /// Whether the id was typed.
    pub confirmed: Confirmed,
    /// Where.
    pub on: On,
}

/// Which stages and which revision something is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct On {
    /// These stages; every one in which the person is entitled, if none are named.
    pub stages: Option<Vec<String>>,
    /// This revision; the current one, if none is named.
    pub revision: Option<u32>,
}

/// What came of an act, one thing after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It was filed.
    Filed,
    /// Somebody voted in a stage.
    Voted {
        /// The stage's id.
        stage: String,
        /// What.
        choice: Choice,
        /// For whom, if they decide for somebody else.
        instead_of: Option<PersonId>,
    },
    /// The vote lacks its reason.
    ReasonMissing,
    /// The vote lacks its confirmation.
    ConfirmationMissing,
    /// An approval does not count in a stage, because they approved in another.
    NotTwice {
        /// The stage where it does not count.
        stage: String,
        /// The stage in which they approved.
        other: String,
    },
    /// Somebody took their vote in a stage back.
    TookBack {
        /// The stage's id.
        stage: String,
    },
    /// There was no such vote.
    NothingToTakeBack,
    /// A concern was raised, with this number.
    ConcernRaised(usize),
    /// A concern was resolved.
    ConcernResolved(usize),
    /// The requester was asked something, with this number.
    Asked(usize),
    /// A question was answered.
    Replied(usize),
    /// Nobody waits for an answer any more: the clock goes on.
    Resumed,
    /// Answers changed.
    Edited {
        /// What, field by field.
        changes: Vec<Difference>,
    },
    /// There is a new revision: what was decided on the one before is void.
    Revised {
        /// Whose votes are void, with the account they voted by.
        voided: Vec<Doer>,
    },
    /// A decision was taken up again.
    Reopened {
        /// What it was.
        was: Status,
    },
    /// A stage begins to take votes.
    Opened {
        /// The stage's id.
        stage: String,
    },
    /// The backup roles were called.
    Escalated,
    /// A task was done, by its number from 1.
    Ticked(usize),
    /// It came to stand so.
    Settled(Status),
}

/// A changed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the field.
    pub label: String,
    /// What it said.
    pub before: Option<String>,
    /// What it says.
    pub after: Option<String>,
    /// What the change means.
    pub change: Change,
}

/// Why an act changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is their own request.
    OwnRequest,
    /// They hold the role of no stage concerned.
    NoRole,
    /// Every stage they could vote in is skipped or begins later; the first of these.
    NotNow {
        /// The stage's id.
        stage: String,
    },
    /// It is decided already.
    Decided(Status),
    /// Their vote is on a text that has changed since.
    OldRevision,
    /// Only those who ask can do that.
    NotTheirs,
    /// The request does not stand so that this is possible.
    NotPossible(Status),
    /// There is nothing with this number.
    NoSuch {
        /// What was meant.
        what: Numbered,
        /// How many there are.
        count: usize,
    },
    /// A concern is resolved by who raised it or by the lead of its stage.
    NotTheirConcern,
    /// A condition is ticked with a link.
    NeedsEvidence,
    /// Words are needed.
    NeedsWords,
    /// There are too many already.
    TooMany,
    /// Nothing is different.
    NoChange,
    /// Nobody may break the glass here, or they do not hold the role.
    NoGlass,
}

/// What is numbered within a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// A concern.
    Concern,
    /// An open question.
    Question,
    /// A task.
    Task,
}
