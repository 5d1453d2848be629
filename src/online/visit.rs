//! One address is followed to its page: requests, another try, redirects.

use std::time::{Duration, Instant};

use super::address::Address;
use super::pace::{LONGEST_PAUSE, NoTurn, Pace};
use super::{Moved, Options};

/// More redirects lead nowhere.
const MAX_REDIRECTS: usize = 10;
/// So often one request is made, where there is no answer or none that says anything.
const MAX_TRIES: u32 = 3;
/// Before the second try; twice as long before the third.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Parts of hosts and paths where people sign in.
const SIGN_IN: [&str; 17] = [
    "adfs",
    "auth",
    "authenticate",
    "authorize",
    "log-in",
    "log_in",
    "login",
    "oauth",
    "oauth2",
    "saml",
    "saml2",
    "servicelogin",
    "sign-in",
    "sign_in",
    "signin",
    "sso",
    "wp-login",
];

/// How something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// Whether it is there.
    Head,
    /// The same of servers that refuse to say so; what follows the headers is not read.
    Get,
    /// What it says.
    Page,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// The page, where it was asked for and is HTML that was read to its end.
    pub(super) page: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing was sent, and nothing will be.
    Refused(String),
    /// Another try may have more luck.
    Network(String),
}

/// What asks over the network.
pub(super) trait Client: Sync {
    /// Makes one request and follows no redirect.
    fn fetch(&self, method: Method, address: &Address, timeout: Duration) -> Result<Reply, Fault>;
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A page, with its text where that was asked for and could be read.
    Page(Option<String>),
    /// A page that the server sends on to, with another path or host: nobody knows whether it is the one that was meant.
    Elsewhere,
    /// Nothing: the status of the server's answer, which is 404 or 410.
    Gone(u16),
    /// That could not be found out, and why.
    Unclear(String),
}

/// What is needed on the way.
pub(super) struct Visitor<'a, C> {
    pub(super) client: &'a C,
    pub(super) pace: &'a Pace,
    pub(super) options: &'a Options,
    /// When the run is over.
    pub(super) end: Instant,
}

impl<C: Client> Visitor<'_, C> {
    /// Follows an address. `wants_page`: whether the text of the page is asked for.
    pub(super) fn visit(&self, start: &Address, wants_page: bool) -> (Outcome, Option<Moved>) {
        let mut seen = vec![start.clone()];
        let mut permanent: Option<Address> = None;
        let mut only_permanent = true;
        loop {
            let Some(here) = seen.last() else { return (Outcome::Unclear(String::new()), None) };
            let reply = match self.ask(here, wants_page) {
                Ok(reply) => reply,
                Err(why) => return (Outcome::Unclear(why), None),
            };
            let location = reply.location.as_deref().filter(|_| matches!(reply.status, 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else {
                let outcome = outcome(reply);
                if !matches!(outcome, Outcome::Page(_)) {
                    return (outcome, None);
                }
                let outcome = if start.is_same_page(here) { outcome } else { Outcome::Elsewhere };
                return (outcome, moved(start, permanent, here));
            };
            let next = match here.join(location) {
                Ok(next) if seen.contains(&next) => {
                    return (Outcome::Unclear("the server sends in a circle".to_owned()), None);
                }
                Ok(_) if seen.len() > MAX_REDIRECTS => {
                    return (Outcome::Unclear(format!("the server sends on more than {MAX_REDIRECTS} times")), None);
                }
                Ok(next) => next,
                Err(why) => {
                    return (Outcome::Unclear(format!("the server sends on to what is not asked: {why}")), None);
                }
            };
            only_permanent &= matches!(reply.status, 301 | 308);
            if only_permanent {
                permanent = Some(next.clone());
            }
            seen.push(next);
        }
    }

    /// The answer of a server, after as many tries as it takes.
    fn ask(&self, address: &Address, wants_page: bool) -> Result<Reply, String> {
        let server = address.server();
        let mut method = if wants_page { Method::Page } else { Method::Head };
        let mut last = String::new();
        let mut tries = 0;
        while tries < MAX_TRIES {
            let reply = self.once(method, address, &server)?;
            let (why, pause) = match reply {
                Ok(reply) if is_answer(reply.status) => return Ok(reply),
                // Many servers know only GET, and say so in many ways.
                Ok(reply) if method == Method::Head && reply.status != 429 => {
                    method = Method::Get;
                    last = format!("the server answers {}", reply.status);
                    continue;
                }
                Ok(reply) if is_last(reply.status) => return Ok(reply),
                Ok(reply) => {
                    let pause = reply.retry_after.unwrap_or_default();
                    if reply.status == 429 {
                        self.pace.too_much(&server, pause);
                    }
                    (format!("the server answers {}", reply.status), pause)
                }
                Err(why) => (why, Duration::ZERO),
            };
            last = why;
            tries += 1;
            let pause = pause.max(FIRST_PAUSE * 2_u32.pow(tries - 1));
            if pause > LONGEST_PAUSE || Instant::now() + pause >= self.end {
                break;
            }
            if tries < MAX_TRIES {
                std::thread::sleep(pause);
            }
        }
        Err(last)
    }

    /// One request. The outer error ends the matter, the inner one is worth another try.
    fn once(&self, method: Method, address: &Address, server: &str) -> Result<Result<Reply, String>, String> {
        let turn = self.pace.turn(server, self.end).map_err(|none| match none {
            NoTurn::GivenUp => "the server did not answer before, or wants to be asked later".to_owned(),
            NoTurn::TooLate => "the time for asking was over".to_owned(),
        })?;
        let timeout = self.options.timeout.min(self.end.saturating_duration_since(Instant::now()));
        let reply = self.client.fetch(method, address, timeout);
        drop(turn);
        match reply {
            Ok(reply) => {
                if reply.status != 429 {
                    self.pace.heard(server);
                }
                Ok(Ok(reply))
            }
            Err(Fault::Network(why)) => {
                self.pace.unheard(server);
                Ok(Err(why))
            }
            Err(Fault::Refused(why)) => Err(why),
        }
    }
}

/// Whether there is no more to ask.
fn is_answer(status: u16) -> bool {
    (200..400).contains(&status)
}

/// Whether another try would have the same answer.
fn is_last(status: u16) -> bool {
    status < 500 && !matches!(status, 408 | 425 | 429) || matches!(status, 501 | 505)
}

fn outcome(reply: Reply) -> Outcome {
    match reply.status {
        200..300 => Outcome::Page(reply.page),
        404 | 410 => Outcome::Gone(reply.status),
        401 | 403 | 407 => {
            Outcome::Unclear(format!("the server answers {}: it may want to know who asks", reply.status))
        }
        status => Outcome::Unclear(format!("the server answers {status}")),
    }
}

/// What could be written instead of an address that leads elsewhere.
fn moved(start: &Address, permanent: Option<Address>, end: &Address) -> Option<Moved> {
    // Where people sign in is no page of a runbook, and nobody is to give up `https`.
    let is_good = |to: &Address| !signs_in(to) && (to.is_secure() || !start.is_secure());
    let is_other = |to: &Address| to != start && !start.is_but_for_slash(to) && is_good(to);
    if let Some(to) = permanent.filter(is_other) {
        return Some(Moved { to: to.to_string(), is_permanent: true });
    }
    let is_elsewhere = end.host() != start.host() && is_good(end);
    is_elsewhere.then(|| Moved { to: end.to_string(), is_permanent: false })
}

/// Whether people sign in at an address: a part of its host or of its path, without an ending, is a word for that.
fn signs_in(address: &Address) -> bool {
    let path = address.path().split('?').next().unwrap_or_default();
    let of_path = path.split('/').map(|part| part.split('.').next().unwrap_or_default());
    let mut parts = address.host().split('.').chain(of_path);
    parts.any(|part| SIGN_IN.iter().any(|word| part.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each path as it says itself: `/302/x` sends on to `x`, `/404` is gone, `/200` is there.
    struct Said;

    impl Client for Said {
        fn fetch(&self, method: Method, address: &Address, _: Duration) -> Result<Reply, Fault> {
            let path = address.path().trim_start_matches('/');
            let (status, rest) = path.split_once('/').unwrap_or((path, ""));
            match status {
                "fault" => Err(Fault::Network("reset".to_owned())),
                "closed" => Err(Fault::Refused("closed".to_owned())),
                "405" if method != Method::Head => Ok(Reply { status: 200, ..Reply::default() }),
                status => Ok(Reply {
                    status: status.parse().unwrap_or(500),
                    location: (!rest.is_empty()).then(|| rest.replace('!', "/")),
                    retry_after: Some(Duration::from_secs(60)),
                    page: (method == Method::Page).then(|| "page".to_owned()),
                }),
            }
        }
    }

    fn visit(path: &str) -> String {
        let (pace, options) = (Pace::default(), Options::default());
        let end = Instant::now() + Duration::from_secs(5);
        let visitor = Visitor { client: &Said, pace: &pace, options: &options, end };
        let start = Address::parse(&format!("https://a.dev{path}")).unwrap();
        let (outcome, moved) = visitor.visit(&start, false);
        let moved = moved.map(|moved| format!(" {} {}", moved.to, moved.is_permanent)).unwrap_or_default();
        format!("{outcome:?}{moved}")
    }

    #[test]
    fn only_what_the_server_says_is_gone_is_gone() {
        let shown: Vec<String> = [
            "/200",
            "/405",
            "/404",
            "/410",
            "/403",
            "/429",
            "/503",
            "/fault",
            "/closed",
            "/301/!200",
            "/301/200/",
            "/302/!200",
            "/302/https:!!b.dev!200",
            "/302/https:!!b.dev!200!!login",
            "/308/https:!!b.dev!404",
            "/301/!302!!200",
            "/302/!302!!302!200",
            "/301/ftp:!!x!",
            "/301/https:!!a:b@x!",
            "/301/https:!!a.dev!200!authoring",
            "/301/!200!users!sign_in",
            "/301/http:!!a.dev!200!x",
            "/302/https:!!login.b.dev!200!x",
            "/302/http:!!b.dev!200!x",
        ]
        .iter()
        .map(|path| format!("{path}: {}", visit(path)))
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        /200: Page(None)
        /405: Page(None)
        /404: Gone(404)
        /410: Gone(410)
        /403: Unclear("the server answers 403: it may want to know who asks")
        /429: Unclear("the server answers 429")
        /503: Unclear("the server answers 503")
        /fault: Unclear("reset")
        /closed: Unclear("closed")
        /301/!200: Elsewhere https://a.dev/200 true
        /301/200/: Unclear("the server sends on more than 10 times")
        /302/!200: Elsewhere
        /302/https:!!b.dev!200: Elsewhere https://b.dev/200 false
        /302/https:!!b.dev!200!!login: Elsewhere
        /308/https:!!b.dev!404: Gone(404)
        /301/!302!!200: Elsewhere https://a.dev/302//200 true
        /302/!302!!302!200: Unclear("the server sends in a circle")
        /301/ftp:!!x!: Unclear("the server sends on to what is not asked: `ftp` is neither http nor https")
        /301/https:!!a:b@x!: Unclear("the server sends on to what is not asked: it has a user name in it, which is sent to nobody")
        /301/https:!!a.dev!200!authoring: Elsewhere https://a.dev/200/authoring true
        /301/!200!users!sign_in: Elsewhere
        /301/http:!!a.dev!200!x: Elsewhere
        /302/https:!!login.b.dev!200!x: Elsewhere
        /302/http:!!b.dev!200!x: Elsewhere
        "#);
    }
}
