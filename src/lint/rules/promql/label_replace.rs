//! `promql/label-replace`: a regular expression or replacement of `label_replace` that cannot do what it says.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::promql::regex::ReplaceGroups;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/label-replace", Error, certain, "a `label_replace` that fails or sets nothing");

pub(super) struct LabelReplace;

impl LintRule for LabelReplace {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let calls = cx.parts().calls.iter().map(|(_, call)| call);
        out.extend(calls.filter(|call| call.function.name == "label_replace").filter_map(|call| check(cx, call)));
    }
}

fn check(cx: &RuleContext<'_>, call: &Call) -> Option<Diagnostic> {
    let (replacement, regex) = (call.args.get(2)?, call.args.get(4)?);
    let pattern = text(regex)?;
    let groups = match ReplaceGroups::of(pattern) {
        Ok(groups) => groups,
        Err(error) => {
            let place = cx.file().inside(&cx.rule.expr, regex.span, "not a regular expression");
            let found = META.diagnostic(format!("the rule fails: {}", error.message), place);
            return Some(match error.help {
                Some(help) => found.help(help),
                None => found,
            });
        }
    };
    let group = groups.unknown_in(text(replacement)?)?;
    let groups = match groups.count() {
        0 => "the regular expression has no group".to_owned(),
        1 => "the regular expression has one group".to_owned(),
        groups => format!("the regular expression has {groups} groups"),
    };
    let place = cx.file().inside(&cx.rule.expr, replacement.span, format!("`${group}` is empty"));
    let place_of_regex = cx.file().inside(&cx.rule.expr, regex.span, "no such group");
    let found = META.diagnostic(format!("`label_replace` puts nothing in for `${group}`: {groups}"), place);
    Some(found.related(place_of_regex).help("put parentheses around the part to insert, as in `(.*)`"))
}

fn text(argument: &Expr) -> Option<&str> {
    match &argument.without_parens().kind {
        ExprKind::String(text) => std::str::from_utf8(&text.value).ok(),
        _ => None,
    }
}
