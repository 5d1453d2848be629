//! Addresses that can be asked: `http` and `https`, a host in ASCII, no user name.

use std::fmt;

/// An address without its anchor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address {
    is_secure: bool,
    /// In lower case; an IPv6 address with its brackets.
    host: String,
    port: Option<u16>,
    /// Path and query, encoded; it begins with `/`.
    path: String,
}

impl Address {
    /// Reads an address; what stands behind `#` is left out.
    ///
    /// # Errors
    /// Why it is not asked, as the end of a sentence.
    pub(super) fn parse(text: &str) -> Result<Address, String> {
        let text = text.split('#').next().unwrap_or_default().trim();
        let (scheme, rest) = text.split_once("://").ok_or("it has no scheme")?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            other => return Err(format!("`{other}` is neither http nor https")),
        };
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("it has a user name in it, which is sent to nobody".to_owned());
        }
        if path.starts_with('\\') {
            return Err("there is a `\\` where its host ends".to_owned());
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(port.parse().ok().filter(|port| *port != 0).ok_or(format!("`{port}` is not a port"))?),
        };
        if !is_host(host) {
            return Err(format!("`{host}` is not a host, or not in ASCII"));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = encoded(&format!("{slash}{path}"));
        Ok(Address { is_secure, host: host.to_ascii_lowercase(), port, path })
    }

    /// Where a redirect leads that a server at this address answers with.
    ///
    /// # Errors
    /// As [`Address::parse`].
    pub(super) fn join(&self, location: &str) -> Result<Address, String> {
        let location = location.split('#').next().unwrap_or_default().trim();
        let has_scheme = location.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        });
        if has_scheme {
            return Address::parse(location);
        }
        if location.starts_with("//") {
            return Address::parse(&format!("{}:{location}", self.scheme()));
        }
        let own = self.path.split('?').next().unwrap_or_default();
        let path = match location.chars().next() {
            None => self.path.clone(),
            Some('/') => location.to_owned(),
            Some('?') => format!("{own}{location}"),
            Some(_) => {
                let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
                without_dots(&format!("{folder}/{location}"))
            }
        };
        Ok(Address { path: encoded(&path), ..self.clone() })
    }

    fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }

    /// Whether it is one of `https`.
    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The host, without a port.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The host and the port that is connected to.
    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port.unwrap_or(if self.is_secure { 443 } else { 80 }))
    }

    /// The same server with another path.
    pub(super) fn with_path(&self, path: String) -> Address {
        Address { path, ..self.clone() }
    }

    /// The same path with another host.
    pub(super) fn with_host(&self, host: &str) -> Address {
        Address { host: host.to_owned(), port: None, ..self.clone() }
    }

    /// Whether the two differ in a slash at the end of the path and nothing else.
    pub(super) fn is_but_for_slash(&self, other: &Address) -> bool {
        self.is_secure == other.is_secure && self.server() == other.server() && self.plain() == other.plain()
    }

    /// Whether the two are of one host and differ in a slash at the end of the path at most, whatever the scheme.
    pub(super) fn is_same_page(&self, other: &Address) -> bool {
        self.host == other.host && self.plain() == other.plain()
    }

    /// Path and query without a slash at the end of the path.
    fn plain(&self) -> String {
        match self.path.split_once('?') {
            Some((path, query)) => format!("{}?{query}", path.trim_end_matches('/')),
            None => self.path.trim_end_matches('/').to_owned(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

/// A name in ASCII, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')),
    }
}

/// The path with everything encoded that does not stand in addresses as it is.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The path without `.` and `..`; the query stays as it is.
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let path = format!("/{}", parts.join("/"));
    query.map_or(path.clone(), |query| format!("{path}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_asked() {
        let parsed = |text: &str| Address::parse(text).map_or_else(|why| why, |address| address.to_string());
        assert_eq!(parsed("HTTPS://Example.com:8443?a=b#c"), "https://example.com:8443/?a=b");
        assert_eq!(parsed("http://x/a b/\u{e9}?q=\"#x"), "http://x/a%20b/%C3%A9?q=%22");
        assert_eq!(parsed("http://[::1]:80/x"), "http://[::1]:80/x");
        assert_eq!(parsed("http://[::1]/x"), "http://[::1]/x");
        assert_eq!(parsed("ftp://x/"), "`ftp` is neither http nor https");
        assert_eq!(parsed("https://a:b@x/"), "it has a user name in it, which is sent to nobody");
        assert_eq!(parsed("https://x\\@y/"), "there is a `\\` where its host ends");
        assert_eq!(parsed("https://\u{e9}x/"), "`\u{e9}x` is not a host, or not in ASCII");
        assert_eq!(parsed("https://x:0/"), "`0` is not a port");
        assert_eq!(parsed("/x"), "it has no scheme");
        assert_eq!(parsed("https:///x"), "`` is not a host, or not in ASCII");
    }

    #[test]
    fn redirects_are_followed_as_browsers_do() {
        let from = Address::parse("https://x.dev:1/a/b?c").unwrap();
        let to = |location: &str| from.join(location).map_or_else(|why| why, |address| address.to_string());
        assert_eq!(to("https://y.dev/z#k"), "https://y.dev/z");
        assert_eq!(to("//y.dev/z"), "https://y.dev/z");
        assert_eq!(to("/z?q"), "https://x.dev:1/z?q");
        assert_eq!(to("z/../y/./w"), "https://x.dev:1/a/y/w");
        assert_eq!(to("../../.."), "https://x.dev:1/");
        assert_eq!(to("?q"), "https://x.dev:1/a/b?q");
        assert_eq!(to(""), "https://x.dev:1/a/b?c");
        assert_eq!(to("file:///etc/passwd"), "`file` is neither http nor https");
        assert_eq!(to("javascript:alert(1)"), "it has no scheme");
    }
}
