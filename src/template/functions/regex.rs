//! `match` and `reReplaceAll`, with Go's syntax.

use crate::model::gofmt::quote;
use crate::promql::regex::RegexError;
use crate::template::eval::{Evaluator, MAX_OUTPUT};
use crate::template::value::Value;

type Result = std::result::Result<Value, String>;

pub(super) fn matches(evaluator: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let [Value::Text(pattern), Value::Text(text)] = values else { return Ok(Value::Bool(false)) };
    let regex = evaluator.regex(pattern, |error| error.message)?;
    Ok(Value::Bool(regex.is_match(text)))
}

pub(super) fn replace_all(evaluator: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let [Value::Text(pattern), Value::Text(replacement), Value::Text(text)] = values else {
        return Ok(Value::text(""));
    };
    // Go panics where the pattern does not compile, and the template shows the panic.
    let refused = |error: RegexError| format!("regexp: Compile({}): {}", back_quoted(pattern), error.message);
    let regex = evaluator.regex(pattern, refused)?;
    let replaced = regex.replace_all(text, replacement, MAX_OUTPUT);
    replaced.map(Value::text).ok_or_else(|| format!("the result is longer than {MAX_OUTPUT} bytes"))
}

/// As Go shows a pattern: between back quotes where it can be.
fn back_quoted(pattern: &str) -> String {
    let plain = pattern.chars().all(|c| c != '`' && c != '\u{7f}' && (c >= ' ' || c == '\t'));
    if plain { format!("`{pattern}`") } else { quote(pattern.as_bytes()) }
}
