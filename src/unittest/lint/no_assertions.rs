//! Tests that assert nothing.

use super::{Context, Inputs, TestRule};
use crate::source::{Diagnostic, Meta, meta};
use crate::testfile::TestGroup;

/// `test/no-assertions`
pub static META: Meta = meta!("test/no-assertions", Warning, certain, "a test that asserts nothing");

pub(super) struct NoAssertions;

impl TestRule for NoAssertions {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if let Some(first) = cx.test.rule_files.first().filter(|_| cx.test.groups.is_empty()) {
            let message = "this file loads rules and has no tests";
            out.push(cx.warning(&META, message, first.span, "").help("add test groups under `tests:`"));
        }
    }

    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, _inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        if group.assertion_count() == 0 {
            let message = "this test asserts nothing";
            let help = "it passes unless a rule fails; add `alert_rule_test`, `alert_timeline` or `promql_expr_test`";
            out.push(cx.warning(&META, message, group.span, "").help(help));
        }
    }
}
