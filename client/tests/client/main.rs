//! The client without HTTP.

#[cfg(feature = "blocking")]
mod blocking;
mod callbacks;
mod calls;
mod errors;
mod fake;
mod hooks;
mod lists;
mod paths;
mod promises;
mod typed;
