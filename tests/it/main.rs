//! Everything from outside, in one binary: one module a story, the helpers in `support`.

mod config;
mod crash;
mod engine;
mod house;
mod license;
mod questions;
#[cfg(feature = "slack")]
mod slack;
mod store;
mod story;
mod support;
