//! `promql/never-true`: a comparison that nothing can pass.

use rustc_hash::FxHashMap;

use crate::facts::{Comparison, Interval, KnownBy, Passes};
use crate::lint::context::RuleContext;
use crate::lint::parts::Parts;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, AggregateOp, BinaryExpr, BinaryOp, ExprKind, NodeId};
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
        let operations = Operations::of(cx.parts());
        out.extend(never.map(|comparison| report(cx, comparison, operations.get(comparison))));
    }
}

fn report(cx: &RuleContext<'_>, comparison: &Comparison, operation: Option<Operation<'_>>) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let text = expr.text();
    let (values, other) = sides(comparison);
    let compared = compared(comparison, text);
    let place = file.inside(expr, comparison.operator, "never true");
    let found = META.diagnostic(format!("{compared} is never true: {}", reason(text, comparison, values)), place);
    let found = match comparison.known.filter(|known| known.span != comparison.operator) {
        Some(known) => found.related(file.inside(expr, known.span, range_text(values))),
        None => found,
    };
    let remedy = Remedy::of(comparison, operation.as_ref(), values, other);
    let found = found.help(remedy.help());
    found.fix(operation.and_then(|operation| remedy.fix(cx, &operation)))
}

/// The values of the side of which something is known, and those of the other one.
pub(super) const fn sides(comparison: &Comparison) -> (Interval, Interval) {
    match comparison.known_left {
        true => (comparison.left, comparison.right),
        false => (comparison.right, comparison.left),
    }
}

/// Words for what a comparison asks of the side of which something is known: `` `> 5` ``.
pub(super) fn compared(comparison: &Comparison, expr: &str) -> String {
    let op = comparison.operator.slice(expr);
    match (comparison.known_left, sides(comparison).1.as_constant()) {
        (true, Some(number)) => format!("`{op} {number}`"),
        _ => format!("`{op}`"),
    }
}

/// A comparison as it is written.
struct Operation<'e> {
    whole: Span,
    binary: &'e BinaryExpr,
    /// The side of which something is known, without parentheses.
    known_side: &'e Expr,
    limit: &'e Expr,
    /// The set operator whose right side it is, without parentheses of its own.
    behind: Option<BinaryOp>,
}

/// The binary operations of an expression by their nodes.
#[derive(Default)]
struct Operations<'e> {
    /// With their bytes.
    all: FxHashMap<NodeId, (Span, &'e BinaryExpr)>,
    /// The set operators by their right sides.
    behind: FxHashMap<NodeId, BinaryOp>,
}

impl<'e> Operations<'e> {
    fn of(parts: &Parts<'e>) -> Self {
        let mut found = Operations::default();
        for (whole, binary) in &parts.operations {
            found.all.insert(whole.id, (whole.span, *binary));
            if binary.op.is_set() {
                found.behind.insert(binary.rhs.id, binary.op);
            }
        }
        found
    }

    fn get(&self, comparison: &Comparison) -> Option<Operation<'e>> {
        let (whole, binary) = *self.all.get(&comparison.node)?;
        let (lhs, rhs) = (binary.lhs.without_parens(), binary.rhs.without_parens());
        let (known_side, limit) = if comparison.known_left { (lhs, rhs) } else { (rhs, lhs) };
        Some(Operation { whole, binary, known_side, limit, behind: self.behind.get(&comparison.node).copied() })
    }
}

/// The aggregation that stands between a comparison with the operator at `first` and the whole of `expr`, the outermost one.
fn aggregation_of(expr: &Expr, first: Span) -> Option<&AggregateExpr> {
    let mut found = None;
    expr.walk(&mut |part| {
        if let ExprKind::Aggregate(aggregate) = &part.kind
            && part.span.start() <= first.start()
            && first.end() <= part.span.end()
        {
            found = found.or(Some(&**aggregate));
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

/// What to write instead.
enum Remedy<'e> {
    /// `sum` of series that say whether something is up, in place of `count`, where nothing but 0 can be meant.
    Sum { in_place_of: Option<&'e AggregateExpr> },
    /// `absent`, of what is counted where that is known.
    Absent { of: Option<&'e Expr> },
    /// `count`, in place of another aggregation, of what a comparison has let through.
    Count { in_place_of: &'e AggregateExpr },
    /// Another condition, where one comparison looks at what the other lets through; beside the whole of what stands around the
    /// set operator, where it is behind one.
    OwnCondition { behind: Option<BinaryOp> },
    /// A share that is no percentage.
    Share(f64),
    /// A share that is divided by what it should be multiplied with.
    FactorInFront,
    /// No comparison.
    Nothing,
    /// What is older than the lookback.
    FurtherBack,
    /// Another number.
    Reachable,
}

impl<'e> Remedy<'e> {
    fn of(comparison: &Comparison, operation: Option<&Operation<'e>>, values: Interval, other: Interval) -> Self {
        let aggregate = operation.and_then(|operation| match &operation.known_side.kind {
            ExprKind::Aggregate(aggregate) => Some(&**aggregate),
            _ => None,
        });
        let is_zero = operation.is_some_and(|operation| is_zero(operation.binary.op, comparison, other));
        // Where all is counted as one, nothing at all is what is meant.
        let counted = aggregate.filter(|count| is_zero && count.grouping.is_none()).map(|count| &count.expr);
        let of_ups = counted.is_none() && operation.is_some_and(|operation| counts_ups(operation.known_side));
        match comparison.known.map(|known| known.by) {
            Some(KnownBy::Aggregation(AggregateOp::Count)) if of_ups => {
                Remedy::Sum { in_place_of: aggregate.filter(|_| is_zero) }
            }
            Some(KnownBy::Aggregation(AggregateOp::Count)) => Remedy::Absent { of: counted },
            Some(KnownBy::Function("absent" | "absent_over_time")) => Remedy::Nothing,
            Some(KnownBy::Share) if values.high < 1.0 => Remedy::FactorInFront,
            Some(KnownBy::Share) if let Some(limit) = percentage(values, other) => Remedy::Share(limit / 100.0),
            Some(KnownBy::Comparison) => Remedy::of_two(comparison, operation),
            Some(KnownBy::Age) => Remedy::FurtherBack,
            _ => Remedy::Reachable,
        }
    }

    /// Where one comparison looks at what another one leaves.
    fn of_two(second: &Comparison, operation: Option<&Operation<'e>>) -> Self {
        let (Some(operation), Some(first)) = (operation, second.known) else { return Remedy::Reachable };
        match aggregation_of(operation.known_side, first.span) {
            Some(aggregate) => Remedy::Count { in_place_of: aggregate },
            None if has_bool(operation.known_side, first.span) => Remedy::Reachable,
            None => Remedy::OwnCondition { behind: operation.behind },
        }
    }

    fn help(&self) -> String {
        match self {
            Remedy::Sum { .. } => {
                "write `sum(…)` to ask whether all that is there is down, `absent(…)` to ask whether nothing is there"
            }
            Remedy::Absent { .. } => {
                "ask for what is missing with `absent(…)`, or `unless` beside a series that names what should be there"
            }
            Remedy::Count { in_place_of } => {
                return format!(
                    "to know how many there are, write `count(…)` instead of `{}(…)`, or compare with `bool`",
                    in_place_of.op.name()
                );
            }
            Remedy::OwnCondition { behind: Some(op) } => {
                return format!(
                    "it belongs to the right side of `{0}` alone: put parentheses around what it is meant for, `(… {0} …)`",
                    op.symbol()
                );
            }
            Remedy::OwnCondition { behind: None } => {
                "it looks at what the comparison before lets through: join two conditions with `and` or `or`"
            }
            Remedy::FactorInFront => "write the factor in front: `100 * part / whole`",
            Remedy::Share(share) => return format!("multiply the share by 100, or compare it with {share}"),
            Remedy::Nothing => "leave the comparison out",
            Remedy::FurtherBack => "look further back: `time() - max_over_time(timestamp(…)[1h:])`, or `absent(…)`",
            Remedy::Reachable => "compare with a value that can be reached",
        }
        .to_owned()
    }

    fn fix(&self, cx: &RuleContext<'_>, operation: &Operation<'_>) -> Option<Fix> {
        let (title, edit) = match self {
            Remedy::Sum { in_place_of } => ("write `sum`".to_owned(), Edit::replace((*in_place_of)?.op_span, "sum")),
            Remedy::Count { in_place_of } => {
                let is_sum = in_place_of.op == AggregateOp::Sum;
                ("write `count`".to_owned(), Edit::replace(is_sum.then_some(in_place_of.op_span)?, "count"))
            }
            Remedy::Absent { of } => {
                let counted = (*of)?.span.slice(cx.rule.expr.text());
                ("write `absent`".to_owned(), Edit::replace(operation.whole, format!("absent({counted})")))
            }
            Remedy::Share(share) if matches!(operation.limit.kind, ExprKind::Number(_)) => {
                (format!("write `{share}`"), Edit::replace(operation.limit.span, share.to_string()))
            }
            Remedy::Share(_)
            | Remedy::FactorInFront
            | Remedy::OwnCondition { .. }
            | Remedy::Nothing
            | Remedy::FurtherBack
            | Remedy::Reachable => return None,
        };
        cx.file().fix_inside(&cx.rule.expr, title, &[edit], Applicability::Unsafe)
    }
}

/// Whether the comparison in `expr` with the operator at `first` has `bool`.
fn has_bool(expr: &Expr, first: Span) -> bool {
    expr.any(|part| matches!(&part.kind, ExprKind::Binary(binary) if binary.op_span == first && binary.bool_modifier.is_some()))
}

/// Whether a count is compared with nothing to count: `== 0`, `< 1`, `<= 0`.
fn is_zero(op: BinaryOp, comparison: &Comparison, other: Interval) -> bool {
    let asked = (comparison.known_left, op, other.as_constant());
    matches!(asked, (true, BinaryOp::Equal | BinaryOp::LessEqual, Some(0.0)) | (true, BinaryOp::Less, Some(1.0)))
}

/// The number with which a share is compared, where it would reach it in percent.
pub(super) fn percentage(values: Interval, other: Interval) -> Option<f64> {
    other.as_constant().filter(|limit| values.high <= 1.0 && *limit > 1.0 && *limit <= 100.0)
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
        KnownBy::Metric | KnownBy::Number | KnownBy::Recorded => format!("the values are {}", range_text(values)),
    }
}

/// Words for the values of an interval.
pub(super) fn range_text(values: Interval) -> String {
    let number = |value: f64| {
        // What rounding leaves of a rounder number is written as that.
        let round = format!("{value:.7e}").parse().unwrap_or(value);
        if (value - round).abs() <= value.abs() * 1e-8 { round.to_string() } else { value.to_string() }
    };
    let (low, high) = (values.low, values.high);
    // What a comparison with 10 lets through ends beside 10, and nobody writes such a number.
    let is_beside = |end: f64, value: f64| value.to_string().len() + 4 < end.to_string().len();
    let (below, above) = (low.next_down(), high.next_up());
    match (values.as_constant(), low == f64::NEG_INFINITY, high >= f64::MAX) {
        (Some(value), ..) => format!("always {value}"),
        (None, false, false) => format!("between {} and {}", number(low), number(high)),
        (None, true, false) if is_beside(high, above) => format!("less than {}", number(above)),
        (None, true, false) => format!("at most {}", number(high)),
        (None, false, true) if low == f64::from_bits(1) => "greater than 0".to_owned(),
        (None, false, true) if is_beside(low, below) => format!("greater than {}", number(below)),
        (None, false, true) => format!("at least {}", number(low)),
        (None, true, true) => "not known".to_owned(),
    }
}
