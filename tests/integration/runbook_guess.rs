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
        ("CpuHot", "https://run.example/node/cpuhot/"),
        ("NetSlow", "https://run.example/node/netslow/"),
    ];
    let sandbox = Sandbox::with(&[
        ("hugo.toml", "baseURL = 'https://run.example/'\n"),
        ("rules.yml", &rules(&links)),
        ("content/node/HostDown.md", "# HostDown\n\nIt is down.\n\n[x](nowhere.md)\n"),
        ("content/node/DiskFull.md", "# DiskFull\n\nIt is full.\n"),
        ("content/node/CpuHot.md", "# CpuHot\n\nIt is hot.\n"),
        ("content/node/NetSlow.md", "# NetSlow\n\nIt is slow.\n"),
        // Of pages to which no alert leads nobody has said that they are checked.
        ("content/node/Other.md", "# Other\n\n[x](nowhere.md)\n\n## Meaning\n\nTODO\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    rules.yml:18:24: warning[runbook/page-missing] the runbook of `Gone` leads to a page that does not exist
    content/node/HostDown.md:5:1: warning[runbook/broken-relative-link] the link `nowhere.md` leads to nothing
    2 warnings in 2 of 6 files
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
    CpuHot    ok       content/node/CpuHot.md
    NetSlow   ok       content/node/NetSlow.md
    4 of 5 links with a page
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
    let links = [
        ("A", "https://run.example/a/"),
        ("B", "https://run.example/b/"),
        ("C", "https://run.example/c/"),
        ("D", "https://run.example/d/"),
        ("E", "https://run.example/e/"),
    ];
    let sandbox = Sandbox::with(&[
        ("mkdocs.yml", "site_url: https://run.example/\n"),
        ("rules.yml", &rules(&links)),
        ("docs/a.md", "# A\n"),
        ("docs/b.md", "# B\n"),
        ("docs/c.md", "# C\n"),
    ]);
    // Three in five are too few.
    insta::assert_snapshot!(check(&sandbox), @r"
    no findings in 1 file
    0
    ");
    sandbox.write("docs/d.md", "# D\n");
    insta::assert_snapshot!(check(&sandbox), @r"
    rules.yml:28:24: warning[runbook/page-missing] the runbook of `E` leads to a page that does not exist
    1 warning in 1 of 5 files
    0
    ");
    // So are two, though all of them lead to pages.
    let sandbox = Sandbox::with(&[
        ("mkdocs.yml", "site_url: https://run.example/\n"),
        ("rules.yml", &rules(&links[..2])),
        ("docs/a.md", "# A\n\n[x](nowhere.md)\n"),
        ("docs/b.md", "# B\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    no findings in 1 file
    0
    ");
}

#[test]
fn files_of_the_repository_are_pages_on_its_branch() {
    let own = |path: &str| format!("https://github.com/o/r/blob/main/{path}");
    let (a, b, c, d, e) =
        (own("docs/a.md"), own("docs/b.md#meaning"), own("docs/c.adoc"), own("docs"), own("docs/e.md"));
    let (f, g) = (own("docs/f.md"), own("docs/g.md"));
    let links =
        [("A", &a), ("B", &b), ("C", &c), ("D", &d), ("E", &e), ("F", &f), ("G", &g)].map(|(n, l)| (n, l.as_str()));
    let sandbox = Sandbox::with(&[
        (".git/config", "[remote \"origin\"]\n\turl = git@github.com:o/r.git\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("rules/rules.yml", &rules(&links)),
        ("docs/a.md", "# A\n"),
        ("docs/b.md", "# B\n"),
        ("docs/c.adoc", "= C\n"),
        ("docs/f.md", "# F\n"),
        ("docs/g.md", "# G\n"),
    ]);
    insta::assert_snapshot!(check(&sandbox), @r"
    rules/rules.yml:13:24: warning[runbook/anchor-missing] the runbook of `B` leads to `#meaning`, which `docs/b.md` does not have
    rules/rules.yml:28:24: warning[runbook/page-missing] the runbook of `E` leads to a page that does not exist
    2 warnings in 1 of 5 files
    0
    ");
}
