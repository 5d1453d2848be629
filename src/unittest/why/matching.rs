//! Which series a label matcher lets through.

use crate::engine::Store;
use crate::engine::store::StoredSeries;
use crate::model::Labels;
use crate::promql::ast::{MatchOp, Matcher, VectorSelector};
use crate::promql::regex::AnchoredRegex;
use crate::unittest::reads::metric_name;

/// A label matcher, ready to be tried on many series.
#[derive(Debug)]
pub(super) struct ReadyMatcher<'m> {
    matcher: &'m Matcher,
    wanted: String,
    /// `None` where it compares texts, or where the regular expression does not compile.
    regex: Option<AnchoredRegex>,
}

impl<'m> ReadyMatcher<'m> {
    pub(super) fn new(matcher: &'m Matcher) -> Self {
        let wanted = String::from_utf8_lossy(&matcher.value.value).into_owned();
        let regex = match matcher.op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => AnchoredRegex::new(&wanted).ok(),
        };
        ReadyMatcher { matcher, wanted, regex }
    }

    /// Whether a series with these labels passes. All pass a regular expression that does not compile, which is
    /// another problem.
    pub(super) fn passes(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.matcher.name.value).unwrap_or_default();
        match self.matcher.op {
            MatchOp::Equal => value == self.wanted,
            MatchOp::NotEqual => value != self.wanted,
            MatchOp::Regex => self.regex.as_ref().is_none_or(|regex| regex.is_match(value)),
            MatchOp::NotRegex => self.regex.as_ref().is_none_or(|regex| !regex.is_match(value)),
        }
    }
}

/// The series of `store` that `selector` asks for, whether they have a sample at some time or not, in the order of the
/// store.
pub(in crate::unittest) fn selected<'s>(
    store: &'s Store,
    selector: &VectorSelector,
) -> impl Iterator<Item = &'s StoredSeries> {
    let name = metric_name(selector);
    let matchers: Vec<ReadyMatcher<'_>> = selector.matchers.iter().map(ReadyMatcher::new).collect();
    let passes = |series: &StoredSeries| matchers.iter().all(|matcher| matcher.passes(series.labels()));
    let found: Vec<&StoredSeries> = match name {
        Some(name) => {
            let named = store.named(&name).iter().filter_map(|index| store.series().get(*index));
            named.filter(|series| passes(series)).collect()
        }
        None => store.series().iter().filter(|series| passes(series)).collect(),
    };
    found.into_iter()
}
