//! What the binary operators of an expression did while it was evaluated: which comparisons held, which branches of
//! an `or` gave something.
//!
//! An [`Observer`] watches one evaluation after the other and remembers two facts of each operator. It looks at whole
//! columns next to the operator, on the grid on which the operator is evaluated (that of a subquery inside of one), so
//! that observing costs a fraction of evaluating.

use std::cell::Cell;

use crate::promql::ast::{BinaryOp, Cardinality};
use crate::source::Span;

use super::column::{Cell as Sample, Value};
use super::evaluate::Evaluator;
use super::plan::{BinaryNode, Node, NodeId, NodeKind};
use super::{EvalError, Prepared, binary};

/// Watches the evaluations of one prepared expression.
#[derive(Clone, Debug)]
pub struct Observer {
    /// For each node of the plan; those that are no operators stay as they are.
    seen: Vec<Cell<[bool; 2]>>,
}

/// What a binary operator did in any of the evaluations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorOutcomes {
    /// The bytes of the whole operation in the expression.
    pub span: Span,
    /// The operator: a comparison, `and`, `or` or `unless`.
    pub op: BinaryOp,
    /// Two facts, each true if it was so for at least one series at one time:
    /// a comparison was true, was false; `and` and `unless` kept an element of their left side, dropped one;
    /// the left side of an `or` gave an element, the right side added one.
    pub outcomes: [bool; 2],
}

/// Whether the outcomes of `op` are observed.
pub fn has_outcomes(op: BinaryOp) -> bool {
    use BinaryOp::{And, Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual, Or, Unless};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | And | Or | Unless)
}

impl Observer {
    /// Has seen nothing yet. It watches evaluations of `prepared` only.
    pub fn new(prepared: &Prepared) -> Self {
        Observer { seen: vec![Cell::default(); prepared.plan.nodes.len()] }
    }

    /// What was seen, of each operator that has outcomes.
    pub fn operators(&self, prepared: &Prepared) -> Vec<OperatorOutcomes> {
        let nodes = prepared.plan.nodes.iter().zip(&self.seen);
        let operator = |(node, seen): (&Node, &Cell<[bool; 2]>)| match &node.kind {
            NodeKind::Binary(binary) if has_outcomes(binary.op) => {
                Some(OperatorOutcomes { span: node.span, op: binary.op, outcomes: seen.get() })
            }
            _ => None,
        };
        nodes.filter_map(operator).collect()
    }

    fn add(&self, id: NodeId, outcomes: [bool; 2]) {
        if let Some(seen) = self.seen.get(id.0) {
            let [first, second] = seen.get();
            seen.set([first || outcomes[0], second || outcomes[1]]);
        }
    }
}

/// Evaluates an operator and lets the evaluator's observer, if it has one, look at it.
pub(super) fn operator(
    eval: &mut Evaluator<'_>,
    id: NodeId,
    node: &BinaryNode,
    span: Span,
    lhs: Value,
    rhs: Value,
) -> Result<Value, EvalError> {
    let Some(observer) = eval.observer.filter(|_| has_outcomes(node.op)) else {
        return binary::evaluate(eval, node, span, lhs, rhs);
    };
    let told = if is_set(node.op) || node.return_bool { None } else { truth(eval, node, span, &lhs, &rhs) };
    let before = count(if filters_right(node, &lhs) { &rhs } else { &lhs });
    let result = binary::evaluate(eval, node, span, lhs, rhs)?;
    let kept = count(&result);
    observer.add(
        id,
        match told.as_ref().or_else(|| node.return_bool.then_some(&result)) {
            Some(told) => [holds(told, 1.0), holds(told, 0.0)],
            // All of an `or`'s left side is in its result; the others take away from theirs.
            None if node.op == BinaryOp::Or => [before > 0, kept > before],
            None => [kept > 0, kept < before],
        },
    );
    Ok(result)
}

/// Whether it is the right side whose elements are kept or not: a scalar has no elements, and with `group_right` the
/// right side is the one with many.
fn filters_right(node: &BinaryNode, lhs: &Value) -> bool {
    let group_right = node.matching.as_ref().is_some_and(|matching| matching.cardinality == Cardinality::OneToMany);
    !is_set(node.op) && (group_right || matches!(lhs, Value::Scalar(_)))
}

fn is_set(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
}

/// The comparison with `bool`, which tells of each pair whether it is true: so matching, `group_left` and `fill` need
/// no second look here. `None` where that fails, because without their names two series are the same.
fn truth(eval: &mut Evaluator<'_>, node: &BinaryNode, span: Span, lhs: &Value, rhs: &Value) -> Option<Value> {
    let told = BinaryNode { return_bool: true, ..node.clone() };
    let annotations = std::mem::take(&mut eval.annotations);
    let value = binary::evaluate(eval, &told, span, lhs.clone(), rhs.clone());
    eval.annotations = annotations;
    value.ok()
}

/// How many samples there are.
fn count(value: &Value) -> usize {
    match value {
        Value::Vector(vector) => {
            vector.iter().map(|series| series.column.presence().filter(|present| *present).count()).sum()
        }
        Value::Scalar(_) | Value::String(_) => 0,
    }
}

/// Whether there is a sample with this value.
fn holds(value: &Value, wanted: f64) -> bool {
    match value {
        Value::Vector(vector) => vector.iter().any(|series| {
            (0..series.column.len()).any(|step| matches!(series.column.get(step), Sample::Float(v) if v == wanted))
        }),
        Value::Scalar(scalar) => scalar.distinct().contains(&wanted),
        Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Store};
    use crate::model::SampleValue;
    use crate::promql::{ParseOptions, parse, parse_metric};

    /// `a` is 1, 2, 3, and `b` is 2, 2, 2, a minute apart; `c` is only there at the last step.
    fn store() -> Store {
        let mut store = Store::new();
        for (name, samples) in [
            (r#"a{job="x"}"#, vec![(0, 1.0), (60_000, 2.0), (120_000, 3.0)]),
            (r#"b{job="x"}"#, vec![(0, 2.0), (60_000, 2.0), (120_000, 2.0)]),
            (r#"c{job="y"}"#, vec![(120_000, 5.0)]),
        ] {
            let labels = parse_metric(name).expect("a metric");
            for (t_ms, value) in samples {
                store.append(&labels, t_ms, SampleValue::Float(value), None).expect("in order");
            }
        }
        store
    }

    /// Each operator with its two outcomes.
    fn outcomes(text: &str) -> String {
        let engine = Engine::default();
        let prepared = engine.prepare(&parse(text, &ParseOptions::all()).expect("an expression")).expect("sound");
        let observer = Observer::new(&prepared);
        engine.range_observed(&store(), &prepared, 0, 120_000, 60_000, Some(&observer)).expect("a result");
        let line = |o: OperatorOutcomes| format!("{} {} {}", o.span.slice(text), o.outcomes[0], o.outcomes[1]);
        observer.operators(&prepared).into_iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_comparison_is_true_and_false() {
        assert_eq!(outcomes("a > 2"), "a > 2 true true");
        assert_eq!(outcomes("a > 5"), "a > 5 false true");
        assert_eq!(outcomes("a > bool 0"), "a > bool 0 true false");
        assert_eq!(outcomes("missing > 0"), "missing > 0 false false");
        assert_eq!(outcomes("1 < bool 2"), "1 < bool 2 true false");
        assert_eq!(outcomes("a >= b"), "a >= b true true");
        assert_eq!(outcomes("a == on (nothing) b"), "a == on (nothing) b true true");
    }

    #[test]
    fn names_that_bool_would_drop_do_not_hinder() {
        assert_eq!(outcomes(r#"{__name__=~"a|b"} > 2"#), r#"{__name__=~"a|b"} > 2 true true"#);
        assert_eq!(outcomes(r#"2 < {__name__=~"a|b"}"#), r#"2 < {__name__=~"a|b"} true true"#);
    }

    #[test]
    fn sides_of_set_operators() {
        assert_eq!(outcomes("a or b"), "a or b true false");
        assert_eq!(outcomes("a or c"), "a or c true true");
        assert_eq!(outcomes("missing or c"), "missing or c false true");
        assert_eq!(outcomes("a and b"), "a and b true false");
        assert_eq!(outcomes("a and c"), "a and c false true");
        assert_eq!(outcomes("a unless on () c"), "a unless on () c true true");
    }

    #[test]
    fn inside_of_a_subquery_its_own_steps_count() {
        assert_eq!(
            outcomes("count_over_time((a > 2)[2m:1m]) > 9"),
            "a > 2 true true; count_over_time((a > 2)[2m:1m]) > 9 false true"
        );
    }
}
