//! Binary operators and how their sides are matched.

use super::*;
use crate::promql::help;
use crate::promql::token::Keyword;
use crate::source::Spanned;

/// Labels between parentheses.
pub(super) struct Labels {
    pub(super) list: Vec<Spanned<String>>,
    /// Parentheses included.
    pub(super) span: Span,
}

impl Parser<'_> {
    /// The operator at the current token with its modifiers and its right side; the left side was read.
    pub(super) fn binary(&mut self, left: Parsed, op: BinaryOp, strength: Strength) -> Result<Parsed> {
        let op_span = self.advance().span;
        let bool_modifier = self.eat(TokenKind::Keyword(Keyword::Bool)).map(|token| token.span);
        let mut matching = Box::new(VectorMatching {
            cardinality: Cardinality::OneToOne,
            clause: None,
            include: None,
            fill_left: None,
            fill_right: None,
        });
        self.matching_clause(&mut matching)?;
        let fill_span = self.fill(&mut matching)?;
        let modifiers_end = self.modifiers_end(op_span, bool_modifier, &matching, fill_span);
        // `^` is right-associative: an operator as strong may follow on the right.
        let right = self.expression(strength)?;
        let span = left.expr.span.to(right.expr.span);
        if let Some(fill_span) = fill_span
            && !self.options.fill_modifiers
        {
            let message = "binop fill modifiers are experimental and not enabled";
            self.report(ParseError::new(span, message).with_related(fill_span, "used here").with_help(help::FILL_GATE));
        }
        let height = if left.expr.is_binary() { left.height } else { left.height + 1 };
        let height = self.check_height(height.max(right.height + 1), span)?;
        let types = (left.value_type, right.value_type);
        let mut binary = BinaryExpr {
            lhs: left.expr,
            op,
            op_span,
            bool_modifier: bool_modifier.and_then(BoolModifier::at),
            matching: Some(matching),
            rhs: right.expr,
        };
        self.checker.binary(&mut binary, span, types, Span::new(op_span.start(), modifiers_end));
        let both_scalar = types == (ValueType::Scalar, ValueType::Scalar);
        let value_type = if both_scalar { ValueType::Scalar } else { ValueType::Vector };
        Ok(Parsed { expr: self.node(span, ExprKind::Binary(Box::new(binary))), value_type, height })
    }

    fn modifiers_end(
        &self,
        op_span: Span,
        bool_modifier: Option<Span>,
        matching: &VectorMatching,
        fill: Option<Span>,
    ) -> usize {
        let clause = matching.clause.as_ref().map(|clause| clause.span);
        let include = matching.include.as_ref().map(|include| include.span);
        [bool_modifier, clause, include, fill]
            .into_iter()
            .flatten()
            .fold(op_span.end(), |end, span| end.max(span.end()))
    }

    /// `on (…)` or `ignoring (…)`, then `group_left (…)` or `group_right (…)`.
    fn matching_clause(&mut self, matching: &mut VectorMatching) -> Result<()> {
        let TokenKind::Keyword(keyword @ (Keyword::On | Keyword::Ignoring)) = self.token.kind else { return Ok(()) };
        let start = self.advance().span;
        let labels = self.grouping_labels()?;
        matching.clause =
            Some(MatchingClause { span: start.to(labels.span), on: keyword == Keyword::On, labels: labels.list });
        matching.cardinality = match self.token.kind {
            TokenKind::Keyword(Keyword::GroupLeft) => Cardinality::ManyToOne,
            TokenKind::Keyword(Keyword::GroupRight) => Cardinality::OneToMany,
            _ => return Ok(()),
        };
        let start = self.advance().span;
        matching.include = Some(if self.token.kind == TokenKind::LeftParen {
            let labels = self.grouping_labels()?;
            Spanned::new(labels.list, start.to(labels.span))
        } else {
            Spanned::new(Vec::new(), start)
        });
        Ok(())
    }

    /// `fill (n)`, or `fill_left (n)` and `fill_right (n)` in either order. Returns the bytes of all of it.
    fn fill(&mut self, matching: &mut VectorMatching) -> Result<Option<Span>> {
        let start = self.token.span;
        if self.eat(TokenKind::Keyword(Keyword::Fill)).is_some() {
            let value = self.fill_value()?;
            (matching.fill_left, matching.fill_right) = (Some(value), Some(value));
            return Ok(Some(Span::new(start.start(), self.last_end)));
        }
        let mut seen = false;
        loop {
            let side = match self.token.kind {
                TokenKind::Keyword(Keyword::FillLeft) if matching.fill_left.is_none() => &mut matching.fill_left,
                TokenKind::Keyword(Keyword::FillRight) if matching.fill_right.is_none() => &mut matching.fill_right,
                _ => return Ok(seen.then(|| Span::new(start.start(), self.last_end))),
            };
            self.advance();
            *side = Some(self.fill_value()?);
            seen = true;
        }
    }

    fn fill_value(&mut self) -> Result<f64> {
        if self.eat(TokenKind::LeftParen).is_none() {
            return Err(self.give_up(None));
        }
        let Some(value) = self.signed_number() else { return Err(self.give_up(None)) };
        if self.token.kind != TokenKind::RightParen {
            return Err(self.give_up(None));
        }
        self.advance();
        Ok(value.value)
    }

    /// `(a, "b c", …)`. Where there is no parenthesis, or one thing in it that is no label, this is reported and the
    /// rest is read on.
    pub(super) fn grouping_labels(&mut self) -> Result<Labels> {
        let mut list = Vec::new();
        let Some(open) = self.eat(TokenKind::LeftParen) else {
            let help = help::missing_grouping_paren(self.token.kind, self.text(self.token.span));
            self.unexpected("grouping opts", "\"(\"", help);
            // Without the parenthesis the label is the likeliest thing to be in the way.
            if self.token.kind.is_grouping_label() {
                self.advance();
            }
            return Ok(Labels { list, span: Span::at(self.token.span.start()) });
        };
        let mut complained = false;
        while !matches!(self.token.kind, TokenKind::RightParen | TokenKind::End | TokenKind::Error) {
            match self.grouping_label() {
                Some(label) => list.push(label),
                None => {
                    if !complained {
                        self.unexpected("grouping opts", "label", None);
                    }
                    complained = true;
                    if self.token.kind != TokenKind::Comma {
                        self.advance();
                    }
                }
            }
            // One thing that is no label is passed over; after that, only a list that goes on makes sense.
            if self.eat(TokenKind::Comma).is_none() {
                break;
            }
        }
        let end = self.token.span;
        if self.eat(TokenKind::RightParen).is_some() {
            list.shrink_to_fit();
            return Ok(Labels { list, span: open.span.to(end) });
        }
        if !complained {
            self.unexpected("grouping opts", "\",\" or \")\"", None);
        }
        Err(Abort)
    }

    fn grouping_label(&mut self) -> Option<Spanned<String>> {
        let span = self.token.span;
        if self.token.kind.is_grouping_label() {
            self.advance();
            return Some(Spanned::new(self.word(span), span));
        }
        if self.token.kind != TokenKind::String {
            return None;
        }
        self.advance();
        let value = self.unquoted(span);
        match String::from_utf8(value) {
            Ok(name) if !name.is_empty() => Some(Spanned::new(name, span)),
            other => {
                let bytes = other.map_or_else(|error| error.into_bytes(), String::into_bytes);
                let quoted = crate::model::gofmt::quote(&bytes);
                self.error(span, format!("invalid label name for grouping: {quoted}"));
                Some(Spanned::new(String::new(), span))
            }
        }
    }
}
