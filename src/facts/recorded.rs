//! What is known of the series that recording rules record.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{Branch, Facts, Interval, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{MatchOp, Matcher};
use crate::source::{Span, Spanned};

/// More values of a label than this are not kept, nor longer ones, in bytes: each metric that is recorded of others has its
/// own copy of them.
const MAX_VALUES: usize = 16;
const MAX_VALUE_BYTES: usize = 100;
/// Of more labels than this, or of those whose names are longer together, in bytes, nothing is kept.
const MAX_LABELS: usize = 64;
const MAX_NAME_BYTES: usize = 4096;

/// What is known of recorded series, by the metric's name.
pub type Recorded = FxHashMap<String, RecordedSeries>;

/// What the definitions of one recorded metric say of its series.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSeries {
    /// Labels that they can have.
    pub labels: BTreeMap<String, RecordedLabel>,
    /// Which others they can have.
    pub others: Others,
    /// Between which bounds the samples lie.
    pub values: Interval,
}

/// The labels that recorded series can have besides those that are known.
#[derive(Clone, Debug, PartialEq)]
pub enum Others {
    /// None.
    None,
    /// Any but these.
    AnyBut(BTreeSet<String>),
}

/// What is known of a label of recorded series.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedLabel {
    /// The only values that it can have where it is there, each once and in their order; `None`: any.
    pub values: Option<Vec<String>>,
    /// What every series passes, if it always is there and has one of these values; made by [`RecordedSeries::sealed`]. It
    /// stands nowhere: its spans are empty.
    pub matcher: Option<Matcher>,
    /// Whether every series has it.
    pub always: bool,
}

impl RecordedLabel {
    /// A label that may be there, with any value.
    pub fn any() -> Self {
        RecordedLabel { values: None, matcher: None, always: false }
    }

    /// A label that every series has, with this value.
    pub fn fixed(value: &str) -> Self {
        let values = if is_filled_in_later(value) { None } else { sorted([value].into_iter()) };
        RecordedLabel { values, matcher: None, always: true }
    }

    fn or(self, other: Self) -> Self {
        let values = self.values.zip(other.values);
        let values = values.and_then(|(values, others)| sorted(values.iter().chain(&others).map(String::as_str)));
        RecordedLabel { values, matcher: None, always: self.always && other.always }
    }
}

impl RecordedSeries {
    /// Of one definition, without the labels that it sets itself; `None` where it yields nothing, or nothing is known.
    pub fn of(facts: &Facts<'_>) -> Option<Self> {
        facts.branches().iter().map(RecordedSeries::of_branch).reduce(RecordedSeries::or)
    }

    fn of_branch(branch: &Branch<'_>) -> Self {
        let is_closed = branch.is_closed();
        let known = || branch.known_labels();
        if known().map(|(label, _)| label.len()).sum::<usize>() > MAX_NAME_BYTES {
            return RecordedSeries::with_any_labels(branch.values);
        }
        let of = |label: &str, presence: Presence| {
            let values = branch.named_values(label).and_then(|values| sorted(values.into_iter()));
            RecordedLabel { values, matcher: None, always: presence == Presence::Guaranteed }
        };
        let possible = known().filter(|(_, presence)| !presence.is_impossible());
        let labels = possible.map(|(label, presence)| (label.to_owned(), of(label, presence)));
        // Where any label is possible, nothing is said by one that is.
        let labels = labels.filter(|(_, label)| is_closed || label.always).collect();
        let lacking = known().filter(|(label, presence)| presence.is_impossible() && *label != METRIC_NAME);
        let others = match is_closed {
            true => Others::None,
            false => Others::AnyBut(lacking.map(|(label, _)| label.to_owned()).collect()),
        };
        RecordedSeries { labels, others, values: branch.values }
    }

    /// What holds for the series of two definitions.
    #[must_use]
    pub fn or(self, other: RecordedSeries) -> Self {
        let others = match (&self.others, &other.others) {
            (Others::None, Others::None) => Others::None,
            (Others::AnyBut(these), _) | (_, Others::AnyBut(these)) => {
                let lacking = these.iter().filter(|label| self.lacks(label) && other.lacks(label));
                Others::AnyBut(lacking.cloned().collect())
            }
        };
        let values = self.values.or(other.values);
        let labels = joined(self, other);
        if labels.len() > MAX_LABELS {
            return RecordedSeries::with_any_labels(values);
        }
        RecordedSeries { labels, others, values }
    }

    fn with_any_labels(values: Interval) -> Self {
        RecordedSeries { labels: BTreeMap::new(), others: Others::AnyBut(BTreeSet::new()), values }
    }

    /// Whether none of the series has the label.
    pub fn lacks(&self, label: &str) -> bool {
        !self.labels.contains_key(label)
            && match &self.others {
                Others::None => true,
                Others::AnyBut(lacking) => lacking.contains(label),
            }
    }

    /// A label that the definition sets itself, to nothing where the value is empty. What it covers is given back.
    pub fn set(&mut self, label: &str, value: &str) -> Option<RecordedLabel> {
        if let Others::AnyBut(lacking) = &mut self.others {
            match value {
                "" => lacking.insert(label.to_owned()),
                _ => lacking.remove(label),
            };
        }
        match value {
            "" => self.labels.remove(label),
            value => self.labels.insert(label.to_owned(), RecordedLabel::fixed(value)),
        }
    }

    /// With the matchers that all series pass, once all definitions are known.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        for (name, label) in &mut self.labels {
            label.matcher = label.values.as_ref().filter(|_| label.always).map(|values| matcher(name, values));
        }
        self
    }

    /// Whether something is known of the labels.
    pub fn says_of_labels(&self) -> bool {
        !self.labels.is_empty() || !matches!(&self.others, Others::AnyBut(lacking) if lacking.is_empty())
    }

    /// Whether something is known of the values.
    pub fn says_of_values(&self) -> bool {
        !self.values.is_any()
    }
}

/// The labels of series that may come from either of two places.
fn joined(one: RecordedSeries, other: RecordedSeries) -> BTreeMap<String, RecordedLabel> {
    let sometimes = |label: RecordedLabel| RecordedLabel { always: false, ..label };
    let mut all = BTreeMap::new();
    let mut rest = other.labels;
    for (name, label) in one.labels {
        match rest.remove(&name) {
            Some(also) => all.insert(name, label.or(also)),
            None if other.others == Others::None => all.insert(name, sometimes(label)),
            None => None,
        };
    }
    if one.others == Others::None {
        all.extend(rest.into_iter().map(|(name, label)| (name, sometimes(label))));
    }
    all
}

/// The values, each once and in their order; `None` where they are too many or too long to be kept.
fn sorted<'v>(values: impl Iterator<Item = &'v str>) -> Option<Vec<String>> {
    let mut kept = BTreeSet::new();
    for value in values {
        kept.insert(value);
        if kept.len() > MAX_VALUES || value.len() > MAX_VALUE_BYTES {
            return None;
        }
    }
    Some(kept.into_iter().map(str::to_owned).collect())
}

/// Whether a value looks like one that another program fills in: `${CLUSTER}`, `%(zone)s`, `__SITE__`, `<< .az >>`.
fn is_filled_in_later(value: &str) -> bool {
    value.contains(['$', '{', '<', '@']) || ["__", "%("].iter().any(|mark| value.contains(mark))
}

/// What has one of these values passes.
fn matcher(name: &str, values: &[String]) -> Matcher {
    let nowhere = Span::default();
    let (op, value) = match values {
        [only] => (MatchOp::Equal, only.clone()),
        several => (MatchOp::Regex, several.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|")),
    };
    Matcher {
        span: nowhere,
        name: Spanned::new(name.to_owned(), nowhere),
        op,
        op_span: nowhere,
        value: Spanned::new(value.into_bytes(), nowhere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{ParseOptions, parse};

    fn series(expr: &str) -> RecordedSeries {
        RecordedSeries::of(&Facts::of(&parse(expr, &ParseOptions::default()).unwrap())).unwrap()
    }

    #[test]
    fn definitions_are_taken_together() {
        let both = series("sum by (job) (x{job=\"a\"}) > 1").or(series("sum by (job, env) (x{job=\"b\"})")).sealed();
        let job = both.labels["job"].clone();
        assert_eq!((job.values, job.always), (Some(vec!["a".to_owned(), "b".to_owned()]), true));
        assert_eq!(job.matcher.map(|matcher| matcher.value.value), Some(b"a|b".to_vec()));
        assert!(!both.labels["env"].always && both.lacks("pod"));
        // What one of them may have is not known of both.
        let open = series("x{job=\"a\"}").or(series("sum without (pod) (x)"));
        assert!(!open.lacks("pod") && !open.says_of_labels());
        assert!(series("sum without (pod) (x)").lacks("pod"));
    }

    #[test]
    fn little_is_kept_of_much() {
        let values = |count: usize| (0..count).map(|at| format!("v{at}")).collect::<Vec<_>>().join("|");
        let of = |count: usize| series(&format!("sum by (job) (x{{job=~\"{}\"}})", values(count)));
        assert_eq!(of(16).labels["job"].values.as_ref().map(Vec::len), Some(16));
        assert_eq!(of(17).labels["job"].values, None);
        let all = (0..100).map(|at| series(&format!("sum by (l{at}) (x) > 1"))).reduce(RecordedSeries::or).unwrap();
        assert!(!all.says_of_labels() && all.says_of_values());
        assert_eq!(RecordedLabel::fixed("${CLUSTER}").values, None);
    }
}
