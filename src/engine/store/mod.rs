//! The in-memory store of samples that queries read.
//!
//! Series are kept in the order of their creation, so that whatever depends on storage order (ties in `topk`, the
//! last bit of a sum) is the same in every run.

mod append;
mod hints;
mod series;

use rustc_hash::FxHashMap;

use crate::model::Labels;
use crate::model::labels::METRIC_NAME;

pub use append::AppendError;
pub(crate) use series::Samples;
pub use series::StoredSeries;

/// Samples of many series, in memory.
#[derive(Clone, Debug, Default)]
pub struct Store {
    series: Vec<StoredSeries>,
    by_labels: FxHashMap<Labels, usize>,
    by_name: FxHashMap<String, Vec<usize>>,
}

impl Store {
    /// A store without series.
    pub fn new() -> Self {
        Store::default()
    }

    /// All series, in the order of their creation.
    pub fn series(&self) -> &[StoredSeries] {
        &self.series
    }

    /// The series with exactly these labels.
    pub fn get(&self, labels: &Labels) -> Option<&StoredSeries> {
        self.by_labels.get(labels).and_then(|index| self.series.get(*index))
    }

    /// The indices (into [`Store::series`]) of the series called `name`, ascending.
    pub(crate) fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Makes the series with these labels, without samples, unless it is there: series that are declared first come
    /// first in the order of the store, whenever their samples come.
    pub fn declare(&mut self, labels: &Labels) {
        self.series_index(labels);
    }

    fn series_index(&mut self, labels: &Labels) -> usize {
        if let Some(index) = self.by_labels.get(labels) {
            return *index;
        }
        let index = self.series.len();
        self.series.push(StoredSeries::new(labels.clone()));
        self.by_labels.insert(labels.clone(), index);
        let name = labels.get(METRIC_NAME).unwrap_or_default();
        self.by_name.entry(name.to_owned()).or_default().push(index);
        index
    }
}
