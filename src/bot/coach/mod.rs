//! The bot as a coach: the commands of assessment, roadmap, reminders and strategy, and the records they live on. What
//! is decided about them stands in [`super::handle`].
//!
//! - [`command`]: what a line asks for; a pure parser
//! - [`shelf`]: what is kept
//! - [`report`](mod@report): what management reads of it

pub mod command;
pub mod report;
pub mod shelf;

pub use command::CoachCommand;
pub use report::report;
pub use shelf::{Kept, Shelf};
