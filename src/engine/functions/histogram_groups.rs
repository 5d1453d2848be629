//! The histograms in an instant vector: native ones, and classic ones put together from their `le` buckets.

use rustc_hash::FxHashMap;

use crate::engine::column::{Cell, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::select::name_of;
use crate::model::histogram::ClassicBucket;
use crate::model::{FloatHistogram, Labels, gofmt};
use crate::source::Span;

const BUCKET_LABEL: &str = "le";

/// One histogram over all steps; it may be native at some steps and classic at others.
pub(super) struct Group {
    /// The labels, without `le` if it is classic.
    pub(super) labels: Labels,
    /// The columns that may hold the native histogram.
    native: Vec<usize>,
    /// The classic histogram's upper bounds, ascending, and the columns that hold their counts.
    buckets: Vec<(f64, usize)>,
}

/// What a group holds at one step.
pub(super) enum Histogram<'v> {
    Native(&'v FloatHistogram),
    Classic(&'v [ClassicBucket]),
}

/// The histograms in `vector`; warns of bucket series without a usable `le`. `arg` is the expression that yields them.
pub(super) fn groups(eval: &mut Evaluator<'_>, vector: &Vector, arg: Span) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: FxHashMap<Labels, usize> = FxHashMap::default();
    let mut place = |labels: Labels, groups: &mut Vec<Group>| {
        *places.entry(labels).or_insert_with_key(|labels| {
            groups.push(Group { labels: labels.clone(), native: Vec::new(), buckets: Vec::new() });
            groups.len() - 1
        })
    };
    for (index, series) in vector.iter().enumerate().filter(|(_, series)| series.column.has_histograms()) {
        let at = place(series.labels.clone(), &mut groups);
        if let Some(group) = groups.get_mut(at) {
            group.native.push(index);
        }
    }
    for (index, series) in vector.iter().enumerate() {
        if !series.column.holds_floats() {
            continue;
        }
        let bound = series.labels.get(BUCKET_LABEL).unwrap_or_default();
        match parse_bound(bound) {
            Some(upper) => {
                let at = place(series.labels.without(|name| name == BUCKET_LABEL), &mut groups);
                if let Some(group) = groups.get_mut(at) {
                    group.buckets.push((upper, index));
                }
            }
            None => {
                let bound = gofmt::quote(bound.as_bytes());
                let message = format!("bucket label \"le\" is missing or has a malformed value of {bound}");
                eval.warn(format!("{message}{}", for_metric(&series.labels)), arg);
            }
        }
    }
    for group in &mut groups {
        group.buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    }
    // An order that does not depend on which series have a sample when.
    groups.sort_by(|a, b| a.labels.cmp(&b.labels));
    groups
}

impl Group {
    /// The histogram at `step`; `buckets` is where a classic one is put together. Where there is both a native and a classic one, neither counts: a warning says so.
    pub(super) fn at<'v>(
        &self,
        step: usize,
        vector: &'v Vector,
        buckets: &'v mut Vec<ClassicBucket>,
        eval: &mut Evaluator<'_>,
        arg: Span,
    ) -> Option<Histogram<'v>> {
        let cell = |index: &usize| vector.get(*index).map_or(Cell::Absent, |series| series.column.get(step));
        let native = self.native.iter().find_map(|index| match cell(index) {
            Cell::Histogram(histogram) => Some(histogram.as_ref()),
            _ => None,
        });
        buckets.clear();
        for (upper, index) in &self.buckets {
            if let Cell::Float(count) = cell(index) {
                buckets.push(ClassicBucket { upper: *upper, count });
            }
        }
        match (native, buckets.is_empty()) {
            (None, true) => None,
            (None, false) => Some(Histogram::Classic(buckets)),
            (Some(native), true) => Some(Histogram::Native(native)),
            (Some(_), false) => {
                let message = "vector contains a mix of classic and native histograms";
                eval.warn(format!("{message}{}", for_metric(&self.labels)), arg);
                None
            }
        }
    }
}

/// ` for metric name "x"`, or nothing where the name is not known any more.
pub(super) fn for_metric(labels: &Labels) -> String {
    match name_of(labels) {
        "" => String::new(),
        name => format!(" for metric name {}", gofmt::quote(name.as_bytes())),
    }
}

/// The value of `le` as Go's `ParseFloat` reads it.
fn parse_bound(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || ["inf", "infinity", "nan"].iter().any(|word| unsigned.eq_ignore_ascii_case(word));
    if is_number { text.parse().ok() } else { None }
}
