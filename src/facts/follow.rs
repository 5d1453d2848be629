//! Goes through an expression from the inside to the outside.

use std::rc::Rc;

use super::labels::LabelSet;
use super::{Branch, Cause, Comparison, Conflict, Dropped, Facts, Interval, Known, KnownBy, Premises};
use super::{aggregate, binary, call, selector};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, UnaryExpr};
use crate::source::Span;

/// More alternatives than this become one, of which less is known.
const MAX_BRANCHES: usize = 64;
/// An expression may ask as many questions about regular expressions.
const MAX_QUESTIONS: u32 = 100;
/// The alternatives of a node with more than this are not kept: the operands of a long `or` would be copied for each.
const MAX_KEPT: usize = 8;

/// What a sub-expression can yield.
#[derive(Clone, Debug)]
pub(super) struct Branches<'e> {
    pub(super) branches: Vec<Branch<'e>>,
    /// Whether it is a number and not a vector.
    pub(super) scalar: bool,
}

/// What was found on the way.
#[derive(Default)]
pub(super) struct Follower<'e> {
    nodes: Vec<Option<Rc<[Branch<'e>]>>>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) comparisons: Vec<Comparison>,
    /// How many questions about regular expressions may still be asked.
    pub(super) questions: u32,
    premises: Premises<'e>,
}

pub(super) fn facts<'e>(expr: &'e Expr, premises: Premises<'e>) -> Facts<'e> {
    let mut follower =
        Follower { nodes: vec![None; expr.id.index() + 1], questions: MAX_QUESTIONS, premises, ..Follower::default() };
    let root = follower.follow(expr);
    let Follower { mut nodes, conflicts, comparisons, .. } = follower;
    if let Some(kept) = nodes.get_mut(expr.id.index()) {
        *kept = Some(root.branches.into());
    }
    Facts { nodes, root: expr.id, conflicts, comparisons }
}

impl<'e> Branches<'e> {
    pub(super) fn vector(branches: Vec<Branch<'e>>) -> Self {
        Branches { branches, scalar: false }
    }

    /// A vector of one kind of elements.
    pub(super) fn one(branch: Branch<'e>) -> Self {
        Branches::vector(vec![branch])
    }

    /// Something without labels.
    pub(super) fn without_labels(span: Span, values: Interval, known: Option<Known>, scalar: bool) -> Self {
        let labels = Rc::new(LabelSet::closed(Dropped::at(span, Cause::NoLabels)));
        Branches { scalar, ..Branches::one(Branch { span, made_up: true, values, known, labels }) }
    }

    /// Changes the labels of each branch.
    pub(super) fn map_labels(mut self, change: impl Fn(&mut LabelSet<'e>)) -> Self {
        for branch in &mut self.branches {
            change(Rc::make_mut(&mut branch.labels));
        }
        self
    }

    /// Changes the values of each branch; `known`: what sets their bounds, if it is not what did so before.
    pub(super) fn map_values(mut self, known: Option<Known>, change: impl Fn(Interval) -> Interval) -> Self {
        for branch in &mut self.branches {
            branch.values = change(branch.values);
            branch.known = known.or(branch.known).filter(|_| !branch.values.is_any());
        }
        self
    }

    /// Adds another alternative.
    pub(super) fn push(&mut self, branch: Branch<'e>) {
        let full = self.branches.len() >= MAX_BRANCHES;
        match self.branches.last_mut() {
            Some(last) if full => {
                last.labels = Rc::new(last.labels.or(&branch.labels));
                last.span = last.span.to(branch.span);
                last.made_up &= branch.made_up;
                last.values = last.values.or(branch.values);
                last.known = None;
            }
            _ => self.branches.push(branch),
        }
    }

    /// What holds for the labels of all branches; `None` where there is no branch.
    pub(super) fn joined(&self) -> Option<Rc<LabelSet<'e>>> {
        let (first, others) = self.branches.split_first()?;
        let labels = Rc::clone(&first.labels);
        Some(others.iter().fold(labels, |joined, branch| Rc::new(joined.or(&branch.labels))))
    }

    /// The values of all branches; `None` where there is no branch.
    pub(super) fn values(&self) -> Option<Interval> {
        self.branches.iter().map(|branch| branch.values).reduce(Interval::or)
    }

    /// What sets the bounds of the values, where there is one branch.
    pub(super) fn known(&self) -> Option<Known> {
        match self.branches.as_slice() {
            [only] => only.known,
            _ => None,
        }
    }
}

impl<'e> Follower<'e> {
    /// What `expr` can yield. Goes down the left spine of binary operators in a loop, for there it may be endless.
    pub(super) fn follow(&mut self, expr: &'e Expr) -> Branches<'e> {
        let mut spine = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary(binary) = &leftmost.kind {
            spine.push((leftmost, &**binary));
            leftmost = &binary.lhs;
        }
        let mut result = self.follow_operand(leftmost);
        self.keep(leftmost, &result);
        while let Some((whole, operation)) = spine.pop() {
            let right = self.follow(&operation.rhs);
            result = binary::follow(self, operation, whole, result, right);
            self.keep(whole, &result);
        }
        result
    }

    fn keep(&mut self, expr: &Expr, result: &Branches<'e>) {
        if result.branches.len() <= MAX_KEPT
            && let Some(kept) = self.nodes.get_mut(expr.id.index())
        {
            *kept = Some(result.branches.as_slice().into());
        }
    }

    fn follow_operand(&mut self, expr: &'e Expr) -> Branches<'e> {
        let number = Some(Known { span: expr.span, by: KnownBy::Number });
        match &expr.kind {
            ExprKind::Number(literal) => {
                Branches::without_labels(expr.span, Interval::constant(literal.value), number, true)
            }
            ExprKind::String(_) => Branches::without_labels(expr.span, Interval::ANY, None, true),
            ExprKind::Vector(vector) => selector::follow(vector, expr.span, self.premises),
            ExprKind::Matrix(matrix) => selector::follow(&matrix.selector.value, expr.span, self.premises),
            ExprKind::Subquery(subquery) => self.follow(&subquery.expr),
            ExprKind::Unary(unary) => self.follow_unary(unary, expr.span),
            ExprKind::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    self.follow(param);
                }
                let input = self.follow(&aggregate.expr);
                aggregate::follow(aggregate, input)
            }
            ExprKind::Call(call) => {
                let args = call.args.iter().map(|arg| self.follow(arg)).collect();
                call::follow(call, expr.span, args)
            }
            // Binary operations were gone through by the caller.
            ExprKind::Binary(operation) => self.follow(&operation.lhs),
            ExprKind::Paren(inner) => self.follow(inner),
        }
    }

    fn follow_unary(&mut self, unary: &'e UnaryExpr, span: Span) -> Branches<'e> {
        let operand = self.follow(&unary.operand);
        if !unary.negative {
            return operand;
        }
        let by = Dropped::at(span, Cause::Operator);
        operand.map_values(None, Interval::negated).map_labels(|labels| labels.drop(METRIC_NAME, by))
    }
}
