//! When the calls of the last window went.

use std::collections::VecDeque;

/// The times at which calls went, oldest first: an exact sliding window.
///
/// Calls within a grain share one time, the grain's end, and so are counted a
/// little too long and never too short.
#[derive(Debug, Default)]
pub(super) struct Window {
    went: VecDeque<(u64, u64)>,
    used: u64,
}

impl Window {
    /// Notes a call that goes now.
    pub(super) fn note(&mut self, time: u64, grain: u64) {
        let mark = time.div_ceil(grain.max(1)).saturating_mul(grain.max(1));
        match self.went.back_mut() {
            Some((last, calls)) if *last >= mark => *calls += 1,
            _ => self.went.push_back((mark, 1)),
        }
        self.used += 1;
    }

    /// Forgets what went so long ago.
    pub(super) fn forget(&mut self, length: u64, time: u64) {
        while let Some(&(went, calls)) = self.went.front()
            && went + length <= time
        {
            self.went.pop_front();
            self.used -= calls;
        }
    }

    /// How many calls it holds.
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    /// When the call went that is the `nth` to leave the window.
    pub(super) fn leaver(&self, nth: u64) -> Option<u64> {
        let mut passed = 0;
        self.went.iter().find_map(|(went, calls)| {
            passed += calls;
            (passed >= nth).then_some(*went)
        })
    }
}
