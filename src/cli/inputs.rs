//! The files that `check` lints: found, read, and told apart.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::read_stdin;
use crate::lint::{Config, Document};
use crate::report::Failure;
use crate::rules::discovery::{self, Found, Read, ReadError};
use crate::rules::{self, FileShape};
use crate::yaml;

/// What the paths of the command line stand for.
#[derive(Default)]
pub(super) struct Inputs {
    /// The rule files, standard input first, then by name.
    pub documents: Vec<Document>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// How many files were named that are test files, which are not linted.
    pub test_files: usize,
}

/// A file as `check` sees it.
enum Input {
    Rules(Document),
    Tests,
    Other,
}

impl Inputs {
    /// Reads the files that `paths` name, among them `-` for standard input, and those in the directories that `paths`
    /// name unless `config` excludes them.
    pub(super) fn read(paths: &[PathBuf], stdin_name: &str, config: &Config) -> Self {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| path == Path::new("-"));
        let mut inputs = Inputs::default();
        if !stdin.is_empty() {
            inputs.add(read_stdin(stdin_name).and_then(|read| input(read, config, true)));
        }
        let (found, errors) = discovery::discover(&paths);
        inputs.failures.extend(errors.iter().map(failure_of));
        let wanted: Vec<Found> = found
            .into_iter()
            .filter(|found| found.named || !config.is_excluded(&found.path.to_string_lossy()))
            .collect();
        let read: Vec<Result<Input, Failure>> = wanted.par_iter().map(|found| read_input(found, config)).collect();
        read.into_iter().for_each(|result| inputs.add(result));
        inputs
    }

    fn add(&mut self, input: Result<Input, Failure>) {
        match input {
            Ok(Input::Rules(document)) => self.documents.push(document),
            Ok(Input::Tests) => self.test_files += 1,
            Ok(Input::Other) => {}
            Err(failure) => self.failures.push(failure),
        }
    }
}

fn read_input(found: &Found, config: &Config) -> Result<Input, Failure> {
    let read = discovery::read(&found.path).map_err(|error| failure_of(&error))?;
    input(read, config, found.named)
}

/// Tells what a file is. One that was found by walking has to look like a rule file to count as one; one that the user
/// named counts unless it looks like a test file.
///
/// # Errors
/// Where there is nothing in a file that the user named.
fn input(read: Read, config: &Config, named: bool) -> Result<Input, Failure> {
    let text = read.file.text();
    if named && text.trim().is_empty() && read.problem.is_none() {
        return Err(Failure { path: read.file.name().to_owned(), message: "is empty".to_owned() });
    }
    let worth_parsing = rules::may_hold_rules_or_tests(text);
    if !named && !worth_parsing {
        return Ok(Input::Other);
    }
    let mut document = Document::read(&read.file, config, named && !worth_parsing);
    if named && document.rules.is_none() {
        if rules::classify(&yaml::parse(&read.file), &read.file) == FileShape::Tests {
            return Ok(Input::Tests);
        }
        document = Document::read(&read.file, config, true);
    }
    if document.rules.is_none() {
        return Ok(Input::Other);
    }
    if let Some(problem) = read.problem {
        // Whatever else there is to say comes from the text being cut off there.
        document = Document { problems: vec![problem], rules: None, comments: Vec::new(), ..document };
    }
    Ok(Input::Rules(document))
}

fn failure_of(error: &ReadError) -> Failure {
    Failure { path: error.path.display().to_string(), message: error.message.clone() }
}
