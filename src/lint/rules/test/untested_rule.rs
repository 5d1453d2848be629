//! `test/untested-rule`: a rule that no assertion of the tests looks at.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lint::context::{GroupContext, RuleContext, WorkspaceContext};
use crate::lint::policy::fields::subject;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::RuleKind;
use crate::source::{Diagnostic, FileId, words};
use crate::unittest::coverage::{RuleAt, looked_at};
use crate::workspace::{Document, Workspace};

static META: Meta =
    meta!("test/untested-rule", Error, certain, "a rule that no test looks at").waits_for("policy.require-tests");

pub(super) struct UntestedRule;

/// What the test files of a run say of the rules.
struct Tests {
    /// The rules that an assertion looks at.
    looked_at: FxHashSet<RuleAt>,
    /// How many test files load a rule file.
    loading: FxHashMap<FileId, usize>,
    /// The rule files of which a test file that cannot be read may say something.
    unknown: FxHashSet<FileId>,
}

impl Tests {
    fn of(workspace: &Workspace) -> Tests {
        let parse = &workspace.settings().parse;
        let inputs: Vec<_> = workspace.tests().collect();
        let of_each = inputs.par_iter().map(|input| {
            let rules = workspace.rules_of(input);
            (looked_at(&input.test, &rules.files, parse), rules, !input.test.problems.is_empty())
        });
        let mut tests =
            Tests { looked_at: FxHashSet::default(), loading: FxHashMap::default(), unknown: FxHashSet::default() };
        for (looked, rules, is_broken) in of_each.collect::<Vec<_>>() {
            tests.looked_at.extend(looked);
            for file in rules.files.iter().map(|rules| rules.file.id()) {
                *tests.loading.entry(file).or_default() += 1;
                if is_broken {
                    tests.unknown.insert(file);
                }
            }
        }
        tests
    }
}

impl LintRule for UntestedRule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.config.policies().iter().any(|policy| policy.require_tests) {
            return;
        }
        // Where a file is broken that may be a test file, nobody knows what it tests.
        let is_unknown = |document: &Document| document.rules().is_none() && document.tests().is_none();
        let mut documents = cx.workspace.documents().iter();
        if documents.any(|document| is_unknown(document) && document.problems().next().is_some()) {
            return;
        }
        let tests = Tests::of(cx.workspace);
        let no_labels = FxHashSet::default();
        for file in cx.rule_files().filter(|file| !tests.unknown.contains(&file.source().id())) {
            let loading = tests.loading.get(&file.source().id()).copied().unwrap_or_default();
            for group in &file.rules.groups {
                let group_cx = GroupContext { file, group, label_names: &no_labels, templates: &[] };
                for rule in &group.rules {
                    if !tests.looked_at.contains(&(file.source().id(), rule.span)) {
                        report(&RuleContext::new(group_cx, rule), loading, out);
                    }
                }
            }
        }
    }
}

/// Reports a rule that no test looks at, for each policy that wants one; `loading` test files load it.
fn report(rule: &RuleContext<'_>, loading: usize, out: &mut Vec<Diagnostic>) {
    for policy in rule.policies().filter(|policy| policy.require_tests) {
        let label = match loading {
            0 => "no test file of this run loads it".to_owned(),
            1 => "a test file loads it, and no assertion looks at it".to_owned(),
            _ => format!("{} load it, and no assertion looks at it", words::counted(loading, "test file")),
        };
        let help = match rule.rule.kind {
            RuleKind::Alerting => "write an `alert_rule_test` about it",
            RuleKind::Recording => "write a `promql_expr_test` that reads it, or a test of an alert that does",
        };
        let at = rule.file().field(&rule.rule.name, label);
        out.push(policy.finding(&META, format!("{} has no test", subject(rule)), at, help.to_owned()));
    }
}
