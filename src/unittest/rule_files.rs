//! The rule files that tests name: found by pattern, read once for a whole run.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::rules::{self, FileShape, LoadOptions, RuleFile};
use crate::source::{Diagnostic, Label, Severity};
use crate::testfile::TestFile;
use crate::workspace::glob::{self, Match, Matches, Stopped};
use crate::workspace::paths::normalize;
use crate::workspace::{self, Home};
use crate::yaml;

/// After so many rule files of one test file that cannot be read or are not sound, no more are read.
const MAX_BROKEN: usize = 20;

/// Rule files by canonical path. Threads share it; each file is read by whoever needs it first, and the others wait.
#[derive(Debug)]
pub struct RuleFileCache {
    options: LoadOptions,
    home: Home,
    files: Mutex<HashMap<PathBuf, Arc<OnceLock<Loaded>>>>,
}

/// A rule file, or why there is none.
#[derive(Clone, Debug)]
enum Loaded {
    /// It could be read; there may be problems with it.
    File(Arc<RuleFile>, Arc<[Diagnostic]>),
    /// It could not be read.
    Unreadable(String),
}

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

impl RuleFileCache {
    /// An empty cache; files are read with `options`.
    pub fn new(options: LoadOptions) -> Self {
        RuleFileCache::within(options, Home::default())
    }

    /// The same, of files as far as `home` lets them be read and shown.
    pub fn within(options: LoadOptions, home: Home) -> Self {
        // Whatever a test names is meant to be rules.
        RuleFileCache { options: LoadOptions { assume_rules: true, ..options }, home, files: Mutex::default() }
    }

    /// How rule files are read.
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// Finds and reads what `test` names; patterns are relative to `folder`.
    pub fn resolve(&self, test: &TestFile, folder: &Path) -> ResolvedRules {
        let mut resolved = ResolvedRules::default();
        let mut seen = HashSet::new();
        let mut broken = 0;
        for (index, pattern) in test.rule_files.iter().enumerate() {
            let label = |text: &str| Label::new(&test.file, pattern.span, text);
            let Some(Matches { paths, stopped }) = glob::find(folder, pattern.text(), &self.home) else {
                let message = format!("`{}` is a malformed pattern", pattern.text());
                let help =
                    "`*` and `?` match within a name, `[a-z]` one character; a `\\` in front takes the meaning away";
                resolved
                    .problems
                    .push(Diagnostic::new("schema/invalid-value", Severity::Error, message, label("")).help(help));
                continue;
            };
            let unreadable =
                |message: String| Diagnostic::new("test/unreadable-rule-file", Severity::Error, message, label(""));
            if let Some(stopped) = stopped {
                let message = format!("`{}` names more than is read: {}", pattern.text(), why(stopped));
                resolved.problems.push(unreadable(message).help("name the rule files more closely"));
            } else if paths.is_empty() {
                resolved.unmatched.push(index);
            }
            for Match { path, canonical } in paths {
                // One file has one name.
                let path = normalize(&path);
                if !seen.insert(canonical.clone()) {
                    continue;
                }
                if broken == MAX_BROKEN {
                    let message = format!("no more rule files are read after {MAX_BROKEN} that are not sound");
                    resolved.problems.push(unreadable(message).help("correct those first, or name fewer files"));
                    return resolved;
                }
                let loaded = self.load(&path, &canonical);
                broken += usize::from(loaded.is_broken());
                match loaded {
                    Loaded::File(file, problems) => {
                        resolved.problems.extend(problems.iter().cloned());
                        resolved.files.push(file);
                        resolved.patterns.push(index);
                    }
                    Loaded::Unreadable(why) => resolved.problems.push(Diagnostic::new(
                        "test/unreadable-rule-file",
                        Severity::Error,
                        format!("cannot read the rule file `{}`: {why}", path.display()),
                        label("named here"),
                    )),
                }
            }
        }
        resolved
    }

    fn load(&self, path: &Path, canonical: &Path) -> Loaded {
        let cell = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(files.entry(canonical.to_owned()).or_default())
        };
        cell.get_or_init(|| self.read(path, canonical)).clone()
    }

    fn read(&self, path: &Path, canonical: &Path) -> Loaded {
        let read = match workspace::read_foreign(path, canonical, &self.home) {
            Ok(read) => read,
            Err(error) => return Loaded::Unreadable(error.message),
        };
        let parsed = yaml::parse(&read.file);
        let Some(file) = rules::load(&parsed, &read.file, &self.options) else {
            return Loaded::Unreadable("it does not hold rule groups".to_owned());
        };
        let all = read.problem.iter().chain(&parsed.problems).chain(&file.problems);
        let mut problems: Vec<Diagnostic> = all.filter(|p| p.severity == Severity::Error).cloned().collect();
        if !problems.is_empty()
            && let FileShape::Templated(templating) = rules::classify(&parsed, &read.file)
        {
            return Loaded::Unreadable(format!("it is a {} template and no final text", templating.name()));
        }
        if let Some(language) = file.unchecked.keys().next().filter(|_| problems.is_empty()) {
            return Loaded::Unreadable(format!("it has expressions in {language}, and only PromQL can be evaluated"));
        }
        problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        Loaded::File(Arc::new(file), problems.into())
    }
}

impl Loaded {
    fn is_broken(&self) -> bool {
        match self {
            Loaded::File(_, problems) => !problems.is_empty(),
            Loaded::Unreadable(_) => true,
        }
    }
}

fn why(stopped: Stopped) -> String {
    match stopped {
        Stopped::Files => format!("there are more than {} files", glob::MAX_FILES),
        Stopped::Entries => "there is too much to look through".to_owned(),
        Stopped::Outside => "it leads out of the repository, and --sandbox reads nothing there".to_owned(),
    }
}
