//! What the definitions of recorded metrics say of their series, through each other and in all files: found out once for all
//! lint rules that ask about it.

use rustc_hash::FxHashSet;

use super::alert_labels::{may_be_external, tells_servers_apart};
use super::context::WorkspaceContext;
use super::recording::{Definitions, Place, Recording};
use crate::facts::{Facts, Premises, Recorded, RecordedLabel, RecordedSeries};
use crate::promql::Expr;
use crate::rules::Dialect;
use crate::source::Span;

/// Definitions that read definitions that read … are followed so far.
const MAX_DEPTH: usize = 16;

/// What is known of the recorded series that rules read. Only of names with a colon: what has none may be scraped as well.
#[derive(Debug, Default)]
pub(super) struct RecordedFacts {
    known: Recorded,
    /// The rules that read one of them, by their place among all rules.
    readers: Vec<usize>,
}

impl RecordedFacts {
    pub(super) fn of(cx: &WorkspaceContext<'_>) -> Self {
        let recording = cx.recording();
        if !recording.names().any(|name| name.contains(':')) {
            return RecordedFacts::default();
        }
        let mut learner = Learner { recording, known: Recorded::default(), seen: FxHashSet::default() };
        let expressions = || cx.places().map(|place| place.rule.parsed.as_ref());
        for expr in expressions().flatten() {
            for_each_read(expr, |name| learner.learn(name, 0));
        }
        let known = learner.known;
        let reads_known = |expr: &Expr| reads(expr, |name| known.contains_key(name));
        let readers = expressions().enumerate().filter(|(_, expr)| expr.is_some_and(&reads_known));
        let readers = readers.map(|(at, _)| at).collect();
        RecordedFacts { known, readers }
    }

    /// The rules that read series of which something is known, in the order of the files.
    pub(super) fn readers<'a>(&self, cx: &WorkspaceContext<'a>) -> impl Iterator<Item = Place<'a>> {
        let mut readers = self.readers.iter().copied().peekable();
        // Without readers no rule is looked at.
        let places = readers.peek().is_some().then(|| cx.places()).into_iter().flatten();
        places.enumerate().filter_map(move |(at, place)| readers.next_if_eq(&at).map(|_| place))
    }

    /// What is known of the expression of a rule and of each of its nodes; `None` where it reads no series of which
    /// something `wanted` is known.
    pub(super) fn of_reader<'s>(
        &'s self,
        reader: &Place<'s>,
        wanted: impl Fn(&RecordedSeries) -> bool,
    ) -> Option<Facts<'s>> {
        let expr = reader.rule.parsed.as_ref()?;
        reads(expr, |name| self.known.get(name).is_some_and(&wanted))
            .then(|| Facts::under(expr, premises(reader, &self.known)))
    }

    /// What is known of the series of this name.
    pub(super) fn get(&self, name: &str) -> Option<&RecordedSeries> {
        self.known.get(name)
    }
}

/// Whether a reader's series of this name may have the label all the same: they come from other servers, which add it, or
/// vmalert does, which adds external labels to whatever it records.
pub(super) fn may_be_added(recording: &Recording<'_>, reader: &Place<'_>, name: &str, label: &str) -> bool {
    let is_added = || tells_servers_apart(label) || reader.file.config.facts.external_labels.contains_key(label);
    (reader.file.rules.dialect == Dialect::Vmalert && may_be_external(&reader.file, label))
        || (is_added() && are_elsewhere(recording, reader, name))
}

/// Whether what records a name stands in other files than a reader, and may run on other servers.
pub(super) fn are_elsewhere(recording: &Recording<'_>, reader: &Place<'_>, name: &str) -> bool {
    recording.get(name).is_none_or(|definitions| !definitions.are_in_file_of(reader))
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
        if depth > MAX_DEPTH || !self.seen.insert(name) {
            return;
        }
        let Some(places) = self.recording.get(name) else { return };
        for expr in places.iter().filter_map(|place| place.rule.parsed.as_ref()) {
            for_each_read(expr, |inner| self.learn(inner, depth + 1));
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
        all.filter(|series| series.says_of_labels() || series.says_of_values()).map(RecordedSeries::sealed)
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

/// Shows `see` the names with a colon that an expression reads.
fn for_each_read<'e>(expr: &'e Expr, mut see: impl FnMut(&'e str)) {
    expr.walk(&mut |part| {
        if let Some(name) = part.metric_name().filter(|name| name.contains(':')) {
            see(name);
        }
    });
}

/// Whether an expression reads a metric of which `is` holds.
fn reads(expr: &Expr, is: impl Fn(&str) -> bool) -> bool {
    expr.any(|part| part.metric_name().is_some_and(&is))
}
