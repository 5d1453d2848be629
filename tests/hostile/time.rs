//! Input whose reading took time that grows faster than its size.

use std::fmt::Write as _;

use crate::attack::{self, alert};
use crate::support::Sandbox;

#[test]
fn fifty_thousand_keys_in_the_configuration() {
    let mut config = String::from("[labels.allowed-values]\n");
    for index in 0..50_000 {
        writeln!(config, "l{index} = [\"a\"]").unwrap();
    }
    let sandbox = Sandbox::with(&[("promproof.toml", &config), ("rules.yml", &alert("up == 0", "x"))]);
    assert_eq!(attack::run(&sandbox, &["check", "."]).code, 0);
}
