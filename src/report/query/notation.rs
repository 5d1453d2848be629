//! One series a line as test files write it, to be pasted into `exp_samples` or `input_series`: `{job="a"} 1.5 _ 2`.

use std::io;

use super::{QueryReport, as_series};
use crate::engine::{QueryValue, Series};
use crate::model::{SampleValue, gofmt};

pub(super) fn write(out: &mut dyn io::Write, report: &QueryReport<'_>) -> io::Result<()> {
    if let QueryValue::String(text) = &report.output.value {
        return writeln!(out, "{}", gofmt::quote(text));
    }
    for series in as_series(&report.output.value, report.start_ms) {
        let items = match report.step_ms {
            Some(step_ms) => with_gaps(&series, report, step_ms),
            None => series.points.iter().map(|point| notation(&point.value)).collect(),
        };
        writeln!(out, "{} {}", series.labels, items.join(" "))?;
    }
    Ok(())
}

/// The values from the first evaluation to the last, `_` where there is none.
fn with_gaps(series: &Series, report: &QueryReport<'_>, step_ms: i64) -> Vec<String> {
    let step = step_ms.max(1);
    let mut items = Vec::new();
    let mut next = report.start_ms;
    let gap = |items: &mut Vec<String>, next: i64, until: i64| match until.saturating_sub(next) / step {
        ..=0 => {}
        1 => items.push("_".to_owned()),
        missing => items.push(format!("_x{missing}")),
    };
    for point in &series.points {
        gap(&mut items, next, point.t_ms);
        items.push(notation(&point.value));
        next = point.t_ms.saturating_add(step);
    }
    gap(&mut items, next, report.end_ms.saturating_add(step));
    items
}

fn notation(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(number) => super::number(*number),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}
