//! One run of the program under limits.

use std::time::Duration;

use assert_cmd::Command;

use crate::support::Sandbox;

/// The address space that a run may have, in KiB. What is allocated beyond it aborts the run with 134.
const MEMORY_KIB: u64 = 1 << 20;
/// How long a run may take: much more than it should, since these are builds without optimisation on busy machines.
/// What hangs takes for ever.
const TIME: Duration = Duration::from_secs(60);

/// How a run ended and what it said.
#[allow(dead_code, reason = "not every attack looks at everything")]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `promproof` in the sandbox, without the variables of a workflow.
pub(crate) fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    run_with(sandbox, arguments, &[])
}

/// Runs `promproof` with further variables in its environment.
///
/// Fails unless it ends in time, by itself, with 0, 1 or 2.
pub(crate) fn run_with(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {MEMORY_KIB}; ulimit -c 0; exec \"$0\" \"$@\""));
    command.arg(env!("CARGO_BIN_EXE_promproof")).args(arguments).current_dir(sandbox.path("."));
    command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1").env_remove("GITHUB_ACTIONS");
    // Each thread reserves address space; how many there are must not depend on the machine.
    command.env("RAYON_NUM_THREADS", "2").env("MALLOC_ARENA_MAX", "2");
    command.envs(variables.iter().copied());
    let output = command.timeout(TIME).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let shown: String = stderr.chars().take(2_000).collect();
    let Some(code @ 0..=2) = output.status.code() else {
        panic!("promproof {} ended with {}:\n{shown}", arguments.join(" "), output.status);
    };
    assert!(!stderr.contains("panicked at"), "{shown}");
    Ended { code, stdout, stderr }
}

/// A rule file with one alert.
pub(crate) fn alert(expr: &str, annotation: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    format!(
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {}\n    annotations:\n      d: {}\n",
        quoted(expr),
        quoted(annotation)
    )
}

/// A test file that lets the alert of [`alert`], in `rules.yml`, fire for one series of `up`.
pub(crate) const TEST: &str = "rule_files: [rules.yml]
tests:
- input_series: [{series: 'up{job=\"a\"}', values: '0 0 0'}]
  alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: []}]
";
