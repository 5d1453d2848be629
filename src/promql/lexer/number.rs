//! Numbers and durations.

use super::{LexResult, Lexer, is_alphanumeric};
use crate::model::gofmt;
use crate::promql::token::TokenKind;

const DECIMAL: &[u8] = b"0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdefABCDEF";

impl Lexer<'_> {
    /// A number or a duration. What is taken for one may still turn out not to be a number when its value is read.
    pub(super) fn number(&mut self) -> LexResult {
        if let Some(bracket) = &mut self.bracket {
            (bracket.number, bracket.term) = (true, true);
        }
        if self.plain_number() {
            return Ok(self.token(TokenKind::Number));
        }
        if self.rest_of_duration() {
            return Ok(self.token(TokenKind::Duration));
        }
        let text = self.input.get(self.start..self.pos).unwrap_or_default();
        let message = format!("bad number or duration syntax: {}", gofmt::quote(text));
        Err(self.error(message).with_help(DURATION_FORM))
    }

    /// Reads over a number; `false` where it is none or where a letter follows.
    fn plain_number(&mut self) -> bool {
        let mut digits = DECIMAL;
        if self.eat(b'0') && self.eat_any(b"xX") {
            self.eat(b'_');
            digits = HEXADECIMAL;
        }
        self.eat(b'.');
        self.eat_any(digits);
        let (mut dot, mut exponent) = (false, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'.' => {
                    self.pos += 1;
                    if dot || self.eat_any(b"_.") || digits.len() > DECIMAL.len() {
                        return false;
                    }
                    dot = true;
                }
                b'e' | b'E' => {
                    self.pos += 1;
                    if exponent {
                        return false;
                    }
                    exponent = true;
                    self.eat_any(b"+-");
                    if self.eat_any(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                b'_' => {
                    self.pos += 1;
                    if self.eat_any(b"._eE") || self.peek().is_none() {
                        return false;
                    }
                }
                byte if digits.contains(&byte) => self.eat_while(|byte| digits.contains(&byte)),
                _ => break,
            }
        }
        !self.peek().is_some_and(is_alphanumeric)
    }

    /// After the first number of a duration: its unit, and further numbers with units.
    fn rest_of_duration(&mut self) -> bool {
        if !self.eat_any(b"smhdwy") {
            return false;
        }
        // Units such as `hs` are taken here too and refused when the duration is read.
        self.eat(b's');
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.eat_while(|byte| byte.is_ascii_digit());
            if !self.eat_any(b"smhdw") {
                return false;
            }
            self.eat(b's');
        }
        let ends = !self.peek().is_some_and(is_alphanumeric);
        self.pos += usize::from(!ends);
        ends
    }
}

const DURATION_FORM: &str = "a duration is made of whole numbers with units, the longest first: 1y 1w 1d 1h 1m 1s 1ms";
