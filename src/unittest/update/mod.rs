//! Writes what a test found into the test file, in place of what it expected.
//!
//! Only the bytes that have to change do: a value that differs is replaced in its own style of quotes, an alert that
//! does not fire is taken out with its lines, one that is missing is put behind the others. Comments, order and
//! everything else stay.
//!
//! `expectations` with `alerts` and `samples`, and `extensions` know what has to change; [`crate::yaml::edit`] changes it.

mod alerts;
mod expectations;
mod extensions;
mod samples;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::report::{Assertion, FileReport, Outcome};
use crate::source::{self, Diagnostic, Edit, SourceFile, Span};
use crate::testfile::decode;
use crate::yaml::edit::{Editor, Place, Refusal};
use crate::yaml::{self, Parsed};

/// A test file as it should be.
#[derive(Debug)]
pub struct Update {
    /// The whole new text.
    pub text: String,
    /// How many assertions were rewritten.
    pub changed: usize,
    /// Assertions that failed and had to stay as they are.
    pub left: Vec<Left>,
    /// The first mistake that the update would bring into the file. If there is one, the text is the old one.
    pub broken: Option<Box<Diagnostic>>,
}

/// An assertion that failed and had to stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its mapping in the file.
    pub span: Span,
    /// Why it stays.
    pub why: Why,
}

/// How far an update goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is there is written down. Where fewer alerts fire than are expected, or an expression has no samples any
    /// more, the expectation stays: it may be the rule that is broken.
    Present,
    /// That something is gone is written down, too.
    All,
}

/// Why an assertion cannot be updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What would have to change is read at other places, too: through an alias or a merge.
    Shared,
    /// What would have to change comes from another place: through an alias or a merge.
    Alias,
    /// It could not be decided: its expression fails, or something before it did.
    Undecided,
    /// It says what must never be.
    Never,
    /// It says what a text is to be like, not which text it is.
    Pattern,
    /// What it expects is not there any more.
    Gone,
    /// It expects alerts, and there are none to write down.
    NoAlert,
    /// It stands for several alerts, of which each would need something else.
    Unlike,
    /// Its expression must fail, and does not.
    Succeeds,
    /// There is NaN, which is equal to nothing that could be expected.
    NotANumber,
    /// There are more differences than are gathered.
    TooMuch,
    /// Its YAML is written in a way that is not edited.
    Layout,
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Shared => Why::Shared,
            Refusal::Alias => Why::Alias,
            Refusal::Layout | Refusal::Style | Refusal::TooLong => Why::Layout,
        }
    }
}

/// The file of `report` with each assertion that does not hold rewritten to what is there, as far as `extent` goes.
pub fn update(report: &FileReport, extent: Extent) -> Update {
    let parsed = yaml::parse(&report.file);
    let root = parsed.documents.first().and_then(|document| document.root.as_ref());
    let editor = &Editor::new(&report.file, &parsed);
    let (mut edits, mut changed, mut left) = (Vec::new(), 0, Vec::new());
    let tests = root.map_or(Ok(Vec::new()), |root| items(editor, Place::of_document(root), "tests"));
    for group in &report.groups {
        let written = match &tests {
            Ok(tests) => {
                tests.get(group.index).map_or_else(|| Written::not(Why::Alias), |group| Written::of(editor, *group))
            }
            Err(refusal) => Written::not((*refusal).into()),
        };
        for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
            match written.edits(editor, assertion, extent) {
                Ok(more) => {
                    changed += 1;
                    edits.extend(more);
                }
                Err(why) => left.push(Left { span: assertion.span, why }),
            }
        }
    }
    // An assertion that is repeated through an alias stands at one place only.
    let mut seen = FxHashSet::default();
    left.retain(|left| seen.insert(left.span));
    let edits = editor.with_line_breaks(edits);
    // The edits of an assertion lie within its text: they cannot overlap.
    let Ok(text) = source::apply(report.file.text(), &edits) else {
        let layout = |assertion: &Assertion| Left { span: assertion.span, why: Why::Layout };
        let failed = report.groups.iter().flat_map(|group| &group.assertions).filter(|a| a.outcome.failed());
        return Update {
            text: report.file.text().to_owned(),
            changed: 0,
            left: failed.map(layout).collect(),
            broken: None,
        };
    };
    match new_problem(&report.file, &parsed, &text) {
        Some(problem) => {
            let text = report.file.text().to_owned();
            Update { text, changed: 0, left, broken: Some(Box::new(problem)) }
        }
        None => Update { text, changed, left, broken: None },
    }
}

/// The first thing that is wrong with `text` and not with the file as it is.
fn new_problem(file: &Arc<SourceFile>, parsed: &Parsed, text: &str) -> Option<Diagnostic> {
    if file.text() == text {
        return None;
    }
    let known = decode(parsed, file).problems;
    let known: FxHashSet<_> = known.iter().map(|problem| (problem.rule, problem.message.as_str())).collect();
    let new = Arc::new(SourceFile::new(file.name(), text));
    let problems = decode(&yaml::parse(&new), &new).problems;
    problems.into_iter().find(|problem| !known.contains(&(problem.rule, problem.message.as_str())))
}

/// The assertions of a test group as they are written, by their spans.
struct Written<'n> {
    places: FxHashMap<Span, Place<'n>>,
    /// Why others are not among them.
    otherwise: Why,
}

impl<'n> Written<'n> {
    /// None of them.
    fn not(otherwise: Why) -> Self {
        Written { places: FxHashMap::default(), otherwise }
    }

    /// Those of the test group at `group` that do not come from elsewhere.
    fn of(editor: &Editor<'_>, group: Place<'n>) -> Self {
        let mut written = Written::not(Why::Alias);
        if group.node.alias().is_some() {
            return written;
        }
        for name in ["alert_rule_test", "alert_timeline", "promql_expr_test"] {
            match items(editor, group, name) {
                Ok(places) => {
                    let here = places.into_iter().filter(|place| place.node.alias().is_none());
                    written.places.extend(here.map(|place| (place.node.span, place)));
                }
                Err(refusal) => written.otherwise = refusal.into(),
            }
        }
        written
    }

    /// The edits of one assertion. They lie within its own text or directly behind it, and so collide with no others.
    fn edits(&self, editor: &Editor<'_>, assertion: &Assertion, extent: Extent) -> Result<Vec<Edit>, Why> {
        let place = self.places.get(&assertion.span).ok_or(self.otherwise);
        match &assertion.outcome {
            Outcome::Alerts(failure) if failure.is_shortened => Err(Why::TooMuch),
            Outcome::Samples(failure) if failure.is_shortened => Err(Why::TooMuch),
            Outcome::Message(failure) if failure.is_shortened => Err(Why::TooMuch),
            Outcome::Alerts(failure) => expectations::edits(editor, *place?, &**failure, &failure.differences, extent),
            Outcome::Samples(failure) => expectations::edits(editor, *place?, &**failure, &failure.differences, extent),
            Outcome::Timeline(failure) => extensions::of_timeline(editor, *place?, failure),
            Outcome::Message(failure) => extensions::of_message(editor, *place?, failure),
            Outcome::Error(_) | Outcome::NotRun | Outcome::Passed => Err(Why::Undecided),
        }
    }
}

/// The items of the list `name` that are written there.
fn items<'n>(editor: &Editor<'_>, place: Place<'n>, name: &str) -> Result<Vec<Place<'n>>, Refusal> {
    let list = place.entry(editor, name)?;
    list.map_or(Ok(Vec::new()), |list| list.items(editor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_test_file_any_more_is_noticed() {
        let file = Arc::new(SourceFile::new("t.yml", "tests: [{nme: x}]\n"));
        let parsed = yaml::parse(&file);
        assert_eq!(new_problem(&file, &parsed, "tests: [{nme: y}]\n").map(|problem| problem.message), None);
        let problem = new_problem(&file, &parsed, "tests: [{nme: y}\n").unwrap();
        assert_eq!(problem.rule, "yaml/syntax");
        let problem = new_problem(&file, &parsed, "tests: [{nme: y, names: x}]\n").unwrap();
        assert!(problem.message.contains("names"), "{}", problem.message);
    }
}
