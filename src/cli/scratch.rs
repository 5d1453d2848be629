//! A folder for the time of a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many names are tried for it.
const MAX_ATTEMPTS: u32 = 1_000;

/// A folder that is new, nobody else's, and taken away in the end.
pub(super) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn new() -> io::Result<Scratch> {
        let folder = std::env::temp_dir().canonicalize()?;
        let mut attempt = 0;
        loop {
            let path = folder.join(format!("promproof-{}-{attempt}", std::process::id()));
            match make(&path) {
                Ok(()) => return Ok(Scratch { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is; canonical.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // There is nobody to tell; a leftover does no harm.
        let _ = fs::remove_dir_all(&self.path);
    }
}
