//! Whole-stack tests: the real programs, a real PC/SC stack, real TLS, both stores.
