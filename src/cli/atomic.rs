//! Files that are written as a whole or not at all.
//!
//! What is new goes to a file beside the old one, which is then moved over it: an interruption leaves the old text or
//! the new one. Where that cannot be done (a single file that is mounted into a container, a folder that may not be
//! written) a file is written in place, with a copy of the old text until the new one is whole.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Error, stale};
use crate::workspace::paths::normalize;

/// How many names are tried for a new file.
const MAX_ATTEMPTS: u32 = 100;
/// What a run that was killed has left behind is taken away after so long: nobody writes a file for a minute.
const STALE: Duration = Duration::from_secs(60);
/// So many characters of its name has a copy of a file.
const NAME_CHARS: usize = 40;
/// Between the name of a file and the process that writes it.
const MARK: &str = ".promproof-";

/// Writes a report to `path`: what `content` writes. A link that leads elsewhere within the current folder stays a link.
/// One that leads out of it is not followed: whoever wrote the tree could overwrite any file of whoever runs this. A pipe
/// or a device is written to as it is.
///
/// # Errors
/// Where the file, or one beside it, cannot be written, or a link leads out of the current folder.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
    forbid_leaving(path)?;
    let write = || {
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let old = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => Some(metadata),
            // Fails for a folder, which is right.
            Ok(_) => return finish(File::options().write(true).open(&target)?, content).map(drop),
            Err(_) => None,
        };
        match Beside::create(&target) {
            Ok(mut beside) => {
                beside.fill(content)?;
                match beside.take_place(&target, old.as_ref()) {
                    // The file is a mount of its own.
                    Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                        fs::copy(&beside.path, &target).map(drop)
                    }
                    moved => moved,
                }
            }
            Err(error) if old.is_some() && is_about_the_folder(&error) => {
                finish(File::options().write(true).truncate(true).open(&target)?, content)?.sync_all()
            }
            Err(error) => Err(error),
        }
    };
    write().map_err(|error| Error::new(format!("cannot write {}: {error}", path.display())))
}

/// Puts `new` in place of `old`, the whole text of the file at `path`. A link stays a link: the file that it leads to is
/// changed, which was read through it. Its owner and its permissions stay.
///
/// # Errors
/// Where the file is read-only or cannot be written. Its text is the old one then; should even that fail, the message
/// says where a copy is.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), Error> {
    let failure = |error: io::Error| Error::new(format!("cannot write {}: {error}", path.display()));
    let target = path.canonicalize().map_err(failure)?;
    let metadata = fs::metadata(&target).map_err(failure)?;
    if metadata.permissions().readonly() {
        return Err(
            Error::new(format!("{} is not changed: it is read-only", path.display())).help("make it writable first")
        );
    }
    // Whether it may be written is not asked when another file is moved over it.
    let file = File::options().write(true).open(&target).map_err(failure)?;
    let moved = Beside::create(&target).and_then(|mut beside| {
        beside.fill(|out| out.write_all(new))?;
        beside.take_place(&target, Some(&metadata))
    });
    match moved {
        Err(error) if is_about_the_folder(&error) => in_place(path, file, old, new),
        moved => moved.map_err(failure),
    }
}

/// Writes into the file itself.
fn in_place(path: &Path, mut file: File, old: &[u8], new: &[u8]) -> Result<(), Error> {
    let failure = |error: io::Error| Error::new(format!("cannot write {}: {error}", path.display()));
    // The name itself may be as long as a name may be.
    let name: String = path.file_name().unwrap_or_default().to_string_lossy().chars().take(NAME_CHARS).collect();
    let mut copy = Beside::create(&std::env::temp_dir().join(name)).map_err(|error| {
        Error::new(format!("cannot write {}: there is no place for a copy of it: {error}", path.display()))
    })?;
    copy.fill(|out| out.write_all(old)).map_err(failure)?;
    let Err(error) = overwrite(&mut file, old.len(), new) else { return Ok(()) };
    if overwrite(&mut file, new.len(), old).is_ok() {
        return Err(failure(error));
    }
    copy.is_kept = true;
    Err(failure(error).help(format!("the file is damaged; its text is in {}", copy.path.display())))
}

/// Puts `text` in place of a text of `length` bytes. Room for it is made first: where there is none, nothing is lost.
fn overwrite(file: &mut File, length: usize, text: &[u8]) -> io::Result<()> {
    if let Some(more) = text.get(length..) {
        file.seek(SeekFrom::Start(length as u64))?;
        if let Err(error) = file.write_all(more).and_then(|()| file.sync_all()) {
            file.set_len(length as u64)?;
            return Err(error);
        }
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.get(..length).unwrap_or(text))?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

/// Whether there cannot be a new file in the folder, or none in place of the old one, though there may be room for it.
fn is_about_the_folder(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::ResourceBusy
    )
}

fn finish(out: File, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(out);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// A new file beside another one. It is removed again unless it takes its place.
struct Beside {
    path: PathBuf,
    file: Option<File>,
    is_kept: bool,
}

impl Beside {
    /// Creates it, under a name that nothing there has.
    fn create(target: &Path) -> io::Result<Beside> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        remove_stale(target, &name);
        let mut attempt = 0;
        loop {
            let path = target.with_file_name(format!(".{name}{MARK}{}-{attempt}", std::process::id()));
            let mut options = File::options();
            options.write(true).create_new(true);
            match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
                created => return created.map(|file| Beside { path, file: Some(file), is_kept: false }),
            }
        }
    }

    fn fill(&mut self, content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        finish(file, content)?.sync_all()
    }

    /// Moves it over `target`, with the owner and the permissions that `old` says.
    fn take_place(&mut self, target: &Path, old: Option<&Metadata>) -> io::Result<()> {
        if let Some(old) = old {
            keep_owner(&self.path, old)?;
            fs::set_permissions(&self.path, old.permissions())?;
        }
        fs::rename(&self.path, target)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_kept {
            // There is nobody to tell; a leftover does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Gives `path` the owner and the group of `old`.
#[cfg(unix)]
fn keep_owner(path: &Path, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let new = fs::metadata(path)?;
    let changed = |new: u32, old: u32| (new != old).then_some(old);
    let (owner, group) = (changed(new.uid(), old.uid()), changed(new.gid(), old.gid()));
    if owner.is_none() && group.is_none() { Ok(()) } else { chown(path, owner, group) }
}

#[cfg(not(unix))]
fn keep_owner(_path: &Path, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Removes what runs that were killed have left beside `target`, of which `name` is the name.
fn remove_stale(target: &Path, name: &str) {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!(".{name}{MARK}");
    for (entry, _) in stale::entries(folder, STALE, |name| name.starts_with(&prefix)) {
        // What cannot be removed stays.
        let _ = fs::remove_file(entry.path());
    }
}

/// Refuses a path that begins in the current folder and leads out of it through a link.
///
/// # Errors
/// Where it does.
pub(super) fn forbid_leaving(path: &Path) -> Result<(), Error> {
    let leaves = || -> io::Result<bool> {
        let here = std::env::current_dir()?;
        if !normalize(&std::path::absolute(path)?).starts_with(&here) {
            return Ok(false);
        }
        // What is not there yet is made in the nearest folder that is there.
        let real = path.ancestors().find_map(|path| {
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            path.canonicalize().ok()
        });
        Ok(!real.is_some_and(|real| here.canonicalize().is_ok_and(|here| real.starts_with(here))))
    };
    match leaves() {
        Ok(false) => Ok(()),
        Ok(true) => Err(Error::new(format!("{} is not written: a link leads out of this folder", path.display()))
            .help("name the file itself, or remove the link")),
        Err(error) => Err(Error::new(format!("cannot write {}: {error}", path.display()))),
    }
}

/// Refuses a path, without `..` behind a name, that is not below `folder`, or that with or without links is not below
/// `root`.
///
/// # Errors
/// Where it is not.
pub(super) fn forbid_outside(path: &Path, folder: &Path, root: &Path) -> Result<(), Error> {
    let is_inside = || -> io::Result<bool> {
        let absolute = |path: &Path| Ok::<_, io::Error>(normalize(&std::path::absolute(path)?));
        let here = || std::env::current_dir();
        let folder = if folder.as_os_str().is_empty() { here()? } else { absolute(folder)? };
        let root = if root.as_os_str().is_empty() { here()? } else { absolute(root)? };
        let path = absolute(path)?;
        let real = path.ancestors().find_map(|path| path.canonicalize().ok());
        let real_root = root.canonicalize()?;
        let is_real = real.is_some_and(|real| real.starts_with(real_root));
        Ok(path.starts_with(folder) && path.starts_with(root) && is_real)
    };
    match is_inside() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::new(format!(
            "{} is not written: it is outside of the pages, or a link leads out of this folder",
            path.display()
        ))),
        Err(error) => Err(Error::new(format!("cannot write {}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_file_is_written_in_place_where_none_can_be_made_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        // The name is as long as a name may be, so that a longer one cannot be made.
        let path = folder.path().join("a".repeat(255));
        fs::write(&path, "the old text, longer than the new one").unwrap();
        write(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), 1);
        // Where there is no file, there is nothing to write to.
        assert!(write(&folder.path().join("b".repeat(255)), |_| Ok(())).is_err());
    }

    #[test]
    fn a_text_is_overwritten_by_a_longer_or_a_shorter_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for (old, new) in [("short", "a longer text"), ("a longer text", "short"), ("", "a"), ("a", ""), ("ab", "cd")] {
            fs::write(&path, old).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            in_place(&path, file, old.as_bytes(), new.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), new);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_copy_is_kept_where_neither_text_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yml");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let error = in_place(&path, full, b"old text", b"new").unwrap_err();
        let help = error.help.unwrap();
        let copy = help.strip_prefix("the file is damaged; its text is in ").unwrap();
        assert_eq!(fs::read_to_string(copy).unwrap(), "old text");
        fs::remove_file(copy).unwrap();
    }

    #[test]
    fn what_killed_runs_left_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yml");
        let [old, fresh, other] = [".a.yml.promproof-1-0", ".a.yml.promproof-2-0", ".b.yml.promproof-1-0"];
        for name in [old, fresh, other] {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - 2 * STALE;
        for name in [old, other] {
            File::options().write(true).open(folder.path().join(name)).unwrap().set_modified(long_ago).unwrap();
        }
        fs::write(&path, "old").unwrap();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(!folder.path().join(old).exists());
        assert!(folder.path().join(fresh).exists() && folder.path().join(other).exists());
    }
}
