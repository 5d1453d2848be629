//! Input series that nothing under test reads.

use super::{Context, Inputs, TestRule, near};
use crate::promql;
use crate::source::words::did_you_mean;
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;
use crate::unittest::reads::Reads;

/// `test/unused-series`
pub static META: Meta =
    meta!("test/unused-series", Warning, certain, "an input series that no rule or expression under test reads");

pub(super) struct UnusedSeries;

impl TestRule for UnusedSeries {
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        if !cx.knows_all_rules() {
            return;
        }
        let mut expressions = Reads::default();
        for test in &group.expr_tests {
            match promql::parse(test.expr.text(), cx.parse) {
                Ok(expr) => expressions.add_expr(&expr),
                // It fails, and who knows what it was to read.
                Err(_) => return,
            }
        }
        let mut reported = None;
        for (input, origin) in inputs.series.iter().zip(&inputs.origins) {
            if reported == Some(origin) || cx.reads.reads(&input.labels) || expressions.reads(&input.labels) {
                continue;
            }
            let (Some(item), Some(name)) = (group.input_series.get(*origin), input.labels.metric_name()) else {
                continue;
            };
            let message = format!("no rule or expression under test reads `{name}`");
            let names = cx.reads.metric_names().chain(expressions.metric_names());
            let help = match near(out, name, names) {
                Some(near) => did_you_mean(near),
                None => "the series changes nothing here; leave it out, or load the rules that read it".to_owned(),
            };
            out.push(cx.warning(&META, message, item.series.span, "").help(help));
            // A repeated series is many, and all of them have the same name in nearly all cases.
            reported = Some(origin);
        }
    }
}
