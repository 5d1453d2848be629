//! Which rules can be evaluated over all steps at once, and which step by step.
//!
//! A rule sees, at each step, what earlier rules wrote at that step and what it and later rules wrote at earlier
//! steps. One that reads only inputs and earlier rules can be evaluated over all steps in one pass. One that reads its
//! own past or a later rule binds all rules from itself to that one to go step by step, together. So does one that
//! reads a rule of a group with a larger `query_offset`: what that one writes lies so far back that a pass would see
//! what is written at later steps. And so do two rules that may write the same series.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::Store;
use crate::facts::Reads;
use crate::promql::{self, ParseOptions};
use crate::rules::RuleKind;
use crate::template::QueryReference;

use super::alerts::{ALERTS, ALERTS_FOR_STATE};
use super::compile::{CompiledRule, RuleSet};
use super::run::{Input, Schedule};
use super::timeline::RuleId;

/// How a rule set is run.
#[derive(Debug)]
pub(super) struct Plan {
    /// All rules in the order of evaluation.
    pub(super) rules: Vec<PlannedRule>,
    /// The rules, cut into pieces that are evaluated one after the other.
    pub(super) blocks: Vec<Block>,
    /// Whether all must go step by step, with inputs loaded as time goes on.
    pub(super) step_by_step: bool,
}

/// A rule and what it reads.
#[derive(Debug)]
pub(super) struct PlannedRule {
    pub(super) id: RuleId,
    /// What its expression reads.
    pub(super) reads: Reads,
}

/// Rules that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Indices of [`Plan::rules`].
    pub(super) rules: Range<usize>,
    /// Whether they go step by step, together; else it is one rule.
    pub(super) step_by_step: bool,
}

/// The rules that write series of one name.
#[derive(Clone, Copy, Debug, Default)]
struct Writers {
    last: usize,
    /// The first one whose group has an offset.
    first_with_offset: Option<usize>,
    max_offset_ms: i64,
}

/// What decides how a rule is run.
struct Reading {
    /// What its expression and the queries of its templates read.
    reads: Reads,
    /// How far behind the evaluation time it reads.
    offset_ms: i64,
}

impl Plan {
    pub(super) fn new(rules: &RuleSet, inputs: &[Input], schedule: &Schedule) -> Plan {
        // Up to this time everything is there at the first step; groups with an offset write behind the time.
        let max_offset_ms = rules.groups().iter().map(|group| group.query_offset_ms).max().unwrap_or(0);
        let past_ms = schedule.start_ms.saturating_sub(max_offset_ms.max(0));
        let mut planned = Vec::new();
        let mut readings = Vec::new();
        let mut writers: FxHashMap<&str, Writers> = FxHashMap::default();
        for id in rules.rule_ids() {
            let Some((group, rule)) = rules.rule(id) else { continue };
            let names: &[&str] = match rule.kind {
                RuleKind::Alerting => &[ALERTS, ALERTS_FOR_STATE],
                RuleKind::Recording => &[&rule.name],
            };
            for name in names {
                writers.entry(name).or_default().add(planned.len(), group.query_offset_ms);
            }
            let reads = Reads::of(&rule.expr, past_ms);
            let mut reading = Reading { reads: reads.clone(), offset_ms: group.query_offset_ms };
            if let Some(queries) = template_reads(rule, &rules.options().parse, past_ms) {
                reading.reads.merge(&queries);
                // Queries of templates are evaluated without the group's offset.
                reading.offset_ms = 0;
            }
            readings.push(reading);
            planned.push(PlannedRule { id, reads });
        }
        // An input under the name of an output may collide with it at any time.
        let collides = |input: &Input| writers.contains_key(input.labels.metric_name().unwrap_or_default());
        let unordered = |input: &Input| !input.samples.is_sorted_by(|(a, _), (b, _)| a < b);
        let step_by_step = readings.iter().any(|reading| reading.reads.future || reading.offset_ms < 0)
            || inputs.iter().any(|input| collides(input) || unordered(input));
        Plan { rules: planned, blocks: blocks(&readings, &writers, &last_rivals(rules)), step_by_step }
    }
}

/// Of more rules with one name each is taken for a rival of the others.
const MOST_COMPARED: usize = 64;

/// For each rule the last one that may write the same series, which is itself nearly always. Such rules must take turns:
/// what the later one writes at a step has to come before what the earlier one writes at the next.
fn last_rivals(rules: &RuleSet) -> Vec<usize> {
    let compiled: Vec<&CompiledRule> = rules.rule_ids().filter_map(|id| Some(rules.rule(id)?.1)).collect();
    let mut last: Vec<usize> = (0..compiled.len()).collect();
    let mut by_name: FxHashMap<(bool, &str), Vec<usize>> = FxHashMap::default();
    for (index, rule) in compiled.iter().enumerate() {
        let earlier = by_name.entry((rule.kind == RuleKind::Alerting, rule.name.as_str())).or_default();
        let compare = earlier.len() < MOST_COMPARED;
        for before in earlier.iter().take(MOST_COMPARED) {
            let differ = compare && compiled.get(*before).is_some_and(|other| labels_differ(other, rule));
            if let Some(last) = last.get_mut(*before).filter(|_| !differ) {
                *last = index;
            }
        }
        earlier.push(index);
    }
    last
}

/// Whether both rules set one label, to texts that are not the same and not templates.
fn labels_differ(a: &CompiledRule, b: &CompiledRule) -> bool {
    a.labels.iter().filter(|label| label.template.is_none()).any(|mine| {
        b.labels.iter().any(|theirs| theirs.name == mine.name && theirs.template.is_none() && theirs.text != mine.text)
    })
}

impl Writers {
    fn add(&mut self, rule: usize, offset_ms: i64) {
        self.last = self.last.max(rule);
        self.max_offset_ms = self.max_offset_ms.max(offset_ms);
        if offset_ms > 0 {
            self.first_with_offset.get_or_insert(rule);
        }
    }
}

fn blocks(readings: &[Reading], writers: &FxHashMap<&str, Writers>, last_rivals: &[usize]) -> Vec<Block> {
    let any = writers.values().copied().reduce(|a, b| Writers {
        last: a.last.max(b.last),
        first_with_offset: a.first_with_offset.into_iter().chain(b.first_with_offset).min(),
        max_offset_ms: a.max_offset_ms.max(b.max_offset_ms),
    });
    let mut blocks: Vec<Block> = Vec::new();
    for (index, reading) in readings.iter().enumerate() {
        let read: Vec<Writers> = match reading.reads.only() {
            None => any.into_iter().collect(),
            Some(names) => names.iter().filter_map(|name| writers.get(name.as_str()).copied()).collect(),
        };
        let last = read.iter().map(|writers| writers.last).filter(|last| *last >= index).max();
        let last = last.max(last_rivals.get(index).copied().filter(|last| *last > index));
        let behind = read.iter().filter(|writers| writers.max_offset_ms > reading.offset_ms);
        let first = behind.filter_map(|writers| writers.first_with_offset).filter(|first| *first < index).min();
        let mut block = Block {
            rules: first.unwrap_or(index)..last.unwrap_or(index) + 1,
            step_by_step: first.is_some() || last.is_some(),
        };
        while let Some(overlapped) = blocks.pop_if(|before| before.rules.end > block.rules.start) {
            block.rules.start = block.rules.start.min(overlapped.rules.start);
            block.rules.end = block.rules.end.max(overlapped.rules.end);
            block.step_by_step = true;
        }
        blocks.push(block);
    }
    blocks
}

impl PlannedRule {
    /// Whether the result is certainly empty, because the store has none of the series.
    pub(super) fn is_empty_in(&self, store: &Store) -> bool {
        let Some(names) = self.reads.only() else { return false };
        !self.reads.from_nothing && names.iter().all(|name| store.named(name).is_empty())
    }
}

/// What the queries of a rule's templates read; `None` where there are none.
fn template_reads(rule: &CompiledRule, options: &ParseOptions, past_ms: i64) -> Option<Reads> {
    let mut all = None;
    for field in rule.labels.iter().chain(&rule.annotations) {
        let Some(Ok(template)) = &field.template else { continue };
        let references = template.references();
        // A literal may be asked from several places: it is read once.
        let mut read = FxHashSet::default();
        for query in &references.queries {
            let text = query.literal.as_ref().or(query.format.as_ref());
            if text.is_some_and(|text| !read.insert(text.span)) {
                continue;
            }
            all.get_or_insert_with(Reads::none).merge(&query_reads(query, options, past_ms));
        }
        if references.incomplete {
            all = Some(Reads::anything());
        }
    }
    all
}

/// What a template's query reads. Of one that is made by `printf` the format is read as if it were the query: what is
/// put into it stands inside quotes, or it does not parse.
fn query_reads(query: &QueryReference, options: &ParseOptions, past_ms: i64) -> Reads {
    let text = query.literal.as_ref().or(query.format.as_ref());
    let parsed = text.map(|text| promql::parse(&text.value, options));
    match parsed {
        Some(Ok(expr)) => Reads::of(&expr, past_ms),
        // A literal that does not parse is an error at every expansion and reads nothing.
        Some(Err(_)) if query.literal.is_some() => Reads::none(),
        _ => Reads::anything(),
    }
}
