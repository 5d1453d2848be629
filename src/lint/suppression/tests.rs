use std::sync::Arc;

use crate::lint::{self, Config};
use crate::model::calendar::parse_date;
use crate::source::SourceFile;
use crate::workspace::Document;

/// What is left of the findings: line and rule.
fn left(text: &str) -> String {
    left_with(text, "")
}

fn left_with(text: &str, config: &str) -> String {
    left_on("2027-01-31", text, config)
}

/// The same on a day.
fn left_on(day: &str, text: &str, config: &str) -> String {
    let config = Config::parse(&Arc::new(SourceFile::new("promproof.toml", config))).unwrap();
    let config = config.as_of(parse_date(day).unwrap());
    let source = Arc::new(SourceFile::new("rules.yml", text));
    let found = lint::run_on(&source, &config);
    let line = |found: &crate::source::Diagnostic| {
        let line = found.primary.file.position(found.primary.span.start()).line;
        format!("{line} {}: {}", found.rule, found.message)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Two alerts that print a label which they do not have, with comments put in at the marked places.
fn rules(comments: &[(&str, &str)]) -> String {
    let template = "\
groups:
  # <group>
  - name: g
    rules:
      # <above>
      - alert: A # <alert>
        # <inside>
        expr: |
          # <in-expr>
          sum(a) > 0 # <behind-expr>
        # <between>
        annotations: # <annotations>
          # <above-summary>
          summary: '{{ $labels.x }}' # <summary>
          # <above-text>
          text: | # <text>
            on
            {{ $labels.y }}
      - alert: B
        expr: sum(b) > 0
        annotations:
          summary: '{{ $labels.z }}'
  # <end>
";
    let mut text = template.to_owned();
    for (mark, comment) in comments {
        assert!(text.contains(&format!("# <{mark}>")), "{mark}");
        text = text.replace(&format!("# <{mark}>"), &format!("# promproof: {comment}"));
    }
    text
}

const IGNORE: &str = "ignore[template/missing-label]";

/// The labels that are still reported with an ignore at `place`.
fn reported_with_ignore_at(place: &str) -> String {
    let text = left(&rules(&[(place, IGNORE)]));
    let names: Vec<&str> = text.lines().map(|line| line.split('`').nth(3).unwrap_or(line)).collect();
    names.join(" ")
}

#[test]
fn without_comments_all_is_reported() {
    insta::assert_snapshot!(left(&rules(&[])), @r"
    14 template/missing-label: the annotation `summary` prints `x`, which the expression drops
    18 template/missing-label: the annotation `text` prints `y`, which the expression drops
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
}

#[test]
fn a_comment_holds_for_what_it_stands_at() {
    for (place, still_reported) in [
        ("group", ""),
        ("above", "z"),
        ("alert", "z"),
        ("inside", "z"),
        ("between", "z"),
        ("annotations", "z"),
        ("in-expr", "z"),
        ("behind-expr", "z"),
        ("above-summary", "y z"),
        ("summary", "y z"),
        ("above-text", "x z"),
        ("text", "x z"),
    ] {
        assert_eq!(reported_with_ignore_at(place), still_reported, "{place}");
    }
}

#[test]
fn ignore_file_holds_for_the_file_wherever_it_stands() {
    for place in ["group", "text", "end"] {
        assert_eq!(left(&rules(&[(place, "ignore-file[template/*]")])), "", "{place}");
    }
}

#[test]
fn what_has_a_date_holds_until_it_has_passed() {
    let text = rules(&[("group", "ignore[template/missing-label] (until=2027-01-31)")]);
    assert_eq!(left_on("2027-01-31", &text, ""), "");
    insta::assert_snapshot!(left_on("2027-02-01", &text, ""), @"
    2 suppression/expired: the suppression has expired: it held until 2027-01-31
    14 template/missing-label: the annotation `summary` prints `x`, which the expression drops
    18 template/missing-label: the annotation `text` prints `y`, which the expression drops
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
    // What is left when it is switched off is what it excused.
    assert!(!left_on("2027-02-01", &text, "[rules]\nsuppression = \"off\"").contains("suppression"));
    // Without a clock nothing expires.
    let source = Arc::new(SourceFile::new("rules.yml", text));
    assert!(lint::run_on(&source, &Config::default()).is_empty());
}

#[test]
fn what_begins_holds_until_it_is_ended() {
    let begin = "ignore-begin[template/missing-label] generated";
    // From the rest of one alert into the next, across what the file consists of.
    for (first, last, still_reported) in [
        ("group", "end", ""),
        // The expression of the first alert is in it, where both of its findings have a place.
        ("above", "above-text", "z"),
        ("above-text", "end", "x"),
        ("summary", "text", "x y z"),
    ] {
        let text = left(&rules(&[(first, begin), (last, "ignore-end of it")]));
        let names: Vec<&str> = text.lines().filter_map(|line| line.split('`').nth(3)).collect();
        assert_eq!(names.join(" "), still_reported, "{first} {last}: {text}");
    }
    // The one that was begun last is ended.
    let nested =
        [("group", "ignore-begin[yaml/*]"), ("above", begin), ("between", "ignore-end"), ("end", "ignore-end")];
    insta::assert_snapshot!(left(&rules(&nested)), @r"
    2 suppression/unused: `yaml/*` suppresses nothing here
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
}

#[test]
fn begins_and_ends_belong_together() {
    insta::assert_snapshot!(left(&rules(&[("group", "ignore-begin[template/*] generated"), ("text", "ignore-file[template/*]")])), @"2 suppression/invalid: `ignore-begin` without `ignore-end`: it suppresses nothing");
    insta::assert_snapshot!(left(&rules(&[("group", "ignore-file[template/*]"), ("above", "ignore-end")])), @"5 suppression/invalid: `ignore-end` without `ignore-begin`: it ends nothing");
    insta::assert_snapshot!(left(&rules(&[("group", "ignore-file[template/*]"), ("above", "ignore-begin[template/*]"), ("end", "ignore-end[template/*]")])), @"23 suppression/invalid: `ignore-end` names rules");
}

/// What is left of three selectors of equal names of which each is a finding, with a comment put in.
fn selectors_left(expr: &str) -> String {
    let expr = expr.replace("IGNORE", "# promproof: ignore[promql/redundant-regex]");
    let expr: String = expr.lines().map(|line| format!("          {line}\n")).collect();
    let text = format!("groups:\n  - name: g\n    rules:\n      - record: a:b\n        expr: |\n{expr}");
    let text = left_with(&text, "[rules]\n\"promql/redundant-regex\" = \"on\"");
    let found = text.lines().filter(|line| line.contains("regex"));
    found.map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn in_an_expression_a_comment_excuses_what_it_stands_at() {
    // All of them stand in lines of their own, from line 6 on.
    assert_eq!(selectors_left("a{b=~\"x\"}\n+ a{b=~\"y\"}\n+ a{b=~\"z\"}"), "6 7 8");
    // At the end of a line: that line.
    assert_eq!(selectors_left("a{b=~\"x\"}\n+ a{b=~\"y\"} IGNORE\n+ a{b=~\"z\"}"), "6 8");
    // Above a line: what begins in it, here an operand of several lines.
    assert_eq!(selectors_left("a{b=~\"x\"}\n+\nIGNORE\n# more\n\nsum(\n  a{b=~\"y\"}\n)\n+ a{b=~\"z\"}"), "6 14");
    assert_eq!(selectors_left("a{b=~\"x\"}\nIGNORE\n+ a{b=~\"y\"}\n+ a{b=~\"z\"}"), "6 9");
    // Above all of the expression, and below: all of it.
    assert_eq!(selectors_left("IGNORE\na{b=~\"x\"}\n+ a{b=~\"y\"}"), "");
    assert_eq!(selectors_left("a{b=~\"x\"}\n+ a{b=~\"y\"}\nIGNORE"), "");
}

#[test]
fn blocks_of_comments_in_an_expression_take_linear_time() {
    let comments = "          # promproof: ignore[template/missing-label]\n".repeat(20_000);
    let text =
        format!("groups:\n  - name: g\n    rules:\n      - record: a:b\n        expr: |\n{comments}          up\n");
    assert_eq!(left(&text).lines().count(), 20_000);
}

/// The two alerts with an annotation in the first one.
fn annotated(annotation: &str) -> String {
    rules(&[]).replace("          # <above-text>\n", &format!("          promproof_ignore: {annotation}\n"))
}

#[test]
fn an_annotation_holds_for_its_rule() {
    insta::assert_snapshot!(left(&annotated("'template/missing-label: set by the gateway'")), @"22 template/missing-label: the annotation `summary` prints `z`, which the expression drops");
    insta::assert_snapshot!(left(&annotated("|\n            template/*: (until=2027-01-30)\n\n            rule/duplicate, yaml/*: no\n            template/mising")), @"
    14 template/missing-label: the annotation `summary` prints `x`, which the expression drops
    16 suppression/expired: the suppression has expired: it held until 2027-01-30
    18 suppression/unused: `rule/duplicate` suppresses nothing here
    18 suppression/unused: `yaml/*` suppresses nothing here
    19 suppression/invalid: there is no rule `template/mising`
    22 template/missing-label: the annotation `text` prints `y`, which the expression drops
    26 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
    let shared =
        annotated("&a 'template/missing-label'").replace("'{{ $labels.z }}'", "'b'\n          promproof_ignore: *a");
    assert_eq!(left(&shared), "", "it is used in one of the rules");
}

#[test]
fn what_is_locked_is_not_silenced() {
    let locked = "locked = [\"template/missing-label\", \"runbook\"]\n[[overrides]]\npaths = [\"*\"]\nrules = { template = \"off\" }";
    let text =
        rules(&[("group", "ignore-file[template/*]"), ("alert", IGNORE), ("summary", "ignore[runbook/missing]")]);
    insta::assert_snapshot!(left_with(&text, locked), @"
    2 suppression/locked: `template/*` is locked: this suppresses nothing
    6 suppression/locked: `template/missing-label` is locked: this suppresses nothing
    14 template/missing-label: the annotation `summary` prints `x`, which the expression drops
    14 suppression/locked: `runbook/missing` is locked: this suppresses nothing
    18 template/missing-label: the annotation `text` prints `y`, which the expression drops
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
    let text = annotated("'template/missing-label: no'");
    insta::assert_snapshot!(left_with(&text, "locked = [\"template\"]"), @"
    14 template/missing-label: the annotation `summary` prints `x`, which the expression drops
    15 suppression/locked: `template/missing-label` is locked: this suppresses nothing
    18 template/missing-label: the annotation `text` prints `y`, which the expression drops
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    ");
}

/// The labels that are still reported with pint's comments put in.
fn left_by_pint(comments: &[(&str, &str)]) -> String {
    let mut text = rules(&[]);
    for (mark, comment) in comments {
        text = text.replace(&format!("# <{mark}>"), &format!("# pint {comment}"));
    }
    let left = left(&text);
    let names: Vec<&str> = left.lines().map(|line| line.split('`').nth(3).unwrap_or(line)).collect();
    names.join(" ")
}

#[test]
fn comments_of_pint_act_where_there_is_a_counterpart() {
    for place in ["above", "alert", "inside", "between", "above-summary", "text", "in-expr"] {
        assert_eq!(left_by_pint(&[(place, "disable alerts/template")]), "z", "{place}");
    }
    for (place, comment, still_reported) in [
        ("end", "file/disable alerts/template", ""),
        ("group", "disable alerts/template", "x y z"),
        ("above", "disable promql/series", "x y z"),
        ("above", "snooze 2027-01-31 alerts/template", "x y z"),
        ("above", "snooze 2027-02-01 alerts/template", "z"),
        ("end", "file/snooze 2027-01-31T00:00:01Z alerts/template", ""),
        ("summary", "ignore/line", "y z"),
        ("above-summary", "ignore/next-line", "y z"),
        ("above-text", "ignore/file", "x"),
        ("above-text", "ignore/begin", "x"),
        ("above", "rule/owner platform", "x y z"),
    ] {
        assert_eq!(left_by_pint(&[(place, comment)]), still_reported, "{place} {comment}");
    }
    assert_eq!(left_by_pint(&[("above-summary", "ignore/begin"), ("above-text", "ignore/end")]), "y z");
    // Theirs and ours do not end each other.
    let text = rules(&[("above-summary", "ignore-end")]).replace("# <group>", "# pint ignore/begin");
    assert_eq!(left(&text), "13 suppression/invalid: `ignore-end` without `ignore-begin`: it ends nothing");
}

#[test]
fn what_suppresses_nothing_is_reported() {
    insta::assert_snapshot!(left(&rules(&[("alert", "ignore[template/missing-label, rule/duplicate, runbook/*]"), ("end", IGNORE)])), @r"
    6 suppression/unused: `rule/duplicate` suppresses nothing here
    6 suppression/unused: `runbook/*` suppresses nothing here
    22 template/missing-label: the annotation `summary` prints `z`, which the expression drops
    23 suppression/unused: `template/missing-label` suppresses nothing here
    ");
    // Both hold for the same finding: neither is unused.
    insta::assert_snapshot!(left(&rules(&[("group", IGNORE), ("summary", IGNORE)])), @"");
}

#[test]
fn a_rule_that_is_off_is_not_missed() {
    let text = rules(&[("alert", IGNORE)]);
    assert_eq!(left_with(&text, "[rules]\n\"template/missing-label\" = \"off\""), "");
}

#[test]
fn in_a_file_with_problems_nothing_is_called_unused() {
    let text = rules(&[("alert", "ignore[rule/duplicate]")]).replace("sum(b)", "sum(b");
    assert!(!left(&text).contains("unused") && left(&text).contains("promql/syntax"));
}

#[test]
fn suppressions_have_levels_like_other_rules() {
    let text = rules(&[("group", "ignore-file[template/*]"), ("end", "ignore[nothing/here]")]);
    assert_eq!(left_with(&text, "[rules]\n\"suppression/*\" = \"off\""), "");
}

#[test]
fn reader_findings_are_suppressed_too() {
    let text =
        "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum( # promproof: ignore[promql/syntax]\n";
    assert_eq!(left(text), "");
    let config = "kind: ConfigMap\ndata:\n  rules.yml: |\n    groups:\n      - name: g\n        rules:\n          \
                  # promproof: ignore[template/*]\n          - alert: A\n            expr: sum(a) > 0\n            \
                  annotations: {x: '{{ $labels.x }}'}\n";
    assert_eq!(left(config), "");
}

#[test]
fn blocks_of_comments_take_linear_time() {
    let comments = "      # promproof: ignore[template/missing-label]\n".repeat(20_000);
    let text = format!("groups:\n  - name: g\n    rules:\n{comments}      - {{alert: A, expr: up}}\n");
    assert_eq!(left(&text).lines().count(), 20_000);
}

#[test]
fn comments_that_say_the_same_are_one_entry() {
    let comments =
        "# promproof: ignore-file[yaml/*]\n# promproof: ignore-file[template/missing-label]\n".repeat(20_000);
    let findings = "      - {alert: A, expr: sum(a) > 0, annotations: {s: '{{ $labels.x }}'}}\n".repeat(500);
    let text = format!("{comments}groups:\n  - name: g\n    rules:\n{findings}");
    let config = Config::default();
    let document = Document::rule_file(&Arc::new(SourceFile::new("rules.yml", &*text)), &config.settings());
    assert_eq!(super::Suppressions::read(&document, None).entries.len(), 2);
    // Each comment that suppresses nothing is still reported, and none of those that do.
    let left = left(&text);
    assert_eq!(left.lines().filter(|line| line.contains("`yaml/*` suppresses nothing")).count(), 20_000);
    assert!(!left.contains("missing-label"));
}
