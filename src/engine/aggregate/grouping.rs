//! Which series belong to one group. Computed once per series.

use rustc_hash::FxHashMap;

use crate::engine::column::SeriesColumn;
use crate::engine::plan::AggregateNode;
use crate::model::Labels;
use crate::model::labels::METRIC_NAME;

/// The groups of an aggregation, sorted by labels: an order that does not depend on which series have a sample when.
pub(super) struct Groups {
    /// The group of each series.
    pub(super) of_series: Vec<usize>,
    /// The labels of each group.
    pub(super) labels: Vec<Labels>,
}

impl Groups {
    /// Groups `series` as `by` or `without` asks for.
    pub(super) fn of(node: &AggregateNode, series: &[SeriesColumn]) -> Self {
        let mut numbers: FxHashMap<Labels, usize> = FxHashMap::default();
        let mut groups = Groups { of_series: Vec::with_capacity(series.len()), labels: Vec::new() };
        for series in series {
            let labels = group_labels(node, &series.labels);
            let number = *numbers.entry(labels).or_insert_with_key(|labels| {
                groups.labels.push(labels.clone());
                groups.labels.len() - 1
            });
            groups.of_series.push(number);
        }
        groups.sort();
        groups
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        order.sort_by_key(|number| self.labels.get(*number));
        let mut places = vec![0; order.len()];
        for (place, number) in order.iter().enumerate() {
            if let Some(at) = places.get_mut(*number) {
                *at = place;
            }
        }
        for number in &mut self.of_series {
            *number = places.get(*number).copied().unwrap_or_default();
        }
        self.labels.sort();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }
}

/// The labels of the group that a series with these labels belongs to.
pub(super) fn group_labels(node: &AggregateNode, labels: &Labels) -> Labels {
    let listed = |name: &str| node.labels.iter().any(|label| label == name);
    if node.without {
        labels.without(|name| name == METRIC_NAME || listed(name))
    } else if node.labels.is_empty() {
        Labels::empty()
    } else {
        labels.only(listed)
    }
}
