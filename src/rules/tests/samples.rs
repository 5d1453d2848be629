//! Files as they are found in public repositories, in small: what they are, and that nothing wrong is said of them.

use super::*;

/// What a file is taken for, how many rules are read from it, and what is said of it.
fn seen(text: &str) -> String {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let parsed = yaml::parse(&file);
    let shape = classify(&parsed, &file);
    assert!(shape == FileShape::Other || may_hold_rules_or_tests(text), "{text}");
    let Ok(loaded) = load(&parsed, &file, &LoadOptions::default()) else { return format!("{shape:?}") };
    let rules: usize = loaded.groups.iter().map(|group| group.rules.len()).sum();
    let unchecked: usize = loaded.unchecked.values().sum();
    let dialect = loaded.dialect;
    let unchecked = if unchecked > 0 { format!(", {unchecked} unchecked") } else { String::new() };
    let problems = render(&[parsed.problems, loaded.problems].concat());
    format!("{dialect:?} {rules}{unchecked}\n{problems}").trim_end().to_owned()
}

#[test]
fn templates() {
    for (text, expected) in [
        (
            // The chart kube-prometheus-stack.
            "{{- /*\nGenerated from 'alertmanager.rules' group\n*/ -}}\n{{- if .Values.defaultRules.create }}\n\
             apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: {{ printf \"%s-%s\" (include \"x.fullname\" .) \"a\" }}\n\
             spec:\n  groups:\n  - name: a\n    rules:\n{{- if not .Values.x }}\n    - alert: A\n      annotations:\n        \
             description: Configuration has failed to load for {{`{{`}} $labels.namespace {{`}}`}}.\n      expr: up == 0\n{{- end }}\n{{- end }}\n",
            "Templated(Helm)",
        ),
        (
            // Valid YAML all the same.
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  groups:\n  - name: a\n    \
             rules:\n    - alert: A\n      expr: up == 0\n",
            "Templated(Helm)",
        ),
        (
            "kind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    rules:\n    - alert: A\n      expr: up == 0\n      annotations:\n        \
             summary: '{{`Pod {{ $labels.pod }} is down`}}'\n",
            "Templated(Quotes)",
        ),
        (
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations:\n      summary: '{{ \"{{\" }} $labels.pod {{ \"}}\" }} is down'\n",
            "Templated(Quotes)",
        ),
        (
            // An Ansible role.
            "# {{ ansible_managed }}\ngroups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n",
            "Templated(Jinja)",
        ),
        (
            "groups:\n- name: a\n  rules:\n{% for rule in rules %}\n  - alert: {{ rule.name }}\n    expr: {{ rule.expr }}\n{% endfor %}\n",
            "Templated(Jinja)",
        ),
        (
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations:\n      summary: \"{{ '{{' }} $labels.x {{ '}}' }}\"\n",
            "Templated(Jinja)",
        ),
        (
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up > {{ threshold }}\n    annotations:\n      summary: '{% raw %}{{ $labels.x }}{% endraw %}'\n",
            "Templated(Jinja)",
        ),
        ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up > {{ threshold }}\n", "Templated(Braces)"),
        ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up\n    for: {{ time }}\n", "Templated(Braces)"),
        ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    for: <%= p('a.b') %>\n", "Templated(Erb)"),
        (
            "groups:\n- name: a\n  rules:\n  <% if_p('x') do |x| %>\n  - alert: A\n    expr: up > <%= x %>\n  <% end %>\n",
            "Templated(Erb)",
        ),
        ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: rate(x[[[ .interval ]]]) > 0\n", "Templated(Brackets)"),
        ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up > ${THRESHOLD}\n", "Templated(Placeholders)"),
        (
            "#@ load(\"@ytt:data\", \"data\")\ngroups:\n- name: a\n  rules:\n  - alert: A\n    expr: #@ data.values.expr\n",
            "Templated(Ytt)",
        ),
        (
            "kind: Template\napiVersion: template.openshift.io/v1\nparameters: [{name: T}]\nobjects:\n- kind: PrometheusRule\n  spec:\n    groups:\n    \
             - name: a\n      rules: [{alert: A, expr: 'up > ${T}'}]\n",
            "Templated(Placeholders)",
        ),
        ("alert: A\nexpr: up{%%juju_topology%%} == 0\n", "Templated(Percents)"),
        (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yml: |\n    groups:\n    - name: a\n      rules:\n      - alert: A\n        expr: up > {{ .Values.x }}\n",
            "Templated(Helm)",
        ),
        (
            "rule_files: [a.yml]\ntests:\n- input_series:\n  - series: up{a=\"<%= x %>\"}\n    values: 1\n",
            "Templated(Erb)",
        ),
        // Templates of something else.
        ("apiVersion: v1\nkind: Deployment\nmetadata:\n  groups: {{ .Values.x }}\n", "Other"),
        ("{{- if .Values.x }}\ngroups:\n- {{ .Values.y }}: b: c\n{{- end }}\n", "Other"),
    ] {
        assert_eq!(seen(text), expected, "{text}");
    }
}

#[test]
fn what_prometheus_reads_is_no_template() {
    for text in [
        "groups:\n- name: a\n  labels: {x: '{{ $externalLabels.x }}'}\n  rules:\n  - alert: A\n    expr: up == 0\n    labels: {severity: '{{ if gt $value 5.0 }}a{{ else }}b{{ end }}'}\n    \
         annotations:\n      summary: '{{ $labels.x }} {{ .Value }}'\n      query: >-\n        {{ range query \"up\" }}{{ .Labels.x }}{{ end }}\n",
        // What a cluster holds is final, whatever it looks like; so is what Helm has rendered.
        "kind: List\nitems:\n- kind: PrometheusRule\n  metadata: {uid: x}\n  spec:\n    groups:\n    - name: a\n      rules:\n      - {alert: A, expr: up == 0, annotations: {x: '{{ \"{{\" }}'}}\n",
        "---\n# Source: x/templates/y.yaml\nkind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    rules:\n    - {alert: A, expr: up == 0, annotations: {x: '{{ \"{{\" }}'}}\n",
        "{\"groups\": [{\"name\": \"a\", \"rules\": [{\"alert\": \"A\", \"expr\": \"up == 0\", \"annotations\": {\"x\": \"{{ $labels.x }}\"}}]}]}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  mail.tmpl: '{{ define \"x\" }}{{ .Values.x }}{{ end }}'\n  a.yml: |\n    groups:\n    - name: a\n      rules:\n      - alert: A\n        \
         expr: up == 0\n        annotations:\n          x: '{{ $labels.x }}'\n",
    ] {
        assert_eq!(seen(text), "Prometheus 1", "{text}");
    }
}

#[test]
fn other_programs() {
    for (text, expected) in [
        // helm-unittest.
        (
            "suite: alerts\ntemplates: [alerts.yaml]\ntests:\n- it: renders\n  set: {a: b}\n  asserts:\n  - equal: {path: a, value: b}\n",
            "Other",
        ),
        ("suite: x\ntests:\n- it: uses groups\n  documentIndex: 0\n  asserts: []\n", "Other"),
        ("tests:\n  enabled: true\n  image: x\n", "Other"),
        ("tests:\n- name: x\n  command: y\n", "Other"),
        ("tests: []\ngroups: {a: 1}\n", "Other"),
        ("rule_files: [a.yml]\nscrape_interval: 1m\n", "Other"),
        // vmalert-tool.
        ("rule_files: [a.yml]\ntests:\n- input_series: []\n  metricsql_expr_test: []\n", "Foreign(VmalertTool)"),
        // Grafana's provisioning.
        (
            "apiVersion: 1\ngroups:\n- orgId: 1\n  name: a\n  folder: b\n  interval: 1m\n  rules:\n  - uid: x\n    title: A\n    condition: C\n    data: []\n",
            "Foreign(Grafana)",
        ),
        ("apiVersion: 1\ncontactPoints: []\n", "Other"),
        // GitHub, dependabot, renovate, docker compose, Ansible, Kubernetes' own.
        ("version: 2\nupdates:\n- package-ecosystem: npm\n  groups:\n    all:\n      patterns: ['*']\n", "Other"),
        ("groups:\n- name: admins\n  rules:\n  - apiGroups: ['']\n    resources: [pods]\n    verbs: [get]\n", "Other"),
        ("groups:\n  web:\n    rules: []\n", "Other"),
        ("all:\n  children:\n    groups:\n      hosts: {}\n", "Other"),
        ("groups:\n- name: x\n  rules:\n  - id: 1\n    pattern: y\n    severity: high\n", "Other"),
        // Sloth's and Pyrra's objectives.
        (
            "version: prometheus/v1\nservice: x\nslos:\n- name: a\n  alerting: {name: A, page_alert: {labels: {severity: page}}}\n",
            "Other",
        ),
        (
            "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nspec: {target: '99', alerting: {name: A}}\n",
            "Other",
        ),
        // Patches of kustomize.
        ("- op: add\n  path: /spec/groups/0/rules/-\n  value: {alert: A, expr: up}\n", "Other"),
        ("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\n$patch: delete\n", "Other"),
        ("kind: PrometheusRule\nspec:\n  groups:\n  - name: a\n    $patch: delete\n", "Other"),
        (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {names: {kind: PrometheusRule}}\n",
            "Other",
        ),
        // A dashboard.
        ("{\"panels\": [{\"alert\": {\"name\": \"x\"}, \"targets\": [{\"expr\": \"up\"}]}]}\n", "Other"),
        ("kube-prometheus-stack:\n  prometheus:\n    ruleSelector: {}\n    groups: 1\n", "Other"),
    ] {
        assert_eq!(seen(text), expected, "{text}");
    }
}

#[test]
fn dialects_and_wrappers() {
    for (text, expected) in [
        ("groups:\n- name: a\n  partial_response_strategy: abort\n  rules: [{alert: A, expr: up == 0}]\n", "Thanos 1"),
        (
            "namespace: x\ngroups:\n- name: a\n  source_tenants: [b]\n  rules: [{record: 'a:b', expr: sum(up)}]\n",
            "Mimir 1",
        ),
        (
            "groups:\n- name: a\n  concurrency: 2\n  interval: 30s\n  rules:\n  - {alert: A, expr: up == 0, debug: true}\n  - {alert: B, expr: rate(x) > 1}\n",
            "Vmalert 2, 1 unchecked",
        ),
        (
            "groups:\n- name: a\n  type: vlogs\n  rules: [{alert: A, expr: '_time:5m error | stats count() as x'}]\n",
            "Vmalert 1, 1 unchecked",
        ),
        (
            "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMRule\nspec:\n  groups:\n  - name: a\n    rules: [{alert: A, expr: 'sum(rate(x)) by (y) default 0 > 1'}]\n",
            "Vmalert 1, 1 unchecked",
        ),
        (
            "apiVersion: monitoring.googleapis.com/v1\nkind: ClusterRules\nmetadata: {name: x}\nspec:\n  groups:\n  - name: a\n    interval: 30s\n    rules: [{alert: A, expr: up == 0}]\n",
            "Prometheus 1",
        ),
        (
            "apiVersion: loki.grafana.com/v1\nkind: AlertingRule\nspec:\n  tenantID: x\n  groups:\n  - name: a\n    rules: [{alert: A, expr: 'sum(rate({a=\"b\"}[1m])) > 1'}]\n",
            "Loki 1, 1 unchecked",
        ),
        (
            "groups:\n- name: a\n  rules:\n  - {alert: A, expr: 'sum(rate({app=\"x\"} |= \"error\" [5m])) > 1'}\n  - {alert: B, expr: 'sum(rate({app=\"x\"}[5m])) > 1'}\n",
            "Prometheus 2, 2 unchecked",
        ),
        (
            "apiVersion: monitoring.openshift.io/v1\nkind: AlertingRule\nmetadata: {name: x}\nspec:\n  groups:\n  - name: a\n    rules: [{alert: A, expr: up == 0}]\n",
            "Prometheus 1",
        ),
        // Groups without `groups:`.
        (
            "- name: a\n  interval: 1m\n  rules:\n  - alert: A\n    expr: up == 0\n- name: b\n  rules: [{record: 'a:b', expr: sum(up)}]\n",
            "Prometheus 2",
        ),
        ("name: a\nrules:\n- alert: A\n  expr: up == 0\n", "Prometheus 1"),
        // Values of charts.
        (
            "kube-prometheus-stack:\n  x: '{{ .Release.Name }}'\n  additionalPrometheusRulesMap:\n    a:\n      groups:\n      - name: a\n        rules: [{alert: A, expr: up == 0}]\n",
            "Prometheus 1",
        ),
        (
            "additionalPrometheusRules:\n- name: a\n  groups:\n  - name: a\n    rules: [{alert: A, expr: up == 0}]\n",
            "Prometheus 1",
        ),
        (
            "serverFiles:\n  prometheus.yml: {rule_files: [/etc/x]}\n  alerting_rules.yml:\n    groups:\n    - name: a\n      rules: [{alert: A, expr: up == 0}]\n  recording_rules.yml: {}\n",
            "Prometheus 1",
        ),
        // OpenShift's templates, without a parameter in a rule.
        (
            "kind: Template\nobjects:\n- kind: PrometheusRule\n  metadata: {name: '${NAME}'}\n  spec:\n    groups: [{name: a, rules: [{alert: A, expr: up == 0}]}]\n",
            "Templated(Placeholders)",
        ),
        // Rules without a group.
        ("alert: A\nexpr: up == 0\nfor: 5m\nlabels: {severity: page}\n", "Prometheus 1"),
        ("- alert: A\n  expr: up == 0\n- record: 'a:b'\n  expr: sum(up)\n", "Prometheus 2"),
    ] {
        assert_eq!(seen(text), expected, "{text}");
    }
}

#[test]
fn a_mistake_in_a_wrapper_has_its_place() {
    insta::assert_snapshot!(
        seen("serverFiles:\n  alerting_rules.yml:\n    groups:\n    - name: a\n      rules:\n      - alert: A\n        expr: up ==\n"),
        @r"
    Prometheus 1
    7:20..20 promql/syntax: unexpected end of input
      help: an operand is missing at the end
    "
    );
    insta::assert_snapshot!(seen("alert: A\nexpr: up ==\n"), @r"
    Prometheus 1
    2:12..12 promql/syntax: unexpected end of input
      help: an operand is missing at the end
    ");
    insta::assert_snapshot!(seen("groups:\n- name: a\n  source_tenants: [b]\n  concurrency: 2\n  rules: []\n"), @r"
    Mimir 0
    4:3..14 schema/unknown-field: unknown field `concurrency` in a rule group
      ^ Mimir does not know this field
      help: `concurrency` is a field of vmalert (VictoriaMetrics); Mimir refuses a rule file that has it
    ");
    insta::assert_snapshot!(seen("groups:\n- name: a\n  rules:\n  - {alert: A, expr: up == 0 || x == 1}\n"), @r"
    Prometheus 1
    4:30..31 promql/syntax: unexpected character: '|'
      help: write `or` instead of `||`
    ");
}
