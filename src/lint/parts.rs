//! The parts of an expression that lint rules look at, found in one walk for all of them.

use smallvec::SmallVec;

use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryExpr, Call, ExprKind, VectorSelector};

/// Most expressions have few parts of a kind, for which nothing is allocated.
type Few<T> = SmallVec<[T; 2]>;

/// The parts of an expression by their kind, each in the order of [`Expr::walk`]: parents before children, left before right.
#[derive(Debug, Default)]
pub struct Parts<'e> {
    /// The binary operations, each with the node that it is.
    pub operations: Few<(&'e Expr, &'e BinaryExpr)>,
    /// The aggregations.
    pub aggregations: Few<&'e AggregateExpr>,
    /// The calls of functions, each with the node that it is.
    pub calls: Few<(&'e Expr, &'e Call)>,
    /// The selectors, also those of ranges.
    pub selectors: Few<&'e VectorSelector>,
}

impl<'e> Parts<'e> {
    /// Those of an expression. Linear in it.
    pub(super) fn of(expr: &'e Expr) -> Self {
        let mut parts = Parts::default();
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Binary(operation) => parts.operations.push((part, operation)),
            ExprKind::Aggregate(aggregate) => parts.aggregations.push(aggregate),
            ExprKind::Call(call) => parts.calls.push((part, call)),
            _ => parts.selectors.extend(part.selector()),
        });
        parts
    }
}
