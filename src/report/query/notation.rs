//! One sample a line as test files write it, to be pasted into `exp_samples`: `{job="a"} 1.5`.

use std::io;

use super::{QueryReport, as_series};
use crate::engine::QueryValue;
use crate::model::{SampleValue, gofmt};

pub(super) fn write(out: &mut dyn io::Write, report: &QueryReport<'_>) -> io::Result<()> {
    if let QueryValue::String(text) = &report.output.value {
        return writeln!(out, "{}", gofmt::quote(text));
    }
    for series in as_series(&report.output.value, report.start_ms) {
        let values: Vec<String> = series.points.iter().map(|point| notation(&point.value)).collect();
        writeln!(out, "{} {}", series.labels, values.join(" "))?;
    }
    Ok(())
}

fn notation(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(number) => super::number(*number),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}
