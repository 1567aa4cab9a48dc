//! The Rust client over real HTTP, against the mock and on a real Redis.

mod claims;
mod documents;
mod every_operation;
mod lists;
mod quota_script;
mod samples;
mod shared_quota;
mod uploads;
