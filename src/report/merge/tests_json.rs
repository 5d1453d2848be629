//! The JSON of `promproof test`, read back.
//!
//! Only what adds up is looked at; everything else stays as it is.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::refusal::{Refusal, coverage_fits};
use crate::report::coverage::json as coverage_json;
use crate::report::diagnostics::json::VERSION;
use crate::report::parts::Parts;
use crate::unittest::coverage::Coverage;

/// A run, or several joined ones.
#[derive(Debug)]
pub(super) struct Tests {
    passed: bool,
    /// Whether warnings fail; `None` where an older report does not say.
    strict: Option<bool>,
    files: Vec<Value>,
    /// Files that no run looked into.
    passed_over: Vec<Value>,
    /// What could not be read or run.
    failures: Vec<Value>,
    coverage: Option<Coverage>,
}

/// Reads a document.
///
/// # Errors
/// What is missing.
pub(super) fn read(mut document: Value, coverage: Option<Coverage>) -> Result<Tests, String> {
    let missing = |what: &str| format!("it is no JSON report of `promproof test`: {what}");
    let passed = document.get("passed").and_then(Value::as_bool).ok_or_else(|| missing("`passed` is missing"))?;
    let strict = document.get("strict").and_then(Value::as_bool);
    let Some(Value::Array(files)) = document.get_mut("files").map(Value::take) else {
        return Err(missing("`files` is no list"));
    };
    for file in &files {
        let is_list = |key: &str| file.get(key).is_some_and(Value::is_array);
        let is_file =
            file.get("file").is_some_and(Value::is_string) && file.get("passed").is_some_and(Value::is_boolean);
        if !is_file || !["errors", "warnings", "groups"].into_iter().all(is_list) {
            return Err(missing("one of `files` has no `file`, `passed`, `errors`, `warnings` or `groups`"));
        }
    }
    // Older reports do not say.
    let mut list_of = |key: &str| match document.get_mut(key).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let (passed_over, failures) = (list_of("passed_over"), list_of("failures"));
    Ok(Tests { passed, strict, files, passed_over, failures, coverage })
}

/// Joins lists of files by the kind of the files. Parts of one suite have passed over the same ones.
fn merge_passed_over(known: &mut Vec<Value>, others: Vec<Value>) {
    for other in others {
        let is_same = |kind: &&mut Value| kind["kind"] == other["kind"] && kind["name"] == other["name"];
        let Some(kind) = known.iter_mut().find(is_same) else {
            known.push(other);
            continue;
        };
        if let (Some(files), Some(more)) = (kind["files"].as_array_mut(), other["files"].as_array()) {
            let there: HashSet<&str> = more.iter().filter_map(Value::as_str).collect();
            files.retain(|file| file.as_str().is_none_or(|file| !there.contains(file)));
            files.extend(more.iter().cloned());
        }
    }
}

impl Tests {
    pub(super) fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    /// Adds another run. A file that both have has the test groups of both, and what was said of it twice once.
    ///
    /// # Errors
    /// A test group that both have, or coverage of different rules; nothing is added then.
    pub(super) fn merge(&mut self, other: Tests) -> Result<(), Refusal> {
        self.forbid_twice(&other)?;
        if let (Some(mine), Some(other)) = (&self.coverage, &other.coverage) {
            coverage_fits(mine, other)?;
        }
        self.passed &= other.passed;
        self.strict = match (self.strict, other.strict) {
            (Some(mine), Some(other)) => Some(mine || other),
            (mine, other) => mine.or(other),
        };
        let places = self.files.iter().enumerate().map(|(index, file)| (name(file).to_owned(), index));
        let places: HashMap<String, usize> = places.collect();
        for file in other.files {
            match places.get(name(&file)).and_then(|index| self.files.get_mut(*index)) {
                Some(known) => merge_file(known, file),
                None => self.files.push(file),
            }
        }
        self.files.sort_by(|a, b| order(name(a)).cmp(&order(name(b))));
        merge_passed_over(&mut self.passed_over, other.passed_over);
        // Parts of one suite have failed to read the same files.
        for failure in other.failures {
            if !self.failures.contains(&failure) {
                self.failures.push(failure);
            }
        }
        match (&mut self.coverage, other.coverage) {
            (Some(mine), Some(other)) => mine.merge(other),
            (mine @ None, other) => *mine = other,
            (Some(_), None) => {}
        }
        Ok(())
    }

    /// A test group has an index in its file, so there is no doubt about it.
    fn forbid_twice(&self, other: &Tests) -> Result<(), Refusal> {
        let indices = |file: &Value| -> HashSet<u64> {
            list(file, "groups").iter().filter_map(|group| group["index"].as_u64()).collect()
        };
        let known: HashMap<&str, HashSet<u64>> = self.files.iter().map(|file| (name(file), indices(file))).collect();
        for file in &other.files {
            let Some(known) = known.get(name(file)) else { continue };
            if let Some(index) = indices(file).intersection(known).min() {
                return Err(Refusal::GroupTwice { file: name(file).to_owned(), index: *index });
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut dyn Write, parts: Option<&Parts>) -> io::Result<()> {
        let mut document = json!({
            "version": VERSION,
            "passed": self.passed,
            "failures": self.failures,
            "files": self.files,
            "passed_over": self.passed_over,
            "summary": self.summary(),
        });
        if let Some(strict) = self.strict {
            document["strict"] = strict.into();
        }
        if let Some(parts) = parts {
            document["partition"] = parts.json();
        }
        if let Some(coverage) = &self.coverage {
            document["coverage"] = coverage_json::value(coverage);
        }
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    fn summary(&self) -> Value {
        let groups = || self.files.iter().flat_map(|file| list(file, "groups"));
        let outcomes = || groups().flat_map(|group| list(group, "assertions")).map(|a| a["outcome"].as_str());
        let failed = |item: &&Value| item["passed"] == false;
        let passed = outcomes().filter(|outcome| *outcome == Some("passed")).count();
        let not_run = outcomes().filter(|outcome| *outcome == Some("not_run")).count();
        json!({
            "files": self.files.len(),
            "failed_files": self.files.iter().filter(failed).count(),
            "groups": groups().count(),
            "failed_groups": groups().filter(failed).count(),
            "skipped_groups": groups().filter(|group| group["skipped"] == true).count(),
            "assertions": { "passed": passed, "failed": outcomes().count() - passed - not_run, "not_run": not_run },
            "warnings": self.files.iter().map(|file| list(file, "warnings").len()).sum::<usize>(),
        })
    }
}

fn merge_file(known: &mut Value, mut other: Value) {
    known["passed"] = (known["passed"] == true && other["passed"] == true).into();
    for key in ["errors", "warnings", "groups"] {
        let (Some(mine), Value::Array(theirs)) = (known[key].as_array_mut(), other[key].take()) else { continue };
        // What concerns the file is in the report of each part that has some of its groups.
        let known: HashSet<String> = mine.iter().filter(|_| key != "groups").map(Value::to_string).collect();
        mine.extend(theirs.into_iter().filter(|item| key == "groups" || !known.contains(&item.to_string())));
    }
    let sort = |list: &mut Value, key: fn(&Value) -> Key<'_>| {
        if let Some(list) = list.as_array_mut() {
            list.sort_by(|a, b| key(a).cmp(&key(b)));
        }
    };
    sort(&mut known["warnings"], diagnostic_key);
    sort(&mut known["groups"], |group| Key { start: group["index"].as_u64(), ..Key::default() });
}

/// The order of diagnostics is that of [`crate::source::Diagnostic::sort_key`].
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    file: Option<&'a str>,
    start: Option<u64>,
    end: Option<u64>,
    rule: Option<&'a str>,
    message: Option<&'a str>,
}

fn diagnostic_key(diagnostic: &Value) -> Key<'_> {
    Key {
        file: diagnostic["file"].as_str(),
        start: diagnostic["start"]["offset"].as_u64(),
        end: diagnostic["end"]["offset"].as_u64(),
        rule: diagnostic["rule"].as_str(),
        message: diagnostic["message"].as_str(),
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn name(file: &Value) -> &str {
    file["file"].as_str().unwrap_or_default()
}

/// Standard input comes first, then files by their paths, as `promproof test` runs them.
pub(super) fn order(name: &str) -> (bool, &Path) {
    (name != "<stdin>", Path::new(name))
}
