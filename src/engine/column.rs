//! A column: the values of one output series over all evaluation steps.
//!
//! A column is a dense `Vec<f64>` in which two reserved NaNs stand for "no sample" and for "a histogram, see the side
//! column". Both are signalling NaNs, which arithmetic never yields, and the store keeps them out of the data.

use std::sync::Arc;

use crate::model::{FloatHistogram, Labels, SampleValue};

use super::histogram_rows::HistogramRows;

const ABSENT_BITS: u64 = 0x7ff0_0000_0000_0a00;
const HISTOGRAM_BITS: u64 = 0x7ff0_0000_0000_0b00;

/// "No sample at this step."
pub(crate) const ABSENT: f64 = f64::from_bits(ABSENT_BITS);
/// "A histogram, see beside."
pub(crate) const HISTOGRAM: f64 = f64::from_bits(HISTOGRAM_BITS);

/// Whether `value` stands for "no sample".
#[inline]
pub(crate) fn is_absent(value: f64) -> bool {
    value.to_bits() == ABSENT_BITS
}

/// Whether `value` is no number of the data but stands for something else.
#[inline]
pub(crate) fn is_marker(value: f64) -> bool {
    matches!(value.to_bits(), ABSENT_BITS | HISTOGRAM_BITS)
}

/// What a column holds at one step.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    Absent,
    Float(f64),
    Histogram(&'a Arc<FloatHistogram>),
}

/// A value to be put into a column.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    Absent,
    Float(f64),
    Histogram(Arc<FloatHistogram>),
}

impl From<FloatHistogram> for Slot {
    fn from(histogram: FloatHistogram) -> Self {
        Slot::Histogram(Arc::new(histogram))
    }
}

/// The values of one series over all steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    values: Vec<f64>,
    histograms: Histograms,
}

/// The histograms of a column.
#[derive(Clone, Debug, Default)]
enum Histograms {
    /// No step holds one.
    #[default]
    None,
    /// One or none for each step.
    Listed(Vec<Option<Arc<FloatHistogram>>>),
    /// All of one layout; no step holds a float.
    Rows(Box<HistogramRows>),
}

impl Column {
    /// A column of `steps` steps without samples.
    pub(crate) fn absent(steps: usize) -> Self {
        Column { values: vec![ABSENT; steps], histograms: Histograms::None }
    }

    /// A column of floats, in which [`ABSENT`] stands for "no sample".
    pub(crate) fn from_floats(values: Vec<f64>) -> Self {
        Column { values, histograms: Histograms::None }
    }

    /// A column of histograms: a row where `values` has [`HISTOGRAM`], nothing where it has [`ABSENT`].
    pub(crate) fn from_rows(values: Vec<f64>, rows: HistogramRows) -> Self {
        Column { values, histograms: Histograms::Rows(Box::new(rows)) }
    }

    /// The histograms as rows, where they are held so.
    pub(crate) fn rows(&self) -> Option<&HistogramRows> {
        match &self.histograms {
            Histograms::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    fn histogram(&self, step: usize) -> Option<&Arc<FloatHistogram>> {
        match &self.histograms {
            Histograms::None => None,
            Histograms::Listed(listed) => listed.get(step)?.as_ref(),
            Histograms::Rows(rows) => rows.listed(self.presence()).get(step)?.as_ref(),
        }
    }

    /// Holds histograms one by one from here on, as many as there are steps, so that they can be changed.
    fn list_histograms(&mut self) {
        let listed = match std::mem::take(&mut self.histograms) {
            Histograms::None => vec![None; self.values.len()],
            Histograms::Listed(listed) => listed,
            Histograms::Rows(rows) => rows.into_listed(self.presence()),
        };
        self.histograms = Histograms::Listed(listed);
    }

    /// Number of steps.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The value at `step`.
    #[inline]
    pub(crate) fn get(&self, step: usize) -> Cell<'_> {
        let Some(value) = self.values.get(step) else { return Cell::Absent };
        match value.to_bits() {
            ABSENT_BITS => Cell::Absent,
            HISTOGRAM_BITS => self.histogram(step).map_or(Cell::Absent, Cell::Histogram),
            _ => Cell::Float(*value),
        }
    }

    /// The value at `step`, shared.
    pub(crate) fn slot(&self, step: usize) -> Slot {
        match self.get(step) {
            Cell::Absent => Slot::Absent,
            Cell::Float(value) => Slot::Float(value),
            Cell::Histogram(histogram) => Slot::Histogram(histogram.clone()),
        }
    }

    /// The value at `step` as a sample.
    pub(crate) fn sample(&self, step: usize) -> Option<SampleValue> {
        match self.get(step) {
            Cell::Absent => None,
            Cell::Float(value) => Some(SampleValue::Float(value)),
            Cell::Histogram(histogram) => Some(SampleValue::Histogram(histogram.clone())),
        }
    }

    /// Puts a value at `step`.
    #[inline]
    pub(crate) fn set(&mut self, step: usize, slot: Slot) {
        match slot {
            Slot::Absent => self.put(step, ABSENT),
            Slot::Float(value) => {
                if matches!(self.histograms, Histograms::Rows(_)) {
                    self.list_histograms();
                }
                self.put(step, value);
            }
            Slot::Histogram(histogram) => {
                self.list_histograms();
                if let Histograms::Listed(listed) = &mut self.histograms
                    && let (Some(value), Some(side)) = (self.values.get_mut(step), listed.get_mut(step))
                {
                    *value = HISTOGRAM;
                    *side = Some(histogram);
                }
            }
        }
    }

    #[inline]
    fn put(&mut self, step: usize, value: f64) {
        if let Some(at) = self.values.get_mut(step) {
            *at = value;
        }
    }

    /// Whether there is a sample at `step`.
    #[inline]
    pub(crate) fn is_present(&self, step: usize) -> bool {
        self.values.get(step).is_some_and(|value| !is_absent(*value))
    }

    /// Whether there is no sample at any step.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.iter().all(|value| is_absent(*value))
    }

    /// Whether any step holds a float.
    pub(crate) fn holds_floats(&self) -> bool {
        self.values.iter().any(|value| !is_marker(*value))
    }

    /// Whether any step holds a histogram.
    pub(crate) fn holds_histograms(&self) -> bool {
        self.has_histograms() && self.values.iter().any(|value| value.to_bits() == HISTOGRAM_BITS)
    }

    /// Whether any step may hold a histogram.
    pub(crate) fn has_histograms(&self) -> bool {
        !matches!(self.histograms, Histograms::None)
    }

    /// The floats, if no step holds a histogram; [`ABSENT`] stands for "no sample".
    pub(crate) fn floats(&self) -> Option<&[f64]> {
        (!self.has_histograms()).then_some(self.values.as_slice())
    }

    /// The numbers at some steps; [`is_marker`] tells those that are none.
    pub(crate) fn values_at(&self, steps: std::ops::Range<usize>) -> &[f64] {
        self.values.get(steps).unwrap_or_default()
    }

    /// Mutable access to the floats, if no step holds a histogram.
    pub(crate) fn floats_mut(&mut self) -> Option<&mut [f64]> {
        (!self.has_histograms()).then_some(self.values.as_mut_slice())
    }

    /// Which steps hold a sample, step by step.
    pub(crate) fn presence(&self) -> impl Iterator<Item = bool> + '_ {
        self.values.iter().map(|value| !is_absent(*value))
    }

    /// Removes histograms and puts `f` of every float in its place.
    pub(crate) fn map_floats(&mut self, f: impl Fn(f64) -> f64) {
        for value in &mut self.values {
            match value.to_bits() {
                ABSENT_BITS => {}
                HISTOGRAM_BITS => *value = ABSENT,
                _ => *value = f(*value),
            }
        }
        self.histograms = Histograms::None;
    }

    /// Puts the one value of a one-step column into each of `steps` steps.
    pub(crate) fn repeated(&self, steps: usize) -> Column {
        let value = self.values.first().copied().unwrap_or(ABSENT);
        let histograms = match self.histogram(0) {
            Some(histogram) => Histograms::Listed(vec![Some(histogram.clone()); steps]),
            None => Histograms::None,
        };
        Column { values: vec![value; steps], histograms }
    }

    /// Takes over the samples of `other` at steps where this column has none. Whether both had one at some step.
    pub(crate) fn merge(&mut self, other: &Column) -> bool {
        let mut clash = false;
        for step in 0..other.len() {
            match other.slot(step) {
                Slot::Absent => {}
                _ if self.is_present(step) => clash = true,
                slot => self.set(step, slot),
            }
        }
        clash
    }

    /// How many values are held, for the limit on samples.
    pub(crate) fn weight(&self) -> usize {
        let beside = match &self.histograms {
            Histograms::None => 0,
            Histograms::Listed(listed) => listed.len(),
            Histograms::Rows(rows) => rows.numbers(),
        };
        self.values.len().saturating_add(beside)
    }
}

/// One series of an instant vector over all steps.
#[derive(Clone, Debug)]
pub(crate) struct SeriesColumn {
    /// The labels, with the name as long as its removal is delayed.
    pub(crate) labels: Labels,
    /// Whether the name is to be removed at the end (delayed name removal).
    pub(crate) drop_name: bool,
    /// The values.
    pub(crate) column: Column,
}

/// An instant vector over all steps. At each step the label sets are distinct; over the steps a label set may occur
/// in several columns whose samples never meet.
pub(crate) type Vector = Vec<SeriesColumn>;

/// A scalar over all steps.
#[derive(Clone, Debug)]
pub(crate) enum ScalarColumn {
    /// The same at each step.
    Constant(f64),
    /// One value for each step.
    Steps(Vec<f64>),
}

impl ScalarColumn {
    /// The value at `step`.
    #[inline]
    pub(crate) fn at(&self, step: usize) -> f64 {
        match self {
            ScalarColumn::Constant(value) => *value,
            ScalarColumn::Steps(values) => values.get(step).copied().unwrap_or(f64::NAN),
        }
    }

    /// The values at the first `steps` steps; one where all are the same.
    pub(crate) fn distinct(&self) -> &[f64] {
        match self {
            ScalarColumn::Constant(value) => std::slice::from_ref(value),
            ScalarColumn::Steps(values) => values,
        }
    }
}

/// What a node evaluates to.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(ScalarColumn),
    Vector(Vector),
    String(Vec<u8>),
}
