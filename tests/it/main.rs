//! Everything from outside, in one binary: one module a story, the helpers in `support`.

mod config;
mod crash;
mod engine;
mod house;
mod license;
mod questions;
mod requests;
mod simulation;
mod store;
mod story;
mod support;
