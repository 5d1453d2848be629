//! Lengths of time in expressions: literals, and arithmetic with `step()` and `range()`.

use crate::model::gomath;
use crate::promql::ast::{BinaryOp, DurationExpr, DurationKind};
use crate::source::Span;

use super::EvalError;
use super::plan::Length;

/// What the outermost query spans, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueryTimes {
    /// The first step.
    pub(crate) start: i64,
    /// The last step's upper bound, as asked for.
    pub(crate) end: i64,
    /// The step; zero for an instant query.
    pub(crate) step: i64,
}

impl QueryTimes {
    /// Seconds between start and end.
    pub(crate) fn range_seconds(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1000.0
    }

    /// Seconds between two steps.
    pub(crate) fn step_seconds(&self) -> f64 {
        self.step as f64 / 1000.0
    }
}

/// How many nanoseconds fit an `i64`, in milliseconds: upstream's bound for durations.
const MAX_MS: f64 = (i64::MAX / 1_000_000) as f64;

impl Length {
    /// Compiles a duration: it is computed now unless it depends on the query.
    pub(crate) fn compile(expr: &DurationExpr) -> Result<Length, EvalError> {
        if depends_on_query(expr) {
            return Ok(Length::Dynamic(Box::new(expr.clone())));
        }
        milliseconds(expr, None).map(Length::Fixed)
    }

    /// The length in milliseconds.
    pub(crate) fn resolve(&self, query: &QueryTimes) -> Result<i64, EvalError> {
        match self {
            Length::Fixed(ms) => Ok(*ms),
            Length::Dynamic(expr) => milliseconds(expr, Some(query)),
        }
    }

    /// The length in milliseconds, which must be positive.
    pub(crate) fn resolve_positive(&self, query: &QueryTimes, span: Span) -> Result<i64, EvalError> {
        match self.resolve(query)? {
            ms if ms > 0 => Ok(ms),
            _ => Err(EvalError::new("duration must be greater than 0", Some(span))),
        }
    }
}

fn depends_on_query(expr: &DurationExpr) -> bool {
    match &expr.kind {
        DurationKind::Literal { .. } => false,
        DurationKind::Step | DurationKind::Range => true,
        DurationKind::Unary { operand, .. } => depends_on_query(operand),
        DurationKind::Paren(inner) => depends_on_query(inner),
        DurationKind::Binary { lhs, rhs, .. } | DurationKind::MinMax { lhs, rhs, .. } => {
            depends_on_query(lhs) || depends_on_query(rhs)
        }
    }
}

fn milliseconds(expr: &DurationExpr, query: Option<&QueryTimes>) -> Result<i64, EvalError> {
    let seconds = seconds(expr, query)?;
    let ms = seconds * 1000.0;
    if !ms.is_finite() || ms.abs() > MAX_MS {
        return Err(EvalError::new("duration out of range", Some(expr.span)));
    }
    // A literal is a whole number of milliseconds that the multiplication may miss by a hair.
    Ok(if matches!(expr.kind, DurationKind::Literal { .. }) { ms.round() as i64 } else { ms as i64 })
}

fn seconds(expr: &DurationExpr, query: Option<&QueryTimes>) -> Result<f64, EvalError> {
    Ok(match &expr.kind {
        DurationKind::Literal { seconds, .. } => *seconds,
        DurationKind::Step => query.map_or(0.0, QueryTimes::step_seconds),
        DurationKind::Range => query.map_or(0.0, QueryTimes::range_seconds),
        DurationKind::Unary { negative: true, operand } => -seconds(operand, query)?,
        DurationKind::Unary { operand, .. } => seconds(operand, query)?,
        DurationKind::Paren(inner) => seconds(inner, query)?,
        DurationKind::MinMax { max: true, lhs, rhs } => seconds(lhs, query)?.max(seconds(rhs, query)?),
        DurationKind::MinMax { lhs, rhs, .. } => seconds(lhs, query)?.min(seconds(rhs, query)?),
        DurationKind::Binary { op, lhs, rhs } => {
            arithmetic(*op, seconds(lhs, query)?, seconds(rhs, query)?, expr.span)?
        }
    })
}

fn arithmetic(op: BinaryOp, lhs: f64, rhs: f64, span: Span) -> Result<f64, EvalError> {
    Ok(match op {
        BinaryOp::Add => lhs + rhs,
        BinaryOp::Sub => lhs - rhs,
        BinaryOp::Mul => lhs * rhs,
        BinaryOp::Div if rhs == 0.0 => return Err(EvalError::new("division by zero", Some(span))),
        BinaryOp::Div => lhs / rhs,
        BinaryOp::Mod if rhs == 0.0 => return Err(EvalError::new("modulo by zero", Some(span))),
        BinaryOp::Mod => lhs % rhs,
        BinaryOp::Pow => gomath::pow(lhs, rhs),
        _ => return Err(EvalError::new("this operator cannot be used in a duration", Some(span))),
    })
}
