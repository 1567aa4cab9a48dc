//! The client without HTTP.

mod callbacks;
mod paths;
mod promises;
mod typed;
