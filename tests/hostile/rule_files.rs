//! `rule_files` that name more than rule files: the whole disk, what the system makes up, links that multiply, secrets.

use std::os::unix::fs::symlink;

use crate::attack::{self, Ended, alert};
use crate::support::Sandbox;

/// Names one file or pattern and runs a test beside it.
fn names(pattern: &str) -> String {
    format!("rule_files: ['{pattern}']\ntests: [{{input_series: [{{series: up, values: '0 0 0'}}]}}]\n")
}

/// Tests and lints a test file that names `pattern`; holds that both end and that the test fails.
fn tested_and_linted(sandbox: &Sandbox, pattern: &str) -> [Ended; 2] {
    sandbox.write("t.yml", names(pattern));
    let tested = attack::run(sandbox, &["test", "t.yml"]);
    let linted = attack::run(sandbox, &["check", "t.yml"]);
    assert_eq!((tested.code, linted.code), (1, 1), "{pattern}: {}{}", tested.stdout, linted.stdout);
    [tested, linted]
}

#[test]
fn links_to_the_folder_itself_do_not_multiply_what_is_read() {
    let sandbox = Sandbox::with(&[("r/a.yml", &alert("up == 0", "x"))]);
    for index in 0..10 {
        symlink(".", sandbox.path(&format!("r/l{index}"))).unwrap();
    }
    sandbox.write("t.yml", names(&format!("r/{}*.yml", "*/".repeat(12))));
    let ended = attack::run(&sandbox, &["test", "t.yml"]);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(!ended.stdout.contains("names more than is read"), "{}", ended.stdout);
}

#[test]
fn the_whole_disk_is_not_read() {
    let sandbox = Sandbox::new();
    for pattern in ["/*", "/*/*", "/*/*/*/*", "/proc/*/*", "/sys/*/*/*/*/*/*"] {
        for ended in tested_and_linted(&sandbox, pattern) {
            assert!(ended.stdout.len() < 100_000, "{pattern}: {}", ended.stdout.len());
        }
    }
}

#[test]
fn nothing_is_read_after_the_first_that_are_no_rule_files() {
    let sandbox = Sandbox::new();
    for index in 0..1_000 {
        sandbox.write(&format!("r/{index}.yml"), "groups: [");
    }
    for ended in tested_and_linted(&sandbox, "r/*.yml") {
        assert!(ended.stdout.contains("no more rule files are read after 20 that are not sound"), "{}", ended.stdout);
    }
}

#[test]
fn the_files_of_one_pattern_are_bounded_in_bytes_and_in_number() {
    let sandbox = Sandbox::new();
    let long = format!("# {}\ngroups: []\n", "x".repeat(30 << 20));
    for index in 0..4 {
        sandbox.write(&format!("long/{index}.yml"), &long);
    }
    for ended in tested_and_linted(&sandbox, "long/*.yml") {
        assert!(ended.stdout.contains("`long/*.yml` names more than is read: over 64 MiB"), "{}", ended.stdout);
    }
    std::fs::create_dir(sandbox.path("many")).unwrap();
    for index in 0..10_001 {
        std::fs::write(sandbox.path(&format!("many/{index}.yml")), "groups: []").unwrap();
    }
    let [tested, _] = tested_and_linted(&sandbox, "many/*.yml");
    assert!(tested.stdout.contains("there are more than 10000 files"), "{}", tested.stdout);
}

#[test]
fn what_the_system_makes_up_is_no_file() {
    let sandbox = Sandbox::new();
    for file in ["/proc/self/environ", "/proc/kmsg", "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"] {
        for ended in tested_and_linted(&sandbox, file) {
            assert!(ended.stdout.contains("cannot read the rule file") || ended.stdout.contains("matches no file"));
        }
    }
    // Neither through a link that looks like a rule file.
    symlink("/proc/self/environ", sandbox.path("rules.yml")).unwrap();
    for ended in tested_and_linted(&sandbox, "rules.yml") {
        assert!(ended.stdout.contains("it is something of the system and no file"), "{}", ended.stdout);
    }
}

/// Every place that a test may show what it has read.
const OUTPUTS: [&str; 6] = ["full", "concise", "json", "github", "junit", "tap"];

#[test]
fn the_environment_is_never_printed() {
    let sandbox = Sandbox::new();
    sandbox.write("t.yml", names("/proc/self/environ"));
    for format in OUTPUTS {
        let arguments = ["test", "t.yml", "--output-format", format, "--html", "page.html"];
        let ended = attack::run_with(&sandbox, &arguments, &[("SECRET_TOKEN", "hunter2hunter2")]);
        let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
        assert!(![ended.stdout, ended.stderr, page].concat().contains("hunter2"), "{format}");
    }
}

#[test]
fn what_lies_outside_of_the_repository_is_never_printed() {
    let outside =
        Sandbox::with(&[("secret.yml", "groups:\n- hunter2: [\n"), ("other.yml", "hunter2: {secret: hunter2}\n")]);
    let sandbox = Sandbox::with(&[(".git/HEAD", "ref")]);
    for name in ["secret.yml", "other.yml"] {
        sandbox.write("t.yml", names(&outside.path(name).display().to_string()));
        for format in OUTPUTS {
            let arguments = ["test", "t.yml", "--output-format", format, "--html", "page.html", "--junit", "j.xml"];
            let ended = attack::run(&sandbox, &arguments);
            assert_eq!(ended.code, 1);
            let written = ["page.html", "j.xml"].map(|file| std::fs::read_to_string(sandbox.path(file)).unwrap());
            assert!(![ended.stdout, ended.stderr, written.concat()].concat().contains("hunter2"), "{name}: {format}");
        }
        for format in ["full", "concise", "json", "github"] {
            let ended = attack::run(&sandbox, &["check", ".", "--output-format", format]);
            assert!(!(ended.stdout + &ended.stderr).contains("hunter2"), "{name}: {format}");
        }
    }
}

#[test]
fn a_closed_sandbox_reads_nothing_outside() {
    let outside = Sandbox::with(&[("rules.yml", &alert("up == 0", "x"))]);
    let sandbox = Sandbox::with(&[(".git/HEAD", "ref")]);
    let path = outside.path("rules.yml").display().to_string();
    symlink(&path, sandbox.path("link.yml")).unwrap();
    for pattern in [&path, "link.yml", "lin?.yml"] {
        sandbox.write("t.yml", names(pattern));
        for command in ["test", "check"] {
            let ended = attack::run(&sandbox, &[command, "t.yml", "--sandbox"]);
            assert_eq!(ended.code, 1, "{pattern}: {}", ended.stdout);
            assert!(ended.stdout.contains("--sandbox reads nothing there"), "{pattern}: {}", ended.stdout);
        }
    }
}

#[test]
fn a_configuration_that_is_a_link_out_of_the_tree_is_not_read() {
    let outside = Sandbox::with(&[("secret", "hunter2\n")]);
    let sandbox = Sandbox::with(&[(".git/HEAD", "ref"), ("a.yml", &alert("up == 0", "x"))]);
    symlink(outside.path("secret"), sandbox.path("promproof.toml")).unwrap();
    for format in ["full", "json", "github"] {
        for flags in [&[][..], &["--sandbox"]] {
            let arguments = [&["check", ".", "--output-format", format][..], flags].concat();
            let ended = attack::run(&sandbox, &arguments);
            assert_eq!(ended.code, 2, "{}", ended.stderr);
            assert!(!(ended.stdout + &ended.stderr).contains("hunter2"), "{format}");
        }
    }
}
