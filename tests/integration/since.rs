//! `check --since` and `--staged`: what a change has brought, touched or affected.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Sandbox};

/// Runs git here, as nobody in particular.
pub(super) fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(sandbox.path(""))
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn commit(sandbox: &Sandbox) {
    git(sandbox, &["add", "-A"]);
    git(sandbox, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// A repository with these files in its first commit.
pub(super) fn repository(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(files);
    git(&sandbox, &["init", "-q", "-b", "main"]);
    commit(&sandbox);
    sandbox
}

fn check(sandbox: &Sandbox, options: &[&str]) -> Run {
    sandbox.run(&[&["check", "--output-format", "concise"], options].concat())
}

/// A rule that prints a label which it does not have.
fn bad(name: &str) -> String {
    format!(
        "      - alert: {name}\n        expr: sum(rate(x_total[5m])) > 1\n        annotations: {{s: '{{{{ $labels.x }}}}'}}\n"
    )
}

fn group(name: &str, rules: &[String]) -> String {
    format!("  - name: {name}\n    rules:\n{}", rules.concat())
}

#[test]
fn only_what_has_changed_is_told() {
    let old = format!("groups:\n{}", group("g", &[bad("A"), bad("B")]));
    let sandbox = repository(&[("rules/a.yml", &old), ("rules/b.yml", &old.replace("name: g", "name: h"))]);
    insta::assert_snapshot!(check(&sandbox, &["--since", "HEAD"]), @"
    no findings that concern the change (2 files)
    --- exit code 0
    ");
    // Lines have moved, B is another one, C is new; a file that git does not know yet.
    let new = format!("# new\ngroups:\n{}", group("g", &[bad("C"), bad("A"), bad("B").replace("> 1", "> 2")]));
    sandbox.write("rules/a.yml", new);
    sandbox.write("rules/c.yml", format!("groups:\n{}", group("i", &[bad("D")])));
    insta::assert_snapshot!(check(&sandbox, &["--since", "HEAD"]), @"
    rules/a.yml:7:30: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    rules/a.yml:9:15: warning[rule/same-condition] `A` fires whenever `C` does: expression and `for` are the same
    rules/a.yml:13:30: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    rules/c.yml:6:30: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    3 errors, 1 warning in 2 of 3 files, of what the change concerns
    --- exit code 1
    ");
    // From below the root, and with paths.
    let mut command = sandbox.command();
    let run = Run::of(command.current_dir(sandbox.path("rules")).args(["check", "-q", "--since", "HEAD", "a.yml"]));
    assert!(run.stdout.matches("error[").count() == 2, "{run}");
    // What is staged, and not what is saved beside it.
    git(&sandbox, &["add", "rules/a.yml"]);
    sandbox.write("rules/a.yml", &old);
    insta::assert_snapshot!(check(&sandbox, &["--staged"]), @"
    rules/a.yml:7:30: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    rules/a.yml:9:15: warning[rule/same-condition] `A` fires whenever `C` does: expression and `for` are the same
    rules/a.yml:13:30: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    2 errors, 1 warning in 1 of 3 files, of what the change concerns
    --- exit code 1
    ");
}

/// Findings outside of the folder of the configuration are known again, too, wherever the files as they were are read.
#[test]
fn folders_above_are_compared() {
    let rules = |alert: &str| format!("groups:\n{}", group("g", &[bad(alert)]));
    let sandbox = repository(&[("a.yml", &rules("A")), ("sub/b.yml", &rules("B")), ("other/c.yml", &rules("C"))]);
    let run = |options: &[&str]| {
        let mut command = sandbox.command();
        command
            .current_dir(sandbox.path("sub"))
            .args(["check", "--no-config", "--output-format", "concise"])
            .args(options);
        Run::of(&mut command)
    };
    let everywhere = sandbox.path("sub/..");
    for way in ["shared", "whole"] {
        for path in ["..", "../other/..", everywhere.to_str().unwrap()] {
            let unchanged = run(&["--since", "HEAD", "--comparing", way, path]);
            assert_eq!(unchanged.stdout, "no findings that concern the change (3 files)\n", "{way} {path}");
        }
    }
    git(&sandbox, &["mv", "a.yml", "z.yml"]);
    sandbox.write("other/c.yml", rules("D"));
    let run = run(&["--since", "HEAD", ".."]);
    assert!(run.stdout.starts_with("../other/c.yml:") && run.stdout.contains("1 error in 1 of 3 files"), "{run}");
}

/// What a submodule brings when it is moved to another commit is new.
#[test]
fn a_submodule_that_moves_brings_what_is_in_it() {
    let rules = |alert: &str| format!("groups:\n{}", group("g", &[bad(alert)]));
    let library = repository(&[("r.yml", "groups: []\n")]);
    let sandbox = repository(&[("a.yml", &rules("A"))]);
    let from = library.path("");
    git(&sandbox, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from.to_str().unwrap(), "lib"]);
    commit(&sandbox);
    for reference in [&["--since", "HEAD"][..], &["--staged"]] {
        assert_eq!(check(&sandbox, reference).stdout, "no findings that concern the change (2 files)\n");
    }
    library.write("r.yml", rules("B"));
    commit(&library);
    let fetch = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--remote"];
    git(&sandbox, &fetch);
    git(&sandbox, &["add", "-A"]);
    for reference in [&["--since", "HEAD"][..], &["--staged"], &["--since", "HEAD", "--comparing", "whole"]] {
        let run = check(&sandbox, reference);
        assert!(run.stdout.starts_with("lib/r.yml:6:") && run.stdout.contains("1 error in 1 of 2 files"), "{run}");
    }
    commit(&sandbox);
    assert_eq!(check(&sandbox, &["--since", "HEAD"]).stdout, "no findings that concern the change (2 files)\n");
}

/// Of a file that git names in bytes which are no text nothing is left out in silence.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_said() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let rules = format!("groups:\n{}", group("g", &[bad("A")]));
    for name in [b"n\xff.yml".as_slice(), b"\xff.txt"] {
        let sandbox = repository(&[("a.yml", &rules), ("b/a.yml", &rules.replace("name: g", "name: h"))]);
        let odd = sandbox.path("b").join(OsStr::from_bytes(name));
        fs::write(&odd, &rules).unwrap();
        let lossy = String::from_utf8_lossy(name);
        let said = format!("error: what has changed in `b/{lossy}` cannot be told: its name is not UTF-8");
        let is_said = |options: &[&str]| {
            let run = check(&sandbox, options);
            assert!(run.stderr.starts_with(&said) && run.code == Some(2), "{run}");
        };
        is_said(&["--since", "HEAD"]);
        // It does not matter to those who do not look at it, or where nothing has changed in it.
        sandbox.write("a.yml", rules.replace("> 1", "> 2"));
        let run = check(&sandbox, &["--since", "HEAD", "a.yml"]);
        assert!(run.stdout.starts_with("a.yml:6:") && run.stdout.contains("1 error in 1 of 1 file"), "{run}");
        git(&sandbox, &["add", "-A"]);
        is_said(&["--staged"]);
        commit(&sandbox);
        sandbox.write("a.yml", &rules);
        let run = check(&sandbox, &["--since", "HEAD"]);
        assert!(run.stdout.starts_with("a.yml:6:") && run.stdout.contains("1 error in 1 of 3 files"), "{run}");
        commit(&sandbox);
        // Renamed, as is advised.
        fs::rename(&odd, sandbox.path("b/n.yml")).unwrap();
        commit(&sandbox);
        let run = check(&sandbox, &["--since", "HEAD~1"]);
        assert_eq!(run.code, Some(0), "{run}");
    }
}

#[test]
fn renamed_files_are_the_same() {
    let text = format!("groups:\n{}", group("g", &[bad("A"), bad("B")]));
    let sandbox = repository(&[("a.yml", &text)]);
    git(&sandbox, &["mv", "a.yml", "b.yml"]);
    sandbox.write("b.yml", text.replace("alert: B", "alert: C"));
    let run = check(&sandbox, &["--since", "HEAD"]);
    assert!(run.stdout.starts_with("b.yml:8:") && run.stdout.contains("1 error"), "{run}");
}

#[test]
fn what_is_affected_is_told_too() {
    let recorded = "      - record: a:b\n        expr: sum by (job) (x)\n";
    let reader = "      - alert: R\n        expr: a:b > 1\n        annotations: {s: '{{ $labels.y }}'}\n";
    let rules = format!("groups:\n{}{}", group("g", &[recorded.to_owned()]), group("h", &[reader.to_owned()]));
    let test = "rule_files: [a.yml]\ntests:\n  - input_series: [{series: x, values: 1}, {series: unused, values: 1}]\n    \
                alert_rule_test: [{eval_time: 0, alertname: R}]\n";
    let files = [("a.yml", &*rules), ("t.yml", test), ("b.yml", &format!("groups:\n{}", group("i", &[bad("Z")])))];
    let sandbox = repository(&files);
    let told = |text: String| {
        sandbox.write("a.yml", text);
        check(&sandbox, &["--since", "HEAD"]).stdout
    };
    // The recorded series: who reads it, and the tests of both.
    insta::assert_snapshot!(told(rules.replace("by (job) (x)", "by (job) (x * 2)")), @"
    a.yml:10:30: warning[template/recorded-label] the annotation `s` prints `y`, which `a:b` is recorded without
    t.yml:3:53: warning[test/unused-series] no rule or expression under test reads `unused`
    2 warnings in 2 of 3 files, of what the change concerns
    ");
    // A setting of the group.
    insta::assert_snapshot!(told(rules.replace("name: h\n", "name: h\n    interval: 30s\n")), @"
    a.yml:11:30: warning[template/recorded-label] the annotation `s` prints `y`, which `a:b` is recorded without
    t.yml:3:53: warning[test/unused-series] no rule or expression under test reads `unused`
    2 warnings in 2 of 3 files, of what the change concerns
    ");
    // It is gone, and still read.
    insta::assert_snapshot!(told(rules.replace("record: a:b", "record: a:c")), @"
    a.yml:9:15: error[rule/removed-but-used] `a:b` is not recorded any more
    t.yml:3:53: warning[test/unused-series] no rule or expression under test reads `unused`
    1 error, 1 warning in 2 of 3 files, of what the change concerns
    ");
    insta::assert_snapshot!(check(&sandbox, &["--since", "HEAD", "--ignore", "removed-but-used"]).stdout, @"
    t.yml:3:53: warning[test/unused-series] no rule or expression under test reads `unused`
    1 warning in 1 of 3 files, of what the change concerns
    ");
    let run = check(&sandbox, &[]);
    assert!(!run.stdout.contains("removed-but-used"), "{run}");
}

/// What a change has to do with, found in both ways of comparing.
fn told_in_both_ways(sandbox: &Sandbox, options: &[&str]) -> String {
    let told = |way: &str| check(sandbox, &[&["--since", "HEAD", "--comparing", way], options].concat()).stdout;
    let shared = told("shared");
    assert_eq!(shared, told("whole"));
    shared
}

/// Tests that run the rules of `file`, look for the alert `name`, and expect none.
fn tests_of(file: &str, name: &str) -> String {
    format!(
        "rule_files: [{file}]\ntests:\n  - input_series: [{{series: x_total, values: 1}}]\n    alert_rule_test: [{{eval_time: 0, alertname: {name}}}]\n"
    )
}

/// Which alerts are named of which the rules of the tests know nothing.
fn unknown_alerts(sandbox: &Sandbox, options: &[&str]) -> usize {
    let run = check(sandbox, &[&["--since", "HEAD"], options].concat());
    assert!(run.code.is_some_and(|code| code < 2), "{run}");
    run.stdout.matches("test/unknown-alert").count()
}

/// Where a link has led decides on what tests have found, and not where it leads now.
#[cfg(unix)]
#[test]
fn links_lead_where_they_led() {
    use std::os::unix::fs::symlink;

    let rules = |name: &str| format!("groups:\n{}", group(name, &[bad(name)]));
    let sandbox = repository(&[
        ("rules/one.yml", &rules("A")),
        ("rules/two.yml", &rules("B")),
        ("tests/a.yml", &tests_of("rules.lnk", "A")),
        ("tests/none.yml", &tests_of("rules.lnk", "NoSuch")),
        ("tests/new.yml", &tests_of("new.lnk", "NoSuch")),
    ]);
    let link = sandbox.path("tests/rules.lnk");
    symlink("../rules/one.yml", &link).unwrap();
    commit(&sandbox);
    for way in ["shared", "whole"] {
        assert_eq!(unknown_alerts(&sandbox, &["--comparing", way]), 0, "{way}");
    }
    // Another file is renamed.
    fs::rename(sandbox.path("rules/two.yml"), sandbox.path("rules/zwei.yml")).unwrap();
    assert_eq!(unknown_alerts(&sandbox, &[]), 0);
    commit(&sandbox);
    // A link that was not there.
    symlink("../rules/one.yml", sandbox.path("tests/new.lnk")).unwrap();
    assert_eq!(unknown_alerts(&sandbox, &[]), 1);
    commit(&sandbox);
    fs::remove_file(&link).unwrap();
    symlink("../rules/zwei.yml", &link).unwrap();
    assert_eq!(unknown_alerts(&sandbox, &[]), 1);
    // What leads out of the repository leads nowhere.
    for (name, target) in [("up", ".."), ("far", "up/../.."), ("etc", "/etc")] {
        symlink(target, sandbox.path(name)).unwrap();
    }
    commit(&sandbox);
    assert_eq!(unknown_alerts(&sandbox, &["--comparing", "whole"]), 0);
}

/// Rules with any ending were what they are, if they have not changed.
#[test]
fn files_with_other_endings_are_read_as_they_were() {
    let rules = |name: &str| format!("groups:\n{}", group(name, &[bad(name)]));
    let sandbox = repository(&[
        ("alerts.txt", &rules("A")),
        ("b.yml", "groups: [{name: b, rules: [{alert: B, expr: up == 0}]}]\n"),
        ("notes.go", &rules("C")),
    ]);
    fs::rename(sandbox.path("b.yml"), sandbox.path("c.yml")).unwrap();
    insta::assert_snapshot!(check(&sandbox, &["--since", "HEAD", ".", "notes.go"]), @"
    no findings that concern the change (3 files)
    --- exit code 0
    ");
}

/// Two groups of one name are two, each with its own settings.
#[test]
fn groups_of_one_name_have_not_changed() {
    let second = group("g", &[bad("B")]).replace("    rules:", "    interval: 30s\n    rules:");
    let text = format!("groups:\n{}{second}", group("g", &[bad("A")]));
    let sandbox = repository(&[("a.yml", &text)]);
    sandbox.write("b.yml", "groups: []\n");
    assert!(told_in_both_ways(&sandbox, &[]).starts_with("no findings that concern the change"));
    sandbox.write("a.yml", text.replace("interval: 30s", "interval: 40s"));
    let told = told_in_both_ways(&sandbox, &["--select", "template"]);
    assert_eq!(told.lines().filter(|line| line.contains("warning[") || line.contains("error[")).count(), 1, "{told}");
}

/// A text that is staged is looked at as the file would be: it may be one that promproof passes over.
#[test]
fn a_staged_template_is_passed_over() {
    let rules = format!("groups:\n{}", group("g", &[bad("A")]));
    let sandbox = repository(&[("a.yml", "{{ x }}\ngroups:\n"), ("b.yml", &rules.replace("A", "B"))]);
    sandbox.write("a.yml", &rules);
    let run = check(&sandbox, &["--staged", "--comparing", "shared"]);
    assert_eq!(run.to_string(), check(&sandbox, &["--staged", "--comparing", "whole"]).to_string());
    assert!(run.code == Some(0) && !run.stdout.contains("a.yml:"), "{run}");
    git(&sandbox, &["add", "-A"]);
    assert!(check(&sandbox, &["--staged"]).stdout.contains("a.yml:"));
}

/// What git ignores, generated rules for instance, is no part of a change.
#[test]
fn what_is_ignored_was_what_it_is() {
    let rules = |name: &str| format!("groups:\n{}", group(name, &[bad(name)]));
    let sandbox = repository(&[
        (".gitignore", "out/\n"),
        ("out/gen.yml", &rules("A")),
        ("t.yml", &tests_of("out/gen.yml", "NoSuch")),
        ("z.yml", &rules("Z")),
    ]);
    sandbox.write("z.yml", rules("Z").replace("> 1", "> 2"));
    for options in [&[][..], &[".", "out/gen.yml"]] {
        let told = told_in_both_ways(&sandbox, options);
        assert!(told.contains("z.yml:") && !told.contains("t.yml:") && !told.contains("out/"), "{told}");
    }
    // What git does not know yet is part of it, and so are folders of it.
    sandbox.write("new/gen.yml", rules("N"));
    let told = told_in_both_ways(&sandbox, &[]);
    assert!(told.contains("new/gen.yml:"), "{told}");
}

/// `CODEOWNERS` is compared with what it was, line by line; group labels are part of what is touched.
#[test]
fn owners_are_part_of_a_change() {
    let rules = |group: &str, labels: &str| {
        format!("groups:\n  - name: {group}\n{labels}    rules:\n      - alert: A{group}\n        expr: up == 0\n")
    };
    let owners = "* @sre\n/rules/a.yml @nobody\n";
    let policy = "[[policy]]\nrequire-owner = true\nallowed-owners = [\"@sre\", \"sre\"]\nowner-labels = [\"team\"]\n";
    let labelled = |team: &str| rules("c", &format!("    labels: {{team: {team}}}\n"));
    let sandbox = repository(&[
        ("promproof.toml", policy),
        ("CODEOWNERS", owners),
        ("rules/a.yml", &rules("a", "")),
        ("rules/b.yml", &rules("b", "")),
        ("rules/c.yml", &labelled("x")),
    ]);
    let told = || told_in_both_ways(&sandbox, &["-q"]);
    let now = |text: &str| {
        sandbox.write("CODEOWNERS", text);
        told()
    };
    assert_eq!(now(&format!("# who owns what\n\n{owners}")), "");
    insta::assert_snapshot!(now(&format!("/rules/b.yml @nobody\n{owners}/rules/b.yml @nobody\n")), @"CODEOWNERS:4:14: error[rule/unknown-owner] the owner `@nobody` is not known");
    insta::assert_snapshot!(now(&owners.replace("nobody", "who")), @"CODEOWNERS:2:14: error[rule/unknown-owner] the owner `@who` is not known");
    insta::assert_snapshot!(now("/rules/a.yml @nobody\n"), @"rules/b.yml:4:16: error[rule/unowned] the alert `Ab` has no owner");
    std::fs::remove_file(sandbox.path("CODEOWNERS")).unwrap();
    sandbox.write(".github/CODEOWNERS", owners);
    git(&sandbox, &["add", "-A"]);
    assert_eq!(told(), "");
    // A file that an unknown owner gets.
    git(&sandbox, &["reset", "-q", "--hard"]);
    sandbox.write("CODEOWNERS", format!("{owners}/new/ @new\n"));
    commit(&sandbox);
    assert_eq!(told(), "");
    sandbox.write("new/d.yml", rules("d", ""));
    insta::assert_snapshot!(told(), @"CODEOWNERS:3:7: error[rule/unknown-owner] the owner `@new` is not known");
    sandbox.write("rules/c.yml", labelled("y"));
    assert!(told().contains("rules/c.yml:3:20: error[rule/unknown-owner] the owner `y` is not known"), "{}", told());
}

/// A file that is taken away and not named, and an alert whose state a rule reads.
#[test]
fn what_is_gone_is_looked_for_in_the_whole_change() {
    let gone = "      - record: a:b\n        expr: sum(x)\n      - alert: Down\n        expr: x == 0\n";
    let readers = "      - alert: R\n        expr: a:b > 1\n      - record: r:n\n        expr: count(ALERTS{alertname=\"Down\"})\n";
    let file = |rules: &str| format!("groups:\n{}", group("g", &[rules.to_owned()]));
    let sandbox = repository(&[("a.yml", &file(gone)), ("b.yml", &file(readers))]);
    let told = || check(&sandbox, &["b.yml", "--since", "HEAD"]).stdout;
    assert!(told().starts_with("no findings"), "{}", told());
    std::fs::remove_file(sandbox.path("a.yml")).unwrap();
    insta::assert_snapshot!(told(), @"
    b.yml:5:15: error[rule/removed-but-used] `a:b` is not recorded any more
    b.yml:7:28: error[rule/removed-but-used] there is no alert `Down` any more
    2 errors in 1 of 1 file, of what the change concerns
    ");
    // It has moved to a file that is not named either.
    sandbox.write("c.yml", file(gone));
    assert!(told().starts_with("no findings"), "{}", told());
}

#[test]
fn what_is_gone_can_be_excused() {
    let recorded = "      - record: a:b\n        expr: sum by (job) (x)\n".to_owned();
    let reader = |name: &str, comment: &str| {
        format!(
            "      - alert: {name}\n        expr: a:b > 1{comment}\n        annotations: {{s: '{{{{ $labels.y }}}}'}}\n"
        )
    };
    let rules = |first: &str, comment: &str| {
        let readers = [reader("R", comment), reader("S", "").replace("> 1", "> 2")];
        format!("groups:\n{}{}", group("g", &[first.to_owned()]), group("h", &readers))
    };
    let other = recorded.replace("a:b", "a:c");
    let sandbox =
        repository(&[("a.yml", &rules(&recorded, "")), ("b.yml", &format!("groups:\n{}", group("i", &[bad("B")])))]);
    let since = |options: &[&str]| check(&sandbox, &[&["--since", "HEAD"], options].concat()).stdout;
    // A comment; where nobody looks for it, or nothing is gone, it is no useless one.
    let comment = " # promproof: ignore[rule/removed-but-used] the other server records it";
    sandbox.write("a.yml", rules(&other, comment));
    let told = since(&[]);
    assert!(told.contains("a.yml:12:15: error[rule/removed-but-used]"), "{told}");
    assert!(!told.contains("a.yml:9:") && !told.contains("suppression/"), "{told}");
    assert!(!check(&sandbox, &[]).stdout.contains("suppression/"));
    commit(&sandbox);
    assert!(since(&[]).starts_with("no findings"), "{}", since(&[]));
    git(&sandbox, &["reset", "-q", "--hard", "HEAD~"]);
    // An override for one rule, and a baseline.
    sandbox.write("a.yml", rules(&other, ""));
    sandbox.write(
        "promproof.toml",
        "[[overrides]]\nreason = \"x\"\nnames = \"S\"\nrules = {\"rule/removed-but-used\" = \"warning\"}\n",
    );
    let told = since(&[]);
    assert!(told.contains("a.yml:9:15: error[rule/rem") && told.contains("a.yml:12:15: warning[rule/rem"), "{told}");
    std::fs::remove_file(sandbox.path("promproof.toml")).unwrap();
    sandbox.write("a.yml", rules(&recorded, ""));
    check(&sandbox, &["--baseline", "known.jsonl", "--update-baseline"]);
    let known = std::fs::read_to_string(sandbox.path("known.jsonl")).unwrap();
    sandbox.write("known.jsonl", known.replace("template/recorded-label", "rule/removed-but-used"));
    sandbox.write("a.yml", rules(&other, ""));
    let told = since(&["--baseline", "known.jsonl"]);
    assert!(!told.contains("removed-but-used") && told.contains("3 known"), "{told}");
    let told = check(&sandbox, &["--baseline", "known.jsonl"]).stdout;
    assert!(!told.contains("stale"), "{told}");
}

#[test]
fn what_has_moved_to_a_file_that_is_not_named_is_not_gone() {
    let recorded = group("g", &["      - record: a:b\n        expr: sum(x)\n".to_owned()]);
    let reader = format!("groups:\n{}", group("h", &["      - alert: R\n        expr: a:b > 1\n".to_owned()]));
    let a = format!("groups:\n{recorded}");
    let sandbox = repository(&[("a.yml", &a), ("b.yml", &reader)]);
    sandbox.write("a.yml", a.replace("a:b", "a:c"));
    let told = || check(&sandbox, &["--since", "HEAD", "a.yml", "b.yml"]).stdout;
    assert!(told().contains("`a:b` is not recorded any more"), "{}", told());
    sandbox.write("c.yml", a.replace("name: g", "name: i"));
    assert!(!told().contains("removed-but-used"), "{}", told());
    git(&sandbox, &["add", "-A"]);
    let staged = check(&sandbox, &["--staged", "a.yml", "b.yml"]).stdout;
    assert!(!staged.contains("removed-but-used"), "{staged}");
}

#[test]
fn a_renamed_file_that_is_named_is_the_same() {
    let text = format!("groups:\n{}", group("g", &[bad("A")]));
    let sandbox = repository(&[("b.rules.yml", &text), ("c.yml", &text.replace("name: g", "name: h"))]);
    sandbox.write("old/keep", "");
    git(&sandbox, &["mv", "b.rules.yml", "old/b.rules.yml"]);
    for path in ["old/b.rules.yml", "old", "."] {
        let run = check(&sandbox, &["--staged", path]);
        assert!(run.code == Some(0) && run.stdout.starts_with("no findings"), "{path}: {run}");
    }
}

#[test]
fn before_the_first_commit_all_that_is_staged_is_new() {
    let sandbox = Sandbox::with(&[("a.yml", &*format!("groups:\n{}", group("g", &[bad("A")])))]);
    git(&sandbox, &["init", "-q", "-b", "main"]);
    assert!(check(&sandbox, &["--staged"]).stdout.starts_with("no findings"));
    git(&sandbox, &["add", "a.yml"]);
    let run = check(&sandbox, &["--staged"]);
    assert!(run.code == Some(1) && run.stdout.starts_with("a.yml:6:"), "{run}");
}

#[test]
fn what_git_cannot_tell_is_said() {
    let text = format!("groups:\n{}", group("g", &[bad("A")]));
    let bare = Sandbox::with(&[("a.yml", &text)]);
    let said = |sandbox: &Sandbox, options: &[&str]| {
        let run = check(sandbox, options);
        assert!(run.code == Some(2) && run.stdout.is_empty(), "{run}");
        run.stderr.replace(&sandbox.path("").display().to_string(), "/")
    };
    let sandbox = repository(&[("a.yml", &text)]);
    insta::assert_snapshot!(said(&bare, &["--since", "HEAD"]), @"
    error: what has changed cannot be found out: not a git repository (or any of the parent directories): .git
      help: run promproof within a repository of git
    ");
    insta::assert_snapshot!(said(&sandbox, &["--since", "gone"]), @"error: there is no commit `gone` here");
    git(&sandbox, &["remote", "add", "origin", "/nonexistent"]);
    insta::assert_snapshot!(said(&sandbox, &["--since", "origin/gone"]), @"
    error: there is no commit `origin/gone` here
      help: fetch it first: `git fetch origin`
    ");
    insta::assert_snapshot!(said(&sandbox, &["--since=--output=x"]), @"error: `--output=x` is no name of a commit");
    insta::assert_snapshot!(said(&sandbox, &["--since", "HEAD", "-"]), @"
    error: --since knows nothing of standard input
      help: name files of the repository
    ");
    insta::assert_snapshot!(said(&sandbox, &["--since", "HEAD", "--fix"]), @"
    error: --fix is for all findings, and --since leaves most of them out
      help: give one of the two
    ");
    insta::assert_snapshot!(said(&sandbox, &["--since", "HEAD", bare.path("a.yml").to_str().unwrap()]).lines().nth(1).unwrap_or_default(), @"  help: name files of the repository only, or leave --since and --staged out");
    // A clone without its history.
    commit(&sandbox);
    let shallow = Sandbox::new();
    let url = format!("file://{}", sandbox.path("").display());
    git(&shallow, &["clone", "-q", "--depth", "1", &url, "."]);
    insta::assert_snapshot!(said(&shallow, &["--since", "HEAD~1"]), @"
    error: there is no commit `HEAD~1` here
      help: the clone is shallow or partial: fetch more of the history (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout)
    ");
    // No git at all.
    let run = Run::of(sandbox.command().env("PATH", "/nonexistent").args(["check", "--staged"]));
    assert!(run.code == Some(2) && run.stderr.contains("git cannot be run"), "{run}");
}

#[test]
#[cfg(unix)]
fn a_repository_runs_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = format!("groups:\n{}", group("g", &[bad("A")]));
    let sandbox = repository(&[("a.yml", &text), (".gitattributes", "*.yml diff=evil filter=evil\n")]);
    sandbox.write("evil.sh", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n");
    fs::set_permissions(sandbox.path("evil.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let evil = sandbox.path("evil.sh").display().to_string();
    for key in ["core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.sshCommand"] {
        git(&sandbox, &["config", key, &evil]);
    }
    sandbox.write("a.yml", text.replace("alert: A", "alert: B"));
    let runs_nothing = |changes: &[&str]| {
        let run = check(&sandbox, changes);
        assert!(run.code == Some(1) && run.stdout.contains("1 error"), "{run}");
        assert!(!sandbox.path("ran").exists(), "{changes:?}");
    };
    runs_nothing(&["--since", "HEAD"]);
    // What goes into a commit may be what a filter makes of it; its name may hold what separates key and value.
    for filter in ["evil", "e=vil"] {
        sandbox.write(".gitattributes", format!("*.yml filter={filter}\n"));
        for way in ["clean", "smudge", "process"] {
            git(&sandbox, &["config", &format!("filter.{filter}.{way}"), &evil]);
        }
        git(&sandbox, &["config", &format!("filter.{filter}.required"), "true"]);
        runs_nothing(&["--since", "HEAD"]);
    }
    // It would.
    let mut careless = std::process::Command::new("git");
    assert!(careless.current_dir(sandbox.path("")).args(["diff", "HEAD"]).output().is_ok());
    assert!(sandbox.path("ran").exists());
    let left: Vec<_> = fs::read_dir(std::env::temp_dir()).unwrap().flatten().collect();
    let id = format!("promproof-{}-", std::process::id());
    assert!(left.iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(&id)));
}

/// A little generator of numbers, always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A made-up repository: files, groups, and of each rule which expression it has, whether it is bad, and what it reads.
#[derive(Clone, Default)]
struct Made {
    /// By file and group: an interval, and rules.
    groups: BTreeMap<(String, String), (u64, Vec<MadeRule>)>,
}

#[derive(Clone, PartialEq)]
struct MadeRule {
    name: String,
    version: u64,
    bad: bool,
    reads: Option<String>,
    records: bool,
}

impl MadeRule {
    fn text(&self) -> String {
        let metric = self.reads.as_deref().unwrap_or("x_total");
        let kind = if self.records { "record" } else { "alert" };
        let mut text =
            format!("      - {kind}: {}\n        expr: sum by (job) ({metric}) > {}\n", self.name, self.version);
        if self.bad && !self.records {
            text.push_str("        annotations: {s: '{{ $labels.gone }}'}\n");
        }
        text
    }
}

impl Made {
    fn write(&self, sandbox: &Sandbox) {
        let _ = fs::remove_dir_all(sandbox.path("rules"));
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for ((file, group), (interval, rules)) in &self.groups {
            let text = files.entry(file).or_insert_with(|| "groups:\n".to_owned());
            let rules: String = rules.iter().map(MadeRule::text).collect();
            text.push_str(&format!("  - name: {group}\n    interval: {interval}s\n    rules:\n{rules}"));
        }
        for (file, text) in files {
            sandbox.write(file, text);
        }
    }

    /// One change at random.
    fn change(&mut self, dice: &mut Dice) {
        let keys: Vec<(String, String)> = self.groups.keys().cloned().collect();
        let key = keys[dice.below(keys.len() as u64) as usize].clone();
        let fresh = dice.below(1_000_000);
        let rule = MadeRule {
            name: format!("A{fresh}"),
            version: 1,
            bad: dice.below(2) == 0,
            reads: (dice.below(3) == 0).then(|| format!("r:{}", dice.below(6))),
            records: false,
        };
        let (interval, rules) = self.groups.get_mut(&key).unwrap();
        match dice.below(8) {
            0 => *interval += 1,
            1 => rules.reverse(),
            2 if rules.len() > 1 => drop(rules.remove(0)),
            3 => {
                let at = dice.below(rules.len() as u64) as usize;
                rules[at].version += 1;
            }
            4 => {
                let at = dice.below(rules.len() as u64) as usize;
                // `bad` shows in the text of alerts only.
                match rules[at].records {
                    true => rules[at].version += 1,
                    false => rules[at].bad = !rules[at].bad,
                }
            }
            5 => drop(self.groups.insert((key.0, format!("g{fresh}")), (60, vec![rule]))),
            6 => {
                // The file gets another name.
                let new = format!("rules/f{fresh}.yml");
                let moved: Vec<_> = self.groups.keys().filter(|(file, _)| *file == key.0).cloned().collect();
                for old in moved {
                    let group = self.groups.remove(&old).unwrap();
                    self.groups.insert((new.clone(), old.1), group);
                }
            }
            _ => rules.push(rule),
        }
    }

    /// The alerts that a change from `old` to this touches or affects, by names, which are unique.
    fn concerned(&self, old: &Made, renamed: &BTreeMap<String, String>) -> BTreeSet<String> {
        let old_of = |file: &String, group: &String| {
            let file = renamed.get(file).unwrap_or(file);
            old.groups.get(&(file.clone(), group.clone()))
        };
        let mut concerned = BTreeSet::new();
        let mut series = BTreeSet::new();
        for ((file, group), (interval, rules)) in &self.groups {
            let before = old_of(file, group).filter(|(old, _)| old == interval);
            for rule in rules.iter().filter(|rule| before.is_none_or(|(_, old)| !old.contains(rule))) {
                concerned.insert(rule.name.clone());
            }
        }
        let all = |made: &Made| made.groups.values().flat_map(|(_, rules)| rules.clone()).collect::<Vec<_>>();
        for rule in all(old).into_iter().chain(all(self)).filter(|rule| rule.records) {
            if concerned.contains(&rule.name) || !all(self).contains(&rule) {
                series.insert(rule.name);
            }
        }
        let read = |rule: &MadeRule| rule.reads.as_ref().is_some_and(|read| series.contains(read));
        concerned.extend(all(self).into_iter().filter(read).map(|rule| rule.name));
        concerned
    }
}

/// The findings of a run as JSON, by fingerprint.
fn found(sandbox: &Sandbox, options: &[&str]) -> BTreeMap<String, Value> {
    let run = sandbox.run(&[&["check", "--no-config", "--output-format", "json"], options].concat());
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}\n{run}"));
    let findings = report["diagnostics"].as_array().unwrap().iter();
    findings.map(|found| (found["fingerprint"].as_str().unwrap().to_owned(), found.clone())).collect()
}

/// Which alert a finding is about: the last one that begins before it.
fn alert_of(sandbox: &Sandbox, found: &Value) -> String {
    let text = fs::read_to_string(sandbox.path(found["file"].as_str().unwrap())).unwrap();
    let before = &text[..found["start"]["offset"].as_u64().unwrap() as usize];
    let name = |mark: &str| {
        before.rsplit_once(mark).map(|(above, rest)| (above.len(), rest.lines().next().unwrap_or_default()))
    };
    [name("- alert: "), name("- record: ")].into_iter().flatten().max().map_or("", |(_, name)| name).to_owned()
}

/// Over a history of 200 commits: `--since` tells what a full run before and after differ in, and of what the change
/// touched or affected all there is; nothing else. In four parts at once, as each commit takes a dozen processes.
#[test]
fn a_history_of_200_commits() {
    let (told, short) = std::thread::scope(|scope| {
        let parts = [0..50, 50..100, 100..150, 150..200].map(|steps| scope.spawn(|| a_part_of_the_history(steps)));
        let counts = parts.into_iter().map(|part| part.join().unwrap());
        counts.fold((0, 0), |(told, short), part| (told + part.0, short + part.1))
    });
    assert!(told > 100 && short > 100, "{told} {short}");
}

/// Commits these of the history's changes, on top of those before them. Gives how many findings were told, and how many
/// of the changes renamed or removed no file.
fn a_part_of_the_history(steps: Range<usize>) -> (usize, usize) {
    let mut dice = Dice(7);
    let mut made = Made::default();
    for file in 0..6 {
        let recording = MadeRule { name: format!("r:{file}"), version: 1, bad: false, reads: None, records: true };
        let alert = MadeRule {
            name: format!("A{file}"),
            version: 1,
            bad: true,
            reads: Some(format!("r:{file}")),
            records: false,
        };
        made.groups.insert((format!("rules/{file}.yml"), format!("n{file}")), (60, vec![recording, alert]));
    }
    (0..steps.start).for_each(|_| made.change(&mut dice));
    let sandbox = repository(&[]);
    made.write(&sandbox);
    commit(&sandbox);
    let mut before = found(&sandbox, &[]);
    let (mut told, mut short) = (0, 0);
    for step in steps {
        let old = made.clone();
        made.change(&mut dice);
        made.write(&sandbox);
        commit(&sandbox);
        let renames = git(&sandbox, &["diff", "--name-status", "-M", "HEAD~1", "HEAD"]);
        let renamed: BTreeMap<String, String> = renames
            .lines()
            .filter_map(|line| {
                let parts: Vec<&str> = line.split('\t').collect();
                (parts[0].starts_with('R')).then(|| (parts[2].to_owned(), parts[1].to_owned()))
            })
            .collect();
        let after = found(&sandbox, &[]);
        let since = found(&sandbox, &["--since", "HEAD~1", "--comparing", "whole"]);
        // Files with rules that go away or are renamed are what it takes the long way for.
        let is_short = !renames.contains(['D', 'R']);
        let shared =
            found(&sandbox, &["--since", "HEAD~1", "--comparing", "shared"].as_slice()[..if is_short { 4 } else { 2 }]);
        assert_eq!(shared, since, "step {step}");
        short += usize::from(is_short);
        let concerned = made.concerned(&old, &renamed);
        let (of_change, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            since.into_iter().partition(|(_, found)| found["rule"] == "rule/removed-but-used");
        for (print, found) in &after {
            // A renamed file has other fingerprints, and is no difference.
            let is_renamed = renamed.contains_key(found["file"].as_str().unwrap());
            let is_new = !before.contains_key(print) && !is_renamed;
            let is_concerned = concerned.contains(&alert_of(&sandbox, found));
            assert_eq!(
                rest.contains_key(print),
                is_new || is_concerned,
                "step {step}: {found:#}\nnew {is_new}, concerned {is_concerned}"
            );
        }
        assert!(rest.keys().all(|print| after.contains_key(print)), "step {step}: what a full run does not find");
        let names = |made: &Made| -> BTreeSet<String> {
            let rules = made.groups.values().flat_map(|(_, rules)| rules);
            rules.filter(|rule| rule.records).map(|rule| rule.name.clone()).collect()
        };
        let gone: BTreeSet<String> = names(&old).difference(&names(&made)).cloned().collect();
        let readers = made.groups.values().flat_map(|(_, rules)| rules);
        let readers = readers.filter(|rule| rule.reads.as_ref().is_some_and(|read| gone.contains(read))).count();
        assert_eq!(of_change.len(), readers, "step {step}");
        told += rest.len() + of_change.len();
        before = after;
    }
    (told, short)
}

/// Files of all kinds, at random: what a run knows of one depends on others.
fn any_file(dice: &mut Dice) -> (String, String) {
    let n = dice.below(5);
    let mut pick = |from: &[&str]| from[dice.below(from.len() as u64) as usize].to_owned();
    let rules = |pick: &mut dyn FnMut(&[&str]) -> String| {
        let mut text = format!(
            "groups:\n  - name: g{n}\n{}    rules:\n",
            pick(&["", "    interval: 1m\n", "    labels: {team: x}\n"])
        );
        for at in 0..3 {
            if at == 2 && pick(&["one", "one", "two"]) == "two" {
                text += &format!("  - name: g{n}\n    interval: 5m\n    rules:\n");
            }
            let comment =
                pick(&["", "", " # promproof: ignore[template/recorded-label] so", " # promproof: ignore[alert] no"]);
            let expr = pick(&[
                "plain > 1",
                "a:b > 1",
                "sum(a:b) == 2",
                "sum(x",
                "rate(plain[5m]) > 0",
                "sum by (job) (x_total)",
                "x{job=\"a\"} > 1",
            ]);
            let name = pick(&["plain", "a:b", "a:c"]);
            text += &match pick(&["alert", "record", "alert"]).as_str() {
                "record" => format!("      - record: {name}\n        expr: {expr}{comment}\n"),
                _ => format!(
                    "      - alert: A{at}{n}\n        expr: {expr}{comment}\n        labels: {{severity: {}}}\n        annotations: {{s: '{{{{ $labels.{} }}}}', runbook_url: 'https://r.example/{}'}}\n",
                    pick(&["page", "info"]),
                    pick(&["job", "gone"]),
                    pick(&["A00", "none"])
                ),
            };
        }
        text
    };
    match pick(&["rules", "rules", "rules", "rules", "test", "page", "owners", "other", "new", "text"]).as_str() {
        "rules" => (format!("rules/{n}.yml"), rules(&mut pick)),
        "text" => (format!("rules/{n}.txt"), rules(&mut pick)),
        "new" => (format!("rules/new{}.yml", pick(&["1", "2", "3", "4", "5", "6", "7"])), rules(&mut pick)),
        "test" => {
            let files =
                pick(&["rules/*.yml", "rules/1.yml, rules/2.yml", "rules/new1.yml", "../lib/none.yml", "rules.lnk"]);
            let test = "tests:\n  - input_series: [{series: x, values: 1}, {series: unused, values: 1}]\n    alert_rule_test: [{eval_time: 0, alertname: A01}]\n";
            (format!("test{n}.yml"), format!("rule_files: [{files}]\n{test}"))
        }
        "page" => ("pages/A00.md".to_owned(), format!("# A00\n\n[x]({})\n", pick(&["none.md", "A00.md"]))),
        "owners" => {
            ("CODEOWNERS".to_owned(), format!("{} @sre\nrules/1.yml {}\n", pick(&["*", "x"]), pick(&["@sre", "@who"])))
        }
        _ => (
            pick(&["values.yaml", "README.md", "a.txt", "lib.rules"]),
            pick(&["a: 1\n", "groups: no\n", "b: {{ x }}\n"]),
        ),
    }
}

/// What is shared with the run makes no difference: both ways of comparing tell the same of changes at random, which are
/// committed, staged, or neither.
#[test]
fn both_ways_of_comparing_agree() {
    let mut dice = Dice(11);
    let config = "[[policy]]\nrequire-owner = true\nallowed-owners = [\"@sre\"]\n[runbook]\nsites = { \"https://r.example/\" = \"pages\" }\n";
    let sandbox = repository(&[("promproof.toml", config)]);
    for _ in 0..30 {
        let (path, text) = any_file(&mut dice);
        sandbox.write(&path, text);
    }
    commit(&sandbox);
    let (mut shared, mut told) = (0, 0);
    for step in 0..60 {
        for _ in 0..=dice.below(3) {
            let (path, text) = any_file(&mut dice);
            match dice.below(40) {
                0 => drop(fs::remove_file(sandbox.path(&path))),
                #[cfg(unix)]
                1 => {
                    let link = sandbox.path("rules.lnk");
                    let _ = fs::remove_file(&link);
                    std::os::unix::fs::symlink(format!("rules/{}.yml", dice.below(5)), link).unwrap();
                    git(&sandbox, &["add", "rules.lnk"]);
                }
                _ => sandbox.write(&path, text),
            }
            if dice.below(3) == 0 {
                git(&sandbox, &["add", "-A"]);
            }
        }
        let reference: &[&str] = match dice.below(4) {
            0 => &["--staged"],
            1 => {
                commit(&sandbox);
                &["--since", "HEAD~1"]
            }
            _ => &["--since", "HEAD"],
        };
        let paths: &[&str] = if dice.below(4) == 0 { &["rules", "test1.yml"] } else { &[] };
        let exists = paths.iter().all(|path| sandbox.path(path).exists());
        let run = |way: &str| {
            check(
                &sandbox,
                &[reference, &["--pedantic", "--comparing", way], if exists { paths } else { &[] }].concat(),
            )
        };
        let short = run("shared");
        if !short.stderr.contains("cannot be compared by what is shared") {
            assert_eq!(short.to_string(), run("whole").to_string(), "step {step}, {reference:?} {paths:?}");
            shared += 1;
            told += short.stdout.lines().count();
        }
    }
    assert!(shared > 20 && told > 200, "{shared} {told}");
}

/// What a hook finds, with the variables that pre-commit sets.
fn hook(sandbox: &Sandbox, options: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = sandbox.command();
    command.args(["check", "--hook", "--output-format", "concise"]).args(options);
    for (name, value) in variables {
        command.env(name, value);
    }
    Run::of(&mut command)
}

#[test]
fn a_hook_tells_what_is_staged_or_named_and_else_everything() {
    let rules = |alert: &str| format!("groups:\n{}", group(alert, &[bad(alert)]));
    let sandbox = repository(&[("a.yml", &rules("A")), ("b.yml", &rules("B"))]);
    let files = |run: &Run| ["a.yml:", "b.yml:", "c.yml:"].map(|file| run.stdout.contains(file));
    // As `pre-commit run --all-files` does in CI.
    assert_eq!(files(&hook(&sandbox, &[], &[])), [true, true, false]);
    sandbox.write("c.yml", rules("C"));
    git(&sandbox, &["add", "c.yml"]);
    assert_eq!(files(&hook(&sandbox, &[], &[])), [false, false, true]);
    git(&sandbox, &["commit", "-q", "-m", "c"]);
    let named = [("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")];
    assert_eq!(files(&hook(&sandbox, &[], &named)), [false, false, true]);
    assert_eq!(files(&hook(&sandbox, &[], &[("PRE_COMMIT_FROM_REF", "")])), [true, true, true]);
    // The index of a commit that is under way is another file.
    sandbox.write("a.yml", rules("A").replace("> 1", "> 2"));
    std::fs::copy(sandbox.path(".git/index"), sandbox.path(".git/other")).unwrap();
    let index = sandbox.path(".git/other").display().to_string();
    let mut add = Command::new("git");
    add.current_dir(sandbox.path("")).args(["add", "a.yml"]).env("GIT_INDEX_FILE", &index);
    assert!(add.status().unwrap().success());
    assert_eq!(files(&hook(&sandbox, &[], &[("GIT_INDEX_FILE", &index)])), [true, false, false]);
    for option in ["--diff", "--update-baseline", "--add-ignores=x"] {
        let run = Run::of(sandbox.command().args(["check", "--hook", option, "a.yml"]));
        assert_eq!(run.code, Some(2), "{option}: {run}");
    }
}

#[test]
fn a_hook_fixes_the_files_of_the_change() {
    let rules = |name: &str| {
        format!(
            "groups:\n  - name: {name}\n    rules:\n      - record: a:{name}\n        expr: sum(m)\n        labels: {{x: ''}}\n"
        )
    };
    let sandbox = repository(&[("a.yml", &rules("a")), ("b.yml", &rules("b"))]);
    let read = |file: &str| fs::read_to_string(sandbox.path(file)).unwrap();
    sandbox.write("a.yml", rules("a").replace("sum", "max"));
    git(&sandbox, &["add", "a.yml"]);
    let run = Run::of(sandbox.command().args(["check", "--hook", "--fix"]));
    insta::assert_snapshot!(run, @"
    a.yml: 1 finding fixed
    --- exit code 0
    ");
    assert!(!read("a.yml").contains("x: ''"), "{}", read("a.yml"));
    assert_eq!(read("b.yml"), rules("b"));
    let run = Run::of(sandbox.command().args(["check", "--hook", "--fix"]));
    insta::assert_snapshot!(run, @"--- exit code 0");
    // With everything.
    git(&sandbox, &["commit", "-q", "-a", "-m", "x"]);
    assert_eq!(sandbox.run(&["check", "--hook", "--fix"]).stdout, "b.yml: 1 finding fixed\n");
}

#[test]
fn pages_are_part_of_a_change() {
    let rules = |expr: &str| {
        let alert = |name: &str, expr: &str| {
            format!(
                "      - alert: {name}\n        expr: {expr}\n        annotations:\n          runbook_url: https://run.example/{name}\n"
            )
        };
        format!("groups:\n  - name: g\n    rules:\n{}{}", alert("A", expr), alert("Gone", "up == 2"))
    };
    let page = |rest: &str| format!("# A\n\n[x](old.md)\n\n```yaml\n- alert: A\n  expr: up == 0\n```\n{rest}");
    let sandbox = repository(&[
        ("promproof.toml", "[runbook]\nsites = { \"https://run.example/\" = \"content\" }\n"),
        ("rules.yml", &rules("up == 0")),
        ("content/A.md", &page("")),
    ]);
    let told = |sandbox: &Sandbox| check(sandbox, &["--since", "HEAD", "--select", "runbook"]);
    // A link that leads nowhere and an alert without its page were there before.
    insta::assert_snapshot!(told(&sandbox), @r"
    no findings that concern the change (2 files)
    --- exit code 0
    ");
    // A new link that leads nowhere.
    sandbox.write("content/A.md", page("\n[y](new.md)\n"));
    insta::assert_snapshot!(told(&sandbox), @r"
    content/A.md:10:1: warning[runbook/broken-relative-link] the link `new.md` leads to nothing
    1 warning in 1 of 2 files, of what the change concerns
    --- exit code 0
    ");
    // Another expression than the one that the page shows.
    sandbox.write("content/A.md", page(""));
    sandbox.write("rules.yml", rules("up == 1"));
    insta::assert_snapshot!(told(&sandbox), @r"
    content/A.md:7:3: warning[runbook/rule-drift] [*] the rule `A` differs from what this page shows in `expr`
    1 warning in 1 of 2 files, of what the change concerns
    [*] 1 fixable with --fix
    --- exit code 0
    ");
    // The page of an alert goes away.
    sandbox.write("rules.yml", rules("up == 0"));
    fs::rename(sandbox.path("content/A.md"), sandbox.path("content/B.md")).unwrap();
    insta::assert_snapshot!(told(&sandbox), @r"
    rules.yml:7:24: warning[runbook/page-missing] the runbook of `A` leads to a page that does not exist
    content/B.md:3:1: warning[runbook/broken-relative-link] the link `old.md` leads to nothing
    2 warnings in 2 of 2 files, of what the change concerns
    --- exit code 0
    ");
}
