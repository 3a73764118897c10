//! The engine: an event is kept, handled by a pure function, committed with everything that follows from it,
//! and then shown.
//!
//! - [`command`], [`intent`], [`filter`]: what is meant
//! - [`handle`], [`dialogue`], [`sheet`]: what is decided, and how a form is asked, bit by bit or whole; pure
//! - [`coach`], [`pictures`]: what assessments, roadmaps and reminders are asked by, kept in and drawn as
//! - [`port`], [`engine`]: the way of an event into the inbox, and from there to the commit
//! - [`seat`](mod@seat): where a dialogue is held
//! - [`hear`]: what is read before a question is answered, and kept after; [`quota`]: how much is answered
//! - [`files`]: what comes with a message
//! - [`link`]: codes with which people join their accounts
//! - [`home`]: what the bot has for one person alone, kept up to date
//! - [`charts`]: reports as people read them
//! - [`delivery`]: the way from the outbox to the platforms; `early`: votes that were faster than a platform's answer
//! - [`timers`], [`reconcile`]: what happens by itself; [`reload`]: new knowledge while it runs;
//!   [`shelf`]: files that decisions lead to
//! - [`records`], [`index`], [`lookup`], [`unit`](mod@unit), [`audit`]: what is kept, and how it is written and found
//! - [`lanes`], [`numbers`], [`pending`]: order, and the moment when nothing is left to do

pub mod audit;
pub mod charts;
pub mod clock;
pub mod coach;
pub mod command;
pub mod delivery;
pub mod dialogue;
mod early;
pub mod engine;
pub mod files;
pub mod filter;
pub mod handle;
pub mod hear;
pub mod home;
pub mod index;
pub mod intent;
pub mod lanes;
pub mod link;
pub mod lookup;
pub mod mind;
pub mod numbers;
pub mod pending;
pub mod pictures;
pub mod port;
pub mod quota;
pub mod reconcile;
pub mod records;
pub mod reload;
pub mod seat;
pub mod sheet;
pub mod shelf;
pub mod texts;
pub mod timers;
pub mod unit;

pub use clock::{Clock, SystemClock};
pub use engine::{Bot, BotError};
pub use mind::Mind;
pub use pending::Pending;
pub use reload::Reloader;
