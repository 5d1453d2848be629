//! Durations and arithmetic with them, inside brackets and after `offset`.

use super::*;
use crate::promql::help;
use crate::promql::token::TimeWord;

/// The longest duration: what fits 2^63 nanoseconds, in seconds.
const MAX_SECONDS: f64 = 9_223_372_036.854_775;

/// A duration and the levels of its tree.
pub(super) struct ParsedDuration {
    pub(super) expr: DurationExpr,
    pub(super) height: usize,
}

impl ParsedDuration {
    fn new(span: Span, kind: DurationKind, height: usize) -> Self {
        ParsedDuration { expr: DurationExpr { span, kind }, height }
    }
}

impl Parser<'_> {
    /// A duration that must be positive if it can be seen: a range or a step. `Err` says nothing yet: the caller knows
    /// what was expected.
    pub(super) fn positive_duration(&mut self) -> Result<ParsedDuration> {
        let errors = self.errors.len();
        let duration = self.duration(Strength::Lowest)?;
        if let DurationKind::Literal { seconds, .. } = duration.expr.kind
            && seconds <= 0.0
        {
            let error = ParseError::new(duration.expr.span, "duration must be greater than 0");
            self.report(error.as_consequence(self.errors.len() > errors));
        }
        Ok(duration)
    }

    /// What `offset` takes: one term; operators behind it belong to the expression, unless it is in parentheses.
    pub(super) fn offset_duration(&mut self) -> Result<ParsedDuration> {
        let sign = match self.token.kind {
            TokenKind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => Some((op, self.advance().span)),
            _ => None,
        };
        if sign.is_none() && self.token.kind == TokenKind::LeftParen {
            return self.duration(Strength::Lowest);
        }
        let term = self.duration_term()?;
        match sign {
            Some((op, span)) => self.signed_duration(op == BinaryOp::Sub, span, term),
            None => Ok(term),
        }
    }

    fn duration(&mut self, weakest: Strength) -> Result<ParsedDuration> {
        self.nested(|parser| {
            let mut left = parser.signed_term()?;
            while let Some(op) = parser.binary_operator() {
                let strength = Strength::of(op);
                let known = strength >= Strength::Sum && op != BinaryOp::Atan2;
                if !known || strength <= weakest && !(strength == Strength::Power && weakest == Strength::Power) {
                    break;
                }
                let op_span = parser.advance().span;
                let right = parser.duration(strength)?;
                left = parser.duration_operation(left, op, op_span, right)?;
            }
            Ok(left)
        })
    }

    fn signed_term(&mut self) -> Result<ParsedDuration> {
        let TokenKind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) = self.token.kind else {
            return self.duration_term();
        };
        let span = self.advance().span;
        let operand = self.duration(Strength::Product)?;
        self.signed_duration(op == BinaryOp::Sub, span, operand)
    }

    /// The sign of a number belongs to the number, and a `+` in front of anything means nothing.
    fn signed_duration(&mut self, negative: bool, sign: Span, operand: ParsedDuration) -> Result<ParsedDuration> {
        let ParsedDuration { mut expr, height } = operand;
        expr.span = expr.span.starting_at(sign.start());
        if !negative {
            return Ok(ParsedDuration { expr, height });
        }
        if let DurationKind::Literal { seconds, .. } = &mut expr.kind {
            *seconds = -*seconds;
            return Ok(ParsedDuration { expr, height });
        }
        let span = expr.span;
        expr.span = expr.span.starting_at(sign.end());
        let height = self.check_height(height + 1, span)?;
        Ok(ParsedDuration::new(span, DurationKind::Unary { negative: true, operand: Box::new(expr) }, height))
    }

    fn duration_term(&mut self) -> Result<ParsedDuration> {
        let start = self.token.span;
        match self.token.kind {
            TokenKind::Number | TokenKind::Duration => {
                let number = self.number_value();
                let NumberLiteral { value, is_duration } = number.value;
                let literal = DurationKind::Literal { seconds: self.in_range(number.span, value), is_duration };
                Ok(ParsedDuration::new(number.span, literal, 1))
            }
            TokenKind::Time(TimeWord::Step) => self.time_word(DurationKind::Step),
            TokenKind::Time(TimeWord::Range) => self.time_word(DurationKind::Range),
            TokenKind::Time(word @ (TimeWord::MinOf | TimeWord::MaxOf)) => self.min_max(word == TimeWord::MaxOf),
            TokenKind::LeftParen => {
                self.advance();
                let inner = self.duration(Strength::Lowest)?;
                let end = self.eat(TokenKind::RightParen).ok_or(Abort)?.span;
                self.duration_gate(inner.expr.span);
                let height = self.check_height(inner.height + 1, start)?;
                Ok(ParsedDuration::new(start.to(end), DurationKind::Paren(Box::new(inner.expr)), height))
            }
            _ => Err(Abort),
        }
    }

    fn in_range(&mut self, span: Span, seconds: f64) -> f64 {
        if seconds.abs() <= MAX_SECONDS {
            return seconds;
        }
        self.error(span, "duration out of range");
        0.0
    }

    /// `step()` or `range()`.
    fn time_word(&mut self, kind: DurationKind) -> Result<ParsedDuration> {
        let start = self.advance().span;
        self.eat(TokenKind::LeftParen).ok_or(Abort)?;
        let end = self.eat(TokenKind::RightParen).ok_or(Abort)?.span;
        Ok(ParsedDuration::new(start.to(end), kind, 1))
    }

    /// `min_of(a, b)` or `max_of(a, b)`.
    fn min_max(&mut self, max: bool) -> Result<ParsedDuration> {
        let start = self.advance().span;
        self.eat(TokenKind::LeftParen).ok_or(Abort)?;
        let lhs = self.duration(Strength::Lowest)?;
        self.eat(TokenKind::Comma).ok_or(Abort)?;
        let rhs = self.duration(Strength::Lowest)?;
        let end = self.eat(TokenKind::RightParen).ok_or(Abort)?.span;
        let height = self.check_height(lhs.height.max(rhs.height) + 1, start)?;
        let kind = DurationKind::MinMax { max, lhs: Box::new(lhs.expr), rhs: Box::new(rhs.expr) };
        Ok(ParsedDuration::new(start.to(end), kind, height))
    }

    fn duration_operation(
        &mut self,
        left: ParsedDuration,
        op: BinaryOp,
        op_span: Span,
        right: ParsedDuration,
    ) -> Result<ParsedDuration> {
        self.duration_gate(left.expr.span);
        let span = left.expr.span.to(right.expr.span);
        if let (BinaryOp::Div | BinaryOp::Mod, DurationKind::Literal { seconds: 0.0, .. }) = (op, &right.expr.kind) {
            let message = if op == BinaryOp::Div { "division by zero" } else { "modulo by zero" };
            self.error(op_span, message);
            return Ok(ParsedDuration::new(span, DurationKind::Literal { seconds: 0.0, is_duration: false }, 1));
        }
        let height = self.check_height(left.height.max(right.height) + 1, span)?;
        let kind = DurationKind::Binary { op, lhs: Box::new(left.expr), rhs: Box::new(right.expr) };
        Ok(ParsedDuration::new(span, kind, height))
    }

    fn duration_gate(&mut self, span: Span) {
        if !self.options.duration_expressions {
            let error = ParseError::new(span, "experimental duration expression is not enabled");
            self.report(error.with_help(help::DURATION_GATE));
        }
    }
}
