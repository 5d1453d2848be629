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
