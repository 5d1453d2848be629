//! Files that are built to be overlooked: whatever is not read is said, or the run fails.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::attack::{self, Ended, alert};
use crate::support::Sandbox;

/// A rule file that has a mistake, and says so wherever it is read.
fn broken() -> String {
    alert("up ==", "x")
}

/// A repository with one sound rule file and these.
fn repository(files: &[(&str, &[u8])]) -> Sandbox {
    let sandbox = Sandbox::with(&[(".git/HEAD", "ref"), ("sound.yml", &alert("up == 0", "x"))]);
    for (name, bytes) in files {
        sandbox.write(name, bytes);
    }
    sandbox
}

fn check(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    attack::run(sandbox, &[&["check", "--output-format", "concise"], arguments].concat())
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

const TEST: &str = "rule_files: [sound.yml]\ntests:\n- input_series: [{series: up, values: 0 0 0}]\n  \
                    promql_expr_test: [{expr: up, eval_time: 1m, exp_samples: [{labels: up, value: 1}]}]\n";

#[test]
fn a_byte_that_is_no_utf8_hides_no_file() {
    let latin1 = |text: &str| [b"# Regeln f\xfcr Prod\n", text.as_bytes()].concat();
    let sandbox = repository(&[("a.yml", &latin1(&broken()))]);
    let ended = check(&sandbox, &["."]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("a.yml:1:11: error[yaml/syntax]"), "{}", ended.stdout);
    let sandbox = repository(&[("t.yml", &latin1(TEST))]);
    let ended = attack::run(&sandbox, &["test", "."]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("t.yml"), "{}", ended.stdout);
}

#[test]
fn utf16_is_read_and_not_written() {
    for big in [false, true] {
        let bytes = utf16(&broken(), big);
        let sandbox = repository(&[("a.yml", &bytes)]);
        let ended = check(&sandbox, &["."]);
        assert_eq!(ended.code, 1);
        assert!(ended.stdout.contains("a.yml:5:17: error[promql/syntax]"), "{}", ended.stdout);
    }
    let fixable = utf16(&alert("up{job=~'a'} == 0", "x").replace("annotations", "anotations"), false);
    let test = utf16(TEST, false);
    let sandbox = repository(&[("a.yml", &fixable), ("t.yml", &test)]);
    let fixed = check(&sandbox, &[".", "--fix", "--unsafe-fixes", "--pedantic"]);
    assert!(fixed.stderr.contains("a.yml is not changed: it is UTF-16"), "{}{}", fixed.stdout, fixed.stderr);
    assert!(!fixed.stdout.contains("fixed"), "{}", fixed.stdout);
    assert_eq!(std::fs::read(sandbox.path("a.yml")).unwrap(), fixable);
    let updated = attack::run(&sandbox, &["test", "t.yml", "--update"]);
    assert_eq!(updated.code, 2, "{}{}", updated.stdout, updated.stderr);
    assert!(updated.stderr.contains("t.yml is not changed: it is UTF-16"), "{}", updated.stderr);
    assert_eq!(std::fs::read(sandbox.path("t.yml")).unwrap(), test);
}

#[test]
fn escapes_in_keys_hide_no_file() {
    let escaped = broken().replace("groups:", "\"gro\\u0075ps\":");
    let ended = check(&repository(&[("a.yml", escaped.as_bytes())]), &["."]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
}

#[test]
fn other_endings_hide_no_file() {
    for name in ["a.YML", "a.rules", "a.conf", "a"] {
        assert_eq!(check(&repository(&[(name, broken().as_bytes())]), &["."]).code, 1, "{name}");
    }
}

#[test]
fn a_configuration_that_is_no_file_is_an_error() {
    let link = |sandbox: &Sandbox| symlink("gone", sandbox.path("promproof.toml")).unwrap();
    let folder = |sandbox: &Sandbox| std::fs::create_dir(sandbox.path("promproof.toml")).unwrap();
    let pipe = |sandbox: &Sandbox| {
        assert!(Command::new("mkfifo").arg(sandbox.path("promproof.toml")).status().unwrap().success());
    };
    for make in [&link as &dyn Fn(&Sandbox), &folder, &pipe] {
        let sandbox = repository(&[("t.yml", TEST.as_bytes())]);
        make(&sandbox);
        for command in ["check", "test", "render"] {
            let ended = attack::run(&sandbox, &[command, "."]);
            assert_eq!(ended.code, 2, "{command}: {}", ended.stdout);
            assert!(ended.stderr.contains("promproof.toml"), "{command}: {}", ended.stderr);
        }
    }
}

#[test]
fn what_ignore_files_hide_is_said_and_can_be_read() {
    for (ignore, pattern) in [(".gitignore", "*.yml"), (".ignore", "hidden"), (".git/info/exclude", "b.yml")] {
        let sandbox = repository(&[("hidden/b.yml", broken().as_bytes()), ("hidden/other.yml", b"a: 1\n")]);
        sandbox.write(ignore, format!("{pattern}\n!sound.yml\n"));
        let ended = check(&sandbox, &["."]);
        assert_eq!(ended.code, 0);
        assert!(ended.stdout.contains("passed over 1 ignored file; --no-ignore looks at"), "{}", ended.stdout);
        let json = attack::run(&sandbox, &["check", ".", "--output-format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(report["passed_over"][0]["kind"], "ignored");
        assert_eq!(report["passed_over"][0]["files"], serde_json::json!(["hidden/b.yml"]));
        assert_eq!(check(&sandbox, &[".", "--no-ignore"]).code, 1);
    }
    let sandbox = repository(&[(".ignore", b"t.yml"), ("t.yml", TEST.as_bytes())]);
    let ended = attack::run(&sandbox, &["test", ".", "--allow-none"]);
    assert!((ended.stdout + &ended.stderr).contains("1 ignored file"));
    assert_eq!(attack::run(&sandbox, &["test", ".", "--no-ignore"]).code, 1);
}

#[cfg(unix)]
#[test]
fn what_links_lead_to_is_said() {
    let sandbox = repository(&[("other/b.yml", broken().as_bytes()), ("other/c.yml", b"a: 1\n")]);
    for name in ["b.yml", "c.yml"] {
        let link = sandbox.path(&format!("rules/{name}"));
        std::fs::create_dir_all(sandbox.path("rules")).unwrap();
        std::os::unix::fs::symlink(format!("../other/{name}"), link).unwrap();
    }
    let ended = check(&sandbox, &["rules", "sound.yml"]);
    assert_eq!(ended.code, 0);
    let said = "passed over 1 linked file; name a link to follow it";
    assert!(ended.stdout.contains(said), "{}", ended.stdout);
    assert_eq!(check(&sandbox, &["rules", "rules/b.yml"]).code, 1);
    // Where it leads to a file of the run, nothing is passed over.
    assert!(!check(&sandbox, &["."]).stdout.contains("linked file"));
    // Links to folders lead to files, too.
    symlink("../other", sandbox.path("more")).unwrap();
    let ended = check(&sandbox, &["rules", "sound.yml"]);
    assert!(ended.stdout.contains("passed over 1 linked file"), "{}", ended.stdout);
}

#[test]
fn ignore_files_above_the_repository_hide_nothing() {
    let above = Sandbox::with(&[
        (".ignore", "*"),
        (".gitignore", "*"),
        ("repository/.git/HEAD", "ref"),
        ("repository/a.yml", &broken()),
    ]);
    for path in ["repository", "repository/a.yml"] {
        assert_eq!(check(&above, &[path]).code, 1);
    }
}
