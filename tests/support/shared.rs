//! Finds the data of `../shared`, which the repository does not have.

use std::path::{Path, PathBuf};

/// A path in the folder with conformance data and corpora (`PROMPROOF_SHARED`, or `../shared`), or nothing: then the
/// test says that it was skipped and passes.
#[expect(clippy::print_stdout, reason = "tests say what they skip")]
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PROMPROOF_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        println!("skipped: {} does not exist", path.display());
        return None;
    }
    Some(path)
}
