//! `check` accepts and rejects the rule files of Prometheus' own tests as `promtool check rules` does.
//!
//! The files lie in `../shared/conformance` (or in the folder that `PROMPROOF_SHARED` names); without it the test is
//! skipped. The expected verdicts are those of promtool 3.5.3 with `--lint=none`; 3.14 differs in none of them.

use std::path::Path;

use crate::shared::shared;
use promproof::lint::{self, Config};
use promproof::source::{Diagnostic, Severity};
use promproof::workspace::{self, Document};

/// Accepted, with this many rules in the first document.
const ACCEPTED: &[(&str, usize)] = &[
    ("promtool/at-modifier.yml", 1),
    ("promtool/bad-rules-error.yml", 1),
    ("promtool/negative-offset.yml", 1),
    ("promtool/rules.yml", 5),
    ("promtool/rules_duplicates.yml", 5),
    ("promtool/rules_large.yml", 10_002),
    ("rulefmt/legacy_validation_annotation.bad.yaml", 1),
    ("rulefmt/legacy_validation_annotation.good.yaml", 1),
    ("rulefmt/test.yaml", 6),
    ("rulefmt/test_aliases.yaml", 8),
    ("rulefmt/utf-8_annotation.good.yaml", 1),
    ("rulefmt/utf-8_lname.good.yaml", 1),
    ("rules/alert_rule.yaml", 1),
    ("rules/alert_rule1.yaml", 1),
    ("rules/rules.yaml", 1),
    ("rules/rules1.yaml", 1),
    ("rules/rules2.yaml", 1),
    ("rules/rules2_copy.yaml", 1),
    ("rules/rules_chain.yaml", 7),
    ("rules/rules_dependencies.yaml", 2),
    ("rules/rules_indeterminates.yaml", 7),
    ("rules/rules_multi_doc.yaml", 1),
    ("rules/rules_multiple.yaml", 6),
    ("rules/rules_multiple_dependents_on_base.yaml", 8),
    ("rules/rules_multiple_groups.yaml", 10),
    ("rules/rules_multiple_independent.yaml", 8),
];

/// Rejected, with the lint rule that says why and the line at which it does (promtool often prints 0:0).
const REJECTED: &[(&str, &str, usize)] = &[
    ("promtool/bad-rules-syntax.yml", "promql/syntax", 7),
    ("promtool/bad-sd-file-format.yml", "schema/wrong-type", 1),
    ("promtool/good-sd-file.yml", "schema/wrong-type", 1),
    ("promtool/rules-bad.yml", "template/syntax", 12),
    ("promtool/rules_extrafields.yml", "schema/unknown-field", 7),
    ("rulefmt/bad_expr.bad.yaml", "promql/type", 5),
    ("rulefmt/bad_field.bad.yaml", "schema/unknown-field", 8),
    ("rulefmt/duplicate_grp.bad.yaml", "schema/duplicate-group", 3),
    ("rulefmt/invalid_label_name.bad.yaml", "schema/invalid-name", 7),
    ("rulefmt/invalid_record_name.bad.yaml", "schema/invalid-name", 4),
    ("rulefmt/no_rec_alert.bad.yaml", "schema/missing-field", 4),
    ("rulefmt/noexpr.bad.yaml", "schema/missing-field", 4),
    ("rulefmt/record_and_alert.bad.yaml", "schema/conflicting-fields", 4),
    ("rulefmt/record_and_for.bad.yaml", "schema/conflicting-fields", 6),
    ("rulefmt/record_and_keep_firing_for.bad.yaml", "schema/conflicting-fields", 6),
    ("rules/invalid_rules.yaml", "schema/unknown-field", 6),
];

/// Test files: as rule files they are rejected for their first field.
const TEST_FILES: &[&str] = &[
    "promtool/at-modifier-test.yml",
    "promtool/bad-input-series.yml",
    "promtool/bad-promql.yml",
    "promtool/bad-rules-error-test.yml",
    "promtool/bad-rules-syntax-test.yml",
    "promtool/failing.yml",
    "promtool/long-period.yml",
    "promtool/negative-offset-test.yml",
    "promtool/no-test-group-interval.yml",
    "promtool/rules_run.yml",
    "promtool/rules_run_extrafields.yml",
    "promtool/rules_run_fuzzy.yml",
    "promtool/rules_run_no_fuzzy.yml",
    "promtool/start-time-test.yml",
    "promtool/unittest.yml",
];

/// The rules of the first document, and each error as its lint rule and its line.
fn check(path: &Path) -> (usize, Vec<(&'static str, usize)>) {
    let read = workspace::read(path).expect("a file that can be read");
    let config = Config::default();
    let document = Document::rule_file(&read.file, &config.settings());
    let groups = document.rules().into_iter().flat_map(|file| &file.groups).filter(|group| group.part == 0);
    let rules = groups.map(|group| group.rules.len()).sum();
    let found = lint::run_on(&read.file, &config);
    // promtool does not expand templates: `$.labels` in Prometheus' own test data fails when the alert fires.
    let is_known = |diagnostic: &&Diagnostic| diagnostic.rule != "template/runtime-error";
    let errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).filter(is_known);
    (rules, errors.map(|error| (error.rule, read.file.position(error.primary.span.start()).line)).collect())
}

#[test]
fn what_promtool_accepts_is_accepted() {
    let Some(folder) = shared("conformance") else { return };
    for (name, rules) in ACCEPTED {
        assert_eq!(check(&folder.join(name)), (*rules, Vec::new()), "{name}");
    }
}

#[test]
fn what_promtool_rejects_is_rejected() {
    let Some(folder) = shared("conformance") else { return };
    for (name, rule, line) in REJECTED {
        let (_, errors) = check(&folder.join(name));
        assert_eq!(errors.first(), Some(&(*rule, *line)), "{name}: {errors:?}");
    }
    for name in TEST_FILES {
        let (_, errors) = check(&folder.join(name));
        assert_eq!(errors.first().map(|(rule, _)| *rule), Some("schema/unknown-field"), "{name}: {errors:?}");
    }
}

#[test]
fn no_file_is_left_out() {
    let Some(folder) = shared("conformance") else { return };
    let mut files = 0;
    for directory in ["promtool", "rulefmt", "rules"] {
        files += std::fs::read_dir(folder.join(directory)).expect("a folder").count();
    }
    assert_eq!(files, ACCEPTED.len() + REJECTED.len() + TEST_FILES.len());
}
