//! Everything from outside, in one binary: one module a story, the helpers in `support`.

mod attach;
mod away;
mod config;
mod counsel;
mod crash;
mod curation;
mod engine;
mod forms;
mod held_out;
mod house;
mod license;
mod link;
#[cfg(feature = "matrix")]
mod matrix;
mod maturity;
mod questions;
mod requests;
mod simulation;
#[cfg(feature = "slack")]
mod slack;
mod store;
mod story;
mod support;
