//! OSPO Counselor: the chat bot of an Open Source Program Office. This page is the map of the house.
//!
//! # The way of an event
//!
//! ```text
//! platform -> adapter -> Event --commit to inbox--> ack the platform
//!                                   |
//!                         bot takes it from the inbox, reads what it concerns,
//!                         and calls a pure handler: (state, event, now) -> decision
//!                                   |
//!           ONE atomic commit: new state + audit entries + outbox + timers + inbox done
//!                                   |
//!                         delivery takes from the outbox, the adapter sends, the receipt is committed
//! ```
//!
//! A crash at any arrow loses nothing and repeats nothing that people see.
//!
//! # The rooms
//!
//! | Room | What happens there | May know |
//! | --- | --- | --- |
//! | [`core`] | the words everyone shares | nothing of ours |
//! | [`license`] | what licenses ask for, and how they go together | `core` |
//! | [`request`] | approval workflows: forms, votes, decisions | `core` |
//! | [`maturity`] | assessment, roadmap, reminders, strategy | `core` |
//! | [`knowledge`] | the curated files, checked | `core`, `license`, `maturity`, `request` |
//! | [`counsel`] | a question becomes an answer | `core`, `knowledge`, `license` |
//! | [`picture`] | charts as PNG, with a font of their own | `core` |
//! | [`store`] | where records are kept, durable | `core` |
//! | [`chat`] | the platforms, one folder each | `core` |
//! | [`bot`] | the engine: brings all of it together | everything above |
//! | [`config`] | the config file | `core` |
//! | [`cli`] | one file per subcommand | everything |
//!
//! `license`, `request`, `maturity`, `knowledge`, `counsel` and `picture` are pure: no async, no clock, no randomness. They take what
//! they need and return values. The test `tests/it/house.rs` reads the imports and fails when a rule is broken.
//!
//! # Where to begin
//!
//! Read [`core::event`] and [`core::effect`], then [`bot::handle`], then [`bot::engine`]. To add a command:
//! [`bot::command`]. To add a platform: implement [`chat::ChatAdapter`]. To add a kind of request: a file in
//! `knowledge/workflows/`. To add an answer: a file in `knowledge/articles/`. To change what maturity means: a file in
//! `knowledge/maturity/`.

pub mod bot;
pub mod chat;
pub mod cli;
pub mod config;
pub mod core;
pub mod counsel;
pub mod knowledge;
pub mod license;
pub mod maturity;
pub mod picture;
pub mod request;
pub mod store;
