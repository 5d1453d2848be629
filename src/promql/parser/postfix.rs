//! What follows a selector: `[range]`, `[range:step]`, `offset`, `@`, `anchored`, `smoothed`.

use super::*;
use crate::model::gofmt::{self, FloatVerb};
use crate::promql::help;
use crate::promql::token::{Keyword, TimeWord};
use crate::source::Spanned;

/// What may stand where a duration is expected, in upstream's words.
const DURATION: &str = "number, duration, step(), or range()";
const AFTER_RANGE_OF_OTHER: &str = "ranges only allowed for vector selectors";
const PRECEDED_BY: &str =
    "modifier must be preceded by an instant vector selector or range vector selector or a subquery";

impl Parser<'_> {
    /// Reads everything that belongs to the operand before it.
    pub(super) fn postfix(&mut self, mut parsed: Parsed) -> Result<Parsed> {
        // A range behind something that cannot have one: an error that was reported, but what follows is looked at.
        let mut broken_range = false;
        loop {
            match self.token.kind {
                TokenKind::Keyword(Keyword::Offset) => self.offset(&mut parsed, broken_range)?,
                TokenKind::At => self.at(&mut parsed, broken_range)?,
                TokenKind::Keyword(keyword @ (Keyword::Anchored | Keyword::Smoothed)) => {
                    self.extension(&mut parsed, keyword, broken_range);
                }
                TokenKind::LeftBracket => parsed = self.bracket(parsed, &mut broken_range)?,
                _ => return Ok(parsed),
            }
        }
    }

    /// Runs `read`; where it fails without having said why, the current token is what was not expected.
    fn expecting<T>(
        &mut self,
        context: &str,
        expected: &str,
        help: Option<&str>,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let errors = self.errors.len();
        let result = read(self);
        if result.is_err() && self.errors.len() == errors {
            self.unexpected(context, expected, help.map(str::to_owned));
        }
        result
    }

    fn offset(&mut self, parsed: &mut Parsed, broken_range: bool) -> Result<()> {
        let keyword = self.advance().span;
        let help = Some("write a duration: `offset 5m`");
        let duration = self.expecting("offset", DURATION, help, Self::offset_duration)?;
        let target = parsed.expr.span;
        let span = keyword.to(duration.expr.span);
        parsed.height = parsed.height.max(self.check_height(duration.height + 1, span)?);
        let end = self.last_end;
        match modifiers(&mut parsed.expr) {
            _ if broken_range => {
                self.report(ParseError::of_types(target, AFTER_RANGE_OF_OTHER).as_consequence(true));
            }
            None => self.error(target, format!("offset {PRECEDED_BY}")),
            Some(modifiers) if modifiers.offset.as_ref().is_some_and(|offset| !is_zero(&offset.value)) => {
                self.error(target, "offset may not be set multiple times");
            }
            Some(modifiers) => modifiers.offset = Some(Box::new(Spanned::new(duration.expr, span))),
        }
        parsed.expr.span = parsed.expr.span.ending_at(end);
        Ok(())
    }

    fn at(&mut self, parsed: &mut Parsed, broken_range: bool) -> Result<()> {
        let at = self.advance().span;
        let target = parsed.expr.span;
        let (time, span) = self.expecting("@", "timestamp", help::AT, |parser| parser.at_time(target))?;
        let end = self.last_end;
        match modifiers(&mut parsed.expr) {
            _ if broken_range => {
                self.report(ParseError::of_types(target, AFTER_RANGE_OF_OTHER).as_consequence(true));
            }
            None => self.error(target, format!("@ {PRECEDED_BY}")),
            Some(modifiers) if modifiers.at.is_some() => {
                self.error(target, "@ <timestamp> may not be set multiple times");
            }
            Some(modifiers) => modifiers.at = Some(Box::new(Spanned::new(time, at.to(span)))),
        }
        parsed.expr.span = parsed.expr.span.ending_at(end);
        Ok(())
    }

    /// `start()`, `end()` or seconds.
    fn at_time(&mut self, target: Span) -> Result<(AtModifier, Span)> {
        let word = match self.token.kind {
            TokenKind::Time(TimeWord::Start) => AtModifier::Start,
            TokenKind::Time(TimeWord::End) => AtModifier::End,
            _ => {
                let number = self.signed_number().ok_or(Abort)?;
                let seconds = number.value;
                if !seconds.is_finite() || seconds >= i64::MAX as f64 || seconds <= i64::MIN as f64 {
                    let printed = gofmt::format_float(seconds, FloatVerb::Decimal, Some(6));
                    self.error(target, format!("timestamp out of bounds for @ modifier: {printed}"));
                }
                return Ok((AtModifier::Timestamp((seconds * 1000.0).round() as i64), number.span));
            }
        };
        let start = self.advance().span;
        self.eat(TokenKind::LeftParen).ok_or(Abort)?;
        let end = self.eat(TokenKind::RightParen).ok_or(Abort)?.span;
        Ok((word, start.to(end)))
    }

    fn extension(&mut self, parsed: &mut Parsed, keyword: Keyword, broken_range: bool) {
        let span = self.advance().span;
        let target = parsed.expr.span;
        let (word, extension) = match keyword {
            Keyword::Anchored => ("anchored", RangeExtension::Anchored),
            _ => ("smoothed", RangeExtension::Smoothed),
        };
        if !self.options.extended_range_selectors {
            let error = ParseError::new(target, format!("{word} modifier is experimental and not enabled"));
            self.report(error.with_help(help::SELECTOR_GATE));
            return;
        }
        if broken_range {
            return;
        }
        let is_subquery = matches!(parsed.expr.kind, ExprKind::Subquery(_));
        match modifiers(&mut parsed.expr) {
            _ if is_subquery => self.error(target, format!("{word} modifier is not supported for subqueries")),
            None => self.error(target, format!("{word} modifier not implemented")),
            Some(modifiers) => match &modifiers.extension {
                Some(other) if other.value != extension => {
                    self.error(target, "anchored and smoothed modifiers cannot be used together");
                }
                _ => modifiers.extension = Some(Box::new(Spanned::new(extension, span))),
            },
        }
        parsed.expr.span = parsed.expr.span.to(span);
    }

    /// `[range]` or `[range:step]`.
    fn bracket(&mut self, parsed: Parsed, broken_range: &mut bool) -> Result<Parsed> {
        let open = self.advance().span;
        let range = self.expecting("subquery or range selector", DURATION, help::RANGE, Self::positive_duration)?;
        match self.token.kind {
            TokenKind::RightBracket => {
                let close = self.advance().span;
                self.matrix(parsed, range, open.to(close), broken_range)
            }
            TokenKind::Colon => {
                self.advance();
                self.subquery(parsed, range)
            }
            _ => {
                self.unexpected("subquery or range", "\":\" or \"]\"", None);
                Err(Abort)
            }
        }
    }

    fn matrix(
        &mut self,
        parsed: Parsed,
        range: duration::ParsedDuration,
        brackets: Span,
        broken_range: &mut bool,
    ) -> Result<Parsed> {
        let span = parsed.expr.span.to(brackets);
        let height = self.check_height(parsed.height.max(range.height) + 1, span)?;
        let (selector_span, selector) = match parsed.expr {
            Expr { span, kind: ExprKind::Vector(selector), .. } => (span, *selector),
            mut other => {
                let error = ParseError::of_types(brackets, AFTER_RANGE_OF_OTHER);
                self.report(error.with_help(help::range_of(&other, self.text(brackets))));
                *broken_range = true;
                other.span = span;
                return Ok(Parsed { expr: other, value_type: ValueType::Matrix, height });
            }
        };
        let modifiers = &selector.modifiers;
        if let Some(offset) = modifiers.offset.as_ref().filter(|offset| !is_zero(&offset.value)) {
            let error = ParseError::new(brackets, "no offset modifiers allowed before range");
            let error = error.with_related(offset.span, "the offset");
            self.report(error.with_help("write the range first: `metric[5m] offset 1h`"));
        } else if let Some(at) = &modifiers.at {
            let error = ParseError::new(brackets, "no @ modifiers allowed before range");
            let error = error.with_related(at.span, "the `@`");
            self.report(error.with_help("write the range first: `metric[5m] @ 0`"));
        }
        let matrix = MatrixSelector { selector: Spanned::new(selector, selector_span), range: range.expr };
        let expr = self.node(span, ExprKind::Matrix(Box::new(matrix)));
        Ok(Parsed { expr, value_type: ValueType::Matrix, height })
    }

    fn subquery(&mut self, parsed: Parsed, range: duration::ParsedDuration) -> Result<Parsed> {
        let mut height = parsed.height.max(range.height);
        let step = if self.token.kind == TokenKind::RightBracket {
            None
        } else {
            let expected = "number, duration, step(), range(), or \"]\"";
            let step = self.expecting("subquery selector", expected, help::RANGE, Self::positive_duration)?;
            height = height.max(step.height);
            Some(step.expr)
        };
        if self.token.kind != TokenKind::RightBracket {
            self.unexpected("subquery selector", "\"]\"", None);
            return Err(Abort);
        }
        let close = self.advance().span;
        let span = parsed.expr.span.to(close);
        self.checker.subquery(span, parsed.value_type);
        let height = self.check_height(height + 1, span)?;
        let subquery = SubqueryExpr { expr: parsed.expr, range: range.expr, step, modifiers: Modifiers::default() };
        let expr = self.node(span, ExprKind::Subquery(Box::new(subquery)));
        Ok(Parsed { expr, value_type: ValueType::Matrix, height })
    }
}

/// Where the modifiers of an expression are kept, if it can have any.
fn modifiers(expr: &mut Expr) -> Option<&mut Modifiers> {
    match &mut expr.kind {
        ExprKind::Vector(selector) => Some(&mut selector.modifiers),
        ExprKind::Matrix(matrix) => Some(&mut matrix.selector.value.modifiers),
        ExprKind::Subquery(subquery) => Some(&mut subquery.modifiers),
        _ => None,
    }
}

/// Upstream cannot tell an offset of zero from none.
fn is_zero(offset: &DurationExpr) -> bool {
    matches!(offset.kind, DurationKind::Literal { seconds: 0.0, .. })
}
