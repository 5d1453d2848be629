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
            (0..count).map(|index| format!("      - record: a:b:c{index}{comment}\n        expr: sum(m) > {index}\n"));
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

/// Kills 40 runs at random moments.
#[cfg(unix)]
fn killed(sandbox: &Sandbox, name: &str, before: &str, after: &str, args: &[&str]) {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let began = std::time::Instant::now();
    sandbox.write(name, before);
    sandbox.run(args);
    assert_eq!(fs::read_to_string(sandbox.path(name)).unwrap(), after);
    let whole = began.elapsed().as_micros() as u64;
    for _ in 0..40 {
        sandbox.write(name, before);
        let mut child = sandbox.plain_command().args(args).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_micros((seed >> 33) % whole));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = fs::read_to_string(sandbox.path(name)).unwrap();
        assert!(text == before || text == after, "{} bytes", text.len());
    }
    // What is left behind is hidden, and nothing that a walk reads.
    let mark = format!(".{name}.promproof-");
    let odd = names(sandbox).into_iter().find(|file| file.starts_with('.') && !file.starts_with(&mark));
    assert_eq!(odd, None);
    sandbox.run(args);
    assert_eq!(fs::read_to_string(sandbox.path(name)).unwrap(), after);
}

#[test]
#[cfg(unix)]
fn a_killed_fix_loses_nothing() {
    let (before, after) = rules(300);
    killed(&Sandbox::new(), "r.yml", &before, &after, &["check", "r.yml", "--fix", "-q"]);
}

#[test]
#[cfg(unix)]
fn a_killed_update_loses_nothing() {
    let text = |value: &str| {
        let assertions =
            format!("      - {{expr: up, eval_time: 1m, exp_samples: [{{labels: up, value: {value}}}]}}\n");
        format!(
            "tests:\n  - input_series: [{{series: up, values: 1x9}}]\n    promql_expr_test:\n{}",
            assertions.repeat(500)
        )
    };
    killed(&Sandbox::new(), "t.yml", &text("2"), &text("1"), &["test", "t.yml", "--update", "-q"]);
}

#[test]
fn what_is_read_only_is_left_alone() {
    let (before, _) = rules(2);
    let sandbox = Sandbox::with(&[("r.yml", &before)]);
    let path = sandbox.path("r.yml");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = sandbox.run(&["check", "--fix", "-q"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("r.yml is not changed: it is read-only"), "{run}");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
}
