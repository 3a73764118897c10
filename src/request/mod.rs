//! Approval workflows: who must agree before something is done in the open, and how they say so.
//!
//! - [`workflow`]: a kind of request, read from `knowledge/workflows/*.toml` and checked; [`rules`]: the part of it that
//!   a request keeps for its life, so that a change of the rules never moves what is under way
//! - [`roster`]: who may act for whom: roles, absences, delegations
//! - [`state`]: a request; [`ballot`](mod@ballot): what one person says of it; [`tally`]: how it stands and why; [`machine`]: what one act makes of it. Pure, and it never
//!   approves what the rules do not
//! - [`steps`]: what is to be shown, recorded and timed because of an act
//! - [`digest`]: the one reminder a day
//! - [`report`]: how requests went
//! - [`sign`], [`slot`]: what reactions mean, and on which card they stand
//! - [`trial`]: what votes would lead to, and what other rules would make of past requests
//! - [`view`], [`texts`]: how a request looks, and the words

pub mod ballot;
mod check;
pub mod digest;
pub mod id;
pub mod machine;
pub mod report;
pub mod roster;
pub mod rules;
pub mod sign;
pub mod slot;
pub mod state;
pub mod steps;
pub mod tally;
#[cfg(test)]
pub(crate) mod tests;
pub mod texts;
pub mod trial;
pub mod view;
pub mod workflow;

pub use id::RequestId;
pub use machine::{Deed, Happened, Refusal};
pub use roster::{Absences, Delegation, Roster};
pub use state::{Choice, Means, Request, Status};
pub use steps::{Desk, Outcome};
pub use workflow::Workflow;
