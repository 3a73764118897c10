//! License names: what people and package managers write, and which license they mean.
//!
//! [`identify`] reads one name, [`identify_text`] a whole license text, [`mentions`] finds names in a sentence. The
//! names themselves are data (`knowledge/licenses/names/*.toml`): words, aliases, families that stand for several.

mod addresses;
mod compound;
pub(crate) mod data;
mod identify;
pub(crate) mod index;
mod mentions;
mod spelling;
mod text;
pub(crate) mod tokens;
mod wrapping;

pub use identify::{Alternative, Identified, MAX_NAME, identify};
pub use mentions::{Certainty, Mention, mentions};
pub use text::{MAX_TEXT, identify_text};
