//! Function calls and aggregations.

use smallvec::SmallVec;

use super::*;
use crate::promql::functions;
use crate::promql::help;
use crate::promql::token::Keyword;

/// Arguments between parentheses.
struct Arguments {
    list: SmallVec<[Parsed; 2]>,
    /// How many errors the checker had found before each argument.
    marks: SmallVec<[usize; 4]>,
    /// Parentheses included.
    span: Span,
}

/// What stands in the tree where something is wrong; nobody looks at it.
fn nothing() -> ExprKind {
    ExprKind::String(Box::new(StringLiteral { value: Vec::new() }))
}

impl Parser<'_> {
    /// `name(args)`, the name was read.
    pub(super) fn call(&mut self, name_span: Span) -> Result<Parsed> {
        let name = self.word(name_span);
        let is_old_name = self.options.old_names && name == functions::HOLT_WINTERS;
        let function = functions::by_name(if is_old_name { "double_exponential_smoothing" } else { &name });
        let mark = self.checker.mark();
        let arguments = self.arguments()?;
        let span = name_span.to(arguments.span);
        let Some(function) = function else {
            let quoted = crate::model::gofmt::quote(name.as_bytes());
            let mut error = ParseError::new(name_span, format!("unknown function with name {quoted}"));
            error.help = help::unknown_function(&name);
            self.report(error);
            // The type is never looked at: with a syntax error nothing is checked.
            return Ok(self.leaf(span, nothing(), ValueType::Vector));
        };
        if function.experimental && !self.options.experimental_functions && !is_old_name {
            let quoted = crate::model::gofmt::quote(name.as_bytes());
            let error = ParseError::new(name_span, format!("function {quoted} is not enabled"));
            self.report(error.with_help(help::FUNCTION_GATE));
        }
        let types: SmallVec<[(Span, ValueType); 4]> =
            arguments.list.iter().map(|argument| (argument.expr.span, argument.value_type)).collect();
        self.checker.call(function, span, mark, &types);
        if function.name == "info"
            && let (Some(second), Some(mark)) = (arguments.list.get(1), arguments.marks.get(1))
        {
            self.checker.info_selector(second.value_type, &second.expr, span, *mark);
        }
        let height = arguments.list.iter().map(|argument| argument.height).max().unwrap_or_default();
        let height = self.check_height(height + 1, span)?;
        // Not collected in place: that would keep the memory of what the parser knows of each argument.
        let mut args = Vec::with_capacity(arguments.list.len());
        args.extend(arguments.list.into_iter().map(|argument| argument.expr));
        let expr = self.node(span, ExprKind::Call(Box::new(Call { function, name_span, args })));
        Ok(Parsed { expr, value_type: function.returns, height })
    }

    fn arguments(&mut self) -> Result<Arguments> {
        let open = self.advance().span;
        let mut arguments = Arguments { list: SmallVec::new(), marks: SmallVec::new(), span: open };
        if let Some(close) = self.eat(TokenKind::RightParen) {
            arguments.span = open.to(close.span);
            return Ok(arguments);
        }
        self.argument(&mut arguments)?;
        while let Some(comma) = self.eat(TokenKind::Comma) {
            if self.token.kind.starts_expression() {
                self.argument(&mut arguments)?;
            } else {
                let error = ParseError::new(comma.span, "trailing commas not allowed in function call args");
                let unreadable = self.token.kind == TokenKind::Error;
                self.report(error.with_help("remove the comma").as_consequence(unreadable));
            }
        }
        if self.token.kind != TokenKind::RightParen {
            return Err(self.unexpected_after_expression());
        }
        arguments.span = open.to(self.advance().span);
        Ok(arguments)
    }

    fn argument(&mut self, arguments: &mut Arguments) -> Result<()> {
        arguments.marks.push(self.checker.mark());
        let argument = self.expression(Strength::Lowest)?;
        arguments.list.push(argument);
        Ok(())
    }

    /// Whether `by` or `without` comes next.
    pub(super) fn at_grouping(&self) -> bool {
        matches!(self.token.kind, TokenKind::Keyword(Keyword::By | Keyword::Without))
    }

    fn grouping(&mut self) -> Result<Grouping> {
        let keyword = self.advance();
        let labels = self.grouping_labels()?;
        Ok(Grouping {
            span: keyword.span.to(labels.span),
            without: keyword.kind == TokenKind::Keyword(Keyword::Without),
            labels: labels.list,
        })
    }

    /// `sum by (a) (args)` or `sum(args) by (a)`, the operator was read.
    pub(super) fn aggregate(&mut self, op: AggregateOp, op_span: Span) -> Result<Parsed> {
        let mut grouping = if self.at_grouping() { Some(self.grouping()?) } else { None };
        let outer = self.aggregation.replace(op_span);
        if self.token.kind != TokenKind::LeftParen {
            return Err(self.unexpected_after_expression());
        }
        let mark = self.checker.mark();
        let arguments = self.arguments()?;
        self.aggregation = outer;
        if grouping.is_none() && self.at_grouping() {
            grouping = Some(self.grouping()?);
        }
        let end =
            grouping.as_ref().map_or(arguments.span.end(), |grouping| grouping.span.end().max(arguments.span.end()));
        let span = Span::new(op_span.start(), end);
        let height = arguments.list.iter().map(|argument| argument.height).max().unwrap_or_default();
        let height = self.check_height(height + 1, span)?;
        let list = self.aggregate_arguments(op, span, mark, arguments);
        let (param, expr) = match list {
            Some((param, expr)) => (param, expr),
            None => (None, self.node(span, nothing())),
        };
        let aggregate = AggregateExpr { op, op_span, grouping, param: param.map(Box::new), expr };
        let expr = self.node(span, ExprKind::Aggregate(Box::new(aggregate)));
        Ok(Parsed { expr, value_type: ValueType::Vector, height })
    }

    /// The parameter and what is aggregated; `None` after an error.
    fn aggregate_arguments(
        &mut self,
        op: AggregateOp,
        span: Span,
        mark: usize,
        arguments: Arguments,
    ) -> Option<(Option<Expr>, Expr)> {
        if arguments.list.is_empty() {
            self.error(span, "no arguments for aggregate expression provided");
            return None;
        }
        if op.is_experimental() && !self.options.experimental_functions {
            let flag = "must be enabled with --enable-feature=promql-experimental-functions";
            self.error(span, format!("{}() is experimental and {flag}", op.name()));
            return None;
        }
        let expected = 1 + usize::from(op.has_param());
        let got = arguments.list.len();
        let problem = "wrong number of arguments for aggregate expression provided";
        if got != expected {
            let error = ParseError::new(span, format!("{problem}, expected {expected}, got {got}"));
            self.report(error.with_help(help::aggregate_form(op)));
            return None;
        }
        let parameter_errors = arguments.marks.get(1).copied().unwrap_or(mark);
        let mut list = arguments.list.into_iter();
        let param = if op.has_param() { list.next() } else { None };
        let inner = list.next()?;
        self.checker.aggregate(
            op,
            mark,
            parameter_errors,
            param.as_ref().map(|p| (p.expr.span, p.value_type)),
            (inner.expr.span, inner.value_type),
        );
        Some((param.map(|param| param.expr), inner.expr))
    }
}
