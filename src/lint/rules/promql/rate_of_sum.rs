//! `promql/rate-of-sum`: `rate` of a sum of counters, in which the restart of one looks like a restart of all.

use rustc_hash::FxHashMap;

use crate::facts::{Kind, Quantities};
use crate::inventory::Inventory;
use crate::lint::context::WorkspaceContext;
use crate::lint::recording::{Place, Recording};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::promql::functions::{Values, Wants};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/rate-of-sum", Warning, likely, "`rate` of a sum of counters").on_by_default();

pub(super) struct RateOfSum;

impl LintRule for RateOfSum {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut sums =
            Sums { recording: cx.recording(), inventory: cx.config.inventory(), known: FxHashMap::default() };
        for place in cx.places() {
            let Some(expr) = &place.rule.parsed else { continue };
            expr.walk(&mut |part| {
                if let ExprKind::Call(call) = &part.kind
                    && call.function.wants == Some(Wants::Counter)
                    && matches!(call.function.values, Values::OfCounter(..))
                {
                    out.extend(sums.check(&place, call));
                }
            });
        }
    }
}

/// The recorded series that are sums of counters.
struct Sums<'a, 'c> {
    recording: &'c Recording<'a>,
    inventory: &'c Inventory,
    /// By name: the first definition, if all are sums of counters.
    known: FxHashMap<&'a str, Option<Place<'a>>>,
}

impl<'a> Sums<'a, '_> {
    fn check(&mut self, place: &Place<'a>, call: &'a Call) -> Option<Diagnostic> {
        let argument = call.args.first()?.without_parens();
        match &argument.kind {
            ExprKind::Subquery(subquery) if is_sum_of_counters(&subquery.expr, self.inventory) => {
                Some(report(place, call, subquery.expr.span, "a sum of counters", None))
            }
            ExprKind::Matrix(matrix) => {
                let name = matrix.selector.value.metric_name()?;
                let definition = self.definition(name)?;
                Some(report(place, call, argument.span, "recorded as a sum of counters", Some(&definition)))
            }
            _ => None,
        }
    }

    fn definition(&mut self, name: &'a str) -> Option<Place<'a>> {
        let (recording, inventory) = (self.recording, self.inventory);
        *self.known.entry(name).or_insert_with(|| {
            let definitions = recording.get(name)?;
            let all = definitions
                .iter()
                .all(|place| place.rule.parsed.as_ref().is_some_and(|expr| is_sum_of_counters(expr, inventory)));
            all.then_some(definitions.first)
        })
    }
}

/// Whether an expression adds counters up, as their names say, without having taken their rates.
fn is_sum_of_counters(expr: &Expr, inventory: &Inventory) -> bool {
    let expr = expr.without_parens();
    matches!(&expr.kind, ExprKind::Aggregate(aggregate) if aggregate.op == crate::promql::ast::AggregateOp::Sum)
        && Quantities::of(expr, inventory).node(expr.id).kind == Some(Kind::Counter)
}

fn report(place: &Place<'_>, call: &Call, argument: Span, what: &str, definition: Option<&Place<'_>>) -> Diagnostic {
    let (file, expr, function) = (place.file, &place.rule.expr, call.function.name);
    let message = format!("`{function}` takes the restart of one counter for a restart of the whole sum");
    let found =
        META.diagnostic(message, file.inside(expr, call.name_span, "")).related(file.inside(expr, argument, what));
    let found = match definition {
        Some(definition) => found.related(definition.file.field(&definition.rule.name, "recorded here")),
        None => found,
    };
    found.help(format!("take the rate first and add up then: `sum({function}(…))`"))
}
