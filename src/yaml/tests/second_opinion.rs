//! Another reader, a port of libyaml, reads the same values.

use proptest::prelude::*;
use serde_yaml::Value;

use super::*;

/// Whether both trees hold the same. The other reader types plain scalars, so numbers and booleans are compared by what
/// our source text means to it.
fn same(ours: &Node, theirs: &Value) -> bool {
    match (&ours.kind, theirs) {
        (NodeKind::Sequence(list), Value::Sequence(others)) => {
            list.items.len() == others.len() && list.items.iter().zip(others).all(|(a, b)| same(a, b))
        }
        (NodeKind::Mapping(mapping), Value::Mapping(others)) => {
            let pairs = mapping.entries.iter().zip(others);
            mapping.entries.len() == others.len()
                && pairs.into_iter().all(|(a, (k, v))| same(&a.key, k) && same(&a.value, v))
        }
        (NodeKind::Scalar(_), Value::Tagged(tagged)) => same(ours, &tagged.value),
        (NodeKind::Scalar(scalar), Value::String(text)) => scalar.value() == *text,
        (NodeKind::Scalar(scalar), Value::Null) => scalar.is_null,
        (NodeKind::Scalar(scalar), other) => {
            serde_yaml::from_str::<Value>(scalar.value()).is_ok_and(|value| value == *other)
        }
        _ => false,
    }
}

fn agree(text: &str) -> Result<(), String> {
    let parsed = read(text);
    let ours = parsed.documents.first().and_then(|document| document.root.as_ref());
    match (serde_yaml::from_str::<Value>(text), ours) {
        (Ok(Value::Null), None) => Ok(()),
        (Ok(theirs), Some(ours)) if same(ours, &theirs) => Ok(()),
        (Err(_), _) if !parsed.problems.is_empty() => Ok(()),
        (theirs, ours) => Err(format!("{text:?}\nours: {ours:?} {}\ntheirs: {theirs:?}", render(&parsed.problems))),
    }
}

#[test]
fn the_corpora_read_the_same() {
    let Some(folder) = crate::source::testing::shared("") else { return };
    let mut files = Vec::new();
    super::places::yaml_files(&folder, &mut files);
    let mut compared = 0;
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let parsed = read(&text);
        // The other reader knows neither merges nor several documents. Of templates each recovers something else.
        let is_broken_template = !parsed.problems.is_empty() && super::places::is_template(&text);
        if is_broken_template || text.contains("<<:") || parsed.documents.len() != 1 {
            continue;
        }
        agree(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        compared += 1;
    }
    assert_eq!((files.len(), compared), (788, 613));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Scalars of all styles, well-formed or not.
    #[test]
    fn scalars_read_the_same(
        header in prop::sample::select(vec!["", "'", "\"", "|\n", "|-\n", "|+\n", ">\n", ">-\n", ">+\n"]),
        lines in prop::collection::vec("[ ]{0,2}([a-z]{1,3}| |''|\\\\n|é|1){0,4}", 1..5),
        ends_with_break: bool,
    ) {
        let close = if matches!(header, "'" | "\"") { header } else { "" };
        let first = if header.ends_with('\n') { "  " } else { "" };
        let end = if ends_with_break { "\n" } else { "" };
        let text = format!("k: {header}{first}{}{close}{end}", lines.join("\n  "));
        if let Err(error) = agree(&text) {
            prop_assert!(false, "{error}");
        }
    }
}

/// The YAML specification wants a space before a comment, libyaml and promtool do not.
#[test]
fn comments_without_a_space_read_the_same() {
    for text in [
        "a: 'x'#c\nb: \"y\"#c\n",
        "a: [# c\n  1,# d\n  'x'#e\n  ]#f\n",
        "a: {b: 'x'}#c\nd: 'e # f'#g\n",
        "a: |#c\n  # d\n",
        "a: 'x\ny'#c\nb: x#d\n",
    ] {
        agree(text).unwrap();
        assert_eq!(render(&read(text).problems), "");
    }
    insta::assert_snapshot!(render(&read("a: &b#c\n  d\n").problems), @r"
    1:4..8 yaml/syntax: `&b#c` is no name of an anchor
      ^ this anchor
      help: the names of anchors are ASCII letters, digits, `_` and `-`; a comment needs a space before its `#`
    ");
}

#[test]
fn comments_that_were_repaired_have_their_places() {
    let text = "a: ['x',# one\n  'y'# two\n  ]\n";
    let parsed = read(text);
    let comments: Vec<&str> = parsed.comments.iter().map(|comment| comment.span.slice(text)).collect();
    assert_eq!(comments, ["# one", "# two"]);
    let list = &parsed.documents[0].root.as_ref().unwrap().as_mapping().unwrap().get("a").unwrap().value;
    let items: Vec<&str> = list.as_sequence().unwrap().items.iter().map(|item| item.span.slice(text)).collect();
    assert_eq!(items, ["'x'", "'y'"]);
}

/// Tabs, about which the two parsers differ more than about anything else. The verdicts are promtool's too.
#[test]
fn tabs_are_judged_the_same() {
    let refused = [
        "a:\n  b: c\n\t\n  d: e\n",
        "a:\n  b: 'c'\n\t\n",
        "a:\n\t# x\n  b: c\n",
        "a: b # x\n\t# y\n",
        "a:\n  - b\n  -\tc\n",
        "a:\n  - \tb: c\n",
        "\ta: b\n",
        "a: b\n\t",
        "# c\n\t\na: b\n",
        "a:\n  b: |\n    x\n\t\n  c: y\n",
        "a:\n    b: c\n  \t  d: e\n",
        "a: b\n\tc\n",
        "a:\n  -\t# c\n    b: c\n",
        "a:\n  - \t\n    b: c\n",
    ];
    for text in refused {
        assert_ne!(problems(text), "", "{text:?}");
        assert!(serde_yaml::from_str::<Value>(text).is_err(), "{text:?}");
    }
    let accepted = [
        "a:\tb\n",
        "a: b\t\nc: d\n",
        "a: b\t# c\n",
        "a: &a\tb\n",
        "a: |\t\n  b\n",
        "a: b\n  \t c\n",
        "a: b\n \t\n  c\n",
        "a: 'b\n\tc'\n",
        "a:\n- 'b\n\n\tc'\n",
        "a: |\n  b\n  \tc\n",
        "a: |\n  b\n  \t\n  c\n",
        "a: 'b\n\tc\nd'\n",
        "a: |2\n  \tb\nc: d\n",
        "a:\n  b: |2-\n    \n    \tc\n",
    ];
    for text in accepted {
        assert_eq!(agree(text), Ok(()));
        assert_eq!(problems(text), "", "{text:?}");
    }
}
