//! PromQL as a language: lexer, parser with spans on every part, checker, canonical printer, function table.
//! Evaluates nothing.

pub mod ast;
mod check;
mod error;
pub mod functions;
mod help;
mod lexer;
mod ops;
mod options;
mod parser;
mod printer;
pub mod regex;
pub mod series;
mod token;
pub mod tree;

pub use ast::Expr;
pub use error::{ParseError, ParseErrorKind};
pub use options::ParseOptions;
pub use printer::is_plain_label;

use crate::model::Labels;
use crate::source::Span;

/// Longer expressions are refused, in bytes: a tree takes some hundred times the memory of its text, and the longest
/// expressions in use have some ten thousand bytes.
pub const MAX_EXPRESSION_BYTES: usize = 1 << 20;

/// Parses and type-checks an expression. On failure every error that was found, in the order of upstream's list: the
/// first is the one that Prometheus reports.
pub fn parse(text: &str, options: &ParseOptions) -> Result<Expr, Vec<ParseError>> {
    parse_bytes(text.as_bytes(), options)
}

/// As [`parse`], for text that may not be UTF-8 (which is an error with a place of its own).
pub fn parse_bytes(text: &[u8], options: &ParseOptions) -> Result<Expr, Vec<ParseError>> {
    check_length("expression", text)
        .map_err(|error| vec![error.with_help("split the expression into recording rules")])?;
    parser::parse(text, options)
}

/// Parses a metric as test files write it: `name{label="value"}`, `{"utf8 name", label="value"}`, `name`, `{}` or
/// nothing at all.
///
/// # Errors
/// Where the text is something else, or has more than [`MAX_EXPRESSION_BYTES`].
pub fn parse_metric(text: &str) -> Result<Labels, ParseError> {
    metric_pairs(text).map(Labels::from_pairs)
}

/// The names and values of a metric as they are written, also those that a set of labels cannot hold.
fn metric_pairs(text: &str) -> Result<Vec<(String, String)>, ParseError> {
    check_length("metric", text.as_bytes())?;
    parser::parse_metric_pairs(text)
}

fn check_length(what: &str, text: &[u8]) -> Result<(), ParseError> {
    if text.len() <= MAX_EXPRESSION_BYTES {
        return Ok(());
    }
    let message = format!("{what} has {} bytes, more than {MAX_EXPRESSION_BYTES}", text.len());
    Err(ParseError::new(Span::at(0), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_refused() {
        let metric = |bytes: usize| format!(r#"up{{job="{}"}}"#, "x".repeat(bytes - 10));
        assert!(parse_metric(&metric(MAX_EXPRESSION_BYTES)).is_ok());
        let long = metric(MAX_EXPRESSION_BYTES + 1);
        let refused = parse_metric(&long).expect_err("it is too long");
        insta::assert_snapshot!(refused.message, @"metric has 1048577 bytes, more than 1048576");
        let refused = parse(&long, &ParseOptions::default()).expect_err("it is too long");
        insta::assert_snapshot!(refused[0].message, @"expression has 1048577 bytes, more than 1048576");
    }
}
