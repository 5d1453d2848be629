//! Tokens to a tree.
//!
//! A Pratt parser: [`Parser::expression`] reads operators by their strength and keeps long chains of left-associative
//! operators in a loop. Types are checked while the tree grows ([`super::check`]), so no second pass over the tree is
//! needed; what the checks find is reported only if the syntax is right, as upstream does.

mod binary;
mod call;
mod duration;
mod literal;
mod metric;
mod postfix;
mod selector;

use super::ast::*;
use super::check::Checker;
use super::error::ParseError;
use super::lexer::Lexer;
use super::options::ParseOptions;
use super::token::{Token, TokenKind};
use crate::source::Span;

pub(super) use metric::parse_metric_pairs;

/// The parser gave up; what is wrong is among the errors.
struct Abort;

type Result<T> = std::result::Result<T, Abort>;

/// An expression with what its parents want to know of it.
struct Parsed {
    expr: Expr,
    value_type: ValueType,
    /// Levels of the tree, the left spine of binary operators not counted.
    height: usize,
}

/// Enough errors for one expression.
const MAX_ERRORS: usize = 50;

/// The state of the parser: one token of look-ahead.
pub(super) struct Parser<'a> {
    input: &'a [u8],
    options: &'a ParseOptions,
    lexer: Lexer<'a>,
    token: Token,
    /// The end of the last token that can end an expression.
    last_end: usize,
    depth: usize,
    /// The aggregation whose arguments are being read: syntax errors inside name it.
    aggregation: Option<Span>,
    errors: Vec<ParseError>,
    checker: Checker,
    /// The id of the next node.
    next_id: u32,
}

/// Reads and checks a whole expression.
pub(super) fn parse(input: &[u8], options: &ParseOptions) -> std::result::Result<Expr, Vec<ParseError>> {
    let mut parser = Parser::new(input, options);
    let result = parser.start();
    if result.is_err() {
        parser.drain();
    }
    let mut errors = parser.errors;
    if errors.is_empty() {
        errors = parser.checker.into_errors();
    }
    match result {
        Ok(parsed) if errors.is_empty() => Ok(parsed.expr),
        _ => Err(errors),
    }
}

impl<'a> Parser<'a> {
    fn new(input: &'a [u8], options: &'a ParseOptions) -> Self {
        let token = Token { kind: TokenKind::End, span: Span::at(0) };
        let mut parser = Parser {
            input,
            options,
            lexer: Lexer::new(input),
            token,
            last_end: 0,
            depth: 0,
            aggregation: None,
            errors: Vec::new(),
            checker: Checker::default(),
            next_id: 0,
        };
        parser.advance();
        parser
    }

    /// A node of the tree; its children were made before.
    fn node(&mut self, span: Span, kind: ExprKind) -> Expr {
        let id = NodeId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        Expr { id, span, kind }
    }

    /// A node without children.
    fn leaf(&mut self, span: Span, kind: ExprKind, value_type: ValueType) -> Parsed {
        Parsed { expr: self.node(span, kind), value_type, height: 1 }
    }

    fn start(&mut self) -> Result<Parsed> {
        if self.token.kind == TokenKind::End {
            self.error(Span::at(0), "no expression found in input");
            return Err(Abort);
        }
        let parsed = self.expression(Strength::Lowest)?;
        if self.token.kind != TokenKind::End {
            return Err(self.unexpected_after_expression());
        }
        Ok(parsed)
    }

    /// After giving up: what the lexer has to say about the rest is still worth knowing.
    fn drain(&mut self) {
        while !matches!(self.token.kind, TokenKind::End | TokenKind::Error) {
            self.advance();
        }
    }

    /// Goes to the next token and returns the one that was current.
    fn advance(&mut self) -> Token {
        let previous = self.token;
        if matches!(
            previous.kind,
            TokenKind::RightBrace
                | TokenKind::RightParen
                | TokenKind::RightBracket
                | TokenKind::Duration
                | TokenKind::Number
        ) {
            self.last_end = previous.span.end();
        }
        self.token = self.lexer.next_token().unwrap_or_else(|error| {
            let span = error.span;
            self.report(error);
            Token { kind: TokenKind::Error, span }
        });
        previous
    }

    /// Takes the token if it is of this kind.
    fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        (self.token.kind == kind).then(|| self.advance())
    }

    fn text(&self, span: Span) -> &'a [u8] {
        self.input.get(span.start()..span.end()).unwrap_or_default()
    }

    /// The text of a token that the lexer has found to be ASCII.
    fn word(&self, span: Span) -> String {
        String::from_utf8_lossy(self.text(span)).into_owned()
    }

    fn report(&mut self, error: ParseError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(ParseError::new(span, message));
    }

    /// Complains about the current token, unless the lexer has done so. `context` is where it stands, `expected` what
    /// should stand there; both may be empty.
    fn unexpected(&mut self, context: &str, expected: &str, help: Option<String>) {
        if self.token.kind == TokenKind::Error {
            return;
        }
        let mut message = format!("unexpected {}", self.token.kind.describe(self.text(self.token.span)));
        if !context.is_empty() {
            message.push_str(" in ");
            message.push_str(context);
        }
        if !expected.is_empty() {
            message.push_str(", expected ");
            message.push_str(expected);
        }
        let mut error = ParseError::new(self.token.span, message);
        error.help = help;
        self.report(error);
    }

    /// A syntax error that no other rule explains better. The innermost aggregation takes the blame for its arguments.
    fn give_up(&mut self, help: Option<String>) -> Abort {
        match self.aggregation {
            None => self.unexpected("", "", help),
            Some(aggregation) => {
                self.unexpected("aggregation", "", help);
                let end = self.last_end.max(aggregation.start());
                let span = Span::new(aggregation.start(), end);
                let error = ParseError::new(span, "no arguments for aggregate expression provided");
                self.report(error.as_consequence(true));
            }
        }
        Abort
    }

    fn unexpected_after_expression(&mut self) -> Abort {
        let help = super::help::after_expression(self.token, self.text(self.token.span));
        self.give_up(help)
    }

    /// Runs `read` one level further down.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let result = if self.depth > MAX_NESTING { Err(self.too_deep(self.token.span)) } else { read(self) };
        self.depth -= 1;
        result
    }

    fn too_deep(&mut self, span: Span) -> Abort {
        let message = format!("expression nests deeper than {MAX_NESTING} levels");
        self.report(ParseError::new(span, message).with_help("split the expression into recording rules"));
        Abort
    }

    fn check_height(&mut self, height: usize, span: Span) -> Result<usize> {
        if height > MAX_NESTING { Err(self.too_deep(span)) } else { Ok(height) }
    }

    /// An expression whose operators are all stronger than `weakest`.
    fn expression(&mut self, weakest: Strength) -> Result<Parsed> {
        self.nested(|parser| {
            let mut left = parser.operand()?;
            while let Some(op) = parser.binary_operator() {
                let strength = Strength::of(op);
                if strength <= weakest && !(strength == Strength::Power && weakest == Strength::Power) {
                    break;
                }
                left = parser.binary(left, op, strength)?;
            }
            Ok(left)
        })
    }

    fn binary_operator(&self) -> Option<BinaryOp> {
        match self.token.kind {
            TokenKind::Operator(op) => Some(op),
            _ => None,
        }
    }

    /// Everything that binds more tightly than a binary operator.
    fn operand(&mut self) -> Result<Parsed> {
        match self.token.kind {
            TokenKind::Operator(op @ (BinaryOp::Add | BinaryOp::Sub)) => self.sign(op == BinaryOp::Sub),
            _ => {
                let primary = self.primary()?;
                self.postfix(primary)
            }
        }
    }

    /// `-expr`, `+expr`: as strong as `*`, so only `^` is stronger. The sign of a number belongs to the number.
    fn sign(&mut self, negative: bool) -> Result<Parsed> {
        let start = self.advance().span.start();
        let mut parsed = self.expression(Strength::Product)?;
        let span = Span::new(start, parsed.expr.span.end());
        if let ExprKind::Number(number) = &mut parsed.expr.kind {
            if negative {
                number.value = -number.value;
            }
            parsed.expr.span = span;
            return Ok(parsed);
        }
        self.checker.unary(span, parsed.value_type);
        let height = self.check_height(parsed.height + 1, span)?;
        let unary = UnaryExpr { negative, operand: parsed.expr };
        let expr = self.node(span, ExprKind::Unary(Box::new(unary)));
        Ok(Parsed { expr, value_type: parsed.value_type, height })
    }

    fn primary(&mut self) -> Result<Parsed> {
        match self.token.kind {
            TokenKind::Number | TokenKind::Duration => Ok(self.number_literal()),
            TokenKind::String => Ok(self.string_literal()),
            TokenKind::LeftParen => self.paren(),
            TokenKind::LeftBrace => self.selector(None),
            kind if kind.is_metric_name() => self.named(),
            _ => {
                let help = super::help::expression_start(self.token, self.text(self.token.span));
                Err(self.give_up(help))
            }
        }
    }

    fn paren(&mut self) -> Result<Parsed> {
        let open = self.advance().span;
        let inner = self.expression(Strength::Lowest)?;
        if self.token.kind != TokenKind::RightParen {
            return Err(self.unexpected_after_expression());
        }
        let span = open.to(self.advance().span);
        let height = self.check_height(inner.height + 1, span)?;
        let expr = self.node(span, ExprKind::Paren(Box::new(inner.expr)));
        Ok(Parsed { expr, value_type: inner.value_type, height })
    }

    /// A name: of a function if parentheses follow, of an aggregation, or of a metric.
    fn named(&mut self) -> Result<Parsed> {
        let name = self.advance();
        let paren_follows = self.token.kind == TokenKind::LeftParen;
        match name.kind {
            TokenKind::Aggregate(op) if paren_follows || self.at_grouping() => self.aggregate(op, name.span),
            TokenKind::Identifier | TokenKind::Time(_) if paren_follows => self.call(name.span),
            _ => self.selector(Some(name.span)),
        }
    }
}

/// How strongly operators bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Lowest,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Power,
}

impl Strength {
    fn of(op: BinaryOp) -> Strength {
        match op {
            BinaryOp::Or => Strength::Or,
            BinaryOp::And | BinaryOp::Unless => Strength::And,
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::TrimUpper
            | BinaryOp::TrimLower => Strength::Comparison,
            BinaryOp::Add | BinaryOp::Sub => Strength::Sum,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Atan2 => Strength::Product,
            BinaryOp::Pow => Strength::Power,
        }
    }
}
