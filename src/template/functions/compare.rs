//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: strict about types, as in Go.

use std::cmp::Ordering;

use crate::template::eval::Evaluator;
use crate::template::print;
use crate::template::value::{BasicKind, Value};

const WRONG_TYPE: &str = "invalid type for comparison";

fn different_types(a: &Value, b: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name())
}

type Result = std::result::Result<Value, String>;

pub(super) fn eq(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let Some((first, others)) = values.split_first() else { return Err("missing argument for comparison".to_owned()) };
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    two(values, |a, b| equal(a, b).map(|equal| !equal))
}

pub(super) fn lt(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    two(values, less)
}

pub(super) fn le(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    two(values, less_or_equal)
}

pub(super) fn gt(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    two(values, |a, b| less_or_equal(a, b).map(|le| !le))
}

pub(super) fn ge(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    two(values, |a, b| less(a, b).map(|lt| !lt))
}

fn two(values: &[Value], compare: impl Fn(&Value, &Value) -> std::result::Result<bool, String>) -> Result {
    match values {
        [a, b] => compare(a, b).map(Value::Bool),
        _ => Err("missing argument for comparison".to_owned()),
    }
}

fn is_integer(kind: Option<BasicKind>) -> bool {
    matches!(kind, Some(BasicKind::Int | BasicKind::Uint))
}

fn equal(a: &Value, b: &Value) -> std::result::Result<bool, String> {
    let kinds = (a.basic_kind(), b.basic_kind());
    if kinds.0 != kinds.1 && !(is_integer(kinds.0) && is_integer(kinds.1)) {
        return match (a, b) {
            (Value::Absent, _) | (_, Value::Absent) => Ok(false),
            _ => Err(different_types(a, b)),
        };
    }
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Text(a), Value::Text(b)) => Ok(a == b),
        (Value::Absent, Value::Absent) => Ok(true),
        (Value::Absent, _) | (_, Value::Absent) => Ok(false),
        (Value::Time { time: a, .. }, Value::Time { time: b, .. }) => Ok(a == b),
        _ if is_integer(kinds.0) => Ok(a.as_int() == b.as_int()),
        _ if a.type_name() != b.type_name() => Err(different_types(a, b)),
        (Value::Labels(_) | Value::Args(_) | Value::Vector(_) | Value::Root(_), _) => {
            let shown = print::sprint(std::slice::from_ref(a))?;
            Err(format!("non-comparable type {shown}: {}", a.type_name()))
        }
        // Pointers: the same one, which no template can tell from an equal one.
        (Value::Sample(a), Value::Sample(b)) => Ok(a == b),
        _ => Ok(false),
    }
}

fn order(a: &Value, b: &Value) -> std::result::Result<Option<Ordering>, String> {
    let (Some(kind_a), Some(kind_b)) = (a.basic_kind(), b.basic_kind()) else { return Err(WRONG_TYPE.to_owned()) };
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b)),
        (Value::Text(a), Value::Text(b)) => Ok(Some(a.cmp(b))),
        (Value::Bool(_), Value::Bool(_)) => Err(WRONG_TYPE.to_owned()),
        _ if is_integer(Some(kind_a)) && is_integer(Some(kind_b)) => Ok(Some(a.as_int().cmp(&b.as_int()))),
        _ => Err(different_types(a, b)),
    }
}

fn less(a: &Value, b: &Value) -> std::result::Result<bool, String> {
    Ok(order(a, b)? == Some(Ordering::Less))
}

fn less_or_equal(a: &Value, b: &Value) -> std::result::Result<bool, String> {
    Ok(matches!(order(a, b)?, Some(Ordering::Less | Ordering::Equal)))
}
