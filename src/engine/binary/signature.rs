//! Match groups: which series of two vectors belong together. Computed once per series.

use rustc_hash::FxHashMap;

use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::VectorMatching;

use crate::engine::column::SeriesColumn;

/// What of a series' labels is compared.
pub(super) struct Signature<'a> {
    on: bool,
    names: Vec<&'a str>,
}

impl<'a> Signature<'a> {
    /// The signature that `on (…)` or `ignoring (…)` asks for.
    pub(super) fn of(matching: Option<&'a VectorMatching>) -> Self {
        match matching.and_then(|matching| matching.clause.as_ref()) {
            Some(clause) => {
                Signature { on: clause.on, names: clause.labels.iter().map(|label| label.value.as_str()).collect() }
            }
            None => Signature { on: false, names: Vec::new() },
        }
    }

    /// Whether it is `on (…)`.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// Whether the clause lists `name`.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// The labels that are compared.
    pub(super) fn labels(&self, labels: &Labels) -> Labels {
        if self.on {
            labels.only(|name| self.lists(name))
        } else {
            labels.without(|name| name == METRIC_NAME || self.lists(name))
        }
    }
}

/// Match groups, numbered.
#[derive(Default)]
pub(super) struct Groups {
    numbers: FxHashMap<Labels, usize>,
}

impl Groups {
    /// The number of each series' match group.
    pub(super) fn assign(&mut self, signature: &Signature<'_>, series: &[SeriesColumn]) -> Vec<usize> {
        series
            .iter()
            .map(|series| {
                let next = self.numbers.len();
                *self.numbers.entry(signature.labels(&series.labels)).or_insert(next)
            })
            .collect()
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }
}
