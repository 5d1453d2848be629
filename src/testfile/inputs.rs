//! Input series: series notation to samples.
//!
//! promtool writes all series of a test into one text, a line each, and reads that back. What follows from it is part
//! of the format: a line break inside `values` begins another series, and an empty line or one that begins with `#`
//! ends the input, whatever comes behind it.

use rustc_hash::FxHashMap;

use super::repeat::{Line, MAX_REPEATED_BYTES, MAX_REPEATED_SERIES, Template};
use super::{InputSeries, TestFile, TestGroup};
use crate::alerting::{Input, Turn, is_large};
use crate::model::{Labels, SampleValue};
use crate::promql::series::{HISTOGRAM_COST, SeriesError, SeriesItems, Values, parse_line_up_to};
use crate::source::{Diagnostic, Label, Meta, Severity, Span, meta};

/// `test/invalid-series`
pub static INVALID_SERIES: Meta = meta!("test/invalid-series", Error, certain, "an input series that cannot be read");

/// The id of a group with more input than [`MAX_GROUP_VALUES`].
const TOO_MANY_VALUES: &str = "test/too-many-values";

/// How many values the series of one group may have together, which bounds the memory that a group takes. A histogram
/// counts for [`HISTOGRAM_COST`].
const MAX_GROUP_VALUES: usize = 10_000_000;

/// The input of a test group.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// One for each label set, in the order of the file.
    pub(crate) series: Vec<Input>,
    /// Where the input ended before its last series, if it did.
    pub(crate) end: Option<EarlyEnd>,
    /// Pairs of indices in `input_series`: a series, and the later one with the same labels that replaces it.
    pub(crate) replaced: Vec<(usize, usize)>,
    /// For each of `series`: its index in `input_series`.
    pub(crate) origins: Vec<usize>,
    /// Whether a series says that it ends: its last item is `stale` or `_`.
    pub(crate) says_end: bool,
    /// The time of the last value of any series, also where it says that there is no sample.
    pub(crate) last_ms: Option<i64>,
}

/// An empty line or a comment ended the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EarlyEnd {
    /// The index in `input_series` of the series in which it stands.
    pub(crate) series: usize,
    /// Whether it is a comment (else an empty line).
    pub(crate) comment: bool,
}

/// Reads the series of `group`. Samples later than `end_ms` (since the epoch) are left out: no evaluation sees them.
///
/// # Errors
/// The first series that is not one (promtool runs nothing then), or that is more than [`MAX_GROUP_VALUES`].
pub(crate) fn read(file: &TestFile, group: &TestGroup, end_ms: i64) -> Result<Inputs, Box<Diagnostic>> {
    read_before(file, group, end_ms, None)
}

/// [`read`] that waits for `turn` before it goes on with many values.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_in_turn(
    file: &TestFile,
    group: &TestGroup,
    end_ms: i64,
    turn: &Turn,
) -> Result<Inputs, Box<Diagnostic>> {
    read_before(file, group, end_ms, Some(turn))
}

fn read_before(
    file: &TestFile,
    group: &TestGroup,
    end_ms: i64,
    turn: Option<&Turn>,
) -> Result<Inputs, Box<Diagnostic>> {
    let mut reading = Reading {
        turn,
        file,
        group,
        end_ms,
        inputs: Inputs::default(),
        by_labels: FxHashMap::default(),
        used: Used::default(),
    };
    for (index, item) in group.input_series.iter().enumerate() {
        let template = Template::new(item);
        for line in template.lines() {
            if template.is_repeated() {
                reading.count_repeated(item, &line)?;
            }
            reading.item(index, item, &line)?;
            if reading.inputs.end.is_some() || reading.used.ended {
                return Ok(reading.inputs);
            }
        }
    }
    Ok(reading.inputs)
}

/// The time of the last value of any series of `group`, also where it says that there is no sample. Expands nothing.
///
/// # Errors
/// As [`read`].
pub(crate) fn last_ms(file: &TestFile, group: &TestGroup) -> Result<Option<i64>, Box<Diagnostic>> {
    read(file, group, group.start_ms).map(|inputs| inputs.last_ms)
}

/// Series while they are read.
struct Reading<'a> {
    turn: Option<&'a Turn>,
    file: &'a TestFile,
    group: &'a TestGroup,
    end_ms: i64,
    inputs: Inputs,
    /// For each label set: its index in `inputs.series`, and in `input_series`.
    by_labels: FxHashMap<Labels, (usize, usize)>,
    used: Used,
}

/// How much of the bounds is used.
#[derive(Default)]
struct Used {
    values: usize,
    repeated_series: usize,
    repeated_bytes: usize,
    /// Whether the last series of all ended with an empty line or a comment, which takes nothing away.
    ended: bool,
}

impl Reading<'_> {
    /// Reads a series, or the several that line breaks in its values make of it.
    fn item(&mut self, index: usize, item: &InputSeries, source: &Line) -> Result<(), Box<Diagnostic>> {
        let mut offset = 0;
        for line in source.text.split('\n') {
            let start = offset + (line.len() - line.trim_start().len());
            offset += line.len() + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                let last = index + 1 == self.group.input_series.len() && source.text.len() <= offset;
                self.inputs.end = (!last).then_some(EarlyEnd { series: index, comment: !line.is_empty() });
                self.used.ended = true;
                return Ok(());
            }
            let parsed = parse_line_up_to(line, self.wanted())
                .map_err(|error| Box::new(diagnostic(self.file, item, source, start, &error)))?;
            // Start timestamps are off in unit tests.
            let SeriesItems::Values(values) = parsed.items else { continue };
            let values_span = Span::new(parsed.metric_span.end() + 1, line.len().max(parsed.metric_span.end() + 1));
            let refused = parsed.refused.map(|message| SeriesError::new(parsed.metric_span, message));
            let refused = refused.or_else(|| {
                let in_time = self.times().zip(&values.first).take_while(|(t, _)| *t <= self.end_ms);
                let message = invalid_histogram(in_time.filter_map(|(_, value)| value.as_ref()))?;
                Some(SeriesError::new(values_span, message))
            });
            let refused = refused.map(|error| Box::new(diagnostic(self.file, item, source, start, &error)));
            self.add(index, item, parsed.labels, values, refused)?;
        }
        Ok(())
    }

    /// `refused` says why no sample of the series can be stored.
    fn add(
        &mut self,
        index: usize,
        item: &InputSeries,
        labels: Labels,
        values: Values,
        refused: Option<Box<Diagnostic>>,
    ) -> Result<(), Box<Diagnostic>> {
        let times = self.times();
        let inputs = &mut self.inputs;
        inputs.says_end |= values.ends_empty;
        let length = i64::try_from(values.length).unwrap_or(i64::MAX).saturating_sub(1);
        if length >= 0 {
            let last_ms = self.group.start_ms.saturating_add(length.saturating_mul(self.group.interval_ms));
            inputs.last_ms = inputs.last_ms.max(Some(last_ms));
        }
        let samples = times.zip(values.first).take_while(|(t, _)| *t <= self.end_ms);
        let samples: Vec<(i64, SampleValue)> = samples.filter_map(|(t, value)| Some((t, value?))).collect();
        // What has no sample is not stored, so nothing refuses it.
        if let Some(refused) = refused.filter(|_| !samples.is_empty()) {
            return Err(refused);
        }
        self.used.values = self.used.values.saturating_add(cost(samples.iter().map(|(_, value)| value)));
        if self.used.values > MAX_GROUP_VALUES {
            return Err(Box::new(too_many_values(self.file, item)));
        }
        if is_large(self.used.values, MAX_GROUP_VALUES) {
            self.turn.iter().for_each(|turn| turn.wait());
        }
        match self.by_labels.get(&labels) {
            Some((at, earlier)) => {
                if inputs.replaced.last() != Some(&(*earlier, index)) {
                    inputs.replaced.push((*earlier, index));
                }
                if let Some(input) = inputs.series.get_mut(*at) {
                    input.samples = samples;
                }
            }
            None => {
                self.by_labels.insert(labels.clone(), (inputs.series.len(), index));
                inputs.origins.push(index);
                inputs.series.push(Input { labels, samples });
            }
        }
        Ok(())
    }

    /// How many values of a series lie within the time that counts.
    fn wanted(&self) -> usize {
        let span_ms = i128::from(self.end_ms) - i128::from(self.group.start_ms);
        usize::try_from(span_ms.max(-1) / i128::from(self.group.interval_ms.max(1)) + 1).unwrap_or(usize::MAX)
    }

    /// The times of the values of a series, in milliseconds since the epoch.
    fn times(&self) -> impl Iterator<Item = i64> + use<> {
        let (start_ms, interval_ms) = (self.group.start_ms, self.group.interval_ms);
        (0_i64..).map(move |n| start_ms.saturating_add(n.saturating_mul(interval_ms)))
    }

    /// The bounds of series that are made of others.
    fn count_repeated(&mut self, item: &InputSeries, line: &Line) -> Result<(), Box<Diagnostic>> {
        self.used.repeated_series += 1;
        self.used.repeated_bytes = self.used.repeated_bytes.saturating_add(line.text.len());
        if self.used.repeated_series <= MAX_REPEATED_SERIES && self.used.repeated_bytes <= MAX_REPEATED_BYTES {
            return Ok(());
        }
        let span = item.repeat.as_ref().map_or(item.span, |repeat| repeat.span);
        let message = "with this `repeat` the test has too many series, or too long ones";
        let help = format!(
            "the limits are {MAX_REPEATED_SERIES} repeated series and {} MiB of their text for one test",
            MAX_REPEATED_BYTES >> 20
        );
        let label = Label::new(&self.file.file, span, "");
        Err(Box::new(Diagnostic::new(TOO_MANY_VALUES, Severity::Error, message, label).help(help)))
    }
}

/// What Prometheus' storage says of the first histogram that contradicts itself.
fn invalid_histogram<'v>(mut values: impl Iterator<Item = &'v SampleValue>) -> Option<String> {
    values.find_map(|value| match value {
        SampleValue::Histogram(histogram) => histogram.validate().err().map(|error| error.to_string()),
        SampleValue::Float(_) => None,
    })
}

fn cost<'v>(values: impl Iterator<Item = &'v SampleValue>) -> usize {
    let cost = |value: &SampleValue| match value {
        SampleValue::Float(_) => 1,
        SampleValue::Histogram(_) => HISTOGRAM_COST,
    };
    values.map(cost).sum()
}

fn too_many_values(file: &TestFile, item: &InputSeries) -> Diagnostic {
    let message = format!("with this series the test has more than {MAX_GROUP_VALUES} input values");
    Diagnostic::new(TOO_MANY_VALUES, Severity::Error, message, Label::new(&file.file, item.series.span, ""))
        .help(format!("use fewer or shorter series; a histogram counts for {HISTOGRAM_COST} values"))
}

/// The error with its place in the file. `start` is where the line begins in the text of `source`.
fn diagnostic(file: &TestFile, item: &InputSeries, source: &Line, start: usize, error: &SeriesError) -> Diagnostic {
    let span = source.in_source(error.span.shifted(start));
    let values_start = item.series.text().len() + 1;
    let in_file = if item.values.text().is_empty() && span.start() >= values_start {
        item.span
    } else if span.start() >= values_start {
        let (from, to) = (span.start() - values_start, span.end().saturating_sub(values_start));
        item.values.file_span(Span::new(from, to))
    } else {
        item.series.file_span(Span::new(span.start(), span.end().min(item.series.text().len())))
    };
    let place = Label::new(&file.file, in_file, "");
    let is_further = source.text.get(..start).is_some_and(|before| before.contains('\n'));
    if is_further && span.start() >= values_start {
        let message = format!(
            "a line break in `values` begins another series, which cannot be read{}: {}",
            source.note, error.message
        );
        return INVALID_SERIES
            .diagnostic(message, place)
            .help("put the values on one line, or use `>-`, which joins lines");
    }
    let message = format!("this series cannot be read{}: {}", source.note, error.message);
    INVALID_SERIES.diagnostic(message, place)
}
