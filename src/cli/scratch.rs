//! A folder for the time of a run.
//!
//! A run that is killed, or ends at a mistake of the program, leaves its folder behind; a later one takes it away.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::stale;

/// How many names are tried for it.
const MAX_ATTEMPTS: u32 = 1_000;
/// What the names of these folders begin with.
const NAME: &str = "promproof-";
/// A folder that is so old is nobody's any more.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

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
            let path = folder.join(format!("{NAME}{}-{attempt}", std::process::id()));
            match make(&path) {
                Ok(()) => {
                    clear_stale(&folder, &path);
                    return Ok(Scratch { path });
                }
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

/// Takes away what runs of the same user have left behind in `folder`, where `own` was just made.
fn clear_stale(folder: &Path, own: &Path) {
    let Ok(own) = fs::symlink_metadata(own) else { return };
    for (entry, metadata) in stale::entries(folder, STALE, is_scratch) {
        if metadata.is_dir() && is_of_same_user(&metadata, &own) {
            // Whoever else takes it away at the same time is welcome.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// `promproof-11206-0`
fn is_scratch(name: &str) -> bool {
    let numbers = name.strip_prefix(NAME).and_then(|numbers| numbers.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, attempt)| is_number(process) && is_number(attempt))
}

#[cfg(unix)]
fn is_of_same_user(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    one.uid() == other.uid()
}

/// Each user has a folder for such things.
#[cfg(not(unix))]
fn is_of_same_user(_: &Metadata, _: &Metadata) -> bool {
    true
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

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_was_left_behind_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["promproof-1-0", "promproof-2-0", "promproof-x-0", "promproof-3", "other-1-0", "own"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("promproof-1-0").join("a.yml"), "a: b\n").unwrap();
        fs::write(at("promproof-4-0"), "a file\n").unwrap();
        let old = FileTimes::new().set_modified(SystemTime::now() - 2 * STALE);
        for entry in fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "promproof-2-0" {
                File::open(entry.path()).unwrap().set_times(old).unwrap();
            }
        }
        clear_stale(folder.path(), &at("own"));
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["other-1-0", "own", "promproof-2-0", "promproof-3", "promproof-4-0", "promproof-x-0"]);
    }
}
