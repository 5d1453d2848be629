//! `label_replace` and `label_join`.

use rustc_hash::FxHashMap;

use crate::engine::EvalError;
use crate::engine::column::{Value, Vector};
use crate::engine::distinct::ensure_distinct;
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::source::Span;

/// `label_replace(v, dst, replacement, src, regex)`
pub(super) fn replace<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    let ([vector, target, replacement, source, ..], Some(regex)) = (call.args.as_slice(), &call.regex) else {
        return Err(EvalError::new("label_replace needs five arguments", Some(span)));
    };
    let plan = eval.plan;
    let (target, replacement, source) = (label_name(eval, *target, call)?, plan.text(*replacement), plan.text(*source));
    let vector = eval.vector(*vector)?;
    relabelled(eval, vector, &target, span, |labels| {
        regex.expand(labels.get(&source).unwrap_or_default(), &replacement)
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
        Some(values.join(&separator))
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

/// Sets the label `target` to what `value` makes of the other labels; `None` leaves the series as it is.
fn relabelled(
    eval: &Evaluator<'_>,
    mut vector: Vector,
    target: &str,
    span: Span,
    value: impl Fn(&Labels) -> Option<String>,
) -> Result<Value, EvalError> {
    let mut known: FxHashMap<Labels, Option<Labels>> = FxHashMap::default();
    for series in &mut vector {
        let changed = known.entry(series.labels.clone()).or_insert_with_key(|labels| {
            let value = value(labels)?;
            let mut builder = labels.builder();
            builder.set(target, &value);
            Some(builder.build())
        });
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
