//! A stray `-` that makes two expected alerts of one.

use super::{Context, Inputs, TestRule};
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;

/// `test/split-alert`
pub static META: Meta =
    meta!("test/split-alert", Warning, certain, "labels and annotations of one expected alert are written as two");

pub(super) struct SplitAlert;

impl TestRule for SplitAlert {
    /// `- exp_labels: …` followed by `- exp_annotations: …` is two alerts, and nearly always meant as one.
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, _inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        for pair in group.alert_tests.iter().flat_map(|test| test.exp_alerts.windows(2)) {
            let [first, second] = pair else { continue };
            let split = !first.labels.is_empty()
                && first.annotations.is_empty()
                && second.labels.is_empty()
                && !second.annotations.is_empty();
            if split {
                let message = "labels and annotations are two expected alerts here";
                let help = "a `-` begins the next alert: leave it out before `exp_annotations`";
                let finding = cx.warning(&META, message, second.span, "begins another alert");
                out.push(finding.related(cx.label(first.span, "the labels")).help(help));
            }
        }
    }
}
