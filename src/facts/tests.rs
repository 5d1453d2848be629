use super::*;
use crate::promql::{self, ParseOptions};

/// The branches of an expression, `|` between them: `job` is guaranteed, `job?` is possible, `!job` impossible; `…` says
/// that any other label is possible. A branch of elements made from nothing has a `*` in front.
fn flow(expr: &str) -> String {
    let parsed = promql::parse(expr, &ParseOptions::all()).unwrap_or_else(|errors| panic!("{expr}: {errors:?}"));
    let facts = Facts::of(&parsed);
    let branches = facts.branches();
    if branches.is_empty() {
        return "nothing".to_owned();
    }
    branches.iter().map(show).collect::<Vec<_>>().join(" | ")
}

fn show(branch: &Branch<'_>) -> String {
    let closed = branch.is_closed();
    let told = |label: &str, presence: Presence| match presence {
        Presence::Scraped => closed,
        Presence::Impossible(_) => !(closed && label == "instance"),
        _ => true,
    };
    let labels =
        branch.labels.known().filter(|(label, presence)| told(label, *presence)).map(
            |(label, presence)| match presence {
                Presence::Guaranteed => label.to_owned(),
                Presence::Possible | Presence::Scraped => format!("{label}?"),
                Presence::Impossible(_) => format!("!{label}"),
            },
        );
    let rest = (!branch.labels.rest().is_impossible()).then(|| "…".to_owned());
    let labels: Vec<String> = labels.filter(|label| !label.ends_with("__name__")).chain(rest).collect();
    let value = branch.values.as_constant().map(|value| format!("={value}")).unwrap_or_default();
    format!("{}{{{}}}{value}", if branch.made_up { "*" } else { "" }, labels.join(" "))
}

/// What drops `label` from the last branch: the text in the expression and the cause.
fn dropped(expr: &str, label: &str) -> String {
    let parsed = promql::parse(expr, &ParseOptions::all()).unwrap();
    match Facts::of(&parsed).branches().last().map(|branch| branch.presence(label)) {
        Some(Presence::Impossible(dropped)) => {
            format!("{:?}: {}{}", dropped.cause, dropped.span.slice(expr), across(dropped.across, expr))
        }
        other => format!("{other:?}"),
    }
}

fn across(operator: Option<Span>, expr: &str) -> String {
    operator.map(|operator| format!(" (across {})", operator.slice(expr))).unwrap_or_default()
}

fn check(cases: &[(&str, &str)]) {
    for (expr, expected) in cases {
        assert_eq!(flow(expr), *expected, "{expr}");
    }
}

#[test]
fn matchers_say_what_is_there() {
    check(&[
        ("foo", "{…}"),
        ("foo{job=\"bar\"}", "{job …}"),
        ("foo{job=\"\"}", "{!job …}"),
        ("foo{job!=\"\"}", "{job …}"),
        ("foo{job!=\"a\"}", "{…}"),
        ("foo{job=~\"a|b\"}[5m] offset 1h", "{job …}"),
        ("foo{job=~\"a|\"}", "{…}"),
        ("foo{job=~\".*\", i=~\".+\", j!~\".+\"}", "{i !j …}"),
        ("foo{job=\"a\"}[5m:1m]", "{job …}"),
    ]);
}

#[test]
fn aggregations_keep_what_they_group_by() {
    check(&[
        ("sum(foo{job=\"x\"})", "{}"),
        ("sum by () (foo)", "{}"),
        ("sum by (job) (foo)", "{job?}"),
        ("sum by (job) (foo{job=\"x\"})", "{job}"),
        ("sum without (instance) (foo{job=\"x\"})", "{!instance job …}"),
        ("sum by (job) (sum without (job) (foo))", "{!job}"),
        ("topk by (cluster) (10, foo)", "{…}"),
        ("bottomk(1, sum by (a) (foo))", "{a?}"),
        ("limitk(5, foo)", "{…}"),
        ("limit_ratio(0.5, foo{a=\"b\"})", "{a …}"),
        ("count_values(\"version\", build_version)", "{version}"),
        ("count_values without (job) (\"version\", build_version{job=\"foo\"})", "{!job version …}"),
        ("count_values by (a) (\"a\", foo)", "{a}"),
        ("quantile by (job) (0.9, foo)", "{job?}"),
    ]);
}

#[test]
fn functions_keep_labels_except_those_that_do_not() {
    check(&[
        ("rate(foo{job=\"x\"}[5m])", "{job …}"),
        ("histogram_quantile(0.9, sum by (le, job) (rate(foo_bucket[5m])))", "{job? !le}"),
        ("histogram_quantile(0.9, rate(foo_bucket[5m]))", "{!le …}"),
        ("histogram_quantiles(foo, \"q\", 0.5, 0.9)", "{!le q …}"),
        ("vector(1)", "*{}=1"),
        ("time()", "*{}"),
        ("hour()", "*{}"),
        ("hour(foo{job=\"x\"})", "{job …}"),
        ("scalar(foo)", "*{}"),
        ("absent(foo{job=\"bar\", cluster!=\"dev\", instance=~\".+\", env=\"prod\"})", "*{env job}=1"),
        ("absent(x{a=\"1\", a=\"2\", b=\"3\"})", "*{!a b}=1"),
        ("absent_over_time((foo{job=\"x\"})[5m:])", "*{}=1"),
        ("absent(sum by (job) (foo))", "*{}=1"),
        ("info(sum by (job) (foo{job=\"x\"}))", "{job …}"),
        ("predict_linear(foo{a=\"b\"}[1h], 3600)", "{a …}"),
        ("-foo{a=\"b\"}", "{a …}"),
    ]);
}

#[test]
fn label_functions_add_and_remove() {
    check(&[
        ("label_replace(sum without (instance) (foo), \"instance\", \"none\", \"\", \"\")", "{instance? …}"),
        ("label_replace(sum(foo), \"a\", \"x\", \"\", \".*\")", "{a}"),
        ("label_replace(sum by (pod) (foo), \"cluster\", \"$1\", \"pod\", \"(.*)\")", "{cluster? pod?}"),
        ("label_replace(foo, \"a\", \"\", \"\", \".*\")", "{!a …}"),
        ("label_join(up{job=\"a\", src=\"b\"}, \"foo\", \",\", \"src\")", "{foo job src …}"),
        ("label_join(sum(up), \"foo\", \"-\", \"a\", \"b\")", "{foo}"),
        ("label_join(sum(up), \"foo\", \"\", \"a\", \"b\")", "{foo?}"),
    ]);
}

#[test]
fn matching_keeps_the_labels_of_the_many_side() {
    check(&[
        ("foo{job=\"foo\"} / bar", "{job …}"),
        ("foo{job=\"foo\"} * on (instance) bar", "{instance?}"),
        ("foo * on (a, instance) bar{a=\"x\"}", "{a instance?}"),
        ("foo * ignoring (job) bar", "{!job …}"),
        ("up{instance=\"a\", job=\"p\"} * ignoring (job) up{instance=\"a\", job=\"q\"}", "{instance !job …}"),
        ("sum by (a) (foo) / bar:x", "{a?}"),
        ("foo:x / sum by (a) (bar)", "{a?}"),
        ("foo / sum by (a) (bar)", "nothing"),
        ("foo > on (a) bar", "{a?}"),
        ("foo{job=\"foo\"} * on (instance) group_left (cluster) bar{cluster=\"x\", ignored=\"y\"}", "{cluster job …}"),
        ("foo * on (instance) group_left (cluster) sum by (instance) (bar)", "{!cluster …}"),
        ("foo{job=\"a\", i=\"b\"} * on (instance) group_right (job) bar{cluster=\"bar\"}", "{cluster job …}"),
        ("absent(foo{job=\"xxx\"}) * on () group_left () bar", "{job}"),
        ("bar * on () group_right (cluster, env) absent(foo{job=\"xxx\"})", "{cluster? env? job}"),
        ("sum by (a, b) (foo) / ignoring (b) group_left sum by (a) (foo)", "{a? b?}"),
        ("1 + sum by (a) (foo)", "{a?}"),
        ("(time() - my_metric) > 5 * 3600", "{…}"),
    ]);
}

#[test]
fn fill_lets_either_side_stand_alone() {
    check(&[
        ("sum by (a) (foo) + fill (0) sum by (a) (bar)", "{a?}"),
        ("sum(foo) + fill_left (0) bar", "{…}"),
        ("sum(foo) + on (a) fill (0) bar", "{a?}"),
    ]);
}

#[test]
fn set_operators_choose_elements() {
    check(&[
        ("foo{a=\"bar\"} or bar{b=\"foo\"}", "{a …} | {b …}"),
        ("foo{job=\"foo\"} and on (cluster) bar", "{job …}"),
        ("foo{job=\"foo\"} and on () sum(bar)", "{job …}"),
        ("foo:x and sum by (job) (bar)", "{job?}"),
        ("foo unless sum(bar)", "{…}"),
        ("sum by (job) (foo) or sum(bar)", "{job?} | {}"),
        ("sum by (job) (foo or bar{job=\"x\"})", "{job?} | {job}"),
        ("(foo or vector(2)) * 5", "{…} | *{}=10"),
    ]);
}

#[test]
fn branches_that_no_comparison_lets_through_are_left_out() {
    check(&[
        ("vector(0) > 0", "nothing"),
        ("vector(0) > bool 0", "*{}=0"),
        ("sum(foo or vector(0)) > 0", "{}"),
        ("(sum(foo or vector(1)) > 0) == 2", "{}=2"),
        ("(sum(foo or vector(1)) > 0) != 2", "{} | *{}=1"),
        ("sum by (region) (sum_over_time(probe[5m]) or vector(1)) == 0", "{region?}=0"),
        ("2 < foo", "{…}"),
        ("1 > bool 2", "*{}=0"),
        ("foo and (vector(1) == 0)", "nothing"),
        ("group(vector(0)) > 0", "*{}=1"),
    ]);
}

#[test]
fn what_drops_a_label_is_named() {
    insta::assert_snapshot!(dropped("sum by (backend) (rate(x[5m])) * 100 > 5", "instance"), @"NotInBy(Sum): by (backend)");
    insta::assert_snapshot!(dropped("avg(x)", "instance"), @"NoGrouping(Avg): avg");
    insta::assert_snapshot!(dropped("sum without (instance) (x)", "instance"), @"InWithout(Sum): without (instance)");
    insta::assert_snapshot!(dropped("a / on (job) b", "instance"), @"NotInOn: on (job)");
    insta::assert_snapshot!(dropped("a / ignoring (instance) b", "instance"), @"InIgnoring: ignoring (instance)");
    insta::assert_snapshot!(dropped("a:x / count by (job) (b)", "instance"), @"NotInBy(Count): by (job) (across /)");
    insta::assert_snapshot!(dropped("absent(up{job=\"x\"})", "instance"), @r#"Absent("absent"): absent"#);
    insta::assert_snapshot!(dropped("vector(1) > 0", "instance"), @"NoLabels: vector(1)");
    insta::assert_snapshot!(dropped("histogram_quantile(0.9, x)", "le"), @r#"Function("histogram_quantile"): histogram_quantile"#);
    insta::assert_snapshot!(dropped("rate(x[5m])", "__name__"), @r#"Function("rate"): rate"#);
    insta::assert_snapshot!(dropped("a{b=\"\"}", "b"), @r#"EmptyMatcher: b="""#);
    insta::assert_snapshot!(dropped("label_replace(a, \"b\", \"\", \"\", \".*\")", "b"), @"EmptyReplacement: label_replace");
}

#[test]
fn operators_whose_sides_never_match_are_found() {
    let conflicts = |expr: &str| {
        let parsed = promql::parse(expr, &ParseOptions::all()).unwrap();
        let show = |conflict: &Conflict| {
            let what = match conflict.kind {
                ConflictKind::Lacking { dropped, left_lacks, scraped } => {
                    let side = if left_lacks { "left" } else { "right" };
                    format!("{side}, {}{}", dropped.span.slice(expr), if scraped { ", scraped" } else { "" })
                }
                ConflictKind::Idle { dropped, left_lacks } => {
                    let side = if left_lacks { "left" } else { "right" };
                    format!("idle, {side}, {}", dropped.span.slice(expr))
                }
                ConflictKind::Disjoint { left, right } => format!("{} / {}", left.slice(expr), right.slice(expr)),
            };
            format!("{} {}: {what}", conflict.operator.slice(expr), conflict.label)
        };
        Facts::of(&parsed).conflicts.iter().map(show).collect::<Vec<_>>().join("; ")
    };
    for (expr, expected) in [
        ("foo{a=\"x\"} / sum by (b) (bar)", "/ a: right, by (b)"),
        ("sum(bar) > on (a) foo{a=\"x\"}", "> a: left, sum"),
        ("foo{a=\"x\"} unless vector(0)", "unless a: right, vector(0)"),
        ("foo{a=\"x\"} and sum(bar)", "and a: right, sum"),
        ("foo{a=\"x\"} * on (a, b) group_left sum by (b) (bar) + on (a) sum(baz)", "* a: right, by (b)"),
        ("sum(foo{a=\"x\"} and sum(bar)) or abs(foo{a=\"x\"} * sum(bar))", "and a: right, sum; * a: right, sum"),
        ("foo / sum by (b) (bar)", "/ instance: right, by (b), scraped"),
        ("foo:rate / sum by (b) (bar)", ""),
        ("foo / on (b) group_left () sum by (b, c) (bar)", ""),
        ("foo{a=~\"x.*\"} and sum(bar)", "and a: right, sum"),
        ("sum by (a, b) (foo) / sum by (a) (bar)", "/ b: idle, right, by (a)"),
        ("sum by (a, b) (foo) unless sum by (a) (bar)", "unless b: idle, right, by (a)"),
        ("sum by (a, b) (foo) / on (a, b) sum by (a) (bar)", ""),
        ("(sum by (a, b) (foo) or sum by (a) (foo)) / sum by (a) (bar)", ""),
        ("c{state=\"current\"} + c{state=\"available\"}", "+ state: state=\"current\" / state=\"available\""),
        ("sum by (a) (c{a=~\"x|y\"}) + sum by (a) (c{a!~\"x|y\"})", "+ a: a=~\"x|y\" / a!~\"x|y\""),
        ("c{a=~\"x|y\"} + c{a=~\"y|z\"}", ""),
        ("c{a=\"x\"} + ignoring (a) c{a=\"y\"}", ""),
        // These may match.
        ("foo:rate / sum by (b) (bar)", ""),
        ("foo{a=\"x\"} or sum(bar)", ""),
        ("foo:x{a=\"x\"} / ignoring (a) sum by (b) (bar)", ""),
        ("foo{a=\"x\"} / on (b) sum by (b) (bar)", ""),
        ("foo{a=\"x\"} + fill (0) sum(bar)", ""),
        ("foo{a=\"x\"} / bar", ""),
        ("foo{a=\"x\"} and (sum(bar) or baz)", ""),
        ("foo:x{a=~\"x*\"} and sum(bar)", ""),
        ("foo{a=\"x\"} * 2 > 1", ""),
    ] {
        assert_eq!(conflicts(expr), expected, "{expr}");
    }
}

#[test]
fn names_stay_where_values_stay() {
    for (expr, stays) in [
        ("up == 0", true),
        ("up == bool 0", false),
        ("up * 1", false),
        ("up and foo", true),
        ("up > foo", true),
        ("up > on (job) foo", false),
        ("last_over_time(up[5m])", true),
        ("max_over_time(up[5m])", false),
        ("topk(1, up)", true),
        ("sum by (__name__) (up)", true),
        ("sum without (job) (up)", false),
        ("-up", false),
    ] {
        let parsed = promql::parse(expr, &ParseOptions::all()).unwrap();
        let facts = Facts::of(&parsed);
        let branch = &facts.branches()[0];
        assert_eq!(branch.presence("__name__") == Presence::Guaranteed, stays, "{expr}");
        assert_eq!(branch.presence("__name__").is_impossible(), !stays, "{expr}");
    }
}

#[test]
fn endless_expressions_take_linear_time() {
    let terms = |separator: &str| {
        let terms: Vec<String> = (0..15_000).map(|i| format!("sum by (l{i}) (m{i}{{a{i}=\"1\"}})")).collect();
        terms.join(separator)
    };
    for separator in [" + ", " or ", " and ", " unless ", " * on (a) group_left (b) "] {
        let parsed = promql::parse(&terms(separator), &ParseOptions::all()).unwrap();
        assert!(Facts::of(&parsed).branches().len() <= 64);
    }
}

#[test]
fn comparisons_whose_outcome_is_known() {
    let outcomes = |expr: &str| {
        let parsed = promql::parse(expr, &ParseOptions::all()).unwrap();
        let facts = Facts::of(&parsed);
        let show = |found: &Comparison| {
            let by = found.known.map_or(String::new(), |known| format!("{:?}", known.by));
            format!("{} {:?}, {by}", found.operator.slice(expr), found.passes)
        };
        facts.comparisons.iter().map(show).collect::<Vec<_>>().join("; ")
    };
    for (expr, expected) in [
        ("count by (a) (x) == 0", "== Never, Aggregation(Count)"),
        ("0 == count(x)", "== Never, Aggregation(Count)"),
        ("absent(x) == 0", "== Never, Function(\"absent\")"),
        ("sum(x == 0) > 0", "> Never, Comparison"),
        ("rate(x_total[5m]) < 0", "< Never, Function(\"rate\")"),
        ("rate(x_total[5m]) * 60 >= 0", ""),
        ("hour() > 23", "> Never, Function(\"hour\")"),
        ("time() - timestamp(x) > 600", "> Never, Age"),
        ("time() - timestamp(x offset 1h) > 600", ""),
        ("sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total[5m])) > 5", "> Never, Share"),
        ("100 * sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total[5m])) > 5", ""),
        ("100 * (1 - sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total[5m]))) > 101", "> Never, Share"),
        ("sum(rate(a[5m])) / (clamp_min(sum(rate(a[5m])) + sum(rate(b[5m])), 1)) > 25", "> Never, Share"),
        ("count(x > 1) / count(x) > 1", "> Never, Share"),
        ("count(x > 1) < 1", "< Never, Aggregation(Count)"),
        ("up > 1", "> Never, Metric"),
        // These may hold.
        ("sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total[10m])) > 5", ""),
        ("sum(rate(x_total{a=\"b\"}[5m])) / sum(rate(x_total{c=\"d\"}[5m])) > 5", ""),
        ("sum by (c) (rate(x_total[5m])) / on () group_left () sum(rate(x_total[5m])) > 0.5", ""),
        ("a / (a + b) > 25", ""),
        ("(count(x) or vector(0)) < 1", ""),
        ("sum(x or vector(0)) > 0", ""),
        ("count(x) == bool 0", ""),
        ("sum(x == bool 0) > 0", ""),
        ("delta(x[5m]) < 0", ""),
        ("count(x) + fill (0) count(y) == 0", ""),
    ] {
        assert_eq!(outcomes(expr), expected, "{expr}");
    }
}

#[test]
fn the_labels_of_targets_are_those_that_are_given() {
    let expr = promql::parse("sum by (cluster) (up) / up", &ParseOptions::default()).unwrap();
    let conflicts = |target_labels: &[String]| {
        let premises = Premises { target_labels: Some(target_labels), ..Premises::default() };
        Facts::under(&expr, premises).conflicts.iter().map(|conflict| conflict.label.clone()).collect::<Vec<_>>()
    };
    assert_eq!(Facts::of(&expr).conflicts[0].label, "instance");
    assert_eq!(conflicts(&["zone".to_owned(), "cluster".to_owned()]), ["zone"]);
    assert!(conflicts(&["cluster".to_owned()]).iter().all(|label| label != "zone"));
    assert!(conflicts(&[]).is_empty());
}

#[test]
fn the_labels_of_a_metric_are_those_of_the_inventory() {
    let mut inventory = crate::inventory::Inventory::default();
    let text = "a{job='j',instance='i',x='1'} 1\nb{job='j',instance='i'} 1\nb{job='j',instance='i',y='1'} 1\nc{z='1'} 1\n\
         ALERTS{alertname='A',job='j',instance='i'} 1\n";
    inventory.read(&text.replace('\'', "\""), crate::inventory::Purpose::Inventory).unwrap();
    let target_labels = TARGET_LABELS.map(str::to_owned);
    let premises = Premises { target_labels: Some(&target_labels), inventory: Some(&inventory), ..Premises::default() };
    let of = |text: &str| {
        let expr = promql::parse(text, &ParseOptions::default()).unwrap();
        let facts = Facts::under(&expr, premises);
        let conflicts: Vec<String> = facts.conflicts.iter().map(|conflict| conflict.label.clone()).collect();
        let closed = facts.branches().iter().all(Branch::is_closed);
        format!("{conflicts:?} {closed}")
    };
    assert_eq!(of("a / b"), r#"["x"] true"#);
    assert_eq!(of("a / on (x) b"), r#"["x"] true"#);
    assert_eq!(of("a / on (job) b"), "[] true");
    assert_eq!(of("b"), "[] true");
    // Known from the page of a target only, or not at all.
    assert_eq!(of("c / on (x) a"), "[] true");
    assert_eq!(of("c"), "[] false");
    assert_eq!(of("d"), "[] false");
    // Other alerts have other labels.
    assert_eq!(of("ALERTS"), "[] false");
}
