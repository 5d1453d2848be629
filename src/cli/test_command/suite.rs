//! What a run is about: the selected tests of all files, and what could not be read.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::TestArgs;
use super::files::{no_test_file, read_tests};
use crate::cli::baseline::{BaselineArgs, Known};
use crate::cli::{Error, ExitStatus, Session};
use crate::lint::{self, Config};
use crate::report::Failure;
use crate::source::{FileId, Severity};
use crate::unittest::coverage::{Collector, Coverage};
use crate::unittest::report::TestReport;
use crate::unittest::story::{Story, Storyteller};
use crate::unittest::{self, RunOptions, Seen, Selection};
use crate::workspace::{PassedOver, TestInput, Workspace};

/// How the tests went, and what was seen of them.
pub(super) struct Ran {
    pub report: TestReport,
    /// What of the rules is covered, if that is asked for.
    pub coverage: Option<Coverage>,
    /// What the pictures of a page need, if there is to be one.
    pub stories: Seen<Story>,
}

/// The files, as they were read.
pub(super) struct Opened {
    pub config: Config,
    pub workspace: Workspace,
    known: Option<Known>,
    unread: Vec<Failure>,
}

impl Opened {
    /// Reads the files that the arguments name.
    ///
    /// # Errors
    /// Where the configuration makes no sense.
    pub(super) fn new(args: &TestArgs, session: &Session) -> Result<Self, Error> {
        let config = args.policy.load(session)?;
        let known = BaselineArgs::default().open(&config, args.policy.files(), session)?;
        let lookup = args.policy.files().lookup(&config, &args.paths);
        let (workspace, unread) = read_tests(&args.paths, &lookup, config.settings());
        Ok(Opened { config, workspace, known, unread })
    }
}

/// The tests to run.
pub(super) struct Suite<'a> {
    pub args: &'a TestArgs,
    pub session: &'a Session,
    /// The configuration, with what the command line chooses.
    pub config: Config,
    /// The files.
    pub workspace: Workspace,
    /// The test files of which something is selected.
    pub inputs: Vec<Arc<TestInput>>,
    /// How they run, and what of them.
    pub options: RunOptions,
    /// The warnings that are known.
    known: Option<Known>,
    /// The files that could not be read.
    pub unread: Vec<Failure>,
    /// What could not be read or written; it has been told.
    failures: Vec<Error>,
    /// Whether there is no test file at all.
    pub is_missing: bool,
    /// Whether there are tests, and none in the part of `--partition`.
    pub is_empty_part: bool,
}

impl<'a> Suite<'a> {
    /// What the arguments select of the files.
    ///
    /// # Errors
    /// Where there is no test file or nothing is selected.
    pub(super) fn of(
        args: &'a TestArgs,
        opened: Opened,
        options: RunOptions,
        session: &'a Session,
    ) -> Result<Self, Error> {
        let Opened { config, workspace, known, unread } = opened;
        let is_missing = workspace.documents().is_empty() && unread.is_empty();
        if is_missing && !args.allow_none {
            return Err(nothing_to_test(&args.paths, workspace.passed_over()));
        }
        let mut suite = Suite {
            args,
            session,
            config,
            workspace,
            inputs: Vec::new(),
            options,
            known,
            unread,
            failures: Vec::new(),
            is_missing,
            is_empty_part: false,
        };
        suite.tell(suite.unread.iter().map(Error::from).collect());
        suite.select()?;
        Ok(suite)
    }

    /// Goes on with what an update has written. What could not be read before has been told, and still counts.
    ///
    /// # Errors
    /// Where nothing is selected any more.
    pub(super) fn set_texts(&mut self, written: Vec<(FileId, String)>) -> Result<(), Error> {
        for (file, text) in written {
            self.workspace.set_text(file, Some(text)).map_err(|error| Error::new(error.to_string()))?;
        }
        self.select()
    }

    /// Tells what is wrong with files, each thing once; it decides how the command ends.
    pub(super) fn tell(&mut self, failures: Vec<Error>) {
        for failure in failures {
            if self.failures.iter().all(|known| known.message != failure.message) {
                self.session.report(&failure);
                self.failures.push(failure);
            }
        }
    }

    fn select(&mut self) -> Result<(), Error> {
        self.inputs = self.workspace.tests().cloned().collect();
        let selection = &mut self.options.selection;
        // Of the whole the part is taken, not of the part that there was before an update.
        selection.part = None;
        keep_selected(&mut self.inputs, selection)?;
        let empty_part = self.args.partition.select(&mut self.inputs, selection);
        self.is_empty_part = empty_part.is_some();
        if let Some(message) = empty_part {
            writeln!(self.session.stderr(), "{message}")?;
        }
        Ok(())
    }

    /// How the tests go. Of what they warn of, only what `check` would find too is left.
    pub(super) fn run(&self) -> Ran {
        let _progress = self.session.progress("testing");
        let collector = self.args.coverage.wanted().then(Collector::default);
        let storyteller = self.args.page.html.as_ref().map(|_| Storyteller::default());
        let observer = (collector, storyteller);
        let (mut report, seen) = unittest::observe(&self.workspace, &self.inputs, &self.options, &observer);
        for file in &mut report.files {
            lint::keep_wanted(&self.workspace, &file.file, &mut file.warnings, &self.config);
            if let Some(known) = self.known.as_ref().filter(|_| !file.warnings.is_empty()) {
                known.keep_new(&mut file.warnings, &self.workspace, &self.config);
            }
        }
        let coverage = observer.0.map(Collector::finish);
        Ran { report, coverage, stories: seen.filter_map(|(_, story)| story.flatten()) }
    }

    /// How the command ends if it would otherwise end so: what could not be read or written weighs more.
    pub(super) fn outcome(&self, otherwise: ExitStatus) -> ExitStatus {
        if self.failures.is_empty() { otherwise } else { ExitStatus::Failed }
    }
}

/// Leaves only files of which something is selected. Files with mistakes of their own stay: nobody knows what is in
/// them, and a run without them would pass where it proves nothing.
fn keep_selected(inputs: &mut Vec<Arc<TestInput>>, selection: &Selection) -> Result<(), Error> {
    if selection.groups.is_none() && selection.words.is_empty() {
        return Ok(());
    }
    let broken = |input: &Arc<TestInput>| input.test.problems.iter().any(|problem| problem.severity == Severity::Error);
    let selects = |input: &Arc<TestInput>| input.test.groups.iter().any(|group| selection.selects(&input.test, group));
    let stays = |input: &Arc<TestInput>| broken(input) || selects(input);
    if !inputs.is_empty() && !inputs.iter().any(stays) {
        let names = inputs.iter().flat_map(|input| &input.test.groups).filter(|group| group.name.is_some()).count();
        return Err(Error::new("the filter selects no test")
            .help(format!("test files: {}, named test groups: {names}; see `promproof test --list`", inputs.len())));
    }
    inputs.retain(stays);
    Ok(())
}

/// A run that tests nothing proves nothing.
pub(super) fn nothing_to_test(paths: &[PathBuf], passed_over: &[PassedOver]) -> Error {
    no_test_file(paths, passed_over).or_help(
        "a test file has a `tests:` list at the top, as `promtool test rules` takes it; --allow-none accepts this",
    )
}
