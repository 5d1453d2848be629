//! Finds the data of `../shared`, which the repository does not have.

use std::path::{Path, PathBuf};

/// A path in the folder with conformance data and corpora (`PROMPROOF_SHARED`, or `../shared`), or nothing: then the
/// test says that it was skipped and passes.
#[expect(clippy::print_stdout, reason = "tests say what they skip")]
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PROMPROOF_SHARED").map_or_else(|| project().join("../shared"), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        println!("skipped: {} does not exist", path.display());
        return None;
    }
    Some(path)
}

/// The folder of the project, of whichever of its packages this is compiled into: where `Cargo.lock` is.
fn project() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap_or(package)
}
