//! `runbook/page-promql`: a query in a page that no server takes, or that reads what nobody records any more.

use crate::lint::config::Config;
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{ExprKind, VectorSelector};
use crate::promql::{Expr, ParseError, parse};
use crate::rules::Field;
use crate::runbook::Entry;
use crate::source::{Diagnostic, Label, Span, words};

static META: Meta = meta!(
    "runbook/page-promql",
    Warning,
    opinion,
    "PromQL in a code block of a page does not parse, or reads a recorded series that nobody records"
);

/// For so many names the nearest one is looked for, found or not.
const MAX_NEAREST: usize = 200;

pub(super) struct PagePromql;

impl LintRule for PagePromql {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut left = MAX_NEAREST;
        for entry in cx.pages().checked() {
            for expr in examples(cx, entry) {
                match parse(expr.text(), &cx.config.parse_options()) {
                    Ok(query) => unrecorded(cx, entry, &query, &|span| expr.file_span(span), &mut left, out),
                    Err(errors) => out.extend(errors.into_iter().next().map(|error| {
                        let place = expr.file_span(error.span);
                        unparsable(entry, error, place)
                    })),
                }
            }
            let text = entry.page.file.text();
            let blocks = entry.page.blocks.iter().filter(|block| block.language == "promql" && block.is_plain);
            for paragraph in blocks.flat_map(|block| paragraphs(text, block.content)) {
                match queries(paragraph.slice(text), cx.config) {
                    Ok(queries) => {
                        for (at, query) in queries {
                            let place = |span: Span| span.shifted(paragraph.start() + at);
                            unrecorded(cx, entry, &query, &place, &mut left, out);
                        }
                    }
                    Err(error) => {
                        let place = error.span.shifted(paragraph.start());
                        out.push(unparsable(entry, error, place));
                    }
                }
            }
        }
    }
}

fn unparsable(entry: &Entry, error: ParseError, place: Span) -> Diagnostic {
    let label = Label::new(&entry.page.file, place, "");
    let found = META.diagnostic(format!("this query does not parse: {}", error.message), label);
    match error.help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// The expressions of rules that blocks of YAML show and the repository does not have; what it has, `rule-drift` compares.
fn examples(cx: &WorkspaceContext<'_>, entry: &Entry) -> Vec<Field> {
    let pages = cx.pages();
    let is_none = |name: &str| pages.named(name).next().is_none();
    let alerts = entry.page.copies.iter().filter(|copy| is_none(copy.name.text()));
    let exprs = alerts.filter_map(|copy| copy.field("expr")).chain(entry.page.recorded.iter().cloned());
    exprs.filter(|expr| is_query(expr.text())).collect()
}

/// The pieces of a block between blank lines, without those that are comments or have something to be put in.
fn paragraphs(text: &str, block: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = None;
    let mut at = block.start();
    for line in block.slice(text).split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        match start {
            None if !is_blank => start = Some(at),
            Some(first) if is_blank => {
                found.push(Span::new(first, at));
                start = None;
            }
            _ => {}
        }
        at += line.len();
    }
    found.extend(start.map(|first| Span::new(first, at)));
    found.retain(|span| is_query(span.slice(text)));
    found
}

fn is_query(paragraph: &str) -> bool {
    let is_comment = paragraph.lines().all(|line| line.trim_start().starts_with('#'));
    let has_hole = ["$", "...", "…", "{{", "[["].iter().any(|mark| paragraph.contains(mark))
        || paragraph.lines().any(|line| {
            // `<namespace>`. Each part ends at the next `<`, so that a line is gone through once.
            line.split('<').skip(1).filter_map(|behind| behind.split_once('>')).any(|(inside, _)| {
                !inside.is_empty() && inside.chars().all(|c| c.is_alphabetic() || matches!(c, '_' | '-' | ' '))
            })
        });
    !is_comment && !has_hole
}

/// The query of a paragraph, or those of its lines, each with its place.
fn queries(paragraph: &str, config: &Config) -> Result<Vec<(usize, Expr)>, ParseError> {
    let options = config.promql.parse_options();
    let errors = match parse(paragraph, &options) {
        Ok(query) => return Ok(vec![(0, query)]),
        Err(errors) => errors,
    };
    let mut queries = Vec::new();
    let mut at = 0;
    for line in paragraph.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            match (parse(line, &options), errors.first()) {
                (Ok(query), _) => queries.push((at, query)),
                (Err(_), Some(error)) => return Err(error.clone()),
                (Err(_), None) => {}
            }
        }
        at += line.len();
    }
    Ok(queries)
}

/// Names that look like those of recording rules and are none, where one that is looks nearly the same. `left`: how many
/// are compared yet.
fn unrecorded(
    cx: &WorkspaceContext<'_>,
    entry: &Entry,
    query: &Expr,
    place: &dyn Fn(Span) -> Span,
    left: &mut usize,
    out: &mut Vec<Diagnostic>,
) {
    let recording = cx.recording();
    query.walk(&mut |part| {
        let selector: &VectorSelector = match &part.kind {
            ExprKind::Vector(selector) => selector,
            ExprKind::Matrix(matrix) => &matrix.selector.value,
            _ => return,
        };
        let Some(name) = selector.name.as_ref().filter(|name| name.value.contains(':')) else { return };
        if recording.get(&name.value).is_some() || *left == 0 {
            return;
        }
        *left -= 1;
        let Some(near) = words::nearest(&name.value, recording.names()) else { return };
        let message = format!("no rule records `{}`", name.value);
        let label = Label::new(&entry.page.file, place(name.span), "");
        out.push(META.diagnostic(message, label).help(words::did_you_mean(near)));
    });
}
