//! `promql/integer-bucket`: `le="5"`, which Prometheus 3 stores as `5.0`.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Version;
use crate::promql::ast::{MatchOp, Matcher};
use crate::source::{Applicability, Diagnostic, Edit};

static META: Meta =
    meta!("promql/integer-bucket", Warning, certain, "a bucket or quantile without the `.0` that Prometheus 3 adds")
        .waits_for("facts.prometheus-version")
        .fixable();

pub(super) struct IntegerBucket;

impl LintRule for IntegerBucket {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        if cx.config().facts.prometheus_version.is_none_or(|version| version < Version::V3) {
            return;
        }
        expr.walk(&mut |part| {
            let Some(selector) = part.selector() else { return };
            // What is recorded keeps the labels it was recorded with.
            let is_scraped = selector.metric_name().is_some_and(|name| !name.contains(':'));
            out.extend(selector.matchers.iter().filter(|_| is_scraped).filter_map(|matcher| check(cx, matcher)));
        });
    }
}

fn check(cx: &RuleContext<'_>, matcher: &Matcher) -> Option<Diagnostic> {
    let name = matcher.name.value.as_str();
    let value = std::str::from_utf8(&matcher.value.value).ok()?;
    // From a million on it is written with an exponent, `1e+06`, with and without a point.
    let is_integer = matches!(value.len(), 1..=6) && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_integer = is_integer && (value == "0" || !value.starts_with('0'));
    if !matches!(name, "le" | "quantile") || !matches!(matcher.op, MatchOp::Equal | MatchOp::NotEqual) || !is_integer {
        return None;
    }
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let (pattern_op, effect) = match matcher.op {
        MatchOp::Equal => ("=~", "this matches nothing there"),
        _ => ("!~", "this excludes nothing there"),
    };
    let message = format!("Prometheus 3 stores `{name}=\"{value}\"` as `{name}=\"{value}.0\"`: {effect}");
    let found = META.diagnostic(message, file.inside(expr, matcher.op_span.to(matcher.value.span), "")).help(format!(
        "write `{name}{pattern_op}\"{value}(\\\\.0)?\"`, which is for both, or `{name}{}\"{value}.0\"`",
        matcher.op.symbol()
    ));
    let quote = matcher.value.span.slice(expr.text()).chars().next()?;
    let wanted = format!("{}{quote}{value}.0{quote}", matcher.op.symbol());
    let edit = Edit::replace(matcher.op_span.to(matcher.value.span), wanted.clone());
    Some(found.fix(file.fix_inside(expr, format!("write `{name}{wanted}`"), &[edit], Applicability::Unsafe)))
}
