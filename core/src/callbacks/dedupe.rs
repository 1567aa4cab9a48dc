//! Taking each callback once: the service posts one again when it heard no success.
//!
//! A receiver claims the `qid` before it works, and gives it back when the
//! work failed, so that the repetition is taken.

use std::collections::{HashMap, VecDeque};

use crate::store::StoreQuestion;

/// How many seconds a claim holds if nothing else is said: the documents'
/// last repetition comes after 35 s, and what is older than
/// [`TOLERANCE`](super::TOLERANCE) on either side of the clock is refused anyway.
pub const HOLD: u32 = 600;

/// The script that Redis or Valkey evaluates for a claim among several
/// processes. KEYS and ARGV are those of [`claim`] and [`release`]; it
/// returns 1 for the first to claim, 0 for all others.
pub const CLAIM_SCRIPT: &str = include_str!("claim.lua");

/// What to ask the store to claim a `qid` for so many seconds.
pub fn claim(prefix: &str, qid: &str, seconds: u32) -> StoreQuestion {
    question(prefix, qid, seconds.max(1))
}

/// What to ask the store to give a `qid` back.
pub fn release(prefix: &str, qid: &str) -> StoreQuestion {
    question(prefix, qid, 0)
}

fn question(prefix: &str, qid: &str, seconds: u32) -> StoreQuestion {
    StoreQuestion { keys: vec![format!("{prefix}:qid:{qid}")], args: vec![i64::from(seconds)] }
}

/// The claims of one process, of bounded size: beyond it the oldest are forgotten.
#[derive(Debug, Clone)]
pub struct Recent {
    capacity: usize,
    seconds: u64,
    /// When each claim ends.
    ends: HashMap<String, u64>,
    /// The claims, oldest first.
    order: VecDeque<String>,
}

impl Recent {
    /// Holds up to `capacity` claims for `seconds` each.
    pub fn new(capacity: usize, seconds: u32) -> Recent {
        Recent { capacity: capacity.max(1), seconds: u64::from(seconds), ends: HashMap::new(), order: VecDeque::new() }
    }

    /// Claims a `qid`: true the first time. `now` is in seconds, of any clock that does not go back.
    pub fn claim(&mut self, qid: &str, now: u64) -> bool {
        while self.order.front().is_some_and(|oldest| self.ends.get(oldest).is_none_or(|end| *end <= now)) {
            self.forget_oldest();
        }
        if self.ends.contains_key(qid) {
            return false;
        }
        if self.order.len() >= self.capacity {
            self.forget_oldest();
        }
        self.ends.insert(qid.to_owned(), now.saturating_add(self.seconds));
        self.order.push_back(qid.to_owned());
        true
    }

    /// Gives a `qid` back.
    pub fn release(&mut self, qid: &str) {
        if self.ends.remove(qid).is_some() {
            self.order.retain(|known| known != qid);
        }
    }

    /// How many claims are held.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no claim is held.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front() {
            self.ends.remove(&oldest);
        }
    }
}
