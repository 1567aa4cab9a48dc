//! The core through its public surface, one program: linking many takes longer than the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod account;
mod answers;
mod callbacks;
mod common;
#[cfg(feature = "configuration")]
mod configuration;
mod engine;
mod errors;
mod hooks;
mod host;
mod layers;
mod links;
mod operations;
mod pages;
mod parameters;
mod paths;
mod promises;
mod properties;
mod table;
mod upload;
mod vectors;
