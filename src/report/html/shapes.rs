//! Shapes that occur more than once on a page: each is defined where it comes first, and referred to from there on.
//!
//! The tests of a suite are much alike: they have the same axes of time, their assertions lie at the same times, and
//! after scaling many of their series look the same. Written out each time, that is most of a large page.

use std::collections::hash_map::Entry;
use std::fmt::{self, Write as _};

use rustc_hash::FxHashMap;

/// The shapes that are defined on the page. Their texts are part of the page, so they take at most as much memory.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    known: FxHashMap<String, usize>,
}

impl Shapes {
    /// Draws `content` as wide and as high as the drawing that it stands in: it is stretched from a box of
    /// `width` by `height`, and lines keep their width.
    pub(super) fn stretched(
        &mut self,
        page: &mut String,
        width: impl fmt::Display,
        height: u32,
        content: &str,
    ) -> fmt::Result {
        self.symbol(page, format!(" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\">{content}"))
    }

    /// Draws `content`, whose places are in percent across and in pixels down.
    pub(super) fn placed(&mut self, page: &mut String, content: &str) -> fmt::Result {
        self.symbol(page, format!(">{content}"))
    }

    /// `text` is a symbol without the beginning and the end of its tags.
    fn symbol(&mut self, page: &mut String, text: String) -> fmt::Result {
        let next = self.known.len();
        let id = match self.known.entry(text) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                write!(page, "<symbol id=\"s{next}\"{}</symbol>", new.key())?;
                *new.insert(next)
            }
        };
        write!(page, "<use href=\"#s{id}\"/>")
    }
}

#[cfg(test)]
mod tests {
    use super::Shapes;

    #[test]
    fn a_shape_is_defined_once() {
        let (mut page, mut shapes) = (String::new(), Shapes::default());
        for content in ["<path d=\"M0 1h9\"/>", "<path d=\"M0 2h9\"/>", "<path d=\"M0 1h9\"/>"] {
            shapes.stretched(&mut page, 9, 4, content).expect("a string takes everything");
            page.push('\n');
        }
        insta::assert_snapshot!(page, @r##"
        <symbol id="s0" viewBox="0 0 9 4" preserveAspectRatio="none"><path d="M0 1h9"/></symbol><use href="#s0"/>
        <symbol id="s1" viewBox="0 0 9 4" preserveAspectRatio="none"><path d="M0 2h9"/></symbol><use href="#s1"/>
        <use href="#s0"/>
        "##);
    }
}
