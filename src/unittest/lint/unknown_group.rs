//! Groups of `group_eval_order` that no rule file has.

use rustc_hash::FxHashSet;

use super::{Context, TestRule, near};
use crate::source::words::did_you_mean;
use crate::source::{Diagnostic, Meta, meta};

/// `test/unknown-group`
pub static META: Meta =
    meta!("test/unknown-group", Warning, certain, "`group_eval_order` names a rule group that is not under test");

pub(super) struct UnknownGroup;

impl TestRule for UnknownGroup {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        if !cx.knows_all_rules() {
            return;
        }
        let groups = cx.rules.files.iter().flat_map(|file| &file.groups);
        let known: FxHashSet<&str> = groups.map(|group| group.name.text()).collect();
        for name in cx.test.group_eval_order.iter().filter(|name| !known.contains(name.text())) {
            let message = format!("no rule group under test is called `{}`", name.text());
            let help = match near(out, name.text(), known.iter().copied()) {
                Some(near) => did_you_mean(near),
                None => "check the name; groups that are not named run before those that are".to_owned(),
            };
            out.push(cx.warning(&META, message, name.span, "").help(help));
        }
    }
}
