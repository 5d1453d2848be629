//! Texts: `print` and its relatives, `title`, `toUpper`, `toLower`.

use crate::template::eval::Evaluator;
use crate::template::print;
use crate::template::printf::sprintf;
use crate::template::value::Value;

type Result = std::result::Result<Value, String>;

pub(super) fn print(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    print::sprint(values).map(Value::text)
}

pub(super) fn println(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    print::sprintln(values).map(Value::text)
}

pub(super) fn printf(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    match values.split_first() {
        Some((Value::Text(format), arguments)) => sprintf(format, arguments).map(Value::text),
        _ => Ok(Value::text("")),
    }
}

pub(super) fn unchanged(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    Ok(values.first().cloned().unwrap_or(Value::Absent))
}

fn map_text(values: &[Value], map: impl Fn(&str) -> String) -> Result {
    match values.first() {
        Some(Value::Text(text)) => Ok(Value::text(map(text))),
        _ => Ok(Value::text("")),
    }
}

pub(super) fn to_upper(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    // Go maps character by character: a sharp s stays.
    map_text(values, |text| text.chars().map(|c| single(c, c.to_uppercase())).collect())
}

pub(super) fn to_lower(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    map_text(values, |text| text.chars().map(|c| single(c, c.to_lowercase())).collect())
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(mapped), None) => mapped,
        _ => c,
    }
}

/// The first letter of each word in upper case, the others as they are.
pub(super) fn title(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    map_text(values, title_text)
}

fn title_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if (c.is_lowercase() || c.is_uppercase()) && !in_word {
            out.extend(c.to_uppercase());
            in_word = true;
            continue;
        }
        out.push(c);
        // Some marks join the letters at both of their sides to one word; digits and underscores always do.
        let joins = matches!(c, '\'' | '\u{2019}' | '.' | ':' | '\u{b7}')
            && chars.peek().is_some_and(|next| next.is_alphabetic());
        in_word &= c.is_alphanumeric() || c == '_' || joins;
    }
    out
}
