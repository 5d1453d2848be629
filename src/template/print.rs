//! Values as Go's `fmt.Sprint` prints them.

use super::eval::MAX_OUTPUT;
use super::printf::{Spec, format_value};
use super::value::Value;

/// An action's value at the end of `out`. Nothing prints as `<no value>`.
pub(super) fn print_value(out: &mut String, value: &Value) {
    match value {
        Value::Absent => out.push_str("<no value>"),
        Value::Text(text) => out.push_str(text),
        // The template follows the pointer before it prints.
        Value::Sample(_) => {
            let start = out.len();
            append(out, value);
            if out.get(start..).is_some_and(|shown| shown.starts_with('&')) {
                out.remove(start);
            }
        }
        value => append(out, value),
    }
}

/// `%v` at the end of `out`.
fn append(out: &mut String, value: &Value) {
    format_value(out, &Spec::default(), 'v', value);
}

/// `fmt.Sprint`: a space between two operands where neither is a text.
///
/// # Errors
/// The text becomes too long.
pub(super) fn sprint(values: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut before: Option<&Value> = None;
    for value in values {
        let is_text = |value: &Value| matches!(value, Value::Text(_));
        if before.is_some_and(|before| !is_text(before) && !is_text(value)) {
            out.push(' ');
        }
        append(&mut out, value);
        check_length(&out)?;
        before = Some(value);
    }
    Ok(out)
}

/// `fmt.Sprintln`: a space between any two operands, and a line break.
///
/// # Errors
/// The text becomes too long.
pub(super) fn sprintln(values: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        append(&mut out, value);
        check_length(&out)?;
    }
    out.push('\n');
    Ok(out)
}

/// The text that Go's escapers work on: a single text as it is, else as [`sprint`] with `<no value>` for nothing.
///
/// # Errors
/// The text becomes too long.
pub(super) fn sprint_arguments(values: &[Value]) -> Result<String, String> {
    let shown = |value: &Value| match value {
        Value::Absent => Value::text("<no value>"),
        value => value.clone(),
    };
    let values: Vec<Value> = values.iter().map(shown).collect();
    sprint(&values)
}

/// Stops texts that grow beyond what any annotation can hold.
pub(super) fn check_length(out: &str) -> Result<(), String> {
    if out.len() > MAX_OUTPUT {
        return Err(format!("the result is longer than {MAX_OUTPUT} bytes"));
    }
    Ok(())
}
