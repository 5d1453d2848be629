//! Go's `regexp/syntax` parser with its `Perl` flags: what it accepts, what it refuses and in which words.

use super::class;
use super::error::{Code, RegexError};
use super::syntax::{Capture, Class, ClassItem, Node};
use crate::source::Span;

/// Go allows 1000 levels; no pattern for labels comes near, and this many are safe to walk recursively.
const MAX_DEPTH: usize = 200;
/// The largest count of a repetition, and the largest product of counts inside each other.
const MAX_REPEAT: u32 = 1000;

type Result<T> = std::result::Result<T, RegexError>;

/// Parses `pattern`. `newline`: whether `.` matches a line break to begin with.
pub(super) fn parse(pattern: &str, newline: bool) -> Result<Node> {
    let flags = Flags { newline, ..Flags::default() };
    let mut parser = Parser { pattern, pos: 0, flags, depth: 0 };
    let node = parser.alternation()?;
    if parser.pos < pattern.len() {
        return Err(parser.error(Code::UnexpectedParen, 0, pattern.len()));
    }
    Ok(node)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    /// `i`
    fold: bool,
    /// `m`
    lines: bool,
    /// `s`
    newline: bool,
    /// `U`
    lazy: bool,
}

struct Parser<'a> {
    pattern: &'a str,
    pos: usize,
    flags: Flags,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.pattern.get(self.pos..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.pos += if found { text.len() } else { 0 };
        found
    }

    fn error(&self, code: Code, start: usize, end: usize) -> RegexError {
        RegexError::new(code, self.pattern, Span::new(start, end))
    }

    /// Everything up to a `)` or the end.
    fn alternation(&mut self) -> Result<Node> {
        let mut branches = vec![self.concatenation()?];
        while self.eat("|") {
            branches.push(self.concatenation()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternate(branches) })
    }

    fn concatenation(&mut self) -> Result<Node> {
        let mut parts = Vec::new();
        // The repetition that was read last, if nothing came after it: repetitions cannot be piled up.
        let mut last_repeat = None;
        while let Some(c) = self.peek() {
            let start = self.pos;
            let repeat = match c {
                '|' | ')' => break,
                '*' | '+' | '?' => {
                    self.pos += 1;
                    Some(match c {
                        '*' => (0, None),
                        '+' => (1, None),
                        _ => (0, Some(1)),
                    })
                }
                '{' => self.counts(),
                _ => None,
            };
            match repeat {
                Some(counts) => {
                    last_repeat = Some(self.repetition(&mut parts, counts, start, last_repeat)?);
                }
                None => {
                    last_repeat = None;
                    self.atom(c, &mut parts)?;
                }
            }
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.remove(0),
            _ => Node::Concat(parts),
        })
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else is a brace and nothing is taken.
    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let inside = self.rest().strip_prefix('{')?;
        let (inside, _) = inside.split_once('}')?;
        let count = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let leading_zero = text.len() > 1 && text.starts_with('0');
            // Too large for the type is too large for Go as well.
            (plain && !leading_zero).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let counts = match inside.split_once(',') {
            None => count(inside).map(|n| (n, Some(n)))?,
            Some((min, "")) => (count(min)?, None),
            Some((min, max)) => (count(min)?, Some(count(max)?)),
        };
        self.pos += inside.len() + 2;
        Some(counts)
    }

    fn repetition(
        &mut self,
        parts: &mut Vec<Node>,
        (min, max): (u32, Option<u32>),
        start: usize,
        last: Option<usize>,
    ) -> Result<usize> {
        let operator_end = self.pos;
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || min > max) {
            return Err(self.error(Code::RepeatSize, start, operator_end));
        }
        let lazy = self.eat("?");
        if let Some(last) = last {
            return Err(self.error(Code::RepeatOp, last, self.pos));
        }
        let Some(inner) = parts.pop() else { return Err(self.error(Code::MissingArgument, start, self.pos)) };
        let node = Node::Repeat { min, max, greedy: lazy == self.flags.lazy, inner: Box::new(inner) };
        if max.unwrap_or(min) >= 2 && exceeds_repeat(&node, MAX_REPEAT) {
            return Err(self.error(Code::RepeatSize, start, self.pos));
        }
        parts.push(node);
        Ok(start)
    }

    fn atom(&mut self, c: char, parts: &mut Vec<Node>) -> Result<()> {
        let node = match c {
            '(' => match self.group()? {
                Some(group) => group,
                None => return Ok(()),
            },
            '[' => self.class()?,
            '\\' => return self.escape(parts),
            '.' => {
                self.pos += 1;
                Node::Any { newline: self.flags.newline }
            }
            '^' => {
                self.pos += 1;
                if self.flags.lines { Node::LineStart } else { Node::TextStart }
            }
            '$' => {
                self.pos += 1;
                if self.flags.lines { Node::LineEnd } else { Node::TextEnd }
            }
            c => {
                self.pos += c.len_utf8();
                self.char(c)
            }
        };
        parts.push(node);
        Ok(())
    }

    fn char(&self, c: char) -> Node {
        Node::Char { c, fold: self.flags.fold }
    }

    /// Parentheses; nothing for flags that change the rest of the group: `(?i)`.
    fn group(&mut self) -> Result<Option<Node>> {
        let start = self.pos;
        self.pos += 1;
        let outer = self.flags;
        let capture = if self.eat("?") {
            match self.named(start)? {
                Some(name) => Capture::Named(name),
                None if self.flags(start)? => Capture::None,
                None => return Ok(None),
            }
        } else {
            Capture::Numbered
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(Code::NestingDepth, 0, self.pattern.len()));
        }
        let inner = self.alternation()?;
        self.depth -= 1;
        if !self.eat(")") {
            return Err(self.error(Code::MissingParen, 0, self.pattern.len()));
        }
        self.flags = outer;
        Ok(Some(Node::Group { capture, inner: Box::new(inner) }))
    }

    /// `P<name>` or `<name>`, behind `(?`. Look-behind begins in the same way and is taken for a bad name.
    fn named(&mut self, start: usize) -> Result<Option<String>> {
        let rest = self.rest();
        let Some(text) = rest.strip_prefix("P<").or(rest.strip_prefix('<')).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let begin = self.pattern.len() - text.len();
        let (name, end) = match text.split_once('>') {
            Some((name, _)) => (name, begin + name.len() + 1),
            None => ("", self.pattern.len()),
        };
        let valid = !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        if !valid {
            let mut error = self.error(Code::NamedCapture, start, end);
            if text.starts_with(['=', '!']) {
                error.help = self.error(Code::PerlOp, start, end).help;
            }
            return Err(error);
        }
        self.pos = end;
        Ok(Some(name.to_owned()))
    }

    /// `i-s:` or `i)`, behind `(?`. Returns whether a group follows.
    fn flags(&mut self, start: usize) -> Result<bool> {
        let mut flags = self.flags;
        let (mut value, mut any) = (true, false);
        while let Some(c) = self.next() {
            match c {
                'i' => flags.fold = value,
                'm' => flags.lines = value,
                's' => flags.newline = value,
                'U' => flags.lazy = value,
                '-' if value => {
                    value = false;
                    any = false;
                    continue;
                }
                ':' | ')' if value || any => {
                    self.flags = flags;
                    return Ok(c == ':');
                }
                _ => return Err(self.error(Code::PerlOp, start, self.pos)),
            }
            any = true;
        }
        Err(self.error(Code::PerlOp, start, self.pos))
    }

    /// A backslash outside of a class.
    fn escape(&mut self, parts: &mut Vec<Node>) -> Result<()> {
        let start = self.pos;
        let letter = self.rest().chars().nth(1);
        let node = match letter {
            Some('A') => Node::TextStart,
            Some('z') => Node::TextEnd,
            Some('b') => Node::WordBoundary { negated: false },
            Some('B') => Node::WordBoundary { negated: true },
            Some('C') => return Err(self.error(Code::Escape, start, start + 2)),
            Some('Q') => {
                self.pos += 2;
                let (text, end) = match self.rest().split_once("\\E") {
                    Some((text, _)) => (text, self.pos + text.len() + 2),
                    None => (self.rest(), self.pattern.len()),
                };
                parts.extend(text.chars().map(|c| self.char(c)));
                self.pos = end;
                return Ok(());
            }
            _ => {
                let node = match self.class_escape()? {
                    Some(item) => Node::Class(Class { negated: false, fold: self.flags.fold, items: vec![item] }),
                    None => self.escaped_char()?,
                };
                parts.push(node);
                return Ok(());
            }
        };
        self.pos += 2;
        parts.push(node);
        Ok(())
    }

    fn escaped_char(&mut self) -> Result<Node> {
        let code = self.char_escape()?;
        Ok(match char::from_u32(code) {
            Some(c) => self.char(c),
            None => Node::Class(Class { items: vec![ClassItem::Range(code, code)], ..Class::default() }),
        })
    }

    /// `\d`, `\pN`, `\P{Greek}`; nothing is taken where it is something else.
    fn class_escape(&mut self) -> Result<Option<ClassItem>> {
        let Some(letter) = self.rest().strip_prefix('\\').and_then(|rest| rest.chars().next()) else { return Ok(None) };
        if let Some((ranges, negated)) = class::perl(letter) {
            self.pos += 2;
            return Ok(Some(ClassItem::Ascii { ranges, negated }));
        }
        if !matches!(letter, 'p' | 'P') {
            return Ok(None);
        }
        let start = self.pos;
        self.pos += 2;
        let Some(first) = self.next() else { return Err(self.error(Code::CharRange, start, self.pos)) };
        let mut name: &str = self.pattern.get(self.pos - first.len_utf8()..self.pos).unwrap_or_default();
        if first == '{' {
            let Some((inside, _)) = self.rest().split_once('}') else {
                return Err(self.error(Code::CharRange, start, self.pattern.len()));
            };
            self.pos += inside.len() + 1;
            name = inside;
        }
        let (name, opposite) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let Some(name) = class::property(name) else { return Err(self.error(Code::CharRange, start, self.pos)) };
        Ok(Some(ClassItem::Property { name, negated: (letter == 'P') != opposite }))
    }

    /// A backslash that stands for one character; its code point, which may be a surrogate.
    fn char_escape(&mut self) -> Result<u32> {
        let start = self.pos;
        self.pos += 1;
        let Some(c) = self.next() else { return Err(self.error(Code::TrailingBackslash, start, self.pos)) };
        let code = match c {
            // A single digit would be a back-reference.
            '1'..='7' if !self.peek().is_some_and(|next| ('0'..='7').contains(&next)) => None,
            '0'..='7' => Some(self.octal(c)),
            'x' => self.hexadecimal(),
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(0x0a),
            'r' => Some(0x0d),
            't' => Some(0x09),
            'v' => Some(0x0b),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(u32::from(c)),
            _ => None,
        };
        code.ok_or_else(|| self.error(Code::Escape, start, self.pos))
    }

    /// At most three digits, the first was read.
    fn octal(&mut self, first: char) -> u32 {
        let mut value = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            value = value * 8 + digit;
            self.pos += 1;
        }
        value
    }

    /// `7F` or `{10FFFF}`, behind `\x`. Where it goes wrong everything up to there is taken.
    fn hexadecimal(&mut self) -> Option<u32> {
        if !self.eat("{") {
            let (high, low) = (self.next()?.to_digit(16), self.next()?.to_digit(16));
            return Some(high? * 16 + low?);
        }
        let mut value = self.next()?.to_digit(16)?;
        loop {
            match self.next()? {
                '}' => return Some(value),
                digit => value = value * 16 + digit.to_digit(16)?,
            }
            if value > u32::from(char::MAX) {
                return None;
            }
        }
    }

    /// `[…]`
    fn class(&mut self) -> Result<Node> {
        let start = self.pos;
        self.pos += 1;
        let mut class = Class { negated: self.eat("^"), fold: self.flags.fold, items: Vec::new() };
        let mut first = true;
        while first || !self.eat("]") {
            first = false;
            if let Some(item) = self.posix()? {
                class.items.push(item);
            } else if let Some(item) = self.class_escape()? {
                class.items.push(item);
            } else {
                class.items.push(self.range(start)?);
            }
        }
        Ok(Node::Class(class))
    }

    /// `[:alpha:]` inside a class.
    fn posix(&mut self) -> Result<Option<ClassItem>> {
        let Some((name, _)) = self.rest().strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
            return Ok(None);
        };
        let (start, end) = (self.pos, self.pos + name.len() + 4);
        let (name, negated) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let Some(ranges) = class::posix(name) else { return Err(self.error(Code::CharRange, start, end)) };
        self.pos = end;
        Ok(Some(ClassItem::Ascii { ranges, negated }))
    }

    /// `a` or `a-z` inside a class that begins at `class`.
    fn range(&mut self, class: usize) -> Result<ClassItem> {
        let start = self.pos;
        let low = self.class_char(class)?;
        let mut high = low;
        let rest = self.rest();
        if rest.starts_with('-') && rest.len() > 1 && !rest.starts_with("-]") {
            self.pos += 1;
            high = self.class_char(class)?;
            if high < low {
                return Err(self.error(Code::CharRange, start, self.pos));
            }
        }
        Ok(ClassItem::Range(low, high))
    }

    fn class_char(&mut self, class: usize) -> Result<u32> {
        match self.peek() {
            None => Err(self.error(Code::MissingBracket, class, self.pattern.len())),
            Some('\\') => self.char_escape(),
            Some(c) => {
                self.pos += c.len_utf8();
                Ok(u32::from(c))
            }
        }
    }
}

/// Whether repetitions inside each other multiply to more than `allowed`.
fn exceeds_repeat(node: &Node, allowed: u32) -> bool {
    match node {
        Node::Repeat { min, max, inner, .. } => {
            let count = max.unwrap_or(*min);
            if count > allowed {
                return true;
            }
            exceeds_repeat(inner, allowed / count.max(1))
        }
        Node::Group { inner, .. } => exceeds_repeat(inner, allowed),
        Node::Concat(parts) | Node::Alternate(parts) => parts.iter().any(|part| exceeds_repeat(part, allowed)),
        _ => false,
    }
}
