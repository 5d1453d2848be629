//! Files that are written as a whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How many names are tried for the file that is moved over the old one.
const MAX_ATTEMPTS: u32 = 100;

/// Writes the text beside `target` and moves it there, so that an interruption leaves what was there or what is new.
/// `target` must not be a link, which would be replaced itself.
///
/// # Errors
/// What the file system reports.
pub(super) fn write(target: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<()> {
    let (mut out, beside) = create_beside(target)?;
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.sync_all())
        .and_then(|()| permissions.map_or(Ok(()), |permissions| std::fs::set_permissions(&beside, permissions)))
        .and_then(|()| std::fs::rename(&beside, target));
    if written.is_err() {
        // The first error is the one to tell; a leftover does no harm.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// A new file in the folder of `target`, under a name that nothing there has.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut attempt = 0;
    loop {
        let beside = target.with_file_name(format!(".{name}.promproof-{}-{attempt}", std::process::id()));
        match File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
            created => return created.map(|out| (out, beside)),
        }
    }
}
