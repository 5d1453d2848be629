//! Series that a later one with the same labels replaces.

use super::{Context, Inputs, TestRule};
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;

/// `test/duplicate-series`
pub static META: Meta =
    meta!("test/duplicate-series", Warning, certain, "an input series that a later one with the same labels replaces");

pub(super) struct DuplicateSeries;

impl TestRule for DuplicateSeries {
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        for (earlier, later) in &inputs.replaced {
            let (Some(earlier), Some(later)) = (group.input_series.get(*earlier), group.input_series.get(*later))
            else {
                continue;
            };
            let message = "this series is there already; only the last one is loaded";
            if earlier.span == later.span {
                let help = "placeholders next to each other can make the same text: put something between them";
                out.push(cx.warning(&META, message, later.series.span, "").help(help));
                continue;
            }
            let finding = cx.warning(&META, message, later.series.span, "replaces the earlier one");
            out.push(finding.related(cx.label(earlier.series.span, "not loaded")));
        }
    }
}
