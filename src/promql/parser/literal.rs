//! Numbers and texts.

use super::*;
use crate::model::duration::parse_duration;
use crate::promql::lexer::unquote;
use crate::source::Spanned;

impl Parser<'_> {
    pub(super) fn number_literal(&mut self) -> Parsed {
        let number = self.number_value();
        self.leaf(number.span, ExprKind::Number(number.value), ValueType::Scalar)
    }

    pub(super) fn string_literal(&mut self) -> Parsed {
        let span = self.advance().span;
        let value = self.unquoted(span);
        self.leaf(span, ExprKind::String(Box::new(StringLiteral { value })), ValueType::String)
    }

    /// The bytes of a string token.
    pub(super) fn unquoted(&self, span: Span) -> Vec<u8> {
        unquote(self.text(span))
    }

    /// The value of the number or duration at the current token, which is taken.
    pub(super) fn number_value(&mut self) -> Spanned<NumberLiteral> {
        let is_duration = self.token.kind == TokenKind::Duration;
        let span = self.token.span;
        let text = self.text(span);
        let value = if is_duration { duration_seconds(text) } else { number(text) };
        let value = value.unwrap_or_else(|message| {
            self.error(span, message);
            0.0
        });
        self.advance();
        Spanned::new(NumberLiteral { value, is_duration }, span)
    }

    /// A number or duration with an optional sign; `None`, and nothing but the sign taken, where there is none.
    pub(super) fn signed_number(&mut self) -> Option<Spanned<f64>> {
        let sign = match self.token.kind {
            TokenKind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => Some((op, self.advance().span)),
            _ => None,
        };
        if !matches!(self.token.kind, TokenKind::Number | TokenKind::Duration) {
            return None;
        }
        let number = self.number_value();
        let value = number.value.value;
        Some(match sign {
            Some((BinaryOp::Sub, span)) => Spanned::new(-value, span.to(number.span)),
            Some((_, span)) => Spanned::new(value, span.to(number.span)),
            None => Spanned::new(value, number.span),
        })
    }
}

/// Seconds of a duration token.
pub(super) fn duration_seconds(text: &[u8]) -> std::result::Result<f64, String> {
    let text = String::from_utf8_lossy(text);
    parse_duration(&text).map(|millis| millis as f64 / 1000.0).map_err(|error| error.to_string())
}

/// A number as Go reads it: as an integer with its base in front (`0x1F`, `0755`), else as a decimal fraction.
fn number(text: &[u8]) -> std::result::Result<f64, String> {
    if let Some(value) = plain_number(text) {
        return Ok(value);
    }
    let digits: String = text.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    let lower = digits.to_ascii_lowercase();
    if let Some(value) = integer(&lower) {
        return Ok(value);
    }
    let problem = |what| {
        let text = crate::model::gofmt::quote(text);
        format!("error parsing number: strconv.ParseFloat: parsing {text}: {what}")
    };
    match lower.parse::<f64>() {
        Ok(value) if value.is_infinite() && lower != "inf" => Err(problem("value out of range")),
        Ok(value) => Ok(value),
        Err(_) => Err(problem("invalid syntax")),
    }
}

/// `0`, `90`: what most numbers are.
fn plain_number(text: &[u8]) -> Option<f64> {
    const MOST_DIGITS: usize = 15;
    if text.len() > MOST_DIGITS || text.len() > 1 && text.starts_with(b"0") || text.is_empty() {
        return None;
    }
    let value =
        text.iter().try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')));
    value.map(|value| value as f64)
}

fn integer(lower: &str) -> Option<f64> {
    let (digits, base) = match lower.strip_prefix('0') {
        Some(rest) if rest.starts_with('x') => (rest.get(1..)?, 16),
        Some(rest) if !rest.is_empty() => (rest, 8),
        _ => (lower, 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, base).ok().map(|value| value as f64)
}
