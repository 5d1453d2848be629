//! Joins the reports of the parts of a suite: JUnit, JSON, coverage as JSON and as lcov's tracefile.
//!
//! Each format is read back, added up and written by the code that the format's own writer has, so that the joined
//! reports of a partitioned run are those of an unpartitioned one.

mod junit;
mod tests_json;
mod warnings;

use std::io::{self, Write};

use serde_json::Value;

use crate::report::coverage::{json as coverage_json, lcov::Trace};
use crate::report::json::VERSION;
use crate::unittest::coverage::Coverage;

/// A report that was read back.
#[derive(Debug)]
pub enum Report {
    /// JUnit's XML.
    Junit(Box<junit::Suites>),
    /// The JSON of `promproof test`.
    Tests(Box<tests_json::Tests>),
    /// Coverage as JSON.
    Coverage(Coverage),
    /// lcov's tracefile.
    Lcov(Trace),
}

impl Report {
    /// Reads a report; what it is shows in its text.
    ///
    /// # Errors
    /// It is none, or malformed: what is wrong and where, in one line.
    pub fn read(text: &str) -> Result<Report, String> {
        let start = text.trim_start_matches('\u{FEFF}').trim_start();
        match start.bytes().next() {
            Some(b'<') => junit::read(start).map(Box::new).map(Report::Junit),
            Some(b'{') => Report::read_json(start),
            Some(_) if start.starts_with("TN:") || start.starts_with("SF:") => {
                Trace::read(start).map(Report::Lcov).map_err(|error| error.to_string())
            }
            Some(_) => Err("it is neither XML nor JSON nor a tracefile of lcov".to_owned()),
            None => Err("it is empty".to_owned()),
        }
    }

    fn read_json(text: &str) -> Result<Report, String> {
        let mut document: Value = serde_json::from_str(text).map_err(|error| format!("malformed JSON: {error}"))?;
        match document.get("version") {
            Some(version) if *version == VERSION => {}
            Some(version) => return Err(format!("its version is {version}, and {VERSION} is what can be read")),
            None => return Err("it is no report of promproof: it has no `version`".to_owned()),
        }
        let coverage = document.as_object_mut().and_then(|document| document.remove("coverage"));
        let coverage = coverage.map(coverage_json::read).transpose();
        let coverage = coverage.map_err(|error| format!("malformed coverage: {error}"))?;
        match (document.get("files"), coverage) {
            (None, Some(coverage)) => Ok(Report::Coverage(coverage)),
            (Some(_), coverage) => tests_json::read(document, coverage).map(Box::new).map(Report::Tests),
            (None, None) => {
                Err("it is no report of tests or coverage: it has neither `files` nor `coverage`".to_owned())
            }
        }
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Report::Junit(_) => "a JUnit report",
            Report::Tests(_) => "a JSON report",
            Report::Coverage(_) => "coverage as JSON",
            Report::Lcov(_) => "a tracefile of lcov",
        }
    }

    /// Adds another one.
    ///
    /// # Errors
    /// It is of another kind; it comes back.
    pub fn merge(&mut self, other: Report) -> Result<(), Report> {
        match (self, other) {
            (Report::Junit(mine), Report::Junit(other)) => mine.merge(*other),
            (Report::Tests(mine), Report::Tests(other)) => mine.merge(*other),
            (Report::Coverage(mine), Report::Coverage(other)) => mine.merge(other),
            (Report::Lcov(mine), Report::Lcov(other)) => mine.merge(other),
            (_, other) => return Err(other),
        }
        Ok(())
    }

    /// The coverage in it, if there is any that can be judged.
    pub fn coverage(&self) -> Option<&Coverage> {
        match self {
            Report::Coverage(coverage) => Some(coverage),
            Report::Tests(tests) => tests.coverage(),
            Report::Junit(_) | Report::Lcov(_) => None,
        }
    }

    /// Writes it in the format in which it was read, totals computed anew.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Report::Junit(suites) => suites.write(out),
            Report::Tests(tests) => tests.write(out),
            Report::Coverage(coverage) => coverage_json::write(out, coverage),
            Report::Lcov(trace) => trace.write(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Report;

    const JUNIT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" skipped="0">
  <testsuite name="a.yml" tests="2" failures="1" errors="0" skipped="0" time="0.250000">
    <testcase name="&quot;x&quot;" classname="a.yml" time="0.125000"/>
    <testcase name="y" classname="a.yml" time="0.125000">
      <failure message="1 of 1 failed">text</failure>
    </testcase>
  </testsuite>
</testsuites>
"#;
    const LCOV: &str = "TN:
SF:rules.yml
FN:3,g/A
FNDA:2,g/A
FNF:1
FNH:1
BRDA:3,0,0,2
BRDA:3,0,1,-
BRF:2
BRH:1
DA:3,2
LF:1
LH:1
end_of_record
";
    const COVERAGE: &str = r#"{"version": 1, "coverage": {"files": [{"file": "rules.yml", "rules": [{"group": "g", "name": "A",
        "kind": "alert", "line": 3, "column": 9, "tested": 2, "points": [{"what": "firing", "line": 3, "column": 9,
        "end_line": 3, "text": "", "covered": 1, "reached": 2}]}]}]}}"#;
    const TESTS: &str = r#"{"version": 1, "passed": true, "files": [{"file": "a.yml", "passed": true, "errors": [],
        "warnings": [], "rule_files": 1, "groups": [{"index": 0, "passed": true, "skipped": false, "errors": [],
        "assertions": [{"outcome": "passed"}]}]}]}"#;

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        report.write(&mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in [JUNIT, LCOV, COVERAGE, TESTS] {
            let once = written(&Report::read(text).expect("a report"));
            assert_eq!(written(&Report::read(&once).expect("a report")), once);
        }
        assert_eq!(written(&Report::read(JUNIT).expect("a report")), JUNIT);
        assert_eq!(written(&Report::read(LCOV).expect("a report")), LCOV);
    }

    proptest! {
        /// Whatever stands in the files: a report or an error, and what is read can be joined and written.
        #[test]
        fn broken_reports_are_errors(
            which in 0_usize..4,
            cut in any::<prop::sample::Index>(),
            put in r#"[<>/"&;,:{}\[\]0-9a-zA-Z\n=-]{0,6}"#,
            more in any::<prop::sample::Index>(),
        ) {
            let text = [JUNIT, LCOV, COVERAGE, TESTS][which];
            let (from, to) = (cut.index(text.len() + 1), more.index(text.len() + 1));
            let broken = format!("{}{put}{}", &text[..from.min(to)], &text[from.max(to)..]);
            if let (Ok(mut report), Ok(sound)) = (Report::read(&broken), Report::read(text))
                && report.merge(sound).is_ok()
            {
                prop_assert!(Report::read(&written(&report)).is_ok());
            }
        }
    }
}
