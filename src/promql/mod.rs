//! PromQL as a language: lexer, parser with spans on every part, checker, canonical printer, function table.
//! Evaluates nothing.

pub mod ast;
mod check;
mod comments;
mod error;
pub mod functions;
mod help;
mod lexer;
pub mod newer;
mod ops;
mod options;
mod parser;
mod printer;
pub mod regex;
pub mod series;
mod token;
pub mod tree;
mod version;

pub use ast::Expr;
pub use comments::{comments, without_texts};
pub use error::{ParseError, ParseErrorKind};
pub use options::ParseOptions;
pub use printer::is_plain_label;
pub use version::Version;

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
/// Where the text is something else, gives a label twice, or has more than [`MAX_EXPRESSION_BYTES`].
pub fn parse_metric(text: &str) -> Result<Labels, ParseError> {
    let pairs = metric_pairs(text)?;
    if let Some(name) = name_given_twice(&pairs) {
        let message = format!("the label `{name}` is given twice");
        return Err(ParseError::new(Span::new(0, text.len()), message));
    }
    Ok(Labels::from_pairs(pairs))
}

/// A label with an empty value is as if it were not there.
fn name_given_twice(pairs: &[(String, String)]) -> Option<&str> {
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    let mut names: Vec<&str> = given.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first().copied())
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
    fn a_metric_gives_each_label_once() {
        let message = |text: &str| parse_metric(text).expect_err("a label is given twice").message;
        insta::assert_snapshot!(message(r#"up{job="a",job="a"}"#), @"the label `job` is given twice");
        assert!(parse_metric(r#"up{job="a",job=""}"#).is_ok());
        assert!(parse_metric(r#"up{__name__="down"}"#).is_ok());
    }

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
