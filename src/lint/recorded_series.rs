//! What the definitions of recorded metrics say of their series, through each other and in all files: found out once for all
//! lint rules that ask about it.

use rustc_hash::FxHashSet;

use super::alert_labels::SERVER_LABELS;
use super::context::WorkspaceContext;
use super::recording::{Definitions, Place, Recording};
use crate::facts::{Facts, Premises, Recorded, RecordedLabel, RecordedSeries};
use crate::promql::Expr;
use crate::rules::Dialect;
use crate::source::Span;

/// Definitions that read definitions that read … are followed so far.
const MAX_DEPTH: usize = 16;

/// What is known of the recorded series that rules read. Only of names with a colon: what has none may be scraped as well.
#[derive(Debug)]
pub(super) struct RecordedFacts {
    known: Recorded,
}

impl RecordedFacts {
    pub(super) fn of(cx: &WorkspaceContext<'_>) -> Self {
        let recording = cx.recording();
        let mut learner = Learner { recording, known: Recorded::default(), seen: FxHashSet::default() };
        if recording.names().any(|name| name.contains(':')) {
            let rules = cx.places().map(|reader| reader.rule);
            for expr in rules.filter_map(|rule| rule.parsed.as_ref()) {
                reads(expr).for_each(|name| learner.learn(name, 0));
            }
        }
        RecordedFacts { known: learner.known }
    }

    /// What is known of the expression of a rule and of each of its nodes; `None` where it reads no series of which
    /// something `wanted` is known.
    pub(super) fn of_reader<'s>(
        &'s self,
        reader: &Place<'s>,
        wanted: impl Fn(&RecordedSeries) -> bool,
    ) -> Option<Facts<'s>> {
        let expr = reader.rule.parsed.as_ref()?;
        let mut known = reads(expr).filter_map(|name| self.known.get(name));
        known.any(wanted).then(|| Facts::under(expr, premises(reader, &self.known)))
    }

    /// What is known of the series of this name.
    pub(super) fn get(&self, name: &str) -> Option<&RecordedSeries> {
        self.known.get(name)
    }
}

/// Whether a reader's series of this name may come from other servers, which add the label: what records them stands in
/// other files.
pub(super) fn may_be_added(recording: &Recording<'_>, reader: &Place<'_>, name: &str, label: &str) -> bool {
    let mut places = recording.get(name).into_iter().flat_map(|places| places.iter());
    SERVER_LABELS.contains(&label) && places.all(|place| place.file_at != reader.file_at)
}

/// The metric of the selector at `selector`, bytes of an expression.
pub(super) fn name_at(expr: &str, selector: Span) -> &str {
    let text = selector.slice(expr);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

struct Learner<'r, 'a> {
    recording: &'r Recording<'a>,
    known: Recorded,
    /// What was looked at, or is being looked at.
    seen: FxHashSet<&'a str>,
}

impl<'a> Learner<'_, 'a> {
    /// Finds out what is known of `name`, after what its definitions read. Of what is recorded in terms of itself, little is.
    fn learn(&mut self, name: &'a str, depth: usize) {
        if depth > MAX_DEPTH || !name.contains(':') || !self.seen.insert(name) {
            return;
        }
        let Some(places) = self.recording.get(name) else { return };
        for expr in places.iter().filter_map(|place| place.rule.parsed.as_ref()) {
            reads(expr).for_each(|inner| self.learn(inner, depth + 1));
        }
        if let Some(series) = self.of_all(&places) {
            self.known.insert(name.to_owned(), series);
        }
    }

    fn of_all(&self, places: &Definitions<'_, 'a>) -> Option<RecordedSeries> {
        let mut all: Option<RecordedSeries> = None;
        for place in places.iter() {
            let series = self.of_one(&place)?;
            all = Some(match all {
                Some(all) => all.or(series),
                None => series,
            });
        }
        all.filter(|series| series.says_of_labels() || series.says_of_values())
    }

    fn of_one(&self, place: &Place<'a>) -> Option<RecordedSeries> {
        let facts = Facts::under(place.rule.parsed.as_ref()?, premises(place, &self.known));
        let mut series = RecordedSeries::of(&facts)?;
        for (label, value) in place.file.rules.groups.get(place.group_at)?.labels_of(place.rule) {
            let covered = series.set(label.text(), value.text());
            // vmalert keeps a label that is covered.
            if covered.is_some() && place.file.rules.dialect == Dialect::Vmalert {
                series.labels.insert(format!("exported_{}", label.text()), RecordedLabel::any());
            }
        }
        Some(series)
    }
}

fn premises<'s>(reader: &Place<'s>, known: &'s Recorded) -> Premises<'s> {
    Premises { recorded: Some(known), ..reader.file.premises() }
}

/// The names of the metrics that an expression reads.
fn reads(expr: &Expr) -> impl Iterator<Item = &str> {
    let mut names = Vec::new();
    expr.walk(&mut |part| names.extend(part.selector().and_then(|selector| selector.metric_name())));
    names.into_iter()
}
