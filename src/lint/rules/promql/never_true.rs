//! `promql/never-true`: a comparison that nothing can pass.

use rustc_hash::FxHashMap;

use crate::facts::{Comparison, Interval, KnownBy, Passes};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, ExprKind, NodeId};
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};

static META: Meta = meta!("promql/never-true", Error, certain, "a comparison that no value can pass").fixable();

pub(super) struct NeverTrue;

impl LintRule for NeverTrue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(facts) = cx.facts() else { return };
        let mut never = facts.comparisons.iter().filter(|comparison| comparison.passes == Passes::Never).peekable();
        if never.peek().is_none() {
            return;
        }
        let operations = cx.rule.parsed.as_ref().map(operations).unwrap_or_default();
        out.extend(never.map(|comparison| report(cx, comparison, operations.get(&comparison.node).copied())));
    }
}

fn report(cx: &RuleContext<'_>, comparison: &Comparison, written: Option<(Span, &BinaryExpr)>) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let text = expr.text();
    let op = comparison.operator.slice(text);
    let (values, other) = match comparison.known_left {
        true => (comparison.left, comparison.right),
        false => (comparison.right, comparison.left),
    };
    let compared = match (comparison.known_left, other.as_constant()) {
        (true, Some(number)) => format!("`{op} {number}`"),
        _ => format!("`{op}`"),
    };
    let place = file.inside(expr, comparison.operator, "never true");
    let found = META.diagnostic(format!("{compared} is never true: {}", reason(text, comparison, values)), place);
    let found = match comparison.known.filter(|known| known.span != comparison.operator) {
        Some(known) => found.related(file.inside(expr, known.span, range_text(values))),
        None => found,
    };
    let operation = written.map(|(whole, binary)| Operation::of(comparison, whole, binary));
    let of_ups = operation.as_ref().is_some_and(|operation| counts_ups(operation.known_side));
    let found = found.help(help(comparison, values, other, of_ups));
    found.fix(operation.and_then(|operation| fix(cx, comparison, &operation, values, other)))
}

/// A comparison as it is written.
struct Operation<'e> {
    whole: Span,
    binary: &'e BinaryExpr,
    /// The side of which something is known, without parentheses.
    known_side: &'e Expr,
    limit: &'e Expr,
}

impl<'e> Operation<'e> {
    fn of(comparison: &Comparison, whole: Span, binary: &'e BinaryExpr) -> Self {
        let (lhs, rhs) = (binary.lhs.without_parens(), binary.rhs.without_parens());
        let (known_side, limit) = if comparison.known_left { (lhs, rhs) } else { (rhs, lhs) };
        Operation { whole, binary, known_side, limit }
    }
}

/// The binary operations of an expression by their nodes, with their bytes.
fn operations(expr: &Expr) -> FxHashMap<NodeId, (Span, &BinaryExpr)> {
    let mut found = FxHashMap::default();
    expr.walk(&mut |part| {
        if let ExprKind::Binary(binary) = &part.kind {
            found.insert(part.id, (part.span, &**binary));
        }
    });
    found
}

/// Whether series are counted whose value says whether something is up: their sum is what can be 0.
fn counts_ups(known_side: &Expr) -> bool {
    let ExprKind::Aggregate(count) = &known_side.kind else { return false };
    let metric = count.expr.without_parens().selector().and_then(|selector| selector.metric_name());
    metric.is_some_and(|metric| metric == "up" || metric.ends_with("_up"))
}

/// Where the number is meant in percent, `count` where there is `sum`, or `absent` or `sum` where there is a `count` of nothing:
/// what the help says.
fn fix(
    cx: &RuleContext<'_>,
    comparison: &Comparison,
    operation: &Operation<'_>,
    values: Interval,
    other: Interval,
) -> Option<Fix> {
    let Operation { whole, known_side, limit, .. } = *operation;
    let (title, edit) = match (comparison.known?.by, &known_side.kind, &limit.kind) {
        (KnownBy::Share, _, ExprKind::Number(number)) if meant_in_percent(values, other) => {
            let share = (number.value / 100.0).to_string();
            (format!("write `{share}`"), Edit::replace(limit.span, share))
        }
        (KnownBy::Comparison, ExprKind::Aggregate(sum), _) if sum.op == AggregateOp::Sum => {
            ("write `count`".to_owned(), Edit::replace(sum.op_span, "count"))
        }
        (KnownBy::Aggregation(AggregateOp::Count), ExprKind::Aggregate(count), _)
            if count.grouping.is_some()
                && counts_ups(known_side)
                && is_zero(operation.binary.op, comparison, other) =>
        {
            ("write `sum`".to_owned(), Edit::replace(count.op_span, "sum"))
        }
        (KnownBy::Aggregation(AggregateOp::Count), ExprKind::Aggregate(count), _)
            if count.grouping.is_none() && is_zero(operation.binary.op, comparison, other) =>
        {
            let counted = count.expr.span.slice(cx.rule.expr.text());
            ("write `absent`".to_owned(), Edit::replace(whole, format!("absent({counted})")))
        }
        _ => return None,
    };
    cx.file().fix_inside(&cx.rule.expr, title, &[edit], Applicability::Unsafe)
}

/// Whether a count is compared with nothing to count: `== 0`, `< 1`, `<= 0`.
fn is_zero(op: BinaryOp, comparison: &Comparison, other: Interval) -> bool {
    let asked = (comparison.known_left, op, other.as_constant());
    matches!(asked, (true, BinaryOp::Equal | BinaryOp::LessEqual, Some(0.0)) | (true, BinaryOp::Less, Some(1.0)))
}

/// Whether a share is compared with a number that it would reach in percent.
fn meant_in_percent(values: Interval, other: Interval) -> bool {
    values.high <= 1.0 && other.as_constant().is_some_and(|limit| limit > 1.0 && limit <= 100.0)
}

/// Why no value passes.
fn reason(text: &str, comparison: &Comparison, values: Interval) -> String {
    let Some(known) = comparison.known else { return format!("the values are {}", range_text(values)) };
    match known.by {
        KnownBy::Aggregation(AggregateOp::Count) if values.low >= 1.0 => {
            "`count` yields nothing where there is nothing to count, and never 0".to_owned()
        }
        KnownBy::Aggregation(op) => format!("`{}` is {} here", op.name(), range_text(values)),
        KnownBy::Function("absent" | "absent_over_time") => {
            format!("`{}` yields 1 or nothing", known.span.slice(text))
        }
        KnownBy::Function(name) => format!("with `{name}` the values are {}", range_text(values)),
        KnownBy::Comparison if let Some(value) = values.as_constant() => {
            format!("the comparison before lets nothing but {value} through")
        }
        KnownBy::Comparison => {
            format!("the comparison before leaves only values that are {}", range_text(values))
        }
        KnownBy::Share => format!("the share of a part in its whole is {}", range_text(values)),
        KnownBy::Age => "a sample that is older than 5 minutes is not found any more".to_owned(),
        KnownBy::Metric | KnownBy::Number => format!("the values are {}", range_text(values)),
    }
}

/// Words for the values of an interval.
fn range_text(values: Interval) -> String {
    let number = |value: f64| value.to_string();
    match (values.as_constant(), values.low == f64::NEG_INFINITY, values.high >= f64::MAX) {
        (Some(value), ..) => format!("always {}", number(value)),
        (None, false, false) => format!("between {} and {}", number(values.low), number(values.high)),
        (None, true, false) => format!("at most {}", number(values.high)),
        (None, false, true) if values.low == f64::from_bits(1) => "greater than 0".to_owned(),
        (None, false, true) => format!("at least {}", number(values.low)),
        (None, true, true) => "not known".to_owned(),
    }
}

fn help(comparison: &Comparison, values: Interval, other: Interval, of_ups: bool) -> String {
    let limit = other.as_constant();
    match comparison.known.map(|known| known.by) {
        Some(KnownBy::Aggregation(AggregateOp::Count)) if of_ups => {
            "write `sum(…)` to ask whether all that is there is down, `absent(…)` to ask whether nothing is there"
                .to_owned()
        }
        Some(KnownBy::Aggregation(AggregateOp::Count)) => {
            "ask for what is missing with `absent(…)`, or `unless` beside a series that names what should be there"
                .to_owned()
        }
        Some(KnownBy::Function("absent" | "absent_over_time")) => "leave the comparison out".to_owned(),
        Some(KnownBy::Share) if meant_in_percent(values, other) => {
            format!("multiply the share by 100, or compare it with {}", limit.unwrap_or(1.0) / 100.0)
        }
        Some(KnownBy::Comparison) => {
            "to know how many there are, write `count(…)` instead of `sum(…)`, or compare with `bool`".to_owned()
        }
        Some(KnownBy::Age) => {
            "look further back: `time() - max_over_time(timestamp(…)[1h:])`, or `absent(…)`".to_owned()
        }
        _ => "compare with a value that can be reached".to_owned(),
    }
}
