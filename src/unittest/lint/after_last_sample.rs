//! Assertions that nothing is there, at a time for which no input is left.

use super::{Context, Inputs, TestRule};
use crate::model::duration::format_duration;
use crate::promql;
use crate::source::{Diagnostic, Meta, Span, meta};
use crate::testfile::{ExprTest, TestGroup};

/// `test/after-last-sample`
pub static META: Meta = meta!(
    "test/after-last-sample",
    Warning,
    certain,
    "a test that nothing is there, at a time for which no input is left"
);

pub(super) struct AfterLastSample;

impl TestRule for AfterLastSample {
    /// Where a series says that it ends (`stale`, `_`) the end is meant.
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        if !cx.knows_all_rules() {
            return;
        }
        let last = inputs.series.iter().filter_map(|input| input.samples.last()).map(|(t, _)| *t).max();
        let Some(last) = last.filter(|_| !inputs.says_end && inputs.end.is_none()) else { return };
        let last = last.saturating_sub(group.start_ms);
        let mut report = |time: i64, span: Span, reach: Option<i64>| {
            if reach.is_some_and(|reach| reach > 0 && time.saturating_sub(reach) > last) {
                let message = format!(
                    "nothing can be there at {}: the last input sample is at {}",
                    format_duration(time),
                    format_duration(last)
                );
                let help = "the assertion holds only because the input has ended; add samples, or write `stale` or `_` \
                            at the end of a series if that is what is tested";
                out.push(cx.warning(&META, message, span, "no input is left here").help(help));
            }
        };
        for test in group.alert_tests.iter().filter(|test| test.exp_alerts.is_empty()) {
            report(test.eval_time.value, test.eval_time.span, cx.reads.alert_reach(test.alertname.text()));
        }
        let empty = |test: &&ExprTest| test.exp_samples.is_empty() && test.exp_fail.is_none();
        for test in group.expr_tests.iter().filter(empty) {
            let reach = promql::parse(test.expr.text(), cx.parse).ok().and_then(|expr| cx.reads.expr_reach(&expr));
            report(test.eval_time.value, test.eval_time.span, reach);
        }
    }
}
