//! `humanize` and its relatives: numbers as people read them.

use crate::model::gofmt::{FloatVerb, format_float};
use crate::template::eval::Evaluator;
use crate::template::value::Value;

use super::convert::{NAN_OR_INF, float_to_time, to_float};

type Result = std::result::Result<Value, String>;

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const LARGE_BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

/// Go's `%.4g`.
fn short(value: f64) -> String {
    format_float(value, FloatVerb::General, Some(4))
}

pub(super) fn humanize(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let value = to_float(values.first())?;
    if value == 0.0 || !value.is_finite() {
        return Ok(Value::text(short(value)));
    }
    let scaled = if value.abs() >= 1.0 { scale_down(value, 1000.0, &LARGE) } else { scale_up(value) };
    Ok(Value::text(format!("{}{}", short(scaled.0), scaled.1)))
}

pub(super) fn humanize1024(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let value = to_float(values.first())?;
    if value.abs() <= 1.0 || !value.is_finite() {
        return Ok(Value::text(short(value)));
    }
    let (value, prefix) = scale_down(value, 1024.0, &LARGE_BINARY);
    Ok(Value::text(format!("{}{prefix}", short(value))))
}

fn scale_down(mut value: f64, unit: f64, prefixes: &[&'static str]) -> (f64, &'static str) {
    let mut chosen = "";
    for prefix in prefixes {
        if value.abs() < unit {
            break;
        }
        chosen = prefix;
        value /= unit;
    }
    (value, chosen)
}

fn scale_up(mut value: f64) -> (f64, &'static str) {
    let mut chosen = "";
    for prefix in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        chosen = prefix;
        value *= 1000.0;
    }
    (value, chosen)
}

pub(super) fn humanize_duration(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let value = to_float(values.first())?;
    Ok(Value::text(duration_text(value)))
}

fn duration_text(value: f64) -> String {
    if !value.is_finite() {
        return short(value);
    }
    if value == 0.0 {
        return format!("{}s", short(value));
    }
    if value.abs() < 1.0 {
        let (value, prefix) = scale_up(value);
        return format!("{}{prefix}s", short(value));
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = value.abs() as i64;
    let (seconds, minutes, hours, days) = (whole % 60, whole / 60 % 60, whole / 3600 % 24, whole / 86_400);
    if days != 0 {
        format!("{sign}{days}d {hours}h {minutes}m {seconds}s")
    } else if hours != 0 {
        format!("{sign}{hours}h {minutes}m {seconds}s")
    } else if minutes != 0 {
        format!("{sign}{minutes}m {seconds}s")
    } else {
        format!("{sign}{}s", short(value.abs()))
    }
}

pub(super) fn humanize_percentage(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let value = to_float(values.first())?;
    Ok(Value::text(format!("{}%", short(value * 100.0))))
}

pub(super) fn humanize_timestamp(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let value = to_float(values.first())?;
    match float_to_time(value) {
        Ok(time) => Ok(Value::text(time.to_string())),
        Err(message) if message == NAN_OR_INF => Ok(Value::text(short(value))),
        Err(message) => Err(message),
    }
}
