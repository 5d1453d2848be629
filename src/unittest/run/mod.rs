//! Runs test files: rules loaded once, files and test groups in parallel, results in the order of the files.
//!
//! The runner knows the verdicts of assertions and nobody who wants more of a run than that: whoever looks at it is an
//! [`Observer`].

mod group;
mod observer;
mod options;
mod running;
mod selection;
mod sets;

pub use observer::{Needs, Observer, Seen};
pub use options::RunOptions;
pub use running::{InFile, Running};
pub use selection::Selection;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use group::Ran;
use observer::SeenInFile;
use sets::RuleSets;

use super::lint;
use super::report::{FileReport, TestReport};
use super::why::KeptInRun;
use crate::alerting::Turns;
use crate::model::Labels;
use crate::source::{Diagnostic, Severity};
use crate::testfile::{TestFile, TestGroup};
use crate::workspace::{ResolvedRules, TestInput, Workspace};

/// What the files of a run share.
struct Shared<'a, O> {
    options: &'a RunOptions,
    observer: &'a O,
    workspace: &'a Workspace,
    sets: RuleSets,
    stop: AtomicBool,
    turns: Arc<Turns>,
    kept: KeptInRun,
}

/// Runs `inputs` with the rules that `workspace` finds for them.
pub fn run(workspace: &Workspace, inputs: &[Arc<TestInput>], options: &RunOptions) -> TestReport {
    observe(workspace, inputs, options, &()).0
}

/// Runs `inputs` and lets `observer` look at each group that ran, while its samples are there.
pub fn observe<O: Observer>(
    workspace: &Workspace,
    inputs: &[Arc<TestInput>],
    options: &RunOptions,
    observer: &O,
) -> (TestReport, Seen<O::Seen>) {
    let run = Shared {
        options,
        observer,
        workspace,
        sets: RuleSets::default(),
        stop: AtomicBool::new(false),
        turns: Arc::default(),
        kept: KeptInRun::default(),
    };
    let (files, seen) = inputs.par_iter().map(|input| run_file(input, &run)).unzip();
    let part = options.selection.part.as_ref().map(|part| part.of);
    let passed_over = workspace.passed_over().to_vec();
    (TestReport { files, part, passed_over }, Seen::new(seen))
}

fn run_file<O: Observer>(input: &TestInput, run: &Shared<'_, O>) -> (FileReport, SeenInFile<O::Seen>) {
    let started = Instant::now();
    let test = &input.test;
    let errors = |problems: &[Diagnostic]| -> Vec<Diagnostic> {
        problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect()
    };
    let mut report = FileReport {
        file: test.file.clone(),
        problems: errors(&test.problems),
        rule_problems: Vec::new(),
        warnings: Vec::new(),
        groups: Vec::new(),
        rule_files: 0,
        elapsed: Duration::ZERO,
    };
    let mut seen = SeenInFile::default();
    if report.problems.is_empty() {
        let rules = run.workspace.rules_of(input);
        report.rule_files = rules.files.len();
        run.observer.begin(&rules.files);
        let lint = lint::Context::new(test, &rules, &run.workspace.settings().parse);
        report.warnings = lint.of_file();
        seen = run_groups(&lint, test, &rules, run, &mut report);
        report.warnings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    }
    report.elapsed = started.elapsed();
    (report, seen)
}

fn run_groups<O: Observer>(
    lint: &lint::Context<'_>,
    test: &TestFile,
    rules: &ResolvedRules,
    run: &Shared<'_, O>,
    report: &mut FileReport,
) -> SeenInFile<O::Seen> {
    let options = run.options;
    report.rule_problems.extend(rules.problems.iter().cloned());
    let selected: Vec<(usize, &TestGroup)> =
        test.groups.iter().enumerate().filter(|(_, group)| options.selection.selects(test, group)).collect();
    let takes_broken_templates = run.observer.needs().broken_templates;
    let compiled = (!selected.is_empty() && rules.problems.is_empty())
        .then(|| run.sets.get(test, rules, run.workspace.settings().parse, options, takes_broken_templates));
    report.rule_problems.extend(compiled.iter().flat_map(|compiled| &compiled.problems).cloned());
    let sound = report.rule_problems.is_empty();
    if !sound && !selected.is_empty() {
        run.stop.store(true, Ordering::Relaxed);
    }
    let run_group = |(index, group): &(usize, &TestGroup)| {
        let skip = options.fail_fast && run.stop.load(Ordering::Relaxed);
        let Some(compiled) = compiled.as_ref().filter(|_| sound && !skip) else {
            let report = group::not_run(test, group, *index, skip && sound, &options.selection);
            return Ran { report, warnings: Vec::new(), seen: None };
        };
        let (external_labels, external_url) = external(group);
        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let set = compiled.set.with_external(external_labels, external_url).with_deadline(deadline);
        let parse = &run.workspace.settings().parse;
        let in_file = InFile { test, rules, set: &set, parse, options, turns: &run.turns, kept: &run.kept };
        let ran = group::run(&in_file, lint, group, *index, run.observer, deadline);
        if ran.report.failed() {
            run.stop.store(true, Ordering::Relaxed);
        }
        ran
    };
    let all: Vec<Ran<O::Seen>> = selected.par_iter().map(run_group).collect();
    let mut seen = SeenInFile::default();
    for ran in all {
        report.warnings.extend(ran.warnings);
        seen.extend(ran.seen.map(|seen| (ran.report.index, seen)));
        report.groups.push(ran.report);
    }
    seen
}

/// What templates see as external labels and external URL in the tests of `group`.
fn external(group: &TestGroup) -> (Labels, String) {
    let labels = group.external_labels.iter().map(|(name, value)| (name.text(), value.text()));
    (Labels::from_pairs(labels), group.external_url.as_ref().map_or_else(String::new, |url| url.text().to_owned()))
}
