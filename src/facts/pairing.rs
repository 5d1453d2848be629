//! Operators that pair each series with itself: `rate(x{status=~"5.."}[5m]) / rate(x[5m])`.
//!
//! That is so where both sides are the same expression but for matchers, and the labels of these matchers are kept on both
//! sides and compared. Think of the expression without these matchers: each side has those of its elements whose labels pass the
//! side's own matchers, with the same values. Elements that match agree in these labels, so what one side has the other
//! one has, too; and as an element has one partner at most, it is the element itself.

use rustc_hash::FxHashSet;

use super::share::same_clause;
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{
    AggregateExpr, AggregateOp, BinaryExpr, BinaryOp, Call, Cardinality, DurationExpr, ExprKind, Grouping, MatchOp,
    Matcher, Modifiers, VectorSelector,
};
use crate::promql::functions::Wants;

/// Expressions that nest more than this are not compared: the stack is bounded, and nobody writes them.
const MAX_DEPTH: usize = 64;

/// What there is to say of an operator that pairs each series with itself.
#[derive(Clone, Debug)]
pub struct Pairing<'e> {
    /// What a series on the left is divided by what it is on the right: 100 for `100 * x{…} / x`. 1 where the operator is no
    /// division.
    pub factor: f64,
    /// The matchers of one side that the other side does not have.
    pub differing: Vec<Differing<'e>>,
    /// The labels by which both sides are aggregated last, if they are.
    pub grouping: Option<&'e Grouping>,
    /// Whether `on` or `ignoring` says which labels are compared.
    pub has_clause: bool,
}

/// A matcher that only one side has.
#[derive(Clone, Copy, Debug)]
pub struct Differing<'e> {
    /// The matcher.
    pub matcher: &'e Matcher,
    /// Whether the left side has it.
    pub on_left: bool,
}

/// Whether `operation` yields elements only where a series meets itself, and by which matchers its sides differ. `None`
/// also for sides that are the same altogether, which people write on purpose, and for `and`, `or` and `unless`.
pub fn pairing(operation: &BinaryExpr) -> Option<Pairing<'_>> {
    let matching = operation.matching.as_ref()?;
    let may_lack_partner = matching.fill_left.is_some() || matching.fill_right.is_some();
    if matching.cardinality == Cardinality::ManyToMany || may_lack_partner {
        return None;
    }
    let is_division = operation.op == BinaryOp::Div;
    let (left, right) = (Side::of(&operation.lhs, is_division), Side::of(&operation.rhs, is_division));
    // Of a match group that is no single series the filter may have left another one.
    if (left.is_filtered || right.is_filtered) && matching.clause.is_some() {
        return None;
    }
    let mut sides = Sides { differing: Vec::new(), grouping: None };
    if !sides.same(left.expr, right.expr, MAX_DEPTH) || sides.differing.is_empty() {
        return None;
    }
    let listed = matching.clause.iter().flat_map(|clause| &clause.labels).map(|label| label.value.as_str());
    let listed: FxHashSet<&str> = listed.collect();
    let is_compared = |differing: &Differing<'_>| match &matching.clause {
        Some(clause) => listed.contains(differing.matcher.name.value.as_str()) == clause.on,
        None => true,
    };
    let holds = sides.differing.iter().all(is_compared);
    let factor = left.factor / right.factor;
    (holds && factor.is_finite()).then_some(Pairing {
        factor,
        differing: sides.differing,
        grouping: sides.grouping,
        has_clause: matching.clause.is_some(),
    })
}

/// A side of the operator without what does not change which series meet: filters and constant factors.
struct Side<'e> {
    expr: &'e Expr,
    factor: f64,
    is_filtered: bool,
}

impl<'e> Side<'e> {
    fn of(expr: &'e Expr, may_be_scaled: bool) -> Self {
        let mut side = Side { expr: expr.without_parens(), factor: 1.0, is_filtered: false };
        loop {
            let (factor, inner) = match &side.expr.kind {
                ExprKind::Unary(unary) if may_be_scaled => (if unary.negative { -1.0 } else { 1.0 }, &unary.operand),
                ExprKind::Binary(operation) => match (filtered(operation), scaled(operation)) {
                    (Some(kept), _) => {
                        side.is_filtered = true;
                        (1.0, kept)
                    }
                    (None, Some(scaled)) if may_be_scaled => scaled,
                    _ => return side,
                },
                _ => return side,
            };
            side.factor *= factor;
            side.expr = inner.without_parens();
        }
    }
}

/// What is filtered by `x > 0`, `x and y`, `x unless y`.
fn filtered(operation: &BinaryExpr) -> Option<&Expr> {
    match operation.op {
        BinaryOp::And | BinaryOp::Unless => Some(&operation.lhs),
        op if op.is_comparison() && operation.bool_modifier.is_none() && operation.matching.is_none() => {
            Some(operation.kept_side().0)
        }
        _ => None,
    }
}

/// The factor and what it scales: `100 * x`, `x * 100`, `x / 100`.
fn scaled(operation: &BinaryExpr) -> Option<(f64, &Expr)> {
    let number = |expr: &Expr| match &expr.without_parens().kind {
        ExprKind::Number(number) => Some(number.value),
        _ => None,
    };
    let (factor, scaled) = match (operation.op, number(&operation.lhs), number(&operation.rhs)) {
        (BinaryOp::Mul, Some(factor), None) => (factor, &operation.rhs),
        (BinaryOp::Mul, None, Some(factor)) => (factor, &operation.lhs),
        (BinaryOp::Div, None, Some(divisor)) => (1.0 / divisor, &operation.lhs),
        _ => return None,
    };
    // What is multiplied by 0 is meant to be 0.
    (factor.is_finite() && factor != 0.0).then_some((factor, scaled))
}

/// Two expressions that are compared, and what has been found.
struct Sides<'e> {
    differing: Vec<Differing<'e>>,
    grouping: Option<&'e Grouping>,
}

impl<'e> Sides<'e> {
    /// Whether both are the same but for matchers on labels that they keep.
    fn same(&mut self, a: &'e Expr, b: &'e Expr, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match (&a.without_parens().kind, &b.without_parens().kind) {
            (ExprKind::Number(a), ExprKind::Number(b)) => a.value.to_bits() == b.value.to_bits(),
            (ExprKind::String(a), ExprKind::String(b)) => a == b,
            (ExprKind::Vector(a), ExprKind::Vector(b)) => self.selectors(a, b),
            (ExprKind::Matrix(a), ExprKind::Matrix(b)) => {
                a.range.kind == b.range.kind && self.selectors(&a.selector.value, &b.selector.value)
            }
            (ExprKind::Subquery(a), ExprKind::Subquery(b)) => {
                a.range.kind == b.range.kind
                    && same_duration(a.step.as_ref(), b.step.as_ref())
                    && same_time(&a.modifiers, &b.modifiers)
                    && self.same(&a.expr, &b.expr, depth)
            }
            (ExprKind::Unary(a), ExprKind::Unary(b)) => {
                a.negative == b.negative && self.same(&a.operand, &b.operand, depth)
            }
            (ExprKind::Binary(a), ExprKind::Binary(b)) => self.operations(a, b, depth),
            (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => self.aggregations(a, b, depth),
            (ExprKind::Call(a), ExprKind::Call(b)) => self.calls(a, b, depth),
            _ => false,
        }
    }

    /// The same, and there is no difference.
    fn equal(&mut self, a: &'e Expr, b: &'e Expr, depth: usize) -> bool {
        let before = self.differing.len();
        self.same(a, b, depth) && self.differing.len() == before
    }

    fn selectors(&mut self, a: &'e VectorSelector, b: &'e VectorSelector) -> bool {
        if a.metric_name().is_none() || a.metric_name() != b.metric_name() || !same_time(&a.modifiers, &b.modifiers) {
            return false;
        }
        let before = self.differing.len();
        self.differing.extend(lacking(a, b).into_iter().map(|matcher| Differing { matcher, on_left: true }));
        self.differing.extend(lacking(b, a).into_iter().map(|matcher| Differing { matcher, on_left: false }));
        self.since(before).iter().all(|differing| differing.matcher.name.value != METRIC_NAME)
    }

    fn operations(&mut self, a: &'e BinaryExpr, b: &'e BinaryExpr, depth: usize) -> bool {
        if a.op != b.op || a.bool_modifier.is_some() != b.bool_modifier.is_some() {
            return false;
        }
        let (Some(of_a), Some(of_b)) = (&a.matching, &b.matching) else {
            // Else one of them is with a number.
            return a.matching.is_none()
                && b.matching.is_none()
                && self.same(&a.lhs, &b.lhs, depth)
                && self.same(&a.rhs, &b.rhs, depth);
        };
        match a.op {
            BinaryOp::Or => false,
            BinaryOp::And | BinaryOp::Unless => {
                same_clause(of_a.clause.as_ref(), of_b.clause.as_ref())
                    && self.same(&a.lhs, &b.lhs, depth)
                    && self.equal(&a.rhs, &b.rhs, depth)
            }
            _ => {
                let compares_all = [of_a, of_b].into_iter().all(|matching| {
                    matching.clause.is_none() && matching.fill_left.is_none() && matching.fill_right.is_none()
                });
                compares_all && self.same(&a.lhs, &b.lhs, depth) && self.same(&a.rhs, &b.rhs, depth)
            }
        }
    }

    fn aggregations(&mut self, a: &'e AggregateExpr, b: &'e AggregateExpr, depth: usize) -> bool {
        let before = self.differing.len();
        // What is aggregated differs most of the time, and is looked at first.
        if a.op != b.op || !self.same(&a.expr, &b.expr, depth) || !same_grouping(a, b) {
            return false;
        }
        let same_param = match (&a.param, &b.param) {
            (None, None) => true,
            (Some(a), Some(b)) => self.equal(a, b, depth),
            _ => false,
        };
        if !same_param {
            return false;
        }
        if self.since(before).is_empty() {
            return true;
        }
        self.grouping = a.grouping.as_ref();
        let Some(grouping) = &a.grouping else { return false };
        let listed: FxHashSet<&str> = grouping.labels.iter().map(|label| label.value.as_str()).collect();
        let is_kept = |one: &Differing<'_>| listed.contains(one.matcher.name.value.as_str()) != grouping.without;
        // A label of `count_values` may take the place of another one.
        a.op != AggregateOp::CountValues && self.since(before).iter().all(is_kept)
    }

    fn calls(&mut self, a: &'e Call, b: &'e Call, depth: usize) -> bool {
        let before = self.differing.len();
        let same_arguments = a.function.name == b.function.name
            && a.args.len() == b.args.len()
            && a.args.iter().zip(&b.args).all(|(a, b)| self.same(a, b, depth));
        let changes_labels = a.function.from_nothing
            || matches!(a.function.name, "label_replace" | "label_join" | "info" | "histogram_quantiles");
        let drops_bounds = a.function.wants == Some(Wants::Buckets);
        let is_lost =
            |differing: &Differing<'_>| changes_labels || (drops_bounds && differing.matcher.name.value == "le");
        same_arguments && !self.since(before).iter().any(is_lost)
    }

    fn since(&self, before: usize) -> &[Differing<'e>] {
        self.differing.get(before..).unwrap_or_default()
    }
}

/// The matchers of `a` that `b` does not have.
fn lacking<'e>(a: &'e VectorSelector, b: &VectorSelector) -> Vec<&'e Matcher> {
    if a.matchers.is_empty() {
        return Vec::new();
    }
    let there: FxHashSet<_> = b.matchers.iter().map(condition).collect();
    a.matchers.iter().filter(|matcher| !is_name(matcher) && !there.contains(&condition(matcher))).collect()
}

fn condition(matcher: &Matcher) -> (&str, MatchOp, &[u8]) {
    (&matcher.name.value, matcher.op, &matcher.value.value)
}

/// Whether it is the metric's name, written as a matcher.
fn is_name(matcher: &Matcher) -> bool {
    matcher.name.value == METRIC_NAME && matcher.op == MatchOp::Equal
}

fn same_grouping(a: &AggregateExpr, b: &AggregateExpr) -> bool {
    fn labels(aggregate: &AggregateExpr) -> (bool, Vec<&str>) {
        let grouping = aggregate.grouping.as_ref();
        let mut labels: Vec<&str> =
            grouping.iter().flat_map(|by| &by.labels).map(|label| label.value.as_str()).collect();
        labels.sort_unstable();
        labels.dedup();
        (grouping.is_some_and(|by| by.without), labels)
    }
    labels(a) == labels(b)
}

/// Whether both read their samples at the same times.
fn same_time(a: &Modifiers, b: &Modifiers) -> bool {
    let offset = |modifiers: &Modifiers| modifiers.offset.as_deref().map(|offset| offset.value.kind.clone());
    let at = |modifiers: &Modifiers| modifiers.at.as_deref().map(|at| at.value);
    let extension = |modifiers: &Modifiers| modifiers.extension.as_deref().map(|extension| extension.value);
    offset(a) == offset(b) && at(a) == at(b) && extension(a) == extension(b)
}

fn same_duration(a: Option<&DurationExpr>, b: Option<&DurationExpr>) -> bool {
    a.map(|duration| &duration.kind) == b.map(|duration| &duration.kind)
}
