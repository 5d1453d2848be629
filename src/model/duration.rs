//! Durations as Prometheus writes them: `1h30m`, `5m`, `500ms`.
