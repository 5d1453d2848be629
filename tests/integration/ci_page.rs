//! `docs/ci.md` is true: its commands run, and what it says of hooks, action and component is there.

use std::process::Command;

use crate::support::{Run, Sandbox, repository};

fn page() -> String {
    std::fs::read_to_string(repository().join("docs/ci.md")).unwrap()
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let (text, fence) = (page(), format!("\n```{language}\n"));
    text.split(&fence).skip(1).map(|part| part.split("\n```").next().unwrap().to_owned()).collect()
}

/// The example as a repository of its own, with a commit.
fn example() -> Sandbox {
    let sandbox = Sandbox::traefik();
    for args in [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "x"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]).args(args);
        git.current_dir(sandbox.path("")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.status().unwrap().success(), "{args:?}");
    }
    sandbox
}

#[test]
fn its_commands_run() {
    let commands: Vec<String> = blocks("console").iter().flat_map(|block| block.lines().map(str::to_owned)).collect();
    assert!(commands.len() >= 2, "{commands:?}");
    for command in commands {
        let sandbox = example();
        let args: Vec<&str> = command.strip_prefix("promproof ").unwrap().split_whitespace().collect();
        let run = Run::of(sandbox.command().args(&args));
        // The example has a mistake, which a check of everything finds.
        let finds = args[0] == "check" && !args.contains(&"--staged") && !args.contains(&"--exit-zero");
        assert_eq!(run.code, Some(i32::from(finds)), "{command}\n{run}");
    }
}

#[test]
fn its_hooks_are_there() {
    let defined = std::fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap();
    let defined: serde_json::Value = serde_yaml::from_str(&defined).unwrap();
    let defined: Vec<&str> = defined.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    let example: serde_json::Value = serde_yaml::from_str(&blocks("yaml")[0]).unwrap();
    let hooks = example["repos"][0]["hooks"].as_array().unwrap();
    assert_eq!(hooks.len(), 3);
    for hook in hooks {
        let id = hook["id"].as_str().unwrap();
        assert!(defined.contains(&id), "{id}");
        assert!(page().contains(&format!("| `{id}` |")), "{id} is not described");
        assert!(defined.contains(&format!("{id}-installed").as_str()), "{id}");
    }
}

/// The first example of its kind that mentions `word`.
fn example_with(word: &str) -> serde_json::Value {
    let block = blocks("yaml").into_iter().find(|block| block.contains(word)).unwrap();
    serde_yaml::from_str(&block).unwrap()
}

#[test]
fn its_inputs_and_outputs_of_the_action_are_there() {
    let action = std::fs::read_to_string(repository().join("action.yml")).unwrap();
    let action: serde_json::Value = serde_yaml::from_str(&action).unwrap();
    let example = example_with("promproof/promproof@");
    for input in example["jobs"]["alerts"]["steps"][1]["with"].as_object().unwrap().keys() {
        assert!(action["inputs"].get(input).is_some(), "the action has no input `{input}`");
    }
    for output in action["outputs"].as_object().unwrap().keys() {
        assert!(page().contains(&format!("`{output}`")), "{output} is not described");
    }
}

/// The component's inputs, and the job with their defaults filled in but for these.
fn component(inputs: &[(&str, &str)]) -> serde_json::Value {
    let text = std::fs::read_to_string(repository().join("templates/promproof.yml")).unwrap();
    let (spec, mut job) = text.split_once("\n---\n").map(|(spec, job)| (spec.to_owned(), job.to_owned())).unwrap();
    let spec: serde_json::Value = serde_yaml::from_str(&spec).unwrap();
    for (name, input) in spec["spec"]["inputs"].as_object().unwrap() {
        let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        let default = input["default"].as_str().map_or_else(|| input["default"].to_string(), str::to_owned);
        let value = given.unwrap_or(&default);
        let place = format!("$[[ inputs.{name} ]]");
        assert!(job.contains(&place), "`{name}` has no effect");
        job = job.replace(&place, value);
    }
    assert!(!job.contains("$[["), "{job}");
    serde_yaml::from_str::<serde_json::Value>(&job).unwrap()["promproof"].take()
}

/// The lines of the job's script, run by a shell in `sandbox` as a runner of GitLab does, after `pip` would have installed it.
#[cfg(unix)]
fn run_component(sandbox: &Sandbox, inputs: &[(&str, &str)]) -> Run {
    let job = component(inputs);
    std::fs::create_dir_all(sandbox.path("bin")).unwrap();
    sandbox.write("bin/pip", "#!/bin/sh\n");
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_promproof"), sandbox.path("bin/promproof"));
    let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let mut command = assert_cmd::Command::new("sh");
    command.args(["-ec", &format!("chmod +x bin/pip\n{}", script.join("\n"))]).current_dir(sandbox.path(""));
    let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("LC_ALL", "C.UTF-8").env_remove("GITHUB_ACTIONS");
    for (name, value) in job["variables"].as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    Run::of(&mut command)
}

#[cfg(unix)]
#[test]
fn the_component_checks_tests_and_reports() {
    let sandbox = example();
    let run = run_component(&sandbox, &[("path", "traefik")]);
    assert_eq!(run.code, Some(1), "{run}");
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    assert!(read("gl-code-quality-report.json").contains("template/missing-label"));
    assert!(read("promproof-check.xml").contains("<testsuites") && read("promproof-test.xml").contains("<testsuites"));
    // What GitLab looks for in the log.
    let pattern = component(&[])["coverage"].as_str().unwrap().trim_matches('/').to_owned();
    let found = regex::Regex::new(&pattern).unwrap().captures(&run.stdout).unwrap_or_else(|| panic!("{run}"));
    assert!(found[1].parse::<f64>().is_ok());

    let since = run_component(&sandbox, &[("path", "traefik"), ("since", "HEAD")]);
    assert_eq!(since.code, Some(0), "{since}");
    // Half of these rules are covered.
    let half = Sandbox::new();
    for entry in std::fs::read_dir(repository().join("testdata/coverage")).unwrap() {
        let path = entry.unwrap().path();
        half.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
    }
    for (least, code) in [("40", 0), ("50", 1)] {
        let run = run_component(&half, &[("fail_under", least)]);
        assert_eq!(run.code, Some(code), "{run}");
    }
    let without = Sandbox::new();
    assert_eq!(run_component(&without, &[]).code, Some(0));
}

#[test]
fn versions_are_those_of_the_newest_release() {
    let version = promproof::init::RELEASED;
    // A release names itself.
    assert!(env!("CARGO_PKG_VERSION").ends_with("-dev") || env!("CARGO_PKG_VERSION") == version);
    let component = std::fs::read_to_string(repository().join("templates/promproof.yml")).unwrap();
    assert!(component.contains(&format!("default: \"{version}\"")), "templates/promproof.yml");
    let wanted = [format!("rev: v{version}"), format!("promproof=={version}"), format!("promproof@v{version}")];
    for text in wanted.iter().chain(&[format!("promproof:{version}"), format!("promproof@{version}")]) {
        assert!(page().contains(text), "docs/ci.md lacks `{text}`");
    }
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains(&format!("rev: v{version}")), "README.md");
}

#[cfg(unix)]
#[test]
fn a_release_needs_its_version_and_its_changes() {
    let script = std::fs::read_to_string(repository().join(".ci/release-version")).unwrap();
    let manifest = "[package]\nname = \"x\"\nversion = \"1.2.3\"\n[dependencies]\ny = { version = \"9\" }\n";
    let changes =
        "# Changelog\n## [Unreleased]\n## [1.2.3] - 2026-11-26\n### Added\n- A thing.\n## [1.2.30]\n- Another.\n";
    let sandbox = Sandbox::with(&[(".ci/x", &script), ("Cargo.toml", manifest), ("CHANGELOG.md", changes)]);
    let run = |args: &[&str]| {
        let mut command = assert_cmd::Command::new("bash");
        Run::of(command.arg(".ci/x").args(args).current_dir(sandbox.path("")))
    };
    assert_eq!((run(&["v1.2.3"]).code, run(&["v1.2.3"]).stdout.as_str()), (Some(0), "version=1.2.3\n"));
    assert_eq!(run(&["--notes", "v1.2.3"]).stdout, "### Added\n- A thing.\n");
    for tag in ["v1.2.4", "1.2.3", "v1.2.30", ""] {
        let refused = run(&[tag]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{tag}: {refused}");
    }
    sandbox.write("Cargo.toml", manifest.replace("1.2.3", "1.2.3-dev"));
    assert_eq!((run(&["v1.2.3"]).code, run(&["v1.2.3-dev"]).code), (Some(1), Some(1)));
    sandbox.write("Cargo.toml", manifest);
    sandbox.write("CHANGELOG.md", changes.replace("- A thing.\n", "").replace("### Added\n", "\n"));
    let empty = run(&["v1.2.3"]);
    assert!(empty.code == Some(1) && empty.stderr.contains("nothing below `## [1.2.3]`"), "{empty}");
    sandbox.write("CHANGELOG.md", changes.replace("## [1.2.3]", "## [1.2.2]"));
    let missing = run(&["v1.2.3"]);
    assert!(missing.code == Some(1) && missing.stderr.contains(".ci/set-version 1.2.3\n"), "{missing}");
}

/// What `.ci/set-version` touches, in a repository of its own.
#[cfg(unix)]
#[test]
fn a_version_is_set_everywhere_and_released_once() {
    let sandbox = Sandbox::new();
    let touched = [
        ".ci/set-version",
        ".ci/release-version",
        "Cargo.toml",
        "Cargo.lock",
        "CHANGELOG.md",
        "README.md",
        "docs/ci.md",
        "docs/stability.md",
        "templates/promproof.yml",
        "src/init/automation.rs",
        "tests/integration/init.rs",
    ];
    for path in touched {
        sandbox.write(path, std::fs::read(repository().join(path)).unwrap());
    }
    let run = |program: &str, args: &[&str]| {
        let mut command = assert_cmd::Command::new(program);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        Run::of(command.args(args).current_dir(sandbox.path("")))
    };
    let commit = || {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        for args in [&["add", "."][..], &["commit", "--quiet", "--allow-empty", "--message", "next"]] {
            assert_eq!(run("git", &[&identity, args].concat()).code, Some(0));
        }
        run("bash", &[".ci/release-version", "--once"]).code
    };
    let set = |version: &str| run("python3", &[".ci/set-version", version]);
    let has = |path: &str, text: &str| std::fs::read_to_string(sandbox.path(path)).unwrap().contains(text);
    run("git", &["init", "--quiet"]);
    assert_eq!(commit(), Some(0));

    let changed = set("9.8.7");
    assert_eq!(changed.code, Some(0), "{changed}");
    assert_eq!(run("bash", &[".ci/release-version", "v9.8.7"]).stdout, "version=9.8.7\n");
    assert!(touched.iter().skip(2).all(|path| has(path, "9.8.7")));
    let old = format!("v{}", promproof::init::RELEASED);
    assert!(["README.md", "docs/ci.md", "templates/promproof.yml"].iter().all(|path| !has(path, &old)));
    assert_eq!(commit(), Some(0), "the release");
    assert_eq!(commit(), Some(1), "another commit with its version");

    assert_eq!((set("9.8.8-dev").code, set("9.8.8-dev").code), (Some(0), Some(0)));
    assert!(has("Cargo.toml", "\nversion = \"9.8.8-dev\"\n") && has("docs/ci.md", "rev: v9.8.7"));
    let changes = std::fs::read_to_string(sandbox.path("CHANGELOG.md")).unwrap();
    assert_eq!(changes.matches("## [Unreleased]").count(), 1);
    assert!(changes.contains("## [Unreleased]\n\n## [9.8.7] - "), "{}", &changes[..1000]);
    assert_eq!((commit(), commit()), (Some(0), Some(0)), "as many as one likes");
    for wrong in ["v9.8.9", "9.8", "9.8.9-rc1", ""] {
        assert_eq!(set(wrong).code, Some(1), "{wrong}");
    }

    // What cannot be seen is not taken for good.
    let origin = format!("file://{}", sandbox.path("").display());
    for (depth, code) in [("1", 1), ("2", 0)] {
        let clone = format!("clone-{depth}");
        assert_eq!(run("git", &["clone", "--quiet", "--depth", depth, &origin, &clone]).code, Some(0));
        let once = run("bash", &[&format!("{clone}/.ci/release-version"), "--once"]);
        assert_eq!((once.code, once.stderr.contains("git fetch --deepen=1")), (Some(code), code == 1), "{once}");
    }
}
