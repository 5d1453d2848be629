//! What an expression reads: which series, how far back, and whether it looks past the time of its evaluation.

use std::collections::BTreeSet;

use crate::promql::Expr;
use crate::promql::ast::{
    AtModifier, DurationExpr, DurationKind, ExprKind, Modifiers, RangeExtension, ValueType, VectorSelector,
};
use crate::promql::functions::TimeUse;

/// How far back an instant selector looks, in milliseconds: Prometheus' default.
const LOOKBACK_MS: i64 = 5 * 60 * 1000;

/// What an expression reads.
#[derive(Clone, Debug)]
pub struct Reads {
    /// The names of the metrics that selectors ask for.
    pub names: BTreeSet<String>,
    /// Those of them that are not only read by plain instant selectors at the time of the evaluation: over a range, with an
    /// offset or `@`, within a subquery.
    pub over_time: BTreeSet<String>,
    /// Whether any metric may be read: a selector has no name, or `info` looks for labels.
    pub any_metric: bool,
    /// How far back it looks, in milliseconds; `None` where that cannot be told.
    pub back_ms: Option<i64>,
    /// Whether samples that are later than the evaluation may be read: a negative offset, `@` with a later time.
    pub future: bool,
    /// Whether one evaluation over all steps differs from one for each step: `@ end()`, `step()`.
    pub range_dependent: bool,
    /// Whether there may be a result although no series is there: `absent(x)`, `vector(1)`, `time()`.
    pub from_nothing: bool,
}

/// Whether one evaluation of `expr` over many steps differs from one for each of them: `@ end()`, `step()`.
pub fn is_range_dependent(expr: &Expr) -> bool {
    Reads::of(expr, i64::MAX).range_dependent
}

impl Reads {
    /// What `expr` reads, if samples up to `past_ms` are there at every evaluation.
    pub fn of(expr: &Expr, past_ms: i64) -> Reads {
        let mut reads = Reads::none();
        let mut selectors = 0;
        let mut pending = vec![(expr, Some(0))];
        while let Some((part, outer_ms)) = pending.pop() {
            let mut back_ms = Some(0);
            match &part.kind {
                ExprKind::Vector(selector) => {
                    selectors += 1;
                    let is_plain = outer_ms == Some(0) && selector.modifiers == Modifiers::default();
                    reads.selector(selector, past_ms, is_plain);
                    back_ms = add(Some(LOOKBACK_MS), offset_ms(&selector.modifiers));
                }
                ExprKind::Matrix(matrix) => {
                    selectors += 1;
                    reads.selector(&matrix.selector.value, past_ms, false);
                    reads.duration(&matrix.range);
                    back_ms = add(matrix.range.literal_ms(), offset_ms(&matrix.selector.value.modifiers));
                }
                ExprKind::Subquery(subquery) => {
                    reads.modifiers(&subquery.modifiers, past_ms);
                    reads.duration(&subquery.range);
                    subquery.step.iter().for_each(|step| reads.duration(step));
                    back_ms = add(subquery.range.literal_ms(), offset_ms(&subquery.modifiers));
                }
                ExprKind::Call(call) => {
                    reads.from_nothing |= call.function.makes_from_nothing() || call.args.is_empty();
                    reads.range_dependent |= call.function.time == TimeUse::Range;
                    if call.function.name == "info" {
                        reads.names.insert("target_info".to_owned());
                        reads.any_metric = true;
                    }
                }
                _ => {}
            }
            let total = add(outer_ms, back_ms);
            reads.back_ms = reads.back_ms.zip(total).map(|(a, b)| a.max(b));
            pending.extend(part.children().map(|child| (child, total)));
        }
        reads.from_nothing |= selectors == 0 || expr.value_type() != ValueType::Vector;
        reads
    }

    /// Nothing.
    pub fn none() -> Reads {
        Reads {
            names: BTreeSet::new(),
            over_time: BTreeSet::new(),
            any_metric: false,
            back_ms: Some(0),
            future: false,
            range_dependent: false,
            from_nothing: false,
        }
    }

    /// Anything, at any time.
    pub fn anything() -> Reads {
        Reads {
            any_metric: true,
            back_ms: None,
            future: true,
            range_dependent: true,
            from_nothing: true,
            ..Reads::none()
        }
    }

    /// Both.
    pub fn merge(&mut self, other: &Reads) {
        self.names.extend(other.names.iter().cloned());
        self.over_time.extend(other.over_time.iter().cloned());
        self.any_metric |= other.any_metric;
        self.back_ms = self.back_ms.zip(other.back_ms).map(|(a, b)| a.max(b));
        self.future |= other.future;
        self.range_dependent |= other.range_dependent;
        self.from_nothing |= other.from_nothing;
    }

    /// The names of the only metrics that may be read; `None`: any.
    pub fn only(&self) -> Option<&BTreeSet<String>> {
        (!self.any_metric).then_some(&self.names)
    }

    fn selector(&mut self, selector: &VectorSelector, past_ms: i64, is_plain: bool) {
        self.modifiers(&selector.modifiers, past_ms);
        let Some(name) = selector.metric_name() else {
            self.any_metric = true;
            return;
        };
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
        if !is_plain && !self.over_time.contains(name) {
            self.over_time.insert(name.to_owned());
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

fn add(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.zip(b).map(|(a, b)| a.saturating_add(b))
}

fn offset_ms(modifiers: &Modifiers) -> Option<i64> {
    if modifiers.at.is_some() || modifiers.extension.is_some() {
        return None;
    }
    modifiers.offset.as_ref().map_or(Some(0), |offset| offset.value.literal_ms().map(|ms| ms.max(0)))
}

#[cfg(test)]
mod tests {
    use super::Reads;
    use crate::promql::{ParseOptions, parse};

    #[test]
    fn how_far_back() {
        let minutes = |text: &str| {
            let expr = parse(text, &ParseOptions::all()).expect("an expression");
            Reads::of(&expr, 0).back_ms.map(|ms| ms / 60_000)
        };
        assert_eq!(minutes("1"), Some(0));
        assert_eq!(minutes("up"), Some(5));
        assert_eq!(minutes("up offset 10m > rate(x[1h] offset 30m)"), Some(90));
        assert_eq!(minutes("max_over_time(rate(x[5m])[1h:]) or y"), Some(65));
        assert_eq!(minutes("up @ 100"), None);
    }
}
