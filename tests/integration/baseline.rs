//! The baseline: what is known is not told, wherever it has gone; what is new is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::shared::shared;
use crate::support::{Run, Sandbox};

/// Two groups with mistakes: three of `template/missing-label`, one more of `alert/zero-for`.
const RULES: &str = "groups:
  - name: one
    rules:
      - alert: A
        expr: sum(rate(a[5m])) > 1
        annotations: {s: '{{ $labels.x }}{{ $labels.y }}'}
      - alert: B
        expr: up == 0
        for: 0s
  - name: two
    rules:
      - alert: A
        expr: sum by (job) (b) > 1
        annotations: {s: '{{ $labels.x }}'}
";

const CLEAN: &str = "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n";

/// Other rules would find more from version to version.
const ARGS: [&str; 5] = ["check", "--select", "missing-label,zero-for,stale,yaml", "--output-format", "concise"];

fn check(sandbox: &Sandbox, options: &[&str]) -> Run {
    sandbox.run(&[&ARGS[..], &["--baseline", "known.jsonl"], options].concat())
}

fn with_baseline() -> Sandbox {
    let sandbox = Sandbox::with(&[("a.yml", RULES), ("b.yml", CLEAN)]);
    let run = check(&sandbox, &["--update-baseline"]);
    assert_eq!(run.code, Some(0), "{run}");
    sandbox
}

fn assert_nothing_new(sandbox: &Sandbox) {
    let run = check(sandbox, &[]);
    assert!(run.code == Some(0) && run.stdout.starts_with("no findings"), "{run}");
}

#[test]
fn what_is_known_is_not_told() {
    let sandbox = with_baseline();
    insta::assert_snapshot!(check(&sandbox, &["--update-baseline"]), @"
    no findings in 2 files, 4 known
    --- stderr
    known.jsonl knows 4 findings of this run
    --- exit code 0
    ");
    insta::assert_snapshot!(fs::read_to_string(sandbox.path("known.jsonl")).unwrap(), @r#"
    {"promproof-baseline":1}
    {"file":"a.yml","group":"one","name":"A","rule":"template/missing-label","expr":"4ba90186fbcd34382e449a681ba8dc28","count":2}
    {"file":"a.yml","group":"one","name":"B","rule":"alert/zero-for","expr":"385baa10e08a2d2127c34eff7afe53b1"}
    {"file":"a.yml","group":"two","name":"A","rule":"template/missing-label","expr":"83460ab931e329834bfc21be866c256f"}
    "#);
    insta::assert_snapshot!(check(&sandbox, &[]), @"
    no findings in 2 files, 4 known
    --- exit code 0
    ");
    // One more of a kind that is known, and one of another.
    sandbox.write("a.yml", RULES.replace("{{ $labels.y }}", "{{ $labels.y }}{{ $labels.z }}"));
    sandbox.write("b.yml", CLEAN.replace("up == 0", "sum(up) > 0, annotations: {s: '{{ $labels.x }}'}"));
    insta::assert_snapshot!(check(&sandbox, &[]), @"
    a.yml:6:60: error[template/missing-label] the annotation `s` prints `z`, which the expression drops
    b.yml:1:82: error[template/missing-label] the annotation `s` prints `x`, which the expression drops
    2 errors in 2 of 2 files, 4 known
    --- exit code 1
    ");
}

#[test]
fn the_configuration_can_name_it() {
    let sandbox = with_baseline();
    sandbox.write("promproof.toml", "baseline = \"known.jsonl\"\n");
    sandbox.write("sub/c.yml", CLEAN);
    // From a folder below, too.
    let run = Run::of(sandbox.command().current_dir(sandbox.path("sub")).args([
        "check",
        "--select",
        "missing-label,zero-for",
        "..",
    ]));
    assert!(run.code == Some(0) && run.stdout.contains("4 known"), "{run}");
    let run = sandbox.run(&["check", "--no-config"]);
    assert_eq!(run.code, Some(1), "{run}");
    let run = sandbox.run(&["check", "--no-config", "--update-baseline"]);
    insta::assert_snapshot!(run, @r#"
    --- stderr
    error: --update-baseline does not know which file to write
      help: name it: --baseline FILE, or `baseline = "FILE"` in promproof.toml
    --- exit code 2
    "#);
}

#[test]
fn tests_do_not_warn_of_what_is_known() {
    let test = "rule_files: [b.yml]\ntests:\n  - input_series: [{series: up, values: 1}, {series: unused, values: 1}]\n    \
                alert_rule_test: [{eval_time: 0, alertname: Down}]\n";
    let sandbox =
        Sandbox::with(&[("b.yml", CLEAN), ("t.yml", test), ("promproof.toml", "baseline = \"known.jsonl\"\n")]);
    sandbox.write("known.jsonl", "{\"promproof-baseline\":1}\n");
    assert_eq!(sandbox.run(&["test", "--strict"]).code, Some(1));
    assert_eq!(sandbox.run(&["check", "--update-baseline"]).code, Some(0));
    let run = sandbox.run(&["test", "--strict"]);
    assert!(run.code == Some(0) && !run.stdout.contains("unused"), "{run}");
    sandbox.write("t.yml", test.replace("unused", "other"));
    assert_eq!(sandbox.run(&["test", "--strict"]).code, Some(0), "another series of the same group");
    sandbox
        .write("t.yml", test.replace("{series: unused, values: 1}", "{series: x, values: 1}, {series: y, values: 1}"));
    let run = sandbox.run(&["test", "--strict"]);
    assert!(run.code == Some(1) && run.stdout.matches("unused-series").count() > 0, "{run}");
}

#[test]
fn what_is_gone_is_stale_until_it_is_taken_out() {
    let sandbox = with_baseline();
    sandbox.write("a.yml", RULES.replace("        for: 0s\n", "").replace("{{ $labels.y }}", ""));
    insta::assert_snapshot!(sandbox.run(&["check", "--select", "missing-label,zero-for,stale", "--baseline", "known.jsonl"]), @r#"
    warning[baseline/stale]: the baseline knows 2 findings that are gone
       ╭─[known.jsonl:2:1]
     1 │ {"promproof-baseline":1}
     2 │ {"file":"a.yml","group":"one","name"…fbcd34382e449a681ba8dc28","count":2}
       · ────────────────────────────────────┬────────────────────────────────────
       ·                                     ╰── 1 of 2 gone: template/missing-label of `A` in a.yml
     3 │ {"file":"a.yml","group":"one","name":"B","rule":"alert/zero-for","expr":"385baa10e08a2d2127c34eff7afe53b1"}
       · ─────────────────────────────────────────────────────┬─────────────────────────────────────────────────────
       ·                                                      ╰── gone: alert/zero-for of `B` in a.yml
     4 │ {"file":"a.yml","group":"two","name":"A","rule":"template/missing-label","expr":"83460ab931e329834bfc21be866c2…
       ╰────
      help: take what is gone out of it: `promproof check --update-baseline`
      more: promproof explain baseline/stale

    1 warning in 1 of 2 files, 2 known
    --- exit code 0
    "#);
    // Nobody has looked.
    let others = ["check", "--select", "runbook", "--baseline", "known.jsonl"];
    for run in [check(&sandbox, &["b.yml"]), sandbox.run(&others)] {
        assert!(run.code == Some(0) && !run.stdout.contains("stale"), "{run}");
    }
    // Of a file that cannot be read nobody knows what else is in it.
    sandbox.write("a.yml", RULES.replace("expr: up == 0", "expr: up =="));
    let run = check(&sandbox, &[]);
    assert!(run.stdout.contains("promql/syntax") && !run.stdout.contains("stale"), "{run}");
    // An update of a part leaves the rest alone.
    sandbox.write("a.yml", CLEAN);
    let before = fs::read_to_string(sandbox.path("known.jsonl")).unwrap();
    let others = [&others[..], &["--update-baseline"]].concat();
    for run in [check(&sandbox, &["--update-baseline", "b.yml"]), sandbox.run(&others)] {
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(fs::read_to_string(sandbox.path("known.jsonl")).unwrap(), before);
    }
    assert_eq!(check(&sandbox, &["--update-baseline"]).code, Some(0));
    assert_eq!(fs::read_to_string(sandbox.path("known.jsonl")).unwrap(), "{\"promproof-baseline\":1}\n");
}

#[test]
fn known_findings_go_where_their_rules_go() {
    let sandbox = with_baseline();
    // Other lines, another order, another layout.
    let (one, two) = RULES.strip_prefix("groups:\n").unwrap().split_at(RULES.find("  - name: two").unwrap() - 8);
    sandbox.write("a.yml", format!("# moved\n\ngroups:\n{two}{one}").replace("sum(rate", "sum  (  rate"));
    assert_nothing_new(&sandbox);
    // Another name, and one of the groups in a file of its own.
    fs::remove_file(sandbox.path("a.yml")).unwrap();
    sandbox.write("new/renamed.yml", format!("groups:\n{one}"));
    sandbox.write("b.yml", format!("groups:\n{two}"));
    assert_nothing_new(&sandbox);
    // A copy is another one.
    sandbox.write("a.yml", RULES);
    let run = check(&sandbox, &[]);
    assert!(run.code == Some(1) && run.stdout.contains("error[template/missing-label]"), "{run}");
}

#[test]
fn what_is_about_a_whole_file_follows_only_its_file() {
    let broken = "groups:\n  - name: g\n   rules: []\n";
    let sandbox = Sandbox::with(&[("old/a.yml", broken), ("b.yml", CLEAN)]);
    assert_eq!(check(&sandbox, &["--update-baseline"]).code, Some(0));
    fs::rename(sandbox.path("old"), sandbox.path("new")).unwrap();
    assert_nothing_new(&sandbox);
    // Another broken file is not the same one.
    fs::rename(sandbox.path("new/a.yml"), sandbox.path("new/other.yml")).unwrap();
    assert_eq!(check(&sandbox, &[]).code, Some(1));
}

#[test]
fn a_baseline_that_cannot_be_used_is_said_to_be() {
    let sandbox = Sandbox::with(&[("a.yml", RULES)]);
    let head = "{\"promproof-baseline\":1}\n";
    let said = |text: &[u8]| {
        sandbox.write("known.jsonl", text);
        let run = check(&sandbox, &[]);
        assert!(run.code == Some(2) && run.stdout.is_empty(), "{run}");
        run.stderr.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said(b""), @"
    error[baseline/invalid]: the file is no baseline of promproof
    error: the baseline known.jsonl cannot be used
    ");
    insta::assert_snapshot!(said(RULES.as_bytes()), @"
    error[baseline/invalid]: the file is no baseline of promproof
    error: the baseline known.jsonl cannot be used
    ");
    insta::assert_snapshot!(said(b"{\"promproof-baseline\":2}\n"), @"
    error[baseline/invalid]: the baseline is of version 2
    error: the baseline known.jsonl cannot be used
    ");
    insta::assert_snapshot!(said(format!("{head}[]\n{{\n{{\"file\":\"a\",\"rule\":\"b\",\"count\":0}}\n").as_bytes()), @"
    error[baseline/invalid]: a line of the baseline makes no sense
    error[baseline/invalid]: a line of the baseline makes no sense
    error[baseline/invalid]: a line of the baseline makes no sense
    error: the baseline known.jsonl cannot be used
    ");
    insta::assert_snapshot!(said(b"\xff\xfe\x00"), @"error: cannot read the baseline known.jsonl: the file is not UTF-16 text");
    let deep = format!("{head}{}\n", "[".repeat(100_000));
    insta::assert_snapshot!(said(deep.as_bytes()), @"
    error[baseline/invalid]: a line of the baseline makes no sense
    error: the baseline known.jsonl cannot be used
    ");
    let large = sandbox.path("known.jsonl");
    fs::File::create(&large).unwrap().set_len(65 << 20).unwrap();
    insta::assert_snapshot!(check(&sandbox, &[]).stderr, @"error: cannot read the baseline known.jsonl: is larger than 64 MiB");
    fs::remove_file(&large).unwrap();
    insta::assert_snapshot!(check(&sandbox, &[]).stderr, @"
    error: there is no baseline known.jsonl
      help: `promproof check --update-baseline` writes it
    ");
    fs::create_dir(&large).unwrap();
    insta::assert_snapshot!(check(&sandbox, &[]).stderr, @"error: cannot read the baseline known.jsonl: is a directory");
    // What is none is not overwritten.
    sandbox.write("notes.txt", "mine\n");
    let run = sandbox.run(&["check", "--baseline", "notes.txt", "--update-baseline"]);
    assert!(run.code == Some(2) && run.stderr.contains("is no baseline of promproof"), "{run}");
    assert_eq!(fs::read_to_string(sandbox.path("notes.txt")).unwrap(), "mine\n");
    // A report does not take its place.
    sandbox.write("known.json", head);
    let run = sandbox.run(&["check", "--baseline", "known.json", "-o", "known.json"]);
    assert!(run.code == Some(2) && run.stderr.contains("would overwrite"), "{run}");
}

#[test]
#[cfg(unix)]
fn a_baseline_that_is_no_file_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::with(&[("tree/a.yml", RULES), ("victim", "{\"promproof-baseline\":1}\n")]);
    let pipe = sandbox.path("tree/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("../victim", sandbox.path("tree/out")).unwrap();
    symlink("gone", sandbox.path("tree/nowhere")).unwrap();
    let said = |name: &str, options: &[&str]| {
        let mut command = sandbox.command();
        let run = Run::of(command.current_dir(sandbox.path("tree")).args(["check", "--baseline", name]).args(options));
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(said("pipe", &[]), @"error: cannot read the baseline pipe: is not a regular file");
    insta::assert_snapshot!(said("out", &[]), @"error: cannot read the baseline out: a link leads out of this folder");
    insta::assert_snapshot!(said("out", &["--update-baseline"]), @"error: cannot read the baseline out: a link leads out of this folder");
    insta::assert_snapshot!(said("nowhere", &[]), @"error: cannot read the baseline nowhere: it is a link that leads nowhere");
    assert_eq!(fs::read_to_string(sandbox.path("victim")).unwrap(), "{\"promproof-baseline\":1}\n");
}

#[test]
fn both_sides_of_a_conflict_count() {
    let sandbox = with_baseline();
    let text = fs::read_to_string(sandbox.path("known.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (ours, theirs) = lines[1..].split_at(2);
    let conflict =
        format!("{}\n<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n", lines[0], ours.join("\n"), theirs.join("\n"));
    sandbox.write("known.jsonl", conflict);
    let run = check(&sandbox, &[]);
    assert!(run.code == Some(2) && run.stderr.contains("a merge has left its markers"), "{run}");
    assert_eq!(check(&sandbox, &["--update-baseline", "b.yml"]).code, Some(0));
    assert_eq!(fs::read_to_string(sandbox.path("known.jsonl")).unwrap(), text);
    // As git's `merge=union` leaves it: no order, and lines twice.
    sandbox.write("known.jsonl", format!("{}\n{}\n{}\n{}\n", lines[0], theirs.join("\n"), ours.join("\n"), lines[1]));
    assert_nothing_new(&sandbox);
}

#[test]
fn the_summary_counts_what_is_known() {
    let sandbox = with_baseline();
    let run = sandbox.run(&[
        "check",
        "--select",
        "missing-label,zero-for",
        "--baseline",
        "known.jsonl",
        "--output-format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    assert_eq!(report["summary"]["known"], 4);
}

/// Every rule file of `corpus/awesome`: known as they are; then with lines moved, groups turned around and files renamed
/// there is nothing new but the mistake that is planted.
#[test]
fn a_real_repository_stays_quiet_and_shows_a_planted_mistake() {
    let Some(corpus) = shared("corpus/awesome") else { return };
    let sandbox = Sandbox::new();
    let mut names = Vec::new();
    copy(&corpus, Path::new(""), &sandbox, &mut names);
    assert!(names.len() > 50, "{}", names.len());
    let check = |options: &[&str]| {
        let args = ["check", "--pedantic", "--output-format", "concise", "--baseline", "known.jsonl"];
        sandbox.run(&[&args[..], options].concat())
    };
    let update = check(&["--update-baseline"]);
    assert_eq!(update.code, Some(0), "{update}");
    let known = update.stdout.trim().rsplit(", ").next().unwrap_or_default().to_owned();
    for name in &names {
        let text = fs::read_to_string(sandbox.path(name)).unwrap();
        fs::remove_file(sandbox.path(name)).unwrap();
        sandbox.write(&format!("moved/{name}.renamed.yml"), turned_around(&text));
    }
    let run = check(&[]);
    assert!(run.code == Some(0) && run.stdout.starts_with("no findings"), "{run}");
    assert!(run.stdout.trim().ends_with(&known), "{run}: {known}");
    let planted = "groups: [{name: new, rules: [{alert: New, expr: sum(up) > 0, for: 5m, annotations: {s: '{{ $labels.x }}'}}]}]\n";
    sandbox.write("planted.yml", planted);
    let run = check(&[]);
    let findings: Vec<&str> = run.stdout.lines().filter(|line| line.contains('[')).collect();
    assert!(run.code == Some(1) && findings.len() == 1 && findings[0].starts_with("planted.yml"), "{run}");
}

/// Copies the YAML files of a folder.
fn copy(from: &Path, below: &Path, to: &Sandbox, names: &mut Vec<String>) {
    for entry in fs::read_dir(from.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        if from.join(&path).is_dir() {
            copy(from, &path, to, names);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            let name = path.to_str().unwrap().to_owned();
            to.write(&name, fs::read(from.join(&path)).unwrap());
            names.push(name);
        }
    }
}

/// The groups of a file from the last to the first, with empty lines between them.
fn turned_around(text: &str) -> String {
    let Some((head, groups)) = text.split_once("groups:\n") else { return text.to_owned() };
    let Some(indent) = groups.lines().next().map(|line| line.len() - line.trim_start().len()) else {
        return text.to_owned();
    };
    let mark = format!("{}- ", " ".repeat(indent));
    let mut parts: Vec<String> = Vec::new();
    for line in groups.lines() {
        match parts.last_mut() {
            Some(part) if !line.starts_with(&mark) => *part += &format!("{line}\n"),
            _ => parts.push(format!("{line}\n")),
        }
    }
    parts.reverse();
    format!("# moved\n\n{head}groups:\n\n{}", parts.join("\n\n"))
}

#[test]
fn an_empty_file_is_filled() {
    let sandbox = with_baseline();
    let known = std::fs::read_to_string(sandbox.path("known.jsonl")).unwrap();
    sandbox.write("known.jsonl", "");
    let run = check(&sandbox, &["--update-baseline"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(std::fs::read_to_string(sandbox.path("known.jsonl")).unwrap(), known);
}

#[test]
fn hostile_baselines_are_read_in_bounded_time() {
    let head = "{\"promproof-baseline\":1}\n";
    let run = |text: &str| {
        let sandbox = Sandbox::with(&[("rules.yml", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n")]);
        sandbox.write("known.jsonl", format!("{head}{text}"));
        let run = check(&sandbox, &[]);
        (run.code, run.stdout.lines().next().unwrap_or_default().to_owned(), run.stderr)
    };
    let counted = |name: &str| {
        format!(
            "{{\"file\":\"rules.yml\",\"group\":\"g\",\"name\":\"{name}\",\"rule\":\"x/y\",\"count\":{}}}\n",
            usize::MAX
        )
    };
    let (code, told, _) = run(&(counted("A") + &counted("B")));
    assert_eq!(code, Some(0));
    assert!(told.contains(&format!("the baseline knows {} findings that are gone", usize::MAX)), "{told}");
    let many: String = (0..20_000).map(|at| format!("{{\"file\":\"f{at}\",\"rule\":\"x/y\"}}\n")).collect();
    assert!(run(&many).1.contains("the baseline knows 20000 findings that are gone"));
    for text in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "\0\n".repeat(1_000),
        "{\"file\":\"a\",\"rule\":\"b\",\"count\":-1}".to_owned(),
    ] {
        let (code, _, said) = run(&text);
        assert_eq!(code, Some(2), "{said}");
        // Of many mistakes a few are told.
        assert!(said.matches("baseline/invalid").count() <= 10, "{said}");
    }
}
