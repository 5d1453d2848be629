//! What can be known of an expression without data: for every node which labels its result can have and what drops the
//! others, and between which bounds its values lie and what sets these bounds.
//!
//! The answers are exact in one direction: a label that is called impossible is on no element of the result, and no
//! value lies outside of its bounds, whatever the data. (Whether a possible label is ever there depends on the data.)
//! `or` leaves alternatives open, and each is a [`Branch`] of its own; a branch that no comparison lets through is left
//! out. Two things are taken for granted: counters are not negative, and a scraped series has the labels `job` and
//! `instance` ([`Presence::Scraped`]).
//!
//! Semantics: Prometheus 3.14's engine, without delayed name removal. The cost is linear in the expression.

mod aggregate;
mod binary;
mod call;
pub mod catalogue;
mod comparison;
mod conflict;
mod follow;
mod interval;
mod labels;
mod pairing;
mod quantity;
mod reads;
mod recorded;
mod selector;
mod share;
mod table;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::inventory::Inventory;
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, MatchOp, Matcher, NodeId};
use crate::source::Span;

pub use comparison::{Comparison, Passes};
pub use conflict::{Conflict, ConflictKind};
pub use interval::Interval;
pub use pairing::{Differing, Pairing, pairing};
pub use quantity::{Kind, Quantities, Quantity, Unit, is_known, quantity_of};
pub use reads::{Reads, is_range_dependent};
pub use recorded::{Others, Recorded, RecordedLabel, RecordedSeries};

use labels::LabelSet;

/// The labels that every scraped series has, unless something else is known.
pub const TARGET_LABELS: [&str; 2] = ["instance", "job"];

/// What is known of an expression and of each of its nodes.
#[derive(Clone, Debug)]
pub struct Facts<'e> {
    /// By [`NodeId`].
    nodes: Vec<Option<Rc<[Branch<'e>]>>>,
    root: NodeId,
    /// The operators whose sides never match, from the inside to the outside.
    pub conflicts: Vec<Conflict>,
    /// The comparisons whose outcome is known, from the inside to the outside.
    pub comparisons: Vec<Comparison>,
}

/// What is known of the series that an expression may select.
#[derive(Clone, Copy, Debug, Default)]
pub struct Premises<'e> {
    /// The labels that every scraped series has; `None`: [`TARGET_LABELS`].
    pub target_labels: Option<&'e [String]>,
    /// What is known of recorded series.
    pub recorded: Option<&'e Recorded>,
    /// The metrics that rules record although their names have no colon: what is not scraped may lack the target labels.
    pub recorded_names: Option<&'e FxHashSet<&'e str>>,
    /// The metrics that there are, with their labels.
    pub inventory: Option<&'e Inventory>,
}

/// One alternative between `or`s.
#[derive(Clone, Debug)]
pub struct Branch<'e> {
    /// The part of the expression between two `or`s that yields these elements.
    pub span: Span,
    /// Whether the elements are made from nothing (`absent(…)`, `vector(1)`, `time()`) and not from series. Then there
    /// is one at most.
    pub made_up: bool,
    /// The values.
    pub values: Interval,
    /// What sets the values' bounds; `None` where nothing is known of them.
    pub known: Option<Known>,
    labels: Rc<LabelSet<'e>>,
}

/// What sets the bounds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its bytes in the expression.
    pub span: Span,
    /// What it is.
    pub by: KnownBy,
}

/// What sets the bounds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// A number, or a function of nothing but numbers.
    Number,
    /// An aggregation, as `count`.
    Aggregation(AggregateOp),
    /// The function of this name.
    Function(&'static str),
    /// A comparison that lets only some values through, or one with `bool`.
    Comparison,
    /// A part divided by the whole that holds it.
    Share,
    /// The age of a sample that is found at all: `time() - timestamp(x)`.
    Age,
    /// The metric of this name has no other values.
    Metric,
    /// The recording rules of these series have no other results; the span is the selector.
    Recorded,
}

/// Whether an element can have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every element has it.
    Guaranteed,
    /// Every element has it if it comes from a target that Prometheus has scraped.
    Scraped,
    /// An element may have it.
    Possible,
    /// No element has it, because of this.
    Impossible(Dropped),
}

/// What drops labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its bytes in the expression.
    pub span: Span,
    /// What it is.
    pub cause: Cause,
    /// The operator, where it is its other side that lacks the label: elements find a partner only if both have the
    /// same values of the labels that are compared.
    pub across: Option<Span>,
}

/// Why a label is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An aggregation without `by` or `without`; the span is its operator.
    NoGrouping(AggregateOp),
    /// An aggregation's `by (…)` does not list it.
    NotInBy(AggregateOp),
    /// An aggregation's `without (…)` lists it, or it is the metric's name.
    InWithout(AggregateOp),
    /// `on (…)` of a one-to-one match does not list it.
    NotInOn,
    /// `ignoring (…)` of a one-to-one match lists it.
    InIgnoring,
    /// `absent(…)` takes labels from `=` matchers only; this is the function's name.
    Absent(&'static str),
    /// The function of this name drops it; the span is the name.
    Function(&'static str),
    /// A number, or a function that yields a number or a vector without labels.
    NoLabels,
    /// A matcher asks for the label to be absent.
    EmptyMatcher,
    /// `label_replace` sets it to nothing.
    EmptyReplacement,
    /// The recording rules of these series drop it; the span is the selector.
    Recorded,
    /// No series of the inventory has it; the span is the selector.
    NotInInventory,
    /// An operator yields a new value, which does not have the old metric's name.
    Operator,
}

impl Dropped {
    /// The label is dropped at `span`.
    fn at(span: Span, cause: Cause) -> Self {
        Dropped { span, cause, across: None }
    }
}

impl Presence {
    /// Whether no element has the label.
    pub fn is_impossible(self) -> bool {
        matches!(self, Presence::Impossible(_))
    }
}

/// What drops `label` from all alternatives: from the first that is not made up (`or vector(0)` is meant to lack it), else
/// from the first. `None` where one of them may have the label, and where there is no alternative.
pub fn dropped(branches: &[Branch<'_>], label: &str) -> Option<Dropped> {
    let mut found: Option<(bool, Dropped)> = None;
    for branch in branches {
        let Presence::Impossible(by) = branch.presence(label) else { return None };
        if found.is_none_or(|(made_up, _)| made_up && !branch.made_up) {
            found = Some((branch.made_up, by));
        }
    }
    found.map(|(_, by)| by)
}

impl<'e> Facts<'e> {
    /// Follows labels and values through `expr`.
    pub fn of(expr: &'e Expr) -> Facts<'e> {
        follow::facts(expr, Premises::default())
    }

    /// The same, where more is known of the series.
    pub fn under(expr: &'e Expr, premises: Premises<'e>) -> Facts<'e> {
        follow::facts(expr, premises)
    }

    /// The alternatives of the whole expression, from left to right; none where it cannot yield an element.
    pub fn branches(&self) -> &[Branch<'e>] {
        self.node(self.root).unwrap_or_default()
    }

    /// The labels that every element of the whole expression has; none where it cannot yield one.
    pub fn guaranteed_labels(&self) -> impl Iterator<Item = &str> {
        let (first, rest) = self.branches().split_first().unzip();
        let known = first.into_iter().flat_map(Branch::known_labels);
        let is_guaranteed =
            move |label: &str| rest.into_iter().flatten().all(|branch| branch.presence(label) == Presence::Guaranteed);
        known
            .filter(move |(label, presence)| *presence == Presence::Guaranteed && is_guaranteed(label))
            .map(|(label, _)| label)
    }

    /// The alternatives of one node; `None` where there are too many to keep, and for a node of another expression.
    pub fn node(&self, id: NodeId) -> Option<&[Branch<'e>]> {
        self.nodes.get(id.index()).and_then(Option::as_deref)
    }
}

impl Branch<'_> {
    /// Whether these elements can have `label`.
    pub fn presence(&self, label: &str) -> Presence {
        self.labels.get(label)
    }

    /// Whether `label` has the same value on all elements, because a matcher asks for it.
    pub fn has_one_value(&self, label: &str) -> bool {
        let passes = self.labels.fact(label).passes;
        passes.iter().flatten().any(|matcher| matcher.op == MatchOp::Equal)
    }

    /// Matchers of its selector that `label` passes, two at most.
    pub fn matchers(&self, label: &str) -> impl Iterator<Item = &Matcher> {
        self.labels.fact(label).passes.into_iter().flatten()
    }

    /// The values that `label` can have, where matchers name them: `a="x"`, `a=~"x|y"`.
    pub fn named_values(&self, label: &str) -> Option<Vec<&str>> {
        let passes = self.labels.fact(label).passes;
        passes.iter().flatten().find_map(|matcher| {
            let value = std::str::from_utf8(&matcher.value.value).ok()?;
            let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '|' | ' ' | '/');
            match matcher.op {
                MatchOp::Equal => Some(vec![value]),
                MatchOp::Regex if value.chars().all(is_plain) => Some(value.split('|').collect()),
                _ => None,
            }
        })
    }

    /// Whether only labels that are known by name can be there, as behind `by (…)`.
    pub fn is_closed(&self) -> bool {
        self.labels.rest().is_impossible()
    }

    /// The labels of which more is known than of the rest, by name.
    pub fn known_labels(&self) -> impl Iterator<Item = (&str, Presence)> {
        self.labels.known()
    }
}
