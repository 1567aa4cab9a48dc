//! Taking each callback once.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use baijiayun_core::callbacks::{CLAIM_SCRIPT, Ids, Recent, claim, release};
use baijiayun_core::engine::{STORE_PATIENCE, StoreQuestion};

use super::Callback;
use crate::ports::QuotaStore;
use crate::timer::{self, before};

/// Takes each callback once: the service posts one again when it heard no success. Clones remember together.
///
/// A callback is claimed by its `qid` and by its signature: whoever has seen a
/// post can give it another `qid` by cutting its fields differently, but not
/// another signature.
///
/// ```
/// # use baijiayun::callbacks::{Callback, Dedupe};
/// # async fn example(callback: &Callback, work: impl Future<Output = Result<(), ()>>) -> String {
/// let dedupe = Dedupe::new();
/// if dedupe.claim(callback).await && work.await.is_err() {
///     dedupe.release(callback).await;
///     return baijiayun::callbacks::failure("try again");
/// }
/// baijiayun::callbacks::SUCCESS.to_owned()
/// # }
/// ```
#[derive(Clone)]
pub struct Dedupe {
    claims: Arc<Claims>,
    hold: u32,
}

/// What outlives a claim that is cancelled.
struct Claims {
    recent: Mutex<Recent>,
    store: Option<Arc<dyn QuotaStore>>,
    prefix: String,
    started: Instant,
}

/// Most claims that a process remembers, a few megabytes.
const CAPACITY: usize = 100_000;

impl Dedupe {
    /// Remembers in this process.
    pub fn new() -> Dedupe {
        Dedupe::with(None, "baijiayun".to_owned(), 0)
    }

    /// Remembers in a store that several processes share, and in this process
    /// alone while the store is down.
    pub fn shared(store: impl QuotaStore + 'static) -> Dedupe {
        Dedupe::with(Some(Arc::new(store)), "baijiayun".to_owned(), 0)
    }

    fn with(store: Option<Arc<dyn QuotaStore>>, prefix: String, hold: u32) -> Dedupe {
        let recent = Mutex::new(Recent::new(CAPACITY));
        Dedupe { claims: Arc::new(Claims { recent, store, prefix, started: Instant::now() }), hold }
    }

    /// What the keys in the store begin with: `baijiayun`, if nothing is said.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Dedupe {
        Dedupe::with(self.claims.store.clone(), prefix.into(), self.hold)
    }

    /// Remembers at least so long. If nothing is said it is 10 minutes, and as long as the
    /// receiver's tolerance takes the callback's timestamp; less than that it never is.
    #[must_use]
    pub fn hold(mut self, time: Duration) -> Dedupe {
        self.hold = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self
    }

    /// Claims a callback: true for the first to do so. Of several processes
    /// that ask at the same time, one is the first.
    ///
    /// A claim whose future is dropped is given back; in the store by a task on the tokio
    /// runtime that it was dropped in (outside of one it ends there with its time).
    pub async fn claim(&self, callback: &Callback) -> bool {
        let hold = callback.hold().max(self.hold);
        if !self.claims.remember(callback.ids(), hold) {
            return false;
        }
        let mut pending = Pending::of(&self.claims, callback);
        let question = claim(&self.claims.prefix, callback.ids(), hold, pending.owner);
        let first = self.claims.ask(question).await != Some(0);
        pending.answered = true;
        if !first {
            // Another process has it, and may give it back.
            self.claims.forget(callback.ids());
        }
        first
    }

    /// Gives a callback back whose work failed, so that its repetition is taken.
    pub async fn release(&self, callback: &Callback) {
        self.claims.forget(callback.ids());
        self.claims.ask(release(&self.claims.prefix, callback.ids())).await;
    }
}

impl Claims {
    fn remember(&self, ids: Ids<'_>, hold: u32) -> bool {
        self.recent().claim(ids, hold, self.started.elapsed().as_secs())
    }

    fn forget(&self, ids: Ids<'_>) {
        self.recent().release(ids);
    }

    /// The store's number; `None` without a store or while it is down.
    async fn ask(&self, question: StoreQuestion) -> Option<i64> {
        let asked = self.store.as_ref()?.evaluate(CLAIM_SCRIPT, question.keys, question.args);
        let answer = before(timer::sleep(STORE_PATIENCE), asked).await;
        answer
            .unwrap_or_else(|| Err(format!("no answer within {STORE_PATIENCE:?}")))
            .inspect_err(|reason| tracing::warn!(reason, "the store is down: remembering callbacks in this process"))
            .ok()
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A claim of which the store was asked. Dropped before its answer, it is given back.
struct Pending {
    claims: Arc<Claims>,
    qid: String,
    signature: String,
    /// A number that no other claim has, so that nothing of another's is given back.
    owner: i64,
    answered: bool,
}

impl Pending {
    fn of(claims: &Arc<Claims>, callback: &Callback) -> Pending {
        let ids = callback.ids();
        // Each RandomState has its own random keys.
        let random = RandomState::new().build_hasher().finish();
        Pending {
            claims: Arc::clone(claims),
            qid: ids.qid.to_owned(),
            signature: ids.signature.to_owned(),
            owner: i64::try_from(random >> 1).unwrap_or_default().max(1),
            answered: false,
        }
    }

    fn ids(&self) -> Ids<'_> {
        Ids { qid: &self.qid, signature: &self.signature }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        self.claims.forget(self.ids());
        #[cfg(any(feature = "reqwest", feature = "redis", feature = "blocking"))]
        if self.claims.store.is_some()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let claims = Arc::clone(&self.claims);
            let question = baijiayun_core::callbacks::give_back(&claims.prefix, self.ids(), self.owner);
            drop(runtime.spawn(async move { claims.ask(question).await }));
        }
    }
}

impl Default for Dedupe {
    fn default() -> Dedupe {
        Dedupe::new()
    }
}

impl fmt::Debug for Dedupe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dedupe").field("prefix", &self.claims.prefix).field("hold", &self.hold).finish_non_exhaustive()
    }
}
