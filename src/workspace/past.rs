//! How the files of a workspace were at another time, as far as they were different.
//!
//! Two states of a repository have nearly all of their files in common. Those are read and parsed once: a workspace as it
//! was shares their documents with the one as it is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::copies::is_copy;
use super::document::Document;
use super::paths::normalize;
use super::read::{Read, from_bytes};
use super::{Settings, Workspace, has_extension};
use crate::rules;

/// The files of a folder at another time.
#[derive(Debug, Default)]
pub struct Past {
    /// The folder; canonical.
    root: PathBuf,
    /// The files and folders that were not there, from the folder.
    absent: FxHashSet<PathBuf>,
    /// By their whole paths, the bytes of those that were other ones than now.
    texts: FxHashMap<PathBuf, Vec<u8>>,
}

/// What a file was.
enum Was<'p> {
    /// What it is.
    Same,
    /// It was not there.
    Absent,
    /// These bytes.
    Other(&'p [u8]),
}

impl Past {
    /// The files of the canonical folder `root`: what is `absent` was not there, with all that lies in it, and of the files
    /// in `texts` the bytes were these. Both by their paths from the folder. All else was what it is.
    pub fn new(
        root: &Path,
        absent: impl IntoIterator<Item = PathBuf>,
        texts: impl IntoIterator<Item = (PathBuf, Vec<u8>)>,
    ) -> Past {
        let texts = texts.into_iter().map(|(path, bytes)| (root.join(path), bytes)).collect();
        Past { root: root.to_owned(), absent: absent.into_iter().collect(), texts }
    }

    fn was(&self, canonical: &Path) -> Was<'_> {
        if let Some(bytes) = self.texts.get(canonical) {
            return Was::Other(bytes);
        }
        match canonical.strip_prefix(&self.root) {
            Ok(path) if path.ancestors().any(|path| self.absent.contains(path)) => Was::Absent,
            _ => Was::Same,
        }
    }

    /// Whether the file was not there.
    pub(super) fn lacks(&self, canonical: &Path) -> bool {
        matches!(self.was(canonical), Was::Absent)
    }

    /// The file at `path` as it was, if it was another one.
    pub(super) fn read(&self, path: &Path, canonical: &Path) -> Option<Read> {
        match self.was(canonical) {
            Was::Other(bytes) => Some(from_bytes(&path.to_string_lossy(), bytes.to_vec())),
            Was::Same | Was::Absent => None,
        }
    }

    /// The rule files among the texts, each whatever it looks like: also those that the run leaves out.
    pub fn changed(&self, settings: &Settings) -> Workspace {
        let mut workspace = Workspace::new(super::Purpose::Check, settings.clone());
        for (path, bytes) in self.texts.iter().filter(|(path, _)| has_extension(path)) {
            let read = from_bytes(&path.to_string_lossy(), bytes.clone());
            // What cannot be read was no rule.
            if let Ok(Some(document)) = workspace.look_at(read, path.parent().unwrap_or(Path::new("")), true) {
                workspace.add(document);
            }
        }
        workspace
    }
}

impl Workspace {
    /// The workspace as it was: with the documents that have not changed, and others in the place of those that have. Its
    /// pages are the same. `paths` are those that the user named, and `current_dir`, canonical, is where they begin.
    ///
    /// `None` where it takes more than that to know which files counted: links lead to some, a file may have had rules or
    /// tests that has none now, or files count only as long as others do not.
    pub fn as_it_was(&self, past: Past, paths: &[PathBuf], current_dir: &Path) -> Option<Workspace> {
        if self.has_copies {
            return None;
        }
        let named: FxHashSet<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut old = Workspace::new(self.purpose, self.settings.clone());
        old.walked.clone_from(&self.walked);
        old.pages.clone_from(&self.pages);
        let mut listed: FxHashSet<PathBuf> = FxHashSet::default();
        for document in &self.documents {
            let name = Path::new(document.source.name());
            let canonical = self.path_of(document)?;
            if normalize(&current_dir.join(name)) != canonical {
                return None;
            }
            let was = match past.was(&canonical) {
                Was::Absent => None,
                Was::Same => Some(Arc::clone(document)),
                Was::Other(bytes) => {
                    let read = from_bytes(document.source.name(), bytes.to_vec());
                    let folder = name.parent().unwrap_or(Path::new(""));
                    old.look_at(read, folder, named.contains(&canonical)).ok().flatten().map(Arc::new)
                }
            };
            if let Some(document) = was {
                if is_copy(document.source.text()) {
                    return None;
                }
                old.keep(&canonical, &document);
                if old.counts(&document) {
                    old.list(document);
                }
            }
            listed.insert(canonical);
        }
        let others = past.texts.iter().filter(|(path, _)| !listed.contains(*path));
        for (path, bytes) in others {
            let is_among = named.contains(path) || path.parent().is_some_and(|folder| self.has_walked(folder));
            let read = from_bytes("", bytes.clone());
            if is_among && rules::may_hold_rules_or_tests(read.for_its_shape().text()) {
                return None;
            }
        }
        old.past = Some(past);
        Some(old)
    }

    /// Takes over what `now`, of which this is how it was, has found out since about files that have not changed.
    pub fn learn_from(&mut self, now: &Workspace) {
        let Some(past) = self.past.take() else { return };
        let is_same = |path: &Path| matches!(past.was(path), Was::Same);
        let theirs = now.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = self.disk.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (path, slot) in theirs.by_path.iter().filter(|(path, _)| is_same(path)) {
            if let Some(Ok(document)) = slot.get() {
                disk.paths.entry(document.source.id()).or_insert_with(|| path.clone());
                disk.by_path.entry(path.clone()).or_insert_with(|| Arc::clone(slot));
            }
        }
        let resolved = now.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = self.resolved.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (test, cell) in resolved.iter().filter(|(test, _)| self.places.contains_key(*test)) {
            let Some(rules) = cell.get().filter(|rules| rules.problems.is_empty()) else { continue };
            let files = rules.files.iter().map(|file| theirs.paths.get(&file.file.id()));
            if files.into_iter().all(|path| path.is_some_and(|path| is_same(path))) {
                mine.insert(*test, Arc::new(OnceLock::from(Arc::clone(rules))));
            }
        }
        drop((theirs, resolved));
        self.past = Some(past);
    }

    /// The canonical path of a document that came from the disk.
    fn path_of(&self, document: &Document) -> Option<PathBuf> {
        let disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        disk.paths.get(&document.source.id()).cloned()
    }
}
