//! What is read from pages, and what is said of hostile ones.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Page;
use crate::source::SourceFile;
use crate::workspace::MAX_PAGE_BYTES;

fn page(text: &str) -> Page {
    Page::read(&Arc::new(SourceFile::new("page.md", text)))
}

/// Everything that was read, with the text under each place.
fn shown(page: &Page) -> String {
    let mut out = String::new();
    for heading in &page.headings {
        let (span, content) = (page.slice(heading.span), page.content(heading));
        writeln!(out, "{} {:?} <- {span:?}: {:?}", heading.level, heading.text, content.lines().next().unwrap_or(""))
            .unwrap();
    }
    for link in &page.links {
        writeln!(out, "link {} <- {:?}", link.target, page.slice(link.span)).unwrap();
    }
    for block in &page.blocks {
        writeln!(out, "block {} {} {:?}", block.language, block.indent, page.slice(block.content)).unwrap();
    }
    for shortcode in &page.shortcodes {
        let arguments: Vec<&str> = shortcode.arguments.iter().map(|argument| page.slice(argument.span)).collect();
        let end = if shortcode.is_end { "/" } else { "" };
        writeln!(out, "shortcode {end}{} {arguments:?}", page.slice(shortcode.name.span)).unwrap();
    }
    for copy in &page.copies {
        let expr = copy.field("expr").unwrap();
        writeln!(
            out,
            "rule {} <- {:?}, expr {:?}",
            copy.name.text(),
            page.slice(copy.name.span),
            page.slice(expr.span)
        )
        .unwrap();
        for (name, value) in copy.pairs("labels") {
            writeln!(out, "  {}={:?} <- {:?}", name.text(), value.text(), page.slice(value.span)).unwrap();
        }
    }
    for problem in &page.problems {
        writeln!(out, "problem {:?}: {} ({})", page.slice(problem.span), problem.message, problem.help).unwrap();
    }
    out
}

const PAGE: &str = r#"---
title: HostDown
aliases:
  - /old/hostdown
  - /older
---

# Host *down* {#down}

{{% rule "node/node.yml" "HostDown" %}}
{{< figure src="a b.png" width=10 />}}
{{% comment %}}
```yaml
alert: HostDown
expr: up == 0
labels:
    severity: critical
```
{{% /comment %}}
{{</* rule "an example" */>}}

## Meaning

See [the page](../other.md#x) and <https://example.com>.

## Impact

<!-- nothing yet -->

### In `detail`

1. Do this:

   ```yaml title="x"
   - alert: Indented
     expr: |
       up == 0
       and on () x
     labels: {a: "b"}
   ```

<a name="by-hand"></a>
"#;

#[test]
fn a_page_is_read_with_its_places() {
    let page = page(PAGE);
    insta::assert_snapshot!(shown(&page), @r####"
    1 "Host down" <- "# Host *down* {#down}": "{{% rule \"node/node.yml\" \"HostDown\" %}}"
    2 "Meaning" <- "## Meaning": "See [the page](../other.md#x) and <https://example.com>."
    2 "Impact" <- "## Impact": "### In `detail`"
    3 "In detail" <- "### In `detail`": "1. Do this:"
    link ../other.md#x <- "[the page](../other.md#x)"
    link https://example.com <- "<https://example.com>"
    block yaml 0 "alert: HostDown\nexpr: up == 0\nlabels:\n    severity: critical\n"
    block yaml 3 "   - alert: Indented\n     expr: |\n       up == 0\n       and on () x\n     labels: {a: \"b\"}\n"
    shortcode rule ["node/node.yml", "HostDown"]
    shortcode figure ["a b.png", "10"]
    shortcode comment []
    shortcode /comment []
    rule HostDown <- "HostDown", expr "up == 0"
      severity="critical" <- "critical"
    rule Indented <- "Indented", expr "up == 0\n       and on () x"
      a="b" <- "\"b\""
    "####);
    let front_matter = page.front_matter.as_ref().unwrap();
    assert_eq!(front_matter.texts("aliases"), ["/old/hostdown", "/older"]);
    assert_eq!(page.slice(front_matter.place("aliases").unwrap()), "aliases");
    assert_eq!(page.title(), Some("HostDown"));
    for anchor in ["down", "host-down", "meaning", "in-detail", "by-hand", "top", ""] {
        assert!(page.has_anchor(anchor), "{anchor}");
    }
    assert!(!page.has_anchor("mitigation") && !page.has_anchor("meaning-1"));
}

#[test]
fn front_matter_may_be_toml() {
    let page = page("+++\ntitle = \"A\"\ndraft = true\naliases = [\"/b\"]\n+++\n# C\n");
    let front_matter = page.front_matter.as_ref().unwrap();
    assert_eq!((front_matter.text("title"), front_matter.text("draft")), (Some("A"), Some("true")));
    assert_eq!(front_matter.texts("aliases"), ["/b"]);
    assert_eq!(page.slice(front_matter.place("draft").unwrap()), "draft");
    assert_eq!(page.headings[0].text, "C");
}

#[test]
fn anchors_are_those_of_several_programs() {
    let page = page("# Größe & Zahl\n\n# CPU -- high_load?\n\n# A\n\n# A\n");
    for anchor in [
        "größe--zahl",
        "größe-zahl",
        "gr%C3%B6%C3%9Fe--zahl",
        "gre-zahl",
        "cpu----high_load",
        "cpu-high_load",
        "a",
        "a-1",
        "a_1",
    ] {
        assert!(page.has_anchor(anchor), "{anchor}");
    }
    assert!(!page.has_anchor("a-2"));
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let wrong = [
        "---\ntitle: a\n# no end\n",
        "---\n\nA line across the page.\n",
        "---\ntitle: [a\n---\n# x\n",
        "---\na: 1\na: 2\n---\n# x\n",
        "+++\ntitle = \n+++\n# x\n",
        "+++\ntitle = 1\n",
        "{{% rule \"a\"\n\n# x\n\n{{< b >}}\n",
        "{{< \n",
        "{{%%}}{{<>}}{{% / %}}{{% a=\"b %}}{{< x=`y >}}\n",
        "```yaml\nalert: a\nexpr: b\n",
        "```yaml\nalert: [a\nexpr: b\n```\n",
        "> ```yaml\n> alert: a\n> expr: b\n> ```\n",
    ];
    let said: Vec<String> = wrong.iter().map(|text| format!("{text:?}\n{}", shown(&page(text)))).collect();
    insta::assert_snapshot!(said.join("\n"), @r##"
    "---\ntitle: a\n# no end\n"
    1 "no end" <- "# no end": ""
    problem "---": the front matter is not closed (write `---` on a line below its last key)

    "---\n\nA line across the page.\n"

    "---\ntitle: [a\n---\n# x\n"
    1 "x" <- "# x": ""
    problem "[": the front matter is not YAML: the `[` opened here is never closed (a page whose front matter cannot be read has no title and no address of its own)

    "---\na: 1\na: 2\n---\n# x\n"
    1 "x" <- "# x": ""
    problem "a": the front matter is not YAML: the key `a` appears twice (a page whose front matter cannot be read has no title and no address of its own)

    "+++\ntitle = \n+++\n# x\n"
    1 "x" <- "# x": ""
    problem "": the front matter is not TOML: string values must be quoted, expected literal string (a page whose front matter cannot be read has no title and no address of its own)

    "+++\ntitle = 1\n"
    problem "+++": the front matter is not closed (write `+++` on a line below its last key)

    "{{% rule \"a\"\n\n# x\n\n{{< b >}}\n"
    1 "x" <- "# x": "{{< b >}}"
    shortcode b []
    problem "{{%": the shortcode is not closed (write `%}}` at its end; Hugo refuses the page as it is)

    "{{< \n"
    problem "{{<": the shortcode is not closed (write `>}}` at its end; Hugo refuses the page as it is)

    "{{%%}}{{<>}}{{% / %}}{{% a=\"b %}}{{< x=`y >}}\n"
    shortcode b  []
    shortcode y  []

    "```yaml\nalert: a\nexpr: b\n"
    block yaml 0 "alert: a\nexpr: b\n"
    rule a <- "a", expr "b"

    "```yaml\nalert: [a\nexpr: b\n```\n"
    block yaml 0 "alert: [a\nexpr: b\n"

    "> ```yaml\n> alert: a\n> expr: b\n> ```\n"
    block yaml 2 "> alert: a\n> expr: b\n> ```"
    "##);
}

#[test]
fn hostile_pages_take_little_time() {
    let sizes = usize::try_from(MAX_PAGE_BYTES / 4).unwrap();
    let many = |text: &str| text.repeat(sizes / text.len());
    let hostile = [
        many("{{% a "),
        many("{{<"),
        many("{{% a %}}"),
        many("> "),
        many("- "),
        many("["),
        many("![a]("),
        many("*a_"),
        many("`a``"),
        many("# a\n"),
        many("<a id="),
        many("<!--"),
        many("```yaml\nalert: a\nexpr: b\n```\n"),
        many("---\n"),
        format!("---\n{}", many("- ")),
        format!("---\na: {}\n---\n", many("[")),
        format!("```yaml\nalert: a\nexpr:\n{}```", many(" - a\n")),
    ];
    for text in hostile {
        let started = Instant::now();
        let page = page(&text);
        let took = started.elapsed();
        let start: String = text.chars().take(20).collect();
        assert!(took < Duration::from_secs(10), "{start:?}: {took:?}");
        assert!(page.problems.len() < 100, "{start:?}");
    }
}
