//! Test files as promtool reads them: what promproof adds to the format is written in promtool's words, so that
//! promtool comes to the same verdict.

mod file;
mod kept;
mod plain;
mod rules;
mod samples;
mod timeline;

use std::path::PathBuf;
use std::sync::Arc;

use super::report::{FileReport, GroupReport, Outcome};
use super::run::Running;
use super::{Observer, RunOptions, Seen, Selection, run};
use crate::rules::RuleFile;
use crate::source::Span;
use crate::testfile::{TestFile, TestGroup};
use crate::workspace::copies::HEADER;
use crate::workspace::{ResolvedRules, TestInput, Workspace};

use plain::{GroupTranslation, PlainExprTest};

/// A test file in promtool's words.
#[derive(Debug)]
pub struct Translation<'a> {
    /// What is translated.
    pub input: &'a TestInput,
    /// How its tests went.
    pub report: FileReport,
    /// Its index in the run, and what became of the groups of all files.
    index: usize,
    groups: Arc<Seen<GroupTranslation>>,
    /// Its rule files, in their order.
    pub rules: Vec<RuleSource>,
    /// The names of its rule groups in the order of their evaluation, where promtool needs to be told: it takes groups in
    /// an order of its own, another one each time.
    group_order: Vec<String>,
    /// What is not the same as before, with the place in the test file.
    pub warnings: Vec<(Span, String)>,
}

/// A rule file, or several, of a translated test file.
#[derive(Debug)]
pub enum RuleSource {
    /// A pattern that names only what promtool reads too, relative to the folder of the test file.
    Pattern(String),
    /// A file that promtool reads.
    File(PathBuf),
    /// A file that promtool does not read, or not as a whole, in files that it reads.
    Plain {
        /// The file.
        path: PathBuf,
        /// What to write; nearly always one.
        texts: Vec<String>,
    },
}

/// Translates `inputs`, which must be sound. All their tests are run, whatever `options` select.
pub fn to_promtool<'a>(
    workspace: &Workspace,
    inputs: &'a [Arc<TestInput>],
    options: &RunOptions,
) -> Vec<Translation<'a>> {
    let options = RunOptions { selection: Selection::default(), fail_fast: false, ..options.clone() };
    let (report, groups) = run::observe(workspace, inputs, &options, &Translator);
    let groups = Arc::new(groups);
    let translation = |(index, (input, report)): (usize, (&'a Arc<TestInput>, FileReport))| {
        let resolved = workspace.rules_of(input);
        let rules = sources(input, &resolved);
        let group_order = group_order(&input.test, &resolved);
        let translated = report.groups.iter().filter_map(|group| groups.of(index, group.index));
        let warnings = translated.flat_map(|group| group.warnings.iter().cloned()).collect();
        Translation { input, report, index, groups: Arc::clone(&groups), rules, group_order, warnings }
    };
    inputs.iter().zip(report.files).enumerate().map(translation).collect()
}

fn group_order(test: &TestFile, resolved: &ResolvedRules) -> Vec<String> {
    let written: Vec<String> = test.group_eval_order.iter().map(|name| name.text().to_owned()).collect();
    let groups = resolved.files.iter().flat_map(|file| &file.groups);
    if !written.is_empty() || !test.groups.iter().any(TestGroup::has_extensions) || groups.clone().count() < 2 {
        return written;
    }
    let mut order: Vec<String> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    order.extend(groups.map(|group| group.name.text()).filter(|name| seen.insert(*name)).map(str::to_owned));
    order
}

fn sources(input: &TestInput, resolved: &ResolvedRules) -> Vec<RuleSource> {
    let mut sources = Vec::new();
    for (index, pattern) in input.test.rule_files.iter().enumerate() {
        let named = resolved.files.iter().zip(&resolved.patterns).filter(|(_, of)| **of == index);
        let files: Vec<&Arc<RuleFile>> = named.map(|(file, _)| file).collect();
        if files.iter().all(|file| rules::is_plain(file)) {
            sources.push(RuleSource::Pattern(pattern.text().to_owned()));
            continue;
        }
        sources.extend(files.into_iter().map(|file| {
            let path = PathBuf::from(file.file.name());
            if rules::is_plain(file) {
                return RuleSource::File(path);
            }
            let header = format!("{} from {}.", HEADER.trim_start_matches("# "), file.file.name());
            RuleSource::Plain { path, texts: rules::plain_texts(file, &header) }
        }));
    }
    sources
}

/// Puts the extensions of each group in promtool's words.
struct Translator;

impl Observer for Translator {
    type Seen = GroupTranslation;

    fn look(&self, running: &Running<'_>, report: &GroupReport) -> GroupTranslation {
        translate(running, running.group, report)
    }
}

/// What replaces the extensions of the group of `running`, which went as `report` says.
fn translate(running: &Running<'_>, group: &TestGroup, report: &GroupReport) -> GroupTranslation {
    let mut out = GroupTranslation::default();
    let outcomes: Vec<&Outcome> = report.assertions.iter().map(|assertion| &assertion.outcome).collect();
    let outcome = |index: usize| outcomes.get(index).copied().unwrap_or(&Outcome::NotRun);
    let first = group.alert_tests.len();
    for (index, test) in group.timelines.iter().enumerate() {
        timeline::translate(running, test, outcome(first + index), &mut out);
    }
    let first = first + group.timelines.len();
    for (index, test) in group.expr_tests.iter().enumerate() {
        samples::translate(running, test, outcome(first + index), &mut out);
    }
    keep_length(running, group, &mut out);
    if group.start_ms != 0 {
        out.warnings.push((group.span, "promtool 3.5 does not know `start_timestamp`".to_owned()));
    }
    out
}

/// Rules are evaluated up to the same time as before.
fn keep_length(running: &Running<'_>, group: &TestGroup, out: &mut GroupTranslation) {
    let last_ms = running.time_of(running.run.schedule.steps().saturating_sub(1));
    let own = group.alert_tests.iter().map(|test| test.eval_time.value);
    let added = out.alert_tests.iter().map(|test| test.eval_time_ms);
    let exprs = out.expr_tests.iter().flatten().chain(&out.more_expr_tests);
    let exprs = exprs.filter_map(|test| test.test.as_ref().map(|(_, time_ms, _)| *time_ms));
    if own.chain(added).chain(exprs).max().unwrap_or(0) < last_ms {
        let comment = "keeps the test as long as it was".to_owned();
        out.more_expr_tests.push(PlainExprTest::holding(comment, last_ms));
    }
}
