//! Files that get another text in place of the one that was looked at.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use super::{Error, atomic};
use crate::source::SourceFile;

/// Writes the new text of a file. The one on the disk must be the one that was read: someone may have saved another one
/// meanwhile, a name that is no UTF-8 is another file's, and a text that was not read as it is cannot be put back.
///
/// # Errors
/// Where the file has changed or cannot be written.
pub(super) fn replace(old: &SourceFile, new: &str) -> Result<(), Error> {
    let path = Path::new(old.name());
    let failure = |why: &str| Error::new(format!("{} is not changed: {why}", path.display()));
    if old.is_reencoded() {
        return Err(failure("it is UTF-16, and only UTF-8 is written").help("save it as UTF-8"));
    }
    let bytes = read(path, old.text().len()).map_err(|error| {
        let is_other = old.name().contains(char::REPLACEMENT_CHARACTER);
        failure(&format!("it cannot be read: {error}")).help(if is_other {
            "its name must be UTF-8"
        } else {
            "run it again"
        })
    })?;
    if bytes != old.text().as_bytes() {
        return Err(if String::from_utf8_lossy(&bytes).contains(char::REPLACEMENT_CHARACTER) {
            failure("it is not UTF-8").help("save it as UTF-8")
        } else {
            failure("somebody has changed it meanwhile").help("run it again")
        });
    }
    atomic::replace(path, old.text().as_bytes(), new.as_bytes())
}

/// The bytes of a file, of which no more than one behind `expected` matter.
fn read(path: &Path, expected: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    fs::File::open(path)?.take(expected.saturating_add(1) as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_not_read_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.yml");
        let source = SourceFile::new(path.display().to_string(), "tests: [] # read\n");
        for saved in [&b"tests: [] # saved meanwhile\n"[..], b"tests: [] # \xff\n"] {
            fs::write(&path, saved).unwrap();
            let failure = replace(&source, "tests: [] # new\n").unwrap_err();
            assert!(failure.message.contains("is not changed: "), "{failure}");
            assert_eq!(fs::read(&path).unwrap(), saved);
        }
        fs::write(&path, source.text()).unwrap();
        replace(&source, "tests: [] # new\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "tests: [] # new\n");
    }
}
