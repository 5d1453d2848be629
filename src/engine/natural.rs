//! Natural order of texts: `node2` before `node10`.

use std::cmp::Ordering;

/// Compares two texts chunk by chunk; a chunk is a run of digits, which compares as a number, or a run of others.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.is_empty(), right.is_empty()) {
            (true, true) => return a.cmp(b),
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (x, rest_left) = chunk(left);
        let (y, rest_right) = chunk(right);
        (left, right) = (rest_left, rest_right);
        let order = match (is_number(x), is_number(y)) {
            (true, true) => compare_numbers(x, y),
            _ => x.cmp(y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn is_number(chunk: &str) -> bool {
    chunk.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

fn chunk(text: &str) -> (&str, &str) {
    let digits = is_number(text);
    let end = text.bytes().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
