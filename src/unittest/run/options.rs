//! What is run, and how.

use std::path::PathBuf;
use std::time::Duration;

use super::selection::Selection;
use crate::rules::LoadOptions;
use crate::testfile::TestFile;
use crate::workspace::Home;

/// How tests are run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// How rule files are read; its PromQL options hold for the expressions of tests too.
    pub load: LoadOptions,
    /// As far as this lets them, rule files are read and shown.
    pub home: Home,
    /// `promql-delayed-name-removal`
    pub delayed_name_removal: bool,
    /// Which tests run.
    pub selection: Selection,
    /// Whether nothing more is begun after the first failure.
    pub fail_fast: bool,
    /// How long one test group may take; `None`: any time.
    pub timeout: Option<Duration>,
    /// Whether failures are left unexplained: without differences, notes, timelines and values of parts. For whoever
    /// wants many verdicts and nothing else.
    pub verdicts_only: bool,
}

/// A test file and where its rule files are looked for.
#[derive(Debug)]
pub struct TestInput {
    /// The file.
    pub test: TestFile,
    /// The folder that its `rule_files` are relative to.
    pub folder: PathBuf,
}
