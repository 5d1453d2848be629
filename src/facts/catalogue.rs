//! Well-known metrics: what their names do not say. The data is in `metrics.tsv`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::quantity::{Kind, Quantity, Unit};

/// What is known of a metric beside its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What it measures, and how.
    pub quantity: Quantity,
    /// Whether 0 means that there is no limit.
    pub zero_is_unlimited: bool,
    /// The version of its exporter that does not have it any more.
    pub gone_since: Option<&'static str>,
}

static METRICS: LazyLock<FxHashMap<&'static str, Known>> =
    LazyLock::new(|| include_str!("metrics.tsv").lines().filter_map(row).collect());

/// What is known of the metric of this name; `None` where nothing is.
pub fn metric(name: &str) -> Option<&'static Known> {
    METRICS.get(name)
}

/// A line of the table; `None` for a comment, and for what is no row (a test looks for those).
fn row(line: &'static str) -> Option<(&'static str, Known)> {
    let mut columns = line.split('\t');
    let (name, kind, unit, more) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    let kind = match kind {
        "counter" => Some(Kind::Counter),
        "gauge" => Some(Kind::Gauge),
        "-" => None,
        _ => return None,
    };
    let unit = match unit {
        "ratio" => Some(Unit::Ratio),
        "percent" => Some(Unit::Percent),
        "seconds" => Some(Unit::Seconds),
        "timestamp" => Some(Unit::Timestamp),
        "bytes" => Some(Unit::Bytes),
        "-" => None,
        _ => return None,
    };
    let (zero_is_unlimited, gone_since) = match more {
        "-" => (false, None),
        "zero=none" => (true, None),
        gone => (false, Some(gone.strip_prefix("gone=")?)),
    };
    Some((name, Known { quantity: Quantity { kind, unit }, zero_is_unlimited, gone_since }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_no_metric_is_there_twice() {
        let lines: Vec<&str> = include_str!("metrics.tsv").lines().filter(|line| !line.starts_with('#')).collect();
        for line in &lines {
            assert!(row(line).is_some(), "{line}");
        }
        assert_eq!(METRICS.len(), lines.len());
    }
}
