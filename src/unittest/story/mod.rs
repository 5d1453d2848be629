//! What a test group is about, as a picture needs it: the states of its alerts over time, the values that decided, the
//! series that were read.
//!
//! [`Storyteller`] gathers it after the rules have run and while their samples are still there. Everything is thinned out to what a drawing can show ([`CELLS`] cells of time) and bounded in number;
//! what is left out is counted, so that it can be said.

mod bands;
mod comparisons;
mod curves;
mod expectations;
mod gather;
mod inputs;
mod size;
mod thin;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::alerting::{AlertState, Schedule};
use crate::model::Labels;
use crate::promql::ast::BinaryOp;
use crate::source::{SourceFile, Span};
use crate::unittest::report::GroupReport;
use crate::unittest::run::{Needs, Observer, Running};

/// So many bytes all stories of a run take, about. Of later groups no picture is kept, only how many there would be.
const MAX_BYTES: usize = 96 << 20;

/// Gathers the story of each test group.
#[derive(Debug)]
pub struct Storyteller {
    most: usize,
    bytes: AtomicUsize,
}

impl Default for Storyteller {
    fn default() -> Self {
        Storyteller::up_to(MAX_BYTES)
    }
}

impl Storyteller {
    /// Leaves out the pictures of later groups where all those before take `most` bytes.
    pub fn up_to(most: usize) -> Self {
        Storyteller { most, bytes: AtomicUsize::new(0) }
    }
}

impl Observer for Storyteller {
    /// `None` where nothing was evaluated.
    type Seen = Option<Story>;

    fn needs(&self) -> Needs {
        Needs { origins: true, ..Needs::default() }
    }

    fn look(&self, running: &Running<'_>, report: &GroupReport) -> Option<Story> {
        let mut story = gather::gather(running, report)?;
        let bytes = size::of(&story);
        if self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > self.most {
            story.leave_out_pictures();
        }
        Some(story)
    }
}

/// Into so many cells the time of a test is divided at most.
pub const CELLS: usize = 360;

/// Expressions are kept up to so many characters.
const MAX_EXPRESSION: usize = 2_000;

/// `text` on one line, cut to `limit` characters.
fn line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Bytes are at least as many as characters.
        if line.len() > limit {
            return cut(&line, limit);
        }
    }
    line
}

/// The first `limit` characters of `text`, an ellipsis for the rest.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a test group is about.
#[derive(Clone, Debug)]
pub struct Story {
    /// When rules were evaluated.
    pub schedule: Schedule,
    /// How many steps were evaluated.
    pub steps: usize,
    /// What each assertion of the group expects, in their order.
    pub expectations: Vec<Expectation>,
    /// The alerting rules that are asserted on, then those that were pending or firing too, in the order of evaluation.
    pub rules: Vec<RuleStory>,
    /// How many such rules are left out.
    pub more_rules: usize,
    /// How many alerting rules stayed silent and are not asserted on.
    pub silent_rules: usize,
    /// The expressions that are asserted on, in the order of the file, each once.
    pub expressions: Vec<ExpressionStory>,
    /// How many such expressions are left out.
    pub more_expressions: usize,
}

/// What an assertion expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The alert's name, or the expression.
    pub about: String,
    /// What is expected, in a few words.
    pub text: String,
}

/// An alerting rule over the time of a test.
#[derive(Clone, Debug)]
pub struct RuleStory {
    /// The alert's name.
    pub name: String,
    /// The file that the rule stands in.
    pub file: Arc<SourceFile>,
    /// The bytes of its name in it.
    pub span: Span,
    /// Its expression as written, cut where it is very long.
    pub expr: String,
    /// `for`, in milliseconds.
    pub for_ms: i64,
    /// `keep_firing_for`, in milliseconds.
    pub keep_firing_for_ms: i64,
    /// Its alerts, in the order of their first appearance; those that fire are kept first, where there are too many.
    pub lives: Vec<Life>,
    /// How many alerts are left out.
    pub more_lives: usize,
    /// What its expression compares, or else what it yields.
    pub charts: Vec<Chart>,
    /// How many comparisons are left out.
    pub more_charts: usize,
    /// The series that it reads, directly or through recording rules.
    pub inputs: Vec<InputStory>,
    /// How many series are left out.
    pub more_inputs: usize,
    /// The names of metrics that it reads and of which there is no series.
    pub absent: Vec<String>,
}

/// An expression that is asserted on, over the time of a test.
#[derive(Clone, Debug)]
pub struct ExpressionStory {
    /// Its text as written, cut where it is very long.
    pub expr: String,
    /// Its bytes in the test file, where it stands first.
    pub span: Span,
    /// The indices of its assertions in the group's report.
    pub assertions: Vec<usize>,
    /// What it yields.
    pub chart: Chart,
}

/// The states of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its labels, `alertname` included.
    pub labels: Labels,
    /// Its states by time; in between it is inactive.
    pub bands: Vec<Band>,
    /// When it became pending or firing, changed between the two, or resolved: (step, what it is from there on), by
    /// time, at most [`MAX_CHANGES`].
    pub changes: Vec<(usize, Option<AlertState>)>,
    /// How many changes are left out.
    pub more_changes: usize,
}

/// So many changes of an alert's state are told at most.
pub const MAX_CHANGES: usize = 12;

/// A stretch of time in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The state; where several fall into one cell of time, the most serious one.
    pub state: AlertState,
    /// The first step.
    pub first: usize,
    /// One past the last step.
    pub end: usize,
}

/// Values over time, and what they are compared with.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The expression whose values these are, on one line.
    pub subject: String,
    /// The comparison, where there is one.
    pub threshold: Option<Threshold>,
    /// The values, by labels; those that pass the comparison are kept first, where there are too many.
    pub curves: Vec<Curve>,
    /// How many curves are left out.
    pub more_curves: usize,
    /// What the values are compared with, where that is not a constant.
    pub other: Option<Other>,
    /// Why there are no values, where the expression fails.
    pub failure: Option<String>,
}

/// The other side of a comparison, where that is not a constant.
#[derive(Clone, Debug)]
pub struct Other {
    /// The comparison's operator, the chart's own values to its left.
    pub op: BinaryOp,
    /// The expression on its right, on one line.
    pub subject: String,
    /// Its values.
    pub curves: Vec<Curve>,
    /// How many curves are left out.
    pub more_curves: usize,
}

/// What values are compared with: `> 5`.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// One of `==`, `!=`, `<`, `<=`, `>`, `>=`, as if the values stood to its left.
    pub op: BinaryOp,
    /// The number.
    pub value: f64,
}

/// The values of one element over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its labels.
    pub labels: Labels,
    /// Whether it ever passed the comparison.
    pub passes: bool,
    /// The values by time; where a cell of time has none, there is none here.
    pub cells: Vec<Cell>,
    /// For how many cells a value stands, if no other follows; at least 1.
    pub reach: usize,
    /// How many values are NaN or infinite, and in no cell.
    pub not_finite: usize,
    /// Whether there are native histograms among the values, which count as their number of observations.
    pub histograms: bool,
}

/// What a curve does in one cell of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Which cell, from 0.
    pub index: usize,
    /// The least value in it.
    pub min: f64,
    /// The greatest value in it.
    pub max: f64,
    /// The last value in it.
    pub last: f64,
}

/// A series that a rule reads.
#[derive(Clone, Debug)]
pub struct InputStory {
    /// Its values over the time of the test.
    pub curve: Curve,
    /// How it is written in the test file: its values in series notation, cut where they are long, and their place;
    /// `None` if a rule records it.
    pub written: Option<(String, Span)>,
    /// Whether the rule reads it through a recording rule.
    pub indirect: bool,
}

impl Story {
    /// Forgets what would be drawn.
    fn leave_out_pictures(&mut self) {
        self.more_rules = self.more_rules.saturating_add(self.rules.len());
        self.more_expressions = self.more_expressions.saturating_add(self.expressions.len());
        self.rules = Vec::new();
        self.expressions = Vec::new();
    }

    /// How many cells of time there are.
    pub fn cells(&self) -> usize {
        cells(self.steps).0
    }

    /// How many steps a cell of time has; the last cell may have less.
    pub fn steps_per_cell(&self) -> usize {
        cells(self.steps).1
    }

    /// Milliseconds from the start of the test to `step`.
    pub fn time_of(&self, step: usize) -> i64 {
        self.schedule.time(step).saturating_sub(self.schedule.start_ms)
    }
}

/// The number of cells of `steps` steps, and how many steps each has.
fn cells(steps: usize) -> (usize, usize) {
    let per_cell = steps.div_ceil(CELLS).max(1);
    (steps.div_ceil(per_cell), per_cell)
}
