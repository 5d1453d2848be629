//! `promql/raw-buckets`: a quantile of buckets as they are, counted since the process started.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::promql::functions::Wants;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/raw-buckets", Info, certain, "a quantile of buckets without `rate`");

pub(super) struct RawBuckets;

impl LintRule for RawBuckets {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (_, call) in &cx.parts().calls {
            if let Some(buckets) = raw_buckets(call) {
                let (file, field) = (cx.file(), &cx.rule.expr);
                let message = format!(
                    "`{}` looks at everything since the process started: the buckets are not those of a window",
                    call.function.name
                );
                let found = META.diagnostic(message, file.inside(field, buckets.span, "buckets only grow"));
                out.push(found.help("write `rate(…_bucket[5m])`"));
            }
        }
    }
}

/// The selector of classic buckets, if it is all that the function is given, at most added up.
fn raw_buckets(call: &Call) -> Option<&Expr> {
    if call.function.wants != Some(Wants::Buckets) {
        return None;
    }
    let mut argument = call.args.get(call.function.vector_arg()?)?.without_parens();
    while let ExprKind::Aggregate(aggregate) = &argument.kind {
        argument = aggregate.expr.without_parens();
    }
    match &argument.kind {
        ExprKind::Vector(selector) => {
            let is_buckets =
                selector.metric_name().is_some_and(|name| name.ends_with("_bucket") && !name.contains(':'));
            is_buckets.then_some(argument)
        }
        _ => None,
    }
}
