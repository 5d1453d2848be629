//! What alerts look like: their labels and annotations as rendered over the data of tests.
//!
//! [`RenderOptions`] observes a run. Each test group then goes on to its last sample, so that an alert is seen also where
//! nothing is asserted on it.

mod gather;
mod problems;
mod summary;

use std::sync::Arc;

use crate::alerting::AlertState;
use crate::promql::regex::SearchRegex;
use crate::source::{SourceFile, Span};
use crate::testfile::TestGroup;
use crate::unittest::report::GroupReport;
use crate::unittest::run::{Needs, Observer, Running};

pub use summary::{Appearance, RenderedRule, by_rule};

/// What is rendered.
#[derive(Clone, Debug, Default)]
pub struct RenderOptions {
    /// Alerts whose name it matches somewhere; `None`: all.
    pub alerts: Option<Arc<SearchRegex>>,
    /// Alerts of which one of these words, in lower case, is part of the name of the test file, of its group or of the
    /// alert, case aside. None: all.
    pub words: Vec<String>,
    /// Alerts as they are at this time, in milliseconds from the start of the test; `None`: when they first fire, or
    /// are first pending where they never fire.
    pub at_ms: Option<i64>,
    /// All alerts of a rule, not only the first one.
    pub all: bool,
}

/// What a test group renders.
#[derive(Debug)]
pub struct Rendering {
    /// All alerting rules that are chosen; in the first group of a file only, the others have the same.
    pub known: Vec<RulePlace>,
    /// The rules with alerts in this group, in the order of evaluation.
    pub rules: Vec<RuleRendering>,
}

/// An alerting rule and where it stands.
#[derive(Clone, Debug)]
pub struct RulePlace {
    /// The alert's name.
    pub name: String,
    /// The file that the rule stands in.
    pub file: Arc<SourceFile>,
    /// The bytes of its name in it.
    pub span: Span,
}

/// An alerting rule over the data of one test group. Times are milliseconds from the start of the test.
#[derive(Clone, Debug)]
pub struct RuleRendering {
    /// The rule.
    pub rule: RulePlace,
    /// When one of its alerts first is pending.
    pub first_pending_ms: Option<i64>,
    /// When one of its alerts first fires.
    pub first_firing_ms: Option<i64>,
    /// Its alerts, those that fire before those that do not, by time; without [`RenderOptions::all`] only the first.
    pub alerts: Vec<AlertRendering>,
    /// How many more there are.
    pub more: usize,
}

/// An alert at one time.
#[derive(Clone, Debug)]
pub struct AlertRendering {
    /// Its state.
    pub state: AlertState,
    /// The time, in milliseconds from the start of the test.
    pub at_ms: i64,
    /// Since when the expression holds, in milliseconds from the start of the test.
    pub active_at_ms: i64,
    /// The value, in series notation.
    pub value: String,
    /// Its labels, sorted by name; also those of the rule that render to nothing, which the alert does not have.
    pub labels: Vec<RenderedField>,
    /// Its annotations, sorted by name.
    pub annotations: Vec<RenderedField>,
}

/// A label or an annotation as rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedField {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What is wrong with it; nothing in the usual case.
    pub problems: Vec<Remark>,
    /// Where the rule's file gives its text; `None` for labels of the expression.
    pub span: Option<Span>,
}

/// Something that is wrong with a rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The lint rule that finds it without data, if there is one: where that is not wanted, the remark is not either.
    pub rule: Option<&'static str>,
    /// What is wrong, in words.
    pub message: String,
}

impl Observer for RenderOptions {
    type Seen = Rendering;

    fn needs(&self) -> Needs {
        // A template that does not parse is shown beside the others.
        Needs { all_samples: true, until_ms: self.at_ms, broken_templates: true, ..Needs::default() }
    }

    fn look(&self, running: &Running<'_>, _report: &GroupReport) -> Rendering {
        gather::gather(running, self)
    }
}

impl RenderOptions {
    /// Whether the alert `name` is rendered over `group` of the file called `file`.
    pub(super) fn chooses(&self, file: &str, group: &TestGroup, name: &str) -> bool {
        let has = |text: &str| {
            let text = text.to_lowercase();
            self.words.iter().any(|word| text.contains(word.as_str()))
        };
        self.alerts.as_ref().is_none_or(|regex| regex.is_match(name))
            && (self.words.is_empty() || has(file) || has(group.name()) || has(name))
    }
}

impl AlertRendering {
    /// How many things are wrong with it.
    pub fn problem_count(&self) -> usize {
        self.labels.iter().chain(&self.annotations).map(|field| field.problems.len()).sum()
    }
}
