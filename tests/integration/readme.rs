//! The README is true: its commands run, its pictures show what is printed, what it refers to is there.

use crate::support::{Run, Sandbox, repository};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let (text, fence) = (readme(), format!("\n```{language}\n"));
    text.split(&fence).skip(1).map(|part| part.split("\n```").next().unwrap().to_owned()).collect()
}

/// Runs the program in the root of the repository.
fn run_in_repository(args: &[&str]) -> Run {
    Run::of(Sandbox::new().command().current_dir(repository()).args(args))
}

/// The words of a command line, as a shell takes them apart; only single quotes are used here.
fn words(call: &str) -> Vec<&str> {
    let pieces = call.split('\'').enumerate();
    pieces.flat_map(|(i, piece)| if i % 2 == 1 { vec![piece] } else { piece.split_whitespace().collect() }).collect()
}

#[test]
fn every_command_runs() {
    let commands: Vec<String> = blocks("console").iter().flat_map(|block| block.lines().map(str::to_owned)).collect();
    assert!(!commands.is_empty());
    for command in commands {
        if command == "cargo test" {
            // This is it; CI runs the same.
            let ci = std::fs::read_to_string(repository().join(".ci/run")).unwrap();
            assert!(ci.contains("step cargo test"), "{ci}");
            continue;
        }
        let call = command.strip_prefix("cargo run -- ").or(command.strip_prefix("promproof ")).unwrap();
        let args = words(call);
        let run = run_in_repository(&args);
        // The example has a mistake, which `check` finds and `render` shows.
        let expected = if ["check", "render"].contains(&args[0]) { 1 } else { 0 };
        assert_eq!(run.code, Some(expected), "{command}\n{run}");
    }
}

#[test]
fn the_examples_in_the_help_of_eval_yield_something() {
    let help = run_in_repository(&["eval", "--help"]).stdout.replace("\\\n", "");
    let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  promproof eval ")).collect();
    assert!(examples.len() >= 2, "{help}");
    for example in examples {
        let run = run_in_repository(&[&["eval"], words(example).as_slice()].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{example}\n{run}");
        assert!(run.stdout.contains("{"), "{example} yields no series\n{run}");
    }
}

#[test]
fn the_coverage_is_what_is_printed() {
    let shown = blocks("text").into_iter().find(|block| block.contains("not covered:")).unwrap();
    let run = run_in_repository(&["test", "testdata/coverage", "--coverage"]);
    assert!(run.stdout.contains(&shown), "{run}");
}

#[test]
fn the_dead_alert_and_its_proof_are_what_is_printed() {
    let commands: Vec<String> = blocks("console")
        .into_iter()
        .filter(|block| block.contains("testdata/dead") || block.contains("count("))
        .collect();
    let shown: Vec<String> = blocks("text").into_iter().take(commands.len()).collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for (command, shown) in commands.iter().zip(shown) {
        let run = run_in_repository(&words(command.strip_prefix("promproof ").unwrap()));
        assert!(run.stdout.starts_with(&shown), "{command}\n{run}");
    }
}

#[test]
fn the_comment_excuses_the_finding() {
    let line = blocks("yaml").into_iter().find(|block| block.contains("promproof: ignore")).unwrap();
    let rules = |line: &str| {
        format!(
            "groups:\n  - name: disk\n    rules:\n      - alert: DiskFull\n        expr: sum by (job) (full) > 0\n        \
             annotations:\n          {line}\n"
        )
    };
    let sandbox = Sandbox::with(&[("rules.yml", &rules(&line))]);
    assert_eq!(sandbox.run(&["check"]).code, Some(0), "{}", sandbox.run(&["check"]));
    let bare = line.split("  #").next().unwrap();
    assert_eq!(Sandbox::with(&[("rules.yml", &rules(bare))]).run(&["check"]).code, Some(1));
}

#[test]
fn the_hooks_and_the_action_are_there() {
    let read = |name: &str| std::fs::read_to_string(repository().join(name)).unwrap();
    let parse = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    let examples: Vec<serde_json::Value> = blocks("yaml").iter().map(|block| parse(block)).collect();

    let defined = parse(&read(".pre-commit-hooks.yaml"));
    let hooks = examples.iter().find_map(|example| example["repos"][0]["hooks"].as_array()).unwrap();
    for hook in hooks {
        let definition = defined.as_array().unwrap().iter().find(|definition| definition["id"] == hook["id"]).unwrap();
        let mut args = words(definition["entry"].as_str().unwrap().strip_prefix("promproof ").unwrap());
        args.push("--help");
        assert_eq!(Sandbox::traefik().run(&args).code, Some(0));
    }

    let action = parse(&read("action.yml"));
    let with = examples.iter().find_map(|example| example["jobs"]["alerts"]["steps"][1]["with"].as_object()).unwrap();
    for input in with.keys() {
        assert!(action["inputs"].get(input).is_some(), "the action has no input `{input}`");
    }
}

#[test]
fn links_lead_somewhere() {
    let text = readme();
    let targets: Vec<&str> =
        text.split("](").skip(1).filter_map(|part| part.split(')').next()).filter(|to| !to.contains("://")).collect();
    assert!(targets.len() >= 5, "{targets:?}");
    for target in targets {
        assert!(repository().join(target).exists(), "{target}");
    }
}

/// The text of a picture, without blanks.
fn picture(name: &str) -> String {
    let svg = std::fs::read_to_string(repository().join("docs/images").join(name)).unwrap();
    let pieces = svg.split("</text>").filter_map(|piece| piece.rsplit('>').next());
    let text: String = pieces.collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'");
    without_blanks(&text.replace("&amp;", "&"))
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// `docs/images/make.sh` draws them anew.
#[test]
fn the_pictures_show_what_is_printed() {
    let check = run_in_repository(&["check", "testdata/traefik"]);
    assert_eq!(picture("check.svg"), without_blanks(&format!("$ promproof check testdata/traefik{}", check.stdout)));

    let sandbox = Sandbox::traefik();
    let rules = std::fs::read_to_string(sandbox.path("traefik/traefik.rules.yml")).unwrap();
    sandbox.write("traefik/traefik.rules.yml", rules.replace("for: 1m", "for: 3m"));
    let args = ["test", "traefik", "--run", "rises", "-k", "TraefikHigh"];
    let test = sandbox.run(&args);
    assert_eq!(test.code, Some(1));
    assert_eq!(picture("test.svg"), without_blanks(&format!("$ promproof {}{}", args.join(" "), test.stdout)));
}
