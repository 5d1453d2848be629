//! The rule files that tests name: found by pattern, read once for a whole run.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::rules::{self, FileShape, LoadOptions, RuleFile};
use crate::source::{Diagnostic, Label, Severity};
use crate::testfile::TestFile;
use crate::workspace::{self, glob};
use crate::yaml;

/// Rule files by path. Threads share it; each file is read by whoever needs it first, and the others wait.
#[derive(Debug)]
pub struct RuleFileCache {
    options: LoadOptions,
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
pub fn rule_file_paths(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    glob::find(folder, pattern).unwrap_or_default().iter().map(|path| clean(path)).collect()
}

impl RuleFileCache {
    /// An empty cache; files are read with `options`.
    pub fn new(options: LoadOptions) -> Self {
        // Whatever a test names is meant to be rules.
        RuleFileCache { options: LoadOptions { assume_rules: true, ..options }, files: Mutex::default() }
    }

    /// How rule files are read.
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// Finds and reads what `test` names; patterns are relative to `folder`.
    pub fn resolve(&self, test: &TestFile, folder: &Path) -> ResolvedRules {
        let mut resolved = ResolvedRules::default();
        let mut seen = HashSet::new();
        for (index, pattern) in test.rule_files.iter().enumerate() {
            let label = |text: &str| Label::new(&test.file, pattern.span, text);
            let Some(paths) = glob::find(folder, pattern.text()) else {
                let message = format!("`{}` is a malformed pattern", pattern.text());
                let help =
                    "`*` and `?` match within a name, `[a-z]` one character; a `\\` in front takes the meaning away";
                resolved
                    .problems
                    .push(Diagnostic::new("schema/invalid-value", Severity::Error, message, label("")).help(help));
                continue;
            };
            if paths.is_empty() {
                resolved.unmatched.push(index);
            }
            for path in paths.iter().map(|path| clean(path)) {
                if !seen.insert(path.clone()) {
                    continue;
                }
                match self.load(&path) {
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

    fn load(&self, path: &Path) -> Loaded {
        let cell = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(files.entry(path.to_owned()).or_default())
        };
        cell.get_or_init(|| self.read(path)).clone()
    }

    fn read(&self, path: &Path) -> Loaded {
        let read = match workspace::read(path) {
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

/// The path without `.` and, where that is safe to do by its words alone, without `name/..`: one file has one name.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(cleaned.components().next_back(), Some(Component::Normal(_))) => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::clean;

    #[test]
    fn one_name_for_one_file() {
        assert_eq!(clean(Path::new("./a/../b/./c.yml")), Path::new("b/c.yml"));
        assert_eq!(clean(Path::new("../a.yml")), Path::new("../a.yml"));
        assert_eq!(clean(Path::new("../../x/../a.yml")), Path::new("../../a.yml"));
    }
}
