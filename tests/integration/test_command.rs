//! What the user sees of `promproof test`: which files are run, how it ends, what it writes.

use crate::support::Sandbox;

/// A test that passes.
const PASSES: &str = "tests:
  - name: passes
    input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 1}]}]
";

/// A test file with a mistake of its own.
const BROKEN: &str = "rule_files: []
tests:
  - name: [broken
";

#[test]
fn a_broken_test_file_is_run_whatever_is_selected() {
    let sandbox = Sandbox::with(&[("broken.yml", BROKEN), ("passes.yml", PASSES)]);
    for selection in [["--run", "passes"], ["-k", "passes"], ["-k", "nothing"]] {
        let run = sandbox.run(&[&["test", "--output-format", "concise"], &selection[..]].concat());
        assert!(run.stdout.contains("broken.yml:") && run.stdout.contains("yaml/syntax"), "{run}");
        assert_eq!(run.code, Some(1), "{run}");
    }
}

#[test]
fn a_filter_that_selects_nothing_is_exit_code_2() {
    insta::assert_snapshot!(Sandbox::with(&[("passes.yml", PASSES)]).run(&["test", "--run", "nothing"]), @"
    --- stderr
    error: the filter selects no test
      help: test files: 1, named test groups: 1; see `promproof test --list`
    --- exit code 2
    ");
}

/// Two groups whose expectations are both wrong.
const WRONG: &str = "tests:
  - name: first
    input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 2}]}]
  - name: second
    input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 3}]}]
";

#[test]
fn an_update_touches_what_is_selected_and_no_other_file() {
    let precious = ("wrong.promproof-update", "precious");
    let sandbox = Sandbox::with(&[("wrong.yml", WRONG), ("other.yml", WRONG), precious]);
    let selection = ["--run", "first", "wrong.yml", "missing.yml"];
    let run = sandbox.run(&[&["test", "--update", "--quiet", "--output-format", "concise"], &selection[..]].concat());
    assert_eq!(run.code, Some(2), "a file that cannot be read still counts: {run}");
    assert_eq!(run.stderr.matches("missing.yml").count(), 1, "{run}");
    assert!(run.stdout.contains("1 group"), "the second run has the same selection: {run}");
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    assert_eq!(read("wrong.yml"), WRONG.replace("value: 2", "value: 1"));
    assert_eq!(read("other.yml"), WRONG);
    assert_eq!(read(precious.0), precious.1);
    assert_eq!(std::fs::read_dir(sandbox.path("")).unwrap().count(), 3, "nothing is left behind");
}

#[test]
fn an_update_shows_its_changes_where_they_are_in_nobodys_way() {
    let run = |more: &[&str]| {
        let sandbox = Sandbox::with(&[("wrong.yml", WRONG)]);
        sandbox.run(&[&["test", "--update", "--output-format"], more].concat())
    };
    let json = run(&["json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&json.stdout).is_ok(), "{json}");
    assert!(json.stderr.contains("+    promql_expr_test"), "{json}");
    let concise = run(&["concise"]);
    assert!(concise.stdout.contains("+    promql_expr_test"), "{concise}");
    let quiet = run(&["concise", "--quiet"]);
    assert!(!quiet.to_string().contains("+    promql_expr_test"), "{quiet}");
    let dry = run(&["concise", "--quiet", "--dry-run"]);
    assert!(dry.stdout.contains("+    promql_expr_test"), "{dry}");
}

#[cfg(unix)]
#[test]
fn an_update_writes_through_a_link() {
    let sandbox = Sandbox::with(&[("shared/wrong.yml", WRONG)]);
    std::os::unix::fs::symlink("shared/wrong.yml", sandbox.path("link.yml")).unwrap();
    let run = sandbox.run(&["test", "--update", "link.yml"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(std::fs::symlink_metadata(sandbox.path("link.yml")).unwrap().is_symlink());
    assert!(!std::fs::read_to_string(sandbox.path("shared/wrong.yml")).unwrap().contains("value: 2"));
}

#[cfg(unix)]
#[test]
fn an_update_makes_no_file_of_a_similar_name() {
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::with(&[("wrong.yml", WRONG)]);
    std::fs::write(sandbox.path("").join(std::ffi::OsStr::from_bytes(b"odd-\xff.yml")), WRONG).unwrap();
    let run = sandbox.run(&["test", "--update", "--quiet", "--output-format", "concise"]);
    assert_eq!(run.code, Some(2), "{run}");
    insta::assert_snapshot!(run.stderr, @r"
    error: odd-�.yml is not changed: it cannot be read: No such file or directory (os error 2)
      help: its name must be UTF-8
    ");
    assert_eq!(std::fs::read_dir(sandbox.path("")).unwrap().count(), 2, "nothing new is there");
    let other = std::fs::read_to_string(sandbox.path("wrong.yml")).unwrap();
    assert!(!other.contains("value: 2"), "the other file is updated all the same: {other}");
}

#[test]
fn no_control_character_of_a_file_reaches_the_terminal() {
    let sandbox = Sandbox::with(&[("odd.yml", "tests:\n- input_series: []\n  \"\\e[31mname\": x\n")]);
    let run = sandbox.run(&["test", "--list", "--color", "always"]);
    assert!(run.stderr.contains(r"`\u{1b}[31mname`"), "{run}");
    let run = sandbox.run(&["test", "--output-format", "github", "--color", "always"]);
    assert!(run.stdout.contains(r"`\u{1b}[31mname`") && !run.stdout.contains('\u{1b}'), "{run}");
}

#[test]
fn timings_are_told_in_each_format_for_people_and_in_json() {
    let sandbox = Sandbox::with(&[("passes.yml", PASSES)]);
    for format in ["full", "concise"] {
        let run = sandbox.run(&["test", "--timings", "--output-format", format]);
        assert!(run.stdout.contains("slowest:\n") && run.stdout.contains("passes.yml passes (1 evaluation)"), "{run}");
    }
    let elapsed = |more: &[&str]| {
        let run = sandbox.run(&[&["test", "--output-format", "json"], more].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["files"][0]["groups"][0]["elapsed_seconds"].as_f64()
    };
    assert_eq!(elapsed(&[]), None, "equal runs have equal reports");
    assert!(elapsed(&["--timings"]).is_some_and(|seconds| seconds > 0.0));
}

#[test]
fn standard_input_cannot_be_updated() {
    insta::assert_snapshot!(Sandbox::new().run_with_stdin(&["test", "--update", "-"], WRONG), @"
    --- stderr
    error: --update cannot write what comes from standard input
      help: name the test file instead of `-`
    --- exit code 2
    ");
}

#[test]
fn no_test_file_is_accepted_only_on_demand() {
    let sandbox = Sandbox::with(&[("values.yml", "a: 1")]);
    insta::assert_snapshot!(sandbox.run(&["test"]), @"
    --- stderr
    error: no test file in `.`
      help: a test file has a `tests:` list at the top, as `promtool test rules` takes it; --allow-none accepts this
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "--allow-none"]), @"
    --- stderr
    no test file in `.`
    --- exit code 0
    ");
    assert_eq!(sandbox.run(&["test", "--allow-none", "--output-format", "json"]).code, Some(0));
    assert_eq!(sandbox.run(&["test", "--allow-none", "missing.yml"]).code, Some(2));
}

#[test]
fn eval_reads_input_series_as_a_test_does() {
    let test = "tests:
  - input_series:
      - {series: up, values: 1 1}
      - {series: up, values: 0 0}
      - {series: a, values: \"5\\nb 6\"}
    promql_expr_test: [{expr: up}]
";
    let sandbox = Sandbox::with(&[("test.yml", test)]);
    let value = |expr: &str| {
        let run = sandbox.run(&["eval", expr, "--from", "test.yml", "--output-format", "json"]);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout
    };
    assert!(value("count(up == 0)").contains("\"1\""), "the last of two equal series counts: {}", value("up"));
    assert!(value("count(b == 6)").contains("\"1\""), "a line break begins a series: {}", value("b"));
}

#[test]
fn no_report_overwrites_a_file_of_the_tests_or_another_report() {
    let test = "tests: [{promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]}]";
    let files = [("a.test.yml", test), ("b.test.yml", test), ("r.yaml", "groups: []"), ("plain", test)];
    let sandbox = Sandbox::with(&files);
    insta::assert_snapshot!(sandbox.run(&["test", "--html", "a.test.yml", "b.test.yml"]), @r"
    --- stderr
    error: --html would overwrite a.test.yml, which may be a file of rules or tests
      help: --html takes the file to write; name one that is no test file and no rule file
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "b.test.yml", "--html", "x.out", "--junit", "./x.out"]), @"
    --- stderr
    error: --junit and --html would both write x.out
      help: the second would overwrite the first; give each a file of its own
    --- exit code 2
    ");
    assert!(!sandbox.path("x.out").exists(), "nothing is run");
    for option in ["--junit", "--html", "--coverage-json", "--coverage-lcov"] {
        for file in ["a.test.yml", "./r.yaml", "plain"] {
            let run = sandbox.run(&["test", "b.test.yml", "plain", option, file]);
            assert_eq!(run.code, Some(2), "{run}");
            assert!(run.stderr.contains(&format!("{option} would overwrite {file}")), "{run}");
        }
    }
    for (name, text) in files {
        assert_eq!(std::fs::read_to_string(sandbox.path(name)).unwrap(), text, "{name}");
    }
    // What is no file of the tests is written, again too.
    for _ in 0..2 {
        let run = sandbox.run(&[
            "test",
            "b.test.yml",
            "--html",
            "x.html",
            "--junit",
            "x.xml",
            "--coverage-json",
            "x.yml.json",
        ]);
        assert_eq!(run.code, Some(0), "{run}");
    }
}

#[test]
fn a_warning_fails_a_strict_run() {
    let test = "tests: [{alert_rule_test: [{eval_time: 1m, alertname: Nope}]}]\nrule_files: [r.yml]";
    let sandbox = Sandbox::with(&[("test.yml", test), ("r.yml", "groups: []")]);
    let closing = |args: &[&str]| {
        let run = sandbox.run(&[&["test", "--quiet"], args].concat());
        (run.code, run.stdout.lines().last().unwrap_or_default().to_owned())
    };
    let counted = "1 test file, 1 group, 1 assertion; 1 warning";
    assert_eq!(closing(&[]), (Some(0), format!("passed: {counted}")));
    assert_eq!(closing(&["--strict"]), (Some(1), format!("failed: {counted}, which fails the run")));
}

/// What `test` prints in this format where one warning is all that there is to say; times are masked.
fn warned(format: &str, strict: bool) -> String {
    let test = "tests: [{name: n, alert_rule_test: [{eval_time: 1m, alertname: Nope}]}]\nrule_files: [r.yml]";
    let sandbox = Sandbox::with(&[("test.yml", test), ("r.yml", "groups: []")]);
    let strict = if strict { &["--strict"][..] } else { &[] };
    let run = sandbox.run(&[&["test", "--output-format", format, "--junit", "report.xml"], strict].concat());
    assert_eq!(run.code, Some(i32::from(!strict.is_empty())), "{run}");
    let masked = |text: &str| {
        let mut pieces = text.split(" time=\"");
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |text, piece| text + piece.trim_start_matches(|c: char| c != '"').trim_start_matches('"'))
    };
    if format == "junit" {
        assert_eq!(masked(&run.stdout), masked(&std::fs::read_to_string(sandbox.path("report.xml")).unwrap()));
    }
    masked(&run.stdout)
}

#[test]
fn warnings_do_not_change_the_shape_of_a_report() {
    insta::assert_snapshot!(warned("junit", false), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="1" failures="0" errors="0" skipped="0">
      <testsuite name="test.yml" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="n" classname="test.yml"/>
        <system-out>test.yml:1:64: test/unknown-alert: no rule under test defines an alert `Nope`</system-out>
      </testsuite>
    </testsuites>
    "#);
    insta::assert_snapshot!(warned("tap", false), @r"
    TAP version 14
    # test.yml:1:64: warning: no rule under test defines an alert `Nope`
    ok 1 - test.yml: n: alert `Nope` at 1m
    1..1
    ");
    insta::assert_snapshot!(warned("concise", false), @r"
    test.yml:1:64: warning[test/unknown-alert] no rule under test defines an alert `Nope`
    passed: 1 test file, 1 group, 1 assertion; 1 warning
    ");
}

#[test]
fn a_strict_run_shows_in_each_format_what_fails_it() {
    insta::assert_snapshot!(warned("junit", true), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="2" failures="1" errors="0" skipped="0">
      <testsuite name="test.yml" tests="2" failures="1" errors="0" skipped="0">
        <testcase name="n" classname="test.yml"/>
        <testcase name="warning at 1:64: test/unknown-alert" classname="test.yml">
          <failure message="no rule under test defines an alert `Nope`">test.yml:1:64: test/unknown-alert: no rule under test defines an alert `Nope`&#10;help: a test that an unknown alert does not fire cannot fail</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
    insta::assert_snapshot!(warned("tap", true), @r"
    TAP version 14
    not ok 1 - test.yml: no test/unknown-alert at 1:64
      ---
      message: |
        test.yml:1:64
        no rule under test defines an alert `Nope`
        help: a test that an unknown alert does not fire cannot fail
      ...
    ok 2 - test.yml: n: alert `Nope` at 1m
    1..2
    ");
    insta::assert_snapshot!(warned("concise", true), @r"
    test.yml:1:64: error[test/unknown-alert] no rule under test defines an alert `Nope`
    failed: 1 test file, 1 group, 1 assertion; 1 warning, which fails the run
    ");
    insta::assert_snapshot!(warned("github", true), @r"
    ::error file=test.yml,line=1,col=64,endLine=1,endColumn=68,title=test/unknown-alert::test.yml:1:64: no rule under test defines an alert `Nope`%0Ahelp: a test that an unknown alert does not fire cannot fail
    failed: 1 test file, 1 group, 1 assertion; 1 warning, which fails the run
    ");
    insta::assert_snapshot!(warned("full", true), @r"
    error[test/unknown-alert]: no rule under test defines an alert `Nope`
       ╭─[test.yml:1:64]
     1 │ tests: [{name: n, alert_rule_test: [{eval_time: 1m, alertname: Nope}]}]
       ·                                                                ────
     2 │ rule_files: [r.yml]
       ╰────
      help: a test that an unknown alert does not fire cannot fail
      more: promproof explain test/unknown-alert

    FAIL  test.yml  1 group, 1 assertion, 1 warning
    to excuse a finding: `# promproof: ignore[test/unknown-alert] reason` at the end of its line, a level in promproof.toml,
    or --ignore unknown-alert
    failed: 1 test file, 1 group, 1 assertion; 1 warning, which fails the run
    ");
    let json: serde_json::Value = serde_json::from_str(&warned("json", true)).unwrap();
    let passed = [&json["passed"], &json["files"][0]["passed"], &json["files"][0]["groups"][0]["passed"]];
    assert_eq!(passed, [false, false, true]);
    assert_eq!((&json["strict"], &json["summary"]["failed_files"]), (&true.into(), &1.into()));
}

#[test]
fn a_line_break_in_values_is_explained() {
    let test = "tests:\n  - input_series:\n      - series: up\n        values: |-\n          1 2\n          3 4\n    promql_expr_test: [{expr: up}]\n";
    let sandbox = Sandbox::with(&[("test.yml", test)]);
    insta::assert_snapshot!(sandbox.run(&["test", "--quiet"]), @r#"
    error[test/invalid-series]: a line break in `values` begins another series, which cannot be read: expected a series such as `metric{label="value"}` before the values
       ╭─[test.yml:6:11]
     5 │           1 2
     6 │           3 4
       ·           ─
     7 │     promql_expr_test: [{expr: up}]
       ╰────
      help: put the values on one line, or use `>-`, which joins lines
      more: promproof explain test/invalid-series

    FAIL  test.yml  1 group, 1 assertion
    failed: 1 of 1 test file, 1 of 1 group, 1 assertion (1 not checked)
    --- exit code 1
    "#);
}

#[test]
fn notation_has_the_gaps_of_a_series() {
    let sandbox = Sandbox::new();
    let eval = |series: &str, args: &[&str]| {
        let run = sandbox.run(&[&["eval", "up", "--output-format", "notation", "--series", series], args].concat());
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout
    };
    let series = "up _x3 1 2 stale _ 3 {{count:1 sum:2 buckets:[1]}} stale _x20 4 stale _";
    let written = eval(series, &["--step", "1m", "--start", "0", "--end", "35m"]);
    insta::assert_snapshot!(written, @r#"{__name__="up"} _x3 1 2 _x2 3 {{count:1 sum:2 buckets:[1]}} _x21 4 _x5"#);
    insta::assert_snapshot!(eval(series, &["--at", "4m"]), @r#"{__name__="up"} 2"#);
}

#[test]
fn a_list_may_be_json_and_refuses_what_it_cannot_be() {
    let test = "tests:
  - name: n
    promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]
    alert_timeline: [{alertname: A, labels: {b: c}, never: active}]
";
    let sandbox = Sandbox::with(&[("a.yml", test), ("b.yml", "rule_files: []\ntests: 1\n")]);
    let run = sandbox.run(&["test", "--list", "--output-format", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), "error: b.yml:2:8: `tests` must be a list, not a text\n"));
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let group = &json["files"][0]["groups"][0];
    let short = |assertion: &serde_json::Value| {
        format!(
            "{} {} {} {}",
            assertion["kind"], assertion["subject"], assertion["eval_time_ms"], assertion["place"]["start"]["line"]
        )
    };
    insta::assert_snapshot!(short(&group["assertions"][0]), @r#""timeline" "A{b=\"c\"}" null 4"#);
    insta::assert_snapshot!(short(&group["assertions"][1]), @r#""expression" "vector(1)" 0 3"#);
    assert_eq!(json["files"][1]["errors"][0]["rule"], "schema/wrong-type");

    for format in ["junit", "tap", "github"] {
        let run = sandbox.run(&["test", "--list", "--output-format", format]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run}");
    }
    insta::assert_snapshot!(sandbox.run(&["test", "--list", "--output-format", "tap"]), @r"
    --- stderr
    error: this output format says how tests went, and --list runs none
      help: leave --output-format out, or use `--output-format json`
    --- exit code 2
    ");
}

#[test]
fn what_would_be_left_out_silently_is_refused() {
    let sandbox = Sandbox::with(&[("a.yml", "tests: []\n")]);
    let outputs: [&[&str]; 8] = [
        &["--junit", "o"],
        &["--html", "o"],
        &["--coverage"],
        &["--coverage-json", "o"],
        &["--coverage-lcov", "o"],
        &["--fail-under", "1"],
        &["--timings"],
        &["--update"],
    ];
    for (mode, others) in [(&["--list"][..], &outputs[..]), (&["--to-promtool", "out"], &outputs)] {
        for other in others {
            let run = sandbox.run(&[&["test"], mode, *other].concat());
            assert_eq!(run.code, Some(2), "{other:?}: {run}");
            assert!(run.stderr.contains("cannot be used with"), "{other:?}: {run}");
        }
    }
    insta::assert_snapshot!(sandbox.run(&["test", "--list", "--html", "o"]), @r"
    --- stderr
    error: the argument '--list' cannot be used with '--html <FILE>'

    Usage: promproof test --list [PATHS]...

    For more information, try '--help'.
    --- exit code 2
    ");
    assert!(!sandbox.path("o").exists() && !sandbox.path("out").exists());
}

#[test]
fn standard_output_is_no_file_to_write_to() {
    let sandbox = Sandbox::with(&[("a.yml", "tests: []\n")]);
    for option in ["--junit", "--html", "--coverage-json", "--coverage-lcov", "--to-promtool"] {
        let run = sandbox.run(&["test", option, "-"]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(&format!("invalid value '-' for '{option} ")), "{run}");
    }
    insta::assert_snapshot!(sandbox.run(&["test", "--html", "-"]), @r"
    --- stderr
    error: invalid value '-' for '--html <FILE>': standard output has the result itself; name a file, or write `./-`

    For more information, try '--help'.
    --- exit code 2
    ");
    assert!(!sandbox.path("-").exists());
    assert_eq!(sandbox.run(&["test", "--junit", "./-"]).code, Some(0));
    let joined = sandbox.run(&["report", "merge", "./-", "-o", "-"]);
    assert!(joined.stdout.starts_with("<?xml"), "{joined}");
}

#[test]
fn a_threshold_is_a_percentage() {
    let sandbox = Sandbox::with(&[("a.yml", "tests: []\n")]);
    for wrong in ["-1", "101", "abc", "-0.5"] {
        for command in [&["test"][..], &["report", "merge", "a.json"]] {
            let run = sandbox.run(&[command, &["--fail-under", wrong]].concat());
            let message =
                format!("error: invalid value '{wrong}' for '--fail-under <PERCENT>': expected a number from 0 to 100");
            assert_eq!((run.code, run.stderr.lines().next()), (Some(2), Some(message.as_str())), "{run}");
        }
    }
}

#[test]
fn what_check_is_not_to_say_test_does_not_warn_of() {
    let test = |comment: &str| {
        format!(
            "rule_files: [r.yml]\ntests:\n  - alert_rule_test:\n      - eval_time: 1m\n        alertname: Nope{comment}\n      - eval_time: 2m\n        alertname: Nope\n"
        )
    };
    let sandbox = Sandbox::with(&[("a.yml", &test("")), ("r.yml", "groups: []")]);
    let warnings = |args: &[&str]| {
        let run = sandbox.run(&[&["test", "--output-format", "concise"], args].concat());
        run.stdout.lines().filter(|line| line.contains("test/unknown-alert")).count()
    };
    assert_eq!(warnings(&[]), 2);
    sandbox.write("a.yml", test("  # promproof: ignore[test/unknown-alert] it is to come"));
    assert_eq!((warnings(&[]), warnings(&["--strict"])), (1, 1));
    for (level, left) in [("error", 1), ("info", 0), ("off", 0)] {
        sandbox.write("promproof.toml", format!("[rules]\n\"test/unknown-alert\" = \"{level}\"\n"));
        assert_eq!(warnings(&[]), left, "{level}");
        assert_eq!(sandbox.run(&["test", "--strict"]).code, Some(left as i32), "{level}");
        assert_eq!(sandbox.run(&["test"]).code, Some((level == "error").into()), "{level}");
    }
    assert_eq!(warnings(&["--no-config"]), 1);
    sandbox.write("promproof.toml", "rules = 1\n");
    let broken = sandbox.run(&["test"]);
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(2), ""), "{broken}");
}
