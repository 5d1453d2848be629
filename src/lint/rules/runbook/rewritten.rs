//! The fix of a link: the address that its page has, in place of the one that is written.

use crate::lint::{Alert, Link};
use crate::source::{Applicability, Edit, Fix, Span};

/// The address `url` of a page with the end that the written `address` has: a slash or none, query and anchor.
pub(super) fn like(address: &str, url: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (path, rest) = address.split_at_checked(end).unwrap_or((address, ""));
    let slash = if path.ends_with('/') { "/" } else { "" };
    format!("{}{slash}{rest}", url.trim_end_matches('/'))
}

/// A fix that writes `right` where the link has `address`; none where a template makes the address.
pub(super) fn fix(
    alert: &Alert<'_>,
    link: &Link<'_>,
    address: &str,
    right: &str,
    title: &str,
    applicability: Applicability,
) -> Option<Fix> {
    let at = link.value.text().find(address)?;
    let edit = Edit::replace(Span::new(at, at + address.len()), right);
    alert.place.file.fix_inside(link.value, title, &[edit], applicability)
}
