//! Texts made safe for other languages: `html`, `js`, `urlquery`, `urlQueryEscape`.

use crate::model::gofmt::is_print;
use crate::template::eval::Evaluator;
use crate::template::print;
use crate::template::value::Value;

type Result = std::result::Result<Value, String>;

pub(super) fn html(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let mut out = String::new();
    for c in print::sprint_arguments(values)?.chars() {
        match c {
            '\0' => out.push('\u{FFFD}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    Ok(Value::text(out))
}

pub(super) fn js(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let mut out = String::new();
    for c in print::sprint_arguments(values)?.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c if c < ' ' || !is_print(c) => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    Ok(Value::text(out))
}

pub(super) fn urlquery(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    Ok(Value::text(query_escape(&print::sprint_arguments(values)?)))
}

pub(super) fn url_query_escape(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values.first() {
        Some(Value::Text(text)) => Ok(Value::text(query_escape(text))),
        _ => Ok(Value::text("")),
    }
}

/// Go's `url.QueryEscape`.
pub(super) fn query_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
