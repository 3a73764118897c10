//! Approval workflows: who must agree before something is done in the open, and how they say so.
//!
//! - [`workflow`]: the rules, data from `knowledge/workflows/*.toml`
//! - [`state`]: a request and its votes; a pure machine that never approves what the rules do not
//! - [`steps`]: what one act of a person or a timer leads to: the new state and its effects
//! - [`view`]: how a request looks: cards, lists, the full account
//! - [`texts`]: the words
//!
//! A request carries the rules it was filed under, so a change of the rules never moves what is under way.

pub mod state;
pub mod steps;
pub mod texts;
pub mod view;
pub mod workflow;

pub use state::{Choice, Means, Request, RequestId, Status};
pub use steps::{Desk, Outcome};
pub use workflow::Workflow;
