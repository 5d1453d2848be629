//! Commands to GitHub's runner, in every text that a stranger's files can bring to the output.

use crate::attack::{self, Ended};
use crate::support::Sandbox;

/// A command that makes an annotation, and one that may stand anywhere in a line. The second needs no line of its own.
const COMMANDS: [&str; 2] = ["::error file=README.md,line=1::merge this::", "##[stop-commands]x"];

/// Holds that the runner finds no command in either stream but the annotations that are promproof's own: those name a
/// file and a title.
fn is_harmless(ended: &Ended, what: &str) {
    for line in ended.stdout.split(['\n', '\r']).chain(ended.stderr.split(['\n', '\r'])) {
        let trimmed = line.trim_start();
        let properties = trimmed.strip_prefix("::").and_then(|command| command.split("::").next());
        let is_ours = properties.is_some_and(|properties| properties.contains(",title="));
        assert!(is_ours || !trimmed.starts_with("::"), "{what}: {line}");
        assert!(is_ours || !line.contains("##["), "{what}: {line}");
    }
}

/// Runs in a workflow; holds that some of the text is there, so that there was something to break.
fn run(sandbox: &Sandbox, arguments: &[&str], shown: &str) -> Ended {
    let ended = attack::run_with(sandbox, arguments, &[("GITHUB_ACTIONS", "true")]);
    let what = arguments.join(" ");
    assert!(ended.stdout.contains(shown) || ended.stderr.contains(shown), "{what}\n{}{}", ended.stdout, ended.stderr);
    is_harmless(&ended, &what);
    ended
}

/// A suite in which every text that is printed is a command.
fn suite(command: &str) -> Sandbox {
    let rules = format!(
        "groups:\n- name: '{command}'\n  rules:\n  - alert: '{command}'\n    expr: up{{job=\"{command}\"}} == 0 # \
         {command}\n    labels: {{severity: '{command}'}}\n    annotations:\n      summary: |\n        one\n        \
         {command}\n        {{{{ $labels.nowhere }}}}\n      '{command}': x\n"
    );
    let test = format!(
        "rule_files: [rules.yml]\ntests:\n- name: '{command}'\n  input_series: [{{series: 'up{{job=\"{command}\"}}', \
         values: 0x5}}]\n  alert_rule_test:\n  - {{eval_time: 1m, alertname: '{command}', exp_alerts: []}}\n  \
         promql_expr_test:\n  - {{expr: 'up == 0 or up{{job=\"{command}\"}}', eval_time: 1m, exp_samples: []}}\n"
    );
    Sandbox::with(&[("rules.yml", &rules), ("t.yml", &test)])
}

#[test]
fn nothing_that_is_tested_or_rendered_is_a_command() {
    for command in COMMANDS {
        let sandbox = suite(command);
        let shown = if command.starts_with(':') { "merge this" } else { "stop-commands" };
        for format in ["full", "concise", "json", "github", "junit", "tap", "markdown"] {
            run(&sandbox, &["test", "t.yml", "--coverage", "--timings", "--output-format", format], shown);
        }
        run(&sandbox, &["test", "t.yml", "--color", "always", "--output-format", "full"], shown);
        run(&sandbox, &["test", "t.yml", "--list"], shown);
        run(&sandbox, &["test", "t.yml", "--list", "--output-format", "json"], shown);
        run(&sandbox, &["test", "t.yml", "--update", "--dry-run"], shown);
        run(&sandbox, &["render", "t.yml"], shown);
        run(&sandbox, &["render", "t.yml", "--output-format", "json"], shown);
        for format in ["full", "concise", "json", "github", "markdown"] {
            run(&sandbox, &["check", ".", "--statistics", "--output-format", format], "");
        }
        run(&sandbox, &["check", ".", "--diff", "--unsafe-fixes"], "");
        for format in ["table", "json", "notation", "chart"] {
            run(&sandbox, &["eval", "up", "--from", "t.yml", "--output-format", format], shown);
        }
        run(&sandbox, &["eval", &format!("up{{x=\"{command}\"}} +\n{command}")], shown);
    }
}

#[test]
fn joined_reports_hold_no_command_and_mean_the_same() {
    for command in COMMANDS {
        let sandbox = suite(command);
        attack::run(&sandbox, &["test", "t.yml", "--junit", "a.xml", "--coverage-json", "a.json", "-q"]);
        attack::run(&sandbox, &["test", "t.yml", "--coverage-lcov", "a.info", "-q"]);
        for report in ["a.xml", "a.json", "a.info"] {
            let merged = run(&sandbox, &["report", "merge", report], "");
            if report == "a.json" {
                let plain = attack::run(&sandbox, &["report", "merge", report]);
                let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
                assert_eq!(value(&merged.stdout), value(&plain.stdout));
            }
        }
    }
}

#[test]
fn configurations_and_arguments_are_no_commands() {
    for command in COMMANDS {
        let config = format!("[rules]\n\"{command}\" = \"off\"\n'''\n{command}\n");
        let sandbox = Sandbox::with(&[("promproof.toml", &config), ("rules.yml", &attack::alert("up == 0", "x"))]);
        assert_eq!(run(&sandbox, &["check", "."], "").code, 2);
        let config = format!("[rules]\n\"{command}\" = \"off\"\n");
        sandbox.write("promproof.toml", config);
        let shown = if command.starts_with(':') { "merge this" } else { "stop-commands" };
        assert_eq!(run(&sandbox, &["check", "."], shown).code, 2);
        assert_eq!(run(&sandbox, &["check", "--no-config", &format!("no\n{command}")], shown).code, 2);
        assert_eq!(run(&sandbox, &["check", &format!("--no\n{command}")], "").code, 2);
        assert_eq!(run(&sandbox, &[&format!("\n{command}")], "").code, 2);
        assert_eq!(run(&sandbox, &["test", "--run", &format!("(\n{command}")], shown).code, 2);
        run(&sandbox, &["explain", &format!("\n{command}")], shown);
    }
}

#[test]
fn names_of_files_are_no_commands() {
    for name in ["::error::x.yml", "##[stop-commands]x.yml", " ::warning::y.yml"] {
        let sandbox = Sandbox::with(&[(name, &attack::alert("up == ", "x"))]);
        for format in ["full", "concise", "json", "github"] {
            run(&sandbox, &["check", ".", "--output-format", format], ".yml");
        }
        // Too large, so that its name comes to standard error.
        std::fs::File::create(sandbox.path(name)).unwrap().set_len(100 << 20).unwrap();
        assert_eq!(run(&sandbox, &["check", "."], "is larger than").code, 2);
        assert_eq!(run(&sandbox, &["test", name], "is larger than").code, 2);
    }
}

/// What is fixed from standard input is not changed on the way; it is not written where a runner would read it.
#[test]
fn fixed_text_is_not_written_where_a_runner_would_read_it() {
    let text = format!("# ##[warning]x\n{}", attack::alert("up == 0", "x"));
    let sandbox = Sandbox::new();
    let fix = |variables: &[(&str, &str)]| {
        let mut command = sandbox.command();
        command.args(["check", "--fix", "-"]).envs(variables.iter().copied());
        crate::support::Run::of(command.write_stdin(text.clone()))
    };
    assert!(fix(&[]).stdout.contains("# ##[warning]x"));
    let refused = fix(&[("GITHUB_ACTIONS", "true")]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("GitHub would run a workflow command in it"), "{}", refused.stderr);
}
