//! What promtool 3.5 takes and refuses of what few people write, and this reader with it.

use super::{problems, root};
use crate::source::{Edit, SourceFile, Span};

/// A text, and whether promtool refuses a rule file with it in this place.
type Cases = &'static [(&'static str, bool)];

fn check(cases: Cases, place: impl Fn(&str) -> String) {
    for (text, is_refused) in cases {
        let found = problems(&place(text));
        assert_eq!(!found.is_empty(), *is_refused, "{text:?}\n{found}");
    }
}

/// In a mapping in braces and in one in lines.
#[test]
fn tags() {
    let cases: Cases = &[
        ("!!int 1", false),
        ("!!int '1'", false),
        ("!!int x", true),
        ("!!int 1.5", true),
        ("!!float 0x10", false),
        ("!!float x", true),
        ("!!bool true", false),
        ("!!bool x", true),
        ("!!null ''", false),
        ("!!null x", true),
        ("!!timestamp 2020-01-01", false),
        ("!!timestamp x", true),
        ("!!binary aGk=", false),
        ("!!binary '@@'", true),
        ("!!str x", false),
        ("!!foo x", false),
        ("!x y", false),
        ("!<tag:yaml.org,2002:int> 5", false),
    ];
    check(cases, |text| format!("a: {{b: {text}, c: d}}"));
    check(cases, |text| format!("a: {text}\n"));
    check(&[("!x", true), ("!", true), ("!!str", true), ("!x ", false)], |text| format!("a: {{b: {text}}}"));
    check(&[("!x", false), ("!", false), ("!!str", false)], |text| format!("a: {text}\nb: c\n"));
}

#[test]
fn base64_is_decoded_and_stands_where_it_is_written() {
    let text = "!!binary dXA= # up\n";
    let root = root(text);
    let expr = root.as_scalar().unwrap();
    assert_eq!(expr.value(), "up");
    assert_eq!(expr.file_span(Span::new(1, 2)), Span::new(9, 13));
    let file = SourceFile::new("r.yml", text.to_owned());
    assert!(expr.edits(&file, &[Edit { span: Span::new(0, 2), replacement: "down".to_owned() }]).is_err());
}

#[test]
fn colons_in_braces() {
    check(&[(":x", true), ("::", true), ("a:b", false), ("http://x", false), ("':x'", false)], |text| {
        format!("a: {{b: {text}}}")
    });
    check(&[(":x", false), ("::", true)], |text| format!("a: {text}\n"));
}

#[test]
fn missing_keys() {
    let in_braces: Cases = &[
        ("x,: a", true),
        ("a: 1, : b", true),
        (": b", true),
        ("\"x\",: a", true),
        ("x,:", true),
        ("\n      : c", true),
        (" # x\n      : c", true),
        ("? : a", false),
        ("? , x: a", false),
        ("x: a, ? : b", false),
        ("? # x\n      : c", false),
        ("?\n      : c", false),
        ("&a : b", false),
        ("!!null : a", false),
        ("x, y: z", false),
    ];
    check(in_braces, |text| format!("a: {{{text}}}\n"));
    check(&[(": b", true), ("a: b\n  : c", true), ("? \n  : b", false), ("?\n  # c\n\n  : b", false)], |text| {
        format!("a:\n  {text}\n")
    });
    insta::assert_snapshot!(problems("a: {x,: b}\n"), @r"
    1:7..8 yaml/syntax: a value without a key
      ^ no key stands before this
      help: write the key before the `:`, or delete the entry
    ");
}

#[test]
fn line_separators() {
    for c in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let cases = [
            (format!("a: x{c}y\n"), true),
            (format!("a: {{b: x{c}y}}\n"), false),
            (format!("a: 'x{c}y'\n"), false),
            (format!("a: \"x{c}y\"\n"), false),
            (format!("a:\n  b: |\n    x{c}y\n"), true),
            (format!("a:\n  b: >-\n    x{c}y\n"), true),
            (format!("a:\n  b: |\n    x{c}    y\n"), false),
            (format!("a:\n  b: |\n    x{c}\n    y\n"), false),
        ];
        for (text, is_refused) in cases {
            assert_eq!(!problems(&text).is_empty(), is_refused, "{text:?}");
        }
    }
}

#[test]
fn what_stands_before_the_content() {
    let cases: Cases = &[
        ("\u{feff}", false),
        ("\u{feff}\u{feff}", true),
        ("\n\u{feff}", true),
        ("# c\n\u{feff}", true),
        ("%YAML 1.1\n---\n", false),
        ("%YAML 1.2\n---\n", true),
        ("%FOO x\n---\n", true),
        ("%TAG !e! tag:x,2000:\n---\n", false),
    ];
    check(cases, |text| format!("{text}a: b\n"));
    insta::assert_snapshot!(problems("%YAML 1.2\n---\na: b\n"), @r"
    1:1..10 yaml/syntax: Prometheus refuses this directive
      ^ not known to its reader
      help: delete the line; Prometheus reads YAML 1.1 and knows `%YAML 1.1` and `%TAG`
    ");
    insta::assert_snapshot!(problems("a: {b: :x}\n"), @r"
    1:8..10 yaml/syntax: within braces a text that begins with `:` needs quotes
      ^ begins with `:`
      help: put it in quotes
    ");
    insta::assert_snapshot!(problems("a: {b: !x}\n"), @r"
    1:8..10 yaml/syntax: a tag ends with a space
      ^ no space behind
      help: put a space behind it, or quotes around it if it is a text
    ");
    insta::assert_snapshot!(problems("a: !!int x\n"), @r"
    1:10..11 yaml/syntax: the value is no `!!int`
      ^ Prometheus refuses the file because of it
      help: leave the tag out
    ");
    insta::assert_snapshot!(problems("a: |\n  x\u{2028}y\n"), @r"
    2:4..5 yaml/syntax: the invisible character U+2028 ends the line here
      ^ a line separator
      help: delete it, or put the text in quotes: Prometheus reads what follows as another line
    ");
}
