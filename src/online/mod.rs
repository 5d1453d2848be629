//! Whether links lead to pages, asked of their servers: only where the user wants it, within bounds, and never in networks
//! that are not public unless that is allowed.
//!
//! A page is gone where its server says so (404, 410), and nowhere else: what cannot be found out is said, and is no finding.

#[cfg(feature = "online")]
mod address;
#[cfg(feature = "online")]
mod anchors;
mod answers;
#[cfg(feature = "online")]
mod ask;
#[cfg(feature = "online")]
mod client;
#[cfg(feature = "online")]
mod pace;
#[cfg(feature = "online")]
mod reach;
#[cfg(feature = "online")]
mod visit;

use std::ops::RangeInclusive;
use std::time::Duration;

pub use answers::{Answer, Answers, Found, MAX_ANSWERS_BYTES, Moved};
#[cfg(feature = "online")]
pub use ask::ask;

/// How links are asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Hosts, by name or address, that are asked though they are of this machine or of a private network.
    pub allowed_hosts: Vec<String>,
    /// So long one request may take.
    pub timeout: Duration,
    /// So long all of them together.
    pub total: Duration,
    /// What was asked earlier is asked again once it is so old.
    pub max_age: Duration,
    /// When it is, in milliseconds since the Unix epoch.
    pub now_ms: i64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            allowed_hosts: Vec::new(),
            timeout: Duration::from_secs(10),
            total: Duration::from_secs(300),
            max_age: Duration::from_secs(7 * 24 * 3600),
            now_ms: 0,
        }
    }
}

impl Options {
    /// The times, in milliseconds since the Unix epoch, at which was asked what need not be asked again. More than a day
    /// from now is none of them: a clock was wrong, or somebody has written what no server said.
    pub fn fresh_times(&self) -> RangeInclusive<i64> {
        const DAY_MS: i64 = 24 * 3600 * 1000;
        let max_age = i64::try_from(self.max_age.as_millis()).unwrap_or(i64::MAX);
        self.now_ms.saturating_sub(max_age).saturating_add(1)..=self.now_ms.saturating_add(DAY_MS)
    }
}
