//! Assertions on alerts that no rule under test defines.

use super::{Context, Inputs, TestRule, near};
use crate::rules::Field;
use crate::source::words::did_you_mean;
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;

/// `test/unknown-alert`
pub static META: Meta =
    meta!("test/unknown-alert", Warning, certain, "a test is about an alert that no rule under test defines");

pub(super) struct UnknownAlert;

impl TestRule for UnknownAlert {
    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, _inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        if !cx.knows_all_rules() {
            return;
        }
        let alerts = group.alert_tests.iter().map(|test| (&test.alertname, test.exp_alerts.is_empty()));
        let timelines = group.timelines.iter().map(|test| (&test.alertname, !test.needs_an_alert()));
        let unknown =
            |(alertname, _): &(&Field, bool)| !alertname.text().is_empty() && !cx.reads.defines_alert(alertname.text());
        for (alertname, expects_nothing) in alerts.chain(timelines).filter(unknown) {
            let name = alertname.text();
            let message = format!("no rule under test defines an alert `{name}`");
            let near = near(out, name, cx.reads.alert_names());
            let help = match near {
                Some(near) => did_you_mean(near),
                None if expects_nothing => "a test that an unknown alert does not fire cannot fail".to_owned(),
                None => "check `rule_files` and the name".to_owned(),
            };
            out.push(cx.warning(&META, message, alertname.span, "").help(help));
        }
    }
}
