//! The bot as the OSPO's own coach: where open source work stands, what comes next, and who reminds whom.
//!
//! - [`model`]: stages, areas and practices, data from `knowledge/maturity/*.toml`
//! - [`answer`], [`assessment`]: who answered what; a pure machine
//! - [`result`]: stages by area, what is missing, what changed
//! - [`roadmap`]: milestones from the gaps
//! - [`schedule`], [`reminder`]: when a team is told, and of what
//! - [`strategy`]: the strategy document and its questions, data from `knowledge/strategy/`
//! - [`report`]: the quarter in numbers, for management
//! - [`view`], [`texts`], [`markdown`]: how all of it looks
//!
//! An answer is kept under the stable id of its practice, so a new version of a model loses none.

pub mod answer;
pub mod assessment;
pub mod markdown;
pub mod model;
pub mod reminder;
pub mod report;
pub mod result;
pub mod roadmap;
pub mod schedule;
pub mod strategy;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod view;

pub use answer::Answer;
pub use assessment::Assessment;
pub use model::{Measure, Model};
pub use result::{Findings, Targets};
pub use roadmap::Roadmap;
pub use schedule::Schedule;
