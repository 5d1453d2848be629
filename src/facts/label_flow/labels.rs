//! What is known of the labels of one branch's elements.

use std::collections::BTreeMap;

use super::{Dropped, Presence};
use crate::source::Span;

/// From this many named labels on, nothing more is remembered than that a label is possible. Keeps the cost of endless
/// expressions linear; no expression that people write comes near.
const MAX_KNOWN: usize = 64;

/// The presence of each label.
#[derive(Clone, Debug)]
pub(super) struct LabelSet {
    /// The labels of which more is known than of the rest.
    known: BTreeMap<String, Presence>,
    /// All others: possible or impossible, never guaranteed.
    rest: Presence,
}

impl LabelSet {
    /// Any label is possible.
    pub(super) fn open() -> Self {
        LabelSet { known: BTreeMap::new(), rest: Presence::Possible }
    }

    /// No label is possible.
    pub(super) fn closed(by: Dropped) -> Self {
        LabelSet { known: BTreeMap::new(), rest: Presence::Impossible(by) }
    }

    /// The presence of `label`.
    pub(super) fn get(&self, label: &str) -> Presence {
        self.known.get(label).copied().unwrap_or(self.rest)
    }

    /// The labels of which more is known than of the rest, by name.
    pub(super) fn known(&self) -> impl Iterator<Item = (&str, Presence)> {
        self.known.iter().map(|(label, presence)| (label.as_str(), *presence))
    }

    /// The presence of all labels that are not known by name.
    #[cfg(test)]
    pub(super) fn rest(&self) -> Presence {
        self.rest
    }

    /// Sets the presence of `label`.
    pub(super) fn set(&mut self, label: &str, presence: Presence) {
        match self.known.get_mut(label) {
            Some(known) => *known = presence,
            None if presence == self.rest => {}
            None => {
                self.known.insert(label.to_owned(), presence);
                self.limit();
            }
        }
    }

    /// Drops `label`; where it was impossible before, the first cause stays.
    pub(super) fn drop(&mut self, label: &str, by: Dropped) {
        if !self.get(label).is_impossible() {
            self.set(label, Presence::Impossible(by));
        }
    }

    /// Only `labels` are left.
    #[must_use]
    pub(super) fn only<'l>(&self, labels: impl Iterator<Item = &'l str>, by: Dropped) -> Self {
        let mut kept = LabelSet::closed(by);
        for label in labels {
            kept.set(label, self.get(label));
        }
        kept
    }

    /// What holds for an element that may come from either of two sets.
    #[must_use]
    pub(super) fn or(&self, other: &LabelSet) -> Self {
        let mut joined = LabelSet { known: BTreeMap::new(), rest: self.rest.or(other.rest) };
        for label in self.known.keys().chain(other.known.keys()) {
            joined.set(label, self.get(label).or(other.get(label)));
        }
        joined
    }

    /// The elements have equal values of `label` as elements of `other`: what is impossible or guaranteed there is so
    /// here, because of the operator at `across`.
    pub(super) fn agree_on(&mut self, label: &str, other: &LabelSet, across: Span) {
        let agreed = self.get(label).and(other.get(label), across);
        self.set(label, agreed);
    }

    /// The same for all labels but those that are `free`.
    pub(super) fn agree_on_all_but(&mut self, free: &[&str], other: &LabelSet, across: Span) {
        let before: Vec<Presence> = free.iter().map(|label| self.get(label)).collect();
        let labels: Vec<String> = match other.rest {
            // A label that `other` does not name is impossible there: all of our own are concerned.
            Presence::Impossible(_) => self.known.keys().chain(other.known.keys()).cloned().collect(),
            _ => other.known.keys().cloned().collect(),
        };
        let agreed: Vec<Presence> = labels.iter().map(|label| self.get(label).and(other.get(label), across)).collect();
        self.rest = self.rest.and(other.rest, across);
        for (label, presence) in labels.iter().map(String::as_str).zip(agreed).chain(free.iter().copied().zip(before)) {
            self.set(label, presence);
        }
    }

    /// Labels may have been added to the elements: none is impossible any more.
    pub(super) fn open_up(&mut self) {
        self.known.retain(|_, presence| *presence == Presence::Guaranteed);
        self.rest = Presence::Possible;
    }

    fn limit(&mut self) {
        if self.known.len() > MAX_KNOWN {
            *self = LabelSet::open();
        }
    }
}

impl Presence {
    /// For an element that may come from either of two places.
    fn or(self, other: Presence) -> Presence {
        match (self, other) {
            (Presence::Guaranteed, Presence::Guaranteed) => Presence::Guaranteed,
            (Presence::Impossible(by), Presence::Impossible(_)) => Presence::Impossible(by),
            _ => Presence::Possible,
        }
    }

    /// For an element that has a partner with the same value of the label on the other side of the operator at `across`.
    fn and(self, partner: Presence, across: Span) -> Presence {
        match (self, partner) {
            (Presence::Impossible(by), _) => Presence::Impossible(by),
            (_, Presence::Impossible(by)) => Presence::Impossible(Dropped { across: Some(across), ..by }),
            (Presence::Guaranteed, _) | (_, Presence::Guaranteed) => Presence::Guaranteed,
            (Presence::Possible, Presence::Possible) => Presence::Possible,
        }
    }
}
