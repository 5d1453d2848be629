//! `promproof test --partition` and `promproof report merge`: the parts make the whole.

use crate::support::{Run, Sandbox};

const RULES: &str = "groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0, for: 2m, annotations: {what: '{{ $labels.job }} is down'}}
      - {record: ups, expr: sum(up) or vector(0)}
";

/// So many test groups, of which some fail; the rule file and an input are warned about.
fn tests(groups: usize) -> String {
    let group = |index: usize| {
        format!(
            "  - name: number {index}
    input_series:
      - {{series: 'up{{job=\"a&b\"}}', values: '1 0x{index}'}}
      - {{series: unread, values: 1}}
    alert_rule_test:
      - {{alertname: Down, eval_time: {}m}}
    promql_expr_test:
      - {{expr: ups, eval_time: 0, exp_samples: [{{labels: ups, value: 1}}]}}
",
            index * 10
        )
    };
    format!("rule_files: [rules.yml, missing.yml]\ntests:\n{}", (0..groups).map(group).collect::<String>())
}

fn suite() -> Sandbox {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("broken.yml", "tests:\n  - name: [broken\n")]);
    sandbox.write("a.yml", tests(1));
    sandbox.write("a/b.yml", tests(5).replace("[rules.yml", "[../rules.yml"));
    sandbox.write("a-b.yml", tests(3));
    sandbox.write("empty.yml", "tests: []\n");
    sandbox
}

/// The reports that a run writes, by their endings.
const REPORTS: [&str; 4] = ["xml", "cov.json", "info", "json"];

/// Runs the suite and writes all reports, under the given name.
fn run(sandbox: &Sandbox, name: &str, args: &[&str]) -> Run {
    let file = |ending: &str| format!("out/{name}.{ending}");
    std::fs::create_dir_all(sandbox.path("out")).unwrap();
    sandbox.write("out/.ignore", "*");
    let (xml, coverage, info) = (file("xml"), file("cov.json"), file("info"));
    let reports = ["--junit", &xml, "--coverage-json", &coverage, "--coverage-lcov", &info, "--output-format", "json"];
    let run = sandbox.run(&[&["test", "."], &reports[..], args].concat());
    sandbox.write(&file("json"), &run.stdout);
    run
}

/// A report with its times masked.
fn read(sandbox: &Sandbox, name: &str) -> String {
    let text = std::fs::read_to_string(sandbox.path(name)).unwrap();
    let mut pieces = text.split(" time=\"");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| {
        text + " time=\"" + piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
    })
}

#[test]
fn joined_parts_are_the_whole_byte_for_byte() {
    let sandbox = suite();
    for selection in [&[][..], &["--strict"], &["-k", "number", "--run", "[0-3]"]] {
        run(&sandbox, "whole", selection);
        for count in [1, 2, 3, 7, 20] {
            for index in 1..=count {
                let run = run(
                    &sandbox,
                    &format!("{index}"),
                    &[selection, &["--partition", &format!("{index}/{count}")]].concat(),
                );
                assert_ne!(run.code, Some(2), "{run}");
            }
            for ending in REPORTS {
                // As a shell sorts them: part 10 before part 2.
                let mut parts: Vec<String> = (1..=count).map(|index| format!("out/{index}.{ending}")).collect();
                parts.sort();
                let mut args = vec!["report", "merge", "-o", "out/joined"];
                args.extend(parts.iter().map(String::as_str));
                let merged = sandbox.run(&args);
                assert_eq!(merged.code, Some(0), "{merged}");
                assert_eq!(
                    read(&sandbox, "out/joined"),
                    read(&sandbox, &format!("out/whole.{ending}")),
                    "{count} {ending}"
                );
            }
        }
    }
}

#[test]
fn parts_list_what_they_run() {
    let sandbox = suite();
    let lines = |args: &[&str]| sandbox.run(&[&["test", "--list"], args].concat()).stdout;
    let parts: String = (1..=3).map(|index| lines(&["--partition", &format!("{index}/3")])).collect();
    assert_eq!(parts, lines(&[]));
    assert_eq!(parts.lines().count(), 18);
}

#[test]
fn an_empty_part_says_so_and_passes() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES)]);
    sandbox.write("test.yml", tests(1).replace(", missing.yml", ""));
    insta::assert_snapshot!(sandbox.run(&["test", "--partition", "2/2", "--junit", "report.xml"]), @"
    --- stderr
    part 2 of 2 has no test (test groups in all parts: 1)
    --- exit code 0
    ");
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("report.xml")).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="0" failures="0" errors="0" skipped="0">
      <properties><property name="promproof.partition" value="2/2 of 1"/></properties>
    </testsuites>
    "#);
    // A filter that selects nothing is a mistake in every part.
    assert_eq!(sandbox.run(&["test", "--partition", "2/2", "-k", "nothing"]).code, Some(2));
}

#[test]
fn arguments_that_make_no_sense() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES)]);
    sandbox.write("test.yml", tests(1));
    insta::assert_snapshot!(sandbox.run(&["test", "--partition", "3/2"]), @"
    --- stderr
    error: invalid value '3/2' for '--partition <K/N>': expected K/N with K from 1 to N, such as 2/5

    For more information, try '--help'.
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "--partition", "1/2", "--fail-under", "80"]), @"
    --- stderr
    error: --fail-under with --partition would judge a part by what the whole should cover
      help: write the coverage of each part with --coverage-json, then `promproof report merge --fail-under`
    --- exit code 2
    ");
}

#[test]
fn the_threshold_holds_for_the_joined_coverage() {
    let sandbox = suite();
    for index in 1..=2 {
        run(&sandbox, &format!("{index}"), &["--partition", &format!("{index}/2")]);
    }
    let merge = |ending: &str, threshold: &str| {
        let parts = [format!("out/1.{ending}"), format!("out/2.{ending}")];
        sandbox.run(&["report", "merge", &parts[0], &parts[1], "-o", "out/joined", "--fail-under", threshold])
    };
    insta::assert_snapshot!(merge("cov.json", "99"), @"
    --- stderr
    coverage: 7 of 10 points (70.0%): 2 of 2 rules tested; states 3/5, branches 4/4, templates 0/1
    error: a coverage of 70.0% is less than the 99% of --fail-under
    --- exit code 1
    ");
    assert_eq!(merge("cov.json", "50").code, Some(0));
    assert_eq!(merge("json", "99").code, Some(1));
    insta::assert_snapshot!(merge("xml", "50"), @"
    --- stderr
    error: --fail-under needs coverage, and this is a JUnit report
      help: join what `promproof test --coverage-json FILE` writes
    --- exit code 2
    ");
}

/// Merges files with these texts.
fn merge(files: &[&str]) -> Run {
    let sandbox = Sandbox::new();
    let names: Vec<String> = (0..files.len()).map(|index| format!("{index}.txt")).collect();
    for (name, text) in names.iter().zip(files) {
        sandbox.write(name, text);
    }
    let mut args = vec!["report", "merge"];
    args.extend(names.iter().map(String::as_str));
    sandbox.run(&args)
}

#[test]
fn what_is_no_report_is_told_apart() {
    let coverage = r#"{"version": 1, "coverage": {"files": []}}"#;
    let junit = "<testsuites></testsuites>";
    let cases: [&[&str]; 21] = [
        &[""],
        &["hello"],
        &["\u{0}"],
        &["{"],
        &["{}"],
        &[r#"{"version": 2, "files": []}"#],
        &[r#"{"version": 1}"#],
        &[r#"{"version": 1, "files": {}, "passed": true}"#],
        &[r#"{"version": 1, "files": [{}], "passed": true}"#],
        &[r#"{"version": 1, "coverage": {"files": [{"file": 1}]}}"#],
        &["<"],
        &["<html></html>"],
        &["<testsuites>\n<testsuite name='a'>"],
        &["<testsuites>\n<testsuite name='a'></testsuites>"],
        &["<testsuites><testcase/></testsuites>"],
        &["<testsuites a=1></testsuites><testsuites/>"],
        &["TN:\nSF:a\nDA:1,1\n"],
        &["TN:\nSF:a\nDA:one,1\nend_of_record"],
        &["TN:\nSF:a\nFNDA:1,f\nend_of_record"],
        &[coverage, junit],
        &[junit, coverage],
    ];
    let mut said = String::new();
    for case in cases {
        let run = merge(case);
        assert_eq!(run.code, Some(2), "{case:?}\n{run}");
        assert!(run.stdout.is_empty(), "{run}");
        said += &run.stderr;
    }
    insta::assert_snapshot!(said, @r#"
    error: 0.txt: it is empty
    error: 0.txt: it is neither XML nor JSON nor a tracefile of lcov
    error: 0.txt: it is neither XML nor JSON nor a tracefile of lcov
    error: 0.txt: malformed JSON: EOF while parsing an object at line 1 column 1
    error: 0.txt: it is no report of promproof: it has no `version`
    error: 0.txt: its version is 2, and 1 is what can be read
    error: 0.txt: it is no report of tests or coverage: it has neither `files` nor `coverage`
    error: 0.txt: it is no JSON report of `promproof test`: `files` is no list
    error: 0.txt: it is no JSON report of `promproof test`: one of `files` has no `file`, `passed`, `errors`, `warnings` or `groups`
    error: 0.txt: malformed coverage: invalid type: integer `1`, expected a string
    error: 0.txt: line 1: syntax error: tag not closed: `>` not found before end of input
    error: 0.txt: line 1: it is no JUnit report: `<testsuites>` is missing
    error: 0.txt: malformed XML: it ends within 2 open elements
    error: 0.txt: line 2: ill-formed document: expected `</testsuite>`, but `</testsuites>` was found
    error: 0.txt: line 1: a `<testcase>` is outside of all suites
    error: 0.txt: line 1: malformed XML: position 13: attribute value must be enclosed in `"` or `'`
    error: 0.txt: line 3: the last `end_of_record` is missing
    error: 0.txt: line 3: `DA:one,1` is no line of a tracefile
    error: 0.txt: line 4: the function `f` has a count and no line
    error: 1.txt: it is a JUnit report, and others are coverage as JSON
      help: join the reports of one kind at a time
    error: 1.txt: it is coverage as JSON, and others are a JUnit report
      help: join the reports of one kind at a time
    "#);
    assert_eq!(Sandbox::new().run(&["report", "merge", "missing.xml"]).code, Some(2));
    assert_eq!(Sandbox::new().run(&["report", "merge"]).code, Some(2));
}

#[test]
fn reports_of_other_programs_are_joined_too() {
    let one = r#"<?xml version="1.0"?>
<!-- written by hand -->
<testsuite name='b "quoted"' hostname="h" tests="9"><properties><property name="p" value="1"/></properties>
<testcase name="x"><failure><![CDATA[</testsuite>]]></failure></testcase>
</testsuite>"#;
    let other = r#"<testsuites name="all"><properties/>
  <testsuite name="a" time="1.5"><testcase name="y" time="1.5"><skipped/><system-out>error</system-out></testcase></testsuite>
  <testsuite name="a" time="x"><testcase name="z"><error message="&amp;"/></testcase></testsuite>
</testsuites>"#;
    insta::assert_snapshot!(merge(&[one, other]).stdout, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="3" failures="1" errors="1" skipped="1">
      <testsuite name="a" tests="2" failures="0" errors="1" skipped="1" time="1.500000">
        <testcase name="y" time="1.5"><skipped/><system-out>error</system-out></testcase>
        <testcase name="z"><error message="&amp;"/></testcase>
      </testsuite>
      <testsuite name='b "quoted"' tests="1" failures="1" errors="0" skipped="0" hostname="h">
        <properties><property name="p" value="1"/></properties>
        <testcase name="x"><failure><![CDATA[</testsuite>]]></failure></testcase>
      </testsuite>
    </testsuites>
    "#);
    let (one, other) = (
        "TN:t\nSF:b\nFN:1,9,f\nFNDA:2,f\nBRDA:1,0,0,-\nDA:1,2,checksum\nend_of_record\n",
        "SF:b\nFN:1,f\nBRDA:1,0,0,3\nDA:1,1\nDA:2,0\nend_of_record\n",
    );
    insta::assert_snapshot!(merge(&[one, other]).stdout, @"
    TN:
    SF:b
    FN:1,f
    FNDA:2,f
    FNF:1
    FNH:1
    BRDA:1,0,0,3
    BRF:1
    BRH:1
    DA:1,3
    DA:2,0
    LF:2
    LH:1
    end_of_record
    ");
}

#[test]
fn the_output_is_none_of_the_files() {
    let trace = "TN:\nSF:a\nDA:1,1\nend_of_record\n";
    let sandbox = Sandbox::with(&[("a.info", trace), ("b.info", trace)]);
    insta::assert_snapshot!(sandbox.run(&["report", "merge", "a.info", "b.info", "-o", "./a.info"]), @r"
    --- stderr
    error: --output would overwrite a.info, which is to be joined
      help: name another file
    --- exit code 2
    ");
    assert_eq!(std::fs::read_to_string(sandbox.path("a.info")).unwrap(), trace);
}

#[test]
fn an_update_writes_its_part_only() {
    let wrong = "tests:
  - input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 2}]}]
  - input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 3}]}]
";
    let sandbox = Sandbox::with(&[("test.yml", wrong)]);
    let run = sandbox.run(&["test", "--update", "--quiet", "--partition", "1/2"]);
    assert_eq!(run.code, Some(0), "{run}");
    let updated = std::fs::read_to_string(sandbox.path("test.yml")).unwrap();
    assert!(!updated.contains("value: 2") && updated.contains("value: 3"), "{updated}");
    assert_eq!(sandbox.run(&["test", "--partition", "2/2"]).code, Some(1));
}

#[test]
fn a_missing_part_is_missed() {
    let sandbox = suite();
    for index in 1..=4 {
        run(&sandbox, &format!("{index}"), &["--partition", &format!("{index}/4")]);
    }
    run(&sandbox, "whole", &[]);
    for ending in REPORTS {
        let part = |index: u32| format!("out/{index}.{ending}");
        let merge = |args: &[&str]| sandbox.run(&[&["report", "merge", "-o", "out/joined"], args].concat());
        let run = merge(&[&part(1), &part(3), &part(4)]);
        insta::allow_duplicates! {
        insta::assert_snapshot!(run, @"
        --- stderr
        error: part 2 of 4 is missing
          help: a job may have ended before it wrote its report, or a file is not given here; --allow-missing joins the rest
        --- exit code 2
        ");
        insta::assert_snapshot!(merge(&[&part(4)]), @"
        --- stderr
        error: parts 1, 2 and 3 of 4 are missing
          help: a job may have ended before it wrote its report, or a file is not given here; --allow-missing joins the rest
        --- exit code 2
        ");
        }
        // What is joined of some parts says of which, so that the rest can be added.
        assert_eq!(merge(&["--allow-missing", &part(1), &part(3), &part(4)]).code, Some(0));
        std::fs::rename(sandbox.path("out/joined"), sandbox.path("out/some")).unwrap();
        assert_eq!(merge(&["out/some"]).code, Some(2));
        let run = merge(&[&part(2), "out/some"]);
        assert_eq!(run.code, Some(0), "{run}");
        let mut lines: Vec<String> = read(&sandbox, "out/joined").lines().map(str::to_owned).collect();
        let whole = read(&sandbox, &format!("out/whole.{ending}"));
        let mut expected: Vec<String> = whole.lines().map(str::to_owned).collect();
        // Test cases of one file stand in the order in which they were given.
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected, "{ending}");
    }
}

#[test]
fn what_would_be_counted_twice_is_refused() {
    let sandbox = suite();
    for (name, args) in
        [("1", ["--partition", "1/2"]), ("2", ["--partition", "2/2"]), ("third", ["--partition", "2/3"])]
    {
        run(&sandbox, name, &args);
    }
    run(&sandbox, "whole", &[]);
    let merge = |files: &[&str]| {
        let run = sandbox.run(&[&["report", "merge", "-o", "out/joined"], files].concat());
        format!("{}exit code {}\n", run.stderr, run.code.unwrap())
    };
    std::fs::copy(sandbox.path("out/1.xml"), sandbox.path("out/copy.xml")).unwrap();
    let cases: [&[&str]; 8] = [
        &["out/1.xml", "out/2.xml", "./out/1.xml"],
        &["out/1.xml", "out/copy.xml", "out/2.xml"],
        &["out/1.json", "out/third.json"],
        &["out/1.json", "out/2.json", "out/whole.json"],
        &["out/1.xml", "out/2.xml", "out/whole.xml"],
        &["out/whole.xml", "out/1.xml", "out/2.xml"],
        &["out/1.cov.json", "out/2.cov.json", "out/whole.cov.json"],
        &["out/1.info", "out/third.info"],
    ];
    let said: String = cases.iter().map(|files| merge(files)).collect();
    insta::assert_snapshot!(said, @r"
    error: ./out/1.xml is given twice, and would be counted twice
      help: a pattern may match a file that is named as well; give each file once
    exit code 2
    error: out/copy.xml: part 1 of 2 is in another report too, and would be counted twice
      help: give each part once; a pattern may also match what was joined before
    exit code 2
    error: out/third.json: it is of another suite: it has 2/3 of 9 test groups, others have 1/2 of 9
      help: all parts must be of the same files, with the same filters and the same number of parts; reports of different suites can be joined when each is whole
    exit code 2
    error: out/whole.json: test group 1 of a/b.yml is in another report too, and would be counted twice
      help: give each report once; for suites in different folders run `promproof test` from one folder, so that their files have different names
    exit code 2
    warning: out/whole.xml: all its test cases are in other reports too, and are counted twice
    exit code 0
    warning: out/whole.xml: all its test cases are in other reports too, and are counted twice
    exit code 0
    warning: out/whole.cov.json: only some of these reports are parts of a suite; what others cover too is counted twice
    coverage: 7 of 10 points (70.0%): 2 of 2 rules tested; states 3/5, branches 4/4, templates 0/1
    exit code 0
    error: out/third.info: it is of another suite: it has 2/3 of 9 test groups, others have 1/2 of 9
      help: all parts must be of the same files, with the same filters and the same number of parts; reports of different suites can be joined when each is whole
    exit code 2
    ");
    sandbox.write("rules.yml", RULES.replace("rules:\n", "rules:\n      # One more line.\n"));
    run(&sandbox, "other", &[]);
    insta::assert_snapshot!(merge(&["out/1.cov.json", "out/other.cov.json"]), @r"
    error: out/other.cov.json: its coverage is of another version of rules.yml: the rules are others, or stand elsewhere
      help: join reports of one version of the rules
    exit code 2
    ");
}

/// Reports of other programs: what would mean something else in another document is refused, all else is kept.
#[test]
fn xml_keeps_its_meaning() {
    let said = |text: &str| merge(&[text]).stderr;
    let cases = [
        "<!DOCTYPE testsuites [<!ENTITY e \"x\">]>\n<testsuites><testsuite name='a'>&e;</testsuite></testsuites>",
        "<testsuites>\n<testsuite name='a'><testcase name='b'><failure>&e;</failure></testcase></testsuite></testsuites>",
        "<testsuites>\n<testsuite name='a'><testcase name='b'><failure message='&e;'/></testcase></testsuite></testsuites>",
        "<testsuites>\n<testsuite name='a'><testcase name='b'><failure message='<'/></testcase></testsuite></testsuites>",
        "<testsuites>\n<testsuite name='a'><testcase name='b'><failure message=a/></testcase></testsuite></testsuites>",
    ];
    insta::assert_snapshot!(cases.map(said).concat(), @r#"
    error: 0.txt: line 1: it declares entities or elements of its own (`<!DOCTYPE … [`), which would be lost; write it without
    error: 0.txt: line 2: the entity `&e;` is not known
    error: 0.txt: line 2: in the value of an attribute: at 1..2: unrecognized entity `e`
    error: 0.txt: line 2: malformed XML: `<` in the value of an attribute
    error: 0.txt: line 2: malformed XML: position 16: attribute value must be enclosed in `"` or `'`
    "#);
    let namespaces: String = (0..1000).map(|at| format!(" xmlns:n{at}='x'")).collect();
    insta::assert_snapshot!(said(&format!("<testsuites{namespaces}/>")), @"error: 0.txt: line 1: the root declares too many namespaces; declare them where they are used");
    let sound = "<?xml version='1.0'?><!DOCTYPE testsuites><testsuites xmlns:x='urn:x' name='all'>
  <testsuite name='a' time='1.5'>
    <testsuite name='inner'><testcase name='b'><failure>&#65;&amp;</failure></testcase><testcase name='c'/></testsuite>
    <testcase name='d' x:y='z'><system-out><failure/></system-out></testcase>
  </testsuite>
</testsuites>";
    insta::assert_snapshot!(merge(&[sound, "<testsuite name='a' time='1.5'/>"]).stdout, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="3" failures="1" errors="0" skipped="0">
      <testsuite name="a" tests="3" failures="1" errors="0" skipped="0" time="3.000000" xmlns:x="urn:x">
        <testsuite name='inner'><testcase name='b'><failure>&#65;&amp;</failure></testcase><testcase name='c'/></testsuite>
        <testcase name='d' x:y='z'><system-out><failure/></system-out></testcase>
      </testsuite>
    </testsuites>
    "#);
}
