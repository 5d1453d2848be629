//! Patterns of `rule_files` that no file matches.

use super::{Context, TestRule};
use crate::source::{Diagnostic, Meta, meta};

/// `test/unmatched-rule-file`
pub static META: Meta =
    meta!("test/unmatched-rule-file", Error, certain, "a pattern of `rule_files` that no file matches");

pub(super) struct UnmatchedRuleFile;

impl TestRule for UnmatchedRuleFile {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for pattern in cx.rules.unmatched.iter().filter_map(|index| cx.test.rule_files.get(*index)) {
            let message = format!("no rule file matches `{}`", pattern.text());
            let help = "patterns are relative to the test file; rules that are not loaded are not tested";
            out.push(cx.warning(&META, message, pattern.span, "matches nothing").help(help));
        }
    }
}
