//! An empty line or a comment that ends the input early.

use super::{Context, Inputs, TestRule};
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;

/// `test/dropped-series`
pub static META: Meta =
    meta!("test/dropped-series", Warning, certain, "an empty line or a comment ends the input series early");

pub(super) struct DroppedSeries;

impl TestRule for DroppedSeries {
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        let Some(end) = inputs.end else { return };
        let Some(item) = group.input_series.get(end.series) else { return };
        let what = if end.comment { "a comment" } else { "an empty line" };
        let lost = match group.input_series.len() - end.series - 1 {
            0 => String::new(),
            count => format!(", here {count} series early"),
        };
        let message = format!("{what} ends the input here; what follows is not loaded");
        let help = format!(
            "promtool reads all series as one text, up to {what}{lost}; put the values on one line, or use `>-`"
        );
        let span = if item.values.text().is_empty() { item.span } else { item.values.span };
        out.push(cx.warning(&META, message, span, "").help(help));
    }
}
