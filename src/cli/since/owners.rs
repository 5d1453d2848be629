//! Who owned the files before a change.

use std::path::Path;

use super::root;
use crate::cli::Error;
use crate::cli::git::{Changed, Entry, Repository};
use crate::lint::Config;
use crate::lint::codeowners::{self, CodeOwners};
use crate::workspace;

/// The configuration with the `CODEOWNERS` of a commit, whose files are `entries`.
///
/// # Errors
/// Where git cannot tell.
pub(super) fn as_it_was(
    config: &Config,
    repository: &Repository,
    entries: &[Entry],
    changed: &[Changed],
    current_dir: &Path,
) -> Result<Config, Error> {
    let mut config = config.clone();
    let root = root(&config, current_dir);
    // In another repository nothing has changed.
    let Some(below) = root.strip_prefix(&repository.root).ok().filter(|_| config.asks_for_owners()) else {
        return Ok(config);
    };
    let entry = codeowners::PLACES.iter().find_map(|place| entries.iter().find(|entry| entry.path == *place));
    let path = entry.map(|entry| repository.root.join(&entry.path));
    let now = config.owners().and_then(|owners| Path::new(owners.file.name()).canonicalize().ok());
    let has_changed = |entry: &Entry| changed.iter().any(|changed| changed.path == entry.path);
    if path == now && !entry.is_some_and(has_changed) {
        return Ok(config);
    }
    let mut owners = None;
    repository.contents(entry.cloned().as_slice(), &mut |entry, bytes| {
        let path = repository.root.join(&entry.path);
        let name = path.strip_prefix(current_dir).unwrap_or(&path);
        owners = Some(CodeOwners::read(&workspace::from_bytes(&name.to_string_lossy(), bytes).file, below));
        Ok(())
    })?;
    config.set_owners(owners);
    Ok(config)
}
