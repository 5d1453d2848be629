//! Pages in Markdown beside the rules: found and read within bounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::discovery::{Entry, entries};
use super::home::is_of_the_system;
use super::ignoring::Ignoring;
use super::paths::normalize;
use super::read::read_known;
use super::{Home, Lookup, Read, ReadError, Workspace};
use crate::source::{Diagnostic, FileId, Label, Severity, SourceFile, Span};

/// A page with more bytes is not read: nobody can read it in the middle of the night either.
pub const MAX_PAGE_BYTES: u64 = 1 << 20;
/// Below one folder no more pages are read.
const MAX_PAGES: usize = 20_000;
/// Deeper folders are not entered.
const MAX_DEPTH: usize = 64;

/// A page as it was read, of which nothing is understood yet.
#[derive(Clone, Debug)]
pub struct PageText {
    /// The file; where it is no text, what it holds up to the first wrong byte.
    pub file: Arc<SourceFile>,
    /// Says that it is no text, or too large.
    pub problem: Option<Diagnostic>,
}

impl Workspace {
    /// Finds the pages (`.md`, `.markdown`, `.mdx`) below `folders` and reads them in parallel, in the order of their
    /// names; those that are known already are left out. As below folders with rules, hidden files, links, what ignore files name and what the configuration
    /// excludes are left out. Gives what cannot be read.
    pub fn find_pages(&mut self, folders: &[PathBuf], lookup: &Lookup) -> Vec<ReadError> {
        let mut errors = Vec::new();
        let mut found = Vec::new();
        for folder in folders {
            find(folder, lookup, &mut found, &mut errors);
        }
        found.sort_unstable();
        found.dedup();
        let known: FxHashSet<&str> = self.pages.iter().map(|page| page.file.name()).collect();
        found.retain(|path| path.to_str().is_none_or(|path| !known.contains(path)));
        let read: Vec<_> = found.par_iter().map(|path| read_page(path)).collect();
        for result in read {
            match result {
                Ok(page) => self.pages.push(page),
                Err(error) => errors.push(error),
            }
        }
        errors
    }

    /// Lets go of all pages but the first `count`.
    pub fn forget_pages(&mut self, count: usize) {
        self.pages.truncate(count);
    }

    /// Adds a page that has no path, such as a text of a test.
    pub fn add_page(&mut self, file: SourceFile) {
        self.pages.push(PageText { file: Arc::new(file), problem: None });
    }

    /// The pages, in the order of their names.
    pub fn pages(&self) -> &[PageText] {
        &self.pages
    }

    /// Gives a page another text, whatever the disk says. Nothing happens where the file is no page.
    pub fn set_page_text(&mut self, file: FileId, text: String) {
        if let Some(page) = self.pages.iter_mut().find(|page| page.file.id() == file) {
            page.file = Arc::new(page.file.with_text(text));
        }
    }

    /// Whether there is a file or folder at `path` that may be read.
    pub fn has_path(&self, path: &Path) -> bool {
        let path = normalize(path);
        let home = &self.settings().home;
        fs::canonicalize(&path).is_ok_and(|canonical| home.admits(&canonical) && !is_of_the_system(&canonical))
    }
}

/// A folder that is to be walked.
struct Folder {
    path: PathBuf,
    canonical: PathBuf,
    ignoring: Option<Rc<Ignoring>>,
    depth: usize,
}

fn find(folder: &Path, lookup: &Lookup, found: &mut Vec<PathBuf>, errors: &mut Vec<ReadError>) {
    let canonical = match fs::canonicalize(folder) {
        Ok(canonical) if lookup.home.admits(&canonical) => canonical,
        Ok(_) => return errors.push(ReadError::new(folder, Home::REFUSAL)),
        Err(error) => return errors.push(ReadError::of_io(folder, &error)),
    };
    let ignoring = if lookup.no_ignore { None } else { Ignoring::above(&canonical) };
    let most = found.len() + MAX_PAGES;
    let mut waiting = vec![Folder { path: folder.to_owned(), canonical, ignoring, depth: 0 }];
    while let Some(mut folder) = waiting.pop() {
        let entries = match entries(&folder.path, &folder.canonical) {
            Ok(entries) => entries,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        if !lookup.no_ignore {
            let has = |name: &str| entries.iter().any(|entry| entry.name == name);
            folder.ignoring = Ignoring::of(&folder.canonical, folder.ignoring.take(), has);
        }
        for entry in entries.into_iter().filter(|entry| counts(entry, &folder, lookup)) {
            if entry.kind.is_dir() {
                let ignoring = folder.ignoring.clone();
                let depth = folder.depth + 1;
                waiting.push(Folder { path: entry.path, canonical: entry.canonical, ignoring, depth });
            } else if found.len() < most {
                found.push(entry.path);
            } else {
                let message = format!("holds more than {MAX_PAGES} pages, and no more are read");
                return errors.push(ReadError::new(&folder.path, message));
            }
        }
    }
}

fn counts(entry: &Entry, folder: &Folder, lookup: &Lookup) -> bool {
    let is_folder = entry.kind.is_dir() && folder.depth < MAX_DEPTH;
    let is_page = || entry.kind.is_file() && is_markdown(&entry.path);
    let is_ignored =
        || folder.ignoring.as_ref().is_some_and(|ignoring| ignoring.ignores(&entry.canonical, entry.kind.is_dir()));
    !entry.name.starts_with('.') && (is_folder || is_page()) && !lookup.filter.excludes(&entry.path) && !is_ignored()
}

/// Whether the file is a page by its ending.
pub fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["md", "markdown", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn read_page(path: &Path) -> Result<PageText, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| ReadError::of_io(path, &error))?;
    if metadata.len() > MAX_PAGE_BYTES {
        let file = Arc::new(SourceFile::new(path.to_string_lossy(), ""));
        let message = format!("the page has more than {} KiB and is not read", MAX_PAGE_BYTES >> 10);
        let help = "divide it, or leave it out with `exclude`";
        return Ok(PageText { problem: Some(broken(&file, 0, message, help)), file });
    }
    let Read { file, problem, .. } = read_known(path, &metadata)?;
    let problem = problem.map(|problem| {
        let help = "what follows is not looked at: save the file as UTF-8";
        broken(&file, problem.primary.span.start(), problem.message, help)
    });
    Ok(PageText { file, problem })
}

/// What is said of a page that cannot be read as a whole.
fn broken(file: &Arc<SourceFile>, at: usize, message: String, help: &str) -> Diagnostic {
    let label = Label::new(file, Span::at(at), "");
    Diagnostic::new("runbook/broken-page", Severity::Error, message, label).help(help)
}
