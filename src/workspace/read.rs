//! Reading files: bytes within bounds, and bytes to text.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Diagnostic, Label, Severity, SourceFile, Span};

/// Files larger than this are refused, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The path.
    pub path: PathBuf,
    /// What is wrong, without the path.
    pub message: String,
}

impl ReadError {
    pub(super) fn of_io(path: &Path, error: &io::Error) -> Self {
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
