//! The rule files that tests name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::document::{Content, Document, TestInput};
use super::glob::{self, Match, Matches, Stopped};
use super::paths::normalize;
use super::{Home, Workspace};
use crate::rules::findings::INVALID_VALUE;
use crate::rules::{FileShape, RuleFile};
use crate::source::{Diagnostic, Label, Severity};
use crate::testfile::TestFile;

/// After so many rule files of one test file that cannot be read or are not sound, no more are read.
const MAX_BROKEN: usize = 20;

/// The files of one pattern hold no more together, in bytes; what they are read into takes several times as much.
const MAX_PATTERN_BYTES: usize = 64 << 20;

/// What the `rule_files` of a test file name.
#[derive(Debug, Default)]
pub struct ResolvedRules {
    /// The rule files, in the order in which they are named, each once.
    pub files: Vec<Arc<RuleFile>>,
    /// For each of `files`: the index in [`TestFile::rule_files`] of the pattern that names it.
    pub patterns: Vec<usize>,
    /// What keeps the tests from running: a malformed pattern, a file that cannot be read or is not sound.
    pub problems: Vec<Diagnostic>,
    /// Indices in [`TestFile::rule_files`] of the patterns that no file matches.
    pub unmatched: Vec<usize>,
}

/// The files that `pattern`, one of a test's `rule_files`, names, relative to `folder`; none where it is malformed.
pub fn rule_file_paths(folder: &Path, pattern: &str, home: &Home) -> Vec<PathBuf> {
    glob::find(folder, pattern, home).unwrap_or_default().paths.iter().map(|found| normalize(&found.path)).collect()
}

/// Finds and reads what a test file names.
pub(super) struct Resolver<'w> {
    workspace: &'w Workspace,
    test: &'w TestFile,
    /// By canonical path.
    seen: FxHashSet<PathBuf>,
    broken: usize,
    /// What the files of the pattern hold that is looked at.
    bytes: usize,
    resolved: ResolvedRules,
}

impl<'w> Resolver<'w> {
    pub(super) fn resolve(workspace: &'w Workspace, input: &'w TestInput) -> ResolvedRules {
        let test = &input.test;
        let resolved = ResolvedRules::default();
        let mut resolver = Resolver { workspace, test, seen: FxHashSet::default(), broken: 0, bytes: 0, resolved };
        for index in 0..test.rule_files.len() {
            if resolver.pattern(index, &input.folder).is_none() {
                break;
            }
        }
        resolver.resolved
    }

    /// What the pattern `index` names, relative to `folder`; `None` where nothing more is read.
    fn pattern(&mut self, index: usize, folder: &Path) -> Option<()> {
        let pattern = self.test.rule_files.get(index)?;
        let Some(Matches { mut paths, stopped }) = glob::find(folder, pattern.text(), &self.workspace.settings().home)
        else {
            let message = format!("`{}` is a malformed pattern", pattern.text());
            let help = "`*` and `?` match within a name, `[a-z]` one character; a `\\` in front takes the meaning away";
            let label = Label::new(&self.test.file, pattern.span, "");
            let problem = INVALID_VALUE.diagnostic(message, label);
            self.resolved.problems.push(problem.help(help));
            return Some(());
        };
        paths.retain(|found| !self.workspace.lacked(&found.canonical));
        if let Some(stopped) = stopped {
            let message = format!("`{}` names more than is read: {}", pattern.text(), why(stopped));
            let problem = self.unreadable(index, message, "")?;
            self.resolved.problems.push(problem.help("name the rule files more closely"));
        } else if paths.is_empty() {
            self.resolved.unmatched.push(index);
        }
        self.bytes = 0;
        for found in paths {
            self.file(index, found)?;
        }
        Some(())
    }

    /// One file that the pattern `index` names; `None` where nothing more is read.
    fn file(&mut self, index: usize, found: Match) -> Option<()> {
        let Match { path, canonical } = found;
        if !self.seen.insert(canonical.clone()) {
            return Some(());
        }
        if self.broken == MAX_BROKEN {
            let message = format!("no more rule files are read after {MAX_BROKEN} that are not sound");
            let problem = self.unreadable(index, message, "")?;
            self.resolved.problems.push(problem.help("correct those first, or name fewer files"));
            return None;
        }
        // One file has one name.
        let path = normalize(&path);
        let size = canonical.metadata().map_or(0, |metadata| metadata.len());
        self.bytes = self.bytes.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        // A file that is too large alone says so itself.
        if self.bytes > MAX_PATTERN_BYTES && self.seen.len() > 1 {
            let message =
                format!("`{}` names more than is read: over {} MiB", self.text(index), MAX_PATTERN_BYTES >> 20);
            let problem = self.unreadable(index, message, "")?;
            self.resolved.problems.push(problem.help("name the rule files more closely"));
            return None;
        }
        let loaded = match self.workspace.rule_file(&path, &canonical) {
            Ok(document) => load(&document),
            Err(error) => Err(Unusable::AsWhole(error.message)),
        };
        self.broken += usize::from(loaded.is_err());
        match loaded.map_err(|unusable| unusable.without_contents()) {
            Ok(file) => {
                self.resolved.files.push(file);
                self.resolved.patterns.push(index);
            }
            Err(Unusable::Mistakes(problems)) => self.resolved.problems.extend(problems),
            Err(Unusable::AsWhole(why)) => {
                let message = format!("cannot read the rule file `{}`: {why}", path.display());
                let problem = self.unreadable(index, message, "named here")?;
                self.resolved.problems.push(problem);
            }
        }
        Some(())
    }

    fn text(&self, index: usize) -> &str {
        self.test.rule_files.get(index).map_or("", |pattern| pattern.text())
    }

    /// A problem at the pattern `index`.
    fn unreadable(&self, index: usize, message: String, label: &str) -> Option<Diagnostic> {
        let place = Label::new(&self.test.file, self.test.rule_files.get(index)?.span, label);
        Some(Diagnostic::new("test/unreadable-rule-file", Severity::Error, message, place))
    }
}

/// Why no tests can run with a rule file.
enum Unusable {
    Mistakes(Vec<Diagnostic>),
    AsWhole(String),
}

impl Unusable {
    /// What may be said of a file whose contents are not shown: messages quote what they are about.
    fn without_contents(self) -> Self {
        let Unusable::Mistakes(problems) = &self else { return self };
        let Some(first) = problems.first().filter(|problem| problem.primary.file.is_foreign()) else { return self };
        let line = first.primary.file.position(first.primary.span.start()).line;
        Unusable::AsWhole(format!(
            "{} in line {line}; it lies outside of the repository, so nothing of it is shown",
            first.rule
        ))
    }
}

/// The rule file, if it is sound.
fn load(document: &Document) -> Result<Arc<RuleFile>, Unusable> {
    let rules = if document.is_text() { Some(document.as_rules()) } else { None };
    let all = document.yaml_problems().iter().chain(rules.into_iter().flat_map(|file| &file.problems));
    let mut problems: Vec<Diagnostic> = all.filter(|problem| problem.severity == Severity::Error).cloned().collect();
    if !problems.is_empty()
        && let Content::PassedOver(FileShape::Templated(templating)) = document.content()
    {
        return Err(Unusable::AsWhole(format!("it is a {} template and no final text", templating.name())));
    }
    problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let Some(rules) = rules.filter(|_| problems.is_empty()) else { return Err(Unusable::Mistakes(problems)) };
    if let Some(bare) = rules.what_is_bare() {
        return Err(Unusable::AsWhole(format!("{}, and Prometheus does not load it", bare.problem())));
    }
    match rules.unchecked.keys().next() {
        Some(language) => {
            Err(Unusable::AsWhole(format!("it has expressions in {language}, and only PromQL can be evaluated")))
        }
        None => Ok(Arc::clone(rules)),
    }
}

fn why(stopped: Stopped) -> String {
    match stopped {
        Stopped::Files => format!("there are more than {} files", glob::MAX_FILES),
        Stopped::Entries => "there is too much to look through".to_owned(),
        Stopped::Outside => "it leads out of the repository, and --sandbox reads nothing there".to_owned(),
    }
}
