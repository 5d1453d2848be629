//! The steps of the GitHub Action, run as the runner runs them: `bash --noprofile --norc -eo pipefail` with the step's
//! environment, expressions filled in, in the folder of the step.

use std::collections::BTreeMap;
use std::process::Command;

use crate::support::{Run, Sandbox, repository};

/// What `action.yml` says.
struct Action(serde_yaml::Value);

/// A run of the action: its inputs and what its steps have put out.
struct Workflow<'s> {
    action: Action,
    sandbox: &'s Sandbox,
    /// The values of expressions: `inputs.path`, `steps.policy.outputs.config`, `github.action_path`.
    values: BTreeMap<String, String>,
    /// Variables that the runner sets.
    variables: Vec<(&'static str, String)>,
}

impl Action {
    fn read() -> Self {
        Action(serde_yaml::from_str(&std::fs::read_to_string(repository().join("action.yml")).unwrap()).unwrap())
    }

    fn step(&self, name: &str) -> &serde_yaml::Value {
        let steps = self.0["runs"]["steps"].as_sequence().unwrap();
        steps.iter().find(|step| step["name"].as_str() == Some(name)).unwrap_or_else(|| panic!("no step `{name}`"))
    }
}

impl<'s> Workflow<'s> {
    /// A workflow in the sandbox, with a promproof that has been built.
    fn new(sandbox: &'s Sandbox, inputs: &[(&str, &str)]) -> Self {
        let action = Action::read();
        let mut values = BTreeMap::new();
        for (name, input) in action.0["inputs"].as_mapping().unwrap() {
            let default = input["default"].as_str().unwrap().to_owned();
            values.insert(format!("inputs.{}", name.as_str().unwrap()), default);
        }
        for (name, value) in inputs {
            let default = values.insert(format!("inputs.{name}"), (*value).to_owned());
            assert!(default.is_some(), "the action has no input `{name}`");
        }
        let root = sandbox.path("tools/promproof").display().to_string();
        std::fs::create_dir_all(sandbox.path("tools/promproof/bin")).unwrap();
        let binary = sandbox.path("tools/promproof/bin/promproof");
        if !binary.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_promproof"), binary).unwrap();
        }
        values.insert("github.action_path".to_owned(), repository().display().to_string());
        values.insert("github.action_ref".to_owned(), "v1.2.3".to_owned());
        values.insert("github.action_repository".to_owned(), "promproof/promproof".to_owned());
        values.insert("github.server_url".to_owned(), "https://github.com".to_owned());
        values.insert("github.event.pull_request.base.sha".to_owned(), String::new());
        values.insert("steps.source.outputs.root".to_owned(), root);
        values.insert("steps.policy.outputs.config".to_owned(), String::new());
        values.insert("steps.policy.outputs.since".to_owned(), String::new());
        values.insert("steps.source.outputs.reports".to_owned(), sandbox.path("tools/reports").display().to_string());
        let temp = sandbox.path("tools").display().to_string();
        let variables =
            vec![("RUNNER_OS", "Linux".to_owned()), ("RUNNER_ARCH", "X64".to_owned()), ("RUNNER_TEMP", temp)];
        Workflow { action, sandbox, values, variables }
    }

    fn fill_in(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, expression)) = rest.split_once("${{") {
            let (expression, after) = expression.split_once("}}").unwrap();
            out += before;
            out += self.values.get(expression.trim()).unwrap_or_else(|| panic!("what is `{expression}`?"));
            rest = after;
        }
        out + rest
    }

    /// Runs a step in `checkout`; what it puts out holds for those behind it.
    fn run(&mut self, name: &str) -> Run {
        let step = self.action.step(name);
        let script = self.sandbox.path("tools/step.sh");
        std::fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        let folder = step["working-directory"].as_str().map_or(".".to_owned(), |folder| self.fill_in(folder));
        let output = self.sandbox.path("tools/output");
        std::fs::write(&output, "").unwrap();
        let [summary, path] = ["summary", "path"].map(|name| self.sandbox.path("tools").join(name));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script);
        command.current_dir(self.sandbox.path("checkout").join(folder)).env("GITHUB_OUTPUT", &output);
        command.env("GITHUB_STEP_SUMMARY", summary).env("GITHUB_PATH", path);
        command.env("GITHUB_ACTIONS", "true").env_remove("RUNNER_TOOL_CACHE").env("LC_ALL", "C.UTF-8");
        for name in ["GITHUB_REF", "GITHUB_SHA"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            command.env(name.as_str().unwrap(), self.fill_in(value.as_str().unwrap()));
        }
        let run = command.output().unwrap();
        if let Some(id) = step["id"].as_str() {
            for line in std::fs::read_to_string(&output).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
                self.values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
        }
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: run.status.code(), stdout: text(run.stdout), stderr: text(run.stderr) }
    }

    fn output(&self, name: &str) -> &str {
        &self.values[name]
    }

    /// What the steps have added to the summary of the job.
    fn summary(&self) -> String {
        std::fs::read_to_string(self.sandbox.path("tools/summary")).unwrap_or_default()
    }
}

const BAD: &str = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up ==\n";
const GOOD: &str = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n";

#[test]
fn what_is_built_is_told_apart() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    let mut workflow = Workflow::new(&sandbox, &[]);
    assert_eq!(workflow.run("Find out what to install").code, Some(0));
    assert_eq!(workflow.output("steps.source.outputs.fixed"), "true");
    assert!(workflow.output("steps.source.outputs.key").starts_with("promproof-Linux-X64-ref-v1.2.3-"));

    let mut workflow = Workflow::new(&sandbox, &[("version", "v1\nroot=/tmp/evil")]);
    assert_eq!(workflow.run("Find out what to install").code, Some(0));
    assert_eq!(workflow.output("steps.source.outputs.key"), "promproof-Linux-X64-tag-v1_root__tmp_evil");
    assert!(workflow.output("steps.source.outputs.root").ends_with("tools/promproof"));
}

/// A mirror of releases, with an archive of a program that says what it is.
fn release(sandbox: &Sandbox, checksum: Option<&str>) -> String {
    let folder = "promproof-1.2.3-x86_64-unknown-linux-musl";
    sandbox.write("made", "#!/bin/sh\necho promproof 1.2.3\n");
    // As the release workflow does.
    let mut pack = Command::new("python3");
    pack.arg(repository().join(".ci/archive.py")).args(["--target", "x86_64-unknown-linux-musl", "--version", "1.2.3"]);
    pack.arg("--out").arg(sandbox.path("mirror/v1.2.3")).arg("--program").arg(sandbox.path("made"));
    pack.args(["--run", env!("CARGO_BIN_EXE_promproof")]);
    let packed = pack.output().unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    if let Some(checksum) = checksum {
        sandbox.write(&format!("mirror/v1.2.3/{folder}.tar.gz.sha256"), format!("{checksum}  {folder}.tar.gz\n"));
    }
    format!("file://{}", sandbox.path("mirror").display())
}

/// A run up to the download, of the tag v1.2.3, with an empty folder to install into.
fn downloading<'s>(sandbox: &'s Sandbox, inputs: &[(&str, &str)]) -> (Workflow<'s>, Run) {
    let mut workflow = Workflow::new(sandbox, &[inputs, &[("version", "v1.2.3")]].concat());
    std::fs::remove_file(sandbox.path("tools/promproof/bin/promproof")).unwrap();
    assert_eq!(workflow.run("Find out what to install").code, Some(0));
    let run = workflow.run("Download promproof");
    (workflow, run)
}

#[test]
fn a_release_is_downloaded_and_is_on_the_path() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    let releases = release(&sandbox, None);
    let (mut workflow, run) = downloading(&sandbox, &[("releases", &releases)]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(workflow.output("steps.download.outputs.done"), "true");
    let ready = workflow.run("See that it runs");
    assert_eq!((ready.code, ready.stdout.as_str()), (Some(0), "promproof 1.2.3\n"), "{ready}");
    let path = std::fs::read_to_string(sandbox.path("tools/path")).unwrap();
    assert_eq!(path.trim(), sandbox.path("tools/promproof/bin").display().to_string());
    // Beside the program are its manual pages and completions.
    let archive = sandbox.path("mirror/v1.2.3").join(workflow.output("steps.source.outputs.archive"));
    let listed = Command::new("tar").arg("-tzf").arg(&archive).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in ["LICENSE", "man/man1/promproof.1", "man/man1/promproof-runbook-new.1", "completions/_promproof"] {
        assert!(listed.lines().any(|line| line.ends_with(&format!("-musl/{name}"))), "{name}: {listed}");
    }
    // With what somebody else has written down.
    let sums = std::fs::read_to_string(
        sandbox.path("mirror/v1.2.3").join(format!("{}.sha256", workflow.output("steps.source.outputs.archive"))),
    )
    .unwrap();
    let sha256 = sums.split(' ').next().unwrap();
    let (workflow, run) = downloading(&sandbox, &[("releases", &releases), ("sha256", sha256)]);
    assert_eq!((run.code, workflow.output("steps.download.outputs.done")), (Some(0), "true"), "{run}");
}

#[test]
fn a_download_that_is_another_than_it_should_be_is_refused() {
    let wrong = "0".repeat(64);
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    for (checksum, pinned) in [(Some(wrong.as_str()), ""), (None, wrong.as_str()), (Some(""), "")] {
        let releases = release(&sandbox, checksum);
        let (workflow, run) = downloading(&sandbox, &[("releases", &releases), ("sha256", pinned)]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stdout.contains("::error title=promproof::") && run.stdout.contains("the checksum"), "{run}");
        assert!(!workflow.values.contains_key("steps.download.outputs.done"), "it is not built either");
        assert!(!sandbox.path("tools/promproof/bin/promproof").exists());
    }
}

#[test]
fn what_is_not_released_is_built() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    let releases = format!("file://{}", sandbox.path("nowhere").display());
    let (workflow, run) = downloading(&sandbox, &[("releases", &releases)]);
    assert_eq!((run.code, workflow.output("steps.download.outputs.done")), (Some(0), "false"), "{run}");
    assert!(run.stdout.contains("::notice"), "{run}");
    let action = Action::read();
    for step in ["Look for a built binary", "Build promproof"] {
        let condition = action.step(step)["if"].as_str().unwrap();
        assert!(condition.contains("steps.download.outputs.done != 'true'"), "{step}: {condition}");
    }
    // Who pins a checksum wants no other program.
    let (_, run) = downloading(&sandbox, &[("releases", &releases), ("sha256", &"0".repeat(64))]);
    assert_eq!(run.code, Some(1), "{run}");
}

/// However an action is pinned, it downloads the release that its commit is, and nothing for another commit.
#[test]
fn what_is_downloaded_is_the_release_of_the_commit() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let cases = [
        ("1.2.3", "v1.2.3", "v1.2.3"),
        ("1.2.3", commit, "v1.2.3"),
        ("1.2.3", "v1", "v1.2.3"),
        // What is checked out is what is to be run.
        ("1.2.3", "", ""),
        ("1.2.4-dev", commit, ""),
        ("1.2.4-dev", "main", ""),
        // A tag that somebody else has made.
        ("1.2.4-dev", "v1.2.4", ""),
    ];
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD), ("action/Cargo.lock", "")]);
    for (version, reference, release) in cases {
        let manifest = format!("[package]\nversion = \"{version}\"\n[dependencies]\nx = {{ version = \"7\" }}\n");
        sandbox.write("action/Cargo.toml", manifest);
        let mut workflow = Workflow::new(&sandbox, &[]);
        workflow.values.insert("github.action_path".to_owned(), sandbox.path("action").display().to_string());
        workflow.values.insert("github.action_ref".to_owned(), reference.to_owned());
        assert_eq!(workflow.run("Find out what to install").code, Some(0));
        assert_eq!(workflow.output("steps.source.outputs.release"), release, "{version} at {reference}");
    }
    // It is taken from where the action is: a fork's program is another one.
    let mut workflow = Workflow::new(&sandbox, &[("version", "v1.2.3")]);
    workflow.values.insert("github.action_repository".to_owned(), "fork/promproof".to_owned());
    sandbox.write("bin/curl", "#!/bin/sh\necho \"$@\" >&2\nexit 22\n");
    std::fs::set_permissions(sandbox.path("bin/curl"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    workflow.variables.push(("PATH", path));
    assert_eq!(workflow.run("Find out what to install").code, Some(0));
    let run = workflow.run("Download promproof");
    assert!(
        run.stderr.contains(" https://github.com/fork/promproof/releases/download/v1.2.3/promproof-1.2.3-"),
        "{run}"
    );
}

/// What the action asks of the network and builds, with an action and its inputs; and the result of its last step.
fn asked_for(server: &str, repository: &str, inputs: &[(&str, &str)]) -> (String, Run) {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD), ("action/Cargo.lock", "")]);
    sandbox.write("action/Cargo.toml", "[package]\nversion = \"1.2.3\"\n");
    let log = sandbox.path("log").display().to_string();
    for program in ["curl", "cargo", "rustup"] {
        let code = if program == "curl" { 22 } else { 0 };
        sandbox.write(&format!("bin/{program}"), format!("#!/bin/sh\necho {program} \"$@\" >> '{log}'\nexit {code}\n"));
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(sandbox.path("bin").join(program), executable).unwrap();
    }
    let mut workflow = Workflow::new(&sandbox, inputs);
    let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    workflow.variables.push(("PATH", path));
    workflow.values.insert("github.action_path".to_owned(), sandbox.path("action").display().to_string());
    workflow.values.insert("github.server_url".to_owned(), server.to_owned());
    workflow.values.insert("github.action_repository".to_owned(), repository.to_owned());
    assert_eq!(workflow.run("Find out what to install").code, Some(0));
    let download = workflow.run("Download promproof");
    let last = if download.code == Some(0) { workflow.run("Build promproof") } else { download };
    let log = std::fs::read_to_string(sandbox.path("log")).unwrap_or_default();
    (log.replace(&sandbox.path("").display().to_string(), ""), last)
}

/// On another server than github.com the action may be that server's, and what has its name on github.com a stranger's.
#[test]
fn a_strangers_program_is_neither_downloaded_nor_built() {
    let own = "https://git.acme.example";
    let version = ("version", "v1.2.3");
    let official = "https://github.com/promproof/promproof";
    let fork = "https://github.com/acme/promproof";
    for (server, repository, origin) in [
        ("https://github.com", "promproof/promproof", official),
        ("https://github.com", "acme/promproof", fork),
        (own, "promproof/promproof", official),
        (own, "", official),
    ] {
        let (log, build) = asked_for(server, repository, &[version]);
        assert_eq!(build.code, Some(0), "{server} {repository}: {build}");
        assert!(log.contains(&format!(" {origin}/releases/download/v1.2.3/promproof-1.2.3-")), "{log}");
        assert!(log.contains(&format!(" --tag v1.2.3 --git {origin} promproof\n")), "{log}");
    }

    // The action itself is at hand; its source at another version is not.
    let (log, build) = asked_for(own, "acme/promproof", &[]);
    assert_eq!(build.code, Some(0), "{build}");
    assert!(log.contains("cargo +stable install") && log.contains(" --path "), "{log}");
    assert!(!log.contains("curl") && !log.contains("github.com"), "{log}");
    for inputs in [&[version][..], &[("sha256", "00")], &[version, ("sha256", "00")]] {
        let (log, last) = asked_for(own, "acme/promproof", inputs);
        assert_eq!((last.code, log.as_str()), (Some(1), ""), "{inputs:?}: {last}");
        assert!(last.stdout.contains("::error title=promproof::") && last.stdout.contains("releases"), "{last}");
    }
    // Who says where they are gets them, and nothing else.
    let (log, last) = asked_for(own, "acme/promproof", &[version, ("releases", "https://mirror.example")]);
    assert!(log.contains(" https://mirror.example/v1.2.3/promproof-1.2.3-"), "{log}");
    assert!(last.code == Some(1) && !log.contains("cargo") && !log.contains("github.com"), "{log}{last}");
}

#[test]
fn what_a_fork_has_built_is_no_other_programs() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    let key = |repository: &str| {
        let mut workflow = Workflow::new(&sandbox, &[("version", "v1.2.3")]);
        workflow.values.insert("github.action_repository".to_owned(), repository.to_owned());
        assert_eq!(workflow.run("Find out what to install").code, Some(0));
        workflow.output("steps.source.outputs.key").to_owned()
    };
    assert_eq!(key("promproof/promproof"), "promproof-Linux-X64-tag-v1.2.3");
    assert_eq!(key("acme/promproof"), "promproof-Linux-X64-acme_promproof-tag-v1.2.3");
}

#[test]
fn a_job_has_a_summary_reports_and_outputs() {
    let sandbox = Sandbox::traefik();
    std::fs::rename(sandbox.path("traefik"), sandbox.path("checkout")).unwrap();
    let mut workflow = Workflow::new(&sandbox, &[]);
    let (check, test) = (workflow.run("promproof check"), workflow.run("promproof test"));
    assert_eq!((check.code, test.code), (Some(1), Some(0)), "{check}\n{test}");
    assert_eq!(workflow.output("steps.check.outputs.findings"), "1");
    assert_eq!(workflow.output("steps.check.outputs.errors"), "1");
    assert_eq!(workflow.output("steps.test.outputs.failed"), "0");
    let coverage: f64 = workflow.output("steps.test.outputs.coverage").parse().unwrap();
    assert!((50.0..=100.0).contains(&coverage), "{coverage}");
    let summary = workflow.summary();
    for part in
        ["### ❌ promproof check: 1 error", "template/missing-label", "### ✅ promproof test: passed", "Coverage: "]
    {
        assert!(summary.contains(part), "`{part}` is missing:\n{summary}");
    }
    for report in ["check.md", "test.md", "test.xml", "sarif/check.sarif", "sarif/test.sarif"] {
        assert!(sandbox.path("tools/reports").join(report).exists(), "{report}");
    }
    // Each output of the action is one of a step.
    for (name, output) in workflow.action.0["outputs"].as_mapping().unwrap() {
        assert!(!workflow.fill_in(output["value"].as_str().unwrap()).is_empty(), "{name:?}");
    }

    // A failed test shows its timeline.
    let rules = std::fs::read_to_string(sandbox.path("checkout/traefik.rules.yml")).unwrap();
    sandbox.write("checkout/traefik.rules.yml", rules.replace("for: 1m", "for: 30m"));
    let mut workflow = Workflow::new(&sandbox, &[("coverage", "false")]);
    assert_eq!(workflow.run("promproof test").code, Some(1));
    assert_ne!(workflow.output("steps.test.outputs.failed"), "0");
    assert_eq!(workflow.output("steps.test.outputs.coverage"), "");
    assert!(workflow.summary().contains("timeline, "), "{}", workflow.summary());
}

#[test]
fn findings_and_failures_are_annotations_and_fail_their_steps() {
    let test = "rule_files: [a b.yml]\ntests:\n- input_series: [{series: up, values: 0 0}]\n  \
                alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: []}]\n";
    let sandbox =
        Sandbox::with(&[("checkout/r/bad.yml", BAD), ("checkout/r/a b.yml", GOOD), ("checkout/r/t.yml", test)]);
    let mut workflow = Workflow::new(&sandbox, &[("working-directory", "r"), ("path", "bad.yml\n\n  \na b.yml\n")]);
    let check = workflow.run("promproof check");
    assert_eq!(check.code, Some(1), "{check}");
    assert!(check.stdout.contains("::error file=r/bad.yml,line=5") || check.stdout.contains("file=bad.yml"), "{check}");

    let mut workflow = Workflow::new(&sandbox, &[("path", "r/t.yml")]);
    let test = workflow.run("promproof test");
    assert_eq!(test.code, Some(1), "{test}");
    assert!(test.stdout.contains("::error file=r/t.yml"), "{test}");
}

/// A test of an alert that no rule defines, and of a series that nothing reads.
const DOUBTFUL: &str = "rule_files: [x.yml]\ntests:\n- input_series: [{series: unused, values: 0 0}]\n  \
                        alert_rule_test: [{eval_time: 1m, alertname: B, exp_alerts: []}]\n";

/// How often a text has each of what is to be found in [`DOUBTFUL`].
fn doubts(text: &str) -> [usize; 2] {
    ["defines an alert `B`", "reads `unused`"].map(|message| text.matches(message).count())
}

#[test]
fn what_tests_are_warned_of_is_annotated_once() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD), ("checkout/t.yml", DOUBTFUL)]);
    let mut workflow = Workflow::new(&sandbox, &[]);
    let [check, test] = ["promproof check", "promproof test"].map(|step| workflow.run(step));
    assert_eq!((check.code, test.code), (Some(0), Some(0)), "{check}\n{test}");
    assert_eq!((doubts(&check.stdout), doubts(&test.stdout)), ([1, 1], [0, 0]), "{check}\n{test}");
    // Where nothing is linted, the tests tell it.
    let mut workflow = Workflow::new(&sandbox, &[("check", "false")]);
    let test = workflow.run("promproof test");
    assert_eq!((test.code, doubts(&test.stdout)), (Some(0), [1, 1]), "{test}");
}

#[test]
fn what_tests_are_warned_of_is_told_by_one_of_the_hooks() {
    let sandbox = Sandbox::with(&[("x.yml", GOOD), ("t.yml", DOUBTFUL)]);
    let made = Command::new("git").args(["init", "-q"]).current_dir(sandbox.path("")).status();
    assert!(made.unwrap().success());
    let text = std::fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Vec<serde_yaml::Value> = serde_yaml::from_str(&text).unwrap();
    for suffix in ["", "-installed"] {
        let output = ["promproof-check", "promproof-test"].map(|id| {
            let hook = hooks.iter().find(|hook| hook["id"].as_str() == Some(&format!("{id}{suffix}"))).unwrap();
            let entry = hook["entry"].as_str().unwrap().split_whitespace().skip(1);
            let args = hook["args"].as_sequence().into_iter().flatten().map(|arg| arg.as_str().unwrap());
            sandbox.run(&entry.chain(args).collect::<Vec<_>>()).stdout
        });
        assert_eq!(output.each_ref().map(|output| doubts(output)), [[1, 1], [0, 0]], "{output:?}");
    }
}

#[test]
fn inputs_are_arguments_and_no_shell() {
    let sandbox = Sandbox::with(&[("checkout/x.yml", GOOD)]);
    let mut workflow = Workflow::new(&sandbox, &[("path", "$(touch PWNED)\n--help\n`touch PWNED`")]);
    let check = workflow.run("promproof check");
    assert_eq!(check.code, Some(2), "{check}");
    assert!(!sandbox.path("checkout/PWNED").exists());

    let mut workflow = Workflow::new(&sandbox, &[("check-args", "--statistics\n--output-format=json")]);
    // Given again, the format of the arguments would be an error, and is shown as one.
    assert_eq!(workflow.run("promproof check").code, Some(2));
    let mut workflow = Workflow::new(&sandbox, &[("check-args", "--exit-zero\n--statistics"), ("strict", "true")]);
    assert_eq!(workflow.run("promproof check").code, Some(0));
    assert_eq!(workflow.run("promproof test").code, Some(0));
}

#[test]
fn a_repository_without_rules_passes() {
    let sandbox = Sandbox::with(&[("checkout/readme.yml", "a: b\n")]);
    let mut workflow = Workflow::new(&sandbox, &[]);
    assert_eq!(workflow.run("promproof check").code, Some(0));
    assert_eq!(workflow.run("promproof test").code, Some(0));
}

#[test]
fn nothing_is_run_after_a_failed_build() {
    let action = Action::read();
    let condition = action.step("promproof test")["if"].as_str().unwrap();
    assert!(condition.contains("!cancelled() && steps.ready.outcome == 'success'"), "{condition}");
    assert_eq!(action.step("See that it runs")["id"].as_str(), Some("ready"));
    assert!(action.step("See that it runs")["if"].is_null(), "it runs only where all before it succeeded");
}

#[test]
fn actions_are_pinned_by_their_commits() {
    for file in ["action.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        let text = std::fs::read_to_string(repository().join(file)).unwrap();
        for used in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            let (commit, version) = used.split_once(" # ").unwrap_or((used, ""));
            let is_pinned = commit.split_once('@').is_some_and(|(_, hash)| {
                hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && version.starts_with('v')
            });
            assert!(is_pinned || commit == "./", "{file}: {used}");
        }
    }
}

/// A pull request: `checkout` is GitHub's merge of a branch that switches all rules off into one that asks for a label.
struct PullRequest {
    sandbox: Sandbox,
    base: String,
    merge: String,
}

impl PullRequest {
    fn new() -> Self {
        let sandbox = Sandbox::with(&[
            ("checkout/ops/promproof.toml", "exclude = [\"old/**\"]\n[labels]\nrequired = [\"severity\"]\n"),
            ("checkout/ops/rules/a.yml", GOOD),
            ("checkout/ops/old/b.yml", BAD),
        ]);
        let pull_request = PullRequest { sandbox, base: String::new(), merge: String::new() };
        pull_request.git(&["init", "-q", "-b", "main"]);
        pull_request.git(&["add", "-A"]);
        pull_request.git(&["commit", "-q", "-m", "base"]);
        let base = pull_request.git(&["rev-parse", "HEAD"]);
        pull_request.git(&["checkout", "-q", "-b", "change"]);
        let off = "exclude = [\"**\"]\n[rules]\n\"labels/required\" = \"off\"\n";
        pull_request.sandbox.write("checkout/ops/promproof.toml", off);
        pull_request.sandbox.write("checkout/ops/rules/promproof.toml", off);
        pull_request.git(&["add", "-A"]);
        pull_request.git(&["commit", "-q", "-m", "change"]);
        pull_request.git(&["checkout", "-q", "main"]);
        pull_request.git(&["merge", "-q", "--no-ff", "--no-edit", "change"]);
        let merge = pull_request.git(&["rev-parse", "HEAD"]);
        PullRequest { base, merge, ..pull_request }
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]);
        command.args(arguments).current_dir(self.sandbox.path("checkout")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn workflow(&self, inputs: &[(&str, &str)]) -> Workflow<'_> {
        let mut workflow = Workflow::new(&self.sandbox, inputs);
        workflow.values.insert("github.event.pull_request.base.sha".to_owned(), self.base.clone());
        workflow.variables.push(("GITHUB_REF", "refs/pull/1/merge".to_owned()));
        workflow.variables.push(("GITHUB_SHA", self.merge.clone()));
        workflow
    }
}

#[test]
fn only_what_the_pull_request_has_brought() {
    let pull_request = PullRequest::new();
    let inputs = [("working-directory", "ops"), ("path", "rules"), ("since", "base")];
    for policy in ["head", "base"] {
        let mut workflow = pull_request.workflow(&[&inputs[..], &[("policy", policy)]].concat());
        let found = workflow.run("Find the policy and the base");
        assert_eq!(found.code, Some(0), "{found}");
        assert_eq!(workflow.output("steps.policy.outputs.since"), pull_request.base);
        // The rule without a label was there before.
        let check = workflow.run("promproof check");
        assert_eq!((check.code, workflow.output("steps.check.outputs.findings")), (Some(0), "0"), "{check}");
    }
    // A push is no pull request, and tells everything; a commit is one that is named.
    let sandbox = &pull_request.sandbox;
    for (since, expected) in [("base", ""), ("HEAD^1", "HEAD^1"), ("", "")] {
        let mut workflow = Workflow::new(sandbox, &[("since", since)]);
        assert_eq!(workflow.run("Find the policy and the base").code, Some(0));
        assert_eq!(workflow.output("steps.policy.outputs.since"), expected);
    }
    let mut workflow = Workflow::new(sandbox, &[("since", "a\nconfig=b")]);
    assert_eq!(workflow.run("Find the policy and the base").code, Some(1));
}

#[test]
fn the_policy_of_the_base_holds() {
    let pull_request = PullRequest::new();
    // As it is checked out, the change switches everything off.
    let mut workflow = pull_request.workflow(&[("working-directory", "ops/rules")]);
    assert_eq!(workflow.run("Find the policy and the base").code, Some(0));
    assert_eq!(workflow.output("steps.policy.outputs.config"), "");
    assert_eq!(workflow.run("promproof check").code, Some(0));

    for working_directory in ["ops/rules", "ops"] {
        let inputs = [("working-directory", working_directory), ("policy", "base")];
        let mut workflow = pull_request.workflow(&inputs);
        let policy = workflow.run("Find the policy and the base");
        assert_eq!(policy.code, Some(0), "{policy}");
        let check = workflow.run("promproof check");
        assert_eq!(check.code, Some(1), "{check}");
        assert!(check.stdout.contains("labels/required") && !check.stdout.contains("b.yml"), "{check}");
        // And the checkout is as it was.
        let file = workflow.sandbox.path("checkout").join(working_directory);
        let file = file.join(workflow.output("steps.policy.outputs.temporary"));
        assert!(file.exists());
        assert_eq!(workflow.run("Put away the configuration of the base").code, Some(0));
        assert!(!file.exists());
    }
    let named = [("working-directory", "ops"), ("policy", "base"), ("config", "promproof.toml")];
    let mut workflow = pull_request.workflow(&named);
    assert_eq!(workflow.run("Find the policy and the base").code, Some(0));
    let check = workflow.run("promproof check");
    assert!(check.stdout.contains("labels/required") && !check.stdout.contains("b.yml"), "{check}");
}

#[test]
fn without_the_base_there_is_no_policy_and_no_run() {
    let pull_request = PullRequest::new();
    let mut workflow = pull_request.workflow(&[("policy", "base")]);
    workflow.variables.retain(|(name, _)| !name.starts_with("GITHUB_"));
    let missing = "0123456789012345678901234567890123456789".to_owned();
    workflow.values.insert("github.event.pull_request.base.sha".to_owned(), missing);
    let run = workflow.run("Find the policy and the base");
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("::error title=promproof::base needs the commit"), "{run}");

    let mut workflow = pull_request.workflow(&[("policy", "mine")]);
    assert_eq!(workflow.run("Find the policy and the base").code, Some(1));
    let mut workflow = pull_request.workflow(&[("policy", "base"), ("config", "none.toml")]);
    assert_eq!(workflow.run("Find the policy and the base").code, Some(1));
}
