//! Each file is read and parsed once in a run.

use std::collections::BTreeMap;
use std::fs;

use clap::Parser as _;

use super::streams::Streams;
use super::{Cli, ExitStatus, run};
use crate::source::tally::{self, Work};

const RULES: &str = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n";
const OUTER: &str = "groups: [{name: o, rules: [{record: 'a:b', expr: sum(up)}]}]\n";

/// A test of rules beside it, in its own folder, and in a folder that is not searched; with something to warn of.
fn test(name: &str) -> String {
    format!(
        "rule_files: [../rules/*.yml, ../rules/a.yml, ../../outer.yml]\ntests:\n  - name: {name}\n    \
         input_series: [{{series: up, values: 1}}, {{series: unused, values: 1}}] # promproof: ignore test/unused-series\n    \
         alert_rule_test: [{{eval_time: 0, alertname: Down}}]\n"
    )
}

/// What a command says, and how often it read and parsed each file below the folder in which `FILES` lie.
fn counts(command: &[&str], below: &[&str]) -> (ExitStatus, [BTreeMap<String, usize>; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for below in ["rules", "tests"] {
        fs::create_dir_all(root.join("in").join(below)).unwrap();
    }
    fs::write(root.join("outer.yml"), OUTER).unwrap();
    fs::write(root.join("in/rules/a.yml"), RULES).unwrap();
    fs::write(root.join("in/rules/b.yml"), RULES.replace("Down", "Gone")).unwrap();
    fs::write(root.join("in/tests/one.yml"), test("one")).unwrap();
    fs::write(root.join("in/tests/two.yml"), test("two")).unwrap();
    let words = ["promproof"].iter().chain(command).map(|word| (*word).to_owned());
    let args: Vec<String> = words.chain(below.iter().map(|path| root.join(path).display().to_string())).collect();
    let outcome = run(&Cli::try_parse_from(args).unwrap(), Streams::new());
    let prefix = format!("{}/", root.display());
    (outcome, [Work::Read, Work::Parse].map(|work| tally::take(work, &prefix)))
}

#[test]
fn each_file_is_read_and_parsed_once() {
    let files = ["in/rules/a.yml", "in/rules/b.yml", "in/tests/one.yml", "in/tests/two.yml", "outer.yml"];
    let once: BTreeMap<String, usize> = files.iter().map(|name| ((*name).to_owned(), 1)).collect();
    for command in
        [&["check", "-q", "--no-config"][..], &["test", "-q", "--no-config", "--coverage"], &["render", "--no-config"]]
    {
        // Files that are also found below a folder, before and behind it.
        for paths in [&["in"][..], &["in", "in/rules/a.yml", "in/tests/one.yml"], &["in/rules/a.yml", "in", "in"]] {
            let (outcome, [read, parsed]) = counts(command, paths);
            assert_ne!(outcome, ExitStatus::Failed, "{command:?} {paths:?}");
            assert_eq!(read, once, "{command:?} {paths:?}: read");
            assert_eq!(parsed, once, "{command:?} {paths:?}: parsed");
        }
    }
}
