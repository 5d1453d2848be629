//! Finding files.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use rustc_hash::FxHashMap;

use super::ReadError;

/// A file that [`discover`] found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, as the user would write it.
    pub path: PathBuf,
    /// Whether the user named the file itself and not a directory above it.
    pub named: bool,
}

/// Endings of the files that are read in directories.
const EXTENSIONS: [&str; 3] = ["yml", "yaml", "rules"];

/// The files with the endings `.yml`, `.yaml` and `.rules` below the directories among `paths`, and the files among
/// `paths` whatever their names, sorted by path, each once; and the paths that cannot be read.
///
/// A file that several of the `paths` lead to, as `./a.yml` and `a.yml` do, has the name under which it comes first.
/// Hidden files, links and what `.gitignore` and `.ignore` name are left out below directories. Which of the files are
/// rule files shows when they are read.
pub fn discover(paths: &[PathBuf]) -> (Vec<Found>, Vec<ReadError>) {
    let mut files = Files::default();
    let mut errors = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, &mut files, &mut errors),
            Ok(_) => files.add(path, true),
            Err(error) => errors.push(ReadError::of_io(path, &error)),
        }
    }
    let mut found: Vec<Found> = files.by_canonical_path.into_values().collect();
    found.sort_unstable();
    (found, errors)
}

/// Files, each once.
#[derive(Default)]
struct Files {
    by_canonical_path: FxHashMap<PathBuf, Found>,
}

impl Files {
    fn add(&mut self, path: &Path, named: bool) {
        // A pipe such as `/dev/fd/63` has no canonical path.
        let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = self.by_canonical_path.entry(canonical);
        file.or_insert_with(|| Found { path: path.to_owned(), named }).named |= named;
    }
}

/// What one person ignores everywhere must not decide what a check in CI sees.
fn walker(directory: &Path) -> ignore::Walk {
    WalkBuilder::new(directory).require_git(false).git_global(false).build()
}

/// The directories in which [`discover`] looks: those among `paths` and below, and the parents of the files among
/// `paths`; sorted, each once.
pub fn directories(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = walker(path).filter_map(Result::ok);
            let folders = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
            found.extend(folders.map(ignore::DirEntry::into_path));
        } else {
            found.extend(path.parent().map(Path::to_owned));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the name of `path` ends as those of the files that [`discover`] finds in directories.
pub fn has_extension(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| EXTENSIONS.contains(&extension))
}

fn walk(directory: &Path, files: &mut Files, errors: &mut Vec<ReadError>) {
    for entry in walker(directory) {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
                if is_file && has_extension(path) {
                    files.add(path, false);
                }
            }
            Err(error) => errors.push(ReadError { path: directory.to_owned(), message: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(directory: &Path, paths: &[&str]) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| directory.join(path)).collect();
        let (found, errors) = discover(&paths);
        let name = |path: &Path| path.strip_prefix(directory).unwrap_or(path).display().to_string();
        let found =
            found.iter().map(|found| format!("{}{}", name(&found.path), if found.named { " (named)" } else { "" }));
        let errors = errors.iter().map(|error| format!("{}: {}", name(&error.path), error.message));
        found.chain(errors).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn directories_are_walked_and_named_files_always_count() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for path in ["b.yml", "a/c.yaml", "a/d.rules.yml", "a/e.txt", ".hidden.yml", "ignored/f.yml", "g.rules"] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "groups: []").unwrap();
        }
        fs::write(root.join(".gitignore"), "ignored/\n").unwrap();
        insta::assert_snapshot!(found_in(root, &[""]), @r"
        a/c.yaml
        a/d.rules.yml
        b.yml
        g.rules
        ");
        insta::assert_snapshot!(found_in(root, &["ignored/f.yml", "a/e.txt", "a", "missing.yml"]), @r"
        a/c.yaml
        a/d.rules.yml
        a/e.txt (named)
        ignored/f.yml (named)
        missing.yml: does not exist
        ");
    }

    #[test]
    fn a_file_that_several_paths_lead_to_is_found_once() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/b.yml"), "groups: []").unwrap();
        fs::write(root.join("c.yml"), "groups: []").unwrap();
        insta::assert_snapshot!(found_in(root, &["", "./c.yml", "a/../a/b.yml", "a"]), @r"
        a/b.yml (named)
        c.yml (named)
        ");
        insta::assert_snapshot!(found_in(root, &["a/../c.yml", "c.yml", "."]), @r"
        a/../c.yml (named)
        a/b.yml
        ");
    }
}
