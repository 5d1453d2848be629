//! Scalars: what they say, and where it stands.

use super::tree::{Builder, Built, NODE_COST};
use crate::source::Span;
use crate::yaml::event::{Properties, ScalarEvent};
use crate::yaml::place::Place;
use crate::yaml::tags::Meaning;
use crate::yaml::text::Text;
use crate::yaml::{Node, NodeKind, Scalar, ScalarStyle, escapes};

impl Builder<'_> {
    pub(super) fn scalar(&mut self, scalar: ScalarEvent<'_>, Properties { anchor, tag }: Properties) {
        let span = self.original(scalar.span);
        let plain = scalar.style == ScalarStyle::Plain;
        let is_missing = plain && span.is_empty();
        let is_null = plain && (is_missing || matches!(scalar.value.as_ref(), "~" | "null" | "Null" | "NULL"));
        let meaning = match &tag {
            None if is_null => Meaning::Null,
            None => Meaning::Text,
            Some(tag) => self.by_tag(tag, &scalar.value, plain, span),
        };
        if is_missing && anchor == 0 && tag.is_none() && self.is_at_key() {
            self.refuse_missing_key(span.start());
        }
        let node = match meaning {
            Meaning::Decoded(text) => {
                let (span, in_flow) = (self.in_file(span), self.is_in_flow());
                let text = Text::with_place(text, Place::Whole(span));
                Node::new(span, tag, NodeKind::Scalar(Scalar { in_flow, ..Scalar::new(text, scalar.style) }))
            }
            meaning if meaning == Meaning::Null || is_missing => {
                let span = self.in_file(span);
                let scalar = Scalar { is_null: meaning == Meaning::Null, ..Scalar::null(span.start()) };
                Node::new(span, tag, NodeKind::Scalar(scalar))
            }
            _ => self.text_node(scalar, span, tag),
        };
        let cost = NODE_COST + node.as_scalar().map_or(0, |scalar| scalar.value().len());
        self.complete(Built { node, cost, depth: 1 }, anchor);
    }

    /// The node of a text that stands at `span` of the origin's text.
    fn text_node(&mut self, scalar: ScalarEvent<'_>, span: Span, tag: Option<String>) -> Node {
        let ScalarEvent { mut value, style, span: read, is_long, indent } = scalar;
        if is_long {
            self.attempt.folded_quotes.push(read);
        }
        let source = self.source;
        let text = source.origin.text();
        let (extent, content) = match style {
            ScalarStyle::Plain => (span, span),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                (span, Span::new(span.start() + 1, span.end().saturating_sub(1).max(span.start() + 1)))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let content = span.slice(text).trim_end().len();
                (Span::new(span.start(), span.start() + content), span)
            }
        };
        if style.is_block() {
            // Its only line may begin with a tab, behind the spaces that its header tells.
            self.attempt.long_spans.push(extent);
        } else {
            self.note_long(extent);
        }
        self.refuse_text(content, style);
        if style == ScalarStyle::DoubleQuoted
            && let Some(right) = escapes::with_single_quotes(content.slice(text), &value)
        {
            value = right.into();
        }
        if style.is_block() && value.ends_with('\n') && ends_without_break(text, &value, span, indent) {
            value.to_mut().pop();
        }
        let text = Text::new(&self.holder, &source.origin, value, style, content, indent);
        let scalar = Scalar { in_flow: self.is_in_flow(), ..Scalar::new(text, style) };
        Node::new(self.in_file(extent), tag, NodeKind::Scalar(scalar))
    }
}

/// Whether a block scalar ends with the file in a line that has no line break. The parser gives it one all the same;
/// libyaml, which Prometheus' reader follows, does not.
fn ends_without_break(text: &str, value: &str, span: Span, indent: usize) -> bool {
    let rest = text.get(span.start()..).unwrap_or_default();
    if span.end() < text.len() {
        return false;
    }
    if value.trim().is_empty() {
        // The span of a scalar without content begins with its header, whose line break is not content.
        return rest.matches('\n').count() == value.len();
    }
    let last_line = rest.rsplit(['\n', '\r']).next().unwrap_or_default();
    // The first line of the scalar begins behind its indentation.
    let is_first = last_line.len() == rest.len();
    last_line.len() > if is_first { 0 } else { indent }
}
