//! The parts of an expression that lint rules look at, found in one walk for all of them.

use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryExpr, Call, ExprKind, VectorSelector};

/// The parts of an expression by their kind, each in the order of [`Expr::walk`]: parents before children, left before right.
#[derive(Debug, Default)]
pub struct Parts<'e> {
    /// The binary operations, each with the node that it is.
    pub operations: Vec<(&'e Expr, &'e BinaryExpr)>,
    /// The aggregations.
    pub aggregations: Vec<&'e AggregateExpr>,
    /// The calls of functions, each with the node that it is.
    pub calls: Vec<(&'e Expr, &'e Call)>,
    /// The selectors, also those of ranges.
    pub selectors: Vec<&'e VectorSelector>,
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
