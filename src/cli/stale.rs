//! What runs that were killed have left behind.

use std::fs::{self, DirEntry, Metadata};
use std::path::Path;
use std::time::Duration;

/// The entries of a folder with names that are ours and that nobody has changed for `age`, each with what it is itself: a link is
/// one. What cannot be read is left out; it is in nobody's way.
pub(super) fn entries(
    folder: &Path,
    age: Duration,
    is_ours: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (DirEntry, Metadata)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(move |entry| entry.file_name().to_str().is_some_and(&is_ours));
    ours.filter_map(move |entry| {
        let metadata = entry.metadata().ok()?;
        let is_old = metadata.modified().ok()?.elapsed().ok()? > age;
        is_old.then_some((entry, metadata))
    })
}
