//! `--fix` and `--update` on files that are damaged, large, read-only, linked, or odd, and killed in the middle: nothing
//! is lost.

use std::fs;
use std::time::Duration;

use crate::support::Sandbox;

const IDLE: &str = "# promproof: ignore[template/missing-label]";

/// A rule file in which each rule has a suppression that suppresses nothing, and what becomes of it.
fn rules(count: usize) -> (String, String) {
    let text = |comment: &str| {
        let rules =
            (0..count).map(|index| format!("      - record: a:b:c{index}{comment}\n        expr: up > {index}\n"));
        format!("groups:\n  - name: g\n    rules:\n{}", rules.collect::<String>())
    };
    (text(&format!(" {IDLE}")), text(""))
}

/// The names of what lies in the folder, hidden files included.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(sandbox.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn odd_texts_keep_their_oddities() {
    let (before, after) = rules(2);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    for (before, after) in [
        (crlf(&before), crlf(&after)),
        (format!("\u{feff}{before}"), format!("\u{feff}{after}")),
        (before.trim_end().to_owned(), after.trim_end().to_owned()),
        (format!("{before}# end {IDLE}"), format!("{after}# end {IDLE}")),
        (format!("{before}{IDLE}"), after.trim_end().to_owned()),
        (format!("{before}  \n \n"), format!("{after}  \n \n")),
    ] {
        let sandbox = Sandbox::with(&[("r.yml", &before)]);
        let run = sandbox.run(&["check", "--fix"]);
        assert_eq!(fs::read_to_string(sandbox.path("r.yml")).unwrap(), after, "{run}");
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(names(&sandbox), ["r.yml"]);
    }
}

#[test]
fn what_is_no_text_is_left_alone() {
    let (before, _) = rules(2);
    for broken in [&b"# \xff\n"[..], b"]\n", b"a: [\n", b"\0"] {
        let bytes = [before.as_bytes(), broken].concat();
        let sandbox = Sandbox::new();
        sandbox.write("r.yml", &bytes);
        let run = sandbox.run(&["check", "r.yml", "--fix", "--unsafe-fixes"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert_eq!(fs::read(sandbox.path("r.yml")).unwrap(), bytes, "{run}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let (before, after) = rules(2);
    let sandbox = Sandbox::with(&[("real/r.yml", &before)]);
    fs::set_permissions(sandbox.path("real/r.yml"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/r.yml", sandbox.path("link.yml")).unwrap();
    let run = sandbox.run(&["check", "link.yml", "--fix"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fs::read_to_string(sandbox.path("real/r.yml")).unwrap(), after);
    assert!(fs::symlink_metadata(sandbox.path("link.yml")).unwrap().is_symlink());
    assert_eq!(fs::metadata(sandbox.path("real/r.yml")).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
#[cfg(unix)]
fn a_killed_run_loses_nothing() {
    let (before, after) = rules(2_000);
    let sandbox = Sandbox::with(&[("r.yml", &before)]);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..40 {
        sandbox.write("r.yml", &before);
        let mut child = sandbox.plain_command().args(["check", "r.yml", "--fix", "-q"]).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_micros((seed >> 33) % 1_500_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = fs::read_to_string(sandbox.path("r.yml")).unwrap();
        assert!(text == before || text == after, "{} bytes", text.len());
    }
    // What killed runs have left behind is no rule file to the next one, which cleans up.
    let run = sandbox.run(&["check", "--fix", "-q"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fs::read_to_string(sandbox.path("r.yml")).unwrap(), after);
    assert_eq!(names(&sandbox), ["r.yml"]);
}
