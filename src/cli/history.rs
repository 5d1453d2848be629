//! How runbook pages were called before, as git knows it.

use std::path::Path;

use super::Error;
use super::git::Repository;
use crate::lint::Config;
use crate::runbook::{History, Renamed};
use crate::workspace::Home;

/// Lets `config` find out how pages were called before. Git is asked once somebody wants to know; without git, a repository
/// or the history there is nothing to know.
pub(super) fn offer(config: &mut Config, home: &Home) {
    let root = config.files().root().to_owned();
    let folders = config.runbook.folders();
    let home = home.clone();
    config.set_history(History::new(move || {
        let folders: Vec<&Path> = folders.iter().map(AsRef::as_ref).collect();
        renamed(&root, &folders, &home).unwrap_or_default()
    }));
}

/// What was renamed below `folders` of `root`, the latest first: what is not committed yet, and what was.
fn renamed(root: &Path, folders: &[&Path], home: &Home) -> Result<Vec<Renamed>, Error> {
    let root = root.canonicalize()?;
    let repository = Repository::around(&root)?;
    let inside = match root.strip_prefix(&repository.root) {
        Ok(inside) if home.admits(&repository.root) => inside,
        _ => return Ok(Vec::new()),
    };
    let folders: Vec<String> = folders.iter().map(|folder| slashed(&inside.join(folder))).collect();
    // Of the whole repository there is no name.
    let folders = if folders.iter().any(String::is_empty) { Vec::new() } else { folders };
    let uncommitted = repository.changed(&repository.head()?, false)?.into_iter();
    let uncommitted = uncommitted.filter_map(|changed| Some((changed.old?, changed.path)));
    let renames = uncommitted.chain(repository.renames(&folders)?);
    let from_root = |path: &str| Path::new(path).strip_prefix(inside).ok().map(slashed);
    Ok(renames.filter_map(|(old, new)| Some(Renamed { old: from_root(&old)?, new: from_root(&new)? })).collect())
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
