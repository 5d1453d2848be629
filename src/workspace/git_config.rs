//! What a repository's configuration of git says, as far as anybody asks.

/// The address of the remote `origin` in the text of a configuration of git, as it is written there.
pub fn origin_url(config: &str) -> Option<&str> {
    let mut is_origin = false;
    config.lines().find_map(|line| {
        let line = line.trim();
        if line.starts_with('[') {
            is_origin = line == "[remote \"origin\"]";
        }
        let (key, value) = line.split_once('=')?;
        (is_origin && key.trim() == "url").then_some(value.trim())
    })
}
