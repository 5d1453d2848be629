//! `promql/many-to-one`: an operator that pairs one with one although a side selects several.

use crate::facts::{Branch, Facts, Presence};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{
    AggregateExpr, BinaryExpr, BinaryOp, Cardinality, ExprKind, MatchOp, Matcher, MatchingClause,
};
use crate::promql::regex::AnchoredRegex;
use crate::source::{Applicability, Diagnostic, Edit, Spanned};

static META: Meta =
    meta!("promql/many-to-one", Warning, certain, "an operator pairs one with one although a side selects several")
        .fixable();

/// Labels of which one thing has several values at once: the answers of one server have several codes. Of others, such as
/// the reason why a container waits, one thing has one, whatever a pattern admits.
const SEVERAL: [&str; 11] = [
    "code",
    "cpu",
    "error_code",
    "grpc_code",
    "http_code",
    "le",
    "method",
    "quantile",
    "response_code",
    "status",
    "status_code",
];

pub(super) struct ManyToOne;

impl LintRule for ManyToOne {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (_, operation) in &cx.parts().operations {
            if let Some(clause) = clause_of_one_to_one(operation)
                && let Some(facts) = cx.facts()
            {
                let (left, right) = (&operation.lhs, &operation.rhs);
                let sides = [(left, right, "left"), (right, left, "right")];
                let found = sides.into_iter().find_map(|(side, other, name)| {
                    let matcher = several(facts, side, clause)?;
                    let is_certain =
                        !copies_labels(left) && !copies_labels(right) && is_not_chosen(side, other, matcher);
                    is_certain.then_some((matcher, name))
                });
                out.extend(found.map(|(matcher, name)| report(cx, operation, clause, matcher, name)));
            }
        }
    }
}

/// `on (…)` or `ignoring (…)` of an operator that fails where several of one side share a partner.
fn clause_of_one_to_one(operation: &BinaryExpr) -> Option<&MatchingClause> {
    let matching = operation.matching.as_ref()?;
    matching.clause.as_ref().filter(|_| matching.cardinality == Cardinality::OneToOne)
}

/// The matcher of a label that differs among what a side selects, and is not compared.
fn several<'f>(facts: &'f Facts<'_>, side: &Expr, clause: &MatchingClause) -> Option<&'f Matcher> {
    let branches = facts.node(side.id)?;
    let is_compared = |label: &str| clause.labels.iter().any(|listed| listed.value == label) == clause.on;
    let mut labels = SEVERAL.into_iter().filter(|label| !is_compared(label));
    let matcher = labels.find_map(|label| branches.iter().find_map(|branch| asks_for_several(branch, label)))?;
    // A comparison may leave one of them, as `topk` does.
    (!chooses(side)).then_some(matcher)
}

/// A matcher of several values of a label that elements of the branch still have.
fn asks_for_several<'b>(branch: &'b Branch<'_>, label: &str) -> Option<&'b Matcher> {
    let mut matchers = branch.matchers(label);
    let there = matches!(branch.presence(label), Presence::Guaranteed) && !branch.has_one_value(label);
    matchers.find(|matcher| there && matcher.op == MatchOp::Regex && matches_several(matcher))
}

fn matches_several(matcher: &Matcher) -> bool {
    let pattern = std::str::from_utf8(&matcher.value.value).ok();
    let regex = pattern.and_then(|pattern| AnchoredRegex::new(pattern).ok());
    let are_many = |pattern: &str| match matcher.name.value.as_str() {
        // `le=~"5(\\.0)?"` asks for one value, however it is written.
        "le" | "quantile" => false,
        "status" => is_of_numbers(pattern),
        _ => true,
    };
    let is_code = |text: &String| text.len() == 3 && is_of_numbers(text);
    regex.is_some_and(|regex| match regex.literals() {
        // A server answers with `500` and `503`, and is `failed` or `unknown`.
        Some(texts) if matcher.name.value == "status" => are_several(texts) && texts.iter().all(is_code),
        Some(texts) => are_several(texts),
        None => pattern.is_some_and(are_many),
    })
}

/// Whether a pattern is about codes of HTTP: `5..`, `[45][0-9]{2}`.
fn is_of_numbers(pattern: &str) -> bool {
    let pattern = pattern.replace("\\d", "0");
    pattern.contains(|c: char| matches!(c, '1'..='5')) && !pattern.contains(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether texts are not all the same number: `le` is `5` or `5.0`, as the program or the server writes it.
fn are_several(texts: &[String]) -> bool {
    let mut numbers = texts.iter().map(|text| text.parse::<f64>().ok());
    let first = numbers.next().flatten();
    texts.len() > 1 && (first.is_none() || numbers.any(|number| number != first))
}

/// Whether labels are made of others: what is compared may be a copy of the one that differs.
fn copies_labels(side: &Expr) -> bool {
    side.any(|part| matches!(&part.kind, ExprKind::Call(call) if matches!(call.function.name, "label_replace" | "label_join")))
}

/// Whether several are there for sure. What is recorded, with a colon in its name, may be the greatest of them, unless the
/// other side aggregates the label of the same metric away.
fn is_not_chosen(side: &Expr, other: &Expr, matcher: &Matcher) -> bool {
    let mut recorded = None;
    side.walk(&mut |part| {
        let is_around = part.span.start() <= matcher.span.start() && matcher.span.end() <= part.span.end();
        let name = part.metric_name().filter(|_| is_around);
        recorded = recorded.or(name.filter(|name| name.contains(':')));
    });
    let Some(recorded) = recorded else { return true };
    other.any(|part| match &part.kind {
        ExprKind::Aggregate(aggregate) => {
            drops(aggregate, &matcher.name.value) && aggregate.expr.any(|part| part.metric_name() == Some(recorded))
        }
        _ => false,
    })
}

/// Whether an aggregation adds up what differs in a label.
fn drops(aggregate: &AggregateExpr, label: &str) -> bool {
    let lists = |labels: &[Spanned<String>]| labels.iter().any(|listed| listed.value == label);
    !aggregate.op.chooses()
        && aggregate.grouping.as_ref().is_none_or(|grouping| lists(&grouping.labels) == grouping.without)
}

fn chooses(side: &Expr) -> bool {
    side.any(|part| match &part.kind {
        ExprKind::Binary(operation) => {
            operation.op.is_comparison() || matches!(operation.op, BinaryOp::And | BinaryOp::Unless)
        }
        ExprKind::Aggregate(aggregate) => aggregate.op.chooses(),
        _ => false,
    })
}

/// Whether what stands behind the clause would be taken for labels of `group_left`, or for a part of its name.
fn is_followed_by_list(text: &str, clause: &MatchingClause) -> bool {
    let behind = text.get(clause.span.end()..).unwrap_or_default();
    // A bracket may follow a comment.
    !behind.starts_with(char::is_whitespace) || behind.trim_start().starts_with(['(', '#'])
}

fn report(
    cx: &RuleContext<'_>,
    operation: &BinaryExpr,
    clause: &MatchingClause,
    matcher: &Matcher,
    side: &str,
) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let (op, label) = (operation.op_span.slice(expr.text()), &matcher.name.value);
    let message = format!(
        "the rule fails as soon as two series of the {side} side of `{op}` differ in nothing but `{label}`, which is not compared"
    );
    let group =
        if is_followed_by_list(expr.text(), clause) { format!("group_{side} ()") } else { format!("group_{side}") };
    let insert = Edit::insert(clause.span.end(), format!(" {group}"));
    let title = format!("write `{group}` behind `{}`", clause.span.slice(expr.text()));
    META.diagnostic(message, file.inside(expr, operation.op_span, "pairs one with one"))
        .related(file.inside(expr, matcher.span, "selects several"))
        .help(format!("{title}, or aggregate `{label}` away on the {side} side"))
        .fix(file.fix_inside(expr, title, &[insert], Applicability::Unsafe))
}
