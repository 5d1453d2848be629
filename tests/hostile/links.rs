//! Links in runbook annotations, which people click in a hurry, and characters that deceive a reviewer.

use crate::attack::{self, alert};
use crate::support::Sandbox;

#[test]
fn runbook_links_that_run_scripts_or_hide_their_host() {
    for link in [
        "javascript:alert(document.domain)",
        "javascript://x/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x.y",
        "//evil.example/x",
        "https://user:pass@evil.example/x",
        "https://runbooks.example@evil.example/x",
        "https://example.com/\u{202e}lmth.x",
        "https://ex\u{430}mple.com/x",
    ] {
        let rules = alert("up == 0", link).replace("      d:", "      runbook_url:");
        let ended =
            attack::run(&Sandbox::with(&[("rules.yml", &rules)]), &["check", ".", "--output-format", "concise"]);
        assert_eq!(ended.code, 1, "{link}");
        assert!(ended.stdout.contains("runbook/invalid-url"), "{link}: {}", ended.stdout);
    }
}

#[test]
fn characters_that_cannot_be_seen() {
    for expr in [
        "up{env!=\"prod\u{202e} \u{2066}\"} == 0",
        "up{job=\"\u{200b}api\"} == 0",
        "up{job=\"a\u{a0}b\"} == 0",
        "up{\"j\u{43e}b\"=\"x\"} == 0",
    ] {
        let ended = attack::run(
            &Sandbox::with(&[("rules.yml", &alert(expr, "x"))]),
            &["check", ".", "--output-format", "concise"],
        );
        assert_eq!(ended.code, 1, "{expr}");
        assert!(ended.stdout.contains("rule/misleading-characters"), "{expr}: {}", ended.stdout);
    }
}

#[test]
fn an_expression_of_a_hundred_thousand_invisible_characters() {
    let expr = format!("up{{job=\"{}\"}} == 0", "\u{200b}".repeat(100_000));
    let ended =
        attack::run(&Sandbox::with(&[("rules.yml", &alert(&expr, "x"))]), &["check", ".", "--output-format", "json"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.len() < 100_000, "{} bytes", ended.stdout.len());
}

#[test]
fn an_expression_that_fails_at_every_evaluation() {
    let expr = "label_replace(x,\"a\",\"$1\",\"b\",\"((a{1000}){1000}){1000}\")";
    let ended =
        attack::run(&Sandbox::with(&[("rules.yml", &alert(expr, "x"))]), &["check", ".", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("promql/label-replace"), "{}", ended.stdout);
}

#[test]
fn a_page_and_a_baseline_that_would_be_written_outside() {
    let folder = Sandbox::with(&[]);
    let path = |name: &str| folder.path(name).to_string_lossy().into_owned();
    std::fs::create_dir_all(folder.path("in")).unwrap();
    folder.write("in/promproof.toml", "[runbook]\nsites = { \"https://rb.example/\" = \"pages\" }\n");
    folder.write("in/pages/B.md", "# B\n");
    let link = "https://rb.example/../../out/pwn";
    folder.write("in/rules.yml", alert("up == 0", link).replace("      d:", "      runbook_url:"));
    let config = path("in/promproof.toml");
    attack::run(&folder, &["runbook", "new", "A", "--sandbox", "--rules", &path("in"), "--config", &config]);
    assert!(!folder.path("out").exists());

    let outside = tempfile::tempdir().unwrap();
    let baseline = outside.path().join("zz.jsonl");
    let file = baseline.to_string_lossy().into_owned();
    let args = ["check", "in", "--sandbox", "--update-baseline", "--baseline", &file];
    let ended = attack::run(&folder, &args);
    assert!(ended.code == 2 && !baseline.exists(), "{}", ended.stderr);
    assert!(ended.stderr.contains("outside of the repository"), "{}", ended.stderr);
    assert_eq!(attack::run(&folder, &[&args[..2], &args[3..]].concat()).code, 0);
    assert!(baseline.exists());
}
