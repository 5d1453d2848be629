//! Which labels an expression's result can have, and what drops the others.

use crate::promql::Expr;
use crate::source::Span;

/// Which labels an expression's result can have: one branch for each alternative that `or` leaves open.
#[derive(Clone, Debug)]
pub struct LabelFlow {
    /// The alternatives; none where the expression cannot yield an element.
    pub branches: Vec<Branch>,
}

/// One alternative.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The part of the expression that yields these elements.
    pub span: Span,
}

/// Whether an element can have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence<'f> {
    /// Every element has it.
    Guaranteed,
    /// An element may have it.
    Possible,
    /// No element has it.
    Impossible(&'f Drop),
}

/// What drops labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// Its bytes in the expression.
    pub span: Span,
    /// What it is.
    pub cause: Cause,
}

/// What kind of thing drops labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An aggregation without a grouping.
    NoGrouping,
}

impl LabelFlow {
    /// Follows the labels through `expr`.
    pub fn of(expr: &Expr) -> LabelFlow {
        LabelFlow { branches: vec![Branch { span: expr.span }] }
    }
}
