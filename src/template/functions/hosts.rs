//! Addresses and links: `stripPort`, `stripDomain`, `graphLink`, `tableLink`, `externalURL`, `pathPrefix`.

use std::net::IpAddr;

use crate::template::eval::Evaluator;
use crate::template::value::Value;

use super::escape::query_escape;

type Result = std::result::Result<Value, String>;

fn text(values: &[Value]) -> &str {
    match values.first() {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

pub(super) fn strip_port(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let address = text(values);
    Ok(Value::text(split_host_port(address).map_or(address, |(host, _)| host)))
}

pub(super) fn strip_domain(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    let address = text(values);
    let (host, port) = split_host_port(address).unwrap_or((address, ""));
    if host.parse::<IpAddr>().is_ok() {
        return Ok(Value::text(address));
    }
    let name = host.split('.').next().unwrap_or_default();
    Ok(Value::text(if port.is_empty() { name.to_owned() } else { join_host_port(name, port) }))
}

fn join_host_port(host: &str, port: &str) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Go's `net.SplitHostPort`; `None` where it fails.
fn split_host_port(address: &str) -> Option<(&str, &str)> {
    let (before, port) = address.rsplit_once(':')?;
    if let Some(inner) = address.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        // What follows the bracket is the colon and the port, nothing else.
        let fits = rest.strip_prefix(':') == Some(port) && !host.contains(['[', ']']) && !port.contains(['[', ']']);
        return fits.then_some((host, port));
    }
    let fits = !before.contains(':') && !address.contains(['[', ']']);
    fits.then_some((before, port))
}

pub(super) fn graph_link(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    Ok(Value::text(format!("/graph?g0.expr={}&g0.tab=0", query_escape(text(values)))))
}

pub(super) fn table_link(_: &mut Evaluator<'_>, values: &[Value]) -> Result {
    Ok(Value::text(format!("/graph?g0.expr={}&g0.tab=1", query_escape(text(values)))))
}

pub(super) fn external_url(evaluator: &mut Evaluator<'_>, _: &[Value]) -> Result {
    Ok(Value::text(evaluator.context().external_url))
}

/// The path of the external URL.
pub(super) fn path_prefix(evaluator: &mut Evaluator<'_>, _: &[Value]) -> Result {
    let url = evaluator.context().external_url;
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Ok(Value::text(path))
}
