//! What would run: the selected assertions of a test file, without running them.

use std::sync::Arc;

use super::Selection;
use super::report::AssertionKind;
use crate::source::{Diagnostic, Severity, SourceFile, Span};
use crate::testfile::checked::Checked;
use crate::testfile::{TestFile, TestGroup};

/// The selected part of a test file.
#[derive(Debug)]
pub struct ListedFile {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What is wrong with it; nobody knows what a file with an error asserts.
    pub errors: Vec<Diagnostic>,
    /// Its selected test groups, in the order of the file.
    pub groups: Vec<ListedGroup>,
}

/// The selected part of a test group.
#[derive(Debug)]
pub struct ListedGroup {
    /// Its index in `tests`, from 0.
    pub index: usize,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its mapping in the file.
    pub span: Span,
    /// Its selected assertions: those on alerts, on timelines, on expressions, each in the order of the file.
    pub assertions: Vec<ListedAssertion>,
}

/// One assertion.
#[derive(Debug)]
pub struct ListedAssertion {
    /// What it is about.
    pub kind: AssertionKind,
    /// Its mapping in the file.
    pub span: Span,
    /// The time that it looks at, in milliseconds from the start of the test; `None` if it looks at all times.
    pub eval_time_ms: Option<i64>,
    /// Whether it asserts that an expression fails.
    pub expects_failure: bool,
}

/// What `selection` takes of `test`.
pub fn list(test: &TestFile, selection: &Selection) -> ListedFile {
    let groups = test.groups.iter().enumerate().filter(|(_, group)| selection.selects(test, group));
    ListedFile {
        file: Arc::clone(&test.file),
        errors: test.problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect(),
        groups: groups.map(|(index, group)| listed(test, selection, index, group)).collect(),
    }
}

fn listed(test: &TestFile, selection: &Selection, index: usize, group: &TestGroup) -> ListedGroup {
    let assertion = |checked: Checked<'_>| ListedAssertion {
        kind: checked.kind(),
        span: checked.span(),
        eval_time_ms: checked.eval_time_ms(),
        expects_failure: matches!(checked, Checked::Expr(test) if test.exp_fail.is_some()),
    };
    let assertions = selection.checked(test, group).into_iter().map(assertion).collect();
    ListedGroup { index, name: group.name().to_owned(), span: group.span, assertions }
}
