//! The same report in each format.

use std::sync::Arc;

use super::{CheckReport, Failure, Format, Style, Summary, write_check, write_statistics};
use crate::lint::config::FailOn;
use crate::lint::{Identity, Key};
use crate::rules::{Foreign, Language, Templating};
use crate::source::{Diagnostic, Edit, Fix, Label, Severity, SourceFile, Span};
use crate::workspace::{PassedOver, Reason};

const RULES: &str = "groups:
  - name: api
    rules:
      - alert: Errors
        expr: sum by (job) (rate(errors_total[5m])) > 5
        annotations:
          summary: Errors on {{ $labels.instance }}
";

/// A label of the first `word` in the file.
fn at(file: &Arc<SourceFile>, word: &str, text: &str) -> Label {
    let start = file.text().find(word).unwrap();
    Label::new(file, Span::new(start, start + word.len()), text)
}

fn report() -> CheckReport {
    let file = Arc::new(SourceFile::new("rules/a,b.yml", RULES));
    let label = at(&file, "$labels.instance", "the alert has no such label");
    let edits = vec![Edit::replace(label.span, "$labels.job")];
    let missing = Diagnostic::new(
        "template/missing-label",
        Severity::Error,
        "the summary prints `instance`, which the expression drops",
        label,
    )
    .related(at(&file, "(job)", "keeps only `job`"))
    .help("print one of the labels that are left, `job`,\nor keep it: `sum by (job, instance) (…)`")
    .fix(Fix::unsafe_("print `job`", edits));
    let named =
        Diagnostic::new("schema/invalid-name", Severity::Warning, "100% wrong\nover lines", at(&file, "api", ""));
    let diagnostics = vec![named, missing];
    let summary = Summary::of(&diagnostics, 81);
    let failures = vec![Failure { path: "gone.yml".to_owned(), message: "no such file".to_owned() }];
    let passed_over = passed_over();
    let unchecked = [(Language::LogQl, 1), (Language::MetricsQl, 12)].into();
    let files = vec!["rules/a,b.yml".to_owned(), "rules/clean.yml".to_owned()];
    let identities = [("api", "", 0), ("api", "Errors", 7)].map(|(group, name, expr)| Identity {
        key: Key {
            file: "rules/a,b.yml".to_owned(),
            group: group.to_owned(),
            name: name.to_owned(),
            rule: "a/b".to_owned(),
            expr,
        },
        ordinal: 0,
    });
    CheckReport {
        diagnostics,
        identities: identities.to_vec(),
        files,
        fail_on: FailOn::Error,
        failures,
        passed_over,
        unchecked,
        summary,
        quiet: false,
    }
}

/// Files of two kinds of templates, and one for another program.
fn passed_over() -> Vec<PassedOver> {
    let file = |path: &str, reason| PassedOver { path: path.to_owned(), reason };
    let helm = Reason::Template(Templating::Helm);
    let grafana = Reason::Foreign(Foreign::Grafana);
    vec![
        file("a/b.yml", helm),
        file("a/c.yml", helm),
        file("x.yml", Reason::Template(Templating::Erb)),
        file("z.yml", grafana),
    ]
}

fn written(format: Format, style: &Style, report: &CheckReport) -> String {
    let mut out = Vec::new();
    write_check(&mut out, format, style, report).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn full() {
    insta::assert_snapshot!(written(Format::Full, &Style::plain(), &report()), @r"
    warning[schema/invalid-name]: 100% wrong\nover lines
       ╭─[rules/a,b.yml:2:11]
     1 │ groups:
     2 │   - name: api
       ·           ───
     3 │     rules:
       ╰────
      more: promproof explain schema/invalid-name

    error[template/missing-label]: the summary prints `instance`, which the expression drops
       ╭─[rules/a,b.yml:7:33]
     4 │       - alert: Errors
     5 │         expr: sum by (job) (rate(errors_total[5m])) > 5
       ·                      ──┬──
       ·                        ╰── keeps only `job`
     6 │         annotations:
     7 │           summary: Errors on {{ $labels.instance }}
       ·                                 ────────┬───────
       ·                                         ╰── the alert has no such label
       ╰────
      help: print one of the labels that are left, `job`,
            or keep it: `sum by (job, instance) (…)`
      fix: print `job` (--fix --unsafe-fixes)
      more: promproof explain template/missing-label

    passed over 2 Helm templates, 1 ERB template and 1 file of Grafana-managed alert rules; check what Helm makes of them:
    `helm template . | promproof check -`
    1 expression in LogQL was not checked
    12 expressions in MetricsQL were not checked
    to excuse a finding: `# promproof: ignore[schema/invalid-name] reason` at the end of its line, a level in
    promproof.toml, or --ignore invalid-name
    1 error, 1 warning in 1 of 81 files
    1 fixable with --fix --unsafe-fixes
    ");
}

#[test]
fn concise() {
    insta::assert_snapshot!(written(Format::Concise, &Style::plain(), &report()), @r"
    rules/a,b.yml:2:11: warning[schema/invalid-name] 100% wrong\nover lines
    rules/a,b.yml:7:33: error[template/missing-label] the summary prints `instance`, which the expression drops
    passed over 2 Helm templates, 1 ERB template and 1 file of Grafana-managed alert rules; check what Helm makes of them:
    `helm template . | promproof check -`
    1 expression in LogQL was not checked
    12 expressions in MetricsQL were not checked
    1 error, 1 warning in 1 of 81 files
    1 fixable with --fix --unsafe-fixes
    ");
}

#[test]
fn json() {
    insta::assert_snapshot!(written(Format::Json, &Style::plain(), &report()), @r#"
    {
      "version": 1,
      "diagnostics": [
        {
          "rule": "schema/invalid-name",
          "severity": "warning",
          "message": "100% wrong\nover lines",
          "file": "rules/a,b.yml",
          "start": {
            "offset": 18,
            "line": 2,
            "column": 11
          },
          "end": {
            "offset": 21,
            "line": 2,
            "column": 14
          },
          "label": "",
          "related": [],
          "help": null,
          "fix": null,
          "documentation": "https://github.com/promproof/promproof/blob/main/docs/rules/schema/invalid-name.md",
          "fingerprint": "811a50aeb89121a9925f98748ccf796b"
        },
        {
          "rule": "template/missing-label",
          "severity": "error",
          "message": "the summary prints `instance`, which the expression drops",
          "file": "rules/a,b.yml",
          "start": {
            "offset": 164,
            "line": 7,
            "column": 33
          },
          "end": {
            "offset": 180,
            "line": 7,
            "column": 49
          },
          "label": "the alert has no such label",
          "related": [
            {
              "file": "rules/a,b.yml",
              "start": {
                "offset": 76,
                "line": 5,
                "column": 22
              },
              "end": {
                "offset": 81,
                "line": 5,
                "column": 27
              },
              "label": "keeps only `job`"
            }
          ],
          "help": "print one of the labels that are left, `job`,\nor keep it: `sum by (job, instance) (…)`",
          "fix": {
            "title": "print `job`",
            "safe": false,
            "applicability": "unsafe",
            "edits": [
              {
                "start": {
                  "offset": 164,
                  "line": 7,
                  "column": 33
                },
                "end": {
                  "offset": 180,
                  "line": 7,
                  "column": 49
                },
                "replacement": "$labels.job"
              }
            ]
          },
          "documentation": "https://github.com/promproof/promproof/blob/main/docs/rules/template/missing-label.md",
          "fingerprint": "1898ac97a99add87bd3a6ce6f96f4bb9"
        }
      ],
      "failures": [
        {
          "path": "gone.yml",
          "message": "no such file"
        }
      ],
      "passed_over": [
        {
          "kind": "template",
          "name": "Helm",
          "files": [
            "a/b.yml",
            "a/c.yml"
          ],
          "help": "check what Helm makes of them: `helm template . | promproof check -`"
        },
        {
          "kind": "template",
          "name": "ERB",
          "files": [
            "x.yml"
          ],
          "help": "check what is rendered from them: `promproof check -` reads standard input"
        },
        {
          "kind": "foreign",
          "name": "Grafana-managed alert rules",
          "files": [
            "z.yml"
          ],
          "help": null
        }
      ],
      "unchecked_expressions": {
        "LogQL": 1,
        "MetricsQL": 12
      },
      "summary": {
        "errors": 1,
        "warnings": 1,
        "infos": 0,
        "files_with_findings": 1,
        "files": 81,
        "fixed": 0,
        "known": 0,
        "fixable": 0,
        "unsafely_fixable": 1
      }
    }
    "#);
}

#[test]
fn github() {
    insta::assert_snapshot!(written(Format::Github, &Style::plain(), &report()), @"
    ::warning file=rules/a%2Cb.yml,line=2,col=11,endLine=2,endColumn=14,title=schema/invalid-name::rules/a,b.yml:2:11: 100%25 wrong%0Aover lines
    ::error file=rules/a%2Cb.yml,line=7,col=33,endLine=7,endColumn=49,title=template/missing-label::rules/a,b.yml:7:33: the summary prints `instance`, which the expression drops%0Arules/a,b.yml:5:22: keeps only `job`%0Ahelp: print one of the labels that are left, `job`,%0Aor keep it: `sum by (job, instance) (…)`
    ::error file=gone.yml,title=promproof::gone.yml: no such file
    passed over 2 Helm templates, 1 ERB template and 1 file of Grafana-managed alert rules; check what Helm makes of them:
    `helm template . | promproof check -`
    1 expression in LogQL was not checked
    12 expressions in MetricsQL were not checked
    1 error, 1 warning in 1 of 81 files
    ");
}

#[test]
fn colours_are_taken_back() {
    let style = Style { colour: true, ..Style::plain() };
    let coloured = written(Format::Full, &style, &report());
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), written(Format::Full, &Style::plain(), &report()));
}

#[test]
fn the_closing_line_counts() {
    let summary = Summary { errors: 1, infos: 2, files_with_findings: 1, files: 1, ..Summary::default() };
    assert_eq!(summary.to_string(), "1 error, 2 notes in 1 of 1 file");
    assert!(summary.fails(FailOn::Error));
    let clean = Summary { files: 3, elapsed: Some(std::time::Duration::from_millis(1234)), ..Summary::default() };
    assert_eq!(clean.to_string(), "no findings in 3 files (1.23 s)");
    assert!(!clean.fails(FailOn::Warning));
    assert!(!Summary { infos: 1, ..Summary::default() }.fails(FailOn::Warning));
    let warning = Summary { warnings: 1, ..Summary::default() };
    assert_eq!([FailOn::Error, FailOn::Warning].map(|fail_on| warning.fails(fail_on)), [false, true]);
}

#[test]
fn statistics() {
    let mut report = report();
    report.diagnostics.push(report.diagnostics[1].clone());
    let mut out = Vec::new();
    write_statistics(&mut out, &Style::plain(), &report.diagnostics).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
    rule                    findings  files
    template/missing-label         2      1
    schema/invalid-name            1      1
    ");
}
