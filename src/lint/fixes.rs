//! The fixes that lint rules offer, made of what they know: bytes of an expression or a template, entries of a rule.
//!
//! Where a file is written in a way that is not edited (an escape in the middle, an alias), there is no fix, and the help of
//! the finding has to do. What else could go wrong with a fix, `fix` finds out before it writes.

use super::context::FileContext;
use crate::rules::{Field, Rule};
use crate::source::{Applicability, Edit, Fix, Span};
use crate::yaml::edit::without_entry;

impl FileContext<'_> {
    /// A fix that makes `edits` of a field's decoded text: of an expression, of a template.
    pub fn fix_inside(
        &self,
        field: &Field,
        title: impl Into<String>,
        edits: &[Edit],
        applicability: Applicability,
    ) -> Option<Fix> {
        let edits = match edits.iter().map(|edit| self.verbatim(field, edit)).collect() {
            Some(edits) => edits,
            None => field.edits(self.source(), edits).ok()?,
        };
        Some(Fix { title: title.into(), edits, applicability })
    }

    /// A fix that takes the entry `name` (`for`) out of a rule.
    pub fn fix_without(&self, rule: &Rule, name: &str, applicability: Applicability) -> Option<Fix> {
        let edits = without_entry(self.source(), self.rules.node_of(rule)?, name).ok()?;
        Some(Fix { title: format!("remove `{name}`"), edits, applicability })
    }

    /// A fix that takes the label `name` out of a rule, and `labels` where it is the only one.
    pub fn fix_without_label(&self, rule: &Rule, name: &str, applicability: Applicability) -> Option<Fix> {
        let node = self.rules.node_of(rule)?;
        let labels = node.as_mapping()?.get("labels").filter(|labels| !labels.is_merged())?;
        let is_only = labels.value.as_mapping()?.written().count() == 1;
        let edits = match is_only && labels.value.alias().is_none() {
            true => without_entry(self.source(), node, "labels"),
            false => without_entry(self.source(), &labels.value, name),
        };
        Some(Fix { title: format!("remove the label `{name}`"), edits: edits.ok()?, applicability })
    }

    /// The edit of the file, where the bytes stand there as they are and the new ones mean the same in every style of YAML:
    /// then nothing has to be read again.
    fn verbatim(&self, field: &Field, edit: &Edit) -> Option<Edit> {
        let span: Span = field.file_span(edit.span);
        let is_plain = edit.replacement.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        let is_same = span.slice(self.source().text()) == edit.span.slice(field.text());
        (is_plain && is_same && !edit.span.is_empty()).then(|| Edit::replace(span, edit.replacement.clone()))
    }
}

/// The edit of an expression that adds a label to the list of the `by (…)` at `by`; `None` where the list does not end in a
/// parenthesis.
pub(super) fn keep_label(expr: &str, by: Span, label: &str) -> Option<Edit> {
    let inside = by.slice(expr).strip_suffix(')')?;
    let end = by.start() + inside.trim_end().len();
    let separator = match inside.trim_end().chars().next_back()? {
        '(' => "",
        ',' => " ",
        _ => ", ",
    };
    Some(Edit::insert(end, format!("{separator}{label}")))
}
