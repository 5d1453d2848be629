//! The tree and its spans.

use super::*;

/// The tree in one line: each value with its bytes, `*` and the first byte of the alias that it came through, `<<` before
/// what was merged.
fn outline(node: &Node) -> String {
    let alias = node.alias().map(|alias| format!("*{}", alias.start())).unwrap_or_default();
    let place = format!("@{}..{}{alias}", node.span.start(), node.span.end());
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.is_null => format!("null{place}"),
        NodeKind::Scalar(scalar) => format!("{:?}{place}", scalar.value()),
        NodeKind::Sequence(list) => {
            format!("[{}]{place}", list.items.iter().map(outline).collect::<Vec<_>>().join(", "))
        }
        NodeKind::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|entry| {
                let merged = if entry.is_merged() { "<<" } else { "" };
                format!("{merged}{}: {}", outline(&entry.key), outline(&entry.value))
            });
            format!("{{{}}}{place}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn spans_reach_from_the_first_key_to_the_last_value() {
    let tree = root("a:\n  - b: 1\n    c: 'x'\n\n  - [d, e]\nf:\ng: ~\nh:\n  -\n  - |\n    i\n\n");
    insta::assert_snapshot!(outline(&tree), @r#"{"a"@0..1: [{"b"@7..8: "1"@10..11, "c"@16..17: "x"@19..22}@7..22, ["d"@29..30, "e"@32..33]@28..34]@7..34, "f"@35..36: null@37..37, "g"@38..39: null@41..42, "h"@43..44: [null@49..49, "i\n"@60..61]@49..61}@0..61"#);
}

#[test]
fn aliases_and_merges_keep_the_place_of_the_definition() {
    insta::assert_snapshot!(outline(&root("a: &a {b: 1, c: 2}\nd: *a\ne:\n  <<: *a\n  c: 3\n")), @r#"{"a"@0..1: {"b"@7..8: "1"@10..11, "c"@13..14: "2"@16..17}@6..18, "d"@19..20: {"b"@7..8: "1"@10..11, "c"@13..14: "2"@16..17}@6..18*22, "e"@25..26: {"c"@39..40: "3"@42..43, <<"b"@7..8: "1"@10..11*34}@30..43}@0..43"#);
    insta::assert_snapshot!(outline(&root("- &a {b: 1}\n- &c {b: 2, d: 3}\n- <<: [*a, *c]\n- '<<': 4\n")), @r#"[{"b"@6..7: "1"@9..10}@5..11, {"b"@18..19: "2"@21..22, "d"@24..25: "3"@27..28}@17..29, {<<"b"@6..7: "1"@9..10*37, <<"d"@24..25: "3"@27..28*41}@32..44, {"<<"@47..51: "4"@53..54}@47..54]@5..54"#);
}

#[test]
fn scalars_keep_their_source_text() {
    let tree = root("[1.50, 0x10, yes, 2020-01-01, 'null', null, !!str ~, \"a\\tb\", ]");
    let mut texts = Vec::new();
    for_each_scalar(&tree, &mut |_, scalar| {
        texts.push(if scalar.is_null { "(null)" } else { scalar.value() }.to_owned())
    });
    assert_eq!(texts, ["1.50", "0x10", "yes", "2020-01-01", "null", "(null)", "~", "a\tb"]);
}

#[test]
fn a_block_at_the_end_of_the_file_gains_no_line_break() {
    let value =
        |text: &str| root(text).as_mapping().unwrap().get("a").unwrap().value.as_scalar().unwrap().value().to_owned();
    for (text, expected) in [
        ("a: |\n  b", "b"),
        ("a: |\n  b\n", "b\n"),
        ("a: |\n  b\n  c", "b\nc"),
        ("a: >\n  b\n  c", "b c"),
        ("a: |+\n  b", "b"),
        ("a: |+\n  b\n\n", "b\n\n"),
        ("a: |-\n  b\n", "b"),
        ("a: |\n  b\n ", "b\n"),
        ("a: |\r\n  b\r\n  c\r\n", "b\nc\n"),
        ("a: |", ""),
    ] {
        assert_eq!(value(text), expected, "{text:?}");
    }
}

#[test]
fn quoted_text_at_the_margin_is_read_as_libyaml_reads_it() {
    let text = "tests:\n  - series: 'x{\n    a=\"b\",\n}'\n    values: \"1\n2\n\n3\"\n  - 'd\n\ne'\n";
    let mut texts = Vec::new();
    let tree = root(text);
    for_each_scalar(&tree, &mut |_, scalar| texts.push(scalar.value().to_owned()));
    assert_eq!(texts, ["tests", "series", "x{ a=\"b\", }", "values", "1 2\n3", "d\ne"]);
    assert_eq!(tree.span.slice(text), text.trim_end());
}

#[test]
fn documents_and_comments_have_places() {
    let text = "\u{feff}# one\na: 1 # two\n---\n# three\n---\nb: [\n---\nc: '#'\n";
    let parsed = read(text);
    let documents: Vec<_> = parsed.documents.iter().map(|d| (d.span.start(), d.root.is_some(), d.broken)).collect();
    insta::assert_debug_snapshot!(documents, @r"
    [
        (
            9,
            true,
            false,
        ),
        (
            20,
            false,
            false,
        ),
        (
            32,
            false,
            true,
        ),
        (
            41,
            true,
            false,
        ),
    ]
    ");
    let comments: Vec<_> = parsed.comments.iter().map(|comment| comment.span.slice(text)).collect();
    assert_eq!(comments, ["# one", "# two", "# three"]);
}

#[test]
fn many_comments_are_no_error() {
    let text = format!("rules:\n{}  - a\n", "  # - alert: commented out\n".repeat(5000));
    assert_eq!(read(&text).comments.len(), 5000);
    assert_eq!(problems(&text), "");
}

#[test]
fn yaml_inside_of_yaml_has_places_in_the_file() {
    let text = "data:\n  rules.yml: |\n    a: b c\n    d: \"x\\ty\"\n    e: [\n";
    let file = Arc::new(SourceFile::new("a.yml", text));
    let outer = parse(&file);
    let mut nested = None;
    for_each_scalar(outer.documents[0].root.as_ref().unwrap(), &mut |node, scalar| {
        if scalar.style == ScalarStyle::Literal {
            nested = node.as_scalar().cloned();
        }
    });
    let parsed = parse_nested(&file, &nested.unwrap());
    insta::assert_snapshot!(render(&parsed.problems), @r"
    5:8..9 yaml/syntax: the `[` opened here is never closed
      ^ opened here
    ");

    let whole = text.replace("    e: [\n", "");
    let file = Arc::new(SourceFile::new("a.yml", whole.as_str()));
    let mut found = Vec::new();
    for_each_scalar(parse(&file).documents[0].root.as_ref().unwrap(), &mut |node, scalar| {
        if scalar.style == ScalarStyle::Literal {
            let inner = parse_nested(&file, node.as_scalar().unwrap());
            for_each_scalar(inner.documents[0].root.as_ref().unwrap(), &mut |node, scalar| {
                let last = scalar.file_span(Span::new(scalar.value().len() - 1, scalar.value().len()));
                found.push((node.span.slice(&whole).to_owned(), last.slice(&whole).to_owned()));
            });
        }
    });
    let expected = [("a", "a"), ("b c", "c"), ("d", "d"), ("\"x\\ty\"", "y")];
    assert_eq!(found, expected.map(|(all, last)| (all.to_owned(), last.to_owned())));
}

#[test]
fn escapes_are_those_of_prometheus_reader() {
    let text = "a: \"it\\'s \\\"b\\\" \\x22 \\u0022 \\\\' \\'\"\nb: 'c\\'\nd: \"\\'\n  \\'\"\n";
    let parsed = read(text);
    assert_eq!(render(&parsed.problems), "");
    let root = parsed.documents[0].root.as_ref().unwrap().as_mapping().unwrap();
    let value = |name: &str| root.get(name).unwrap().value.as_scalar().unwrap();
    assert_eq!(value("a").value(), "it's \"b\" \" \" \\' '");
    assert_eq!(value("b").value(), "c\\");
    assert_eq!(value("d").value(), "' '");
    let scalar = value("a");
    let quote = scalar.value().find('\'').unwrap();
    assert_eq!(scalar.file_span(Span::new(quote, quote + 1)).slice(text), "\\'");
    insta::assert_snapshot!(render(&read("a: \"b \\/ c\"\nd: 'e \\/'\n").problems), @r"
    1:7..9 yaml/syntax: `\/` is no escape here
      ^ Prometheus' reader does not know it
      help: write `/`, which needs no backslash
    ");
    // Whole characters are taken, also with eight digits.
    assert_eq!(render(&read("a: \"\\u00fc \\U0001f600\"\n").problems), "");
    insta::assert_snapshot!(render(&read("{\"a\": \"b \\ud83d\\ude00\"}\n").problems), @r"
    1:10..16 yaml/syntax: Prometheus' reader does not take a character in two `\u` escapes, as JSON writes it
      ^ half a character
      help: write the character itself, or `\U` with eight digits
    ");
    insta::assert_snapshot!(render(&read("a: \"b \\q c\"\n").problems), @r"
    1:7..8 yaml/syntax: a double-quoted text holds a backslash that is no escape
      ^ in this text
      help: write `\\` for a backslash, or use single quotes, in which a backslash is an ordinary character
    ");
}

#[test]
fn a_question_mark_in_brackets_needs_quotes() {
    insta::assert_snapshot!(render(&read("a: {b: is it down?}\n").problems), @r"
    1:18..19 yaml/syntax: a text without quotes holds a `?` within brackets or braces
      ^ this `?` ends the text for Prometheus' reader
      help: put the text in quotes
    ");
    for text in ["a: is it?\n", "a: {b: 'is it?', c: [\"?\"]}\n", "{? a : b}\n", "- a?\n"] {
        assert_eq!(render(&read(text).problems), "", "{text}");
    }
}

#[test]
fn a_document_ends_only_where_one_has_begun() {
    insta::assert_snapshot!(render(&read("# first\n...\na: b\n").problems), @r"
    2:1..4 yaml/syntax: `...` ends a document, and none has begun
      ^ nothing has begun yet
      help: delete the line; Prometheus refuses the file because of it
    ");
    assert_eq!(render(&read("a: b\n...\n...\n").problems), "");
    assert_eq!(render(&read("....a: b\n").problems), "");
}

/// What a large file costs in memory.
#[test]
fn nodes_are_small_and_texts_are_pieces_of_the_file() {
    assert_eq!(size_of::<Node>(), 40);
    let file = Arc::new(SourceFile::new("a.yml", "plain: a b\nquoted: 'c'\n\"line\": |\n  d\nown: \"e\\n\"\n"));
    let inside = file.text().as_bytes().as_ptr_range();
    let mut own = Vec::new();
    for_each_scalar(parse(&file).documents[0].root.as_ref().unwrap(), &mut |_, scalar| {
        if !inside.contains(&scalar.value().as_bytes().as_ptr()) {
            own.push(scalar.value().to_string());
        }
    });
    assert_eq!(own, ["e\n"]);
}
