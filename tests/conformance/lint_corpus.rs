//! The linter over real rule files. Reads `../shared` (or `PROMPROOF_SHARED`) and is skipped where that is absent.

use std::collections::BTreeMap;
use std::path::Path;

use crate::shared::shared;
use promproof::lint::{self, Config};
use promproof::source::Diagnostic;
use promproof::workspace::{Lookup, Purpose, Workspace};

/// How many rules a corpus has and what is reported with the default configuration.
fn lint(corpus: &Path) -> (usize, Vec<Diagnostic>) {
    let config = Config::default();
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    let errors = workspace.find(&[corpus.to_path_buf()], &Lookup::default());
    assert!(errors.is_empty(), "{errors:?}");
    let diagnostics = lint::run(&workspace, &config);
    (workspace.documents().iter().map(|document| document.rule_count()).sum(), diagnostics)
}

/// How often each rule is reported; those about templates by label.
fn counts(diagnostics: &[Diagnostic]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for found in diagnostics {
        let label = found.message.split_once(" prints `").and_then(|(_, rest)| rest.split('`').next());
        let key = label.map_or(found.rule.to_owned(), |label| format!("{} {label}", found.rule));
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn show(diagnostics: &[Diagnostic]) -> String {
    counts(diagnostics).iter().map(|(rule, count)| format!("{count} {rule}")).collect::<Vec<_>>().join("\n")
}

/// The alerts whose label is lost because the other side of an operator does not have it.
fn lost_across_operators(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|found| found.related.iter().any(|label| label.text.contains("both sides need it")))
        .count()
}

#[test]
fn srerun() {
    let Some(shared) = shared("") else { return };
    let (rules, diagnostics) = lint(&shared.join("corpus/srerun/rules"));
    assert_eq!(rules, 594);
    insta::assert_snapshot!(show(&diagnostics), @r"
    1 promql/gauge-function-on-counter
    5 promql/impossible-match
    1 promql/missing-le
    4 promql/never-true
    4 promql/rate-of-gauge
    1 rule/duplicate
    1 template/constant-value
    3 template/missing-label backend
    7 template/missing-label fqdn
    1 template/missing-label instace
    122 template/missing-label instance
    2 template/missing-label job
    1 template/missing-label name
    1 template/missing-label namespace
    2 template/missing-label node
    2 template/missing-label route
    1 template/missing-label server
    5 template/missing-label type
    1 template/other-unit
    1 template/ratio-as-percent
    2 template/rounded-away
    1 template/runtime-error
    ");
    assert_eq!(lost_across_operators(&diagnostics), 0);
}

#[test]
fn awesome() {
    let Some(shared) = shared("") else { return };
    let (rules, diagnostics) = lint(&shared.join("corpus/awesome"));
    assert_eq!(rules, 954);
    insta::assert_snapshot!(show(&diagnostics), @r"
    7 promql/gauge-function-on-counter
    17 promql/impossible-match
    4 promql/never-true
    213 template/missing-label instance
    1 template/missing-label namespace
    1 template/other-unit
    2 template/rounded-away
    ");
    assert_eq!(lost_across_operators(&diagnostics), 0);
}

#[test]
fn kube_prometheus() {
    let Some(shared) = shared("") else { return };
    let (rules, diagnostics) = lint(&shared.join("corpus/kube-prometheus"));
    assert_eq!(rules, 234);
    insta::assert_snapshot!(show(&diagnostics), @r"
    2 promql/contradictory-matchers
    1 rule/used-before-recorded
    5 template/missing-label job
    2 template/rounded-away
    ");
    assert_eq!(lost_across_operators(&diagnostics), 0);
}

/// What is said of runbook pages, by rule, under this `[runbook]` of a configuration in the folder of corpora.
fn runbooks(corpora: &Path, policy: &str, paths: &[&str]) -> Vec<Diagnostic> {
    let file =
        std::sync::Arc::new(promproof::source::SourceFile::new("promproof.toml", format!("[runbook]\n{policy}")));
    let corpora = corpora.canonicalize().unwrap();
    let mut config = Config::parse(&file).unwrap().located(&corpora, std::env::current_dir().unwrap());
    let lookup = Lookup { filter: config.files().clone(), ..Lookup::default() };
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    let paths: Vec<_> = paths.iter().map(|path| corpora.join(path)).collect();
    assert!(workspace.find(&paths, &lookup).is_empty());
    assert!(lint::find_pages(&mut workspace, &mut config, &lookup).is_empty());
    let mut found = lint::run(&workspace, &config);
    found.retain(|found| found.rule.starts_with("runbook/"));
    found
}

#[test]
fn srerun_runbooks() {
    let Some(shared) = shared("") else { return };
    let policy = "sites = { \"https://srerun.github.io/prometheus-alerts/\" = \"content\" }\ngenerator = \"hugo\"\n\
                  pages = [\"content/runbooks\"]\n";
    let found = runbooks(&shared.join("corpus/srerun"), policy, &[""]);
    // Seven pages are empty. Of the drifts 30 are in expr, for or labels, and 3 in annotations alone; all can be fixed.
    insta::assert_snapshot!(show(&found), @r"
    7 runbook/broken-page
    9 runbook/dead-shortcode
    33 runbook/rule-drift
    1 runbook/section-missing
    1 runbook/url-drift
    ");
    let drifts = || found.iter().filter(|found| found.rule == "runbook/rule-drift");
    assert!(drifts().all(|found| found.fix.is_some()));
    let in_annotations =
        drifts().filter(|found| !["`expr`", "`for`", "`labels."].iter().any(|field| found.message.contains(field)));
    assert_eq!(in_annotations.count(), 3);
    let moved = found.iter().find(|found| found.rule == "runbook/url-drift").unwrap();
    assert!(moved.message.starts_with("518 pages show"), "{}", moved.message);
}

#[test]
fn kube_prometheus_runbooks() {
    let Some(shared) = shared("") else { return };
    let policy = "sites = { \"https://runbooks.prometheus-operator.dev/\" = \"runbooks/content\" }\n\
                  generator = \"hugo\"\npages = [\"runbooks/content/runbooks\"]\n";
    let found = runbooks(&shared.join("corpus"), policy, &["kube-prometheus"]);
    // Orphans are told of where the whole folder is looked at.
    insta::assert_snapshot!(show(&found), @r"
    26 runbook/page-missing
    9 runbook/section-empty
    5 runbook/section-missing
    16 runbook/section-placeholder
    ");
}
