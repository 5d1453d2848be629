//! The files that `check` lints, rule files and unit tests: found, read, and told apart.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::read_stdin;
use crate::lint::{Config, Document};
use crate::report::{Failure, PassedOver};
use crate::rules::{self, FileShape};
use crate::source::SourceFile;
use crate::unittest::RuleFileCache;
use crate::workspace::copies::{is_copy, without_copies};
use crate::workspace::{self, Found, Lookup, Read, ReadError};
use crate::yaml;

/// What the paths of the command line stand for.
#[derive(Default)]
pub(super) struct Inputs {
    /// The files, standard input first, then by name.
    pub documents: Vec<Document>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// Files that would be rules or tests, and of which nothing can be said.
    pub passed_over: Vec<PassedOver>,
}

/// What a file turned out to be.
enum Input {
    Document(Box<Document>),
    PassedOver(PassedOver),
    /// Nothing that concerns rules.
    Other,
}

impl Inputs {
    /// Reads the files that `paths` name, among them `-` for standard input, and those in the directories that `paths`
    /// name unless `config` excludes them.
    pub(super) fn read(paths: &[PathBuf], stdin_name: &str, config: &Config, lookup: &Lookup) -> Self {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| path == Path::new("-"));
        let mut inputs = Inputs::default();
        let rule_files = RuleFileCache::within(config.load_options(), lookup.home.clone());
        let reader = Reader { config, rule_files };
        if !stdin.is_empty() {
            match read_stdin(stdin_name).and_then(|read| reader.input(read, Path::new(""), true)) {
                Ok(Input::Document(document)) => inputs.documents.push(*document),
                Ok(Input::PassedOver(file)) => inputs.passed_over.push(file),
                Ok(Input::Other) => {}
                Err(failure) => inputs.failures.push(failure),
            }
        }
        let discovery = workspace::discover(&paths, lookup);
        inputs.failures.extend(discovery.errors.iter().map(failure_of));
        let wanted = discovery.files;
        let read: Vec<Result<Input, Failure>> = wanted.par_iter().map(|found| reader.read(found)).collect();
        let mut files = Vec::new();
        for (found, result) in wanted.iter().zip(read) {
            match result {
                Ok(Input::Document(file)) => files.push((found, is_copy(file.source.text()), *file)),
                Ok(Input::PassedOver(file)) => inputs.passed_over.push(file),
                Ok(Input::Other) => {}
                Err(failure) => inputs.failures.push(failure),
            }
        }
        inputs.documents.extend(without_copies(&paths, files));
        inputs
    }
}

/// What reading a file needs to know.
struct Reader<'a> {
    config: &'a Config,
    /// The rule files that tests name, read once.
    rule_files: RuleFileCache,
}

impl Reader<'_> {
    fn read(&self, found: &Found) -> Result<Input, Failure> {
        let read = if found.named { workspace::read_named(&found.path) } else { workspace::read(&found.path) };
        let read = read.map_err(|error| failure_of(&error))?;
        self.input(read, found.path.parent().unwrap_or(Path::new("")), found.named)
    }

    /// Tells what a file is. One that was found by walking has to look like a rule file or like tests to count; one that
    /// the user named is a rule file unless it looks like tests. `folder` is where it lies.
    ///
    /// # Errors
    /// Where there is nothing in a file that the user named.
    fn input(&self, read: Read, folder: &Path, named: bool) -> Result<Input, Failure> {
        let text = read.file.text();
        if named && text.trim().is_empty() && read.problem.is_none() {
            return Err(Failure { path: read.file.name().to_owned(), message: "is empty".to_owned() });
        }
        if let Some(repaired) = &read.repaired {
            // What it is shows behind the wrong byte; whatever else there is to say comes from the text being cut off.
            let shape = rules::classify(&yaml::parse(repaired), repaired);
            if !named && !matches!(shape, FileShape::Rules | FileShape::Tests) {
                return Ok(Input::Other);
            }
            let document = Document::read(&read.file, self.config, true);
            let problems = read.problem.into_iter().collect();
            return Ok(Input::Document(Box::new(Document { problems, rules: None, comments: Vec::new(), ..document })));
        }
        let worth_parsing = rules::may_hold_rules_or_tests(text);
        if !named && !worth_parsing {
            return Ok(Input::Other);
        }
        let mut document = Document::read(&read.file, self.config, named && !worth_parsing);
        if document.rules.is_none() {
            let shape = rules::classify(&yaml::parse(&read.file), &read.file);
            if let Some(passed_over) = PassedOver::of(read.file.name(), shape) {
                return Ok(Input::PassedOver(passed_over));
            }
            if shape == FileShape::Tests {
                document = Document::read_tests(&read.file, folder, &self.rule_files);
            } else if named {
                document = Document::read(&read.file, self.config, true);
            } else {
                return Ok(Input::Other);
            }
        }
        Ok(Input::Document(Box::new(document)))
    }
}

/// Reads a document with another text. What it is has been told from the text before.
pub(super) fn reread(document: &Document, source: &Arc<SourceFile>, config: &Config) -> Document {
    if document.rules.is_some() {
        return Document::read(source, config, true);
    }
    let folder = Path::new(source.name()).parent().unwrap_or(Path::new(""));
    Document::read_tests(source, folder, &RuleFileCache::new(config.load_options()))
}

fn failure_of(error: &ReadError) -> Failure {
    Failure { path: error.path.display().to_string(), message: error.message.clone() }
}
