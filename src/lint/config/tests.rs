use std::path::Path;

use super::*;
use crate::source::Severity;

fn parse(text: &str) -> Result<Config, Vec<Diagnostic>> {
    Config::parse(&Arc::new(SourceFile::new("promproof.toml", text)))
}

/// What is wrong with a configuration: place, rule, message, hint, help.
fn problems(text: &str) -> String {
    let line = |found: &Diagnostic| {
        let place = found.primary.file.position(found.primary.span.start());
        let shown = found.primary.span.slice(text);
        let (hint, help) = (&found.primary.text, found.help.as_deref().unwrap_or_default());
        format!("{}:{} {} {} [{shown}] {hint} ({help})", place.line, place.column, found.rule, found.message)
    };
    parse(text).err().unwrap_or_default().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn level(config: &Config, file: &str, id: &str) -> Option<Severity> {
    let meta = crate::lint::find(id).unwrap().meta();
    let file = Arc::new(SourceFile::new(file, ""));
    let mut found = meta.diagnostic("", crate::source::Label::new(&file, crate::source::Span::at(0), ""));
    let levels = config.levels(file.name());
    (levels.is_on(meta) && levels.apply(&mut found)).then_some(found.severity)
}

#[test]
fn nothing_configured_is_the_default() {
    let config = parse("").unwrap();
    assert!(config.labels.required.is_empty() && config.annotations.required.is_empty() && !config.runbook.required);
    assert_eq!(config.runbook.keys, ["runbook_url", "runbook", "playbook"]);
    assert_eq!(config.promql.parse_options(), ParseOptions::default());
    assert!(!config.files().excludes(Path::new("rules.yml")));
}

#[test]
fn policies_are_read() {
    let config = parse(
        r#"
        [labels]
        required = ["severity", "team"]
        allowed-values = { severity = ["critical", "warning"], team = [] }
        [annotations]
        required = ["summary"]
        [runbook]
        keys = ["wiki"]
        required = true
        [promql]
        features = ["promql-experimental-functions"]
        "#,
    )
    .unwrap();
    assert_eq!(config.labels.required, ["severity", "team"]);
    assert_eq!(config.labels.allowed_values["severity"], ["critical", "warning"]);
    assert_eq!(config.annotations.required, ["summary"]);
    assert_eq!((config.runbook.keys.as_slice(), config.runbook.required), (&["wiki".to_owned()][..], true));
    let parse_options = config.promql.parse_options();
    assert!(parse_options.experimental_functions && !parse_options.fill_modifiers);
}

#[test]
fn a_rule_is_asked_before_its_category_and_a_later_override_wins() {
    let config = parse(
        r#"
        [rules]
        template = "warning"
        "template/missing-label" = "info"
        "runbook/*" = "off"
        [[overrides]]
        paths = ["legacy"]
        rules = { "template/missing-label" = "off", "runbook/missing" = "on" }
        [[overrides]]
        paths = ["legacy/new.yml"]
        rules = { "template/missing-label" = "error" }
        "#,
    )
    .unwrap()
    .located("/repo", "/repo/rules");
    assert_eq!(level(&config, "a.yml", "template/missing-label"), Some(Severity::Info));
    assert_eq!(level(&config, "a.yml", "template/syntax"), Some(Severity::Warning));
    assert_eq!(level(&config, "a.yml", "runbook/missing"), None);
    assert_eq!(level(&config, "../legacy/a.yml", "template/missing-label"), None);
    assert_eq!(level(&config, "../legacy/a.yml", "runbook/missing"), Some(Severity::Error));
    assert_eq!(level(&config, "/repo/legacy/new.yml", "template/missing-label"), Some(Severity::Error));
}

#[test]
fn excluded_paths_are_relative_to_the_configuration() {
    let config = parse("exclude = [\"vendor\", \"*.gen.yml\"]").unwrap().located("/repo", "/repo/rules");
    assert!(config.files().excludes(Path::new("../vendor/x/rules.yml")));
    assert!(config.files().excludes(Path::new("a.gen.yml")));
    assert!(!config.files().excludes(Path::new("vendored.yml")));
}

#[test]
fn mistakes_are_reported_at_their_place_with_what_was_meant() {
    insta::assert_snapshot!(problems("[labels]\nrequierd = []\n[lables]\n"), @r"
    2:1 config/unknown-key unknown key `requierd` in `[labels]` [requierd] did you mean `required`? (`[labels]` knows `allowed-values` and `required`)
    3:2 config/unknown-key unknown key `lables` in the configuration [lables] did you mean `labels`? (the configuration knows `annotations`, `baseline`, `dialect`, `exclude`, `facts`, `fail-on`, `include`, `labels`, `locked`, `overrides`, `policy`, `promql`, `rules` and `runbook`)
    ");
    insta::assert_snapshot!(problems("[rules]\n\"missing-label\" = \"off\"\n\"x/y\" = \"off\"\nrunbok = \"off\""), @r#"
    2:1 config/unknown-key there is no rule and no category `missing-label` ["missing-label"]  (did you mean `template/missing-label`?)
    3:1 config/unknown-key there is no rule `x/y` ["x/y"]  (`promproof rules` lists them all)
    4:1 config/unknown-key there is no rule and no category `runbok` [runbok]  (did you mean `runbook/*`?)
    "#);
    insta::assert_snapshot!(problems("[rules]\n\"template/syntax\" = \"of\"\n\"runbook/missing\" = true"), @r#"
    2:21 config/invalid-value `template/syntax` has a level that does not exist ["of"]  (the levels are `off`, `on`, `info`, `warning` and `error`)
    3:21 config/invalid-value `runbook/missing` has a level that does not exist [true]  (the levels are `off`, `on`, `info`, `warning` and `error`)
    "#);
    insta::assert_snapshot!(problems("exclude = \"a\"\n[runbook]\nkeys = []\nrequired = 1"), @r#"
    1:11 config/invalid-value `exclude` in the configuration has to be a list of texts ["a"] this is of type string ()
    3:8 config/invalid-value `keys` in `[runbook]` is empty [[]]  (name at least one, for example `keys = ["runbook_url"]`)
    4:12 config/invalid-value `required` in `[runbook]` has to be `true` or `false` [1] this is of type integer ()
    "#);
    insta::assert_snapshot!(problems("exclude = [\"a[\", 1]\n[labels]\nrequired = [\"\"]\nallowed-values = 1"), @r#"
    1:12 config/invalid-value `a[` is not a path pattern: invalid range pattern ["a["]  (`*` and `?` stop at a slash, `**` does not)
    1:18 config/invalid-value `exclude` in the configuration has to be a list of texts [1] this is of type integer ()
    3:13 config/invalid-value `required` in `[labels]` has an empty name [""]  (write a name, or remove the entry)
    4:18 config/invalid-value `allowed-values` in `[labels]` has to be a table [1] this is of type integer ()
    "#);
    insta::assert_snapshot!(problems("overrides = 1\n[promql]\nfeatures = [\"experimental-functions\"]"), @r#"
    1:13 config/invalid-value `overrides` is a list of tables [1]  (write `[[overrides]]`, with its keys below it)
    3:13 config/invalid-value `features` does not know `experimental-functions` ["experimental-functions"]  (did you mean `promql-experimental-functions`?)
    "#);
    insta::assert_snapshot!(problems("[[overrides]]\npath = [\"a\"]\n[rules]\ntemplate = \"off\"\ntemplate = \"on\""), @"5:1 config/syntax this is not TOML [template] duplicate key ()");
    insta::assert_snapshot!(problems("a = [1"), @"1:7 config/syntax this is not TOML [] unclosed array, expected `]` ()");
}

#[test]
fn durations_are_written_as_prometheus_does() {
    let config = parse("[facts]\nscrape-interval = \"1m30s\"\njob-scrape-intervals = { node = \"15s\" }").unwrap();
    assert_eq!(config.facts.scrape_interval_ms, Some(90_000));
    assert_eq!(config.facts.job_scrape_intervals_ms["node"], 15_000);
    insta::assert_snapshot!(problems("[facts]\nscrape-interval = \"1.5m\"\nevaluation-interval = 30\njob-scrape-intervals = { a = \"0s\", b = \"1 m\" }"), @r#"
    2:19 config/invalid-value `scrape-interval` cannot be `1.5m` ["1.5m"]  (a duration is written as Prometheus does: `30s`, `1m30s`, `15d`)
    3:23 config/invalid-value `evaluation-interval` in `[facts]` has to be a duration, for example "30s" [30] this is of type integer ()
    4:30 config/invalid-value `a` cannot be 0 ["0s"]  (write how long it is, or leave the key out)
    4:40 config/invalid-value `b` cannot be `1 m` ["1 m"]  (a duration is written as Prometheus does: `30s`, `1m30s`, `15d`)
    "#);
}

#[test]
fn servers_are_described() {
    let facts = parse(
        r#"
        [facts]
        prometheus-version = "v2.53.1"
        external-labels = { cluster = "a" }
        target-labels = []
        "#,
    )
    .unwrap()
    .facts;
    assert_eq!(facts.prometheus_version, crate::promql::Version::parse("2.53"));
    assert_eq!(facts.external_labels["cluster"], "a");
    assert!(facts.target_labels.is_empty());
    insta::assert_snapshot!(problems("[facts]\nprometheus-version = \"latest\"\nexternal-labels = { a = 1 }\ntarget-labels = [\"\"]"), @r#"
    2:22 config/invalid-value `prometheus-version` cannot be `latest` ["latest"]  (a version is written as Prometheus prints it: `3.5`, `2.53.1`)
    3:25 config/invalid-value `a` in `external-labels` has to be a text [1] this is of type integer ()
    4:18 config/invalid-value `target-labels` in `[facts]` has an empty name [""]  (write a name, or remove the entry)
    "#);
}

#[test]
fn locks_that_are_contradicted_are_reported() {
    insta::assert_snapshot!(problems("locked = [\"labels/requird\", \"runbook\", \"labels/required\"]\n[rules]\nrunbook = \"off\"\nlabels = \"off\"\n[[overrides]]\npaths = [\"a\"]\nrules = { \"labels/required\" = \"info\" }"), @r#"
    1:11 config/invalid-value there is no rule `labels/requird` ["labels/requird"]  (did you mean `labels/required`?)
    3:1 config/invalid-value `runbook` is switched off, and locked [runbook]  (remove one of the two)
    4:1 config/invalid-value `labels` is switched off, and `labels/required` locked [labels]  (remove one of the two, or give `labels/required` a level of its own)
    7:11 config/invalid-value `labels/required` is locked: `[[overrides]]` cannot change its level ["labels/required"]  (set it in `[rules]`, or remove it from `locked`)
    "#);
}

#[test]
fn sites_lie_in_the_repository() {
    let config = parse("[runbook]\nsites = { \"https://a.dev/\" = \"docs\" }\ngenerator = \"mkdocs\"").unwrap();
    assert!(config.runbook.has_pages());
    assert_eq!(config.runbook.folders(), [Path::new("docs")]);
    let config = parse("[runbook]\npages = [\"a/b\", \"a/b/c/*.md\", \"./d/*/e\", \"f/g.md\"]").unwrap();
    assert_eq!(config.runbook.folders(), ["a/b", "d", "f"].map(Path::new));
    let config = parse("[runbook]\npages = [\"a\", \"*.md\"]").unwrap();
    assert_eq!(config.runbook.folders(), [Path::new("")]);
    insta::assert_snapshot!(problems("[runbook]\nsites = { \"a.dev\" = \"x\", \"https://a\" = \"/etc\", \"https://b\" = \"x/../..\", \"https://c/{path}\" = \"x\" }"), @r"
    2:1 config/invalid-value `/etc` lies outside of the folder of the configuration [sites]  (write a path from the folder of the configuration to a folder below it)
    2:1 config/invalid-value `a.dev` is no beginning of an address [sites]  (write it with `https://`)
    2:1 config/invalid-value `x/../..` lies outside of the folder of the configuration [sites]  (write a path from the folder of the configuration to a folder below it)
    2:1 config/invalid-value there is a `{path}` in only one of `https://c/{path}` and `x` [sites]  (write it in both, or in none: then what follows the address is the path in the folder)
    ");
}

#[test]
fn overrides_that_make_no_sense_are_reported() {
    insta::assert_snapshot!(problems("[[overrides]]\nreason = \"x\"\nrules = { template = \"off\" }"), @"1:1 config/invalid-value these `[[overrides]]` are for nothing in particular [[[overrides]]]  (write `paths`, `groups`, `names` or `with-labels`; for everything there is `[rules]`)");
    insta::assert_snapshot!(problems("[[overrides]]\nnames = \"A\"\ndialect = \"mimir\"\n"), @"3:1 config/invalid-value `dialect` holds for whole files, and these `[[overrides]]` are for some rules [dialect]  (write it in `[[overrides]]` with nothing but `paths`)");
    insta::assert_snapshot!(problems("[[overrides]]\ngroups = \"(\"\nnames = \"{{ $alert }}\"\nwith-labels = { a = \"{{ $x }}\" }\nname = 1"), @r#"
    2:10 config/invalid-value `groups` is no regular expression: error parsing regexp: missing closing ): `(` ["("]  (it must match the whole text and is written as in PromQL: `node_.*`)
    3:1 config/invalid-value `names` of `[[overrides]]` has a variable [names]  (variables are for what `[[policy]]` demands)
    4:21 config/invalid-value `a` has a variable that does not exist: `$x` ["{{ $x }}"]  (there are `$alert`, `$record`, `$expr`, `$for`, `$keep_firing_for`, `$labels.NAME` and `$annotations.NAME`)
    5:1 config/unknown-key unknown key `name` in `[[overrides]]` [name] did you mean `names`? (`[[overrides]]` knows `paths`, `groups`, `names`, `with-labels`, `reason`, `dialect` and `rules`)
    "#);
}

#[test]
fn the_table_describes_what_is_read() {
    for section in sections() {
        let head = match section.name {
            "" => String::new(),
            name if section.is_list => format!("[[{name}]]\n"),
            name => format!("[{name}]\n"),
        };
        for key in &section.keys {
            let required = section.keys.iter().filter(|other| other.is_required && other.name != key.name);
            let condition = section.keys.iter().find(|other| section.one_of.first() == Some(&other.name));
            let condition = condition.filter(|_| !section.one_of.contains(&key.name));
            let required: String = required.chain(condition).map(|other| format!("{}\n", other.example)).collect();
            let text = format!("{head}{required}{}\n", key.example);
            let config = parse(&text).unwrap_or_else(|_| panic!("{}: {}", key.path(), problems(&text)));
            if section.is_list {
                let given = match section.name {
                    "overrides" => &config.overrides[0].given,
                    _ => &config.policies[0].given,
                };
                assert!(given.contains_key(key.name), "{}", key.path());
                continue;
            }
            assert!(config.given.contains_key(&key.path()), "{}", key.path());
            // What is shown can be written, and means the same.
            let held = config.held(None);
            let Some(held) = held.iter().find(|held| held.key.path() == key.path()) else { continue };
            assert_ne!(held.value, key.default, "{}: the example says something", key.path());
            let again = parse(&format!("{head}{} = {}\n", key.name, held.value)).unwrap();
            let again = again.held(None);
            assert!(again.iter().any(|other| other.key.path() == key.path() && other.value == held.value));
        }
    }
}

#[test]
fn rules_wait_for_keys_that_there_are() {
    let keys: Vec<String> = sections().iter().flat_map(|section| &section.keys).map(KeyInfo::path).collect();
    for meta in crate::lint::registry().iter().map(|rule| rule.meta()) {
        assert!(
            meta.waits_for.iter().chain(meta.or_for).all(|key| keys.iter().any(|known| known == key)),
            "{}",
            meta.id
        );
    }
}

#[test]
fn what_holds_for_a_file_has_a_place() {
    let config = parse(
        r#"
        dialect = "thanos"
        [rules]
        template = "warning"
        "template/missing-label" = "error"
        [[overrides]]
        paths = ["legacy"]
        dialect = "mimir"
        rules = { "template/missing-label" = "off" }
        "#,
    );
    let mut config = config.unwrap().located("/repo", "/repo").choosing(Choice { pedantic: true, ..Choice::default() });
    config.fail_on = FailOn::Warning;
    config.set_by_option("fail-on", "--strict");
    let origin = |origin: &Origin| match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(label) => label.file.position(label.span.start()).line.to_string(),
        Origin::Option(option) => (*option).to_owned(),
    };
    let shown = |name: Option<&str>| {
        let keys = config.held(name).into_iter().filter(|held| held.key.section.is_empty());
        let keys = keys.map(|held| format!("{} = {} ({})", held.key.name, held.value, origin(&held.from[0])));
        let rules = config.held_rules(name).into_iter();
        let asked = ["alert/zero-for", "alert/no-condition", "template/missing-label", "template/syntax"];
        let rules = rules.filter(|held| asked.contains(&held.rule.id) && !held.is_default());
        let rules = rules.map(|held| {
            format!("{} {} {:?} ({})", held.rule.id, held.state.is_on, held.state.severity, origin(&held.from))
        });
        keys.chain(rules).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(shown(None), @r#"
    exclude = [] (default)
    include = [] (default)
    dialect = "thanos" (2)
    fail-on = "warning" (--strict)
    baseline = not set (default)
    locked = [] (default)
    alert/zero-for true Info (--pedantic)
    template/syntax true Warning (4)
    "#);
    insta::assert_snapshot!(shown(Some("legacy/a.yml")), @r#"
    exclude = [] (default)
    include = [] (default)
    dialect = "mimir" (8)
    fail-on = "warning" (--strict)
    baseline = not set (default)
    locked = [] (default)
    alert/zero-for true Info (--pedantic)
    template/missing-label false Error (9)
    template/syntax true Warning (4)
    "#);
}

#[test]
fn texts_are_shown_as_one_line_of_toml() {
    for text in
        ["", "plain", "it's", "\"", "\\", "a\nb\t\r", "\n", "\u{202e}x\u{e0041}", "\0\u{7f}\u{9b}", "ä'\"\u{1b}\\"]
    {
        let values = Value::Texts(vec![text.to_owned()]);
        let line = format!("{} = {values}", key_text(text));
        assert!(!line.chars().any(crate::source::words::is_unprintable), "{line}");
        let read: toml::Table = line.parse().unwrap();
        assert_eq!(read[text][0].as_str(), Some(text), "{line}");
    }
}
