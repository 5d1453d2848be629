//! Joins the reports of the parts of a suite: JUnit, JSON, coverage as JSON and as lcov's tracefile.
//!
//! Each format is read back, added up and written by the code that the format's own writer has, so that the joined
//! reports of a partitioned run are those of an unpartitioned one. What would be counted twice is refused where that is
//! certain, and told where it is likely; reports that know which part they are of ([`Parts`]) leave no doubt.

mod junit;
mod refusal;
mod tests_json;
mod warnings;

use std::io::{self, Write};

use serde_json::Value;

pub use refusal::Refusal;

use crate::report::coverage::{json as coverage_json, lcov::Trace};
use crate::report::diagnostics::json::VERSION;
use crate::report::parts::Parts;
use crate::report::workflow::Syntax;
use crate::unittest::coverage::Coverage;

/// A report that was read back.
#[derive(Debug)]
pub struct Report {
    content: Content,
    /// The parts of a suite that it is of; `None` for a whole run, and for reports of other programs.
    parts: Option<Parts>,
    /// Whether nothing but parts is in it.
    only_parts: bool,
}

#[derive(Debug)]
enum Content {
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
            Some(b'<') => {
                let (suites, parts) = junit::read(start)?;
                Ok(Report::of(Content::Junit(Box::new(suites)), parts))
            }
            Some(b'{') => Report::read_json(start),
            Some(_) if start.starts_with("TN:") || start.starts_with("SF:") => {
                let (trace, parts) = Trace::read(start).map_err(|error| error.to_string())?;
                Ok(Report::of(Content::Lcov(trace), parts))
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
        let parts = match document.get("partition") {
            Some(partition) => Some(Parts::from_json(partition).ok_or("its `partition` is malformed")?),
            None => None,
        };
        let coverage = document.as_object_mut().and_then(|document| document.remove("coverage"));
        let coverage = coverage.map(coverage_json::read).transpose();
        let coverage = coverage.map_err(|error| format!("malformed coverage: {error}"))?;
        let content = match (document.get("files"), coverage) {
            (None, Some(coverage)) => Content::Coverage(coverage),
            (Some(_), coverage) => Content::Tests(Box::new(tests_json::read(document, coverage)?)),
            (None, None) => {
                return Err("it is no report of tests or coverage: it has neither `files` nor `coverage`".to_owned());
            }
        };
        Ok(Report::of(content, parts))
    }

    fn of(content: Content, parts: Option<Parts>) -> Report {
        Report { content, only_parts: parts.is_some(), parts }
    }

    /// How its text may be escaped.
    pub fn syntax(&self) -> Syntax {
        match &self.content {
            Content::Junit(_) => Syntax::Xml,
            Content::Tests(_) | Content::Coverage(_) => Syntax::Json,
            Content::Lcov(_) => Syntax::Text,
        }
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Junit(_) => "a JUnit report",
            Content::Tests(_) => "a JSON report",
            Content::Coverage(_) => "coverage as JSON",
            Content::Lcov(_) => "a tracefile of lcov",
        }
    }

    /// The parts of a suite that it is of; `None` for a whole run, and for reports of other programs.
    pub fn parts(&self) -> Option<&Parts> {
        self.parts.as_ref()
    }

    /// Adds another one. What is likely to be counted twice, in words that follow the name of its file.
    ///
    /// # Errors
    /// The two cannot be joined. Neither is of use any more.
    pub fn merge(&mut self, other: Report) -> Result<Option<String>, Refusal> {
        let kinds = (self.kind(), other.kind());
        let one_is_a_part = self.parts.is_some() || other.parts.is_some();
        self.only_parts &= other.parts.is_some();
        let only_parts = self.only_parts;
        if kinds.0 == kinds.1 {
            self.join_parts(other.parts)?;
        }
        let doubt = match (&mut self.content, other.content) {
            (Content::Junit(mine), Content::Junit(other)) => mine.merge(*other).filter(|_| !only_parts),
            (Content::Tests(mine), Content::Tests(other)) => {
                mine.merge(*other)?;
                None
            }
            (Content::Coverage(mine), Content::Coverage(other)) => {
                refusal::coverage_fits(mine, &other)?;
                mine.merge(other);
                (one_is_a_part && !only_parts).then(|| {
                    "only some of these reports are parts of a suite; what others cover too is counted twice".to_owned()
                })
            }
            (Content::Lcov(mine), Content::Lcov(other)) => {
                mine.merge(other);
                None
            }
            _ => return Err(Refusal::OtherKind { one: kinds.0, other: kinds.1 }),
        };
        Ok(doubt)
    }

    fn join_parts(&mut self, other: Option<Parts>) -> Result<(), Refusal> {
        match (&mut self.parts, other) {
            (_, None) => {}
            (mine @ None, other) => *mine = other,
            (Some(mine), Some(other)) => {
                if (mine.count, mine.groups) != (other.count, other.groups) {
                    return Err(Refusal::OtherSuite { one: mine.clone(), other });
                }
                if let Some(twice) = mine.held.intersection(&other.held).next() {
                    return Err(Refusal::PartTwice { index: *twice, count: mine.count });
                }
                mine.held.extend(other.held);
            }
        }
        Ok(())
    }

    /// The coverage in it, if there is any that can be judged.
    pub fn coverage(&self) -> Option<&Coverage> {
        match &self.content {
            Content::Coverage(coverage) => Some(coverage),
            Content::Tests(tests) => tests.coverage(),
            Content::Junit(_) | Content::Lcov(_) => None,
        }
    }

    /// Writes it in the format in which it was read, totals computed anew. Where parts are missing it says which it has.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let parts = self.parts.as_ref().filter(|parts| !parts.is_whole());
        match &self.content {
            Content::Junit(suites) => suites.write(out, parts),
            Content::Tests(tests) => tests.write(out, parts),
            Content::Coverage(coverage) => coverage_json::write(out, coverage, parts),
            Content::Lcov(trace) => trace.write(out, parts),
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

    /// A group may be called so; `5,` before a name could be the last line of the function.
    #[test]
    fn a_function_whose_name_starts_with_a_number_and_a_comma() {
        let text = LCOV.replace("g/A", "5,6,g/A");
        assert!(Report::read(&text).expect_err("that `5` is a line").contains("has a count and no line"));
        let named = text.replace("FN:3,", "FN:3,3,");
        let once = written(&Report::read(&named).expect("a report"));
        assert_eq!(once, named);
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
            // Another test group, since the same one would be refused.
            let other = text.replace("\"index\": 0", "\"index\": 1");
            if let (Ok(mut report), Ok(sound)) = (Report::read(&broken), Report::read(&other))
                && report.merge(sound).is_ok()
            {
                prop_assert!(Report::read(&written(&report)).is_ok());
            }
        }
    }
}
