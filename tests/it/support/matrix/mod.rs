//! Matrix as it is: a real Synapse, and people with clients of their own.

mod person;
mod synapse;
mod timeline;

pub use person::{Person, Privacy};
pub use synapse::{PASSWORD, Pace, Synapse, python};
pub use timeline::Shown;
