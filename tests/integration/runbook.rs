//! Runbook pages: alerts lead to them, they show rules, and both are checked.

use super::support::Sandbox;

const CONFIG: &str = r#"[runbook]
sites = { "https://run.example/" = "content" }
generator = "hugo"
"#;

const RULES: &str = r#"groups:
  - name: node
    rules:
      - alert: HostDown
        expr: |
          up{job="node"}
            == 0
        for: 5m
        labels:
          severity: critical
        annotations:
          summary: "{{ $labels.instance }} is down"
          runbook_url: https://run.example/node/hostdown/
      - alert: DiskFull
        expr: disk_free{team=~"red|blue"} < 1
        annotations:
          runbook_url: https://run.example/disk/{{ $labels.team }}/
"#;

/// The page of the alert, with a rule that differs in what is put in.
fn page(expr: &str, labels: &str, rest: &str) -> String {
    format!(
        "---\ntitle: HostDown\n---\n# HostDown\n\n{{{{< rule \"rules/node.yml\" HostDown >}}}}\n\n~~~yaml\n# a copy\n\
         - alert: 'HostDown'   # as it is\n  expr: {expr}\n  for: 300s\n{labels}  annotations:\n    \
         runbook_url: https://run.example/node/hostdown/\n    summary: \"{{{{ $labels.instance }}}} is down\"\n~~~\n\n\
         ## Meaning\n\nIt is down.\n{rest}"
    )
}

const SEVERITY: &str = "  labels: {severity: critical}\n";

fn repository(page: &str) -> Sandbox {
    let red = "# DiskFull\n\nThe red one.\n";
    Sandbox::with(&[
        ("promproof.toml", CONFIG),
        ("rules/node.yml", RULES),
        ("content/node/HostDown.md", page),
        ("content/disk/red.md", red),
        ("content/disk/blue.md", red),
    ])
}

/// The page as it is now.
fn read(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path("content/node/HostDown.md")).unwrap()
}

fn concise(sandbox: &Sandbox, args: &[&str]) -> String {
    let run = sandbox.run(&[&["check", "--select", "runbook", "--output-format", "concise"], args].concat());
    format!("{}{}{}", run.stdout, run.stderr, run.code.unwrap())
}

#[test]
fn how_a_rule_is_written_is_no_drift() {
    let sandbox = repository(&page("up {job = 'node'}==0", SEVERITY, ""));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 4 files
    0
    ");
    // What is elsewhere is not looked at.
    insta::assert_snapshot!(concise(&sandbox, &["rules"]), @r"
    no findings in 4 files
    0
    ");
    // vmalert reads seconds without a unit.
    let vmalert = RULES.replacen("    rules:", "    concurrency: 2\n    rules:", 1).replace("for: 5m", "for: 300");
    assert_ne!(vmalert.matches("300").count(), 0);
    sandbox.write("rules/node.yml", &vmalert);
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 4 files
    0
    ");
}

#[test]
fn a_fix_changes_the_block_and_nothing_else() {
    let drifted = page("up == 0", "  labels: {severity: warning, team: a}\n", "## Mitigation\n\n- [x](y)  \n\ttab\n");
    let sandbox = repository(&drifted);
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    content/node/HostDown.md:11:3: warning[runbook/rule-drift] [*] the rule `HostDown` differs from what this page shows in `expr`, `labels.severity` and `labels.team`
    1 warning in 1 of 4 files
    [*] 1 fixable with --fix
    0
    ");
    let run = sandbox.run(&["check", "--fix", "--select", "runbook"]);
    insta::assert_snapshot!(run.stdout, @"1 fixed, no findings in 4 files");
    let fixed = read(&sandbox);
    insta::assert_snapshot!(fixed, @r#"
    ---
    title: HostDown
    ---
    # HostDown

    {{< rule "rules/node.yml" HostDown >}}

    ~~~yaml
    # a copy
    - alert: 'HostDown'   # as it is
      expr: |-
        up{job="node"}
          == 0
      for: 300s
      labels: {severity: critical}
      annotations:
        runbook_url: https://run.example/node/hostdown/
        summary: "{{ $labels.instance }} is down"
    ~~~

    ## Meaning

    It is down.
    ## Mitigation

    - [x](y)  
    	tab
    "#);
    let rest = |text: &str| text.split("~~~").last().unwrap().to_owned();
    assert_eq!(rest(&fixed), rest(&drifted));
}

#[test]
fn a_block_in_a_list_with_the_line_breaks_of_windows_is_fixed() {
    let text = "# HostDown\n\n1. The rule:\n\n   ```yaml\n   alert: HostDown\n   expr: up{job=\"node\"} == 0\n   annotations:\n     summary: |\n       old\n   ```\n\n   Text.\n";
    let sandbox = repository(&text.replace('\n', "\r\n"));
    let run = sandbox.run(&["check", "--fix", "--select", "rule-drift"]);
    insta::assert_snapshot!(run.stdout, @"1 fixed, no findings in 4 files");
    let fixed = read(&sandbox);
    assert_eq!(fixed.matches('\n').count(), fixed.matches("\r\n").count());
    insta::assert_snapshot!(fixed.replace("\r\n", "\n"), @r#"
    # HostDown

    1. The rule:

       ```yaml
       alert: HostDown
       expr: up{job="node"} == 0
       annotations:
         summary: |
           {{ $labels.instance }} is down
       for: 5m
       labels:
         severity: critical
       ```

       Text.
    "#);
}

#[test]
fn links_are_followed_for_every_value_that_is_known() {
    let sandbox = repository("# HostDown\n");
    std::fs::remove_file(sandbox.path("content/disk/blue.md")).unwrap();
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    rules/node.yml:17:24: warning[runbook/page-missing] the runbook of `DiskFull` can be `https://run.example/disk/blue/`, and there is no such page
    1 warning in 1 of 3 files
    0
    ");
    sandbox.write("rules/node.yml", RULES.replace("{team=~\"red|blue\"}", ""));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 3 files
    0
    ");
    sandbox.write("rules/node.yml", RULES.replace("{team=~\"red|blue\"}", "").replace("/disk/", "/disc/"));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    rules/node.yml:17:24: warning[runbook/page-missing] the runbook of `DiskFull` leads to no page, whatever `{{ $labels.team }}` is
    1 warning in 1 of 3 files
    0
    ");
}

#[test]
fn a_page_excuses_its_findings() {
    let excuse = "<!-- promproof: ignore[runbook/rule-drift] an old one, for comparison -->\n";
    let sandbox = repository(&page("up == 0", SEVERITY, excuse));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 4 files
    0
    ");
    let sandbox = repository(&page("up == 0", SEVERITY, ""));
    let run = sandbox.run(&["check", "--select", "runbook"]);
    assert!(run.stdout.contains("`<!-- promproof: ignore[runbook/rule-drift] reason -->` anywhere in the page"));
}

#[test]
fn a_page_with_much_wrong() {
    let text = "---\ntitle: [x\n---\n# HostDown\n\n{{% rule \"node.yml\" \"HostDwn\" %}}\n\n{{% rule \"nod.yml\" \"HostDown\" %}}\n\n\
                [a](#nowhere) [b](../gone.md) ![c](img/c.png) [d](../../../etc/passwd) [e](../disk/red/) [f](/disk/blue) \
                [g](mailto:x@y) [h]({{< ref \"x\" >}})\n\n## Empty\n\n## Later\n\nTBD.\n\n{{< never\n";
    let sandbox = repository(text);
    sandbox.write("content/node/Other.md", "# Other\n");
    sandbox.write("content/node/HostUp.md", "# HostUp\n\nTODO\n");
    sandbox.write("content/node/_index.md", "# Nodes\n");
    sandbox.write("content/node/latin1.md", b"# Gr\xf6\xdfe\n");
    sandbox.write("content/node/huge.md", "x".repeat(2 << 20));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    content/node/HostDown.md:2:8: warning[runbook/broken-page] the front matter is not YAML: the `[` opened here is never closed
    content/node/HostDown.md:6:22: warning[runbook/dead-shortcode] `node.yml` has no alert `HostDwn`, so this shortcode shows nothing
    content/node/HostDown.md:8:11: warning[runbook/dead-shortcode] there is no rule file `nod.yml`, so this shortcode shows nothing
    content/node/HostDown.md:10:1: warning[runbook/anchor-missing] the link leads to `#nowhere`, which `content/node/HostDown.md` does not have
    content/node/HostDown.md:10:15: warning[runbook/broken-relative-link] the link `../gone.md` leads to nothing
    content/node/HostDown.md:10:31: warning[runbook/broken-relative-link] the link `img/c.png` leads to nothing
    content/node/HostDown.md:10:47: warning[runbook/broken-relative-link] the link `../../../etc/passwd` leads to nothing
    content/node/HostDown.md:12:1: warning[runbook/section-empty] the section `Empty` is empty
    content/node/HostDown.md:18:1: warning[runbook/broken-page] the shortcode is not closed
    content/node/HostUp.md:1:1: warning[runbook/page-orphan] no alert leads to the page `HostUp`
    content/node/Other.md:1:1: warning[runbook/page-orphan] no alert leads to the page `Other`
    content/node/huge.md:1:1: warning[runbook/broken-page] the page has more than 1024 KiB and is not read
    content/node/latin1.md:1:1: warning[runbook/page-orphan] no alert leads to the page `latin1`
    content/node/latin1.md:1:5: warning[runbook/broken-page] the file is not UTF-8 text
    14 warnings in 5 of 9 files
    0
    ");
}

#[test]
fn sections_are_wanted_as_configured_or_as_nearly_all_pages_have_them() {
    let config = format!("{CONFIG}sections = [\"meaning\", \"What to do\"]\nfront-matter = [\"owner\"]\n");
    let sandbox = repository(&page("up{job=\"node\"} == 0", SEVERITY, "## 2. what to do?\n\nx\n"));
    sandbox.write("promproof.toml", config);
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    content/disk/blue.md:1:1: warning[runbook/section-missing] the front matter of the page has no `owner`
    content/disk/blue.md:1:1: warning[runbook/section-missing] the page has no section `meaning` or `What to do`
    content/disk/red.md:1:1: warning[runbook/section-missing] the front matter of the page has no `owner`
    content/disk/red.md:1:1: warning[runbook/section-missing] the page has no section `meaning` or `What to do`
    content/node/HostDown.md:2:1: warning[runbook/section-missing] the front matter of the page has no `owner`
    5 warnings in 3 of 4 files
    0
    ");

    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG)]);
    let mut rules = String::from("groups:\n  - name: a\n    rules:\n");
    for at in 0..20 {
        let more = if at == 7 { "" } else { "## Impact\n\nMuch.\n" };
        sandbox.write(&format!("content/a{at}.md"), format!("# A{at}\n\n## Meaning\n\nIt is.\n\n{more}"));
        rules += &format!(
            "      - {{alert: A{at}, expr: up == 0, annotations: {{runbook: 'https://run.example/a{at}'}}}}\n"
        );
    }
    sandbox.write("rules.yml", rules);
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    content/a7.md:1:1: warning[runbook/section-missing] the page has no section `Impact`
    1 warning in 1 of 21 files
    0
    ");
}

#[test]
fn a_repository_without_pages_hears_nothing() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("content/a.md", "# a\n\n{{< b\n")]);
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 1 file
    0
    ");
}

#[test]
fn pages_lie_in_the_sandbox() {
    let sandbox = repository("# HostDown\n");
    sandbox.write("promproof.toml", CONFIG.replace("\"content\"", "\"pages\""));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 1 file
    error: pages: does not exist
    2
    ");
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("HostDown.md"), "# HostDown\n\n[a](secret)\n").unwrap();
        std::os::unix::fs::symlink(outside.path(), sandbox.path("pages")).unwrap();
        let run = concise(&sandbox, &["--sandbox"]);
        insta::assert_snapshot!(run, @r"
        no findings in 1 file
        error: pages: lies outside of the repository, and --sandbox reads nothing there
        2
        ");
    }
}

#[test]
fn alerts_are_listed_with_their_pages() {
    let sandbox = repository(&page("up == 0", SEVERITY, ""));
    sandbox.write("promproof.toml", format!("{CONFIG}sections = [\"Meaning\", \"Mitigation\"]\n"));
    let more = "      - {alert: NoLink, expr: up == 0}\n      - {alert: \"Odd, \\\"|\\\"\", expr: up == 0, annotations: {runbook: https://x.example/a}}\n      \
                - {alert: Gone, expr: up == 0, annotations: {runbook: https://run.example/gone}}\n      \
                - {alert: AnyJob, expr: up == 0, annotations: {runbook: 'https://run.example/{{ $labels.job }}'}}\n";
    sandbox.write("rules/node.yml", format!("{RULES}{more}"));
    let list = |format: &str| sandbox.run(&["runbook", "list", "--output-format", format]).stdout;
    insta::assert_snapshot!(list("table"), @r#"
    HostDown  ok         content/node/HostDown.md               lacks Mitigation; differs in expr
    DiskFull  ok         content/disk/blue.md                   lacks Meaning, Mitigation
    DiskFull  ok         content/disk/red.md                    lacks Meaning, Mitigation
    NoLink    no link
    Odd, "|"  elsewhere  https://x.example/a
    Gone      missing    https://run.example/gone
    AnyJob    unknown    https://run.example/{{ $labels.job }}
    3 of 7 links with a page
    "#);
    insta::assert_snapshot!(list("markdown"), @r#"
    | alert | page | path | link | missing sections | drift | online |
    | --- | --- | --- | --- | --- | --- | --- |
    | HostDown | ok | content/node/HostDown.md | https://run.example/node/hostdown/ | Mitigation | expr |  |
    | DiskFull | ok | content/disk/blue.md | https://run.example/disk/blue/ | Meaning, Mitigation |  |  |
    | DiskFull | ok | content/disk/red.md | https://run.example/disk/red/ | Meaning, Mitigation |  |  |
    | NoLink | no link |  |  |  |  |  |
    | Odd, "\|" | elsewhere |  | https://x.example/a |  |  |  |
    | Gone | missing |  | https://run.example/gone |  |  |  |
    | AnyJob | unknown |  | https://run.example/{{ $labels.job }} |  |  |  |
    "#);
    insta::assert_snapshot!(list("csv"), @r#"
    alert,page,path,link,missing sections,drift,online,file,line
    HostDown,ok,content/node/HostDown.md,https://run.example/node/hostdown/,Mitigation,expr,,rules/node.yml,4
    DiskFull,ok,content/disk/blue.md,https://run.example/disk/blue/,"Meaning, Mitigation",,,rules/node.yml,14
    DiskFull,ok,content/disk/red.md,https://run.example/disk/red/,"Meaning, Mitigation",,,rules/node.yml,14
    NoLink,no link,,,,,,rules/node.yml,18
    "Odd, ""|""",elsewhere,,https://x.example/a,,,,rules/node.yml,19
    Gone,missing,,https://run.example/gone,,,,rules/node.yml,20
    AnyJob,unknown,,https://run.example/{{ $labels.job }},,,,rules/node.yml,21
    "#);
    let run = sandbox.run(&["runbook", "list", "--output-format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(rows[0]["drift"], serde_json::json!(["expr"]));
    assert_eq!(rows[0]["missing_sections"], serde_json::json!(["Mitigation"]));
    assert_eq!((&rows[0]["line"], &rows[0]["state"]), (&4.into(), &"ok".into()));
}

#[test]
fn sync_writes_rules_and_links_into_their_blocks() {
    let text = page("up == 0", "", "").replace("https://run.example/node/hostdown/", "https://old.example/x");
    let sandbox = repository(&text);
    let run = sandbox.run(&["runbook", "sync", "--diff"]);
    insta::assert_snapshot!(run, @r#"
    --- content/node/HostDown.md
    +++ content/node/HostDown.md
    @@ -8,11 +8,15 @@
     ~~~yaml
     # a copy
     - alert: 'HostDown'   # as it is
    -  expr: up == 0
    +  expr: |-
    +    up{job="node"}
    +      == 0
       for: 300s
       annotations:
    -    runbook_url: https://old.example/x
    +    runbook_url: https://run.example/node/hostdown/
         summary: "{{ $labels.instance }} is down"
    +  labels:
    +    severity: critical
     ~~~
     
     ## Meaning
    --- stderr
    1 rule would be written into 1 page
    --- exit code 1
    "#);
    assert_eq!(read(&sandbox), text);
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync"]), @r"
    1 rule written into 1 page
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync", "--diff"]), @r"
    all pages show their rules as they are
    --- exit code 0
    ");
    let outside = |text: &str| [text.split("~~~").next().unwrap(), text.split("~~~").last().unwrap()].concat();
    assert_eq!(outside(&read(&sandbox)), outside(&text));
    // Where nobody says what the pages are, there is nothing to write.
    sandbox.write("promproof.toml", "");
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync"]), @r#"
    --- stderr
    error: no runbook page is known
      help: say where they are in promproof.toml, below `[runbook]`: `sites = { "https://runbooks.example.com/" = "content" }` or `pages = ["runbooks"]`
    --- exit code 2
    "#);
}

#[test]
fn what_cannot_be_written_does_not_count_as_written() {
    let sandbox = repository(&page("up == 0", "", ""));
    let utf16: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(read(&sandbox).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(sandbox.path("content/node/HostDown.md"), utf16).unwrap();
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync"]), @r"
    0 of 1 page written
    --- stderr
    error: content/node/HostDown.md is not changed: it is UTF-16, and only UTF-8 is written
      help: save it as UTF-8
    --- exit code 2
    ");
}

#[test]
fn a_new_page_says_what_is_known() {
    let sandbox = Sandbox::traefik();
    let run = sandbox.run(&["runbook", "new", "TraefikHighHttp5xxErrorRateBackend", "--stdout"]);
    insta::assert_snapshot!(run.stdout, @r#"
    ---
    title: TraefikHighHttp5xxErrorRateBackend
    ---

    # TraefikHighHttp5xxErrorRateBackend

    Its definition, which `promproof runbook sync` keeps up to date:

    ```yaml
    alert: TraefikHighHttp5xxErrorRateBackend
    expr: sum(rate(traefik_backend_requests_total{code=~"5.*"}[3m])) by (backend) / sum(rate(traefik_backend_requests_total[3m])) by (backend) * 100 > 5
    for: 1m
    labels:
      severity: critical
    annotations:
      summary: Traefik high HTTP 5xx error rate backend (instance {{ $labels.instance }})
      description: |-
        Traefik backend 5xx error rate is above 5%
          VALUE = {{ $value }}
          LABELS = {{ $labels }}
      runbook: https://github.com/promproof/promproof/blob/main/testdata/traefik/TraefikHighHttp5xxErrorRateBackend.md
    ```

    ## Meaning

    The alert fires when the sum, for each `backend`, of the rate per second over 3m of `traefik_backend_requests_total` where `code` matches `5.*`, divided by the sum, for each `backend`, of the rate per second over 3m of `traefik_backend_requests_total`, in percent, is above 5.

    It fires once that has held for 1m without a break.

    Its labels say which one it is: `backend`. `severity` is `critical`.

    ## Impact

    <!-- Who notices what, and how soon does it hurt? -->

    ## Diagnosis

    <!-- Where to look first: dashboards, queries, logs. -->

    ## Mitigation

    <!-- What to do, step by step, and whom to call if that does not help. -->
    "#);
    // The page that is written is one that check and sync take as it is.
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules/node.yml", RULES)]);
    sandbox.write("content/.keep", "");
    insta::assert_snapshot!(sandbox.run(&["runbook", "new", "HostDown", "DiskFull"]), @r"
    content/node/HostDown.md
    content/disk/blue.md
    --- exit code 0
    ");
    insta::assert_snapshot!(sandbox.run(&["runbook", "new", "HostDown"]), @r"
    --- stderr
    error: `HostDown` has a page: content/node/HostDown.md
      help: --stdout prints a new one
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync", "--diff"]), @r"
    all pages show their rules as they are
    --- exit code 0
    ");
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    rules/node.yml:17:24: warning[runbook/page-missing] the runbook of `DiskFull` can be `https://run.example/disk/red/`, and there is no such page
    content/disk/blue.md:24:1: warning[runbook/section-empty] the section `Impact` is empty
    content/disk/blue.md:28:1: warning[runbook/section-empty] the section `Diagnosis` is empty
    content/disk/blue.md:32:1: warning[runbook/section-empty] the section `Mitigation` is empty
    content/node/HostDown.md:30:1: warning[runbook/section-empty] the section `Impact` is empty
    content/node/HostDown.md:34:1: warning[runbook/section-empty] the section `Diagnosis` is empty
    content/node/HostDown.md:38:1: warning[runbook/section-empty] the section `Mitigation` is empty
    7 warnings in 3 of 3 files
    0
    ");
    sandbox.write("t.md", "# <<alert>> in <<file>>\n<<when>> << x <<y>>\n");
    insta::assert_snapshot!(sandbox.run(&["runbook", "new", "HostDown", "--template", "t.md", "--stdout"]), @r"
    --- stderr
    error: the template has `<<y>>`, which stands for nothing
      help: there are `<<alert>>`, `<<condition>>`, `<<file>>`, `<<labels>>`, `<<rule>>`, `<<summary>>` and `<<when>>`
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run(&["runbook", "new", "HostDwn", "--stdout"]), @r"
    --- stderr
    error: no rule file has an alert `HostDwn`
      help: did you mean `HostDown`?
    --- exit code 2
    ");
}

#[cfg(unix)]
#[test]
fn a_new_page_is_written_in_no_folder_that_a_link_leads_out_to() {
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules/node.yml", RULES)]);
    let outside = tempfile::tempdir().unwrap();
    sandbox.write("content/.keep", "");
    std::os::unix::fs::symlink(outside.path(), sandbox.path("content/node")).unwrap();
    let run = sandbox.run(&["runbook", "new", "HostDown"]);
    assert!(run.code == Some(2) && run.stderr.contains("a link leads out of this folder"), "{run}");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_new_page_is_written_below_the_folder_of_its_site() {
    for link in ["../../zz/pwn", "%2e%2e/%2E%2e/zz/pwn", "a/../../../zz/pwn", "..%5c..%5czz", ".git/hooks/x"] {
        let rules = RULES.replace("node/hostdown/", link);
        let sandbox = Sandbox::with(&[("a/promproof.toml", CONFIG), ("a/rules/node.yml", &rules)]);
        sandbox.write("a/content/.keep", "");
        let run =
            sandbox.run(&["runbook", "new", "HostDown", "--sandbox", "--rules", "a", "--config", "a/promproof.toml"]);
        assert_eq!(run.code, Some(0), "{link}: {run}");
        // It is no link to a page, so that the page lies where pages of no address lie.
        assert!(sandbox.path("a/content/HostDown.md").exists(), "{link}: {run}");
        assert!(!sandbox.path("zz").exists(), "{link}");
    }
    // Nor does a configuration lead out.
    let config = CONFIG.replace("\"content\"", "\"../zz\"");
    let sandbox = Sandbox::with(&[("a/promproof.toml", &config), ("a/rules/node.yml", RULES)]);
    let run = sandbox.run(&["runbook", "new", "HostDown", "--rules", "a", "--config", "a/promproof.toml"]);
    assert!(run.code == Some(2) && !sandbox.path("zz").exists(), "{run}");
}

#[test]
fn all_rules_of_a_block_are_written_and_excerpts_stay_excerpts() {
    let rule =
        |at: usize, more: &str| format!("      - alert: A{at}\n        expr: up == {at}\n        for: 5m\n{more}");
    let link = "        annotations:\n          runbook_url: https://run.example/a/\n";
    let rules: String = (0..300).map(|at| rule(at, link)).collect();
    let rules = format!("groups:\n  - name: g\n    rules:\n{rules}");
    let copies: String = (0..300).map(|at| rule(at, "").replace("for: 5m", "for: 1m")).collect();
    let page = format!("# A\n\n```yaml\n{copies}```\n");
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules/a.yml", &rules), ("content/a.md", &page)]);
    let found = sandbox.run(&["check", "--select", "runbook", "--output-format", "concise"]).stdout;
    assert!(!found.contains("url-drift") && found.contains("rule-drift"), "{found}");
    insta::assert_snapshot!(sandbox.run(&["runbook", "sync"]), @r"
    300 rules written into 1 page
    --- exit code 0
    ");
    let new = std::fs::read_to_string(sandbox.path("content/a.md")).unwrap();
    assert_eq!(new, page.replace("for: 1m", "for: 5m"));
}

/// The page with this block, once `runbook sync` and once `check --fix` have written a rule of several lines into it.
fn with_lines(block: &str) -> String {
    let rules = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |-\n          up == 0\n            and foo\n        labels:\n          note: |-\n            l1\n            l2\n        annotations:\n          runbook_url: https://run.example/a/\n";
    let page = format!("# A\n\n1. The rule:\n\n   ```yaml\n{block}   ```\n");
    let written = |args: &[&str]| {
        let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules/a.yml", rules), ("content/a.md", &page)]);
        let run = sandbox.run(args);
        assert_eq!(run.code, Some(0), "{run}");
        let diff = sandbox.run(&["runbook", "sync", "--diff"]);
        assert_eq!(diff.code, Some(0), "{diff}");
        std::fs::read_to_string(sandbox.path("content/a.md")).unwrap()
    };
    let new = written(&["runbook", "sync"]);
    assert_eq!(written(&["check", "--fix", "--select", "rule-drift"]), new);
    new
}

#[test]
fn a_text_that_becomes_one_of_several_lines_leaves_what_is_behind_it() {
    insta::assert_snapshot!(with_lines(
        "   # a copy\n   - alert: A   # paged by X\n     expr: up == 0 and foo\n     labels:\n       note: old   # the note\n   # end\n"
    ), @"
    # A

    1. The rule:

       ```yaml
       # a copy
       - alert: A   # paged by X
         expr: up == 0 and foo
         labels:
           note: |-   # the note
             l1
             l2
       # end
       ```
    ");
    // Blanks would be a part of the text, and a comment one of the expression, which says the same with it.
    insta::assert_snapshot!(with_lines(
        "   - alert: A\n     expr: up == 9 # keep me\n     labels:\n       note: old   \n"
    ), @"
    # A

    1. The rule:

       ```yaml
       - alert: A
         expr: |- # keep me
           up == 0
             and foo
         labels:
           note: |-
             l1
             l2
       ```
    ");
    // The comments below would be a part of the texts.
    insta::assert_snapshot!(with_lines(
        "   - alert: A\n     expr: up == 9\n       # below\n     labels: {note: old} # behind\n"
    ), @r#"
    # A

    1. The rule:

       ```yaml
       - alert: A
         expr: "up == 0\n  and foo"
           # below
         labels: {note: "l1\nl2"} # behind
       ```
    "#);
}

#[test]
fn a_rule_that_is_written_anew_stays_an_excerpt_where_it_is() {
    insta::assert_snapshot!(with_lines(
        "   # a copy\n   groups:\n   - name: g # the group\n     rules:\n     - record: a:b\n       expr: up\n     - alert: A # anew\n       ? expr\n       : up == 9\n       labels:\n         note: old\n     # end\n"
    ), @"
    # A

    1. The rule:

       ```yaml
       # a copy
       groups:
       - name: g # the group
         rules:
         - record: a:b
           expr: up
         - alert: A
           expr: |-
             up == 0
               and foo
           labels:
             note: |-
               l1
               l2
         # end
       ```
    ");
}

#[test]
fn names_that_mean_something_elsewhere_are_quoted() {
    let rules = RULES.replace("HostDown", "'=a: [b](x)'").replace("node/hostdown/", "node/b.md");
    let sandbox = Sandbox::with(&[("promproof.toml", CONFIG), ("rules/node.yml", &rules), ("content/a.md", "# a\n")]);
    let list = |format: &str| sandbox.run(&["runbook", "list", "--output-format", format]).stdout;
    assert!(list("markdown").contains("| =a: \\[b](x) |"), "{}", list("markdown"));
    assert!(list("csv").contains("\n'=a: [b](x),"), "{}", list("csv"));
    let run = sandbox.run(&["runbook", "new", "=a: [b](x)"]);
    assert_eq!(run.stdout, "content/node/b.md\n", "{run}");
    let page = std::fs::read_to_string(sandbox.path("content/node/b.md")).unwrap();
    assert!(page.starts_with("---\ntitle: \"=a: [b](x)\"\n---\n"), "{page}");
}

/// Of an empty page there is one finding: that it is empty or, where nobody wants to know that, that it lacks a section.
#[test]
fn what_an_empty_page_lacks_is_told_once() {
    let sandbox = repository("");
    let quiet = "[[overrides]]\npaths = [\"content/node/**\"]\nrules = { \"runbook/broken-page\" = \"off\" }\n";
    let wanted = format!("{CONFIG}sections = [\"Meaning\"]\n");
    let told = |config: String, args: &[&str]| {
        sandbox.write("promproof.toml", config);
        let found = concise(&sandbox, args);
        let of_page = found.lines().filter_map(|line| line.strip_prefix("content/node/HostDown.md:1:1: warning["));
        of_page.map(|line| line.split(']').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(wanted.clone(), &[]), ["runbook/broken-page"]);
    assert_eq!(told(wanted.clone(), &["--ignore", "broken-page"]), ["runbook/section-missing"]);
    assert_eq!(told(format!("{wanted}{quiet}"), &[]), ["runbook/section-missing"]);
    assert_eq!(told(CONFIG.to_owned(), &["--ignore", "broken-page"]), [""; 0]);
}

/// The folder of the configuration itself has several names.
#[test]
fn a_site_of_the_whole_repository_is_called_as_one_likes() {
    let rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    \
                 annotations: {runbook_url: \"https://github.com/o/r/blob/main/docs/A.md#nope\"}\n";
    let sandbox = Sandbox::with(&[("rules.yml", rules), ("docs/A.md", "# A\n\n## Meaning\n\nIt is down.\n")]);
    for place in ["", ".", "./", "././."] {
        let config = format!("[runbook]\nsites = {{ \"https://github.com/o/r/blob/main/\" = \"{place}\" }}\n");
        sandbox.write("promproof.toml", config);
        let found = concise(&sandbox, &[]);
        assert!(found.starts_with("rules.yml:6:32: warning[runbook/anchor-missing]"), "{place}: {found}");
        let list = sandbox.run(&["runbook", "list"]).stdout;
        assert!(list.contains("1 of 1 link with a page"), "{place}: {list}");
    }
}

/// `[[overrides]]` may switch on what is off elsewhere, for some pages or for some rule files.
#[test]
fn a_rule_may_be_on_where_overrides_hold_and_nowhere_else() {
    let sandbox = repository("");
    let on_in = |paths: &str, rule: &str| {
        let on = format!("[[overrides]]\npaths = [\"{paths}\"]\nrules = {{ \"runbook/{rule}\" = \"on\" }}\n");
        sandbox.write("promproof.toml", format!("{CONFIG}[rules]\nrunbook = \"off\"\n{on}"));
        sandbox.run(&["check", "--output-format", "concise"]).stdout
    };
    let page = on_in("content/node/**", "broken-page");
    insta::assert_snapshot!(page, @r"
    content/node/HostDown.md:1:1: warning[runbook/broken-page] the page is empty
    1 warning in 1 of 4 files
    ");
    assert_eq!(on_in("content/disk/**", "broken-page"), "no findings in 4 files\n");
    sandbox.write("rules/node.yml", RULES.replace("node/hostdown/", "node/hostup/"));
    let link = on_in("rules/**", "page-missing");
    insta::assert_snapshot!(link, @r"
    rules/node.yml:13:24: warning[runbook/page-missing] the runbook of `HostDown` leads to a page that does not exist
    1 warning in 1 of 4 files
    1 fixable with --fix --unsafe-fixes
    ");
    assert_eq!(on_in("content/**", "page-missing"), "no findings in 4 files\n");
}

/// The page that the project starts from, and its rule.
#[test]
fn the_page_of_the_project_is_checked() {
    let sandbox = Sandbox::traefik();
    let site = "https://github.com/promproof/promproof/blob/main/testdata/";
    sandbox.write("promproof.toml", format!("[runbook]\nsites = {{ \"{site}\" = \"\" }}\n"));
    insta::assert_snapshot!(concise(&sandbox, &[]), @r"
    no findings in 3 files
    0
    ");
}

#[test]
fn alerts_that_differ_in_a_label_need_pages_of_their_own() {
    let alert = |name: &str, labels: &str, link: &str| {
        format!(
            "      - alert: {name}\n        expr: up == 0\n        labels: {{{labels}}}\n        annotations: {{runbook_url: '{link}'}}\n"
        )
    };
    let group = "groups:\n  - name: a\n    labels: {severity: page}\n    rules:\n";
    let rules = [
        group.to_owned(),
        alert("HostDown", "team: a", "https://run.example/node/hostdown/"),
        // As the first one, by its group, and of another team.
        alert("HostDown", "team: b, severity: page", "https://run.example/node/hostdown"),
        alert("HostGone", "severity: info", "https://run.example/node/HostDown/"),
        alert("HostLost", "severity: info", "https://run.example/node/hostdown/"),
        // No label, as Prometheus has it.
        alert("HostNew", "severity: ''", "https://run.example/node/hostdown/"),
        // What is not known, and what has a section of its own.
        alert("HostSlow", "severity: '{{ $labels.severity }}'", "https://run.example/node/hostdown/"),
        alert("HostHot", "severity: info", "https://run.example/node/hostdown/#hot"),
        // Pages of somebody else, and for everybody.
        alert("WikiOne", "team: a", "https://wiki.example/one"),
        alert("WikiTwo", "team: b", "https://wiki.example/one/"),
        alert("WikiAll", "team: a", "https://wiki.example/all"),
        alert("WikiAllToo", "team: b", "https://wiki.example/all#top"),
        alert("WikiAllAsWell", "team: c", "https://wiki.example/all#top"),
    ]
    .concat();
    let per = "page-per = [\"severity\", \"team\"]\nshared-pages = [\"https://wiki.example/all\"]\n";
    let config = format!("{CONFIG}{per}");
    let sandbox = Sandbox::with(&[
        ("promproof.toml", config.as_str()),
        ("rules/a.yml", rules.as_str()),
        ("content/node/HostDown.md", "# HostDown\n"),
    ]);
    let args = ["check", "--select", "runbook/shared-page", "rules/a.yml"];
    let run = sandbox.run(&[&args[..], &["--output-format", "concise"]].concat());
    insta::assert_snapshot!(run.stdout, @r"
    rules/a.yml:12:36: warning[runbook/shared-page] `HostDown` with team `b` leads to the same page as `HostDown` with team `a`
    rules/a.yml:16:36: warning[runbook/shared-page] `HostGone` with severity `info` leads to the same page as `HostDown` with severity `page`
    rules/a.yml:40:36: warning[runbook/shared-page] `WikiTwo` with team `b` leads to the same page as `WikiOne` with team `a`
    3 warnings in 1 of 2 files
    ");
    let run = sandbox.run(&args);
    // `HostLost` is part of what is said of `HostGone`.
    assert_eq!(run.stdout.matches("it is the page of this one, too").count(), 1, "{}", run.stdout);
    assert_eq!(run.stdout.matches("the link of `HostDown`").count(), 2, "{}", run.stdout);
}

#[test]
fn rules_with_one_name_are_begun_on_one_page() {
    let rules = r#"groups:
  - name: disk
    interval: 1m
    rules:
      - alert: DiskFull
        expr: disk_free_bytes < 10e9
        for: 1h
        labels: {severity: warning, team: a}
      - alert: DiskFull
        expr: disk_free_bytes < 1e9
        labels: {severity: critical, team: a}
"#;
    let sandbox = Sandbox::with(&[("rules.yml", rules)]);
    insta::assert_snapshot!(sandbox.run(&["runbook", "new", "DiskFull", "--stdout"]).stdout, @r"
    ---
    title: DiskFull
    ---

    # DiskFull

    Its definition, which `promproof runbook sync` keeps up to date:

    ```yaml
    - alert: DiskFull
      expr: disk_free_bytes < 10e9
      for: 1h
      labels:
        severity: warning
        team: a
    - alert: DiskFull
      expr: disk_free_bytes < 1e9
      labels:
        severity: critical
        team: a
    ```

    ## Meaning

    The alert fires when `disk_free_bytes` is below 10000000000 (`severity` is `warning`), or when `disk_free_bytes` is below 1000000000 (`severity` is `critical`).

    How soon it fires:

    - where `severity` is `warning`: it fires once that has held for 1h without a break: 1h to 1h1m after it begins, as the rule is evaluated every 1m.
    - where `severity` is `critical`: it fires within 1m of that: so often the rule is evaluated.

    It has the labels of its series, among them `instance` and `job`. `team` is `a`.

    ## Impact

    <!-- Who notices what, and how soon does it hurt? -->

    ## Diagnosis

    <!-- Where to look first: dashboards, queries, logs. -->

    ## Mitigation

    <!-- What to do, step by step, and whom to call if that does not help. -->
    ");
}

/// No label tells these rules from each other: then the order in which the page shows them does.
#[test]
fn rules_with_one_name_and_the_same_labels_are_told_apart() {
    let rules = r#"groups:
  - name: disk
    rules:
      - alert: DiskFull
        expr: disk_free_bytes < 10e9
        for: 1h
      - alert: DiskFull
        expr: sum by (disk) (disk_free_bytes) < 1e9
"#;
    let sandbox = Sandbox::with(&[
        ("promproof.toml", "[runbook]\npages = [\"runbooks\"]\n"),
        ("rules.yml", rules),
        ("runbooks/x.md", "# x\n"),
        ("t.md", "The alert fires when <<condition>>.\n\n<<when>>\n\n<<labels>>\n"),
    ]);
    let new = ["runbook", "new", "DiskFull", "DiskFull"];
    insta::assert_snapshot!(sandbox.run(&[&new[..], &["--template", "t.md", "--stdout"]].concat()).stdout, @r"
    The alert fires when `disk_free_bytes` is below 10000000000 (the first rule above), or when the sum, for each `disk`, of `disk_free_bytes` is below 1000000000 (the second rule above).

    How soon it fires:

    - the first rule above: it fires once that has held for 1h without a break.
    - the second rule above: it fires as soon as that holds.

    Which labels it has:

    - the first rule above: it has the labels of its series, among them `instance` and `job`.
    - the second rule above: its labels say which one it is: `disk`.
    ");
    // A name that is given twice counts once.
    insta::assert_snapshot!(sandbox.run(&new), @r"
    runbooks/DiskFull.md
    --- exit code 0
    ");
}

#[test]
fn rules_that_only_a_page_shows_are_read() {
    let example = "# HostDown\n\n```yaml\ngroups:\n  - name: example\n    rules:\n      - alert: Yours\n        expr: |\n          \
                   sum(up) > 1\n            and up{\n      - record: job:up:sum\n        expr: sum by (job) (up))\n      \
                   - alert: Any\n        expr: up{job=\"<your job>\"} == 0\n```\n";
    let sandbox = repository(&format!("{example}\n{{{{< rule \"rules/node.yml\" HostDown >}}}}\n"));
    let run = sandbox.run(&["check", "--select", "runbook/page-promql", "--output-format", "concise"]);
    insta::assert_snapshot!(run.stdout, @r"
    content/node/HostDown.md:11:1: warning[runbook/page-promql] this query does not parse: unexpected end of input inside braces
    content/node/HostDown.md:12:33: warning[runbook/page-promql] this query does not parse: unexpected right parenthesis ')'
    2 warnings in 1 of 4 files
    ");
}
