//! The template that a finding comes from, where a file is what Helm has rendered.

use memchr::memmem;

use crate::source::Label;

/// Helm begins each document with this comment.
const MARK: &str = "# Source: ";

/// How far from its beginning a file shows that Helm has rendered it, in bytes.
const HEAD: usize = 4096;

/// The path of the template that the document around `label` was rendered from, as Helm wrote it: from the folder
/// above the chart. `None` where the file does not say so.
pub(super) fn of(label: &Label) -> Option<&str> {
    let text = label.file.text();
    let head = text.as_bytes().get(..HEAD).unwrap_or(text.as_bytes());
    memmem::find(head, MARK.as_bytes())?;
    let document = label.file.separator_before(label.span.start()).unwrap_or(0);
    let lines = text.get(document..)?.lines().take(3);
    lines.filter_map(|line| line.strip_prefix(MARK)).map(str::trim).find(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::of;
    use crate::source::{Label, SourceFile, Span};

    #[test]
    fn helm_says_where_a_document_comes_from() {
        let text =
            "---\n# Source: a/templates/x.yaml\nkind: X\n---\nkind: Y\n---\n# Source: b/templates/y.yaml\nkind: Z\n";
        let file = Arc::new(SourceFile::new("<stdin>", text));
        let from = |word: &str| {
            let label = Label::new(&file, Span::at(text.find(word).unwrap()), "");
            of(&label).map(str::to_owned)
        };
        assert_eq!(from("X").as_deref(), Some("a/templates/x.yaml"));
        assert_eq!(from("Y"), None);
        assert_eq!(from("Z").as_deref(), Some("b/templates/y.yaml"));
    }
}
