//! `promql/nan-in-aggregation`: a sum or an average of quotients whose divisor may be 0.

use rustc_hash::FxHashSet;

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::recording::{Place, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, AggregateOp, BinaryOp, Call, ExprKind};
use crate::rules::Rule as FileRule;
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("promql/nan-in-aggregation", Warning, likely, "a sum or average of quotients whose divisor may be 0");

/// Definitions behind definitions are followed so far.
const MAX_DEPTH: usize = 8;

pub(super) struct NanInAggregation;

impl LintRule for NanInAggregation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let search = Search { recording: cx.recording() };
        for file in cx.rule_files() {
            for rule in file.rules.groups.iter().flat_map(|group| &group.rules) {
                let Some(expr) = &rule.parsed else { continue };
                expr.walk(&mut |part| {
                    // What a rule reads of itself is a matter of the evaluation before.
                    let mut visited = FxHashSet::from_iter([rule.name.text()]);
                    if let ExprKind::Aggregate(aggregate) = &part.kind
                        && is_spoilt_by_nan(aggregate.op)
                        && let Some(quotient) = search.quotient(&aggregate.expr, &mut visited)
                    {
                        out.push(report(&file, rule, aggregate, &quotient));
                    }
                });
            }
        }
    }
}

/// Whether one NaN among the elements makes the result NaN. (`min`, `max`, `topk` and `quantile` pass it over.)
fn is_spoilt_by_nan(op: AggregateOp) -> bool {
    matches!(op, AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Stddev | AggregateOp::Stdvar)
}

/// A division that may give NaN.
struct Quotient<'a> {
    /// The divisor, or the selector of the recorded series that holds the quotient: bytes of the aggregating expression.
    here: Span,
    /// The divisor in the definition of a recorded series.
    recorded: Option<(FileContext<'a>, &'a FileRule, Span)>,
}

/// Looks for quotients, also in what was recorded.
struct Search<'r, 'a> {
    recording: &'r Recording<'a>,
}

impl<'a> Search<'_, 'a> {
    /// The first quotient among what makes up the value of `expr`.
    fn quotient(&self, expr: &Expr, visited: &mut FxHashSet<&'a str>) -> Option<Quotient<'a>> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.quotient(inner, visited),
            ExprKind::Unary(unary) => self.quotient(&unary.operand, visited),
            ExprKind::Call(call) => call.args.iter().find_map(|argument| self.quotient(argument, visited)),
            ExprKind::Subquery(subquery) => self.quotient(&subquery.expr, visited),
            ExprKind::Aggregate(aggregate) => self.quotient(&aggregate.expr, visited),
            ExprKind::Binary(_) => self.of_operators(expr, visited),
            ExprKind::Vector(selector) => self.of_recorded(&selector.name.as_ref()?.value, expr.span, visited),
            _ => None,
        }
    }

    /// Goes down the left side in a loop: it may be long.
    fn of_operators(&self, expr: &Expr, visited: &mut FxHashSet<&'a str>) -> Option<Quotient<'a>> {
        let mut left = expr;
        while let ExprKind::Binary(binary) = &left.kind {
            // NaN is neither above nor below anything: comparisons drop it. Set operators keep their left side.
            if binary.op.is_comparison() {
                return None;
            }
            if matches!(binary.op, BinaryOp::Div | BinaryOp::Mod) && !excludes_zero(&binary.rhs) {
                return Some(Quotient { here: binary.rhs.span, recorded: None });
            }
            if !matches!(binary.op, BinaryOp::And | BinaryOp::Unless)
                && let Some(found) = self.quotient(&binary.rhs, visited)
            {
                return Some(found);
            }
            left = &binary.lhs;
        }
        self.quotient(left, visited)
    }

    fn of_recorded(&self, name: &str, here: Span, visited: &mut FxHashSet<&'a str>) -> Option<Quotient<'a>> {
        let definitions = self.recording.get(name)?;
        if visited.len() >= MAX_DEPTH || !visited.insert(definitions.first()?.rule.name.text()) {
            return None;
        }
        definitions.iter().find_map(|Place { file, rule, .. }| {
            let found = self.quotient(rule.parsed.as_ref()?, visited)?;
            let recorded = found.recorded.unwrap_or((file, rule, found.here));
            Some(Quotient { here, recorded: Some(recorded) })
        })
    }
}

/// Whether the divisor is certainly not 0, by what is written there.
fn excludes_zero(divisor: &Expr) -> bool {
    match &divisor.without_parens().kind {
        ExprKind::Number(number) => number.value != 0.0,
        ExprKind::Binary(binary) if binary.op.is_comparison() && binary.bool_modifier.is_none() => number(&binary.rhs)
            .is_some_and(|bound| match binary.op {
                BinaryOp::NotEqual => bound == 0.0,
                BinaryOp::Equal => bound != 0.0,
                BinaryOp::Greater => bound >= 0.0,
                BinaryOp::GreaterEqual => bound > 0.0,
                BinaryOp::Less => bound <= 0.0,
                BinaryOp::LessEqual => bound < 0.0,
                _ => false,
            }),
        ExprKind::Binary(binary) if matches!(binary.op, BinaryOp::And | BinaryOp::Unless) => excludes_zero(&binary.lhs),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Count | AggregateOp::Group => true,
            AggregateOp::Min | AggregateOp::Max => excludes_zero(&aggregate.expr),
            _ => false,
        },
        ExprKind::Call(call) => clamps_away_from_zero(call),
        _ => false,
    }
}

fn clamps_away_from_zero(call: &Call) -> bool {
    let bound = |at: usize| call.args.get(at).and_then(number);
    match call.function.name {
        "clamp_min" => bound(1).is_some_and(|min| min > 0.0),
        "clamp_max" => bound(1).is_some_and(|max| max < 0.0),
        "clamp" => bound(1).is_some_and(|min| min > 0.0) || bound(2).is_some_and(|max| max < 0.0),
        "time" | "absent" | "absent_over_time" | "count_over_time" | "present_over_time" => true,
        _ => false,
    }
}

/// A number, also with a sign.
fn number(expr: &Expr) -> Option<f64> {
    match &expr.without_parens().kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Unary(unary) => number(&unary.operand).map(|value| if unary.negative { -value } else { value }),
        _ => None,
    }
}

fn report(file: &FileContext<'_>, rule: &FileRule, aggregate: &AggregateExpr, quotient: &Quotient<'_>) -> Diagnostic {
    let op = aggregate.op.name();
    let message = format!("`{op}` over quotients whose divisor may be 0: one `0/0` makes the whole result NaN");
    let here = if quotient.recorded.is_some() { "records a quotient" } else { "may be 0" };
    let found = META
        .diagnostic(message, file.inside(&rule.expr, quotient.here, here))
        .related(file.inside(&rule.expr, aggregate.op_span, "gives NaN as soon as one element is NaN"))
        .help("leave out the zeros, as in `x / (y > 0)`, or divide the sums: `sum(x) / sum(y)`");
    match &quotient.recorded {
        Some((other, definition, divisor)) => found.related(other.inside(&definition.expr, *divisor, "may be 0")),
        None => found,
    }
}
