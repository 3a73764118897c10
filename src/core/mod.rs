//! The words everyone shares. No IO, no clock, no randomness; imports nothing else of ours.
//!
//! - [`person`]: who: platform accounts, people, roles
//! - [`event`]: what happened in a chat
//! - [`message`]: what we show: text and cards made of blocks and spans
//! - [`condition`]: expressions in curated files that say yes or no
//! - [`form`]: what we ask: fields, their rules, answers
//! - [`sheet`]: a form as it is put before somebody whole, and what comes back of it
//! - [`effect`]: what a handler decided: things to show, audit facts, timers
//! - [`manners`]: how the bot behaves where people talk
//! - [`emoji`]: one name for the many ways platforms write a reaction
//! - [`time`]: working days and how long ago
//! - [`source`]: curated files and their faults

pub mod condition;
pub mod effect;
pub mod emoji;
pub mod event;
pub mod form;
pub mod manners;
pub mod message;
pub mod person;
pub mod sheet;
pub mod source;
pub mod time;
