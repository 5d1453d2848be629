//! `promql/redundant-regex`: a pattern that says no more than a text, or than the same pattern without its anchors.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{MatchOp, Matcher};
use crate::promql::regex::{Simpler, anchored_at_one_end, simpler};
use crate::source::{Applicability, Diagnostic, Edit};

static META: Meta =
    meta!("promql/redundant-regex", Info, opinion, "a pattern where a text would do, or needless anchors").fixable();

pub(super) struct RedundantRegex;

impl LintRule for RedundantRegex {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        cx.for_each_pattern(|matcher| out.extend(look_at(cx, matcher)));
    }
}

fn look_at(cx: &RuleContext<'_>, matcher: &Matcher) -> Option<Diagnostic> {
    let pattern = std::str::from_utf8(&matcher.value.value).ok()?;
    // Something else is meant: `promql/single-anchor`.
    if anchored_at_one_end(pattern).is_some() {
        return None;
    }
    let (label, written) = (&matcher.name.value, matcher.op.symbol());
    let plain = matcher.op.of_texts().symbol();
    let (op, value, message) = match (matcher.op, pattern) {
        (MatchOp::NotRegex, ".+") => {
            let message = format!("`{label}!~\".+\"` selects series without the label, as `{label}=\"\"` does");
            ("=", String::new(), message)
        }
        _ => match simpler(pattern)? {
            Simpler::Text(text) => (plain, text, format!("the pattern of `{label}` is a plain text")),
            Simpler::WithoutAnchors(text) => (written, text, needless_anchors(label)),
            Simpler::InnerAnchors => {
                let place = cx.file().inside(&cx.rule.expr, matcher.value.span, "");
                return Some(META.diagnostic(needless_anchors(label), place).help("remove `^` and `$`"));
            }
        },
    };
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let wanted = format!("{op}{}", quoted(&value, matcher, expr.text())?);
    let found = META
        .diagnostic(message, file.inside(expr, matcher.op_span.to(matcher.value.span), ""))
        .help(format!("write `{label}{wanted}`"));
    let edits = [Edit::replace(matcher.op_span.to(matcher.value.span), wanted.as_str())];
    Some(found.fix(file.fix_inside(expr, format!("write `{label}{wanted}`"), &edits, Applicability::Safe)))
}

fn needless_anchors(label: &str) -> String {
    format!("the anchors in the pattern of `{label}` say nothing: it always has to match the whole value")
}

/// The text in the quotes that the matcher has; `None` where it would need escapes.
fn quoted(value: &str, matcher: &Matcher, text: &str) -> Option<String> {
    let quote = matcher.value.span.slice(text).chars().next()?;
    let is_plain =
        !value.contains(quote) && (quote == '`' || !value.contains('\\')) && !value.contains(char::is_control);
    is_plain.then(|| format!("{quote}{value}{quote}"))
}
