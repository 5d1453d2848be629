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
pub use error::ParseError;
pub use options::ParseOptions;
pub use printer::is_plain_label;

use crate::model::Labels;

/// Parses and type-checks an expression. On failure every error that was found, in the order of upstream's list: the
/// first is the one that Prometheus reports.
pub fn parse(text: &str, options: &ParseOptions) -> Result<Expr, Vec<ParseError>> {
    parse_bytes(text.as_bytes(), options)
}

/// As [`parse`], for text that may not be UTF-8 (which is an error with a place of its own).
pub fn parse_bytes(text: &[u8], options: &ParseOptions) -> Result<Expr, Vec<ParseError>> {
    parser::parse(text, options)
}

/// Parses a metric as test files write it: `name{label="value"}`, `{"utf8 name", label="value"}`, `name`, `{}` or
/// nothing at all.
pub fn parse_metric(text: &str) -> Result<Labels, ParseError> {
    parser::parse_metric(text)
}
