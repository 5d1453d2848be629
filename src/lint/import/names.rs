//! Names where regular expressions are expected.

/// The regular expression for `name` itself.
pub(super) fn literal(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for character in name.chars() {
        if !character.is_alphanumeric() && character != '_' && character != '-' && character.is_ascii() {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// The regular expression for one of `texts`, each of which is one.
pub(super) fn either(texts: &[String]) -> String {
    match texts {
        [only] => only.clone(),
        _ => texts.iter().map(|text| format!("(?:{text})")).collect::<Vec<_>>().join("|"),
    }
}

/// Whether every text matches, so that nothing is demanded.
pub(super) fn is_anything(regex: &str) -> bool {
    matches!(regex, "" | ".*" | ".+" | "(.*)" | "(.+)" | "^.*$" | "^.+$")
}

/// Whether a regular expression is for one name, itself.
pub(super) fn is_name(regex: &str) -> bool {
    !regex.is_empty() && regex.chars().all(|character| character.is_alphanumeric() || "_-".contains(character))
}
