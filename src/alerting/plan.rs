//! Which rules can be evaluated over all steps at once, and which step by step.
//!
//! A rule sees, at each step, what earlier rules wrote at that step and what it and later rules wrote at earlier
//! steps. Whatever rules read is evaluated before them, each rule over all steps in one pass:
//!
//! - One that reads inputs and earlier rules sees what it would have seen.
//! - One that reads a later rule must not see what that one writes at the step itself. Plain selectors can be told so
//!   ([`Prepared::before`]); windows, subqueries and the queries of templates cannot, and the two go together.
//!
//! Rules that go together are evaluated step by step, in their order: those that read each other or their own past; one
//! that reads a rule of a group with a larger `query_offset`, as what that one writes lies so far back that a pass would
//! see what is written at later steps; and two that may write the same series.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::{Prepared, Store};
use crate::facts::Reads;
use crate::promql::{self, ParseOptions};
use crate::rules::RuleKind;
use crate::template::QueryReference;

use super::alerts::{ALERTS, ALERTS_FOR_STATE};
use super::compile::{CompiledRule, RuleSet};
use super::order::Order;
use super::run::Input;
use super::timeline::RuleId;

/// How a rule set is run.
#[derive(Debug)]
pub(super) struct Plan {
    /// All rules in the order of evaluation.
    pub(super) rules: Vec<PlannedRule>,
    /// The rules in sets that are evaluated one after the other.
    pub(super) blocks: Vec<Block>,
    /// The names of the series that rules write.
    written: FxHashSet<String>,
    /// Whether a rule reads what is later than its evaluation.
    reads_ahead: bool,
}

/// A rule and what it reads.
#[derive(Debug)]
pub(super) struct PlannedRule {
    pub(super) id: RuleId,
    /// What its expression reads.
    pub(super) reads: Reads,
    /// Its expression, if it is not the rule's own: as it is evaluated after rules that come later.
    pub(super) prepared: Option<Prepared>,
}

/// Rules that are evaluated together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Indices of [`Plan::rules`], in their order.
    pub(super) rules: Vec<usize>,
    /// Whether they go step by step; else it is one rule.
    pub(super) step_by_step: bool,
}

/// What decides how a rule is run.
struct Reading {
    /// What its expression reads.
    reads: Reads,
    /// What the queries of its templates read, if there are any. They are evaluated without the group's offset.
    queries: Option<Reads>,
    /// How far behind the evaluation time the expression reads.
    offset_ms: i64,
}

impl Plan {
    /// Plans runs whose first evaluation is at `start_ms`.
    pub(super) fn new(rules: &RuleSet, start_ms: i64) -> Plan {
        // Up to this time everything is there at the first step; groups with an offset write behind the time.
        let max_offset_ms = rules.groups().iter().map(|group| group.query_offset_ms).max().unwrap_or(0);
        let past_ms = start_ms.saturating_sub(max_offset_ms.max(0));
        let ids: Vec<RuleId> = rules.rule_ids().collect();
        let mut writers = AllWriters::of(ids.len());
        let mut readings = Vec::new();
        for (index, (group, rule)) in ids.iter().filter_map(|id| rules.rule(*id)).enumerate() {
            let names: &[&str] = match rule.kind {
                RuleKind::Alerting => &[ALERTS, ALERTS_FOR_STATE],
                RuleKind::Recording => &[&rule.name],
            };
            names.iter().for_each(|name| writers.add(name, index, group.query_offset_ms));
            readings.push(Reading {
                reads: Reads::of(&rule.expr, past_ms),
                queries: template_reads(rule, &rules.options().parse, past_ms),
                offset_ms: group.query_offset_ms,
            });
        }
        let later: Vec<Vec<String>> =
            readings.iter().enumerate().map(|(index, reading)| writers.read_by(index, reading)).collect();
        rivals(rules).into_iter().for_each(|(a, b)| writers.order.put_together(a, b));
        let reads_ahead = readings.iter().any(|reading| {
            let queries = reading.queries.as_ref();
            reading.reads.future || queries.is_some_and(|queries| queries.future) || reading.offset_ms < 0
        });
        let blocks = blocks(&writers.order, ids.len());
        let written = writers.by_name.into_keys().map(str::to_owned).collect();
        let planned = ids.into_iter().zip(readings).zip(later).map(|((id, Reading { reads, .. }), later)| {
            let rule = rules.rule(id).filter(|_| !later.is_empty());
            let prepared = rule.map(|(_, rule)| rule.prepared.before(|name| later.iter().any(|later| later == name)));
            PlannedRule { id, reads, prepared }
        });
        Plan { rules: planned.collect(), blocks, written, reads_ahead }
    }

    /// Whether all rules must go step by step over these inputs, which are loaded as time goes on.
    pub(super) fn is_step_by_step(&self, inputs: &[Input]) -> bool {
        // An input under the name of an output may collide with it at any time.
        let collides = |input: &Input| self.written.contains(input.labels.metric_name().unwrap_or_default());
        let unordered = |input: &Input| !input.samples.is_sorted_by(|(a, _), (b, _)| a < b);
        self.reads_ahead || inputs.iter().any(|input| collides(input) || unordered(input))
    }
}

fn blocks(order: &Order, rules: usize) -> Vec<Block> {
    let block = |set: Vec<usize>| {
        let step_by_step = set.len() > 1;
        // The other nodes stand for names.
        let rules: Vec<usize> = set.into_iter().filter(|node| *node < rules).collect();
        (!rules.is_empty()).then_some(Block { rules, step_by_step })
    };
    order.sets().into_iter().filter_map(block).collect()
}

/// The rules that write, by the names of their series, and what comes before what because of it.
struct AllWriters<'a> {
    /// Its first nodes are the rules.
    order: Order,
    by_name: FxHashMap<&'a str, Writers>,
    /// All of them: some selectors read any name.
    any: Writers,
}

/// The rules that write series of one name.
struct Writers {
    /// Comes after all of them.
    node: usize,
    /// Their indices, in order, with the offsets of their groups.
    rules: Vec<(usize, i64)>,
    max_offset_ms: i64,
    /// For each of them a node that comes before it and all later ones; made when first needed.
    before: Vec<usize>,
}

impl Writers {
    fn new(node: usize) -> Self {
        Writers { node, rules: Vec::new(), max_offset_ms: i64::MIN, before: Vec::new() }
    }

    fn add(&mut self, order: &mut Order, index: usize, offset_ms: i64) {
        self.rules.push((index, offset_ms));
        self.max_offset_ms = self.max_offset_ms.max(offset_ms);
        order.put_before(index, self.node);
    }

    /// Lets rule `index`, which reads with this offset, be evaluated after them, together with those that the pass would
    /// show it too early. `is_plain`: what they write at the step itself can be hidden from it. True where it must be.
    fn are_read(&mut self, order: &mut Order, index: usize, offset_ms: i64, is_plain: bool) -> bool {
        order.put_before(self.node, index);
        let later = self.rules.partition_point(|(writer, _)| *writer < index);
        let later = (later < self.rules.len()).then_some(later);
        let is_behind = self.max_offset_ms > offset_ms;
        let behind = is_behind.then(|| self.rules.iter().position(|(_, offset)| *offset > offset_ms)).flatten();
        let Some(first) = later.into_iter().chain(behind).min() else { return false };
        let are_all_later = first == 0 && self.rules.first().is_some_and(|(writer, _)| *writer > index);
        if is_plain && are_all_later && self.rules.iter().all(|(_, offset)| *offset == offset_ms) {
            return true;
        }
        self.put_before_those_from(order, first, index);
        false
    }

    /// Lets the writers from the one at `first` on come after rule `index`.
    fn put_before_those_from(&mut self, order: &mut Order, first: usize, index: usize) {
        if self.before.is_empty() {
            for (writer, _) in &self.rules {
                let node = order.add();
                order.put_before(node, *writer);
                self.before.last().into_iter().for_each(|previous| order.put_before(*previous, node));
                self.before.push(node);
            }
        }
        self.before.get(first).into_iter().for_each(|node| order.put_before(index, *node));
    }
}

impl<'a> AllWriters<'a> {
    fn of(rules: usize) -> Self {
        let mut order = Order::of(rules);
        let any = Writers::new(order.add());
        AllWriters { order, by_name: FxHashMap::default(), any }
    }

    /// Rule `index` writes series of this name.
    fn add(&mut self, name: &'a str, index: usize, offset_ms: i64) {
        let order = &mut self.order;
        let writers = self.by_name.entry(name).or_insert_with(|| Writers::new(order.add()));
        if let Some((previous, _)) = writers.rules.last() {
            // Series of a name are kept in the order in which they are written first.
            order.put_before(*previous, index);
        }
        writers.add(order, index, offset_ms);
        if self.any.rules.last().is_none_or(|(last, _)| *last != index) {
            self.any.add(order, index, offset_ms);
        }
    }

    /// Puts rule `index` behind what it reads. Gives the names whose present it must not see.
    fn read_by(&mut self, index: usize, reading: &Reading) -> Vec<String> {
        let mut hidden = Vec::new();
        let empty = Reads::none();
        let queries = reading.queries.as_ref().unwrap_or(&empty);
        for (reads, offset_ms) in [(&reading.reads, reading.offset_ms), (queries, 0)] {
            let Some(names) = reads.only() else {
                self.any.are_read(&mut self.order, index, offset_ms, false);
                continue;
            };
            for name in names {
                let Some(writers) = self.by_name.get_mut(name.as_str()) else { continue };
                let is_plain = !reads.over_time.contains(name) && !queries.names.contains(name);
                if writers.are_read(&mut self.order, index, offset_ms, is_plain) {
                    hidden.push(name.clone());
                }
            }
        }
        hidden
    }
}

/// Of more rules with one name each is taken for a rival of the others.
const MOST_COMPARED: usize = 64;

/// Pairs of rules that may write the same series. They must take turns: what the later one writes at a step has to come
/// before what the earlier one writes at the next.
fn rivals(rules: &RuleSet) -> Vec<(usize, usize)> {
    let compiled: Vec<&CompiledRule> = rules.rule_ids().filter_map(|id| Some(rules.rule(id)?.1)).collect();
    let mut rivals = Vec::new();
    let mut by_name: FxHashMap<(bool, &str), Vec<usize>> = FxHashMap::default();
    for (index, rule) in compiled.iter().enumerate() {
        let earlier = by_name.entry((rule.kind == RuleKind::Alerting, rule.name.as_str())).or_default();
        let compare = earlier.len() < MOST_COMPARED;
        for before in earlier.iter().take(MOST_COMPARED) {
            let differ = compare && compiled.get(*before).is_some_and(|other| labels_differ(other, rule));
            if !differ {
                rivals.push((*before, index));
            }
        }
        earlier.push(index);
    }
    rivals
}

/// Whether both rules set one label, to texts that are not the same and not templates.
fn labels_differ(a: &CompiledRule, b: &CompiledRule) -> bool {
    a.labels.iter().filter(|label| label.template.is_none()).any(|mine| {
        b.labels.iter().any(|theirs| theirs.name == mine.name && theirs.template.is_none() && theirs.text != mine.text)
    })
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
