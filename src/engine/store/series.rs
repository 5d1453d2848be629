//! One stored series.

use std::sync::Arc;

use crate::model::{FloatHistogram, Labels, SampleValue, stale_nan};

/// One series: its labels and its samples by time.
///
/// Floats, histograms and staleness markers are kept apart, because that is how range functions read them: a window
/// of a series without markers and histograms (nearly all are) is one slice.
#[derive(Clone, Debug)]
pub struct StoredSeries {
    labels: Labels,
    pub(crate) floats: Samples<f64>,
    pub(crate) histograms: Samples<Arc<FloatHistogram>>,
    /// Times of staleness markers.
    pub(crate) stale: Vec<i64>,
    pub(super) last: Option<(i64, SampleValue)>,
}

/// Samples of one kind, by time.
#[derive(Clone, Debug)]
pub(crate) struct Samples<T> {
    /// Milliseconds, strictly ascending.
    pub(crate) times: Vec<i64>,
    /// The values, one for each time.
    pub(crate) values: Vec<T>,
    /// Start timestamps in milliseconds, 0 where unknown; empty where all are.
    pub(crate) starts: Vec<i64>,
    /// The distance between neighbours in milliseconds where it is the same everywhere; 0 where it is not, and where
    /// there are fewer than two samples.
    pub(crate) gap_ms: i64,
    /// Indices of floats that are less than the one before: where a counter was reset. Windows need only look here.
    pub(crate) drops: Vec<usize>,
}

impl<T> Default for Samples<T> {
    fn default() -> Self {
        Samples { times: Vec::new(), values: Vec::new(), starts: Vec::new(), gap_ms: 0, drops: Vec::new() }
    }
}

impl<T> Samples<T> {
    pub(crate) fn push(&mut self, t_ms: i64, value: T, start_ms: Option<i64>) {
        if start_ms.is_some() || !self.starts.is_empty() {
            self.starts.resize(self.times.len(), 0);
            self.starts.push(start_ms.unwrap_or(0));
        }
        if let Some(last) = self.times.last() {
            let gap_ms = t_ms.saturating_sub(*last);
            if self.times.len() == 1 {
                self.gap_ms = gap_ms;
            } else if self.gap_ms != gap_ms {
                self.gap_ms = 0;
            }
        }
        self.times.push(t_ms);
        self.values.push(value);
    }
}

impl Samples<f64> {
    pub(crate) fn push_float(&mut self, t_ms: i64, value: f64, start_ms: Option<i64>) {
        if self.values.last().is_some_and(|last| value < *last) {
            self.drops.push(self.values.len());
        }
        self.push(t_ms, value, start_ms);
    }
}

impl StoredSeries {
    pub(super) fn new(labels: Labels) -> Self {
        let (floats, histograms) = (Samples::default(), Samples::default());
        StoredSeries { labels, floats, histograms, stale: Vec::new(), last: None }
    }

    /// The labels.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// All samples by time, staleness markers included.
    pub fn samples(&self) -> Vec<(i64, SampleValue)> {
        let floats = self.floats.times.iter().zip(&self.floats.values).map(|(t, v)| (*t, SampleValue::Float(*v)));
        let histograms = self.histograms.times.iter().zip(&self.histograms.values);
        let histograms = histograms.map(|(t, v)| (*t, SampleValue::Histogram(v.clone())));
        let stale = self.stale.iter().map(|t| (*t, SampleValue::Float(stale_nan())));
        let mut all: Vec<_> = floats.chain(histograms).chain(stale).collect();
        all.sort_by_key(|(t, _)| *t);
        all
    }

    /// The newest sample.
    pub fn last(&self) -> Option<(i64, &SampleValue)> {
        self.last.as_ref().map(|(t, value)| (*t, value))
    }
}
