//! Reading files: bytes within bounds, and bytes to text.

use std::fmt;
use std::fs::{self, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::home::{Home, is_of_the_system};
use crate::source::{Diagnostic, Label, SourceFile, Span};
use crate::yaml::findings::SYNTAX;

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
    pub(super) fn new(path: &Path, message: impl Into<String>) -> Self {
        ReadError { path: path.to_owned(), message: message.into() }
    }

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
    /// The file; where it is no text, what it holds up to the first wrong byte.
    pub file: Arc<SourceFile>,
    /// Says where the file stops being text (`yaml/syntax`), if it does.
    pub problem: Option<Diagnostic>,
    /// Where it stops being text: all of it, with a replacement character for each wrong byte. What kind of file it is
    /// can be seen there, and nothing else.
    pub repaired: Option<Arc<SourceFile>>,
}

/// Reads a regular file.
///
/// # Errors
/// Where it is missing, is not a regular file, cannot be read, or is larger than [`MAX_FILE_BYTES`].
pub fn read(path: &Path) -> Result<Read, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| ReadError::of_io(path, &error))?;
    read_known(path, &metadata)
}

/// As [`read`], where `metadata` is known already.
pub(super) fn read_known(path: &Path, metadata: &Metadata) -> Result<Read, ReadError> {
    if !metadata.is_file() {
        return Err(no_file(path, metadata));
    }
    read_bytes(path, metadata.len()).map(|bytes| from_bytes(&path.to_string_lossy(), bytes))
}

/// Reads a file that the user named: a regular one, a pipe (as of `<(command)`), or a terminal.
///
/// # Errors
/// As [`read`].
pub fn read_named(path: &Path) -> Result<Read, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| ReadError::of_io(path, &error))?;
    let is_readable = metadata.is_file() || is_handed_over(path) && is_stream(&metadata);
    if !is_readable {
        return Err(no_file(path, &metadata));
    }
    read_bytes(path, metadata.len()).map(|bytes| from_bytes(&path.to_string_lossy(), bytes))
}

/// Reads a regular file that another file names: its `canonical` path may lead anywhere on this machine. What lies
/// outside of `home` is marked as foreign, so that its text is not shown.
///
/// # Errors
/// As [`read`]; also where it is something of the system, or may not be read by the rules of `home`.
pub fn read_foreign(path: &Path, canonical: &Path, home: &Home) -> Result<Read, ReadError> {
    if is_of_the_system(canonical) {
        return Err(ReadError::new(path, "it is something of the system and no file"));
    }
    if !home.admits(canonical) {
        return Err(ReadError::new(path, format!("it {}", Home::REFUSAL)));
    }
    let mut read = read(path)?;
    if !home.holds(canonical) {
        if let Some(problem) = read.problem {
            return Err(ReadError::new(path, problem.message));
        }
        let file = SourceFile::new(read.file.name(), read.file.text());
        read.file = Arc::new(if read.file.is_reencoded() { file.reencoded() } else { file }.foreign());
    }
    Ok(read)
}

fn no_file(path: &Path, metadata: &Metadata) -> ReadError {
    ReadError::new(path, if metadata.is_dir() { "is a directory" } else { "is not a regular file" })
}

/// Whether the shell hands the stream over, as in `promproof check <(jsonnet …)` and `… | promproof check /dev/stdin`. Any
/// other pipe or device may never give a byte.
fn is_handed_over(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

#[cfg(unix)]
fn is_stream(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_fifo() || metadata.file_type().is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_: &Metadata) -> bool {
    false
}

/// `size`: the number of bytes that the file is said to have.
fn read_bytes(path: &Path, size: u64) -> Result<Vec<u8>, ReadError> {
    #[cfg(test)]
    crate::source::tally::note(crate::source::tally::Work::Read, &path.to_string_lossy());
    let of_io = |error: io::Error| ReadError::of_io(path, &error);
    let file = fs::File::open(path).map_err(of_io)?;
    read_at_most(file, size).map_err(|message| ReadError::new(path, message))
}

/// All bytes of `input`, for example of standard input.
///
/// # Errors
/// Says why it cannot be read, or that there are more than [`MAX_FILE_BYTES`].
pub fn read_bounded(input: impl io::Read) -> Result<Vec<u8>, String> {
    read_at_most(input, 0)
}

fn read_at_most(input: impl io::Read, size: u64) -> Result<Vec<u8>, String> {
    // With room for them all and one more, the bytes come at once, and then the end.
    let room = size.min(MAX_FILE_BYTES) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    // The size may not be what the metadata says; one byte more than the limit tells.
    input
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ReadError::of_io(Path::new(""), &error).message)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024)));
    }
    Ok(bytes)
}

/// The text of bytes: UTF-8, or UTF-16 with a byte-order mark, which Prometheus' reader of YAML takes too.
pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Read {
    match bytes.get(..2) {
        Some([0xFF, 0xFE]) => from_utf16(name, &bytes, u16::from_le_bytes),
        Some([0xFE, 0xFF]) => from_utf16(name, &bytes, u16::from_be_bytes),
        _ => from_utf8(name, bytes),
    }
}

fn from_utf8(name: &str, bytes: Vec<u8>) -> Read {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return sound(SourceFile::new(name, text)),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let mut bytes = error.into_bytes();
    let repaired = String::from_utf8_lossy(&bytes).into_owned();
    let wrong = bytes.get(valid).copied().unwrap_or_default();
    bytes.truncate(valid);
    let file = Arc::new(SourceFile::new(name, String::from_utf8(bytes).unwrap_or_default()));
    let text = format!("the byte 0x{wrong:02X} is no part of a character");
    let help = "Prometheus reads UTF-8 only: save the file in that encoding";
    broken(file, repaired, "the file is not UTF-8 text", text, help)
}

fn from_utf16(name: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Read {
    // The mark itself is no part of the text.
    let (pairs, rest) = bytes.get(2..).unwrap_or_default().as_chunks::<2>();
    let units = || pairs.iter().map(|pair| unit(*pair));
    let mut text = String::with_capacity(pairs.len());
    let mut wrong = None;
    for character in char::decode_utf16(units()) {
        match character {
            Ok(character) => text.push(character),
            Err(error) => {
                wrong = Some(format!("0x{:04X} is only half of a character", error.unpaired_surrogate()));
                break;
            }
        }
    }
    let wrong = wrong.or((!rest.is_empty()).then(|| "a byte is missing here".to_owned()));
    let file = SourceFile::new(name, text).reencoded();
    let Some(wrong) = wrong else { return sound(file) };
    let repaired: String =
        char::decode_utf16(units()).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let help = "its byte-order mark says UTF-16: save the file as UTF-8";
    broken(Arc::new(file), repaired, "the file is not UTF-16 text", wrong, help)
}

fn sound(file: SourceFile) -> Read {
    Read { file: Arc::new(file), problem: None, repaired: None }
}

fn broken(file: Arc<SourceFile>, repaired: String, message: &str, label: String, help: &str) -> Read {
    let label = Label::new(&file, Span::at(file.text().len()), label);
    let problem = SYNTAX.diagnostic(message, label).help(help);
    let repaired = Some(Arc::new(SourceFile::new(file.name(), repaired)));
    Read { file, problem: Some(problem), repaired }
}

impl Read {
    /// The text in which it shows what kind of file it is.
    pub fn for_its_shape(&self) -> &Arc<SourceFile> {
        self.repaired.as_ref().unwrap_or(&self.file)
    }
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
        insta::assert_snapshot!(of(b"\xff\xfea\0\0\xd8b\0"), @r"
        1:2..2 yaml/syntax: the file is not UTF-16 text
          ^ 0xD800 is only half of a character
          help: its byte-order mark says UTF-16: save the file as UTF-8
        ");
        insta::assert_snapshot!(of(b"\xfe\xff\0a\0"), @r"
        1:2..2 yaml/syntax: the file is not UTF-16 text
          ^ a byte is missing here
          help: its byte-order mark says UTF-16: save the file as UTF-8
        ");
    }

    #[test]
    fn utf16_with_a_mark_is_text() {
        let text = "a: gr\u{fc}n \u{1f600}";
        let little: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let read = from_bytes("a.yml", bytes);
            assert_eq!(read.file.text(), text);
            assert!(read.problem.is_none() && read.file.is_reencoded());
        }
    }

    #[test]
    fn the_shape_of_what_is_no_text_can_be_seen() {
        let read = from_bytes("a.yml", b"# Regeln f\xfcr Prod\ngroups: []\n".to_vec());
        assert_eq!(read.file.text(), "# Regeln f");
        assert_eq!(read.for_its_shape().text(), "# Regeln f\u{fffd}r Prod\ngroups: []\n");
    }

    #[test]
    fn a_path_that_is_no_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read(directory.path()).unwrap_err().message, "is a directory");
        let missing = read(&directory.path().join("missing.yml")).unwrap_err();
        assert_eq!(missing.message, "does not exist");
    }

    #[cfg(unix)]
    #[test]
    fn streams_are_read_where_the_shell_hands_them_over_and_nowhere_else() {
        for path in ["/dev/null", "/dev/zero"] {
            assert_eq!(read(Path::new(path)).unwrap_err().message, "is not a regular file");
            assert_eq!(read_named(Path::new(path)).unwrap_err().message, "is not a regular file");
        }
    }
}
