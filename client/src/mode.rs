//! How calls are sent: awaited, or by a thread that waits.

/// Calls that are awaited, those of [`Client`](crate::Client).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Awaited;

/// Calls that block the thread until they end, those of [`blocking::Client`](crate::blocking::Client).
#[cfg(feature = "blocking")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Blocking;
