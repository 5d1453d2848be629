//! Runs the rules over documents.

use std::sync::Arc;

use rayon::prelude::*;

use crate::source::{Diagnostic, Severity, SourceFile};

use super::config::Levels;
use super::context::{FileContext, GroupContext, RuleContext, TemplateField, TemplatePlace, WorkspaceContext};
use super::registry::registry;
use super::rule::LintRule;
use super::suppression::Suppressions;
use super::{Config, Document};

/// Lints `documents`. Diagnostics are ordered by file (in the order of `documents`), place and rule; those that are
/// switched off or suppressed are left out. Files are linted in parallel.
pub fn run(documents: &[Document], config: &Config) -> Vec<Diagnostic> {
    let levels: Vec<Levels> = documents.iter().map(|document| config.levels(document.source.name())).collect();
    let mut found: Vec<Vec<Diagnostic>> =
        documents.par_iter().zip(&levels).map(|(document, levels)| check_document(document, config, levels)).collect();
    check_workspace(documents, config, &levels, &mut found);
    found
        .into_par_iter()
        .zip(documents)
        .zip(&levels)
        .flat_map_iter(|((diagnostics, document), levels)| settle(document, levels, diagnostics))
        .collect()
}

/// Leaves of what a run of the tests in `source` warns of that which [`run`] would tell too: neither switched off, nor
/// suppressed, nor mere information. The warnings stay warnings, whatever severity is configured.
pub fn keep_wanted(source: &Arc<SourceFile>, warnings: &mut Vec<Diagnostic>, config: &Config) {
    if warnings.is_empty() {
        return;
    }
    let levels = config.levels(source.name());
    let is_wanted = |warning: &Diagnostic| {
        let mut configured = warning.clone();
        levels.apply(&mut configured) && configured.severity >= Severity::Warning
    };
    warnings.retain(is_wanted);
    let document = Document::comments_of(source);
    let suppressions = Suppressions::read(&document);
    warnings.retain(|warning| !suppressions.silences(warning));
}

/// What the readers say about one document and what the rules find in it.
fn check_document(document: &Document, config: &Config, levels: &Levels) -> Vec<Diagnostic> {
    let mut out = document.problems.clone();
    let Some(rules) = &document.rules else { return out };
    out.extend(rules.problems.iter().cloned());

    let active: Vec<&dyn LintRule> = active(levels).collect();
    let file = FileContext { config, document, rules };
    out.extend(in_parallel(&active, |rule, out| rule.check_file(&file, out)));
    for group in &rules.groups {
        let templates = TemplateField::among(&group.labels, TemplatePlace::GroupLabel);
        let templates: Vec<_> = templates.filter(|template| template.is_for(rules.dialect)).collect();
        let group_cx = GroupContext { file, group, templates: &templates };
        active.iter().for_each(|rule| rule.check_group(&group_cx, &mut out));
        out.par_extend(group.rules.par_iter().with_min_len(RULES_AT_ONCE).flat_map_iter(|rule| {
            let rule_cx = RuleContext::new(group_cx, rule);
            let mut out = Vec::new();
            active.iter().for_each(|lint| lint.check_rule(&rule_cx, &mut out));
            out
        }));
    }
    out
}

/// So many rules of a group are worth the way to another thread.
const RULES_AT_ONCE: usize = 16;

/// What the hooks of several lint rules find, in the order of the lint rules.
fn in_parallel(
    lints: &[&'static dyn LintRule],
    hook: impl Fn(&dyn LintRule, &mut Vec<Diagnostic>) + Sync,
) -> Vec<Diagnostic> {
    let found = lints.par_iter().flat_map_iter(|lint| {
        let mut out = Vec::new();
        hook(*lint, &mut out);
        out
    });
    found.collect()
}

/// Runs the hooks that see all files and hands each finding to its file.
fn check_workspace(documents: &[Document], config: &Config, levels: &[Levels], found: &mut [Vec<Diagnostic>]) {
    let cx = WorkspaceContext { config, documents };
    let on_somewhere = |lint: &&dyn LintRule| levels.iter().any(|levels| levels.is_on(lint.meta()));
    let lints: Vec<&dyn LintRule> = registry().iter().copied().filter(on_somewhere).collect();
    let out = in_parallel(&lints, |lint, out| lint.check_workspace(&cx, out));
    let by_file: rustc_hash::FxHashMap<_, usize> =
        documents.iter().enumerate().map(|(at, document)| (std::sync::Arc::as_ptr(&document.source), at)).collect();
    for diagnostic in out {
        let file = std::sync::Arc::as_ptr(&diagnostic.primary.file);
        if let Some(of_file) = by_file.get(&file).and_then(|at| found.get_mut(*at)) {
            of_file.push(diagnostic);
        }
    }
}

fn active(levels: &Levels) -> impl Iterator<Item = &'static dyn LintRule> {
    registry().iter().copied().filter(|rule| levels.is_on(rule.meta()))
}

/// Applies the configured severities and the suppressions, and puts what is left in order.
fn settle(document: &Document, levels: &Levels, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain_mut(|diagnostic| levels.apply(diagnostic));
    let suppressions = Suppressions::read(document);
    let mut kept = suppressions.apply(diagnostics, levels);
    kept.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    kept
}
