//! The files as they were, those that have not changed being the documents of the run itself.
//!
//! Only what has changed is fetched from git, read and linted. That is safe as long as it is known which files counted:
//! where rules or tests have been renamed or removed, or something else has changed that decides on it, there is no such
//! workspace, and everything has to be read as it was.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{IGNORE_FILES, Paths, Then};
use crate::cli::Error;
use crate::cli::git::{Changed, Entry, Repository};
use crate::lint::Config;
use crate::rules::may_hold_rules_or_tests;
use crate::workspace::paths::normalize;
use crate::workspace::{Past, Workspace, from_bytes, has_extension, is_markdown};

/// Besides those that say what is ignored, the file that decides what others are.
const CHART: &str = "Chart.yaml";
/// Endings of files from which it is guessed where pages are published.
const OF_SITES: [&str; 6] = ["toml", "yaml", "yml", "json", "js", "ts"];

/// Files by their paths from the root, and their bytes.
type Texts = Vec<(String, Vec<u8>)>;

/// How the files were.
pub(super) struct Shared {
    /// Those of the run.
    pub workspace: Workspace,
    /// All that have changed, those that the run leaves out, too.
    pub changed: Workspace,
}

/// The files of the workspace `now` as they were; `None` where they cannot be had in this way.
///
/// # Errors
/// Where git cannot tell.
pub(super) fn read(now: &Workspace, config: &Config, paths: &Paths<'_>, then: &Then) -> Result<Option<Shared>, Error> {
    let repository = paths.repository;
    let Then { changed, untracked, unstaged, .. } = then;
    // Where it leads now says nothing of where it led.
    let is_link = |path: &String| repository.root.join(path).is_symlink();
    if changed.iter().any(|changed| changed.is_link) || untracked.iter().chain(unstaged).any(is_link) {
        return Ok(None);
    }
    let others = untracked.iter().chain(unstaged).map(String::as_str);
    let concerned: Vec<&str> = changed.iter().flat_map(Changed::paths).chain(others).collect();
    let is_deciding = |name: &str| name == CHART || IGNORE_FILES.contains(&name);
    if concerned.iter().any(|path| path.rsplit('/').next().is_some_and(is_deciding)) {
        return Ok(None);
    }
    if unstaged.iter().any(|path| has_extension(Path::new(path))) {
        return Ok(None);
    }
    let Some(texts) = old_texts(repository, then)? else { return Ok(None) };
    let has_gone = |path: &str| {
        changed.iter().any(|changed| changed.old.as_deref() == Some(path) || changed.is_gone && changed.path == path)
    };
    let (gone, texts): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(path, _)| has_gone(path));
    if gone.iter().any(|(_, bytes)| holds_rules(bytes)) {
        return Ok(None);
    }
    let absent = then.absent().into_iter().map(PathBuf::from);
    let texts = texts.into_iter().map(|(path, bytes)| (PathBuf::from(path), bytes));
    let past = Past::new(&repository.root, absent, texts);
    let changed = past.changed(now.settings());
    let Some(workspace) = now.as_it_was(past, paths.named, paths.current_dir) else { return Ok(None) };
    if config.runbook.has_pages() {
        let documents = now.documents().iter().map(|document| paths.current_dir.join(document.source.name()));
        let documents: FxHashSet<PathBuf> = documents.map(|path| normalize(&path)).collect();
        let is_other = |path: &&str| !documents.contains(&repository.root.join(path));
        if !gone.is_empty() || concerned.into_iter().filter(is_other).any(may_be_of_pages) {
            return Ok(None);
        }
    }
    Ok(Some(Shared { workspace, changed }))
}

/// The texts of the files that have changed or are gone, by their paths in the commit; `None` where one is larger than what
/// is read.
fn old_texts(repository: &Repository, then: &Then) -> Result<Option<Texts>, Error> {
    let wanted: FxHashSet<&str> = then.changed.iter().map(Changed::old_path).collect();
    let wanted: Vec<Entry> =
        then.entries.iter().filter(|entry| wanted.contains(entry.path.as_str())).cloned().collect();
    let mut texts = Vec::new();
    repository.contents(&wanted, &mut |entry, bytes| {
        texts.push((entry.path.clone(), bytes));
        Ok(())
    })?;
    Ok((texts.len() == wanted.len()).then_some(texts))
}

fn holds_rules(bytes: &[u8]) -> bool {
    may_hold_rules_or_tests(from_bytes("", bytes.to_vec()).for_its_shape().text())
}

/// Whether a file may be a page, or say where pages are published.
fn may_be_of_pages(path: &str) -> bool {
    let path = Path::new(path);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    is_markdown(path) || OF_SITES.iter().any(|known| extension.eq_ignore_ascii_case(known))
}
