//! The registry of lint rules, what they see, suppressions and configuration.
