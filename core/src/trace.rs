//! How calls went, for errors and answers alike.

use std::time::Duration;

/// How a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// How often the request was sent.
    pub attempts: u32,
    /// What the call waited for and how long, the first [`MAX_WAITS`] times.
    pub waits: Vec<(Why, Duration)>,
    /// The shared store was down: only this process's own limits were kept.
    pub store_down: bool,
    /// The account's retry budget was used up, so the call was not tried again.
    pub budget_exhausted: bool,
}

impl Trace {
    /// How long the call waited in all, as far as the waits are listed.
    pub fn waited(&self) -> Duration {
        self.waits.iter().fold(Duration::ZERO, |sum, (_, time)| sum.saturating_add(*time))
    }
}

/// Most waits that a trace lists.
pub const MAX_WAITS: usize = 64;

/// Why a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The service's limits leave no room yet.
    Quota,
    /// An attempt failed and the next one follows.
    Backoff,
    /// The service said that it is throttling.
    Throttled,
}
