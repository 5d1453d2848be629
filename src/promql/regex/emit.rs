//! A tree to a pattern of the `regex` crate. Every part is written so that no flag of the other dialect matters.

use super::syntax::{Capture, Class, ClassItem, Node};
use crate::model::gofmt::push;

/// What matches nothing at all.
const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// The pattern, not anchored.
pub(super) fn emit(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node);
    out
}

fn write(out: &mut String, node: &Node) {
    match node {
        Node::Empty => out.push_str("(?:)"),
        Node::Char { c, fold } => {
            let c = regex_escape(*c);
            if *fold { push(out, format_args!("(?i:{c})")) } else { out.push_str(&c) }
        }
        Node::Class(class) => write_class(out, class),
        Node::Any { newline: true } => out.push_str("(?s:.)"),
        Node::Any { newline: false } => out.push_str(r"[^\n]"),
        Node::LineStart => out.push_str("(?m:^)"),
        Node::LineEnd => out.push_str("(?m:$)"),
        Node::TextStart => out.push_str(r"\A"),
        Node::TextEnd => out.push_str(r"\z"),
        Node::WordBoundary { negated: false } => out.push_str(r"(?-u:\b)"),
        Node::WordBoundary { negated: true } => out.push_str(r"(?-u:\B)"),
        Node::Group { capture, inner } => {
            match capture {
                Capture::None => out.push_str("(?:"),
                Capture::Numbered => out.push('('),
                // A name may begin with a digit in Go: groups are found by number, names are kept elsewhere.
                Capture::Named(_) => out.push('('),
            }
            write(out, inner);
            out.push(')');
        }
        Node::Repeat { min, max, greedy, inner } => {
            push_grouped(out, inner);
            match (min, max) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (min, None) => push(out, format_args!("{{{min},}}")),
                (min, Some(max)) => push(out, format_args!("{{{min},{max}}}")),
            }
            out.push_str(if *greedy { "" } else { "?" });
        }
        Node::Concat(parts) => parts.iter().for_each(|part| match part {
            Node::Alternate(_) => push_grouped(out, part),
            part => write(out, part),
        }),
        Node::Alternate(parts) => {
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index > 0 { "|" } else { "" });
                write(out, part);
            }
        }
    }
}

fn push_grouped(out: &mut String, node: &Node) {
    out.push_str("(?:");
    write(out, node);
    out.push(')');
}

fn regex_escape(c: char) -> String {
    ::regex::escape(c.encode_utf8(&mut [0; 4]))
}

fn write_class(out: &mut String, class: &Class) {
    out.push_str(if class.fold { "(?i:[" } else { "[" });
    out.push_str(if class.negated { "^" } else { "" });
    for item in &class.items {
        match item {
            ClassItem::Range(low, high) => write_range(out, *low, *high),
            ClassItem::Ascii { ranges, negated } => {
                out.push_str(if *negated { "[^" } else { "" });
                ranges.iter().for_each(|(low, high)| write_range(out, u32::from(*low), u32::from(*high)));
                out.push_str(if *negated { "]" } else { "" });
            }
            ClassItem::Property { name: Some(name), negated } => {
                push(out, format_args!("\\{}{{{name}}}", if *negated { 'P' } else { 'p' }));
            }
            ClassItem::Property { name: None, negated: true } => write_range(out, 0, u32::from(char::MAX)),
            ClassItem::Property { name: None, negated: false } => out.push_str(NOTHING),
        }
    }
    out.push_str(if class.fold { "])" } else { "]" });
}

/// A range of code points. The other dialect knows no surrogates, and no text has them.
fn write_range(out: &mut String, low: u32, high: u32) {
    const BELOW: u32 = 0xd7ff;
    const ABOVE: u32 = 0xe000;
    let mut one = |low: u32, high: u32| {
        if low <= high {
            push(out, format_args!("\\x{{{low:X}}}-\\x{{{high:X}}}"));
        }
    };
    if high < 0xd800 || low > 0xdfff {
        one(low, high);
        return;
    }
    one(low, high.min(BELOW));
    one(low.max(ABOVE), high);
    if low >= 0xd800 && high <= 0xdfff {
        out.push_str(NOTHING);
    }
}
