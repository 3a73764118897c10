//! SVG as PNG, with the one built-in font.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::svg::Svg;

/// DejaVu Sans 2.37; its license stands beside it.
const FONT: &[u8] = include_bytes!("font/DejaVuSans.ttf");
const FAMILY: &str = "DejaVu Sans";
/// Pixels of the PNG per pixel of the picture: sharp on screens with twice the density.
const DENSITY: f32 = 2.0;
/// The widest and highest PNG, in pixels: 64 MB of memory.
const MOST_PIXELS: f32 = 4096.0;

/// Why a picture cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The SVG is not sound.
    #[error("the picture cannot be drawn: {0}; report it, it is a fault of the program")]
    Svg(String),
    /// Larger than can be drawn.
    #[error("the picture is {0} by {1} pixels, more than can be drawn; show less in it")]
    TooLarge(u32, u32),
}

/// Draws a picture as PNG, at twice its size.
///
/// # Errors
/// A picture that is not sound or too large.
pub fn png(svg: &Svg) -> Result<Vec<u8>, PictureError> {
    let options = Options { font_family: FAMILY.to_owned(), fontdb: fonts(), ..Options::default() };
    let tree =
        Tree::from_str(&svg.finish(), &options).map_err(|error| PictureError::Svg(error.to_string()))?;
    let (width, height) = (tree.size().width() * DENSITY, tree.size().height() * DENSITY);
    let too_large = || PictureError::TooLarge(width as u32, height as u32);
    if width > MOST_PIXELS || height > MOST_PIXELS {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or_else(too_large)?;
    resvg::render(&tree, Transform::from_scale(DENSITY, DENSITY), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| PictureError::Svg(error.to_string()))
}

/// The built-in font alone, read once.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::svg::{Anchor, Color};

    #[test]
    fn the_font_is_there_and_draws_letters() {
        let mut blank = Svg::panel(60, 20);
        let empty = png(&blank).unwrap();
        let written = png(blank.text((5.0, 15.0), 12, Anchor::Start, Color::Ink, "Ünïcode")).unwrap();
        assert_ne!(empty, written, "letters leave marks");
        assert_eq!(written, png(&blank).unwrap(), "the same picture is the same bytes");
    }

    #[test]
    fn what_is_too_large_is_refused() {
        assert!(matches!(png(&Svg::panel(5000, 10)), Err(PictureError::TooLarge(10000, 20))));
    }
}
