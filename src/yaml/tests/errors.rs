//! What people read who made a mistake.

use super::*;

#[test]
fn quotes_that_are_never_closed() {
    insta::assert_snapshot!(problems("a: 'x\nb: 'y'\n"), @r#"
    1:4..5 yaml/syntax: the quote opened here is never closed
      ^ opened here
      2:1..2 this line is not indented: the text should have ended before
      help: close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\"`
    "#);
    insta::assert_snapshot!(problems("groups:\n- name: \"a\n  rules: []\n"), @r#"
    2:9..10 yaml/syntax: the quote opened here is never closed
      ^ opened here
      help: close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\"`
    "#);
    insta::assert_snapshot!(problems("a:\n  expr: \"up\n    for: \"5m\"\n"), @r#"
    2:9..10 yaml/syntax: the quote opened here is never closed
      ^ opened here
      3:10..11 it would end only here, and text follows
      help: close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\"`
    "#);
    insta::assert_snapshot!(problems("a: 'it''s\n---\nb: c\n"), @r#"
    1:4..5 yaml/syntax: the quote opened here is never closed
      ^ opened here
      2:1..2 this line is not indented: the text should have ended before
      help: close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\"`
    "#);
}

#[test]
fn text_that_needs_quotes() {
    insta::assert_snapshot!(problems("summary: Down: {{ $labels.job }}\n"), @r"
    1:14..15 yaml/syntax: a second `: ` in one value
      ^ this colon begins another value
      help: a value that holds `: ` needs quotes: put the whole value in quotes
    ");
    insta::assert_snapshot!(problems("summary: {{ $labels.job }} is down\n"), @r"
    1:28..29 yaml/syntax: a value that begins with `{{` is not in quotes
      ^ YAML reads the braces as a mapping
      help: put the whole value in quotes: `'{{ $value }} is too high'`
    ");
    insta::assert_snapshot!(problems("a: 'b' c\nd: @e\n"), @r"
    1:8..9 yaml/syntax: text follows a closing quote
      ^ unexpected here
      help: a value that begins with a quote ends with the matching one; to write quotes inside, use the other kind outside
    ");
    insta::assert_snapshot!(problems("a: \"\\d+\"\n"), @r"
    1:5..6 yaml/syntax: a double-quoted text holds a backslash that is no escape
      ^ in this text
      help: write `\\` for a backslash, or use single quotes, in which a backslash is an ordinary character
    ");
    insta::assert_snapshot!(problems("a: - b\n"), @r"
    1:4..5 yaml/syntax: a list item cannot stand here
      ^ this `-` begins an item
      help: begin the list on a line of its own, below its key; a text that begins with `- ` needs quotes
    ");
}

#[test]
fn lines_in_the_wrong_column() {
    insta::assert_snapshot!(problems("rules:\n- alert: a\n   expr: b\n"), @r"
    3:8..9 yaml/syntax: this line is indented deeper than the line above, which has a value already
      ^ begins another value
      help: a key belongs in the column of its mapping's other keys; if the line continues the text above, quote that text
    ");
    insta::assert_snapshot!(problems("rules:\n- alert: a\n expr: b\n"), @r"
    3:2..3 yaml/syntax: this does not fit what stands above it
      ^ unexpected here
      help: check the indentation: the keys of a mapping and the `-` of a list each begin in one column
    ");
    insta::assert_snapshot!(problems("rules:\n\t- alert: a\n"), @r"
    2:2..3 yaml/syntax: a tab is used for indentation
      ^ this tab
      help: YAML is indented with spaces only, also on a line that holds nothing else
    ");
    insta::assert_snapshot!(problems("a: b\nc\nd: e\n"), @r"
    2:1..2 yaml/syntax: this line is neither a `key: value` nor part of the text above
      ^ no `:` behind it
      help: indent it deeper than its key if it continues the text above, or write `key: value`
    ");
    insta::assert_snapshot!(problems("a: |\n    b\n  c\n"), @r"
    3:3..4 yaml/syntax: this does not fit what stands above it
      ^ unexpected here
      help: check the indentation: the keys of a mapping and the `-` of a list each begin in one column
    ");
}

#[test]
fn brackets() {
    insta::assert_snapshot!(problems("a: [1, 2\nb: c\n"), @r"
    1:4..5 yaml/syntax: the `[` opened here is not closed
      ^ opened here
      2:2..3 this cannot stand inside it
    ");
    insta::assert_snapshot!(problems("a: {b: c\n"), @r"
    1:4..5 yaml/syntax: the `{` opened here is never closed
      ^ opened here
    ");
    insta::assert_snapshot!(problems("a: [b}\nc: d\n"), @r"
    1:4..5 yaml/syntax: `[` is closed by `}`
      ^ the wrong bracket
    ");
}

#[test]
fn aliases_and_merges() {
    insta::assert_snapshot!(problems("a: &labels {}\nb: *label\n"), @r"
    2:4..10 yaml/syntax: the alias `*label` has no anchor
      ^ no such anchor
      help: the nearest anchor is `&labels`
    ");
    insta::assert_snapshot!(problems("a: *.example\n"), @r"
    1:4..13 yaml/syntax: the alias `*.example` has no anchor
      ^ no such anchor
      help: an anchor `&.example` must stand before it in the same document; to write a text that begins with `*`, put it in quotes
    ");
    insta::assert_snapshot!(problems("a: &a [*a]\n"), @r"
    1:8..10 yaml/syntax: an alias inside the value of its own anchor
      ^ this alias
      help: the value would contain itself without end
    ");
    insta::assert_snapshot!(problems("a: &a b\nc:\n  <<: *a\n"), @r"
    3:7..9 yaml/syntax: `<<` needs a mapping, or a list of mappings
      ^ this is a text
      help: `<<: *name` takes over the entries of the mapping `&name`
    ");
}

#[test]
fn each_document_has_an_error_of_its_own() {
    insta::assert_snapshot!(problems("a: 1\nb: 2\na: 3\n---\na: b: c\n---\nd: *x\n---\ne: '\n"), @r#"
    3:1..2 yaml/duplicate-key: the key `a` appears twice
      ^ again here
      1:1..2 first here
      help: keep one of the two; Prometheus refuses a file with both
    5:5..6 yaml/syntax: a second `: ` in one value
      ^ this colon begins another value
      help: a value that holds `: ` needs quotes: put the whole value in quotes
    7:4..6 yaml/syntax: the alias `*x` has no anchor
      ^ no such anchor
      help: an anchor `&x` must stand before it in the same document; to write a text that begins with `*`, put it in quotes
    9:4..5 yaml/syntax: the quote opened here is never closed
      ^ opened here
      help: close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\"`
    "#);
}

#[test]
fn a_document_ends_within_quotes_too() {
    for text in ["a: \"b\n--- c\"\n", "a: 'b\n... c'\n", "a: 'b\n---\n'\n"] {
        assert_ne!(problems(text), "", "{text}");
    }
    for text in ["a: \"b\n---c\"\n", "a: 'b\n -- c'\n", "a: 'b\n....'\n"] {
        assert_eq!(problems(text), "", "{text}");
    }
}
