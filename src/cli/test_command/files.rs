//! The test files of the command line: found, read, and told from other files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::cli::{Trouble, read_stdin};
use crate::rules::{self, FileShape};
use crate::testfile::{self, TestFile};
use crate::unittest::TestInput;
use crate::workspace::copies::{is_copy, without_copies};
use crate::workspace::{self, Discovery, Found, Lookup, Read};
use crate::yaml;

/// The test files under the paths, in the order of their names, and what cannot be read.
pub(in crate::cli) fn read_paths(paths: &[PathBuf], lookup: &Lookup) -> (Vec<TestInput>, Vec<Trouble>) {
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| path == Path::new("-"));
    let Discovery { files: found, errors, .. } = workspace::discover(&paths, lookup);
    let mut failures: Vec<Trouble> = errors.iter().map(|error| Trouble::new(error.to_string())).collect();
    let mut inputs = Vec::new();
    if !stdin.is_empty() {
        match read_stdin("<stdin>") {
            Ok(read) => inputs.extend(input(&read, Path::new(""), true)),
            Err(failure) => failures.push(Trouble::new(failure.to_string())),
        }
    }
    let read: Vec<Result<Option<TestInput>, Trouble>> = found.par_iter().map(read_input).collect();
    let mut files = Vec::new();
    for (found, result) in found.iter().zip(read) {
        match result {
            Ok(input) => files.extend(input.map(|input| (found, is_copy(input.test.file.text()), input))),
            Err(failure) => failures.push(failure),
        }
    }
    inputs.extend(without_copies(&paths, files));
    (inputs, failures)
}

fn read_input(found: &Found) -> Result<Option<TestInput>, Trouble> {
    let read = if found.named { workspace::read_named(&found.path) } else { workspace::read(&found.path) };
    let read = read.map_err(|error| Trouble::new(error.to_string()))?;
    Ok(input(&read, found.path.parent().unwrap_or(Path::new("")), found.named))
}

/// The test file; `None` where the file is none. One that the user named is taken for a test file unless it is
/// plainly a rule file.
fn input(read: &Read, folder: &Path, named: bool) -> Option<TestInput> {
    let whole = read.for_its_shape();
    if !named && !rules::may_hold_rules_or_tests(whole.text()) {
        return None;
    }
    let parsed = yaml::parse(whole);
    let shape = rules::classify(&parsed, whole);
    if !(shape == FileShape::Tests || named && shape == FileShape::Other) {
        return None;
    }
    let mut test: TestFile = testfile::decode(&parsed, whole);
    if let Some(problem) = &read.problem {
        test = testfile::decode(&yaml::parse(&read.file), &read.file);
        test.problems = vec![problem.clone()];
    }
    Some(TestInput { test, folder: folder.to_owned() })
}

/// What to say where none of `paths` leads to a test file.
pub(in crate::cli) fn no_test_file(paths: &[PathBuf]) -> Trouble {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    Trouble::new(format!("no test file in {}", paths.join(", ")))
}
