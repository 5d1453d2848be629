//! Reading a text from left to right.

use crate::model::labels::is_legacy_metric_name;
use crate::source::Span;

use super::SeriesError;

/// A place in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0 }
    }

    /// The byte that the cursor stands at.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Everything from the cursor on.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over `token` if it is next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    /// Steps over all characters that `belongs` accepts, and returns them.
    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Steps over white space; says whether there was any.
    pub(super) fn skip_spaces(&mut self) -> bool {
        !self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).is_empty()
    }

    /// From `start` to here.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// The error for what stands at the cursor: the whole word, or one character.
    pub(super) fn unexpected(&self, expected: &str) -> SeriesError {
        let mut end = self.clone();
        if end.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).is_empty() {
            end.at += end.peek().map_or(0, char::len_utf8);
        }
        let span = end.span_from(self.at);
        let found = match span.slice(self.text) {
            "" => "end of the values".to_owned(),
            text if text.chars().all(char::is_whitespace) => "white space".to_owned(),
            text => format!("`{text}`"),
        };
        SeriesError::new(span, format!("unexpected {found}, expected {expected}"))
    }

    /// Steps over a metric: a name, or a name and braces, or braces.
    pub(super) fn metric(&mut self) -> Result<Span, SeriesError> {
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
        let has_braces = self.eat("{");
        if has_braces {
            self.braces(start)?;
        }
        let span = self.span_from(start);
        if is_legacy_metric_name(name) || name.is_empty() && has_braces {
            Ok(span)
        } else {
            let message = "expected a series such as `metric{label=\"value\"}` before the values";
            Err(SeriesError::new(span, message))
        }
    }

    /// Steps over everything up to the brace that closes; braces in strings do not count.
    fn braces(&mut self, start: usize) -> Result<(), SeriesError> {
        let mut quote: Option<char> = None;
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices() {
            match quote {
                Some(_) if escaped => escaped = false,
                Some('"' | '\'') if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
                None if c == '}' => {
                    self.at += offset + 1;
                    return Ok(());
                }
                None => {}
            }
        }
        Err(SeriesError::new(Span::new(start, self.text.len()), "the labels have no closing `}`"))
    }

    /// A repetition count after `x`: decimal digits only.
    pub(super) fn times(&mut self) -> Result<usize, SeriesError> {
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        match word.parse::<usize>() {
            Ok(times) if is_number => Ok(times),
            _ if is_number => Ok(usize::MAX),
            _ if word.is_empty() => Err(self.unexpected("the number of repetitions after `x`")),
            _ => {
                let message = format!("the repetition `{word}` is not a whole number");
                Err(SeriesError::new(self.span_from(start), message))
            }
        }
    }

    /// A number without sign: decimal, `Inf` or `NaN`. `None`, without moving, where something else stands here.
    pub(super) fn number(&mut self) -> Result<Option<f64>, SeriesError> {
        let start = self.at;
        let word = match self.peek() {
            Some(c) if c.is_ascii_alphabetic() => self.take_while(|c| c.is_ascii_alphanumeric() || c == '_'),
            Some(c) if c.is_ascii_digit() || c == '.' => self.decimal(),
            _ => return Ok(None),
        };
        let value = match word.to_ascii_lowercase().as_str() {
            "inf" => Some(f64::INFINITY),
            "nan" => Some(f64::NAN),
            _ if word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                self.at = start;
                return Ok(None);
            }
            decimal => parse_go_number(decimal),
        };
        if value.is_some_and(f64::is_infinite) && !word.eq_ignore_ascii_case("inf") {
            return Err(SeriesError::new(self.span_from(start), format!("`{word}` is too large for a number")));
        }
        match value {
            Some(value) if !self.peek().is_some_and(|c| c.is_alphanumeric() && c != 'x' || c == '_') => Ok(Some(value)),
            _ => {
                self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
                let span = self.span_from(start);
                Err(SeriesError::new(span, format!("`{}` is not a number", span.slice(self.text))))
            }
        }
    }

    /// Digits, point, exponent; `x` ends it, so that `0x10` is zero repeated.
    fn decimal(&mut self) -> &'a str {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit() || c == '_');
        if self.eat(".") {
            self.take_while(|c| c.is_ascii_digit() || c == '_');
        }
        if self.eat("e") || self.eat("E") {
            let _ = self.eat("+") || self.eat("-");
            self.take_while(|c| c.is_ascii_digit() || c == '_');
        }
        self.span_from(start).slice(self.text)
    }

    /// A number with an optional sign in front.
    pub(super) fn signed_number(&mut self) -> Result<Option<f64>, SeriesError> {
        let before = self.at;
        let negative = self.eat("-");
        let signed = negative || self.eat("+");
        match self.number()? {
            Some(value) => Ok(Some(if negative { -value } else { value })),
            None if signed && !self.rest().starts_with("{{") => Err(self.unexpected("a number after the sign")),
            None => {
                self.at = before;
                Ok(None)
            }
        }
    }
}

/// As Prometheus reads a number: first as an integer in Go's notation, where a leading zero means octal, then as a
/// decimal. Underscores may stand between digits.
fn parse_go_number(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let underscores_fit = (0..bytes.len())
        .filter(|at| bytes.get(*at) == Some(&b'_'))
        .all(|at| is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)));
    if !underscores_fit {
        return None;
    }
    let digits = text.replace('_', "");
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| matches!(b, b'0'..=b'7')) {
        // Too long for 64 bits: Go falls back to reading it as a decimal.
        if let Ok(octal) = i64::from_str_radix(&digits, 8) {
            return Some(octal as f64);
        }
    }
    digits.parse().ok()
}
