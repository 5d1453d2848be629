//! Renderings of all test groups, rule by rule.

use rustc_hash::FxHashMap;

use super::{Rendering, RulePlace, RuleRendering};
use crate::source::FileId;
use crate::unittest::report::{FileReport, GroupReport, TestReport};
use crate::unittest::run::Seen;

/// A rule and the test groups in which it has alerts.
#[derive(Clone, Debug)]
pub struct RenderedRule<'r> {
    /// The rule.
    pub rule: &'r RulePlace,
    /// Where it has alerts, the groups in which it fires first; none where no test has data for it.
    pub appearances: Vec<Appearance<'r>>,
}

/// A rule in one test group.
#[derive(Clone, Copy, Debug)]
pub struct Appearance<'r> {
    /// The test file.
    pub file: &'r FileReport,
    /// The group.
    pub group: &'r GroupReport,
    /// What it looks like there.
    pub rendering: &'r RuleRendering,
}

/// The rules of a run in the order of the test files and of evaluation, each once.
pub fn by_rule<'r>(report: &'r TestReport, renderings: &'r Seen<Rendering>) -> Vec<RenderedRule<'r>> {
    let mut rules: Vec<RenderedRule<'r>> = Vec::new();
    let mut known: FxHashMap<(FileId, usize), usize> = FxHashMap::default();
    for (index, file) in report.files.iter().enumerate() {
        for group in &file.groups {
            let Some(rendering) = renderings.of(index, group.index) else { continue };
            let mut index_of = |rule, rules: &mut Vec<RenderedRule<'r>>| *known.entry(key(rule)).or_insert(rules.len());
            for rule in &rendering.known {
                if index_of(rule, &mut rules) == rules.len() {
                    rules.push(RenderedRule { rule, appearances: Vec::new() });
                }
            }
            for rendering in &rendering.rules {
                let index = index_of(&rendering.rule, &mut rules);
                if index == rules.len() {
                    rules.push(RenderedRule { rule: &rendering.rule, appearances: Vec::new() });
                }
                if let Some(rule) = rules.get_mut(index) {
                    rule.appearances.push(Appearance { file, group, rendering });
                }
            }
        }
    }
    for rule in &mut rules {
        // Alerts that are shown come first, then those that fire.
        rule.appearances.sort_by_key(|appearance| {
            (appearance.rendering.alerts.is_empty(), appearance.rendering.first_firing_ms.is_none())
        });
    }
    rules
}

fn key(rule: &RulePlace) -> (FileId, usize) {
    (rule.file.id(), rule.span.start())
}
