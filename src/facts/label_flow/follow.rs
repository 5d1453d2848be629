//! Goes through an expression from the inside to the outside.

use super::labels::LabelSet;
use super::{Branch, Cause, Conflict, Dropped, aggregate, binary, call, selector};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, UnaryExpr};
use crate::source::Span;

/// More alternatives than this become one, of which less is known.
const MAX_BRANCHES: usize = 64;

/// What a sub-expression can yield.
#[derive(Debug)]
pub(super) struct Branches {
    pub(super) branches: Vec<Branch>,
    /// Whether it is a number and not a vector.
    pub(super) scalar: bool,
    /// The operators inside whose sides never match.
    pub(super) conflicts: Vec<Conflict>,
}

impl Branches {
    pub(super) fn vector(branches: Vec<Branch>) -> Self {
        Branches { branches, scalar: false, conflicts: Vec::new() }
    }

    /// A vector of one kind of elements.
    pub(super) fn one(branch: Branch) -> Self {
        Branches::vector(vec![branch])
    }

    /// Something without labels.
    pub(super) fn without_labels(span: Span, value: Option<f64>, scalar: bool) -> Self {
        let labels = LabelSet::closed(Dropped::at(span, Cause::NoLabels));
        Branches { scalar, ..Branches::one(Branch { span, made_up: true, value, labels }) }
    }

    /// Changes the labels of each branch.
    pub(super) fn map_labels(mut self, change: impl Fn(&mut LabelSet)) -> Self {
        for branch in &mut self.branches {
            change(&mut branch.labels);
        }
        self
    }

    /// The values are computed anew: they are not known any more.
    pub(super) fn forget_values(mut self) -> Self {
        for branch in &mut self.branches {
            branch.value = None;
        }
        self
    }

    /// Adds another alternative.
    pub(super) fn push(&mut self, branch: Branch) {
        let full = self.branches.len() >= MAX_BRANCHES;
        match self.branches.last_mut() {
            Some(last) if full => {
                last.labels = last.labels.or(&branch.labels);
                last.span = last.span.to(branch.span);
                last.made_up &= branch.made_up;
                last.value = None;
            }
            _ => self.branches.push(branch),
        }
    }

    /// What holds for the labels of all branches; `None` where there is no branch.
    pub(super) fn joined(&self) -> Option<LabelSet> {
        let (first, others) = self.branches.split_first()?;
        Some(others.iter().fold(first.labels.clone(), |joined, branch| joined.or(&branch.labels)))
    }

    /// The value that all branches have, if they do.
    pub(super) fn common_value(&self) -> Option<f64> {
        let (first, others) = self.branches.split_first()?;
        first.value.filter(|_| others.iter().all(|branch| branch.value == first.value))
    }
}

/// What `expr` can yield. Goes down the left spine of binary operators in a loop, for there it may be endless.
pub(super) fn follow(expr: &Expr) -> Branches {
    let mut spine = Vec::new();
    let mut leftmost = expr;
    while let ExprKind::Binary(binary) = &leftmost.kind {
        spine.push((leftmost.span, &**binary));
        leftmost = &binary.lhs;
    }
    let mut result = follow_operand(leftmost);
    while let Some((span, operation)) = spine.pop() {
        result = binary::follow(operation, span, result, follow(&operation.rhs));
    }
    result
}

fn follow_operand(expr: &Expr) -> Branches {
    match &expr.kind {
        ExprKind::Number(number) => Branches::without_labels(expr.span, Some(number.value), true),
        ExprKind::String(_) => Branches::without_labels(expr.span, None, true),
        ExprKind::Vector(vector) => selector::follow(vector, expr.span),
        ExprKind::Matrix(matrix) => selector::follow(&matrix.selector.value, expr.span),
        ExprKind::Subquery(subquery) => follow(&subquery.expr).forget_values(),
        ExprKind::Unary(unary) => follow_unary(unary, expr.span),
        ExprKind::Binary(_) => follow(expr),
        ExprKind::Aggregate(aggregate) => aggregate::follow(aggregate),
        ExprKind::Call(call) => call::follow(call, expr.span),
        ExprKind::Paren(inner) => follow(inner),
    }
}

fn follow_unary(unary: &UnaryExpr, span: Span) -> Branches {
    let mut operand = follow(&unary.operand);
    if unary.negative {
        for branch in &mut operand.branches {
            branch.value = branch.value.map(|value| -value);
            branch.labels.drop(METRIC_NAME, Dropped::at(span, Cause::Operator));
        }
    }
    operand
}
