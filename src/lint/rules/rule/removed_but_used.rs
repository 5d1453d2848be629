//! `rule/removed-but-used`: reported by `lint::changes`.

use crate::lint::rule::{Meta, meta};

/// See its page.
pub(in crate::lint) static REMOVED_BUT_USED: Meta =
    meta!("rule/removed-but-used", Error, certain, "a change takes a recorded series away that rules still read");
