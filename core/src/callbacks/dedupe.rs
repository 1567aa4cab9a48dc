//! Taking each callback once: the service posts one again when it heard no success.
//!
//! A receiver claims a callback before it works, and gives it back when the
//! work failed, so that the repetition is taken. It claims two ids: the `qid`,
//! which a repetition shares, and the signature, which a recorded post keeps
//! when its fields are cut differently to give it another `qid`.

use std::collections::{HashMap, VecDeque};

use crate::store::StoreQuestion;

/// How many seconds a claim holds at least: the documents' last repetition
/// comes after 35 s. One whose timestamp would be taken for longer holds longer
/// ([`Parsed::hold`](super::Parsed::hold)).
pub const HOLD: u32 = 600;

/// The script that Redis or Valkey evaluates for a claim among several
/// processes. KEYS and ARGV are those of [`claim`], [`give_back`] and
/// [`release`]; it returns 1 for the first to claim, 0 for all others.
pub const CLAIM_SCRIPT: &str = include_str!("claim.lua");

/// The two ids of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids<'a> {
    /// Its `qid`.
    pub qid: &'a str,
    /// Its signature.
    pub signature: &'a str,
}

/// What to ask the store to claim a callback for so many seconds. `owner` is a
/// random number of this claim, not 0, by which [`give_back`] knows it.
pub fn claim(prefix: &str, ids: Ids<'_>, seconds: u32, owner: i64) -> StoreQuestion {
    question(prefix, ids, seconds.max(1), owner)
}

/// What to ask the store after a claim of which nobody waited for the answer:
/// to give back what that claim took, and nothing that is another's.
pub fn give_back(prefix: &str, ids: Ids<'_>, owner: i64) -> StoreQuestion {
    question(prefix, ids, 0, owner)
}

/// What to ask the store to give a callback back, whoever claimed it.
pub fn release(prefix: &str, ids: Ids<'_>) -> StoreQuestion {
    question(prefix, ids, 0, 0)
}

/// The keys share a hash tag, so that a cluster keeps them together.
fn question(prefix: &str, ids: Ids<'_>, seconds: u32, owner: i64) -> StoreQuestion {
    let keys = vec![
        format!("{prefix}:{{callbacks}}:qid:{}", ids.qid),
        format!("{prefix}:{{callbacks}}:sign:{}", ids.signature),
    ];
    StoreQuestion { keys, args: vec![i64::from(seconds), owner] }
}

/// The claims of one process, of bounded size: beyond it the oldest are forgotten.
#[derive(Debug, Clone)]
pub struct Recent {
    capacity: usize,
    /// When the claim of each id ends.
    qids: HashMap<String, u64>,
    signatures: HashMap<String, u64>,
    /// The ids of each claim and when it ends, oldest first.
    order: VecDeque<(String, String, u64)>,
}

impl Recent {
    /// Holds up to `capacity` claims.
    pub fn new(capacity: usize) -> Recent {
        Recent { capacity: capacity.max(1), qids: HashMap::new(), signatures: HashMap::new(), order: VecDeque::new() }
    }

    /// Claims a callback for so many seconds: true if both its ids are free.
    /// `now` is in seconds, of any clock that does not go back.
    pub fn claim(&mut self, ids: Ids<'_>, seconds: u32, now: u64) -> bool {
        while self.order.front().is_some_and(|(_, _, end)| *end <= now) {
            self.forget_oldest();
        }
        let is_held = |end: Option<&u64>| end.is_some_and(|end| *end > now);
        if is_held(self.qids.get(ids.qid)) || is_held(self.signatures.get(ids.signature)) {
            return false;
        }
        // What is left of them has ended, though older claims have not.
        self.release(ids);
        if self.order.len() >= self.capacity {
            self.forget_oldest();
        }
        let end = now.saturating_add(u64::from(seconds));
        self.qids.insert(ids.qid.to_owned(), end);
        self.signatures.insert(ids.signature.to_owned(), end);
        self.order.push_back((ids.qid.to_owned(), ids.signature.to_owned(), end));
        true
    }

    /// Gives a callback back.
    pub fn release(&mut self, ids: Ids<'_>) {
        let Recent { qids, signatures, order, .. } = self;
        if !qids.contains_key(ids.qid) && !signatures.contains_key(ids.signature) {
            return;
        }
        order.retain(|(qid, signature, _)| {
            let other = qid != ids.qid && signature != ids.signature;
            if !other {
                qids.remove(qid);
                signatures.remove(signature);
            }
            other
        });
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
        if let Some((qid, signature, _)) = self.order.pop_front() {
            self.qids.remove(&qid);
            self.signatures.remove(&signature);
        }
    }
}
