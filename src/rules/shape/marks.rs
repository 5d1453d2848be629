//! The marks of template languages in a text.

use memchr::{memchr, memchr_iter, memchr3_iter, memmem};

use super::Templating;

/// Where a text stands in a rule file, which decides what `{{ … }}` in it may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The value of a label or an annotation of a rule: Prometheus itself expands `{{ … }}` there.
    AlertTemplate,
    /// Anywhere else: Prometheus expands nothing.
    Plain,
}

/// The language of a mark in `text` that something has to replace before Prometheus can read it.
pub(super) fn find(text: &str, ground: Ground) -> Option<Templating> {
    let openers = Openers::of(text);
    let in_pairs = || openers.pairs.then(|| in_pairs(text)).flatten();
    let in_actions = || openers.actions.then(|| in_actions(text, ground)).flatten();
    let in_brackets = || openers.brackets.then(|| in_square_brackets(text, ground)).flatten();
    let is_placeholder = ground == Ground::Plain && openers.placeholders;
    let in_placeholders = || is_placeholder.then(|| placeholder(text)).flatten();
    in_pairs().or_else(in_actions).or_else(in_brackets).or_else(in_placeholders)
}

/// Whether there may be a mark in a value of this YAML: false means certainly not.
pub(super) fn may_be_in(yaml: &str) -> bool {
    // A backslash may stand for a brace, or for the end of a line between two; what is tagged as binary, for anything.
    let bytes = yaml.as_bytes();
    memchr(b'\\', bytes).is_some() || memmem::find(bytes, b"binary").is_some() || Openers::are_in(yaml)
}

/// Which kinds of marks may begin in a text; nearly every scalar of a rule file has none.
#[derive(Default)]
struct Openers {
    /// `<%`, `{%`, `{#`
    pairs: bool,
    /// `{{`
    actions: bool,
    /// `[[`
    brackets: bool,
    /// `$`, `%(`, `%%`
    placeholders: bool,
}

/// The bytes of which one stands in each opener.
const SUSPECTS: [u8; 4] = *b"{[%$";

static IS_SUSPECT: [bool; 256] = {
    let [a, b, c, d] = SUSPECTS;
    let mut table = [false; 256];
    table[a as usize] = true;
    table[b as usize] = true;
    table[c as usize] = true;
    table[d as usize] = true;
    table
};

/// From here on a search costs less than to look at each byte.
const LONG_BYTES: usize = 32;

/// Where such bytes stand.
fn suspects(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| IS_SUSPECT[usize::from(**byte)]).map(|(at, _)| at)
}

/// The same, out of order, for texts that are worth a search.
fn searched(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let [a, b, c, d] = SUSPECTS;
    memchr3_iter(a, b, c, bytes).chain(memchr_iter(d, bytes))
}

impl Openers {
    /// Each byte is looked at, of texts of a few words: a table costs less than comparisons, and than calling a search.
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut found = Openers::default();
        match bytes.len() < LONG_BYTES {
            true => suspects(bytes).for_each(|at| found.see(bytes, at)),
            false => searched(bytes).for_each(|at| found.see(bytes, at)),
        }
        found
    }

    /// Whether there is one in a whole file: the first one will do.
    fn are_in(text: &str) -> bool {
        let bytes = text.as_bytes();
        searched(bytes).any(|at| {
            let mut found = Openers::default();
            found.see(bytes, at);
            !found.is_empty()
        })
    }

    /// Notes what the byte at `at` begins or ends.
    fn see(&mut self, bytes: &[u8], at: usize) {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        self.pairs |= bytes.get(at) == Some(&b'%') && before == Some(&b'<');
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'{'), Some(b'%' | b'#')) => self.pairs = true,
            (Some(b'{'), Some(b'{')) => self.actions = true,
            (Some(b'['), Some(b'[')) => self.brackets = true,
            (Some(b'$'), _) | (Some(b'%'), Some(b'(' | b'%')) => self.placeholders = true,
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        !(self.pairs || self.actions || self.brackets || self.placeholders)
    }
}

/// ERB and EPP, and Jinja's statements and comments: the brackets alone say it.
fn in_pairs(text: &str) -> Option<Templating> {
    let holds = |open: &str, close: &str, begins: fn(&str) -> bool| {
        text.split(open).skip(1).any(|rest| begins(rest) && rest.contains(close))
    };
    let statement = |rest: &str| {
        let word = rest.trim_start_matches(['-', '+']).trim_start();
        word.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    if holds("<%", "%>", |rest| rest.starts_with(['=', '-', '#', ' ', '\n', '|', '@', '$'])) {
        Some(Templating::Erb)
    } else if holds("{%", "%}", statement) || holds("{#", "#}", |rest| rest.starts_with([' ', '-', '\n'])) {
        Some(Templating::Jinja)
    } else {
        None
    }
}

/// The language of the actions of a text.
fn in_actions(text: &str, ground: Ground) -> Option<Templating> {
    Templating::surest(actions(text).filter_map(|action| action.language(ground)))
}

/// What stands behind a `{{`.
enum Action<'t> {
    /// Up to its `}}`.
    Whole(&'t str),
    /// Up to the next `{{`: a quote began, and what it holds has braces itself.
    Quoted(&'t str),
}

impl Action<'_> {
    fn language(self, ground: Ground) -> Option<Templating> {
        match self {
            Action::Whole(content) => of_action(content, ground),
            Action::Quoted(content) => escape(content.trim_start_matches(['-', '~']).trim(), ground),
        }
    }
}

/// The actions of a text; `${{` begins none.
fn actions(text: &str) -> impl Iterator<Item = Action<'_>> {
    let mut rest = text;
    let mut parts = 0;
    std::iter::from_fn(move || {
        while parts < MAX_ACTIONS {
            let (before, behind) = rest.split_at_checked(doubled(rest, b'{')?)?;
            rest = behind.get(2..)?;
            parts += 1;
            let part = rest.get(..doubled(rest, b'{').unwrap_or(rest.len()))?;
            if before.ends_with('$') {
                continue;
            }
            let begins_quote = part.trim_start_matches(['-', '~', ' ']).starts_with(['`', '"', '\'', '\\']);
            match doubled(part, b'}') {
                Some(end) => return part.get(..end).map(Action::Whole),
                None if begins_quote => return Some(Action::Quoted(part)),
                None => {}
            }
        }
        None
    })
}

/// Where a byte first stands twice.
fn doubled(text: &str, byte: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr_iter(byte, bytes).find(|at| bytes.get(at + 1) == Some(&byte))
}

/// After so many actions the rest of a text is not looked at.
const MAX_ACTIONS: usize = 10_000;

/// The language of an action, by what is in it; `content` is what stands between the braces.
pub(super) fn of_action(content: &str, ground: Ground) -> Option<Templating> {
    let inner = content.trim_start_matches(['-', '~', '+']).trim();
    let inner = inner.trim_end_matches('-').trim_end();
    if is_plainly_ours(inner) {
        return None;
    }
    if let Some(templating) = escape(inner, ground) {
        return Some(templating);
    }
    if HELM_WORDS.iter().any(|word| inner.contains(word)) {
        return Some(Templating::Helm);
    }
    let is_ours = OUR_WORDS.iter().any(|word| inner.contains(word));
    if JINJA_WORDS.iter().any(|word| inner.contains(word)) || !is_ours && has_jinja_text(inner) {
        return Some(Templating::Jinja);
    }
    (ground == Ground::Plain && !is_ours && !inner.is_empty()).then_some(Templating::Braces)
}

/// `$labels`, `$labels.x`, `$value`, `$value | humanize`: most actions there are, told without looking for the words of others.
fn is_plainly_ours(inner: &str) -> bool {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match inner.strip_prefix('$') {
        Some("labels") => true,
        Some(rest) if rest.starts_with("labels.") => rest.get(7..).is_some_and(is_word),
        Some(rest) if rest.starts_with("value") => {
            let piped = rest.get(5..).unwrap_or_default().trim_start();
            piped.is_empty() || piped.strip_prefix("| humanize").is_some_and(is_word)
        }
        _ => false,
    }
}

/// ``{{ `{{` }}``, `{{ "{{" }}`, `{{ '{{' }}`: braces that are to be there after rendering.
fn escape(inner: &str, ground: Ground) -> Option<Templating> {
    // Prometheus prints them as they are, and cannot be asked what was meant.
    let of_go = if ground == Ground::AlertTemplate { Templating::Quotes } else { Templating::Helm };
    let inner = inner.strip_prefix("printf ").or(inner.strip_prefix("print ")).unwrap_or(inner);
    let inner = inner.strip_prefix('\\').unwrap_or(inner);
    let quote = inner.chars().next()?;
    let rest = inner.get(1..)?.trim_start();
    match quote {
        // The text behind the quote has been cut off at the braces.
        '`' if rest.is_empty() || rest.starts_with("}}") || !rest.contains('`') => Some(of_go),
        '"' if rest.is_empty() || rest == "\\" => Some(of_go),
        '\'' if rest.is_empty() => Some(Templating::Jinja),
        _ => None,
    }
}

/// What only Helm's templates say.
const HELM_WORDS: &[&str] = &[
    ".Values.",
    "$.Values",
    ".Release.",
    ".Chart.",
    ".Capabilities.",
    ".Files.",
    ".Template.",
    "include \"",
    "nindent",
    "toYaml",
    "| quote",
    "tpl (",
    "fromYaml",
];

/// What only Jinja's templates say.
const JINJA_WORDS: &[&str] = &[
    "hostvars",
    "ansible_",
    "inventory_hostname",
    "groups[",
    "pillar[",
    "grains[",
    "salt[",
    "lookup('",
    "| default(",
    "|default(",
    "| join(",
    "| to_nice_yaml",
    "| to_json",
    "| indent(",
];

/// What Prometheus gives to the templates of an alert.
const OUR_WORDS: &[&str] =
    &["$labels", "$value", ".Labels", ".Value", "$externalLabels", "$externalURL", ".ExternalLabels", ".ExternalURL"];

/// Whether there is a text of several characters between single quotes, which Go does not have.
fn has_jinja_text(inner: &str) -> bool {
    let bare = without_quoted(inner, &['"', '`']);
    let mut parts = bare.split('\'');
    let between = parts.nth(1);
    between.is_some_and(|text| text.chars().count() > 1 && !text.starts_with('\\')) && parts.next().is_some()
}

/// `[[ .x ]]`, as programs write it whose own braces are taken.
fn in_square_brackets(text: &str, ground: Ground) -> Option<Templating> {
    let is_mark = |rest: &str| {
        let rest = rest.trim_start_matches('[');
        let Some(content) = rest.find("]]").and_then(|end| rest.get(..end)) else { return false };
        let inner = content.trim_start_matches('-').trim();
        match ground {
            Ground::AlertTemplate => inner.starts_with('.'),
            Ground::Plain => {
                let is_word = inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let spaced = content.starts_with([' ', '-']) && inner.starts_with(|c: char| c.is_ascii_alphabetic());
                inner.starts_with(['.', '$']) || spaced || is_word && inner.len() > 2
            }
        }
    };
    text.split("[[").skip(1).any(is_mark).then_some(Templating::Brackets)
}

/// `${NAME}`, `%(name)s` and `%%name%%` outside of quotes: nothing that PromQL has.
fn placeholder(text: &str) -> Option<Templating> {
    let bare = without_quoted(text, &['"', '\'', '`']);
    let identifier = |rest: &str| rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b)).count();
    let in_braces = bare.split("${").skip(1).any(|rest| {
        // `${{name}}` is OpenShift's, `${__interval}` is Grafana's and a mistake in a rule.
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let length = identifier(rest);
        let end = rest.get(length..).unwrap_or_default();
        length > 0 && !rest.starts_with("__") && end.starts_with(['}', ':'])
    });
    let upper = |rest: &str| rest.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
    let bare_name =
        bare.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()) && upper(rest) > 1);
    let python = bare.split("%(").skip(1).any(|rest| {
        let length = identifier(rest);
        let end = rest.get(length..).unwrap_or_default();
        length > 0 && [")s", ")d", ")f", ")g"].iter().any(|close| end.starts_with(close))
    });
    let percents = bare.split("%%").skip(1).step_by(2).any(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && name.len() < bare.len()
    }) && bare.matches("%%").count() > 1;
    let others = (in_braces || bare_name || python).then_some(Templating::Placeholders);
    others.or(percents.then_some(Templating::Percents))
}

/// The text without what stands between `quotes`.
fn without_quoted(text: &str, quotes: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some('`') if c == '`' => quote = None,
            Some('`') => {}
            Some(_) if c == '\\' => {
                chars.next();
            }
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if quotes.contains(&c) => quote = Some(c),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Ground::{AlertTemplate, Plain};
    use super::*;

    proptest! {
        #[test]
        fn where_no_mark_may_be_none_is_found(text in r"[{}\[\]<%$#(=a. `]{0,12}") {
            if !may_be_in(&text) {
                prop_assert_eq!((find(&text, Plain), find(&text, AlertTemplate)), (None, None));
            }
        }

        /// Long texts are searched, short ones looked through: the same is found.
        #[test]
        fn a_text_may_be_as_long_as_it_likes(text in r"[{}\[\]<%$#(=a. `]{0,12}") {
            let long = format!("{text}{}", " ".repeat(LONG_BYTES));
            prop_assert_eq!((find(&text, Plain), find(&text, AlertTemplate)), (find(&long, Plain), find(&long, AlertTemplate)));
        }
    }

    #[test]
    fn what_something_has_to_replace_first() {
        use Templating::{Braces, Brackets, Erb, Helm, Jinja, Percents, Placeholders, Quotes};
        for (text, ground, expected) in [
            ("<%= p('x.time') %>", Plain, Erb),
            ("during <%= p('x.time') %>", AlertTemplate, Erb),
            ("<%- if @x -%>", Plain, Erb),
            ("{% raw %}{{ $value }}{% endraw %}", AlertTemplate, Jinja),
            ("{%- for x in y %}", Plain, Jinja),
            ("{# a comment #}", AlertTemplate, Jinja),
            ("{{ '{{' }} $labels.x {{ '}}' }}", AlertTemplate, Jinja),
            ("{{ threshold | default('5') }}", Plain, Jinja),
            ("{{ x | default('abc') }} {{ $value }}", AlertTemplate, Jinja),
            ("up > {{ threshold }}", Plain, Braces),
            ("up > {{threshold}}", Plain, Braces),
            ("{{ `{{ $labels.x }}` }}", AlertTemplate, Quotes),
            ("{{`Pod {{ $labels.x }} is down`}}", AlertTemplate, Quotes),
            ("{{`{{`}} $labels.x {{`}}`}}", AlertTemplate, Quotes),
            ("{{ \"{{\" }} $labels.x {{ \"}}\" }}", AlertTemplate, Quotes),
            ("{{ \"{{ $labels.x }}\" }}", AlertTemplate, Quotes),
            ("{{ \"{{ $labels.x }}\" }}", Plain, Helm),
            ("{{`{{`}} $labels.x {{`}}`}} of {{ .Values.name }}", AlertTemplate, Helm),
            ("{{ .Values.alerts.x }}", AlertTemplate, Helm),
            ("{{ printf \"%s\" .Release.Name }}", AlertTemplate, Helm),
            ("{{- include \"x.labels\" . | nindent 4 }}", Plain, Helm),
            ("{{ $.Values.x }}", AlertTemplate, Helm),
            ("rate(x[[[ .interval ]]])", Plain, Brackets),
            ("[[ .prefix ]] is down", AlertTemplate, Brackets),
            ("rate(x[[[interval]]])", Plain, Brackets),
            ("up > ${THRESHOLD}", Plain, Placeholders),
            ("${FOR:-5m}", Plain, Placeholders),
            ("up > ${{THRESHOLD}}", Plain, Placeholders),
            ("up > $THRESHOLD", Plain, Placeholders),
            ("rate(x[%(interval)s])", Plain, Placeholders),
            ("up{%%juju_topology%%} == 0", Plain, Percents),
        ] {
            assert_eq!(find(text, ground), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_prometheus_reads_itself() {
        for (text, ground) in [
            ("{{ $labels.x }} is {{ $value | humanize }}", AlertTemplate),
            ("{{ .Labels.x }} {{ .Value }}", AlertTemplate),
            ("{{- range query \"up\" }}{{ .Labels.x }}{{- end }}", AlertTemplate),
            ("{{ with printf \"up{job='%s'}\" $labels.job | query }}{{ . | first | value }}{{ end }}", AlertTemplate),
            ("{{ with query \"up{job='api'}\" }}x{{ end }}", AlertTemplate),
            ("{{ printf \"%.2f\" $value }} {{ if eq $labels.a 'x' }}", AlertTemplate),
            ("{{ reReplaceAll \"(.*):.*\" \"$1\" $labels.instance }}", AlertTemplate),
            ("{{ \"literal\" }} {{ `raw` }}", AlertTemplate),
            ("{{ mistake }}", AlertTemplate),
            // Mistakes, and not marks of a template.
            ("up > {{ $value }}", Plain),
            ("rate(x[$__rate_interval])", Plain),
            ("rate(x[${__interval}])", Plain),
            ("rate(x[$interval])", Plain),
            ("x{a=~\"[[:alpha:]]+\"}", Plain),
            ("x{a=~\"[[a-z]\"} > b{c=~\"[[0-9]]\"}", Plain),
            ("label_replace(x, \"a\", \"${1}-$X\", \"b\", \"(.*)\")", Plain),
            ("label_replace(x, 'a', '${name}', 'b', '(?P<name>.*)')", Plain),
            ("a % (b) % 5 + {a=\"{%\"}", Plain),
            ("100 %% of ${HOME}", AlertTemplate),
            ("x{a=\"{{\"}", Plain),
            ("a <% b", Plain),
        ] {
            assert_eq!(find(text, ground), None, "{text}");
        }
    }
}
