//! `docs/policies.md`: what it says of pint and promruval holds, line by line.

use promproof::lint;
use promproof::lint::Config;
use promproof::lint::import::{Tool, import, validators};
use promproof::source::SourceFile;
use std::sync::Arc;

use crate::support::{Run, Sandbox, repository};

/// A rule that no policy of the page has anything against, and for each key what is wrong with another.
const GOOD: &str = "groups:
- name: node.rules
  interval: 1m
  limit: 10
  rules:
  - alert: HostDown
    expr: up{job=\"node\"} == 0
    for: 5m
    labels: {severity: page, team: team-a}
    annotations: {summary: down, description: is down, tier: '1', title: Down, dashboard: 'https://g.example.com/d'}
";

/// For the first demand of a row, what to replace in [`GOOD`], by what, and the lint rule that then speaks.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("keep-labels", "up{job=\"node\"} == 0", "sum(up{job=\"node\"}) == 0", "promql/aggregation-labels"),
    ("strip-labels", "up{job=\"node\"} == 0", "sum by (instance) (up) == 0", "promql/aggregation-labels"),
    ("required-matchers", "{job=\"node\"}", "", "promql/selector-matchers"),
    ("required-annotations", "summary: down, description: is down, ", "", "annotations/required"),
    ("annotation-patterns", "title: Down, dashboard: 'https", "title: down, dashboard: 'ftp", "annotations/pattern"),
    ("annotation-values", "tier: '1'", "tier: '7'", "annotations/allowed-values"),
    ("required-labels", "severity: page, ", "", "labels/required"),
    ("label-patterns", "team: team-a", "team: A", "labels/pattern"),
    ("label-values", "severity: page", "severity: huge", "labels/allowed-values"),
    ("for-min", "for: 5m", "for: 5s", "rule/for-bounds"),
    ("for-max", "for: 5m", "for: 5h", "rule/for-bounds"),
    ("keep-firing-max", "for: 5m", "keep_firing_for: 5h", "rule/for-bounds"),
    ("name-pattern", "alert: HostDown", "alert: host down", "rule/name-pattern"),
    ("forbidden-labels", "severity: page", "cluster: a, tmp_x: y", "labels/forbidden"),
    ("forbidden-label-values", "severity: page", "severity: TODO", "labels/forbidden"),
    ("forbidden-annotations", "summary: down", "todo: x, playbook: y", "annotations/forbidden"),
    ("forbidden-annotation-values", "summary: down", "summary: TODO", "annotations/forbidden"),
    ("report", "", "", "rule/reported"),
    ("max-range", "up{job=\"node\"} == 0", "rate(x[2d]) > 1", "promql/long-range"),
    ("any-label", "team: team-a", "x: y", "labels/any-of"),
    ("exclusive-labels", "severity: page", "page: a, ticket: b", "labels/exclusive"),
    ("any-annotation", "summary: down, description: is down, ", "", "annotations/any-of"),
    ("group-pattern", "name: node.rules", "name: NODE", "group/name-pattern"),
    ("max-rules", "  rules:\n", "  rules:\n  - alert: Other\n    expr: up{job=\"o\"} == 0\n", "group/bounds"),
    ("limit-max", "limit: 10", "limit: 11", "group/bounds"),
    ("interval-min", "interval: 1m", "interval: 1s", "group/bounds"),
    ("query-offset-max", "interval: 1m", "query_offset: 1h", "group/bounds"),
    ("max-age", "up{job=\"node\"} == 0", "up offset 1d == 0", "promql/long-range"),
    ("forbidden-functions", "up{job=\"node\"} == 0", "irate(x[5m]) > 1", "promql/forbidden"),
    ("forbidden-metrics", "up{", "legacy_up{", "promql/forbidden"),
    ("forbidden-matchers", "{job=", "{pod_name=", "promql/forbidden"),
];

/// Keys that choose rules.
const CONDITIONS: &[&str] = &["kind", "names", "matchers-for"];

/// The right column of each row: lines of TOML.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.rsplit_once(" | ")?.1.strip_suffix(" |"));
    cells.map(|cell| cell.trim_matches('`').split("`, `").map(str::to_owned).collect()).collect()
}

fn found(lines: &[String], rules: &str) -> Vec<&'static str> {
    let text = format!("[[policy]]\n{}\n", lines.join("\n"));
    let config = Config::parse(&Arc::new(SourceFile::new("promproof.toml", text.as_str())));
    let config = config.unwrap_or_else(|problems| panic!("{}: {text}", problems[0].message));
    let found = lint::run_on(&Arc::new(SourceFile::new("rules.yml", rules)), &config);
    found.iter().map(|found| found.rule).collect()
}

#[test]
fn each_row_says_what_it_should() {
    let page = std::fs::read_to_string(repository().join("docs/policies.md")).unwrap();
    let rows = rows(&page);
    assert!(rows.len() >= 40, "{}", rows.len());
    for lines in &rows {
        let keys: Vec<&str> = lines.iter().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
        let demands: Vec<&str> = keys.iter().copied().filter(|key| !CONDITIONS.contains(key)).collect();
        let is_about_records = lines.iter().any(|line| line == "kind = \"record\"");
        for key in demands {
            let known = WRONG.iter().find(|(known, ..)| *known == key);
            let Some((_, from, to, rule)) = known else {
                // The other end of a bound.
                assert!(key.ends_with("-max"), "{key}: no example");
                continue;
            };
            let (good, bad) = if is_about_records {
                let record = |name: &str| format!("groups:\n- name: g\n  rules:\n  - {{record: '{name}', expr: up}}\n");
                (record("job:up"), record(if key == "report" { "total:up" } else { "up_sum" }))
            } else {
                assert!(GOOD.contains(from), "{key}: {from}");
                (GOOD.to_owned(), GOOD.replacen(from, to, 1))
            };
            assert!(found(lines, &bad).contains(rule), "{lines:?}: {bad} {:?}", found(lines, &bad));
            if key != "report" || is_about_records {
                assert!(!found(lines, &good).contains(rule), "{lines:?}: {good}");
            }
        }
    }
}

/// What pint or promruval is told: the left column of each row, as a file.
fn sources(page: &str) -> Vec<(Tool, String)> {
    let (pint, promruval) = page.split_once("## From promruval").unwrap();
    let cells = |part: &'static str, page: &str| -> Vec<String> {
        let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | `"));
        assert!(page.contains("| --- | --- |"), "{part}");
        cells.map(|(cell, _)| cell.to_owned()).collect()
    };
    let of_pint = cells("pint", pint).into_iter().map(|cell| (Tool::Pint, format!("rule {{\n  {cell}\n}}\n")));
    let of_promruval = cells("promruval", promruval).into_iter().map(|cell| {
        let (name, params) = cell.split_once(' ').unwrap_or((&cell, "{}"));
        let text = format!(
            "validationRules:\n- name: x\n  scope: All rules\n  validations:\n  - type: {name}\n    params: {params}\n"
        );
        (Tool::Promruval, text)
    });
    of_pint.chain(of_promruval).collect()
}

#[test]
fn each_row_is_imported_as_it_says() {
    let page = std::fs::read_to_string(repository().join("docs/policies.md")).unwrap();
    let (sources, rows) = (sources(&page), rows(&page));
    assert_eq!(sources.len(), rows.len());
    for ((tool, source), lines) in sources.into_iter().zip(rows) {
        let file = Arc::new(SourceFile::new("theirs", source.as_str()));
        let imported = import(&file, tool).unwrap_or_else(|problems| panic!("{}: {source}", problems[0].message));
        let left_out: Vec<&str> = imported.left_out.iter().map(|note| note.message.as_str()).collect();
        assert_eq!(left_out, Vec::<&str>::new(), "{source}");
        let ours = format!("[[policy]]\n{}\n", lines.join("\n"));
        let read = |text: &str| text.parse::<toml::Table>().unwrap();
        let mut theirs = read(&imported.toml);
        // The tables leave out how severe pint takes it.
        theirs["policy"][0].as_table_mut().unwrap().remove("severity");
        assert_eq!(theirs, read(&ours), "{source}");
        Config::parse(&Arc::new(SourceFile::new("promproof.toml", imported.toml))).unwrap();
    }
}

#[test]
fn the_page_names_each_validator() {
    let page = std::fs::read_to_string(repository().join("docs/policies.md")).unwrap();
    let page = page.split_once("## From promruval").unwrap().1;
    let (here, not_here) = page.split_once("Not here:").unwrap();
    // Names that promruval has given up.
    let old = ["hasValidLimit", "hasValidPartialStrategy"];
    for (name, is_here) in validators().filter(|(name, _)| !old.contains(name)) {
        let names = |part: &str| part.contains(&format!("`{name}`")) || part.contains(&format!("`{name} {{"));
        assert_eq!((names(here), names(not_here)), (is_here, !is_here), "{name}");
    }
}

#[test]
fn conditions_choose_what_a_policy_is_for() {
    let rules = "groups:
- name: a
  labels: {team: x}
  rules:
  - {alert: One, expr: up == 0, labels: {severity: page}}
  - {alert: Two, expr: up == 1, labels: {severity: info}}
  - {record: 'a:b', expr: up}
- name: b
  rules:
  - {alert: Three, expr: up == 2}
";
    let chosen = |lines: &str| {
        let sandbox = Sandbox::with(&[
            ("promproof.toml", &format!("[[policy]]\nreport = true\nmessage = 'no'\n{lines}")),
            ("prod/rules.yml", rules),
        ]);
        let run = sandbox.run(&["check", "--select", "rule/reported", "--output-format", "concise"]);
        let names = run.stdout.lines().filter_map(|line| line.split('`').nth(1).map(str::to_owned));
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(chosen(""), "One Two a:b Three");
    assert_eq!(chosen("kind = 'alert'"), "One Two Three");
    assert_eq!(chosen("groups = 'a'"), "One Two a:b");
    assert_eq!(chosen("names = '.*T.*'"), "Two Three");
    assert_eq!(chosen("with-labels = { severity = 'page|info', team = 'x' }"), "One Two");
    assert_eq!(chosen("with-labels = { severity = '' }"), "a:b Three");
    assert_eq!(chosen("except-labels = { severity = '' }"), "One Two");
    assert_eq!(chosen("except-labels = { severity = 'info' }\nexcept-groups = 'b'"), "One a:b");
    assert_eq!(chosen("except-names = 'One'\nkind = 'alert'"), "Two Three");
    assert_eq!(chosen("paths = ['prod/**']\nexcept-names = '[^:]*'"), "a:b");
    assert_eq!(chosen("paths = ['test/**']"), "");
    assert_eq!(chosen("except-paths = ['prod/**']"), "");
}

#[test]
fn one_cause_is_one_finding() {
    let rules = "groups:
- name: g
  labels: {tmp: x}
  rules:
  - {alert: One, expr: up == 0}
  - {alert: Two, expr: up == 1}
  - {record: 'a:b', expr: 'foo offset 30d and rate(bar[2d])'}
  - {record: 'a:c', expr: 'topk by (job) (5, sum by (job) (up))'}
  - {record: 'a:d', expr: 'sum by (x) (up) * on (x) group_left (job) info'}
";
    let config = "[labels]
required = ['team']
[[policy]]
kind = 'alert'
required-labels = ['team']
severity = 'info'
message = 'see the wiki'
[[policy]]
forbidden-labels = ['tmp']
label-patterns = { tmp = 'y' }
max-range = '1d'
max-age = '7d'
keep-labels = ['job']
strip-labels = ['instance']
";
    let sandbox = Sandbox::with(&[("promproof.toml", config), ("rules.yml", rules)]);
    let run = sandbox.run(&["check", "--output-format", "concise"]);
    insta::assert_snapshot!(run.stdout, @r"
    rules.yml:3:12: error[labels/forbidden] the label `tmp` is not allowed here
    rules.yml:5:13: error[labels/required] the alert `One` has no label `team`
    rules.yml:6:13: error[labels/required] the alert `Two` has no label `team`
    rules.yml:7:28: error[promql/long-range] the samples read here are 30d old, more than 1w
    rules.yml:7:56: error[promql/long-range] the range `2d` is longer than 1d
    5 errors in 1 of 1 file
    ");
    let full = sandbox.run(&["check", "--select", "labels/required"]).stdout;
    let help = full.lines().find(|line| line.contains("help:")).unwrap();
    insta::assert_snapshot!(help.trim(), @"help: add `team: …` to its labels: see the wiki; the configuration requires it");
}

#[test]
fn what_no_rule_can_comply_with_is_a_mistake() {
    let problems = |lines: &str| {
        let file = Arc::new(SourceFile::new("promproof.toml", format!("[[policy]]\n{lines}\n")));
        let problems = Config::parse(&file).unwrap_err();
        let shown = problems
            .iter()
            .map(|problem| format!("{} ({})", problem.message, problem.help.as_deref().unwrap_or_default()));
        shown.collect::<Vec<_>>().join("; ")
    };
    insta::assert_snapshot!(problems("for-min = '1h'\nfor-max = '1m'"), @"`for-max` is less than `for-min` (nothing can comply with both)");
    insta::assert_snapshot!(problems("required-labels = ['team']\nforbidden-labels = ['te.*']"), @"the label `team` is required by `required-labels`, and `forbidden-labels` forbids it (nothing can comply with both)");
    insta::assert_snapshot!(problems("required-annotations = ['a', 'b']\nexclusive-annotations = ['b', 'c', 'a']"), @"the annotations `b` and `a` are both required, and `exclusive-annotations` allows one (nothing can comply with both)");
    insta::assert_snapshot!(problems("forbidden-functions = ['RATE', 'nosuch']"), @"there is no function `RATE` (did you mean `rate`?); there is no function `nosuch` (name functions and operators of aggregation as expressions do)");
    insta::assert_snapshot!(problems("kind = 'alert'\nmessage = 'x'"), @r#"this `[[policy]]` demands nothing (say what must hold, for example `required-labels = ["team"]`, or `report = true`)"#);
    insta::assert_snapshot!(problems("matchers-for = 'up'\nreport = true"), @r#"`matchers-for` stands without `required-matchers` (write which labels are meant: `required-matchers = ["job"]`)"#);
    insta::assert_snapshot!(problems("name-pattern = '('"), @"`name-pattern` is no regular expression: error parsing regexp: missing closing ): `(` (it must match the whole text and is written as in PromQL: `node_.*`)");
    insta::assert_snapshot!(problems("name-pattern = '{{ $alrt }}'"), @"`name-pattern` has a variable that does not exist: `$alrt` (there are `$alert`, `$record`, `$expr`, `$for`, `$keep_firing_for`, `$labels.NAME` and `$annotations.NAME`)");
    insta::assert_snapshot!(problems("limit-max = -1"), @"`limit-max` in `[[policy]]` has to be a whole number, 0 or more ()");
}

#[test]
fn owners_come_from_labels_and_from_codeowners() {
    let rules = "groups:
- name: a
  rules:
  - {alert: One, expr: up == 0, labels: {team: sre}}
  - {alert: Two, expr: 'sum by (team) (up{team=\"x\"}) == 0'}
  - {alert: Three, expr: up == 2}
  - {alert: Four, expr: up == 3, labels: {team: srr}}
";
    let told = |policy: &str, owners: Option<(&str, &str)>| {
        let config = format!("[[policy]]\n{policy}");
        let sandbox = Sandbox::with(&[("ops/promproof.toml", config.as_str()), ("ops/rules/a.yml", rules)]);
        std::fs::create_dir(sandbox.path(".git")).unwrap();
        if let Some((path, text)) = owners {
            sandbox.write(path, text);
        }
        let mut command = sandbox.command();
        let args = ["check", "-q", "--select", "unowned,unknown-owner", "--output-format", "concise"];
        let run = Run::of(command.current_dir(sandbox.path("ops")).args(args));
        let root = format!("{}/", sandbox.path("").canonicalize().unwrap().display());
        (run.stdout + &run.stderr).replace(&root, "")
    };
    let by_label = "require-owner = true\nowner-labels = ['team']";
    insta::assert_snapshot!(told(by_label, None), @"rules/a.yml:6:13: error[rule/unowned] the alert `Three` has no owner");
    assert_eq!(told(by_label, Some((".github/CODEOWNERS", "/ops/rules/ @sre"))), "");
    assert!(told(by_label, Some(("docs/CODEOWNERS", "/rules/ @sre"))).contains("`Three` has no owner"));
    insta::assert_snapshot!(told("require-owner = true", Some(("CODEOWNERS", "*.md @docs"))), @"rules/a.yml:2:9: error[rule/unowned] the rules of this file have no owner");
    assert_eq!(told("require-owner = true", Some((".gitlab/CODEOWNERS", "[SRE] @sre\n*.yml"))), "");
    let known = "owner-labels = ['team']\nallowed-owners = ['sre', '@example/.+']";
    insta::assert_snapshot!(told(known, Some(("CODEOWNERS", "* @example/sre @me"))), @"
    rules/a.yml:7:49: error[rule/unknown-owner] the owner `srr` is not known
    CODEOWNERS:1:16: error[rule/unknown-owner] the owner `@me` is not known
    ");
    insta::assert_snapshot!(told("owner-labels = ['team']\nreport = true", None), @r#"
    error[config/invalid-value]: `owner-labels` stands without `require-owner` and `allowed-owners`
       ╭─[promproof.toml:2:1]
     1 │ [[policy]]
     2 │ owner-labels = ['team']
       · ────────────
     3 │ report = true
       ╰────
      help: write what is demanded of them: `require-owner = true` or `allowed-owners = ["sre"]`
      more: promproof explain config/invalid-value

    error: the configuration promproof.toml is not valid
    "#);
}
