//! Rule groups and rules out of YAML nodes, with Prometheus' checks (`model/rulefmt`).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::dialect::{self, Dialect, Language};
use super::expression::expression_problem;
use super::fields::Place;
use super::findings::{CONFLICTING_FIELDS, DUPLICATE_GROUP, INVALID_NAME, MISSING_FIELD, PROMQL_TYPE};
use super::reader::Reader;
use super::{Field, GroupPlaces, Rule, RuleGroup, RuleKind, RulePlaces, Written};
use crate::model::labels::METRIC_NAME;
use crate::promql;
use crate::source::{Severity, Span};
use crate::yaml::{Mapping, Node};

/// How expressions are read.
#[derive(Clone, Copy)]
pub(super) struct Grammar<'a> {
    /// Which PromQL is accepted.
    pub(super) parse: &'a promql::ParseOptions,
    /// Whether other languages are recognised where a group speaks one.
    pub(super) recognise: bool,
    /// The language of this group's expressions, where it is not PromQL.
    language: Option<Language>,
}

impl<'a> Grammar<'a> {
    /// PromQL, unless `recognise` and a group speaks another language.
    pub(super) fn new(parse: &'a promql::ParseOptions, recognise: bool) -> Self {
        Grammar { parse, recognise, language: None }
    }

    fn with(&self, language: Option<Language>) -> Self {
        Grammar { language: language.filter(|_| self.recognise), ..*self }
    }
}

/// The groups in the field `groups` of `mapping`.
pub(super) fn groups(
    reader: &mut Reader<'_>,
    grammar: &Grammar<'_>,
    mapping: &Mapping,
    place: Place,
    part: usize,
) -> Vec<RuleGroup> {
    let nodes: Vec<&Node> = reader.items(mapping, "groups").collect();
    listed(reader, grammar, &nodes, place, part)
}

/// The group that `node` is, or those that it lists.
pub(super) fn bare_groups(reader: &mut Reader<'_>, grammar: &Grammar<'_>, node: &Node, part: usize) -> Vec<RuleGroup> {
    let nodes: Vec<&Node> = node.as_sequence().map_or_else(|| vec![node], |list| list.items.iter().collect());
    listed(reader, grammar, &nodes, Place::Group, part)
}

fn listed(
    reader: &mut Reader<'_>,
    grammar: &Grammar<'_>,
    nodes: &[&Node],
    place: Place,
    part: usize,
) -> Vec<RuleGroup> {
    in_pieces(reader, nodes, GROUPS_AT_ONCE, |reader, node| group(reader, grammar, node, place, part))
}

/// Reports names that several groups of one part have.
pub(super) fn report_repeated_names(reader: &mut Reader<'_>, groups: &[RuleGroup]) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for name in groups.iter().map(|group| &group.name).filter(|name| !name.text().is_empty()) {
        match seen.get(name.text()) {
            Some(first) => {
                let message = format!("the group name `{}` is used twice in this file", name.text());
                let problem = reader.error(&DUPLICATE_GROUP, message, name.span, "again here");
                let first = reader.label(*first, "first here");
                reader.report(problem.related(first).help("a group is known by its name: give each another one"));
            }
            None => {
                seen.insert(name.text(), name.span);
            }
        }
    }
}

fn group(reader: &mut Reader<'_>, grammar: &Grammar<'_>, node: &Node, place: Place, part: usize) -> Option<RuleGroup> {
    let mapping = reader.fields(node, place)?;
    let name = required(reader, node, place, mapping, "name", "the rule group has no name");
    let interval_ms = reader.duration(mapping, "interval");
    let query_offset_ms = reader.duration(mapping, "query_offset");
    let limit = reader.integer(mapping, "limit");
    let place = |key: &str| mapping.get(key).map(|entry| entry.value.span);
    let places =
        GroupPlaces { interval: place("interval"), query_offset: place("query_offset"), limit: place("limit") };
    let labels = reader.texts(mapping, "labels");
    check_label_names(reader, &labels);
    let grammar = grammar.with(dialect::language_of_group(mapping, reader.dialect));
    let nodes: Vec<&Node> = reader.items(mapping, "rules").collect();
    let rules = in_pieces(reader, &nodes, RULES_AT_ONCE, |reader, node| rule(reader, &grammar, node));
    Some(RuleGroup { span: node.span, part, name, interval_ms, query_offset_ms, limit, places, labels, rules })
}

/// So many rules of a group are worth the way to another thread.
const RULES_AT_ONCE: usize = 64;
/// So many groups are; most have a dozen rules.
const GROUPS_AT_ONCE: usize = 8;
/// So many pieces are read before what is wrong with them is counted: each may have as many problems as a file.
const PIECES_AT_ONCE: usize = 16;

/// What `read` makes of each of the nodes. Of many, `at_once` are a piece, and pieces are read in parallel where the reader
/// allows it; what is wrong with them is in their order.
fn in_pieces<T: Send>(
    reader: &mut Reader<'_>,
    nodes: &[&Node],
    at_once: usize,
    read: impl Fn(&mut Reader<'_>, &Node) -> Option<T> + Sync,
) -> Vec<T> {
    let of_nodes = |reader: &mut Reader<'_>, nodes: &[&Node]| {
        // Nearly every node is good, and what comes of it is large: a vector that grows would hold much that is nothing.
        let mut found = Vec::with_capacity(nodes.len());
        found.extend(nodes.iter().filter_map(|node| read(reader, node)));
        found
    };
    if nodes.len() < 2 * at_once || !reader.use_threads {
        return of_nodes(reader, nodes);
    }
    let mut found = Vec::with_capacity(nodes.len());
    for nodes in nodes.chunks(at_once * PIECES_AT_ONCE) {
        if reader.is_full() {
            found.extend(of_nodes(reader, nodes));
            continue;
        }
        let pieces = nodes.par_chunks(at_once).map(|nodes| {
            let mut own = reader.fresh();
            let found = of_nodes(&mut own, nodes);
            (found, own)
        });
        for (of_piece, own) in pieces.collect::<Vec<_>>() {
            found.extend(of_piece);
            reader.take(own);
        }
    }
    found
}

/// A rule, or a list of rules, that stands in no group of the file: in one without a name.
pub(super) fn bare(reader: &mut Reader<'_>, grammar: &Grammar<'_>, node: &Node, part: usize) -> Vec<RuleGroup> {
    let nodes = node.as_sequence().map_or(std::slice::from_ref(node), |list| list.items.as_slice());
    let expressions = nodes.iter().filter_map(Node::as_mapping);
    let grammar = grammar.with(dialect::language(expressions, reader.dialect));
    let rules: Vec<Rule> = nodes.iter().filter_map(|node| rule(reader, &grammar, node)).collect();
    let name = Field::null(node.span.start());
    let group = RuleGroup {
        span: node.span,
        part,
        name,
        interval_ms: None,
        query_offset_ms: None,
        limit: None,
        places: GroupPlaces::default(),
        labels: Box::default(),
        rules,
    };
    if group.rules.is_empty() { Vec::new() } else { vec![group] }
}

/// The text of a field that must be there and not be empty.
fn required(reader: &mut Reader<'_>, node: &Node, place: Place, mapping: &Mapping, name: &str, message: &str) -> Field {
    let entry = mapping.get(name);
    let field = reader.text(mapping, name);
    if let Some(field) = field.as_ref().filter(|field| !field.text().is_empty()) {
        return field.clone();
    }
    let wrong_type = entry.is_some_and(|entry| entry.value.as_scalar().is_none());
    if !wrong_type && !reader.is_full() && !is_misspelt(mapping, place, name) {
        let (span, text) = match entry {
            Some(entry) => (entry.key.span, "this is empty"),
            None => (first_key(node, mapping), "begins here"),
        };
        let problem = reader.error(&MISSING_FIELD, message, span, text);
        reader.report(problem.help(format!("add `{name}:`")));
    }
    field.unwrap_or_else(|| Field::null(entry.map_or(node.span.start(), |entry| entry.value.span.start())))
}

/// Whether another field is a misspelling of `name`: that has been reported, and one report is enough.
fn is_misspelt(mapping: &Mapping, place: Place, name: &str) -> bool {
    let names = mapping.entries.iter().filter_map(|entry| entry.name());
    names.filter(|other| !place.has(other)).any(|other| place.nearest(other) == Some(name))
}

/// Where a mapping begins, for messages about what is not in it.
fn first_key(node: &Node, mapping: &Mapping) -> Span {
    mapping.written().next().map_or(node.alias().unwrap_or(node.span), |entry| entry.key.span)
}

fn rule(reader: &mut Reader<'_>, grammar: &Grammar<'_>, node: &Node) -> Option<Rule> {
    let mapping = reader.fields(node, Place::Rule)?;
    let alert = reader.text(mapping, "alert").filter(|name| !name.text().is_empty());
    let record = reader.text(mapping, "record").filter(|name| !name.text().is_empty());
    let expr = required(reader, node, Place::Rule, mapping, "expr", "the rule has no expression");
    let for_ms = reader.duration(mapping, "for").unwrap_or(0);
    let keep_firing_for_ms = reader.duration(mapping, "keep_firing_for").unwrap_or(0);
    let labels = reader.texts(mapping, "labels");
    let annotations = reader.texts(mapping, "annotations");
    check_label_names(reader, &labels);
    check_annotation_names(reader, &annotations);
    let parsed = expression(reader, grammar, &expr);
    let (kind, name) = match (alert, record) {
        (Some(alert), Some(record)) => {
            let message = "a rule has either `alert` or `record`, not both";
            let problem = reader.error(&CONFLICTING_FIELDS, message, record.span, "a recording rule");
            let related = reader.label(alert.span, "an alerting rule");
            reader.report(problem.related(related).help("make two rules of it"));
            (RuleKind::Alerting, alert)
        }
        (Some(alert), None) => (RuleKind::Alerting, alert),
        (None, Some(record)) => {
            check_record(reader, mapping, &record, !annotations.is_empty(), for_ms, keep_firing_for_ms);
            (RuleKind::Recording, record)
        }
        (None, None) => {
            report_nameless(reader, node, mapping);
            return None;
        }
    };
    reader.keep(node);
    let written = |name: &str| mapping.get(name).map(Written::of);
    let places = RulePlaces {
        expr_key: mapping.get("expr").map(|entry| entry.key.span),
        for_: written("for"),
        keep_firing_for: written("keep_firing_for").map(Box::new),
    };
    let span = node.span;
    Some(Rule { span, kind, name, expr, parsed, for_ms, keep_firing_for_ms, labels, annotations, places, at: 0 })
}

fn report_nameless(reader: &mut Reader<'_>, node: &Node, mapping: &Mapping) {
    let given = mapping.get("alert").or_else(|| mapping.get("record"));
    let wrong_type = given.is_some_and(|entry| entry.value.as_scalar().is_none());
    if wrong_type || reader.is_full() || ["alert", "record"].iter().any(|name| is_misspelt(mapping, Place::Rule, name))
    {
        return;
    }
    let (span, text) = match given {
        Some(entry) => (entry.key.span, "this is empty"),
        None => (first_key(node, mapping), "begins here"),
    };
    let problem = reader.error(&MISSING_FIELD, "the rule has neither `alert` nor `record`", span, text);
    reader.report(problem.help("add `alert:` with a name for an alerting rule, `record:` for a recording rule"));
}

/// What an alerting rule has and a recording rule has not.
fn check_record(
    reader: &mut Reader<'_>,
    mapping: &Mapping,
    record: &Field,
    has_annotations: bool,
    for_ms: i64,
    keep_firing_for_ms: i64,
) {
    let alerting =
        [("annotations", has_annotations), ("for", for_ms != 0), ("keep_firing_for", keep_firing_for_ms != 0)];
    // vmalert reads them and does nothing with them.
    let is_refused = reader.dialect != Dialect::Vmalert;
    for (name, given) in alerting {
        if let Some(entry) = mapping.get(name).filter(|_| given) {
            let message = match is_refused {
                true => format!("a recording rule has no `{name}`"),
                false => format!("`{name}` has no effect in a recording rule"),
            };
            let mut problem = reader.error(&CONFLICTING_FIELDS, message, entry.key.span, "only for alerting rules");
            problem.severity = if is_refused { problem.severity } else { Severity::Info };
            let related = reader.label(record.span, "this makes it a recording rule");
            reader.report(problem.related(related).help(format!("remove `{name}`, or name the rule with `alert:`")));
        }
    }
    if record.text().contains(['{', '}']) {
        let message = "the name of a recorded metric has no braces";
        let problem = reader.error(&INVALID_NAME, message, record.span, "");
        reader.report(problem.help("labels go under `labels:`; an expression goes into `expr:`"));
    }
}

fn check_label_names(reader: &mut Reader<'_>, labels: &[(Field, Field)]) {
    for (name, _) in labels {
        let problem = match name.text() {
            "" => reader.error(&INVALID_NAME, "a label has no name", name.span, ""),
            METRIC_NAME => reader
                .error(&INVALID_NAME, format!("`{METRIC_NAME}` cannot be the name of a label"), name.span, "")
                .help("the name of a metric is set with `record`, the name of an alert with `alert`"),
            _ => continue,
        };
        reader.report(problem);
    }
}

fn check_annotation_names(reader: &mut Reader<'_>, annotations: &[(Field, Field)]) {
    for (name, _) in annotations.iter().filter(|(name, _)| name.text().is_empty()) {
        let problem = reader.error(&INVALID_NAME, "an annotation has no name", name.span, "");
        reader.report(problem);
    }
}

/// Parses an expression, unless only nodes are wanted; its mistakes become problems at their bytes of the file.
fn expression(reader: &mut Reader<'_>, grammar: &Grammar<'_>, expr: &Field) -> Option<promql::Expr> {
    if expr.text().is_empty() || reader.keeps_nodes() {
        return None;
    }
    if let Some(language) = grammar.language {
        // MetricsQL is PromQL and more: what parses as PromQL means the same.
        let parsed = promql::parse(expr.text(), grammar.parse).ok().filter(|_| language == Language::MetricsQl);
        if parsed.is_none() {
            *reader.unchecked.entry(language).or_default() += 1;
        }
        return parsed;
    }
    match promql::parse(expr.text(), grammar.parse) {
        Ok(parsed) => {
            report_type(reader, expr, &parsed);
            Some(parsed)
        }
        Err(errors) => {
            // What is missing at the end is missing behind the last word, not behind the line breaks of a block.
            let end = expr.text().trim_end().len();
            let place = |span: Span| expr.file_span(Span::new(span.start().min(end), span.end().min(end)));
            for error in errors.into_iter().filter(|error| !error.is_consequence) {
                let problem = expression_problem(reader.file(), error, place);
                reader.report(problem);
            }
            None
        }
    }
}

/// Prometheus loads a rule whose expression is a range vector or a text, and fails at each evaluation.
fn report_type(reader: &mut Reader<'_>, expr: &Field, parsed: &promql::Expr) {
    let what = match parsed.value_type() {
        promql::ast::ValueType::Scalar | promql::ast::ValueType::Vector => return,
        promql::ast::ValueType::Matrix => "a range vector",
        promql::ast::ValueType::String => "a text",
    };
    let message = format!("a rule cannot evaluate {what}");
    let text = format!("this is {what}");
    let problem = reader.error(&PROMQL_TYPE, message, expr.file_span(parsed.span), &text);
    reader.report(
        problem.help("a rule needs an instant vector or a number: put a range into a function such as `rate(…)`"),
    );
}
