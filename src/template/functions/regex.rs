//! `match` and `reReplaceAll`, with RE2's syntax.

use regex::{Captures, Regex};

use crate::model::gofmt::quote;
use crate::template::eval::{Evaluator, MAX_OUTPUT};
use crate::template::value::Value;

type Result = std::result::Result<Value, String>;

/// Compiles a pattern; the error is Go's `error parsing regexp: …`.
fn compile(pattern: &str) -> std::result::Result<Regex, String> {
    Regex::new(pattern).map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("error parsing regexp: {reason}: `{pattern}`")
    })
}

pub(super) fn matches(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let [Value::Text(pattern), Value::Text(text)] = values else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(compile(pattern)?.is_match(text)))
}

pub(super) fn replace_all(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let [Value::Text(pattern), Value::Text(replacement), Value::Text(text)] = values else {
        return Ok(Value::text(""));
    };
    // Go panics where the pattern does not compile, and the template shows the panic.
    let regex = compile(pattern).map_err(|error| format!("regexp: Compile({}): {error}", back_quoted(pattern)))?;
    let mut out = String::new();
    let mut rest_from = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(rest_from..whole.start()).unwrap_or_default());
        expand(&mut out, replacement, &captures);
        rest_from = whole.end();
        if out.len() > MAX_OUTPUT {
            return Err(format!("the result is longer than {MAX_OUTPUT} bytes"));
        }
    }
    out.push_str(text.get(rest_from..).unwrap_or_default());
    Ok(Value::text(out))
}

/// Go's `Regexp.Expand`: `$1`, `${1}`, `$name`, `${name}`, `$$`; a name is as long as it can be.
fn expand(out: &mut String, replacement: &str, captures: &Captures<'_>) {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        match group_name(after) {
            Some((name, after)) => {
                let group = match name.parse::<usize>() {
                    Ok(index) => captures.get(index),
                    Err(_) => captures.name(name),
                };
                out.push_str(group.map_or("", |group| group.as_str()));
                rest = after;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

/// The name behind a `$`, and what follows.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let in_word = |c: char| c == '_' || c.is_alphanumeric();
    let (body, braced) = match text.strip_prefix('{') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let length = body.find(|c| !in_word(c)).unwrap_or(body.len());
    let (name, after) = body.split_at_checked(length)?;
    if name.is_empty() {
        return None;
    }
    let after = if braced { after.strip_prefix('}')? } else { after };
    Some((name, after))
}

/// As Go shows a pattern: between back quotes where it can be.
fn back_quoted(pattern: &str) -> String {
    let plain = pattern.chars().all(|c| c != '`' && c != '\u{7f}' && (c >= ' ' || c == '\t'));
    if plain { format!("`{pattern}`") } else { quote(pattern.as_bytes()) }
}
