//! Input that is meant to hurt.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Parses within a time that only something worse than linear exceeds (this is a build without optimisation).
fn quickly(text: &str) -> Parsed {
    let start = Instant::now();
    let parsed = read(text);
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
    parsed
}

fn messages(parsed: &Parsed) -> Vec<&str> {
    parsed.problems.iter().map(|problem| problem.message.as_str()).collect()
}

#[test]
fn nesting_is_bounded() {
    let deep = "brackets or blocks nest too deep";
    assert_eq!(messages(&quickly(&"[".repeat(50_000))), [deep]);
    assert_eq!(messages(&quickly(&"{a: ".repeat(20_000))), [deep]);
    assert_eq!(messages(&quickly(&"- ".repeat(20_000))), [deep]);
    assert_eq!(messages(&quickly(&"? ".repeat(20_000))), [deep]);
}

#[test]
fn aliases_do_not_multiply() {
    let bomb: String = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let alias = format!("*a{}", n - 1);
        text + &format!("a{n}: &a{n} [{}]\n", vec![alias; 9].join(", "))
    });
    assert_eq!(messages(&quickly(&bomb)), ["the aliases of this document expand to too much"]);

    let chain: String =
        (1..20_000).fold("- &a0 [x]\n".to_owned(), |text, n| text + &format!("- &a{n} [*a{}]\n", n - 1));
    assert_eq!(messages(&quickly(&chain)), ["the aliases of this document expand to too much"]);

    let large = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(20_000));
    assert_eq!(messages(&quickly(&large)), ["the aliases of this document expand to too much"]);

    let ordinary = format!("a: &a {{b: c, d: e}}\nf:\n{}", "- g: *a\n".repeat(20_000));
    assert!(quickly(&ordinary).problems.is_empty());
}

#[test]
fn long_lines_and_long_texts() {
    assert!(quickly(&format!("a: {}", "x ".repeat(500_000))).problems.is_empty());
    assert!(quickly(&format!("a: \"{}\"", "\\n".repeat(300_000))).problems.is_empty());
    assert!(quickly(&format!("a: |\n{}", "  x\n".repeat(500_000))).problems.is_empty());
    quickly(&"\0\u{1}\u{7f}".repeat(300_000));
    quickly(&"---\n[\n".repeat(100_000));
    quickly(&"a: 1\n".repeat(100_000));
}

/// Each of these places is repaired in a round of its own.
#[test]
fn a_small_file_may_need_many_repairs_and_a_large_one_gets_some() {
    for line in ["a0: \"it\\'s\"\n", "a0: 'x'# y\n", "a0: \"it\\'s\n\tx\"# y\n"] {
        let lines = |count: usize| (0..count).map(|at| line.replace('0', &at.to_string())).collect::<String>();
        let few = quickly(&lines(100));
        assert_eq!((messages(&few), few.documents[0].broken), (Vec::new(), false));
        assert_eq!(messages(&quickly(&lines(30_000))).len(), 1);
    }
}

#[test]
fn values_are_counted() {
    let parsed = quickly(&format!("[{}]", "a,".repeat(310_000)));
    assert_eq!(messages(&parsed), ["the file holds more than 300000 values"]);
    assert!(parsed.documents.iter().all(|document| document.broken));
}

#[test]
fn lookups_in_a_long_text_do_not_begin_at_its_start() {
    let text = format!("\"{}\"", "\\u00e9\\n ab".repeat(100_000));
    let tree = root(&text);
    let scalar = tree.as_scalar().unwrap();
    let start = Instant::now();
    for offset in (0..scalar.value().len()).step_by(7) {
        let source = scalar.file_offset(offset);
        assert_eq!(source, 1 + offset / 6 * 11 + [0, 0, 6, 8, 9, 10][offset % 6]);
    }
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
}

#[test]
fn many_badly_indented_quotes_are_repaired_together() {
    let text = format!("tests:\n{}", "  - series: 'x{\n}'\n    values: '1'\n".repeat(5_000));
    assert!(quickly(&text).problems.is_empty());
    // These do not look like quoted text to the guess: only so many are repaired.
    let odd = format!("tests:\n{}", "  - ? 'x{\n}'\n    : '1'\n".repeat(2_000));
    assert_eq!(messages(&quickly(&odd)), ["a line of a quoted text is not indented"]);
    let unclosed = format!("tests:\n  - a: 'x\n{}", "b: c\n".repeat(20_000));
    assert_eq!(messages(&quickly(&unclosed)), ["the quote opened here is never closed"]);
}

/// A file with everything in it, to be damaged.
const SAMPLE: &str = "# c\ngroups: &g\n- name: 'a\n    b'\n  rules:\n  - alert: \"x\\u00e9\\\n      y\"\n    expr: |-2\n        up\n      == 0\n\
     \x20   labels: {<<: *g, severity: !!str 1}\n    annotations: >+\n      é\n       {{ $value }}\n\n---\n? [a]\n: b\n...\n";

fn damaged() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("'"),
        Just("\""),
        Just("\n"),
        Just("\t"),
        Just("- "),
        Just(": "),
        Just("["),
        Just("}"),
        Just("|"),
        Just(">"),
        Just("&a "),
        Just("*a "),
        Just("#"),
        Just("\r"),
        Just("---\n"),
        Just("\u{feff}"),
        Just("\0"),
        Just("é"),
        Just("  "),
        Just("\\"),
        Just("<<: "),
        Just(""),
    ];
    prop::collection::vec((0..SAMPLE.len(), 0usize..12, piece), 1..8).prop_map(|changes| {
        let mut text = SAMPLE.as_bytes().to_vec();
        for (at, removed, piece) in changes {
            let at = at.min(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is read, all places lie inside the file and on character boundaries.
    #[test]
    fn damaged_text_is_read_without_panic(text in damaged()) {
        let parsed = read(&text);
        for problem in &parsed.problems {
            for label in problem.related.iter().chain([&problem.primary]) {
                prop_assert!(text.get(label.span.start()..label.span.end()).is_some(), "{:?} {}", label.span, problem.message);
            }
        }
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            let mut wrong = None;
            for_each_scalar(root, &mut |node, scalar| {
                let mapped = (0..=scalar.value().len()).map(|offset| scalar.file_offset(offset));
                if text.get(node.span.start()..node.span.end()).is_none() || mapped.max().unwrap_or(0) > text.len() {
                    wrong = Some(format!("{:?} {:?}", node.span, scalar.value()));
                }
            });
            prop_assert!(wrong.is_none(), "{wrong:?}");
        }
    }
}
