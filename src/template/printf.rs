//! Go's `fmt.Sprintf` over the values of templates.

use crate::model::gofmt::{FloatVerb, append_float, quote, quote_ascii};

use super::eval::MAX_OUTPUT;
use super::print::check_length;
use super::time::{duration_text, month_name, weekday_name};
use super::value::{IntType, Value};

/// Go refuses widths and precisions beyond that.
const MAX_WIDTH: i64 = 1_000_000;

/// Flags, width and precision of a verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spec {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// `fmt.Sprintf(format, arguments...)`.
///
/// # Errors
/// The text becomes too long. What is wrong with the format or its arguments is part of the text, as in Go.
pub(super) fn sprintf(format: &str, arguments: &[Value]) -> Result<String, String> {
    let mut printer = Printer { rest: format, arguments, next: 0, reordered: false, out: String::new() };
    while let Some((before, after)) = printer.rest.split_once('%') {
        printer.out.push_str(before);
        printer.rest = after;
        printer.verb();
        check_length(&printer.out)?;
    }
    printer.out.push_str(printer.rest);
    printer.extra_arguments()?;
    check_length(&printer.out)?;
    Ok(printer.out)
}

struct Printer<'a> {
    rest: &'a str,
    arguments: &'a [Value],
    next: usize,
    /// Whether an explicit index was used, after which unused arguments are no mistake.
    reordered: bool,
    out: String,
}

impl Printer<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip(&mut self, c: char) {
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
    }

    fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.skip(c);
        }
        found
    }

    fn number(&mut self) -> Option<i64> {
        let length = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        if digits.is_empty() {
            return None;
        }
        Some(digits.parse().unwrap_or(i64::MAX))
    }

    /// `[2]` before a verb, width or precision. False where it names no argument.
    fn index(&mut self) -> bool {
        if !self.accept('[') {
            return true;
        }
        self.reordered = true;
        let Some((inner, rest)) = self.rest.split_once(']') else { return false };
        self.rest = rest;
        match inner.parse::<usize>() {
            Ok(index) if index >= 1 && index <= self.arguments.len() => {
                self.next = index - 1;
                true
            }
            _ => false,
        }
    }

    /// `*`: the next argument as a width or precision.
    fn star(&mut self) -> Option<i64> {
        let value = self.arguments.get(self.next).and_then(Value::as_int);
        self.next += 1;
        value.filter(|value| (-MAX_WIDTH..=MAX_WIDTH).contains(value))
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(c) = self.peek() {
            match c {
                '+' => spec.plus = true,
                '-' => spec.minus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => break,
            }
            self.skip(c);
        }
        spec
    }

    fn width(&mut self, spec: &mut Spec) {
        let width = if self.accept('*') {
            let width = self.star();
            if width.is_none() {
                self.out.push_str("%!(BADWIDTH)");
            }
            width
        } else {
            match self.number() {
                Some(width) if width > MAX_WIDTH => {
                    self.out.push_str("%!(BADWIDTH)");
                    None
                }
                width => width,
            }
        };
        if let Some(width) = width {
            spec.minus |= width < 0;
            spec.width = usize::try_from(width.unsigned_abs()).ok();
        }
    }

    fn precision(&mut self, spec: &mut Spec) {
        if !self.accept('.') {
            return;
        }
        let precision = if self.accept('*') { self.star() } else { Some(self.number().unwrap_or(0)) };
        match precision.filter(|precision| (0..=MAX_WIDTH).contains(precision)) {
            Some(precision) => spec.precision = usize::try_from(precision).ok(),
            None => self.out.push_str("%!(BADPREC)"),
        }
    }

    fn verb(&mut self) {
        let mut spec = self.flags();
        let mut good_index = self.index();
        self.width(&mut spec);
        self.precision(&mut spec);
        good_index &= self.index();
        let Some(verb) = self.peek() else { return self.out.push_str("%!(NOVERB)") };
        self.skip(verb);
        if verb == '%' {
            return self.out.push('%');
        }
        if !good_index {
            return self.out.push_str(&format!("%!{verb}(BADINDEX)"));
        }
        match self.arguments.get(self.next) {
            Some(value) => {
                self.next += 1;
                // `%+v` is about structures, not about signs.
                spec.plus &= verb != 'v';
                format_value(&mut self.out, &spec, verb, value);
            }
            None => self.out.push_str(&format!("%!{verb}(MISSING)")),
        }
    }

    fn extra_arguments(&mut self) -> Result<(), String> {
        let extra = self.arguments.get(self.next..).unwrap_or_default();
        if self.reordered || extra.is_empty() {
            return Ok(());
        }
        self.out.push_str("%!(EXTRA ");
        for (index, value) in extra.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            if matches!(value, Value::Absent) {
                self.out.push_str("<nil>");
                continue;
            }
            self.out.push_str(value.type_name());
            self.out.push('=');
            format_value(&mut self.out, &Spec::default(), 'v', value);
            check_length(&self.out)?;
        }
        self.out.push(')');
        Ok(())
    }
}

/// One value as `verb` wants it. Stops early where the text has become too long.
pub(super) fn format_value(out: &mut String, spec: &Spec, verb: char, value: &Value) {
    if verb == 'T' {
        return pad(out, spec, value.type_name());
    }
    if out.len() > MAX_OUTPUT {
        return;
    }
    match value {
        Value::Absent if verb == 'v' => pad(out, spec, "<nil>"),
        Value::Bool(value) if matches!(verb, 't' | 'v') => pad(out, spec, if *value { "true" } else { "false" }),
        Value::Float(float) => format_float(out, spec, verb, *float, value),
        Value::Text(text) => format_text(out, spec, verb, text, value),
        Value::Int(number, int_type) => match stringer(*number, *int_type).filter(|_| is_text_verb(verb)) {
            Some(name) => format_text(out, spec, verb, &name, value),
            None => format_int(out, spec, verb, *number, value),
        },
        Value::Duration { nanos, .. } if is_text_verb(verb) => {
            format_text(out, spec, verb, &duration_text(*nanos), value)
        }
        Value::Duration { nanos, .. } => format_int(out, spec, verb, *nanos, value),
        Value::Time { time, .. } if is_text_verb(verb) => format_text(out, spec, verb, &time.to_string(), value),
        Value::Histogram(histogram) if is_text_verb(verb) => {
            format_text(out, spec, verb, &histogram.to_string(), value);
        }
        Value::Labels(labels) => {
            let entries = labels.iter().map(|(name, value)| (name, Value::text(value)));
            format_map(out, spec, verb, entries);
        }
        Value::Args(args) => {
            format_map(out, spec, verb, args.entries.iter().map(|(name, value)| (name.as_str(), value.clone())));
        }
        Value::Vector(samples) => {
            // Go prints where the elements are in memory.
            let addresses: Vec<&str> = samples.iter().map(|_| "0xc000000000").collect();
            out.push_str(&format!("[{}]", addresses.join(" ")));
        }
        Value::Sample(sample) => {
            out.push_str("&{");
            format_value(out, spec, verb, &Value::Labels(sample.labels.clone()));
            out.push(' ');
            format_value(out, spec, verb, &Value::Float(sample.value));
            out.push('}');
        }
        Value::Root(root) => {
            out.push('{');
            format_value(out, spec, verb, &Value::Labels(root.labels.clone()));
            out.push(' ');
            format_value(out, spec, verb, &Value::Labels(root.external_labels.clone()));
            out.push(' ');
            format_value(out, spec, verb, &Value::Text(root.external_url.clone()));
            out.push(' ');
            format_value(out, spec, verb, &root.value);
            out.push('}');
        }
        value => bad_verb(out, verb, value),
    }
}

fn is_text_verb(verb: char) -> bool {
    matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
}

fn stringer(number: i64, int_type: IntType) -> Option<String> {
    match int_type {
        IntType::Month => Some(month_name(number)),
        IntType::Weekday => Some(weekday_name(number)),
        _ => None,
    }
}

fn format_map<'a>(out: &mut String, spec: &Spec, verb: char, entries: impl Iterator<Item = (&'a str, Value)>) {
    out.push_str("map[");
    for (index, (name, value)) in entries.enumerate() {
        if index > 0 {
            out.push(' ');
        }
        format_value(out, spec, verb, &Value::text(name));
        out.push(':');
        format_value(out, spec, verb, &value);
    }
    out.push(']');
}

/// `%!d(string=abc)`
fn bad_verb(out: &mut String, verb: char, value: &Value) {
    out.push_str(&format!("%!{verb}("));
    if matches!(value, Value::Absent) {
        out.push_str("<nil>");
    } else {
        out.push_str(value.type_name());
        out.push('=');
        format_value(out, &Spec::default(), 'v', value);
    }
    out.push(')');
}

/// Fills up to the width with spaces, or with zeros where the flag says so.
fn pad(out: &mut String, spec: &Spec, text: &str) {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    if spec.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else {
        out.extend(std::iter::repeat_n(if spec.zero { '0' } else { ' ' }, missing));
        out.push_str(text);
    }
}

fn format_text(out: &mut String, spec: &Spec, verb: char, text: &str, value: &Value) {
    let cut = |text: &str| -> String {
        match spec.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        }
    };
    match verb {
        'v' if spec.sharp => pad(out, spec, &quote(text.as_bytes())),
        'v' | 's' => pad(out, spec, &cut(text)),
        'q' if spec.plus => pad(out, spec, &quote_ascii(cut(text).as_bytes())),
        'q' => pad(out, spec, &quote(cut(text).as_bytes())),
        'x' | 'X' => {
            let bytes = text.as_bytes();
            let bytes = bytes.get(..spec.precision.unwrap_or(bytes.len()).min(bytes.len())).unwrap_or_default();
            let mut hex = String::new();
            for (index, byte) in bytes.iter().enumerate() {
                if spec.sharp && (index == 0 || spec.space) {
                    hex.push_str(if index > 0 { " " } else { "" });
                    hex.push_str(if verb == 'x' { "0x" } else { "0X" });
                } else if spec.space && index > 0 {
                    hex.push(' ');
                }
                hex.push_str(&if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") });
            }
            pad(out, spec, &hex);
        }
        _ => bad_verb(out, verb, value),
    }
}

fn format_float(out: &mut String, spec: &Spec, verb: char, float: f64, value: &Value) {
    let (float_verb, precision) = match verb {
        'v' | 'g' => (FloatVerb::General, spec.precision),
        'G' => (FloatVerb::UpperGeneral, spec.precision),
        'f' | 'F' => (FloatVerb::Decimal, Some(spec.precision.unwrap_or(6))),
        'e' => (FloatVerb::Exponent, Some(spec.precision.unwrap_or(6))),
        'E' => (FloatVerb::UpperExponent, Some(spec.precision.unwrap_or(6))),
        _ => return bad_verb(out, verb, value),
    };
    let mut text = String::new();
    append_float(&mut text, float, float_verb, precision);
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) if text.starts_with('-') => ("-", digits),
        Some(digits) if spec.plus => ("+", digits),
        // Infinity brings its own plus sign.
        Some(digits) if !spec.space => ("+", digits),
        None if spec.plus => ("+", text.as_str()),
        None if !spec.space => ("", text.as_str()),
        Some(digits) => (" ", digits),
        None => (" ", text.as_str()),
    };
    let zeros = spec.zero && !spec.minus && float.is_finite();
    if zeros {
        let missing = spec.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        pad(out, &Spec { zero: false, ..*spec }, &format!("{sign}{digits}"));
    }
}

fn format_int(out: &mut String, spec: &Spec, verb: char, number: i64, value: &Value) {
    let magnitude = number.unsigned_abs();
    let (mut digits, prefix) = match verb {
        'd' | 'v' => (magnitude.to_string(), ""),
        'b' => (format!("{magnitude:b}"), if spec.sharp { "0b" } else { "" }),
        'o' => (format!("{magnitude:o}"), if spec.sharp { "0" } else { "" }),
        'O' => (format!("{magnitude:o}"), "0o"),
        'x' => (format!("{magnitude:x}"), if spec.sharp { "0x" } else { "" }),
        'X' => (format!("{magnitude:X}"), if spec.sharp { "0X" } else { "" }),
        'c' => return pad(out, &Spec { zero: false, ..*spec }, &character(number).to_string()),
        'q' => return pad(out, &Spec { zero: false, ..*spec }, &format!("'{}'", quoted_character(number))),
        'U' => return pad(out, &Spec { zero: false, ..*spec }, &format!("U+{magnitude:04X}")),
        _ => return bad_verb(out, verb, value),
    };
    let sign = match () {
        () if number < 0 => "-",
        () if spec.plus => "+",
        () if spec.space => " ",
        () => "",
    };
    if spec.precision == Some(0) && number == 0 {
        return pad(out, &Spec { zero: false, ..*spec }, "");
    }
    let wanted = match spec.precision {
        Some(precision) => precision,
        None if spec.zero && !spec.minus => spec.width.unwrap_or(0).saturating_sub(sign.len()),
        None => 0,
    };
    if digits.len() < wanted {
        digits.insert_str(0, &"0".repeat(wanted - digits.len()));
    }
    pad(out, &Spec { zero: false, ..*spec }, &format!("{sign}{prefix}{digits}"));
}

fn character(number: i64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
}

fn quoted_character(number: i64) -> String {
    match character(number) {
        '\'' => "\\'".to_owned(),
        '"' => "\"".to_owned(),
        c => quote(c.encode_utf8(&mut [0; 4]).as_bytes()).trim_matches('"').to_owned(),
    }
}
