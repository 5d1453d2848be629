//! The series notation of test files: `1+1x5 _ stale {{schema:0 sum:5 count:4 buckets:[1 2 1]}}x3`.
//!
//! | item | meaning |
//! | --- | --- |
//! | `V` | one value |
//! | `_`, `_xN` | no sample, N times no sample |
//! | `VxN` | the value N+1 times |
//! | `V+DxN`, `V-DxN` | the value, then N more, each D more (less) than the one before |
//! | `stale` | the staleness marker |
//! | `stale+DxN`, `stale-DxN` | the staleness marker, then N times NaN |
//! | `{{key:value …}}` | a native histogram; repeats and increments as numbers do |
//!
//! The notation is expanded at once, within a bound, as far as it is wanted: `0x1000000000` is an error and not a way to
//! fill the memory.

mod cursor;
mod histogram;
mod start;
mod values;

use std::fmt;

use crate::model::{FloatHistogram, Labels, SampleValue};
use crate::source::Span;

use cursor::Cursor;

/// How many values one text may expand to. A histogram of an increasing sequence counts for [`HISTOGRAM_COST`].
pub const MAX_VALUES: usize = 4_000_000;
/// How many plain values one histogram stands for, by the memory that it takes.
pub const HISTOGRAM_COST: usize = 32;

/// A text is not series notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesError {
    /// The offending part, in bytes of the text.
    pub span: Span,
    /// What is wrong and what was expected.
    pub message: String,
}

impl SeriesError {
    /// An error at these bytes.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        SeriesError { span, message: message.into() }
    }
}

impl fmt::Display for SeriesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SeriesError {}

/// A series with its values, as one line gives it.
#[derive(Clone, Debug)]
pub struct SeriesLine {
    /// The series' labels.
    pub labels: Labels,
    /// Where the labels stand, in bytes of the line.
    pub metric_span: Span,
    /// Why Prometheus stores no sample of such a series, in words that follow a colon.
    pub refused: Option<String>,
    /// What follows.
    pub items: SeriesItems,
}

/// What follows the metric in a line.
#[derive(Clone, Debug)]
pub enum SeriesItems {
    /// Values, one for each interval; `None` where there is no sample.
    Values(Values),
    /// From a line `metric@st …`: for each value of the line that follows the start timestamp relative to the sample's
    /// time, in milliseconds; `None` where there is none.
    StartTimestamps(Vec<Option<i64>>),
}

/// The values of a series, as far as they are wanted.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The first ones, one for each interval; `None` where there is no sample.
    pub first: Vec<Option<SampleValue>>,
    /// How many there are, those that are left out included.
    pub length: usize,
    /// Whether the last one says that there is no sample: `_`, `stale`.
    pub ends_empty: bool,
}

/// The values that `text` stands for, one for each interval; `None` where there is no sample.
///
/// # Errors
/// The text is not series notation, histograms cannot be combined, or it expands to more than [`MAX_VALUES`].
pub fn parse_values(text: &str) -> Result<Vec<Option<SampleValue>>, SeriesError> {
    values::parse(&mut Cursor::new(text), usize::MAX).map(|values| values.first)
}

/// A line `metric{label="value"} values`, or `metric{label="value"}@st start timestamps`.
///
/// # Errors
/// As [`parse_values`], or the metric is not one. Spans are bytes of `line`.
pub fn parse_line(line: &str) -> Result<SeriesLine, SeriesError> {
    parse_line_up_to(line, usize::MAX)
}

/// [`parse_line`], of which only the first `wanted` values are expanded. Those behind are read and counted, take neither
/// time nor memory, and do not count for the bound.
///
/// # Errors
/// As [`parse_line`]. That histograms cannot be combined is found at the first step also where it is not wanted.
pub fn parse_line_up_to(line: &str, wanted: usize) -> Result<SeriesLine, SeriesError> {
    let mut cursor = Cursor::new(line);
    cursor.skip_spaces();
    let metric_span = cursor.metric()?;
    let pairs = super::metric_pairs(metric_span.slice(line))
        .map_err(|error| SeriesError::new(error.span.shifted(metric_span.start()), error.message))?;
    let refused = refused(&pairs);
    let labels = Labels::from_pairs(pairs);
    let items = if cursor.eat("@st") {
        SeriesItems::StartTimestamps(start::parse(&mut cursor)?)
    } else {
        SeriesItems::Values(values::parse(&mut cursor, wanted)?)
    };
    Ok(SeriesLine { labels, metric_span, refused, items })
}

fn refused(pairs: &[(String, String)]) -> Option<String> {
    match super::name_given_twice(pairs) {
        Some(name) => Some(format!("it has the label `{name}` twice")),
        None => {
            let is_empty = pairs.iter().all(|(_, value)| value.is_empty());
            is_empty.then(|| "it has neither a name nor a label".to_owned())
        }
    }
}

/// Exactly one histogram, `{{…}}`. The second part says whether a `counter_reset_hint` was written, which decides
/// whether comparisons look at it.
///
/// # Errors
/// The text is something else.
pub fn parse_histogram(text: &str) -> Result<(FloatHistogram, bool), SeriesError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    let parsed = histogram::parse(&mut cursor)?;
    cursor.skip_spaces();
    if cursor.at_end() { Ok(parsed) } else { Err(cursor.unexpected("the end after one histogram")) }
}

#[cfg(test)]
mod tests;
