//! Rule sets of a run, each compiled once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::options::RunOptions;
use crate::alerting::{CompileOptions, RuleSet};
use crate::engine::{self, Engine};
use crate::promql::ParseOptions;
use crate::source::{Diagnostic, FileId, Severity};
use crate::testfile::TestFile;
use crate::workspace::ResolvedRules;

/// Compiled rules, once for all test files of a run that need the same.
#[derive(Default)]
pub(super) struct RuleSets {
    sets: Mutex<HashMap<SetKey, Arc<OnceLock<Arc<CompiledSet>>>>>,
}

/// What decides how rules are compiled.
#[derive(PartialEq, Eq, Hash)]
struct SetKey {
    /// Each is read once in a run.
    files: Vec<FileId>,
    interval_ms: i64,
    group_order: Vec<String>,
}

/// Compiled rules.
pub(super) struct CompiledSet {
    pub(super) set: RuleSet,
    /// What does not compile.
    pub(super) problems: Vec<Diagnostic>,
}

impl RuleSets {
    /// The rules of `test`. With `takes_broken_templates` a template that does not parse keeps nothing from running.
    pub(super) fn get(
        &self,
        test: &TestFile,
        rules: &ResolvedRules,
        parse: ParseOptions,
        options: &RunOptions,
        takes_broken_templates: bool,
    ) -> Arc<CompiledSet> {
        let group_order: Vec<String> = test.group_eval_order.iter().map(|name| name.text().to_owned()).collect();
        let key = SetKey {
            files: rules.files.iter().map(|file| file.file.id()).collect(),
            interval_ms: test.evaluation_interval_ms,
            group_order: group_order.clone(),
        };
        let cell = Arc::clone(self.sets.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let compiled = cell.get_or_init(|| {
            let engine = engine(test, options);
            let (set, mut problems) = RuleSet::compile(
                &rules.files,
                CompileOptions { engine, group_order, parse, ..CompileOptions::default() },
            );
            problems.retain(|problem| problem.severity == Severity::Error);
            if !takes_broken_templates {
                problems.extend(set.template_problems(&rules.files));
            }
            Arc::new(CompiledSet { set, problems })
        });
        Arc::clone(compiled)
    }
}

/// The engine that evaluates rules and expressions of `test`.
fn engine(test: &TestFile, options: &RunOptions) -> Engine {
    Engine::new(engine::Options {
        default_subquery_step_ms: test.evaluation_interval_ms,
        delayed_name_removal: options.delayed_name_removal,
        ..engine::Options::default()
    })
}
