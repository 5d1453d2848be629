//! Which branches of its templates an alert takes; for coverage.

use std::cell::RefCell;

use crate::engine::Store;
use crate::template::TakenBranches;

use super::render::{StoreQuerier, expand_observed};
use super::timeline::{AlertTimeline, RuleTimeline};

impl RuleTimeline {
    /// Expands the labels and annotations of one of this rule's alerts as they are at `step`, and notes which branches
    /// that takes: in `taken`, one for each of the rule's labels and then for each of its annotations. Queries of
    /// templates read `store`, which may hold what was written after `step`.
    pub fn observe_templates(&self, alert: &AlertTimeline, step: usize, store: &Store, taken: &[TakenBranches]) {
        let Some(element) = self.element_at(alert, step) else { return };
        let prepared = RefCell::default();
        let querier = StoreQuerier { options: &self.options, store, prepared: &prepared, budget: None };
        let fields = self.rule.labels.iter().chain(&self.rule.annotations);
        for (field, taken) in fields.zip(taken) {
            expand_observed(field, &self.rule, &self.options, element, &querier, taken);
        }
    }
}
