//! The rule that no label set occurs twice in an instant vector.

use rustc_hash::FxHashMap;

use crate::model::Labels;
use crate::source::Span;

use super::EvalError;
use super::column::Vector;

const SAME_LABELSET: &str = "vector cannot contain metrics with the same labelset";

/// Makes sure that no two columns with equal labels have a sample at the same step.
///
/// # Errors
/// They do: `vector cannot contain metrics with the same labelset`.
pub(crate) fn ensure_distinct(vector: &Vector, span: Span) -> Result<(), EvalError> {
    if vector.len() < 2 {
        return Ok(());
    }
    let mut first: FxHashMap<&Labels, Vec<usize>> = FxHashMap::default();
    for (index, series) in vector.iter().enumerate() {
        let same = first.entry(&series.labels).or_default();
        for other in same.iter().filter_map(|other| vector.get(*other)) {
            if other.column.presence().zip(series.column.presence()).any(|(a, b)| a && b) {
                return Err(EvalError::new(SAME_LABELSET, Some(span)));
            }
        }
        same.push(index);
    }
    Ok(())
}

/// Joins columns with equal labels into the first of them.
///
/// # Errors
/// As [`ensure_distinct`].
pub(crate) fn merge_equal(vector: Vector, span: Span) -> Result<Vector, EvalError> {
    let mut merged = Vector::with_capacity(vector.len());
    let mut places: FxHashMap<Labels, usize> = FxHashMap::default();
    for series in vector {
        match places.get(&series.labels).and_then(|place| merged.get_mut(*place)) {
            None => {
                places.insert(series.labels.clone(), merged.len());
                merged.push(series);
            }
            Some(first) => {
                if first.column.merge(&series.column) {
                    return Err(EvalError::new(SAME_LABELSET, Some(span)));
                }
                first.drop_name |= series.drop_name;
            }
        }
    }
    Ok(merged)
}
