//! `--output-format sarif`: the Static Analysis Results Interchange Format 2.1.0, as GitHub's code scanning and others
//! read it.
//!
//! Lines and columns count from 1, columns in characters, ends are exclusive. GitHub knows an alert again by the
//! fingerprint `primaryLocationLineHash`, which does not depend on lines here. Paths are relative to the folder in which
//! promproof runs, so that should be the root of the repository.

mod limits;

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::lint::{self, Confidence, Identity, Meta};
use crate::report::findings::{positions, slashed, text_of};
use crate::report::{Failure, Findings, documentation_url};
use crate::source::{Applicability, Diagnostic, Fix, Label, Severity, SourceFile, Span};
use limits::Kept;

pub use limits::word as word_on_limits;

const VERSION: &str = "2.1.0";
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What relative paths are relative to.
const ROOT: &str = "%SRCROOT%";
/// The version of the fingerprint: another one would be another word.
const FINGERPRINT: &str = "promproof/v1";

/// Writes the findings as one log and a line break.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    let kept = Kept::of(findings);
    let rules = Rules::of(findings, &kept);
    serde_json::to_writer_pretty(&mut *out, &Log { findings, kept, rules })?;
    writeln!(out)
}

/// The rules of the findings, by their ids, with their places in the log.
struct Rules {
    ids: Vec<&'static str>,
    places: FxHashMap<&'static str, usize>,
}

impl Rules {
    fn of(findings: &Findings<'_>, kept: &Kept) -> Rules {
        let mut ids: Vec<&'static str> = kept.of_each(findings).map(|(diagnostic, _)| diagnostic.rule).collect();
        ids.sort_unstable();
        ids.dedup();
        let places = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        Rules { ids, places }
    }
}

struct Log<'a> {
    findings: &'a Findings<'a>,
    kept: Kept,
    rules: Rules,
}

impl Serialize for Log<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$schema", SCHEMA)?;
        map.serialize_entry("version", VERSION)?;
        map.serialize_entry("runs", &[Run(self)])?;
        map.end()
    }
}

struct Run<'a>(&'a Log<'a>);

impl Serialize for Run<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Log { findings, kept, rules } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("tool", &tool(rules))?;
        // GitHub keeps the alerts of `check` and `test` apart by it.
        map.serialize_entry("automationDetails", &json!({ "id": format!("promproof/{}/", findings.command) }))?;
        map.serialize_entry("columnKind", "unicodeCodePoints")?;
        let root = json!({ ROOT: { "description": { "text": "The folder in which promproof ran." } } });
        map.serialize_entry("originalUriBaseIds", &root)?;
        map.serialize_entry("invocations", &[invocation(findings, kept)])?;
        map.serialize_entry("results", &Results(self.0))?;
        map.end()
    }
}

struct Results<'a>(&'a Log<'a>);

impl Serialize for Results<'_> {
    /// One result at a time: all at once would take several times the memory of the findings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Log { findings, kept, rules } = self.0;
        serializer.collect_seq(kept.of_each(findings).map(|(diagnostic, identity)| result(diagnostic, identity, rules)))
    }
}

fn tool(rules: &Rules) -> Value {
    json!({
        "driver": {
            "name": "promproof",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.ids.iter().map(|id| rule(id)).collect::<Vec<_>>(),
        }
    })
}

/// What there is to know of a rule; behind what goes wrong while tests run there is no page.
fn rule(id: &str) -> Value {
    let Some(meta) = lint::find(id).map(|rule| rule.meta()) else {
        return json!({ "id": id, "defaultConfiguration": { "level": "error" } });
    };
    json!({
        "id": id,
        "shortDescription": { "text": meta.summary },
        "fullDescription": { "text": meta.summary },
        "help": { "text": meta.summary, "markdown": meta.page },
        "helpUri": documentation_url(id),
        "defaultConfiguration": { "level": level(meta.severity) },
        "properties": {
            "precision": precision(meta),
            "problem.severity": problem_severity(meta.severity),
            "tags": ["prometheus", meta.category()],
        },
    })
}

fn invocation(findings: &Findings<'_>, kept: &Kept) -> Value {
    let mut notifications: Vec<Value> = findings.failures.iter().map(failure).collect();
    notifications.extend(kept.words().map(|text| json!({ "level": "warning", "message": { "text": text } })));
    json!({
        "executionSuccessful": findings.failures.is_empty(),
        "toolExecutionNotifications": notifications,
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "level": "error",
        "message": { "text": plain(&failure.message) },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact(&failure.path) } }],
    })
}

fn result(diagnostic: &Diagnostic, identity: Option<&Identity>, rules: &Rules) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": { "text": plain(&text_of(diagnostic)) },
        "locations": [location(&diagnostic.primary, None)],
    });
    if let Some(index) = rules.places.get(diagnostic.rule) {
        result["ruleIndex"] = (*index).into();
    }
    if let Some(identity) = identity {
        let print = format!("{}:{}", identity.key.hash(), identity.ordinal + 1);
        result["partialFingerprints"] = json!({ "primaryLocationLineHash": print, FINGERPRINT: print });
    }
    let related = diagnostic.related.get(..limits::RELATED).unwrap_or(&diagnostic.related);
    if !related.is_empty() {
        let places = related.iter().enumerate().map(|(id, label)| location(label, Some(id + 1)));
        result["relatedLocations"] = places.collect();
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps(diagnostic, related) }] }]);
    }
    if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display) {
        result["fixes"] = json!([fix_of(fix, &diagnostic.primary.file)]);
    }
    result
}

/// The other places and then the place itself: "dropped here", "used here".
fn steps(diagnostic: &Diagnostic, related: &[Label]) -> Value {
    let primary = &diagnostic.primary;
    let last = if primary.text.is_empty() {
        Label { text: diagnostic.message.clone(), ..primary.clone() }
    } else {
        primary.clone()
    };
    related.iter().chain([&last]).map(|label| json!({ "location": location(label, None) })).collect()
}

fn location(label: &Label, id: Option<usize>) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(label.file.name()), "region": region(label) },
    });
    if let Some(id) = id {
        location["id"] = id.into();
    }
    if !label.text.is_empty() {
        location["message"] = json!({ "text": plain(&label.text) });
    }
    location
}

fn region(label: &Label) -> Value {
    let (start, end) = positions(label);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn fix_of(fix: &Fix, file: &SourceFile) -> Value {
    let region = |span: Span| {
        let (start, end) = (file.position(span.start()), file.position(span.end()));
        json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
    };
    let replacement =
        |span: Span, text: &str| json!({ "deletedRegion": region(span), "insertedContent": { "text": text } });
    let replacements: Vec<Value> = fix.edits.iter().map(|edit| replacement(edit.span, &edit.replacement)).collect();
    json!({
        "description": { "text": plain(&fix.title) },
        "artifactChanges": [{ "artifactLocation": artifact(file.name()), "replacements": replacements }],
    })
}

/// A file as a web address: relative to the folder in which promproof runs, if its name is.
fn artifact(name: &str) -> Value {
    let path = slashed(name);
    let encoded = percent_encoded(&path);
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{encoded}") }),
        false => json!({ "uri": encoded, "uriBaseId": ROOT }),
    }
}

fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            // `write!` to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// Text of files in a message. `[words](address)` would be a link, also in plain text.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

const fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

const fn precision(meta: &Meta) -> &'static str {
    match meta.confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Opinion => "medium",
    }
}
