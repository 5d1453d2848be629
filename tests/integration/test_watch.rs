//! `promproof test --watch` from outside: a child process that runs on while files change.

use std::io::{BufRead as _, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crate::support::Sandbox;

const RULES: &str = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n";
const TEST: &str = "\
rule_files: [rules.yml]
tests:
  - input_series: [{series: up, values: 0x5}]
    alert_rule_test: [{eval_time: 2m, alertname: Down, exp_alerts: [{}]}]
";

/// A program that watches, and the lines that it has printed on both streams.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    /// Everything so far, for when a test fails.
    seen: String,
}

impl Watching {
    fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
        let mut child = sandbox.plain_command().args(["test", "--watch"]).args(args).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        pass_on(child.stdout.take().unwrap(), sender.clone());
        pass_on(child.stderr.take().unwrap(), sender);
        Watching { child, lines, seen: String::new() }
    }

    /// Waits until all of `texts` were printed, in whatever order (there are two streams), and the run has ended.
    fn wait_for(&mut self, texts: &[&str]) {
        let mut missing: Vec<&str> = texts.iter().copied().chain(["Ctrl-C ends"]).collect();
        let patience = Instant::now() + Duration::from_secs(40);
        while !missing.is_empty() {
            let Ok(line) = self.lines.recv_timeout(patience.saturating_duration_since(Instant::now())) else {
                panic!("waited for {missing:?} in vain; so far:\n{}", self.seen);
            };
            missing.retain(|text| !line.contains(text));
            self.seen += &format!("{line}\n");
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn pass_on(stream: impl Read + Send + 'static, to: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = to.send(line);
        }
    });
}

/// Breaks and mends a test and its rules in the ways in which editors write.
fn changes(args: &[&str]) {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]);
    let mut watching = Watching::start(&sandbox, args);
    watching.wait_for(&["first run", "watching 2 files", "passed: 1 test file"]);

    // In place: the alert that is expected does not fire any more.
    sandbox.write("rules.yml", RULES.replace("== 0", "== 10"));
    watching.wait_for(&["rules.yml has changed", "failed: 1 of 1 test file"]);

    // A new file that takes the name of the old one; the next line is read whether or not the file is sound.
    sandbox.write("rules.yml~", "groups: [{name: g, rules: [{alert: Down, expr: up ==}]}]\n");
    std::fs::rename(sandbox.path("rules.yml~"), sandbox.path("rules.yml")).unwrap();
    watching.wait_for(&["rules.yml has changed", "unexpected end of input"]);

    sandbox.write("test.yml", "rule_files: [rules.yml]\ntests: [");
    watching.wait_for(&["test.yml has changed", "yaml/syntax"]);

    // The rules change while the test that names them is broken.
    sandbox.write("rules.yml", RULES);
    watching.wait_for(&["rules.yml has changed"]);
    sandbox.write("test.yml", TEST);
    watching.wait_for(&["test.yml has changed", "passed: 1 test file"]);

    // A test in a folder that was not there.
    sandbox.write("more/deeper/second.yml", TEST.replace("rules.yml", "../../rules.yml"));
    watching.wait_for(&["second.yml is new", "passed: 2 test files"]);

    std::fs::remove_file(sandbox.path("more/deeper/second.yml")).unwrap();
    watching.wait_for(&["second.yml is gone", "passed: 1 test file"]);

    // A rule file that goes, and one that appears.
    std::fs::remove_file(sandbox.path("rules.yml")).unwrap();
    watching.wait_for(&["rules.yml is gone"]);
    sandbox.write("rules.yml", RULES);
    watching.wait_for(&["rules.yml is new", "passed: 1 test file"]);
}

#[test]
fn runs_again_after_each_change() {
    changes(&[]);
}

#[test]
fn runs_again_after_each_change_where_the_system_does_not_tell() {
    changes(&["--poll"]);
}

/// A named test whose rules lie elsewhere.
#[test]
fn rule_files_in_other_folders_are_watched() {
    let sandbox =
        Sandbox::with(&[("rules/a.yml", RULES), ("tests/test.yml", &TEST.replace("rules.yml", "../rules/*.yml"))]);
    let mut watching = Watching::start(&sandbox, &["tests/test.yml"]);
    watching.wait_for(&["watching 2 files", "passed: 1 test file"]);
    sandbox.write("rules/a.yml", RULES.replace("== 0", "== 10"));
    watching.wait_for(&["a.yml has changed", "failed: 1 of 1 test file"]);
    sandbox.write("rules/b.yml", "groups: []\n");
    watching.wait_for(&["b.yml is new", "watching 3 files"]);
}

#[test]
fn the_configuration_is_watched() {
    let test = "tests: [{name: empty}]\n";
    let sandbox = Sandbox::with(&[("test.yml", test)]);
    let mut watching = Watching::start(&sandbox, &["."]);
    watching.wait_for(&["watching 1 file", "1 warning"]);
    sandbox.write("promproof.toml", "[rules]\n\"test/no-assertions\" = \"off\"\n");
    watching.wait_for(&["promproof.toml is new", "passed: 1 test file", "watching 2 files"]);
    let (_, last) = watching.seen.rsplit_once("is new").unwrap();
    assert!(!last.contains("warning"), "{last}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it() {
    use std::os::unix::process::ExitStatusExt as _;

    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]);
    let mut watching = Watching::start(&sandbox, &[]);
    watching.wait_for(&["passed: 1 test file"]);
    let id = watching.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    // What a shell shows as exit code 130.
    assert_eq!(watching.child.wait().unwrap().signal(), Some(2));
}

#[test]
fn standard_input_cannot_be_watched() {
    let run = Sandbox::new().run(&["test", "--watch", "-"]);
    insta::assert_snapshot!(run, @"
    --- stderr
    error: --watch cannot watch standard input
      help: name the test file instead of `-`
    --- exit code 2
    ");
}
