//! What is written beside the result: never through a link out of the folder, never over what is read, all that can be.

use std::fs;

use crate::support::Sandbox;

const RULES: &str = "groups: [{name: g, rules: [{alert: Up, expr: up == 1}]}]\n";

const TESTS: &str = "rule_files: [r.conf]
tests:
  - input_series: [{series: 'up{job=\"a\"}', values: 1x9}]
    alert_rule_test: [{eval_time: 1m, alertname: Up, exp_alerts: [{exp_labels: {job: a}}]}]
";

fn sandbox() -> Sandbox {
    Sandbox::with(&[("tree/r.conf", RULES), ("tree/t.yml", TESTS), ("victim.sh", "#!/bin/sh\n")])
}

fn run(sandbox: &Sandbox, args: &[&str]) -> crate::support::Run {
    crate::support::Run::of(sandbox.command().current_dir(sandbox.path("tree")).args(args))
}

#[test]
#[cfg(unix)]
fn no_report_is_written_through_a_link_out_of_the_folder() {
    let sandbox = sandbox();
    std::os::unix::fs::symlink("../victim.sh", sandbox.path("tree/out.info")).unwrap();
    std::os::unix::fs::symlink("..", sandbox.path("tree/up")).unwrap();
    for option in ["--junit", "--html", "--coverage-json", "--coverage-lcov"] {
        for path in ["out.info", "up/victim.sh", "./up/new.xml"] {
            let run = run(&sandbox, &["test", option, path]);
            assert_eq!(run.code, Some(2), "{option} {path}\n{run}");
            assert!(run.stderr.contains("a link leads out of this folder"), "{run}");
        }
    }
    assert_eq!(fs::read_to_string(sandbox.path("victim.sh")).unwrap(), "#!/bin/sh\n");
    assert!(!sandbox.path("new.xml").exists());
    // Elsewhere within the folder, and where nobody else has laid a link.
    fs::create_dir(sandbox.path("tree/reports")).unwrap();
    std::os::unix::fs::symlink("reports/real.xml", sandbox.path("tree/link.xml")).unwrap();
    fs::write(sandbox.path("tree/reports/real.xml"), "").unwrap();
    assert_eq!(run(&sandbox, &["test", "--junit", "link.xml"]).code, Some(0));
    assert!(fs::read_to_string(sandbox.path("tree/reports/real.xml")).unwrap().starts_with("<?xml"));
    assert_eq!(run(&sandbox, &["test", "--junit", "../out.xml"]).code, Some(0));
    assert!(sandbox.path("out.xml").exists());
}

#[test]
#[cfg(unix)]
fn no_translation_is_written_through_a_link_out_of_its_folder() {
    let sandbox = sandbox();
    sandbox.write("tree/sub/t.yml", TESTS.replace("r.conf", "../r.conf"));
    fs::create_dir_all(sandbox.path("tree/plain")).unwrap();
    fs::create_dir_all(sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../../elsewhere", sandbox.path("tree/plain/sub")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("tree/all")).unwrap();
    for dir in ["plain", "all"] {
        let run = run(&sandbox, &["test", "sub", "--to-promtool", dir]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains("a link leads out of"), "{run}");
    }
    assert_eq!(fs::read_dir(sandbox.path("elsewhere")).unwrap().count(), 0);
}

#[test]
fn no_report_takes_the_place_of_what_is_read() {
    let sandbox = sandbox();
    sandbox.write("tree/promproof.toml", "");
    for option in ["--junit", "--html", "--coverage-json", "--coverage-lcov"] {
        for path in ["r.conf", "t.yml", "promproof.toml"] {
            let run = run(&sandbox, &["test", option, path]);
            assert_eq!(run.code, Some(2), "{option} {path}\n{run}");
            assert!(run.stderr.contains("would overwrite"), "{run}");
        }
    }
    assert_eq!(fs::read_to_string(sandbox.path("tree/r.conf")).unwrap(), RULES);
    sandbox.write("tree/a.xml", "<testsuites/>");
    let merge = run(&sandbox, &["report", "merge", "a.xml", "-o", "./a.xml"]);
    assert_eq!(merge.code, Some(2), "{merge}");
    assert_eq!(fs::read_to_string(sandbox.path("tree/a.xml")).unwrap(), "<testsuites/>");
}

#[test]
fn one_file_that_cannot_be_written_does_not_keep_the_others() {
    let sandbox = sandbox();
    let run = run(
        &sandbox,
        &[
            "test",
            "--junit",
            "r.conf/a.xml",
            "--html",
            "a.html",
            "--coverage-json",
            "r.conf/a.json",
            "--coverage-lcov",
            "a.info",
        ],
    );
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stdout.contains("passed: 1 test file"), "{run}");
    assert!(run.stderr.contains("the folder r.conf") && run.stderr.contains("r.conf/a.json"), "{run}");
    assert!(sandbox.path("tree/a.html").exists() && sandbox.path("tree/a.info").exists());
}
