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
/// A file that may be written in a folder that may not (a single file that is mounted into a container, for example) is
/// written in place: that is what its owner allows, and nothing else would work.
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
    let (out, beside) = match create_beside(&target) {
        Ok(created) => created,
        Err(error) if permissions.is_some() && is_about_the_folder(&error) => {
            return finish(File::options().write(true).truncate(true).open(&target)?, content)?.sync_all();
        }
        Err(error) => return Err(error),
    };
    let written = finish(out, content)
        .and_then(|out| out.sync_all())
        .and_then(|()| permissions.map_or(Ok(()), |permissions| std::fs::set_permissions(&beside, permissions)))
        .and_then(|()| match std::fs::rename(&beside, &target) {
            // A file that is a mount of its own cannot be replaced.
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                std::fs::copy(&beside, &target).and_then(|_| std::fs::remove_file(&beside))
            }
            renamed => renamed,
        });
    if written.is_err() {
        // The first error is the one to tell; a leftover does no harm.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Whether there cannot be a new file in the folder, though there may be room for one.
fn is_about_the_folder(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::InvalidFilename
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_in_place_where_none_can_be_made_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        // The name is as long as a name may be, so that a longer one cannot be made.
        let path = folder.path().join("a".repeat(255));
        std::fs::write(&path, "the old text, longer than the new one").unwrap();
        write(&path, |out| io::Write::write_all(out, b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        // Where there is no file, there is nothing to write to.
        assert!(write(&folder.path().join("b".repeat(255)), |_| Ok(())).is_err());
    }
}
