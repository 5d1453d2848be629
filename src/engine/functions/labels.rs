//! `label_replace` and `label_join`.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::engine::EvalError;
use crate::engine::column::{Value, Vector};
use crate::engine::distinct::ensure_distinct;
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::source::Span;

/// How many bytes a value may have that is made here: nested calls multiply the length with each level.
const MAX_VALUE_BYTES: usize = 1 << 20;

/// How many bytes the label sets may have together that one call makes.
const MAX_CALL_BYTES: usize = 128 << 20;

/// `label_replace(v, dst, replacement, src, regex)`
pub(super) fn replace<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    let ([vector, target, replacement, source, ..], Some(regex)) = (call.args.as_slice(), &call.regex) else {
        return Err(EvalError::new("label_replace needs five arguments", Some(span)));
    };
    let plan = eval.plan;
    let (target, replacement, source) = (label_name(eval, *target, call)?, plan.text(*replacement), plan.text(*source));
    let vector = eval.vector(*vector)?;
    relabelled(eval, vector, &target, span, |labels| {
        let value = regex.expand(labels.get(&source).unwrap_or_default(), &replacement, MAX_VALUE_BYTES);
        match value {
            Some(value) if value.len() > MAX_VALUE_BYTES => Err(too_long(call, &target, span)),
            value => Ok(value),
        }
    })
}

/// `label_join(v, dst, separator, src…)`
pub(super) fn join<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    let [vector, target, separator, sources @ ..] = call.args.as_slice() else {
        return Err(EvalError::new("label_join needs at least three arguments", Some(span)));
    };
    let plan = eval.plan;
    let (target, separator) = (label_name(eval, *target, call)?, plan.text(*separator));
    let mut names = Vec::with_capacity(sources.len());
    for source in sources {
        let name = plan.text(*source);
        if name.is_empty() {
            return Err(EvalError::new(format!("invalid source label name in label_join(): {name}"), Some(span)));
        }
        names.push(name);
    }
    let vector = eval.vector(*vector)?;
    relabelled(eval, vector, &target, span, |labels| {
        let values: Vec<&str> = names.iter().map(|name| labels.get(name).unwrap_or_default()).collect();
        let separators = values.len().saturating_sub(1).saturating_mul(separator.len());
        let bytes = values.iter().fold(separators, |sum, value| sum.saturating_add(value.len()));
        if bytes > MAX_VALUE_BYTES {
            return Err(too_long(call, &target, span));
        }
        Ok(Some(values.join(&separator)))
    })
}

/// The name of the label to write: any text that is UTF-8 and not empty.
fn label_name(eval: &Evaluator<'_>, arg: crate::engine::plan::NodeId, call: &CallNode) -> Result<String, EvalError> {
    let node = eval.plan.unwrapped(arg);
    if let crate::engine::plan::NodeKind::String(bytes) = &node.kind {
        match String::from_utf8(bytes.clone()) {
            Ok(name) if !name.is_empty() => return Ok(name),
            _ => {}
        }
    }
    let message = format!("invalid destination label name in {}(): {}", call.name, eval.plan.text(arg));
    Err(EvalError::new(message, Some(node.span)))
}

fn too_long(call: &CallNode, target: &str, span: Span) -> EvalError {
    let message =
        format!("{}() makes the label {target:?} longer than {MAX_VALUE_BYTES} bytes: make it shorter", call.name);
    EvalError::new(message, Some(span))
}

/// Sets the label `target` to what `value` makes of the other labels; `None` leaves the series as it is.
fn relabelled(
    eval: &Evaluator<'_>,
    mut vector: Vector,
    target: &str,
    span: Span,
    value: impl Fn(&Labels) -> Result<Option<String>, EvalError>,
) -> Result<Value, EvalError> {
    let mut known: FxHashMap<Labels, Option<Labels>> = FxHashMap::default();
    let mut bytes = 0_usize;
    for series in &mut vector {
        let changed = match known.entry(series.labels.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let changed = value(new.key())?.map(|value| new.key().builder().set(target, &value).build());
                let sizes =
                    changed.iter().flat_map(|labels| labels.iter()).map(|(name, value)| name.len() + value.len());
                bytes = bytes.saturating_add(sizes.sum());
                if bytes > MAX_CALL_BYTES {
                    let message = format!("this call makes labels of more than {} MiB together", MAX_CALL_BYTES >> 20);
                    return Err(EvalError::new(message, Some(span)));
                }
                new.insert(changed)
            }
        };
        if let Some(changed) = changed {
            series.labels = changed.clone();
            if target == METRIC_NAME {
                series.drop_name = false;
            }
        }
    }
    if !eval.options.delayed_name_removal {
        ensure_distinct(&vector, span)?;
    }
    Ok(Value::Vector(vector))
}
