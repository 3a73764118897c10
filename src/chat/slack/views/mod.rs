//! Views: forms as modals, and the Home tab.
//!
//! - `modal`: how a form looks; `state`: what comes back of it; `mark`: what a view remembers of where it belongs; `home`:
//!   how a home looks; all pure
//! - `flow`: opened within the trigger's three seconds, changed while it is filled in, handed in
//!
//! Source: <https://docs.slack.dev/surfaces/modals>, <https://docs.slack.dev/reference/views/modal-views>,
//! <https://docs.slack.dev/surfaces/app-home>.

mod flow;
mod home;
mod mark;
mod modal;
mod state;

pub(super) use flow::{Reply, Views};
pub(super) use home::home;
#[cfg(test)]
pub(super) use modal::parts_of;
pub(super) use state::View;
