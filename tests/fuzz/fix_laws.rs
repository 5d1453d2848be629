//! A safe fix changes nothing that a server does but the texts of annotations, of which none gets broken: the rules of a file, and what is left of it after `check --fix --pedantic`,
//! fire for the same alerts with the same labels at the same steps, and record the same series, over random data.

use std::sync::Arc;

use promproof::alerting::{CompileOptions, Input, RuleSet, RunOptions, Schedule, run};
use promproof::engine::Store;
use promproof::lint::config::Choice;
use promproof::lint::{Config, fix};
use promproof::model::Labels;
use promproof::rules::{LoadOptions, load};
use promproof::source::{Applicability, SourceFile};
use promproof::template;
use promproof::workspace::{Document, Purpose, Workspace};
use promproof::yaml;

use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};

const STEPS: i64 = 8;
const MINUTE_MS: i64 = 60_000;

#[test]
fn safe_fixes_change_nothing_that_a_server_does() {
    let tally = fuzz::run("safe fixes", 500, |seed| {
        let mut random = Generator::new(seed);
        let text = rule_file(&mut random);
        fuzz::show(&text);
        let fixed = fixed(&text);
        fuzz::show(&fixed);
        if fixed == text {
            return Outcome::Empty;
        }
        let (before, after) = (compiled(&text), compiled(&fixed));
        assert!(broken_templates(&fixed) <= broken_templates(&text), "{text}becomes\n{fixed}");
        for _ in 0..2 {
            let inputs = inputs(&mut random);
            let is_same = what_happens(&before, &inputs) == what_happens(&after, &inputs);
            assert!(is_same, "{text}becomes\n{fixed}");
        }
        Outcome::Result
    });
    assert!(tally.results > tally.empty, "{} of {} files were fixed", tally.results, tally.results + tally.empty);
}

/// A rule file with things to fix, in the styles in which YAML is written.
fn rule_file(random: &mut Generator) -> String {
    let mut text = "groups:\n  - name: g\n".to_owned();
    if random.below(4) == 0 {
        text += "    labels:\n      team: \"\"\n      kept: all\n";
    }
    text += "    rules:\n";
    for index in 0..=random.below(3) {
        let expr = expression(random);
        if random.below(4) == 0 {
            text += &format!("      - record: r:{index}\n        expr: {}\n", scalar(random, &expr));
            text += random.pick(&["", "        labels:\n          team: \"\"\n", "        labels: {a: \"\", b: x}\n"]);
            continue;
        }
        text += &format!("      - alert: A{index}\n        expr: {}\n", scalar(random, &expr));
        text += random.pick(&["", "        for: 0s\n", "        for: 2m\n", "        for: 0m  # at once\n"]);
        text += random.pick(&["", "        keep_firing_for: 0s\n"]);
        text += random.pick(&[
            "",
            "        labels:\n          team: \"\"\n",
            "        labels: {team: '', job: '{{ $labels.job }}'}\n",
            "        labels:\n          severity: page\n          # its own\n          job: \"{{ $labels.job }}\"\n",
            "        labels: {\"code\": \"{{$labels.code}}\"}\n",
        ]);
        text += &annotation(random);
    }
    text
}

/// Templates, and what is nearly one.
fn annotation(random: &mut Generator) -> String {
    let part = |random: &mut Generator| {
        random.pick(&[
            "{{ $value }}",
            "{{ $labels.job }}",
            "{ $value }",
            "{ $labels.job }",
            "{$labels.job=\"x\"}",
            "{ $value is high }",
            "{\"a\": {{ $value }}}",
            "}}",
            "%",
            "%20x",
            " % ",
            "{{ $value | humanizePercentage }}",
            "up",
            "{",
        ])
    };
    let text: String = (0..random.below(4)).map(|_| part(random)).collect();
    format!("        annotations:\n          text: '{}'\n", text.replace('\'', "''"))
}

fn expression(random: &mut Generator) -> String {
    let selector = |random: &mut Generator| {
        let matchers: Vec<String> = (0..random.below(3)).map(|_| matcher(random)).collect();
        format!("{}{{{}}}", random.pick(&["x", "y"]), matchers.join(", "))
    };
    let (a, b) = (selector(random), selector(random));
    match random.below(8) {
        0 => format!("{a} > 1"),
        5 => format!("{a} / {b} > 0.5"),
        6 => format!("100 * sum({a}) / sum({b}) > 5"),
        1 => format!("sum by (job) ({a}) >= 0"),
        2 => format!("sum({a})"),
        3 => format!("{a} * on (job) group_left () sum by (job) ({b})"),
        4 => format!("{a} unless {b}"),
        _ => format!("rate({a}[3m]) >= 0 or {b}"),
    }
}

fn matcher(random: &mut Generator) -> String {
    let label = random.pick(&["job", "code", "none"]);
    let op = random.pick(&["=~", "!~", "=", "!="]);
    let pattern = random.pick(&[
        "", "a", "^a$", "^a", "200", ".*", ".+", "a|b", "(a)", "(?:a)", "[a]", "a.*", "^(a|b)$", "2..", "a+",
        "5\\\\d+", "$", "^", "a\\\\.b",
    ]);
    let quote = random.pick(&["\"", "'", "\""]);
    format!("{label}{op}{quote}{pattern}{quote}")
}

/// The expression as a scalar of a key at column 8.
fn scalar(random: &mut Generator, expr: &str) -> String {
    match random.below(5) {
        0 => format!("'{}'", expr.replace('\'', "''")),
        1 => format!("\"{}\"", expr.replace('\\', "\\\\").replace('"', "\\\"")),
        2 => format!("|\n          {expr}"),
        3 => format!(">-\n          {}", expr.replace(", ", ",\n          ")),
        _ => expr.to_owned(),
    }
}

fn fixed(text: &str) -> String {
    let config = Config::default().choosing(Choice { pedantic: true, ..Choice::default() });
    let settings = config.settings();
    let document = Document::rule_file(&Arc::new(SourceFile::new("rules.yml", text)), &settings);
    let mut workspace = Workspace::new(Purpose::Check, settings);
    workspace.add(document);
    let fixed = fix(&mut workspace, &config, Applicability::Safe);
    fixed.files.first().map_or_else(|| text.to_owned(), |file| file.after.text().to_owned())
}

fn compiled(text: &str) -> RuleSet {
    let file = Arc::new(SourceFile::new("rules.yml", text));
    let rules = load(&yaml::parse(&file), &file, &LoadOptions::default()).unwrap();
    assert!(rules.problems.is_empty(), "{text}: {:?}", rules.problems);
    let (set, problems) = RuleSet::compile(&[Arc::new(rules)], CompileOptions::default());
    assert!(problems.is_empty(), "{text}: {problems:?}");
    set
}

/// How many annotations are no templates.
fn broken_templates(text: &str) -> usize {
    let file = Arc::new(SourceFile::new("rules.yml", text));
    let rules = load(&yaml::parse(&file), &file, &LoadOptions::default()).unwrap();
    let rules = rules.groups.iter().flat_map(|group| &group.rules);
    rules.flat_map(|rule| &rule.annotations).filter(|(_, value)| template::parse(value.text()).is_err()).count()
}

fn inputs(random: &mut Generator) -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in ["x", "y"] {
        for job in ["a", "b", ""] {
            for code in ["200", "500", ""] {
                if random.below(3) > 0 {
                    let labels = Labels::from_pairs(vec![("__name__", name), ("job", job), ("code", code)]);
                    let values = (0..=STEPS).map(|step| (step * MINUTE_MS, (random.below(4) as f64).into()));
                    inputs.push(Input { labels, samples: values.collect() });
                }
            }
        }
    }
    inputs
}

/// The alerts with their states and annotations, the errors, and all series afterwards.
fn what_happens(rules: &RuleSet, inputs: &[Input]) -> String {
    let mut store = Store::new();
    let schedule = Schedule { start_ms: 0, end_ms: STEPS * MINUTE_MS, interval_ms: MINUTE_MS };
    let run = run(rules, &mut store, inputs, &schedule, &RunOptions::default());
    let mut shown = String::new();
    for rule in &run.rules {
        shown += &format!("{:?}\n", rule.alerts);
    }
    for error in &run.errors {
        shown += &format!("{}: {:?} {}\n", error.t_ms, error.kind, error.message);
    }
    let mut series: Vec<String> =
        store.series().iter().map(|series| format!("{} {:?}\n", series.labels(), series.samples())).collect();
    series.sort();
    shown + &series.concat()
}
