//! `promql/misspelt-label`: a label's name that occurs once in all files, one slip of the pen away from a frequent one.

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::slips::{Misspelt, Names};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::rules::Field;
use crate::source::{Applicability, Diagnostic, Edit, Span, Spanned};

static META: Meta =
    meta!("promql/misspelt-label", Warning, likely, "a label's name looks like a misspelt frequent one")
        .on_by_default()
        .fixable();

pub(super) struct MisspeltLabel;

impl LintRule for MisspeltLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut names = Names::new();
        for file in cx.rule_files() {
            for rule in file.rules.groups.iter().flat_map(|group| &group.rules) {
                let Some(expr) = &rule.parsed else { continue };
                label_names(expr, &mut |name| {
                    names.see(&name.value, || Place { file, expr: &rule.expr, span: name.span });
                });
            }
        }
        out.extend(names.misspelt().iter().map(report));
    }
}

fn report(found: &Misspelt<'_, Place<'_>>) -> Diagnostic {
    let (Place { file, expr, span }, name, meant) = (found.place, found.name, found.meant);
    let message = format!("no other expression has a label `{name}`; `{meant}` is used often");
    let found = META.diagnostic(message, file.inside(expr, span, "looks misspelt"));
    let title = format!("write `{meant}`");
    let fix = file.fix_inside(expr, title.as_str(), &[Edit::replace(span, meant)], Applicability::Unsafe);
    found.help(title).fix(fix)
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: FileContext<'a>,
    expr: &'a Field,
    span: Span,
}

/// Every label that an expression names.
fn label_names<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Spanned<String>)) {
    expr.walk(&mut |part| {
        match &part.kind {
            ExprKind::Aggregate(aggregate) => aggregate.grouping.iter().flat_map(|by| &by.labels).for_each(&mut *see),
            ExprKind::Binary(operation) => {
                let Some(matching) = &operation.matching else { return };
                matching.clause.iter().flat_map(|clause| &clause.labels).for_each(&mut *see);
                matching.include.iter().flat_map(|include| &include.value).for_each(&mut *see);
            }
            _ => {}
        }
        if let Some(selector) = part.selector() {
            selector.matchers.iter().for_each(|matcher| see(&matcher.name));
        }
    });
}
