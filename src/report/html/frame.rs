//! What the rows of a picture have in common: the axis of time, the assertions on it.

use std::fmt;

use super::axis::Axis;
use super::marks::{self, Mark};
use super::shapes::Shapes;

/// So many units of a drawing are a pixel down.
pub(super) const UNITS_PER_PIXEL: u32 = 4;

/// The frame into which rows are drawn.
pub(super) struct Frame<'a> {
    pub(super) axis: Axis,
    pub(super) marks: Vec<Mark>,
    pub(super) shapes: &'a mut Shapes,
}

impl Frame<'_> {
    /// Draws `content` over the whole time, in a box as wide as there are cells of time and `height` pixels high.
    pub(super) fn fill(&mut self, page: &mut String, height: u32, content: &str) -> fmt::Result {
        self.shapes.stretched(page, self.axis.width(), height * UNITS_PER_PIXEL, content)
    }

    /// Draws what lies behind a row: faint lines at the times of the axis.
    pub(super) fn behind(&mut self, page: &mut String) -> fmt::Result {
        match self.axis.grid() {
            Some(grid) => self.shapes.stretched(page, Axis::SIZE, 1, &grid),
            None => Ok(()),
        }
    }

    /// Draws what lies over a row: lines at the times of the assertions.
    pub(super) fn before(&mut self, page: &mut String) -> fmt::Result {
        match marks::lines(&self.axis, &self.marks) {
            Some(lines) => self.shapes.stretched(page, Axis::SIZE, 1, &lines),
            None => Ok(()),
        }
    }

    /// Draws the axis with its times.
    pub(super) fn axis(&mut self, page: &mut String) -> fmt::Result {
        page.push_str("<svg class=\"axis\" aria-hidden=\"true\">");
        self.shapes.placed(page, &self.axis.ticks_and_times()?)?;
        page.push_str("</svg>");
        Ok(())
    }
}
