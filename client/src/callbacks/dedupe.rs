//! Taking each callback once.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use baijiayun_core::callbacks::{CLAIM_SCRIPT, HOLD, Recent, claim, release};
use baijiayun_core::engine::StoreQuestion;

use crate::ports::QuotaStore;

/// Takes each callback once: the service posts one again when it heard no success.
///
/// ```
/// # use baijiayun::callbacks::Dedupe;
/// # async fn example(qid: &str, work: impl Future<Output = Result<(), ()>>) -> String {
/// let dedupe = Dedupe::new();
/// if dedupe.claim(qid).await && work.await.is_err() {
///     dedupe.release(qid).await;
///     return baijiayun::callbacks::failure("try again");
/// }
/// baijiayun::callbacks::SUCCESS.to_owned()
/// # }
/// ```
pub struct Dedupe {
    recent: Mutex<Recent>,
    store: Option<Arc<dyn QuotaStore>>,
    prefix: String,
    hold: u32,
    started: Instant,
}

/// Most claims that a process remembers, a few megabytes.
const CAPACITY: usize = 100_000;

impl Dedupe {
    /// Remembers in this process.
    pub fn new() -> Dedupe {
        Dedupe {
            recent: Mutex::new(Recent::new(CAPACITY, HOLD)),
            store: None,
            prefix: "baijiayun".to_owned(),
            hold: HOLD,
            started: Instant::now(),
        }
    }

    /// Remembers in a store that several processes share, and in this process
    /// alone while the store is down.
    pub fn shared(store: impl QuotaStore + 'static) -> Dedupe {
        Dedupe { store: Some(Arc::new(store)), ..Dedupe::new() }
    }

    /// What the keys in the store begin with: `baijiayun`, if nothing is said.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Dedupe {
        self.prefix = prefix.into();
        self
    }

    /// Remembers for so long; 10 minutes, if nothing is said.
    #[must_use]
    pub fn hold(mut self, time: Duration) -> Dedupe {
        self.hold = u32::try_from(time.as_secs().max(1)).unwrap_or(u32::MAX);
        self.recent = Mutex::new(Recent::new(CAPACITY, self.hold));
        self
    }

    /// Claims a callback: true for the first to do so. Of several processes
    /// that ask at the same time, one is the first.
    pub async fn claim(&self, qid: &str) -> bool {
        if !self.recent().claim(qid, self.started.elapsed().as_secs()) {
            return false;
        }
        let first = self.ask(claim(&self.prefix, qid, self.hold)).await != Some(0);
        if !first {
            // Another process has it, and may give it back.
            self.recent().release(qid);
        }
        first
    }

    /// Gives a callback back whose work failed, so that its repetition is taken.
    pub async fn release(&self, qid: &str) {
        self.recent().release(qid);
        self.ask(release(&self.prefix, qid)).await;
    }

    /// The store's number; `None` without a store or while it is down.
    async fn ask(&self, question: StoreQuestion) -> Option<i64> {
        let answer = self.store.as_ref()?.evaluate(CLAIM_SCRIPT, question.keys, question.args).await;
        answer
            .inspect_err(|reason| tracing::warn!(reason, "the store is down: remembering callbacks in this process"))
            .ok()
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Dedupe {
    fn default() -> Dedupe {
        Dedupe::new()
    }
}

impl fmt::Debug for Dedupe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dedupe").field("prefix", &self.prefix).field("hold", &self.hold).finish_non_exhaustive()
    }
}
