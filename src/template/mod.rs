//! Go text/template as alert rules use it: parser with spans, evaluator, Prometheus' functions.
