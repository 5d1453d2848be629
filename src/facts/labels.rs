//! What is known of the labels of one branch's elements.

use super::{Dropped, Presence, TARGET_LABELS};
use crate::promql::ast::Matcher;
use crate::source::Span;

/// From this many named labels on, nothing more is remembered than that a label is possible. Keeps the cost of endless
/// expressions linear; no expression that people write comes near.
const MAX_KNOWN: usize = 64;

/// What is known of one label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LabelFact<'e> {
    pub(super) presence: Presence,
    /// Matchers that the label's value passes: the first two of them, which is plenty.
    pub(super) passes: [Option<&'e Matcher>; 2],
}

/// The presence of each label.
#[derive(Clone, Debug)]
pub(super) struct LabelSet<'e> {
    /// The labels of which more is known than of the rest, by name.
    known: Vec<(&'e str, LabelFact<'e>)>,
    /// All others: possible or impossible, never guaranteed.
    rest: Presence,
}

impl From<Presence> for LabelFact<'_> {
    fn from(presence: Presence) -> Self {
        LabelFact { presence, passes: [None; 2] }
    }
}

impl<'e> LabelSet<'e> {
    /// Any label is possible.
    pub(super) fn open() -> Self {
        LabelSet { known: Vec::new(), rest: Presence::Possible }
    }

    /// Any label is possible, and those of a scraped target are there.
    pub(super) fn scraped(target_labels: Option<&'e [String]>) -> Self {
        let known = |label: &'e str| (label, Presence::Scraped.into());
        let known: Vec<_> = match target_labels {
            None => TARGET_LABELS.into_iter().map(known).collect(),
            Some(labels) => {
                let mut known: Vec<_> = labels.iter().map(|label| known(label)).collect();
                known.sort_unstable_by_key(|(label, _)| *label);
                known.dedup_by_key(|(label, _)| *label);
                known
            }
        };
        let mut labels = LabelSet { known, rest: Presence::Possible };
        labels.limit();
        labels
    }

    /// No label is possible.
    pub(super) fn closed(by: Dropped) -> Self {
        LabelSet { known: Vec::new(), rest: Presence::Impossible(by) }
    }

    /// The presence of `label`.
    pub(super) fn get(&self, label: &str) -> Presence {
        self.fact(label).presence
    }

    /// What is known of `label`.
    pub(super) fn fact(&self, label: &str) -> LabelFact<'e> {
        self.place(label).ok().and_then(|at| self.known.get(at)).map_or(self.rest.into(), |(_, fact)| *fact)
    }

    /// The labels of which more is known than of the rest, by name.
    pub(super) fn known(&self) -> impl Iterator<Item = (&'e str, Presence)> {
        self.known.iter().map(|(label, fact)| (*label, fact.presence))
    }

    /// The presence of all labels that are not known by name.
    pub(super) fn rest(&self) -> Presence {
        self.rest
    }

    fn place(&self, label: &str) -> Result<usize, usize> {
        self.known.binary_search_by(|(known, _)| (*known).cmp(label))
    }

    /// Sets what is known of `label`.
    pub(super) fn set(&mut self, label: &'e str, fact: impl Into<LabelFact<'e>>) {
        let fact = fact.into();
        match self.place(label) {
            Ok(at) => {
                if let Some(known) = self.known.get_mut(at) {
                    known.1 = fact;
                }
            }
            Err(_) if fact == self.rest.into() => {}
            Err(at) => {
                self.known.insert(at, (label, fact));
                self.limit();
            }
        }
    }

    /// The label's value passes a matcher, whatever else it passes.
    pub(super) fn narrow(&mut self, label: &'e str, presence: Option<Presence>, matcher: &'e Matcher) {
        let mut fact = self.fact(label);
        if let Some(presence) = presence {
            fact.presence = presence;
        }
        if let Some(free) = fact.passes.iter_mut().find(|passes| passes.is_none()) {
            *free = Some(matcher);
        }
        self.set(label, fact);
    }

    /// Drops `label`; where it was impossible before, the first cause stays.
    pub(super) fn drop(&mut self, label: &'e str, by: Dropped) {
        if !self.get(label).is_impossible() {
            self.set(label, Presence::Impossible(by));
        }
    }

    /// Only `labels` are left.
    #[must_use]
    pub(super) fn only(&self, labels: impl Iterator<Item = &'e str>, by: Dropped) -> Self {
        let mut kept = LabelSet::closed(by);
        for label in labels {
            kept.set(label, self.fact(label));
        }
        kept
    }

    /// What holds for an element that may come from either of two sets.
    #[must_use]
    pub(super) fn or(&self, other: &LabelSet<'e>) -> Self {
        let mut joined = LabelSet { known: Vec::new(), rest: self.rest.or(other.rest) };
        for (label, _) in self.known.iter().chain(&other.known) {
            joined.set(label, self.fact(label).or(&other.fact(label)));
        }
        joined
    }

    /// The elements have equal values of `label` as elements of `other`: what is impossible or guaranteed there is so
    /// here, because of the operator at `across`.
    pub(super) fn agree_on(&mut self, label: &'e str, other: &LabelSet<'e>, across: Span) {
        let agreed = self.fact(label).and(&other.fact(label), across);
        self.set(label, agreed);
    }

    /// The same for all labels but those that are `free`.
    pub(super) fn agree_on_all_but(&mut self, free: &[&'e str], other: &LabelSet<'e>, across: Span) {
        let before: Vec<LabelFact<'e>> = free.iter().map(|label| self.fact(label)).collect();
        let labels: Vec<&'e str> = match other.rest {
            // A label that `other` does not name is impossible there: all of our own are concerned.
            Presence::Impossible(_) => self.known.iter().chain(&other.known).map(|(label, _)| *label).collect(),
            _ => other.known.iter().map(|(label, _)| *label).collect(),
        };
        let agreed: Vec<LabelFact<'e>> =
            labels.iter().map(|label| self.fact(label).and(&other.fact(label), across)).collect();
        self.rest = self.rest.and(other.rest, across);
        for (label, fact) in labels.into_iter().zip(agreed).chain(free.iter().copied().zip(before)) {
            self.set(label, fact);
        }
    }

    /// Labels may have been added to the elements: none is impossible any more.
    pub(super) fn open_up(&mut self) {
        self.known.retain(|(_, fact)| matches!(fact.presence, Presence::Guaranteed | Presence::Scraped));
        self.rest = Presence::Possible;
    }

    fn limit(&mut self) {
        if self.known.len() > MAX_KNOWN {
            *self = LabelSet::open();
        }
    }
}

impl<'e> LabelFact<'e> {
    /// For an element that may come from either of two places.
    fn or(&self, other: &LabelFact<'e>) -> LabelFact<'e> {
        let same = |a: &Option<&Matcher>, b: &Option<&Matcher>| match (a, b) {
            (Some(a), Some(b)) => std::ptr::eq(*a, *b),
            (None, None) => true,
            _ => false,
        };
        let passes = match self.passes.iter().zip(&other.passes).all(|(a, b)| same(a, b)) {
            true => self.passes,
            false => [None; 2],
        };
        LabelFact { presence: self.presence.or(other.presence), passes }
    }

    /// For an element that has a partner with the same value.
    fn and(&self, partner: &LabelFact<'e>, across: Span) -> LabelFact<'e> {
        let mut all = self.passes.iter().chain(&partner.passes).flatten().copied();
        LabelFact { presence: self.presence.and(partner.presence, across), passes: [all.next(), all.next()] }
    }
}

impl Presence {
    /// For an element that may come from either of two places.
    fn or(self, other: Presence) -> Presence {
        use Presence::{Guaranteed, Impossible, Possible, Scraped};
        match (self, other) {
            (Guaranteed, Guaranteed) => Guaranteed,
            (Guaranteed | Scraped, Guaranteed | Scraped) => Scraped,
            (Impossible(by), Impossible(_)) => Impossible(by),
            _ => Possible,
        }
    }

    /// For an element that has a partner with the same value of the label on the other side of the operator at `across`.
    fn and(self, partner: Presence, across: Span) -> Presence {
        use Presence::{Guaranteed, Impossible, Possible, Scraped};
        match (self, partner) {
            (Impossible(by), _) => Impossible(by),
            (_, Impossible(by)) => Impossible(Dropped { across: Some(across), ..by }),
            (Guaranteed, _) | (_, Guaranteed) => Guaranteed,
            (Scraped, _) | (_, Scraped) => Scraped,
            (Possible, Possible) => Possible,
        }
    }
}
