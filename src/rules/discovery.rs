//! Finding and reading files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Diagnostic, SourceFile};

/// Files larger than this are refused, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A file that [`discover`] found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, as the user would write it.
    pub path: PathBuf,
    /// Whether the user named the file itself and not a directory above it.
    pub named: bool,
}

/// A path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The path.
    pub path: PathBuf,
    /// What is wrong, without the path.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for ReadError {}

/// The YAML files under `paths` in sorted order, each once, and the paths that cannot be read. Directories are walked;
/// hidden files and what `.gitignore` names are left out.
pub fn discover(paths: &[PathBuf]) -> (Vec<Found>, Vec<ReadError>) {
    let _ = paths;
    (Vec::new(), Vec::new())
}

/// A file's text.
#[derive(Clone, Debug)]
pub struct Read {
    /// The file; where it is not UTF-8, its text up to the first wrong byte.
    pub file: Arc<SourceFile>,
    /// Says where the file stops being UTF-8 text (`yaml/syntax`), if it does.
    pub problem: Option<Diagnostic>,
}

/// Reads a file. Fails for what is missing, is not a file, or is larger than [`MAX_FILE_BYTES`].
pub fn read(path: &Path) -> Result<Read, ReadError> {
    Err(ReadError { path: path.to_owned(), message: "reading is not written yet".to_owned() })
}

/// The same for bytes that were read elsewhere, for example from standard input.
pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Read {
    let _ = bytes;
    Read { file: Arc::new(SourceFile::new(name, "")), problem: None }
}
