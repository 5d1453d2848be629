//! Edits of texts and lists, each shown by the file that comes of it, and laws that they keep.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Editor, Place, Refusal, Value};
use crate::source::{Edit, SourceFile, Span, apply};
use crate::yaml::{Node, Parsed, parse, parse_nested};

fn file(text: &str) -> (Arc<SourceFile>, Parsed) {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let parsed = parse(&file);
    assert!(parsed.problems.is_empty(), "{text}\n{:?}", parsed.problems);
    (file, parsed)
}

fn root(parsed: &Parsed) -> &Node {
    parsed.documents[0].root.as_ref().unwrap()
}

/// The text with `old` replaced by `new` in the decoded value of the entry `k`.
fn replaced(text: &str, old: &str, new: &str) -> Result<String, Refusal> {
    let (file, parsed) = file(text);
    let scalar = root(&parsed).as_mapping().unwrap().get("k").unwrap().value.as_scalar().unwrap();
    let at = scalar.value().find(old).unwrap();
    let edits = scalar.edits(&file, &[Edit::replace(Span::new(at, at + old.len()), new)])?;
    let text = apply(file.text(), &edits).unwrap();
    let expected = scalar.value().replacen(old, new, 1);
    let (_, parsed) = self::file(&text);
    assert_eq!(root(&parsed).as_mapping().unwrap().get("k").unwrap().value.as_scalar().unwrap().value(), expected);
    Ok(text)
}

#[test]
fn a_text_is_edited_in_its_style() {
    let cases = [
        ("k: rate(a[5m]) # c\n", "rate", "irate", "k: irate(a[5m]) # c\n"),
        ("k: 'it''s a' # c", "a", "\"b'", "k: 'it''s \"b''' # c"),
        ("k: \"a{b=\\\"c\\\"}\" # c\n", "b=\"c\"", "d=~\"\\\\\"", "k: \"a{d=~\\\"\\\\\\\\\\\"}\" # c\n"),
        ("k: \"a\\u00e9b\"\n", "é", "x\ny", "k: \"ax\\nyb\"\n"),
        ("k: |\n  sum by (a)\n  (b)\nl: 1\n", "by (a)", "without (c)", "k: |\n  sum without (c)\n  (b)\nl: 1\n"),
        ("k: |\n  a\n  b # no comment\n", "b", "c\n  d\n\ne", "k: |\n  a\n  c\n    d\n\n  e # no comment\n"),
        ("k: >-\n  a and\n  b or\n  c\n", "b", "x y", "k: >-\n  a and\n  x y or\n  c\n"),
        // From one line to the next: they become one.
        ("k: >\n  a and\n  b or\n  c\n", "and b", "+ d", "k: >\n  a + d or\n  c\n"),
        ("k: |\n  a\n  b\n", "a\nb", "c", "k: |\n  c\n"),
        ("k: a\n  b\n  c # d\n", "b", "e", "k: a\n  e\n  c # d\n"),
        ("{k: a b, l: c}\n", "a", "d", "{k: d b, l: c}\n"),
        ("k: |2\n   a\n  b\n", "a", "c", "k: |2\n   c\n  b\n"),
        ("k: |+\n  a\n\n\nl: 1\n", "a", "c", "k: |+\n  c\n\n\nl: 1\n"),
        ("k: |\r\n  a\r\n  b\r\n", "a", "x\ny", "k: |\r\n  x\r\n  y\r\n  b\r\n"),
    ];
    for (text, old, new, expected) in cases {
        assert_eq!(replaced(text, old, new).as_deref(), Ok(expected), "{text}: {old} -> {new}");
    }
}

#[test]
fn what_would_say_something_else_is_refused() {
    let cases = [
        // A comment, a key, the end of a text in braces.
        ("k: a b\n", "b", "# b"),
        ("k: a b\n", "a", "a: b"),
        ("{k: a b}\n", "a", "c, d"),
        ("k: a b\n", "a ", "\"c\" "),
        ("k: a b\n", "a b", "null"),
        ("k: a b\n", "a b", ""),
        // Blanks at an end.
        ("k: a b\n", "b", ""),
        ("k: >\n  a\n  b\n", "b", " b"),
        ("k: |\n  a\n", "a", " a"),
        // Line breaks where they are spaces.
        ("k: a b\n", "a", "a\n"),
        ("k: 'a b'\n", "a", "a\n"),
        ("k: >\n  a b\n", "a", "a\n"),
        // What a line of blanks says depends on the line above.
        ("k: >-\n  a\n   \n", "\n", ""),
        // The last line break belongs to the style.
        ("k: |\n  a\n", "a\n", "a"),
        ("k: |\n  a\n", "a", "\u{1}"),
    ];
    for (text, old, new) in cases {
        assert_eq!(replaced(text, old, new), Err(Refusal::Style), "{text}: {old} -> {new}");
    }
    let (file, parsed) = file("k: \"a\\U0001f600b\"\n");
    let scalar = root(&parsed).as_mapping().unwrap().get("k").unwrap().value.as_scalar().unwrap();
    let half = Edit::remove(Span::new(2, 4));
    assert_eq!(scalar.edits(&file, &[half]), Err(Refusal::Layout));
    let long = format!("k: {}b\n", "a ".repeat(20_000));
    assert_eq!(replaced(&long, "b", "c"), Err(Refusal::TooLong));
}

#[test]
fn a_text_within_a_text_is_edited_in_both_styles() {
    let cases = [
        ("m: |\n  k: 'it''s'\n  l: 1\n", "m: |\n  k: 'that''s'\n  l: 1\n"),
        ("m: \"k: \\\"it's\\\"\\nl: 1\"\n", "m: \"k: \\\"that's\\\"\\nl: 1\"\n"),
        ("m: |\n  k: >\n    it's\n", "m: |\n  k: >\n    that's\n"),
    ];
    for (text, expected) in cases {
        let (file, parsed) = file(text);
        let outer = root(&parsed).as_mapping().unwrap().get("m").unwrap().value.as_scalar().unwrap();
        let nested = parse_nested(&file, outer);
        let scalar = root(&nested).as_mapping().unwrap().get("k").unwrap().value.as_scalar().unwrap();
        let edits = scalar.edits(&file, &[Edit::replace(Span::new(0, 4), "that's")]).unwrap();
        assert_eq!(apply(file.text(), &edits).unwrap(), expected);
    }
}

proptest! {
    /// Whatever is edited in whatever style: the text says then what was asked for, and nothing else changes.
    #[test]
    fn an_edited_text_says_what_was_asked_for(
        style in 0..8_usize,
        words in prop::collection::vec("[ab'\"#:,{}\\\\ é]{1,6}", 1..6),
        new in "[ab'\"#:,{}\\\\ é\n]{0,4}",
        crlf in any::<bool>(),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let double = |words: &[String], between: &str| words.iter().map(|word| word.replace('\\', "\\\\").replace('"', "\\\"")).collect::<Vec<_>>().join(between);
        let value = match style {
            0 => words.join(" "),
            1 => format!("'{}'", words.join(" ").replace('\'', "''")),
            2 => format!("\"{}\"", double(&words, "\\n")),
            3 => format!("|\n      {}", words.join("\n      ")),
            4 => format!(">-\n      {}", words.join("\n      ")),
            5 => words.join("\n      "),
            6 => format!("\"{}\"", double(&words, "\n      ")),
            _ => format!("|1+\n   {}\n\n", words.join("\n   ")),
        };
        let text = format!("# head\n- l: 0\n  k: {value}\n  m: x # c\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let source = Arc::new(SourceFile::new("a.yml", text));
        let parsed = parse(&source);
        let entries = |parsed: &Parsed| -> Option<Vec<String>> {
            let list = parsed.documents.first()?.root.as_ref()?.as_sequence()?;
            let entries = &list.items.first()?.as_mapping()?.entries;
            entries.iter().map(|entry| Some(entry.value.as_scalar()?.value().to_owned())).collect()
        };
        let known = entries(&parsed).filter(|entries| entries.len() == 3 && parsed.problems.is_empty());
        prop_assume!(known.is_some());
        let comments = parsed.comments.len();
        let mapping = root(&parsed).as_sequence().unwrap().items[0].as_mapping().unwrap();
        let scalar = mapping.entries[1].value.as_scalar().unwrap();
        let [from, to] = [from, to].map(|at| scalar.value().floor_char_boundary(at.index(scalar.value().len() + 1)));
        let edit = Edit::replace(Span::new(from.min(to), from.max(to)), new.as_str());
        let expected = apply(scalar.value(), std::slice::from_ref(&edit)).unwrap();
        if let Ok(edits) = scalar.edits(&source, &[edit]) {
            let text = apply(source.text(), &edits).unwrap();
            let (_, parsed) = file(&text);
            prop_assert_eq!(entries(&parsed), Some(vec!["0".to_owned(), expected, "x".to_owned()]), "{}", text);
            prop_assert_eq!(parsed.comments.len(), comments);
        }
    }
}

/// What comes of a file when the items of the list `k` that are not `kept` go and `added` comes.
fn rewritten(text: &str, kept: &[bool], added: Value) -> Result<String, Refusal> {
    let (file, parsed) = file(text);
    let editor = Editor::new(&file, &parsed);
    let list = Place::of_document(root(&parsed)).entry(&editor, "k")?.unwrap();
    let edits = editor.with_line_breaks(list.rewrite(&editor, kept, &added)?);
    Ok(apply(file.text(), &edits).unwrap())
}

#[test]
fn lists_of_lists_are_told_from_lists_in_brackets() {
    let new = || Value::List(vec![Value::List(vec![Value::Plain("9".to_owned())])]);
    let cases = [
        ("k:\n  - [1, 2]\n  - 3\n", vec![false, true], "k:\n  - 3\n  - - 9\n"),
        ("k:\n  - - 1\n    - 2\n  - 3\n", vec![true, false], "k:\n  - - 1\n    - 2\n  - - 9\n"),
        ("k: [[1, 2], 3]\n", vec![false, true], "k: [3, [9]]\n"),
    ];
    for (text, kept, expected) in cases {
        assert_eq!(rewritten(text, &kept, new()).as_deref(), Ok(expected), "{text}");
    }
    // A mapping of which the first key is one.
    let text = "k:\n  ? {a: 1}\n  : 2\n  b: 3\n";
    assert_eq!(rewritten(text, &[true, false], Value::Map(Vec::new())).as_deref(), Ok("k:\n  ? {a: 1}\n  : 2\n"));
    // A pair within brackets has no braces.
    assert_eq!(rewritten("k: [a: 1]\n", &[false], Value::List(Vec::new())).as_deref(), Ok("k: []\n"));
}

#[test]
fn lines_come_below_what_is_behind_a_text() {
    let lines = |text: &str| {
        let (file, parsed) = file(text);
        let editor = Editor::new(&file, &parsed);
        let place = Place::of_document(root(&parsed)).entry(&editor, "k")?.unwrap();
        let edits = editor.with_line_breaks(place.replace_with_lines(&editor, "a: #\n\n  b")?);
        Ok(apply(file.text(), &edits).unwrap())
    };
    let cases = [
        ("k: x", "k: |-\n  a: #\n\n    b"),
        ("k: x  # c\nl: 1\n", "k: |-  # c\n  a: #\n\n    b\nl: 1\n"),
        ("k: x  \n\n # c\nl: 1\n", "k: |-\n  a: #\n\n    b\n\n # c\nl: 1\n"),
        ("k: &a 'x\n  y' # c\r\n", "k: &a |- # c\r\n  a: #\r\n\r\n    b\r\n"),
        ("k: # c\nl: 1\n", "k: |- # c\n  a: #\n\n    b\nl: 1\n"),
        ("k: !!str x\t\n", "k: !!str |-\n  a: #\n\n    b\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(lines(text).as_deref(), Ok(expected), "{text}");
    }
    // What follows would be a part of the text, or there is no line of its own for it.
    for text in ["k: x\n  # c\n", "k: x\n\n    \nl: 1\n", "{k: x\n}\n", "k: |\n  x\n", "k: !!int 1\n"] {
        assert_eq!(lines(text), Err(Refusal::Layout), "{text}");
    }
}

proptest! {
    /// Whatever stands behind and below a value that is replaced, or to which one is added: all say then what they are to
    /// say, and the comments are what they were.
    #[test]
    fn what_is_around_a_new_value_stays(
        old in prop::sample::select(vec![
            "x", "'x'", "\"x\"", "x\n      y", "\"x\n      y\"", "", "~", "|\n    x", "|-\n    x\n     y", "|+\n    x\n", ">-\n    x\n    y",
            "| # h\n    x", ">- # h\n    x", "|4\n      x",
        ]),
        behind in prop::sample::select(vec!["", " ", "   ", " # c", "   # c  ", "\t"]),
        below in prop::sample::select(vec!["", "\n", "    \n", "       \n", "# d\n", "  # d\n", "      # d\n", "\n\n      # d\n"]),
        rest in any::<bool>(),
        new in prop::sample::select(vec!["a", "a\n  b", "a #\n\nb: c", "a  \nb", "a\n    \nb", " a\nb", "a\n", "-"]),
        how in 0..3_usize,
    ) {
        let rest = if rest { "  m: z # e\n" } else { "" };
        let text = format!("i:\n- l: w\n  k: {old}{behind}\n{below}{rest}- n: v\n");
        let source = Arc::new(SourceFile::new("a.yml", text.as_str()));
        let parsed = parse(&source);
        if !parsed.problems.is_empty() {
            return Ok(());
        }
        let says = |parsed: &Parsed| -> Vec<Vec<(String, String)>> {
            let items = &root(parsed).as_mapping().unwrap().entries[0].value.as_sequence().unwrap().items;
            let text = |node: &Node| node.as_scalar().unwrap().value().to_owned();
            let entries = |item: &Node| item.as_mapping().unwrap().entries.iter().map(|entry| (text(&entry.key), text(&entry.value))).collect();
            items.iter().map(entries).collect()
        };
        let mut expected = says(&parsed);
        let editor = Editor::new(&source, &parsed);
        let item = Place::of_document(root(&parsed)).entry(&editor, "i").unwrap().unwrap().items(&editor).unwrap()[0];
        let place = item.entry(&editor, "k").unwrap().unwrap();
        let edits = match how {
            0 => place.replace(&editor, &Value::Text(new.to_owned())),
            1 => place.replace_with_lines(&editor, new),
            _ => item.add(&editor, vec![("o".to_owned(), Value::Text(new.to_owned()))]),
        };
        if how == 2 {
            expected[0].push(("o".to_owned(), new.to_owned()));
        } else {
            expected[0][1].1 = new.to_owned();
        }
        if let Ok(edits) = edits {
            let text = apply(source.text(), &edits).unwrap();
            let after = parse(&Arc::new(SourceFile::new("a.yml", text.as_str())));
            prop_assert!(after.problems.is_empty(), "{}", text);
            prop_assert_eq!(says(&after), expected, "{}", text);
            let comments = |text: &str, parsed: &Parsed| parsed.comments.iter().map(|comment| comment.span.slice(text).trim_end().to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(comments(&text, &after), comments(source.text(), &parsed), "{}", text);
        }
    }
}
