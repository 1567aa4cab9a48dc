//! The calls of the site's reference compile.

#[rustfmt::skip]
#[path = "generated/samples.rs"]
mod generated;
