//! Which rules can be evaluated over all steps at once, and which step by step.
//!
//! A rule sees, at each step, what earlier rules wrote at that step and what it and later rules wrote at earlier
//! steps. One that reads only inputs and earlier rules can be evaluated over all steps in one pass. One that reads its
//! own past or a later rule binds all rules from itself to that one to go step by step, together.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::promql::{self, ParseOptions};
use crate::rules::RuleKind;
use crate::template::QueryReference;

use super::alerts::{ALERTS, ALERTS_FOR_STATE};
use super::compile::{CompiledRule, RuleSet};
use super::reads::Reads;
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

impl Plan {
    pub(super) fn new(rules: &RuleSet, inputs: &[Input], schedule: &Schedule) -> Plan {
        let mut planned = Vec::new();
        let mut reads_with_templates = Vec::new();
        let mut writers: FxHashMap<&str, usize> = FxHashMap::default();
        for id in rules.rule_ids() {
            let Some((_, rule)) = rules.rule(id) else { continue };
            let index = planned.len();
            if rule.kind == RuleKind::Alerting {
                writers.extend([(ALERTS, index), (ALERTS_FOR_STATE, index)]);
            } else {
                writers.insert(&rule.name, index);
            }
            let reads = Reads::of(&rule.expr, schedule.start_ms);
            let mut all = reads.clone();
            all.merge(&template_reads(rule, &rules.options().parse, schedule.start_ms));
            reads_with_templates.push(all);
            planned.push(PlannedRule { id, reads });
        }
        // An input under the name of an output may collide with it at any time.
        let collides = |input: &Input| writers.contains_key(input.labels.metric_name().unwrap_or_default());
        let unordered = |input: &Input| !input.samples.is_sorted_by(|(a, _), (b, _)| a < b);
        let step_by_step = reads_with_templates.iter().any(|reads| reads.future)
            || inputs.iter().any(|input| collides(input) || unordered(input));
        Plan { rules: planned, blocks: blocks(&reads_with_templates, &writers), step_by_step }
    }
}

/// `writers`: for each name the last rule that writes series of that name.
fn blocks(reads: &[Reads], writers: &FxHashMap<&str, usize>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, reads) in reads.iter().enumerate() {
        let last_read = match reads.names() {
            None => writers.values().max(),
            Some(names) => names.iter().filter_map(|name| writers.get(name.as_str())).max(),
        };
        let last_read = last_read.copied().filter(|writer| *writer >= index);
        let end = last_read.map_or(index, |writer| writer) + 1;
        match blocks.last_mut().filter(|block| index < block.rules.end) {
            Some(block) => block.rules.end = block.rules.end.max(end),
            None => blocks.push(Block { rules: index..end, step_by_step: last_read.is_some() }),
        }
    }
    blocks
}

/// What the queries of a rule's templates read.
fn template_reads(rule: &CompiledRule, options: &ParseOptions, start_ms: i64) -> Reads {
    let mut all = Reads::none();
    for field in rule.labels.iter().chain(&rule.annotations) {
        let Some(Ok(template)) = &field.template else { continue };
        let references = template.references();
        for query in &references.queries {
            all.merge(&query_reads(query, options, start_ms));
        }
        if references.incomplete {
            all.merge(&Reads::anything());
        }
    }
    all
}

/// What a template's query reads. Of one that is made by `printf` the format is read as if it were the query: what is
/// put into it stands inside quotes, or it does not parse.
fn query_reads(query: &QueryReference, options: &ParseOptions, start_ms: i64) -> Reads {
    let text = query.literal.as_ref().or(query.format.as_ref());
    let parsed = text.map(|text| promql::parse(&text.value, options));
    match parsed {
        Some(Ok(expr)) => Reads::of(&expr, start_ms),
        // A literal that does not parse is an error at every expansion and reads nothing.
        Some(Err(_)) if query.literal.is_some() => Reads::none(),
        _ => Reads::anything(),
    }
}
