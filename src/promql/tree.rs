//! What every reader of a tree needs: children, walking, types. And `Clone`, `PartialEq` and `Drop` of
//! [`BinaryExpr`], which go down its left spine in a loop because a derived implementation would recurse.

use std::hash::{Hash, Hasher};
use std::mem;

use rustc_hash::FxHasher;
use smallvec::SmallVec;

use super::ast::*;
use crate::source::Span;

/// The expressions that are still to be visited. Of most expressions they are few, and take no allocation.
type Pending<'a> = SmallVec<[&'a Expr; 8]>;

impl Expr {
    /// The direct sub-expressions, from left to right: operands, arguments (an aggregation's parameter first), the
    /// inside of parentheses and of a subquery. The selector inside a [`MatrixSelector`] is not one of them.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = &Expr> {
        let (first, second, rest): (Option<&Expr>, Option<&Expr>, &[Expr]) = match &self.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix(_) => (None, None, &[]),
            ExprKind::Subquery(subquery) => (Some(&subquery.expr), None, &[]),
            ExprKind::Unary(unary) => (Some(&unary.operand), None, &[]),
            ExprKind::Paren(inner) => (Some(inner), None, &[]),
            ExprKind::Binary(binary) => (Some(&binary.lhs), Some(&binary.rhs), &[]),
            ExprKind::Aggregate(aggregate) => (aggregate.param.as_deref(), Some(&aggregate.expr), &[]),
            ExprKind::Call(call) => (None, None, &call.args),
        };
        first.into_iter().chain(second).chain(rest)
    }

    /// Calls `visit` with this expression and everything below it: parents before children, left before right.
    /// Not recursive, so long chains are fine.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        let mut pending = Pending::new();
        let mut next = Some(self);
        while let Some(expr) = next {
            visit(expr);
            next = expr.first_child(&mut pending).or_else(|| pending.pop());
        }
    }

    /// Whether this expression or something below it `is` so; what comes behind the first one is not looked at.
    pub fn any<'a>(&'a self, mut is: impl FnMut(&'a Expr) -> bool) -> bool {
        let mut pending = Pending::new();
        let mut next = Some(self);
        while let Some(expr) = next {
            if is(expr) {
                return true;
            }
            next = expr.first_child(&mut pending).or_else(|| pending.pop());
        }
        false
    }

    /// The name of the metric that it selects, where it is a selector and names one.
    pub fn metric_name(&self) -> Option<&str> {
        self.selector()?.metric_name()
    }

    /// A number that is the same for expressions that print the same, and nearly always another one where they read other
    /// series by name, or are compared with other numbers: printing costs much more.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = FxHasher::default();
        self.walk(&mut |part| match &part.kind {
            ExprKind::Number(number) => number.value.to_bits().hash(&mut hash),
            _ => part.selector().map(VectorSelector::fingerprint).hash(&mut hash),
        });
        hash.finish()
    }

    /// The first of [`Self::children`]; the others go to `pending`, the next one last. Most expressions have one child at
    /// most, and to walk them allocates nothing.
    fn first_child<'a>(&'a self, pending: &mut Pending<'a>) -> Option<&'a Expr> {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix(_) => None,
            ExprKind::Subquery(subquery) => Some(&subquery.expr),
            ExprKind::Unary(unary) => Some(&unary.operand),
            ExprKind::Paren(inner) => Some(inner),
            ExprKind::Binary(binary) => {
                pending.push(&binary.rhs);
                Some(&binary.lhs)
            }
            ExprKind::Aggregate(aggregate) => match &aggregate.param {
                Some(param) => {
                    pending.push(&aggregate.expr);
                    Some(param)
                }
                None => Some(&aggregate.expr),
            },
            ExprKind::Call(call) => {
                let (first, others) = call.args.split_first()?;
                others.iter().rev().for_each(|other| pending.push(other));
                Some(first)
            }
        }
    }

    /// The type of the expression's result.
    pub fn value_type(&self) -> ValueType {
        let mut expr = self;
        loop {
            expr = match &expr.kind {
                ExprKind::Number(_) => return ValueType::Scalar,
                ExprKind::String(_) => return ValueType::String,
                ExprKind::Vector(_) | ExprKind::Aggregate(_) => return ValueType::Vector,
                ExprKind::Matrix(_) | ExprKind::Subquery(_) => return ValueType::Matrix,
                ExprKind::Call(call) => return call.function.returns,
                ExprKind::Unary(unary) => &unary.operand,
                ExprKind::Paren(inner) => inner,
                // A scalar needs two scalars. Right first: the long side is the left one.
                ExprKind::Binary(binary) => match binary.rhs.value_type() {
                    ValueType::Scalar if binary.lhs.is_binary() => &binary.lhs,
                    ValueType::Scalar if binary.lhs.value_type() == ValueType::Scalar => return ValueType::Scalar,
                    _ => return ValueType::Vector,
                },
            }
        }
    }

    /// The selector that this expression is, with or without a range.
    pub fn selector(&self) -> Option<&VectorSelector> {
        match &self.kind {
            ExprKind::Vector(selector) => Some(selector),
            ExprKind::Matrix(matrix) => Some(&matrix.selector.value),
            _ => None,
        }
    }

    /// The range behind a selector or a subquery.
    pub fn range(&self) -> Option<&DurationExpr> {
        match &self.kind {
            ExprKind::Matrix(matrix) => Some(&matrix.range),
            ExprKind::Subquery(subquery) => Some(&subquery.range),
            _ => None,
        }
    }

    /// `offset` and `@` of a selector or a subquery; `None` where neither can stand.
    pub fn modifiers(&self) -> Option<&Modifiers> {
        match &self.kind {
            ExprKind::Subquery(subquery) => Some(&subquery.modifiers),
            _ => self.selector().map(|selector| &selector.modifiers),
        }
    }

    /// The expression inside any number of parentheses.
    pub fn without_parens(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The parts from which results take their values, from left to right: both sides of `or`, of `and` and `unless` the left
    /// one, what parentheses hold, what is joined with the labels of an `_info` metric (which is always 1).
    pub fn value_parts(&self) -> impl Iterator<Item = &Expr> {
        let mut pending = Pending::from_iter([self]);
        std::iter::from_fn(move || {
            loop {
                let part = pending.pop()?;
                match &part.kind {
                    ExprKind::Paren(inner) => pending.push(inner),
                    ExprKind::Binary(binary) => match binary.op {
                        BinaryOp::Or => pending.extend([&binary.rhs, &binary.lhs]),
                        BinaryOp::And | BinaryOp::Unless => pending.push(&binary.lhs),
                        BinaryOp::Mul if binary.rhs.is_info() => pending.push(&binary.lhs),
                        BinaryOp::Mul if binary.lhs.is_info() => pending.push(&binary.rhs),
                        _ => return Some(part),
                    },
                    _ => return Some(part),
                }
            }
        })
    }

    /// Whether the expression selects a metric that is there for its labels.
    fn is_info(&self) -> bool {
        let ExprKind::Vector(selector) = &self.without_parens().kind else { return false };
        selector.metric_name().is_some_and(|name| name.ends_with("_info") && !name.contains(':'))
    }

    /// Whether the expression is a binary operation, parentheses not looked through.
    pub const fn is_binary(&self) -> bool {
        matches!(self.kind, ExprKind::Binary(_))
    }

    /// A leaf that owns nothing, to leave behind where an expression is taken out of a tree.
    const fn placeholder() -> Expr {
        let number = NumberLiteral { value: 0.0, is_duration: false };
        Expr { id: NodeId(0), span: Span::at(0), kind: ExprKind::Number(number) }
    }
}

impl BinaryExpr {
    /// Of a comparison that filters, the side whose values it keeps, and the other one.
    pub fn kept_side(&self) -> (&Expr, &Expr) {
        match self.lhs.value_type() {
            ValueType::Scalar => (&self.rhs, &self.lhs),
            _ => (&self.lhs, &self.rhs),
        }
    }

    /// The binary operation on the left side, if it is one.
    fn left_binary(&self) -> Option<((NodeId, Span), &BinaryExpr)> {
        match &self.lhs.kind {
            ExprKind::Binary(binary) => Some(((self.lhs.id, self.lhs.span), binary)),
            _ => None,
        }
    }

    /// A copy around a left side that was copied before.
    fn clone_around(&self, lhs: Expr) -> BinaryExpr {
        BinaryExpr {
            lhs,
            op: self.op,
            op_span: self.op_span,
            bool_modifier: self.bool_modifier,
            matching: self.matching.clone(),
            rhs: self.rhs.clone(),
        }
    }

    /// Whether everything but the left sides is equal.
    fn equals_beside_lhs(&self, other: &BinaryExpr) -> bool {
        self.op == other.op
            && self.op_span == other.op_span
            && self.bool_modifier == other.bool_modifier
            && self.matching == other.matching
            && self.rhs == other.rhs
    }
}

impl Clone for BinaryExpr {
    fn clone(&self) -> Self {
        let mut above = Vec::new();
        let mut node = self;
        while let Some((place, left)) = node.left_binary() {
            above.push((place, node));
            node = left;
        }
        let mut copy = node.clone_around(node.lhs.clone());
        while let Some(((id, span), node)) = above.pop() {
            copy = node.clone_around(Expr { id, span, kind: ExprKind::Binary(Box::new(copy)) });
        }
        copy
    }
}

impl PartialEq for BinaryExpr {
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self, other);
        loop {
            if !left.equals_beside_lhs(right) {
                return false;
            }
            match (left.left_binary(), right.left_binary()) {
                (Some((left_place, next_left)), Some((right_place, next_right))) if left_place == right_place => {
                    (left, right) = (next_left, next_right);
                }
                (None, None) => return left.lhs == right.lhs,
                _ => return false,
            }
        }
    }
}

impl Drop for BinaryExpr {
    fn drop(&mut self) {
        if !self.lhs.is_binary() {
            return;
        }
        let mut next = mem::replace(&mut self.lhs, Expr::placeholder());
        while let ExprKind::Binary(binary) = &mut next.kind {
            next = mem::replace(&mut binary.lhs, Expr::placeholder());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(terms: usize) -> Expr {
        let mut expr = Expr::placeholder();
        for _ in 1..terms {
            let (op, op_span) = (BinaryOp::Add, Span::at(1));
            let binary =
                BinaryExpr { lhs: expr, op, op_span, bool_modifier: None, matching: None, rhs: Expr::placeholder() };
            expr = Expr { id: NodeId(0), span: Span::at(0), kind: ExprKind::Binary(Box::new(binary)) };
        }
        expr
    }

    #[test]
    fn what_prints_the_same_has_one_fingerprint() {
        let parse = |text: &str| crate::promql::parse(text, &crate::promql::ParseOptions::default()).unwrap();
        for (one, other) in [
            ("rate(a{b='1', c!='2'}[5m]) > 1", "rate(a{c!='2',b='1'}[5m]) > 1.0"),
            ("{'a'}", "{__name__='a'}"),
            ("sum by(x) (a)", "sum(a) by (x)"),
        ] {
            let (one, other) = (parse(one), parse(other));
            assert_eq!((one.to_string(), one.fingerprint()), (other.to_string(), other.fingerprint()));
        }
        for (one, other) in [("a{b='1'}", "a{b='2'}"), ("a{b='1'}", "a{b!='1'}"), ("a > 1", "a > 2"), ("a", "b")] {
            assert_ne!(parse(one).fingerprint(), parse(other).fingerprint(), "{one} {other}");
        }
    }

    #[test]
    fn long_chains_do_not_recurse() {
        let long = chain(100_000);
        assert_eq!(long.value_type(), ValueType::Scalar);
        let copy = long.clone();
        assert!(copy == long);
        assert!(chain(99_999) != long);
        let mut count = 0;
        long.walk(&mut |_| count += 1);
        assert_eq!(count, 199_999);
    }
}
