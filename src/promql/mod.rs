//! PromQL as a language: lexer, parser with spans on every part, checker, canonical printer, function table.
//! Evaluates nothing.

pub mod ast;
pub mod functions;

pub use ast::Expr;
