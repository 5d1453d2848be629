//! The files that the arguments of a command name.

use std::path::{Path, PathBuf};

use super::read_stdin;
use crate::report::Failure;
use crate::workspace::{Lookup, Purpose, ReadError, Settings, Workspace};

/// What the paths of the command line stand for.
pub(super) struct Inputs {
    /// The files, standard input first, then by name.
    pub workspace: Workspace,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

impl Inputs {
    /// Reads the files that `paths` name, among them `-` for standard input (called `stdin_name`), and those in the
    /// directories that `paths` name unless `lookup` leaves them out.
    pub(super) fn read(
        purpose: Purpose,
        paths: &[PathBuf],
        stdin_name: &str,
        lookup: &Lookup,
        settings: Settings,
    ) -> Self {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| path == Path::new("-"));
        let mut workspace = Workspace::new(purpose, Settings { home: lookup.home.clone(), ..settings });
        let mut failures = Vec::new();
        if !stdin.is_empty() {
            match read_stdin(stdin_name) {
                Ok(read) => failures.extend(workspace.add_stream(read).err().map(Failure::from)),
                Err(failure) => failures.push(failure),
            }
        }
        failures.extend(workspace.find(&paths, lookup).into_iter().map(Failure::from));
        Inputs { workspace, failures }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        Failure { path: error.path.display().to_string(), message: error.message }
    }
}
