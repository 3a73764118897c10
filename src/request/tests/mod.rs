//! The machine, told stories and random histories.

mod histories;
mod life;
pub(crate) mod sample;
mod told;
mod votes;
