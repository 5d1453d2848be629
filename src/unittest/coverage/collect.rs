//! Adds up what test groups cover, for each rule file of a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::model::{Coverage, FileCoverage, LineHits};
use super::sites::{self, LineSource, RuleSites};
use crate::rules::RuleFile;
use crate::source::FileId;

/// The coverage of a run while it is running; threads share it.
#[derive(Debug, Default)]
pub struct Collector {
    /// By the address of the rule file, which is read once in a run and lives as long.
    files: Mutex<FxHashMap<FileId, Arc<FileCounts>>>,
}

/// A rule file and what is covered of it.
#[derive(Debug)]
pub(super) struct FileCounts {
    file: Arc<RuleFile>,
    /// The points, by group and rule.
    pub(super) sites: Vec<Vec<RuleSites>>,
    counts: Mutex<FxHashMap<(usize, usize), RuleCounts>>,
}

/// What is covered of a rule.
#[derive(Clone, Debug, Default)]
struct RuleCounts {
    tested: u64,
    /// For each point: in how many test groups it was covered, and reached.
    points: Vec<[u64; 2]>,
}

/// What one test group says of a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct RuleHits {
    /// The index of its group in the file, and its own in the group.
    pub(super) rule: (usize, usize),
    /// Whether an assertion looks at it.
    pub(super) tested: bool,
    /// For each point: whether it was covered, and whether it was reached.
    pub(super) points: Vec<[bool; 2]>,
}

impl Collector {
    /// From now on these rule files are part of what there is to cover, whether a test group loads them or not.
    pub(super) fn know(&self, files: &[Arc<RuleFile>]) {
        for file in files {
            self.file(file);
        }
    }

    /// A rule file's points and counts.
    pub(super) fn file(&self, file: &Arc<RuleFile>) -> Arc<FileCounts> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = files.entry(file.file.id()).or_insert_with(|| {
            Arc::new(FileCounts { file: Arc::clone(file), sites: sites::of_file(file), counts: Mutex::default() })
        });
        Arc::clone(counts)
    }

    /// What was covered. A file that is known under several paths is one file.
    pub fn finish(self) -> Coverage {
        let files = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<FileCoverage> = files.values().map(|file| file.coverage()).collect();
        found.sort_by(|a, b| Path::new(&a.file).cmp(Path::new(&b.file)));
        let mut by_path: BTreeMap<PathBuf, FileCoverage> = BTreeMap::new();
        for file in found {
            let path = std::fs::canonicalize(&file.file).unwrap_or_else(|_| PathBuf::from(&file.file));
            match by_path.get_mut(&path) {
                Some(known) => known.merge(file),
                None => {
                    by_path.insert(path, file);
                }
            }
        }
        let mut coverage = Coverage { files: by_path.into_values().collect() };
        coverage.files.sort_by(|a, b| Path::new(&a.file).cmp(Path::new(&b.file)));
        coverage
    }
}

impl FileCounts {
    /// Adds what a test group covers.
    pub(super) fn add(&self, hits: Vec<RuleHits>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for hit in hits {
            let rule = counts.entry(hit.rule).or_default();
            rule.tested += u64::from(hit.tested);
            rule.points.resize(rule.points.len().max(hit.points.len()), [0; 2]);
            for (sum, [covered, reached]) in rule.points.iter_mut().zip(hit.points) {
                sum[0] += u64::from(covered);
                sum[1] += u64::from(reached);
            }
        }
    }

    fn coverage(&self) -> FileCoverage {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines: BTreeMap<usize, u64> = BTreeMap::new();
        let mut rules = Vec::new();
        for (group, sites) in self.sites.iter().enumerate() {
            for (index, sites) in sites.iter().enumerate() {
                let mut rule = sites.rule.clone();
                if let Some(counts) = counts.get(&(group, index)) {
                    rule.tested = counts.tested;
                    for (point, [covered, reached]) in rule.points.iter_mut().zip(&counts.points) {
                        (point.covered, point.reached) = (*covered, *reached);
                    }
                }
                for (line, source) in &sites.lines {
                    let hits = match source {
                        LineSource::Rule => rule.tested,
                        LineSource::Point(index) => rule.points.get(*index).map_or(0, |point| point.covered),
                    };
                    *lines.entry(*line).or_default() += hits;
                }
                rules.push(rule);
            }
        }
        FileCoverage {
            file: self.file.file.name().to_owned(),
            rules,
            lines: lines.into_iter().map(|(line, hits)| LineHits { line, hits }).collect(),
        }
    }
}
