//! Well-known metrics: what their names do not say. The data is in `metrics.tsv`.

use super::quantity::{Kind, Quantity, Unit};
use super::table::Table;

/// What is known of a metric beside its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What it measures, and how.
    pub quantity: Quantity,
    /// Whether 0 means that there is no limit.
    pub zero_is_unlimited: bool,
}

static METRICS: Table<2048> = Table::new(include_str!("metrics.tsv"));

/// What is known of the metric of this name; `None` where nothing is.
pub fn metric(name: &str) -> Option<Known> {
    known(METRICS.get(name)?)
}

/// All of them, for tests.
#[cfg(test)]
pub(super) fn metrics() -> impl Iterator<Item = (&'static str, Known)> {
    METRICS.rows().filter_map(|(name, row)| Some((name, known(row)?)))
}

/// What a row of the table says; `None` for what is no row (a test looks for those).
fn known(row: &str) -> Option<Known> {
    let mut columns = row.split('\t');
    let (kind, unit, more) = (columns.next()?, columns.next()?, columns.next()?);
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
    Some(Known { quantity: Quantity { kind, unit }, zero_is_unlimited })
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

static GONE: Table<512> = Table::new(include_str!("gone.tsv"));

/// What has become of a metric of this name that its exporter has given up; `None` for any other.
pub fn gone(name: &str) -> Option<Gone> {
    let mut columns = GONE.get(name)?.split('\t');
    let (program, since, instead) = (columns.next()?, columns.next()?, columns.next()?);
    columns.next().is_none().then_some(Gone { program, since, instead })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_read_and_no_metric_is_there_twice() {
        let mut names = BTreeSet::new();
        for (name, row) in METRICS.rows() {
            assert!(names.insert(name), "{name}");
            assert!(known(row).is_some() && metric(name) == known(row), "{name}\t{row}");
        }
    }

    #[test]
    fn what_is_gone_is_sorted_and_has_a_successor_that_is_not() {
        let names: Vec<&str> = GONE.rows().map(|(name, _)| name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        for old in names {
            let row = gone(old).unwrap();
            let name = row.instead.split('{').next().unwrap_or_default();
            assert!(gone(name).is_none() && !name.is_empty(), "{row:?}");
        }
    }
}
