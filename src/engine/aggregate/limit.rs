//! `limitk` and `limit_ratio`: some series of each group, whatever their values.

use crate::engine::EvalError;
use crate::engine::column::{ScalarColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::numeric::to_int;
use crate::engine::xxhash::xxhash64;
use crate::model::gofmt;
use crate::source::Span;

use super::{Aggregation, check_k};

/// `limitk(k, v)`: the first `k` series of each group that have a sample.
pub(super) fn first(context: Aggregation, k: &ScalarColumn, span: Span) -> Result<Vector, EvalError> {
    if check_k(k, span)?.is_none() {
        return Ok(Vector::new());
    }
    let mut taken = vec![vec![0usize; context.steps]; context.groups.len()];
    let mut vector = context.input;
    for (series, group) in vector.iter_mut().zip(&context.groups.of_series) {
        let Some(taken) = taken.get_mut(*group) else { continue };
        for (step, taken) in taken.iter_mut().enumerate() {
            if series.column.is_present(step) {
                let k = usize::try_from(to_int(k.at(step))).unwrap_or(0);
                if *taken < k {
                    *taken += 1;
                } else {
                    series.column.set(step, Slot::Absent);
                }
            }
        }
    }
    vector.retain(|series| !series.column.is_empty());
    Ok(vector)
}

/// `limit_ratio(r, v)`: the share `r` of the series, chosen by the hash of their labels; a negative share chooses the
/// others.
pub(super) fn ratio(
    eval: &mut Evaluator<'_>,
    context: Aggregation,
    ratio: &ScalarColumn,
    span: Span,
) -> Result<Vector, EvalError> {
    let values = ratio.distinct();
    if values.iter().any(|value| value.is_nan()) {
        return Err(EvalError::new("Ratio value is NaN", Some(span)));
    }
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    for (outside, value, cap) in [(max > 1.0, max, 1.0), (min < -1.0, min, -1.0)] {
        if outside {
            let (value, cap) = (gofmt::format_v(value), gofmt::format_v(cap));
            eval.warn(format!("ratio value should be between -1 and 1, got {value}, capping to {cap}"), span);
        }
    }
    let mut vector = context.input;
    for series in &mut vector {
        let share = xxhash64(series.labels.packed()) as f64 / u64::MAX as f64;
        for step in 0..series.column.len() {
            let ratio = ratio.at(step).clamp(-1.0, 1.0);
            let chosen = if ratio >= 0.0 { share < ratio } else { share >= 1.0 + ratio };
            if !chosen {
                series.column.set(step, Slot::Absent);
            }
        }
    }
    vector.retain(|series| !series.column.is_empty());
    Ok(vector)
}
