//! Replacement texts: `$1`, `${name}` (Go, `regexp.Expand`).

/// A part of a replacement text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Taken as it is.
    Text(&'a str),
    /// What the group with this number matched.
    Number(usize),
    /// What the group with this name matched.
    Name(&'a str),
}

/// Cuts a replacement text into its parts. A `$` that begins no reference is taken as it is.
pub(super) fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        (rest, parts) = match after.strip_prefix('$') {
            Some(after) => (after, with(parts, Part::Text("$"))),
            None => match reference(after) {
                Some((part, after)) => (after, with(parts, part)),
                None => (after, with(parts, Part::Text("$"))),
            },
        };
    }
    parts.push(Part::Text(rest));
    parts
}

fn with<'a>(mut parts: Vec<Part<'a>>, part: Part<'a>) -> Vec<Part<'a>> {
    parts.push(part);
    parts
}

/// What follows a `$`, and the rest behind it.
fn reference(text: &str) -> Option<(Part<'_>, &str)> {
    let braced = text.strip_prefix('{');
    let inside = braced.unwrap_or(text);
    let end = inside.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(inside.len());
    let (name, rest) = inside.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    let rest = if braced.is_some() { rest.strip_prefix('}')? } else { rest };
    let number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    // A number beyond all groups reads as an empty text, as does an unknown name.
    let number = if number && name.len() <= 8 { name.parse().ok() } else { None };
    Some((number.map_or(Part::Name(name), Part::Number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references_as_go_does() {
        insta::assert_debug_snapshot!(parts("a$1x-${1}x$$$-${}$name"), @r#"
        [
            Text(
                "a",
            ),
            Name(
                "1x",
            ),
            Text(
                "-",
            ),
            Number(
                1,
            ),
            Text(
                "x",
            ),
            Text(
                "$",
            ),
            Text(
                "",
            ),
            Text(
                "$",
            ),
            Text(
                "-",
            ),
            Text(
                "$",
            ),
            Text(
                "{}",
            ),
            Name(
                "name",
            ),
            Text(
                "",
            ),
        ]
        "#);
    }
}
