//! Files that are written as a whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::Trouble;

/// How many names are tried for the file that is moved over the old one.
const MAX_ATTEMPTS: u32 = 100;

/// Writes `path` anew: what `content` writes goes to a file beside it, which is then moved over it, so that an
/// interruption leaves the old text or the new one. A link stays a link: the file that it leads to is replaced. A pipe
/// or a device is written to as it is.
///
/// # Errors
/// Where the file, or one beside it, cannot be written.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Trouble> {
    try_write(path, content).map_err(|error| Trouble::new(format!("cannot write {}: {error}", path.display())))
}

fn try_write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let (target, permissions) = match path.canonicalize() {
        Ok(target) => {
            let metadata = std::fs::metadata(&target)?;
            if !metadata.is_file() {
                // Fails for a folder, which is right.
                return finish(File::options().write(true).open(&target)?, content).map(|_| ());
            }
            (target, Some(metadata.permissions()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let (out, beside) = create_beside(&target)?;
    let written = finish(out, content)
        .and_then(|out| out.sync_all())
        .and_then(|()| permissions.map_or(Ok(()), |permissions| std::fs::set_permissions(&beside, permissions)))
        .and_then(|()| std::fs::rename(&beside, &target));
    if written.is_err() {
        // The first error is the one to tell; a leftover does no harm.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn finish(out: File, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(out);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
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
