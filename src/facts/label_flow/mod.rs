//! Which labels an expression's result can have, and what drops the others.
//!
//! The answer is exact in one direction: a label that is called impossible is on no element of the result, whatever
//! the data. (Whether a possible one is ever there depends on the data.) `or` leaves alternatives open, and each is a
//! [`Branch`] of its own; a branch whose constant value no comparison lets through is left out.
//!
//! Semantics: Prometheus 3.14's engine, without delayed name removal.

mod aggregate;
mod binary;
mod call;
mod conflict;
mod follow;
mod labels;
mod selector;
#[cfg(test)]
mod tests;

use crate::promql::Expr;
use crate::promql::ast::AggregateOp;
use crate::source::Span;

use labels::LabelSet;

/// Which labels an expression's result can have.
#[derive(Clone, Debug)]
pub struct LabelFlow {
    /// The alternatives, from left to right; none where the expression cannot yield an element.
    pub branches: Vec<Branch>,
    /// The operators whose sides never match, so that they yield nothing (and `unless` removes nothing).
    pub conflicts: Vec<Conflict>,
}

/// An operator that compares a label which every element of one side has and no element of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The operator's bytes in the expression.
    pub operator: Span,
    /// The label.
    pub label: String,
    /// What drops it from the side that lacks it.
    pub dropped: Dropped,
    /// Whether it is the left side that lacks it.
    pub left_lacks: bool,
    /// Whether `on (…)` lists the label; else it is compared because nothing says otherwise.
    pub listed: bool,
}

/// One alternative.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The part of the expression between two `or`s that yields these elements.
    pub span: Span,
    /// Whether the elements are made from nothing (`absent(…)`, `vector(1)`, `time()`) and not from series.
    pub made_up: bool,
    /// The elements' value where it is the same for all data: that of `vector(2) * 5` is 10.
    pub value: Option<f64>,
    labels: LabelSet,
}

/// Whether an element can have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every element has it.
    Guaranteed,
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

impl LabelFlow {
    /// Follows the labels through `expr`.
    pub fn of(expr: &Expr) -> LabelFlow {
        let follow::Branches { branches, conflicts, .. } = follow::follow(expr);
        LabelFlow { branches, conflicts }
    }
}

impl Branch {
    /// Whether these elements can have `label`.
    pub fn presence(&self, label: &str) -> Presence {
        self.labels.get(label)
    }
}
