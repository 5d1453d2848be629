//! A first test for a rule of the repository, and only one that passes.
//!
//! A rule is chosen that is simple enough: a few selectors, no other times, a name of its own. Series are made from its
//! matchers, the engine says under which values the rule is quiet and under which it fires, and the test that comes of
//! it is run as any other before anybody sees it.

mod search;
mod series;
mod text;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use search::{Search, Story};
use series::Source;
use text::Text;

use crate::facts::Reads;
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::promql::functions::TimeUse;
use crate::rules::{Rule, RuleFile, RuleGroup, RuleKind};
use crate::source::{Severity, SourceFile};
use crate::template::{self, LabelOwner};
use crate::unittest::report::{Alert, Outcome, TestReport};
use crate::unittest::{self, RunOptions};
use crate::workspace::{TestInput, Workspace};

/// After so many rules that nothing comes of, no more are tried.
const MAX_CANDIDATES: usize = 60;
/// Expressions with more selectors are not simple.
const MAX_SELECTORS: usize = 3;
/// A longer wait is no first example, in milliseconds.
const MAX_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// A shorter one is easier to look at, in milliseconds.
const LONG_FOR_MS: i64 = 20 * 60 * 1000;
/// The folder that the test is written to.
const FOLDER: &str = "tests";

/// A test that passes.
#[derive(Debug)]
pub struct Starter {
    /// The alert that it is about.
    pub alert: String,
    /// The file of its rule, as messages call it.
    pub rule_file: String,
    /// Where the test belongs, from the current folder.
    pub path: PathBuf,
    /// The test file.
    pub text: String,
    /// When the alert becomes pending, in milliseconds from the start of the test.
    pub pending_ms: i64,
    /// When it fires.
    pub firing_ms: i64,
}

/// A test for the simplest rule of the workspace for which one is found.
pub fn starter(workspace: &Workspace, options: &RunOptions) -> Option<Starter> {
    let files = workspace.documents().iter().filter_map(|document| document.rules());
    let mut candidates: Vec<Candidate<'_>> = files.filter(|file| is_sound(file)).flat_map(candidates).collect();
    candidates.sort_by_key(|candidate| candidate.cost);
    candidates.truncate(MAX_CANDIDATES);
    candidates.iter().find_map(|candidate| candidate.starter(workspace, options))
}

/// Whether tests can run with the file at all.
fn is_sound(file: &RuleFile) -> bool {
    let is_broken = file.problems.iter().any(|problem| problem.severity == Severity::Error);
    // Standard input has no path, and what stands outside cannot be named from here.
    let path = Path::new(file.file.name());
    !is_broken && file.unchecked.is_empty() && path.is_relative() && !path.starts_with("..")
}

/// A rule that a test may be found for.
struct Candidate<'w> {
    file: &'w RuleFile,
    group: &'w RuleGroup,
    rule: &'w Rule,
    expr: &'w Expr,
    back_ms: i64,
    /// How much a reader has to understand.
    cost: usize,
}

fn candidates(file: &Arc<RuleFile>) -> Vec<Candidate<'_>> {
    let rules = || file.groups.iter().flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    let mut names: FxHashMap<&str, usize> = FxHashMap::default();
    let mut recorded: BTreeSet<&str> = BTreeSet::new();
    for (_, rule) in rules() {
        match rule.kind {
            RuleKind::Alerting => *names.entry(rule.name.text()).or_default() += 1,
            RuleKind::Recording => drop(recorded.insert(rule.name.text())),
        }
    }
    rules()
        .filter(|(_, rule)| rule.kind == RuleKind::Alerting && names.get(rule.name.text()) == Some(&1))
        .filter_map(|(group, rule)| {
            let expr = rule.parsed.as_ref()?;
            let reads = Reads::of(expr, i64::MAX);
            // What the file records is made by its rules, not by the test.
            let is_recorded =
                reads.names.iter().any(|name| recorded.contains(name.as_str()) || name.starts_with("ALERTS"));
            if is_recorded || reads.any_metric || reads.future || rule.for_ms > MAX_FOR_MS {
                return None;
            }
            let cost = cost(rule, expr)?;
            Some(Candidate { file, group, rule, expr, back_ms: reads.back_ms?, cost })
        })
        .collect()
}

/// How much a reader of the test has to understand; `None` where it is too much for a first one.
fn cost(rule: &Rule, expr: &Expr) -> Option<usize> {
    let (mut nodes, mut selectors, mut is_simple, mut compares) = (0, 0, true, false);
    expr.walk(&mut |part| {
        nodes += 1;
        match &part.kind {
            ExprKind::Vector(_) | ExprKind::Matrix(_) => selectors += 1,
            ExprKind::Subquery(_) => is_simple = false,
            ExprKind::Binary(binary) => compares |= binary.op.is_comparison(),
            ExprKind::Call(call) => {
                is_simple &= call.function.time == TimeUse::None && !call.function.name.starts_with("histogram_");
            }
            _ => {}
        }
    });
    if !is_simple || selectors == 0 || selectors > MAX_SELECTORS {
        return None;
    }
    // A pending state, a value that crosses its threshold and annotations are worth seeing, a day of waiting is not.
    let lacks = [rule.for_ms == 0, !compares, rule.annotations.is_empty(), rule.for_ms > LONG_FOR_MS];
    let lacks = lacks.into_iter().filter(|lacks| *lacks).count();
    Some(10 * selectors + nodes + 8 * lacks + usize::from(rule.keep_firing_for_ms > 0))
}

impl Candidate<'_> {
    fn starter(&self, workspace: &Workspace, options: &RunOptions) -> Option<Starter> {
        let wanted = self.wanted_labels();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let sources = series::sources(self.expr, &wanted)?;
        let search = Search { expr: self.expr, sources: &sources, back_ms: self.back_ms, for_ms: self.rule.for_ms };
        let story = search.story()?;
        let fired = self.fired(&sources, &story, workspace, options)?;
        let shown = self.file.file.name().replace('\\', "/");
        let text = |rule_file: &str| self.text(&shown, &sources, &story, &fired).write(rule_file);
        // Run from here, it is the same test.
        let report = run(&text(&shown), workspace, options);
        let is_clean = report.files.iter().all(|file| !file.failed() && file.warnings.is_empty());
        let step_ms = search::STEP_MS;
        is_clean.then(|| Starter {
            alert: self.rule.name.text().to_owned(),
            path: Path::new(FOLDER).join(format!("{}.test.yml", file_name(self.rule.name.text()))),
            text: text(&format!("../{shown}")),
            rule_file: shown.clone(),
            pending_ms: story.holds_from as i64 * step_ms,
            firing_ms: story.fires_from as i64 * step_ms,
        })
    }

    fn text<'t>(&'t self, shown: &'t str, sources: &'t [Source], story: &'t Story, fired: &'t [Alert]) -> Text<'t> {
        Text { alert: self.rule.name.text(), shown, sources, story, fired }
    }

    /// What fires at the end: the answer of a test that expects nothing.
    fn fired(
        &self,
        sources: &[Source],
        story: &Story,
        workspace: &Workspace,
        options: &RunOptions,
    ) -> Option<Vec<Alert>> {
        let shown = self.file.file.name().replace('\\', "/");
        let report = run(&self.text(&shown, sources, story, &[]).write(&shown), workspace, options);
        let assertions = report.files.into_iter().flat_map(|file| file.groups).flat_map(|group| group.assertions);
        let failure = assertions.filter_map(|assertion| match assertion.outcome {
            Outcome::Alerts(failure) => Some(failure),
            _ => None,
        });
        failure.last().filter(|failure| !failure.is_shortened).map(|failure| failure.actual)
    }

    /// Labels that the rule asks for by name, beside those of matchers: in groupings, in matching and in templates.
    fn wanted_labels(&self) -> BTreeSet<String> {
        let mut wanted = BTreeSet::new();
        self.expr.walk(&mut |part| match &part.kind {
            ExprKind::Aggregate(aggregate) => {
                let grouping = aggregate.grouping.iter().filter(|grouping| !grouping.without);
                wanted.extend(grouping.flat_map(|grouping| &grouping.labels).map(|label| label.value.clone()));
            }
            ExprKind::Binary(binary) => {
                let matching = binary.matching.iter();
                let on = matching.clone().filter_map(|matching| matching.clause.as_ref()).filter(|clause| clause.on);
                wanted.extend(on.flat_map(|clause| &clause.labels).map(|label| label.value.clone()));
                let included = matching.filter_map(|matching| matching.include.as_ref());
                wanted.extend(included.flat_map(|include| &include.value).map(|label| label.value.clone()));
            }
            _ => {}
        });
        let labels = self.group.labels_of(self.rule).map(|(_, value)| value);
        let texts = labels.chain(self.rule.annotations.iter().map(|(_, value)| value));
        for template in texts.filter_map(|text| template::parse(text.text()).ok()) {
            let of_alert = template.label_references().iter().filter(|label| label.owner == LabelOwner::Alert);
            wanted.extend(of_alert.map(|label| label.name.clone()));
        }
        wanted.remove("__name__");
        wanted.remove("alertname");
        wanted
    }
}

/// Runs a test file that nobody has written yet, as if it lay in the current folder.
fn run(text: &str, workspace: &Workspace, options: &RunOptions) -> TestReport {
    let source = Arc::new(SourceFile::new("first.test.yml", text));
    unittest::run(workspace, &[TestInput::read(&source, "")], options)
}

/// The name of an alert as that of a file, and of none that is hidden.
fn file_name(alert: &str) -> String {
    let alert = alert.trim_start_matches('.');
    let alert = if alert.is_empty() { "alert" } else { alert };
    alert.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}
