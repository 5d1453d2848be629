//! The findings of `check` as cases that pass or fail, for formats of test reports: JUnit and TAP.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::lint::Identity;
use crate::report::CheckReport;
use crate::report::junit::{self, Case, FILE_CASE, Result, Suite, line_of};
use crate::report::tap::Points;
use crate::source::Diagnostic;

/// Writes a suite for each file, with a case for each finding that fails the run; what does not fail it stands in the
/// suite's `system-out`. A file without such findings is one case that passes, and one that cannot be read has an error.
///
/// # Errors
/// What `out` reports.
pub fn write_junit(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    junit::write(out, &suites(report), None)
}

/// Writes a test point for each of the same cases.
///
/// # Errors
/// What `out` reports.
pub fn write_tap(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let mut points = Points::begin(out)?;
    for suite in suites(report) {
        suite.notes.iter().try_for_each(|note| points.comment(note))?;
        for case in suite.cases {
            let title = format!("{}: {}", suite.name, case.name);
            match case.result {
                Result::Passed | Result::Skipped => points.point(true, &title, "", &[])?,
                Result::Failure(_, text) | Result::Error(_, text) => {
                    points.point(false, &title, "", &text.lines().map(str::to_owned).collect::<Vec<_>>())?;
                }
            }
        }
    }
    points.end()
}

fn suites(report: &CheckReport) -> Vec<Suite> {
    let mut suites: Vec<Suite> = report.files.iter().map(|file| suite(file)).collect();
    let mut places: FxHashMap<String, usize> =
        suites.iter().enumerate().map(|(at, suite)| (suite.name.clone(), at)).collect();
    for (finding, identity) in report.findings().each() {
        // Findings are also about files that were not asked for, such as the rules of a test.
        let name = finding.primary.file.name();
        let place = *places.entry(name.to_owned()).or_insert_with(|| {
            suites.push(suite(name));
            suites.len() - 1
        });
        let Some(suite) = suites.get_mut(place) else { continue };
        match report.fail_on.fails(finding.severity) {
            true => suite.cases.push(case(finding, identity)),
            false => suite.notes.push(line_of(finding)),
        }
    }
    for suite in suites.iter_mut().filter(|suite| suite.cases.is_empty()) {
        suite.cases.push(Case { name: FILE_CASE.to_owned(), seconds: 0.0, result: Result::Passed });
    }
    suites.extend(report.failures.iter().map(|failure| {
        let result = Result::Error(failure.message.clone(), failure.to_string());
        Suite { cases: vec![Case { name: FILE_CASE.to_owned(), seconds: 0.0, result }], ..suite(&failure.path) }
    }));
    suites
}

fn suite(name: &str) -> Suite {
    Suite { name: name.to_owned(), seconds: 0.0, cases: Vec::new(), notes: Vec::new() }
}

/// The name of a case says which it is, whatever its line: servers follow cases by their names.
fn case(finding: &Diagnostic, identity: Option<&Identity>) -> Case {
    let about = match identity {
        Some(Identity { key, .. }) if !key.name.is_empty() => format!(": {}", key.name),
        Some(Identity { key, .. }) if !key.group.is_empty() => format!(": {}", key.group),
        _ => String::new(),
    };
    let ordinal = identity.filter(|identity| identity.ordinal > 0);
    let ordinal = ordinal.map(|identity| format!(" ({})", identity.ordinal + 1)).unwrap_or_default();
    Case { name: format!("{}{about}{ordinal}", finding.rule), ..Case::of_finding("", finding) }
}
