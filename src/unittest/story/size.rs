//! How much memory a story takes.

use std::mem::size_of;

use super::{Band, Cell, Chart, Curve, Expectation, ExpressionStory, InputStory, Life, Other, RuleStory, Story};
use crate::model::Labels;

/// The bytes of `story`, about.
pub(super) fn of(story: &Story) -> usize {
    let expectation =
        |expectation: &Expectation| size_of::<Expectation>() + expectation.about.len() + expectation.text.len();
    let expression = |told: &ExpressionStory| {
        size_of::<ExpressionStory>() + told.expr.len() + told.assertions.len() * size_of::<usize>() + chart(&told.chart)
    };
    story.expectations.iter().map(expectation).sum::<usize>()
        + story.rules.iter().map(rule).sum::<usize>()
        + story.expressions.iter().map(expression).sum::<usize>()
}

fn rule(rule: &RuleStory) -> usize {
    let absent = rule.absent.iter().map(String::len).sum::<usize>();
    let lives = rule.lives.iter().map(life).sum::<usize>();
    let charts = rule.charts.iter().map(chart).sum::<usize>();
    let inputs = rule.inputs.iter().map(input).sum::<usize>();
    size_of::<RuleStory>() + rule.name.len() + rule.expr.len() + absent + lives + charts + inputs
}

fn life(life: &Life) -> usize {
    let change = size_of::<(usize, Option<crate::alerting::AlertState>)>();
    size_of::<Life>() + labels(&life.labels) + life.bands.len() * size_of::<Band>() + life.changes.len() * change
}

fn chart(chart: &Chart) -> usize {
    let other = chart.other.as_ref().map_or(0, |other: &Other| other.subject.len() + curves(&other.curves));
    size_of::<Chart>() + chart.subject.len() + other + curves(&chart.curves)
}

fn curves(curves: &[Curve]) -> usize {
    curves.iter().map(curve).sum()
}

fn curve(curve: &Curve) -> usize {
    size_of::<Curve>() + labels(&curve.labels) + curve.cells.len() * size_of::<Cell>()
}

fn input(input: &InputStory) -> usize {
    size_of::<InputStory>() + curve(&input.curve) + input.written.as_ref().map_or(0, |(text, _)| text.len())
}

fn labels(labels: &Labels) -> usize {
    labels.iter().map(|(name, value)| name.len() + value.len()).sum()
}
