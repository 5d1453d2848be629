//! Patterns of `rule_files` that no file matches.

use std::path::Path;

use super::{Context, TestRule};
use crate::source::{Diagnostic, Meta, meta};

/// `test/unmatched-rule-file`
pub static META: Meta =
    meta!("test/unmatched-rule-file", Error, certain, "a pattern of `rule_files` that no file matches");

pub(super) struct UnmatchedRuleFile;

impl TestRule for UnmatchedRuleFile {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for pattern in cx.rules.unmatched.iter().filter_map(|index| cx.test.rule_files.get(*index)) {
            // No path of a repository: whoever runs the tests puts the rules there before.
            let is_elsewhere = pattern.text().starts_with('/') || Path::new(pattern.text()).is_absolute();
            if is_elsewhere && !cx.runs {
                continue;
            }
            let message = format!("no rule file matches `{}`", pattern.text());
            let help = match is_elsewhere {
                true => "nothing is there on this machine; rules that are not loaded are not tested",
                false => "patterns are relative to the test file; rules that are not loaded are not tested",
            };
            out.push(cx.warning(&META, message, pattern.span, "matches nothing").help(help));
        }
    }
}
