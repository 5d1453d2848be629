//! `promql/misspelt-label`: a label's name that occurs once in all files, one slip of the pen away from a frequent one.

use rustc_hash::FxHashMap;

use super::slips::{MIN_LETTERS, Names, is_slip};
use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::rules::Field;
use crate::source::{Applicability, Diagnostic, Edit, Span, Spanned};

static META: Meta =
    meta!("promql/misspelt-label", Warning, likely, "a label's name looks like a misspelt frequent one")
        .on_by_default()
        .fixable();

/// What occurs as often is spelt right.
const FREQUENT: usize = 30;

pub(super) struct MisspeltLabel;

impl LintRule for MisspeltLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut names: FxHashMap<&str, Use<'_>> = FxHashMap::default();
        for file in cx.rule_files() {
            for rule in file.rules.groups.iter().flat_map(|group| &group.rules) {
                let Some(expr) = &rule.parsed else { continue };
                label_names(expr, &mut |name| {
                    let place = Place { file, expr: &rule.expr, span: name.span };
                    names.entry(&name.value).or_insert(Use { count: 0, first: place }).count += 1;
                });
            }
        }
        let rare: Vec<_> = names.iter().filter(|(name, used)| used.count == 1 && name.len() >= MIN_LETTERS).collect();
        let frequent = names.iter().filter(|(_, used)| used.count >= FREQUENT).map(|(name, _)| *name);
        let frequent = Names::of(frequent.filter(|name| name.len() >= MIN_LETTERS), rare.len());
        for (name, used) in rare {
            if let Some(meant) = frequent.near(name, is_slip) {
                let Place { file, expr, span } = used.first;
                let message = format!("no other expression has a label `{name}`; `{meant}` is used often");
                let found = META.diagnostic(message, file.inside(expr, span, "looks misspelt"));
                let title = format!("write `{meant}`");
                let edits = [Edit::replace(span, meant)];
                let fix = file.fix_inside(expr, title.as_str(), &edits, Applicability::Unsafe);
                out.push(found.help(title).fix(fix));
            }
        }
    }
}

/// How often a name occurs, and where first.
struct Use<'a> {
    count: usize,
    first: Place<'a>,
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
