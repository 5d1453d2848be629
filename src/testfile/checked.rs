//! The assertions of a test group in the one order that reports, lists and pictures have: those on alerts, on timelines,
//! on expressions, each in the order of the file.

use super::{AlertTest, ExprTest, TestGroup, TimelineTest};
use crate::rules::Field;
use crate::source::Span;

/// What an assertion is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssertionKind {
    /// The firing alerts of this name.
    Alert(String),
    /// The life of the alerts of this name, with the labels that they are chosen by.
    Timeline(String),
    /// The result of this expression.
    Expr(String),
}

/// An assertion of a test file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checked<'a> {
    /// On the alerts that fire at a time.
    Alert(&'a AlertTest),
    /// On alerts over time.
    Timeline(&'a TimelineTest),
    /// On the result of an expression.
    Expr(&'a ExprTest),
}

impl<'a> Checked<'a> {
    /// All assertions of `group`.
    pub(crate) fn all(group: &'a TestGroup) -> impl Iterator<Item = Checked<'a>> {
        let alerts = group.alert_tests.iter().map(Checked::Alert);
        let timelines = group.timelines.iter().map(Checked::Timeline);
        alerts.chain(timelines).chain(group.expr_tests.iter().map(Checked::Expr))
    }

    /// The name of an alert, or the expression.
    pub(crate) fn subject(self) -> &'a Field {
        match self {
            Checked::Alert(test) => &test.alertname,
            Checked::Timeline(test) => &test.alertname,
            Checked::Expr(test) => &test.expr,
        }
    }

    /// The name of the alert that it is about.
    pub(crate) fn alertname(self) -> Option<&'a str> {
        match self {
            Checked::Alert(_) | Checked::Timeline(_) => Some(self.subject().text()),
            Checked::Expr(_) => None,
        }
    }

    /// What it is about.
    pub(crate) fn kind(self) -> AssertionKind {
        match self {
            Checked::Alert(test) => AssertionKind::Alert(test.alertname.text().to_owned()),
            Checked::Timeline(test) => AssertionKind::Timeline(test.subject()),
            Checked::Expr(test) => AssertionKind::Expr(test.expr.text().to_owned()),
        }
    }

    /// Its mapping in the file.
    pub(crate) fn span(self) -> Span {
        match self {
            Checked::Alert(test) => test.span,
            Checked::Timeline(test) => test.span,
            Checked::Expr(test) => test.span,
        }
    }

    /// The time that it looks at, in milliseconds from the start of the test; `None` if it looks at all times.
    pub(crate) fn eval_time_ms(self) -> Option<i64> {
        match self {
            Checked::Alert(test) => Some(test.eval_time.value),
            Checked::Timeline(_) => None,
            Checked::Expr(test) => Some(test.eval_time.value),
        }
    }
}
