//! Why a template does not parse or expand, and Go's text for it.

use std::fmt;

use crate::source::Span;

/// What Prometheus puts before the templates of alerts, on the same line, so that Go counts it in columns.
pub(super) const ALERT_PRELUDE: &str = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}\
                                 {{$externalURL := .ExternalURL}}{{$value := .Value}}";

/// Whether Go's text counts the declarations that Prometheus puts before an alert's templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prelude {
    /// As in labels and annotations of alerts: columns of the first line count 112 bytes more.
    Alert,
    /// The text stands alone.
    None,
}

/// A template does not parse, or its expansion stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The part that is wrong, in bytes of the template's text.
    pub span: Span,
    /// Go's message without what comes before it (`template: __alert_X:1: `, `executing "__alert_X" at <first>: `).
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Boxed, so that results stay small.
    stage: Box<Stage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Parse {
        /// The line that Go names, from 1.
        line: usize,
        /// The line on which the unfinished action began, where that is another one.
        action_line: Option<usize>,
    },
    Execute {
        /// The line that Go names, from 1.
        line: usize,
        /// The column that Go names: bytes from 0.
        column: usize,
        /// The `define` that was executing; `None`: the template itself.
        definition: Option<String>,
        /// The node as Go prints it.
        node: String,
    },
}

impl TemplateError {
    pub(super) fn parse(span: Span, line: usize, message: impl Into<String>) -> Self {
        TemplateError {
            span,
            message: message.into(),
            help: None,
            stage: Box::new(Stage::Parse { line, action_line: None }),
        }
    }

    /// Notes that the text broke off in an action that began on line `began`.
    #[must_use]
    pub(super) fn in_action(mut self, began: usize) -> Self {
        if let Stage::Parse { line, action_line } = &mut *self.stage {
            *action_line = Some(began).filter(|began| began != line);
        }
        self
    }

    pub(super) fn execute(
        text: &str,
        span: Span,
        position: usize,
        definition: Option<String>,
        node: String,
        message: String,
    ) -> Self {
        let before = text.as_bytes().get(..position).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        TemplateError { span, message, help: None, stage: Box::new(Stage::Execute { line, column, definition, node }) }
    }

    #[must_use]
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the template does not even parse.
    pub fn is_parse_error(&self) -> bool {
        matches!(*self.stage, Stage::Parse { .. })
    }

    /// Go's whole text, for a template called `name`: `template: NAME:1:115: executing "NAME" at <first>: error …`.
    pub fn go_text(&self, name: &str, prelude: Prelude) -> String {
        match &*self.stage {
            Stage::Parse { line, action_line } => {
                let mut text = format!("template: {name}:{line}: {}", self.message);
                if let Some(action_line) = action_line {
                    let in_action = if self.message.ends_with(" action") { "" } else { " in action" };
                    text.push_str(&format!("{in_action} started at {name}:{action_line}"));
                }
                text
            }
            Stage::Execute { line, column, definition, node } => {
                let shift = if *line == 1 && prelude == Prelude::Alert { ALERT_PRELUDE.len() } else { 0 };
                let executing = crate::model::gofmt::quote(definition.as_deref().unwrap_or(name).as_bytes());
                let column = column + shift;
                format!("template: {name}:{line}:{column}: executing {executing} at <{node}>: {}", self.message)
            }
        }
    }

    /// Prometheus' whole text: `error executing template NAME: template: …` or `error parsing template NAME: …`.
    pub fn full_text(&self, name: &str, prelude: Prelude) -> String {
        let doing = if self.is_parse_error() { "parsing" } else { "executing" };
        format!("error {doing} template {name}: {}", self.go_text(name, prelude))
    }

    /// What stands in an alert's label or annotation in the place of an expansion that failed.
    pub fn annotation_text(&self, name: &str) -> String {
        format!("<error expanding template: {}>", self.full_text(name, Prelude::Alert))
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prelude_is_as_long_as_the_columns_in_prometheus_texts_say() {
        assert_eq!(ALERT_PRELUDE.len(), 112);
    }
}
