use super::*;

fn read(text: &str) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.read(text, Purpose::Inventory).unwrap_or_else(|error| panic!("{}: {error}", error.span.start()));
    inventory
}

/// What is known: each metric with its labels and their values.
fn shown(inventory: &Inventory) -> String {
    let mut lines: Vec<String> = inventory
        .metrics
        .iter()
        .map(|(name, metric)| {
            let mut labels: Vec<String> = metric
                .labels()
                .map(|label| {
                    let mut values: Vec<&str> =
                        metric.label(label).and_then(Label::values).into_iter().flatten().collect();
                    values.sort_unstable();
                    format!("{label}{}{}", if metric.always_has(label) { "=" } else { "?=" }, values.join("|"))
                })
                .collect();
            labels.sort_unstable();
            format!("{name} {{{}}} {}", labels.join(", "), metric.series())
        })
        .collect();
    lines.sort_unstable();
    lines.join("\n")
}

const METRICS_PAGE: &str = "\
# HELP http_requests_total All requests.
# TYPE http_requests_total counter
http_requests_total{code=\"200\",method=\"get\"} 1027 1395066363000
http_requests_total{code=\"400\"} 3
# TYPE latency_seconds histogram
latency_seconds_bucket{le=\"0.5\"} 3
latency_seconds_bucket{le=\"+Inf\"} 4
latency_seconds_sum 1.5e0
latency_seconds_count 4
# TYPE queue gauge
queue 7
";

#[test]
fn a_metrics_page_tells_names_labels_values_and_kinds() {
    let inventory = read(METRICS_PAGE);
    insta::assert_snapshot!(shown(&inventory), @r"
    http_requests_total {code=200|400, method?=get} 2
    latency_seconds_bucket {le=+Inf|0.5} 2
    latency_seconds_count {} 1
    latency_seconds_sum {} 1
    queue {} 1
    ");
    let kinds = [
        "http_requests_total",
        "latency_seconds_bucket",
        "latency_seconds_count",
        "latency_seconds_sum",
        "queue",
        "nothing",
    ];
    insta::assert_debug_snapshot!(kinds.map(|name| inventory.kind_of(name)), @r"
    [
        Some(
            Counter,
        ),
        Some(
            Bucket,
        ),
        Some(
            Counter,
        ),
        None,
        Some(
            Gauge,
        ),
        None,
    ]
    ");
    assert!(inventory.has_metric("latency_seconds") && !inventory.has_metric("latency"));
}

#[test]
fn openmetrics_names_the_family() {
    let inventory = read(
        "# TYPE a counter\n# UNIT a_seconds seconds\n# TYPE a_seconds gauge\na_total 1 # {t=\"x\"} 1\na_created 1\na_seconds 2\n# EOF\n",
    );
    assert_eq!(inventory.kind_of("a_total"), Some(SeriesKind::Counter));
    assert_eq!(inventory.kind_of("a_created"), Some(SeriesKind::Gauge));
    assert_eq!(inventory.unit_of("a_seconds"), Some("seconds"));
}

#[test]
fn dumps_of_the_storage_are_read_with_native_histograms() {
    let inventory = read(
        "{__name__=\"up\", job=\"a\\\"b\"} 1 1700000000000\n{__name__=\"h\"} {count:5, sum:18.4, [-4,-2):1} 1700\n{\"my.metric\", \"l\"=\"v\"} 1 2\n",
    );
    insta::assert_snapshot!(shown(&inventory), @r#"
    h {} 1
    my.metric {l=v} 1
    up {job=a"b} 1
    "#);
}

#[test]
fn answers_of_the_api_are_read() {
    let metadata = r#"{"status":"success","data":{"up":[{"type":"gauge","help":"","unit":""}],
        "x":[{"type":"counter","help":"a","unit":"bytes"},{"type":"gauge","help":"b","unit":""}]}}"#;
    let inventory = read(metadata);
    assert_eq!(inventory.kind_of("up"), Some(SeriesKind::Gauge));
    assert_eq!((inventory.kind_of("x"), inventory.unit_of("x")), (None, Some("bytes")));
    assert!(inventory.has_metric("up") && inventory.names().next().is_none());

    let bare = read(r#"{"up": [{"type": "gauge"}]}"#);
    assert_eq!(bare.kind_of("up"), Some(SeriesKind::Gauge));

    let series = r#"{"status":"success","data":[{"__name__":"up","job":"a"},{"__name__":"up","job":"b","x":"1"}]}"#;
    insta::assert_snapshot!(shown(&read(series)), @"up {job=a|b, x?=1} 2");
    let query = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},"value":[1,"1"]}]}}"#;
    insta::assert_snapshot!(shown(&read(query)), @"up {job=a} 1");
    insta::assert_snapshot!(shown(&read(r#"{"status":"success","data":["up","node_load1"]}"#)), @r"
    node_load1 {} 0
    up {} 0
    ");
    let targets = r#"[{"target":{"job":"a"},"metric":"go_gc","type":"gauge","help":"","unit":"seconds"}]"#;
    assert_eq!(read(targets).kind_of("go_gc"), Some(SeriesKind::Gauge));
}

#[test]
fn metadata_alone_names_no_metrics() {
    let mut inventory = Inventory::default();
    inventory.read(METRICS_PAGE, Purpose::Metadata).unwrap();
    assert!(!inventory.lists_metrics() && inventory.names().next().is_none());
    assert_eq!(inventory.kind_of("queue"), Some(SeriesKind::Gauge));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    for text in ["\u{feff}up{job=\"a\"} 1\n", "\u{feff}[{\"__name__\": \"up\", \"job\": \"a\"}]"] {
        insta::allow_duplicates! { insta::assert_snapshot!(shown(&read(text)), @"up {job=a} 1"); }
    }
}

#[test]
fn mistakes_have_a_place() {
    let error = |text: &str| {
        let InventoryError { span, message } = Inventory::default().read(text, Purpose::Inventory).unwrap_err();
        format!("{}: {message}", span.start())
    };
    insta::assert_snapshot!(error("up 1\n<html>\n"), @"5: expected a metric name or `{`");
    insta::assert_snapshot!(error("up\n"), @"2: expected a value behind the series");
    insta::assert_snapshot!(error("up{a=\"b} 1\n"), @"5: the quote is never closed");
    insta::assert_snapshot!(error("{\"status\": \"success\",\n \"data\": [\"a\", \n}"), @"38: expected value");
    insta::assert_snapshot!(error("{\"status\":\"error\",\"error\":\"no\"}"), @"16: the server answered with an error");
    insta::assert_snapshot!(error("[1, 2] x"), @"7: trailing characters");
    insta::assert_snapshot!(error("\u{feff}up\n"), @"5: expected a value behind the series");
}

#[test]
fn what_is_kept_is_bounded() {
    let text: String = (0..2 * MAX_VALUES).map(|at| format!("x{{a=\"{at}\",b=\"c\"}} 1\n")).collect();
    let inventory = read(&text);
    let metric = inventory.metric("x").unwrap();
    assert!(metric.label("a").unwrap().values().is_none() && metric.label("a").unwrap().may_be("z"));
    assert!(inventory.may_have_value("a", "z") && !inventory.may_have_value("b", "z"));
    assert!(inventory.entries < 20);
    let text: String = (0..=MAX_ENTRIES).map(|at| format!("x{at} 1\n")).collect();
    let error = Inventory::default().read(&text, Purpose::Inventory).unwrap_err();
    assert!(error.message.starts_with("there are more than 1000000 names"));
}
