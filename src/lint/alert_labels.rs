//! The labels of an alert that templates see besides those of the expression's result, and what servers are told apart by.

use rustc_hash::FxHashSet;

use super::context::{FileContext, TemplatePlace};
use crate::rules::{Dialect, Rule, RuleGroup};

/// What servers are commonly told apart by: a federation, a ruler over several of them or vmalert's `-external.label` adds
/// such labels.
const SERVER_LABELS: [&str; 16] = [
    "cluster",
    "cluster_id",
    "cluster_name",
    "datacenter",
    "dc",
    "env",
    "environment",
    "monitor",
    "prometheus",
    "prometheus_replica",
    "receive",
    "region",
    "replica",
    "stage",
    "tenant",
    "tenant_id",
];

/// Parts of the names of others.
const SERVER_PARTS: [&str; 9] =
    ["cluster", "datacenter", "exported_", "prom", "region", "shard", "site", "source", "tenant"];

/// Whether servers may be told apart by a label, or a federation may have given it a new name.
pub(super) fn tells_servers_apart(label: &str) -> bool {
    SERVER_LABELS.contains(&label) || SERVER_PARTS.iter().any(|part| label.contains(part))
}

/// The labels that an alert gives to its annotations.
///
/// Prometheus expands all templates with the labels of the result alone. vmalert (`rule/alerting.go`, `toLabels`) expands the
/// labels so, and the annotations with what has come of it: the labels of the rule, its group and the server (where the
/// result has one of the same name, that one is seen), `alertname`, `alertgroup`.
pub(super) struct Given<'a> {
    file: FileContext<'a>,
    by_rule: FxHashSet<&'a str>,
}

impl<'a> Given<'a> {
    /// Those of a rule; `None` where the program gives none.
    pub(super) fn by(file: FileContext<'a>, group: &'a RuleGroup, rule: &'a Rule) -> Option<Self> {
        // A label without a value is none.
        let labels = || group.labels_of(rule).filter(|(_, value)| !value.text().is_empty());
        let is_given = file.rules.dialect == Dialect::Vmalert;
        is_given.then(|| Given { file, by_rule: labels().map(|(name, _)| name.text()).collect() })
    }

    /// Whether templates in `place` may see the label whatever the expression says.
    pub(super) fn has(&self, label: &str, place: TemplatePlace) -> bool {
        place == TemplatePlace::Annotation
            && (matches!(label, "alertname" | "alertgroup")
                || self.by_rule.contains(label)
                || may_be_external(&self.file, label))
    }
}

/// Whether vmalert may have the label by its `-external.label`: it is configured, or common where nothing is.
pub(super) fn may_be_external(file: &FileContext<'_>, label: &str) -> bool {
    let external = &file.config.facts.external_labels;
    external.contains_key(label) || external.is_empty() && SERVER_LABELS.contains(&label)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// What is found in the group `g` with these lines: the rule, and what it is about.
    fn found(group: &str, config: &str) -> String {
        let group = group.trim_end().replace('\n', "\n  ");
        let text = format!("groups:\n- name: g\n  {group}\n");
        let source = Arc::new(SourceFile::new("rules.yml", text.as_str()));
        let config = Config::parse(&Arc::new(SourceFile::new("promproof.toml", config))).unwrap();
        let found = lint::run_on(&source, &config);
        let show = |found: &crate::source::Diagnostic| {
            let about = found.primary.span.slice(&text);
            format!("{}: {about} ({})", found.rule, found.help.as_deref().unwrap_or_default())
        };
        found.iter().map(show).collect::<Vec<_>>().join("\n")
    }

    /// An alert whose labels and annotations print labels that its expression drops.
    const ALERT: &str = "labels: {team: a, unit: ''}
rules:
- alert: A
  expr: sum by (job) (x) > 1
  labels:
    severity: critical
    about: '{{ $labels.severity }} {{ $labels.alertname }}'
  annotations:
    a: '{{ $labels.severity }} {{ $labels.about }}'
    b: '{{ $labels.alertname }} {{ $labels.alertgroup }}'
    c: '{{ $labels.team }} {{ .Labels.cluster }}'
    d: '{{ $labels.instance }} {{ $labels.unit }} {{ $labels.exported_job }}'
";

    #[test]
    fn vmalert_gives_its_labels_to_annotations() {
        insta::assert_snapshot!(found(&format!("concurrency: 2\n{ALERT}"), ""), @r"
        template/missing-label: $labels.severity (the rule sets `severity` itself, but templates of labels see only the labels of the expression)
        template/missing-label: $labels.alertname (write the alert's name: templates of labels see only the labels of the expression)
        template/missing-label: $labels.instance (add `instance` to `by (job)`, or do not print it)
        template/missing-label: $labels.unit (add `unit` to `by (job)`, or do not print it)
        template/missing-label: $labels.exported_job (add `exported_job` to `by (job)`, or do not print it)
        ");
        // External labels are those that are configured.
        let external = "[facts]\nexternal-labels = { dc = \"a\" }\n";
        let prints = |label: &str| {
            let alert = "rules:\n- alert: A\n  expr: sum by (job) (x) > 1\n  annotations: {a: '{{ $labels.LABEL }}'}";
            found(&format!("concurrency: 2\n{}", alert.replace("LABEL", label)), external)
        };
        assert_eq!(prints("dc"), "");
        assert!(prints("cluster").starts_with("template/missing-label"));
        // Prometheus gives none.
        let of_prometheus = found(ALERT, "");
        assert_eq!(of_prometheus.matches("template/missing-label").count(), 9, "{of_prometheus}");
    }

    #[test]
    fn one_side_of_or_may_get_them_from_the_rule() {
        let text = "rules:
- alert: A
  expr: sum by (job, pod) (x) > 1 or sum by (job) (y) > 1
  labels: {pod: '-'}
  annotations: {a: '{{ $labels.pod }}'}
";
        let config = "[rules]\n\"template/label-of-one-side\" = \"on\"\n\"labels/overrides-grouping\" = \"off\"";
        assert!(found(text, config).starts_with("template/label-of-one-side"));
        assert_eq!(found(&format!("concurrency: 2\n{text}"), config), "");
    }

    #[test]
    fn recorded_series_lack_labels_that_alerts_give() {
        let text = "rules:
- record: job:x:sum
  expr: sum by (job) (x)
  labels: {job: a}
- alert: A
  expr: job:x:sum > 1
  labels: {severity: page}
  annotations:
    a: '{{ $labels.severity }} {{ $labels.alertname }} {{ $labels.cluster }} {{ $labels.exported_job }}'
    b: '{{ $labels.instance }}'
";
        let config = "[rules]\n\"labels/overrides-grouping\" = \"off\"";
        assert_eq!(found(text, config).matches("template/recorded-label").count(), 5);
        insta::assert_snapshot!(found(&format!("concurrency: 2\n{text}"), config), @"template/recorded-label: $labels.instance (keep `instance` where `job:x:sum` is recorded, or do not print it)");
    }

    #[test]
    fn a_label_that_a_rule_covers_is_kept_by_vmalert() {
        let text = "rules:\n- alert: A\n  expr: sum by (job) (x) > 1\n  labels: {job: a}\n";
        assert!(found(text, "").starts_with("labels/overrides-grouping"));
        assert_eq!(found(&format!("concurrency: 2\n{text}"), ""), "");
    }
}
