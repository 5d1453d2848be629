//! What the drawing looks like, and that nothing breaks it.

use std::sync::Arc;

use proptest::prelude::*;

use super::write;
use crate::report::Style;
use crate::source::{Label, Severity, SourceFile, Span};

const RULES: &str = "groups:
  - name: traefik
    rules:
      - alert: ErrorRate
        expr: sum by (backend) (rate(errors_total[5m])) > 5
        for: 1m
        labels:
          severity: critical
        annotations:
          summary: Errors on {{ $labels.instance }}
";

fn file(text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new("rules.yml", text))
}

/// The label of the first `word` in the file.
fn at(file: &Arc<SourceFile>, word: &str, text: &str) -> Label {
    let start = file.text().find(word).unwrap();
    Label::new(file, Span::new(start, start + word.len()), text)
}

fn drawn(style: &Style, primary: &Label, related: &[Label]) -> String {
    let mut out = Vec::new();
    write(&mut out, style, Severity::Error, primary, related).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn places_that_are_near_share_an_excerpt() {
    let file = file(RULES);
    let primary = at(&file, "$labels.instance", "not among the labels of the alert");
    let related = at(&file, "(backend)", "keeps only `backend`");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
       ╭─[rules.yml:10:33]
     4 │       - alert: ErrorRate
     5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
       ·                      ────┬────
       ·                          ╰── keeps only `backend`
     6 │         for: 1m
     7 │         labels:
     8 │           severity: critical
     9 │         annotations:
    10 │           summary: Errors on {{ $labels.instance }}
       ·                                 ────────┬───────
       ·                                         ╰── not among the labels of the alert
       ╰────
    ");
}

#[test]
fn places_far_apart_get_an_excerpt_each_and_the_primary_one_comes_first() {
    let text = RULES.replace("        for: 1m\n", &"        # a comment\n".repeat(20));
    let file = file(&text);
    let primary = at(&file, "$labels.instance", "not among the labels of the alert");
    let related = at(&file, "(backend)", "keeps only `backend`");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
       ╭─[rules.yml:29:33]
    28 │         annotations:
    29 │           summary: Errors on {{ $labels.instance }}
       ·                                 ────────┬───────
       ·                                         ╰── not among the labels of the alert
       ╰────
      ╭─[rules.yml:5:22]
    4 │       - alert: ErrorRate
    5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
      ·                      ────┬────
      ·                          ╰── keeps only `backend`
    6 │         # a comment
      ╰────
    ");
}

#[test]
fn places_in_another_file_follow() {
    let first = file(RULES);
    let second = Arc::new(SourceFile::new("other.yml", RULES));
    let primary = at(&first, "ErrorRate", "this name is taken");
    let related = at(&second, "ErrorRate", "by this alert");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
      ╭─[rules.yml:4:16]
    3 │     rules:
    4 │       - alert: ErrorRate
      ·                ────┬────
      ·                    ╰── this name is taken
    5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
      ╰────
      ╭─[other.yml:4:16]
    3 │     rules:
    4 │       - alert: ErrorRate
      ·                ────┬────
      ·                    ╰── by this alert
    5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
      ╰────
    ");
}

#[test]
fn without_unicode_the_frame_is_ascii() {
    let file = file(RULES);
    let primary = at(&file, "$labels.instance", "here");
    insta::assert_snapshot!(drawn(&Style { unicode: false, ..Style::plain() }, &primary, &[]), @"
       ,-[rules.yml:10:33]
     9 |         annotations:
    10 |           summary: Errors on {{ $labels.instance }}
       :                                 ^^^^^^^^|^^^^^^^
       :                                         `-- here
       `----
    ");
}

#[test]
fn overlapping_places_give_way_to_the_primary_one() {
    let file = file(RULES);
    let primary = at(&file, "errors_total[5m]", "the range");
    let outer = at(&file, "rate(errors_total[5m])", "the call");
    let same = at(&file, "errors_total[5m]", "said twice");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[outer, same]), @"
      ╭─[rules.yml:5:38]
    4 │       - alert: ErrorRate
    5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
      ·                                 ──┬──────────┬───────
      ·                                   │          ╰── the range; said twice
      ·                                   ╰── the call
    6 │         for: 1m
      ╰────
    ");
}

#[test]
fn a_place_over_several_lines() {
    let file = file("expr: |\n  sum(\n    up\n  )\nfor: 5m\n");
    let primary = at(&file, "sum(\n    up\n  )\n", "an aggregation");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[]), @"
      ╭─[rules.yml:2:3]
    1 │     expr: |
    2 │ ╭─▶   sum(
    3 │ │       up
    4 │ ├─▶   )
      · ╰──── an aggregation
    5 │     for: 5m
      ╰────
    ");
}

#[test]
fn a_place_over_many_lines_is_drawn_on_the_first() {
    let file = file(RULES);
    let primary = at(&file, RULES.trim_end(), "all of it");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[]), @"
      ╭─[rules.yml:1:1]
    1 │ groups:
      · ───┬───
      ·    ╰── all of it
    2 │   - name: traefik
      ╰────
    ");
}

#[test]
fn the_end_of_the_file_can_be_pointed_at() {
    let [with_break, without] = ["expr: sum(\n", "expr: sum("].map(|text| {
        let file = file(text);
        drawn(&Style::plain(), &Label::new(&file, Span::at(10), "a closing parenthesis is missing"), &[])
    });
    assert_eq!(with_break, without);
    insta::assert_snapshot!(without, @"
      ╭─[rules.yml:1:11]
    1 │ expr: sum(
      ·           ┬
      ·           ╰── a closing parenthesis is missing
      ╰────
    ");
    let empty = file("");
    insta::assert_snapshot!(drawn(&Style::plain(), &Label::new(&empty, Span::at(0), "nothing here"), &[]), @"
      ╭─[rules.yml:1:1]
    1 │ 
      · ┬
      · ╰── nothing here
      ╰────
    ");
}

#[test]
fn long_lines_are_cropped_around_the_places() {
    let text = format!("expr: {} + up{{job=\"api\"}} + {}", "a + ".repeat(1000), "b + ".repeat(1000));
    let file = file(&text);
    let primary = at(&file, "job", "unknown");
    insta::assert_snapshot!(drawn(&Style { width: 80, ..Style::plain() }, &primary, &[]), @r#"
      ╭─[rules.yml:1:4013]
    1 │ …a + a + a + a + a + a + a +  + up{job="api"} + b + b + b + b + b + b +…
      ·                                    ─┬─
      ·                                     ╰── unknown
      ╰────
    "#);
    let related = at(&file, "expr", "of this");
    insta::assert_snapshot!(drawn(&Style { width: 80, ..Style::plain() }, &primary, &[related]), @r#"
      ╭─[rules.yml:1:4013]
    1 │ expr: a + a + a + a + a + a + a + a…+ a + a +  + up{job="api"} + b + b …
      · ──┬─                                                ─┬─
      ·   │                                                  ╰── unknown
      ·   ╰── of this
      ╰────
    "#);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let file = file("expr: \u{1b}[31mup\u{202e} == \u{7}0\tx\r\nfor: 5m\n");
    let primary = at(&file, "up", "here");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[]), @"
      ╭─[rules.yml:1:12]
    1 │ expr: �[31mup� == �0    x
      ·            ─┬
      ·             ╰── here
    2 │ for: 5m
      ╰────
    ");
}

proptest! {
    /// Whatever the text and the places, also ones that do not fit the text, there is a drawing, and no line of it is
    /// much longer than the width.
    #[test]
    fn nothing_breaks_the_drawing(
        text in "([ -~]|\u{e4}|\u{4e2d}|\u{1f600}|\u{301}|\t|\r|\n|\r\n|\u{1b}|[a-z]{30}){0,60}",
        spans in prop::collection::vec((0..400usize, 0..90usize), 1..6),
        unicode: bool,
    ) {
        let file = file(&text);
        let labels: Vec<Label> = spans
            .iter()
            .map(|(start, len)| Label::new(&file, Span::new(*start, start + len), "place"))
            .collect();
        let style = Style { unicode, width: 60, ..Style::plain() };
        let drawn = drawn(&style, &labels[0], &labels[1..]);
        prop_assert!(drawn.contains("rules.yml:"));
        prop_assert!(!drawn.contains("\x1b"));
    }
}
