//! `promql/many-to-one`: an operator that pairs one with one although a side selects several.

use crate::facts::{Branch, Facts, Presence};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, Cardinality, ExprKind, MatchOp, Matcher, MatchingClause};
use crate::promql::regex::AnchoredRegex;
use crate::source::{Applicability, Diagnostic, Edit};

static META: Meta =
    meta!("promql/many-to-one", Warning, certain, "an operator pairs one with one although a side selects several")
        .fixable();

/// Labels of which one thing has several values at once: the answers of one server have several codes. Of others, such as
/// the kind of a file system, one thing has one, whatever a pattern admits.
const SEVERAL: [&str; 16] = [
    "cause",
    "code",
    "cpu",
    "error_code",
    "grpc_code",
    "http_code",
    "le",
    "method",
    "mode",
    "outcome",
    "quantile",
    "reason",
    "response_code",
    "result",
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
                let sides = [(&operation.lhs, "left"), (&operation.rhs, "right")];
                let found = sides.into_iter().find_map(|(side, name)| Some((several(facts, side, clause)?, name)));
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
    // `le=~"5(\\.0)?"` asks for one value, however it is written.
    let is_number = matches!(matcher.name.value.as_str(), "le" | "quantile");
    regex.is_some_and(|regex| regex.literals().map_or(!is_number, are_several))
}

/// Whether texts are not all the same number: `le` is `5` or `5.0`, as the program or the server writes it.
fn are_several(texts: &[String]) -> bool {
    let mut numbers = texts.iter().map(|text| text.parse::<f64>().ok());
    let first = numbers.next().flatten();
    texts.len() > 1 && (first.is_none() || numbers.any(|number| number != first))
}

fn chooses(side: &Expr) -> bool {
    let mut found = false;
    side.walk(&mut |part| {
        found |= match &part.kind {
            ExprKind::Binary(operation) => {
                operation.op.is_comparison() || matches!(operation.op, BinaryOp::And | BinaryOp::Unless)
            }
            ExprKind::Aggregate(aggregate) => matches!(
                aggregate.op,
                AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK | AggregateOp::LimitRatio
            ),
            _ => false,
        };
    });
    found
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
    let group = format!("group_{side}");
    let insert = Edit::insert(clause.span.end(), format!(" {group}"));
    let title = format!("write `{group}` behind `{}`", clause.span.slice(expr.text()));
    META.diagnostic(message, file.inside(expr, operation.op_span, "pairs one with one"))
        .related(file.inside(expr, matcher.span, "selects several"))
        .help(format!("{title}, or aggregate `{label}` away on the {side} side"))
        .fix(file.fix_inside(expr, title, &[insert], Applicability::Unsafe))
}
