//! `--online`, against a server of the test's own on this machine.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::server::{Server, reply};
use super::support::{Run, Sandbox};

const HTML: &str = "Content-Type: text/html\r\n";

/// An alert for each link.
fn rules(links: &[String]) -> String {
    let mut text = "groups:\n  - name: g\n    rules:\n".to_owned();
    for (at, link) in links.iter().enumerate() {
        text.push_str(&format!(
            "      - alert: A{at}\n        expr: up == {at}\n        for: 5m\n        annotations:\n          runbook_url: '{link}'\n"
        ));
    }
    text
}

/// A sandbox with a rule for each path of the server.
fn sandbox(server: &Server, paths: &[&str]) -> Sandbox {
    let links: Vec<String> = paths.iter().map(|path| server.url(path)).collect();
    Sandbox::with(&[("rules.yml", &rules(&links))])
}

/// What `check` says, with another name for the server.
fn check(sandbox: &Sandbox, server: &Server, args: &[&str]) -> String {
    let select = ["check", "--select", "url-dead,url-moved", "--output-format", "concise"];
    let run = sandbox.run(&[&select, args].concat());
    let text = format!("{}{}{}", run.stdout, run.stderr, run.code.unwrap());
    text.replace(server.url("").trim_start_matches("http://"), "SERVER")
}

const ONLINE: [&str; 3] = ["--online", "--online-allow", "127.0.0.1"];

#[test]
fn a_thousand_links_are_asked_in_ten_seconds() {
    let server = Server::start(|stream, request, _| {
        let status = if request.ends_with("/999") { 404 } else { 200 };
        reply(stream, request, status, HTML, "")
    });
    let links: Vec<String> = (0..1_000).map(|at| server.url(&format!("/{at}"))).collect();
    let sandbox = Sandbox::with(&[("rules.yml", &rules(&links)), ("again.yml", &rules(&links))]);
    let start = Instant::now();
    let text = check(&sandbox, &server, &ONLINE);
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
    assert_eq!(text.matches("runbook/url-dead").count(), 1, "{text}");
    // Each once, though two alerts have it; what is not there is asked for in another way.
    assert_eq!(server.asked().get("HEAD /5"), Some(&1));
    assert_eq!(server.asked().get("GET /5"), None);
    assert_eq!(server.count(), 1_001);
    eprintln!("1,000 links in {elapsed:?}");
}

#[test]
fn only_what_its_server_calls_missing_is_dead() {
    let server = Server::start(|stream, request, count| {
        let (method, path) = request.split_once(' ').unwrap();
        let page = "<h1 id=\"meaning\">Meaning</h1><h2><a name=user-content-to-do></a></h2>";
        match path {
            "/there" => reply(stream, request, 200, HTML, page),
            "/gone" => reply(stream, request, 404, HTML, "no"),
            "/gone-for-good" => reply(stream, request, 410, HTML, "no"),
            "/no-head" => reply(stream, request, if method == "HEAD" { 405 } else { 200 }, HTML, page),
            "/wrong-head" => reply(stream, request, if method == "HEAD" { 404 } else { 200 }, HTML, page),
            "/script" => reply(stream, request, 200, HTML, "<div id=app></div>"),
            "/pdf" => reply(stream, request, 200, "Content-Type: application/pdf\r\n", "%PDF"),
            "/flapping" => reply(stream, request, if count < 3 { 503 } else { 200 }, HTML, page),
            "/dropping" if count < 3 => false,
            "/dropping" => reply(stream, request, 200, HTML, page),
            "/broken" => reply(stream, request, 500, HTML, ""),
            "/busy" => reply(stream, request, 429, "Retry-After: 0\r\n", ""),
            "/secret" => reply(stream, request, 403, HTML, ""),
            _ => reply(stream, request, 404, HTML, ""),
        }
    });
    let paths = [
        "/there",
        "/there#meaning",
        "/there#to-do",
        "/there#L12",
        "/there#impact",
        "/gone",
        "/gone-for-good#x",
        "/no-head",
        "/wrong-head",
        "/script#meaning",
        "/pdf#page2",
        "/flapping",
        "/dropping",
        "/broken",
        "/busy",
        "/secret",
    ];
    let sandbox = sandbox(&server, &paths);
    insta::assert_snapshot!(check(&sandbox, &server, &ONLINE), @r"
    rules.yml:28:53: warning[runbook/url-dead] the runbook of `A4` leads to `#impact`, which its page does not have
    rules.yml:33:25: warning[runbook/url-dead] the runbook of `A5` is not there: the server answers 404
    rules.yml:38:25: warning[runbook/url-dead] the runbook of `A6` is not there: the server answers 410
    3 warnings in 1 of 1 file
    note: 3 links could not be asked, which says nothing of the pages:
      http://SERVER/broken: the server answers 500
      http://SERVER/busy: the server answers 429
      http://SERVER/secret: the server answers 403: it may want to know who asks
    0
    ");
    // One request for the page serves all of its anchors.
    assert_eq!(server.asked().get("GET /there"), Some(&1));
    assert_eq!(server.asked().get("HEAD /there"), None);
    let list = sandbox.run(&[&["runbook", "list"][..], &ONLINE].concat()).stdout;
    insta::assert_snapshot!(list.replace(server.url("").trim_start_matches("http://"), "SERVER"), @r"
    A0   elsewhere  http://SERVER/there            there
    A1   elsewhere  http://SERVER/there#meaning    there
    A2   elsewhere  http://SERVER/there#to-do      there
    A3   elsewhere  http://SERVER/there#L12        there
    A4   elsewhere  http://SERVER/there#impact     there, without the anchor
    A5   elsewhere  http://SERVER/gone             gone (404)
    A6   elsewhere  http://SERVER/gone-for-good#x  gone (410)
    A7   elsewhere  http://SERVER/no-head          there
    A8   elsewhere  http://SERVER/wrong-head       there
    A9   elsewhere  http://SERVER/script#meaning   there, but a script may make the anchor
    A10  elsewhere  http://SERVER/pdf#page2        there, but the page could not be read to look for the anchor
    A11  elsewhere  http://SERVER/flapping         there
    A12  elsewhere  http://SERVER/dropping         there
    A13  elsewhere  http://SERVER/broken           unclear: the server answers 500
    A14  elsewhere  http://SERVER/busy             unclear: the server answers 429
    A15  elsewhere  http://SERVER/secret           unclear: the server answers 403: it may want to know who asks
    0 of 16 links with a page
    ");
}

#[test]
fn redirects_are_followed_and_bounded() {
    let other = Server::start(|stream, request, _| reply(stream, request, 200, HTML, "<h1 id=a>x</h1>"));
    // The same machine by another name, which is another host.
    let target = other.url("/page").replace("127.0.0.1", "localhost");
    // And one that nobody allows.
    let closed = other.url("/closed").replace("127.0.0.1", "127.0.0.2");
    let server = Server::start(move |stream, request, _| {
        let to = |stream: &mut _, status: u16, location: &str| {
            reply(stream, request, status, &format!("Location: {location}\r\n"), "")
        };
        match request.split_once(' ').unwrap().1 {
            "/slash" => to(stream, 301, "/slash/"),
            "/moved" => to(stream, 301, "/there"),
            "/twice" => to(stream, 308, "/moved"),
            "/for-now" => to(stream, 302, "/there"),
            "/other" => to(stream, 302, &target),
            "/to-nothing" => to(stream, 301, "gone"),
            "/circle" => to(stream, 302, "/circle2"),
            "/circle2" => to(stream, 302, "/circle"),
            path if path.starts_with("/far") => to(stream, 302, &format!("{path}x")),
            "/closed" => to(stream, 302, &closed),
            "/metadata" => to(stream, 302, "http://169.254.169.254/latest/meta-data/"),
            "/mapped" => to(stream, 302, "http://[::ffff:169.254.169.254]/"),
            "/file" => to(stream, 302, "file:///etc/passwd"),
            "/name" => to(stream, 302, "http://user:secret@127.0.0.1:1/"),
            "/nowhere" => reply(stream, request, 302, "", ""),
            "/there" | "/slash/" => reply(stream, request, 200, HTML, ""),
            _ => reply(stream, request, 404, HTML, ""),
        }
    });
    let paths = [
        "/slash",
        "/moved",
        "/twice",
        "/for-now",
        "/other#a",
        "/to-nothing",
        "/circle",
        "/far",
        "/closed",
        "/metadata",
        "/mapped",
        "/file",
        "/name",
        "/nowhere",
    ];
    let sandbox = sandbox(&server, &paths);
    let args = [&ONLINE[..], &["--online-allow", "localhost"]].concat();
    let text = check(&sandbox, &server, &args).replace(other.url("").trim_start_matches("http://"), "OTHER");
    insta::assert_snapshot!(text, @r"
    rules.yml:13:25: info[runbook/url-moved] the runbook of `A1` has moved for good
    rules.yml:18:25: info[runbook/url-moved] the runbook of `A2` has moved for good
    rules.yml:28:25: info[runbook/url-moved] the runbook of `A4` leads to another host
    rules.yml:33:25: warning[runbook/url-dead] the runbook of `A5` is not there: the server answers 404
    1 warning, 3 notes in 1 of 1 file
    note: 8 links could not be asked, which says nothing of the pages:
      http://SERVER/circle: the server sends in a circle
      http://SERVER/closed: `127.0.0.2` is an address of this machine, which is asked only where `--online-allow 127.0.0.2` says so
      http://SERVER/far: the server sends on more than 10 times
      http://SERVER/file: the server sends on to what is not asked: `file` is neither http nor https
      http://SERVER/mapped: `[::ffff:169.254.169.254]` is a link-local address, as metadata services have, which is never asked
      and 3 more; `promproof runbook list --online` names all
    0
    ");
    assert_eq!(other.asked().keys().collect::<Vec<_>>(), ["GET /page"]);
    assert!(server.asked().keys().filter(|asked| asked.contains("/far")).count() <= 11);
}

#[test]
fn the_anchor_of_a_link_is_not_looked_for_on_another_page() {
    let page = "<h1 id=\"sign-in\">Sign in</h1>";
    let server = Server::start(move |stream, request, _| {
        let to = |stream: &mut _, location: &str| reply(stream, request, 302, &format!("Location: {location}\r\n"), "");
        match request.split_once(' ').unwrap().1 {
            "/private" => to(stream, "/users/sign_in"),
            "/asks" => to(stream, "/asks?next=x"),
            "/slash" => to(stream, "/slash/"),
            _ => reply(stream, request, 200, HTML, page),
        }
    });
    let sandbox = sandbox(&server, &["/private#meaning", "/asks#meaning", "/slash#meaning", "/slash#sign-in"]);
    let text = check(&sandbox, &server, &ONLINE);
    assert_eq!(text.matches("runbook/url-dead").count(), 1, "{text}");
    assert!(text.contains("the runbook of `A2` leads to `#meaning`, which its page does not have"), "{text}");
    let list = sandbox.run(&[&["runbook", "list"][..], &ONLINE].concat()).stdout;
    assert_eq!(list.matches("where the anchor is not looked for").count(), 2, "{list}");
}

#[test]
fn nothing_private_is_asked() {
    let server = Server::start(|stream, request, _| reply(stream, request, 404, HTML, ""));
    let port = server.url("").rsplit(':').next().unwrap().to_owned();
    let hosts =
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "127.1"];
    let links: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/x")).collect();
    let user = format!("http://user:secret@127.0.0.1:{port}/x");
    let sandbox = Sandbox::with(&[("rules.yml", &rules(&[links, vec![user]].concat()))]);
    for args in [&["--online"][..], &["--online", "--online-allow", "example.com"]] {
        let text = check(&sandbox, &server, args);
        assert_eq!(server.count(), 0, "{text}");
        assert!(text.contains("9 links could not be asked") && text.ends_with('0'), "{text}");
    }
    // Allowed is a host by the name that the link has, and a user name is never sent.
    let text = check(&sandbox, &server, &ONLINE);
    assert_eq!(text.matches("runbook/url-dead").count(), 1, "{text}");
    let sandbox = Sandbox::with(&[
        ("rules.yml", &rules(&[format!("http://localhost:{port}/y")])),
        ("promproof.toml", "[runbook]\nprivate-hosts = [\"localhost\"]\n"),
    ]);
    let text = check(&sandbox, &server, &["--online"]);
    assert_eq!(text.matches("runbook/url-dead").count(), 1, "{text}");
    // With --sandbox only the command line opens hosts.
    let asked = server.count();
    let text = check(&sandbox, &server, &["--online", "--sandbox"]);
    assert!(text.contains("1 link could not be asked") && server.count() == asked, "{text}");
    let text = check(&sandbox, &server, &["--online", "--sandbox", "--online-allow", "localhost"]);
    assert_eq!(text.matches("runbook/url-dead").count(), 1, "{text}");
    let heads = server.heads().join("");
    assert!(!heads.to_lowercase().contains("authorization") && !heads.contains("secret"), "{heads}");
}

#[test]
fn nothing_is_asked_without_the_option() {
    let server = Server::start(|stream, request, _| reply(stream, request, 404, HTML, ""));
    let sandbox = sandbox(&server, &["/x"]);
    sandbox.write("promproof.toml", "[runbook]\nprivate-hosts = [\"127.0.0.1\"]\n");
    for args in [
        &["check"][..],
        &["check", "--pedantic", "--online-cache", "answers.json"],
        &["check", "--fix", "--unsafe-fixes"],
        &["runbook", "list"],
        &["runbook", "new", "A0", "--stdout"],
        &["rules"],
        &["test"],
    ] {
        sandbox.write("answers.json", "{\"version\": 1, \"links\": {}}");
        sandbox.run(args);
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn hostile_answers_are_bounded_and_no_finding() {
    let server = Server::start(|stream, request, _| {
        let endless = |stream: &mut std::net::TcpStream, piece: &[u8]| {
            let mut sent = 0_usize;
            while sent < 1 << 30 && stream.write_all(piece).is_ok() {
                sent += piece.len();
            }
            false
        };
        match request.split_once(' ').unwrap().1 {
            "/headers" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
                endless(stream, b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
            }
            "/one-header" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
                endless(stream, &[b'a'; 1000])
            }
            "/huge" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1 id=x>");
                endless(stream, &[b'<'; 4000])
            }
            "/bomb" => {
                let headers = format!("{HTML}Content-Encoding: gzip\r\n");
                reply(stream, request, 200, &headers, &"\u{1f}".repeat(1000))
            }
            "/short" => {
                let _ = stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<h1 id=x>");
                false
            }
            "/negative" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
                false
            }
            "/garbage" => {
                let _ = stream.write_all(b"\x00\xff\x00\xff 404 Not Found\r\n\r\n");
                false
            }
            "/status" => {
                let _ = stream.write_all(b"HTTP/1.1 99999 OK\r\n\r\n");
                false
            }
            "/location" => reply(stream, request, 302, &format!("Location: http://{}/\r\n", "a".repeat(20_000)), ""),
            "/controls" => reply(stream, request, 302, "Location: \u{1b}[31m://x\r\n", ""),
            "/ids" => reply(stream, request, 200, HTML, &"<h1 id=x> id=y".repeat(140_000)),
            _ => false,
        }
    });
    let paths = [
        "/headers",
        "/one-header",
        "/huge",
        "/huge#a",
        "/bomb#a",
        "/short#a",
        "/negative",
        "/garbage",
        "/status",
        "/location",
        "/controls",
        "/ids#x",
        "/drop",
    ];
    let sandbox = sandbox(&server, &paths);
    let start = Instant::now();
    let text = check(&sandbox, &server, &ONLINE);
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(!text.contains("url-dead") && !text.contains('\u{1b}') && text.ends_with('0'), "{text}");
    assert!(text.len() < 10_000, "{}", text.len());
}

#[test]
fn a_slow_server_is_no_dead_page() {
    let server = Server::start(|stream, request, _| match request.split_once(' ').unwrap().1 {
        "/slow" => {
            std::thread::sleep(Duration::from_millis(1500));
            reply(stream, request, 200, HTML, "")
        }
        _ => {
            // A byte now and then keeps the connection alive and says nothing.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
            false
        }
    });
    let sandbox = sandbox(&server, &["/slow", "/never"]);
    let start = Instant::now();
    let text = check(&sandbox, &server, &[&ONLINE[..], &["--online-timeout", "2s"]].concat());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    insta::assert_snapshot!(text, @r"
    no findings in 1 file
    note: 1 link could not be asked, which says nothing of the pages:
      http://SERVER/never: there was no answer in time
    0
    ");
}

#[test]
fn a_server_that_wants_to_be_left_alone_is() {
    let server = Server::start(|stream, request, _| reply(stream, request, 429, "Retry-After: 3600\r\n", ""));
    let links: Vec<String> = (0..200).map(|at| server.url(&format!("/{at}"))).collect();
    let sandbox = Sandbox::with(&[("rules.yml", &rules(&links))]);
    let text = check(&sandbox, &server, &ONLINE);
    assert!(text.contains("200 links could not be asked") && text.ends_with('0'), "{text}");
    assert!(server.count() <= 12, "{}", server.count());
}

#[test]
fn answers_are_kept_in_a_file() {
    let server = Server::start(|stream, request, count| {
        let status = if request.ends_with("/late") && count < 3 { 404 } else { 200 };
        reply(stream, request, status, HTML, "")
    });
    let sandbox = sandbox(&server, &["/late", "/there"]);
    let day = |day: u32| format!("{}", 1_795_651_200 + 86_400 * day);
    let run = |args: &[&str], date: &str| {
        let check = ["check", "--select", "url-dead", "--output-format", "concise"];
        let cache = if args.contains(&"--online-cache") { &[][..] } else { &["--online-cache", "answers.json"] };
        let all = [&check, cache, args].concat();
        let run = Run::of(sandbox.command().env("SOURCE_DATE_EPOCH", date).args(all));
        let text = format!("{}{}{}", run.stdout, run.stderr, run.code.unwrap());
        text.replace(server.url("").trim_start_matches("http://"), "SERVER")
    };
    insta::assert_snapshot!(run(&[], &day(0)), @r"
    error: answers.json: does not exist
      help: with --online it is written
    2
    ");
    insta::assert_snapshot!(run(&ONLINE, &day(0)), @r"
    rules.yml:8:25: warning[runbook/url-dead] the runbook of `A0` is not there: the server answers 404
    1 warning in 1 of 1 file
    0
    ");
    let kept = || {
        std::fs::read_to_string(sandbox.path("answers.json"))
            .unwrap()
            .replace(server.url("").trim_start_matches("http://"), "SERVER")
    };
    insta::assert_snapshot!(kept(), @r#"
    {
      "version": 1,
      "links": {
        "http://SERVER/late": {"asked":"2026-11-26T00:00:00Z","found":"gone","status":404},
        "http://SERVER/there": {"asked":"2026-11-26T00:00:00Z","found":"page"}
      }
    }
    "#);
    // By the file alone.
    let asked = server.count();
    insta::assert_snapshot!(run(&[], &day(1)), @r"
    rules.yml:8:25: warning[runbook/url-dead] the runbook of `A0` is not there: the server answers 404
    1 warning in 1 of 1 file
    0
    ");
    assert_eq!(server.count(), asked);
    // What was missing is asked again, what was there is not until it is old.
    insta::assert_snapshot!(run(&ONLINE, &day(2)), @r"
    rules.yml:8:25: warning[runbook/url-dead] the runbook of `A0` is not there: the server answers 404
    1 warning in 1 of 1 file
    0
    ");
    assert_eq!(server.asked().get("HEAD /there"), Some(&1));
    run(&ONLINE, &day(8));
    assert_eq!(server.asked().get("HEAD /there"), Some(&2));
    // An answer from the future is none.
    let future =
        kept().replace("SERVER", server.url("").trim_start_matches("http://")).replace("2026-12-04", "2099-12-04");
    assert!(future.contains("2099"), "{future}");
    sandbox.write("answers.json", future);
    run(&ONLINE, &day(8));
    assert_eq!(server.asked().get("HEAD /there"), Some(&3));
    assert!(!kept().contains("2099"), "{}", kept());
    sandbox.write("answers.json", "{}");
    insta::assert_snapshot!(run(&ONLINE, &day(8)), @r"
    error: answers.json holds no answers: missing field `version` at line 1 column 2
      help: remove it, and --online writes it anew
    2
    ");
    insta::assert_snapshot!(run(&["--online-cache", "rules.yml"], &day(8)), @r"
    error: --online-cache would overwrite rules.yml, which may be a file of rules or tests
      help: --online-cache takes the file to write; name one that is no test file and no rule file
    2
    ");
}

#[test]
fn a_template_is_asked_for_every_value_that_is_known() {
    let server = Server::start(|stream, request, _| {
        reply(stream, request, if request.ends_with("/blue") { 404 } else { 200 }, HTML, "")
    });
    let rules = format!(
        "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up{{team=~\"red|blue\"}} == 0\n        annotations:\n          \
         runbook_url: {}\n          playbook: {}\n",
        server.url("/{{ $labels.team }}"),
        server.url("/{{ $labels.instance }}/x")
    );
    let sandbox = Sandbox::with(&[("rules.yml", &rules)]);
    insta::assert_snapshot!(check(&sandbox, &server, &ONLINE), @r"
    rules.yml:7:24: warning[runbook/url-dead] the runbook of `A` is not there: the server answers 404
    1 warning in 1 of 1 file
    0
    ");
    assert_eq!(server.asked().keys().collect::<Vec<_>>(), ["GET /blue", "HEAD /blue", "HEAD /red"]);
    let list = sandbox.run(&[&["runbook", "list"][..], &ONLINE].concat()).stdout;
    insta::assert_snapshot!(list.replace(server.url("").trim_start_matches("http://"), "SERVER"), @r"
    A  elsewhere  http://SERVER/blue                      gone (404)
    A  elsewhere  http://SERVER/red                       there
    A  unknown    http://SERVER/{{ $labels.instance }}/x
    0 of 3 links with a page
    ");
}

#[test]
fn pages_of_the_repository_are_not_asked() {
    let server = Server::start(|stream, request, _| reply(stream, request, 404, HTML, ""));
    let sandbox = sandbox(&server, &["/docs/a", "/docs/b", "/c"]);
    sandbox.write("promproof.toml", format!("[runbook]\nsites = {{ \"{}\" = \"docs\" }}\n", server.url("/docs/")));
    sandbox.write("docs/a.md", "# A\n");
    let text = check(&sandbox, &server, &ONLINE);
    assert_eq!(text.matches("runbook/url-dead").count(), 2, "{text}");
    assert!(!server.asked().keys().any(|asked| asked.contains("/docs/a")));
}
