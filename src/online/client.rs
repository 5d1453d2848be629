//! One request over HTTP, within bounds: through `ureq`, which connects only to addresses that were looked at.

use std::io::Read as _;
use std::net::SocketAddr;
use std::time::Duration;

use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, http};

use super::address::Address;
use super::reach::{Closed, closed};
use super::visit::{Client, Fault, Method, Reply};
use crate::source::words::one_line;

/// Of a page no more is read.
const MAX_BODY_BYTES: u64 = 2 << 20;
/// More bytes of headers are no answer.
const MAX_HEADER_BYTES: usize = 32 << 10;
const MAX_IDLE_PER_HOST: usize = 8;
const USER_AGENT: &str = concat!(
    "promproof/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    "; looks whether links lead somewhere)"
);

/// What asks over the network.
pub(super) struct Http {
    agent: Agent,
}

impl Http {
    /// Asks hosts of the public network, and the `allowed` ones of others.
    pub(super) fn new(allowed: &[String]) -> Http {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Each hop is looked at before it is made.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy would connect to what it likes.
            .proxy(None)
            .max_response_header_size(MAX_HEADER_BYTES)
            .max_idle_connections_per_host(MAX_IDLE_PER_HOST)
            .user_agent(USER_AGENT)
            .accept("text/html,*/*;q=0.5")
            .build();
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase()).collect();
        let resolver = LookedAt { inner: DefaultResolver::default(), allowed };
        Http { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }
}

impl Client for Http {
    fn fetch(&self, method: Method, address: &Address, timeout: Duration) -> Result<Reply, Fault> {
        let url = address.to_string();
        let request = match method {
            Method::Head => self.agent.head(&url),
            Method::Get | Method::Page => self.agent.get(&url),
        };
        let mut response =
            request.config().timeout_global(Some(timeout)).build().call().map_err(|error| fault(&error))?;
        let header = |name: http::HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let location = response.headers().get(http::header::LOCATION);
        let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let retry_after = header(http::header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
        let is_html = header(http::header::CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
        // None was asked for, and what a few bytes unfold to has no bounds.
        let is_packed = header(http::header::CONTENT_ENCODING).is_some_and(|how| !how.eq_ignore_ascii_case("identity"));
        let status = response.status().as_u16();
        let reads = method == Method::Page && (200..300).contains(&status) && is_html && !is_packed;
        let page = if reads { read(&mut response) } else { None };
        Ok(Reply { status, location, retry_after: retry_after.map(Duration::from_secs), page })
    }
}

/// The page, if it was there to its end.
fn read(response: &mut http::Response<ureq::Body>) -> Option<String> {
    let mut bytes = Vec::new();
    response.body_mut().as_reader().take(MAX_BODY_BYTES + 1).read_to_end(&mut bytes).ok()?;
    let is_whole = bytes.len() as u64 <= MAX_BODY_BYTES;
    if !is_whole {
        return None;
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Finds the addresses of hosts, and leaves out those that may not be connected to. What it gives is what is connected
/// to: a name cannot come to stand for another address in between.
#[derive(Debug)]
struct LookedAt {
    inner: DefaultResolver,
    allowed: Vec<String>,
}

impl Resolver for LookedAt {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let is_allowed = self.allowed.iter().any(|allowed| *allowed == host || format!("[{allowed}]") == host);
        let mut open = self.empty();
        let mut refusal = None;
        for address in self.inner.resolve(uri, config, timeout)?.iter() {
            match why_not(address, is_allowed) {
                None => open.push(*address),
                Some(closed) => refusal = refusal.or(Some(closed)),
            }
        }
        match refusal {
            Some(closed) if open.is_empty() => Err(Error::Other(Box::new(Refusal { host, closed }))),
            _ if open.is_empty() => Err(Error::HostNotFound),
            _ => Ok(open),
        }
    }
}

fn why_not(address: &SocketAddr, is_allowed: bool) -> Option<Closed> {
    closed(address.ip()).filter(|closed| !is_allowed || matches!(closed, Closed::Never(_)))
}

/// A host that is not asked.
#[derive(Debug)]
struct Refusal {
    host: String,
    closed: Closed,
}

impl std::error::Error for Refusal {}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is {}", self.host, self.closed.what())?;
        match self.closed {
            Closed::Private(_) => write!(f, ", which is asked only where `--online-allow {}` says so", self.host),
            Closed::Never(_) => write!(f, ", which is never asked"),
        }
    }
}

fn fault(error: &Error) -> Fault {
    match error {
        Error::Other(other) if other.is::<Refusal>() => Fault::Refused(other.to_string()),
        Error::BadUri(_) | Error::Http(_) => Fault::Refused("it cannot be asked for over HTTP".to_owned()),
        Error::Timeout(_) => Fault::Network("there was no answer in time".to_owned()),
        Error::HostNotFound => Fault::Network("the host was not found".to_owned()),
        Error::Io(error) => Fault::Network(one_line(&error.to_string()).into_owned()),
        Error::Protocol(_) => Fault::Network("the answer is not HTTP".to_owned()),
        Error::Tls(_) | Error::Rustls(_) => {
            Fault::Network(format!("no secure connection: {}", one_line(&error.to_string())))
        }
        other => Fault::Network(one_line(&other.to_string()).into_owned()),
    }
}
