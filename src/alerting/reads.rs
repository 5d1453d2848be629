//! What an expression reads: which series, and whether it looks past the time of its evaluation.

use std::collections::BTreeSet;

use crate::engine::Store;
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{
    AtModifier, DurationExpr, DurationKind, ExprKind, MatchOp, Modifiers, RangeExtension, ValueType, VectorSelector,
};
use crate::promql::functions::TimeUse;

/// What an expression reads.
#[derive(Clone, Debug)]
pub(super) struct Reads {
    /// The names of the series; `None` where any series may be read.
    names: Option<BTreeSet<String>>,
    /// Whether samples that are later than the evaluation may be read: a negative offset, `@` with a later time.
    pub(super) future: bool,
    /// Whether one evaluation over all steps differs from one for each step: `@ end()`, `step()`.
    pub(super) range_dependent: bool,
    /// Whether there may be a result although no series is there: `absent(x)`, `vector(1)`, `time()`.
    pub(super) from_nothing: bool,
}

/// Whether one evaluation of `expr` over many steps differs from one for each of them: `@ end()`, `step()`.
pub fn is_range_dependent(expr: &Expr) -> bool {
    Reads::of(expr, i64::MAX).range_dependent
}

impl Reads {
    /// What `expr` reads, if samples up to `past_ms` are there at every evaluation.
    pub(super) fn of(expr: &Expr, past_ms: i64) -> Reads {
        let mut reads = Reads::none();
        let mut selectors = 0;
        expr.walk(&mut |expr| match &expr.kind {
            ExprKind::Vector(selector) => {
                selectors += 1;
                reads.selector(selector, past_ms);
            }
            ExprKind::Matrix(matrix) => {
                selectors += 1;
                reads.selector(&matrix.selector.value, past_ms);
                reads.duration(&matrix.range);
            }
            ExprKind::Subquery(subquery) => {
                reads.modifiers(&subquery.modifiers, past_ms);
                reads.duration(&subquery.range);
                subquery.step.iter().for_each(|step| reads.duration(step));
            }
            ExprKind::Call(call) => {
                let function = call.function;
                reads.from_nothing |= function.from_nothing || call.args.is_empty();
                reads.range_dependent |= function.time == TimeUse::Range;
                if function.name == "info" {
                    reads.names = None;
                }
            }
            _ => {}
        });
        reads.from_nothing |= selectors == 0 || expr.value_type() != ValueType::Vector;
        reads
    }

    /// Nothing.
    pub(super) fn none() -> Reads {
        Reads { names: Some(BTreeSet::new()), future: false, range_dependent: false, from_nothing: false }
    }

    /// Anything, at any time.
    pub(super) fn anything() -> Reads {
        Reads { names: None, future: true, range_dependent: true, from_nothing: true }
    }

    /// Both.
    pub(super) fn merge(&mut self, other: &Reads) {
        match (&mut self.names, &other.names) {
            (Some(names), Some(others)) => names.extend(others.iter().cloned()),
            (names, _) => *names = None,
        }
        self.future |= other.future;
        self.range_dependent |= other.range_dependent;
        self.from_nothing |= other.from_nothing;
    }

    /// The names of the series that may be read; `None`: any.
    pub(super) fn names(&self) -> Option<&BTreeSet<String>> {
        self.names.as_ref()
    }

    /// Whether the result is certainly empty, because the store has none of the series.
    pub(super) fn nothing_in(&self, store: &Store) -> bool {
        let Some(names) = &self.names else { return false };
        !self.from_nothing && names.iter().all(|name| store.named(name).is_empty())
    }

    fn selector(&mut self, selector: &VectorSelector, past_ms: i64) {
        self.modifiers(&selector.modifiers, past_ms);
        let matched = selector.matchers.iter().find_map(|matcher| {
            let is_name = matcher.name.value == METRIC_NAME && matcher.op == MatchOp::Equal;
            is_name.then(|| String::from_utf8_lossy(&matcher.value.value).into_owned())
        });
        match (selector.name.as_ref().map(|name| name.value.clone()).or(matched), &mut self.names) {
            (Some(name), Some(names)) => {
                names.insert(name);
            }
            _ => self.names = None,
        }
    }

    fn modifiers(&mut self, modifiers: &Modifiers, past_ms: i64) {
        if let Some(offset) = &modifiers.offset {
            self.duration(&offset.value);
            self.future |= !matches!(offset.value.kind, DurationKind::Literal { seconds, .. } if seconds >= 0.0);
        }
        match modifiers.at.as_ref().map(|at| at.value) {
            Some(AtModifier::Timestamp(t_ms)) => self.future |= t_ms > past_ms,
            Some(AtModifier::Start | AtModifier::End) => self.range_dependent = true,
            None => {}
        }
        // A smoothed window looks ahead for the sample behind its end.
        let extension = modifiers.extension.as_ref().map(|extension| extension.value);
        self.future |= extension == Some(RangeExtension::Smoothed);
    }

    fn duration(&mut self, duration: &DurationExpr) {
        let mut pending = vec![duration];
        while let Some(duration) = pending.pop() {
            match &duration.kind {
                DurationKind::Literal { .. } => {}
                DurationKind::Step | DurationKind::Range => self.range_dependent = true,
                DurationKind::Unary { operand, .. } => pending.push(operand),
                DurationKind::Paren(inner) => pending.push(inner),
                DurationKind::Binary { lhs, rhs, .. } | DurationKind::MinMax { lhs, rhs, .. } => {
                    pending.extend([&**lhs, &**rhs]);
                }
            }
        }
    }
}
