//! lcov's tracefile, which genhtml draws and Codecov, Coveralls and GitLab read.
//!
//! A rule is a function (`FN`), its name, expression and templates are lines (`DA`), the states of its alert and the
//! outcomes of its operators and templates are branches (`BRDA`). Counts are numbers of test groups; `-` stands for a
//! branch of a rule that no assertion looks at.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use crate::report::parts::Parts;
use crate::report::text::one_line;
use crate::unittest::coverage::{Coverage, FileCoverage, What};

/// A tracefile: what is covered, by source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct File {
    /// By line and name.
    functions: BTreeMap<(u64, String), u64>,
    /// By line, block and branch; `None` where the block was never executed.
    branches: BTreeMap<(u64, u64, u64), Option<u64>>,
    lines: BTreeMap<u64, u64>,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LcovError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for LcovError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for LcovError {}

impl Trace {
    /// The tracefile of a run.
    pub fn of(coverage: &Coverage) -> Trace {
        let files = coverage.files.iter().map(|file| (one_line(&file.file).into_owned(), File::of(file)));
        Trace { files: files.collect() }
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: Trace) {
        for (name, file) in other.files {
            let known = self.files.entry(name).or_default();
            add_all(&mut known.functions, file.functions, |sum, count| *sum = sum.saturating_add(count));
            add_all(&mut known.lines, file.lines, |sum, count| *sum = sum.saturating_add(count));
            add_all(&mut known.branches, file.branches, |sum, count| {
                *sum = match (*sum, count) {
                    (Some(a), Some(b)) => Some(a.saturating_add(b)),
                    (a, b) => a.or(b),
                };
            });
        }
    }

    /// Writes it, with the `parts` of a suite that it is of, if it is not of the whole. The first line is there even if
    /// nothing else is, so that the file can be recognised.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut dyn Write, parts: Option<&Parts>) -> io::Result<()> {
        writeln!(out, "TN:{}", parts.map(Parts::lcov_name).unwrap_or_default())?;
        for (name, file) in &self.files {
            writeln!(out, "SF:{name}")?;
            file.write(out)?;
            writeln!(out, "end_of_record")?;
        }
        Ok(())
    }

    /// Reads a tracefile, and which parts of a suite it says to be of; checksums, and totals, which are computed anew, are
    /// left aside.
    ///
    /// # Errors
    /// The first line that is no line of a tracefile.
    pub fn read(text: &str) -> Result<(Trace, Option<Parts>), LcovError> {
        let mut trace = Trace::default();
        let mut parts = None;
        let mut current: Option<(String, Reading)> = None;
        for (index, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end())) {
            let error = |message: &str| LcovError { line: index, message: message.to_owned() };
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            match (key, &mut current) {
                ("TN", _) => parts = Parts::from_lcov_name(value).or(parts),
                ("" | "VER", _) => {}
                ("SF", None) => current = Some((value.to_owned(), Reading::default())),
                ("SF", Some(_)) => return Err(error("`SF` before the `end_of_record` of the file before")),
                ("end_of_record", Some(_)) => {
                    let Some((name, reading)) = current.take() else { continue };
                    let file = reading.finish().map_err(|message| error(&message))?;
                    trace.merge(Trace { files: [(name, file)].into_iter().collect() });
                }
                (_, None) => return Err(error("expected `SF:` and a path")),
                (key, Some((_, reading))) => {
                    reading
                        .line(key, value)
                        .ok_or_else(|| error(&format!("`{}` is no line of a tracefile", one_line(line))))?;
                }
            }
        }
        match current {
            None => Ok((trace, parts)),
            Some(_) => {
                Err(LcovError { line: text.lines().count(), message: "the last `end_of_record` is missing".to_owned() })
            }
        }
    }
}

fn add_all<K: Ord, V>(into: &mut BTreeMap<K, V>, from: BTreeMap<K, V>, add: impl Fn(&mut V, V)) {
    for (key, value) in from {
        match into.entry(key) {
            std::collections::btree_map::Entry::Occupied(mut known) => add(known.get_mut(), value),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(value);
            }
        }
    }
}

impl File {
    fn of(coverage: &FileCoverage) -> File {
        let mut file = File::default();
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let mut next_branch: BTreeMap<u64, u64> = BTreeMap::new();
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for rule in &coverage.rules {
            let name = one_line(&format!("{}/{}", rule.group, rule.name)).into_owned();
            let known = names.entry(name.clone()).or_default();
            *known += 1;
            // A function's name occurs once in a file.
            let name = if *known == 1 { name } else { format!("{name} ({known})") };
            file.functions.insert((number(rule.line), name), rule.tested);
            for point in rule.points.iter().filter(|point| is_branch(point.what)) {
                let line = number(point.line);
                let branch = next_branch.entry(line).or_default();
                file.branches.insert((line, 0, *branch), (rule.tested > 0).then_some(point.covered));
                *branch += 1;
            }
        }
        file.lines = coverage.lines.iter().map(|line| (number(line.line), line.hits)).collect();
        file
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (line, name) in self.functions.keys() {
            match starts_with_a_line(name) {
                // With the last line before it, the start of the name is not taken for one.
                Some(_) => writeln!(out, "FN:{line},{line},{name}")?,
                None => writeln!(out, "FN:{line},{name}")?,
            }
        }
        for ((_, name), count) in &self.functions {
            writeln!(out, "FNDA:{count},{name}")?;
        }
        let hit = |counts: &mut dyn Iterator<Item = u64>| counts.filter(|count| *count > 0).count();
        writeln!(out, "FNF:{}", self.functions.len())?;
        writeln!(out, "FNH:{}", hit(&mut self.functions.values().copied()))?;
        for ((line, block, branch), taken) in &self.branches {
            let taken = taken.map_or("-".to_owned(), |taken| taken.to_string());
            writeln!(out, "BRDA:{line},{block},{branch},{taken}")?;
        }
        writeln!(out, "BRF:{}", self.branches.len())?;
        writeln!(out, "BRH:{}", hit(&mut self.branches.values().map(|taken| taken.unwrap_or(0))))?;
        for (line, count) in &self.lines {
            writeln!(out, "DA:{line},{count}")?;
        }
        writeln!(out, "LF:{}", self.lines.len())?;
        writeln!(out, "LH:{}", hit(&mut self.lines.values().copied()))
    }
}

/// Templates are lines, and recording rules functions; a branch is what can go one way or another.
fn is_branch(what: What) -> bool {
    !matches!(what, What::Recorded | What::Label | What::Annotation)
}

/// What follows the number of a line and a comma.
fn starts_with_a_line(text: &str) -> Option<&str> {
    let (line, rest) = text.split_once(',')?;
    line.parse::<u64>().is_ok().then_some(rest)
}

/// A file's record while it is read: functions have their lines and their counts apart.
#[derive(Default)]
struct Reading {
    file: File,
    lines: BTreeMap<String, u64>,
    counts: BTreeMap<String, u64>,
}

impl Reading {
    /// Takes one line; `None` where it is none.
    fn line(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "FN" => {
                let (line, rest) = value.split_once(',')?;
                // From version 2 on, the last line may follow the first.
                let name = starts_with_a_line(rest).unwrap_or(rest);
                self.lines.insert(name.to_owned(), line.parse().ok()?);
            }
            "FNDA" => {
                let (count, name) = value.split_once(',')?;
                self.counts.insert(name.to_owned(), count.parse().ok()?);
            }
            "BRDA" => {
                let parts: Vec<&str> = value.split(',').collect();
                let [line, block, branch, taken] = parts.as_slice() else { return None };
                let taken = if *taken == "-" { None } else { Some(taken.parse().ok()?) };
                self.file.branches.insert((line.parse().ok()?, block.parse().ok()?, branch.parse().ok()?), taken);
            }
            "DA" => {
                let mut parts = value.split(',');
                let (line, count) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
                self.file.lines.insert(line, count);
            }
            "FNF" | "FNH" | "BRF" | "BRH" | "LF" | "LH" => {
                value.parse::<u64>().ok()?;
            }
            _ => return None,
        }
        Some(())
    }

    fn finish(mut self) -> Result<File, String> {
        for name in self.counts.keys() {
            if !self.lines.contains_key(name) {
                return Err(format!("the function `{}` has a count and no line", one_line(name)));
            }
        }
        for (name, line) in self.lines {
            let count = self.counts.get(&name).copied().unwrap_or(0);
            self.file.functions.insert((line, name), count);
        }
        Ok(self.file)
    }
}
