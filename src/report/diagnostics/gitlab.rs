//! `--output-format gitlab`: GitLab's Code Quality report, a subset of Code Climate's: a JSON array that the merge request
//! widget and the changed lines show.
//!
//! GitLab tells what is new in a merge request by the `fingerprint`, which does not depend on lines here.

use std::io::{self, Write};

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer as _};

use crate::lint::{Identity, Key};
use crate::report::findings::{positions, slashed, text_of};
use crate::report::{Failure, Findings};
use crate::source::{Diagnostic, Position, Severity};

/// Writes the findings as one JSON array and a line break.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::pretty(&mut *out);
    let mut issues = serializer.serialize_seq(None)?;
    for (diagnostic, identity) in findings.each() {
        issues.serialize_element(&Issue::of(diagnostic, identity))?;
    }
    for failure in findings.failures {
        issues.serialize_element(&Issue::of_failure(failure))?;
    }
    issues.end()?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

impl Issue {
    fn of(diagnostic: &Diagnostic, identity: Option<&Identity>) -> Issue {
        let (start, end) = positions(&diagnostic.primary);
        Issue {
            description: text_of(diagnostic),
            check_name: diagnostic.rule.to_owned(),
            fingerprint: identity.map(Identity::fingerprint).unwrap_or_default(),
            severity: severity(diagnostic.severity),
            location: Location {
                path: slashed(diagnostic.primary.file.name()),
                positions: Positions { begin: Point::of(start), end: Point::of(end) },
            },
        }
    }

    /// GitLab has no place for what is about a whole file but its first line.
    fn of_failure(failure: &Failure) -> Issue {
        let point = || Point { line: 1, column: 1 };
        Issue {
            description: failure.message.clone(),
            check_name: "promproof".to_owned(),
            fingerprint: Key::of_failure(&failure.path, &failure.message).hash(),
            severity: "blocker",
            location: Location { path: slashed(&failure.path), positions: Positions { begin: point(), end: point() } },
        }
    }
}

impl Point {
    fn of(position: Position) -> Point {
        Point { line: position.line, column: position.column }
    }
}

/// GitLab's words are info, minor, major, critical and blocker.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}
