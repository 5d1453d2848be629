//! Warnings and infos that an evaluation yields beside its result.

use rustc_hash::FxHashSet;

use crate::source::{Position, Span};

/// How serious an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnnotationKind {
    /// The result may be wrong: `PromQL warning: …`.
    Warning,
    /// Worth knowing: `PromQL info: …`.
    Info,
}

/// One warning or info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// How serious it is.
    pub kind: AnnotationKind,
    /// Upstream's text, without the prefix `PromQL warning: ` and without the position.
    pub message: String,
    /// The part of the expression that it is about, in bytes of the expression's text.
    pub span: Span,
}

impl Annotation {
    /// Upstream's whole text: `PromQL info: … (1:5)`, with line and column counted in `query`, the text that was
    /// parsed.
    pub fn to_text(&self, query: &str) -> String {
        let prefix = match self.kind {
            AnnotationKind::Warning => "warning",
            AnnotationKind::Info => "info",
        };
        let Position { line, column } = position(query, self.span.start());
        format!("PromQL {prefix}: {} ({line}:{column})", self.message)
    }
}

/// Line and column from one, the column in bytes.
fn position(text: &str, offset: usize) -> Position {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Position { line, column }
}

/// A set of annotations: each text once, with the place where it occurred first.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    items: Vec<Annotation>,
    seen: FxHashSet<(AnnotationKind, String)>,
}

impl Annotations {
    /// All of them, in the order in which they were noticed.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.items.iter()
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Annotation> {
        self.items.iter().filter(|item| item.kind == AnnotationKind::Warning)
    }

    /// The infos.
    pub fn infos(&self) -> impl Iterator<Item = &Annotation> {
        self.items.iter().filter(|item| item.kind == AnnotationKind::Info)
    }

    /// Whether nothing was noticed.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds an annotation unless one with the same text is there.
    pub fn add(&mut self, kind: AnnotationKind, message: String, span: Span) {
        if self.seen.insert((kind, message.clone())) {
            self.items.push(Annotation { kind, message, span });
        }
    }
}
