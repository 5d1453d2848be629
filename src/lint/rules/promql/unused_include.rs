//! `promql/unused-include`: `group_left (…)` copies a label that is dropped again before anybody sees it.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryExpr, BinaryOp, Call, Cardinality, ExprKind, ValueType, VectorMatching};
use crate::promql::functions::Wants as Input;
use crate::source::{Diagnostic, Spanned};

static META: Meta = meta!("promql/unused-include", Info, opinion, "`group_left` copies a label that is dropped again");

pub(super) struct UnusedInclude;

impl LintRule for UnusedInclude {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut includes = false;
        expr.walk(&mut |part| includes |= includes_labels(part));
        if !includes {
            return;
        }
        // From the outside to the inside: which labels of a part make a difference.
        let mut pending = vec![(expr, Rc::new(Wanted::all()))];
        while let Some((part, wanted)) = pending.pop() {
            if let ExprKind::Binary(operation) = &part.kind
                && let Some(matching) = &operation.matching
                && let Some(include) = &matching.include
            {
                let unused = include.value.iter().filter(|label| !wanted.contains(&label.value));
                out.extend(unused.map(|label| report(cx, operation, label)));
            }
            hand_down(part, &wanted, &mut pending);
        }
    }
}

fn includes_labels(part: &Expr) -> bool {
    match &part.kind {
        ExprKind::Binary(operation) => {
            let include = operation.matching.as_ref().and_then(|matching| matching.include.as_ref());
            include.is_some_and(|include| !include.value.is_empty())
        }
        _ => false,
    }
}

/// The labels that make a difference to whoever reads a result.
#[derive(Clone, Debug)]
enum Wanted<'e> {
    Only(BTreeSet<&'e str>),
    AllBut(BTreeSet<&'e str>),
}

impl<'e> Wanted<'e> {
    fn all() -> Self {
        Wanted::AllBut(BTreeSet::new())
    }

    fn contains(&self, label: &str) -> bool {
        match self {
            Wanted::Only(labels) => labels.contains(label),
            Wanted::AllBut(labels) => !labels.contains(label),
        }
    }

    fn and_also(&self, other: &Self) -> Self {
        match (self, other) {
            (Wanted::Only(a), Wanted::Only(b)) => Wanted::Only(a | b),
            (Wanted::Only(only), Wanted::AllBut(but)) | (Wanted::AllBut(but), Wanted::Only(only)) => {
                Wanted::AllBut(but - only)
            }
            (Wanted::AllBut(a), Wanted::AllBut(b)) => Wanted::AllBut(a & b),
        }
    }

    /// The labels that a match compares.
    fn compared(matching: &'e VectorMatching) -> Self {
        match &matching.clause {
            Some(clause) => {
                let labels = names(&clause.labels);
                if clause.on { Wanted::Only(labels) } else { Wanted::AllBut(labels) }
            }
            None => Wanted::all(),
        }
    }
}

fn names(labels: &[Spanned<String>]) -> BTreeSet<&str> {
    labels.iter().map(|label| label.value.as_str()).collect()
}

/// Says what is wanted of the children of `part`.
fn hand_down<'e>(part: &'e Expr, wanted: &Rc<Wanted<'e>>, pending: &mut Vec<(&'e Expr, Rc<Wanted<'e>>)>) {
    match &part.kind {
        ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix(_) => {}
        ExprKind::Paren(inner) => pending.push((inner, Rc::clone(wanted))),
        ExprKind::Unary(unary) => pending.push((&unary.operand, Rc::clone(wanted))),
        ExprKind::Subquery(subquery) => pending.push((&subquery.expr, Rc::clone(wanted))),
        ExprKind::Aggregate(aggregate) => {
            pending.extend(aggregate.param.as_deref().map(|param| (param, Rc::new(Wanted::all()))));
            pending.push((&aggregate.expr, of_aggregation(aggregate, wanted)));
        }
        ExprKind::Call(call) => {
            let of_arguments = of_call(call, wanted);
            pending.extend(call.args.iter().map(|argument| (argument, Rc::clone(&of_arguments))));
        }
        ExprKind::Binary(operation) => {
            let (left, right) = of_operands(operation, wanted);
            pending.push((&operation.lhs, left));
            pending.push((&operation.rhs, right));
        }
    }
}

fn of_aggregation<'e>(aggregate: &'e AggregateExpr, wanted: &Rc<Wanted<'e>>) -> Rc<Wanted<'e>> {
    let grouping = match &aggregate.grouping {
        None => Wanted::Only(BTreeSet::new()),
        Some(grouping) if grouping.without => Wanted::AllBut(names(&grouping.labels)),
        Some(grouping) => Wanted::Only(names(&grouping.labels)),
    };
    Rc::new(if aggregate.op.chooses() { grouping.and_also(wanted) } else { grouping })
}

fn of_call<'e>(call: &Call, wanted: &Rc<Wanted<'e>>) -> Rc<Wanted<'e>> {
    // What reads labels, or brings elements together, may want any.
    let reads_labels = call.function.args.contains(&ValueType::String)
        || call.function.from_nothing
        || call.function.wants == Some(Input::Buckets)
        || call.function.name == "info";
    if reads_labels { Rc::new(Wanted::all()) } else { Rc::clone(wanted) }
}

fn of_operands<'e>(operation: &'e BinaryExpr, wanted: &Rc<Wanted<'e>>) -> (Rc<Wanted<'e>>, Rc<Wanted<'e>>) {
    let Some(matching) = &operation.matching else { return (Rc::clone(wanted), Rc::clone(wanted)) };
    let compared = Wanted::compared(matching);
    let both = Rc::new(compared.and_also(wanted));
    if operation.op == BinaryOp::Or {
        return (Rc::clone(&both), both);
    }
    let included = Wanted::Only(matching.include.iter().flat_map(|include| names(&include.value)).collect());
    match matching.cardinality {
        Cardinality::ManyToMany => (both, Rc::new(compared)),
        // The result has no other labels than those that are compared.
        Cardinality::OneToOne if matching.clause.is_some() => {
            let compared = Rc::new(compared);
            (Rc::clone(&compared), compared)
        }
        Cardinality::OneToOne => (Rc::clone(&both), both),
        Cardinality::ManyToOne => (both, Rc::new(compared.and_also(&included))),
        Cardinality::OneToMany => (Rc::new(compared.and_also(&included)), both),
    }
}

fn report(cx: &RuleContext<'_>, operation: &BinaryExpr, label: &Spanned<String>) -> Diagnostic {
    let (file, expr, name) = (cx.file(), &cx.rule.expr, &label.value);
    let is_left = operation.matching.as_ref().is_some_and(|matching| matching.cardinality == Cardinality::ManyToOne);
    let modifier = if is_left { "group_left" } else { "group_right" };
    META.diagnostic(
        format!("`{modifier}` copies `{name}`, which is dropped again before anybody reads it"),
        file.inside(expr, label.span, "of no use"),
    )
    .help(format!("remove `{name}` from `{modifier} (…)`, or keep it further outside"))
}
