//! Typed reading of YAML nodes with go-yaml v2's rules; each mistake becomes a diagnostic and reading goes on.

use std::fmt::Display;
use std::sync::Arc;

use crate::model::duration;
use crate::rules::Field;
use crate::rules::findings::{INVALID_DURATION, UNKNOWN_FIELD, WRONG_TYPE};
use crate::source::words;
use crate::source::{Diagnostic, Label, Meta, SourceFile, Span, Spanned};
use crate::yaml::{Mapping, Node, ScalarStyle};

/// Reads nodes of one file and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    problems: Vec<Diagnostic>,
}

/// The diagnostic just reported, to say more about it.
pub(super) struct Reported<'a> {
    file: &'a Arc<SourceFile>,
    diagnostic: &'a mut Diagnostic,
}

impl Reported<'_> {
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.diagnostic.set_help(help);
        self
    }

    pub(super) fn related_at(self, span: Span, text: &str) -> Self {
        self.diagnostic.related.push(Label::new(self.file, span, text));
        self
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a Arc<SourceFile>) -> Self {
        Reader { file, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    pub(super) fn report(&mut self, finding: &'static Meta, message: impl Into<String>, span: Span) -> Reported<'_> {
        self.problems.push(finding.diagnostic(message, Label::new(self.file, span, "")));
        let at = self.problems.len() - 1;
        Reported { file: self.file, diagnostic: &mut self.problems[at] }
    }

    /// The part of `span` that is on its first line.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let line = self.file.line_span(self.file.line_index(span.start())).unwrap_or(span);
        Span::new(span.start(), span.end().min(line.end()).max(span.start()))
    }

    /// The mapping under `node`, whose keys must be among `fields`. Null is an empty mapping and yields `None`.
    pub(super) fn mapping<'n>(&mut self, node: &'n Node, what: &str, fields: &[&str]) -> Option<&'n Mapping> {
        if node.is_null() {
            return None;
        }
        let Some(mapping) = node.as_mapping() else {
            self.wrong_type(node, what, "a mapping");
            return None;
        };
        for entry in &mapping.entries {
            match entry.name() {
                Some(name) if fields.contains(&name) => {}
                Some(name) => self.unknown_field(name, entry.key.span, what, fields),
                None => self.wrong_type(&entry.key, "a field's name", "text"),
            }
        }
        Some(mapping)
    }

    fn unknown_field(&mut self, name: &str, span: Span, what: &str, fields: &[&str]) {
        let help = match words::nearest_or_longer(name, fields.iter().copied()) {
            Some(field) => words::did_you_mean(field),
            None => format!("{what} has the fields {}", words::list(fields)),
        };
        self.report(&UNKNOWN_FIELD, format!("`{name}` is not a field of {what}"), span).help(help);
    }

    pub(super) fn wrong_type(&mut self, node: &Node, what: impl Display, wanted: &str) {
        self.report(&WRONG_TYPE, format!("{what} must be {wanted}, not {}", node.describe()), node.span);
    }

    /// The text of the field `name`; null is the empty text.
    pub(super) fn text(&mut self, mapping: &Mapping, name: &str) -> Option<Field> {
        let entry = mapping.get(name)?;
        self.scalar_text(&entry.value, format_args!("`{name}`"))
    }

    /// The text of a scalar; `what` is written only if it is none.
    pub(super) fn scalar_text(&mut self, node: &Node, what: impl Display) -> Option<Field> {
        let field = Field::of(node);
        if field.is_none() {
            self.wrong_type(node, what, "a text");
        }
        field
    }

    /// The texts of the list `name`.
    pub(super) fn texts(&mut self, mapping: &Mapping, name: &str) -> Vec<Field> {
        let text = |reader: &mut Self, node: &Node| reader.scalar_text(node, format_args!("an item of `{name}`"));
        let texts = self.items(mapping, name, text);
        texts.into_iter().flatten().collect()
    }

    /// The items of the list `name`, each read by `read`; null is an empty list.
    pub(super) fn items<T>(
        &mut self,
        mapping: &Mapping,
        name: &str,
        mut read: impl FnMut(&mut Self, &Node) -> T,
    ) -> Vec<T> {
        let Some(entry) = mapping.get(name).filter(|entry| !entry.value.is_null()) else { return Vec::new() };
        match entry.value.as_sequence() {
            Some(sequence) => sequence.items.iter().map(|node| read(self, node)).collect(),
            None => {
                self.wrong_type(&entry.value, format_args!("`{name}`"), "a list");
                Vec::new()
            }
        }
    }

    /// Names and texts of the mapping `name`, in the order of the file.
    pub(super) fn map(&mut self, mapping: &Mapping, name: &str) -> Vec<(Field, Field)> {
        let Some(entry) = mapping.get(name).filter(|entry| !entry.value.is_null()) else { return Vec::new() };
        let Some(pairs) = entry.value.as_mapping() else {
            self.wrong_type(&entry.value, format_args!("`{name}`"), "a mapping of names to texts");
            return Vec::new();
        };
        let mut read = Vec::with_capacity(pairs.entries.len());
        for pair in &pairs.entries {
            let key = self.scalar_text(&pair.key, format_args!("a name in `{name}`"));
            let what = pair.name().unwrap_or_default();
            let value = self.scalar_text(&pair.value, format_args!("`{what}` in `{name}`"));
            read.extend(key.zip(value));
        }
        read
    }

    /// The duration `name` in milliseconds; null is as if it were not given.
    pub(super) fn duration(&mut self, mapping: &Mapping, name: &str) -> Option<Spanned<i64>> {
        let field = self.text(mapping, name).filter(|field| !field.scalar.is_null)?;
        match duration::parse_duration(field.text()) {
            Ok(milliseconds) => Some(Spanned::new(milliseconds, field.span)),
            Err(error) => {
                let forwards = field.text().strip_prefix('-').filter(|rest| duration::parse_duration(rest).is_ok());
                let (message, help) = match forwards {
                    Some(_) => (format!("`{name}` is negative"), "a test begins at 0 and runs forwards"),
                    None => (
                        format!("`{name}` is not a duration: {error}"),
                        "write a whole number and a unit, largest unit first: `90s`, `5m`, `1h30m`",
                    ),
                };
                self.report(&INVALID_DURATION, message, field.span).help(help);
                None
            }
        }
    }

    /// As [`Reader::duration`]; 0 is as if it were not given.
    pub(super) fn positive_duration(&mut self, mapping: &Mapping, name: &str) -> Option<i64> {
        self.duration(mapping, name).map(|duration| duration.value).filter(|milliseconds| *milliseconds > 0)
    }

    /// The boolean `name`; null and not given are false.
    pub(super) fn boolean(&mut self, mapping: &Mapping, name: &str) -> bool {
        let Some(entry) = mapping.get(name).filter(|entry| !entry.value.is_null()) else { return false };
        let value = entry.value.as_scalar().filter(|scalar| scalar.style == ScalarStyle::Plain);
        let value = value.filter(|_| matches!(entry.value.tag(), None | Some("!!bool")));
        match value.map(|scalar| yaml11_bool(scalar.value())) {
            Some(Some(value)) => value,
            _ => {
                self.report(
                    &WRONG_TYPE,
                    format!("`{name}` must be `true` or `false`, without quotes"),
                    entry.value.span,
                );
                false
            }
        }
    }

    /// The number `name`; null is as if it were not given.
    pub(super) fn number(&mut self, mapping: &Mapping, name: &str) -> Option<Spanned<f64>> {
        let entry = mapping.get(name).filter(|entry| !entry.value.is_null())?;
        let scalar = entry.value.as_scalar();
        let untyped = matches!(entry.value.tag(), None | Some("!!float" | "!!int"));
        let plain = scalar.filter(|scalar| scalar.style == ScalarStyle::Plain && untyped);
        let number = plain.and_then(|scalar| yaml11_number(scalar.value()));
        if let Some(number) = number {
            return Some(Spanned::new(number, entry.value.span));
        }
        let quoted = untyped && scalar.is_some_and(|scalar| yaml11_number(scalar.value()).is_some());
        let message = format!("`{name}` must be a number{}", if quoted { ", without quotes" } else { "" });
        self.report(&WRONG_TYPE, message, entry.value.span)
            .help("write it as `5`, `0.25`, `1e-3`, `.inf`, `-.inf` or `.nan`");
        None
    }
}

/// YAML 1.1's booleans as go-yaml v2 knows them.
fn yaml11_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// YAML 1.1's numbers as go-yaml v2 knows them: underscores, `0x`, `0o`, `0b`, octal with a leading 0.
fn yaml11_number(text: &str) -> Option<f64> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if text.starts_with('.') {
        // Here go-yaml does not pass over underscores.
        return float(text);
    }
    let text: String = text.chars().filter(|c| *c != '_').collect();
    integer(&text).or_else(|| float(&text))
}

fn integer(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        Some(_) if digits.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    // Go tries int64 first, then uint64; both become a float64.
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    Some(if negative { -(magnitude as f64) } else { magnitude as f64 })
}

fn float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = body.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    let starts = body.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    // What is too large for a number stays a text.
    if plain && starts { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{yaml11_bool, yaml11_number};

    #[test]
    fn numbers() {
        let numbers = [
            ("5", 5.0),
            ("-1_000", -1000.0),
            ("0x1F", 31.0),
            ("0b11", 3.0),
            ("010", 8.0),
            ("0o10", 8.0),
            ("0", 0.0),
            ("08", 8.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e-3", 0.001),
            ("18446744073709551615", 18_446_744_073_709_551_615.0),
            ("100000000000000000000", 1e20),
            ("-.inf", f64::NEG_INFINITY),
        ];
        for (text, value) in numbers {
            assert_eq!(yaml11_number(text), Some(value), "{text}");
        }
        assert!(yaml11_number(".nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn no_numbers() {
        for text in [
            "",
            "abc",
            "_1",
            "inf",
            "nan",
            "2020-01-01",
            "1:30",
            "0x",
            "--1",
            "1 2",
            "infinity",
            "e5",
            ".",
            "1e400",
            "-1e309",
            "._5",
            ".5_0",
        ] {
            assert_eq!(yaml11_number(text), None, "{text}");
        }
    }

    #[test]
    fn booleans() {
        assert_eq!(yaml11_bool("On"), Some(true));
        assert_eq!(yaml11_bool("n"), Some(false));
        assert_eq!(yaml11_bool("1"), None);
    }
}
