//! The rule that no label set occurs twice in an instant vector.

use rustc_hash::FxHashMap;

use crate::model::Labels;
use crate::source::Span;

use super::EvalError;
use super::column::{Column, Vector};

/// What is wrong where two elements have the same labels.
pub(crate) const SAME_LABELSET: &str = "vector cannot contain metrics with the same labelset";

/// The steps at which a label set has a sample.
enum Taken<'a> {
    /// Those of the only column so far.
    Once(&'a Column),
    /// Those of several columns.
    Often(Vec<bool>),
}

/// Makes sure that no two columns with equal labels have a sample at the same step.
///
/// # Errors
/// They do: `vector cannot contain metrics with the same labelset`.
pub(crate) fn ensure_distinct(vector: &Vector, span: Span) -> Result<(), EvalError> {
    if vector.len() < 2 {
        return Ok(());
    }
    let mut known: FxHashMap<&Labels, Taken<'_>> = FxHashMap::default();
    for series in vector {
        let column = &series.column;
        let Some(taken) = known.get_mut(&series.labels) else {
            known.insert(&series.labels, Taken::Once(column));
            continue;
        };
        let mut steps = match std::mem::replace(taken, Taken::Often(Vec::new())) {
            Taken::Once(first) => first.presence().collect(),
            Taken::Often(steps) => steps,
        };
        for (taken, here) in steps.iter_mut().zip(column.presence()) {
            if *taken && here {
                return Err(EvalError::new(SAME_LABELSET, Some(span)));
            }
            *taken |= here;
        }
        *taken = Taken::Often(steps);
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
