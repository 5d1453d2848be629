//! `promql/rate-of-sum`: `rate` of a sum of counters, in which the restart of one looks like a restart of all.

use rustc_hash::FxHashMap;

use crate::facts::{Kind, Quantities};
use crate::inventory::Inventory;
use crate::lint::context::{FileContext, RuleContext, WorkspaceContext};
use crate::lint::recording::{Place, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::promql::functions::{Values, Wants};
use crate::rules::Rule;
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/rate-of-sum", Warning, likely, "`rate` of a sum of counters").on_by_default();

pub(super) struct RateOfSum;

impl LintRule for RateOfSum {
    fn meta(&self) -> &'static Meta {
        &META
    }

    /// Sums that stand in the call itself.
    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let inventory = cx.config().inventory();
        for_each_rate(cx.rule, &mut |call, argument| {
            if let ExprKind::Subquery(subquery) = &argument.kind
                && is_sum_of_counters(&subquery.expr, inventory)
            {
                out.push(report(cx.file(), cx.rule, call, subquery.expr.span, "a sum of counters"));
            }
        });
    }

    /// Sums that were recorded.
    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut sums =
            Sums { recording: cx.recording(), inventory: cx.config.inventory(), known: FxHashMap::default() };
        if sums.recording.names().next().is_none() {
            return;
        }
        for place in cx.places() {
            for_each_rate(place.rule, &mut |call, argument| out.extend(sums.check(&place, call, argument)));
        }
    }
}

/// Shows `look` each call that takes the restart of a counter into account, with its argument.
fn for_each_rate<'a>(rule: &'a Rule, look: &mut dyn FnMut(&'a Call, &'a Expr)) {
    let Some(expr) = &rule.parsed else { return };
    expr.walk(&mut |part| {
        if let ExprKind::Call(call) = &part.kind
            && let call = &**call
            && call.function.wants == Some(Wants::Counter)
            && matches!(call.function.values, Values::OfCounter(..))
            && let Some(argument) = call.args.first()
        {
            look(call, argument.without_parens());
        }
    });
}

/// The recorded series that are sums of counters.
struct Sums<'a, 'c> {
    recording: &'c Recording<'a>,
    inventory: &'c Inventory,
    /// By name: the first definition, if all are sums of counters.
    known: FxHashMap<&'a str, Option<Place<'a>>>,
}

impl<'a> Sums<'a, '_> {
    fn check(&mut self, place: &Place<'a>, call: &'a Call, argument: &'a Expr) -> Option<Diagnostic> {
        let ExprKind::Matrix(matrix) = &argument.kind else { return None };
        let definition = self.definition(matrix.selector.value.metric_name()?)?;
        let found = report(place.file, place.rule, call, argument.span, "recorded as a sum of counters");
        Some(found.related(definition.file.field(&definition.rule.name, "recorded here")))
    }

    fn definition(&mut self, name: &'a str) -> Option<Place<'a>> {
        let (recording, inventory) = (self.recording, self.inventory);
        *self.known.entry(name).or_insert_with(|| {
            let definitions = recording.get(name)?;
            let all = definitions
                .iter()
                .all(|place| place.rule.parsed.as_ref().is_some_and(|expr| is_sum_of_counters(expr, inventory)));
            if all { definitions.first() } else { None }
        })
    }
}

/// Whether an expression adds counters up, as their names say, without having taken their rates.
fn is_sum_of_counters(expr: &Expr, inventory: &Inventory) -> bool {
    let expr = expr.without_parens();
    matches!(&expr.kind, ExprKind::Aggregate(aggregate) if aggregate.op == crate::promql::ast::AggregateOp::Sum)
        && Quantities::of(expr, inventory).node(expr.id).kind == Some(Kind::Counter)
}

fn report(file: FileContext<'_>, rule: &Rule, call: &Call, argument: Span, what: &str) -> Diagnostic {
    let (expr, function) = (&rule.expr, call.function.name);
    let message = format!("`{function}` takes the restart of one counter for a restart of the whole sum");
    META.diagnostic(message, file.inside(expr, call.name_span, ""))
        .related(file.inside(expr, argument, what))
        .help(format!("take the rate first and add up then: `sum({function}(…))`"))
}
