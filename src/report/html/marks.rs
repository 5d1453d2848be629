//! Assertions on the axis of time: a circle with a check for one that holds, a diamond with a cross for one that does
//! not, a dash for one that was not checked.

use std::fmt::{self, Write as _};

use super::axis::Axis;
use super::escape::Text;
use super::shapes::Shapes;
use crate::unittest::report::{Assertion, AssertionKind, Outcome};

/// More marks than this have no lines through the drawings below; failed ones always do.
const MAX_LINES: usize = 40;
/// So far apart marks lie at least, in percent; nearer ones are drawn as one.
const APART: f64 = 1.2;
/// So far apart the numbers below marks lie at least, in percent.
const NUMBERS_APART: f64 = 4.5;

/// An assertion, or several at about the same time.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    at_ms: i64,
    outcome: Class,
    /// The number of the first one, from 1.
    number: usize,
    count: usize,
    /// What they say, one a line.
    text: String,
}

/// How an assertion went, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Passed,
    NotRun,
    Failed,
}

impl Class {
    pub(super) fn of(assertion: &Assertion) -> Self {
        match assertion.outcome {
            Outcome::Passed => Class::Passed,
            Outcome::NotRun => Class::NotRun,
            _ => Class::Failed,
        }
    }

    /// The class and the id of the sign.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Class::Passed => "ok",
            Class::NotRun => "off",
            Class::Failed => "bad",
        }
    }

    /// What it is called.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Class::Passed => "passed",
            Class::NotRun => "not checked",
            Class::Failed => "failed",
        }
    }
}

/// The marks of some assertions: (index in the group, assertion, what it says).
pub(super) fn of<'a>(axis: &Axis, assertions: impl Iterator<Item = (usize, &'a Assertion, String)>) -> Vec<Mark> {
    let mark = |(index, assertion, text): (usize, &'a Assertion, String)| {
        let at_ms = time_of(assertion)?;
        Some(Mark { at_ms, outcome: Class::of(assertion), number: index + 1, count: 1, text })
    };
    let mut all: Vec<Mark> = assertions.filter_map(mark).collect();
    all.sort_by_key(|mark| (mark.at_ms, mark.number));
    let mut marks: Vec<Mark> = Vec::new();
    for mark in all {
        match marks.last_mut().filter(|last| axis.at(mark.at_ms).0 - axis.at(last.at_ms).0 < APART) {
            Some(last) => {
                if mark.outcome > last.outcome {
                    last.number = mark.number;
                }
                last.outcome = last.outcome.max(mark.outcome);
                last.count += 1;
                last.text.push('\n');
                last.text.push_str(&mark.text);
            }
            None => marks.push(mark),
        }
    }
    marks
}

/// Where an assertion is marked. One on the life of alerts looks at all times: it is marked where it begins to fail,
/// if that is at a certain time.
fn time_of(assertion: &Assertion) -> Option<i64> {
    match (&assertion.outcome, &assertion.kind) {
        (Outcome::Timeline(failure), _) => {
            let schedule = &failure.schedule;
            failure.step.map(|step| schedule.time(step).saturating_sub(schedule.start_ms))
        }
        (_, AssertionKind::Timeline(_)) => None,
        _ => Some(assertion.eval_time_ms),
    }
}

/// Draws a row of marks, each with the number of its assertion where there is room. What a mark says that passed and
/// has its number is in the list of assertions; others say it themselves.
pub(super) fn row(page: &mut String, axis: &Axis, marks: &[Mark], shapes: &mut Shapes) -> fmt::Result {
    if marks.is_empty() {
        return Ok(());
    }
    let numbered = numbered(axis, marks);
    let mut row = "<g class=\"row\">".to_owned();
    let mut says = false;
    for mark in marks {
        let at = axis.at(mark.at_ms);
        let class = mark.outcome.name();
        write!(row, "<g class=\"{class}\">")?;
        let has_number = numbered.contains(&mark.number);
        if !has_number || mark.count > 1 || mark.outcome != Class::Passed {
            says = true;
            write!(row, "<title>{}</title>", Text(&mark.text))?;
        }
        write!(row, "<use href=\"#{class}\" x=\"{at}%\" y=\"9\"/>")?;
        if has_number {
            let more = if mark.count > 1 { "+" } else { "" };
            write!(row, "<text x=\"{at}%\" y=\"29\">{}{more}</text>", mark.number)?;
        }
        row.push_str("</g>");
    }
    row.push_str("</g>");
    page.push_str("<svg class=\"marks\" aria-hidden=\"true\">");
    // What is shown when it is pointed at must be in its place.
    if says {
        page.push_str(&row);
    } else {
        shapes.placed(page, &row)?;
    }
    page.push_str("</svg>");
    Ok(())
}

/// The numbers that there is room for: those of failed assertions first.
fn numbered(axis: &Axis, marks: &[Mark]) -> Vec<usize> {
    let (failed, others): (Vec<&Mark>, Vec<&Mark>) = marks.iter().partition(|mark| mark.outcome == Class::Failed);
    let mut taken: Vec<(f64, usize)> = Vec::new();
    for mark in failed.into_iter().chain(others) {
        let at = axis.at(mark.at_ms).0;
        if taken.iter().all(|(other, _)| (other - at).abs() >= NUMBERS_APART) {
            taken.push((at, mark.number));
        }
    }
    taken.into_iter().map(|(_, number)| number).collect()
}

/// Lines at the times of the marks, in a box of [`Axis::SIZE`] by 1; nothing where there is no mark.
pub(super) fn lines(axis: &Axis, marks: &[Mark]) -> Option<String> {
    let all = marks.len() <= MAX_LINES;
    let mut lines = String::new();
    for class in [Class::Passed, Class::NotRun, Class::Failed] {
        let of_class = marks.iter().filter(|mark| mark.outcome == class && (all || class == Class::Failed));
        let path: String = of_class.map(|mark| format!("M{} 0v1", axis.within(mark.at_ms))).collect();
        if !path.is_empty() {
            lines.push_str(&format!("<path class=\"at {}\" d=\"{path}\"/>", class.name()));
        }
    }
    (!lines.is_empty()).then_some(lines)
}
