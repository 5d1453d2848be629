//! Whether a text can be a link.
//!
//! What people write: absolute URLs, paths on a site whose address is added later (`app-failed/`,
//! `howto/restart.md#ceph`), and either of them with template actions inside. All of these pass.
//!
//! Links are clicked by people in a hurry, in pages that know nothing of where they came from: what runs a script, hides
//! its host or names another one than it seems to does not pass.

use crate::source::characters::{Deceit, code_point, deceits, latin_twin};
use crate::source::{Span, words};

/// Why a text is no link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The part that is wrong, in bytes of the text; empty where there is nothing to show.
    pub span: Span,
    /// What is wrong, as the end of a sentence.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

const WRITE_URL: &str = "write the page's address, for example `https://runbooks.example.com/alerts/HighErrorRate`";

/// Checks a link. Template actions may stand anywhere in it; what they yield is taken to be right.
///
/// # Errors
/// What is wrong with it.
pub fn check(text: &str) -> Result<(), Problem> {
    let link = text.trim();
    let start = text.len() - text.trim_start().len();
    let problem = |part: Span, message: &str, help: &str| {
        Err(Problem { span: part.shifted(start), message: message.to_owned(), help: help.to_owned() })
    };
    let whole = Span::new(0, link.len());
    if link.is_empty() {
        return problem(Span::at(0), "it is empty", WRITE_URL);
    }
    let plain = without_actions(link);
    if plain.starts_with(HOLE) {
        // The action may yield the scheme and the host.
        return Ok(());
    }
    if let Some((at, character, deceit)) = deceptive(&plain) {
        let message = format!("it has {} in it, which {}", code_point(character), deceit.describe());
        return problem(Span::new(at, at + character.len_utf8()), &message, "remove the character");
    }
    if let Some((at, blank)) = blank_in(&plain) {
        let message =
            if blank == ' ' { "it has a space in it" } else { "it has a line break or control character in it" };
        let help = if plain.contains("://") { "write `%20` for a space in an address" } else { WRITE_URL };
        return problem(Span::new(at, at + blank.len_utf8()), message, help);
    }
    if let Some((scheme, what)) = active_scheme(&plain) {
        return problem(Span::new(0, scheme.len()), &format!("`{scheme}:` {what}"), WRITE_URL);
    }
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let after = Span::new(scheme.len() + 3, link.len());
            check_absolute(scheme, rest).or_else(|(in_scheme, message, help)| {
                problem(if in_scheme { Span::new(0, scheme.len()) } else { after }, &message, &help)
            })
        }
        None => check_relative(&plain).or_else(|(message, help)| problem(whole, &message, &help)),
    }
}

/// What stands for a template action; it has the action's length, so that places stay where they are.
const HOLE: char = '\u{0}';

/// The link with a hole for each template action. An action that is not closed is left for `template/syntax`.
fn without_actions(link: &str) -> String {
    let mut out = String::with_capacity(link.len());
    let mut rest = link;
    while let Some((before, action)) = words::split_at_braces(rest) {
        out.push_str(before);
        let after = action.split_once("}}").map_or("", |(_, after)| after);
        out.extend(std::iter::repeat_n(HOLE, link.len() - out.len() - after.len()));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first blank or control character.
fn blank_in(link: &str) -> Option<(usize, char)> {
    let is_blank = |c: char| c != HOLE && (c.is_whitespace() || c.is_control());
    // Nearly every link is ASCII, and each is looked through.
    match link.is_ascii() {
        true => link.bytes().map(char::from).enumerate().find(|(_, c)| is_blank(*c)),
        false => link.char_indices().find(|(_, c)| is_blank(*c)),
    }
}

/// A character that cannot be seen or reorders the text. Letters of other alphabets matter in the host alone.
fn deceptive(link: &str) -> Option<(usize, char, Deceit)> {
    deceits(link).find(|(_, _, deceit)| !matches!(deceit, Deceit::LooksLike(_)))
}

/// The scheme of a link that leads nowhere but runs or shows what the link itself holds, and what it does.
fn active_scheme(link: &str) -> Option<(&str, &'static str)> {
    let (scheme, _) = link.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "javascript" | "vbscript" => Some((scheme, "runs a script where it is clicked")),
        "data" => Some((scheme, "opens what the link itself holds, and no page")),
        "blob" | "filesystem" | "view-source" => Some((scheme, "opens no page of a site")),
        _ => None,
    }
}

fn check_absolute(scheme: &str, rest: &str) -> Result<(), (bool, String, String)> {
    let lower = scheme.to_ascii_lowercase();
    let letters = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !letters {
        let message = match scheme {
            "" => "there is nothing before `://`".to_owned(),
            _ => format!("`{scheme}` is not a scheme"),
        };
        return Err((true, message, "begin with `https://`".to_owned()));
    }
    let is_web = lower == "http" || lower == "https";
    if !is_web && strsim::damerau_levenshtein(&lower, "https") <= 2 && lower.starts_with('h') {
        return Err((true, format!("there is no scheme `{scheme}`"), "did you mean `https`?".to_owned()));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if is_web && authority.contains('\\') {
        let message = "there is a `\\` where the host ends, which browsers read as `/`".to_owned();
        return Err((false, message, "write `/`".to_owned()));
    }
    let host_and_port = match authority.rsplit_once('@') {
        Some((_, host)) if is_web => {
            let message =
                format!("what stands before `@` is a user name: the link leads to `{}`", host.replace(HOLE, "…"));
            return Err((false, message, "write the host alone: a name or password in a link is no secret".to_owned()));
        }
        Some((_, host)) => host,
        None => authority,
    };
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if !host_and_port.ends_with(']') => (host, port),
        _ => (host_and_port, ""),
    };
    if is_web && host.is_empty() {
        return Err((false, "it names no host".to_owned(), WRITE_URL.to_owned()));
    }
    if let Some(twin) = lookalike_host(host) {
        let shown = code_point(twin);
        let message = format!("the host `{host}` has {shown} in it and looks like another host");
        return Err((false, message, "write the host in letters of one alphabet, or as `xn--…`".to_owned()));
    }
    if !port.chars().all(|c| c.is_ascii_digit() || c == HOLE) {
        return Err((false, format!("`{port}` is not a port"), "a port is a number, as in `:8080`".to_owned()));
    }
    Ok(())
}

/// A letter in a host that makes it look like another one. A part of the name in another alphabet is fine, unless all of
/// its letters look like Latin ones, or some of them are.
fn lookalike_host(host: &str) -> Option<char> {
    if host.is_ascii() {
        return None;
    }
    // What a browser turns into ASCII: full-width forms, other full stops, other slashes.
    let folded =
        |c: char| matches!(c, '\u{FF00}'..='\u{FFEF}' | '。' | '․' | '⁄' | '∕' | '⧸' | '\u{1D400}'..='\u{1D7FF}');
    if let Some(found) = host.chars().find(|c| folded(*c)) {
        return Some(found);
    }
    host.split(['.', HOLE]).find_map(|part| {
        let twin = part.chars().find(|c| latin_twin(*c).is_some())?;
        let mixed = part.contains(|c: char| c.is_ascii_alphabetic());
        let disguised = part.chars().all(|c| !c.is_alphabetic() || latin_twin(c).is_some());
        (mixed || disguised).then_some(twin)
    })
}

/// A text without `://`: a path on a site, unless it looks like something else.
fn check_relative(link: &str) -> Result<(), (String, String)> {
    let mut start = link.chars();
    if let (Some('/' | '\\'), Some('/' | '\\')) = (start.next(), start.next()) {
        let address = link.trim_start_matches(['/', '\\']).replace(HOLE, "…");
        let message = "`//` at its beginning makes what follows a host, not a path".to_owned();
        return Err((message, format!("write `https://{address}`, or a path with one `/`")));
    }
    let lower = link.to_ascii_lowercase();
    if let Some(rest) = ["https:", "http:", "https//", "http//"].iter().find_map(|start| lower.strip_prefix(start)) {
        let address = link.get(link.len() - rest.len()..).unwrap_or_default().trim_start_matches('/');
        let scheme = if lower.starts_with("https") { "https" } else { "http" };
        return Err((format!("there is no `://` behind `{scheme}`"), format!("write `{scheme}://{address}`")));
    }
    if let Some((first, _)) = link.split_once('/')
        && looks_like_host(first)
    {
        return Err(("it does not begin with `https://`".to_owned(), format!("write `https://{link}`")));
    }
    if link.contains(['/', '#', HOLE]) || link.contains('.') {
        return Ok(());
    }
    Err((format!("`{link}` is neither an address nor a path"), WRITE_URL.to_owned()))
}

/// `wiki.example.com`, `localhost:8080`, but not `v1.2`.
fn looks_like_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    if !port.is_empty() {
        return port.bytes().all(|b| b.is_ascii_digit());
    }
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
        && top.len() >= 2
        && top.chars().all(|c| c.is_ascii_alphabetic())
}

/// The text with the characters that `%C3` and the like stand for.
pub fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let byte = match (first, tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())) {
            (b'%', Some(digits)) => u8::from_str_radix(digits, 16).ok(),
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> String {
        match check(text) {
            Ok(()) => "ok".to_owned(),
            Err(problem) => format!("{} [{}]", problem.message, problem.span.slice(text)),
        }
    }

    #[test]
    fn links_that_people_write_pass() {
        for link in [
            "https://runbooks.prometheus-operator.dev/runbooks/node/nodefilesystemalmostoutofspace",
            "https://github.com/o/r/blob/main/runbook.md#alert-name",
            "http://localhost:8080/x",
            "http://[::1]:8080/x",
            "https://example.com/a?b=c&d={{ $labels.job }}",
            "https://{{ $externalLabels.domain }}:{{ $labels.port }}/x",
            "{{ $externalURL }}/runbook",
            "{{ $labels.runbook }}",
            "file:///srv/runbooks/x.md",
            "app-failed/",
            "/runbooks/x",
            "howto/manage-cephfs.md",
            "v1.2/page.html",
            "runbook.md",
            "#cpu-high",
            " https://example.com/x\n",
            "https://wiki.münchen.example/x",
            "https://wiki.пример.example/страница",
            "https://wiki.example.com/@team/страница",
            "https://docs.example.com/data:2024/javascript:intro",
            "https://de.wikipedia.org/wiki/日本",
            "ssh://git@example.com/x.git",
            "alerts/data:x.md",
            "https://{{ $labels.user }}.example.com/{{ $labels.a }}@b",
        ] {
            assert_eq!(verdict(link), "ok", "{link}");
        }
    }

    #[test]
    fn what_cannot_be_a_link_is_reported_at_its_place() {
        let verdicts: Vec<String> = [
            "",
            "TODO",
            "see the wiki",
            "https://example.com/a b",
            "https:///runbook",
            "https:/example.com/x",
            "https//example.com/x",
            "htps://example.com/x",
            "://example.com/x",
            "wiki.example.com/runbook",
            "https://example.com:http/x",
            "javascript:alert(document.domain)",
            "JavaScript://x/%0aalert(1)",
            "data:text/html,<script>",
            "vbscript:x.y",
            "//evil.example/x",
            "/\\evil.example/x",
            "https://user:pass@evil.example/x",
            "https://good.example@evil.example/",
            "https://good.example\\@evil.example/",
            "https://example.com/\u{202e}x",
            "https://exam\u{200b}ple.com/x",
            "https://exаmple.com/x",
            "https://аррӏе.com/x",
            "https://ｅxample.com/x",
        ]
        .iter()
        .map(|link| format!("{link}: {}", verdict(link)))
        .map(|line| line.replace('\u{202e}', "<202E>").replace('\u{200b}', "<200B>"))
        .collect();
        insta::assert_snapshot!(verdicts.join("\n"), @r"
        : it is empty []
        TODO: `TODO` is neither an address nor a path [TODO]
        see the wiki: it has a space in it [ ]
        https://example.com/a b: it has a space in it [ ]
        https:///runbook: it names no host [/runbook]
        https:/example.com/x: there is no `://` behind `https` [https:/example.com/x]
        https//example.com/x: there is no `://` behind `https` [https//example.com/x]
        htps://example.com/x: there is no scheme `htps` [htps]
        ://example.com/x: there is nothing before `://` []
        wiki.example.com/runbook: it does not begin with `https://` [wiki.example.com/runbook]
        https://example.com:http/x: `http` is not a port [example.com:http/x]
        javascript:alert(document.domain): `javascript:` runs a script where it is clicked [javascript]
        JavaScript://x/%0aalert(1): `JavaScript:` runs a script where it is clicked [JavaScript]
        data:text/html,<script>: `data:` opens what the link itself holds, and no page [data]
        vbscript:x.y: `vbscript:` runs a script where it is clicked [vbscript]
        //evil.example/x: `//` at its beginning makes what follows a host, not a path [//evil.example/x]
        /\evil.example/x: `//` at its beginning makes what follows a host, not a path [/\evil.example/x]
        https://user:pass@evil.example/x: what stands before `@` is a user name: the link leads to `evil.example` [user:pass@evil.example/x]
        https://good.example@evil.example/: what stands before `@` is a user name: the link leads to `evil.example` [good.example@evil.example/]
        https://good.example\@evil.example/: there is a `\` where the host ends, which browsers read as `/` [good.example\@evil.example/]
        https://example.com/<202E>x: it has U+202E (right-to-left override) in it, which shows the text around it in another order than it has [<202E>]
        https://exam<200B>ple.com/x: it has U+200B (zero width space) in it, which cannot be seen [<200B>]
        https://exаmple.com/x: the host `exаmple.com` has U+0430 (a Cyrillic letter) in it and looks like another host [exаmple.com/x]
        https://аррӏе.com/x: the host `аррӏе.com` has U+0430 (a Cyrillic letter) in it and looks like another host [аррӏе.com/x]
        https://ｅxample.com/x: the host `ｅxample.com` has U+FF45 in it and looks like another host [ｅxample.com/x]
        ");
    }
}
