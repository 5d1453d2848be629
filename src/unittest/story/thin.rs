//! Many values to few: least, greatest and last value of each cell of time.

use super::{Cell, Curve};
use crate::model::{Labels, SampleValue};

/// A curve in the making. Values must come by time.
#[derive(Debug)]
pub(super) struct Thinner {
    curve: Curve,
}

impl Thinner {
    /// A value stands for `reach` cells.
    pub(super) fn new(labels: Labels, reach: usize) -> Self {
        let curve = Curve { labels, passes: false, cells: Vec::new(), reach, not_finite: 0, histograms: false };
        Thinner { curve }
    }

    /// Adds the value at a time in `cell`.
    pub(super) fn add(&mut self, cell: usize, value: &SampleValue) {
        let number = match value {
            _ if value.is_stale() => return,
            SampleValue::Float(value) => *value,
            SampleValue::Histogram(histogram) => {
                self.curve.histograms = true;
                histogram.count
            }
        };
        if !number.is_finite() {
            self.curve.not_finite += 1;
            return;
        }
        match self.curve.cells.last_mut().filter(|last| last.index == cell) {
            Some(last) => {
                last.min = last.min.min(number);
                last.max = last.max.max(number);
                last.last = number;
            }
            None => self.curve.cells.push(Cell { index: cell, min: number, max: number, last: number }),
        }
    }

    /// Says that a value passed the comparison.
    pub(super) fn pass(&mut self) {
        self.curve.passes = true;
    }

    pub(super) fn finish(self) -> Curve {
        self.curve
    }
}

#[cfg(test)]
mod tests {
    use super::Thinner;
    use crate::model::{Labels, stale_nan};

    #[test]
    fn extremes_stay_and_gaps_stay() {
        let mut thinner = Thinner::new(Labels::empty(), 1);
        for (cell, value) in [(0, 1.0), (0, 9.0), (0, 3.0), (1, f64::NAN), (1, stale_nan()), (3, 4.0)] {
            thinner.add(cell, &value.into());
        }
        let curve = thinner.finish();
        let cells: Vec<_> = curve.cells.iter().map(|cell| (cell.index, cell.min, cell.max, cell.last)).collect();
        assert_eq!(cells, [(0, 1.0, 9.0, 3.0), (3, 4.0, 4.0, 4.0)]);
        assert_eq!(curve.not_finite, 1, "a staleness marker is no value");
    }
}
