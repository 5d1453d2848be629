//! Reports for other programs: that they are as those programs want them, whatever is in the files.

use std::collections::BTreeSet;
use std::fs;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};

use crate::schema::violations;
use crate::support::{Run, Sandbox, repository};

/// An alert that prints a label which it does not have (with a related place and a fix), one that is needlessly
/// `for: 0s`, and what somebody might write who wants to be read in another way.
const RULES: &str = r#"groups:
  - name: "api ::error::x ]]> <b>&"
    rules:
      - alert: Errors
        expr: sum by (job) (rate(errors_total[5m])) > 5
        annotations:
          summary: "Errors [here](https://evil.example) on {{ $labels.instance }}"
      - alert: "Größe 😀"
        expr: up{job=~"a"} == 0
        for: 0s
        annotations: {"ünï 😀 ##[error]\u0001\u001b[31m": "{{ $labels.nope }}", x: "{{ .Foo }}"}
"#;

const TESTS: &str = "rule_files: [rules.yml]
tests:
  - name: \"a <b> & ::error::x\\e[31m\"
    input_series: [{series: 'errors_total{job=\"a\"}', values: 0+600x20}, {series: unused, values: 1}]
    alert_rule_test: [{eval_time: 10m, alertname: Errors, exp_alerts: []}]
    promql_expr_test: [{expr: 'count(errors_total)', eval_time: 1m, exp_samples: [{labels: '{}', value: 2}]}]
";

const FORMATS: [&str; 11] =
    ["full", "concise", "json", "github", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "tap", "markdown"];

fn sandbox() -> Sandbox {
    Sandbox::with(&[("rules.yml", RULES), ("tests.yml", TESTS)])
}

/// What a command says of the folder, and of a file that is not there; with everything on.
fn of(command: &str, format: &str) -> Run {
    let options: &[&str] = if command == "check" { &["--pedantic", "missing.yml"] } else { &[] };
    sandbox().run(&[&[command, ".", "--no-config", "--output-format", format], options].concat())
}

fn json_of(command: &str, format: &str) -> Value {
    let run = of(command, format);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}\n{run}"))
}

fn schema(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(repository().join(path)).unwrap()).unwrap()
}

fn assert_valid(schema: &Value, value: &Value) {
    let found = violations(schema, value);
    assert!(found.is_empty(), "{}\n{value:#}", found.join("\n"));
}

#[test]
fn sarif_is_as_its_schema_says() {
    let schema = schema("tests/data/schemas/sarif-2.1.0.json");
    for command in ["check", "test"] {
        let log = json_of(command, "sarif");
        assert_valid(&schema, &log);
        let run = &log["runs"][0];
        assert_eq!(run["automationDetails"]["id"], format!("promproof/{command}/"));
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in run["results"].as_array().unwrap() {
            assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
            // Nothing of a file is a link.
            assert!(!result["message"]["text"].as_str().unwrap().contains("]("));
        }
    }
    // The schema does refuse something.
    assert!(!violations(&schema, &json!({ "version": "2.1.0", "runs": [{ "results": [{}] }] })).is_empty());
}

#[test]
fn sarif_tells_the_story_of_a_finding() {
    let log = json_of("check", "sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let missing = results.iter().find(|result| result["ruleId"] == "template/missing-label").unwrap();
    let steps = missing["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let words: Vec<&Value> = steps.iter().map(|step| &step["location"]["message"]["text"]).collect();
    assert_eq!(words, ["only `job` is left here", "always empty"]);
    assert_eq!(missing["relatedLocations"][0]["message"]["text"], "only `job` is left here");
    assert_eq!(missing["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], ", instance");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "template/missing-label").unwrap();
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# template/missing-label\n"));
    assert!(rule["helpUri"].as_str().unwrap().ends_with("docs/rules/template/missing-label.md"));
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "does not exist");
}

#[test]
fn promproofs_own_json_is_as_documented() {
    for command in ["check", "test"] {
        let schema = schema(&format!("docs/schemas/{command}.schema.json"));
        assert_valid(&schema, &json_of(command, "json"));
    }
    let sandbox = Sandbox::traefik();
    sandbox.write("other/a.yml", "groups: [{name: g, rules: [{record: 'a:b', expr: 'sum({app=\"x\"} |= \"y\")'}]}]\n");
    let check = sandbox.run(&["check", "--pedantic", "--output-format", "json"]);
    assert_valid(&schema("docs/schemas/check.schema.json"), &serde_json::from_str(&check.stdout).unwrap());
    for options in [&[][..], &["--timings", "--coverage"], &["--partition", "1/2"]] {
        let test = sandbox.run(&[&["test", "--output-format", "json"], options].concat());
        assert_valid(&schema("docs/schemas/test.schema.json"), &serde_json::from_str(&test.stdout).unwrap());
    }
}

/// What GitLab reads of a Code Quality report: docs.gitlab.com, "Code quality report format".
fn gitlab_schema() -> Value {
    let point = json!({
        "type": "object",
        "required": ["line"],
        "properties": { "line": { "type": "integer", "minimum": 1 }, "column": { "type": "integer", "minimum": 1 } },
    });
    json!({
        "type": "array",
        "uniqueItems": true,
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "positions"],
                    "additionalProperties": false,
                    "properties": {
                        // Relative, without `./` in front.
                        "path": { "type": "string", "pattern": "^[^/.]" },
                        "positions": {
                            "type": "object",
                            "required": ["begin"],
                            "additionalProperties": false,
                            "properties": { "begin": point, "end": point },
                        },
                    },
                },
            },
        },
    })
}

#[test]
fn gitlab_can_read_it() {
    for command in ["check", "test"] {
        let report = json_of(command, "gitlab");
        assert_valid(&gitlab_schema(), &report);
        let issues = report.as_array().unwrap();
        let prints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert!(issues.len() > 2 && prints.len() == issues.len(), "each fingerprint once: {report:#}");
    }
}

/// reviewdog's DiagnosticResult, without the numbers that may stand for severities.
fn rdjson_schema() -> Value {
    json!({
        "type": "object",
        "required": ["source", "diagnostics"],
        "additionalProperties": false,
        "properties": {
            "source": { "$ref": "#/definitions/link" },
            "diagnostics": { "type": "array", "items": { "$ref": "#/definitions/diagnostic" } },
        },
        "definitions": {
            "link": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "name": { "type": "string" }, "value": { "type": "string" }, "url": { "type": "string" } },
            },
            "diagnostic": {
                "type": "object",
                "required": ["message", "location", "severity"],
                "additionalProperties": false,
                "properties": {
                    "message": { "type": "string" },
                    "location": { "$ref": "#/definitions/location" },
                    "severity": { "enum": ["ERROR", "WARNING", "INFO"] },
                    "code": { "$ref": "#/definitions/link" },
                    "suggestions": { "type": "array", "items": {
                        "type": "object",
                        "required": ["range", "text"],
                        "additionalProperties": false,
                        "properties": { "range": { "$ref": "#/definitions/range" }, "text": { "type": "string" } },
                    } },
                    "related_locations": { "type": "array", "items": {
                        "type": "object",
                        "required": ["message", "location"],
                        "additionalProperties": false,
                        "properties": { "message": { "type": "string" }, "location": { "$ref": "#/definitions/location" } },
                    } },
                },
            },
            "location": {
                "type": "object",
                "required": ["path"],
                "additionalProperties": false,
                "properties": { "path": { "type": "string", "minLength": 1 }, "range": { "$ref": "#/definitions/range" } },
            },
            "range": {
                "type": "object",
                "required": ["start", "end"],
                "additionalProperties": false,
                "properties": { "start": { "$ref": "#/definitions/point" }, "end": { "$ref": "#/definitions/point" } },
            },
            "point": {
                "type": "object",
                "required": ["line", "column"],
                "additionalProperties": false,
                "properties": { "line": { "type": "integer", "minimum": 1 }, "column": { "type": "integer", "minimum": 1 } },
            },
        },
    })
}

#[test]
fn reviewdog_can_read_it() {
    for command in ["check", "test"] {
        assert_valid(&rdjson_schema(), &json_of(command, "rdjson"));
    }
    // Columns are bytes: behind `{"ünï 😀` and what follows.
    let report = json_of("check", "rdjson");
    let text: Vec<&str> = RULES.lines().collect();
    for diagnostic in report["diagnostics"].as_array().unwrap().iter().filter(|d| d["location"]["path"] == "rules.yml")
    {
        let range = &diagnostic["location"]["range"];
        let [line, start, end] = [&range["start"]["line"], &range["start"]["column"], &range["end"]["column"]]
            .map(|number| number.as_u64().unwrap() as usize - 1);
        if range["end"]["line"] == range["start"]["line"] {
            assert!(text[line].get(start..end).is_some(), "within a character: {diagnostic:#}");
        }
    }
}

/// An element of XML: its attributes, those that it must have first, and what may be in it.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What servers that read JUnit's reports take (github.com/testmoapp/junitxml; the schema of Jenkins' xUnit plugin).
const JUNIT: [Element; 8] = [
    ("testsuites", &[], &["name", "tests", "failures", "errors", "skipped", "time"], &["testsuite", "properties"]),
    ("testsuite", &["name", "tests", "failures", "errors"], &["skipped", "time"], &["testcase", "system-out"]),
    ("testcase", &["name", "classname"], &["time"], &["failure", "error", "skipped"]),
    ("failure", &["message"], &[], &["text"]),
    ("error", &["message"], &[], &["text"]),
    ("skipped", &[], &[], &[]),
    ("system-out", &[], &[], &["text"]),
    ("properties", &[], &[], &[]),
];

/// What Checkstyle writes (its `XMLLogger`) and the plugins of Jenkins and reviewdog read.
const CHECKSTYLE: [Element; 3] = [
    ("checkstyle", &["version"], &[], &["file"]),
    ("file", &["name"], &[], &["error"]),
    ("error", &["severity", "message", "source"], &["line", "column"], &[]),
];

/// Walks through a document and fails at what `elements` does not have.
fn assert_xml(text: &str, root: &str, elements: &[Element]) {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{text}");
    // XML 1.0, section 2.2.
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "a character that XML cannot hold: {text:?}");
    let mut reader = Reader::from_str(text);
    let mut open: Vec<String> = Vec::new();
    let element = |name: &str| *elements.iter().find(|element| element.0 == name).unwrap_or_else(|| panic!("{name}"));
    let enter = |tag: &BytesStart<'_>, open: &[String]| {
        let name = tag.name().as_ref().to_owned();
        let (_, needed, allowed, _) = element(&name);
        let attributes: Vec<String> =
            tag.attributes().map(|attribute| attribute.unwrap().key.as_ref().to_owned()).collect();
        assert!(needed.iter().all(|needed| attributes.iter().any(|has| has == needed)), "{name}: {attributes:?}");
        let known = |has: &String| needed.iter().chain(allowed).any(|known| known == has);
        assert!(attributes.iter().all(known), "{name}: {attributes:?}");
        match open.last() {
            None => assert_eq!(name, root),
            Some(outer) => assert!(element(outer).3.contains(&name.as_str()), "{name} in {outer}"),
        }
        name
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) => {
                let name = enter(&tag, &open);
                open.push(name);
            }
            Event::Empty(tag) => drop(enter(&tag, &open)),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) if !text.trim_ascii().is_empty() => {
                assert!(element(open.last().unwrap()).3.contains(&"text"), "text in {open:?}");
            }
            Event::Text(_) | Event::Decl(_) | Event::GeneralRef(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
}

#[test]
fn xml_is_as_its_readers_want_it() {
    for command in ["check", "test"] {
        assert_xml(&of(command, "junit").stdout, "testsuites", &JUNIT);
        assert_xml(&of(command, "checkstyle").stdout, "checkstyle", &CHECKSTYLE);
    }
}

#[test]
fn the_same_cases_fail_as_the_run() {
    let sandbox = sandbox();
    let print = |format: &str, fail_on: &str| {
        let args = ["check", "--pedantic", "--no-config", "--fail-on", fail_on, "--output-format", format];
        sandbox.run(&args).stdout
    };
    let summary = serde_json::from_str::<Value>(&print("json", "error")).unwrap()["summary"].clone();
    let [errors, warnings] = ["errors", "warnings"].map(|count| summary[count].as_u64().unwrap());
    assert!(errors > 0 && warnings > 0, "{summary}");
    for (fail_on, failures) in [("error", errors), ("warning", errors + warnings)] {
        let junit = print("junit", fail_on);
        assert!(junit.contains(&format!(" failures=\"{failures}\" errors=\"0\"")), "{junit}");
        assert_eq!(junit.matches("<failure ").count() as u64, failures);
        let tap = print("tap", fail_on);
        assert_eq!(tap.matches("\nnot ok").count() as u64, failures, "{tap}");
    }
}

#[test]
fn no_text_of_a_file_gets_through_to_a_terminal_or_a_runner() {
    for command in ["check", "test"] {
        for format in FORMATS {
            let options: &[&str] = if command == "check" { &["--pedantic"] } else { &[] };
            let sandbox = sandbox();
            let run = Run::of(
                sandbox
                    .command()
                    .env("GITHUB_ACTIONS", "true")
                    .args([command, ".", "--no-config", "--output-format", format])
                    .args(options),
            );
            let text = format!("{}{}", run.stdout, run.stderr);
            assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{command} {format}: {text:?}");
            for line in text.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("##[")) {
                let is_ours = format == "github" && line.starts_with("::") && !line.starts_with("::error::x");
                assert!(is_ours, "{command} {format}: {line}");
            }
        }
    }
}

/// The fingerprints of a format, sorted.
fn fingerprints(sandbox: &Sandbox, format: &str) -> Vec<String> {
    let run = sandbox.run(&["check", "--pedantic", "--no-config", "--output-format", format]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}\n{run}"));
    let print = |value: &Value| value.as_str().unwrap().to_owned();
    let mut prints: Vec<String> = match format {
        "sarif" => {
            let results = report["runs"][0]["results"].as_array().unwrap();
            results.iter().map(|result| print(&result["partialFingerprints"]["primaryLocationLineHash"])).collect()
        }
        "gitlab" => report.as_array().unwrap().iter().map(|issue| print(&issue["fingerprint"])).collect(),
        _ => report["diagnostics"].as_array().unwrap().iter().map(|found| print(&found["fingerprint"])).collect(),
    };
    prints.sort();
    prints
}

#[test]
fn fingerprints_survive_other_lines_order_and_layout() {
    let rule = |name: &str, expr: &str| {
        format!(
            "      - alert: {name}\n        expr: {expr}\n        annotations: {{s: '{{{{ $labels.x }}}}{{{{ $labels.y }}}}'}}\n"
        )
    };
    let group = |name: &str, rules: &[String]| format!("  - name: {name}\n    rules:\n{}", rules.concat());
    let a = rule("A", "sum(rate(a[5m])) > 1");
    let [b, c] = ["B", "C"].map(|name| rule(name, &format!("sum by (job) ({name}) > 1")));
    let before = format!("groups:\n{}{}", group("one", &[a, b.clone()]), group("two", std::slice::from_ref(&c)));
    let a = rule("A", "|\n          # of all\n          sum  ( rate(a[5m]) )\n            > 1");
    let after = format!("# moved\n\n\ngroups:\n{}{}", group("two", std::slice::from_ref(&c)), group("one", &[b, a]));
    let (old, new) = (Sandbox::with(&[("r.yml", &before)]), Sandbox::with(&[("r.yml", &after)]));
    for format in ["sarif", "gitlab", "json"] {
        let prints = fingerprints(&old, format);
        assert_eq!(prints, fingerprints(&new, format), "{format}");
        assert!(prints.len() >= 6 && prints.windows(2).all(|pair| pair[0] != pair[1]), "{prints:?}");
    }
    // The same from elsewhere.
    let run = old.run(&["check", "./r.yml", "--pedantic", "--no-config", "--output-format", "json"]).stdout;
    assert!(fingerprints(&old, "json").iter().all(|print| run.contains(print)));
    // Another expression is another finding.
    old.write("r.yml", before.replace("(B) > 1", "(B) > 2"));
    assert_ne!(fingerprints(&old, "json"), fingerprints(&new, "json"));
}

#[test]
fn several_reports_are_written_beside_the_screen() {
    let sandbox = sandbox();
    let args =
        ["check", "-o", "sarif=out/a.sarif", "-o", "b.json", "--output=junit=c.xml", "-o", "d.txt", "-q", "rules.yml"];
    let run = sandbox.run(&args);
    assert_eq!(run.code, Some(1), "{run}");
    let read = |name: &str| fs::read_to_string(sandbox.path(name)).unwrap();
    assert!(run.stdout.contains("error[template/missing-label]"), "{run}");
    assert!(read("out/a.sarif").contains("\"$schema\""));
    assert!(read("b.json").contains("\"diagnostics\""));
    assert!(read("c.xml").contains("<testsuites"));
    assert_eq!(read("d.txt"), run.stdout);
    let run = sandbox.run(&[
        "test",
        "-o",
        "tap=t.tap",
        "--output",
        "github=g.txt",
        "--output",
        "gitlab=./e=f",
        "--junit",
        "j.xml",
    ]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(read("t.tap").starts_with("TAP version 14") && read("j.xml").contains("<testsuites"));
    assert!(read("g.txt").contains("\n::error file=tests.yml,"), "{}", read("g.txt"));
    assert!(read("e=f").contains("test/failed"));
}

#[test]
fn what_an_output_cannot_be_is_said() {
    let sandbox = sandbox();
    let said = |value: &str| {
        let run = sandbox.run(&["check", "-o", value]);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(said("sarf=a.x"), @"error: invalid value 'sarf=a.x' for '--output <FORMAT=FILE>': there is no format `sarf`; did you mean `sarif`?");
    insta::assert_snapshot!(said("yaml=a.x"), @"error: invalid value 'yaml=a.x' for '--output <FORMAT=FILE>': there is no format `yaml`; the formats are full, concise, json, github, gitlab, sarif, junit, checkstyle, rdjson, tap, markdown");
    insta::assert_snapshot!(said("report.xml"), @"error: invalid value 'report.xml' for '--output <FORMAT=FILE>': the format is missing: write FORMAT=FILE, as in junit=report.xml; only .sarif, .json, .txt and .md say which it is");
    insta::assert_snapshot!(said("junit="), @"error: invalid value 'junit=' for '--output <FORMAT=FILE>': the name of the file is missing");
    insta::assert_snapshot!(said("json=-"), @"error: invalid value 'json=-' for '--output <FORMAT=FILE>': standard output has its own option, --output-format; name a file, or write `./-`");
    insta::assert_snapshot!(said("json=rules.yml"), @"error: --output would overwrite rules.yml, which may be a file of rules or tests");
    let twice = sandbox.run(&["check", "-o", "json=a.json", "-o", "sarif=./a.json"]);
    insta::assert_snapshot!(twice.stderr, @"
    error: --output would write ./a.json twice
      help: the second would overwrite the first; give each a file of its own
    ");
    assert!(!sandbox.path("a.json").exists());
}

#[test]
fn no_report_takes_the_place_of_what_check_reads() {
    let sandbox = sandbox();
    sandbox.write("rules.conf", RULES);
    sandbox.write("facts.json", r#"{"status": "success", "data": ["up"]}"#);
    sandbox.write("promproof.toml", "[facts]\ninventory = [\"facts.json\"]\n");
    sandbox.write("tests.yml", TESTS.replace("rules.yml", "*.conf"));
    for path in ["rules.conf", "facts.json", "promproof.toml", "tests.yml"] {
        let before = fs::read(sandbox.path(path)).unwrap();
        let run = sandbox.run(&["check", "--output", &format!("json={path}")]);
        assert_eq!(run.code, Some(2), "{path}: {run}");
        assert!(run.stderr.contains("would overwrite"), "{run}");
        assert_eq!(fs::read(sandbox.path(path)).unwrap(), before);
    }
    // A report of the last run is overwritten.
    for _ in 0..2 {
        assert_eq!(sandbox.run(&["check", "--exit-zero", "-o", "report.json"]).code, Some(0));
    }
}

#[test]
#[cfg(unix)]
fn no_report_of_check_is_written_through_a_link_out_of_the_folder() {
    let sandbox = Sandbox::with(&[("tree/rules.yml", RULES), ("victim.sh", "#!/bin/sh\n")]);
    std::os::unix::fs::symlink("../victim.sh", sandbox.path("tree/out.sarif")).unwrap();
    std::os::unix::fs::symlink("..", sandbox.path("tree/up")).unwrap();
    for path in ["out.sarif", "up/victim.sarif", "up/new/a.sarif"] {
        let run = Run::of(sandbox.command().current_dir(sandbox.path("tree")).args(["check", "-q", "-o", path]));
        assert_eq!(run.code, Some(2), "{path}: {run}");
        assert!(run.stderr.contains("a link leads out of this folder"), "{run}");
    }
    assert_eq!(fs::read_to_string(sandbox.path("victim.sh")).unwrap(), "#!/bin/sh\n");
    assert!(!sandbox.path("new").exists());
}

#[test]
fn a_log_is_cut_to_what_github_takes() {
    let warnings = 25_100;
    let rules: String = (0..warnings)
        .map(|at| format!("      - {{alert: A{at}, expr: up == 0, for: 0s}}\n"))
        .chain(["      - {alert: B, expr: sum(up) > 0, annotations: {s: '{{ $labels.x }}'}}\n".to_owned()])
        .collect();
    let sandbox = Sandbox::with(&[("r.yml", &format!("groups:\n  - name: g\n    rules:\n{rules}"))]);
    let run = sandbox.run(&[
        "check",
        "--pedantic",
        "--no-config",
        "--select",
        "zero-for,missing-label",
        "-q",
        "-o",
        "a.sarif",
    ]);
    let log: Value = serde_json::from_str(&fs::read_to_string(sandbox.path("a.sarif")).unwrap()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["ruleId"], "template/missing-label", "the most severe one stays");
    let words: Vec<&Value> = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| &n["message"]["text"])
        .collect();
    assert_eq!(
        words,
        [
            "101 of 25101 findings are left out, the least severe ones: GitHub takes at most 25000 of a run and 10 MB",
            "GitHub shows 5000 of the 25000 results, the most severe ones",
        ]
    );
    assert!(run.stderr.contains("warning: 101 of 25101 findings are left out"), "{}", run.stderr);
}

#[test]
fn markdown_sums_up_and_takes_nothing_from_files() {
    let hostile = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(up) > 0\n    annotations:\n      \
                   '</code><img src=x>|[a](http://b)`': '{{ $labels.a }}'\n";
    let sandbox = Sandbox::with(&[("a|b.yml", hostile)]);
    let run = sandbox.run(&["check", "--output-format", "markdown"]);
    insta::assert_snapshot!(run, @"
    <!-- promproof check: errors=1 warnings=0 notes=0 -->
    ### ❌ promproof check: 1 error in 1 of 1 file

    | | place | finding |
    | --- | --- | --- |
    | 🔴 error | <code>a&#124;b.yml:7:48</code> | the annotation <code>&#60;/code&#62;&#60;img src=x&#62;&#124;&#91;a&#93;(http://b)</code><code> prints </code>a&#96;, which the expression drops<br>help: write <code>sum by (a) (…)</code>, or do not print <code>a</code><br>[template/missing-label](https://github.com/promproof/promproof/blob/main/docs/rules/template/missing-label.md) |

    --- exit code 1
    ");
    // Fences are longer than any in a file, and the figures are there for scripts.
    let test = "rule_files: [r.yml]\ntests:\n- name: '````'\n  input_series: [{series: up, values: 0x9}]\n  promql_expr_test:\n  \
                - {expr: 'up or vector(1) # ``` \" ````` <details>', eval_time: 1m, exp_samples: []}\n";
    let sandbox = Sandbox::with(&[("r.yml", "groups: []\n"), ("t.yml", test)]);
    let run = sandbox.run(&["test", "--coverage", "-o", "t.md"]);
    assert_eq!(run.code, Some(1), "{run}");
    let page = fs::read_to_string(sandbox.path("t.md")).unwrap();
    assert!(page.starts_with("<!-- promproof test: assertions=1 failed=1 groups=1 failed-groups=1 -->\n"), "{page}");
    assert!(page.contains("\n``````text\n") && page.contains("\n``````\n"), "{page}");
    let outside: String = page.split("\n``````").step_by(2).collect();
    assert!(!outside.contains("<details>") && outside.contains("&#60;details&#62;"), "{page}");
}

#[test]
fn markdown_draws_what_failed_with_squares() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    for: 5m\n    keep_firing_for: 5m\n";
    let test = "rule_files: [r.yml]\ntests:\n- interval: 1m\n  input_series:\n  - {series: 'up{a=\"x|<b>`\"}', values: 1x9 0x19 1x30}\n  \
                - {series: 'up{a=\"y\"}', values: 1x39 0x20}\n  alert_rule_test:\n  \
                - {eval_time: 40m, alertname: A, exp_alerts: []}\n  - {eval_time: 20m, alertname: A, exp_alerts: []}\n";
    let sandbox = Sandbox::with(&[("r.yml", rules), ("t.yml", test)]);
    let page = sandbox.run(&["test", "--output-format", "markdown"]).stdout;
    let drawn: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") || line.starts_with('🟩')).collect();
    insta::assert_snapshot!(drawn.join("\n"), @"
    | alert | 0s to 40m, 2m a square |
    | --- | --- |
    | <code>a=x&#124;&#60;b&#62;&#96;</code> | 🟩🟩🟩🟩🟩🟨🟨🟥🟥🟥🔴🟥🟥🟥🟥🟧🟧🟧🟩🟩🟩 |
    | <code>a=y</code> | 🟩🟩🟩🟩🟩🟩🟩🟩🟩🟩🟢🟩🟩🟩🟩🟩🟩🟩🟩🟩🟨 |
    🟩 inactive · 🟨 pending · 🟥 firing · 🟧 kept by keep_firing_for · circle: asserted at 20m
    ");
    // An alert that is never active has nothing to be drawn.
    sandbox.write(
        "t.yml",
        test.replace(" 0x19 1x30", " 1x50").replace(" 0x20", " 1x20").replace("exp_alerts: []", "exp_alerts: [{}]"),
    );
    let page = sandbox.run(&["test", "--output-format", "markdown"]).stdout;
    assert!(page.contains("<details") && !page.contains('🟩'), "{page}");
}

#[test]
fn markdown_stays_below_what_github_takes() {
    let rule = "  - alert: A\n    expr: sum(up) > 0\n    annotations: {a: '{{ $labels.x }}'}\n".repeat(1_000);
    let test = "  - {expr: up, eval_time: 1m, exp_samples: []}\n".repeat(1_000);
    let sandbox = Sandbox::with(&[
        ("r.yml", &format!("groups:\n- name: g\n  rules:\n{rule}")),
        (
            "t.yml",
            &format!(
                "tests:\n- input_series: [{{series: 'up{{a=\"{}\"}}', values: 0 0}}]\n  promql_expr_test:\n{test}",
                "<".repeat(3_000)
            ),
        ),
    ]);
    for command in ["check", "test"] {
        let page = sandbox.run(&[command, "--output-format", "markdown"]).stdout;
        assert!(page.len() < 1 << 20 && page.contains("\nand "), "{command}: {}", page.len());
    }
}
