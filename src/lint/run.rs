//! Runs the rules over documents.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::source::{Diagnostic, FileId, SourceFile};

use super::Config;
use super::changes::Gone;
use super::config::FileLevels;
use super::context::{FileContext, GroupContext, RuleContext, TemplateField, TemplatePlace, WorkspaceContext, names};
use super::earlier::Kept;
use super::pages::asks_for_pages;
use super::recording::RecordedNames;
use super::registry::registry;
use super::rule::{LintRule, Meta};
use super::suppression::{PageSuppressions, Suppressions};
use crate::rules::{Rule, RuleGroup};
use crate::unittest;
use crate::workspace::{Document, Purpose, TestInput, Workspace};

/// Lints the documents of a workspace. Diagnostics are ordered by file (in the order of the documents), place and rule;
/// those that are switched off or suppressed are left out. Files are linted in parallel.
pub fn run(workspace: &Workspace, config: &Config) -> Vec<Diagnostic> {
    run_since(workspace, config, &Gone::default())
}

/// The same after a change that has taken recorded series away.
pub fn run_since(workspace: &Workspace, config: &Config, gone: &Gone) -> Vec<Diagnostic> {
    let Found { levels, own, of_all, .. } = find(workspace, config);
    finish(workspace, config, gone, &levels, own, of_all)
}

/// As [`run_since`], with what a run over the files as they were can take from it.
pub fn run_keeping(workspace: &Workspace, config: &Config, gone: &Gone) -> (Vec<Diagnostic>, Kept) {
    let Found { levels, recorded_names, own, of_all } = find(workspace, config);
    let diagnostics = finish(workspace, config, gone, &levels, own.clone(), of_all.clone());
    let kept = Kept::new(levels, own, of_all, &recorded_names, &diagnostics);
    (diagnostics, kept)
}

/// What a run finds, before it is settled.
struct Found<'w> {
    /// For each document, which rules run in it.
    levels: Vec<Arc<FileLevels>>,
    recorded_names: RecordedNames<'w>,
    /// What is found in each document by itself.
    own: Vec<Vec<Diagnostic>>,
    /// What the hooks find that see all files.
    of_all: Vec<Diagnostic>,
}

fn find<'w>(workspace: &'w Workspace, config: &Config) -> Found<'w> {
    let documents = workspace.documents();
    let levels = config.levels_in_each(documents);
    let recorded_names = RecordedNames::of(workspace);
    let of_each = documents.par_iter().zip(&levels);
    let own = of_each.map(|(document, levels)| check_document(workspace, document, config, levels, &recorded_names));
    // Most files share theirs with the one before.
    let mut differing: Vec<&Arc<FileLevels>> = levels.iter().collect();
    differing.dedup_by(|a, b| Arc::ptr_eq(a, b));
    // Pages are no documents, and what holds for them may hold for nothing else.
    let on_a_page = |meta: &Meta| asks_for_pages(meta) && !workspace.pages().is_empty() && config.may_run(meta);
    let on_somewhere = |lint: &dyn LintRule| {
        let meta = lint.meta();
        differing.iter().any(|levels| levels.is_on_somewhere(meta)) || on_a_page(meta)
    };
    // Much of what sees all files is done by one thread, and the others need not wait for it.
    let (own, of_all) =
        rayon::join(|| own.collect(), || check_workspace(workspace, config, on_somewhere, &recorded_names));
    Found { levels, recorded_names, own, of_all }
}

/// Settles what was found and puts it in order.
fn finish(
    workspace: &Workspace,
    config: &Config,
    gone: &Gone,
    levels: &[Arc<FileLevels>],
    mut found: Vec<Vec<Diagnostic>>,
    of_all: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let documents = workspace.documents();
    if !gone.is_empty() {
        found.par_iter_mut().zip(documents).for_each(|(found, document)| found.extend(gone.used_in(document)));
    }
    let elsewhere = hand_out(of_all, documents, &mut found);
    let mut settled: Vec<Vec<Diagnostic>> = found
        .into_par_iter()
        .zip(documents)
        .zip(levels)
        .map(|((diagnostics, document), levels)| settle(document, levels, config.now_ms(), diagnostics))
        .collect();
    settled.push(settle_elsewhere(elsewhere, workspace, config));
    // As long as it will be: beside a list that is grown, the shorter one is still there.
    let mut all = Vec::with_capacity(settled.iter().map(Vec::len).sum());
    settled.into_iter().for_each(|of_one| all.extend(of_one));
    all
}

/// Lints one rule file, whatever it looks like.
pub fn run_on(source: &Arc<SourceFile>, config: &Config) -> Vec<Diagnostic> {
    let settings = config.settings();
    let document = Document::rule_file(source, &settings);
    let mut workspace = Workspace::new(Purpose::Check, settings);
    workspace.add(document);
    run(&workspace, config)
}

/// What the readers say about one document and what the rules find in it.
pub(super) fn check_document(
    workspace: &Workspace,
    document: &Document,
    config: &Config,
    levels: &FileLevels,
    recorded_names: &RecordedNames<'_>,
) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = document.problems().cloned().collect();
    if let Some(input) = document.tests().filter(|_| out.is_empty()) {
        out = check_tests(workspace, input);
    }
    let Some(rules) = document.rules() else { return out };

    let active: Vec<&dyn LintRule> = levels.active().collect();
    let file = FileContext { config, document, rules, recorded_names };
    out.extend(in_parallel(&active, |rule, out| rule.check_file(&file, out)));
    out.par_extend(rules.groups.par_iter().flat_map_iter(|group| check_group(file, group, &active)));
    out.shrink_to_fit();
    out
}

/// So many rules of a group are worth the way to another thread.
const RULES_AT_ONCE: usize = 16;

/// What the rules find in a group and in its rules.
fn check_group(file: FileContext<'_>, group: &RuleGroup, active: &[&dyn LintRule]) -> Vec<Diagnostic> {
    let templates = TemplateField::among(&group.labels, TemplatePlace::GroupLabel);
    let templates: Vec<_> = templates.filter(|template| template.is_for(file.rules.dialect)).collect();
    let label_names = names(&group.labels);
    let cx = GroupContext { file, group, label_names: &label_names, templates: &templates };
    let mut out = Vec::new();
    active.iter().for_each(|lint| lint.check_group(&cx, &mut out));
    let check = |rules: &[Rule]| {
        let mut out = Vec::new();
        for rule in rules {
            let rule_cx = RuleContext::new(cx, rule);
            active.iter().for_each(|lint| lint.check_rule(&rule_cx, &mut out));
        }
        out
    };
    match group.rules.len() < 2 * RULES_AT_ONCE {
        true => out.extend(check(&group.rules)),
        false => out.par_extend(group.rules.par_chunks(RULES_AT_ONCE).flat_map_iter(check)),
    }
    out
}

/// What can be said of sound tests without running them.
fn check_tests(workspace: &Workspace, input: &TestInput) -> Vec<Diagnostic> {
    let rules = workspace.rules_of(input);
    unittest::lint::findings(&input.test, &rules, &workspace.settings().parse)
}

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

/// What the hooks find that see all files, of the rules that are `wanted`.
pub(super) fn check_workspace(
    workspace: &Workspace,
    config: &Config,
    wanted: impl Fn(&dyn LintRule) -> bool,
    recorded_names: &RecordedNames<'_>,
) -> Vec<Diagnostic> {
    let cx = WorkspaceContext::new(config, workspace, recorded_names);
    let lints: Vec<&dyn LintRule> = registry().iter().copied().filter(|lint| wanted(*lint)).collect();
    // Several threads read them. Begun within a hook, one that waits there for the others would take up another hook, which
    // waits for the pages: for ever.
    if !workspace.pages().is_empty() && lints.iter().any(|lint| asks_for_pages(lint.meta())) {
        cx.pages();
    }
    in_parallel(&lints, |lint, out| lint.check_workspace(&cx, out))
}

/// Hands each finding to its document; gives back those on files that are none, such as a rule file that only a test
/// names.
pub(super) fn hand_out(
    diagnostics: Vec<Diagnostic>,
    documents: &[Arc<Document>],
    found: &mut [Vec<Diagnostic>],
) -> Vec<Diagnostic> {
    let by_file: FxHashMap<FileId, usize> =
        documents.iter().enumerate().map(|(at, document)| (document.source.id(), at)).collect();
    let mut elsewhere = Vec::new();
    for diagnostic in diagnostics {
        let at = by_file.get(&diagnostic.primary.file.id());
        match at.and_then(|at| found.get_mut(*at)) {
            Some(of_file) => of_file.push(diagnostic),
            None => elsewhere.push(diagnostic),
        }
    }
    elsewhere
}

/// Applies the configured severities to findings on files that are no documents, and what pages say of themselves. In
/// others nobody reads suppressions.
pub(super) fn settle_elsewhere(
    mut diagnostics: Vec<Diagnostic>,
    workspace: &Workspace,
    config: &Config,
) -> Vec<Diagnostic> {
    let speaking = workspace.pages().iter().filter(|page| page.file.text().contains("promproof"));
    let pages: FxHashMap<FileId, PageSuppressions> =
        speaking.map(|page| (page.file.id(), PageSuppressions::read(page.file.text(), config.now_ms()))).collect();
    let mut levels: FxHashMap<FileId, FileLevels> = FxHashMap::default();
    diagnostics.retain_mut(|diagnostic| {
        let file = &diagnostic.primary.file;
        let levels = levels.entry(file.id()).or_insert_with(|| match workspace.document(file.id()) {
            Some(document) => config.levels_in(&document),
            None => config.levels(file.name()).into(),
        });
        let page = pages.get(&file.id()).filter(|_| !levels.is_locked(diagnostic.rule));
        let is_silenced = page.is_some_and(|page| page.silences(diagnostic));
        levels.apply(diagnostic) && !is_silenced
    });
    diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    diagnostics.iter_mut().for_each(Diagnostic::tell_reasons);
    diagnostics
}

/// Applies the configured severities and the suppressions, and puts what is left in order.
pub(super) fn settle(
    document: &Document,
    levels: &FileLevels,
    now_ms: Option<i64>,
    mut diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    diagnostics.retain_mut(|diagnostic| levels.apply(diagnostic));
    let suppressions = Suppressions::read(document, now_ms);
    let mut kept = suppressions.apply(diagnostics, levels);
    kept.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    kept.dedup_by(|again, first| {
        is_same(first, again) && {
            merge(first, again);
            true
        }
    });
    kept.iter_mut().for_each(Diagnostic::tell_reasons);
    kept
}

/// Whether two findings say the same of the same place: two policies demand it, or a label of a group is that of each of
/// its rules.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (a.rule, a.primary.span) == (b.rule, b.primary.span) && a.message == b.message && a.primary.text == b.primary.text
}

/// Leaves the greater severity, and what each says besides.
fn merge(first: &mut Diagnostic, again: &mut Diagnostic) {
    first.severity = first.severity.max(again.severity);
    match (&first.help, again.help.take()) {
        (None, other) => first.help = other,
        (Some(help), Some(other)) if *help != other => again.reasons.insert(0, other),
        _ => {}
    }
    for reason in again.reasons.drain(..) {
        if !first.reasons.contains(&reason) {
            first.reasons.push(reason);
        }
    }
    if first.fix.is_none() {
        first.fix = again.fix.take();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::source::{Label, Severity, SourceFile, Span};

    use super::*;

    #[test]
    fn a_finding_on_a_file_that_is_no_document_is_not_lost() {
        let config = Config::default();
        let source = |name: &str| Arc::new(SourceFile::new(name, "groups: []\n"));
        let documents = [Arc::new(Document::rule_file(&source("a.yml"), &config.settings()))];
        let finding = |file: &Arc<SourceFile>, message: &str| {
            Diagnostic::new("rule/duplicate", Severity::Warning, message, Label::new(file, Span::at(0), ""))
        };
        // Another file of the same name is another file.
        let (same_name, other) = (source("a.yml"), source("b.yml"));
        let all = vec![finding(&other, "2"), finding(&documents[0].source, "0"), finding(&same_name, "1")];
        let mut found = vec![Vec::new()];
        let workspace = Workspace::default();
        let elsewhere = settle_elsewhere(hand_out(all, &documents, &mut found), &workspace, &config);
        let messages = |found: &[Diagnostic]| found.iter().map(|found| found.message.clone()).collect::<Vec<_>>();
        assert_eq!(
            (messages(&found[0]), messages(&elsewhere)),
            (vec!["0".to_owned()], vec!["1".to_owned(), "2".to_owned()])
        );
    }
}
