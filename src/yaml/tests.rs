//! What the reader says about a text, and that it agrees with another reader.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::source::testing::render;

fn read(text: &str) -> (Arc<SourceFile>, Parsed) {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let parsed = parse(&file);
    (file, parsed)
}

fn problems(text: &str) -> String {
    render(&read(text).1.problems)
}

fn root(text: &str) -> Node {
    let (_, parsed) = read(text);
    assert_eq!(render(&parsed.problems), "");
    parsed.documents.into_iter().next().and_then(|document| document.root).expect("a value")
}

/// The tree in one line, with `kind@start..end`.
fn outline(node: &Node) -> String {
    let span = format!("@{}..{}", node.span.start, node.span.end);
    let alias = node.alias.map(|alias| format!("*{}", alias.start)).unwrap_or_default();
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.is_null => format!("null{span}{alias}"),
        NodeKind::Scalar(scalar) => format!("{:?}{span}{alias}", scalar.value),
        NodeKind::Sequence(list) => {
            let items: Vec<String> = list.items.iter().map(outline).collect();
            format!("[{}]{span}{alias}", items.join(", "))
        }
        NodeKind::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|entry| {
                let merged = if entry.merged { "<<" } else { "" };
                format!("{merged}{}: {}", outline(&entry.key), outline(&entry.value))
            });
            format!("{{{}}}{span}{alias}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn spans_reach_from_the_first_key_to_the_last_value() {
    insta::assert_snapshot!(outline(&root("a:\n  - b: 1\n    c: 'x'\n\n  - [d, e]\nf:\ng: ~\n")), @r#"{"a"@0..1: [{"b"@7..8: "1"@10..11, "c"@16..17: "x"@19..22}@7..22, ["d"@29..30, "e"@32..33]@28..34]@7..34, "f"@35..36: null@37..37, "g"@38..39: null@41..42}@0..42"#);
}
