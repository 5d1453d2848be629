//! The type checker: upstream's checks with upstream's messages (`promql/parser/parse.go`, `checkAST`).
//!
//! The parser calls it for each node it has built, children first, so nothing is walked twice. Where upstream reports
//! a parent before its children the error is inserted at a mark that was taken before the children were read.

use std::fmt::Display;

use super::ast::*;
use super::error::ParseError;
use super::functions::Function;
use super::help;
use super::regex;
use crate::model::gofmt::quote;
use crate::model::labels::METRIC_NAME;
use crate::source::Span;

/// Enough errors for one expression; also keeps [`Checker::insert`] cheap.
const MAX_ERRORS: usize = 50;

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Checker {
    errors: Vec<ParseError>,
}

impl ValueType {
    /// The type as the documentation and most messages name it.
    pub const fn documented(self) -> &'static str {
        match self {
            ValueType::Scalar => "scalar",
            ValueType::Vector => "instant vector",
            ValueType::Matrix => "range vector",
            ValueType::String => "string",
        }
    }

    /// The type as the HTTP API and a few messages name it.
    pub const fn name(self) -> &'static str {
        match self {
            ValueType::Scalar => "scalar",
            ValueType::Vector => "vector",
            ValueType::Matrix => "matrix",
            ValueType::String => "string",
        }
    }

    const fn is_operand(self) -> bool {
        matches!(self, ValueType::Scalar | ValueType::Vector)
    }
}

impl Checker {
    pub(super) fn into_errors(self) -> Vec<ParseError> {
        self.errors
    }

    /// The place in the list of errors of what comes next.
    pub(super) fn mark(&self) -> usize {
        self.errors.len()
    }

    fn report(&mut self, error: ParseError) {
        self.insert(self.errors.len(), error);
    }

    fn insert(&mut self, mark: usize, error: ParseError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.insert(mark.min(self.errors.len()), error);
        }
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.report(ParseError::new(span, message));
    }

    pub(super) fn unary(&mut self, span: Span, operand: ValueType) {
        if !operand.is_operand() {
            let rule = "unary expression only allowed on expressions of type scalar or instant vector";
            let error = ParseError::of_types(span, format!("{rule}, got {}", quote(operand.documented().as_bytes())));
            self.report(match operand {
                ValueType::Matrix => error.with_help("negate the result of a function: `-rate(metric[5m])`"),
                _ => error,
            });
        }
    }

    pub(super) fn subquery(&mut self, span: Span, inner: ValueType) {
        if inner != ValueType::Vector {
            let message = format!("subquery is only allowed on instant vector, got {} instead", inner.name());
            self.report(ParseError::of_types(span, message));
        }
    }

    /// `name` is the name in front of the braces.
    pub(super) fn selector(&mut self, selector: &VectorSelector, name: Option<Span>, span: Span) {
        if let (Some(_), Some(outer)) = (name, &selector.name) {
            for matcher in selector.matchers.iter().filter(|matcher| matcher.name.value == METRIC_NAME) {
                let (outer, inner) = (quote(outer.value.as_bytes()), quote(&matcher.value.value));
                let error = ParseError::new(span, format!("metric name must not be set twice: {outer} or {inner}"));
                self.report(error.with_related(matcher.span, "set again here"));
            }
            return;
        }
        let named = selector.name.as_ref().is_some_and(|name| !name.value.is_empty());
        if !named && selector.matchers.iter().all(regex::matches_empty) {
            let error = ParseError::new(span, "vector selector must contain at least one non-empty matcher");
            self.report(error.with_help("add a metric name, or a matcher that does not match the empty text"));
        }
    }

    /// Also settles what the parser left open: the cardinality of set operators, and that there is no matching with
    /// scalars. `op_span` covers the operator and its modifiers.
    pub(super) fn binary(
        &mut self,
        binary: &mut BinaryExpr,
        span: Span,
        (left, right): (ValueType, ValueType),
        op_span: Span,
    ) {
        let op = binary.op;
        if let Some(modifier) = binary.bool_modifier
            && !op.is_comparison()
        {
            let error = ParseError::new(op_span, "bool modifier can only be used on comparison operators");
            self.report(error.with_related(modifier.span(), "remove this"));
        }
        let both_scalar = (left, right) == (ValueType::Scalar, ValueType::Scalar);
        if op.is_comparison() && binary.bool_modifier.is_none() && both_scalar {
            let error = ParseError::of_types(op_span, "comparisons between scalars must use BOOL modifier");
            self.report(error.with_help(format!("write `{} bool`", op.symbol())));
        }
        self.clauses_overlap(binary, op_span);
        for (side, value_type) in [(&binary.lhs, left), (&binary.rhs, right)] {
            if !value_type.is_operand() {
                let message = "binary expression must contain only scalar and instant vector types";
                let error = ParseError::of_types(side.span, message);
                self.report(match value_type {
                    ValueType::Matrix => error.with_help(help::RANGE_OPERAND),
                    _ => error,
                });
            }
        }
        self.matching(binary, span, left == ValueType::Vector && right == ValueType::Vector);
        if op.is_set() && (left == ValueType::Scalar || right == ValueType::Scalar) {
            let op = quote(op.symbol().as_bytes());
            let error =
                ParseError::of_types(span, format!("set operator {op} not allowed in binary scalar expression"));
            self.report(error.with_help("turn the number into a vector with `vector(…)`"));
        }
    }

    /// A label that both identifies a match and is copied from the other side.
    fn clauses_overlap(&mut self, binary: &BinaryExpr, op_span: Span) {
        let Some(VectorMatching { clause: Some(clause), include: Some(include), .. }) = binary.matching.as_deref()
        else {
            return;
        };
        if !clause.on {
            return;
        }
        let mut copied: Vec<&str> = include.value.iter().map(|label| label.value.as_str()).collect();
        copied.sort_unstable();
        for label in clause.labels.iter().filter(|label| copied.binary_search(&label.value.as_str()).is_ok()) {
            let name = quote(label.value.as_bytes());
            let error = ParseError::new(op_span, format!("label {name} must not occur in ON and GROUP clause at once"));
            self.report(error.with_related(label.span, "matched here").with_related(include.span, "copied here"));
        }
    }

    fn matching(&mut self, binary: &mut BinaryExpr, span: Span, both_vectors: bool) {
        let Some(matching) = &mut binary.matching else { return };
        let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
        if !both_vectors {
            let labels = matching.clause.as_ref().is_some_and(|clause| !clause.labels.is_empty());
            binary.matching = None;
            if labels {
                self.report(ParseError::of_types(span, "vector matching only allowed between instant vectors"));
            }
            if fills {
                let message = "filling in missing series only allowed between instant vectors";
                self.report(ParseError::of_types(span, message));
            }
            return;
        }
        if !binary.op.is_set() {
            return;
        }
        let grouped = matching.cardinality != Cardinality::OneToOne;
        if !grouped {
            matching.cardinality = Cardinality::ManyToMany;
        }
        if grouped {
            let op = quote(binary.op.symbol().as_bytes());
            self.error(span, format!("no grouping allowed for {op} operation"));
            let error = ParseError::new(span, "set operations must always be many-to-many");
            self.report(error.as_consequence(true));
        }
        if fills {
            self.error(span, "filling in missing series not allowed for set operators");
        }
    }

    /// `mark`: before the arguments. `parameter_errors`: behind the errors of the parameter. Upstream looks at what is
    /// aggregated before it looks at the parameter.
    pub(super) fn aggregate(
        &mut self,
        op: AggregateOp,
        mark: usize,
        parameter_errors: usize,
        param: Option<(Span, ValueType)>,
        inner: (Span, ValueType),
    ) {
        let parameter: Vec<ParseError> = self.errors.drain(mark..parameter_errors.max(mark)).collect();
        self.expect(inner, ValueType::Vector, "aggregation expression");
        self.errors.extend(parameter);
        if let Some(param) = param {
            let wanted = if op == AggregateOp::CountValues { ValueType::String } else { ValueType::Scalar };
            self.expect(param, wanted, "aggregation parameter");
        }
    }

    fn expect(&mut self, (span, got): (Span, ValueType), wanted: ValueType, context: impl Display) {
        if got != wanted {
            let message = format!("expected type {} in {context}, got {}", wanted.documented(), got.documented());
            let mut error = ParseError::of_types(span, message);
            error.help = help::conversion(wanted, got);
            self.report(error);
        }
    }

    /// `mark`: before the arguments.
    pub(super) fn call(
        &mut self,
        function: &'static Function,
        span: Span,
        mark: usize,
        arguments: &[(Span, ValueType)],
    ) {
        let (got, name) = (arguments.len(), function.name);
        let (fewest, most) = (function.min_args(), function.max_args());
        let wrong = match most {
            Some(most) if most == fewest && got != most => Some(format!("{most}")),
            _ if got < fewest => Some(format!("at least {fewest}")),
            Some(most) if got > most => Some(format!("at most {most}")),
            _ => None,
        };
        if let Some(expected) = wrong {
            let name = quote(name.as_bytes());
            let error = ParseError::new(span, format!("expected {expected} argument(s) in call to {name}, got {got}"));
            self.insert(mark, error.with_help(help::signature(function)));
        }
        let checked = if function.variadic == 0 { function.args.len() } else { usize::MAX };
        for (index, argument) in arguments.iter().enumerate().take(checked) {
            if let Some(wanted) = function.arg_type(index) {
                self.expect(*argument, wanted, format_args!("call to function \"{name}\""));
            }
        }
    }

    /// The second argument of `info` is not evaluated: it only lists matchers. `mark`: before that argument.
    pub(super) fn info_selector(&mut self, value_type: ValueType, argument: &Expr, span: Span, mark: usize) {
        if value_type != ValueType::Vector {
            let (wanted, got) = (ValueType::Vector.documented(), value_type.documented());
            let message = format!("expected type {wanted} in call to function \"info\", got {got}");
            self.report(ParseError::of_types(span, message));
        }
        match &argument.kind {
            ExprKind::Vector(selector) if selector.has_outer_name() => {
                let message = "expected label selectors only, got vector selector instead";
                let error = ParseError::new(argument.span, message);
                self.report(error.with_help("leave the name out: `info(metric, {label=\"value\"})`"));
            }
            // Matchers that match everything are fine here.
            ExprKind::Vector(_) => self.errors.truncate(mark),
            _ => self.error(argument.span, "expected label selectors only"),
        }
    }
}
