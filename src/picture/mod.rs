//! Pictures for cards and reports: simple charts as SVG, and SVG as PNG. Pure: the one font is built in, nothing is
//! read from the system, so the same numbers give the same bytes everywhere.
//!
//! - [`svg`]: lines, rectangles, polygons and words on a panel that reads well on light and on dark;
//! - [`bars`]: a bar chart;
//! - [`radar`]: several measures at once, each against its target;
//! - [`course`]: several measures over time;
//! - [`png`]: SVG as PNG.

mod bars;
mod course;
mod radar;
mod raster;
pub mod svg;

pub use bars::{Bar, bars};
pub use course::{Line, course};
pub use radar::{Spoke, radar};
pub use raster::{PictureError, png};
