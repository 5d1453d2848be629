//! A file as the linter holds it.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::rules::{self, LoadOptions, RuleFile};
use crate::source::{Diagnostic, Severity, SourceFile, Span};
use crate::testfile;
use crate::unittest::{self, RuleFileCache};
use crate::yaml;

use super::Config;

/// A file that was read, with all that the rules may ask about it.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The bytes of each YAML comment, from its `#` to the end of the line; also in a ConfigMap's rule files.
    pub comments: Vec<Span>,
    /// What is wrong with the file as YAML. (What is wrong with it as a rule file is in [`RuleFile::problems`].)
    pub problems: Vec<Diagnostic>,
    /// Its rule groups; `None` where the file is not a rule file (but one of unit tests).
    pub rules: Option<RuleFile>,
}

impl Document {
    /// Reads a file. `assume_rules`: it is a rule file whatever it looks like.
    pub fn read(source: &Arc<SourceFile>, config: &Config, assume_rules: bool) -> Document {
        let parsed = yaml::parse(source);
        let dialect = config.dialect(source.name());
        let options = LoadOptions { dialect, assume_rules, ..config.load_options() };
        let rules = rules::load(&parsed, source, &options);
        let nested = rules.iter().flat_map(|file| &file.nested_comments);
        let comments = parsed.comments.iter().chain(nested).map(|comment| comment.span).collect();
        Document { source: Arc::clone(source), comments, problems: parsed.problems, rules }
    }

    /// Reads a file of unit tests. Its `rule_files` are looked for in `folder`; `rule_files` keeps them for the other
    /// test files.
    pub fn read_tests(source: &Arc<SourceFile>, folder: &Path, rule_files: &RuleFileCache) -> Document {
        let parsed = yaml::parse(source);
        let test = testfile::decode(&parsed, source);
        let mut problems = test.problems.clone();
        if problems.is_empty() {
            problems = unittest::lint::findings(&test, &rule_files.resolve(&test, folder), &rule_files.options().parse);
            // A run warns of it, for promtool's verdict is the verdict; whoever lints wants to know that nothing is tested.
            let unmatched = problems.iter_mut().filter(|found| found.rule == unittest::lint::UNMATCHED_RULE_FILE);
            unmatched.for_each(|found| found.severity = Severity::Error);
        }
        let comments = parsed.comments.iter().map(|comment| comment.span).collect();
        Document { source: Arc::clone(source), comments, problems, rules: None }
    }

    /// Reads a file for the comments in it, and what they are about.
    pub(super) fn comments_of(source: &Arc<SourceFile>, config: &Config) -> Document {
        if source.text().contains("promproof") {
            return Document::read(source, config, false);
        }
        // No suppression is among its comments.
        Document { source: Arc::clone(source), comments: Vec::new(), problems: Vec::new(), rules: None }
    }

    /// Reads files in parallel; those that are no rule files, by their shape, are left out.
    pub fn read_rule_files(sources: &[Arc<SourceFile>], config: &Config) -> Vec<Document> {
        sources
            .par_iter()
            .filter(|source| rules::may_hold_rules_or_tests(source.text()))
            .map(|source| Document::read(source, config, false))
            .filter(|document| document.rules.is_some())
            .collect()
    }

    /// How many alerting and recording rules it holds.
    pub fn rule_count(&self) -> usize {
        self.rules.iter().flat_map(|file| &file.groups).map(|group| group.rules.len()).sum()
    }
}
