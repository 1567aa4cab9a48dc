//! Runs of the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod account;
mod completions;
mod doctor;
mod mock;
mod operations;
mod parse;
mod request;
mod sign;
mod tool;
