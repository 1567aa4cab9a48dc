//! A clock that goes forward, whatever the host's does.

/// A host's clock may run behind itself by this much without having gone
/// back: two threads looked at it and came in the other order.
const DISORDER: u64 = 1000;
/// The longest step forward, a year in milliseconds: sums of times fit.
const LONGEST_STEP: u64 = 366 * 86_400_000;
/// Far enough from the end of the numbers for that too.
const LAST_TICK: u64 = u64::MAX / 1024;

/// Milliseconds that never go back. Where the host's clock does (fake timers
/// in tests, a process that was forked or moved), time stands still for that
/// one step, and nobody waits until the clock has caught up.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ticks: u64,
    time: u64,
}

impl Clock {
    /// The time when the host's clock shows this.
    pub(super) fn read(&mut self, ticks: u64) -> u64 {
        if ticks < self.ticks && self.ticks - ticks <= DISORDER {
            return self.time;
        }
        let step = ticks.saturating_sub(self.ticks).min(LONGEST_STEP);
        self.ticks = ticks;
        self.time = self.time.saturating_add(step).min(LAST_TICK);
        self.time
    }
}
