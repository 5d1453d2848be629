//! `promproof test --html`: what is on the page, what cannot get onto it, how large it may become.

use std::time::Duration;

use promproof::report::html;
use promproof::report::run::TestView;
use promproof::unittest::story::Storyteller;
use promproof::unittest::{self, RunOptions};
use promproof::workspace;
use promproof::workspace::{TestInput, Workspace};

use crate::support::Sandbox;

const RULES: &str = "groups:
  - name: queue
    rules:
      - alert: QueueLong
        expr: sum by (queue) (jobs) > 5
        for: 2m
        keep_firing_for: 1m
        labels: {severity: page}
        annotations: {summary: '{{ $labels.queue }} has {{ $value }} jobs'}
";

const TEST: &str = "rule_files: [rules.yml]
tests:
  - name: a queue grows
    input_series:
      - {series: 'jobs{queue=\"mail\"}', values: '1 3 6 8 9 9 2 1 1 1'}
    alert_rule_test:
      - {eval_time: 1m, alertname: QueueLong}
      - eval_time: 3m
        alertname: QueueLong
        exp_alerts: [{exp_labels: {queue: mail, severity: page}, exp_annotations: {summary: mail has 8 jobs}}]
      - eval_time: 5m
        alertname: QueueLong
        exp_alerts: [{exp_labels: {queue: mail, severity: page}, exp_annotations: {summary: mail has 8 jobs}}]
    promql_expr_test:
      - {expr: sum(jobs), eval_time: 9m, exp_samples: [{labels: '{}', value: 1}]}
";

/// The page of the tests in `sandbox`, without times that differ from run to run.
fn page(sandbox: &Sandbox) -> String {
    page_with(sandbox, None, &Storyteller::default())
}

fn page_with(sandbox: &Sandbox, elapsed: Option<Duration>, storyteller: &Storyteller) -> String {
    let path = sandbox.path("test.yml");
    let mut read = workspace::read(&path).unwrap();
    read.file = std::sync::Arc::new(promproof::source::SourceFile::new("test.yml", read.file.text()));
    let inputs = [TestInput::read(&read.file, sandbox.path(""))];
    let (report, stories) = unittest::observe(&Workspace::default(), &inputs, &RunOptions::default(), storyteller);
    let stories = stories.filter_map(|story| story);
    let mut out = Vec::new();
    html::write(&mut out, &report, &stories, &TestView { elapsed, ..TestView::default() }).unwrap();
    let root = sandbox.path("").display().to_string();
    String::from_utf8(out).unwrap().replace(&root, "")
}

/// A tag of the page: its name, its attributes as they are written, and whether it closes.
struct Tag<'p> {
    name: &'p str,
    attributes: &'p str,
    closes: bool,
}

/// All tags of the page, the style sheet left out. A `<` or `>` anywhere else would be seen as one.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let (_, body) = page.split_once("</style>").unwrap();
    let pieces = body.split('<').skip(1).map(|piece| piece.split_once('>').unwrap().0);
    let tag = |text| {
        let closes = str::starts_with(text, '/');
        let text = text.trim_start_matches('/').trim_end_matches('/');
        let (name, attributes) = text.split_once(' ').unwrap_or((text, ""));
        Tag { name, attributes, closes }
    };
    pieces.map(tag).collect()
}

/// Elements of HTML and SVG that never have an end tag on this page.
const EMPTY: [&str; 7] = ["br", "line", "rect", "path", "circle", "use", "meta"];

/// Every tag that is opened is closed, in order; nothing can load or run anything.
fn assert_sound(page: &str) {
    let mut open = vec!["html", "head"];
    for tag in tags(page) {
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name), "in {page}");
        } else if !EMPTY.contains(&tag.name) {
            open.push(tag.name);
        }
        assert!(!["script", "img", "link", "iframe", "object", "foreignObject"].contains(&tag.name), "{}", tag.name);
        for attribute in tag.attributes.split("=\"").filter_map(|part| part.rsplit(['"', ' ']).next()) {
            assert!(!attribute.starts_with("on") && !["src", "srcset"].contains(&attribute), "{attribute}");
        }
        assert!(tag.attributes.split("href=\"").skip(1).all(|target| target.starts_with('#')), "{}", tag.attributes);
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(!page.contains("url(") || page.split("url(").skip(1).all(|target| target.starts_with('#')));
}

/// The part of the page between two texts, a line for each element, the grid of drawings left out.
fn blocks(page: &str, from: &str, to: &str) -> String {
    let part = page.split_once(from).unwrap().1;
    let mut part = part.split_once(to).unwrap().0.to_owned();
    for end in ["</p>", "</tr>", "</li>", "</text>", "</title>", "/>"] {
        part = part.replace(&format!("{end}<"), &format!("{end}\n<"));
    }
    part.lines().filter(|line| !line.contains("class=\"grid\"")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn the_page_tells_what_failed_and_why() {
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]));
    assert_sound(&page);
    insta::assert_snapshot!(blocks(&page, "<nav", "</nav>"), @r##"
     aria-labelledby="failures"><h2 id="failures">What failed</h2><ul><li><a href="#a0-0-1">alert QueueLong at 3m: it does not fire</a> <span class="place">test.yml:10</span></li>
    <li><a href="#a0-0-2">alert QueueLong at 5m: 1 alert is not as expected</a> <span class="place">test.yml:13</span></li>
    </ul>
    "##);
    insta::assert_snapshot!(blocks(&page, "<div class=\"failure\" id=\"a0-0-1\">", "</div>"), @r#"
    <p class="verdict"><b>failed</b> at 3m: it does not fire</p>
    <p class="place">test.yml:10:22</p>
    <pre class="source"><i>7</i>      - {eval_time: 1m, alertname: QueueLong}
    <i>8</i>      - eval_time: <mark>3m</mark> <b>← at this time</b>
    <i>9</i>        alertname: QueueLong
    <i>10</i>        exp_alerts: [<mark>{exp_labels: {queue: mail, severity: page}, exp_annotations: {summary: mail has 8 jobs}}</mark>] <b>← does not fire</b>
    <i>11</i>      - eval_time: 5m
    </pre><p class="diff minus"><b>-</b> expected, but does not fire:</p>
    <table class="fields"><tr><th>label <code>queue</code></th><td><del class="whole">"mail"</del></td></tr>
    <tr><th>label <code>severity</code></th><td><del class="whole">"page"</del></td></tr>
    <tr><th>annotation <code>summary</code></th><td><del class="whole">"mail has 8 jobs"</del></td></tr>
    </table><p class="note"><b>note:</b> it is pending since 2m and fires 1 evaluation later, at 4m</p>
    <table class="why"><caption>Why, at 3m <span class="place">rules.yml:5:15</span></caption><thead><tr><th>part of the expression</th><th>value</th></tr>
    </thead><tbody><tr style="--depth:0"><td><code>sum by (queue) (jobs) &gt; 5</code></td><td>8 {queue="mail"}</td></tr>
    <tr style="--depth:1"><td><code>sum by (queue) (jobs)</code></td><td>8 {queue="mail"}</td></tr>
    <tr style="--depth:2"><td><code>jobs</code></td><td>8 {queue="mail"}</td></tr>
    </tbody></table>
    "#);
    insta::assert_snapshot!(blocks(&page, "<div class=\"failure\" id=\"a0-0-2\">", "<table class=\"why\">"), @r#"
    <p class="verdict"><b>failed</b> at 5m: 1 alert is not as expected</p>
    <p class="place">test.yml:13:93</p>
    <pre class="source"><i>10</i>        exp_alerts: [{exp_labels: {queue: mail, severity: page}, exp_annotations: {summary: mail has 8 jobs}}]
    <i>11</i>      - eval_time: <mark>5m</mark> <b>← at this time</b>
    <i>12</i>        alertname: QueueLong
    <i>13</i>        exp_alerts: [{exp_labels: {queue: mail, severity: page}, exp_annotations: {summary: <mark>mail has 8 jobs</mark>}}] <b>← is "mail has 9 jobs"</b>
    <i>14</i>    promql_expr_test:
    </pre><p class="diff tilde"><b>~</b> fires, but differs: {alertname="QueueLong", queue="mail", severity="page"}</p>
    <table class="fields"><tr><th rowspan="2">annotation <code>summary</code></th><td class="which">expected</td><td>"mail has <del>8</del> jobs"</td></tr>
    <tr><td class="which">actual</td><td>"mail has <ins>9</ins> jobs"</td></tr>
    </table>
    "#);
}

#[test]
fn the_picture_has_states_values_assertions_and_series() {
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]));
    insta::assert_snapshot!(blocks(&page, "<svg class=\"bands\"", "</div>"), @r##"
     aria-hidden="true"><use href="#s1"/>
    <symbol id="s4"><line class="idle" x2="100%" y1="19" y2="19"/>
    <rect class="pending" x="20%" width="20%" y="9" height="10"/>
    <text class="pending-word" x="30%" y="15">pending</text>
    <rect class="firing" x="40%" width="20%" y="1" height="18"/>
    <text class="firing-word" x="50%" y="15">firing</text>
    <rect class="kept" x="60%" width="10%" y="5" height="14"/>
    <circle class="resolved" cx="70%" cy="16" r="3.5"/>
    </symbol><use href="#s4"/>
    <use href="#s3"/>
    </svg><p class="changes">pending from 2m, firing from 4m, kept firing from 6m, resolved at 7m</p>
    "##);
    insta::assert_snapshot!(blocks(&page, "<svg class=\"marks\"", "</svg>"), @r##"
     aria-hidden="true"><g class="row"><g class="ok"><use href="#ok" x="10%" y="9"/>
    <text x="10%" y="29">1</text>
    </g><g class="bad"><title>#2, 3m: failed; expects {queue="mail", severity="page"}</title>
    <use href="#bad" x="30%" y="9"/>
    <text x="30%" y="29">2</text>
    </g><g class="bad"><title>#3, 5m: failed; expects {queue="mail", severity="page"}</title>
    <use href="#bad" x="50%" y="9"/>
    <text x="50%" y="29">3</text>
    </g></g>
    "##);
    insta::assert_snapshot!(blocks(&page, "<svg class=\"plot\"", "</ul>"), @r##"
    </symbol><use href="#s1"/>
    <symbol id="s2" viewBox="0 0 10 528" preserveAspectRatio="none"><rect class="true" y="0" width="10" height="264"/>
    <path class="threshold" d="M0 264h10"/>
    <path class="curve c0" d="M0 492h1v-114h1v-171h1v-114h1v-57h2v399h1v57H10"/>
    </symbol><use href="#s2"/>
    <symbol id="s3" viewBox="0 0 1000 1" preserveAspectRatio="none"><path class="at ok" d="M100 0v1"/>
    <path class="at bad" d="M300 0v1M500 0v1"/>
    </symbol><use href="#s3"/>
    <text class="scale limit" x="-6" y="70">&gt; 5</text>
    <text class="scale" x="-6" y="13.1">9</text>
    <text class="scale" x="-6" y="126.9">1</text>
    </svg><ul class="legend"><li><svg class="key" aria-hidden="true"><path class="curve c0" d="M0 5H26"/>
    </svg><code>{queue="mail"}</code> <span class="extent">1 … 9</span></li>
    "##);
    insta::assert_snapshot!(blocks(&page, "<div class=\"input\">", "</div>"), @r##"
    <p class="who"><code>jobs{queue="mail"}</code> <i>1 … 9</i></p>
    <svg class="spark" aria-hidden="true"><symbol id="s6" viewBox="0 0 10 104" preserveAspectRatio="none"><path class="line" d="M0 94h1v-21h1v-31h1v-21h1v-11h2v73h1v11H10"/>
    </symbol><use href="#s6"/>
    <use href="#s3"/>
    </svg><p class="changes"><code>1 3 6 8 9 9 2 1 1 1</code> line 5</p>
    "##);
    insta::assert_snapshot!(blocks(&page, "<table class=\"asserts\">", "</table>"), @r##"
    <thead><tr><th>#</th><th>time</th><th>expects</th><th>verdict</th></tr>
    </thead><tbody><tr><td>1</td><td>1m</td><td><code>no alert</code></td><td>✓ passed <i>line 7</i></td></tr>
    <tr class="bad"><td>2</td><td>3m</td><td><code>{queue="mail", severity="page"}</code></td><td><a href="#a0-0-1">✗ failed</a>: it does not fire <i>line 8</i></td></tr>
    <tr class="bad"><td>3</td><td>5m</td><td><code>{queue="mail", severity="page"}</code></td><td><a href="#a0-0-2">✗ failed</a>: 1 alert is not as expected <i>line 11</i></td></tr>
    </tbody>
    "##);
}

#[test]
fn a_passing_group_is_folded_and_has_its_picture() {
    let passes = TEST.replace("eval_time: 3m", "eval_time: 4m").replace("has 8", "has 9").replace("5m", "4m");
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", &passes)]));
    assert_sound(&page);
    assert!(page.contains("<h1><span class=\"badge\">passed</span> 4 assertions passed</h1>"), "{page}");
    assert!(page.contains("<details class=\"group ok\" id=\"g0-0\"><summary>"), "{page}");
    assert!(page.contains("<svg class=\"plot\""), "{page}");
}

#[test]
fn the_same_report_is_the_same_page() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]);
    assert_eq!(page(&sandbox), page(&sandbox));
    assert!(
        page_with(&sandbox, Some(Duration::from_millis(1500)), &Storyteller::default())
            .contains("<dt>time</dt><dd>1.50 s</dd>")
    );
}

/// Names that would like to be more than text.
#[test]
fn nothing_from_a_file_becomes_a_tag_or_an_attribute() {
    const HOSTILE: &str =
        r#"</title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>' " onload="x`&lt;"#;
    let name = serde_json::to_string(HOSTILE).unwrap();
    let in_promql = serde_json::to_string(&HOSTILE.replace('"', "\\\"")).unwrap();
    let in_promql = in_promql.trim_matches('"');
    let rules = format!(
        "groups:\n  - name: {name}\n    rules:\n      - alert: {name}\n        expr: \"x{{l=\\\"{in_promql}\\\"}} > 1\"\n        \
         labels: {{l: {name}}}\n        annotations: {{a: {name}}}\n"
    );
    let test = format!(
        "rule_files: [rules.yml]\ntests:\n  - name: {name}\n    input_series:\n      \
         - {{series: \"x{{l=\\\"{in_promql}\\\"}}\", values: 0 2}}\n    alert_rule_test:\n      \
         - eval_time: 1m\n        alertname: {name}\n        exp_alerts: [{{exp_labels: {{l: {name}, m: {name}}}}}]\n      \
         - {{eval_time: 0m, alertname: {name}}}\n    promql_expr_test:\n      \
         - {{expr: \"x{{l=\\\"{in_promql}\\\"}}\", eval_time: 1m, exp_samples: [{{labels: \"x{{l=\\\"{in_promql}\\\"}}\", value: 1}}]}}\n"
    );
    let page = page(&Sandbox::with(&[("rules.yml", &rules), ("test.yml", &test)]));
    assert_sound(&page);
    assert!(page.contains("2 of 3 assertions failed") && page.contains("&lt;script&gt;alert(1)"), "{page}");
}

/// A month at one-minute steps, with more alerts, series and changes than anybody wants to see.
#[test]
fn a_long_test_makes_a_small_page() {
    let rules = RULES.replace("for: 2m", "for: 0m").replace("        keep_firing_for: 1m\n", "");
    let series: String = (0..16)
        .map(|n| {
            format!("      - {{series: 'jobs{{queue=\"q{n:02}\"}}', values: '{n}x21600 {}+{}x21600'}}\n", n % 7, n % 3)
        })
        .collect();
    let flaps = "      - {series: 'jobs{queue=\"flaps\"}', values: '0 9 _ 0 9 9 9 _x7 9x10'}\n";
    let test = format!(
        "rule_files: [rules.yml]\ntests:\n  - input_series:\n{flaps}{series}    alert_rule_test:\n      \
         - {{eval_time: 30d, alertname: QueueLong}}\n"
    );
    let page = page(&Sandbox::with(&[("rules.yml", &rules), ("test.yml", &test)]));
    assert_sound(&page);
    assert!(page.len() < 120_000, "{} bytes", page.len());
    for said in ["more alerts</p>", "more that are not drawn", "more series</p>", "more differences</p>"] {
        assert!(page.contains(said), "{said}");
    }
}

/// Texts of a length that nobody expects.
#[test]
fn a_long_text_makes_a_small_page() {
    let long = "long ".repeat(10_000);
    let name = format!("tests:\n  - name: &long {long}");
    let series = format!("    input_series: [{{series: 'jobs{{queue=\"{long}\"}}', values: 9x9}}]\n");
    let alert = "      - {eval_time: 3m, alertname: QueueLong, exp_alerts: [{exp_labels: {queue: *long}}]}\n";
    let exprs: String = (0..80).map(|n| format!("      - {{expr: jobs + {n}, exp_samples: []}}\n")).collect();
    let test =
        format!("rule_files: [rules.yml]\n{name}\n{series}    alert_rule_test:\n{alert}    promql_expr_test:\n{exprs}");
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", &test)]));
    assert_sound(&page);
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    assert!(page.contains("81 of 81 assertions failed") && page.contains("and 21 more</p>"), "{page}");
}

/// What promtool does not know: the life of alerts, and expressions that must fail.
#[test]
fn extensions_have_their_failures() {
    let test = TEST.replace(
        "    promql_expr_test:\n",
        "    alert_timeline:\n      \
         - {alertname: QueueLong, fires_at: 5m, annotations: {summary: mail has 9 jobs}}\n    promql_expr_test:\n      \
         - {expr: jobs, eval_time: 1m, exp_fail: many-to-many}\n",
    );
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", &test)]));
    assert_sound(&page);
    insta::assert_snapshot!(blocks(&page, "<div class=\"failure\" id=\"a0-0-3\">", "</div>"), @r#"
    <p class="verdict"><b>failed</b>: it fires at 4m, 1 evaluation earlier</p>
    <p class="place">test.yml:15:42</p>
    <pre class="source"><i>14</i>    alert_timeline:
    <i>15</i>      - {alertname: QueueLong, fires_at: <mark>5m</mark>, annotations: {summary: mail has 9 jobs}} <b>← fires at 4m</b>
    <i>16</i>    promql_expr_test:
    </pre><p class="diff tilde"><b>~</b> {alertname="QueueLong", queue="mail", severity="page"}: fires at 4m, 1 evaluation earlier</p>
    <table class="why"><caption>Why, at 4m <span class="place">rules.yml:5:15</span></caption><thead><tr><th>part of the expression</th><th>value</th></tr>
    </thead><tbody><tr style="--depth:0"><td><code>sum by (queue) (jobs) &gt; 5</code></td><td>9 {queue="mail"}</td></tr>
    <tr style="--depth:1"><td><code>sum by (queue) (jobs)</code></td><td>9 {queue="mail"}</td></tr>
    <tr style="--depth:2"><td><code>jobs</code></td><td>9 {queue="mail"}</td></tr>
    </tbody></table>
    "#);
    insta::assert_snapshot!(blocks(&page, "<div class=\"failure\" id=\"a0-0-4\">", "</div>"), @r#"
    <p class="verdict"><b>failed</b> at 1m: it does not fail</p>
    <p class="place">test.yml:17:47</p>
    <pre class="source"><i>16</i>    promql_expr_test:
    <i>17</i>      - {expr: jobs, eval_time: <mark>1m</mark>, exp_fail: <mark>many-to-many</mark>} <b>← at this time</b> <b>← it does not fail</b>
    <i>18</i>      - {expr: sum(jobs), eval_time: 9m, exp_samples: [{labels: '{}', value: 1}]}
    </pre><table class="fields"><tr><th rowspan="2">message</th><td class="which">expected a text that contains </td><td><del class="whole">"many-to-many"</del></td></tr>
    <tr><td class="which">actual</td><td><span class="none">(none)</span></td></tr>
    </table><p class="diff plus"><b>+</b> it yields jobs{queue="mail"} 3</p>
    "#);
}

/// A warning that fails the run is among what failed.
#[test]
fn a_strict_run_shows_its_warnings() {
    let test = TEST.replace("input_series:", "input_series:\n      - {series: nobody_reads_it, values: 1}");
    let test = test.replace("eval_time: 3m", "eval_time: 4m").replace("has 8", "has 9").replace("5m", "4m");
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", &test)]);
    let page = |args: &[&str]| {
        sandbox.run(&[&["test", "-q", "--html", "page.html"], args].concat());
        std::fs::read_to_string(sandbox.path("page.html")).unwrap()
    };
    let (lenient, strict) = (page(&[]), page(&["--strict"]));
    assert_sound(&strict);
    assert!(lenient.contains("<section class=\"file ok\"") && !lenient.contains("<nav"), "{lenient}");
    assert!(strict.contains("<section class=\"file bad\""), "{strict}");
    insta::assert_snapshot!(blocks(&strict, "<nav", "</nav>"), @r##"
     aria-labelledby="failures"><h2 id="failures">What failed</h2><ul><li><a href="#f0">2 warnings, which fail the run</a> <span class="place">test.yml</span></li>
    </ul>
    "##);
}

#[test]
fn a_file_that_cannot_be_run_has_a_page_too() {
    let broken = "rule_files: [rules.yml]\ntests:\n  - {nmae: x}\n";
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", broken)]));
    assert_sound(&page);
    assert!(page.contains("1 of 1 test file failed") && page.contains("nmae"), "{page}");
}

#[test]
fn the_page_is_written_beside_any_output() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST), ("old.html", "old")]);
    for format in ["full", "json", "junit"] {
        let run = sandbox.run(&["test", "--output-format", format, "--html", "old.html", "--junit", "junit.xml"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(!run.stdout.contains("<!DOCTYPE html>"), "{run}");
        let page = std::fs::read_to_string(sandbox.path("old.html")).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<dt>time</dt>"), "{page}");
    }
    assert_eq!(std::fs::read_dir(sandbox.path("")).unwrap().count(), 4, "nothing is left behind");
}

#[test]
fn a_page_that_cannot_be_written_is_exit_code_2() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]);
    // What came out of the run is told all the same.
    insta::assert_snapshot!(sandbox.run(&["test", "--output-format", "concise", "--html", "rules.yml/page.html"]), @"
    test.yml:10:22: failed alert `QueueLong` at 3m: it does not fire
    test.yml:13:93: failed alert `QueueLong` at 5m: 1 alert is not as expected
    failed: 1 of 1 test file, 1 of 1 group, 2 of 4 assertions
    --- stderr
    error: cannot create the folder rules.yml: File exists (os error 17)
    --- exit code 2
    ");
    sandbox.run(&["test", "-q", "--html", "new/folder/page.html"]);
    assert!(sandbox.path("new/folder/page.html").exists(), "the folder is made");
    let run = sandbox.run(&["test", "-q", "--html", "."]);
    assert!(run.code == Some(2) && run.stderr.contains("cannot write .:"), "{run}");
}

/// A suite: as many groups that pass as there are, then one of which two assertions fail.
fn suite(passing: usize) -> String {
    let group = |index: usize, value: usize| {
        format!(
            "  - name: number {index}
    input_series:
      - {{series: 'jobs{{queue=\"mail\"}}', values: '1 3 6 8 9 9 2 1 1 1'}}
      - {{series: 'jobs{{queue=\"q{index}\"}}', values: '0+{}x9'}}
    alert_rule_test: [{{eval_time: 1m, alertname: QueueLong}}]
    promql_expr_test:
      - {{expr: count(jobs), eval_time: 0, exp_samples: [{{labels: '{{}}', value: {value}}}]}}
      - {{expr: count(jobs), eval_time: 9m, exp_samples: [{{labels: '{{}}', value: {value}}}]}}
",
            index % 2
        )
    };
    let groups: String = (0..passing).map(|index| group(index, 2)).chain([group(passing, 3)]).collect();
    format!("rule_files: [rules.yml]\ntests:\n{groups}")
}

/// What passes takes little room, is folded, and refers to shapes that are on the page.
#[test]
fn a_large_suite_makes_a_small_page() {
    let size = |passing: usize| {
        let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", &suite(passing))]));
        assert_sound(&page);
        let folded = format!("<details class=\"passing\"><summary>{passing} groups passed</summary>");
        assert_eq!(page.contains(&folded), passing >= 50, "{passing}");
        assert_eq!(page.contains("<body class=\"large\">"), passing >= 50, "{passing}");
        assert!(page.find("number 0</span>") > page.find("<div class=\"failure\""), "what failed comes first");
        let ids: Vec<&str> =
            tags(&page).iter().filter_map(|tag| tag.attributes.split_once("id=\"")?.1.split('"').next()).collect();
        let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        links.for_each(|link| assert!(ids.contains(&link), "{link}"));
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "each id is there once");
        page.len()
    };
    let (few, many) = (size(49), size(249));
    assert!((many - few) / 200 < 3500, "{} bytes for each group", (many - few) / 200);
}

/// Of many failures the list at the top has one line for each group.
/// Of a run whose pictures would take too much memory.
#[test]
fn pictures_are_left_out_where_they_take_too_much() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("test.yml", TEST)]);
    let page = page_with(&sandbox, None, &Storyteller::up_to(0));
    assert!(page.contains("more alerting rule") && page.contains("that were active are not drawn"), "{page}");
    assert_sound(&page);
}

#[test]
fn many_failures_are_listed_by_group() {
    let test = suite(13).replace("value: 2", "value: 4");
    let page = page(&Sandbox::with(&[("rules.yml", RULES), ("test.yml", &test)]));
    let list = blocks(&page, "<h2 id=\"failures\">What failed</h2><ul>", "</nav>");
    assert_eq!(list.matches("<li>").count(), 14, "{list}");
    insta::assert_snapshot!(list.lines().next().unwrap(), @r##"<li><a href="#a0-0-1">expression count(jobs) at 0s: 1 sample is not as expected</a> <span class="place">test.yml:9</span> <span class="more">and 1 more in this group</span></li>"##);
}
