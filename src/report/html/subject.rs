//! What the assertions of a group are about: alerts and expressions.

use rustc_hash::FxHashMap;

use crate::unittest::report::{Assertion, AssertionKind, GroupReport};
use crate::unittest::story::{ExpressionStory, RuleStory, Story};

/// What assertions are about.
pub(super) struct Subject<'a> {
    /// The alert's name or the expression.
    pub(super) name: &'a str,
    pub(super) is_alert: bool,
    /// The indices of its assertions.
    pub(super) assertions: Vec<usize>,
    pub(super) picture: Picture<'a>,
}

/// What there is to draw of a subject.
#[derive(Clone, Copy)]
pub(super) enum Picture<'a> {
    None,
    Rule(&'a RuleStory),
    Expression(&'a ExpressionStory),
}

/// What the group's assertions are about: its rules, its expressions, and what is in neither.
pub(super) fn subjects<'a>(group: &'a GroupReport, story: Option<&'a Story>) -> Vec<Subject<'a>> {
    let mut subjects: Vec<Subject<'a>> = Vec::new();
    let mut of_alerts: FxHashMap<&str, usize> = FxHashMap::default();
    let mut of_exprs: FxHashMap<&str, usize> = FxHashMap::default();
    for rule in story.iter().flat_map(|story| &story.rules) {
        // Of several rules of one name the first one has the assertions.
        of_alerts.entry(&rule.name).or_insert(subjects.len());
        subjects.push(Subject {
            name: &rule.name,
            is_alert: true,
            assertions: Vec::new(),
            picture: Picture::Rule(rule),
        });
    }
    let expressions = story.iter().flat_map(|story| &story.expressions);
    let drawn: FxHashMap<usize, &ExpressionStory> =
        expressions.filter_map(|expr| Some((*expr.assertions.first()?, expr))).collect();
    for (index, assertion) in group.assertions.iter().enumerate() {
        let (name, is_alert) = about(index, assertion, story);
        let known = if is_alert { &mut of_alerts } else { &mut of_exprs };
        let at = *known.entry(name).or_insert(subjects.len());
        match subjects.get_mut(at) {
            Some(subject) => subject.assertions.push(index),
            None => {
                let picture = drawn.get(&index).map_or(Picture::None, |expr| Picture::Expression(expr));
                subjects.push(Subject { name, is_alert, assertions: vec![index], picture });
            }
        }
    }
    subjects
}

/// What the assertion `index` is about, and whether that is an alert.
pub(super) fn about<'a>(index: usize, assertion: &'a Assertion, story: Option<&'a Story>) -> (&'a str, bool) {
    let known = story.and_then(|story| story.expectations.get(index)).map(|expectation| expectation.about.as_str());
    match &assertion.kind {
        AssertionKind::Alert(name) | AssertionKind::Timeline(name) => (known.unwrap_or(name), true),
        AssertionKind::Expr(expr) => (known.unwrap_or(expr), false),
    }
}
