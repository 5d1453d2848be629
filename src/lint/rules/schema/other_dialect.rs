//! `schema/other-dialect`: rules with fields of another program than Prometheus, which nobody has asked for.

use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Dialect, Shape};
use crate::source::Diagnostic;

static META: Meta = meta!("schema/other-dialect", Warning, opinion, "rules have fields that Prometheus does not know");

pub(super) struct OtherDialect;

impl LintRule for OtherDialect {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        let dialect = cx.rules.dialect;
        let is_said = cx.rules.shape != Shape::Plain || cx.rules.is_dialect_given;
        let Some(group) = cx.rules.groups.first().filter(|_| dialect != Dialect::Prometheus && !is_said) else {
            return;
        };
        let program = dialect.program();
        let message = format!("Prometheus does not load this file: it has fields of {program}");
        let found = META.diagnostic(message, cx.field(&group.name, format!("read as for {program}")));
        let name = dialect.word();
        out.push(found.help(format!("say whose rules they are: `dialect = \"{name}\"` in promproof.toml")));
    }
}
