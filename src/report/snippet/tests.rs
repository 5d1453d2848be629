//! What the drawing looks like, and that nothing breaks it.

use std::ops::Range;
use std::sync::Arc;

use proptest::prelude::*;
use unicode_width::UnicodeWidthChar;

use super::write;
use crate::report::Style;
use crate::source::words::collapsed;
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

/// With the escapes of its colours to be seen.
fn coloured(primary: &Label, related: &[Label]) -> String {
    drawn(&Style { colour: true, ..Style::plain() }, primary, related).replace('\x1b', r"\e")
}

/// The empty place before the first `word` in the file.
fn before(file: &Arc<SourceFile>, word: &str, text: &str) -> Label {
    Label::new(file, Span::at(file.text().find(word).unwrap()), text)
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

#[test]
fn texts_of_places_on_one_line_stand_below_each_other() {
    let file = file("expr: rate(a[5m]) / on (job) rate(b[5m]) > 0.5\n");
    let primary = at(&file, "on (job)", "matched by `job`");
    let related = [at(&file, "a[5m]", "has `job`"), at(&file, "b[5m]", "has no `job`"), at(&file, "0.5", "")];
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &related), @"
      ╭─[rules.yml:1:21]
    1 │ expr: rate(a[5m]) / on (job) rate(b[5m]) > 0.5
      ·            ──┬──    ────┬───      ──┬──    ───
      ·              │          │           ╰── has no `job`
      ·              │          ╰── matched by `job`
      ·              ╰── has `job`
      ╰────
    ");
}

#[test]
fn a_place_without_text_is_only_underlined() {
    let file = file(RULES);
    insta::assert_snapshot!(drawn(&Style::plain(), &at(&file, "ErrorRate", ""), &[]), @"
      ╭─[rules.yml:4:16]
    3 │     rules:
    4 │       - alert: ErrorRate
      ·                ─────────
    5 │         expr: sum by (backend) (rate(errors_total[5m])) > 5
      ╰────
    ");
}

#[test]
fn an_empty_place_is_an_arrow() {
    let file = file("expr: sum(up) by job\n");
    let primary = before(&file, "job", "a parenthesis is missing");
    let related = before(&file, "by", "");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
      ╭─[rules.yml:1:18]
    1 │ expr: sum(up) by job
      ·               ▲  ▲
      ·               │  ╰── a parenthesis is missing
      ╰────
    ");
}

#[test]
fn empty_places_at_one_byte_stand_side_by_side() {
    let file = file("expr: sum(up) by job\n");
    let primary = before(&file, "job", "a parenthesis is missing");
    let related = before(&file, "job", "a label is meant");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
      ╭─[rules.yml:1:18]
    1 │ expr: sum(up) by job
      ·                  ▲▲
      ·                  │╰── a label is meant
      ·                  ╰── a parenthesis is missing
      ╰────
    ");
}

#[test]
fn a_place_over_several_lines_without_text() {
    let file = file("expr: |\n  sum(\n    up\n  )\nfor: 5m\n");
    let primary = at(&file, "sum(\n    up\n  )", "");
    let related = at(&file, "up", "this metric");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[related]), @"
      ╭─[rules.yml:2:3]
    1 │     expr: |
    2 │ ╭─▶   sum(
    3 │ │       up
      · │       ─┬
      · │        ╰── this metric
    4 │ ╰─▶   )
    5 │     for: 5m
      ╰────
    ");
}

#[test]
fn places_over_several_lines_lie_in_each_other() {
    let file = file("expr: |\n  sum(\n    2 *\n    rate(\n      x[5m]\n    )\n  )\nfor: 5m\n");
    let primary = at(&file, "rate(\n      x[5m]\n    )", "the call");
    let end = file.text().find("\nfor").unwrap();
    let outer = Label::new(&file, Span::new(file.text().find("sum").unwrap(), end), "the sum");
    let related = [outer, at(&file, "[5m]", "the range")];
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &related), @"
      ╭─[rules.yml:4:5]
    1 │      expr: |
    2 │ ╭──▶   sum(
    3 │ │        2 *
    4 │ │╭─▶     rate(
    5 │ ││         x[5m]
      · ││          ──┬─
      · ││            ╰── the range
    6 │ │├─▶     )
      · │╰──── the call
    7 │ ├──▶   )
      · ╰───── the sum
    8 │      for: 5m
      ╰────
    ");
    insta::assert_snapshot!(drawn(&Style { unicode: false, ..Style::plain() }, &primary, &related), @"
      ,-[rules.yml:4:5]
    1 |      expr: |
    2 | ,-->   sum(
    3 | |        2 *
    4 | |,->     rate(
    5 | ||         x[5m]
      : ||          ^^|^
      : ||            `-- the range
    6 | ||->     )
      : |`---- the call
    7 | |-->   )
      : `----- the sum
    8 |      for: 5m
      `----
    ");
    // The line with one of two places beside it stands further to the left, as if escapes were characters to be seen.
    insta::assert_snapshot!(coloured(&primary, &related), @r#"
      ╭─[\e[36;1;4mrules.yml:4:5\e[0m]
    \e[2m1\e[0m │      expr: |
    \e[2m2\e[0m │ \e[36m╭\e[0m\e[36m──\e[0m\e[36m▶\e[0m   sum(
    \e[2m3\e[0m │ \e[36m│\e[0m       2 *
    \e[2m4\e[0m │ \e[36m│\e[0m\e[31m╭\e[0m\e[31m─\e[0m\e[31m▶\e[0m     rate(
    \e[2m5\e[0m │ \e[36m│\e[0m\e[31m│\e[0m         x[5m]
      · \e[36m│\e[0m\e[31m│\e[0m   \e[36m       ──┬─\e[0m
      · \e[36m│\e[0m\e[31m│\e[0m            \e[36m╰── \e[36mthe range\e[0m\e[0m
    \e[2m6\e[0m │ \e[36m│\e[0m\e[31m├\e[0m\e[31m─\e[0m\e[31m▶\e[0m     )
      · \e[36m│\e[0m\e[31m╰\e[0m\e[31m───\e[0m\e[31m─\e[0m \e[31mthe call\e[0m
    \e[2m7\e[0m │ \e[36m├\e[0m\e[36m──\e[0m\e[36m▶\e[0m   )
      · \e[36m╰\e[0m\e[36m────\e[0m\e[36m─\e[0m \e[36mthe sum\e[0m
    \e[2m8\e[0m │      for: 5m
      ╰────
    "#);
}

#[test]
fn tabs_reach_to_the_next_fourth_column() {
    let file = file("-\texpr:\tup{a=\"\t\"}\t== 0\t# ?\n");
    let primary = at(&file, "\"\t\"", "a tab");
    let related = [at(&file, "up", "a metric"), at(&file, "==", "compared"), at(&file, "?", "")];
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &related), @r#"
      ╭─[rules.yml:1:14]
    1 │ -   expr:   up{a="  "}  == 0    # ?
      ·             ─┬   ──┬─   ─┬        ─
      ·              │     │     ╰── compared
      ·              │     ╰── a tab
      ·              ╰── a metric
      ╰────
    "#);
}

#[test]
fn wide_characters_take_two_columns_and_combining_ones_none() {
    let file = file("summary: 磁盘 {{ $labels.x }} 😀 e\u{301}t e\u{301} {{ $value }}\n");
    let primary = at(&file, "$labels.x", "not a label");
    let related = [
        at(&file, "磁盘", "磁盘 means disk"),
        at(&file, "😀", "one character"),
        at(&file, "e\u{301}t", "two"),
        at(&file, "$value", ""),
    ];
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &related), @"
      ╭─[rules.yml:1:16]
    1 │ summary: 磁盘 {{ $labels.x }} 😀 ét é {{ $value }}
      ·          ──┬─    ────┬────    ─┬ ─┬      ──────
      ·            │         │         │  ╰── two
      ·            │         │         ╰── one character
      ·            │         ╰── not a label
      ·            ╰── 磁盘 means disk
      ╰────
    ");
}

#[test]
fn a_line_break_at_the_end_of_a_place_is_not_underlined() {
    let [unix, windows] = ["expr: up\nfor: 5m\n", "expr: up\r\nfor: 5m\r\n"].map(|text| {
        let file = file(text);
        let end = text.find("for").unwrap();
        drawn(&Style::plain(), &Label::new(&file, Span::new(6, end), "always there"), &[])
    });
    assert_eq!(unix, windows);
    insta::assert_snapshot!(unix, @"
      ╭─[rules.yml:1:7]
    1 │ expr: up
      ·       ─┬
      ·        ╰── always there
    2 │ for: 5m
      ╰────
    ");
}

#[test]
fn a_line_break_is_a_column_behind_its_line() {
    let file = file("expr: up ==\nfor: 5m\n");
    let primary = at(&file, "\n", "a number is missing");
    insta::assert_snapshot!(drawn(&Style::plain(), &primary, &[at(&file, "==", "")]), @"
      ╭─[rules.yml:1:12]
    1 │ expr: up ==
      ·          ──┬
      ·           │╰── a number is missing
    2 │ for: 5m
      ╰────
    ");
}

#[test]
fn without_unicode_arrows_and_gaps_are_ascii() {
    let style = Style { unicode: false, width: 60, ..Style::plain() };
    let file = file(&format!("# {}\nexpr: |\n  sum(\n    up\n  )\n", "x".repeat(80)));
    let primary = at(&file, "sum(\n    up\n  )", "an aggregation");
    insta::assert_snapshot!(drawn(&style, &primary, &[before(&file, "expr", "here"), at(&file, "xx", "")]), @"
      ,-[rules.yml:3:3]
    1 |     # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
      :       ^^
    2 |     expr: |
      :     ^
      :     `-- here
    3 | ,->   sum(
    4 | |       up
    5 | |->   )
      : `---- an aggregation
      `----
    ");
}

#[test]
fn the_place_of_the_finding_has_the_colour_of_its_severity() {
    let file = file("alert: Down\nexpr: sum(up) > 0\n");
    let primary = at(&file, "up", "a metric");
    insta::assert_snapshot!(coloured(&primary, &[at(&file, "> 0", "a comparison"), at(&file, "Down", "")]), @r#"
      ╭─[\e[36;1;4mrules.yml:2:11\e[0m]
    \e[2m1\e[0m │ alert: Down
      · \e[36m       ────\e[0m
    \e[2m2\e[0m │ expr: sum(up) > 0
      · \e[31m          ─┬\e[0m\e[36m  ─┬─\e[0m
      ·            \e[31m│\e[0m   \e[36m╰── \e[36ma comparison\e[0m\e[0m
      ·            \e[31m╰── \e[31ma metric\e[0m\e[0m
      ╰────
    "#);
    for (severity, ink) in [(Severity::Warning, "\x1b[33m"), (Severity::Info, "\x1b[36m")] {
        let mut out = Vec::new();
        write(&mut out, &Style { colour: true, ..Style::plain() }, severity, &primary, &[]).unwrap();
        assert!(String::from_utf8(out).unwrap().contains(ink), "{severity:?}");
    }
}

/// What stands above each underline of a drawing in colour, and whether it is the finding's own place.
fn underlined(drawn: &str) -> Vec<(bool, String)> {
    let rows: Vec<&str> = drawn.lines().collect();
    let mut places = Vec::new();
    for pair in rows.windows(2) {
        let (Some((_, line)), Some((_, strokes))) = (pair[0].split_once("│ "), pair[1].split_once("· ")) else {
            continue;
        };
        let mut column = 0;
        for stroke in strokes.split_terminator("\x1b[0m") {
            let (ink, stroke) = stroke.strip_prefix("\x1b[").and_then(|rest| rest.split_once('m')).unwrap();
            let end = column + stroke.chars().count();
            let start = end - stroke.trim_start().chars().count();
            places.push((ink == "31", cut(line, start..end)));
            column = end;
        }
    }
    places
}

/// The characters of `line` in these columns of a terminal.
fn cut(line: &str, columns: Range<usize>) -> String {
    let mut end = 0;
    let inside = |character: &char| {
        let width = character.width().unwrap();
        end += width;
        columns.contains(&(end - width.max(1)))
    };
    line.chars().filter(inside).collect()
}

proptest! {
    /// Whatever the text and the places, also ones that do not fit the text, there is a drawing, and nothing in it
    /// moves the cursor or changes colours that it does not own.
    #[test]
    fn nothing_breaks_the_drawing(
        text in "([ -~]|\u{e4}|\u{4e2d}|\u{1f600}|\u{301}|\t|\r|\n|\r\n|\u{1b}|[a-z]{30}){0,60}",
        places in prop::collection::vec((0..400usize, 0..90usize, "|place|\u{4e2d}\n\t\u{1b}"), 1..=6),
        colour: bool,
        unicode: bool,
        width in 0..120usize,
    ) {
        let file = file(&text);
        let labels: Vec<Label> = places
            .iter()
            .map(|(start, len, text)| Label::new(&file, Span::new(*start, start + len), text.as_str()))
            .collect();
        let style = Style { colour, unicode, width, ..Style::plain() };
        let drawn = drawn(&style, &labels[0], &labels[1..]);
        prop_assert!(drawn.contains("rules.yml:"));
        let end = if unicode { "╰────\n" } else { "`----\n" };
        prop_assert!(drawn.ends_with(end));
        prop_assert_eq!(drawn.contains('\x1b'), colour);
        let mut controls = drawn.chars().filter(|character| character.is_control());
        prop_assert!(controls.all(|control| matches!(control, '\n' | '\x1b')));
    }

    /// Underlines stand below the characters that they mean: all of the finding's own place, of another one what the
    /// others have left of it.
    #[test]
    fn underlines_stand_below_their_characters(
        lines in prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec!["a", "up", " ", "\t", "ä", "中", "😀", "e\u{301}"]), 1..20),
            1..5,
        ),
        places in prop::collection::vec((0..5usize, 0..20usize, 1..8usize, "|place"), 1..=6),
    ) {
        let text: String = lines.iter().map(|line| line.concat() + "\n").collect();
        let file = file(&text);
        let label = |(line, from, count, said): &(usize, usize, usize, String)| {
            let index = line % lines.len();
            let (before, line) = (lines[..index].iter().map(|line| line.concat().len() + 1).sum::<usize>(), &lines[index]);
            let from = from % line.len();
            let place = line[from..line.len().min(from + count)].concat();
            let start = before + line[..from].concat().len() + place.len() - place.trim_start().len();
            Label::new(&file, Span::new(start, start + place.trim().len()), said.as_str())
        };
        let labels: Vec<Label> = places.iter().map(label).filter(|label| !label.span.is_empty()).collect();
        let Some((primary, related)) = labels.split_first() else { return Ok(()) };
        let drawn = drawn(&Style { colour: true, width: 500, ..Style::plain() }, primary, related);
        let (own, others): (Vec<_>, Vec<_>) = underlined(&drawn).into_iter().partition(|(own, _)| *own);
        prop_assert_eq!(own.len(), 1, "{}", drawn);
        let expected = primary.span.slice(&text);
        prop_assert_eq!(collapsed(&own[0].1), collapsed(expected), "{}", drawn);
        prop_assert_eq!(own[0].1.trim(), &own[0].1, "{}", drawn);
        for (_, piece) in others {
            let piece = collapsed(&piece);
            let mut texts = related.iter().map(|label| collapsed(label.span.slice(&text)));
            prop_assert!(texts.any(|text| text.contains(&piece)), "{:?}\n{}", piece, drawn);
        }
    }
}
