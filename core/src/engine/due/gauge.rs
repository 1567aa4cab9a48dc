//! One limit that a call falls under.

use super::Priority;

/// A limit that a call falls under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gauge {
    pub key: String,
    pub count: u64,
    pub seconds: u32,
    pub counts: Counts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    Account,
    Shared,
    Operation,
    Room,
}

/// Requests may travel unevenly long, up to this, without breaking a limit of long windows.
const LONGEST_UNEVENNESS: u64 = 1000;
/// Limits of up to so many calls are kept to the millisecond; larger ones to a
/// 64th of their window, so that they need no more memory.
const MANY_CALLS: u64 = 1000;
const GRAINS: u64 = 64;

impl Gauge {
    /// How long a call counts, in milliseconds. The service counts what
    /// arrives: a first call that travels longer than the last one of its
    /// window shortens the window by the difference.
    pub fn window(&self) -> u64 {
        let window = u64::from(self.seconds) * 1000;
        window + (window / 20).min(LONGEST_UNEVENNESS)
    }

    pub fn grain(&self) -> u64 {
        if self.count > MANY_CALLS { (self.window() / GRAINS).max(1) } else { 1 }
    }

    /// How many of its calls may be in the window when one of this priority goes.
    pub fn most(&self, priority: Priority) -> u64 {
        match priority {
            Priority::High | Priority::Normal => self.count,
            Priority::Low => self.count - self.count / 5,
        }
    }

    /// The limit in words.
    pub fn describe(&self, operation: &str, priority: Priority) -> String {
        let Gauge { count, seconds, .. } = self;
        let mut words = match self.counts {
            Counts::Account => format!("the account's limit, {count} requests in {seconds} s"),
            Counts::Shared => format!("the limit that several accounts share, {count} requests in {seconds} s"),
            Counts::Operation => format!("the limit of {operation}, {count} calls in {seconds} s"),
            Counts::Room => format!("the limit of {operation}, {count} calls in {seconds} s per room"),
        };
        if priority == Priority::Low {
            words.push_str(&format!(" ({} of them for calls of low priority)", self.most(priority)));
        }
        words
    }
}
