//! Input series: series notation to samples.
//!
//! promtool writes all series of a test into one text, a line each, and reads that back. What follows from it is part
//! of the format: a line break inside `values` begins another series, and an empty line or one that begins with `#`
//! ends the input, whatever comes behind it.

use rustc_hash::FxHashMap;

use super::{InputSeries, TestFile, TestGroup};
use crate::alerting::Input;
use crate::model::{Labels, SampleValue};
use crate::promql::series::{HISTOGRAM_COST, SeriesError, SeriesItems, parse_line};
use crate::source::{Diagnostic, Label, Severity, Span};

/// The id of what cannot be read as a series.
const INVALID_SERIES: &str = "test/invalid-series";

/// The id of a group with more input than [`MAX_GROUP_VALUES`].
const TOO_MANY_VALUES: &str = "test/too-many-values";

/// How many values the series of one group may have together, which bounds the memory that a group takes. A histogram
/// counts for [`HISTOGRAM_COST`].
const MAX_GROUP_VALUES: usize = 20_000_000;

/// The input of a test group.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// One for each label set, in the order of the file.
    pub(super) series: Vec<Input>,
    /// Where the input ended before its last series, if it did.
    pub(super) end: Option<EarlyEnd>,
    /// Pairs of indices in `input_series`: a series, and the later one with the same labels that replaces it.
    pub(super) replaced: Vec<(usize, usize)>,
    /// For each of `series`: its index in `input_series`.
    pub(super) origins: Vec<usize>,
    /// Whether a series says that it ends: its last item is `stale` or `_`.
    pub(super) says_end: bool,
}

/// An empty line or a comment ended the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EarlyEnd {
    /// The index in `input_series` of the series in which it stands.
    pub(super) series: usize,
    /// Whether it is a comment (else an empty line).
    pub(super) comment: bool,
}

/// Reads the series of `group`. Samples later than `end_ms` (since the epoch) are left out: no evaluation sees them.
///
/// # Errors
/// The first series that is not one (promtool runs nothing then), or that is more than [`MAX_GROUP_VALUES`].
pub(super) fn read(file: &TestFile, group: &TestGroup, end_ms: i64) -> Result<Inputs, Box<Diagnostic>> {
    let mut inputs = Inputs::default();
    let mut values_so_far = 0_usize;
    let mut by_labels: FxHashMap<Labels, (usize, usize)> = FxHashMap::default();
    for (index, item) in group.input_series.iter().enumerate() {
        let text = format!("{} {}", item.series.text(), item.values.text());
        let mut offset = 0;
        for line in text.split('\n') {
            let start = offset + (line.len() - line.trim_start().len());
            offset += line.len() + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                let last = index + 1 == group.input_series.len() && text.len() <= offset;
                inputs.end = (!last).then_some(EarlyEnd { series: index, comment: !line.is_empty() });
                return Ok(inputs);
            }
            let parsed = parse_line(line).map_err(|error| Box::new(diagnostic(file, item, start, &error)))?;
            // Start timestamps are off in unit tests.
            let SeriesItems::Values(values) = parsed.items else { continue };
            inputs.says_end |= values.last().is_some_and(|last| last.as_ref().is_none_or(SampleValue::is_stale));
            let times = (0_i64..).map(|n| group.start_ms.saturating_add(n.saturating_mul(group.interval_ms)));
            let samples = times.zip(values).take_while(|(t, _)| *t <= end_ms);
            let samples: Vec<(i64, SampleValue)> = samples.filter_map(|(t, value)| Some((t, value?))).collect();
            values_so_far = values_so_far.saturating_add(cost(&samples));
            if values_so_far > MAX_GROUP_VALUES {
                return Err(Box::new(too_many_values(file, item)));
            }
            match by_labels.get(&parsed.labels) {
                Some((at, earlier)) => {
                    inputs.replaced.push((*earlier, index));
                    if let Some(input) = inputs.series.get_mut(*at) {
                        input.samples = samples;
                    }
                }
                None => {
                    by_labels.insert(parsed.labels.clone(), (inputs.series.len(), index));
                    inputs.origins.push(index);
                    inputs.series.push(Input { labels: parsed.labels, samples });
                }
            }
        }
    }
    Ok(inputs)
}

fn cost(samples: &[(i64, SampleValue)]) -> usize {
    let cost = |value: &SampleValue| match value {
        SampleValue::Float(_) => 1,
        SampleValue::Histogram(_) => HISTOGRAM_COST,
    };
    samples.iter().map(|(_, value)| cost(value)).sum()
}

fn too_many_values(file: &TestFile, item: &InputSeries) -> Diagnostic {
    let message = format!("with this series the test has more than {MAX_GROUP_VALUES} input values");
    Diagnostic::new(TOO_MANY_VALUES, Severity::Error, message, Label::new(&file.file, item.series.span, ""))
        .help(format!("use fewer or shorter series; a histogram counts for {HISTOGRAM_COST} values"))
}

/// The error with its place in the file. `start` is where the line begins in `series values`.
fn diagnostic(file: &TestFile, item: &InputSeries, start: usize, error: &SeriesError) -> Diagnostic {
    let span = error.span.shifted(start);
    let values_start = item.series.text().len() + 1;
    let in_file = if item.values.text().is_empty() && span.start >= values_start {
        item.span
    } else if span.start >= values_start {
        let (from, to) = (span.start - values_start, span.end.saturating_sub(values_start));
        item.values.file_span(Span::new(from, to))
    } else {
        item.series.file_span(Span::new(span.start, span.end.min(item.series.text().len())))
    };
    let message = format!("this series cannot be read: {}", error.message);
    Diagnostic::new(INVALID_SERIES, Severity::Error, message, Label::new(&file.file, in_file, ""))
}
