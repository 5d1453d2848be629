//! Runbook pages that are built to do harm: each gets a clear word, in bounded time and memory.

use std::fmt::Write as _;

use crate::attack::{self, alert};
use crate::support::Sandbox;

const CONFIG: &str = "[runbook]\nsites = { \"https://rb.example/\" = \"pages\" }\ngenerator = \"hugo\"\n";
const LINK: &str = "https://rb.example/a/";

/// What is said of a repository whose alert has this page.
fn said(page: &[u8]) -> String {
    let rules = alert("up == 0", LINK).replace("      d:", "      runbook_url:");
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules.yml", &rules)]);
    sandbox.write("pages/a.md", page);
    let ended = attack::run(&sandbox, &["check", "--select", "runbook", "--output-format", "concise"]);
    // The other commands about pages are to survive them, too.
    attack::run(&sandbox, &["runbook", "sync", "--diff"]);
    format!("{}{}", ended.stdout, ended.stderr)
}

#[test]
fn pages_that_are_broken_get_a_word() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n";
    for (page, word) in [
        (vec![b'a'; 2 << 20], "the page has more than 1024 KiB and is not read"),
        (b"# A\n\xff\xfe\n".to_vec(), "runbook/broken-page"),
        (b"---\ntitle: A\n\n# A\n\nx\n".to_vec(), "the front matter is not closed"),
        (b"+++\ntitle = \n+++\n# A\n".to_vec(), "the front matter is not TOML"),
        (b"---\ntitle: [a\n---\n# A\n".to_vec(), "the front matter is not YAML"),
        (b"# A\n\n{{< rule \"rules.yml\" A\n".to_vec(), "runbook/broken-page"),
        (b"# A\n\n[x](../../../../../../etc/passwd)\n".to_vec(), "leads out of the repository"),
        (b"# A\n\n[x](/../../etc/passwd)\n".to_vec(), "leads out of the repository"),
        (format!("---\n{bomb}---\n# A\n\nx\n").into_bytes(), "no findings"),
        (format!("# A\n\n```yaml\n{bomb}- alert: A\n```\n").into_bytes(), "no findings"),
        (b"# A\n\n<script>alert(1)</script><a name=\"x\" href='#y'>\n".to_vec(), "no findings"),
        (Vec::new(), "the page is empty"),
    ] {
        let text = said(&page);
        let shown: String = String::from_utf8_lossy(&page).chars().take(60).collect();
        assert!(text.contains(word), "{shown:?}: {text}");
    }
}

#[test]
fn pages_that_nest_or_repeat_without_end() {
    let repeated = |text: &str| text.repeat((200 << 10) / text.len()).into_bytes();
    for page in [
        repeated(">"),
        repeated("- "),
        repeated("["),
        repeated("[a]("),
        repeated("*a_"),
        repeated("`"),
        repeated("<div>"),
        repeated("<!--"),
        repeated("{{<"),
        repeated("{{< rule \"rules.yml\" \"B\" >}}\n"),
        repeated("{{% a %}}\n"),
        repeated("# a\n"),
        repeated("###### a\n# b\n"),
        repeated("|a"),
        repeated("```yaml\n- alert: A\n  expr: up == 1\n```\n"),
        repeated("```promql\nup ==\n```\n"),
        format!("```promql\n{}\n```\n", "<".repeat(200 << 10)).into_bytes(),
        format!("```promql\n{}>\n```\n", "<a ".repeat(70 << 10)).into_bytes(),
        repeated("a: \n"),
    ] {
        let shown = String::from_utf8_lossy(&page[..20]).into_owned();
        let text = said(&page);
        assert!(text.len() < 16 << 20, "{shown:?}: {}", text.len());
    }
    let mut keys = "---\n".to_owned();
    for at in 0..50_000 {
        writeln!(keys, "k{at}: x").unwrap();
    }
    said(format!("{keys}---\n# A\n").as_bytes());
}

#[test]
fn many_headings_and_links_to_none_of_them() {
    let mut page = "# A\n".to_owned();
    for at in 0..10_000 {
        writeln!(page, "## h{at}\n[x](#g{at})").unwrap();
    }
    let text = said(page.as_bytes());
    assert_eq!(text.matches("runbook/anchor-missing").count(), 10_000);
    let mut page = "# A\n".to_owned();
    for at in 0..10_000 {
        writeln!(page, "[x](p{at}.md) {{{{< rule \"rules.yml\" \"B{at}\" >}}}}").unwrap();
    }
    let text = said(page.as_bytes());
    assert_eq!(text.matches("runbook/broken-relative-link").count(), 10_000);
    assert_eq!(text.matches("runbook/dead-shortcode").count(), 10_000);
}

#[test]
fn a_page_that_is_a_link_to_elsewhere_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.md"), "# Secret\n\n[x](gone.md)\n").unwrap();
    let rules = alert("up == 0", LINK).replace("      d:", "      runbook_url:");
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules.yml", &rules), ("pages/b.md", "# B\n")]);
    std::os::unix::fs::symlink(outside.path().join("secret.md"), sandbox.path("pages/a.md")).unwrap();
    let ended = attack::run(&sandbox, &["check", "--select", "runbook", "--output-format", "concise"]);
    assert!(ended.stdout.contains("runbook/page-missing") && !ended.stdout.contains("gone.md"), "{}", ended.stdout);
}

/// Pages are read by several threads while rules that ask for them wait: once, on four processors and more, each waited for
/// the other.
#[test]
fn many_threads_that_want_the_pages_do_not_wait_for_each_other() {
    let config = "[runbook]\npages = [\"runbooks/**\"]\n";
    let sandbox = Sandbox::with(&[("promproof.toml", config)]);
    let mut rules = "groups:\n- name: g\n  rules:\n".to_owned();
    for at in 0..200 {
        let _ = write!(rules, "  - alert: Alert{at}\n    expr: up{{a=\"{at}\"}} == 0\n");
        let _ = write!(rules, "    annotations:\n      runbook_url: https://rb.example/Alert{at}\n");
        sandbox
            .write(&format!("runbooks/Alert{at}.md"), format!("# Alert{at}\n\n## Meaning\n\nText {at}.\n").as_bytes());
    }
    sandbox.write("rules.yml", rules.as_bytes());
    for _ in 0..12 {
        let variables = [("RAYON_NUM_THREADS", "8"), ("MALLOC_ARENA_MAX", "2")];
        assert!(attack::run_with(&sandbox, &["check", "--pedantic", "--quiet"], &variables).code < 2);
    }
}
