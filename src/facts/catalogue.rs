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
    let zero_is_unlimited = match more {
        "-" => false,
        "zero=none" => true,
        _ => return None,
    };
    Some((name, Known { quantity: Quantity { kind, unit }, zero_is_unlimited }))
}

/// A metric that its exporter has given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Who exported it.
    pub program: &'static str,
    /// The first version without it.
    pub since: &'static str,
    /// What there is instead.
    pub instead: &'static str,
}

static GONE: LazyLock<FxHashMap<&'static str, Gone>> =
    LazyLock::new(|| include_str!("gone.tsv").lines().filter_map(gone_row).collect());

/// What has become of a metric of this name that its exporter has given up; `None` for any other.
pub fn gone(name: &str) -> Option<&'static Gone> {
    GONE.get(name)
}

/// A line of the table of those; `None` for a comment, and for what is no row.
fn gone_row(line: &'static str) -> Option<(&'static str, Gone)> {
    let mut columns = line.split('\t');
    let (name, program, since, instead) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    columns.next().is_none().then_some((name, Gone { program, since, instead }))
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

    #[test]
    fn what_is_gone_is_sorted_and_has_a_successor_that_is_not() {
        let lines: Vec<&str> = include_str!("gone.tsv").lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(GONE.len(), lines.len());
        for row in GONE.values() {
            let name = row.instead.split('{').next().unwrap_or_default();
            assert!(gone(name).is_none() && !name.is_empty(), "{row:?}");
        }
    }
}
