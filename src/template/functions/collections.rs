//! `index`, `slice`, `len`, `args` and `call`.

use std::sync::Arc;

use crate::template::eval::Evaluator;
use crate::template::value::{Args, IntType, Value};

type Result = std::result::Result<Value, String>;

/// How deep `args` may be put inside `args`.
const MAX_ARGS_DEPTH: usize = 32;

pub(super) fn args(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let inside = |value: &Value| match value {
        Value::Args(args) => args.depth + 1,
        _ => 0,
    };
    let depth = values.iter().map(inside).max().unwrap_or(0);
    if depth > MAX_ARGS_DEPTH {
        return Err(format!("args inside args more than {MAX_ARGS_DEPTH} deep"));
    }
    let mut entries: Vec<_> = values.iter().enumerate().map(|(i, value)| (format!("arg{i}"), value.clone())).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Value::Args(Arc::new(Args { entries, depth })))
}

/// Go's text for a `call`, which always fails: there are no functions among the values of a template.
pub(in crate::template) fn not_callable(callee: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Absent) => "call of nil".to_owned(),
        Some(value) => format!("non-function {callee} of type {}", value.type_name()),
    }
}

pub(super) fn len(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let length = match values.first() {
        Some(Value::Text(text)) => text.len(),
        Some(Value::Labels(labels)) => labels.len(),
        Some(Value::Args(args)) => args.entries.len(),
        Some(Value::Vector(samples)) => samples.len(),
        None | Some(Value::Absent) => return Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        Some(value) => return Err(format!("len of type {}", value.type_name())),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

pub(super) fn index(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let Some((first, indexes)) = values.split_first() else { return Err("index of untyped nil".to_owned()) };
    if matches!(first, Value::Absent) {
        return Err("index of untyped nil".to_owned());
    }
    indexes.iter().try_fold(first.clone(), |item, index| one_index(&item, index))
}

fn one_index(item: &Value, index: &Value) -> Result {
    match item {
        Value::Labels(labels) => Ok(Value::text(labels.get(key(index)?).unwrap_or_default())),
        Value::Args(args) => {
            let key = key(index)?;
            let entry = args.entries.iter().find(|(name, _)| name == key);
            Ok(entry.map_or(Value::Absent, |(_, value)| value.clone()))
        }
        Value::Vector(samples) => {
            let at = position(index, samples.len(), false)?;
            samples.get(at).map(|sample| Value::Sample(sample.clone())).ok_or_else(|| out_of_range(at))
        }
        Value::Text(text) => {
            let at = position(index, text.len(), false)?;
            let byte = text.as_bytes().get(at).ok_or_else(|| out_of_range(at))?;
            Ok(Value::Int(i64::from(*byte), IntType::Uint8))
        }
        Value::Absent => Err("index of nil pointer".to_owned()),
        item => Err(format!("can't index item of type {}", item.type_name())),
    }
}

fn key(index: &Value) -> std::result::Result<&str, String> {
    match index {
        Value::Text(text) => Ok(text),
        Value::Absent => Err("value is nil; should be of type string".to_owned()),
        value => Err(format!("value has type {}; should be string", value.type_name())),
    }
}

fn out_of_range(at: usize) -> String {
    format!("index out of range: {at}")
}

/// An index into something of `length`; with `end` the length itself is one too.
fn position(index: &Value, length: usize, end: bool) -> std::result::Result<usize, String> {
    let Some(value) = index.as_int() else {
        return Err(match index {
            Value::Absent => "cannot index slice/array with nil".to_owned(),
            value => format!("cannot index slice/array with type {}", value.type_name()),
        });
    };
    let limit = if end { length } else { length.saturating_sub(1) };
    match usize::try_from(value) {
        Ok(at) if at <= limit && (end || length > 0) => Ok(at),
        _ => Err(format!("index out of range: {value}")),
    }
}

pub(super) fn slice(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let Some((item, indexes)) = values.split_first() else { return Err("slice of untyped nil".to_owned()) };
    if matches!(item, Value::Absent) {
        return Err("slice of untyped nil".to_owned());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let length = match item {
        Value::Text(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".to_owned()),
        Value::Text(text) => text.len(),
        Value::Vector(samples) => samples.len(),
        item => return Err(format!("can't slice item of type {}", item.type_name())),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, length, true)?;
    }
    let [start, end, capacity] = bounds;
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    if end > capacity {
        return Err(format!("invalid slice index: {end} > {capacity}"));
    }
    Ok(match item {
        Value::Text(text) => {
            // Go cuts between bytes; half a character becomes U+FFFD here.
            let bytes = text.as_bytes().get(start..end).unwrap_or_default();
            Value::text(String::from_utf8_lossy(bytes).into_owned())
        }
        Value::Vector(samples) => Value::Vector(samples.get(start..end).unwrap_or_default().into()),
        _ => Value::Absent,
    })
}
