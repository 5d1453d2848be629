//! What makes the program easy to use: completions, manual pages, environment variables, links.

use std::process::Stdio;

use super::cli::MISSING_LABEL;
use super::support::{Run, Sandbox};

fn sandbox() -> Sandbox {
    Sandbox::with(&[("rules.yml", MISSING_LABEL)])
}

fn with(sandbox: &Sandbox, variables: &[(&str, &str)], args: &[&str]) -> Run {
    Run::of(sandbox.command().envs(variables.iter().copied()).args(args))
}

#[test]
fn completions_know_commands_options_and_rules() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = sandbox.run(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["runbook", "output-format", "sarif"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
        // Neither of these two completes values.
        if !["powershell", "elvish"].contains(&shell) {
            assert!(run.stdout.contains("template/missing-label"), "{shell}");
        }
    }
    assert_eq!(sandbox.run(&["completions", "cmd"]).code, Some(2));
    // They are offered, and not demanded: short names and unknown ones have their own answers.
    assert_eq!(sandbox.run(&["explain", "missing-label"]).code, Some(0));
    let unknown = sandbox.run(&["explain", "mising-label"]);
    assert!(unknown.stderr.contains("did you mean"), "{unknown}");
    assert!(!sandbox.run(&["check", "--help"]).stdout.contains("template/constant-value"));
}

#[cfg(unix)]
#[test]
fn the_script_for_bash_is_one() {
    let script = Sandbox::new().run(&["completions", "bash"]).stdout;
    let Ok(mut bash) = std::process::Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() else { return };
    std::io::Write::write_all(&mut bash.stdin.take().unwrap(), script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new();
    let page = sandbox.run(&["man", "check"]);
    assert_eq!(page.code, Some(0), "{page}");
    for part in [".TH promproof-check 1", ".SH SYNOPSIS", "Exit code: 0", "unsafe\\-fixes"] {
        assert!(page.stdout.contains(part), "{part}: {page}");
    }
    assert!(sandbox.run(&["man"]).stdout.contains(".TH promproof 1"));
    assert_eq!(sandbox.run(&["man", "--output-dir", "man1"]).code, Some(0));
    let mut pages: Vec<String> = std::fs::read_dir(sandbox.path("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert!(pages.len() >= 15 && pages.contains(&"promproof-runbook-new.1".to_owned()), "{pages:?}");
    insta::assert_snapshot!(sandbox.run(&["man", "chek"]), @r"
    --- stderr
    error: there is no command `chek`
      help: did you mean `check`?
    --- exit code 2
    ");
}

#[test]
fn variables_stand_for_options() {
    let sandbox = sandbox();
    sandbox.write("strict.toml", "[labels]\nrequired = [\"team\"]\n");
    let concise = with(&sandbox, &[("PROMPROOF_OUTPUT_FORMAT", "concise")], &["check"]);
    assert!(concise.stdout.starts_with("rules.yml:7:"), "{concise}");
    let json = with(&sandbox, &[("PROMPROOF_OUTPUT_FORMAT", "concise")], &["check", "--output-format", "json"]);
    assert!(json.stdout.starts_with('{'), "{json}");
    let config = with(&sandbox, &[("PROMPROOF_CONFIG", "strict.toml")], &["check"]);
    assert!(config.stdout.contains("labels/required"), "{config}");
    let none = with(&sandbox, &[("PROMPROOF_CONFIG", "strict.toml")], &["check", "--no-config"]);
    assert!(!none.stdout.contains("labels/required"), "{none}");
    let colours = with(&sandbox, &[("PROMPROOF_COLOR", "always")], &["check"]);
    assert!(colours.stdout.contains("\x1b["), "{colours}");
    let never = with(&sandbox, &[("PROMPROOF_COLOR", "always")], &["check", "--color", "never"]);
    assert!(!never.stdout.contains('\x1b'), "{never}");
    let lenient = ["check", "--select", "schema"];
    assert_eq!(with(&sandbox, &[("PROMPROOF_FAIL_ON", "warning")], &lenient).code, Some(0));
    // An empty one is none.
    assert_eq!(with(&sandbox, &[("PROMPROOF_FAIL_ON", "")], &lenient).code, Some(0));
    insta::assert_snapshot!(with(&sandbox, &[("PROMPROOF_FAIL_ON", "never")], &lenient), @r"
    --- stderr
    error: PROMPROOF_FAIL_ON, which stands for --fail-on: `never` is none of `error` and `warning`
    --- exit code 2
    ");
    insta::assert_snapshot!(with(&sandbox, &[("PROMPROOF_SANDBOX", "maybe")], &lenient), @r"
    --- stderr
    error: PROMPROOF_SANDBOX, which stands for --sandbox: `maybe` is none of `1`, `true`, `yes`, `0`, `false` and `no`
    --- exit code 2
    ");
}

#[cfg(unix)]
#[test]
fn a_sandbox_by_variable_is_one() {
    let sandbox = Sandbox::with(&[("repo/.git/HEAD", "x"), ("outside.yml", MISSING_LABEL)]);
    let args = ["check", "../outside.yml"];
    let run = |value: &str| {
        Run::of(sandbox.command().current_dir(sandbox.path("repo")).env("PROMPROOF_SANDBOX", value).args(args))
    };
    assert_eq!(run("0").code, Some(1), "{}", run("0"));
    assert_eq!(run("1").code, Some(2), "{}", run("1"));
}

#[test]
fn rule_ids_are_links_where_terminals_take_them() {
    let sandbox = sandbox();
    let link = "\x1b]8;;https://github.com/promproof/promproof/blob/main/docs/rules/template/missing-label.md\x1b\\";
    let colour = ["check", "--color", "always"];
    let run = with(&sandbox, &[("FORCE_HYPERLINK", "1")], &colour);
    assert!(run.stdout.contains(link), "{run}");
    let concise = with(&sandbox, &[("FORCE_HYPERLINK", "1")], &[&colour[..], &["--output-format", "concise"]].concat());
    assert!(concise.stdout.contains(link), "{concise}");
    // Not in pipes, whichever terminal they are in, and not without colours.
    for (variables, args) in [
        (&[("TERM_PROGRAM", "WezTerm")][..], &colour[..]),
        (&[("FORCE_HYPERLINK", "0")], &colour),
        (&[("FORCE_HYPERLINK", "1")], &["check", "--color", "never"]),
    ] {
        let run = with(&sandbox, variables, args);
        assert!(!run.stdout.contains("\x1b]8"), "{variables:?} {args:?}\n{run}");
    }
}

#[test]
fn rules_say_since_when_they_are() {
    let sandbox = Sandbox::new();
    let table = sandbox.run(&["rules", "--no-config"]).stdout;
    assert!(table.lines().all(|line| line.contains("  0.1.0  ")), "{table}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["rules", "--output-format", "json"]).stdout).unwrap();
    assert!(json.as_array().unwrap().iter().all(|rule| rule["since"] == "0.1.0"));
    assert!(sandbox.run(&["explain", "missing-label"]).stdout.contains("since 0.1.0"));
}
