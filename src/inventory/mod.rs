//! What is known of the metrics of a server, read from what people already have: a text dump of a `/metrics` page
//! (Prometheus' text format, OpenMetrics), of `promtool tsdb dump`, or an answer of Prometheus' HTTP API.
//!
//! What kind of file it is shows in the file. A reader takes time in proportion to its input, and what is kept is
//! bounded ([`MAX_ENTRIES`], [`MAX_VALUES`]).

mod json;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::labels::METRIC_NAME;
use crate::source::Span;

/// So many names of metrics, labels of metrics and values of those are kept; a file with more names than that is refused.
pub const MAX_ENTRIES: usize = 1_000_000;
/// Of a label with more values than this only its name is kept.
pub const MAX_VALUES: usize = 500;

/// What is known of the metrics of a server.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    metrics: FxHashMap<Box<str>, Metric>,
    families: FxHashMap<Box<str>, Family>,
    /// The values of each label, whatever metric has it; `None` where there are too many to keep.
    values: FxHashMap<Box<str>, Option<FxHashSet<Box<str>>>>,
    entries: usize,
    /// Whether a file was read that says which metrics there are.
    lists_metrics: bool,
}

/// What is known of the series of one name.
#[derive(Clone, Debug, Default)]
pub struct Metric {
    series: usize,
    labels: FxHashMap<Box<str>, Label>,
}

/// What is known of a label of a metric.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// How many series have it.
    series: usize,
    /// `None` where there are too many to keep.
    values: Option<FxHashSet<Box<str>>>,
}

/// What a metric's metadata says.
#[derive(Clone, Debug, Default)]
struct Family {
    kind: Kinds,
    unit: Box<str>,
}

/// The kinds that are given for a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kinds {
    #[default]
    None,
    One(MetricKind),
    /// Targets disagree.
    Several,
}

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, and begins again at 0.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Classic buckets with a sum and a count, or a native histogram.
    Histogram,
    /// Quantiles with a sum and a count.
    Summary,
    /// Anything else: `info`, `stateset`, `unknown`.
    Other,
}

impl MetricKind {
    /// The kind that is called so in metadata.
    fn from_word(word: &str) -> MetricKind {
        match word {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "histogram" | "gaugehistogram" => MetricKind::Histogram,
            "summary" => MetricKind::Summary,
            _ => MetricKind::Other,
        }
    }

    /// What stands behind the name of a metric of this kind in the names of its series.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            MetricKind::Counter => &["_total", "_created"],
            MetricKind::Histogram => &["_bucket", "_sum", "_count", "_created"],
            MetricKind::Summary => &["_sum", "_count", "_created"],
            MetricKind::Other => &["_info"],
            MetricKind::Gauge => &[],
        }
    }
}

/// What the series of one name are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// It only grows, and begins again at 0.
    Counter,
    /// It goes up and down.
    Gauge,
    /// The buckets of a classic histogram.
    Bucket,
    /// A native histogram.
    Histogram,
}

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Which metrics, labels and values there are, and what kind of metrics they are.
    Inventory,
    /// Only the latter.
    Metadata,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryError {
    /// Bytes of the file.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for InventoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InventoryError {}

impl Inventory {
    /// Adds what a file says.
    ///
    /// # Errors
    /// The first place where it is neither of the formats, or that it names more than is kept. What stands before it is
    /// added.
    pub fn read(&mut self, text: &str, purpose: Purpose) -> Result<(), InventoryError> {
        self.lists_metrics |= purpose == Purpose::Inventory;
        // What Windows writes begins with a mark.
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mark = text.len() - content.len();
        let read = match json::is_json(content) {
            true => json::read(self, content, purpose),
            false => text::read(self, content, purpose),
        };
        read.map_err(|InventoryError { span, message }| InventoryError { span: span.shifted(mark), message })
    }

    /// Whether it is known which metrics there are.
    pub fn lists_metrics(&self) -> bool {
        self.lists_metrics
    }

    /// The names of the metrics of which there are series.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.metrics.keys().map(|name| &**name)
    }

    /// How many names [`Inventory::names`] yields; takes no time.
    pub fn name_count(&self) -> usize {
        self.metrics.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.families.is_empty()
    }

    /// The series of this name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.get(name)
    }

    /// The series of this name, if those that are known are all that there can be: which alerts were active when a file was
    /// written says nothing about the others.
    pub fn complete(&self, name: &str) -> Option<&Metric> {
        let is_of_alerts = matches!(name, "ALERTS" | "ALERTS_FOR_STATE");
        self.metric(name).filter(|metric| metric.series > 0 && !is_of_alerts)
    }

    /// Whether there are series of this name, or there may be by its metadata.
    pub fn has_metric(&self, name: &str) -> bool {
        self.metrics.contains_key(name) || self.family(name).is_some()
    }

    /// Whether a metric has the label.
    pub fn has_label(&self, label: &str) -> bool {
        self.values.contains_key(label)
    }

    /// Whether the label has the value on some metric, as far as can be told.
    pub fn may_have_value(&self, label: &str, value: &str) -> bool {
        self.values.get(label).is_some_and(|values| values.as_ref().is_none_or(|values| values.contains(value)))
    }

    /// Whether metadata speaks of the series of this name.
    pub fn has_metadata(&self, name: &str) -> bool {
        !self.families.is_empty() && self.family(name).is_some()
    }

    /// What the series of this name are, by their metadata; `None` where it says nothing, or two things.
    pub fn kind_of(&self, name: &str) -> Option<SeriesKind> {
        let (family, suffix) = self.family(name)?;
        let Kinds::One(kind) = family.kind else { return None };
        match (kind, suffix) {
            (_, "_created") => Some(SeriesKind::Gauge),
            (MetricKind::Counter, _) => Some(SeriesKind::Counter),
            (MetricKind::Gauge, _) => Some(SeriesKind::Gauge),
            (MetricKind::Histogram, "_bucket") => Some(SeriesKind::Bucket),
            (MetricKind::Histogram, "") => Some(SeriesKind::Histogram),
            (MetricKind::Histogram | MetricKind::Summary, "_count") => Some(SeriesKind::Counter),
            // The sum of negative observations falls.
            _ => None,
        }
    }

    /// The unit of a metric by its metadata, in the words of OpenMetrics (`seconds`, `bytes`).
    pub fn unit_of(&self, name: &str) -> Option<&str> {
        let (family, suffix) = self.family(name)?;
        (!family.unit.is_empty() && matches!(suffix, "" | "_total" | "_bucket")).then_some(&family.unit)
    }

    /// The metadata that speaks of the series of this name, and what the series have behind the metric's name.
    fn family(&self, name: &str) -> Option<(&Family, &'static str)> {
        if let Some(family) = self.families.get(name) {
            return Some((family, ""));
        }
        const SUFFIXES: [&str; 6] = ["_total", "_bucket", "_sum", "_count", "_created", "_info"];
        let suffix = SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix))?;
        let family = self.families.get(name.strip_suffix(suffix)?)?;
        let fits = match family.kind {
            Kinds::One(kind) => kind.suffixes().contains(&suffix),
            Kinds::Several => true,
            Kinds::None => false,
        };
        fits.then_some((family, suffix))
    }

    /// Adds a name of a metric.
    fn add_name(&mut self, name: &str) -> Result<(), Full> {
        if !self.metrics.contains_key(name) {
            self.count()?;
            self.metrics.insert(name.into(), Metric::default());
        }
        Ok(())
    }

    /// Adds a series: its labels, the metric's name among them.
    fn add_series<'l>(&mut self, labels: impl Iterator<Item = (&'l str, &'l str)> + Clone) -> Result<(), Full> {
        let Some((_, name)) = labels.clone().find(|(label, _)| *label == METRIC_NAME) else { return Ok(()) };
        self.add_name(name)?;
        let Some(metric) = self.metrics.get_mut(name) else { return Ok(()) };
        metric.series += 1;
        for (name, value) in labels.filter(|(label, value)| *label != METRIC_NAME && !value.is_empty()) {
            if !metric.labels.contains_key(name) {
                count(&mut self.entries)?;
                metric.labels.insert(name.into(), Label { series: 0, values: Some(FxHashSet::default()) });
            }
            let Some(label) = metric.labels.get_mut(name) else { continue };
            label.series += 1;
            if !add_value(&mut label.values, value, &mut self.entries) {
                continue;
            }
            let everywhere = match self.values.contains_key(name) {
                true => self.values.get_mut(name),
                false => Some(self.values.entry(name.into()).or_insert_with(|| Some(FxHashSet::default()))),
            };
            if let Some(values) = everywhere {
                add_value(values, value, &mut self.entries);
            }
        }
        Ok(())
    }

    /// Adds what metadata says of a metric.
    fn add_metadata(&mut self, name: &str, kind: Option<MetricKind>, unit: &str) -> Result<(), Full> {
        if !self.families.contains_key(name) {
            self.count()?;
            self.families.insert(name.into(), Family::default());
        }
        let Some(family) = self.families.get_mut(name) else { return Ok(()) };
        if let Some(kind) = kind {
            family.kind = match family.kind {
                Kinds::None => Kinds::One(kind),
                Kinds::One(known) if known == kind => Kinds::One(kind),
                _ => Kinds::Several,
            };
        }
        if !unit.is_empty() {
            family.unit = unit.into();
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Full> {
        count(&mut self.entries)
    }
}

/// There are [`MAX_ENTRIES`] already.
struct Full;

impl Full {
    fn message() -> String {
        format!(
            "there are more than {MAX_ENTRIES} names of metrics, labels and values: leave out what no rule asks for"
        )
    }
}

fn count(entries: &mut usize) -> Result<(), Full> {
    *entries += 1;
    if *entries > MAX_ENTRIES { Err(Full) } else { Ok(()) }
}

/// Adds a value unless there are too many; says whether it, or the last one that fits, is new.
fn add_value(values: &mut Option<FxHashSet<Box<str>>>, value: &str, entries: &mut usize) -> bool {
    let Some(known) = values else { return false };
    if known.contains(value) {
        return false;
    }
    if known.len() >= MAX_VALUES || *entries >= MAX_ENTRIES {
        *entries = entries.saturating_sub(known.len());
        *values = None;
        return true;
    }
    *entries += 1;
    known.insert(value.into())
}

impl Metric {
    /// How many series there are; 0 where only the name is known.
    pub fn series(&self) -> usize {
        self.series
    }

    /// The label of this name.
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.get(name)
    }

    /// The names of the labels that some of the series have.
    pub fn labels(&self) -> impl Iterator<Item = &str> + Clone {
        self.labels.keys().map(|name| &**name)
    }

    /// How many names [`Metric::labels`] yields; takes no time.
    pub fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// Whether all series have the label.
    pub fn always_has(&self, label: &str) -> bool {
        self.series > 0 && self.labels.get(label).is_some_and(|label| label.series == self.series)
    }
}

impl Label {
    /// Its values, in no particular order; `None` where there are more than are kept.
    pub fn values(&self) -> Option<impl Iterator<Item = &str>> {
        self.values.as_ref().map(|values| values.iter().map(|value| &**value))
    }

    /// Whether it has the value, as far as can be told.
    pub fn may_be(&self, value: &str) -> bool {
        self.values.as_ref().is_none_or(|values| values.contains(value))
    }
}
