//! `query` and what takes its result: `first`, `value`, `label`, `strvalue`, `sortByLabel`.

use crate::template::eval::{Evaluator, QUERY_SAMPLE_WORK, QUERY_WORK};
use crate::template::value::Value;

type Result = std::result::Result<Value, String>;

pub(super) fn query(evaluator: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let Some(Value::Text(query)) = values.first() else { return Ok(Value::Absent) };
    evaluator.charge(QUERY_WORK)?;
    let context = evaluator.context();
    let samples = context.querier.query(query, context.t_ms)?;
    evaluator.charge(samples.len().saturating_mul(QUERY_SAMPLE_WORK))?;
    Ok(Value::Vector(samples.into()))
}

pub(super) fn first(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values.first() {
        Some(Value::Vector(samples)) => samples.first().map(|sample| Value::Sample(sample.clone())),
        _ => None,
    }
    .ok_or_else(|| "first() called on vector with no elements".to_owned())
}

const NIL: &str = "runtime error: invalid memory address or nil pointer dereference";

pub(super) fn value(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values.first() {
        Some(Value::Sample(sample)) => Ok(Value::Float(sample.value)),
        _ => Err(NIL.to_owned()),
    }
}

pub(super) fn label(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values {
        [Value::Text(name), Value::Sample(sample)] => Ok(Value::text(sample.labels.get(name).unwrap_or_default())),
        _ => Err(NIL.to_owned()),
    }
}

pub(super) fn strvalue(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values.first() {
        Some(Value::Sample(sample)) => Ok(Value::text(sample.labels.get("__value__").unwrap_or_default())),
        _ => Err(NIL.to_owned()),
    }
}

pub(super) fn sort_by_label(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let [Value::Text(name), Value::Vector(samples)] = values else { return Ok(Value::Vector([].into())) };
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| a.labels.get(name).unwrap_or_default().cmp(b.labels.get(name).unwrap_or_default()));
    Ok(Value::Vector(sorted.into()))
}
