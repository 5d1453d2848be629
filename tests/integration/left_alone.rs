//! What once was reported or changed, and is as its author wants it.

use crate::support::Sandbox;

fn alert(expr: &str, annotation: &str) -> String {
    format!(
        "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: {expr}\n        annotations:\n          t: '{annotation}'\n"
    )
}

/// The ids of what is found, and the annotation after all fixes that keep what a file means.
fn found_and_fixed(expr: &str, annotation: &str) -> (String, String) {
    let sandbox = Sandbox::with(&[("rules.yml", &alert(expr, annotation))]);
    let found = sandbox.run(&["check", "--output-format", "concise", "--quiet"]).stdout;
    let ids: Vec<&str> = found.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    sandbox.run(&["check", "--fix"]);
    let fixed = std::fs::read_to_string(sandbox.path("rules.yml")).unwrap();
    let text = fixed.lines().last().and_then(|line| line.split_once("t: '")).map_or("", |(_, text)| text);
    (ids.join(" "), text.trim_end_matches('\'').to_owned())
}

#[test]
fn texts_with_braces_that_are_no_actions_are_not_made_some() {
    let same = |annotation: &str| {
        let (ids, fixed) = found_and_fixed("up == 0", annotation);
        assert_eq!(fixed, annotation);
        ids
    };
    // Told, for the variable is not printed; but what would be an action is not known.
    assert_eq!(same("{ $value is high } x"), "template/literal-braces");
    assert_eq!(same("{ $labels.a and { $labels.b }"), "template/literal-braces");
    assert_eq!(same(r#"query {$labels.job="x"}"#), "template/literal-braces");
    // JSON closes its own braces.
    assert_eq!(same(r#"{"alert":{"value":{{ $value }}}}"#), "");
    // `awk` sets its own variables.
    assert_eq!(same(r#"awk "{ $value = 1; print $valueOf }""#), "");
    // One too many is told, and may have been meant for something else.
    assert_eq!(same("{{ $value }}}}"), "template/literal-braces");
    assert_eq!(found_and_fixed("up == 0", "is { $value } now").1, "is {{ $value }} now");
}

#[test]
fn a_percent_sign_in_an_address_is_no_unit() {
    let ratio = "sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total[5m])) > 0.5";
    let address = "https://graphs/?v={{ $value }}%20errors";
    assert_eq!(found_and_fixed(ratio, address), (String::new(), address.to_owned()));
    let (ids, fixed) = found_and_fixed(ratio, "{{ $value }}% errors");
    assert_eq!(
        (ids.as_str(), fixed.as_str()),
        ("template/ratio-as-percent", "{{ $value | humanizePercentage }} errors")
    );
}

#[test]
fn what_an_inventory_cannot_know_is_not_missing() {
    let inventory =
        "ALERTS{alertname=\"Other\",job=\"x\",instance=\"i\"} 1\nfoo{mode=\"old\",job=\"x\",instance=\"i\"} 1\n";
    let config = "[facts]\ninventory = [\"metrics.txt\"]\n";
    let check = |expr: &str| {
        let rules = alert(expr, "x");
        let files = [("metrics.txt", inventory), ("promproof.toml", config), ("rules.yml", rules.as_str())];
        Sandbox::with(&files).run(&["check", "--output-format", "concise", "--quiet", "--select", "selector"]).stdout
    };
    assert_eq!(check("'ALERTS{alertname=\"A\"} == 1'"), "");
    assert_eq!(check("'ALERTS{team=\"a\"} == 1'"), "");
    assert_eq!(check("'foo{mode=\"new\"} or foo{mode=\"old\"}'"), "");
    assert!(
        check("'foo{mode=\"new\"} > 0'").contains("selector/unknown-value"),
        "{}",
        check("'foo{mode=\"new\"} > 0'")
    );
}

#[test]
fn counters_that_are_new_or_zero_need_no_rate() {
    let metadata = r#"{"status":"success","data":{"foo_total":[{"type":"counter","help":"","unit":""}]}}"#;
    let config = "[facts]\nmetadata = [\"metadata.json\"]\n";
    let check = |expr: &str| {
        let rules = alert(expr, "x");
        let files = [("metadata.json", metadata), ("promproof.toml", config), ("rules.yml", rules.as_str())];
        Sandbox::with(&files)
            .run(&["check", "--output-format", "concise", "--quiet", "--select", "counter-without-rate"])
            .stdout
    };
    assert_eq!(check("foo_total unless foo_total offset 1h"), "");
    assert_eq!(check("foo_total == 0"), "");
    assert!(check("foo_total > 5").contains("promql/counter-without-rate"), "{}", check("foo_total > 5"));
}

#[test]
fn a_bucket_bound_that_has_an_exponent_is_not_said_to_have_a_point() {
    let config = "[facts]\nprometheus-version = \"3.5\"\n";
    let check = |matcher: &str| {
        let rules = alert(&format!("'rate(x_bucket{{{matcher}}}[5m]) > 1'"), "x");
        let files = [("promproof.toml", config), ("rules.yml", rules.as_str())];
        Sandbox::with(&files)
            .run(&["check", "--output-format", "concise", "--quiet", "--select", "integer-bucket"])
            .stdout
    };
    assert_eq!(check("le=\"1000000\""), "");
    assert_eq!(check("le=\"007\""), "");
    assert!(check("le=\"5\"").contains("this matches nothing there"), "{}", check("le=\"5\""));
    assert!(check("le!=\"5\"").contains("this excludes nothing there"), "{}", check("le!=\"5\""));
}

/// The ids of what is found in files.
fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let found = Sandbox::with(files).run(&["check", "--output-format", "concise", "--quiet"]).stdout;
    found.lines().filter_map(|line| line.split(['[', ']']).nth(1)).map(str::to_owned).collect()
}

#[test]
fn what_another_file_records_without_a_colon_has_no_target_labels() {
    let record =
        "groups:\n- name: r\n  rules:\n  - record: service_errors\n    expr: sum by (service) (rate(e_total[5m]))\n";
    let alert = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: service_errors and sum by (service) (rate(r_total[5m])) > 2\n";
    assert_eq!(found_in(&[("a.yml", alert)]), ["promql/impossible-match"]);
    assert!(found_in(&[("a.yml", alert), ("r.yml", record)]).is_empty());
}

#[test]
fn a_ruler_over_several_servers_adds_labels_to_what_they_record() {
    let record = "groups:\n- name: r\n  rules:\n  - record: job:e:rate5m\n    expr: sum by (job) (rate(e_total[5m]))\n";
    let alert = |label: &str| {
        format!(
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: job:e:rate5m > 2\n    annotations: {{a: '{{{{ $labels.{label} }}}}'}}\n"
        )
    };
    let in_two_files = |label: &str| found_in(&[("a.yml", &alert(label)), ("r.yml", record)]);
    assert!(in_two_files("cluster").is_empty());
    assert_eq!(in_two_files("pod"), ["template/recorded-label"]);
    let in_one = format!("{record}{}", alert("cluster").split_once('\n').unwrap().1);
    assert_eq!(found_in(&[("a.yml", &in_one)]), ["template/recorded-label"]);
}
