//! Links to pages that were renamed: git's history knows where the pages are.

use std::fs;

use crate::since::{commit, git, repository};
use crate::support::{Run, Sandbox};

const CONFIG: &str = "[runbook]\nsites = { \"https://run.example/\" = \"docs\" }\ngenerator = \"hugo\"\n";

const PAGE: &str = "# HostDown\n\n## Meaning\n\nIt does not answer.\n\n## Mitigation\n\nStart it.\n";

/// Two alerts with links to one page, one of them with an anchor.
fn rules() -> String {
    let alert = |name: &str, link: &str| {
        format!("      - alert: {name}\n        expr: up == 0\n        annotations: {{runbook_url: '{link}'}}\n")
    };
    let alerts =
        [alert("Down", "https://run.example/old/hostdown#meaning"), alert("Gone", "https://run.example/old/HostDown/")];
    format!("groups:\n  - name: g\n    rules:\n{}", alerts.concat())
}

/// A repository whose page has been renamed twice, in a folder of it if `below` is one.
fn renamed_twice(below: &str) -> Sandbox {
    let at = |path: &str| format!("{below}{path}");
    let sandbox = repository(&[
        (&at("promproof.toml"), CONFIG),
        (&at("rules.yml"), &rules()),
        (&at("docs/old/HostDown.md"), PAGE),
        (&at("docs/other.md"), "# Other\n"),
    ]);
    rename(&sandbox, &at("docs/old/HostDown.md"), &at("docs/node/HostDown.md"));
    commit(&sandbox);
    rename(&sandbox, &at("docs/node/HostDown.md"), &at("docs/node/Unreachable.md"));
    commit(&sandbox);
    sandbox
}

fn rename(sandbox: &Sandbox, old: &str, new: &str) {
    fs::create_dir_all(sandbox.path(new).parent().unwrap()).unwrap();
    git(sandbox, &["mv", old, new]);
}

fn check(sandbox: &Sandbox, folder: &str, options: &[&str]) -> Run {
    let mut command = sandbox.command();
    let args = ["check", "--select", "runbook/page-missing"];
    Run::of(command.current_dir(sandbox.path(folder)).args(args).args(options))
}

#[test]
fn the_new_name_is_told_and_written() {
    let sandbox = renamed_twice("");
    let told = check(&sandbox, "", &[]).stdout;
    assert_eq!(told.matches("the page was renamed to `docs/node/Unreachable.md`").count(), 2, "{told}");
    // A guess of git is no sure fix.
    assert!(check(&sandbox, "", &["--fix"]).stdout.contains("2 warnings"));
    let fixed = check(&sandbox, "", &["--fix", "--unsafe-fixes"]).stdout;
    assert!(fixed.starts_with("2 fixed, no findings"), "{fixed}");
    let links = fs::read_to_string(sandbox.path("rules.yml")).unwrap();
    let links: Vec<&str> = links.lines().filter(|line| line.contains("runbook_url")).map(str::trim).collect();
    insta::assert_snapshot!(links.join("\n"), @r"
    annotations: {runbook_url: 'https://run.example/node/unreachable#meaning'}
    annotations: {runbook_url: 'https://run.example/node/unreachable/'}
    ");
}

#[test]
fn what_is_not_committed_counts_and_folders_of_a_repository_are_known() {
    let sandbox = renamed_twice("team/");
    rename(&sandbox, "team/docs/node/Unreachable.md", "team/docs/Lost.md");
    let told = check(&sandbox, "team", &[]).stdout;
    assert_eq!(told.matches("the page was renamed to `docs/Lost.md`").count(), 2, "{told}");
}

#[test]
fn without_a_history_it_is_as_if_there_were_none() {
    let sandbox = renamed_twice("");
    let nothing = |run: &Run| {
        assert!(run.stdout.contains("page that does not exist") && !run.stdout.contains("renamed"), "{run}");
        assert_eq!(run.stderr, "", "{run}");
    };
    // A page that is there no more.
    git(&sandbox, &["rm", "-q", "docs/node/Unreachable.md"]);
    commit(&sandbox);
    nothing(&check(&sandbox, "", &[]));
    git(&sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
    assert!(check(&sandbox, "", &[]).stdout.contains("renamed"));
    // A clone that knows the last commit only.
    let source = format!("file://{}", sandbox.path("").display());
    let clone = Sandbox::with(&[]);
    git(&clone, &["clone", "-q", "--depth", "1", &source, "here"]);
    nothing(&check(&clone, "here", &[]));
    // No program `git`.
    let mut command = sandbox.command();
    nothing(&Run::of(command.env("PATH", "").args(["check", "--select", "runbook/page-missing"])));
    fs::remove_dir_all(sandbox.path(".git")).unwrap();
    nothing(&check(&sandbox, "", &[]));
}

#[test]
fn a_repository_names_no_program_that_is_run() {
    let sandbox = renamed_twice("");
    let program = sandbox.path("program");
    let marker = sandbox.path("it-has-run");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", marker.display())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = program.to_str().unwrap();
    for key in ["gpg.program", "core.fsmonitor", "core.pager", "diff.external", "diff.evil.textconv"] {
        git(&sandbox, &["config", key, program]);
    }
    git(&sandbox, &["config", "log.showSignature", "true"]);
    fs::write(sandbox.path(".gitattributes"), "*.md diff=evil\n").unwrap();
    assert!(check(&sandbox, "", &[]).stdout.contains("renamed"));
    assert!(!marker.exists());
}

/// A commit may bring a folder that looks like a repository, whose configuration names programs.
#[test]
#[cfg(unix)]
fn a_folder_is_no_repository_because_it_looks_like_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = repository(&[("readme.md", "x\n")]);
    let inner = "alerts";
    sandbox.write("alerts/promproof.toml", CONFIG);
    sandbox.write("alerts/rules.yml", rules());
    sandbox.write("alerts/docs/other.md", "# Other\n");
    sandbox.write("alerts/.gitattributes", "* filter=evil\n");
    for args in [&["init", "-q", inner][..], &["-C", inner, "add", "."], &["-C", inner, "commit", "-q", "-m", "x"]] {
        git(&sandbox, args);
    }
    let (marker, program) = (sandbox.path("it-has-run"), sandbox.path("program"));
    fs::write(&program, format!("#!/bin/sh\ntouch {}\ncat\n", marker.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    git(&sandbox, &["-C", inner, "config", "filter.evil.clean", program.to_str().unwrap()]);
    git(&sandbox, &["-C", inner, "config", "core.worktree", "."]);
    for part in fs::read_dir(sandbox.path("alerts/.git")).unwrap().flatten() {
        fs::rename(part.path(), sandbox.path(inner).join(part.file_name())).unwrap();
    }
    fs::remove_dir(sandbox.path("alerts/.git")).unwrap();
    sandbox.write("alerts/rules.yml", rules() + "# changed\n");
    for options in [&[][..], &["--sandbox"], &["--since", "HEAD"]] {
        let run = check(&sandbox, inner, options);
        assert!(!marker.exists(), "{options:?}: {run}");
    }
    git(&sandbox, &["-C", inner, "-c", "safe.bareRepository=all", "diff", "HEAD", "--"]);
    assert!(marker.exists(), "git would have run it");
}
