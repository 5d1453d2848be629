//! Vector selectors and label matchers.

use super::*;
use crate::model::labels::METRIC_NAME;
use crate::promql::regex;
use crate::source::Spanned;

impl Parser<'_> {
    /// `name{…}`, `name` or `{…}`; the name was read.
    pub(super) fn selector(&mut self, name: Option<Span>) -> Result<Parsed> {
        let mut selector = VectorSelector {
            name: name.map(|span| Spanned::new(self.word(span).into_boxed_str(), span)),
            braces: None,
            matchers: Vec::new(),
            modifiers: Modifiers::default(),
        };
        if self.token.kind == TokenKind::LeftBrace {
            let open = self.advance().span;
            self.matchers(&mut selector)?;
            let close = self.advance().span;
            selector.matchers.shrink_to_fit();
            selector.braces = Some(open.to(close));
        }
        let braces = selector.braces;
        let span = match (name, braces) {
            (Some(name), Some(braces)) => name.to(braces),
            (Some(span), None) | (None, Some(span)) => span,
            (None, None) => Span::at(self.token.span.start()),
        };
        self.checker.selector(&selector, name, span);
        Ok(self.leaf(span, ExprKind::Vector(Box::new(selector)), ValueType::Vector))
    }

    /// Everything up to the closing brace, which is the current token afterwards.
    fn matchers(&mut self, selector: &mut VectorSelector) -> Result<()> {
        if self.token.kind == TokenKind::RightBrace {
            return Ok(());
        }
        loop {
            self.matcher(selector);
            // After an error: to where the next matcher may begin.
            if !matches!(self.token.kind, TokenKind::Comma | TokenKind::RightBrace) {
                self.unexpected_in_list();
                while !self.at_list_end() {
                    self.advance();
                }
            }
            if self.eat(TokenKind::Comma).is_some() && self.token.kind != TokenKind::RightBrace {
                continue;
            }
            return if self.token.kind == TokenKind::RightBrace { Ok(()) } else { Err(Abort) };
        }
    }

    fn at_list_end(&self) -> bool {
        matches!(self.token.kind, TokenKind::Comma | TokenKind::RightBrace | TokenKind::End | TokenKind::Error)
    }

    fn unexpected_in_list(&mut self) {
        let last_is_error = self.errors.last().is_some_and(|error| error.span == self.token.span);
        if !last_is_error {
            self.unexpected("label matching", "\",\" or \"}\"", None);
        }
    }

    /// `name="value"` or `"metric name"`. After an error the list goes on.
    fn matcher(&mut self, selector: &mut VectorSelector) {
        let name_span = self.token.span;
        let name = match self.token.kind {
            TokenKind::Identifier => self.text(name_span).to_vec(),
            TokenKind::String => self.unquoted(name_span),
            _ => {
                self.unexpected("label matching", "identifier or \"}\"", None);
                return;
            }
        };
        let quoted = self.advance().kind == TokenKind::String;
        let Ok(name) = String::from_utf8(name) else {
            self.error(name_span, "invalid UTF-8 in a label name");
            return;
        };
        let name = Spanned::new(name, name_span);
        let Some(op) = self.match_op() else {
            if quoted {
                quoted_name(selector, name);
            } else {
                self.unexpected("label matching", "label matching operator", None);
            }
            return;
        };
        let op_span = self.advance().span;
        if self.token.kind != TokenKind::String {
            let help = super::super::help::matcher_value(self.token.kind, self.text(self.token.span));
            self.unexpected_value(help);
            return;
        }
        let value_span = self.advance().span;
        let value = Spanned::new(self.unquoted(value_span), value_span);
        let span = name_span.to(value_span);
        let matcher = Matcher { span, name, op, op_span, value };
        if let Err(error) = regex::check_matcher(&matcher) {
            self.report(error);
        }
        selector.matchers.push(matcher);
    }

    fn match_op(&self) -> Option<MatchOp> {
        match self.token.kind {
            TokenKind::Assign => Some(MatchOp::Equal),
            TokenKind::Operator(BinaryOp::NotEqual) => Some(MatchOp::NotEqual),
            TokenKind::Match(op) => Some(op),
            _ => None,
        }
    }

    /// A value that is not quoted, in upstream's words.
    fn unexpected_value(&mut self, help: Option<String>) {
        self.unexpected("label matching", "string", help);
    }
}

/// A quoted text on its own is the metric's name. A second one can only be a matcher.
fn quoted_name(selector: &mut VectorSelector, name: Spanned<String>) {
    if selector.name.is_none() {
        selector.name = Some(Spanned::new(name.value.into_boxed_str(), name.span));
        return;
    }
    let span = name.span;
    selector.matchers.push(Matcher {
        span,
        name: Spanned::new(METRIC_NAME.to_owned(), span),
        op: MatchOp::Equal,
        op_span: Span::at(span.start()),
        value: Spanned::new(name.value.into_bytes(), span),
    });
}
