//! Expansions, errors and bounds. What is expected here was printed by promtool, but for what only newer versions have.

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::model::{Labels, SampleValue};

use super::{Context, Querier, TemplateSample, parse};

/// Knows one query.
struct Up;

impl Querier for Up {
    fn query(&self, query: &str, _: i64) -> Result<Vec<TemplateSample>, String> {
        let sample = |job: &str, value| TemplateSample { labels: Labels::from_pairs([("job", job)]), value };
        match query {
            "up" => Ok(vec![sample("b", 1.0), sample("a", 0.0)]),
            _ => Ok(Vec::new()),
        }
    }
}

/// What an alert's annotation says.
fn shown(text: &str) -> String {
    let labels = Labels::from_pairs([("__name__", "x"), ("job", "j"), ("instance", "i:9090")]);
    let external = Labels::from_pairs([("cluster", "c")]);
    let context = Context {
        name: "__alert_A",
        labels: &labels,
        external_labels: &external,
        external_url: "http://ext/pre",
        value: &SampleValue::Float(1234.5678),
        t_ms: 1_800_000,
        querier: &Up,
    };
    let expanded = parse(text).and_then(|template| template.expand(&context));
    expanded.unwrap_or_else(|error| error.annotation_text("__alert_A"))
}

fn lines(texts: &[&str]) -> String {
    texts.iter().map(|text| shown(text) + "\n").collect()
}

#[test]
fn actions() {
    assert_snapshot!(lines(&[
        "{{ $value | }} {{ print 1 2 \"a\" \"b\" 3 }} {{ $labels }} {{ . }}",
        "{{ range $k, $v := $labels }}[{{ $k }}={{ $v }}]{{ end }}{{ range 3 }}{{ . }}{{ end }}",
        "{{ range $i, $e := query \"up\" }}{{ $i }}:{{ $e.Labels.job }}{{ if $i }}{{ break }}{{ end }};{{ end }}",
        "{{ range query \"none\" }}x{{ else }}none{{ end }} {{ range sortByLabel \"job\" (query \"up\") }}{{ .Value }}{{ end }}",
        "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}",
        "{{ with $labels.nope }}a{{ else with $labels.job }}{{ . }}{{ else }}c{{ end }}",
        "{{- \" a \" -}}   b   {{- /* comment */ -}}   c",
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" $labels.job }}{{ template \"t\" }}",
        "{{ (query \"up\" | first).Labels.job }} {{ index $labels \"job\" }} {{ .Labels.nope }}|{{ (args 1 \"b\").arg1 }}",
    ]), @r"
    1234.5678 1 2ab3 map[__name__:x instance:i:9090 job:j] {map[__name__:x instance:i:9090 job:j] map[cluster:c] http://ext/pre 1234.5678}
    [__name__=x][instance=i:9090][job=j]012
    0:b;1:a
    none 01
    32
    j
     a bc
    [j][<no value>]
    b j |b
    ");
}

#[test]
fn functions() {
    assert_snapshot!(lines(&[
        "{{ humanize $value }} {{ humanize1024 $value }} {{ humanizeDuration $value }} {{ humanizePercentage $value }}",
        "{{ humanize 999.99999 }} {{ humanize 1e-30 }} {{ humanizeDuration 90061.5 }} {{ humanizeDuration 0.00123 }}",
        "{{ title \"o'neil 1abc foo_bar a.b x-y\" }} {{ reReplaceAll \"(.*):.*\" \"$1\" $labels.instance }}",
        "{{ printf \"%5d|%-5d|%05d %q %x %6.2f%% %[1]v\" 42 42 42 \"b\" \"hi\" 12.345 }}",
        "{{ printf \"%d\" 1.5 }} {{ printf \"%s %s\" \"a\" }} {{ printf \"%s\" \"a\" 1 }} {{ printf \"%!\" }}",
        "{{ js \"it's <b>\" }} {{ html \"<b>\" }} {{ urlquery \"a b&\" }} {{ externalURL }}{{ pathPrefix }}",
        "{{ now }} {{ (now | toTime).Format \"15:04\" }} {{ 90 | toDuration }} {{ ((now | toTime).AddDate 0 1 0).Month }}",
        "{{ and 1 0 }} {{ or 0 \"\" \"x\" }} {{ not 0 }} {{ eq \"a\" \"b\" \"a\" }} {{ len \"häh\" }} {{ slice \"abc\" 1 2 }}",
    ]), @r#"
    1.235k 1.206ki 20m 34s 1.235e+05%
    1000 1e-06y 1d 1h 1m 1s 1.23ms
    O'neil 1Abc Foo_bar A.b X-Y i
       42|42   |00042 "b" 6869  12.35% 42
    %!d(float64=1.5) a %!s(MISSING) a%!(EXTRA int=1) %!!(MISSING)
    it\'s \u003Cb\u003E &lt;b&gt; a+b%26 http://ext/pre/pre
    1800 00:30 1m30s February
    0 x true true 4 b
    "#);
}

#[test]
fn errors_as_go_words_them() {
    assert_snapshot!(lines(&[
        "{{ query \"none\" | first | value }}",
        "line1\n  {{ $labels.job.x }}",
        "{{ define \"u\" }}{{ .nope.nope2 }}{{ end }}{{ template \"u\" $labels }}",
        "{{ gt $value 0 }}",
        "{{ toUpper 5 }}",
        "{{ $value | toUpper }}",
        "{{ humanize 1 2 }}",
        "{{ template \"missing\" }}",
        "{{ .Value.Foo }}",
        "{{ range $value }}x{{ end }}",
        "{{ index \"abc\" 5 }}",
        "{{ reReplaceAll \"(\" \"\" \"\" }}",
        "{{ call 1 }}",
    ]), @r#"
    <error expanding template: error executing template __alert_A: template: __alert_A:1:130: executing "__alert_A" at <first>: error calling first: first() called on vector with no elements>
    <error expanding template: error executing template __alert_A: template: __alert_A:2:12: executing "__alert_A" at <$labels.job.x>: can't evaluate field x in type string>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:136: executing "u" at <.nope.nope2>: can't evaluate field nope2 in type string>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <gt $value 0>: error calling gt: incompatible types for comparison: float64 and int>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:123: executing "__alert_A" at <5>: expected string; found 5>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:124: executing "__alert_A" at <toUpper>: wrong type for value; expected string; got float64>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <humanize>: wrong number of args for humanize: want 1 got 2>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:124: executing "__alert_A" at <{{template "missing"}}>: template "missing" not defined>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:121: executing "__alert_A" at <.Value.Foo>: can't evaluate field Foo in type interface {}>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:121: executing "__alert_A" at <$value>: range can't iterate over 1234.5678>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <index "abc" 5>: error calling index: index out of range: 5>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <reReplaceAll "(" "" "">: error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:115: executing "__alert_A" at <call 1>: error calling call: non-function 1 of type int>
    "#);
}

#[test]
fn parse_errors() {
    let errors: String = [
        "{{ $label.job }}",
        "{{ humanise 1 }}",
        "{{ if true }}x",
        "a\n{{ if\ntrue",
        "{{ end }}",
        "{{ 1 | 2 }}",
        "{{ \"x }}",
        "{{ define \"x\" }}{{ $labels.a }}{{ end }}",
        "{{ }}",
        "{{ range $a, $b, $c := .x }}{{ end }}",
        "{{ break }}",
        "{{ $x y }}",
        "{{ (print 1 }}",
        "{{ .a% }}",
        "{{ /* x }}",
        "{{ 99999999999999999999 }}",
        "{{ else if }}",
    ]
    .iter()
    .map(|text| {
        let error = parse(text).unwrap_err();
        let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        let at = error.span.slice(text).escape_debug().to_string();
        format!("<{at}> {}{help}\n", error.go_text("A", super::Prelude::Alert))
    })
    .collect();
    assert_snapshot!(errors, @r#"
    <$label> template: A:1: undefined variable "$label" (write $labels)
    <humanise> template: A:1: function "humanise" not defined (write humanize)
    <> template: A:1: unexpected EOF
    <{{> template: A:3: unclosed action started at A:2
    <{{ end }}> template: A:1: unexpected {{end}}
    <2> template: A:1: non executable command in pipeline stage 2
    <\"x }}> template: A:1: unterminated quoted string
    <$labels> template: A:1: undefined variable "$labels" ($labels is not declared inside a define; pass it on: {{ template "name" $labels }} and use the dot)
    <> template: A:1: missing value for command
    <,> template: A:1: too many declarations in range
    <break> template: A:1: {{break}} outside {{range}}
    <$x> template: A:1: undefined variable "$x"
    <}}> template: A:1: unclosed left paren
    <%> template: A:1: bad character U+0025 '%'
    </> template: A:1: unexpected "/" in command
    <99999999999999999999> template: A:1: integer overflow: "99999999999999999999"
    <{{ else> template: A:1: unexpected {{else}}
    "#);
}

#[test]
fn nothing_runs_without_end() {
    let doubled = "{{ $x := \"aaaaaaaaaaaaaaaa\" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}";
    let nested = "{{ $x := args 1 }}{{ range 100 }}{{ $x = args $x $x }}{{ end }}{{ $x }}";
    let parentheses = format!("{{{{ {}1{} }}}}", "(".repeat(1000), ")".repeat(1000));
    let queries = "{{ range 100000 }}{{ $x := query \"up\" }}{{ end }}";
    let patterns = "{{ range $i := 100000 }}{{ $x := match (printf \"a%d\" $i) \"b\" }}{{ end }}";
    // The same one is compiled once.
    let one_pattern = "{{ range 20000 }}{{ $x := match \"a+\" \"b\" }}{{ end }}done";
    let digits = "{{ range 1000000 }}{{ $x := printf \"%.1000000f\" 1.5 }}{{ end }}";
    let replaced = "{{ $x := printf \"%100000d\" 1 }}{{ reReplaceAll \"\" $x $x }}";
    assert_snapshot!(lines(&[
        "{{ range 1000000000000 }}{{ end }}",
        "{{ range 1000000 }}xxxxxxxxxxxxxxxxxxx{{ end }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        doubled,
        nested,
        &parentheses,
        queries,
        digits,
        replaced,
        patterns,
        one_pattern,
        "{{ printf \"%9999999d\" 1 }}",
    ]), @r#"
    <error expanding template: error executing template __alert_A: template: __alert_A:1:121: executing "__alert_A" at <1000000000000>: the template takes more than 1000000 steps to expand>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:131: executing "__alert_A" at <xxxxxxxxxxxxxxxxxxx>: the expansion is longer than 1048576 bytes>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:144: executing "r" at <.>: exceeded maximum template depth>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:164: executing "__alert_A" at <print $x $x>: error calling print: the result is longer than 1048576 bytes>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:153: executing "__alert_A" at <args $x $x>: error calling args: args inside args more than 32 deep>
    <error expanding template: error parsing template __alert_A: template: __alert_A:1: blocks and parentheses nest more than 64 deep>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:139: executing "__alert_A" at <query "up">: error calling query: the template takes more than 1000000 steps to expand>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:140: executing "__alert_A" at <printf "%.1000000f" 1.5>: error calling printf: the template takes more than 1000000 steps to expand>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:146: executing "__alert_A" at <reReplaceAll "" $x $x>: error calling reReplaceAll: the result is longer than 1048576 bytes>
    <error expanding template: error executing template __alert_A: template: __alert_A:1:145: executing "__alert_A" at <match (printf "a%d" $i) "b">: error calling match: the template takes more than 1000000 steps to expand>
    done
    %!(BADWIDTH)1
    "#);
}

/// Pieces of templates, to be put together in ways that mostly almost work.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "\n",
        "$labels",
        "$value",
        ".",
        ".Labels",
        ".job",
        "$",
        "$x",
        ":=",
        "=",
        "|",
        "(",
        ")",
        ",",
        "if",
        "else",
        "end",
        "range",
        "with",
        "define",
        "template",
        "block",
        "break",
        "continue",
        "\"up\"",
        "\"",
        "`",
        "'a'",
        "'",
        "1",
        "-1",
        "1.5",
        "0x1p4",
        "1e400",
        "99999999999999999999",
        "nil",
        "true",
        "printf",
        "\"%s%d%v%*d%[2]q\"",
        "query",
        "first",
        "value",
        "label",
        "sortByLabel",
        "humanize",
        "humanizeDuration",
        "toTime",
        "toDuration",
        ".Format",
        ".Add",
        "args",
        "index",
        "slice",
        "len",
        "eq",
        "lt",
        "and",
        "or",
        "not",
        "reReplaceAll",
        "match",
        "\"(\"",
        "title",
        "stripDomain",
        "\"[::1]:80\"",
        "js",
        "html",
        "/*",
        "*/",
        "é",
        "\u{0}",
        "\\",
        "call",
        "print",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        shown(&format!("{{{{{text}}}}}"));
        shown(&text);
    }

    #[test]
    fn no_pieces_make_it_panic(pieces in prop::collection::vec(piece(), 0..24)) {
        let text = pieces.join(" ");
        shown(&text);
        let whole = format!("{{{{ {text} }}}}");
        shown(&whole);
        if let Ok(template) = parse(&whole) {
            template.references();
        }
        if let Err(error) = parse(&whole) {
            prop_assert!(error.span.start() <= error.span.end() && error.span.end() <= whole.len());
        }
    }
}
