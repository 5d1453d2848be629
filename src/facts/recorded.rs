//! What is known of the series that recording rules record.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{Branch, Facts, Interval, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{MatchOp, Matcher};
use crate::source::{Span, Spanned};

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
    /// What every series passes, if it always is there and has one of these values. It stands nowhere: its spans are empty.
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
    pub fn fixed(name: &str, value: &str) -> Self {
        RecordedLabel { values: Some(vec![value.to_owned()]), matcher: None, always: true }.with_matcher(name)
    }

    fn with_matcher(self, name: &str) -> Self {
        let matcher = self.values.as_ref().filter(|_| self.always).map(|values| matcher(name, values));
        RecordedLabel { matcher, ..self }
    }

    fn or(self, name: &str, other: Self) -> Self {
        let values = self.values.zip(other.values).map(|(values, others)| sorted(values.into_iter().chain(others)));
        RecordedLabel { values, matcher: None, always: self.always && other.always }.with_matcher(name)
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
        let of = |label: &str, presence: Presence| {
            let values = branch.named_values(label).map(|values| sorted(values.into_iter().map(str::to_owned)));
            RecordedLabel { values, matcher: None, always: presence == Presence::Guaranteed }.with_matcher(label)
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
        RecordedSeries { others, values: self.values.or(other.values), labels: joined(self, other) }
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
            value => self.labels.insert(label.to_owned(), RecordedLabel::fixed(label, value)),
        }
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
    let sometimes = |label: RecordedLabel| RecordedLabel { always: false, matcher: None, ..label };
    let mut all = BTreeMap::new();
    let mut rest = other.labels;
    for (name, label) in one.labels {
        match rest.remove(&name) {
            Some(also) => all.insert(name.clone(), label.or(&name, also)),
            None if other.others == Others::None => all.insert(name, sometimes(label)),
            None => None,
        };
    }
    if one.others == Others::None {
        all.extend(rest.into_iter().map(|(name, label)| (name, sometimes(label))));
    }
    all
}

fn sorted(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
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
