//! Runs test files: rules loaded once, files and test groups in parallel, results in the order of the files.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::coverage::Collector;
use super::group::{self, InFile};
use super::report::{FileReport, GroupReport, TestReport};
use super::rule_files::{ResolvedRules, RuleFileCache};
use super::{Part, lint};
use crate::alerting::{CompileOptions, RuleSet};
use crate::engine::{self, Engine};
use crate::model::Labels;
use crate::promql::regex::SearchRegex;
use crate::rules::{Field, LoadOptions};
use crate::source::{Diagnostic, Severity};
use crate::testfile::checked::Checked;
use crate::testfile::{TestFile, TestGroup};

/// How tests are run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// How rule files are read; its PromQL options hold for the expressions of tests too.
    pub load: LoadOptions,
    /// `promql-delayed-name-removal`
    pub delayed_name_removal: bool,
    /// Which tests run.
    pub selection: Selection,
    /// Whether nothing more is begun after the first failure.
    pub fail_fast: bool,
    /// Whether it is gathered what of the rules the tests cover.
    pub coverage: bool,
    /// Whether each group's extensions are put in promtool's words.
    pub to_promtool: bool,
    /// Whether what a picture of each group needs is gathered ([`super::story`]).
    pub story: bool,
    /// Which alerts are rendered; `None`: none ([`super::rendering`]).
    pub render: Option<Arc<super::rendering::RenderOptions>>,
}

/// Which tests run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// promtool's `--run`: a group runs if one of them matches somewhere in its name; a group without a name has the
    /// empty name. None: all groups run.
    pub groups: Option<Arc<SearchRegex>>,
    /// An assertion is checked if one of these words, in lower case, is part of the name of its file, of its group or
    /// of its alert, or of its expression, case aside. None: all assertions are checked.
    pub words: Vec<String>,
    /// The part of the suite that runs. None: all of it.
    pub part: Option<Arc<Part>>,
}

/// A test file and where its rule files are looked for.
#[derive(Debug)]
pub struct TestInput {
    /// The file.
    pub test: TestFile,
    /// The folder that its `rule_files` are relative to.
    pub folder: PathBuf,
}

/// What the files of a run share.
struct Shared<'a> {
    options: &'a RunOptions,
    files: RuleFileCache,
    sets: RuleSets,
    coverage: Option<Collector>,
}

/// Runs `inputs`.
pub fn run(inputs: &[TestInput], options: &RunOptions) -> TestReport {
    let run = Shared {
        options,
        files: RuleFileCache::new(options.load.clone()),
        sets: RuleSets::default(),
        coverage: options.coverage.then(Collector::default),
    };
    let stop = AtomicBool::new(false);
    let files = inputs.par_iter().map(|input| run_file(input, &run, &stop)).collect();
    let part = options.selection.part.as_ref().map(|part| part.of);
    TestReport { files, coverage: run.coverage.map(|collector| Box::new(collector.finish())), part }
}

fn run_file(input: &TestInput, run: &Shared<'_>, stop: &AtomicBool) -> FileReport {
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
    if report.problems.is_empty() {
        let rules = run.files.resolve(test, &input.folder);
        report.rule_files = rules.files.len();
        if let Some(coverage) = &run.coverage {
            coverage.know(&rules.files);
        }
        let lint = lint::Context::new(test, &rules, &run.files.options().parse);
        report.warnings = lint.of_file();
        run_groups(&lint, test, &rules, run, stop, &mut report);
        report.warnings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    }
    report.elapsed = started.elapsed();
    report
}

fn run_groups(
    lint: &lint::Context<'_>,
    test: &TestFile,
    rules: &ResolvedRules,
    run: &Shared<'_>,
    stop: &AtomicBool,
    report: &mut FileReport,
) {
    let options = run.options;
    report.rule_problems.extend(rules.problems.iter().cloned());
    let selected: Vec<(usize, &TestGroup)> =
        test.groups.iter().enumerate().filter(|(_, group)| options.selection.selects(test, group)).collect();
    let compiled =
        if selected.is_empty() || !rules.problems.is_empty() { None } else { Some(run.sets.get(test, rules, options)) };
    report.rule_problems.extend(compiled.iter().flat_map(|compiled| &compiled.problems).cloned());
    let sound = report.rule_problems.is_empty();
    if !sound && !selected.is_empty() {
        stop.store(true, Ordering::Relaxed);
    }
    let run_group = |(index, group): &(usize, &TestGroup)| {
        let skip = options.fail_fast && stop.load(Ordering::Relaxed);
        let Some(compiled) = compiled.as_ref().filter(|_| sound && !skip) else {
            return (group::not_run(test, group, *index, skip && sound, &options.selection), Vec::new());
        };
        let (external_labels, external_url) = external(group);
        let set = compiled.set.with_external(external_labels, external_url);
        let in_file = InFile { test, rules, set: &set, options, lint, coverage: run.coverage.as_ref() };
        let (group_report, warnings) = group::run(&in_file, group, *index);
        if group_report.failed() {
            stop.store(true, Ordering::Relaxed);
        }
        (group_report, warnings)
    };
    let reports: Vec<(GroupReport, Vec<Diagnostic>)> = selected.par_iter().map(run_group).collect();
    for (group_report, warnings) in reports {
        report.warnings.extend(warnings);
        report.groups.push(group_report);
    }
}

/// Compiled rules, once for all test files of a run that need the same.
#[derive(Default)]
struct RuleSets {
    sets: Mutex<HashMap<SetKey, Arc<OnceLock<Arc<CompiledSet>>>>>,
}

/// What decides how rules are compiled.
#[derive(PartialEq, Eq, Hash)]
struct SetKey {
    /// The rule files by their addresses: each is read once in a run.
    files: Vec<usize>,
    interval_ms: i64,
    group_order: Vec<String>,
}

struct CompiledSet {
    set: RuleSet,
    /// What does not compile.
    problems: Vec<Diagnostic>,
}

impl RuleSets {
    fn get(&self, test: &TestFile, rules: &ResolvedRules, options: &RunOptions) -> Arc<CompiledSet> {
        let group_order: Vec<String> = test.group_eval_order.iter().map(|name| name.text().to_owned()).collect();
        let key = SetKey {
            files: rules.files.iter().map(|file| Arc::as_ptr(file).addr()).collect(),
            interval_ms: test.evaluation_interval_ms,
            group_order: group_order.clone(),
        };
        let cell = Arc::clone(self.sets.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let compiled = cell.get_or_init(|| {
            let engine = engine(test, options);
            let parse = options.load.parse;
            let (set, mut problems) = RuleSet::compile(
                &rules.files,
                CompileOptions { engine, group_order, parse, ..CompileOptions::default() },
            );
            problems.retain(|problem| problem.severity == Severity::Error);
            // `render` shows a template that does not parse beside the others.
            if options.render.is_none() {
                problems.extend(set.template_problems(&rules.files));
            }
            Arc::new(CompiledSet { set, problems })
        });
        Arc::clone(compiled)
    }
}

/// What templates see as external labels and external URL in the tests of `group`.
fn external(group: &TestGroup) -> (Labels, String) {
    let labels = group.external_labels.iter().map(|(name, value)| (name.text(), value.text()));
    (Labels::from_pairs(labels), group.external_url.as_ref().map_or_else(String::new, |url| url.text().to_owned()))
}

/// The engine that evaluates rules and expressions of `test`.
fn engine(test: &TestFile, options: &RunOptions) -> Engine {
    Engine::new(engine::Options {
        default_subquery_step_ms: test.evaluation_interval_ms,
        delayed_name_removal: options.delayed_name_removal,
        ..engine::Options::default()
    })
}

impl Selection {
    /// Whether anything of `group` is checked.
    pub fn selects(&self, test: &TestFile, group: &TestGroup) -> bool {
        if self.groups.as_ref().is_some_and(|regex| !regex.is_match(group.name())) {
            return false;
        }
        if self.part.as_ref().is_some_and(|part| !part.has(test, group)) {
            return false;
        }
        self.takes_all(test, group) || Checked::all(group).any(|checked| self.contains(checked.subject()))
    }

    /// The assertions of `group` that are checked, in the order of a report.
    pub(super) fn checked<'a>(&self, test: &TestFile, group: &'a TestGroup) -> Vec<Checked<'a>> {
        let takes_all = self.takes_all(test, group);
        Checked::all(group).filter(|checked| takes_all || self.contains(checked.subject())).collect()
    }

    /// Whether the words say nothing of single assertions of `group`.
    fn takes_all(&self, test: &TestFile, group: &TestGroup) -> bool {
        self.words.is_empty() || self.names(test, group)
    }

    fn names(&self, test: &TestFile, group: &TestGroup) -> bool {
        self.found_in(test.file.name()) || self.found_in(group.name())
    }

    fn contains(&self, subject: &Field) -> bool {
        self.found_in(subject.text())
    }

    fn found_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().any(|word| text.contains(word.as_str()))
    }
}
