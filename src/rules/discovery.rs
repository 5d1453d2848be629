//! Finding and reading files.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use rustc_hash::FxHashMap;

use crate::source::{Diagnostic, Label, Severity, SourceFile, Span};

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

impl ReadError {
    fn of_io(path: &Path, error: &io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::NotFound => "does not exist".to_owned(),
            io::ErrorKind::PermissionDenied => "may not be read: permission denied".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        ReadError { path: path.to_owned(), message }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for ReadError {}

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

/// A file's text.
#[derive(Clone, Debug)]
pub struct Read {
    /// The file; where it is not UTF-8, its text up to the first wrong byte.
    pub file: Arc<SourceFile>,
    /// Says where the file stops being UTF-8 text (`yaml/syntax`), if it does.
    pub problem: Option<Diagnostic>,
}

/// Reads a file.
///
/// # Errors
/// Where it is missing, is not a file, cannot be read, or is larger than [`MAX_FILE_BYTES`].
pub fn read(path: &Path) -> Result<Read, ReadError> {
    let fail = |message: &str| ReadError { path: path.to_owned(), message: message.to_owned() };
    let of_io = |error: io::Error| ReadError::of_io(path, &error);
    let metadata = fs::metadata(path).map_err(of_io)?;
    if metadata.is_dir() {
        return Err(fail("is a directory"));
    }
    if !metadata.is_file() {
        return Err(fail("is not a regular file"));
    }
    let mut bytes = Vec::new();
    // The size may not be what the metadata says; one byte more than the limit tells.
    fs::File::open(path).map_err(of_io)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(of_io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(fail(&format!("is larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024))));
    }
    Ok(from_bytes(&path.to_string_lossy(), bytes))
}

/// The same for bytes that were read elsewhere, for example from standard input.
pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Read {
    let (text, wrong) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            let wrong = bytes.get(valid).copied().unwrap_or_default();
            let is_utf16 = matches!(bytes.get(..2), Some([0xFF, 0xFE] | [0xFE, 0xFF]));
            bytes.truncate(valid);
            (String::from_utf8(bytes).unwrap_or_default(), Some((wrong, is_utf16)))
        }
    };
    let file = Arc::new(SourceFile::new(name, text));
    let problem = wrong.map(|(byte, is_utf16)| {
        let label =
            Label::new(&file, Span::at(file.text().len()), format!("the byte 0x{byte:02X} is no part of a character"));
        let help = if is_utf16 {
            "it looks like UTF-16: save it as UTF-8"
        } else {
            "Prometheus reads UTF-8 only: save the file in that encoding"
        };
        Diagnostic::new("yaml/syntax", Severity::Error, "the file is not UTF-8 text", label).help(help)
    });
    Read { file, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::render;

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

    #[test]
    fn what_is_no_utf8_is_reported_at_the_first_wrong_byte() {
        let of = |bytes: &[u8]| render(&from_bytes("a.yml", bytes.to_vec()).problem.into_iter().collect::<Vec<_>>());
        insta::assert_snapshot!(of("gr\u{fc}n: 1".as_bytes()), @"");
        insta::assert_snapshot!(of(b"a: 1\nb: \xfcx"), @r"
        2:4..4 yaml/syntax: the file is not UTF-8 text
          ^ the byte 0xFC is no part of a character
          help: Prometheus reads UTF-8 only: save the file in that encoding
        ");
        insta::assert_snapshot!(of(b"\xff\xfea\0"), @r"
        1:1..1 yaml/syntax: the file is not UTF-8 text
          ^ the byte 0xFF is no part of a character
          help: it looks like UTF-16: save it as UTF-8
        ");
    }

    #[test]
    fn a_path_that_is_no_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read(directory.path()).unwrap_err().message, "is a directory");
        let missing = read(&directory.path().join("missing.yml")).unwrap_err();
        assert_eq!(missing.message, "does not exist");
    }
}
