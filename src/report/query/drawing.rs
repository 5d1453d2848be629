//! The result as a line chart.

use std::io;

use super::{QueryReport, as_series, table};
use crate::engine::QueryValue;
use crate::report::Style;
use crate::report::chart::{self, ChartSeries};

/// Rows of the plot.
const HEIGHT: usize = 12;

pub(super) fn write(out: &mut dyn io::Write, style: &Style, report: &QueryReport<'_>) -> io::Result<()> {
    if !matches!(report.output.value, QueryValue::Matrix(_)) {
        // One time is a point, not a line.
        return table::write(out, style, report);
    }
    let series: Vec<ChartSeries> = as_series(&report.output.value, report.start_ms)
        .iter()
        .map(|s| ChartSeries {
            name: s.labels.to_string(),
            points: s.points.iter().filter_map(|p| Some((p.t_ms, p.value.as_float()?))).collect(),
        })
        .collect();
    let label = |t_ms| report.times.show(t_ms);
    write!(out, "{}", chart::draw(&series, report.start_ms, report.end_ms, &label, HEIGHT, style))
}
