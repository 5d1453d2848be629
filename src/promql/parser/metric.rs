//! A metric as test files write it: the labels of one series.

use super::*;
use crate::model::labels::METRIC_NAME;

/// Reads `name{label="value"}`, `{"utf8 name", label="value"}`, `name` or nothing: names and values as they are written,
/// but for a name inside the braces that one before them replaces.
pub(in crate::promql) fn parse_metric_pairs(text: &str) -> std::result::Result<Vec<(String, String)>, ParseError> {
    let options = ParseOptions::all();
    let mut parser = Parser::new(text.as_bytes(), &options);
    let result = parser.metric();
    match (parser.errors.into_iter().next(), result) {
        (None, Ok(pairs)) => Ok(pairs),
        (Some(error), _) => Err(error),
        (None, Err(Abort)) => Err(ParseError::new(Span::new(0, text.len()), "not a metric")),
    }
}

impl Parser<'_> {
    fn metric(&mut self) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        let name = if self.token.kind.is_metric_name() {
            let span = self.advance().span;
            Some(self.word(span))
        } else {
            None
        };
        if self.eat(TokenKind::LeftBrace).is_some() {
            self.label_set(&mut pairs)?;
        }
        if self.token.kind != TokenKind::End {
            return Err(self.give_up(None));
        }
        if let Some(name) = name {
            pairs.retain(|(label, _)| label != METRIC_NAME);
            pairs.push((METRIC_NAME.to_owned(), name));
        }
        Ok(pairs)
    }

    /// `label="value", "metric name"}`
    fn label_set(&mut self, pairs: &mut Vec<(String, String)>) -> Result<()> {
        while self.eat(TokenKind::RightBrace).is_none() {
            let quoted = self.token.kind == TokenKind::String;
            if !quoted && self.token.kind != TokenKind::Identifier {
                self.unexpected("label set", "identifier or \"}\"", None);
                return Err(Abort);
            }
            let span = self.advance().span;
            let name = if quoted { self.unquoted_text(span)? } else { self.word(span) };
            if self.eat(TokenKind::Assign).is_some() {
                if self.token.kind != TokenKind::String {
                    self.unexpected("label set", "string", None);
                    return Err(Abort);
                }
                let span = self.advance().span;
                pairs.push((name, self.unquoted_text(span)?));
            } else if quoted {
                pairs.push((METRIC_NAME.to_owned(), name));
            } else {
                self.unexpected("label set", "\"=\"", None);
                return Err(Abort);
            }
            if self.eat(TokenKind::Comma).is_none() && self.token.kind != TokenKind::RightBrace {
                self.unexpected("label set", "\",\" or \"}\"", None);
                return Err(Abort);
            }
        }
        Ok(())
    }

    fn unquoted_text(&mut self, span: Span) -> Result<String> {
        String::from_utf8(self.unquoted(span)).map_err(|_| {
            self.error(span, "invalid UTF-8 in a label");
            Abort
        })
    }
}
