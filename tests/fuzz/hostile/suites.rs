//! Suites of tests in which each thing is small and the sum is not: series times repetitions times rules times alerts
//! times assertions that fail, texts that grow from rule to rule, expressions that make labels. Run, explained and
//! written in every format, with budgets that are often so small that they are exceeded.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use promproof::alerting::Limits;
use promproof::report::Format;
use promproof::report::run::{self, Shown, TestView};
use promproof::report::{Style, html};
use promproof::unittest::coverage::Collector;
use promproof::unittest::report::TestReport;
use promproof::unittest::story::Storyteller;
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{self, TestInput, Workspace};

use super::apart::{self, Plan};
use super::{once_in, quoted, size, templates};
use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;

/// What one report may take, in bytes.
const MAX_REPORT: usize = 64 << 20;

#[test]
fn generated() {
    let plan = Plan { test: "hostile::suites::generated", inputs: 40, share: 800 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    apart::run(
        &plan,
        move |seed| {
            let _kept = &folder;
            try_one(&mut Generator::new(seed), &path)
        },
        |tally| {
            tally.comes_to("run", 70);
            tally.comes_to("have an alert that should not fire", 15);
            tally.comes_to("have samples that differ", 15);
            tally.comes_to("exceed a budget", 5);
        },
    );
}

fn try_one(random: &mut Generator, folder: &PathBuf) -> Outcome {
    let mut suite = Suite::new(random);
    let (mut rules, mut tests) = (suite.rules(), suite.tests());
    for text in [&mut rules, &mut tests] {
        if once_in(random, 12) {
            let mut bytes = std::mem::take(text).into_bytes();
            mutate::bytes(random, &mut bytes, &["\n", "- ", "{", "]", "0x9", "repeat: 9", "'", "{i}", "1h", "stale"]);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    fuzz::show(&rules);
    fuzz::show(&tests);
    fs::write(folder.join("rules.yml"), &rules).unwrap();
    let file = workspace::from_bytes("test.yml", tests.into_bytes()).file;
    let input = TestInput::read(&file, folder);

    if input.test.problems.iter().any(|problem| problem.severity == promproof::source::Severity::Error) {
        return Outcome::Refused;
    }
    let options = RunOptions { limits: limits(random), timeout: Some(timeout(random)), ..RunOptions::default() };
    let workspace = Workspace::default();
    let observers = (once_in(random, 3).then(Collector::default), once_in(random, 3).then(|| Storyteller::up_to(10)));
    let (report, seen) = unittest::observe(&workspace, &[input], &options, &observers);
    note(&report);
    let stories = seen.filter_map(|(_, story)| story.flatten());
    let coverage = observers.0.map(Collector::finish);
    let mut shown = Vec::new();
    let format = Format::ALL[random.below(Format::ALL.len())];
    let view = TestView::default();
    let whole = Shown { coverage: coverage.as_ref(), ..Shown::of(&report, &view) };
    run::write(&mut shown, format, &Style::plain(), &whole).unwrap();
    if observers.1.is_some() {
        html::write(&mut shown, &report, &stories, &TestView::default()).unwrap();
    }
    assert!(shown.len() < MAX_REPORT, "{format:?}: {} bytes", shown.len());
    match report.files[0].groups.iter().any(|group| group.steps > 0) {
        true => Outcome::Result,
        false => Outcome::Empty,
    }
}

/// Budgets: often so small that something of this size exceeds them.
fn limits(random: &mut Generator) -> Limits {
    let whole = Limits::default();
    if once_in(random, 3) {
        return whole;
    }
    let mut some = |whole: usize| if once_in(random, 2) { 1 << random.below(14) } else { whole };
    Limits {
        samples: some(whole.samples),
        label_bytes: some(whole.label_bytes),
        annotation_bytes: some(whole.annotation_bytes),
        queried: some(whole.queried),
        ..whole
    }
}

/// Time is no bound of its own unless somebody says so; here somebody does, and groups have to end in time.
fn timeout(random: &mut Generator) -> Duration {
    if once_in(random, 12) { Duration::ZERO } else { Duration::from_millis(500) }
}

fn note(report: &TestReport) {
    use promproof::unittest::report::Outcome as Of;
    let groups = || report.files.iter().flat_map(|file| &file.groups);
    let any_outcome = |wanted: fn(&Of) -> bool| {
        groups().flat_map(|group| &group.assertions).any(|assertion| wanted(&assertion.outcome))
    };
    let any_error = |id: &str| groups().flat_map(|group| &group.errors).any(|error| error.rule == id);
    for (stage, is_there) in [
        ("run", groups().any(|group| group.steps > 0)),
        ("have an alert that should not fire", any_outcome(|outcome| matches!(outcome, Of::Alerts(_)))),
        ("have samples that differ", any_outcome(|outcome| matches!(outcome, Of::Samples(_)))),
        ("have a timeline that differs", any_outcome(|outcome| matches!(outcome, Of::Timeline(_)))),
        ("hold in an assertion", any_outcome(|outcome| matches!(outcome, Of::Passed))),
        ("exceed a budget", any_error("test/too-much-output")),
        ("are late", any_error("test/timeout")),
        ("have a rule that fails", any_error("test/rule-fails")),
    ] {
        if is_there {
            fuzz::reached(stage);
        }
    }
}

/// Writes the two files of one suite.
struct Suite<'r> {
    random: &'r mut Generator,
    /// The names of rules so far.
    recorded: usize,
    alerts: usize,
}

const LABELS: [&str; 4] = ["i", "job", "l0", "l1"];

impl<'r> Suite<'r> {
    fn new(random: &'r mut Generator) -> Self {
        Suite { random, recorded: 0, alerts: 0 }
    }

    fn rules(&mut self) -> String {
        let mut text = String::from("groups:\n");
        for group in 0..1 + self.random.below(3) {
            text.push_str(&format!("- name: g{group}\n"));
            if once_in(self.random, 4) {
                text.push_str(&format!("  labels: {{g: {}}}\n", self.template()));
            }
            if once_in(self.random, 8) {
                text.push_str(&format!("  limit: {}\n", self.random.below(5)));
            }
            text.push_str("  rules:\n");
            for _ in 0..1 + size(self.random, 30) {
                if once_in(self.random, 2) { self.recording(&mut text) } else { self.alert(&mut text) }
            }
        }
        text
    }

    fn recording(&mut self, text: &mut String) {
        let expr = quoted(&self.vector(3));
        text.push_str(&format!("  - record: r:{}\n    expr: {expr}\n", self.recorded));
        if once_in(self.random, 4) {
            text.push_str(&format!("    labels: {{x: '{}'}}\n", "y".repeat(size(self.random, 2_000))));
        }
        self.recorded += 1;
    }

    fn alert(&mut self, text: &mut String) {
        let operator = self.random.pick(&["> 0", ">= 0", "== 0", "< bool 2", "!= 5"]);
        let expr = quoted(&format!("{} {operator}", self.vector(2)));
        text.push_str(&format!("  - alert: A{}\n    expr: {expr}\n", self.alerts));
        self.alerts += 1;
        if once_in(self.random, 3) {
            text.push_str(&format!("    for: {}\n", self.random.pick(&["1m", "2m", "90s", "1h"])));
        }
        if once_in(self.random, 5) {
            text.push_str(&format!("    keep_firing_for: {}\n", self.random.pick(&["1m", "5m"])));
        }
        for key in ["labels", "annotations"] {
            if once_in(self.random, 2) {
                let texts: Vec<String> =
                    (0..1 + size(self.random, 20)).map(|index| format!("t{index}: {}", self.template())).collect();
                text.push_str(&format!("    {key}: {{{}}}\n", texts.join(", ")));
            }
        }
    }

    /// A template in quotes; mostly a short one.
    fn template(&mut self) -> String {
        let text = match self.random.below(16) {
            0 => templates::any(self.random).replace(['\n', '\r'], " "),
            1 => format!("{{{{ printf \"%{}d\" 1 }}}}", 10_usize.pow(1 + self.random.below(6) as u32)),
            2 => "{{ range query \"up\" }}{{ .Labels.i }}{{ range query \"m\" }}{{ . }}{{ end }}{{ end }}".to_owned(),
            3 => "{{ $labels }}".repeat(1 + size(self.random, 200)),
            4 | 5 => "{{ range query \"up\" }}{{ .Value }}{{ end }}".to_owned(),
            6 | 7 => "x".repeat(size(self.random, 3_000)),
            _ => "{{ $labels.i }} is {{ $value }}".to_owned(),
        };
        quoted(&text)
    }

    /// A vector that mostly has elements, and often many.
    fn vector(&mut self, depth: usize) -> String {
        if depth == 0 {
            let name = match self.random.below(4) {
                0 if self.recorded > 0 => format!("r:{}", self.random.below(self.recorded)),
                1 => "m".to_owned(),
                2 => self.random.pick(&["ALERTS", "{__name__=~\".+\"}", "up{i=~\".*1\"}", "h"]).to_owned(),
                _ => "up".to_owned(),
            };
            return name;
        }
        let depth = depth - 1;
        match self.random.below(16) {
            0 | 1 => {
                let times = [1, 2, 8, 32][self.random.below(4)];
                let (to, from) = (self.random.pick(&LABELS), self.random.pick(&LABELS));
                format!(
                    "label_replace({}, \"{to}\", \"{}\", \"{from}\", \"(.*)\")",
                    self.vector(depth),
                    "$1".repeat(times)
                )
            }
            2 => format!("label_join({}, \"l1\", \"-\", \"i\", \"job\", \"l0\", \"l1\")", self.vector(depth)),
            3 => format!("count_values without (job) (\"l0\", {})", self.vector(depth)),
            4 => format!("count_values(\"v\", {} + time())", self.vector(depth)),
            5 => format!("{} or {}", self.vector(depth), self.vector(depth)),
            6 => {
                let operator = self.random.pick(&["*", "and", "unless", "==", "+"]);
                format!("({} {operator} on (i) {})", self.vector(depth), self.vector(depth))
            }
            7 => format!("({} * on (job) group_left {})", self.vector(depth), self.vector(depth)),
            8 => format!(
                "{} by ({}) ({})",
                self.random.pick(&["sum", "count", "group", "max"]),
                self.random.pick(&LABELS),
                self.vector(depth)
            ),
            9 => format!(
                "{}({}[{}])",
                self.random.pick(&["rate", "sum_over_time", "changes", "stddev_over_time"]),
                self.random.pick(&["up", "m"]),
                self.random.pick(&["2m", "1h", "30d"])
            ),
            10 => format!("max_over_time(({})[5m:{}])", self.vector(depth), self.random.pick(&["1m", "10s", "1s"])),
            11 => format!("topk(3, {})", self.vector(depth)),
            12 => format!("absent({})", self.vector(depth)),
            13 => format!("quantile_over_time(0.5, up[{}])", self.random.pick(&["5m", "1d"])),
            14 => format!("histogram_quantile(0.9, {})", self.vector(depth)),
            _ => format!("({} + {})", self.vector(depth), self.random.pick(&["1", "time()", "scalar(m)"])),
        }
    }

    fn tests(&mut self) -> String {
        let mut text = String::from("rule_files: [rules.yml]\n");
        if once_in(self.random, 3) {
            text.push_str(&format!("evaluation_interval: {}\n", self.random.pick(&["10s", "1m", "30s"])));
        }
        text.push_str("tests:\n");
        for _ in 0..1 + size(self.random, 12) {
            self.group(&mut text);
        }
        text
    }

    fn group(&mut self, text: &mut String) {
        text.push_str("- interval: 1m\n  input_series:\n");
        for _ in 0..1 + size(self.random, 20) {
            let name = self.random.pick(&["up", "up", "m"]);
            let wide = if once_in(self.random, 20) { size(self.random, 3_000) } else { 3 };
            let length = size(self.random, 500);
            let values = match self.random.below(6) {
                0 => format!("0x{length}"),
                1 => format!("{{i}}+1x{length}"),
                2 => "_ 1 stale 0 NaN -Inf".to_owned(),
                3 => format!("{{{{schema:0 sum:1 count:3 buckets:[1 2]}}}}x{}", length.min(50)),
                _ => "0 0 1 0 0 2".to_owned(),
            };
            let repeat = size(self.random, if length > 50 { 50 } else { 1_000 });
            text.push_str(&format!(
                "  - {{series: '{name}{{i=\"{{i}}\",job=\"{}\",n=\"{}\"}}', values: '{values}', repeat: {}}}\n",
                self.random.below(3),
                "z".repeat(wide),
                repeat.max(1),
            ));
        }
        let time = |random: &mut Generator| random.pick(&["0", "1m", "2m", "5m", "1h"]).to_owned();
        if self.alerts > 0 {
            text.push_str("  alert_rule_test:\n");
            for _ in 0..1 + size(self.random, 60) {
                let (at, name) = (time(self.random), self.alert_name());
                let expected = match self.random.below(4) {
                    0 => "[{exp_labels: {i: '0', x: y}, exp_annotations: {t0: x}}]",
                    1 => "[{exp_labels: {i: '0'}}, {exp_labels: {i: '1'}}]",
                    _ => "[]",
                };
                text.push_str(&format!("  - {{eval_time: {at}, alertname: {name}, exp_alerts: {expected}}}\n"));
            }
            if once_in(self.random, 2) {
                text.push_str("  alert_timeline:\n");
                for _ in 0..1 + size(self.random, 30) {
                    let what = self.random.pick(&[
                        "never: firing",
                        "fires_at: 1m",
                        "never: [active, pending]",
                        "count: 3",
                        "resolves_at: [1m, 3m]",
                        "fires_at: 0, annotations: {t0: {contains: is}}",
                    ]);
                    text.push_str(&format!("  - {{alertname: {}, {what}, until: 4m}}\n", self.alert_name()));
                }
            }
        }
        text.push_str("  promql_expr_test:\n");
        for _ in 0..1 + size(self.random, 40) {
            let (expr, at) = (quoted(&self.vector(2)), time(self.random));
            let expected = self.random.pick(&[
                "exp_samples: []",
                "exp_samples: [{labels: 'up{i=\"0\"}', value: 3}]",
                "exp_fail: {contains: x}",
                "exp_fail: ''",
                "exp_samples: [{labels: '{}', value: 3}, {labels: '{i=\"1\"}', value: -1e3}], tolerance: 1%",
            ]);
            text.push_str(&format!("  - {{expr: {expr}, eval_time: {at}, {expected}}}\n"));
        }
    }

    fn alert_name(&mut self) -> String {
        format!("A{}", self.random.below(self.alerts + 1))
    }
}
