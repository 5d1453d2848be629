//! The test files of the command line.

use std::path::PathBuf;

use crate::cli::Error;
use crate::cli::inputs::Inputs;
use crate::report::{Failure, passed_over};
use crate::workspace::{Lookup, PassedOver, Purpose, Settings, Workspace};

/// The test files under the paths, and what cannot be read.
pub(in crate::cli) fn read_tests(paths: &[PathBuf], lookup: &Lookup, settings: Settings) -> (Workspace, Vec<Failure>) {
    let Inputs { workspace, failures } = Inputs::read(Purpose::Test, paths, "<stdin>", lookup, settings);
    (workspace, failures)
}

/// What to say where none of `paths` leads to a test file; `passed_over` may be why.
pub(in crate::cli) fn no_test_file(paths: &[PathBuf], passed_over: &[PassedOver]) -> Error {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    let paths = paths.join(", ");
    if passed_over.is_empty() {
        return Error::new(format!("no test file in {paths}"));
    }
    let others = passed_over::in_words(passed_over);
    let error = Error::new(format!("no test file in {paths}: passed over {others}"));
    match passed_over::advice(passed_over) {
        Some(advice) => error.help(advice),
        None => error,
    }
}
