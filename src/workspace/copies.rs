//! Files that `promproof test --to-promtool` has written into the tree that is searched.
//!
//! They say again what their originals say. So below a folder they do not count beside other files, or every test would
//! run twice; where they are named, or all that there is in a folder that is named, they are meant.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::Found;

/// How the first line of such a copy begins.
pub const HEADER: &str = "# Written by promproof test --to-promtool";

/// Whether a file is such a copy, by its first line.
pub fn is_copy(text: &str) -> bool {
    text.starts_with(HEADER)
}

/// Leaves out the copies that do not count. `files` were found below `paths`; each comes with what was read of it, and
/// whether it is a copy.
pub fn without_copies<T>(paths: &[PathBuf], files: Vec<(&Found, bool, T)>) -> Vec<T> {
    let folders: FxHashSet<&Path> = paths.iter().map(|path| bare(path)).collect();
    let originals = files.iter().filter(|(_, is_copy, _)| !is_copy);
    let has_originals: FxHashSet<&Path> =
        originals.filter_map(|(found, _, _)| folder_of(&folders, &found.path)).collect();
    let counts = |found: &Found, is_copy: bool| {
        !is_copy || found.named || folder_of(&folders, &found.path).is_none_or(|folder| !has_originals.contains(folder))
    };
    files.into_iter().filter(|(found, is_copy, _)| counts(found, *is_copy)).map(|(_, _, file)| file).collect()
}

/// Which of `folders` led to a file: the one that names its folder most closely.
fn folder_of<'f>(folders: &FxHashSet<&Path>, file: &'f Path) -> Option<&'f Path> {
    bare(file).ancestors().find(|above| folders.contains(above))
}

fn bare(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}
