//! The test files of the command line.

use std::path::PathBuf;

use crate::cli::Trouble;
use crate::cli::inputs::Inputs;
use crate::workspace::{Lookup, Purpose, Settings, Workspace};

/// The test files under the paths, and what cannot be read.
pub(in crate::cli) fn read_tests(paths: &[PathBuf], lookup: &Lookup, settings: Settings) -> (Workspace, Vec<Trouble>) {
    let Inputs { workspace, failures } = Inputs::read(Purpose::Test, paths, "<stdin>", lookup, settings);
    (workspace, failures.iter().map(|failure| Trouble::new(failure.to_string())).collect())
}

/// What to say where none of `paths` leads to a test file.
pub(in crate::cli) fn no_test_file(paths: &[PathBuf]) -> Trouble {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    Trouble::new(format!("no test file in {}", paths.join(", ")))
}
