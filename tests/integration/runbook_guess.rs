//! Runbook pages of which the configuration says nothing: where they are published is guessed.

use super::support::Sandbox;

/// An alert for each name and link.
fn rules(links: &[(&str, &str)]) -> String {
    let alert = |(name, link): &(&str, &str)| {
        format!(
            "      - alert: {name}\n        expr: up == 0\n        for: 5m\n        annotations:\n          runbook_url: {link}\n"
        )
    };
    format!("groups:\n  - name: g\n    rules:\n{}", links.iter().map(alert).collect::<String>())
}

fn check(sandbox: &Sandbox) -> String {
    let run = sandbox.run(&["check", "--select", "runbook", "--output-format", "concise"]);
    format!("{}{}{}", run.stdout, run.stderr, run.code.unwrap())
}

#[test]
fn a_site_of_hugo_is_guessed_and_that_is_said() {
    let links = [
        ("HostDown", "https://run.example/node/hostdown/"),
        ("DiskFull", "https://run.example/node/diskfull/"),
        ("Gone", "https://run.example/node/gone/"),
    ];
    let sandbox = Sandbox::with(&[
        ("hugo.toml", "baseURL = 'https://run.example/'\n"),
        ("rules.yml", &rules(&links)),
        ("content/node/HostDown.md", "# HostDown\n\nIt is down.\n\n[x](nowhere.md)\n"),
        ("content/node/DiskFull.md", "# DiskFull\n\nIt is full.\n"),
        // Of pages to which no alert leads nobody has said that they are checked.
        ("content/node/Other.md", "# Other\n\n[x](nowhere.md)\n\n## Meaning\n\nTODO\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    rules.yml:18:24: warning[runbook/page-missing] the runbook of `Gone` leads to a page that does not exist
    content/node/HostDown.md:5:1: warning[runbook/broken-relative-link] the link `nowhere.md` leads to nothing
    2 warnings in 2 of 4 files
    0
    ");
    let full = sandbox.run(&["check", "--select", "page-missing"]).stdout;
    let words: Vec<&str> = full.split_whitespace().collect();
    assert!(words.join(" ").contains("is guessed from `baseURL` in `hugo.toml`"), "{full}");
    let list = sandbox.run(&["runbook", "list"]);
    insta::assert_snapshot!(list, @r"
    HostDown  ok       content/node/HostDown.md
    DiskFull  ok       content/node/DiskFull.md
    Gone      missing  https://run.example/node/gone/
    2 of 3 links with a page
    --- stderr
    note: that `https://run.example/` is content is guessed from `baseURL` in `hugo.toml`; `[runbook] sites` says otherwise
    --- exit code 0
    ");
    // What the configuration says counts.
    sandbox.write("promproof.toml", "[runbook]\npages = [\"elsewhere\"]\n");
    sandbox.write("elsewhere/a.md", "# A\n");
    let text = check(&sandbox);
    assert!(!text.contains("page-missing"), "{text}");
}

#[test]
fn a_guess_that_explains_too_little_is_none() {
    let links = [("A", "https://run.example/a/"), ("B", "https://run.example/b/"), ("C", "https://run.example/c/")];
    let sandbox = Sandbox::with(&[
        ("mkdocs.yml", "site_url: https://run.example/\n"),
        ("rules.yml", &rules(&links)),
        ("docs/a.md", "# A\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    no findings in 1 file
    0
    ");
    sandbox.write("docs/b.md", "# B\n");
    insta::assert_snapshot!(check(&sandbox), @r"
    rules.yml:18:24: warning[runbook/page-missing] the runbook of `C` leads to a page that does not exist
    1 warning in 1 of 3 files
    0
    ");
}

#[test]
fn files_of_the_repository_are_pages_on_its_branch() {
    let own = |path: &str| format!("https://github.com/o/r/blob/main/{path}");
    let (a, b, c, d, e) =
        (own("docs/a.md"), own("docs/b.md#meaning"), own("docs/c.adoc"), own("docs"), own("docs/e.md"));
    let links = [("A", a.as_str()), ("B", b.as_str()), ("C", c.as_str()), ("D", d.as_str()), ("E", e.as_str())];
    let sandbox = Sandbox::with(&[
        (".git/config", "[remote \"origin\"]\n\turl = git@github.com:o/r.git\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("rules/rules.yml", &rules(&links)),
        ("docs/a.md", "# A\n"),
        ("docs/b.md", "# B\n"),
        ("docs/c.adoc", "= C\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    rules/rules.yml:13:24: warning[runbook/anchor-missing] the runbook of `B` leads to `#meaning`, which `docs/b.md` does not have
    rules/rules.yml:28:24: warning[runbook/page-missing] the runbook of `E` leads to a page that does not exist
    2 warnings in 1 of 3 files
    0
    ");
}
