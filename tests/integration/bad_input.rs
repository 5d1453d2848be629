//! What nobody means to pass: a clear error, exit code 1 or 2, in bounded memory and time. No run may panic, be killed,
//! or take longer than [`support::Run::of`] waits. The sizes are moderate; the full ones were tried by hand.

use crate::support::{Run, Sandbox};

/// How often something is nested, unless one level takes more than a few bytes.
const DEEP: usize = 50_000;

/// A rule file with one recording rule of this expression.
fn rule(expr: &str) -> String {
    format!("groups:\n- name: a\n  rules:\n  - record: a\n    expr: {expr}\n")
}

/// The run of `check` on a file with this content.
fn check(content: impl AsRef<[u8]>) -> Run {
    let sandbox = Sandbox::new();
    sandbox.write("a.yml", content);
    sandbox.run(&["check", "--output-format", "concise", "a.yml"])
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(check(""), @"
    --- stderr
    error: a.yml: is empty
    --- exit code 2
    ");
    insta::assert_snapshot!(check("\n \n"), @"
    --- stderr
    error: a.yml: is empty
    --- exit code 2
    ");
}

#[test]
fn a_directory_without_files() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    insta::assert_snapshot!(sandbox.run(&["check", "empty"]), @"
    --- stderr
    error: no rule file in `empty`
      help: a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule; --allow-none accepts that there is none
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["test", "empty"]), @"
    --- stderr
    error: no test file in `empty`
      help: a test file has a `tests:` list at the top, as `promtool test rules` takes it; --allow-none accepts this
    --- exit code 2
    ");
}

#[test]
fn a_directory_as_configuration() {
    let sandbox = Sandbox::with(&[("config/a.yml", "groups: []")]);
    insta::assert_snapshot!(sandbox.run(&["check", "--config", "config"]), @"
    --- stderr
    error: cannot read the configuration: config: is a directory
    --- exit code 2
    ");
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..40_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let run = check(bytes);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("the file is not UTF-8 text"), "{run}");
    insta::assert_snapshot!(check(b"groups:\0\0\x01\x02"), @"
    a.yml:1:8: error[yaml/syntax] the control character U+0000 is not allowed in YAML
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn text_that_is_not_utf8() {
    insta::assert_snapshot!(check(b"groups:\n- name: caf\xe9\n  rules: []\n"), @"
    a.yml:2:12: error[yaml/syntax] the file is not UTF-8 text
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn a_missing_file() {
    insta::assert_snapshot!(Sandbox::new().run(&["check", "missing.yml"]), @"
    --- stderr
    error: missing.yml: does not exist
    --- exit code 2
    ");
    insta::assert_snapshot!(Sandbox::new().run(&["test", "missing.yml"]), @"
    --- stderr
    error: missing.yml: does not exist
    --- exit code 2
    ");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::with(&[("a.yml", "groups: []"), ("b.yml", "groups: []")]);
    std::fs::set_permissions(sandbox.path("a.yml"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(sandbox.path("a.yml")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    insta::assert_snapshot!(sandbox.run(&["check"]), @r"
    no findings in 1 file
    --- stderr
    error: a.yml: may not be read: permission denied
    --- exit code 2
    ");
}

#[cfg(unix)]
#[test]
fn special_files() {
    let sandbox = Sandbox::new();
    let made = std::process::Command::new("mkfifo").arg(sandbox.path("fifo.yml")).status();
    assert!(made.unwrap().success());
    insta::assert_snapshot!(sandbox.run(&["check", "fifo.yml", "/dev/zero", "/dev/null"]), @"
    --- stderr
    error: /dev/null: is not a regular file
    error: /dev/zero: is not a regular file
    error: fifo.yml: is not a regular file
    --- exit code 2
    ");
    // One that lies in a directory is no file to look into.
    insta::assert_snapshot!(sandbox.run(&["check"]), @"
    --- stderr
    error: no rule file in `.`
      help: a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule; --allow-none accepts that there is none
    --- exit code 2
    ");
    // A link that leads to itself.
    std::os::unix::fs::symlink("loop.yml", sandbox.path("loop.yml")).unwrap();
    assert_eq!(sandbox.run(&["check", "loop.yml"]).code, Some(2));
}

#[test]
fn a_file_that_is_too_large() {
    let run = Sandbox::new().run_with_stdin(&["check", "-"], vec![b'#'; 64 * 1024 * 1024 + 1]);
    insta::assert_snapshot!(run, @"
    --- stderr
    error: <stdin>: is larger than 64 MiB
    --- exit code 2
    ");
}

#[test]
fn a_long_line() {
    let long = "a + ".repeat(500_000);
    insta::assert_snapshot!(check(rule(&format!("{long} a"))), @"
    a.yml:5:11: error[promql/syntax] expression has 2000002 bytes, more than 1048576
    1 error in 1 of 1 file
    --- exit code 1
    ");
    // Drawn, it is cropped.
    let sandbox = Sandbox::with(&[("a.yml", &rule(&format!("{} (", "a + ".repeat(200_000))))]);
    insta::assert_snapshot!(sandbox.run(&["check"]), @"
    error[promql/syntax]: unclosed left parenthesis
       ╭─[a.yml:5:800013]
     4 │   - record: a
     5 │ …a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a +  (
       ·                                                                                                               ┬─
       ·                                                                                                               ╰── opened here
       ╰────
      help: add the missing `)`
      more: promproof explain promql/syntax

    1 error in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn a_long_chain_of_operators_is_fine() {
    assert_eq!(check(rule(&format!("{}a", "a + ".repeat(100_000)))).code, Some(0));
}

#[test]
fn nested_brackets_in_yaml() {
    for text in ["[", "{a: ", "- "] {
        let run = check(format!("groups: {}", text.repeat(DEEP)).replace("groups: -", "groups:\n  -"));
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stdout.contains("brackets or blocks nest too deep"), "{run}");
    }
    let closed = check(format!("groups: {}{}", "[".repeat(DEEP), "]".repeat(DEEP)));
    insta::assert_snapshot!(closed, @"
    a.yml:1:264: error[yaml/syntax] brackets or blocks nest too deep
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn nested_brackets_in_promql() {
    for (open, close) in [("(", ")"), ("-", ""), ("sum(", ")"), ("a and (", ")"), ("", "[1m:]"), ("a[1m:", "]")] {
        let run = check(rule(&format!("'{}a{}'", open.repeat(DEEP), close.repeat(DEEP))));
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stdout.contains("promql/syntax") || run.stdout.contains("promql/type"), "{run}");
    }
    insta::assert_snapshot!(check(rule(&format!("'{}a'", "(".repeat(DEEP)))), @"
    a.yml:5:268: error[promql/syntax] expression nests deeper than 256 levels
    a.yml:5:50013: error[promql/syntax] unclosed left parenthesis
    2 errors in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn nested_brackets_in_a_template() {
    let summary = |text: &str| {
        format!("groups:\n- name: a\n  rules:\n  - alert: a\n    expr: up\n    annotations: {{ a: '{text}' }}\n")
    };
    for (open, close) in [("{{ if $value }}", "{{ end }}"), ("{{ (", ") }}"), ("{{ $value | ", "")] {
        let run = check(summary(&format!("{}{}", open.repeat(5_000), close.repeat(5_000))));
        assert_eq!(run.code, Some(1), "{run}");
    }
    let parentheses = format!("{{{{ {}1{} }}}}", "(".repeat(DEEP), ")".repeat(DEEP));
    insta::assert_snapshot!(check(summary(&parentheses)), @"
    a.yml:6:91: error[template/syntax] the annotation `a` is not a valid template: blocks and parentheses nest more than 64 deep
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

/// Nine aliases of nine aliases of nine …: 9^9 scalars if they were all copied.
#[test]
fn an_alias_bomb() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 9].join(","));
    }
    insta::assert_snapshot!(check(text + "groups: *a9\n"), @"
    a.yml:6:34: error[yaml/syntax] the aliases of this document expand to too much
    1 error in 1 of 1 file
    --- exit code 1
    ");
}

/// One alias of one large scalar costs nothing; 20,000 of them must not be 20,000 copies.
#[test]
fn many_aliases_of_a_large_scalar() {
    let text = format!("x: &x {}\ngroups: [{}]\n", "y".repeat(100_000), vec!["*x"; 20_000].join(","));
    assert_eq!(check(text).code, Some(1));
}

#[test]
fn many_findings() {
    let rules = "  - alert: a\n    expr: up ==\n".repeat(900);
    let sandbox = Sandbox::with(&[("a.yml", &format!("groups:\n- name: a\n  rules:\n{rules}"))]);
    let run = sandbox.run(&["check", "--output-format", "concise"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout.matches("error[promql/syntax]").count(), 900);
    // The same finding on the same line is shown once, with the places of the others.
    insta::assert_snapshot!(sandbox.run(&["check"]), @"
    error[promql/syntax]: unexpected end of input
       ╭─[a.yml:5:16]
     4 │   - alert: a
     5 │     expr: up ==
       ·                ─
     6 │   - alert: a
       ╰────
      help: an operand is missing at the end
      also: a.yml:7:16, a.yml:9:16, a.yml:11:16, a.yml:13:16, a.yml:15:16, a.yml:17:16, a.yml:19:16, a.yml:21:16 and 891
            more
      more: promproof explain promql/syntax

    900 errors in 1 of 1 file
    --- exit code 1
    ");
}

#[test]
fn standard_input_without_anything() {
    insta::assert_snapshot!(Sandbox::new().run_with_stdin(&["check", "-"], ""), @"
    --- stderr
    error: <stdin>: is empty
    --- exit code 2
    ");
}
