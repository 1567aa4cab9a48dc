//! How many requests an account may send.

use std::collections::VecDeque;

/// At most `count` requests in any span of `window`, or any number if that is 0. A refused request does not count.
#[derive(Debug)]
pub(crate) struct Rate {
    count: usize,
    /// In milliseconds, as all times here.
    window: i64,
    taken: VecDeque<i64>,
}

impl Rate {
    pub fn new(count: u32, seconds: u32) -> Rate {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Rate { count, window: i64::from(seconds) * 1000, taken: VecDeque::new() }
    }

    pub fn admits(&mut self, now: i64) -> bool {
        if self.count == 0 {
            return true;
        }
        while self.taken.front().is_some_and(|taken| now - taken >= self.window) {
            self.taken.pop_front();
        }
        let free = self.taken.len() < self.count;
        if free {
            self.taken.push_back(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_no_limit() {
        let mut rate = Rate::new(0, 10);
        assert!((0..1000).all(|_| rate.admits(0)));
    }

    #[test]
    fn the_window_slides() {
        let at = |seconds: i64| seconds * 1000;
        let mut rate = Rate::new(2, 10);
        assert!(rate.admits(at(0)));
        assert!(rate.admits(at(5)));
        assert!(!rate.admits(at(9)));
        assert!(rate.admits(at(10)));
        assert!(!rate.admits(at(14)));
        assert!(rate.admits(at(15)));
    }
}
