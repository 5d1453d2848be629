//! The picture of an alerting rule or of an expression over the time of a test.
//!
//! Its rows lie below each other on one axis of time: assertions, values, states of alerts, input series.

use std::fmt::{self, Write as _};

use super::curves::{self, Scale};
use super::escape::Text;
use super::frame::Frame;
use super::numbers::range;
use super::{bands, marks};
use crate::model::duration::format_duration;
use crate::report::run::words::shortened;
use crate::source::SourceFile;
use crate::source::words::counted;
use crate::unittest::story::{ExpressionStory, InputStory, Life, RuleStory, Story};

/// The height of the small picture of an input series, in pixels, as in the style sheet.
const SPARK_HEIGHT: u32 = 26;

/// Draws a rule: assertions, values, states.
pub(super) fn rule(page: &mut String, story: &Story, rule: &RuleStory, frame: &mut Frame<'_>) -> fmt::Result {
    write!(page, "<pre class=\"expr\"><code>{}</code></pre>", Text(&rule.expr))?;
    let held = |word: &str, ms: i64| {
        if ms > 0 { format!("<code>{word}: {}</code> ", format_duration(ms)) } else { String::new() }
    };
    write!(
        page,
        "<p class=\"facts\">{}{}",
        held("for", rule.for_ms),
        held("keep_firing_for", rule.keep_firing_for_ms)
    )?;
    let at = rule.file.position(rule.span.start());
    write!(page, "<span class=\"place\">{}:{}</span></p>", Text(rule.file.name()), at.line)?;
    page.push_str("<figure>");
    marks::row(page, &frame.axis, &frame.marks, frame.shapes)?;
    for chart in &rule.charts {
        curves::chart(page, frame, chart, Some(&rule.expr))?;
    }
    if rule.more_charts > 0 {
        write!(page, "<p class=\"more\">and {} not drawn</p>", counted(rule.more_charts, "more comparison"))?;
    }
    lives(page, story, rule, frame)?;
    frame.axis(page)?;
    page.write_str("</figure>")
}

/// Draws an expression that is asserted on.
pub(super) fn expression(page: &mut String, expr: &ExpressionStory, frame: &mut Frame<'_>) -> fmt::Result {
    page.push_str("<figure>");
    marks::row(page, &frame.axis, &frame.marks, frame.shapes)?;
    curves::chart(page, frame, &expr.chart, None)?;
    frame.axis(page)?;
    page.write_str("</figure>")
}

fn lives(page: &mut String, story: &Story, rule: &RuleStory, frame: &mut Frame<'_>) -> fmt::Result {
    if rule.lives.is_empty() {
        page.push_str("<p class=\"none\">It is never pending or firing in this test.</p>");
        return Ok(());
    }
    for (life, name) in rule.lives.iter().zip(names(&rule.lives)) {
        bands::row(page, story, frame, life, &name)?;
    }
    if rule.more_lives > 0 {
        write!(page, "<p class=\"more\">and {}</p>", counted(rule.more_lives, "more alert"))?;
    }
    Ok(())
}

/// The labels of alerts, without those that all of them share; of a lone alert all but its name.
fn names(lives: &[Life]) -> Vec<String> {
    let differs = |name: &str| {
        let mut values = lives.iter().map(|life| life.labels.get(name));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    let name = |life: &Life| {
        let shown = life.labels.only(|name| name != "alertname" && (lives.len() == 1 || differs(name)));
        if shown.is_empty() {
            return "(no labels but its name)".to_owned();
        }
        shortened(&shown.to_string(), curves::MAX_NAME)
    };
    lives.iter().map(name).collect()
}

/// Draws the series that a rule reads.
pub(super) fn inputs(page: &mut String, test: &SourceFile, rule: &RuleStory, frame: &mut Frame<'_>) -> fmt::Result {
    for name in &rule.absent {
        write!(page, "<p class=\"none\">There is no series <code>{}</code> in this test.</p>", Text(name))?;
    }
    if rule.inputs.is_empty() {
        return Ok(());
    }
    let count = rule.inputs.len() + rule.more_inputs;
    write!(page, "<figure><figcaption>It reads {count} series:</figcaption>")?;
    for input in &rule.inputs {
        spark(page, test, input, frame)?;
    }
    frame.axis(page)?;
    if rule.more_inputs > 0 {
        write!(page, "<p class=\"more\">and {} more series</p>", rule.more_inputs)?;
    }
    page.write_str("</figure>")
}

fn spark(page: &mut String, test: &SourceFile, input: &InputStory, frame: &mut Frame<'_>) -> fmt::Result {
    let curve = &input.curve;
    let name = curves::name(curve);
    write!(page, "<div class=\"input\"><p class=\"who\"><code>{}</code>", Text(&name))?;
    if let Some((least, greatest)) = curves::extent(curve) {
        let range = range(least, greatest);
        let unit = if curve.histograms { " observations" } else { "" };
        write!(page, " <i>{range}{unit}</i>")?;
    }
    if curve.not_finite > 0 {
        write!(page, " <i>{} NaN or infinite</i>", curve.not_finite)?;
    }
    page.push_str("</p>");
    match Scale::of(std::iter::once(curve), None, 0.12) {
        None => page.push_str("<p class=\"none\">no finite value in the time of this test</p>"),
        Some(scale) => {
            page.push_str("<svg class=\"spark\" aria-hidden=\"true\">");
            let path = curves::path(frame, scale, curve, SPARK_HEIGHT);
            frame.fill(page, SPARK_HEIGHT, &format!("<path class=\"line\" d=\"{path}\"/>"))?;
            frame.before(page)?;
            page.push_str("</svg>");
        }
    }
    page.push_str("<p class=\"changes\">");
    match &input.written {
        Some((values, span)) => {
            let line = test.position(span.start()).line;
            write!(page, "<code>{}</code> line {line}", Text(values))?;
        }
        None => page.push_str("recorded by a rule"),
    }
    if input.indirect {
        page.push_str(", read through a recording rule");
    }
    page.write_str("</p></div>")
}
