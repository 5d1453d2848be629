//! Numbers, times and durations: `toTime`, `toDuration`, `parseDuration`, `now`.

use crate::model::duration;
use crate::model::gofmt::{format_v, quote};
use crate::template::eval::Evaluator;
use crate::template::literal::parse_float;
use crate::template::time::Time;
use crate::template::value::{IntType, Value};

type Result = std::result::Result<Value, String>;

pub(super) const NAN_OR_INF: &str = "value is NaN or Inf";

/// A number, or a text that is one.
pub(super) fn to_float(value: Option<&Value>) -> std::result::Result<f64, String> {
    match value {
        Some(Value::Float(value)) => Ok(*value),
        Some(Value::Int(value, IntType::Int | IntType::Int64)) => Ok(*value as f64),
        Some(Value::Duration { nanos, pointer: false }) => Ok(*nanos as f64 / 1e9),
        Some(Value::Text(text)) => parse_float(text).ok_or_else(|| {
            let reason = if is_too_large(text) { "value out of range" } else { "invalid syntax" };
            format!("strconv.ParseFloat: parsing {}: {reason}", quote(text.as_bytes()))
        }),
        other => Err(format!("can't convert {} to float", other.map_or("<nil>", Value::type_name))),
    }
}

fn is_too_large(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The moment `value` seconds after the epoch, cut to milliseconds.
pub(super) fn float_to_time(value: f64) -> std::result::Result<Time, String> {
    if !value.is_finite() {
        return Err(NAN_OR_INF.to_owned());
    }
    let nanos = value * 1e9;
    if nanos > i64::MAX as f64 || nanos < i64::MIN as f64 {
        let value = format_v(value);
        return Err(format!("{value} cannot be represented as a nanoseconds timestamp since it overflows int64"));
    }
    Ok(Time::from_millis(nanos as i64 / 1_000_000))
}

pub(super) fn to_time(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let time = float_to_time(to_float(values.first())?)?;
    Ok(Value::Time { time, pointer: true })
}

pub(super) fn to_duration(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let nanos = to_float(values.first())? * 1e9;
    // What does not fit is the smallest number on amd64, where Prometheus mostly runs.
    let fits = nanos >= i64::MIN as f64 && nanos < i64::MAX as f64;
    Ok(Value::Duration { nanos: if fits { nanos as i64 } else { i64::MIN }, pointer: true })
}

pub(super) fn parse_duration(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let Some(Value::Text(text)) = values.first() else { return Err("empty duration string".to_owned()) };
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, &**text),
    };
    let millis = duration::parse_duration(body).map_err(|error| error.to_string())?;
    let seconds = millis as f64 / 1e3;
    Ok(Value::Float(if negative { -seconds } else { seconds }))
}

pub(super) fn now(evaluator: &mut Evaluator<'_>, _: &[Value]) -> Result {
    Ok(Value::Float(evaluator.context().t_ms as f64 / 1000.0))
}
