//! What is known of the series that recording rules record.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Branch, Facts, Interval};

/// What is known of recorded series, by the metric's name.
pub type Recorded = FxHashMap<String, RecordedSeries>;

/// What the definitions of one recorded metric say of its series.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSeries {
    /// The only labels that they can have, with the only values that these can have, in their order; `None` where others may
    /// be there.
    pub labels: Option<BTreeMap<String, LabelValues>>,
    /// Between which bounds the samples lie.
    pub values: Interval,
}

/// The values that a label can have where it is there, each once and in their order; `None`: any.
pub type LabelValues = Option<Vec<String>>;

impl RecordedSeries {
    /// Of one definition, without the labels that it sets itself; `None` where it yields nothing, or nothing is known.
    pub fn of(facts: &Facts<'_>) -> Option<Self> {
        let branches = facts.branches();
        let values = branches.iter().map(|branch| branch.values).reduce(Interval::or)?;
        let mut all: Option<BTreeMap<String, LabelValues>> = Some(BTreeMap::new());
        for branch in branches {
            all = all.filter(|_| branch.is_closed()).map(|all| joined(all, possible(branch)));
        }
        RecordedSeries { labels: all, values }.if_known()
    }

    /// What holds for the series of two definitions; `None` where that is nothing.
    #[must_use]
    pub fn or(self, other: RecordedSeries) -> Option<Self> {
        let labels = self.labels.zip(other.labels).map(|(labels, others)| joined(labels, others));
        RecordedSeries { labels, values: self.values.or(other.values) }.if_known()
    }

    fn if_known(self) -> Option<Self> {
        (self.labels.is_some() || !self.values.is_any()).then_some(self)
    }
}

/// The labels that elements of a branch can have.
fn possible(branch: &Branch<'_>) -> BTreeMap<String, LabelValues> {
    let known = branch.known_labels().filter(|(_, presence)| !presence.is_impossible());
    let values = |label: &str| {
        let values = branch.named_values(label)?;
        let mut values: Vec<String> = values.into_iter().map(str::to_owned).collect();
        values.sort_unstable();
        values.dedup();
        Some(values)
    };
    known.map(|(label, _)| (label.to_owned(), values(label))).collect()
}

fn joined(
    mut all: BTreeMap<String, LabelValues>,
    others: BTreeMap<String, LabelValues>,
) -> BTreeMap<String, LabelValues> {
    for (label, values) in others {
        match all.get_mut(&label) {
            Some(known) => {
                *known = known.take().zip(values).map(|(mut known, values)| {
                    known.extend(values);
                    known.sort_unstable();
                    known.dedup();
                    known
                });
            }
            None => {
                all.insert(label, values);
            }
        }
    }
    all
}
