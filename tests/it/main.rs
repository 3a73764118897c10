//! Everything from outside, in one binary: one module a story, the helpers in `support`.

mod config;
mod counsel;
mod crash;
mod engine;
mod house;
mod license;
mod questions;
mod store;
mod story;
mod support;
