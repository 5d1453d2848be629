//! How runbook pages were called before, as git knows it.

use std::path::Path;

use super::Error;
use super::git::{self, Repository};
use crate::lint::Config;
use crate::runbook::{History, Moved};
use crate::workspace::paths::slashed;
use crate::workspace::{self, Home};

/// Lets `config` find out how pages were called before. Git is asked once somebody wants to know; without git, a repository
/// or the history there is nothing to know.
pub(super) fn offer(config: &mut Config, home: &Home) {
    let root = config.files().root().to_owned();
    let folders = config.runbook.folders();
    let home = home.clone();
    config.set_history(History::new(move || {
        let folders: Vec<&Path> = folders.iter().map(AsRef::as_ref).collect();
        moved(&root, &folders, &home).unwrap_or_default()
    }));
}

/// What has become of files below `folders` of `root`, the latest first: what is staged, and what was committed. The
/// working tree is not compared: a rename that git does not know yet is no rename to it.
fn moved(root: &Path, folders: &[&Path], home: &Home) -> Result<Vec<Moved>, Error> {
    let root = root.canonicalize()?;
    // Asked before git is.
    if !workspace::root_of(&root).is_some_and(|top| home.admits(top)) {
        return Ok(Vec::new());
    }
    let repository = Repository::around(&root)?;
    let Ok(inside) = root.strip_prefix(&repository.root) else { return Ok(Vec::new()) };
    let folders: Vec<String> = folders.iter().map(|folder| slashed(&inside.join(folder))).collect();
    // Of the whole repository there is no name.
    let folders = if folders.iter().any(String::is_empty) { Vec::new() } else { folders };
    let staged = repository.changed(&repository.head()?, true)?.into_iter();
    let staged = staged.filter_map(|changed| Some(git::Moved::Renamed { old: changed.old?, new: changed.path }));
    let committed = repository.moved(&folders).unwrap_or_default();
    let from_root = |path: &str| Path::new(path).strip_prefix(inside).ok().map(slashed);
    let moved = staged.chain(committed).filter_map(|moved| {
        Some(match moved {
            git::Moved::Renamed { old, new } => Moved::Renamed { old: from_root(&old)?, new: from_root(&new)? },
            git::Moved::CameOrWent(path) => Moved::CameOrWent(from_root(&path)?),
        })
    });
    Ok(moved.collect())
}
