//! The files of a run: each is found, read and parsed once, whoever asks for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::copies::{is_copy, without_copies};
use super::discovery::discover_telling;
use super::document::{Content, Document, Purpose, TestInput};
use super::past::Past;
use super::rule_files::{ResolvedRules, Resolver};
use super::{
    Discovery, Found, Lookup, PageText, PassedOver, Read, ReadError, Reason, Settings, read, read_foreign, read_named,
};
use crate::rules::{self, FileShape};
use crate::source::FileId;
use crate::yaml;

/// The owner of the files of a run.
///
/// [`Workspace::documents`] are those that the user asked for; rule files that only tests name are read when a test wants
/// its rules ([`Workspace::rules_of`]). A file is one file whatever path leads to it: the rules that a test runs are those
/// that `check` lints.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) settings: Settings,
    pub(super) purpose: Purpose,
    pub(super) documents: Vec<Arc<Document>>,
    /// Where the documents are in the list.
    pub(super) places: FxHashMap<FileId, usize>,
    passed_over: Vec<PassedOver>,
    /// The folders that the user named, canonical; `None` where everything came from elsewhere than the disk.
    pub(super) walked: Option<Vec<PathBuf>>,
    /// Whether copies that `test --to-promtool` has written are among what was found.
    pub(super) has_copies: bool,
    /// How the files were, where the workspace is one as it was.
    pub(super) past: Option<Past>,
    /// Runbook pages, where the configuration says that there are some.
    pub(super) pages: Vec<PageText>,
    pub(super) disk: Mutex<OnDisk>,
    /// The rules of tests, by test file.
    pub(super) resolved: Mutex<FxHashMap<FileId, Arc<OnceLock<Arc<ResolvedRules>>>>>,
}

/// All files that were read from the disk, but for those that turned out to be none of our business.
#[derive(Debug, Default)]
pub(super) struct OnDisk {
    /// By canonical path. Whoever wants a file first reads it, and the others wait.
    pub(super) by_path: FxHashMap<PathBuf, Slot>,
    pub(super) paths: FxHashMap<FileId, PathBuf>,
}

/// What is read of a file that was found; nothing of one that is none of our business.
type ReadDocument = Result<Option<Arc<Document>>, ReadError>;

/// A file of the disk, once it is read.
pub(super) type Slot = Arc<OnceLock<Result<Arc<Document>, ReadError>>>;

impl Workspace {
    /// A workspace without files.
    pub fn new(purpose: Purpose, settings: Settings) -> Workspace {
        Workspace { purpose, settings, ..Workspace::default() }
    }

    /// How files are read.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The files that the user asked for and that count, in the order in which they were added.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// The document of a file, also of a rule file that only tests name.
    pub fn document(&self, file: FileId) -> Option<Arc<Document>> {
        if let Some(document) = self.places.get(&file).and_then(|at| self.documents.get(*at)) {
            return Some(Arc::clone(document));
        }
        let disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = disk.by_path.get(disk.paths.get(&file)?)?;
        slot.get()?.as_ref().ok().cloned()
    }

    /// The test files among the documents.
    pub fn tests(&self) -> impl Iterator<Item = &Arc<TestInput>> {
        self.documents.iter().filter_map(|document| document.tests())
    }

    /// Files that would be rules or tests, and of which nothing can be said.
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }

    /// Adds a document that has no path: standard input, or a text of a test.
    pub fn add(&mut self, document: Document) {
        self.list(Arc::new(document));
    }

    pub(super) fn list(&mut self, document: Arc<Document>) {
        self.places.insert(document.source.id(), self.documents.len());
        self.documents.push(document);
    }

    /// Adds what was read from standard input.
    ///
    /// # Errors
    /// Where there is nothing in it that could be linted.
    pub fn add_stream(&mut self, read: Read) -> Result<(), ReadError> {
        let document = self.look_at(read, Path::new(""), true)?;
        if let Some(document) = document
            && self.counts(&document)
        {
            self.add(document);
        }
        Ok(())
    }

    /// Finds the files of `paths` and reads them in parallel; they are added in the order of their names. Gives what
    /// cannot be read.
    pub fn find(&mut self, paths: &[PathBuf], lookup: &Lookup) -> Vec<ReadError> {
        let (Discovery { files: found, mut errors, ignored, links, .. }, mut read) = self.discover(paths, lookup);
        let folders = paths.iter().filter_map(|path| path.canonicalize().ok()).filter(|path| path.is_dir());
        self.walked.get_or_insert_default().extend(folders);
        let mut files = Vec::new();
        for found in &found {
            // All that was found has been read.
            let Some(result) = read.remove(&found.canonical) else { continue };
            match result {
                Ok(None) => {}
                Ok(Some(document)) => {
                    self.keep(&found.canonical, &document);
                    if self.counts(&document) {
                        files.push((found, is_copy(document.source.text()), document));
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        self.has_copies |= files.iter().any(|(_, is_copy, _)| *is_copy);
        for document in without_copies(paths, files) {
            self.list(document);
        }
        let ignored = ignored.par_iter().map(|path| (path, Reason::Ignored));
        let missed = ignored.chain(links.par_iter().map(|path| (path, Reason::Linked)));
        let missed: Vec<PassedOver> = missed.filter_map(|(path, reason)| self.missed(path, reason)).collect();
        self.passed_over.extend(missed);
        errors
    }

    /// Looks for files, and reads each as soon as it is found, while one thread looks for others. Gives what was read by canonical
    /// path.
    fn discover(&self, paths: &[PathBuf], lookup: &Lookup) -> (Discovery, FxHashMap<PathBuf, ReadDocument>) {
        let all_read = Mutex::new(FxHashMap::default());
        let keep = |found: Found| {
            let read = self.read(&found);
            all_read.lock().unwrap_or_else(PoisonError::into_inner).insert(found.canonical, read);
        };
        let keep = &keep;
        let discovery = rayon::scope(|scope| {
            discover_telling(paths, lookup, &mut |found| {
                let found = found.clone();
                scope.spawn(move |_| keep(found));
            })
        });
        (discovery, all_read.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether all rules below a folder were looked for: only then it can be said that there is none for something.
    pub fn has_walked(&self, folder: &Path) -> bool {
        let Some(walked) = &self.walked else { return true };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        folder.canonicalize().is_ok_and(|folder| walked.iter().any(|walked| folder.starts_with(walked)))
    }

    /// A file that would count if it were not for `reason`.
    fn missed(&self, path: &Path, reason: Reason) -> Option<PassedOver> {
        let read = read(path).ok()?;
        let whole = read.for_its_shape();
        if !rules::may_hold_rules_or_tests(whole.text()) {
            return None;
        }
        let counts = match rules::classify(&yaml::parse(whole), whole) {
            FileShape::Rules => self.purpose == Purpose::Check,
            FileShape::Tests => true,
            _ => false,
        };
        counts.then(|| PassedOver { path: path.display().to_string(), reason })
    }

    /// Whether a document is one of those that the run is about; one that is passed over is noted.
    pub(super) fn counts(&mut self, document: &Document) -> bool {
        if let Content::PassedOver(shape) = document.content() {
            self.passed_over.extend(PassedOver::of(document.source.name(), *shape));
            return false;
        }
        self.purpose == Purpose::Check || document.tests().is_some()
    }

    fn read(&self, found: &Found) -> ReadDocument {
        let read = if found.named { read_named(&found.path) } else { read(&found.path) };
        let folder = found.path.parent().unwrap_or(Path::new(""));
        Ok(self.look_at(read?, folder, found.named)?.map(Arc::new))
    }

    pub(super) fn look_at(&self, read: Read, folder: &Path, named: bool) -> Result<Option<Document>, ReadError> {
        let text = read.file.text();
        if self.purpose == Purpose::Check && named && text.trim().is_empty() && read.problem.is_none() {
            return Err(ReadError::new(Path::new(read.file.name()), "is empty"));
        }
        Ok(Document::read(read, folder, named, self.purpose, &self.settings))
    }

    /// Remembers what was read from a path.
    pub(super) fn keep(&mut self, canonical: &Path, document: &Arc<Document>) {
        let disk = self.disk.get_mut().unwrap_or_else(PoisonError::into_inner);
        disk.paths.insert(document.source.id(), canonical.to_owned());
        disk.by_path.insert(canonical.to_owned(), Arc::new(OnceLock::from(Ok(Arc::clone(document)))));
    }

    /// The rules that a test file names.
    pub fn rules_of(&self, test: &TestInput) -> Arc<ResolvedRules> {
        let cell = {
            let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(resolved.entry(test.test.file.id()).or_default())
        };
        Arc::clone(cell.get_or_init(|| Arc::new(Resolver::resolve(self, test))))
    }

    /// The file at `path`, which a test names as a rule file.
    pub(super) fn rule_file(&self, path: &Path, canonical: &Path) -> Result<Arc<Document>, ReadError> {
        let cell = {
            let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(disk.by_path.entry(canonical.to_owned()).or_default())
        };
        let read = || {
            let read = match self.past.as_ref().and_then(|past| past.read(path, canonical)) {
                Some(read) => read,
                None => read_foreign(path, canonical, &self.settings.home)?,
            };
            let folder = canonical.parent().unwrap_or(Path::new(""));
            let document = Document::rules_of_test(&read, folder, &self.settings);
            let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
            disk.paths.insert(document.source.id(), canonical.to_owned());
            Ok(Arc::new(document))
        };
        cell.get_or_init(read).clone()
    }

    /// Whether a file that is there now was not there when the workspace was as it is here.
    pub(super) fn lacked(&self, canonical: &Path) -> bool {
        self.past.as_ref().is_some_and(|past| past.lacks(canonical))
    }

    /// Gives a document another text, whatever the disk says; with `None`, the one that the disk holds now. What was
    /// learnt from the old one is forgotten. Nothing happens where the file is no document.
    ///
    /// # Errors
    /// Where it cannot be read; then the document stays as it is.
    pub fn set_text(&mut self, file: FileId, text: Option<String>) -> Result<(), ReadError> {
        let Some(document) = self.document(file) else { return Ok(()) };
        let path = Path::new(document.source.name());
        let text = match text {
            Some(text) => text,
            None => match read(path)? {
                Read { problem: Some(problem), .. } => return Err(ReadError::new(path, problem.message)),
                Read { file, .. } => file.text().to_owned(),
            },
        };
        let document = document.with_text(text);
        self.replace(document);
        Ok(())
    }

    /// Puts what was read elsewhere, of each file with whether the user named it, in the place of documents. It is looked
    /// at as if it had been on the disk: what does not count any more is none of the documents.
    pub fn reread(&mut self, texts: impl IntoIterator<Item = (FileId, Read, bool)>) {
        let mut others: FxHashMap<FileId, Option<Arc<Document>>> = FxHashMap::default();
        for (file, read, named) in texts {
            let folder = Path::new(read.file.name()).parent().unwrap_or(Path::new("")).to_owned();
            // An empty file, which cannot be linted, is nothing.
            let document = self.look_at(read.clone(), &folder, named).ok().flatten().map(Arc::new);
            let disk = self.disk.get_mut().unwrap_or_else(PoisonError::into_inner);
            if let Some(path) = disk.paths.get(&file).cloned() {
                // For tests, which may name it all the same.
                let of_test = || Arc::new(Document::rules_of_test(&read, &folder, &self.settings));
                let kept = document.clone().unwrap_or_else(of_test);
                self.keep(&path, &kept);
            }
            let counting = document.filter(|document| self.counts(document));
            others.insert(file, counting);
        }
        self.places.clear();
        for document in std::mem::take(&mut self.documents) {
            match others.remove(&document.source.id()) {
                None => self.list(document),
                Some(other) => other.into_iter().for_each(|other| self.list(other)),
            }
        }
        self.resolved = Mutex::default();
    }

    /// The canonical paths of all files that a run reads: with those that its tests name.
    pub fn paths_read(&self) -> FxHashSet<PathBuf> {
        let tests: Vec<_> = self.tests().collect();
        tests.into_par_iter().for_each(|test| drop(self.rules_of(test)));
        let disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        disk.paths.values().cloned().collect()
    }

    /// Puts a document in the place of the one of the same file.
    pub fn replace(&mut self, document: Document) {
        let document = Arc::new(document);
        let file = document.source.id();
        if let Some(place) = self.places.get(&file).and_then(|at| self.documents.get_mut(*at)) {
            *place = Arc::clone(&document);
        }
        let disk = self.disk.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = disk.paths.get(&file).cloned() {
            self.keep(&path, &document);
        }
        // The rules of any test may be among them.
        self.resolved = Mutex::default();
    }
}
