//! Input series for the selectors of an expression: labels that its matchers take, and the course of their values.

use std::collections::BTreeMap;

use crate::facts::{Kind, quantity_of};
use crate::inventory::Inventory;
use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, MatchOp, Matcher, Modifiers, VectorSelector};
use crate::promql::regex::language::{Answer, Condition, value_satisfying};
use crate::testfile::notation::{number_text, series_text};

/// Values that labels of these names have in real life, the preferred one first.
const PLAIN_VALUES: [(&str, &str); 8] = [
    ("instance", "host-1:9100"),
    ("job", "example"),
    ("namespace", "default"),
    ("code", "500"),
    ("code", "404"),
    ("code", "200"),
    ("status", "500"),
    ("status_code", "500"),
];
/// What a label of any other name may be called.
const EXAMPLE: &str = "example";

/// A series that a selector takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Its labels, the metric's name among them.
    pub labels: Labels,
    /// Whether it only grows.
    pub is_counter: bool,
}

impl Source {
    /// As series notation has it.
    pub(super) fn text(&self) -> String {
        let pairs: Vec<(String, String)> =
            self.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        series_text(&pairs)
    }
}

/// One series for each selector of `expr`, each once, with all labels that are `wanted`; `None` where a selector has no
/// name, looks at another time, or takes no value that could be shown.
pub(super) fn sources(expr: &Expr, wanted: &[&str]) -> Option<Vec<Source>> {
    let mut selectors: Vec<(&VectorSelector, bool)> = Vec::new();
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Vector(selector) => selectors.push((selector, false)),
        ExprKind::Matrix(matrix) => selectors.push((&matrix.selector.value, true)),
        _ => {}
    });
    let shared = shared_values(&selectors, wanted)?;
    let mut sources: Vec<Source> = Vec::new();
    for (selector, is_range) in selectors {
        let source = source(selector, is_range, &shared)?;
        match sources.iter_mut().find(|known| known.labels == source.labels) {
            Some(known) => known.is_counter |= source.is_counter,
            None => sources.push(source),
        }
    }
    Some(sources)
}

/// The values of the labels that all series are to have, as far as possible one for all selectors.
fn shared_values<'w>(selectors: &[(&VectorSelector, bool)], wanted: &[&'w str]) -> Option<BTreeMap<&'w str, String>> {
    let value = |label: &&'w str| {
        let matchers: Vec<&Matcher> = selectors.iter().flat_map(|(selector, _)| matchers_of(selector, label)).collect();
        // Where no value fits all of them, each selector has its own.
        Some((*label, fitting(label, &matchers, true).unwrap_or_else(|| EXAMPLE.to_owned())))
    };
    wanted.iter().map(value).collect()
}

fn source(selector: &VectorSelector, is_range: bool, shared: &BTreeMap<&str, String>) -> Option<Source> {
    let name = selector.metric_name()?;
    let Modifiers { offset: None, at: None, extension: None } = &selector.modifiers else { return None };
    let mut pairs = BTreeMap::from([(METRIC_NAME, name.to_owned())]);
    let named = selector.matchers.iter().map(|matcher| matcher.name.value.as_str());
    for label in named.chain(shared.keys().copied()) {
        let matchers: Vec<&Matcher> = matchers_of(selector, label).collect();
        let is_shared = shared.get(label).filter(|value| takes(&matchers, value));
        let value = match is_shared {
            Some(value) => value.clone(),
            None => fitting(label, &matchers, shared.contains_key(label))?,
        };
        pairs.insert(label, value);
    }
    let kind = quantity_of(name, &Inventory::default()).kind;
    // A bucket is one of many series, which are nothing without each other.
    let is_counter = match kind {
        Some(Kind::Bucket) => return None,
        kind => is_range && kind != Some(Kind::Gauge),
    };
    Some(Source { labels: Labels::from_pairs(pairs), is_counter })
}

fn matchers_of<'s>(selector: &'s VectorSelector, label: &str) -> impl Iterator<Item = &'s Matcher> {
    selector.matchers.iter().filter(move |matcher| matcher.name.value == label)
}

fn plain_values(label: &str) -> impl Iterator<Item = &'static str> {
    let known = PLAIN_VALUES.iter().filter(move |(name, _)| *name == label).map(|(_, value)| *value);
    known.chain([EXAMPLE])
}

/// A value of `label` that all `matchers` take: a plain one, or else a shortest one; empty only where it need not be there.
fn fitting(label: &str, matchers: &[&Matcher], is_needed: bool) -> Option<String> {
    if takes(matchers, "") && !is_needed {
        return Some(String::new());
    }
    let is_given = matchers.iter().any(|matcher| matcher.op == MatchOp::Equal);
    if let Some(plain) = plain_values(label).find(|value| !is_given && takes(matchers, value)) {
        return Some(plain.to_owned());
    }
    let mut conditions: Vec<Condition<'_>> = matchers.iter().map(|matcher| Condition::of(matcher)).collect();
    if is_needed {
        conditions.push(Condition { op: MatchOp::NotEqual, value: b"" });
    }
    match value_satisfying(&conditions) {
        Answer::Some(value) if value.bytes().all(|byte| (b' '..0x7f).contains(&byte)) => Some(value),
        _ => None,
    }
}

fn takes(matchers: &[&Matcher], value: &str) -> bool {
    matchers.iter().all(|matcher| crate::promql::regex::accepts(matcher, value))
}

/// How a series goes on for some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Level {
    /// It is not there.
    Absent,
    /// It has this value.
    Constant(f64),
    /// It grows by so much a step.
    Growing(f64),
}

/// The values of one series, and how a test file writes them.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// One for each step; `None` where there is none.
    pub samples: Vec<Option<f64>>,
    /// In series notation; empty where there is no sample at all.
    pub text: String,
}

impl Course {
    /// First one level for `first` steps, then the other for `then` steps.
    pub(super) fn of(before: Level, first: usize, after: Level, then: usize) -> Self {
        let mut course = Course::default();
        if before == after {
            course.go_on(before, first + then);
        } else {
            course.go_on(before, first);
            course.go_on(after, then);
        }
        if course.samples.iter().all(Option::is_none) {
            course.text.clear();
        }
        course
    }

    fn go_on(&mut self, level: Level, steps: usize) {
        let (last, more) = (self.samples.last().copied().flatten(), steps.saturating_sub(1));
        let text = match level {
            // A series that only stops is seen for five minutes more.
            Level::Absent if last.is_some() => format!("stale _x{more}"),
            Level::Absent => format!("_x{steps}"),
            Level::Constant(value) => format!("{}x{more}", number_text(value)),
            Level::Growing(by) => {
                let from = last.map_or(0.0, |last| last + by);
                format!("{}+{}x{more}", number_text(from), number_text(by))
            }
        };
        let separator = if self.text.is_empty() { "" } else { " " };
        self.text.push_str(&format!("{separator}{text}"));
        self.samples.extend((0..steps).map(|step| match level {
            Level::Absent => None,
            Level::Constant(value) => Some(value),
            Level::Growing(by) => Some(last.map_or(0.0, |last| last + by) + by * step as f64),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{ParseOptions, parse};

    fn series(expr: &str, wanted: &[&str]) -> String {
        let expr = parse(expr, &ParseOptions::default()).unwrap();
        let sources = sources(&expr, wanted);
        sources.map_or("none".to_owned(), |sources| {
            let texts = sources
                .iter()
                .map(|source| format!("{}{}", source.text(), if source.is_counter { " grows" } else { "" }));
            texts.collect::<Vec<_>>().join("\n")
        })
    }

    #[test]
    fn series_satisfy_the_matchers() {
        insta::assert_snapshot!(series(r#"up{job=~"node|db", env!="dev"} == 0"#, &["instance"]), @r#"up{instance="host-1:9100", job="db"}"#);
        insta::assert_snapshot!(
            series(r#"sum by (app) (rate(errors_total{code=~"5.."}[5m])) / sum by (app) (rate(hits_total{app!="x"}[5m])) > 0.1"#, &["app"]),
            @r#"
        errors_total{app="example", code="500"} grows
        hits_total{app="example"} grows
        "#
        );
        insta::assert_snapshot!(series("up == 0 and up offset 5m == 1", &[]), @"none");
        insta::assert_snapshot!(series(r#"{job="a"} == 0"#, &[]), @"none");
        insta::assert_snapshot!(series(r#"a{x="1", x="2"}"#, &[]), @"none");
    }

    #[test]
    fn courses_are_written_as_they_go() {
        let text = |before, after| Course::of(before, 3, after, 4).text;
        assert_eq!(text(Level::Constant(1.0), Level::Constant(0.0)), "1x2 0x3");
        assert_eq!(text(Level::Constant(1.0), Level::Constant(1.0)), "1x6");
        assert_eq!(text(Level::Growing(0.0), Level::Growing(60.0)), "0+0x2 60+60x3");
        assert_eq!(text(Level::Constant(1.0), Level::Absent), "1x2 stale _x3");
        assert_eq!(text(Level::Absent, Level::Constant(1.0)), "_x3 1x3");
        assert_eq!(text(Level::Absent, Level::Absent), "");
        let samples = Course::of(Level::Growing(1.0), 2, Level::Growing(5.0), 2).samples;
        assert_eq!(samples, [Some(0.0), Some(1.0), Some(6.0), Some(11.0)]);
    }
}
