//! Which series of a store a selector asks for, whether they have a sample at some time or not.

use crate::engine::store::StoredSeries;
use crate::engine::{LabelMatcher, Store, compile_matcher};
use crate::promql::ast::VectorSelector;
use crate::unittest::reads::metric_name;

/// The series of `store` that `selector` asks for, in the order of the store. All pass a regular expression that does not
/// compile, which is another problem.
pub(in crate::unittest) fn selected<'s>(
    store: &'s Store,
    selector: &VectorSelector,
) -> impl Iterator<Item = &'s StoredSeries> {
    let matchers: Vec<LabelMatcher> =
        selector.matchers.iter().filter_map(|matcher| compile_matcher(matcher).ok()).collect();
    let passes = |series: &StoredSeries| matchers.iter().all(|matcher| matcher.passes(series.labels()));
    let found: Vec<&StoredSeries> = match metric_name(selector) {
        Some(name) => {
            let named = store.named(&name).iter().filter_map(|index| store.series().get(*index));
            named.filter(|series| passes(series)).collect()
        }
        None => store.series().iter().filter(|series| passes(series)).collect(),
    };
    found.into_iter()
}
