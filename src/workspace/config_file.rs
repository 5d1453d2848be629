//! Where the configuration lies.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ReadError;
use super::home::{Home, root_of};

/// The names that [`find`] looks for, in this order, in each directory.
pub const FILE_NAMES: [&str; 2] = ["promproof.toml", ".config/promproof.toml"];

/// The configuration file that holds for the directory `start`: the nearest one in it or in a directory above, as far as
/// `home` may be read.
///
/// # Errors
/// Where there is something of that name that is no file, or a link that leads out of the repository: a policy must not
/// be off without a word, and a pull request must not choose which file of the machine is read.
pub fn find(start: &Path, home: &Home) -> Result<Option<PathBuf>, ReadError> {
    let folders = start
        .ancestors()
        .take_while(|folder| !home.is_closed() || folder.canonicalize().is_ok_and(|folder| home.holds(&folder)));
    for path in folders.flat_map(|folder| FILE_NAMES.map(|name| folder.join(name))) {
        if path.symlink_metadata().is_ok() {
            return check(&path).map(|()| Some(path));
        }
    }
    Ok(None)
}

/// Whether what is there is a file of the repository.
fn check(path: &Path) -> Result<(), ReadError> {
    let fail = |message: &str| Err(ReadError::new(path, message));
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return fail("is a link that leads nowhere"),
        Err(error) => return Err(ReadError::of_io(path, &error)),
    };
    if metadata.is_dir() {
        return fail("is a directory");
    }
    if !metadata.is_file() {
        return fail("is not a regular file");
    }
    let directory = directory_of(path).canonicalize().map_err(|error| ReadError::of_io(path, &error))?;
    let inside = root_of(&directory).unwrap_or(&directory);
    match path.canonicalize() {
        Ok(canonical) if canonical.starts_with(inside) => Ok(()),
        Ok(_) => fail("is a link that leads out of the repository; name it with --config if it is meant"),
        Err(error) => Err(ReadError::of_io(path, &error)),
    }
}

/// The directory that a configuration file speaks for: its own, or the one that holds its `.config`.
pub fn directory_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    let outer = if folder.ends_with(".config") { folder.parent() } else { None };
    outer.unwrap_or(folder).to_path_buf()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_one_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir(root.join(".config")).unwrap();
        assert_eq!(find(&root, &Home::closed(&root)), Ok(None));
        fs::write(root.join(".config/promproof.toml"), "").unwrap();
        let found = || find(&root.join("a/b"), &Home::default()).unwrap().unwrap();
        assert_eq!(found(), root.join(".config/promproof.toml"));
        assert_eq!(directory_of(&found()), root);
        fs::write(root.join("a/promproof.toml"), "").unwrap();
        assert_eq!(found(), root.join("a/promproof.toml"));
        assert_eq!(find(&root.join("a/b"), &Home::closed(&root.join("a/b"))), Ok(None));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_there_and_no_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let message = |setup: &dyn Fn(&Path)| {
            let directory = root.join("d");
            fs::create_dir(&directory).unwrap();
            setup(&directory.join("promproof.toml"));
            let message = find(&directory, &Home::default()).unwrap_err().message;
            fs::remove_dir_all(directory).unwrap();
            message
        };
        let link = |to: &'static str| move |path: &Path| std::os::unix::fs::symlink(to, path).unwrap();
        assert_eq!(message(&|path| fs::create_dir(path).unwrap()), "is a directory");
        assert_eq!(message(&link("nowhere")), "is a link that leads nowhere");
        assert_eq!(message(&link("/dev/null")), "is not a regular file");
        let out = "is a link that leads out of the repository; name it with --config if it is meant";
        assert_eq!(message(&link("/etc/passwd")), out);
    }
}
