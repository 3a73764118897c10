#![forbid(unsafe_code)]
//! x
pub mod core;
pub mod request;
