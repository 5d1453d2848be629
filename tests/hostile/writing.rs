//! Writing where that fails: a full disk, a folder that may not be written, a file that is a mount of its own.

use std::fmt::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Command, Output};

use crate::support::Sandbox;

/// A test file whose expectations are wrong, of about 20 KB; with the right ones it is longer.
fn outdated() -> String {
    let mut text =
        String::from("tests:\n- input_series: [{series: 'up{job=\"a\"}', values: 0 0 0}]\n  promql_expr_test:\n");
    for index in 0..400 {
        writeln!(text, "  - {{expr: up + {index}, eval_time: 1m, exp_samples: []}}").unwrap();
    }
    text
}

/// A name as long as a name may be: no other file can be made beside such a file, so it is written in place.
fn long_name() -> String {
    format!("{}.yml", "t".repeat(251))
}

/// Runs a script of the shell; `$0` is the program.
fn shell(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_promproof")]).args(arguments);
    command.current_dir(sandbox.path(".")).env_remove("GITHUB_ACTIONS").output().unwrap()
}

#[test]
fn an_update_that_finds_no_room_loses_nothing() {
    let text = outdated();
    for name in ["t.yml".to_owned(), long_name()] {
        let sandbox = Sandbox::with(&[(&name, &text)]);
        // No file may have more than 24 KiB: writing ends as on a full disk.
        let script = "ulimit -f 48; trap '' XFSZ; exec \"$0\" test \"$1\" --update -q";
        let output = shell(&sandbox, script, &[&name]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("cannot write"), "{stderr}");
        assert_eq!(std::fs::read_to_string(sandbox.path(&name)).unwrap(), text);
        assert_eq!(std::fs::read_dir(sandbox.path(".")).unwrap().count(), 1, "nothing is left behind");
        // With room enough it is done.
        assert_eq!(shell(&sandbox, "exec \"$0\" test \"$1\" --update -q", &[&name]).status.code(), Some(0));
        assert_ne!(std::fs::read_to_string(sandbox.path(&name)).unwrap(), text);
    }
}

#[test]
fn owner_and_mode_stay() {
    for name in ["t.yml".to_owned(), long_name()] {
        let sandbox = Sandbox::with(&[(&name, &outdated())]);
        let path = sandbox.path(&name);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        // Only those who may give a file away see whether it comes back.
        let _ = std::os::unix::fs::chown(&path, Some(65_534), Some(65_534));
        let before = std::fs::metadata(&path).unwrap();
        assert_eq!(shell(&sandbox, "exec \"$0\" test \"$1\" --update -q", &[&name]).status.code(), Some(0));
        let after = std::fs::metadata(&path).unwrap();
        assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
        assert!(after.len() > before.len());
    }
}

/// As a container has a single file of its host.
#[test]
fn a_file_that_is_a_mount_is_written_in_place() {
    let text = outdated();
    let sandbox = Sandbox::with(&[("t.yml", "x"), ("host/t.yml", &text)]);
    let mount = "unshare -rm sh -c 'mount --bind host/t.yml t.yml && exec \"$0\" \"$@\"' ";
    if !shell(&sandbox, &format!("{mount} true"), &[]).status.success() {
        return;
    }
    let update = "\"$0\" test t.yml --update -q";
    let limited = shell(&sandbox, &format!("ulimit -f 48; trap '' XFSZ; {mount} {update}"), &[]);
    assert_eq!(limited.status.code(), Some(2), "{}", String::from_utf8_lossy(&limited.stderr));
    assert_eq!(std::fs::read_to_string(sandbox.path("host/t.yml")).unwrap(), text);
    assert_eq!(shell(&sandbox, &format!("{mount} {update}"), &[]).status.code(), Some(0));
    assert!(std::fs::read_to_string(sandbox.path("host/t.yml")).unwrap().len() > text.len());
    assert_eq!(std::fs::read_to_string(sandbox.path("t.yml")).unwrap(), "x");
}
