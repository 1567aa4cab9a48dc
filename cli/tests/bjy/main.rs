//! Runs of the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod account;
mod callback;
mod completions;
mod doctor;
mod guide;
mod lists;
mod mcp;
mod mock;
mod operations;
mod parse;
mod ping;
mod request;
mod samples;
mod sign;
mod tool;
mod upload;
