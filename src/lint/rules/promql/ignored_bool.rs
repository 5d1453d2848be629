//! `promql/ignored-bool`: a comparison with `bool` on the right of `and` or `unless`, which do not look at its 0 or 1.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, ExprKind};
use crate::source::{Applicability, Diagnostic, Edit, Fix, Span};

static META: Meta =
    meta!("promql/ignored-bool", Warning, certain, "a comparison with `bool` whose 0 or 1 nobody looks at").fixable();

pub(super) struct IgnoredBool;

impl LintRule for IgnoredBool {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        // Few expressions ask for it.
        let elsewhere = OnceCell::new();
        for (_, operation) in &cx.parts().operations {
            if matches!(operation.op, BinaryOp::And | BinaryOp::Unless)
                && let Some(ignored) = Ignored::among(&operation.rhs)
                && !elsewhere.get_or_init(|| used_elsewhere(expr)).contains(&operation.rhs.fingerprint())
            {
                out.push(report(cx, operation, &ignored));
            }
        }
    }
}

/// What is used for its value, by fingerprints: it may be asked for at another place only to know whether it is there, as in
/// `(a - b) or (a unless b)` and `b or (a unless b)`.
fn used_elsewhere(expr: &Expr) -> FxHashSet<u64> {
    let mut found = computed(expr);
    // With whether it is to be looked at itself: the long side of a chain is not, nor what is aggregated again.
    let mut pending = vec![(expr, true)];
    while let Some((part, is_looked_at)) = pending.pop() {
        let is_condition =
            matches!(part.kind, ExprKind::Binary(_) | ExprKind::Aggregate(_)) && Ignored::among(part).is_some();
        if is_condition && is_looked_at {
            found.insert(part.fingerprint());
        }
        match &part.kind {
            ExprKind::Paren(inner) => pending.push((inner, is_looked_at)),
            ExprKind::Binary(operation) => {
                let is_set = matches!(operation.op, BinaryOp::And | BinaryOp::Unless);
                pending.push((&operation.lhs, !(is_condition && operation.lhs.is_binary())));
                if !(is_set && Ignored::among(&operation.rhs).is_some()) {
                    pending.push((&operation.rhs, true));
                }
            }
            ExprKind::Aggregate(_) => pending.extend(part.children().map(|child| (child, !is_condition))),
            _ => pending.extend(part.children().map(|child| (child, true))),
        }
    }
    found
}

/// The operands of arithmetic.
fn computed(expr: &Expr) -> FxHashSet<u64> {
    let mut found = FxHashSet::default();
    // The long side of a chain is none of its operands.
    let is_chain = |side: &Expr| matches!(&side.kind, ExprKind::Binary(binary) if binary.lhs.is_binary());
    expr.walk(&mut |part| {
        if let ExprKind::Binary(operation) = &part.kind
            && !operation.op.is_set()
            && !operation.op.is_comparison()
        {
            let sides = [&operation.lhs, &operation.rhs].into_iter().map(Expr::without_parens);
            found.extend(sides.filter(|side| !is_chain(side)).map(Expr::fingerprint));
        }
    });
    found
}

/// A comparison with `bool`, and the aggregation around it that is there whatever it says.
struct Ignored {
    modifier: Span,
    aggregated_by: Option<AggregateOp>,
}

impl Ignored {
    fn among(operand: &Expr) -> Option<Ignored> {
        let mut rest = operand.without_parens();
        let mut aggregated_by = None;
        loop {
            match &rest.kind {
                ExprKind::Binary(comparison) => {
                    let modifier = comparison.bool_modifier?.span();
                    return Some(Ignored { modifier, aggregated_by });
                }
                // Those that yield something for each group, which `topk` does not for each series.
                ExprKind::Aggregate(aggregate)
                    if matches!(
                        aggregate.op,
                        AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max | AggregateOp::Count
                    ) =>
                {
                    if !is_unlike_without(aggregated_by) {
                        aggregated_by = Some(aggregate.op);
                    }
                    rest = aggregate.expr.without_parens();
                }
                _ => return None,
            }
        }
    }

    /// What to write instead.
    fn help(&self) -> &'static str {
        match self.aggregated_by {
            Some(AggregateOp::Min) => "compare the result again: `min(…) == 1` asks whether all are true",
            Some(AggregateOp::Avg) => "compare the result again: `avg(…) > 0.5` asks whether most are true",
            _ => "leave `bool` out: then only what is true is there",
        }
    }

    fn fix(&self, cx: &RuleContext<'_>) -> Option<Fix> {
        if is_unlike_without(self.aggregated_by) {
            return None;
        }
        let text = cx.rule.expr.text();
        let behind = text.get(self.modifier.end()..)?;
        let blanks = behind.len() - behind.trim_start().len();
        let edits = [Edit::remove(Span::new(self.modifier.start(), self.modifier.end() + blanks))];
        cx.file().fix_inside(&cx.rule.expr, "remove `bool`", &edits, Applicability::Unsafe)
    }
}

/// Whether the aggregation would ask something else without `bool`.
fn is_unlike_without(aggregated_by: Option<AggregateOp>) -> bool {
    matches!(aggregated_by, Some(AggregateOp::Min | AggregateOp::Avg))
}

fn report(cx: &RuleContext<'_>, operation: &BinaryExpr, ignored: &Ignored) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let effect = match operation.op {
        BinaryOp::Unless => "removes",
        _ => "keeps",
    };
    let op = operation.op.symbol();
    let message = format!(
        "`{op}` {effect} results also where the comparison is false: with `bool` that is the value 0, and `{op}` looks at no \
         values"
    );
    let found = META
        .diagnostic(message, file.inside(expr, ignored.modifier, "keeps what is false, as 0"))
        .related(file.inside(expr, operation.op_span, "asks only whether a series is there"));
    found.help(ignored.help()).fix(ignored.fix(cx))
}
