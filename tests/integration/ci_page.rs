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
