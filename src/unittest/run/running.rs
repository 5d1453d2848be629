//! A test group that has been run: what assertions, explanations and observers look at.

use std::sync::Arc;

use super::options::RunOptions;
use crate::alerting::{RuleId, RuleSet, Run, Turns};
use crate::engine::Store;
use crate::model::Labels;
use crate::promql::ParseOptions;
use crate::rules::{Rule, RuleGroup};
use crate::source::SourceFile;
use crate::testfile::checked::Checked;
use crate::testfile::{TestFile, TestGroup};
use crate::unittest::assert::Memo;
use crate::unittest::why::KeptInRun;
use crate::workspace::ResolvedRules;

/// What the groups of a file share.
#[derive(Debug)]
pub struct InFile<'a> {
    pub(in crate::unittest) test: &'a TestFile,
    pub(in crate::unittest) rules: &'a ResolvedRules,
    pub(in crate::unittest) set: &'a RuleSet,
    /// How expressions are read.
    pub(in crate::unittest) parse: &'a ParseOptions,
    pub(in crate::unittest) options: &'a RunOptions,
    /// The turns of groups that take much memory.
    pub(in crate::unittest) turns: &'a Arc<Turns>,
    /// What the whole run keeps of failures.
    pub(in crate::unittest) kept: &'a KeptInRun,
}

/// A group whose rules have been run over its series, with all samples that there were.
#[derive(Debug)]
pub struct Running<'a> {
    pub(in crate::unittest) shared: &'a InFile<'a>,
    pub(in crate::unittest) group: &'a TestGroup,
    /// The index of the group in `tests`.
    pub(in crate::unittest) index: usize,
    pub(in crate::unittest) store: Store,
    pub(in crate::unittest) run: Run,
    /// The labels of each input series and its index in `input_series`; only where an observer needs them.
    pub(in crate::unittest) origins: Vec<(Labels, usize)>,
    /// What assertions have found out.
    pub(in crate::unittest) memo: Memo,
}

impl<'a> Running<'a> {
    /// The assertions that are checked, in the order of the report.
    pub(in crate::unittest) fn checked(&self) -> Vec<Checked<'a>> {
        self.shared.options.selection.checked(self.shared.test, self.group)
    }

    /// The evaluation that an assertion at `eval_time_ms` (from the start of the test) looks at: the last one that is
    /// not later.
    pub(in crate::unittest) fn step_of(&self, eval_time_ms: i64) -> Option<usize> {
        self.run.schedule.step_at(self.run.schedule.start_ms.saturating_add(eval_time_ms))
    }

    /// Milliseconds from the start of the test to `step`.
    pub(in crate::unittest) fn time_of(&self, step: usize) -> i64 {
        self.run.schedule.time(step).saturating_sub(self.run.schedule.start_ms)
    }

    /// The rule in its file.
    pub(in crate::unittest) fn rule(&self, id: RuleId) -> Option<(&'a Arc<SourceFile>, &'a Rule)> {
        let group = self.shared.set.groups().get(id.group)?;
        let index = group.rules.get(id.rule)?.index;
        let file = self.shared.rules.files.get(group.file)?;
        Some((&file.file, file.groups.get(group.index)?.rules.get(index)?))
    }

    /// The rule's group in its file.
    pub(in crate::unittest) fn rule_group(&self, id: RuleId) -> Option<&'a RuleGroup> {
        let group = self.shared.set.groups().get(id.group)?;
        self.shared.rules.files.get(group.file)?.groups.get(group.index)
    }

    /// Milliseconds since the epoch of a time from the start of the test.
    pub(in crate::unittest) fn since_epoch(&self, eval_time_ms: i64) -> i64 {
        self.run.schedule.start_ms.saturating_add(eval_time_ms)
    }
}
