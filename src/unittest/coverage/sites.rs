//! The points of a rule file: where they are, and how a run tells of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{Point, RuleCoverage, RuleCoverageKind, What};
use crate::engine::has_outcomes;
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::rules::{Field, Rule, RuleFile, RuleGroup, RuleKind};
use crate::source::words::collapsed;
use crate::source::{SourceFile, Span};
use crate::template::{self, BranchKind};

/// A longer excerpt is cut, in characters.
const MAX_EXCERPT: usize = 240;

/// Of a longer source only so much is looked at, in bytes.
const MAX_SOURCE: usize = 4096;

/// The points of a rule.
#[derive(Debug)]
pub(super) struct RuleSites {
    /// The rule with its points, nothing covered.
    pub(super) rule: RuleCoverage,
    /// For each of the points, how a run tells of it.
    pub(super) sources: Vec<Source>,
    /// The lines that can be covered, and by what.
    pub(super) lines: BTreeMap<usize, LineSource>,
}

/// How a run tells of a point.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// From the timelines of the alerts, or the elements of the recording rule.
    State,
    /// From the operator with this span in the expression: which of its two outcomes.
    Operator { span: Span, which: usize },
    /// From the expansion of a label or an annotation.
    Field { annotation: bool, name: String },
    /// From the ways that the expansion of this field takes, at the condition with this span.
    Branch { annotation: bool, name: String, span: Span, body: bool },
}

/// What covers a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum LineSource {
    /// An assertion that looks at the rule.
    Rule,
    /// The point with this index.
    Point(usize),
}

/// The points of all rules, by group and rule.
pub(super) fn of_file(file: &RuleFile) -> Vec<Vec<RuleSites>> {
    let of_group = |group: &RuleGroup| group.rules.iter().map(|rule| of_rule(&file.file, group, rule)).collect();
    file.groups.iter().map(of_group).collect()
}

fn of_rule(file: &SourceFile, group: &RuleGroup, rule: &Rule) -> RuleSites {
    let place = file.position(rule.name.span.start());
    let kind = match rule.kind {
        RuleKind::Alerting => RuleCoverageKind::Alert,
        RuleKind::Recording => RuleCoverageKind::Recording,
    };
    let mut finder = Finder {
        file,
        sites: RuleSites {
            rule: RuleCoverage {
                group: group.name.text().to_owned(),
                name: rule.name.text().to_owned(),
                kind,
                line: place.line,
                column: place.column,
                tested: 0,
                points: Vec::new(),
            },
            sources: Vec::new(),
            lines: BTreeMap::new(),
        },
    };
    finder.states(rule);
    finder.line(rule.name.span, LineSource::Rule);
    finder.line(rule.expr.span, LineSource::Rule);
    if let Some(expr) = &rule.parsed {
        finder.operators(&rule.expr, expr);
    }
    if rule.kind == RuleKind::Alerting {
        let inherited =
            group.labels.iter().filter(|(name, _)| rule.labels.iter().all(|own| own.0.text() != name.text()));
        inherited.chain(&rule.labels).for_each(|(name, text)| finder.template(false, name, text));
        rule.annotations.iter().for_each(|(name, text)| finder.template(true, name, text));
    }
    finder.sites
}

struct Finder<'a> {
    file: &'a SourceFile,
    sites: RuleSites,
}

impl Finder<'_> {
    fn states(&mut self, rule: &Rule) {
        let all: &[(What, bool)] = match rule.kind {
            RuleKind::Recording => &[(What::Recorded, true)],
            RuleKind::Alerting => {
                let ends = !rule.parsed.as_ref().is_some_and(is_constant);
                &[
                    (What::Pending, rule.for_ms > 0),
                    (What::Firing, true),
                    (What::KeptFiring, rule.keep_firing_for_ms > 0),
                    (What::Resolved, ends),
                    (What::Silent, ends),
                ]
            }
        };
        for (what, _) in all.iter().filter(|(_, there)| *there) {
            self.point(*what, rule.name.span, String::new(), Source::State);
        }
    }

    /// The outcomes of operators, in the order of the source; of two that begin at one place the longer one first.
    fn operators(&mut self, field: &Field, root: &Expr) {
        let mut found = Vec::new();
        root.walk(&mut |expr| {
            if let ExprKind::Binary(binary) = &expr.kind
                && has_outcomes(binary.op)
            {
                found.extend(choices(field, expr, binary));
            }
        });
        found.sort_by_key(|choice| (choice.place.start(), Reverse(choice.place.end())));
        for Choice { what, place, text, source } in found {
            let point = self.point(what, place, text, source);
            if matches!(what, What::OrLeft | What::OrRight) {
                self.own_lines(place, LineSource::Point(point));
            }
        }
    }

    fn template(&mut self, annotation: bool, name: &Field, text: &Field) {
        if !text.text().contains("{{") {
            return;
        }
        let name = name.text();
        let what = if annotation { What::Annotation } else { What::Label };
        let source = Source::Field { annotation, name: name.to_owned() };
        let point = self.point(what, text.span, beginning(&format!("{name}: {}", text.text())), source);
        self.line(text.span, LineSource::Point(point));
        let Ok(template) = template::parse(text.text()) else { return };
        for site in template.branches() {
            let word = match site.kind {
                BranchKind::If => "if",
                BranchKind::With => "with",
                BranchKind::Range => "range",
            };
            let shown = beginning(&format!("{{{{ {word} {} }}}}", site.span.slice(text.text())));
            for (what, body) in [(What::TemplateBody, true), (What::TemplateElse, false)] {
                if site.kind == BranchKind::Range && !body && !site.has_else {
                    continue;
                }
                let source = Source::Branch { annotation, name: name.to_owned(), span: site.span, body };
                self.point(what, text.file_span(site.span), shown.clone(), source);
            }
        }
    }

    /// Adds a point and gives its index.
    fn point(&mut self, what: What, place: Span, text: String, source: Source) -> usize {
        let start = self.file.position(place.start());
        let end_line = self.file.line_index(last_byte(place)) + 1;
        let (line, column) = (start.line, start.column);
        self.sites.rule.points.push(Point { what, line, column, end_line, text, covered: 0, reached: 0 });
        self.sites.sources.push(source);
        self.sites.sources.len() - 1
    }

    /// Adds the lines of `place` that are not empty and that nothing has yet.
    fn line(&mut self, place: Span, source: LineSource) {
        for (line, span) in self.lines_of(place) {
            if !is_blank(span.slice(self.file.text())) {
                self.sites.lines.entry(line).or_insert(source);
            }
        }
    }

    /// Takes over the lines that hold nothing but a part of `place`, the word `or` and parentheses.
    fn own_lines(&mut self, place: Span, source: LineSource) {
        let text = self.file.text();
        let besides = |span: Span| {
            let is_besides = |word: &str| word.is_empty() || word == "or";
            let mut words = span.slice(text).split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
            words.all(is_besides)
        };
        for (line, span) in self.lines_of(place) {
            let before = Span::new(span.start(), place.start().clamp(span.start(), span.end()));
            let after = Span::new(place.end().clamp(span.start(), span.end()), span.end());
            if besides(before) && besides(after) && !is_blank(span.slice(text)) {
                self.sites.lines.insert(line, source);
            }
        }
    }

    /// The lines that `place` touches: their numbers, from 1, and their bytes.
    fn lines_of(&self, place: Span) -> Vec<(usize, Span)> {
        let indices = self.file.line_index(place.start())..=self.file.line_index(last_byte(place));
        indices.filter_map(|index| Some((index + 1, self.file.line_span(index)?))).collect()
    }
}

/// One of the two things that an operator may do.
struct Choice {
    what: What,
    place: Span,
    text: String,
    source: Source,
}

fn choices(field: &Field, expr: &Expr, binary: &BinaryExpr) -> Vec<Choice> {
    let place = field.file_span(binary.op_span);
    let choice = |which, what, place, text| {
        let source = Source::Operator { span: expr.span, which };
        Choice { what, place, text, source }
    };
    let both = |[first, second]: [What; 2], text: String| {
        vec![choice(0, first, place, text.clone()), choice(1, second, place, text)]
    };
    let text_of = |span: Span| span.slice(field.text());
    // The right side is what keeps and drops.
    let from_operator = || beginning(text_of(Span::new(binary.op_span.start(), expr.span.end())));
    match binary.op {
        BinaryOp::Or => {
            let side = |which, what, side: &Expr| {
                choice(which, what, field.file_span(side.span), beginning(text_of(side.span)))
            };
            let mut sides = vec![side(0, What::OrLeft, &binary.lhs), side(1, What::OrRight, &binary.rhs)];
            // A left side that is an `or` again has sides of its own.
            if matches!(&binary.lhs.without_parens().kind, ExprKind::Binary(inner) if inner.op == BinaryOp::Or) {
                sides.remove(0);
            }
            sides
        }
        BinaryOp::And => both([What::AndKept, What::AndDropped], from_operator()),
        BinaryOp::Unless => both([What::UnlessKept, What::UnlessDropped], from_operator()),
        _ => both([What::ComparisonTrue, What::ComparisonFalse], ending(text_of(expr.span))),
    }
}

fn last_byte(span: Span) -> usize {
    span.end().saturating_sub(1).max(span.start())
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Whether an expression gives the same at all times, so that its alert neither resolves nor is silent: `vector(1)`.
fn is_constant(expr: &Expr) -> bool {
    let mut constant = true;
    expr.walk(&mut |part| {
        constant &= match &part.kind {
            ExprKind::Number(_) | ExprKind::Paren(_) | ExprKind::Unary(_) => true,
            ExprKind::Binary(binary) => !has_outcomes(binary.op),
            ExprKind::Call(call) => call.function.name == "vector",
            _ => false,
        };
    });
    constant
}

/// A text on one line, its end left out where it is long.
fn beginning(text: &str) -> String {
    let line = collapsed(text.get(..text.floor_char_boundary(MAX_SOURCE)).unwrap_or(text));
    match line.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A text on one line, its beginning left out where it is long: a comparison's threshold is at its end.
fn ending(text: &str) -> String {
    let start = text.ceil_char_boundary(text.len().saturating_sub(MAX_SOURCE));
    let line = collapsed(text.get(start..).unwrap_or(text));
    let extra = line.chars().count().saturating_sub(MAX_EXCERPT);
    match line.char_indices().nth(extra).filter(|_| extra > 0) {
        Some((start, _)) => format!("…{}", line.get(start..).unwrap_or_default()),
        None => line,
    }
}
