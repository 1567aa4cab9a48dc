//! Driving the engine: each step is carried out, and its outcome told, until
//! the call ends. Dropping the future gives the call up.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use baijiayun_core::engine::{CallOptions, Engine, Event, Handle, Now, QUOTA_SCRIPT, Step, Trace};
use baijiayun_core::{Account, Answer, Error, ErrorKind, Operation, Params, Request};
use std::sync::Arc;
use std::time::Duration;

use crate::executor::Executor;
use crate::ports::{QuotaStore, RemoteSigner};

/// The engine and what it needs from the outside.
pub(crate) struct Driver {
    /// A copy of the engine's, to be read without its lock.
    pub(crate) account: Account,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) store: Option<Arc<dyn QuotaStore>>,
    pub(crate) signer: Option<Arc<dyn RemoteSigner>>,
    engine: Mutex<Engine>,
}

/// Where the ticks of all clients begin: they may share a limiter.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Driver {
    pub(crate) fn new(
        engine: Engine,
        executor: Arc<dyn Executor>,
        store: Option<Arc<dyn QuotaStore>>,
        signer: Option<Arc<dyn RemoteSigner>>,
    ) -> Driver {
        let account = engine.account().clone();
        Driver { account, executor, store, signer, engine: Mutex::new(engine) }
    }

    /// The engine does not panic, so a poisoned lock still guards whole data.
    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Now {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            unix: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            ticks: u64::try_from(STARTED.elapsed().as_millis()).unwrap_or(u64::MAX),
            // Each RandomState has its own random keys.
            random: RandomState::new().build_hasher().finish(),
        }
    }

    pub(crate) async fn call(
        &self,
        operation: &Operation,
        params: &Params,
        options: CallOptions,
    ) -> Result<(Answer, Trace), Error> {
        let (handle, mut step) = self.engine().begin(operation, params, options, self.now());
        let _cancel = CancelOnDrop { driver: self, handle };
        loop {
            let event = match step {
                Step::Done { answer, trace } => return Ok((answer, trace)),
                Step::Failed { error, trace } => return Err(error.with_trace(trace)),
                Step::Send { request, timeout } => match self.send(request, timeout).await {
                    Event::Answer { status, retry_after, body } => {
                        step = self.read(handle, status, retry_after, &body);
                        continue;
                    }
                    event => event,
                },
                Step::Wait { time, why } => {
                    tracing::debug!(?why, ?time, "waiting");
                    self.executor.sleep(time).await;
                    Event::Elapsed
                }
                Step::Store(question) => match &self.store {
                    Some(store) => match store.evaluate(QUOTA_SCRIPT, question.keys, question.args).await {
                        Ok(wait) => Event::Store(wait),
                        Err(reason) => {
                            tracing::warn!(reason, "the quota store is down: keeping this process's limits only");
                            Event::StoreDown
                        }
                    },
                    None => Event::StoreDown,
                },
                Step::Sign(canonical) => match &self.signer {
                    Some(signer) => match signer.sign(canonical.0).await {
                        Ok(signature) => Event::Signed(signature),
                        Err(reason) => Event::NotSigned(reason),
                    },
                    None => Event::NotSigned("the account has no key and the client has no signer".to_owned()),
                },
            };
            step = self.engine().resume(handle, event, self.now());
        }
    }

    /// Others go on while an answer is read.
    fn read(&self, handle: Handle, status: u16, retry_after: Option<Duration>, body: &[u8]) -> Step {
        let taken = self.engine().take(handle);
        match taken {
            Some(reading) => {
                let read = reading.read(status, retry_after, body);
                self.engine().put_back(read, self.now())
            }
            // The engine says what is wrong.
            None => self.engine().resume(handle, Event::Answer { status, retry_after, body: body.into() }, self.now()),
        }
    }

    async fn send(&self, request: Request, timeout: Duration) -> Event<'static> {
        match self.executor.execute(request, timeout).await {
            Ok(answer) => {
                tracing::debug!(status = answer.status, "answered");
                Event::Answer { status: answer.status, retry_after: answer.retry_after, body: answer.body.into() }
            }
            Err(failure) => {
                tracing::debug!(message = failure.message, "no answer");
                Event::Transport { kind: ErrorKind::from(failure.kind), message: failure.message }
            }
        }
    }
}

/// Takes the call out of the engine when its future is dropped; a call that ended is gone already.
struct CancelOnDrop<'a> {
    driver: &'a Driver,
    handle: Handle,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.driver.engine().cancel(self.handle);
    }
}
